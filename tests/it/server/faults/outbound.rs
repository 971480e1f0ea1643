//! SERVICE and LOAD: within the list and the deadline.

use std::time::{Duration, Instant};

use citypact::server::Settings;

use super::super::app::{App, settings, status};
use super::{server, with_time_limit};

#[test]
fn a_service_that_never_answers_is_given_up() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/sparql", silent.local_addr().unwrap());
    let server = server(Settings { allowed_services: vec![address.clone()], ..with_time_limit(2) });
    for kind in ["", "SILENT "] {
        let started = Instant::now();
        let reply = server.query(&format!("SELECT * {{ ?s ?p ?o SERVICE {kind}<{address}> {{ ?a ?b ?c }} }}"), "");
        assert!([502, 503].contains(&status(reply.as_bytes())), "{kind}: {reply}");
        assert!(started.elapsed() < Duration::from_secs(4), "{kind}: {:?}", started.elapsed());
    }
    let load = format!("LOAD <{address}>");
    let head = "POST /sparql HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer w\r\nContent-Type: application/sparql-update\r\n";
    let reply = server.raw(format!("{head}Content-Length: {}\r\n\r\n{load}", load.len()).as_bytes());
    assert_eq!(status(&reply), 502);
}

#[tokio::test]
async fn service_and_load_reach_nothing_that_is_not_listed() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let app = App::with(Settings {
        allowed_services: vec!["http://example.invalid/".into(), "http://ip6-localhost".into()],
        ..settings()
    });
    for target in
        [format!("http://{address}/"), "file:///etc/hostname".into(), format!("http://example.invalid@{address}/")]
    {
        let reply = app.csv(&format!("SELECT * {{ SERVICE <{target}> {{ ?s ?p ?o }} }}")).await;
        assert!(reply.status >= 400, "{target}");
        assert_eq!(app.update(&format!("LOAD <{target}>")).await.status, 403, "{target}");
        assert_eq!(app.update(&format!("LOAD SILENT <{target}>")).await.status, 204, "{target}");
    }
    // Below the path that is listed, however the way out of it is written (RFC 3986 §5.2.4).
    let app = App::with(Settings { allowed_services: vec![format!("http://{address}/public/")], ..settings() });
    for way in ["../private", "%2e%2e/private", ".%2E/private", "..%2Fprivate", "..%5cprivate", "x/../../private"] {
        let target = format!("http://{address}/public/{way}");
        assert_eq!(app.update(&format!("LOAD <{target}>")).await.status, 403, "{target}");
        assert!(app.csv(&format!("SELECT * {{ SERVICE <{target}> {{ ?s ?p ?o }} }}")).await.status >= 400, "{target}");
    }
    assert!(listener.accept().is_err(), "somebody called");
    let app = App::new();
    assert_eq!(app.update(&format!("LOAD <http://{address}/>")).await.status, 403);
    assert!(listener.accept().is_err(), "somebody called");
}

#[tokio::test]
async fn an_allowed_service_answers_and_an_allowed_document_is_loaded() {
    let other = server(settings());
    let endpoint = format!("http://{}/sparql", other.address);
    let graph = format!("http://{}/graphs?graph=http://a/g", other.address);
    let app = App::with(Settings { allowed_services: vec![format!("http://{}/", other.address)], ..settings() });
    let reply = app.csv(&format!("SELECT (COUNT(*) AS ?n) {{ SERVICE <{endpoint}> {{ ?s <http://a/p> ?o }} }}")).await;
    assert_eq!(reply.text(), "n\r\n3000\r\n");
    assert_eq!(app.update(&format!("LOAD <{graph}> INTO GRAPH <http://a/loaded>")).await.status, 204);
    let reply = app.csv("SELECT (COUNT(*) AS ?n) { GRAPH <http://a/loaded> { ?s ?p ?o } }").await;
    assert_eq!(reply.text(), "n\r\n3000\r\n");
}
