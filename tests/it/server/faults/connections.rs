//! Connections that are slow, full or hasty.

use std::io::{Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use citypact::server::Settings;
use citypact::server::listen::ConnectionLimits;

use super::super::app::{Server, settings, status};

#[test]
fn slow_heads_and_bodies_are_given_up() {
    let limits = ConnectionLimits { header_time: Duration::from_millis(700), ..ConnectionLimits::default() };
    let body = citypact::server::BodyLimits { time: Duration::from_millis(700), ..settings().body };
    let server = Server::start(Settings { body, ..settings() }, limits);
    let mut slow = server.connect();
    let started = Instant::now();
    for byte in b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: yes yes yes yes yes yes yes\r\n\r\n" {
        if slow.write_all(&[*byte]).is_err() {
            break;
        }
        thread::sleep(Duration::from_millis(100));
        if started.elapsed() > Duration::from_secs(3) {
            break;
        }
    }
    let mut reply = Vec::new();
    let _ = slow.read_to_end(&mut reply);
    assert!(reply.is_empty() || status(&reply) == 408, "{:?}", String::from_utf8_lossy(&reply));
    assert!(started.elapsed() < Duration::from_secs(3), "the server closed: {:?}", started.elapsed());
    let started = Instant::now();
    let idle = server.raw(b"");
    assert!(idle.is_empty() || status(&idle) == 408, "an idle connection gets no 500");
    assert!(started.elapsed() < Duration::from_secs(5), "nor is it kept for ever: {:?}", started.elapsed());
    let started = Instant::now();
    let reply = server.raw(
        b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\nContent-Length: 100\r\n\r\nASK",
    );
    assert_eq!(status(&reply), 408);
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_response_has_a_date_and_pipelined_requests_are_answered_in_order() {
    let server = Server::start(settings(), ConnectionLimits::default());
    let reply = server.raw(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /nothing HTTP/1.1\r\nHost: a\r\n\r\nGET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let text = String::from_utf8(reply).unwrap();
    let statuses: Vec<&str> = text.split("HTTP/1.1 ").skip(1).map(|part| &part[..3]).collect();
    assert_eq!(statuses, ["200", "404", "200"]);
    assert_eq!(text.to_lowercase().matches("\r\ndate: ").count(), 3);
    let head = String::from_utf8(server.raw(b"HEAD /ns HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).unwrap();
    assert!(head.ends_with("\r\n\r\n") && status(head.as_bytes()) == 200);
}

#[test]
fn a_head_without_end_is_refused() {
    let server = Server::start(settings(), ConnectionLimits::default());
    let reply = server.raw(format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(200_000)).as_bytes());
    assert!(reply.is_empty() || status(&reply) == 431, "{:?}", String::from_utf8_lossy(&reply));
}
