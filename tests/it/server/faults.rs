//! The faults of today's endpoints, each with a test that this one has none of them.

use std::io::{Read, Write};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use citypact::query::Limits;
use citypact::server::Settings;
use citypact::server::listen::ConnectionLimits;

use super::app::{App, QUERY, Server, TURTLE, UPDATE, WRITE, settings, status};

/// 300 nodes, each linked to ten others: small enough to load, large enough for products that never end.
fn knot() -> String {
    let links = (0..300).flat_map(|n| {
        (1..=10).map(move |m| format!("<http://a/{n}> <http://a/p> <http://a/{}> .\n", (n * 7 + m * 31) % 300))
    });
    links.collect()
}

fn server(settings: Settings) -> Server {
    let server = Server::start(settings, ConnectionLimits::default());
    let body = knot();
    let put = format!(
        "PUT /graphs?graph=http://a/g HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer w\r\nContent-Type: text/turtle\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    assert_eq!(status(&server.raw(put.as_bytes())), 201);
    server
}

fn with_time_limit(seconds: u64) -> Settings {
    Settings {
        evaluation: Limits { timeout: Some(Duration::from_secs(seconds)), ..settings().evaluation },
        ..settings()
    }
}

const PRODUCT: &str = "{ ?a ?p ?b . ?c ?q ?d . ?e ?r ?f }";

fn endless() -> Vec<(&'static str, String)> {
    vec![
        ("cross product", format!("SELECT * {PRODUCT} OFFSET 100000000000")),
        ("COUNT", format!("SELECT (COUNT(*) AS ?n) {PRODUCT}")),
        ("COUNT DISTINCT", format!("SELECT (COUNT(DISTINCT ?a) AS ?n) {PRODUCT}")),
        ("GROUP BY", format!("SELECT ?a (SUM(STRLEN(STR(?d))) AS ?n) {PRODUCT} GROUP BY ?a")),
        ("ORDER BY", format!("SELECT * {PRODUCT} ORDER BY ?f ?a LIMIT 5")),
        ("DISTINCT", format!("SELECT DISTINCT ?a ?d ?f {PRODUCT} OFFSET 100000000000")),
        ("property path", "SELECT (COUNT(*) AS ?n) { ?a (<http://a/p>|!<http://a/q>)* ?b . ?c (<http://a/p>)* ?d . ?e <http://a/p>+ ?f }".into()),
        ("CONSTRUCT", format!("CONSTRUCT {{ <http://a/x> <http://a/y> <http://a/z> }} WHERE {PRODUCT}")),
        ("ASK", "ASK { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f FILTER(STRLEN(STR(?a)) + STRLEN(STR(?d)) > 1000) }".into()),
        ("EXISTS", "SELECT * { ?a ?p ?b FILTER NOT EXISTS { ?c ?q ?d . ?e ?r ?f . ?g ?s ?h FILTER(?d = ?a && ?f = ?q && ?h = 1) } }".into()),
        ("MINUS", format!("SELECT * {{ {PRODUCT} MINUS {{ ?a ?x ?d . ?e ?y ?b }} FILTER(?a = 1) }}")),
    ]
}

#[test]
fn one_deadline_holds_in_every_operator() {
    let server = Arc::new(server(with_time_limit(2)));
    for chunk in endless().chunks(4) {
        let threads: Vec<_> = chunk
            .iter()
            .map(|(what, query)| {
                let (server, what, query) = (server.clone(), *what, query.clone());
                thread::spawn(move || {
                    let started = Instant::now();
                    let reply = server.query(&query, "Accept: text/csv, text/turtle;q=0.9\r\n");
                    (what, started.elapsed(), reply)
                })
            })
            .collect();
        for thread in threads {
            let (what, elapsed, reply) = thread.join().unwrap();
            assert_eq!(status(reply.as_bytes()), 503, "{what}: {reply}");
            assert!(
                reply.to_lowercase().contains("retry-after:")
                    && (reply.contains("time limit") || reply.contains("bytes of memory")),
                "{what}: {reply}"
            );
            assert!(elapsed < Duration::from_secs(6), "{what} took {elapsed:?}");
        }
    }
    assert_eq!(server.endpoint.concurrent(), Settings::default().concurrent);
    idle(&server);
}

/// Nothing goes on in the server any more.
fn idle(server: &Server) {
    let until = Instant::now() + Duration::from_secs(5);
    loop {
        let reply =
            String::from_utf8(server.raw(b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).unwrap();
        if reply.contains("\ncitypact_running 0\n") {
            return;
        }
        assert!(Instant::now() < until, "{reply}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_client_can_ask_for_less_time_but_not_for_more() {
    let server = server(with_time_limit(2));
    let (_, query) = &endless()[1];
    for (timeout, most) in [("0.3", 1500), ("1000", 5000)] {
        let started = Instant::now();
        let encoded = percent_encoding::utf8_percent_encode(query, percent_encoding::NON_ALPHANUMERIC);
        let request =
            format!("GET /sparql?query={encoded}&timeout={timeout} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assert_eq!(status(&server.raw(request.as_bytes())), 503);
        assert!(started.elapsed() < Duration::from_millis(most), "{timeout}: {:?}", started.elapsed());
    }
}

#[test]
fn updates_have_the_deadline_and_change_nothing_then() {
    let server = server(with_time_limit(2));
    let update = format!(
        "INSERT DATA {{ <http://a/x> <http://a/y> 1 }} ; INSERT {{ <http://a/x> <http://a/y> ?f }} WHERE {PRODUCT}"
    );
    let head = "POST /sparql HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer w\r\nContent-Type: application/sparql-update\r\n";
    let started = Instant::now();
    let reply = server.raw(format!("{head}Content-Length: {}\r\n\r\n{update}", update.len()).as_bytes());
    assert_eq!(status(&reply), 503);
    assert!(started.elapsed() < Duration::from_secs(6));
    assert!(server.query("ASK { <http://a/x> ?p ?o }", "Accept: text/csv\r\n").ends_with("false"));
}

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

fn nested(open: &str, inner: &str, close: &str) -> String {
    format!("{}{inner}{}", open.repeat(10_000), close.repeat(10_000))
}

#[tokio::test]
async fn nesting_of_any_kind_leaves_the_server_alive() {
    let app = App::new();
    let groups = nested("{", "", "}");
    let filters = [
        nested("(", "1", ")"),
        nested("!", "true", ""),
        nested("-", "1", ""),
        nested("EXISTS {FILTER ", "true", "}"),
        nested("COALESCE(", "1", ")"),
        format!("1{}", "+1".repeat(50_000)),
        format!("true{}", "||true".repeat(50_000)),
    ];
    let patterns = [
        groups.clone(),
        nested("{ OPTIONAL ", "{}", "}"),
        nested("{ ?s ?p ?o MINUS ", "{}", "}"),
        nested("{ GRAPH ?g ", "{}", "}"),
        nested("{ SELECT * ", "{}", "}"),
        format!("{{ ?s ?p {} }}", nested("(", "", ")")),
        format!("{{ ?s ?p {} }}", nested("[ ?p ", "1", "]")),
        format!("{{ ?s {} ?o }}", nested("(", "<http://a/p>", ")*")),
        format!("{{ ?s {} ?o }}", nested("^", "<http://a/p>", "")),
        format!("{{ ?s ?p {} }}", nested("<<( ?a ?b ", "?c", ")>>")),
        format!("{{ {} }}", "{} UNION ".repeat(50_000) + "{}"),
    ];
    let texts = filters.iter().map(|filter| format!("{{ FILTER({filter}) }}")).chain(patterns);
    for pattern in texts {
        let beginning: String = pattern.chars().take(40).collect();
        let query = app.send("POST", "/sparql", &[QUERY], format!("SELECT * {pattern}")).await;
        assert!([400, 503].contains(&query.status), "{beginning}: {}", query.status);
        let update = format!("DELETE {{ ?s ?p ?o }} WHERE {pattern}");
        let update = app.send("POST", "/sparql", &[UPDATE, WRITE], update).await;
        assert!([400, 503].contains(&update.status), "{beginning}: {}", update.status);
    }
    let documents = [
        ("text/turtle", format!("<s> <p> {} .", nested("(", "", ")"))),
        ("text/turtle", format!("<s> <p> {} .", nested("[ <p> ", "1", "]"))),
        ("application/trig", nested("{", "", "}")),
        ("application/ld+json", nested("[", "", "]")),
        ("application/ld+json", nested("{\"@graph\":", "[]", "}")),
        (
            "application/n-triples",
            format!("<http://a> <http://a> {} .", nested("<<( <http://a> <http://a> ", "<http://a>", " )>>")),
        ),
    ];
    for (media_type, document) in documents {
        let reply = app.send("POST", "/graphs?default", &[WRITE, ("content-type", media_type)], document).await;
        assert!([204, 400].contains(&reply.status), "{media_type}: {}", reply.status);
    }
    let xml = format!(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://a/'>{}</rdf:RDF>",
        nested("<a><b>", "", "</b></a>")
    );
    let reply = app.send("POST", "/graphs?default", &[WRITE, ("content-type", "application/rdf+xml")], xml).await;
    assert!([204, 400].contains(&reply.status), "{}", reply.status);
    assert_eq!(app.csv("ASK {}").await.text(), "true");
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

#[tokio::test]
async fn rows_bytes_and_memory_of_a_query_are_limited() {
    let limits = settings().evaluation;
    for limits in [
        Limits { rows: Some(100), ..limits },
        Limits { bytes: Some(1000), ..limits },
        Limits { memory: Some(10_000), ..limits },
    ] {
        let app = App::with(Settings { evaluation: limits, ..settings() });
        assert_eq!(app.send("PUT", "/graphs?graph=http://a/g", &[WRITE, TURTLE], knot()).await.status, 201);
        let reply = app.csv("SELECT DISTINCT ?a ?b ?c { ?a ?p ?b . ?b ?p ?c } ORDER BY ?c").await;
        assert_eq!(reply.status, 503, "{limits:?}: {}", reply.text());
        assert!(reply.text().contains("limit"), "{}", reply.text());
    }
}

#[test]
fn too_many_at_once_are_sent_away() {
    let settings = Settings { concurrent: 1, waiting: 1, wait: Duration::from_millis(200), ..with_time_limit(3) };
    let server = Arc::new(server(settings));
    let (_, query) = endless().swap_remove(1);
    let busy = thread::spawn({
        let (server, query) = (server.clone(), query.clone());
        move || server.query(&query, "")
    });
    thread::sleep(Duration::from_millis(500));
    let started = Instant::now();
    let reply = server.query("SELECT * { ?s ?p ?o } LIMIT 1", "");
    assert_eq!(status(reply.as_bytes()), 503);
    assert!(reply.to_lowercase().contains("retry-after:") && started.elapsed() < Duration::from_secs(2));
    assert_eq!(status(busy.join().unwrap().as_bytes()), 503);
    assert_eq!(status(server.query("SELECT * { ?s ?p ?o } LIMIT 1", "").as_bytes()), 200);
}

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
    let idle = server.raw(b"");
    assert!(idle.is_empty() || status(&idle) == 408, "an idle connection gets no 500");
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
