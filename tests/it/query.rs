//! Queries: text, limits, results.

use std::time::{Duration, Instant};

use citypact::query::{
    Answer, Cancel, Dataset, DefaultGraph, Engine, Event, Limit, Limits, ParseOptions, Query, QueryError, Source, TextLimits,
};
use oxigraph::sparql::{BoundPreparedSparqlQuery, PreparedSparqlQuery, QueryResults, SparqlEvaluator};
use oxigraph::store::Store;
use oxrdf::{GraphName, Literal, NamedNode, Quad, Term};

struct Memory(Store);

impl Source for Memory {
    fn bind(&self, query: PreparedSparqlQuery) -> BoundPreparedSparqlQuery<'_> {
        query.on_store(&self.0)
    }
}

fn node(name: impl std::fmt::Display) -> NamedNode {
    NamedNode::new(format!("http://x/{name}")).unwrap()
}

/// `subjects` subjects with a type, a number, a name and a link to the next, in one named graph.
fn chain(subjects: usize) -> Memory {
    let store = Store::new().unwrap();
    let graph = GraphName::NamedNode(node("g"));
    let quads = (0..subjects).flat_map(|i| {
        let s = node(format_args!("s{i}"));
        [
            Quad::new(s.clone(), node("type"), node(format_args!("c{}", i % 7)), graph.clone()),
            Quad::new(s.clone(), node("n"), Literal::from(i64::try_from(i * 7919 % subjects).unwrap()), graph.clone()),
            Quad::new(s.clone(), node("name"), Literal::new_simple_literal(format!("name of number {i} in the list")), graph.clone()),
            Quad::new(s, node("next"), node(format_args!("s{}", (i + 1) % subjects)), graph.clone()),
        ]
    });
    store.bulk_loader().load_quads(quads).map(|_| ()).unwrap_or(());
    for quad in (0..0).map(|_: usize| unreachable!()) {
        store.insert::<Quad>(quad).unwrap();
    }
    Memory(store)
}

fn parse(text: &str) -> Result<Query, QueryError> {
    let prefixes = vec![("x".to_owned(), "http://x/".to_owned())];
    Query::parse(text, &ParseOptions { prefixes, ..ParseOptions::default() })
}

fn ask(source: &Memory, text: &str) -> Answer {
    Engine::new().answer(source, &parse(text).unwrap(), &Limits::within(Duration::from_secs(60))).unwrap()
}
