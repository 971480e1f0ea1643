//! The index holds what the store holds, whatever is done in whatever order.

use std::collections::BTreeSet;

use citypact::index::{Builder, Version, normal};
use citypact::query::{Cancel, Dataset, Engine, Limits, ParseOptions, Update};
use citypact::store::{Agreement, BulkOptions, Counts, Document, Embedded, Holder, Store, StoreError, Transaction};
use oxrdf::vocab::xsd;
use oxrdf::{
    BaseDirection, BlankNode, GraphName, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, Term, Triple,
};
use proptest::prelude::*;

fn node(name: impl std::fmt::Display) -> NamedNode {
    NamedNode::new_unchecked(format!("http://example.org/{name}"))
}

/// Literals of every datatype that the store keeps by value, in forms of their own; and ill-typed ones.
fn literals() -> Vec<Term> {
    let forms: &[(NamedNodeRef<'_>, &[&str])] = &[
        (xsd::BOOLEAN, &["true", "1", "0", "TRUE", " true"]),
        (xsd::INTEGER, &["01", "+1", "-0", "9223372036854775808", "1.0", " 1"]),
        (
            xsd::DECIMAL,
            &["1", "1.50", ".5", "-0.0", "1e3", "170141183460469231731.687303715884105727", "9999999999999999999999"],
        ),
        (xsd::FLOAT, &["1", "1e0", "INF", "-INF", "+INF", "NaN", "-0", "0.1", "1e99", "inf", "nan"]),
        (xsd::DOUBLE, &["1", "1.0E0", "INF", "NaN", "-0.0", "1e-300", "1e400", "infinity"]),
        (xsd::BYTE, &["7", "007", "300"]),
        (xsd::SHORT, &["7", "+7"]),
        (xsd::INT, &["7", "x"]),
        (xsd::LONG, &["7"]),
        (xsd::UNSIGNED_BYTE, &["7", "-7"]),
        (xsd::UNSIGNED_SHORT, &["07"]),
        (xsd::UNSIGNED_INT, &["7"]),
        (xsd::UNSIGNED_LONG, &["18446744073709551615", "7"]),
        (xsd::POSITIVE_INTEGER, &["7", "0"]),
        (xsd::NEGATIVE_INTEGER, &["-7"]),
        (xsd::NON_POSITIVE_INTEGER, &["-07"]),
        (xsd::NON_NEGATIVE_INTEGER, &["7"]),
        (
            xsd::DATE_TIME,
            &[
                "2024-01-24T02:00:00Z",
                "2024-01-24T02:00:00.50+00:00",
                "2024-01-24T24:00:00",
                "2024-13-01T00:00:00",
                "2024-01-24",
            ],
        ),
        (xsd::DATE_TIME_STAMP, &["2024-01-24T02:00:00Z", "2024-01-24T02:00:00"]),
        (
            xsd::DATE,
            &["2024-01-24", "2024-01-24+00:00", "2024-01-24-14:00", "-0044-03-15", "12024-01-01", "2023-02-29"],
        ),
        (xsd::TIME, &["02:00:00.0", "24:00:00", "02:00:00+00:00"]),
        (xsd::G_YEAR, &["1982", "-0001", "1982Z", "82"]),
        (xsd::G_YEAR_MONTH, &["1979-10", "1979-10+08:00", "1979-13"]),
        (xsd::G_MONTH_DAY, &["--10-08", "--02-30"]),
        (xsd::G_DAY, &["---08", "---8"]),
        (xsd::G_MONTH, &["--10", "--13"]),
        (xsd::DURATION, &["P1Y", "P12M", "PT60S", "P", "P1Y2M3DT4H5M6.70S"]),
        (xsd::YEAR_MONTH_DURATION, &["P12M", "P0Y"]),
        (xsd::DAY_TIME_DURATION, &["PT24H", "-PT0S"]),
        (xsd::ANY_URI, &["http://a/ b"]),
        (xsd::STRING, &["", "a"]),
    ];
    let typed = forms.iter().flat_map(|(datatype, values)| {
        values.iter().map(|value| Term::from(Literal::new_typed_literal(*value, datatype.into_owned())))
    });
    let tagged = Literal::new_language_tagged_literal_unchecked;
    let mut terms: Vec<Term> = typed.collect();
    terms.extend([
        tagged("Stadt", "de").into(),
        tagged("Stadt", "DE").into(),
        tagged("城市", "zh-hans").into(),
        Literal::new_directional_language_tagged_literal_unchecked("x", "ar", BaseDirection::Rtl).into(),
        Literal::new_typed_literal("1", node("own")).into(),
    ]);
    let inner = Triple::new(node("a"), node("p"), Literal::new_typed_literal("01", xsd::INTEGER));
    terms.push(Triple::new(BlankNode::new_unchecked("t"), node("p"), Term::from(inner.clone())).into());
    terms.push(inner.into());
    terms
}

fn quads_of(store: &Embedded) -> BTreeSet<String> {
    store.quads(None).map(|quad| quad.unwrap().to_string()).collect()
}

fn quads_in(version: &Version) -> BTreeSet<String> {
    let quads: Vec<String> = version.rows().map(|row| version.quad(row).to_string()).collect();
    assert_eq!(quads.len(), version.quads());
    quads.into_iter().collect()
}

fn graphs_of(store: &Embedded) -> BTreeSet<String> {
    let names = |transaction: &mut Transaction<'_>| transaction.named_graphs();
    store.transaction::<_, StoreError>(names).unwrap().iter().map(ToString::to_string).collect()
}

fn is_in_step(store: &Embedded) {
    let version = store.version().expect("an index of a small store");
    assert_eq!(quads_in(&version), quads_of(store));
    let graphs: BTreeSet<String> = version.graphs().iter().map(|graph| version.term(graph.id).to_string()).collect();
    assert_eq!(graphs, graphs_of(store));
    assert_eq!(store.counts().unwrap(), Counts::of(store).unwrap());
}

#[test]
fn terms_have_the_form_in_which_the_store_gives_them_back() {
    for term in literals() {
        let quad = Quad::new(node("s"), node("p"), term.clone(), GraphName::DefaultGraph);
        let store = Embedded::memory().unwrap();
        store.transaction::<_, StoreError>(|transaction| transaction.insert(quad.as_ref())).unwrap();
        let kept = store.quads(None).next().unwrap().unwrap().object;
        assert_eq!(normal(term.clone()), kept, "{term}");
        let mut builder = Builder::new();
        builder.push(quad.as_ref()).unwrap();
        let built = builder.finish(0);
        assert_eq!(built.term(built.id(kept.as_ref()).unwrap()), kept, "{term}");
        is_in_step(&store);
        // And what queries put there is found again by the form it was given in.
        take(&store, &Step::Remove(vec![quad])).unwrap();
        assert_eq!(store.version().unwrap().quads(), 0, "{term}");
        is_in_step(&store);
    }
}

#[test]
fn a_bulk_load_fills_the_index() {
    let quads = || literals().into_iter().map(|term| Quad::new(node("s"), node("p"), term, node("g")));
    let store = Embedded::memory().unwrap();
    for _ in 0..2 {
        let loaded = quads().map(Ok::<_, StoreError>);
        store.bulk_load(loaded, BulkOptions::default()).unwrap();
        is_in_step(&store);
    }
    let failing = [Err(StoreError::InMemory)];
    store.bulk_load(quads().map(Ok).chain(failing), BulkOptions::default()).unwrap_err();
    is_in_step(&store);
}

#[derive(Debug, Clone)]
enum Step {
    Insert(Vec<Quad>),
    Remove(Vec<Quad>),
    Mixed(Vec<Quad>, Vec<Quad>, usize),
    Abandoned(Vec<Quad>),
    Document(usize, Vec<Quad>),
    Bulk(Vec<Quad>),
    Update(String),
    Foreign(String),
    Create(usize),
    Clear(usize),
    Drop(usize),
    Read,
}

fn name(number: usize) -> NamedNode {
    node(format_args!("g{number}"))
}

fn quad() -> impl Strategy<Value = Quad> {
    (0..3_usize, 0..3_usize, 0..12_usize, 0..4_usize).prop_map(|(subject, predicate, object, graph)| {
        let subject: NamedOrBlankNode = match subject {
            0 => BlankNode::new_unchecked("b").into(),
            number => node(number).into(),
        };
        let object: Term = match object {
            number @ 0..4 => node(number).into(),
            number => literals()[number * 7 % literals().len()].clone(),
        };
        let graph: GraphName = if graph == 0 { GraphName::DefaultGraph } else { name(graph).into() };
        Quad { subject, predicate: node(format_args!("p{predicate}")), object, graph_name: graph }
    })
}

fn update() -> impl Strategy<Value = String> {
    prop_oneof![
        quad().prop_map(|quad| format!("INSERT DATA {{ {} }}", within(&quad))),
        Just("DELETE WHERE { GRAPH ?g { ?s <http://example.org/p1> ?o } }".to_owned()),
        Just("DELETE { GRAPH ?g { ?s ?p ?o } } INSERT { GRAPH <http://example.org/g9> { ?o ?p ?s } } WHERE { GRAPH ?g { ?s ?p ?o FILTER(isIRI(?o)) } }".to_owned()),
        Just("INSERT { ?s <http://example.org/p2> 1 } WHERE { ?s ?p ?o } ; DELETE { ?s <http://example.org/p2> ?o } WHERE { ?s <http://example.org/p2> ?o . FILTER(?o = 1) }".to_owned()),
        (1..4_usize).prop_map(|graph| format!("CLEAR SILENT GRAPH <http://example.org/g{graph}> ; CREATE SILENT GRAPH <http://example.org/g{graph}>")),
        Just("DROP ALL".to_owned()),
        Just("CLEAR DEFAULT".to_owned()),
        (1..4_usize, 1..4_usize).prop_map(|(from, to)| format!("COPY SILENT <http://example.org/g{from}> TO <http://example.org/g{to}>")),
        (1..4_usize).prop_map(|from| format!("MOVE SILENT <http://example.org/g{from}> TO DEFAULT")),
    ]
}

fn within(quad: &Quad) -> String {
    let triple = format!("{} {} {}", quad.subject, quad.predicate, quad.object);
    match &quad.graph_name {
        GraphName::DefaultGraph => triple,
        graph => format!("GRAPH {graph} {{ {triple} }}"),
    }
}

fn step() -> impl Strategy<Value = Step> {
    let quads = || prop::collection::vec(quad(), 0..8);
    prop_oneof![
        4 => quads().prop_map(Step::Insert),
        2 => quads().prop_map(Step::Remove),
        2 => (quads(), quads(), 1..4_usize).prop_map(|(new, gone, graph)| Step::Mixed(new, gone, graph)),
        1 => quads().prop_map(Step::Abandoned),
        2 => (1..4_usize, quads()).prop_map(|(graph, quads)| Step::Document(graph, quads)),
        1 => quads().prop_map(Step::Bulk),
        3 => update().prop_map(Step::Update),
        1 => update().prop_map(Step::Foreign),
        1 => (1..5_usize).prop_map(Step::Create),
        1 => (0..4_usize).prop_map(Step::Clear),
        1 => (1..5_usize).prop_map(Step::Drop),
        3 => Just(Step::Read),
    ]
}

fn inserted(transaction: &mut Transaction<'_>, quads: &[Quad]) -> Result<(), StoreError> {
    quads.iter().try_for_each(|quad| transaction.insert(quad.as_ref()).map(drop))
}

fn take(store: &Embedded, step: &Step) -> Result<(), StoreError> {
    match step {
        Step::Insert(quads) => store.transaction(|transaction| inserted(transaction, quads)),
        Step::Remove(quads) => store.transaction(|transaction| {
            quads.iter().for_each(|quad| transaction.remove(quad.as_ref()));
            Ok(())
        }),
        Step::Mixed(new, gone, graph) => store.transaction(|transaction| {
            inserted(transaction, new)?;
            gone.iter().for_each(|quad| transaction.remove(quad.as_ref()));
            transaction.clear_graph(name(*graph).as_ref().into())?;
            inserted(transaction, gone)
        }),
        Step::Abandoned(quads) => {
            let result = store.transaction(|transaction| {
                inserted(transaction, quads)?;
                Err::<(), _>(StoreError::InMemory)
            });
            assert!(result.is_err());
            Ok(())
        }
        Step::Document(graph, quads) => {
            let document = Document { graphs: vec![name(*graph)], quads: quads.clone() };
            store.load_document(&document).map(drop)
        }
        Step::Bulk(quads) => {
            store.bulk_load(quads.iter().cloned().map(Ok::<_, StoreError>), BulkOptions::default()).map(drop)
        }
        Step::Update(text) => {
            let update = Update::parse(text, &ParseOptions::default()).unwrap();
            let limits = Limits::default();
            Engine::new().update(store, &update, &Dataset::default(), &limits, &Cancel::new()).unwrap();
            Ok(())
        }
        Step::Foreign(text) => store.run_update(spargebra::SparqlParser::new().parse_update(text).unwrap()),
        Step::Create(graph) => store.transaction(|transaction| {
            transaction.create_graph(name(*graph).as_ref());
            Ok(())
        }),
        Step::Clear(0) => store.transaction(|transaction| transaction.clear_graph(GraphName::DefaultGraph.as_ref())),
        Step::Clear(graph) => store.transaction(|transaction| transaction.clear_graph(name(*graph).as_ref().into())),
        Step::Drop(graph) => store.transaction(|transaction| transaction.drop_graph(name(*graph).as_ref().into())),
        Step::Read => {
            is_in_step(store);
            Ok(())
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_index_is_in_step_with_every_commit(steps in prop::collection::vec(step(), 1..14)) {
        let store = Embedded::memory().unwrap();
        for step in &steps {
            take(&store, step).unwrap();
        }
        is_in_step(&store);
    }
}

/// The index on disk says what the store holds, unless a foreign update left none.
fn agrees(path: &std::path::Path) {
    match Embedded::check_index(path).unwrap() {
        Agreement::Compared(differences) => assert_eq!(differences.count, 0, "{differences:?}"),
        other => assert!(cfg!(feature = "rocksdb") && matches!(other, Agreement::Missing), "{other:?}"),
    }
}

/// A directory that is gone when the test ends.
struct Directory(std::path::PathBuf);

impl Directory {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap().keep())
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(feature = "rocksdb") { 10 } else { 32 }))]

    #[test]
    fn a_store_on_disk_is_what_it_was_when_it_is_opened_again(steps in prop::collection::vec(step(), 1..10)) {
        let home = Directory::new();
        let path = home.0.join("store");
        let open = || Embedded::open(&path, &Holder::this_process("test")).unwrap();
        for half in steps.chunks(steps.len().div_ceil(2)) {
            let store = open();
            for step in half {
                take(&store, step).unwrap();
            }
            is_in_step(&store);
            let before = (quads_of(&store), graphs_of(&store), store.epoch());
            drop(store);
            let again = Embedded::open_read_only(&path).unwrap();
            prop_assert_eq!((quads_of(&again), again.epoch()), (before.0.clone(), before.2));
            assert_eq!(quads_in(&again.version().unwrap()), before.0);
            drop(again);
            agrees(&path);
            let again = open();
            prop_assert_eq!(graphs_of(&again), before.1);
            let beside = Embedded::open_read_only(&path).unwrap();
            prop_assert_eq!((quads_of(&beside), beside.epoch()), (before.0.clone(), before.2));
            again.optimize().unwrap();
            prop_assert_eq!(quads_of(&again), before.0.clone());
            is_in_step(&again);
            drop(again);
            agrees(&path);
            let other = home.0.join("copy");
            open().backup(&other).unwrap();
            prop_assert_eq!(quads_of(&Embedded::open_read_only(&other).unwrap()), before.0);
            std::fs::remove_dir_all(other).unwrap();
        }
    }
}

#[test]
fn a_reader_keeps_the_version_that_it_has() {
    let store = Embedded::memory().unwrap();
    let quad = |number: usize| Quad::new(node(number), node("p"), node("o"), node("g"));
    take(&store, &Step::Insert((0..5).map(quad).collect())).unwrap();
    let before = store.version().unwrap();
    take(&store, &Step::Insert((5..9).map(quad).collect())).unwrap();
    take(&store, &Step::Clear(1)).unwrap();
    assert_eq!((before.quads(), store.version().unwrap().quads()), (5, 9));
    assert_eq!((before.epoch(), store.version().unwrap().epoch()), (1, store.epoch()));
}

#[test]
fn a_store_that_outgrew_its_changes_is_indexed_again() {
    let store = Embedded::memory().unwrap();
    let quad = |number: usize| Quad::new(node(number), node(number % 7), node(number % 1000), node("g"));
    // More than is kept of what has changed, over several commits and in one.
    for part in 0..6 {
        take(&store, &Step::Insert((part * 20_000..(part + 1) * 20_000).map(quad).collect())).unwrap();
    }
    assert_eq!(store.version().unwrap().quads(), 120_000);
    take(&store, &Step::Insert((120_000..240_000).map(quad).collect())).unwrap();
    assert_eq!(store.version().unwrap().quads(), 240_000);
    is_in_step(&store);
}
