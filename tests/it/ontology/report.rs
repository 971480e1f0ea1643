//! The rules that ROBOT's report holds to be errors (and its warnings on whitespace), as queries for faults.

use super::{ALIGNMENTS, CITYPACT, SCHEMES, none, rows, store};

/// Name of the rule, a query for what breaks it, and Turtle that does.
const RULES: [(&str, &str, &str); 22] = [
    (
        "annotation whitespace",
        r#"SELECT ?s ?v { ?s ?p ?v FILTER(ISLITERAL(?v) && REGEX(STR(?v), "^\\s|\\s$|\\s\\s")) }"#,
        "pact:Tie skos:scopeNote ' padded' .",
    ),
    (
        "deprecated flag that is no boolean",
        "SELECT ?s { ?s owl:deprecated ?v FILTER(DATATYPE(?v) != xsd:boolean) }",
        "pact:Tie owl:deprecated 'true' .",
    ),
    (
        "axiom on a deprecated class",
        "SELECT ?s { ?s a owl:Class ; owl:deprecated true
        { ?s rdfs:subClassOf|owl:equivalentClass|owl:disjointWith ?o } UNION
        { ?o rdfs:subClassOf|owl:equivalentClass|owl:disjointWith ?s } }",
        "pact:Tie owl:deprecated true .",
    ),
    (
        "axiom on a deprecated property",
        "SELECT ?s { ?s owl:deprecated true
        { ?s rdfs:subPropertyOf|rdfs:domain|rdfs:range ?o } UNION { ?o rdfs:subPropertyOf|owl:inverseOf ?s } }",
        "pact:since owl:deprecated true .",
    ),
    (
        "duplicate definition",
        "SELECT ?s { ?s obo:IAO_0000115 ?v . ?o obo:IAO_0000115 ?v FILTER(?s != ?o) }",
        "pact:a obo:IAO_0000115 'Same.' . pact:b obo:IAO_0000115 'Same.' .",
    ),
    (
        "duplicate label",
        "SELECT ?s { ?s rdfs:label ?v . ?o rdfs:label ?w FILTER(?s != ?o && LCASE(?v) = LCASE(?w)) }",
        "pact:a rdfs:label 'Tie'@en .",
    ),
    (
        "duplicate exact synonym",
        "SELECT ?s { ?s oio:hasExactSynonym ?v . ?o oio:hasExactSynonym|rdfs:label ?v FILTER(?s != ?o) }",
        "pact:a oio:hasExactSynonym 'tie'@en .",
    ),
    (
        "equivalent pair",
        "SELECT ?s { ?s owl:equivalentClass ?o FILTER(ISIRI(?o)) }",
        "pact:Tie owl:equivalentClass pact:Award .",
    ),
    ("use of built-in vocabulary", "SELECT ?p { rdf:type ?p ?o }", "rdf:type rdfs:label 'is a'@en ."),
    (
        "invalid cross-reference",
        r#"SELECT ?s { ?s oio:hasDbXref ?v FILTER(!REGEX(STR(?v), "^[^\\s:]+:\\S+$")) }"#,
        "pact:Tie oio:hasDbXref 'no reference' .",
    ),
    (
        "label formatting",
        r#"SELECT ?s { ?s rdfs:label ?v FILTER REGEX(?v, "[\\n\\t]") }"#,
        r"pact:a rdfs:label 'two\nlines' .",
    ),
    (
        "label whitespace",
        r#"SELECT ?s { ?s rdfs:label ?v FILTER REGEX(STR(?v), "^\\s|\\s$") }"#,
        "pact:a rdfs:label 'padded ' .",
    ),
    (
        "missing label",
        "SELECT DISTINCT ?s { ?s ?p ?o FILTER(ISIRI(?s) && ?p != rdf:type)
        FILTER NOT EXISTS { ?s a owl:Ontology }
        FILTER NOT EXISTS { ?s rdfs:label ?l FILTER(STR(?l) != '') } }",
        "pact:a skos:scopeNote 'x' .",
    ),
    (
        "missing definition",
        "SELECT DISTINCT ?s { ?s rdfs:label ?l FILTER NOT EXISTS { ?s obo:IAO_0000115 ?d } }",
        "pact:a rdfs:label 'x' .",
    ),
    (
        "missing ontology description",
        "SELECT ?s { ?s a owl:Ontology FILTER NOT EXISTS { ?s dcterms:description ?d } }",
        "<o> a owl:Ontology .",
    ),
    (
        "missing ontology license",
        "SELECT ?s { ?s a owl:Ontology FILTER NOT EXISTS { ?s dcterms:license ?d FILTER ISIRI(?d) } }",
        "<o> a owl:Ontology .",
    ),
    (
        "missing ontology title",
        "SELECT ?s { ?s a owl:Ontology FILTER NOT EXISTS { ?s dcterms:title ?d } }",
        "<o> a owl:Ontology .",
    ),
    (
        "obsolete without a label that says so",
        "SELECT ?s { ?s owl:deprecated true ; rdfs:label ?l FILTER(!STRSTARTS(?l, 'obsolete ')) }",
        "pact:a owl:deprecated true ; rdfs:label 'fine' .",
    ),
    (
        "label that says obsolete of what is not",
        "SELECT ?s { ?s rdfs:label ?l FILTER REGEX(?l, '^obsolete', 'i')
        FILTER NOT EXISTS { ?s owl:deprecated true } }",
        "pact:a rdfs:label 'Obsolete thing' .",
    ),
    (
        "replaced though not obsolete",
        "SELECT ?s { ?s obo:IAO_0100001 ?o FILTER NOT EXISTS { ?s owl:deprecated true } }",
        "pact:Tie obo:IAO_0100001 pact:Award .",
    ),
    (
        "two definitions",
        "SELECT ?s { ?s obo:IAO_0000115 ?v, ?w FILTER(?v != ?w) }",
        "pact:Tie obo:IAO_0000115 'Another.'@en .",
    ),
    ("two labels", "SELECT ?s { ?s rdfs:label ?v, ?w FILTER(?v != ?w) }", "pact:Tie rdfs:label 'bond'@en ."),
];

const OIO: &str = "http://www.geneontology.org/formats/oboInOwl#";

fn query(text: &str) -> String {
    format!("PREFIX oio: <{OIO}>\n{text}")
}

#[test]
fn the_ontology_breaks_no_rule() {
    for files in [vec![CITYPACT], vec![CITYPACT, SCHEMES], vec![CITYPACT, SCHEMES, ALIGNMENTS]] {
        let store = store(&files);
        for (name, rule, _) in RULES {
            none(&store, name, &query(rule));
        }
    }
}

#[test]
fn each_rule_finds_its_fault() {
    for (name, rule, fault) in RULES {
        let text = super::prologue() + "PREFIX oio: <" + OIO + ">\n" + fault;
        assert!(!rows(&store(&[CITYPACT, &text]), &query(rule)).is_empty(), "{name} goes unseen");
    }
}

#[test]
fn no_class_has_two_definitions_by_intersection() {
    let rule = "SELECT ?s { ?s owl:equivalentClass/owl:intersectionOf ?a, ?b FILTER(?a != ?b) }";
    none(&store(&[CITYPACT, ALIGNMENTS]), "two intersections", rule);
}
