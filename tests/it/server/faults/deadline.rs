//! One deadline for all that goes on, and bounds of what one evaluation may use.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use citypact::query::Limits;
use citypact::server::Settings;

use super::super::app::{App, TURTLE, WRITE, settings, status};
use super::{PRODUCT, endless, idle, knot, server, with_time_limit};

#[test]
fn one_deadline_holds_in_every_operator() {
    let server = Arc::new(server(with_time_limit(2)));
    for chunk in endless().chunks(4) {
        let threads: Vec<_> = chunk
            .iter()
            .map(|(what, query)| {
                let (server, what, query) = (server.clone(), *what, query.clone());
                thread::spawn(move || {
                    let started = Instant::now();
                    let reply = server.query(&query, "Accept: text/csv, text/turtle;q=0.9\r\n");
                    (what, started.elapsed(), reply)
                })
            })
            .collect();
        for thread in threads {
            let (what, elapsed, reply) = thread.join().unwrap();
            assert_eq!(status(reply.as_bytes()), 503, "{what}: {reply}");
            assert!(
                reply.to_lowercase().contains("retry-after:")
                    && (reply.contains("time limit") || reply.contains("bytes of memory")),
                "{what}: {reply}"
            );
            assert!(elapsed < Duration::from_secs(6), "{what} took {elapsed:?}");
        }
    }
    idle(&server);
}

#[test]
fn a_client_can_ask_for_less_time_but_not_for_more() {
    let server = server(with_time_limit(2));
    let (_, query) = &endless()[1];
    for (timeout, most) in [("0.3", 1500), ("1000", 5000)] {
        let started = Instant::now();
        let encoded = percent_encoding::utf8_percent_encode(query, percent_encoding::NON_ALPHANUMERIC);
        let request =
            format!("GET /sparql?query={encoded}&timeout={timeout} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assert_eq!(status(&server.raw(request.as_bytes())), 503);
        assert!(started.elapsed() < Duration::from_millis(most), "{timeout}: {:?}", started.elapsed());
    }
}

#[test]
fn updates_have_the_deadline_and_change_nothing_then() {
    let server = server(with_time_limit(2));
    let update = format!(
        "INSERT DATA {{ <http://a/x> <http://a/y> 1 }} ; INSERT {{ <http://a/x> <http://a/y> ?f }} WHERE {PRODUCT}"
    );
    let head = "POST /sparql HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer w\r\nContent-Type: application/sparql-update\r\n";
    let started = Instant::now();
    let reply = server.raw(format!("{head}Content-Length: {}\r\n\r\n{update}", update.len()).as_bytes());
    assert_eq!(status(&reply), 503);
    assert!(started.elapsed() < Duration::from_secs(6));
    assert!(server.query("ASK { <http://a/x> ?p ?o }", "Accept: text/csv\r\n").ends_with("false"));
}

#[tokio::test]
async fn rows_bytes_and_memory_of_a_query_are_limited() {
    let limits = settings().evaluation;
    for limits in [
        Limits { rows: Some(100), ..limits },
        Limits { bytes: Some(1000), ..limits },
        Limits { memory: Some(10_000), ..limits },
    ] {
        let app = App::with(Settings { evaluation: limits, ..settings() });
        assert_eq!(app.send("PUT", "/graphs?graph=http://a/g", &[WRITE, TURTLE], knot()).await.status, 201);
        let reply = app.csv("SELECT DISTINCT ?a ?b ?c { ?a ?p ?b . ?b ?p ?c } ORDER BY ?c").await;
        assert_eq!(reply.status, 503, "{limits:?}: {}", reply.text());
        assert!(reply.text().contains("limit"), "{}", reply.text());
    }
}

/// Eight requests at once that would never end, with a limit of 2 s, are over within 3 s: eight that differ, and eight
/// that ask the same and so wait for one of them.
#[test]
fn eight_endless_requests_at_once_end_in_time() {
    let server = Arc::new(server(with_time_limit(2)));
    let all = endless();
    let same = vec![all[1].clone(); 8];
    for eight in [&all[..8], &all[all.len() - 8..], &same] {
        let threads: Vec<_> = eight
            .iter()
            .map(|(what, query)| {
                let (server, what, query) = (server.clone(), *what, query.clone());
                thread::spawn(move || {
                    let started = Instant::now();
                    let reply = server.query(&query, "Accept: text/csv, text/turtle;q=0.9\r\n");
                    (what, status(reply.as_bytes()), started.elapsed(), reply)
                })
            })
            .collect();
        for thread in threads {
            let (what, status, elapsed, reply) = thread.join().unwrap();
            assert_eq!(status, 503, "{what}: {reply}");
            assert!(elapsed < Duration::from_secs(3), "{what} took {elapsed:?}");
        }
        idle(&server);
    }
}
