//! Bodies that would fill the memory, or are not what they say.

use std::io::Write;

use citypact::server::Settings;

use super::super::app::{App, QUERY, TURTLE, WRITE, settings};

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
    let gzip = |text: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    };
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
}
