//! What editors ask while a query is written.

use serde_json::{Value, json};

use super::app::{App, FORM, QUERY, settings};

const DATA: &str = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @base <https://w3id.org/citypact/id/> .
<place/cn-qingdao> skos:prefLabel '青島'@zh-Hant, 'Qingdao'@en . <place/jp-sapporo> skos:prefLabel '札幌'@ja .";

async fn told(app: &App, path: &str, form: &[(&str, &str)]) -> Value {
    let encode =
        |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    let body: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let reply = app.send("POST", path, &[FORM], body.join("&")).await;
    assert_eq!(reply.status, 200, "{path} {form:?}: {}", reply.text());
    serde_json::from_slice(&reply.body).unwrap_or_else(|_| reply.text().into())
}

#[tokio::test]
async fn what_is_wrong_with_a_text_is_told_with_its_place() {
    let app = App::new();
    let check = async |text: &str| told(&app, "/sparql/check", &[("query", text)]).await;
    for right in ["SELECT * { ?s a pact:Tie }", "INSERT DATA { <http://a/s> a pact:Tie }", "", " \n# only a comment\n"]
    {
        assert_eq!(check(right).await, json!({ "error": null, "warnings": [] }), "{right}");
    }
    let wrong = check("SELECT * {\n  ?青 FITLER ?o }").await;
    assert_eq!((&wrong["error"]["line"], &wrong["error"]["column"]), (&json!(2), &json!(13)), "{wrong}");
    let open = check("SELECT * {\n  ?s ?p ?o").await;
    assert_eq!(open["error"]["message"], "this { is never closed", "{open}");
    let odd = check("ASK { ?s pact:partty ?o }").await;
    assert_eq!((&odd["error"], &odd["warnings"][0]["column"]), (&Value::Null, &json!(10)), "{odd}");
    assert_eq!(odd["warnings"][0]["hint"], "did you mean `pact:party`?");
    assert_eq!(app.get("/sparql/check", "*/*").await.status, 400, "no text");
}

#[tokio::test]
async fn the_place_of_an_error_stands_in_the_problem_too() {
    let reply = App::new().send("POST", "/sparql", &[QUERY], "SELECT * {\n  ?s ?p }").await;
    let problem: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!((reply.status, &problem["line"], &problem["column"]), (400, &json!(2), &json!(3)), "{problem}");
}

#[tokio::test]
async fn terms_and_things_are_completed() {
    let app = App::holding(DATA).await;
    let complete = async |text: &str| told(&app, "/sparql/complete", &[("text", text)]).await;
    let found = complete("ASK { ?s pact:signedO").await;
    assert_eq!((&found["from"], &found["suggestions"][0]["text"]), (&json!(9), &json!("pact:signedOn")), "{found}");
    for typed in ["青", "青岛", "qing", "Qing"] {
        let found = complete(&format!("ASK {{ {typed}")).await;
        assert_eq!(found["from"], 6, "in characters: {found}");
        assert_eq!(found["suggestions"][0]["text"], "place:cn-qingdao", "{typed}: {found}");
    }
    let found = complete("ASK { さっぽろ").await;
    assert_eq!(found["suggestions"][0], json!({ "text": "place:jp-sapporo", "label": "札幌", "language": "ja" }));
    // What follows counts, too: variables of the whole text.
    let found = told(&app, "/sparql/complete", &[("text", "ASK { ?p  ?q ?place }"), ("at", "8")]).await;
    assert_eq!(found["suggestions"], json!([{ "text": "?place", "label": null, "language": null }]));
    let none = complete("ASK { 'qing").await;
    assert_eq!(none["suggestions"], json!([]), "not within a string");
    assert_eq!(app.get("/sparql/complete?text=a&at=x", "*/*").await.status, 400);
}

#[tokio::test]
async fn an_answer_has_a_tag_until_the_data_changes() {
    let app = App::holding(DATA).await;
    for uri in
        ["/sparql/complete?text=ASK+%7B+qing", "/sparql/labels?iri=https://w3id.org/citypact/id/place/cn-qingdao"]
    {
        let first = app.get(uri, "*/*").await;
        let tag = first.header("etag").to_owned();
        let again = app.send("GET", uri, &[("if-none-match", &tag)], "").await;
        assert_eq!((first.status, again.status), (200, 304), "{uri}");
        assert_eq!(app.update("INSERT DATA { <http://a/s> <http://a/p> 1 }").await.status, 204);
        assert_eq!(app.send("GET", uri, &[("if-none-match", &tag)], "").await.status, 200, "{uri}");
        assert_eq!(app.update("DELETE DATA { <http://a/s> <http://a/p> 1 }").await.status, 204);
    }
}

#[tokio::test]
async fn things_are_called_by_their_labels_in_a_language() {
    let app = App::holding(DATA).await;
    let [qingdao, none] = ["cn-qingdao", "none"].map(|id| format!("https://w3id.org/citypact/id/place/{id}"));
    for (language, label, tag) in [("zh-Hant", "青島", "zh-Hant"), ("fr", "Qingdao", "en")] {
        let asked = [("lang", language), ("iri", &qingdao), ("iri", &none), ("iri", "no iri")];
        let found = told(&app, "/sparql/labels", &asked).await;
        assert_eq!(found[&qingdao], json!({ "label": label, "language": tag }), "{found}");
        assert!(found.get("no iri").is_none());
    }
    let many = format!("lang=en{}", "&iri=http://a/".repeat(2001));
    assert_eq!(app.send("POST", "/sparql/labels", &[FORM], many).await.status, 400);
}

#[tokio::test]
async fn texts_are_laid_out() {
    let app = App::new();
    let laid_out = told(&app, "/sparql/format", &[("query", "ask{?s ?p ?o.filter(?o>1)}")]).await;
    assert_eq!(laid_out, "ASK {\n  ?s ?p ?o .\n  FILTER(?o>1)\n}\n");
}

#[tokio::test]
async fn texts_are_limited_as_those_of_queries_are() {
    let mut settings = settings();
    settings.text.length = 1000;
    let app = App::with(settings);
    for path in ["check", "format", "complete"] {
        let name = if path == "complete" { "text" } else { "query" };
        let body = format!("{name}={}", "?".repeat(100_000));
        let reply = app.send("POST", &format!("/sparql/{path}"), &[FORM], body).await;
        assert_eq!(reply.status, 413, "{path}");
    }
}
