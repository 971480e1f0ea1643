//! HTTP: what RFC 9110 (semantics), RFC 9111 (caching), RFC 9112 (HTTP/1.1) and RFC 9211 (Cache-Status) say of every route.

use super::app::{ADMIN, App, QUERY, Reply, Server, TURTLE, WRITE, settings, status};
use super::statement::{hold, says};
use citypact::server::listen::ConnectionLimits;

const ASK: &str = "/sparql?query=ASK%7B%7D";
const G: &str = "/graphs?graph=http://example.org/g";
/// Every address that a GET answers with 200, and that stands for something that can be kept.
const KEPT: [&str; 12] = [
    "/",
    "/sparql",
    ASK,
    "/graphs",
    "/graphs?default",
    G,
    "/ns",
    "/queries",
    "/queries/near-matches",
    "/dataset",
    "/openapi.json",
    "/doc/place/x",
];

pub async fn app() -> App {
    let app = App::holding("<http://a/s> <http://a/p> 1 .").await;
    let place = "<https://w3id.org/citypact/id/place/x> <http://a/p> 1 .";
    assert_eq!(app.send("PUT", "/graphs?default", &[WRITE, TURTLE], place).await.status, 204);
    app
}

pub fn vary(reply: &Reply) -> Vec<String> {
    reply.headers("vary").split(',').map(|name| name.trim().to_ascii_lowercase()).collect()
}

#[tokio::test]
async fn rfc_9110_methods() {
    let app = app().await;
    for uri in KEPT.iter().chain(&["/healthz", "/readyz", "/metrics", "/.well-known/void", "/id/x"]) {
        let (get, head) = (app.get(uri, "*/*").await, app.send("HEAD", uri, &[("accept", "*/*")], "").await);
        assert_eq!(get.status, head.status, "9.3.2 HEAD {uri}");
        assert!(head.body.is_empty(), "9.3.2 HEAD {uri}");
        for name in ["content-type", "etag", "vary", "location", "cache-control"] {
            assert_eq!(get.header(name), head.header(name), "9.3.2 {name} of HEAD {uri}");
        }
        let options = app.send("OPTIONS", uri, &[], "").await;
        assert_eq!(options.status, 204, "9.3.7 OPTIONS {uri}");
        assert!(options.header("allow").contains("GET"), "9.3.7 OPTIONS {uri}");
        let wrong = app.send("PATCH", uri, &[], "").await;
        assert_eq!((wrong.status, wrong.header("allow")), (405, options.header("allow")), "15.5.6 PATCH {uri}");
        assert_eq!(app.send("TRACE", uri, &[], "").await.status, 405, "9.3.8 TRACE {uri}");
    }
    hold(vec![
        says("9.3.7", "the server as a whole has options")
            .method("OPTIONS", "*")
            .is(204)
            .and("Allow", |r| r.header("allow").contains("DELETE")),
        says("9.3.6", "it is no proxy").method("CONNECT", "/sparql").is(405),
        says("15.5.5", "what is not there is not found, by whatever method").method("DELETE", "/nothing").is(404),
        says("9.2.1", "safe methods change nothing")
            .method("GET", "/graphs?default")
            .writing()
            .body("x")
            .then("ASK { <http://a/d> ?p ?o }", "true"),
        says("9.2.2", "a deletion can be repeated without harm")
            .method("DELETE", "/graphs?graph=http://example.org/none")
            .writing()
            .is(404),
    ])
    .await;
}

#[tokio::test]
async fn rfc_9110_negotiation() {
    let select = ("query", "SELECT ?o { ?s <http://a/p> ?o }");
    let csv = |r: &Reply| r.header("content-type").starts_with("text/csv");
    let json = |r: &Reply| r.header("content-type") == "application/sparql-results+json";
    hold(vec![
        says("12.5.1", "no Accept accepts anything").get(&[select]).and("JSON", json),
        says("12.5.1", "`*/*` does").get(&[select]).accept("*/*").and("JSON", json),
        says("12.5.1", "the more exact range counts")
            .get(&[select])
            .accept("text/*;q=0.9, text/csv;q=0.1, application/sparql-results+json;q=0.5")
            .and("TSV", |r| r.header("content-type").starts_with("text/tab-separated-values")),
        says("12.5.1", "order counts for nothing")
            .get(&[select])
            .accept("application/sparql-results+json;q=0.1, text/csv")
            .and("CSV", csv),
        says("12.5.1", "types have no case").get(&[select]).accept("TEXT/CSV").and("CSV", csv),
        says("12.4.2", "three digits of weight")
            .get(&[select])
            .accept("text/csv;q=0.501, application/sparql-results+json;q=0.500")
            .and("CSV", csv),
        says("12.4.2", "0.000 is never").get(&[select]).accept("text/csv;q=0.000").is(406),
        says("12.4.2", "blanks around the weight")
            .get(&[select])
            .accept("text/csv ; q=0.9 , application/sparql-results+json ; q=0.2")
            .and("CSV", csv),
        says("5.3", "several fields are one list")
            .get(&[select])
            .header("accept", "image/png")
            .accept("text/csv")
            .and("CSV", csv),
        says("12.5.1", "a charset in a range does not exclude")
            .get(&[select])
            .accept("text/csv;charset=utf-8")
            .and("CSV", csv),
        says("15.5.7", "406 where nothing fits").get(&[select]).accept("image/png").is(406),
        says("12.5.5", "what was negotiated varies by Accept")
            .get(&[select])
            .and("Vary", |r| vary(r).contains(&"accept".into())),
        says("12.5.5", "so does the refusal")
            .get(&[select])
            .accept("image/png")
            .is(406)
            .and("Vary", |r| vary(r).contains(&"accept".into())),
        says("12.5.5", "everything by Accept-Encoding")
            .method("GET", "/")
            .and("Vary", |r| vary(r).contains(&"accept-encoding".into())),
        says("12.5.5", "in one field")
            .method("GET", "/ns")
            .and("Vary", |r| r.headers.get_all("vary").iter().count() == 1),
        says("12.5.3", "gzip where it is accepted")
            .method("GET", "/ns")
            .header("accept-encoding", "gzip")
            .and("gzip", |r| r.header("content-encoding") == "gzip"),
        says("12.5.3", "zstd where it is accepted")
            .method("GET", "/ns")
            .header("accept-encoding", "zstd")
            .and("zstd", |r| r.header("content-encoding") == "zstd"),
        says("12.5.3", "by weight")
            .method("GET", "/ns")
            .header("accept-encoding", "zstd;q=0.1, gzip;q=0.9")
            .and("gzip", |r| r.header("content-encoding") == "gzip"),
        says("12.5.3", "none where none is accepted")
            .method("GET", "/ns")
            .header("accept-encoding", "gzip;q=0, identity")
            .and("none", |r| r.headers.get("content-encoding").is_none()),
        says("12.5.3", "none where another is")
            .method("GET", "/ns")
            .header("accept-encoding", "br")
            .and("none", |r| r.headers.get("content-encoding").is_none()),
        says("8.4", "a body comes compressed")
            .method("POST", "/sparql")
            .header(QUERY.0, QUERY.1)
            .header("content-encoding", "identity")
            .body("ASK {}"),
        says("15.5.16", "but not by a coding that nobody knows")
            .method("POST", "/sparql")
            .header(QUERY.0, QUERY.1)
            .header("content-encoding", "br")
            .body("ASK {}")
            .is(415),
        says("15.5.16", "nor by several at once")
            .method("POST", "/sparql")
            .header(QUERY.0, QUERY.1)
            .header("content-encoding", "gzip, gzip")
            .body("ASK {}")
            .is(415),
        says("10.1.1", "no expectation but the one there is")
            .method("POST", "/sparql")
            .header(QUERY.0, QUERY.1)
            .header("expect", "a miracle")
            .body("ASK {}")
            .is(417),
        says("14.2", "a range may be passed over").method("GET", "/ns").header("range", "bytes=0-9").is(200),
    ])
    .await;
}

#[tokio::test]
async fn rfc_9110_conditions() {
    let app = app().await;
    for uri in KEPT {
        let reply = app.get(uri, "*/*").await;
        assert_eq!(reply.status, 200, "{uri}: {}", reply.text());
        let tag = reply.header("etag").to_owned();
        assert!(tag.len() > 2 && tag.starts_with('"') && tag.ends_with('"'), "8.8.3 {uri}: {tag}");
        let again = async |name: &str, value: &str| app.send("GET", uri, &[("accept", "*/*"), (name, value)], "").await;
        let weak = format!("W/{tag}");
        let list = format!("\"other\", {tag}");
        for known in [tag.as_str(), "*", &weak, &list] {
            let same = again("if-none-match", known).await;
            assert_eq!((same.status, same.body.len()), (304, 0), "13.1.2 {uri} {known}");
            for name in ["etag", "vary", "cache-control", "content-location"] {
                assert_eq!(same.header(name), reply.header(name), "15.4.5 {name} of {uri}");
            }
            assert_eq!(same.headers.get("content-type"), None, "15.4.5 {uri}");
        }
        assert_eq!(again("if-none-match", "\"other\"").await.status, 200, "13.1.2 {uri}");
        assert_eq!(again("if-match", &tag).await.status, 200, "13.1.1 {uri}");
        assert_eq!(again("if-match", "*").await.status, 200, "13.1.1 {uri}");
        assert_eq!(again("if-match", "\"other\"").await.status, 412, "13.1.1 {uri}");
        assert_eq!(again("if-match", &weak).await.status, 412, "13.1.1 {uri}: compared strongly");
        let compressed = app.send("GET", uri, &[("accept", "*/*"), ("accept-encoding", "gzip")], "").await;
        if compressed.header("content-encoding") == "gzip" {
            assert_ne!(compressed.header("etag"), tag, "8.8.3.3 {uri}: another coding is another representation");
            let same = app
                .send("GET", uri, &[("accept-encoding", "gzip"), ("if-none-match", compressed.header("etag"))], "")
                .await;
            assert_eq!((same.status, same.header("etag")), (304, compressed.header("etag")), "15.4.5 {uri}");
        }
    }
    let tag = app.get(ASK, "*/*").await.header("etag").to_owned();
    let post = app.send("POST", "/sparql", &[QUERY, ("if-none-match", &tag), ("accept", "*/*")], "ASK{}").await;
    assert_eq!(post.status, 200, "13.1.2: 304 answers GET and HEAD alone");
    assert_eq!(post.headers.get("etag"), None, "8.8.3: the answer to a POST represents no resource");
    let missing = app.send("GET", "/graphs/none", &[("if-none-match", "*")], "").await;
    assert_eq!(missing.status, 404, "13.2.1: conditions come after what would fail anyway");
    let unmodified = app.send("GET", "/ns", &[("if-modified-since", "Sat, 21 Nov 2099 00:00:00 GMT")], "").await;
    assert_eq!(unmodified.status, 200, "13.1.3: no Last-Modified, no such condition");
}

#[tokio::test]
async fn rfc_9111_caching() {
    let app = app().await;
    for uri in KEPT {
        assert_eq!(
            app.get(uri, "*/*").await.header("cache-control"),
            "no-cache",
            "5.2.2.4 {uri}: kept, but asked for each time"
        );
    }
    for uri in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(
            app.get(uri, "*/*").await.header("cache-control"),
            "no-store",
            "5.2.2.5 {uri}: true at the moment alone"
        );
    }
    let admin = app.send("GET", "/admin/queries", &[ADMIN], "").await;
    assert_eq!(admin.header("cache-control"), "no-store", "5.2.2.5");
    assert_eq!(app.get("/nothing", "*/*").await.header("cache-control"), "no-store", "a failure is not kept");
    let tag = app.get(ASK, "*/*").await.header("etag").to_owned();
    assert_eq!(app.update("INSERT DATA { <http://a/x> <http://a/p> 9 }").await.status, 204);
    let changed = app.send("GET", ASK, &[("accept", "*/*"), ("if-none-match", &tag)], "").await;
    assert_eq!(changed.status, 200, "4.3: what has changed is not validated");
    let csv = app.get(ASK, "text/csv").await;
    assert_ne!(csv.header("etag"), changed.header("etag"), "4.1: a variant has a tag of its own");
    // RFC 9211: hit and miss, and where the cache is not asked at all.
    let status =
        async |query: &str| app.get(&format!("/sparql?query={query}"), "*/*").await.header("cache-status").to_owned();
    assert_eq!(status("ASK%7B?s?p?o%7D").await, "citypact; fwd=miss", "RFC 9211 2.2");
    assert_eq!(status("ASK%7B?s?p?o%7D").await, "citypact; hit", "RFC 9211 2.1");
    assert_eq!(status("ASK%20%7B%20?s%20?p%20?o%20%7D%20%23%20again").await, "citypact; hit", "the algebra is the key");
    for volatile in ["NOW()", "RAND()", "UUID()", "STRUUID()", "BNODE()"] {
        let query = format!("SELECT%20({volatile}%20AS%20?x)%7B%7D");
        assert_eq!(status(&query).await, "citypact; fwd=bypass", "RFC 9211 2.2: {volatile} is new each time");
        assert_eq!(status(&query).await, "citypact; fwd=bypass", "{volatile}");
    }
}

fn exchange(server: &Server, request: &str) -> String {
    String::from_utf8_lossy(&server.raw(request.as_bytes())).into_owned()
}

#[test]
fn rfc_9112_messages() {
    let server = Server::start(settings(), ConnectionLimits::default());
    let close = "Connection: close\r\n\r\n";
    let post = "POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n";
    for (section, request, wanted) in [
        ("3.2 no Host", format!("GET /healthz HTTP/1.1\r\n{close}"), 400),
        ("3.2 two of them", format!("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n{close}"), 400),
        ("3.2 none at all", format!("GET /healthz HTTP/1.1\r\nHost: a b<\r\n{close}"), 400),
        ("3.2 a port and an address of version 6", format!("GET /healthz HTTP/1.1\r\nHost: [::1]:80\r\n{close}"), 200),
        ("3.2.2 an absolute target", format!("GET http://a/healthz HTTP/1.1\r\nHost: b\r\n{close}"), 200),
        ("3.2.4 the server itself", format!("OPTIONS * HTTP/1.1\r\nHost: a\r\n{close}"), 204),
        ("2.3 HTTP/1.0 needs no Host", "GET /healthz HTTP/1.0\r\n\r\n".into(), 200),
        ("2.3 no other version", "GET / HTTP/3.0\r\nHost: a\r\n\r\n".into(), 400),
        ("2.2 no blank before a colon", format!("GET / HTTP/1.1\r\nHost : a\r\n{close}"), 400),
        ("3 a head that is none", "\u{1}\u{2}\r\n\r\n".into(), 400),
        (
            "3 an address of 70,000 bytes",
            format!("GET /sparql?query={} HTTP/1.1\r\nHost: a\r\n{close}", "x".repeat(70_000)),
            414,
        ),
        (
            "6.1 a coding that is not known",
            format!("{post}Transfer-Encoding: gzip, chunked\r\nConnection: close\r\n\r\n0\r\n\r\n"),
            501,
        ),
        ("6.3 two lengths", format!("{post}Content-Length: 5\r\nContent-Length: 6\r\n\r\nASK{{}}"), 400),
        ("6.3 no length but a number", format!("{post}Content-Length: five\r\n\r\nASK{{}}"), 400),
        (
            "7.1 chunks",
            format!(
                "{post}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nASK\r\n2;x=y\r\n{{}}\r\n0\r\nX: y\r\n\r\n"
            ),
            200,
        ),
        (
            "7.1 a chunk without a length",
            format!("{post}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nfive\r\nASK{{}}\r\n0\r\n\r\n"),
            400,
        ),
        (
            "RFC 9110 10.1.1 100-continue",
            format!("{post}Content-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\nASK{{}}"),
            100,
        ),
    ] {
        let reply = exchange(&server, &request);
        assert_eq!(status(reply.as_bytes()), wanted, "{section}: {reply}");
        assert!(wanted == 100 || reply.to_lowercase().contains("\r\ndate: "), "RFC 9110 6.6.1 {section}: {reply}");
    }
    let absolute = exchange(&server, &format!("GET http://example.org/sparql HTTP/1.1\r\nHost: b\r\n{close}"));
    assert!(absolute.contains("http://example.org/sparql"), "3.2.2 the target counts, not Host: {absolute}");
    for (lengths, wanted) in [
        ("Content-Length: 5\r\nTransfer-Encoding: chunked", 200),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5", 200),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 400),
        ("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", 400),
    ] {
        let next = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
        let smuggled = exchange(&server, &format!("{post}{lengths}\r\n\r\n5\r\nASK{{}}\r\n0\r\n\r\n{next}"));
        assert_eq!(status(smuggled.as_bytes()), wanted, "6.1 {lengths}: {smuggled}");
        assert_eq!(smuggled.matches("HTTP/1.1 ").count(), 1, "6.1 one answer, then closed: {smuggled}");
    }
    let huge = exchange(&server, &format!("{post}Content-Length: 1000000000000\r\nExpect: 100-continue\r\n\r\n"));
    assert_eq!(status(huge.as_bytes()), 413, "RFC 9110 10.1.1 nobody is told to go on with a terabyte: {huge}");
    let head = exchange(&server, &format!("HEAD /nothing HTTP/1.1\r\nHost: a\r\n{close}"));
    assert!(head.ends_with("\r\n\r\n"), "RFC 9110 9.3.2 no body to HEAD, whatever the status: {head}");
    let unchanged = exchange(&server, &format!("GET /ns HTTP/1.1\r\nHost: a\r\nIf-None-Match: *\r\n{close}"));
    assert!(status(unchanged.as_bytes()) == 304 && unchanged.ends_with("\r\n\r\n"), "6.3 no body to 304: {unchanged}");
    let kept = exchange(&server, "GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /readyz HTTP/1.0\r\n\r\n");
    assert_eq!(kept.matches("HTTP/1.0 200").count(), 2, "9.3 HTTP/1.0 may keep the connection: {kept}");
}
