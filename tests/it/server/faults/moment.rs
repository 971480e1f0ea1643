//! One moment a response: while others write, whatever a response says is of one state, and so is its tag.

use std::collections::HashMap;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

use super::super::app::{App, status};
use super::super::process::{Folder, Serving, exchange};
use crate::citypact::run;

const FIRST: &str = "https://w3id.org/citypact/graph/d";
const SECOND: &str = "https://w3id.org/citypact/graph/d/provenance";
const THING: &str = "https://w3id.org/citypact/id/x";

/// Two graphs that say the same number of one thing, and have as many statements.
fn state(n: usize) -> String {
    let more: String = (0..n % 5).map(|m| format!("<{THING}> <http://a/more> <http://a/m{m}> . ")).collect();
    let graph =
        |name: &str, property: &str| format!("GRAPH <{name}> {{ <{THING}> <http://a/{property}> {n} . {more} }}");
    format!("{} {}", graph(FIRST, "one"), graph(SECOND, "two"))
}

fn update(n: usize) -> String {
    format!("DROP SILENT GRAPH <{FIRST}> ; DROP SILENT GRAPH <{SECOND}> ; INSERT DATA {{ {} }}", state(n))
}

/// The numbers that come next after each mention of a name.
fn numbers(text: &str, name: &str) -> Vec<usize> {
    let next = |rest: &str| {
        let digits = rest.trim_start_matches(|c: char| !c.is_ascii_digit());
        digits.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
    };
    text.split(name).skip(1).map(next).collect()
}

/// Fails where a body is of two states.
#[track_caller]
fn is_of_one_state(body: &str) {
    let (one, two) = (numbers(body, "http://a/one"), numbers(body, "http://a/two"));
    assert!(one.len() == 1 && one == two, "{body}");
}

/// Fails where counts are of two states: those of the graphs are equal, and their sum is that of everything.
fn counts_one_state(description: &str) {
    let counts = description.lines().filter(|line| line.contains("void#triples>"));
    let (whole, graphs): (Vec<&str>, Vec<&str>) = counts.partition(|line| line.contains("dataset#dataset>"));
    let count = |line: &&str| numbers(line, "void#triples>")[0];
    let graphs: Vec<usize> = graphs.iter().map(count).collect();
    assert!(graphs.len() == 2 && graphs[0] == graphs[1], "{description}");
    assert_eq!(count(&whole[0]), graphs.iter().sum::<usize>(), "{description}");
}

/// A path, and what holds of each body that it gives.
type Promise = (&'static str, fn(&str));

const READ: &[Promise] = &[
    ("/graphs?format=nquads", is_of_one_state),
    ("/graphs?format=trig", is_of_one_state),
    ("/graphs?format=ntriples&graph=https://w3id.org/citypact/graph/d", |_| {}),
    ("/doc/x?format=ntriples", is_of_one_state),
    ("/dataset?format=ntriples", counts_one_state),
    ("/sparql?format=csv&query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%7D", is_of_one_state),
];

/// Asks again and again until it is over, with the tag of the answer before; tells how many states were seen.
async fn reads(app: Arc<App>, (path, check): Promise, over: Arc<AtomicBool>) -> usize {
    let (mut bodies, mut last) = (HashMap::new(), String::new());
    while !over.load(Relaxed) {
        let reply = app.send("GET", path, &[("accept", "*/*"), ("if-none-match", &last)], "").await;
        last = reply.header("etag").to_owned();
        match reply.status {
            200 => {
                check(reply.text());
                let known = bodies.entry(last.clone()).or_insert_with(|| reply.text().to_owned());
                assert_eq!(known, reply.text(), "{path}: two bodies under the tag {last}");
            }
            304 => assert!(bodies.contains_key(&last), "{path}: nobody was sent {last}"),
            other => panic!("{path}: {other} {}", reply.text()),
        }
    }
    bodies.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_response_says_and_its_tag_are_of_one_state() {
    let app = Arc::new(App::new());
    assert_eq!(app.update(&update(0)).await.status, 204);
    let over = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = READ.iter().map(|read| tokio::spawn(reads(app.clone(), *read, over.clone()))).collect();
    for n in 1..=300 {
        assert_eq!(app.update(&update(n)).await.status, 204);
    }
    over.store(true, Relaxed);
    for reader in readers {
        assert!(reader.await.unwrap() > 1, "the state changed between two responses");
    }
}

/// A server, and the address of its endpoint.
fn serving(folder: &Folder) -> (Serving, String) {
    let args = ["--data", "data.ttl", "--bind", "127.0.0.1:0", "--write-token-file", "token"];
    let serving = Serving::start(&folder.0, &args);
    let endpoint = format!("http://{}/sparql", serving.authority());
    (serving, endpoint)
}

fn send(serving: &Serving, media_type: &str, text: &str) -> String {
    let head = format!(
        "POST /sparql HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer 0123456789abcdef\r\nAccept: text/csv\r\nContent-Type: application/sparql-{media_type}\r\nContent-Length: {}\r\n\r\n{text}",
        text.len()
    );
    exchange(TcpStream::connect(serving.authority()).unwrap(), &head)
}

/// Does something while states follow each other.
fn while_it_changes(serving: &Serving, work: impl FnOnce()) {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for n in 0.. {
                assert_eq!(status(send(serving, "update", &update(n)).as_bytes()), 204);
                if over.load(Relaxed) {
                    return n;
                }
            }
            0
        });
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        over.store(true, Relaxed);
        assert!(writer.join().unwrap() > 3, "nothing changed meanwhile");
        done.unwrap();
    });
}

#[test]
fn what_commands_read_through_a_server_is_of_one_state() {
    let folder = Folder::new("moment-read");
    let (serving, endpoint) = serving(&folder);
    let at = |args: &[&str]| run(&folder.0, &[args, &["--endpoint", &endpoint]].concat()).ok();
    assert_eq!(status(send(&serving, "update", &update(0)).as_bytes()), 204);
    while_it_changes(&serving, || {
        for _ in 0..8 {
            let told: serde_json::Value = serde_json::from_str(&at(&["info", "--json"])).unwrap();
            let graphs = &told["graphs"];
            assert_eq!(graphs[FIRST], graphs[SECOND], "{told}");
            let all: u64 = graphs.as_object().unwrap().values().filter_map(serde_json::Value::as_u64).sum();
            assert_eq!(told["quads"].as_u64(), Some(all), "{told}");
            is_of_one_state(&at(&["export", "--to", "nquads"]));
        }
    });
}

#[test]
fn a_document_loaded_through_a_server_is_never_seen_half() {
    let folder = Folder::new("moment-load");
    let (serving, endpoint) = serving(&folder);
    let load = |n: usize| {
        std::fs::write(folder.0.join("d.trig"), state(n).replace("GRAPH ", "")).unwrap();
        let args = ["load", "d.trig", "--endpoint", &endpoint, "--token-file", "token"];
        let run = run(&folder.0, &args);
        (run.stderr.clone(), run.ok()).0
    };
    let said = load(0);
    assert!(said.contains("2 quads added, 0 removed"), "{said}");
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut states = HashMap::new();
            while !over.load(Relaxed) {
                let text = send(&serving, "query", "SELECT ?p ?o { GRAPH ?g { ?s ?p ?o } }");
                is_of_one_state(&text);
                states.insert(numbers(&text, "http://a/one"), ());
            }
            states.len()
        });
        let loaded = std::panic::catch_unwind(|| (1..=8).map(load).for_each(drop));
        over.store(true, Relaxed);
        assert!(reader.join().unwrap() > 3, "nothing changed meanwhile");
        loaded.unwrap();
    });
    let said = load(8);
    assert!(said.contains("0 quads added, 0 removed"), "what is there already is left as it is: {said}");
}
