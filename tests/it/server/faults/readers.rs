//! Readers: on snapshots, beside writers; and a runtime that no evaluation holds up.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use citypact::server::Settings;

use super::super::app::{Server, status};
use super::{PRODUCT, endless, idle, server, with_time_limit};

fn update(server: &Server, update: &str) -> Vec<u8> {
    let head = "POST /sparql HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer w\r\nContent-Type: application/sparql-update\r\n";
    server.raw(format!("{head}Content-Length: {}\r\n\r\n{update}", update.len()).as_bytes())
}

#[test]
fn a_long_update_holds_no_reader_up() {
    let server = Arc::new(server(with_time_limit(3)));
    let long = format!(
        "DELETE DATA {{ GRAPH <http://a/g> {{ <http://a/0> <http://a/p> <http://a/31> }} }} ; INSERT {{ <http://a/x> <http://a/y> ?f }} WHERE {PRODUCT}"
    );
    let started = Instant::now();
    let writer = thread::spawn({
        let server = server.clone();
        move || update(&server, &long)
    });
    thread::sleep(Duration::from_millis(300));
    let mut reads = 0;
    while !writer.is_finished() {
        let asked = Instant::now();
        // A new text each time, so that no kept result answers.
        let reply = server.query(
            &format!("ASK {{ <http://a/0> <http://a/p> <http://a/31> FILTER({reads} = {reads}) }}"),
            "Accept: text/csv\r\n",
        );
        assert!(reply.ends_with("true"), "what is not committed is not seen: {reply}");
        assert!(asked.elapsed() < Duration::from_secs(2), "a reader waited for {:?}", asked.elapsed());
        reads += 1;
        thread::sleep(Duration::from_millis(20));
    }
    assert!(reads > 10, "{reads} reads within {:?}", started.elapsed());
    assert_eq!(status(&writer.join().unwrap()), 503);
    assert_eq!(
        status(&update(&server, "INSERT DATA { <http://a/x> <http://a/y> 1 }")),
        204,
        "the next writer's turn comes"
    );
}

#[test]
fn a_result_is_of_one_moment() {
    // Rows flow while others write; each row that the snapshot had comes, and none that came later.
    let server = Arc::new(server(with_time_limit(20)));
    let writer = thread::spawn({
        let server = server.clone();
        move || {
            for n in 0..30 {
                let text = format!(
                    "DELETE WHERE {{ GRAPH <http://a/g> {{ <http://a/{n}> ?p ?o }} }} ; INSERT DATA {{ GRAPH <http://a/g> {{ {} }} }}",
                    (0..10).map(|m| format!("<http://a/new{n}> <http://a/p> {m} . ")).collect::<String>()
                );
                assert_eq!(status(&update(&server, &text)), 204);
            }
        }
    });
    let mut reads = 0;
    while !writer.is_finished() {
        let text = format!("SELECT (COUNT(*) AS ?n) {{ GRAPH <http://a/g> {{ ?s ?p ?o }} FILTER({reads} = {reads}) }}");
        let reply = server.query(&text, "Accept: text/csv\r\n");
        assert!(reply.ends_with("n\r\n3000\r\n"), "{reply}");
        reads += 1;
    }
    writer.join().unwrap();
    assert!(reads > 0);
}

#[test]
fn evaluations_never_hold_the_runtime_up() {
    let cores = thread::available_parallelism().map_or(4, usize::from);
    let server = Arc::new(server(Settings { concurrent: 4 * cores, ..with_time_limit(3) }));
    let slow: Vec<_> = endless()
        .into_iter()
        .cycle()
        .take(2 * cores)
        .enumerate()
        .map(|(n, (_, query))| {
            let server = server.clone();
            thread::spawn(move || server.query(&format!("{query} #{n}"), "Accept: text/csv, text/turtle;q=0.5\r\n"))
        })
        .collect();
    thread::sleep(Duration::from_millis(400));
    let mut asked = 0;
    while slow.iter().any(|thread| !thread.is_finished()) {
        let started = Instant::now();
        assert_eq!(status(&server.raw(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")), 200);
        assert!(started.elapsed() < Duration::from_secs(1), "/healthz took {:?}", started.elapsed());
        asked += 1;
        thread::sleep(Duration::from_millis(20));
    }
    assert!(asked > 10, "{asked}");
    for thread in slow {
        thread.join().unwrap();
    }
    idle(&server);
}
