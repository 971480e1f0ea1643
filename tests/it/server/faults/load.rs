//! What a busy server does, and what is left of it afterwards.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use citypact::server::Settings;

use super::super::app::status;
use super::{endless, server, with_time_limit};

#[test]
fn too_many_at_once_are_sent_away() {
    let settings = Settings { concurrent: 1, waiting: 1, wait: Duration::from_millis(200), ..with_time_limit(4) };
    let server = Arc::new(server(settings));
    let (_, query) = endless().swap_remove(1);
    let ask = |n: usize| {
        let (server, query) = (server.clone(), format!("{query} LIMIT {}", n + 1));
        move || {
            let started = Instant::now();
            let reply = server.query(&query, "").to_lowercase();
            assert!(status(reply.as_bytes()) == 503 && reply.contains("retry-after:"), "{reply}");
            (reply.contains("too many requests"), started.elapsed())
        }
    };
    let all: Vec<_> = (0..40).map(|n| thread::spawn(ask(n))).collect();
    let all: Vec<(bool, Duration)> = all.into_iter().map(|thread| thread.join().unwrap()).collect();
    let sent_away = all.iter().filter(|(sent_away, _)| *sent_away);
    assert!(sent_away.clone().count() > 5 && all.iter().any(|(sent_away, _)| !sent_away), "{all:?}");
    assert!(sent_away.clone().all(|(_, after)| *after < Duration::from_secs(3)), "they are told at once: {all:?}");
    assert_eq!(status(server.query("SELECT * { ?s ?p ?o } LIMIT 1", "").as_bytes()), 200);
}

#[test]
fn identical_queries_in_progress_are_evaluated_once() {
    let server = Arc::new(server(with_time_limit(20)));
    let query = "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?b ?q ?c . ?c ?r ?d }";
    let threads: Vec<_> = (0..8)
        .map(|_| {
            thread::spawn({
                let server = server.clone();
                move || server.query(query, "Accept: text/csv\r\n")
            })
        })
        .collect();
    let replies: Vec<String> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert!(replies.iter().all(|reply| reply.ends_with("n\r\n300000\r\n")), "{replies:?}");
    let misses = replies.iter().filter(|reply| reply.contains("fwd=miss")).count();
    assert_eq!(misses, 1, "{replies:?}");
}
