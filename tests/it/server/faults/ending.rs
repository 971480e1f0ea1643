//! How evaluations end before their time: by a failure, by their client, by an operator, with the server.

use std::io::{Read, Write};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::super::app::status;
use super::{PRODUCT, endless, idle, server, with_time_limit};

#[test]
fn what_breaks_off_in_the_middle_breaks_the_connection() {
    let server = server(with_time_limit(2));
    // Rows flow at once and never end.
    let reply = server.query(&format!("SELECT * {PRODUCT}"), "Accept: text/csv\r\n");
    assert_eq!(status(reply.as_bytes()), 200);
    assert!(reply.len() > 64 << 10);
    assert!(!reply.ends_with("\r\n0\r\n\r\n"), "the last chunk says that all has come");
    idle(&server);
}

#[test]
fn an_evaluation_ends_when_its_client_goes() {
    let server = server(with_time_limit(60));
    let query = &endless()[1].1;
    let head = format!(
        "POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\nContent-Length: {}\r\n\r\n{query}",
        query.len()
    );
    let mut stream = server.connect();
    stream.write_all(head.as_bytes()).unwrap();
    thread::sleep(Duration::from_millis(500));
    drop(stream);
    idle(&server);
}

#[test]
fn running_requests_end_before_the_server_does() {
    let mut server = server(with_time_limit(2));
    let query = endless()[1].1.clone();
    let mut stream = server.connect();
    let head = format!(
        "POST /sparql HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/sparql-query\r\nContent-Length: {}\r\n\r\n{query}",
        query.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    thread::sleep(Duration::from_millis(300));
    let address = server.address;
    server.stop();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).unwrap();
    assert_eq!(status(&reply), 503);
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[test]
fn running_evaluations_are_listed_and_can_be_ended() {
    let server = Arc::new(server(with_time_limit(30)));
    let query = endless()[1].1.clone();
    let thread = thread::spawn({
        let server = server.clone();
        move || server.query(&query, "")
    });
    let admin = |method: &str, path: &str| {
        let request =
            format!("{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer a\r\n\r\n");
        String::from_utf8(server.raw(request.as_bytes())).unwrap()
    };
    thread::sleep(Duration::from_millis(500));
    let list = admin("GET", "/admin/queries");
    let id = list.split("\"id\":").nth(1).unwrap().split(',').next().unwrap().to_owned();
    assert!(list.contains("COUNT(*)"), "{list}");
    assert!(admin("DELETE", &format!("/admin/queries/{id}")).starts_with("HTTP/1.1 204"));
    let started = Instant::now();
    assert_eq!(status(thread.join().unwrap().as_bytes()), 503);
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[test]
fn an_update_ends_when_its_client_goes_and_changes_nothing() {
    let server = server(with_time_limit(60));
    let update = format!(
        "INSERT DATA {{ <http://a/x> <http://a/y> 1 }} ; INSERT {{ <http://a/x> <http://a/y> ?f }} WHERE {PRODUCT}"
    );
    let head =
        "POST /sparql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer w\r\nContent-Type: application/sparql-update\r\n";
    let mut stream = server.connect();
    stream.write_all(format!("{head}Content-Length: {}\r\n\r\n{update}", update.len()).as_bytes()).unwrap();
    thread::sleep(Duration::from_millis(500));
    drop(stream);
    idle(&server);
    assert!(server.query("ASK { <http://a/x> ?p ?o }", "Accept: text/csv\r\n").ends_with("false"));
}
