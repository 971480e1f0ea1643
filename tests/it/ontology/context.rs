//! The JSON-LD context: every term of ours, what the mapping borrows, and the same graph as Turtle has.

use std::collections::BTreeSet;

use citypact::ontology::CONTEXT;
use citypact::vocab::{self, oa, pact, schema};
use oxigraph::io::{RdfFormat, RdfParser};
use serde_json::{Map, Value};
use sophia::api::prelude::*;

fn context() -> Map<String, Value> {
    let document: Value = serde_json::from_str(CONTEXT).unwrap();
    document["@context"].as_object().unwrap().clone()
}

/// The IRI that a term of the context stands for, its prefix expanded.
fn iri(context: &Map<String, Value>, definition: &Value) -> Option<String> {
    let id = definition.as_str().or_else(|| definition["@id"].as_str())?;
    let (prefix, local) = id.split_once(':')?;
    Some(context.get(prefix)?.as_str()?.to_owned() + local)
}

#[test]
fn every_term_is_in_the_context() {
    let context = context();
    let known: BTreeSet<_> = context.values().filter_map(|definition| iri(&context, definition)).collect();
    for term in [pact::ALL, schema::ALL, oa::ALL].into_iter().flatten() {
        assert!(known.contains(term.as_str()), "{term}");
    }
    for term in known.iter().filter(|iri| iri.starts_with(vocab::NS)) {
        assert!(pact::ALL.iter().any(|ours| ours.as_str() == term), "{term} is no term");
    }
}

#[test]
fn prefixes_mean_what_they_mean_everywhere() {
    let context = context();
    for (name, namespace) in vocab::PREFIXES {
        if let Some(Value::String(here)) = context.get(*name) {
            assert!(here == namespace || here == "@id", "{name}");
        }
    }
    assert_eq!(context["kinds"], vocab::KIND, "`kind` is the property, so the prefix has another name");
}

#[test]
fn codes_are_read_from_the_values_of_records() {
    for property in [
        "kind",
        "status",
        "level",
        "tier",
        "asOfBasis",
        "quantifier",
        "mode",
        "postKind",
        "modality",
        "textCondition",
        "verdict",
        "variableMeasured",
    ] {
        let definition = &context()[property];
        assert_eq!(definition["@type"], "@vocab", "{property}");
        let namespace = definition["@context"]["@vocab"].as_str().unwrap();
        assert!([vocab::KIND, vocab::CODE, vocab::VARIABLE].contains(&namespace), "{property}");
    }
}

const DOCUMENT: &str = r#"{
  "id": "https://w3id.org/citypact/id/tie/t", "type": "Tie", "kind": "friendship-city", "status": "in-force",
  "party": ["place:cn-qingdao", "place:uz-samarqand-city"], "earliest": "2024-01-24",
  "since": {"@value": "2024-01-24", "@type": "xsd:date"},
  "prefLabel": {"en": "tie"}, "altLabel": {"en": ["bond", "link"]}, "quantifier": "about",
  "variableMeasured": "friendship-cities", "rank": 9, "unreconciled": true, "confidence": "0.9"
}"#;

const TURTLE: &str = r#"<tie/t> a pact:Tie ; pact:kind kind:friendship-city ; pact:status code:in-force ;
  pact:party place:cn-qingdao, place:uz-samarqand-city ; pact:earliest "2024-01-24"^^xsd:date ;
  pact:since "2024-01-24"^^xsd:date ; skos:prefLabel "tie"@en ; skos:altLabel "bond"@en, "link"@en ; pact:quantifier code:about ;
  schema:variableMeasured variable:friendship-cities ; pact:rank 9 ; pact:unreconciled true ; pact:confidence 0.9 ."#;

fn document() -> String {
    let mut document: Map<String, Value> = serde_json::from_str(DOCUMENT).unwrap();
    document.insert("@context".to_owned(), Value::Object(context()));
    Value::Object(document).to_string()
}

/// The statements of a text, each in canonical N-Quads.
fn statements(format: RdfFormat, text: &str) -> BTreeSet<String> {
    RdfParser::from_format(format).for_slice(text.as_bytes()).map(|quad| quad.unwrap().to_string()).collect()
}

fn turtle() -> BTreeSet<String> {
    statements(RdfFormat::Turtle, &(super::prologue() + TURTLE))
}

#[test]
fn sophia_reads_json_of_the_context_as_the_same_graph() {
    let mut dataset = sophia::inmem::dataset::FastDataset::new();
    sophia::jsonld::JsonLdParser::new().parse_str(&document()).add_to_dataset(&mut dataset).unwrap();
    let mut lines = Vec::new();
    sophia::turtle::serializer::nq::NQuadsSerializer::new(&mut lines).serialize_dataset(&dataset).unwrap();
    assert_eq!(statements(RdfFormat::NQuads, std::str::from_utf8(&lines).unwrap()), turtle());
}

#[test]
fn oxigraph_reads_json_of_the_context_as_the_same_graph() {
    let format = RdfFormat::JsonLd { profile: oxigraph::io::JsonLdProfileSet::empty() };
    assert_eq!(statements(format, &document()), turtle());
}
