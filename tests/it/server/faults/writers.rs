//! One writer at a time.

use std::sync::Arc;
use std::thread;

use citypact::server::listen::ConnectionLimits;

use super::super::app::{Server, settings, status};

#[test]
fn no_increment_is_lost() {
    let server = Arc::new(Server::start(settings(), ConnectionLimits::default()));
    let update = "DELETE { GRAPH <http://a/g> { <http://a/n> <http://a/v> ?n } } INSERT { GRAPH <http://a/g> { <http://a/n> <http://a/v> ?m } } \
                  WHERE { OPTIONAL { GRAPH <http://a/g> { <http://a/n> <http://a/v> ?n } } BIND(COALESCE(?n, 0) + 1 AS ?m) }";
    let request = format!(
        "POST /sparql HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer w\r\nContent-Type: application/sparql-update\r\nContent-Length: {}\r\n\r\n{update}",
        update.len()
    );
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let (server, request) = (server.clone(), request.clone());
            thread::spawn(move || (0..50).for_each(|_| assert_eq!(status(&server.raw(request.as_bytes())), 204)))
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let reply = server.query("SELECT ?n { <http://a/n> <http://a/v> ?n }", "Accept: text/csv\r\n");
    assert!(reply.ends_with("n\r\n400\r\n"), "{reply}");
}
