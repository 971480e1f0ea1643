//! Whoever is slow holds nobody up: neither clients that do not read, nor evaluations that go on and on.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use citypact::server::Settings;

use super::super::app::{Server, status};
use super::{endless, idle, server, with_time_limit};

/// Some 9 MB in CSV.
const LARGE: &str = "SELECT * { ?a ?p ?b . ?b ?q ?c . ?c ?r ?d } LIMIT 100000";

fn sent(server: &Server, request: &str) -> TcpStream {
    let mut stream = server.connect();
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

fn query(text: &str) -> String {
    format!(
        "POST /sparql HTTP/1.1\r\nHost: a\r\nAccept: text/csv\r\nContent-Type: application/sparql-query\r\nContent-Length: {}\r\n\r\n{text}",
        text.len()
    )
}

/// Asks what is soon answered, again and again with another text; nobody waits long.
fn short_ones_are_answered(server: &Server, count: usize) {
    for n in 0..count {
        let started = Instant::now();
        let reply = server.query(&format!("SELECT * {{ ?s ?p ?o FILTER({n} = {n}) }} LIMIT 3"), "Accept: text/csv\r\n");
        assert_eq!(status(reply.as_bytes()), 200, "{reply}");
        assert!(started.elapsed() < Duration::from_secs(4), "it waited for {:?}", started.elapsed());
    }
}

#[test]
fn clients_that_read_nothing_hold_nobody_up() {
    let server = server(Settings { concurrent: 2, ..with_time_limit(20) });
    let triples: String = (0..60_000).map(|n| format!("<http://a/{n}> <http://a/long> \"{n:0>90}\" .\n")).collect();
    let put = format!(
        "PUT /graphs?graph=http://a/large HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer w\r\nContent-Type: text/turtle\r\nContent-Length: {}\r\n\r\n{triples}",
        triples.len()
    );
    assert_eq!(status(&server.raw(put.as_bytes())), 201);
    let mut silent = Vec::new();
    for _ in 0..5 {
        silent.push(sent(&server, "GET /graphs?format=nquads HTTP/1.1\r\nHost: a\r\n\r\n"));
        // The first of these evaluates for the others, as long as its client reads.
        silent.push(sent(&server, &query(LARGE)));
    }
    thread::sleep(Duration::from_millis(500));
    short_ones_are_answered(&server, 20);
    let started = Instant::now();
    let reply = server.query(LARGE, "Accept: text/csv\r\n");
    assert!(reply.len() > 5_000_000 && started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    drop(silent);
    idle(&server);
}

#[test]
fn monstrous_queries_hold_no_short_ones_up() {
    let server = Arc::new(server(Settings { concurrent: 2, ..with_time_limit(4) }));
    let monsters: Vec<_> = endless()
        .into_iter()
        .cycle()
        .take(16)
        .enumerate()
        .map(|(n, (_, text))| {
            let (server, text) = (server.clone(), format!("{text} #{n}"));
            thread::spawn(move || server.query(&text, "Accept: text/csv, text/turtle;q=0.5\r\n"))
        })
        .collect();
    thread::sleep(Duration::from_millis(300));
    short_ones_are_answered(&server, 20);
    assert!(monsters.iter().any(|monster| !monster.is_finished()), "they are at it still");
    for monster in monsters {
        // Each ends by its limit; none is a fault of ours.
        assert_eq!(status(monster.join().unwrap().as_bytes()), 503);
    }
    idle(&server);
}
