//! The conditions of OWL 2 DL (Structural Specification, section 3 and 5.8 to 11) that an ontology of this make can break.
//! OWL API's profile checker agrees with them on these files.

use super::{ALIGNMENTS, CITYPACT, none, rows, store};

/// Name of the condition, a query for what breaks it, and Turtle that does.
const CONDITIONS: [(&str, &str, &str); 14] = [
    ("a term that is both class and datatype, or two kinds of property", "SELECT ?s ?a ?b { ?s a ?a, ?b
        FILTER(STR(?a) < STR(?b)) FILTER(?a IN (owl:ObjectProperty, owl:DatatypeProperty, owl:AnnotationProperty)
        && ?b IN (owl:ObjectProperty, owl:DatatypeProperty, owl:AnnotationProperty)
        || ?a IN (owl:Class, rdfs:Datatype) && ?b IN (owl:Class, rdfs:Datatype)) }",
        "pact:party a owl:AnnotationProperty ."),
    ("a predicate that is not declared", "SELECT DISTINCT ?p { ?s ?p ?o
        FILTER(!STRSTARTS(STR(?p), STR(rdf:)) && !STRSTARTS(STR(?p), STR(rdfs:)) && !STRSTARTS(STR(?p), STR(owl:)))
        FILTER NOT EXISTS { ?p a owl:AnnotationProperty } }", "pact:Tie schema:about 'x' ."),
    ("a class that is not declared", "SELECT DISTINCT ?c { { ?x rdfs:subClassOf ?c } UNION { ?c rdfs:subClassOf ?x } UNION
        { ?x rdfs:domain ?c } UNION { ?x a owl:ObjectProperty ; rdfs:range ?c } UNION
        { ?x owl:unionOf/rdf:rest*/rdf:first ?c } UNION { ?x owl:members/rdf:rest*/rdf:first ?c }
        FILTER(ISIRI(?c)) FILTER NOT EXISTS { ?c a owl:Class } }", "pact:Tie rdfs:subClassOf schema:Thing ."),
    ("a sub-property of another kind of property, or of one not declared", "SELECT ?p ?q { ?p rdfs:subPropertyOf ?q
        FILTER NOT EXISTS { ?p a ?k . ?q a ?k
            FILTER(?k IN (owl:ObjectProperty, owl:DatatypeProperty, owl:AnnotationProperty)) } }",
        "pact:party rdfs:subPropertyOf dcterms:date ."),
    ("a data range outside the datatype map of OWL 2", "SELECT ?p ?r { ?p a owl:DatatypeProperty ; rdfs:range ?r
        FILTER(?r NOT IN (rdfs:Literal, rdf:PlainLiteral, rdf:langString, xsd:string, xsd:boolean, xsd:integer, xsd:decimal,
        xsd:double, xsd:nonNegativeInteger, xsd:positiveInteger, xsd:anyURI, xsd:dateTime, xsd:dateTimeStamp)) }",
        "pact:until rdfs:range xsd:gYear ."),
    ("a domain or range of an object property that is a datatype", "SELECT ?p { ?p a owl:ObjectProperty ;
        rdfs:domain|rdfs:range ?r FILTER(?r = rdfs:Literal || STRSTARTS(STR(?r), STR(xsd:))) }",
        "pact:party rdfs:range xsd:string ."),
    ("reserved vocabulary that is defined anew", "SELECT ?s { ?s ?p ?o FILTER(ISIRI(?s) && (STRSTARTS(STR(?s), STR(rdf:)) ||
        STRSTARTS(STR(?s), STR(rdfs:)) || STRSTARTS(STR(?s), STR(owl:)) || STRSTARTS(STR(?s), STR(xsd:)))) }",
        "rdfs:label a owl:AnnotationProperty ."),
    ("a term of the ontology in a reserved class", "SELECT ?s ?t { ?s a ?t FILTER(STRSTARTS(STR(?t), STR(rdf:)) ||
        STRSTARTS(STR(?t), STR(rdfs:))) }", "pact:party a rdf:Property ."),
    ("disjoint classes that are not a list of two or more", "SELECT ?d { ?d a owl:AllDisjointClasses
        FILTER NOT EXISTS { ?d owl:members [ rdf:first ?a ; rdf:rest [ rdf:first ?b ] ] } }",
        "[] a owl:AllDisjointClasses ; owl:members (pact:Tie) ."),
    ("a list that branches or does not end", "SELECT ?l { { ?l rdf:rest ?a, ?b FILTER(?a != ?b) } UNION
        { ?l rdf:first ?a, ?b FILTER(?a != ?b) } UNION { ?l rdf:first ?f FILTER NOT EXISTS { ?l rdf:rest+ rdf:nil } } }",
        "[] owl:unionOf [ rdf:first pact:Tie ] ."),
    ("a property both composite and restricted", "SELECT ?p { ?p a ?r
        FILTER(?r IN (owl:IrreflexiveProperty, owl:AsymmetricProperty, owl:FunctionalProperty, owl:InverseFunctionalProperty))
        { ?p a owl:TransitiveProperty } UNION { ?q rdfs:subPropertyOf* ?p ; a owl:TransitiveProperty } UNION
        { ?p owl:propertyChainAxiom ?chain } }", "pact:twinnedWith a owl:TransitiveProperty ."),
    ("an object characteristic of a property of literals", "SELECT ?p { ?p a owl:DatatypeProperty, ?c
        FILTER(?c IN (owl:SymmetricProperty, owl:IrreflexiveProperty, owl:TransitiveProperty)) }",
        "pact:since a owl:SymmetricProperty ."),
    ("an annotation of the ontology that an axiom uses as a property", "SELECT ?p { ?p a owl:AnnotationProperty ;
        rdfs:domain|rdfs:range ?x }", "skos:example rdfs:range rdfs:Literal ."),
    ("disjoint classes with a common sub-class", "SELECT ?c { ?d a owl:AllDisjointClasses ;
        owl:members/rdf:rest*/rdf:first ?a, ?b FILTER(?a != ?b) ?c rdfs:subClassOf* ?a, ?b }",
        "pact:Both a owl:Class ; rdfs:subClassOf pact:Tie, pact:Agreement ."),
];

#[test]
fn the_ontology_is_in_owl_2_dl() {
    for files in [vec![CITYPACT], vec![ALIGNMENTS], vec![CITYPACT, ALIGNMENTS]] {
        let store = store(&files);
        for (name, condition, _) in CONDITIONS {
            none(&store, name, condition);
        }
    }
}

#[test]
fn each_condition_finds_its_fault() {
    for (name, condition, fault) in CONDITIONS {
        let text = super::prologue() + fault;
        assert!(!rows(&store(&[CITYPACT, &text]), condition).is_empty(), "{name} goes unseen");
    }
}

#[test]
fn twinning_is_symmetric_irreflexive_and_known_to_wikidata() {
    let facts =
        "SELECT ?t { pact:twinnedWith a owl:SymmetricProperty, owl:IrreflexiveProperty ; rdfs:subPropertyOf wdt:P190 ;
        a ?t FILTER(?t = owl:ObjectProperty) }";
    assert_eq!(rows(&store(&[CITYPACT, ALIGNMENTS]), facts).len(), 1);
}
