//! Bodies that would fill the memory, or are not what they say.

use std::io::{Read, Write};

use citypact::query::TextLimits;
use citypact::server::Settings;
use citypact::server::listen::ConnectionLimits;

use super::super::app::{App, QUERY, Server, TURTLE, WRITE, settings, status};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn documents_cannot_fill_the_memory() {
    let app = App::new();
    let entities: String =
        (1..10).map(|n| format!("<!ENTITY e{n} \"{}\">", format!("&e{};", n - 1).repeat(10))).collect();
    let bomb = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY e0 \"0123456789\">{entities}]><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:a=\"http://a/\"><rdf:Description><a:p>&e9;</a:p></rdf:Description></rdf:RDF>"
    );
    let xml = ("content-type", "application/rdf+xml");
    assert_eq!(app.send("POST", "/graphs?default", &[WRITE, xml], bomb).await.status, 400);
    let gzipped = [WRITE, TURTLE, ("content-encoding", "gzip")];
    let two = [gzip(b"<http://a/s> <http://a/p> 1 ."), gzip(b"<http://a/s> <http://a/p> 2 .")].concat();
    assert_eq!(app.send("PUT", "/graphs?graph=http://a/g", &gzipped, two).await.status, 201);
    assert_eq!(app.csv("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").await.text(), "n\r\n2\r\n");
    let mut broken = gzip(b"<http://a/s> <http://a/p> 3 .");
    broken.truncate(broken.len() - 6);
    assert_eq!(app.send("PUT", "/graphs?graph=http://a/g", &gzipped, broken).await.status, 400);
    let bomb = gzip(&vec![b' '; 65 << 20]);
    assert_eq!(app.send("PUT", "/graphs?graph=http://a/g", &gzipped, bomb).await.status, 413);
}

#[tokio::test]
async fn large_bodies_and_texts_are_refused_as_such() {
    let app =
        App::with(Settings { body: citypact::server::BodyLimits { bytes: 1000, ..settings().body }, ..settings() });
    assert_eq!(app.send("POST", "/sparql", &[QUERY], "x".repeat(1001)).await.status, 413);
    assert_eq!(app.send("PUT", "/graphs?default", &[WRITE, TURTLE], "x".repeat(1001)).await.status, 413);
    // A body brings a text, and is read no further than a text may go.
    let app = App::with(Settings { text: TextLimits { length: 1000, ..settings().text }, ..settings() });
    assert_eq!(app.send("POST", "/sparql", &[QUERY], "x".repeat(1001)).await.status, 413);
    let form = ("content-type", "application/x-www-form-urlencoded");
    let encoded = format!("query={}", "%20".repeat(990) + "ASK{}");
    assert_eq!(app.send("POST", "/sparql", &[form], encoded).await.status, 200);
    let gzipped = [form, ("content-encoding", "gzip")];
    let many = gzip("a=b&".repeat(1 << 20).as_bytes());
    assert_eq!(app.send("POST", "/sparql", &gzipped, many.clone()).await.status, 413);
    assert_eq!(app.send("POST", "/queries/partners", &gzipped, many).await.status, 413);
}

#[tokio::test]
async fn who_may_not_write_is_not_listened_to() {
    let app = App::new();
    let endless = || axum::body::Body::new(Unending);
    for (method, address, content_type) in [
        ("POST", "/sparql", "application/sparql-update; charset=utf-8"),
        ("PUT", "/graphs?default", "text/turtle"),
        ("POST", "/graphs", "text/turtle"),
    ] {
        let reply = app.send(method, address, &[("content-type", content_type)], endless()).await;
        assert_eq!(reply.status, 401, "{method} {address}");
    }
}

/// A client that sends more than connections hold, and reads only then, gets the answer and no broken pipe.
#[test]
fn a_refusal_reaches_a_client_that_still_sends() {
    let server = Server::start(settings(), ConnectionLimits::default());
    let body = vec![b' '; 8 << 20];
    for (head, wanted) in [
        ("PUT /graphs?default HTTP/1.1\r\nContent-Type: text/turtle", 401),
        ("POST /sparql HTTP/1.1\r\nContent-Type: application/sparql-update", 401),
        ("POST /sparql HTTP/1.1\r\nContent-Type: application/sparql-query", 413),
    ] {
        let head = format!("{head}\r\nHost: a\r\nContent-Length: {}\r\n\r\n", body.len());
        let mut stream = server.connect();
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).expect(&head);
        let mut reply = [0; 12];
        stream.read_exact(&mut reply).expect(&head);
        assert_eq!(status(&reply), wanted, "{head}");
    }
}

/// A body that never comes.
struct Unending;

impl hyper::body::Body for Unending {
    type Data = axum::body::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
        std::task::Poll::Pending
    }
}
