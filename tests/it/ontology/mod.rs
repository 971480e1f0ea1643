//! The published vocabulary: its files parse, say the same as the code, and keep the rules of those who publish.

mod context;
mod data;
mod profile;
mod report;
mod shapes;
mod skos;
mod terms;

use citypact::ontology::{ALIGNMENTS, CITYPACT, SCHEMES, SHAPES};
use citypact::vocab;
use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::sparql::{QueryResults, SparqlEvaluator};
use oxigraph::store::Store;

/// The Turtle files by name.
const FILES: [(&str, &str); 4] =
    [("citypact.ttl", CITYPACT), ("schemes.ttl", SCHEMES), ("shapes.ttl", SHAPES), ("alignments.ttl", ALIGNMENTS)];

/// An in-memory store of the Turtle texts, their relative IRIs resolved against the data base.
fn store(texts: &[&str]) -> Store {
    let store = Store::new().unwrap();
    for text in texts {
        let parser = RdfParser::from_format(RdfFormat::Turtle).with_base_iri(vocab::ID).unwrap();
        store.load_from_slice(parser, text.as_bytes()).unwrap();
    }
    store
}

/// The product's prefixes as a prologue, SPARQL or Turtle.
fn prologue() -> String {
    let prefixes = vocab::PREFIXES.iter().map(|(name, iri)| format!("PREFIX {name}: <{iri}>\n"));
    std::iter::once(format!("BASE <{}>\n", vocab::ID)).chain(prefixes).collect()
}

/// The rows of a query, each as its terms in N-Triples, sorted.
fn rows(store: &Store, query: &str) -> Vec<String> {
    let query = prologue() + query;
    let evaluator = SparqlEvaluator::new().parse_query(&query).unwrap_or_else(|e| panic!("{e}: {query}"));
    let QueryResults::Solutions(solutions) = evaluator.on_store(store).execute().unwrap() else {
        panic!("no SELECT: {query}")
    };
    let line = |row: oxigraph::sparql::QuerySolution| {
        row.values().iter().flatten().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    let mut rows: Vec<_> = solutions.map(|row| line(row.unwrap())).collect();
    rows.sort();
    rows
}

/// Asserts that a query of faults finds none.
fn none(store: &Store, what: &str, query: &str) {
    let found = rows(store, query);
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}
