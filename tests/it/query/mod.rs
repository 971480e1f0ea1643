//! Queries: text, limits, results.

mod agreement;
mod grammar;
mod limits;
mod paths;
mod services;
mod syntax;
mod tags;
mod updates;
mod written;

use std::time::Duration;

use citypact::query::{
    Answer, Cancel, Dataset, DefaultGraph, Engine, Limits, ParseOptions, Query, QueryError, Request, library, named,
};
use citypact::store::{BulkOptions, Embedded, StoreError};
use oxrdf::{BlankNode, GraphName, Literal, NamedNode, NamedOrBlankNode, Quad, Term};

fn node(name: impl std::fmt::Display) -> NamedNode {
    NamedNode::new(format!("http://x/{name}")).unwrap()
}

fn store(quads: impl IntoIterator<Item = Quad>) -> Embedded {
    let store = Embedded::memory().unwrap();
    store.bulk_load(quads.into_iter().map(Ok::<_, StoreError>), BulkOptions::default()).unwrap();
    store
}

/// `subjects` subjects with a type, a number, a name and a link to the next, in one named graph.
fn chain(subjects: usize) -> Embedded {
    let graph = GraphName::NamedNode(node("g"));
    store((0..subjects).flat_map(|i| {
        let s = node(format_args!("s{i}"));
        let number = i64::try_from(i * 7919 % subjects).unwrap();
        [
            Quad::new(s.clone(), node("type"), node(format_args!("c{}", i % 7)), graph.clone()),
            Quad::new(s.clone(), node("n"), Literal::from(number), graph.clone()),
            Quad::new(
                s.clone(),
                node("name"),
                Literal::new_simple_literal(format!("name of number {i} in the list")),
                graph.clone(),
            ),
            Quad::new(s, node("next"), node(format_args!("s{}", (i + 1) % subjects)), graph.clone()),
        ]
    }))
}

fn options() -> ParseOptions {
    ParseOptions { prefixes: vec![("x".to_owned(), "http://x/".to_owned())], ..ParseOptions::default() }
}

fn parse(text: &str) -> Result<Query, QueryError> {
    Query::parse(text, &options())
}

fn answer(source: &Embedded, text: &str) -> Answer {
    Engine::new().answer(source, &parse(text).unwrap(), &Limits::within(Duration::from_secs(60))).unwrap()
}

fn run(source: &Embedded, text: &str, limits: &Limits) -> Result<citypact::query::Stats, QueryError> {
    let query = parse(text).unwrap();
    let request = Request { query: &query, dataset: &Dataset::default(), limits, cancel: &Cancel::new() };
    Engine::new().run(source, request, &mut |_| std::ops::ControlFlow::Continue(()))
}

fn number(answer: &Answer) -> i64 {
    match &answer.rows[0][0] {
        Some(Term::Literal(literal)) => literal.value().parse().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn forms_give_what_they_promise() {
    let store = chain(10);
    assert_eq!(answer(&store, "SELECT ?s { ?s x:next ?o }").rows.len(), 10);
    assert_eq!(answer(&store, "ASK { ?s x:next ?s }").boolean, Some(false));
    assert_eq!(answer(&store, "CONSTRUCT { ?o x:before ?s } WHERE { ?s x:next ?o }").triples.len(), 10);
    assert_eq!(answer(&store, "DESCRIBE x:s1").triples.len(), 4);
    assert_eq!(number(&answer(&store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")), 40);
    assert_eq!(answer(&store, "SELECT ?s { ?s x:n ?n } ORDER BY DESC(?n) LIMIT 2 OFFSET 1").rows.len(), 2);
}

/// SPARQL 1.1 (16.4) leaves open what a description holds: the triples of the resource, and those of the blank nodes that they
/// lead to, which nobody could ask for by name.
#[test]
fn a_description_goes_on_to_blank_nodes_and_no_further() {
    let blank = BlankNode::new_unchecked;
    let quad = |s: NamedOrBlankNode, o: Term, g: &str| Quad::new(s, node("p"), o, node(g));
    let store = store([
        quad(node("s").into(), blank("a").into(), "g1"),
        quad(node("s").into(), blank("a").into(), "g2"),
        quad(blank("a").into(), blank("b").into(), "g1"),
        quad(blank("b").into(), blank("a").into(), "g2"),
        quad(blank("b").into(), node("o").into(), "g1"),
        quad(node("o").into(), node("s").into(), "g1"),
        quad(blank("c").into(), node("s").into(), "g1"),
    ]);
    let told = |text: &str| answer(&store, text).triples.len();
    assert_eq!(told("DESCRIBE x:s"), 4);
    assert_eq!(told("DESCRIBE x:s FROM x:g1"), 3);
    assert_eq!(told("DESCRIBE ?s { ?s x:p x:s }"), 2);
    assert_eq!(told("DESCRIBE x:s x:o x:s x:absent"), 5);
    let one = answer(&store, "DESCRIBE x:s").triples;
    assert!(one.iter().all(|triple| one.iter().filter(|other| *other == triple).count() == 1), "{one:?}");
}

#[test]
fn the_default_graph_is_the_merge_of_all_unless_told_otherwise() {
    let quad = |graph: &str, object: &str| Quad::new(node("s"), node("p"), node(object), node(graph));
    let store = store([quad("g1", "a"), quad("g2", "a"), quad("g2", "b")]);
    for (text, expected) in [
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", 2),
        ("SELECT (COUNT(?o) AS ?n) { x:s x:p ?o }", 2),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?s x:p ?o2 }", 4),
        ("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", 3),
        ("SELECT (COUNT(*) AS ?n) FROM x:g1 FROM x:g2 { ?s ?p ?o }", 2),
        ("SELECT (COUNT(*) AS ?n) FROM x:g1 { ?s ?p ?o }", 1),
        ("SELECT (COUNT(*) AS ?n) FROM NAMED x:g1 { ?s ?p ?o }", 0),
        ("SELECT (COUNT(*) AS ?n) FROM NAMED x:g1 { GRAPH ?g { ?s ?p ?o } }", 1),
        ("SELECT (COUNT(*) AS ?n) { ?s x:p x:b OPTIONAL { ?s x:p ?o } }", 2),
        ("SELECT (COUNT(*) AS ?n) { { SELECT ?o { ?s ?p ?o } } }", 2),
    ] {
        assert_eq!(number(&answer(&store, text)), expected, "{text}");
    }
    let query = parse("SELECT ?o { ?s ?p ?o }").unwrap();
    let empty = Engine::new().with_default_graph(DefaultGraph::Empty);
    assert!(empty.answer(&store, &query, &Limits::default()).unwrap().rows.is_empty());
}

#[test]
fn distinct_rows_in_the_order_of_what_they_do_not_show() {
    let store = chain(500);
    let text = "SELECT DISTINCT ?t { ?s x:type ?t ; x:n ?n } ORDER BY ?n LIMIT 3 OFFSET 1";
    let all = answer(&store, "SELECT ?t ?n { ?s x:type ?t ; x:n ?n } ORDER BY ?n").rows;
    let mut expected: Vec<Option<Term>> = Vec::new();
    for row in all {
        if !expected.contains(&row[0]) {
            expected.push(row[0].clone());
        }
    }
    let found: Vec<Option<Term>> = answer(&store, text).rows.into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(found, expected[1..4]);
}

#[test]
fn every_file_of_the_library_is_listed_and_reads() {
    let mut files: Vec<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/queries"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    files.sort();
    let mut names: Vec<&str> = library().iter().map(|query| query.name.as_ref()).collect();
    names.sort_unstable();
    assert_eq!(files, names);
    for query in library() {
        assert!(!query.title.is_empty() && !query.description.is_empty(), "{}", query.name);
    }
    assert_eq!(named("partnrs").unwrap_err().hint(), Some("did you mean partners?".into()));
}
