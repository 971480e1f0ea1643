//! The converted examples against the vocabulary: terms, domains and ranges, concepts, and the queries of the shapes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use citypact::convert::{self, NQuads, Options};
use citypact::ontology::{CITYPACT, SCHEMES};
use citypact::place::Register;
use citypact::record::read::Input;
use citypact::vocab::{self, graph};
use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::{GraphName, Quad};
use oxigraph::sparql::SparqlEvaluator;
use oxigraph::store::Store;

use super::{none, prologue, rows, shapes, store};

/// The quads of the examples.
static QUADS: LazyLock<Vec<Quad>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/articles");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let inputs: Vec<_> = paths.into_iter().map(Input::Path).collect();
    let mut sink = NQuads(Vec::new());
    let summary = convert::convert(&inputs, &Register::builtin(), &Options::default(), &mut sink, &mut |_| ()).unwrap();
    assert!(summary.is_complete());
    RdfParser::from_format(RdfFormat::NQuads).for_slice(&sink.0).map(Result::unwrap).collect()
});

/// The quads of some graphs as one default graph, beside some Turtle texts.
fn merged(graphs: impl Fn(&str) -> bool, texts: &[&str]) -> Store {
    let store = store(texts);
    let chosen =
        QUADS.iter().filter(|quad| matches!(&quad.graph_name, GraphName::NamedNode(name) if graphs(name.as_str())));
    for quad in chosen {
        let (subject, object) = (quad.subject.clone(), quad.object.clone());
        store.insert(&Quad::new(subject, quad.predicate.clone(), object, GraphName::DefaultGraph)).unwrap();
    }
    store
}

fn everything(texts: &[&str]) -> Store {
    merged(|_| true, texts)
}

fn constants() -> BTreeSet<String> {
    let modules = [
        vocab::pact::ALL,
        vocab::schema::ALL,
        vocab::skos::ALL,
        vocab::prov::ALL,
        vocab::oa::ALL,
        vocab::org::ALL,
        vocab::geo::ALL,
        vocab::sf::ALL,
        vocab::owl::ALL,
        vocab::rdf::ALL,
        vocab::dcterms::ALL,
    ];
    modules.into_iter().flatten().map(ToString::to_string).collect()
}

#[test]
fn the_data_has_no_term_that_is_not_named() {
    let constants = constants();
    for query in ["SELECT DISTINCT ?p { ?s ?p ?o }", "SELECT DISTINCT ?c { ?s a ?c }"] {
        let used: BTreeSet<_> = rows(&everything(&[]), query).into_iter().collect();
        let unnamed: Vec<_> = used.difference(&constants).collect();
        assert!(used.len() > 20 && unnamed.is_empty(), "{unnamed:?}");
    }
}

#[test]
fn every_term_of_ours_that_a_source_can_state_is_used() {
    let used = "SELECT DISTINCT ?t { { ?s ?t ?o } UNION { ?s a ?t } }";
    let used: BTreeSet<_> = rows(&everything(&[]), used).into_iter().collect();
    // Derived, for mentions of no known place, or not in these articles.
    let others = [
        "Arrangement",
        "QuantityStatement",
        "twinnedWith",
        "unreconciled",
        "status",
        "until",
        "confidence",
        "retrievedOn",
        "rule",
    ];
    for term in vocab::OUR_TERMS.iter().filter(|term| !others.contains(&&term.as_str()[vocab::NS.len()..])) {
        assert!(used.contains(&term.to_string()), "{term}");
    }
}

/// What is wrong, a query for it, and a statement that is. prov:Agent is left out: it is not stated of organizations and
/// persons, it follows from being a party.
const PLACES_IN_STATEMENTS: [(&str, &str, &str); 4] = [
    (
        "subject outside of the domain",
        "SELECT ?p ?s { ?p rdfs:domain ?d FILTER ISIRI(?d) ?s ?p ?o FILTER NOT EXISTS { ?s a ?d } }",
        "<award/a> a pact:Award ; pact:party place:cn .",
    ),
    (
        "subject outside of the union that is the domain",
        "SELECT ?p ?s { ?p rdfs:domain/owl:unionOf ?list . ?s ?p ?o
        FILTER NOT EXISTS { ?list rdf:rest*/rdf:first ?d . ?s a ?d } }",
        "place:cn pact:conferredBy place:cn .",
    ),
    (
        "object outside of the range",
        "SELECT ?p ?o { ?p a owl:ObjectProperty ; rdfs:range ?r FILTER(?r != prov:Agent) ?s ?p ?o
        FILTER NOT EXISTS { ?o a ?r } }",
        "place:cn pact:level place:cn .",
    ),
    (
        "literal outside of the range",
        "SELECT ?p ?o { ?p a owl:DatatypeProperty ; rdfs:range ?r . ?s ?p ?o
        FILTER(!ISLITERAL(?o) || ?r != rdfs:Literal && DATATYPE(?o) != ?r) }",
        "place:cn pact:rank 'first' .",
    ),
];

/// States the classes that follow from the classes stated.
fn infer_classes(store: &Store) {
    let types = prologue() + "INSERT { ?s a ?above } WHERE { ?class rdfs:subClassOf+ ?above . ?s a ?class }";
    SparqlEvaluator::new().parse_update(&types).unwrap().on_store(store).execute().unwrap();
}

#[test]
fn subjects_and_objects_are_in_the_domains_and_ranges() {
    let store = everything(&[CITYPACT, SCHEMES]);
    infer_classes(&store);
    for (what, query, fault) in PLACES_IN_STATEMENTS {
        none(&store, what, query);
        let faulty = super::store(&[CITYPACT, &(prologue() + fault)]);
        assert!(!rows(&faulty, query).is_empty(), "{what} goes unseen");
    }
}

#[test]
fn codes_are_concepts() {
    let unknown = "SELECT DISTINCT ?o { ?s ?p ?o FILTER(ISIRI(?o) && (STRSTARTS(STR(?o), STR(kind:)) ||
        STRSTARTS(STR(?o), STR(code:)) || STRSTARTS(STR(?o), STR(variable:)))) FILTER NOT EXISTS { ?o a skos:Concept } }";
    none(&everything(&[SCHEMES]), "codes that are no concepts", unknown);
}

#[test]
fn the_queries_of_the_shapes_find_what_is_known_to_be_wrong_and_nothing_else() {
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for doc in ["000", "001", "002", "003", "004"] {
        let name = format!("{}{doc}", vocab::GRAPH);
        let provenance = format!("{name}/provenance");
        let store = merged(|other| [&*name, &*provenance, graph::places.as_str()].contains(&other), &[]);
        let faults = shapes::constraints().into_iter().filter(|(_, query)| !rows(&store, query).is_empty());
        found.insert(doc, faults.map(|(message, _)| message).collect());
    }
    let under = vec!["S9 parts sum to less than the total".to_owned()];
    let expected = [("000", vec![]), ("001", vec![]), ("002", under.clone()), ("003", vec![]), ("004", under)];
    assert_eq!(found, BTreeMap::from(expected));
}
