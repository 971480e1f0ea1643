//! Nesting of every kind, in queries, updates, documents and answers of other servers: refused, or worked on, and the
//! server lives on.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use citypact::server::Settings;

use super::super::app::{App, QUERY, UPDATE, WRITE, settings};

fn nested(depth: usize, open: &str, inner: &str, close: &str) -> String {
    format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
}

/// Group graph patterns that nest so deep, each in a way of its own.
fn patterns(depth: usize) -> Vec<(&'static str, String)> {
    let n = |open: &str, inner: &str, close: &str| nested(depth, open, inner, close);
    let filter = |expression: String| format!("{{ ?s ?p ?o FILTER({expression}) }}");
    vec![
        ("parentheses", filter(n("(", "1", ")"))),
        ("not", filter(n("!", "true", ""))),
        ("not and parentheses", filter(n("!(", "true", ")"))),
        ("unary minus", filter(n("-", "1", ""))),
        ("unary minus and parentheses", filter(n("-(", "1", ")"))),
        ("unary plus", filter(n("+", "1", ""))),
        ("EXISTS", filter(n("EXISTS { FILTER ", "(true)", " }"))),
        ("NOT EXISTS", filter(n("NOT EXISTS { ?a ?b ?c FILTER ", "(true)", " }"))),
        ("COALESCE", filter(n("COALESCE(", "1", ")"))),
        ("IF", filter(n("IF(true, ", "1", ", 2)"))),
        ("CONCAT", filter(n("CONCAT('a', ", "'b'", ")"))),
        ("function calls", filter(n("<http://www.w3.org/2001/XMLSchema#integer>(", "1", ")"))),
        ("SUBSTR", filter(n("SUBSTR(", "'a'", ", 1)"))),
        ("SUBSTR in its last argument", filter(n("SUBSTR('a', ", "1", ")"))),
        ("REGEX", filter(n("REGEX(", "'a'", ", 'a')"))),
        ("REPLACE", filter(n("REPLACE(", "'a'", ", 'a', 'b')"))),
        ("GROUP_CONCAT", filter(n("GROUP_CONCAT(DISTINCT ", "'a'", ")"))),
        ("not EXISTS", filter(n("!EXISTS { FILTER(", "true", ") }"))),
        ("not and function calls", filter(n("!STR(", "1", ")"))),
        ("triple terms in an expression", filter(n("<<( ?s ?p ", "?o", " )>>"))),
        ("IN", filter(n("1 IN (", "1", ")"))),
        ("TRIPLE", filter(n("ISTRIPLE(TRIPLE(?s, ?p, ", "?o", "))"))),
        ("a chain of +", filter(format!("1{}", "+1".repeat(depth)))),
        ("a chain of *", filter(format!("1{}", "*1".repeat(depth)))),
        ("a chain of ||", filter(format!("true{}", "||true".repeat(depth)))),
        ("a chain of &&", filter(format!("true{}", "&&true".repeat(depth)))),
        ("BIND", format!("{{ BIND({} AS ?x) }}", n("(", "1", ")"))),
        ("groups", n("{", "", "}")),
        ("OPTIONAL", n("{ OPTIONAL ", "{}", "}")),
        ("OPTIONAL one after the other", format!("{{ {} }}", "OPTIONAL { ?s ?p ?o } ".repeat(depth))),
        ("MINUS", n("{ ?s ?p ?o MINUS ", "{}", "}")),
        ("UNION", n("{ {} UNION ", "{}", "}")),
        ("UNION one after the other", format!("{{ {}{{}} }}", "{} UNION ".repeat(depth))),
        ("GRAPH", n("{ GRAPH ?g ", "{}", "}")),
        ("SERVICE", n("{ SERVICE SILENT <http://a/> ", "{}", "}")),
        ("subselects", n("{ SELECT * ", "{}", "}")),
        ("subselects with aggregates", n("{ SELECT (COUNT(*) AS ?n) ", "{}", "}")),
        ("collections", format!("{{ ?s ?p {} }}", n("(", "1", ")"))),
        ("blank node property lists", format!("{{ ?s ?p {} }}", n("[ ?p ", "1", "]"))),
        ("both in turn", format!("{{ ?s ?p {} }}", n("( [ ?p ", "1", "] )"))),
        ("path parentheses", format!("{{ ?s {} ?o }}", n("(", "<http://a/p>", ")"))),
        ("path repetitions", format!("{{ ?s {} ?o }}", n("(", "<http://a/p>", ")*"))),
        ("path inverses", format!("{{ ?s {} ?o }}", n("^(", "<http://a/p>", ")"))),
        ("path inverses without parentheses", format!("{{ ?s {} ?o }}", n("^", "<http://a/p>", ""))),
        ("a chain of /", format!("{{ ?s <http://a/p>{} ?o }}", "/<http://a/p>".repeat(depth))),
        ("a chain of |", format!("{{ ?s <http://a/p>{} ?o }}", "|<http://a/p>".repeat(depth))),
        ("triple terms", format!("{{ ?s ?p {} }}", n("<<( ?a ?b ", "?c", " )>>"))),
        ("reified triples", format!("{{ {} ?p ?o }}", n("<< ?a ?b ", "?c", " >>"))),
        ("annotations", format!("{{ ?s ?p ?o {} }}", n("{| ?p ?o ", "", "|}"))),
    ]
}

/// A text with a fault where it is deepest: a parser that tries again on every level shows itself.
fn broken(text: &str) -> String {
    let deepest = text.find([')', ']', '}', '>']).unwrap_or(text.len());
    format!("{} %% {}", &text[..deepest], &text[deepest..])
}

/// What else of a query can nest.
fn queries(depth: usize) -> Vec<(&'static str, String)> {
    let n = |open: &str, inner: &str, close: &str| nested(depth, open, inner, close);
    vec![
        ("a projection", format!("SELECT ({} AS ?x) {{}}", n("(", "1", ")"))),
        ("an order", format!("SELECT * {{ ?s ?p ?o }} ORDER BY {}", n("(", "?o", ")"))),
        ("a grouping", format!("SELECT (1 AS ?x) {{ ?s ?p ?o }} GROUP BY {}", n("(", "?o", ")"))),
        (
            "a condition on groups",
            format!("SELECT (1 AS ?x) {{ ?s ?p ?o }} GROUP BY ?s HAVING({})", n("!", "true", "")),
        ),
        ("aggregates", format!("SELECT ({} AS ?x) {{ ?s ?p ?o }}", n("SUM(", "?o", ")"))),
        ("a template", format!("CONSTRUCT {{ ?s ?p {} }} WHERE {{ ?s ?p ?o }}", n("(", "1", ")"))),
        ("a template with blank nodes", format!("CONSTRUCT {{ ?s ?p {} }} WHERE {{ ?s ?p ?o }}", n("[ ?p ", "1", "]"))),
        ("a question", format!("ASK {}", n("{", "", "}"))),
        ("a description", format!("DESCRIBE ?s {}", n("{", "", "}"))),
    ]
}

fn updates(depth: usize) -> Vec<(&'static str, String)> {
    let n = |open: &str, inner: &str, close: &str| nested(depth, open, inner, close);
    vec![
        ("data in collections", format!("INSERT DATA {{ <http://a/s> <http://a/p> {} }}", n("(", "1", ")"))),
        (
            "data in blank nodes",
            format!("INSERT DATA {{ <http://a/s> <http://a/p> {} }}", n("[ <http://a/p> ", "1", "]")),
        ),
        (
            "data in triple terms",
            format!("INSERT DATA {{ <http://a/s> <http://a/p> {} }}", n("<<( <http://a/s> <http://a/p> ", "1", " )>>")),
        ),
        (
            "data in annotations",
            format!("INSERT DATA {{ <http://a/s> <http://a/p> 1 {} }}", n("{| <http://a/p> 1 ", "", "|}")),
        ),
        ("a template", format!("INSERT {{ ?s ?p {} }} WHERE {{ ?s ?p ?o }}", n("(", "1", ")"))),
        ("DELETE WHERE", format!("DELETE WHERE {{ ?s ?p {} }}", n("<<( ?a ?b ", "?c", " )>>"))),
        ("operations one after the other", "CLEAR GRAPH <http://a/none> ;".repeat(depth)),
    ]
}

fn documents(depth: usize) -> Vec<(&'static str, &'static str, String)> {
    let n = |open: &str, inner: &str, close: &str| nested(depth, open, inner, close);
    let xml = |inner: String| {
        format!("<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://a/'>{inner}</r:RDF>")
    };
    let term = || n("<<( <http://a/s> <http://a/p> ", "<http://a/o>", " )>>");
    vec![
        ("collections", "text/turtle", format!("<s> <p> {} .", n("(", "", ")"))),
        ("blank nodes", "text/turtle", format!("<s> <p> {} .", n("[ <p> ", "1", "]"))),
        ("both", "text/turtle", format!("<s> <p> {} .", n("( [ <p> ", "1", "] )"))),
        ("triple terms", "text/turtle", format!("<s> <p> {} .", term())),
        ("reified triples", "text/turtle", format!("{} <p> <o> .", n("<< <s> <p> ", "<o>", " >>"))),
        ("annotations", "text/turtle", format!("<s> <p> <o> {} .", n("{| <p> <o> ", "", "|}"))),
        ("graphs", "application/trig", n("{", "", "}")),
        ("collections in a graph", "application/trig", format!("<g> {{ <s> <p> {} }}", n("(", "", ")"))),
        ("triple terms", "application/n-triples", format!("<http://a/s> <http://a/p> {} .", term())),
        ("triple terms", "application/n-quads", format!("<http://a/s> <http://a/p> {} .", term())),
        ("arrays", "application/ld+json", n("[", "", "]")),
        ("graphs", "application/ld+json", n("{\"@graph\":", "[]", "}")),
        ("nodes", "application/ld+json", n("{\"http://a/p\":", "1", "}")),
        ("lists", "application/ld+json", format!("{{\"http://a/p\":{}}}", n("{\"@list\":[", "1", "]}"))),
        ("contexts", "application/ld+json", n("{\"@context\":[", "{}", "]}")),
        ("reverses", "application/ld+json", n("{\"@reverse\":{\"http://a/p\":", "{}", "}}")),
        ("elements", "application/rdf+xml", xml(n("<a><b>", "", "</b></a>"))),
        ("collections", "application/rdf+xml", xml(n("<a><b r:parseType='Collection'>", "", "</b></a>"))),
        ("resources", "application/rdf+xml", xml(format!("<a>{}</a>", n("<b r:parseType='Resource'>", "", "</b>")))),
        (
            "literals",
            "application/rdf+xml",
            xml(format!("<a><b r:parseType='Literal'>{}</b></a>", n("<c>", "", "</c>"))),
        ),
    ]
}

async fn lives(app: &App) {
    assert_eq!(app.csv("ASK {}").await.text(), "true");
}

#[tokio::test]
async fn queries_that_nest_deep_are_refused() {
    let app = App::new();
    let texts = patterns(20_000).into_iter().map(|(what, pattern)| (what, format!("SELECT * {pattern}")));
    for (what, text) in texts.chain(queries(20_000)) {
        let reply = app.send("POST", "/sparql", &[QUERY], text).await;
        assert_eq!(reply.status, 400, "{what}: {}", reply.text());
    }
    lives(&app).await;
}

#[tokio::test]
async fn updates_that_nest_deep_are_refused() {
    let app = App::new();
    let texts =
        patterns(20_000).into_iter().map(|(what, pattern)| (what, format!("DELETE {{ ?s ?p ?o }} WHERE {pattern}")));
    for (what, text) in texts.chain(updates(20_000)) {
        let reply = app.send("POST", "/sparql", &[UPDATE, WRITE], text).await;
        // A long flat list of data or operations is only large.
        assert!([400, 204].contains(&reply.status), "{what}: {}", reply.text());
    }
    lives(&app).await;
}

/// What the limits let through is worked on, in bounded time and on stacks that are large enough.
#[tokio::test]
async fn what_nests_within_the_limit_is_answered() {
    let app = App::holding("<http://a/s> <http://a/p> 1, 2 .").await;
    for depth in [16, 98] {
        let texts = patterns(depth).into_iter().map(|(what, pattern)| (what, format!("SELECT * {pattern}")));
        for (what, text) in texts.chain(queries(depth)) {
            for text in [broken(&text), text] {
                let started = Instant::now();
                let reply = app.send("POST", "/sparql?timeout=0.5", &[QUERY, ("accept", "*/*")], text).await;
                assert!([200, 400, 503].contains(&reply.status), "{what}, {depth} deep: {}", reply.text());
                let elapsed = started.elapsed();
                assert!(elapsed < Duration::from_secs(10), "{what}, {depth} deep: {elapsed:?}");
            }
        }
        let texts =
            patterns(depth).into_iter().map(|(what, pattern)| (what, format!("DELETE {{ ?s ?p ?o }} WHERE {pattern}")));
        for (what, text) in texts.chain(updates(depth)) {
            let reply = app.send("POST", "/sparql?timeout=0.5", &[UPDATE, WRITE], text).await;
            assert!([204, 400, 503].contains(&reply.status), "{what}, {depth} deep: {}", reply.text());
        }
    }
    lives(&app).await;
}

#[tokio::test]
async fn documents_that_nest_deep_end_nothing() {
    let app = App::new();
    for depth in [30, 20_000] {
        for (what, media_type, document) in documents(depth) {
            for uri in ["/graphs?default", "/graphs"] {
                let headers = [WRITE, ("content-type", media_type)];
                let reply = app.send("POST", uri, &headers, document.clone()).await;
                assert!([201, 204, 400].contains(&reply.status), "{what} in {media_type}: {}", reply.text());
            }
        }
    }
    lives(&app).await;
    // What was taken can be given back in every syntax that can say it: RDF/XML and JSON-LD say no triple term in another.
    for syntax in ["turtle", "trig", "rdfxml", "jsonld", "ntriples", "nquads"] {
        let reply = app.get(&format!("/graphs?default&format={syntax}"), "*/*").await;
        let cannot = ["rdfxml", "jsonld"].contains(&syntax) && reply.status == 406;
        assert!(cannot || [200, 500].contains(&reply.status), "{syntax}: {} {}", reply.status, reply.text());
    }
}

/// A server of somebody else that answers one request.
fn answering(media_type: &'static str, body: String) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
    });
    address
}

#[tokio::test]
async fn answers_of_other_servers_that_nest_deep_end_nothing() {
    let depth = 20_000;
    let term = nested(
        depth,
        "{\"type\":\"triple\",\"value\":{\"subject\":{\"type\":\"uri\",\"value\":\"http://a\"},\"predicate\":{\"type\":\"uri\",\"value\":\"http://a\"},\"object\":",
        "{\"type\":\"uri\",\"value\":\"http://a\"}",
        "}}",
    );
    let json = format!("{{\"head\":{{\"vars\":[\"x\"]}},\"results\":{{\"bindings\":[{{\"x\":{term}}}]}}}}");
    let xml = format!(
        "<sparql xmlns='http://www.w3.org/2005/sparql-results#'><head><variable name='x'/></head><results><result><binding name='x'>{}</binding></result></results></sparql>",
        nested(
            depth,
            "<triple><subject><uri>http://a</uri></subject><predicate><uri>http://a</uri></predicate><object>",
            "<uri>http://a</uri>",
            "</object></triple>"
        )
    );
    let arrays = nested(depth, "[", "", "]");
    for (media_type, body) in [
        ("application/sparql-results+json", json),
        ("application/sparql-results+json", arrays.clone()),
        ("application/sparql-results+xml", xml),
        ("text/tab-separated-values", format!("?x\n{}\n", nested(depth, "<<( <http://a> <http://a> ", "1", " )>>"))),
    ] {
        let address = answering(media_type, body);
        let app = App::with(Settings { allowed_services: vec![address.clone()], ..settings() });
        let reply = app.csv(&format!("SELECT * {{ SERVICE <{address}> {{ ?x ?y ?z }} }}")).await;
        assert_eq!(reply.status, 502, "{media_type}");
        lives(&app).await;
    }
    for (_, media_type, document) in documents(depth) {
        let address = answering(media_type, document);
        let app = App::with(Settings { allowed_services: vec![address.clone()], ..settings() });
        let reply = app.update(&format!("LOAD <{address}>")).await;
        assert!([204, 502].contains(&reply.status), "{media_type}: {}", reply.text());
        lives(&app).await;
    }
}
