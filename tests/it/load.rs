//! Loading: documents gathered, replaced, spilled; new stores filled at once; RDF with its blank nodes.

use citypact::format::Syntax;
use citypact::load::{FileOptions, LoadError, LoadOptions, LoadReport, Sink, load, load_files, read_rdf};
use citypact::place::Register;
use citypact::rdf::ReadAs;
use citypact::record::read::Input;
use citypact::store::{Change, Embedded, Holder};
use oxigraph::sparql::{QueryResults, SparqlEvaluator};
use oxrdf::{GraphName, NamedNode};

const BARE: LoadOptions = LoadOptions { memory: 512, threads: None, ontology: false };

fn graph(name: &str) -> GraphName {
    NamedNode::new_unchecked(format!("https://w3id.org/citypact/graph/{name}")).into()
}

fn read(text: &str, syntax: Syntax, sink: &mut Sink<'_>) -> Result<u64, LoadError> {
    let open = || Ok(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())) as Box<dyn std::io::Read + Send>);
    read_rdf(&ReadAs { graph: graph("file"), ..ReadAs::new("test", syntax) }, &open, sink)
}

fn load_text(store: &Embedded, options: LoadOptions, text: &str) -> LoadReport {
    load(store, options, |sink| read(text, Syntax::TriG, sink)).unwrap().1
}

fn all(store: &Embedded) -> Vec<String> {
    let mut quads: Vec<_> = store.quads(None).map(|quad| quad.unwrap().to_string()).collect();
    quads.sort();
    quads
}

const PREFIXES: &str = "PREFIX g: <https://w3id.org/citypact/graph/> PREFIX : <http://example.org/> ";
const FIRST: &str = "g:a { :x :p 1, [ :q 1.50 ] } <https://w3id.org/citypact/graph/a/provenance> { :a :p 1 }
    g:b { :y :p 2 } g:places { :here :p 0 } :other { :z :p 3 }";
const SECOND: &str = "g:a { :x :p 4 } g:places { :there :p 0 } :other { :z :p 5 }";

fn text(body: &str) -> String {
    format!("{PREFIXES}{body}")
}

/// What is in the store after both texts: `a` is replaced, its provenance and `b` stay, what is shared has gained.
fn expected() -> Vec<String> {
    let store = Embedded::memory().unwrap();
    let after = "g:a { :x :p 4 } <https://w3id.org/citypact/graph/a/provenance> { :a :p 1 } g:b { :y :p 2 }
        g:places { :here :p 0 . :there :p 0 } :other { :z :p 3, 5 }";
    load_text(&store, BARE, &text(after));
    all(&store)
}

#[test]
fn documents_are_replaced_and_the_rest_gains() {
    let store = Embedded::memory().unwrap();
    let report = load_text(&store, BARE, &text(FIRST));
    assert_eq!((report.quads, report.documents, store.quads(None).count()), (7, 2, 7));
    let report = load_text(&store, BARE, &text(SECOND));
    assert_eq!(report, LoadReport { quads: 3, documents: 1, change: Change { inserted: 3, removed: 3 } });
    assert_eq!(all(&store), expected());
}

#[test]
fn nothing_changes_when_memory_is_short() {
    let short = LoadOptions { memory: 0, ..BARE };
    let store = Embedded::memory().unwrap();
    load_text(&store, BARE, &text("g:b { :y :p 7 }"));
    load_text(&store, short, &text(FIRST));
    load_text(&store, short, &text(SECOND));
    assert_eq!(all(&store), expected());
}

#[test]
fn a_document_told_whole_loses_what_is_no_longer_said() {
    let store = Embedded::memory().unwrap();
    load_text(&store, BARE, &text(FIRST));
    let (_, report) = load(&store, BARE, |sink| {
        sink.whole_document("https://w3id.org/citypact/graph/a");
        read(&text("g:a { :x :p 1 }"), Syntax::TriG, sink)
    })
    .unwrap();
    assert_eq!(report.change, Change { inserted: 0, removed: 3 });
}

#[test]
fn the_same_rdf_twice_changes_nothing() {
    let store = Embedded::memory().unwrap();
    load_text(&store, BARE, &text(FIRST));
    let (before, epoch) = (all(&store), store.epoch());
    assert_eq!(load_text(&store, BARE, &text(FIRST)).change, Change::default());
    assert_eq!((all(&store), store.epoch()), (before, epoch));
}

#[test]
fn blank_nodes_of_two_inputs_are_never_one() {
    let store = Embedded::memory().unwrap();
    let (_, report) = load(&store, BARE, |sink| {
        read("_:n <http://example.org/p> 1 .", Syntax::Turtle, sink)?;
        read("_:n <http://example.org/p> 1 . #", Syntax::Turtle, sink)
    })
    .unwrap();
    assert_eq!(report.quads, 2);
    let quads: Vec<_> = store.quads(Some(graph("file").as_ref())).map(Result::unwrap).collect();
    assert_eq!(quads.len(), 2);
    assert_ne!(quads[0].subject, quads[1].subject);
}

#[test]
fn a_fault_in_an_input_loads_nothing_and_says_where() {
    for start in ["", "g:b { :y :p 2 }"] {
        let store = Embedded::memory().unwrap();
        if !start.is_empty() {
            load_text(&store, BARE, &text(start));
        }
        let before = all(&store);
        let failed = load(&store, BARE, |sink| {
            read("<http://e/a> <http://e/b> 1 .\n<http://e/a> oops 2 .", Syntax::Turtle, sink)
        });
        let told = failed.unwrap_err().to_string();
        assert!(told.starts_with("test:2:14: "), "{told}");
        assert_eq!(all(&store), before);
    }
}

#[test]
fn many_new_documents_take_the_fast_way_and_mean_the_same() {
    let body = |n: u32| {
        (0..600)
            .map(|d| {
                let quads = (0..100).map(|i| format!(":s{i} :p {n} . ")).collect::<String>();
                format!("g:d{d} {{ {quads} }} ")
            })
            .collect::<String>()
    };
    let store = Embedded::memory().unwrap();
    load_text(&store, BARE, &text("g:d0 { :s0 :p 0, 99 }"));
    let report = load_text(&store, BARE, &text(&body(0)));
    assert_eq!((report.documents, report.change), (600, Change { inserted: 59_999, removed: 1 }));
    assert_eq!(load_text(&store, BARE, &text(&body(0))).change, Change::default());
}

#[test]
fn a_new_store_knows_the_vocabulary() {
    let store = Embedded::memory().unwrap();
    load(&store, LoadOptions::default(), |sink| read(&text("g:a { :x :p 1 }"), Syntax::TriG, sink)).unwrap();
    assert!(store.quads(Some(graph("ontology").as_ref())).count() > 1000);
    let epoch = store.epoch();
    load(&store, LoadOptions::default(), |sink| read(&text("g:a { :x :p 1 }"), Syntax::TriG, sink)).unwrap();
    assert_eq!(store.epoch(), epoch);
}

const EARLIER: &str = r#"{"type":"source","id":"n1","language":"en","published":"2024-01-25"}
{"type":"tie","source":"n1","parties":["cn-qingdao","uz-samarqand-city"],"kind":"friendship-city","since":"2024-01-24"}
{"type":"tie","source":"n1","parties":["cn-kunming","la-vientiane-city"],"kind":"friendship-city"}
{"type":"source","id":"n2","language":"en"}
{"type":"tie","source":"n2","parties":["cn-qingdao","uz-samarqand-city"],"kind":"friendship-city"}
"#;
const LATER: &str = r#"{"type":"source","id":"n1","language":"en","published":"2024-01-25"}
{"type":"tie","source":"n1","parties":["cn-qingdao","uz-samarqand-city"],"kind":"friendship-city","since":"2024-01-24"}
"#;

fn load_records(store: &Embedded, inputs: &[Input]) -> (citypact::convert::Summary, LoadReport) {
    let options = FileOptions { load: BARE, ..FileOptions::default() };
    load_files(store, inputs, &Register::curated(), &options, &mut |event| panic!("{event:?}")).unwrap()
}

fn ask(store: &Embedded, query: &str) -> bool {
    let prefixes = "PREFIX pact: <https://w3id.org/citypact/ns#> PREFIX g: <https://w3id.org/citypact/graph/>
        PREFIX tie: <https://w3id.org/citypact/id/tie/friendship-city/>";
    let query = SparqlEvaluator::new().parse_query(&format!("{prefixes} ASK {{ {query} }}")).unwrap();
    matches!(store.bind(query).execute().unwrap(), QueryResults::Boolean(true))
}

#[test]
fn records_are_loaded_by_document() {
    let store = Embedded::memory().unwrap();
    let (summary, report) = load_records(&store, &[Input::bytes("a.jsonl", EARLIER.as_bytes())]);
    assert_eq!((summary.records, summary.documents, report.documents), (5, 2, 2));
    let (kunming, qingdao) = ("tie:cn-kunming--la-vientiane-city", "tie:cn-qingdao--uz-samarqand-city");
    assert!(ask(
        &store,
        &format!("GRAPH g:n1 {{ {kunming} a pact:Tie . {qingdao} a pact:Tie }} GRAPH g:n2 {{ {qingdao} a pact:Tie }}")
    ));
    let epoch = store.epoch();
    let (_, report) = load_records(&store, &[Input::bytes("a.jsonl", EARLIER.as_bytes())]);
    assert_eq!((report.change, store.epoch()), (Change::default(), epoch));
    let (_, report) = load_records(&store, &[Input::bytes("a.jsonl", LATER.as_bytes())]);
    assert!(report.change.inserted == 0 && report.change.removed > 0, "{report:?}");
    assert!(!ask(&store, &format!("GRAPH g:n1 {{ {kunming} a pact:Tie }}")));
    assert!(ask(&store, &format!("GRAPH g:n1 {{ {qingdao} a pact:Tie }} GRAPH g:n2 {{ {qingdao} a pact:Tie }}")));
    assert!(ask(&store, "GRAPH g:places { ?kunming pact:level ?level }"));
}

#[test]
fn a_run_may_mix_records_and_rdf() {
    let store = Embedded::memory().unwrap();
    let turtle = "<#x> <http://example.org/p> <> .";
    let (_, report) = load_records(
        &store,
        &[Input::bytes("notes.ttl", turtle.as_bytes()), Input::bytes("a.jsonl", EARLIER.as_bytes())],
    );
    assert_eq!(report.documents, 3);
    assert!(ask(
        &store,
        "GRAPH g:notes { <https://w3id.org/citypact/graph/notes#x> ?p g:notes } GRAPH g:n1 { ?tie a pact:Tie }"
    ));
}

#[test]
fn what_a_large_load_finds_in_the_store_is_no_change() {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open(&folder.path().join("s"), &Holder::this_process("test")).unwrap();
    let of = |range: std::ops::Range<usize>| -> String {
        text(&format!(":other {{ {} }}", range.map(|n| format!(":s{n} :p \"{n}\"@en-GB . ")).collect::<String>()))
    };
    let first = load_text(&store, BARE, &of(0..60_000));
    assert_eq!(first.change, Change { inserted: 60_000, removed: 0 });
    let epoch = store.epoch();
    let since = |store: &Embedded| {
        let version = store.await_version(&|| false).unwrap().unwrap();
        store.changes_since(epoch, &version).unwrap()
    };
    // All but a few are there: the rest is a commit like others, after which the log tells what changed.
    let few = load_text(&store, BARE, &of(0..60_003));
    assert_eq!((few.quads, few.change), (60_003, Change { inserted: 3, removed: 0 }));
    let changed = since(&store).expect("the log goes back so far");
    assert_eq!((changed.come.len(), changed.gone.len()), (3, 0));
    assert_eq!(load_text(&store, BARE, &of(0..60_003)).change, Change::default());
    assert_eq!(store.epoch(), epoch + 1, "nothing is no commit");
    let many = load_text(&store, BARE, &of(30_000..120_000));
    assert_eq!(many.change, Change { inserted: 59_997, removed: 0 });
    assert_eq!((all(&store).len(), since(&store)), (120_000, None));
}
