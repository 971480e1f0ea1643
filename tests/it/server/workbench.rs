//! `/sparql` for people. What it does in a browser is tested in `tests/browser`.

use super::app::{App, FORM, QUERY, Reply};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";
const DATA: &str = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @base <https://w3id.org/citypact/id/> .
<place/cn-qingdao> a <http://e/C> ; skos:prefLabel '青島'@zh-Hant, 'Qingdao'@en, '<b>bold</b>'@ja .";

fn is_page(reply: &Reply) -> bool {
    reply.header("content-type") == "text/html; charset=utf-8"
}

async fn sent(app: &App, query: &str, language: &str) -> Reply {
    let encoded = percent_encoding::utf8_percent_encode(query, percent_encoding::NON_ALPHANUMERIC);
    let headers = [FORM, ("accept", BROWSER), ("accept-language", language)];
    app.send("POST", "/sparql", &headers, format!("query={encoded}")).await
}

#[tokio::test]
async fn a_browser_gets_the_editor_filled() {
    let app = App::holding(DATA).await;
    let hostile = "/sparql?query=ASK%7B%7D%23%3C%2Ftextarea%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    for (uri, inside) in [
        ("/sparql", "SELECT ?place (COUNT(DISTINCT ?tie) AS ?ties)"),
        ("/sparql?query=ASK%20%7B%20%3Fa%20%3Fb%20%3Fc%20%7D", "ASK { ?a ?b ?c }</textarea>"),
        ("/sparql?query=SELECT", "SELECT</textarea>"),
        (hostile, "ASK{}#&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt;</textarea>"),
    ] {
        let page = app.get(uri, BROWSER).await;
        assert!(page.status == 200 && is_page(&page), "{uri}: {}", page.status);
        assert!(page.text().contains(inside), "{uri}");
        let again = app.send("GET", uri, &[("accept", BROWSER), ("if-none-match", page.header("etag"))], "").await;
        assert_eq!(again.status, 304, "{uri}");
    }
    assert!(!app.get(hostile, BROWSER).await.text().contains("<script>alert"));
}

#[tokio::test]
async fn programs_get_what_the_protocol_says() {
    let app = App::holding(DATA).await;
    let ask = "/sparql?query=ASK%20%7B%20%3Fa%20%3Fb%20%3Fc%20%7D";
    for accept in [
        "*/*",
        "application/json, text/html;q=0.5",
        "text/html;q=0.1, */*",
        // What Java sends by itself.
        "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
    ] {
        let reply = app.get(ask, accept).await;
        assert_eq!((reply.status, is_page(&reply)), (200, false), "{accept}");
    }
    for with in ["format=csv", "output=xml", "explain"] {
        assert!(!is_page(&app.get(&format!("{ask}&{with}"), BROWSER).await), "{with}");
    }
    let posted = app.send("POST", "/sparql", &[QUERY, ("accept", "text/csv")], "ASK { ?a ?b ?c }").await;
    assert_eq!(posted.text().trim(), "true");
    let update = app.send("POST", "/sparql", &[FORM, ("accept", BROWSER)], "update=CLEAR+ALL").await;
    assert_eq!(update.status, 401, "a page changes nothing");
}

#[tokio::test]
async fn without_scripts_a_form_gives_a_table() {
    let app = App::holding(DATA).await;
    let page = sent(&app, "SELECT ?s ?name { ?s skos:prefLabel ?name }", "en").await;
    assert!(page.status == 200 && is_page(&page));
    for inside in
        ["3 rows", "href=\"/doc/place/cn-qingdao\"", "lang=\"zh-hant\"", "&lt;b&gt;bold", "format=csv", ">?s<"]
    {
        let found = page.text().to_lowercase().contains(&inside.replace(">?s<", ">s<"));
        assert!(found, "{inside}: {}", page.text());
    }
    assert!(!page.text().contains("<b>bold"));
    assert!(sent(&app, "ASK { ?a ?b ?c }", "zh-Hans").await.text().contains("<p class=\"answer\">是</p>"));
    let triples = sent(&app, "CONSTRUCT WHERE { ?s ?p ?o }", "ja").await;
    assert!(triples.text().contains("主語") && triples.text().contains("format=turtle"));
    let none = sent(&app, "SELECT * { ?s pact:none ?o }", "zh-Hant").await;
    assert!(none.text().contains("沒有符合條件的結果"));
}

#[tokio::test]
async fn what_is_wrong_is_told_on_the_page_with_its_line() {
    let app = App::new();
    for (language, line) in [("en", "line 2: "), ("zh-Hans", "第 2 行："), ("zh-Hant", "第 2 行："), ("ja", "2 行目：")]
    {
        let page = sent(&app, "SELECT * {\n  oops }", language).await;
        assert!(page.status == 400 && is_page(&page), "{}", page.status);
        assert!(page.text().contains(line) && page.text().contains("oops }</textarea>"), "{language}: {}", page.text());
    }
}

#[tokio::test]
async fn every_example_can_be_asked() {
    let app = App::new();
    for language in ["en", "zh-Hans", "zh-Hant", "ja"] {
        let page = app.send("GET", "/sparql", &[("accept", BROWSER), ("accept-language", language)], "").await;
        let links: Vec<&str> = page.text().split("data-query=\"\" href=\"").skip(1).collect();
        assert_eq!(links.len(), 25, "{language}");
        for link in links {
            let uri = link.split('"').next().unwrap().replace("&amp;", "&");
            let reply = app.get(&uri, "*/*").await;
            assert_eq!(reply.status, 200, "{uri}: {}", reply.text());
        }
    }
}
