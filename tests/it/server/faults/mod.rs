//! The faults of today's endpoints, each with tests that this one has none of them; `../README.md` is their table.

mod connections;
mod deadline;
mod documents;
mod ending;
mod load;
mod moment;
mod nesting;
mod outbound;
mod readers;
mod slow;
mod whole;
mod writers;

use std::thread;
use std::time::{Duration, Instant};

use citypact::query::Limits;
use citypact::server::Settings;
use citypact::server::listen::ConnectionLimits;

use super::app::{Server, settings, status};

/// 300 nodes, each linked to ten others: small enough to load, large enough for products that never end.
pub fn knot() -> String {
    let links = (0..300).flat_map(|n| {
        (1..=10).map(move |m| format!("<http://a/{n}> <http://a/p> <http://a/{}> .\n", (n * 7 + m * 31) % 300))
    });
    links.collect()
}

pub fn server(settings: Settings) -> Server {
    server_with(settings, ConnectionLimits::default())
}

pub fn server_with(settings: Settings, limits: ConnectionLimits) -> Server {
    let server = Server::start(settings, limits);
    let body = knot();
    let put = format!(
        "PUT /graphs?graph=http://a/g HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer w\r\nContent-Type: text/turtle\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    assert_eq!(status(&server.raw(put.as_bytes())), 201);
    server
}

pub fn with_time_limit(seconds: u64) -> Settings {
    Settings {
        evaluation: Limits { timeout: Some(Duration::from_secs(seconds)), ..settings().evaluation },
        ..settings()
    }
}

pub const PRODUCT: &str = "{ ?a ?p ?b . ?c ?q ?d . ?e ?r ?f }";

/// Nothing goes on in the server any more.
pub fn idle(server: &Server) {
    let until = Instant::now() + Duration::from_secs(5);
    loop {
        let reply =
            String::from_utf8(server.raw(b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).unwrap();
        if reply.contains("\ncitypact_running 0\n") {
            return;
        }
        assert!(Instant::now() < until, "{reply}");
        thread::sleep(Duration::from_millis(50));
    }
}

pub fn endless() -> Vec<(&'static str, String)> {
    vec![
        ("cross product", format!("SELECT * {PRODUCT} OFFSET 100000000000")),
        ("COUNT", format!("SELECT (COUNT(*) AS ?n) {PRODUCT}")),
        ("COUNT DISTINCT", "SELECT (COUNT(DISTINCT ?x) AS ?n) { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f BIND(STRLEN(CONCAT(STR(?a), STR(?b), STR(?d), STR(?f))) AS ?x) }".into()),
        ("GROUP BY", format!("SELECT ?a (SUM(STRLEN(STR(?d))) AS ?n) {PRODUCT} GROUP BY ?a")),
        ("ORDER BY", format!("SELECT * {PRODUCT} ORDER BY ?f ?a LIMIT 5")),
        ("DISTINCT", format!("SELECT DISTINCT ?a ?d ?f {PRODUCT} OFFSET 100000000000")),
        ("property path", "SELECT (COUNT(*) AS ?n) { ?a (<http://a/p>|!<http://a/q>)* ?b . ?c (<http://a/p>)* ?d . ?e <http://a/p>+ ?f }".into()),
        ("CONSTRUCT", format!("CONSTRUCT {{ <http://a/x> <http://a/y> <http://a/z> }} WHERE {PRODUCT}")),
        ("ASK", "ASK { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f FILTER(STRLEN(STR(?a)) + STRLEN(STR(?b)) + STRLEN(STR(?d)) + STRLEN(STR(?f)) > 1000) }".into()),
        ("EXISTS", "SELECT * { ?a ?p ?b FILTER NOT EXISTS { ?c ?q ?d . ?e ?r ?f . ?g ?s ?h FILTER(STRLEN(STR(?a)) + STRLEN(STR(?d)) + STRLEN(STR(?f)) + STRLEN(STR(?h)) > 100000) } }".into()),
        ("MINUS", format!("SELECT * {{ {PRODUCT} MINUS {{ ?a ?x ?d . ?e ?y ?b }} FILTER(STRLEN(STR(?a)) + STRLEN(STR(?d)) + STRLEN(STR(?f)) > 1000) }}")),
    ]
}
