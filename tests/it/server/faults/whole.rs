//! No client takes a part for the whole: not over HTTP/1.0, not compressed, not where it reads nothing.

use std::io::{Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use citypact::server::listen::ConnectionLimits;

use super::super::app::status;
use super::{PRODUCT, idle, server, server_with, with_time_limit};

/// About 9 MB in CSV.
const LARGE: &str = "SELECT * { ?a ?p ?b . ?b ?q ?c . ?c ?r ?d } LIMIT 100000";
/// About 90 MB.
const HUGE: &str = "SELECT * { ?a ?p ?b . ?b ?q ?c . ?c ?r ?d . ?d ?s ?e } LIMIT 700000";

fn post(version: &str, query: &str, more: &str) -> String {
    format!(
        "POST /sparql HTTP/{version}\r\nHost: a\r\nConnection: close\r\nAccept: text/csv\r\nContent-Type: application/sparql-query\r\n{more}Content-Length: {}\r\n\r\n{query}",
        query.len()
    )
}

fn headers(reply: &[u8]) -> String {
    let end = reply.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap_or(reply.len());
    String::from_utf8_lossy(&reply[..end]).to_lowercase()
}

#[test]
fn a_client_without_chunks_gets_all_or_a_true_status() {
    let server = server(with_time_limit(20));
    let reply = server.raw(post("1.0", LARGE, "").as_bytes());
    let head = headers(&reply);
    let length: usize = head.split("content-length: ").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
    assert_eq!((status(&reply), head.len() + 4 + length), (200, reply.len()));
    let reply = server.raw(post("1.0", HUGE, "").as_bytes());
    assert_eq!(status(&reply), 505, "{}", headers(&reply));
    assert!(String::from_utf8_lossy(&reply).contains("HTTP/1.1"));
    let short = super::server(with_time_limit(1));
    let reply = short.raw(post("1.0", &format!("SELECT ?a {PRODUCT} OFFSET 1"), "").as_bytes());
    assert!([503, 505].contains(&status(&reply)), "{}", headers(&reply));
    idle(&short);
}

#[test]
fn a_compressed_body_that_breaks_off_breaks_the_connection() {
    let server = server(with_time_limit(2));
    for coding in ["gzip", "zstd"] {
        let reply = server
            .raw(post("1.1", &format!("SELECT * {PRODUCT}"), &format!("Accept-Encoding: {coding}\r\n")).as_bytes());
        assert_eq!(status(&reply), 200);
        assert!(headers(&reply).contains(&format!("content-encoding: {coding}")));
        assert!(!reply.ends_with(b"\r\n0\r\n\r\n"), "{coding}: the last chunk says that all has come");
    }
    idle(&server);
}

#[test]
fn a_client_that_reads_nothing_is_given_up() {
    let limits = ConnectionLimits { write_time: Duration::from_millis(700), ..ConnectionLimits::default() };
    let server = server_with(with_time_limit(20), limits);
    for query in [LARGE, LARGE, HUGE] {
        let mut stream = server.connect();
        stream.write_all(post("1.1", query, "").as_bytes()).unwrap();
        // It takes what the system keeps for it and no more.
        thread::sleep(Duration::from_secs(3));
        let started = Instant::now();
        let mut reply = Vec::new();
        let _ = stream.read_to_end(&mut reply);
        assert!(!reply.ends_with(b"\r\n0\r\n\r\n") && reply.len() < 9_000_000, "{} bytes came", reply.len());
        assert!(started.elapsed() < Duration::from_secs(5));
    }
    idle(&server);
}
