//! RFC 9110 and its neighbours, on every route.

use super::app::{ADMIN, App, QUERY, WRITE, settings};

const ASK: &str = "/sparql?query=ASK%7B%7D";

#[tokio::test]
async fn head_answers_as_get_without_a_body() {
    let app = App::holding("<http://a/s> <http://a/p> 1 .").await;
    for uri in [
        ASK,
        "/",
        "/sparql",
        "/graphs",
        "/graphs?graph=http://example.org/g",
        "/ns",
        "/queries",
        "/dataset",
        "/healthz",
        "/readyz",
        "/metrics",
        "/openapi.json",
    ] {
        let (get, head) = (app.get(uri, "*/*").await, app.send("HEAD", uri, &[("accept", "*/*")], "").await);
        assert_eq!((get.status, head.status), (200, 200), "{uri}");
        assert_eq!(get.header("content-type"), head.header("content-type"), "{uri}");
        assert!(head.body.is_empty() && !get.body.is_empty(), "{uri}");
    }
}

#[tokio::test]
async fn wrong_methods_are_told_the_right_ones() {
    let app = App::new();
    for (method, uri, allowed) in [
        ("PUT", "/sparql", vec!["GET", "HEAD", "POST"]),
        ("DELETE", "/", vec!["GET", "HEAD"]),
        ("PATCH", "/graphs", vec!["GET", "HEAD", "PUT", "POST", "DELETE"]),
        ("POST", "/healthz", vec!["GET", "HEAD"]),
        ("GET", "/admin/backup", vec!["POST"]),
    ] {
        let reply = app.send(method, uri, &[], "").await;
        assert_eq!(reply.status, 405, "{method} {uri}");
        let mut allow: Vec<_> = reply.header("allow").split(',').map(str::trim).collect();
        allow.sort_unstable();
        let mut allowed = allowed;
        allowed.sort_unstable();
        assert_eq!(allow, allowed, "{method} {uri}");
    }
    let reply = app.send("OPTIONS", "/sparql", &[], "").await;
    assert_eq!(reply.status, 204);
    assert!(reply.header("allow").contains("POST"));
}

#[tokio::test]
async fn pages_of_other_origins_may_ask() {
    let app = App::new();
    let preflight = [
        ("origin", "https://other.example"),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", "authorization,content-type"),
    ];
    let reply = app.send("OPTIONS", "/graphs?default", &preflight, "").await;
    assert_eq!(reply.status, 204);
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE"] {
        assert!(reply.header("access-control-allow-methods").contains(method), "{method}");
    }
    assert!(reply.header("access-control-allow-headers").contains("authorization"));
    assert_ne!(reply.header("access-control-max-age"), "");
    for uri in [ASK, "/nothing"] {
        let reply = app.send("GET", uri, &[("origin", "https://other.example")], "").await;
        assert_eq!(reply.header("access-control-allow-origin"), "*");
        assert!(reply.header("access-control-expose-headers").contains("etag"));
    }
}

#[tokio::test]
async fn tags_save_sending_again_until_the_data_changes() {
    let app = App::holding("<http://a/s> <http://a/p> 1 .").await;
    for uri in [ASK, "/graphs?graph=http://example.org/g", "/graphs", "/ns", "/dataset"] {
        let tag = app.get(uri, "*/*").await.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"'), "{uri}: {tag}");
        let again = app.send("GET", uri, &[("if-none-match", &tag)], "").await;
        assert_eq!((again.status, again.header("etag"), again.body.len()), (304, &*tag, 0), "{uri}");
        let other = if uri == ASK { "text/csv" } else { "application/ld+json" };
        let other = app.send("GET", uri, &[("if-none-match", &tag), ("accept", other)], "").await;
        assert_eq!(other.status, 200, "{uri}: another format is another representation");
        if uri != "/ns" {
            assert_eq!(
                app.update(&format!(
                    "INSERT DATA {{ GRAPH <http://example.org/g> {{ <http://a/s> <http://a/p> '{uri}' }} }}"
                ))
                .await
                .status,
                204
            );
            assert_eq!(app.send("GET", uri, &[("if-none-match", &tag)], "").await.status, 200, "{uri}");
        }
    }
}

#[tokio::test]
async fn bodies_are_compressed_for_those_who_can() {
    let app = App::new();
    for (coding, ending) in [("gzip", "-gzip\""), ("zstd", "-zstd\"")] {
        let reply = app.send("GET", "/ns", &[("accept-encoding", coding)], "").await;
        assert_eq!(reply.header("content-encoding"), coding);
        assert!(reply.header("etag").ends_with(ending), "{}", reply.header("etag"));
        assert!(reply.headers("vary").to_lowercase().contains("accept-encoding"));
        let again =
            app.send("GET", "/ns", &[("accept-encoding", coding), ("if-none-match", reply.header("etag"))], "").await;
        assert_eq!(again.status, 304);
    }
}

#[tokio::test]
async fn every_response_is_guarded() {
    let app = App::new();
    for uri in ["/", ASK, "/nothing", "/admin/queries"] {
        let reply = app.get(uri, "*/*").await;
        assert!(reply.header("content-security-policy").starts_with("default-src 'none'"), "{uri}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
        assert_eq!(reply.headers.get("set-cookie"), None);
    }
    assert_eq!(app.get("/admin/queries", "*/*").await.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn the_admin_token_opens_what_it_is_for() {
    let app = App::new();
    for (method, uri) in [
        ("GET", "/admin/queries"),
        ("POST", "/admin/reload"),
        ("POST", "/admin/optimize"),
        ("POST", "/admin/backup"),
        ("DELETE", "/admin/queries/1"),
    ] {
        assert_eq!(app.send(method, uri, &[], "").await.status, 401, "{uri}");
        assert_eq!(app.send(method, uri, &[WRITE], "").await.status, 403, "{uri}");
    }
    assert_eq!(app.send("GET", "/admin/queries", &[ADMIN], "").await.text(), "{\"running\":[]}");
    assert_eq!(app.send("POST", "/admin/reload", &[ADMIN], "").await.status, 204);
    assert_eq!(app.send("POST", "/admin/optimize", &[ADMIN], "").await.status, 204);
    assert_eq!(app.send("POST", "/admin/backup", &[ADMIN], "").await.status, 403);
    assert_eq!(app.send("DELETE", "/admin/queries/1", &[ADMIN], "").await.status, 404);
}

#[tokio::test]
async fn operators_see_health_and_numbers() {
    let app = App::new();
    assert_eq!(app.get(ASK, "*/*").await.header("cache-status"), "citypact; fwd=miss");
    assert_eq!(app.get(ASK, "*/*").await.header("cache-status"), "citypact; hit");
    let text = app.get("/metrics", "*/*").await;
    for line in [
        "citypact_queries_total 1",
        "citypact_cache_hits_total 1",
        "citypact_requests_total{class=\"2xx\"} 2",
        "citypact_request_duration_seconds_count 2",
        "citypact_running 0",
    ] {
        assert!(text.text().lines().any(|found| found == line), "{line} in\n{}", text.text());
    }
    assert_eq!(app.get("/readyz", "*/*").await.status, 200);
    app.endpoint.set_ready(false);
    let reply = app.get("/readyz", "*/*").await;
    assert_eq!(reply.status, 503);
    assert_ne!(reply.header("retry-after"), "");
    assert_eq!(app.get("/healthz", "*/*").await.status, 200);
}

#[tokio::test]
async fn a_line_is_logged_for_each_request() {
    let log = std::sync::Arc::new(std::sync::Mutex::new(Vec::<u8>::new()));
    let app = App::with(citypact::server::Settings { access_log: Some(log.clone()), ..settings() });
    app.get(ASK, "*/*").await;
    app.get("/nothing", "*/*").await;
    let text = String::from_utf8(log.lock().unwrap().clone()).unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (&lines[0]["status"], &lines[0]["path"], &lines[0]["complete"]),
        (&200.into(), &"/sparql".into(), &true.into())
    );
    assert_eq!((&lines[1]["status"], &lines[1]["method"]), (&404.into(), &"GET".into()));
    assert!(lines[0]["bytes"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn slow_evaluations_are_noted() {
    let log = std::sync::Arc::new(std::sync::Mutex::new(Vec::<u8>::new()));
    let slow = std::time::Duration::ZERO;
    let app = App::with(citypact::server::Settings { slow_log: Some(log.clone()), slow, ..settings() });
    app.send("POST", "/sparql", &[QUERY], "ASK { ?slow ?p ?o }").await;
    let text = String::from_utf8(log.lock().unwrap().clone()).unwrap();
    assert!(text.contains("?slow") && text.contains("\"outcome\":\"done\""), "{text}");
}

/// The paths of the router as its text has them.
fn routes() -> Vec<String> {
    let text = include_str!("../../../src/server/router.rs");
    let paths = text.split(".route(\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    paths.map(|path| path.replace("{*", "{")).collect()
}

/// The router and the description hold each other to account: every route is described with all of its methods, and
/// everything described is there.
#[tokio::test]
async fn every_route_is_described() {
    let app = App::new();
    let document: serde_json::Value = serde_json::from_slice(&app.get("/openapi.json", "*/*").await.body).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let routes = routes();
    assert!(routes.len() > 20, "{routes:?}");
    for route in &routes {
        // Each question of the library is described by its own name.
        let path = if route == "/queries/{name}" { "/queries/partners?place=cn-kunming" } else { route.as_str() };
        let key = path.split('?').next().unwrap();
        let described = paths.get(key).unwrap_or_else(|| panic!("{path} is not described")).as_object().unwrap();
        let mut described: Vec<String> =
            described.keys().filter(|key| *key != "parameters").map(|key| key.to_uppercase()).collect();
        let uri = path.replace("{name}", "x").replace("{id}", "1");
        let reply = app.send("PATCH", &uri, &[], "").await;
        let mut allowed: Vec<_> = reply.header("allow").split(',').filter(|method| *method != "HEAD").collect();
        described.sort_unstable();
        allowed.sort_unstable();
        assert_eq!(described, allowed, "{path}");
    }
    for (path, operations) in paths {
        assert!(routes.contains(path) || path.starts_with("/queries/"), "{path} is described and not there");
        for operation in operations.as_object().unwrap().iter().filter(|(key, _)| *key != "parameters") {
            assert!(operation.1["summary"].as_str().is_some_and(|text| !text.is_empty()), "{path}");
            assert_eq!(operation.1.get("security").is_some(), path.starts_with("/admin") || changes(path, operation.0));
        }
    }
}

fn changes(path: &str, method: &str) -> bool {
    (path.starts_with("/graphs") || path == "/review") && method != "get"
}

#[tokio::test]
async fn a_base_path_stands_before_every_address() {
    let app = App::with(citypact::server::Settings { base_path: "/data".into(), ..settings() });
    assert_eq!(app.get("/data/healthz", "*/*").await.status, 200);
    assert_eq!(app.get("/healthz", "*/*").await.status, 404);
    assert_eq!(app.get("/data/.well-known/void", "*/*").await.header("location"), "/data/dataset");
    assert!(app.get("/data/sparql", "text/turtle").await.text().contains("http://localhost/data/sparql"));
    let app =
        App::with(citypact::server::Settings { public_url: Some("https://cities.example/x".into()), ..settings() });
    assert!(app.get("/dataset", "text/turtle").await.text().contains("https://cities.example/x/sparql"));
}
