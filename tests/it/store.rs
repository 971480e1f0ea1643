//! The embedded store: documents, transactions, the epoch, one writer at a time, crashes.

use std::sync::Arc;
use std::thread;

use citypact::store::{Agreement, BulkOptions, Change, Document, Embedded, StoreError};
use oxigraph::sparql::{QueryResults, SparqlEvaluator};
use oxrdf::{GraphName, Literal, NamedNode, NamedNodeRef, Quad, Term};

fn node(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("http://example.org/{name}"))
}

fn quad(subject: &str, object: impl Into<Term>, graph: &str) -> Quad {
    Quad::new(node(subject), node("p"), object, node(graph))
}

fn document(graph: &str, quads: Vec<Quad>) -> Document {
    Document { graphs: vec![node(graph), node(&format!("{graph}/provenance"))], quads }
}

fn all(store: &Embedded) -> Vec<String> {
    let mut quads: Vec<_> = store.quads(None).map(|quad| quad.unwrap().to_string()).collect();
    quads.sort();
    quads
}

fn ask(store: &Embedded, query: &str) -> bool {
    let prepared = SparqlEvaluator::new().parse_query(query).unwrap();
    match store.bind(prepared).execute().unwrap() {
        QueryResults::Boolean(answer) => answer,
        _ => panic!("not an ASK"),
    }
}

fn run(store: &Embedded, update: &str) -> Result<(), StoreError> {
    store.update(SparqlEvaluator::new().parse_update(update).unwrap())
}

fn typed(value: &str, datatype: NamedNodeRef<'_>) -> Literal {
    Literal::new_typed_literal(value, datatype)
}

#[test]
fn a_document_replaces_its_own_graphs_and_nothing_else() {
    let store = Embedded::memory().unwrap();
    let shared = quad("x", node("y"), "places");
    store.load_document(&document("a", vec![quad("a", node("1"), "a"), shared.clone()])).unwrap();
    store.load_document(&document("b", vec![quad("b", node("1"), "b")])).unwrap();
    let change = store.load_document(&document("a", vec![quad("a", node("2"), "a"), quad("x", node("z"), "places")]));
    assert_eq!(change.unwrap(), Change { inserted: 2, removed: 1 });
    let expected = [quad("a", node("2"), "a"), quad("b", node("1"), "b"), shared, quad("x", node("z"), "places")];
    let mut expected = expected.map(|quad| quad.to_string());
    expected.sort();
    assert_eq!(all(&store), expected);
}

#[test]
fn the_same_load_twice_changes_nothing_not_even_the_epoch() {
    let xsd = |local: &str| NamedNode::new_unchecked(format!("http://www.w3.org/2001/XMLSchema#{local}"));
    let store = Embedded::memory().unwrap();
    let tagged = Literal::new_language_tagged_literal_unchecked("青島市", "zh-Hant-TW");
    let document = document(
        "a",
        vec![
            quad("a", tagged, "a"),
            quad("a", typed("36.0670", xsd("decimal").as_ref()), "a"),
            quad("a", typed("007", xsd("integer").as_ref()), "a/provenance"),
            quad("a", typed("2024-11-20T08:00:00.000Z", xsd("dateTime").as_ref()), "a"),
            quad("b", oxrdf::BlankNode::new_unchecked("e1"), "a/provenance"),
            quad("c", node("c"), "places"),
        ],
    );
    assert_eq!(store.load_document(&document).unwrap(), Change { inserted: 6, removed: 0 });
    let (before, epoch) = (all(&store), store.epoch());
    assert_eq!(epoch, 1);
    assert_eq!(store.load_document(&document).unwrap(), Change::default());
    assert_eq!((all(&store), store.epoch()), (before, epoch));
    assert!(ask(&store, "ASK { GRAPH ?g { ?s ?p '青島市'@zh-hant-TW } }"));
}

#[test]
fn a_failed_transaction_leaves_no_trace() {
    let store = Embedded::memory().unwrap();
    let failed: Result<(), _> = store.transaction(|transaction| {
        transaction.insert(quad("a", node("b"), "g").as_ref())?;
        Err(StoreError::ReadOnly)
    });
    assert!(failed.is_err());
    assert_eq!((all(&store), store.epoch()), (vec![], 0));
}

#[test]
fn a_failed_bulk_load_leaves_no_trace() {
    let store = Embedded::memory().unwrap();
    let quads = (0..10).map(|i| if i < 9 { Ok(quad("a", Literal::from(i), "g")) } else { Err(StoreError::ReadOnly) });
    assert!(store.bulk_load(quads, BulkOptions::default()).is_err());
    assert_eq!((all(&store), store.epoch()), (vec![], 0));
}

#[test]
fn counts_are_by_graph_and_class() {
    let store = Embedded::memory().unwrap();
    run(
        &store,
        "PREFIX : <http://example.org/> INSERT DATA {
           :d a :C . GRAPH :g { :a a :C ; :p 1 . :b a :C, :D } GRAPH :h { :a a :C } }",
    )
    .unwrap();
    let counts = store.counts().unwrap();
    let graphs = [(node("g").into(), 4), (node("h").into(), 1), (GraphName::DefaultGraph, 1)];
    assert_eq!((counts.quads, counts.graphs.len()), (6, 3));
    assert!(graphs.iter().all(|graph| counts.graphs.contains(graph)), "{:?}", counts.graphs);
    assert_eq!(counts.classes, [(node("C"), 3), (node("D"), 1)]);
}

#[test]
fn readers_see_the_state_at_which_they_began() {
    let store = Embedded::memory().unwrap();
    store.load_document(&document("a", vec![quad("a", node("1"), "a")])).unwrap();
    let quads = store.quads(None);
    store.load_document(&document("a", vec![])).unwrap();
    assert_eq!((quads.count(), store.quads(None).count()), (1, 0));
    assert!(!store.contains_graph(node("a").as_ref()).unwrap(), "a graph that nothing is left of is gone");
}

/// Eight clients add one fifty times each; an engine that lets writers overlap loses some of it.
fn increments_add_up(store: Embedded) {
    const INCREMENT: &str = "PREFIX : <http://example.org/>
        DELETE { GRAPH :g { :counter :is ?n } } INSERT { GRAPH :g { :counter :is ?m } }
        WHERE { GRAPH :g { :counter :is ?n } BIND(?n + 1 AS ?m) }";
    run(&store, "PREFIX : <http://example.org/> INSERT DATA { GRAPH :g { :counter :is 0 } }").unwrap();
    let store = Arc::new(store);
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let store = Arc::clone(&store);
            thread::spawn(move || (0..50).for_each(|_| run(&store, INCREMENT).unwrap()))
        })
        .collect();
    clients.into_iter().for_each(|client| client.join().unwrap());
    assert_eq!(all(&store).len(), 1);
    assert!(ask(&store, "PREFIX : <http://example.org/> ASK { GRAPH :g { :counter :is 400 } }"));
    assert_eq!(store.epoch(), 401);
}

#[test]
fn no_update_is_lost_in_memory() {
    increments_add_up(Embedded::memory().unwrap());
}

mod on_disk {
    use std::fs;
    use std::io::{BufRead, BufReader};
    use std::path::{Path, PathBuf};
    use std::process::{Child, Command, Stdio};

    use super::*;
    use citypact::store::Holder;

    /// A directory that is gone when the test ends.
    struct Directory(PathBuf);

    impl Directory {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("citypact-it-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn join(&self, name: &str) -> PathBuf {
            self.0.join(name)
        }
    }

    impl Drop for Directory {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn open(path: &Path) -> Embedded {
        Embedded::open(path, &Holder::this_process("test")).unwrap()
    }

    fn error(result: Result<Embedded, StoreError>) -> StoreError {
        result.err().expect("should not open")
    }

    #[test]
    fn what_is_loaded_is_there_after_closing() {
        let home = Directory::new("persist");
        let path = home.join("store");
        let store = open(&path);
        store.load_document(&document("a", vec![quad("a", node("1"), "a")])).unwrap();
        let (before, id) = (all(&store), store.id().to_owned());
        drop(store);
        let reader = Embedded::open_read_only(&path).unwrap();
        let beside = Embedded::open_read_only(&path).unwrap();
        assert_eq!((all(&reader), reader.id(), reader.epoch()), (before.clone(), &*id, 1));
        assert_eq!(all(&beside), before);
        assert!(matches!(run(&reader, "CLEAR ALL"), Err(StoreError::ReadOnly)));
        drop((reader, beside));
        assert_eq!(
            open(&path).load_document(&document("a", vec![quad("a", node("1"), "a")])).unwrap(),
            Change::default()
        );
        assert_eq!(open(&path).epoch(), 1);
    }

    #[test]
    fn no_update_is_lost_on_disk() {
        let home = Directory::new("increments");
        increments_add_up(open(&home.join("store")));
    }

    #[test]
    fn a_store_in_use_says_by_whom() {
        let home = Directory::new("locked");
        let path = home.join("store");
        let store = open(&path);
        let server = Holder { address: Some("http://127.0.0.1:7878/".into()), ..Holder::this_process("serve") };
        store.announce(&server).unwrap();
        // Its index is read beside it; without one it must be waited for.
        let beside = Embedded::open_read_only(&path).unwrap();
        assert_eq!((beside.id(), all(&beside).len()), (store.id(), 0));
        fs::write(path.join("index.log"), "").unwrap();
        let told = error(Embedded::open_read_only(&path)).to_string();
        assert_eq!(
            told,
            format!(
                "the store {} is in use by process {} (serve at http://127.0.0.1:7878/)",
                path.display(),
                server.pid
            )
        );
        assert!(matches!(
            error(Embedded::open(&path, &Holder::this_process("load"))),
            StoreError::Locked { holder: Some(holder), .. } if holder == server
        ));
        drop((store, beside));
        let path = home.join("other");
        drop(open(&path));
        let reader = Embedded::open_read_only(&path).unwrap();
        let refused = error(Embedded::open(&path, &Holder::this_process("load")));
        assert!(matches!(refused, StoreError::Locked { holder: None, .. }), "{refused}");
        drop(reader);
        open(&path);
    }

    #[test]
    fn a_backup_is_a_store_of_its_own() {
        let home = Directory::new("backup");
        let (path, copy) = (home.join("store"), home.join("copy"));
        let store = open(&path);
        store.load_document(&document("a", vec![quad("a", node("1"), "a")])).unwrap();
        // What a backup left that was killed.
        fs::create_dir_all(home.join("copy.unfinished/CURRENT")).unwrap();
        store.backup(&copy).unwrap();
        assert!(!home.join("copy.unfinished").exists());
        assert!(matches!(store.backup(&copy), Err(StoreError::Exists(_))));
        store.load_document(&document("a", vec![])).unwrap();
        let other = open(&copy);
        assert_eq!((all(&other).len(), other.epoch()), (1, 1));
        assert_ne!(other.id(), store.id());
        store.optimize().unwrap();
    }

    #[test]
    fn other_directories_are_left_alone() {
        let home = Directory::new("foreign");
        fs::write(home.join("letter.txt"), "dear").unwrap();
        assert!(matches!(error(Embedded::open_read_only(&home.0)), StoreError::NotFound(_)));
        assert!(matches!(error(Embedded::open(&home.0, &Holder::this_process("load"))), StoreError::NotAStore(_)));
        assert_eq!(fs::read_dir(&home.0).unwrap().count(), 1);
        let missing = home.join("missing");
        assert!(matches!(error(Embedded::open_read_only(&missing)), StoreError::NotFound(_)));
        assert!(!missing.exists());
    }

    /// Set for the child process that is killed: the store that it is to write to.
    const VICTIM: &str = "CITYPACT_TEST_VICTIM";
    const SIZE: usize = 2000;

    fn version(n: usize) -> Document {
        document("a", (0..SIZE).map(|i| quad(&format!("s{i}"), Literal::from(n as u64), "a")).collect())
    }

    /// The one value of all quads of a state.
    fn value(store: &Embedded) -> usize {
        let values: Vec<_> = store.quads(None).map(|quad| quad.unwrap().object).collect();
        assert!(values.len() == SIZE && values.iter().all(|value| *value == values[0]), "{} quads", values.len());
        match &values[0] {
            Term::Literal(literal) => literal.value().parse().unwrap(),
            other => panic!("{other}"),
        }
    }

    /// Replaces a document over and over until it is killed. Does nothing when run as a test.
    #[test]
    fn victim() {
        let Some(path) = std::env::var_os(VICTIM) else { return };
        let store = open(Path::new(&path));
        for n in 1.. {
            store.load_document(&version(n)).unwrap();
            println!("loaded {n}");
        }
    }

    /// Fills a store by the bulk loader until it is killed, with more than one batch of sorted files on the way.
    #[test]
    fn bulk_victim() {
        let Some(path) = std::env::var_os(VICTIM) else { return };
        let store = open(Path::new(&path));
        store.load_document(&version(0)).unwrap();
        let endless = (0_u64..).map(|n| {
            if n % 10_000 == 0 {
                println!("loaded {n}");
            }
            Ok::<_, StoreError>(quad(&format!("s{n}"), Literal::from(n), "bulk"))
        });
        store.bulk_load(endless, BulkOptions { threads: Some(1), memory: Some(20) }).unwrap();
    }

    #[test]
    fn a_killed_bulk_load_leaves_the_old_state_and_nothing_else() {
        let home = Directory::new("bulk-killed");
        let path = home.join("store");
        let mut child = spawn_victim("bulk_victim", &path);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        lines.map_while(Result::ok).find(|line| line.contains("loaded 100000")).expect("the child loads");
        child.kill().unwrap();
        child.wait().unwrap();
        let left = |path: &Path| {
            let names = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
            names.filter(|name| name.starts_with("bulk-")).count()
        };
        assert!(!cfg!(feature = "rocksdb") || left(&path) > 0, "killed too early to leave anything");
        assert_eq!(Embedded::open_read_only(&path).unwrap().quads(None).count(), SIZE);
        assert_eq!(open(&path).size().unwrap(), SIZE as u64);
        assert_eq!(left(&path), 0);
    }

    fn spawn_victim(name: &str, path: &Path) -> Child {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "--nocapture", &format!("store::on_disk::{name}")]);
        command.env(VICTIM, path).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
    }

    #[test]
    fn a_killed_load_leaves_the_old_state_whole() {
        let home = Directory::new("killed");
        let path = home.join("store");
        for round in 0..5 {
            let mut child = spawn_victim("victim", &path);
            let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
            lines.by_ref().find(|line| line.contains("loaded 3")).expect("the child loads");
            thread::sleep(std::time::Duration::from_millis(7 * round));
            match Embedded::open_read_only(&path) {
                Ok(beside) => assert!(value(&beside) >= 3),
                // What was killed before left an index that is not in step, and nobody has asked for one since.
                Err(error) => assert!(cfg!(feature = "rocksdb") && round > 0, "{error}"),
            }
            child.kill().unwrap();
            child.wait().unwrap();
            let told = lines.filter_map(|line| line.strip_prefix("loaded ")?.parse().ok()).last().unwrap_or(3);
            let store = Embedded::open_read_only(&path).unwrap();
            let kept = value(&store);
            assert!(kept == told || kept == told + 1, "round {round}: {kept} after {told}");
            assert!(store.epoch() >= 3);
            drop(store);
            // An index that is not in step is none; one that is, or is the store, agrees.
            match Embedded::check_index(&path).unwrap() {
                Agreement::Compared(differences) => assert_eq!(differences.count, 0, "{differences:?}"),
                other => {
                    if !cfg!(feature = "rocksdb") {
                        panic!("{other:?}");
                    }
                }
            }
            assert_eq!(value(&open(&path)), kept);
        }
    }
}

/// What RocksDB says is wrong is told, and ends nothing: its errors come from C's memory and go back there.
#[cfg(feature = "rocksdb")]
#[test]
fn errors_of_the_storage_engine_are_told_as_errors() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("x")).unwrap();
    std::fs::write(folder.path().join("x/CURRENT"), "").unwrap();
    for command in ["info", "query", "export", "check"] {
        let more: &[&str] = if command == "query" { &["ASK {}"] } else { &[] };
        let said = crate::citypact::run(folder.path(), &[&[command, "--store", "x"], more].concat()).failed(1);
        assert!(said.contains("CURRENT"), "{command}: {said}");
    }
}
