//! The SPARQL 1.1 Protocol, statement by statement, beyond what W3C's manifests ask.

use super::app::{App, FORM, QUERY, UPDATE, WRITE};

const DATA: &str = "<http://a/s> <http://a/p> 1, 2, 3 ; <http://a/name> '昆明'@zh-Hans .";

#[tokio::test]
async fn a_query_comes_in_three_ways() {
    let app = App::holding(DATA).await;
    let text = "SELECT ?o { ?s <http://a/p> ?o } ORDER BY ?o";
    let encoded = percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    let csv = ("accept", "text/csv");
    let replies = [
        app.send("GET", &format!("/sparql?query={encoded}"), &[csv], "").await,
        app.send("POST", "/sparql", &[FORM, csv], format!("query={encoded}")).await,
        app.send("POST", "/sparql", &[QUERY, csv], text).await,
    ];
    for reply in replies {
        assert_eq!((reply.status, reply.text()), (200, "o\r\n1\r\n2\r\n3\r\n"));
        assert_eq!(reply.header("content-type"), "text/csv; charset=utf-8");
        assert!(reply.header("vary").contains("Accept"));
    }
}

#[tokio::test]
async fn results_come_in_every_format() {
    let app = App::holding(DATA).await;
    let select = "/sparql?query=SELECT%20%3Fo%20%7B%20%3Fs%20%3Chttp%3A%2F%2Fa%2Fname%3E%20%3Fo%20%7D";
    for (accept, media_type, part) in [
        ("*/*", "application/sparql-results+json", "\"xml:lang\":\"zh-Hans\""),
        ("application/json", "application/sparql-results+json", "昆明"),
        ("application/sparql-results+xml", "application/sparql-results+xml", "<literal xml:lang=\"zh-Hans\">昆明"),
        (
            "text/csv;q=0.4, text/tab-separated-values;q=0.5",
            "text/tab-separated-values; charset=utf-8",
            "\"昆明\"@zh-Hans",
        ),
        ("text/markdown", "text/markdown; charset=utf-8", "昆明"),
    ] {
        let reply = app.get(select, accept).await;
        assert_eq!((reply.status, reply.header("content-type")), (200, media_type), "{accept}");
        assert!(reply.text().contains(part), "{accept}: {}", reply.text());
    }
    let construct = "/sparql?query=CONSTRUCT%20WHERE%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D";
    for (accept, media_type) in [
        ("", "text/turtle; charset=utf-8"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
        ("application/n-triples", "application/n-triples"),
        ("text/html;q=0.5,application/xhtml+xml;q=0.5,*/*;q=0.8", "text/turtle; charset=utf-8"),
    ] {
        let reply = app.get(construct, accept).await;
        assert_eq!((reply.status, reply.header("content-type")), (200, media_type), "{accept}");
    }
    let tie = "/sparql?query=CONSTRUCT%20%7B%20%3Fs%20a%20pact%3ATie%20%7D%20%7B%20%3Fs%20%3Chttp%3A%2F%2Fa%2Fname%3E%20%3Fo%20%7D";
    let turtle = app.get(tie, "text/turtle").await;
    assert_eq!(turtle.text(), "@prefix pact: <https://w3id.org/citypact/ns#> .\n\n<http://a/s> a pact:Tie .\n");
    assert_eq!(app.get(construct, "image/png").await.status, 406);
    assert_eq!(app.get(&format!("{construct}&format=ntriples"), "image/png").await.status, 200);
    // A format that does not fit the form of the query gives way to Accept.
    let reply = app.get(&format!("{construct}&format=csv"), "*/*").await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "text/turtle; charset=utf-8"));
}

#[tokio::test]
async fn the_default_graph_is_the_union_unless_the_request_says_otherwise() {
    let app = App::holding(DATA).await;
    let count =
        |dataset: &str| format!("/sparql?query=SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%3Fs%20%3Fp%20%3Fo%7D{dataset}");
    let n = async |dataset: &str| app.get(&count(dataset), "text/csv").await.text().to_owned();
    assert_eq!(n("").await, "n\r\n4\r\n");
    assert_eq!(n("&default-graph-uri=http://example.org/g").await, "n\r\n4\r\n");
    assert_eq!(n("&default-graph-uri=http://example.org/other").await, "n\r\n0\r\n");
    assert_eq!(n("&named-graph-uri=http://example.org/g").await, "n\r\n0\r\n");
    assert_eq!(app.get(&count("&default-graph-uri=relative"), "text/csv").await.status, 400);
}

#[tokio::test]
async fn updates_need_the_token_and_are_atomic() {
    let app = App::holding(DATA).await;
    let insert = "INSERT DATA { GRAPH <http://example.org/g> { <http://a/x> <http://a/p> 4 } }";
    assert_eq!(app.send("POST", "/sparql", &[UPDATE], insert).await.status, 401);
    let form = [FORM, ("origin", "https://evil.example"), ("cookie", "token=w")];
    assert_eq!(app.send("POST", "/sparql", &form, "update=CLEAR+ALL").await.status, 401);
    assert_eq!(app.send("POST", "/sparql", &[UPDATE, ("authorization", "Bearer x")], insert).await.status, 401);
    assert_eq!(app.send("GET", "/sparql?update=CLEAR%20ALL", &[WRITE], "").await.status, 400);
    let failing = format!("{insert} ; CREATE GRAPH <http://example.org/g>");
    assert_eq!(app.update(&failing).await.status, 400);
    assert_eq!(app.csv("ASK { <http://a/x> ?p ?o }").await.text(), "false");
    assert_eq!(app.update(insert).await.status, 204);
    assert_eq!(app.csv("ASK { <http://a/x> ?p ?o }").await.text(), "true");
}

#[tokio::test]
async fn a_read_only_server_takes_no_changes() {
    let app = App::with(citypact::server::Settings::default());
    for (method, uri) in
        [("POST", "/sparql"), ("PUT", "/graphs?default"), ("DELETE", "/graphs?default"), ("POST", "/graphs?default")]
    {
        assert_eq!(app.send(method, uri, &[UPDATE, WRITE], "CLEAR ALL").await.status, 403, "{method} {uri}");
    }
}

#[tokio::test]
async fn faults_of_the_client_are_its_own() {
    let app = App::holding(DATA).await;
    for (uri, status) in [
        ("/sparql?query=SELECT", 400),
        ("/sparql?query=ASK%7B%7D&timeout=soon", 400),
        ("/sparql?query=ASK%7B%7D&timeout=-1", 400),
        ("/sparql?query=%FF", 400),
        ("/sparql?query=SELECT%20*%20%7B%20SERVICE%20%3Chttp%3A%2F%2F127.0.0.1%2F%3E%20%7B%7D%20%7D", 400),
        ("/nothing", 404),
        ("/queries/nothing", 404),
    ] {
        let reply = app.get(uri, "*/*").await;
        assert_eq!(reply.status, status, "{uri}: {}", reply.text());
        assert_eq!(reply.header("content-type"), "application/problem+json");
        let problem: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(problem["status"], status);
        assert!(!problem["detail"].as_str().unwrap().is_empty() && !problem["title"].as_str().unwrap().is_empty());
    }
    let reply = app.get("/sparql?query=SELECT", "text/plain").await;
    assert!(reply.header("content-type").starts_with("text/plain") && reply.text().starts_with("400 Bad Request"));
    for content_type in ["text/plain", "application/json"] {
        let reply = app.send("POST", "/sparql", &[("content-type", content_type)], "ASK {}").await;
        assert_eq!(reply.status, 415);
    }
    assert_eq!(app.send("POST", "/sparql", &[QUERY], vec![b'A', b'S', b'K', 0xff]).await.status, 400);
}

#[tokio::test]
async fn the_service_describes_itself() {
    let app = App::new();
    let reply = app.get("/sparql", "text/turtle").await;
    assert_eq!(reply.status, 200);
    let triples: Vec<_> = oxttl::TurtleParser::new().for_slice(&reply.body).map(Result::unwrap).collect();
    let has = |predicate: &str, object: &str| {
        triples.iter().any(|t| t.predicate.as_str().ends_with(predicate) && t.object.to_string().contains(object))
    };
    assert!(has("#endpoint", "http://localhost/sparql") && has("#supportedLanguage", "SPARQL11Update"));
    assert!(has("#feature", "UnionDefaultGraph") && !has("#feature", "BasicFederatedQuery"));
    assert!(app.get("/sparql", "application/rdf+xml").await.text().contains("rdf:RDF"));
}
