//! A store on disk that is served: other commands go through the server, backups are of one moment, and a server that is
//! killed leaves a whole state behind.

#![cfg(feature = "rocksdb")]

use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use super::app::status;
use super::process::{Folder, Serving, exchange};
use crate::citypact::{Run, run};

const COUNT: &str = "SELECT (COUNT(*) AS ?n) { ?s <http://a/p> ?o }";

fn loaded(name: &str) -> Folder {
    let folder = Folder::new(name);
    run(&folder.0, &["load", "data.ttl", "--store", "s.db"]).ok();
    folder
}

fn serve(folder: &Folder) -> Serving {
    let args = ["--store", "s.db", "--bind", "127.0.0.1:0", "--admin-token-file", "token", "--backup-dir", "."];
    Serving::start(&folder.0, &args)
}

/// What a command gives, which says that it went through the server.
#[track_caller]
fn through(run: Run) -> String {
    assert!(run.stderr.contains("going through it"), "{}", run.stderr);
    run.ok()
}

/// What a command gives that reads the index beside the server.
#[track_caller]
fn beside(run: Run) -> String {
    assert_eq!(run.stderr, "");
    run.ok()
}

fn send(serving: &Serving, request: &str, body: &str) -> Option<String> {
    let stream = TcpStream::connect(serving.authority()).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let head = format!(
        "POST {request} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer 0123456789abcdef\r\nContent-Type: application/sparql-update\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    std::panic::catch_unwind(|| exchange(stream, &head)).ok()
}

/// The rows of a count in a store that nobody serves.
fn count(folder: &Folder, store: &str, query: &str) -> usize {
    let csv = run(&folder.0, &["query", query, "--store", store, "--to", "csv"]).ok();
    csv.lines().nth(1).unwrap().parse().unwrap()
}

#[test]
fn commands_go_through_the_server() {
    let folder = loaded("through");
    let mut serving = serve(&folder);
    let at = |args: &[&str]| run(&folder.0, &[args, &["--store", "s.db"]].concat());
    assert!(beside(at(&["query", COUNT, "--to", "csv"])).contains('2'));
    assert!(beside(at(&["info"])).contains("quads "));
    let insert = "INSERT DATA { <http://a/x> <http://a/p> 3 }";
    assert!(!at(&["update", insert]).failed(1).is_empty(), "no change without the token");
    through(at(&["update", insert, "--token-file", "token"]));
    assert!(beside(at(&["export", "--to", "nquads"])).contains("\"3\""));
    std::fs::write(folder.0.join("more.ttl"), "<http://a/y> <http://a/p> 4 .").unwrap();
    through(at(&["load", "more.ttl", "--token-file", "token"]));
    assert!(beside(at(&["query", COUNT, "--to", "csv"])).contains('4'));
    serving.signal("TERM");
    assert_eq!(serving.end(), Some(0));
    assert_eq!(count(&folder, "s.db", COUNT), 4);
}

#[test]
fn a_backup_of_a_busy_server_is_a_store_of_one_moment() {
    let folder = loaded("backup");
    let mut serving = serve(&folder);
    // Each update moves a pair: whatever the moment, both halves are there.
    let pair = |n: usize| {
        format!(
            "DELETE WHERE {{ ?s <http://a/one> ?o }} ; DELETE WHERE {{ ?s <http://a/two> ?o }} ; INSERT DATA {{ <http://a/x> <http://a/one> {n} ; <http://a/two> {n} }}"
        )
    };
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for n in 0..60 {
                let reply = send(&serving, "/sparql", &pair(n)).unwrap();
                assert_eq!(status(reply.as_bytes()), 204, "{reply}");
            }
        });
        for name in ["b1", "b2", "b3"] {
            thread::sleep(Duration::from_millis(30));
            let reply = send(&serving, &format!("/admin/backup?name={name}"), "").unwrap();
            assert_eq!(status(reply.as_bytes()), 201, "{reply}");
            let again = send(&serving, &format!("/admin/backup?name={name}"), "").unwrap();
            assert_eq!(status(again.as_bytes()), 409, "{again}");
        }
        writer.join().unwrap();
    });
    serving.signal("TERM");
    assert_eq!(serving.end(), Some(0));
    let same = "SELECT (COUNT(*) AS ?n) { ?s <http://a/one> ?o ; <http://a/two> ?o }";
    let any = "SELECT (COUNT(*) AS ?n) { { ?s <http://a/one> ?o } UNION { ?s <http://a/two> ?o } }";
    for store in ["b1", "b2", "b3", "s.db"] {
        assert_eq!(count(&folder, store, COUNT), 2, "{store}");
        assert_eq!(2 * count(&folder, store, same), count(&folder, store, any), "{store}");
    }
}

#[test]
fn killed_while_it_writes_it_leaves_the_old_state_or_the_new() {
    let folder = loaded("killed");
    let all: String = (0..3000).map(|n| format!("<http://a/x{n}> <http://a/many> VALUE . ")).collect();
    let mut written = 0;
    for (round, wait) in [5_u64, 20, 40, 80, 160].into_iter().enumerate() {
        let mut serving = serve(&folder);
        let value = (round + 1).to_string();
        let text =
            format!("DELETE WHERE {{ ?s <http://a/many> ?o }} ; INSERT DATA {{ {} }}", all.replace("VALUE", &value));
        thread::scope(|scope| {
            let writer = scope.spawn(|| send(&serving, "/sparql", &text));
            thread::sleep(Duration::from_millis(wait));
            serving.signal("KILL");
            drop(writer.join());
        });
        assert_eq!(serving.end(), None, "it was killed");
        let now = count(&folder, "s.db", &format!("SELECT (COUNT(*) AS ?n) {{ ?s <http://a/many> {value} }}"));
        let total = count(&folder, "s.db", "SELECT (COUNT(*) AS ?n) { ?s <http://a/many> ?o }");
        assert!(now == total && now == 3000 || now == 0 && total == written, "{now} of {total}, {written} before");
        written = total;
        assert_eq!(count(&folder, "s.db", COUNT), 2);
    }
}
