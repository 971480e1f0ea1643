//! Refusals: problem details (RFC 9457), and bearer tokens (RFC 6750).

use super::app::{FORM, QUERY, Reply, UPDATE, WRITE};
use super::spec_http::{app, vary};

fn problem(reply: &Reply) -> serde_json::Value {
    serde_json::from_slice(&reply.body).unwrap_or_default()
}

/// Method, address, headers, body, and the status that tells what is wrong with them.
type Failing<'a> = (&'a str, &'a str, Vec<(&'a str, &'a str)>, &'a str, u16);

#[tokio::test]
async fn rfc_9457_problems() {
    let app = app().await;
    let long = "x".repeat(2 << 20);
    let requests: Vec<Failing<'_>> = vec![
        ("GET", "/sparql?query=SELECT&timeout=9&format=json", vec![], "", 400),
        ("GET", "/sparql?query=%FF", vec![], "", 400),
        ("GET", "/queries/%FF", vec![], "", 400),
        ("GET", "/graphs/%FF", vec![], "", 400),
        ("GET", "/queries/partners?place=nowhere%20at%20all", vec![], "", 400),
        ("POST", "/sparql", vec![QUERY], &long, 413),
        ("POST", "/sparql", vec![UPDATE], "CLEAR ALL", 401),
        ("POST", "/admin/reload", vec![WRITE], "", 403),
        ("GET", "/nothing", vec![], "", 404),
        ("GET", "/doc/place/nowhere", vec![], "", 404),
        ("GET", "/queries/nothing", vec![], "", 404),
        ("PUT", "/sparql", vec![], "", 405),
        ("GET", "/ns", vec![("accept", "image/png")], "", 406),
        ("GET", "/ns", vec![("if-match", "\"x\"")], "", 412),
        ("POST", "/sparql", vec![("content-type", "text/plain")], "ASK{}", 415),
        ("POST", "/queries/near-matches", vec![("content-type", "application/json")], "{}", 415),
    ];
    for (method, uri, mut headers, body, status) in requests {
        let machine = app.send(method, uri, &headers, body.to_owned()).await;
        let at = format!("{method} {uri}");
        assert_eq!(machine.status, status, "{at}: {}", machine.text());
        assert_eq!(machine.header("content-type"), "application/problem+json", "3 {at}");
        let told = problem(&machine);
        assert_eq!(told["type"], "about:blank", "3.1.1 {at}");
        assert_eq!(told["status"], status, "3.1.2 {at}");
        let title = axum::http::StatusCode::from_u16(status).unwrap().canonical_reason().unwrap();
        assert_eq!(told["title"], title, "4.2.1 {at}: about:blank is titled by its status");
        assert!(
            told["detail"].as_str().is_some_and(|detail| detail.len() > 10 && !detail.contains("src/")),
            "3.1.4 {at}: {told}"
        );
        assert!(vary(&machine).contains(&"accept".into()), "{at}");
        headers.retain(|(name, _)| *name != "accept");
        headers.push((
            "accept",
            if status == 406 { "image/png, text/plain;q=0.5" } else { "text/plain, text/html;q=0.9" },
        ));
        let person = app.send(method, uri, &headers, body.to_owned()).await;
        if status != 406 {
            assert_eq!(person.status, status, "{at}");
            assert!(person.header("content-type").starts_with("text/plain"), "{at}");
            assert!(person.text().starts_with(&format!("{status} {title}\n")), "{at}: {}", person.text());
            headers.retain(|(name, _)| *name != "accept");
            headers.push(("accept", "text/html, text/plain;q=0.9"));
            let browser = app.send(method, uri, &headers, body.to_owned()).await;
            assert_eq!(browser.status, status, "{at}");
            assert_eq!(browser.header("content-type"), "text/html; charset=utf-8", "{at}");
        }
    }
}

/// Members of our own (RFC 9457 §3.2): which parameter of a question is wrong, and what it takes.
#[tokio::test]
async fn parameters_of_questions_are_typed_and_checked() {
    let app = app().await;
    let list = problem(&app.get("/queries", "*/*").await);
    let mut seen = std::collections::BTreeSet::new();
    for query in list["queries"].as_array().unwrap() {
        for parameter in query["parameters"].as_array().unwrap() {
            let (name, kind) = (parameter["name"].as_str().unwrap(), parameter["type"].as_str().unwrap());
            let uri = format!("/queries/{}?{name}=", query["name"].as_str().unwrap());
            let wrong = match kind {
                "place" => "nowhere%20at%20all",
                "integer" | "year" | "date" => "soon",
                "iri" => "a%20b",
                "lang" => "a%20b",
                _ => continue,
            };
            let reply = app.get(&format!("{uri}{wrong}"), "*/*").await;
            let told = problem(&reply);
            let names_another =
                told["parameter"] != name && told["detail"].as_str().is_some_and(|d| d.contains("needs"));
            assert_eq!(reply.status, 400, "{uri}{wrong}: {}", reply.text());
            assert!(names_another || (told["parameter"] == name && told["expected"] == kind), "{uri}{wrong}: {told}");
            seen.insert(kind.to_owned());
        }
    }
    assert!(seen.len() >= 3, "{seen:?}");
    let unknown = problem(&app.get("/queries/near-matches?nothing=1", "*/*").await);
    assert_eq!(unknown["parameter"], "nothing");
}

#[tokio::test]
async fn rfc_6750_tokens() {
    let challenge = |r: &Reply| r.header("www-authenticate").to_owned();
    let app = app().await;
    let post = async |authorization: Option<&str>| {
        let mut headers = vec![UPDATE];
        headers.extend(authorization.map(|value| ("authorization", value)));
        app.send("POST", "/sparql", &headers, "CLEAR GRAPH <http://a/none>").await
    };
    let none = post(None).await;
    assert_eq!((none.status, challenge(&none).as_str()), (401, "Bearer"), "3");
    let wrong = post(Some("Bearer nobody")).await;
    assert_eq!((wrong.status, challenge(&wrong).as_str()), (401, "Bearer error=\"invalid_token\""), "3.1");
    let other = post(Some("Basic dzp3")).await;
    assert_eq!((other.status, challenge(&other).as_str()), (401, "Bearer"), "3");
    let narrow = app.send("POST", "/admin/reload", &[WRITE], "").await;
    assert_eq!((narrow.status, challenge(&narrow).as_str()), (403, "Bearer error=\"insufficient_scope\""), "3.1");
    assert_eq!(post(Some("bearer w")).await.status, 400, "RFC 9110 11.1: the scheme has no case");
    for place in ["/sparql?access_token=w", "/sparql?token=w"] {
        let reply = app.send("POST", place, &[UPDATE], "CLEAR ALL").await;
        assert_eq!(reply.status, 401, "2.3: no token in an address");
    }
    let form = app.send("POST", "/sparql", &[FORM], "update=CLEAR+ALL&access_token=w").await;
    assert_eq!(form.status, 401, "2.2: none in a form");
}
