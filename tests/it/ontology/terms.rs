//! The terms: in two parsers, in the code, and each with its documentation.

use std::collections::BTreeSet;

use citypact::vocab;
use oxigraph::io::{RdfFormat, RdfParser};
use sophia::api::prelude::*;
use sophia::inmem::graph::FastGraph;

use super::{CITYPACT, FILES, SCHEMES, none, prologue, rows, store};

#[test]
fn oxttl_and_sophia_read_the_same_number_of_triples() {
    for (name, text) in FILES {
        let graph: FastGraph = sophia::turtle::parser::turtle::parse_str(text).collect_triples().unwrap();
        assert_eq!(graph.triples().count(), store(&[text]).len().unwrap(), "{name}");
        assert!(graph.triples().count() > 50, "{name}");
    }
}

fn subjects(kind: &str, namespace: &str, texts: &[&str]) -> BTreeSet<String> {
    let query = format!("SELECT DISTINCT ?s {{ ?s a ?t FILTER({kind}) FILTER(STRSTARTS(STR(?s), '{namespace}')) }}");
    rows(&store(texts), &query).into_iter().map(|iri| iri.trim_matches(['<', '>']).to_owned()).collect()
}

fn names(terms: &[oxrdf::NamedNodeRef<'_>]) -> BTreeSet<String> {
    terms.iter().map(|term| term.as_str().to_owned()).collect()
}

#[test]
fn code_and_ontology_name_the_same_terms() {
    let published = subjects("?t IN (owl:Class, owl:ObjectProperty, owl:DatatypeProperty)", vocab::NS, &[CITYPACT]);
    assert_eq!(names(vocab::OUR_TERMS), published);
}

#[test]
fn concepts_that_the_code_names_are_published() {
    for (namespace, terms) in
        [(vocab::KIND, vocab::kind::ALL), (vocab::CODE, vocab::code::ALL), (vocab::VARIABLE, vocab::variable::ALL)]
    {
        let published = subjects("?t = skos:Concept", namespace, &[SCHEMES]);
        let missing: Vec<_> = names(terms).difference(&published).cloned().collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}

#[test]
fn every_term_is_documented() {
    let store = store(&[CITYPACT]);
    let lacks = |what: &str, pattern: &str| {
        let query = format!(
            "SELECT ?term {{ ?term rdfs:isDefinedBy <https://w3id.org/citypact/ns> FILTER NOT EXISTS {{ {pattern} }} }}"
        );
        none(&store, what, &query);
    };
    lacks("English label", "?term rdfs:label ?l FILTER(LANG(?l) = 'en')");
    lacks("definition", "?term skos:definition ?d ; obo:IAO_0000115 ?d FILTER(LANG(?d) = 'en' && STRLEN(?d) > 20)");
    lacks("example", "?term skos:example ?e");
    for tag in ["zh-Hans", "zh-Hant", "ja"] {
        lacks(tag, &format!("?term skos:prefLabel ?l FILTER(LANGMATCHES(LANG(?l), '{tag}'))"));
    }
    let documented = "SELECT DISTINCT ?term { ?term rdfs:isDefinedBy <https://w3id.org/citypact/ns> }";
    assert_eq!(rows(&store, documented).len(), vocab::OUR_TERMS.len());
}

#[test]
fn every_example_is_turtle_that_uses_its_term() {
    let store = store(&[CITYPACT]);
    let examples = rows(&store, "SELECT (CONCAT(STR(?term), ' ', ?e) AS ?x) { ?term skos:example ?e }");
    assert_eq!(examples.len(), vocab::OUR_TERMS.len());
    for literal in examples {
        let unquoted: String = serde_json::from_str(&literal).unwrap();
        let (term, example) = unquoted.split_once(' ').unwrap();
        let text = prologue() + example;
        let quads: Result<Vec<_>, _> = RdfParser::from_format(RdfFormat::Turtle).for_slice(text.as_bytes()).collect();
        let quads = quads.unwrap_or_else(|e| panic!("{term}: {e}"));
        assert!(quads.iter().any(|quad| quad.to_string().contains(&format!("<{term}>"))), "{term}: {example}");
        assert!(quads.iter().all(|quad| named_in_code(quad.predicate.as_str())), "{term}: {example}");
    }
}

/// Whether a predicate is a constant of `vocab`.
fn named_in_code(predicate: &str) -> bool {
    [vocab::pact::ALL, vocab::schema::ALL, vocab::skos::ALL, vocab::rdf::ALL]
        .into_iter()
        .flatten()
        .any(|term| term.as_str() == predicate)
}

#[test]
fn headers_say_what_a_publisher_must() {
    for (name, text) in FILES.iter().filter(|(_, text)| text.contains("a owl:Ontology")) {
        let store = store(&[text]);
        let header = "?o a owl:Ontology ; owl:versionIRI ?v ; owl:versionInfo ?i ; dcterms:title ?t ;
            dcterms:description ?d ; dcterms:license ?l ; dcterms:creator ?c ; dcterms:created ?when
            FILTER(STRSTARTS(STR(?v), STR(?o)) && STRENDS(STR(?v), ?i))";
        assert!(!rows(&store, &format!("SELECT ?o {{ {header} }}")).is_empty(), "{name}");
    }
    let vann = "SELECT ?p ?u { ?o a owl:Ontology ; vann:preferredNamespacePrefix ?p ; vann:preferredNamespaceUri ?u ;
        skos:changeNote ?n ; dcterms:modified ?m }";
    assert_eq!(rows(&store(&[CITYPACT]), vann), [format!("\"pact\" \"{}\"", vocab::NS)]);
}

#[test]
fn the_reference_counts_the_terms_rightly() {
    let readme = include_str!("../../../ontology/README.md");
    let (classes, properties): (Vec<_>, Vec<_>) =
        vocab::OUR_TERMS.iter().copied().partition(|t| t.as_str()[vocab::NS.len()..].starts_with(char::is_uppercase));
    assert!(readme.contains(&format!("{} classes, {} properties", classes.len(), properties.len())));
    for term in vocab::OUR_TERMS.iter().filter(|term| **term != vocab::pact::Arrangement) {
        let name = format!("pact:{}", &term.as_str()[vocab::NS.len()..]);
        assert!(readme.contains(&name) || name == "pact:QuantityStatement", "{name} is not in the reference");
    }
    let faults = include_str!("../../data/shapes/mutants.ru").matches("\n#### ").count();
    assert!(readme.contains(&format!("{faults} faults")), "{faults}");
}
