//! The web face: what every page has, in every language, and what the pages of things say.

use std::collections::BTreeSet;
use std::sync::Arc;

use citypact::load::{FileOptions, load_files};
use citypact::place::Register;
use citypact::record::read::Input;
use citypact::server::{Endpoint, Settings};
use citypact::store::Embedded;

use super::app::{App, Reply, TURTLE, WRITE, settings};

/// What a browser sends.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const LANGUAGES: [(&str, &str); 4] =
    [("zh-Hans", "简体中文"), ("zh-Hant", "繁體中文"), ("ja", "日本語"), ("en", "English")];

/// The example articles, served.
pub fn site(settings: Settings) -> App {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/articles/");
    let files = ["000", "001", "002", "003", "004", "review"].map(|name| format!("{folder}{name}.jsonl"));
    let inputs: Vec<Input> =
        files.iter().map(|file| Input::bytes(file.clone(), std::fs::read(file).unwrap())).collect();
    let store = Embedded::memory().unwrap();
    load_files(&store, &inputs, &Register::builtin(), &FileOptions::default(), &mut |_| {}).unwrap();
    App::over(&Endpoint::new(Arc::new(store), settings))
}

pub async fn page(app: &App, uri: &str, language: &str) -> Reply {
    app.send("GET", uri, &[("accept", BROWSER), ("accept-language", language)], "").await
}

/// The elements of a name, from their start tag to the end tag that follows: enough for those that hold none of their own name.
pub fn elements<'h>(html: &'h str, name: &str) -> Vec<&'h str> {
    let (start, end) = (format!("<{name}"), format!("</{name}>"));
    let begins = |at: &usize| html[at + start.len()..].starts_with([' ', '>']);
    let starts = html.match_indices(&start).map(|(at, _)| at).filter(begins);
    starts.filter_map(|at| Some(&html[at..at + html[at..].find(&end)? + end.len()])).collect()
}

/// The values of an attribute, unescaped.
pub fn attributes(html: &str, name: &str) -> Vec<String> {
    let start = format!(" {name}=\"");
    let values = html.split(&start).skip(1).filter_map(|rest| rest.split('"').next());
    values.map(|value| value.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")).collect()
}

/// One address of each kind of page.
const PAGES: [&str; 28] = [
    "/",
    "/search",
    "/search?q=kun",
    "/places",
    "/ties",
    "/agreements",
    "/awards",
    "/events",
    "/documents",
    "/compare",
    "/compare?place=cn-kunming&place=cn-qingdao",
    "/review",
    "/ontology",
    "/ns",
    "/dataset",
    "/doc/place/cn-kunming",
    "/doc/place/cn-qingdao",
    "/doc/place/fr-paris",
    "/doc/tie/friendship-city/cn-kunming--jp-fujisawa",
    "/doc/event/cifcc-2024",
    "/doc/person/yan-dong",
    "/doc/org/cpaffc",
    "/doc/doc/002",
    "/doc/graph/002",
    "/doc/kind/friendship-city",
    "/doc/kind",
    "/doc/code/in-force",
    "/doc/variable/friendship-cities",
];

#[tokio::test]
async fn every_page_in_every_language() {
    let app = site(settings());
    for uri in PAGES {
        let mut tags = BTreeSet::new();
        for (language, _) in LANGUAGES {
            let reply = page(&app, uri, language).await;
            let at = format!("{uri} in {language}");
            assert_eq!(reply.status, 200, "{at}: {}", reply.text());
            let html = reply.text();
            assert!(html.starts_with(&format!("<!DOCTYPE html><html lang=\"{language}\">")), "{at}");
            assert_eq!(reply.header("content-type"), "text/html; charset=utf-8", "{at}");
            assert_eq!(reply.header("content-language"), language, "{at}");
            let vary = reply.headers("vary");
            assert!(["Accept", "Accept-Language", "Cookie"].iter().all(|name| vary.contains(name)), "{at}: {vary}");
            assert!(
                reply.header("content-security-policy").starts_with("default-src 'none'; script-src 'self'"),
                "{at}"
            );
            assert!(tags.insert(reply.header("etag").to_owned()), "{at}: an ETag of its own");
            assert_eq!(reply.headers.get("set-cookie"), None, "{at}");
            let forms = elements(html, "form");
            let searches: Vec<_> = forms.iter().filter(|form| form.contains("role=\"search\"")).collect();
            assert_eq!(searches.len(), 1, "{at}: one search form");
            let form = searches[0];
            assert!(form.contains("method=\"get\"") && form.contains("action=\"/search\""), "{at}: {form}");
            assert!(form.contains("type=\"search\"") && form.contains("name=\"q\""), "{at}: {form}");
            assert_eq!(elements(html, "h1").len(), 1, "{at}");
            assert!(html.contains("<link rel=\"icon\""), "{at}");
            for (other, name) in LANGUAGES {
                let link =
                    elements(html, "a").into_iter().find(|link| link.ends_with(&format!(">{name}</a>"))).unwrap();
                assert!(link.contains(&format!("lang={other}")), "{at}: {link}");
            }
            assert!(html.len() < 150_000, "{at}: {} bytes", html.len());
            // Nothing is fetched but from here: pictures, styles, modules.
            let heads = html.split("</head>").next().unwrap();
            let fetched = attributes(html, "src").into_iter().chain(attributes(heads, "href"));
            assert!(fetched.into_iter().all(|address| address.starts_with('/')), "{at}");
            for script in elements(html, "script") {
                assert!(
                    script.contains("type=\"application/ld+json\"") || script.contains(" src=\"/"),
                    "{at}: {script}"
                );
            }
            assert!(!html.contains("<style") && !html.contains(" style=") && !html.contains(" onclick="), "{at}");
        }
    }
}

#[tokio::test]
async fn a_language_is_asked_for_remembered_or_preferred() {
    let app = site(settings());
    let lang = |reply: &Reply| reply.header("content-language").to_owned();
    let asked = app.send("GET", "/?lang=ja", &[("accept", BROWSER), ("accept-language", "en")], "").await;
    assert_eq!(lang(&asked), "ja");
    assert!(asked.header("set-cookie").starts_with("lang=ja; Path=/; "), "{}", asked.header("set-cookie"));
    let cookie = [("accept", BROWSER), ("accept-language", "en"), ("cookie", "a=b; lang=zh-Hant")];
    assert_eq!(lang(&app.send("GET", "/", &cookie, "").await), "zh-Hant");
    assert_eq!(lang(&page(&app, "/", "fr, zh-TW;q=0.9, en;q=0.5").await), "zh-Hant");
    assert_eq!(lang(&page(&app, "/", "fr").await), "en");
    assert_eq!(lang(&page(&app, "/?lang=%22%3E%3Cscript%3E", "zh-CN").await), "zh-Hans");
    // An address keeps its other parameters when the language changes.
    let html = page(&app, "/doc/place/cn-kunming?page=1", "en").await;
    assert!(attributes(html.text(), "href").iter().any(|href| href == "/doc/place/cn-kunming?page=1&lang=ja"));
}

#[tokio::test]
async fn names_of_things_may_be_in_another_language_than_the_page() {
    let app = site(settings());
    let chosen = app
        .send("GET", "/doc/place/cn-kunming?labels=en&page=1", &[("accept", BROWSER), ("accept-language", "ja")], "")
        .await;
    assert_eq!(chosen.header("content-language"), "ja");
    assert!(elements(chosen.text(), "h1")[0].contains("<bdi lang=\"en\">Kunming</bdi>"));
    assert!(chosen.header("set-cookie").starts_with("labels=en; Path=/; "), "{}", chosen.header("set-cookie"));
    let form = elements(chosen.text(), "form").into_iter().find(|form| form.contains("class=\"labels\"")).unwrap();
    assert!(
        form.contains("name=\"page\" value=\"1\"") && form.contains("value=\"en\" lang=\"en\" aria-current=\"true\""),
        "{form}"
    );
    let kept = |cookie: &'static str| [("accept", BROWSER), ("accept-language", "ja"), ("cookie", cookie)];
    let later = app.send("GET", "/doc/place/cn-kunming", &kept("labels=en"), "").await;
    assert!(elements(later.text(), "h1")[0].contains("Kunming"));
    let plain = app.send("GET", "/doc/place/cn-kunming", &kept("lang=ja"), "").await;
    assert_ne!(plain.header("etag"), later.header("etag"));
    let forgotten = app.send("GET", "/doc/place/cn-kunming?labels=", &kept("labels=en"), "").await;
    assert!(
        forgotten.header("set-cookie").starts_with("labels=; ") && forgotten.header("set-cookie").contains("Max-Age=0")
    );
    assert!(elements(forgotten.text(), "h1")[0].contains("昆明市"));
}

#[tokio::test]
async fn a_page_is_sent_again_only_when_it_changed() {
    let app = site(settings());
    let first = page(&app, "/doc/place/cn-kunming", "ja").await;
    let known = [("accept", BROWSER), ("accept-language", "ja"), ("if-none-match", first.header("etag"))];
    assert_eq!(app.send("GET", "/doc/place/cn-kunming", &known, "").await.status, 304);
    let other = [("accept", BROWSER), ("accept-language", "en"), ("if-none-match", first.header("etag"))];
    assert_eq!(app.send("GET", "/doc/place/cn-kunming", &other, "").await.status, 200);
    assert_eq!(app.update("INSERT DATA { <http://a/s> <http://a/p> 1 }").await.status, 204);
    assert_eq!(app.send("GET", "/doc/place/cn-kunming", &known, "").await.status, 200);
}

#[tokio::test]
async fn assets_are_kept_for_ever_under_their_own_address() {
    let app = App::new();
    let html = page(&app, "/", "en").await;
    let assets: BTreeSet<String> =
        attributes(html.text(), "href").into_iter().filter(|href| href.starts_with("/assets/")).collect();
    assert!(assets.len() >= 2, "{assets:?}");
    for asset in &assets {
        let reply = app.send("GET", asset, &[("accept-encoding", "gzip")], "").await;
        assert_eq!(reply.status, 200, "{asset}");
        assert!(reply.header("cache-control").contains("immutable"), "{asset}");
        let known = app.send("GET", asset, &[("if-none-match", reply.header("etag"))], "").await;
        assert_eq!(known.status, 304, "{asset}");
    }
    let css = assets.iter().find(|asset| asset.ends_with(".css")).unwrap();
    for coding in ["gzip", "zstd"] {
        let reply = app.send("GET", css, &[("accept-encoding", coding)], "").await;
        assert_eq!(reply.header("content-encoding"), coding);
        assert!(reply.body.len() < app.get(css, "*/*").await.body.len() / 2);
    }
    assert_eq!(app.get("/assets/0/site.css", "*/*").await.header("cache-control"), "no-cache");
    for nothing in ["/assets/0/none.css", "/assets/0/../Cargo.toml", "/assets/0/%2e%2e/site.css"] {
        assert_eq!(app.get(nothing, "*/*").await.status, 404, "{nothing}");
    }
}

#[tokio::test]
async fn errors_are_pages_too() {
    let app = site(settings());
    for (uri, status) in
        [("/nothing", 404), ("/doc/place/no-such-place", 404), ("/sparql?query=SELECT&format=csv", 400)]
    {
        for (language, words) in [("zh-Hans", "搜索"), ("zh-Hant", "搜尋"), ("ja", "検索"), ("en", "Search")] {
            let reply = page(&app, uri, language).await;
            assert_eq!(reply.status, status, "{uri}");
            assert_eq!(reply.header("content-type"), "text/html; charset=utf-8", "{uri}");
            assert!(reply.text().contains(&format!("<html lang=\"{language}\">")), "{uri}");
            assert!(reply.text().contains(words) && reply.text().contains("role=\"search\""), "{uri}");
            // Only what the parser says is English everywhere.
            assert_eq!(reply.text().contains("<p lang=\"en\">"), uri.starts_with("/sparql"), "{uri}");
        }
        assert_eq!(app.get(uri, "*/*").await.header("content-type"), "application/problem+json", "{uri}");
    }
}

#[tokio::test]
async fn a_row_for_each_partner_and_document() {
    let app = site(settings());
    let html = page(&app, "/doc/place/cn-kunming", "en").await;
    let html = html.text();
    assert!(elements(html, "h1")[0].contains("<bdi lang=\"en\">Kunming</bdi>"), "{}", elements(html, "h1")[0]);
    let tables = elements(html, "table");
    let partners = tables.iter().find(|table| table.contains("tie/")).unwrap();
    let rows: Vec<_> = elements(partners, "tr").into_iter().skip(1).collect();
    assert_eq!(rows.len(), 18, "as the question `partners` has them");
    for row in &rows {
        let links = attributes(row, "href");
        for part in ["/doc/place/", "/doc/tie/", "/kind/", "/doc/doc/"] {
            assert!(links.iter().any(|link| link.contains(part)), "{part}: {row}");
        }
        assert!(row.contains("<q lang="), "{row}");
    }
    let fujisawa = rows.iter().find(|row| row.contains("Fujisawa")).unwrap();
    assert!(fujisawa.contains("<time datetime=\"1981-11-05\">1981-11-05</time>"), "{fujisawa}");
    assert!(rows.iter().any(|row| row.contains("<time datetime=\"1982\">1982</time>")), "precision is kept");
    let map = elements(html, "svg")[0];
    assert!(map.starts_with("<svg role=\"img\" aria-label=\""), "{map}");
    assert!(map.contains("class=\"arc\""));
    let types: BTreeSet<String> = attributes(html, "type").into_iter().collect();
    for media_type in ["text/csv", "text/turtle", "application/ld+json", "application/n-triples"] {
        assert!(types.contains(media_type), "{media_type}");
    }
    let links = attributes(html, "href");
    assert!(links.iter().any(|link| link.starts_with("/sparql?query=SELECT")));
    assert!(links.iter().any(|link| link.starts_with("/review")), "figures in conflict lead to the review");
}

#[tokio::test]
async fn a_place_with_many_ties_pages_its_table() {
    let app = App::new();
    let ties: String = (0..230)
        .map(|n| {
            format!(
                "<https://w3id.org/citypact/id/tie/t/hub--p{n:03}> a pact:Tie ; pact:kind kind:friendship-city ;
                 pact:party place:hub, place:p{n:03} ; pact:since \"{}\"^^xsd:gYear .\n",
                1900 + n % 100
            )
        })
        .collect();
    let data = format!(
        "@prefix pact: <https://w3id.org/citypact/ns#> . @prefix kind: <https://w3id.org/citypact/kind/> .
         @prefix place: <https://w3id.org/citypact/id/place/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n{ties}"
    );
    assert_eq!(app.send("PUT", "/graphs?graph=http://example.org/g", &[WRITE, TURTLE], data).await.status, 201);
    let mut partners = BTreeSet::new();
    for (number, rows) in [(1, 100), (2, 100), (3, 30)] {
        let html = page(&app, &format!("/doc/place/hub?page={number}"), "en").await;
        let tables = elements(html.text(), "table");
        let links = attributes(tables[0], "href");
        let shown: BTreeSet<_> = links.into_iter().filter(|link| link.starts_with("/doc/place/")).collect();
        assert_eq!(shown.len(), rows, "page {number}");
        partners.extend(shown);
        let next = format!("/doc/place/hub?page={}", number + 1);
        assert_eq!(attributes(html.text(), "href").contains(&next), number < 3, "page {number}");
    }
    assert_eq!(partners.len(), 230, "none is left out, none comes twice");
}

#[tokio::test]
async fn of_a_place_with_many_figures_the_latest_is_found_and_the_rest_is_told() {
    let app = App::new();
    let figures: String = (0..450)
        .map(|n| {
            format!(
                "<https://w3id.org/citypact/id/claim/{n}> a pact:CountObservation ; schema:observationAbout place:hub ;
                 schema:variableMeasured variable:friendship-cities ; schema:value {n} ; pact:asOf \"{}\"^^xsd:gYear .\n",
                1500 + n
            )
        })
        .collect();
    let data = format!(
        "@prefix pact: <https://w3id.org/citypact/ns#> . @prefix schema: <https://schema.org/> .
         @prefix variable: <https://w3id.org/citypact/variable/> . @prefix place: <https://w3id.org/citypact/id/place/> .
         @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n{figures}"
    );
    assert_eq!(app.send("PUT", "/graphs?graph=http://example.org/g", &[WRITE, TURTLE], data).await.status, 201);
    let html = page(&app, "/doc/place/hub?on=2026", "en").await;
    let shown: Vec<_> = elements(html.text(), "tr").into_iter().filter(|row| row.contains("data-current")).collect();
    assert_eq!(shown.len(), 1);
    assert!(shown[0].contains("/claim/449\"") && shown[0].contains("data-current=\"certainly\""), "{}", shown[0]);
    let html = page(&app, "/doc/place/hub", "en").await;
    assert!(html.text().contains("50 more: query them") && html.text().contains("/claim/0\""), "all are counted");
}

#[tokio::test]
async fn names_follow_the_language_of_the_page() {
    let app = site(settings());
    for (language, name) in [("zh-Hans", "昆明市"), ("zh-Hant", "昆明市"), ("ja", "昆明市"), ("en", "Kunming")]
    {
        let html = page(&app, "/doc/place/cn-kunming", language).await;
        let heading = elements(html.text(), "h1")[0].to_owned();
        assert_eq!(heading, format!("<h1><bdi lang=\"{language}\">{name}</bdi></h1>"));
    }
}

#[tokio::test]
async fn a_place_that_only_the_register_knows_has_a_page() {
    let app = site(settings());
    for (language, words) in [("en", "No facts"), ("zh-Hans", "暂无"), ("zh-Hant", "尚無"), ("ja", "まだありません")]
    {
        let html = page(&app, "/doc/place/fr-paris", language).await;
        assert_eq!(html.status, 200);
        assert!(html.text().contains(words), "{language}");
    }
    assert_eq!(app.get("/doc/place/fr-paris", "text/turtle").await.status, 404, "there is no data of it");
}

#[tokio::test]
async fn things_of_every_class_have_pages() {
    let app = site(settings());
    for class in [
        "pact:Tie",
        "pact:Agreement",
        "pact:Alliance",
        "pact:Award",
        "pact:AwardConferral",
        "pact:Declaration",
        "pact:CountObservation",
        "pact:RankObservation",
        "pact:Target",
        "pact:TransportService",
        "pact:DiplomaticPost",
        "pact:Assessment",
        "pact:Signature",
        "schema:Event",
        "schema:Person",
        "schema:Organization",
        "schema:Project",
        "schema:NewsArticle",
    ] {
        let found = app.csv(&format!("SELECT ?thing {{ ?thing a {class} }} ORDER BY ?thing LIMIT 3")).await;
        let things: Vec<_> = found.text().lines().skip(1).collect();
        assert!(!things.is_empty(), "{class}");
        for thing in things {
            let path = thing.trim().replace("https://w3id.org/citypact/id/", "/doc/");
            // What is named below a thing stands on its page.
            let path = path.split('#').next().unwrap();
            let html = page(&app, path, "ja").await;
            assert_eq!(html.status, 200, "{class}: {path}");
            assert!(elements(html.text(), "h1")[0].len() > 20, "{class}: {path}");
        }
    }
}

#[tokio::test]
async fn facts_stand_beside_their_documents_and_words() {
    let app = site(settings());
    let html = page(&app, "/doc/tie/friendship-city/cn-kunming--jp-fujisawa", "zh-Hans").await;
    let html = html.text();
    assert!(html.contains("1981-11-05") && html.contains("<q lang="));
    assert!(attributes(html, "href").iter().any(|href| href == "/doc/doc/001"));
    let document = page(&app, "/doc/doc/002", "en").await;
    let facts = attributes(document.text(), "href").into_iter().filter(|href| href.starts_with("/doc/")).count();
    assert!(facts > 30, "a document's page lists what it asserts: {facts}");
    assert!(document.text().matches("<q lang=\"").count() > 30);
}

#[tokio::test]
async fn lists_are_narrowed_by_their_address() {
    let app = site(settings());
    let rows = |html: &str| elements(html, "tr").len().saturating_sub(1);
    for uri in ["/places", "/ties", "/agreements", "/awards", "/events", "/documents"] {
        let html = page(&app, uri, "en").await;
        assert!(rows(html.text()) > 3, "{uri}");
        assert!(attributes(html.text(), "href").iter().any(|href| href.starts_with("/sparql?query=SELECT")), "{uri}");
        let form = elements(html.text(), "form").into_iter().find(|form| form.contains("class=\"filters\"")).unwrap();
        assert!(form.contains("name=\"year\"") && form.contains("name=\"kind\""), "{uri}");
        let none = page(&app, &format!("{uri}?year=1066"), "en").await;
        assert_eq!((none.status, rows(none.text())), (200, 0), "{uri}");
        assert!(none.text().contains("Nothing fits"), "{uri}");
    }
    let all = page(&app, "/ties", "en").await;
    let japanese = page(&app, "/ties?state=jp&kind=friendship-city", "en").await;
    assert!((1..rows(all.text())).contains(&rows(japanese.text())));
    assert!(japanese.text().contains("Fujisawa") && !japanese.text().contains(">Denver"));
    let first = page(&app, "/ties?page=1", "en").await;
    let second = page(&app, "/ties?page=2", "en").await;
    assert_eq!((rows(first.text()), rows(first.text()) + rows(second.text())), (50, 75));
    assert!(attributes(first.text(), "href").iter().any(|href| href == "/ties?page=2"));
    // What a list links for the query that gives it runs.
    let links = attributes(japanese.text(), "href");
    let query = links.iter().find(|href| href.starts_with("/sparql?query=") && !href.contains("format=")).unwrap();
    let result = app.get(query, "text/csv").await;
    assert_eq!(result.status, 200, "{}", result.text());
    assert_eq!(result.text().lines().count() - 1, rows(japanese.text()));
}

#[tokio::test]
async fn a_search_takes_any_script() {
    let app = site(settings());
    for typed in ["昆明", "昆明市", "Kunming", "KUNMING", "クンミン市"] {
        let uri = format!("/search?q={}", percent(typed));
        let reply = page(&app, &uri, "en").await;
        let found = match reply.status {
            303 => vec![reply.header("location").to_owned()],
            200 => attributes(reply.text(), "href"),
            status => panic!("{typed}: {status}"),
        };
        if typed != "クンミン市" {
            assert!(found.iter().any(|href| href == "/doc/place/cn-kunming"), "{typed}: {found:?}");
        }
    }
    for (typed, place) in [
        ("札幌", "jp-sapporo"),
        ("Sapporo", "jp-sapporo"),
        ("撒馬爾罕", "uz-samarqand-city"),
        ("サマルカンド", "uz-samarqand-city"),
    ] {
        let reply = page(&app, &format!("/search?q={}", percent(typed)), "ja").await;
        let found = if reply.status == 303 { reply.header("location").to_owned() } else { reply.text().to_owned() };
        assert!(found.contains(place), "{typed}: {found}");
    }
    let none = page(&app, "/search?q=xyzzyxyzzy", "en").await;
    assert!(none.status == 200 && none.text().contains("Nothing is called xyzzyxyzzy"));
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn the_review_shows_every_figure_with_its_document() {
    let app = site(settings());
    let html = page(&app, "/review", "en").await;
    let articles = elements(html.text(), "article");
    assert!(articles.len() >= 17, "{}", articles.len());
    let cities = articles.iter().find(|article| article.contains(">20<") && article.contains(">17<")).unwrap();
    let links = attributes(cities, "href");
    for document in ["/doc/doc/001", "/doc/doc/003"] {
        assert!(links.iter().any(|href| href == document), "{document}: {links:?}");
    }
    assert!(links.iter().any(|href| href == "/code/unresolved-conflict"), "{links:?}");
    let about = "/review?about=https://w3id.org/citypact/id/place/cn-qingdao";
    let of_one = elements(page(&app, about, "en").await.text(), "article").len();
    assert!((1..articles.len()).contains(&of_one), "{of_one}");
}

#[tokio::test]
async fn the_vocabulary_is_counted() {
    let app = site(settings());
    let html = page(&app, "/ontology", "zh-Hant").await;
    assert!(html.text().contains("id=\"Tie\"") && html.text().contains("id=\"party\""));
    assert!(elements(html.text(), "article").len() > 60);
    let data = page(&app, "/dataset", "en").await;
    assert!(data.text().contains("pact:Tie") && data.text().contains(">75<"), "{}", data.text());
    for uri in ["/dataset", "/ns", "/doc/place/cn-kunming"] {
        assert_eq!(app.get(uri, "*/*").await.header("content-type"), "text/turtle; charset=utf-8", "{uri}");
    }
}

#[tokio::test]
async fn every_graph_has_a_page() {
    let app = site(settings());
    let data = page(&app, "/dataset", "ja").await;
    let links = attributes(data.text(), "href");
    let graphs: Vec<&String> = links.iter().filter(|link| link.starts_with("/doc/graph/")).collect();
    assert!(graphs.len() > 8, "{links:?}");
    for graph in graphs {
        page(&app, graph, "en").await;
    }
    let places = page(&app, "/doc/graph/places", "en").await;
    let shows = |what: &str| places.text().contains(what);
    assert!(shows("href=\"/doc/place/") && shows("rel=\"next\""), "{}", places.text());
    let second = page(&app, "/doc/graph/places?page=2", "en").await;
    assert!(second.text().contains("rel=\"prev\"") && second.text() != places.text());
    assert_eq!(app.get("/doc/graph/none-such", "text/html").await.status, 404);
}

#[tokio::test]
async fn hostile_data_is_inert() {
    let app = App::new();
    let evil = "<script>alert(1)</script>\\\"'><img src=x onerror=alert(1)>";
    let data = format!(
        "@prefix pact: <https://w3id.org/citypact/ns#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
         @prefix place: <https://w3id.org/citypact/id/place/> . @prefix schema: <https://schema.org/> .
         place:evil a pact:TerritorialEntity ; skos:prefLabel \"{evil}\"@en, \"x\"@en-x-y ; schema:latitude \"NaN\" , \"{evil}\" ;
           skos:note \"{evil}\" ; <http://www.w3.org/2002/07/owl#sameAs> <javascript:alert(1)>, <data:text/html,x> .
         <https://w3id.org/citypact/id/tie/x/evil--b> a pact:Tie ; pact:party place:evil, place:b ;
           pact:kind <javascript:alert(1)> ; pact:kindAsPrinted \"{evil}\"@en ; pact:since \"{evil}\" ."
    );
    let put = app.send("PUT", "/graphs?graph=http://example.org/g", &[WRITE, TURTLE], data).await;
    assert_eq!(put.status, 201, "{}", put.text());
    for uri in [
        "/doc/place/evil",
        "/doc/place/b",
        "/doc/tie/x/evil--b",
        "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
        "/%3Cscript%3Ealert(1)%3C/script%3E",
        "/doc/%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/doc/place/evil?page=%22%3E%3Cscript%3E&lang=%3Cscript%3E",
        "/doc/place/evil?page=99999999999999999999",
    ] {
        let reply = page(&app, uri, "en").await;
        let html = reply.text();
        assert!(!html.contains("<script>alert") && !html.contains("<img src=x"), "{uri}: {html}");
        for (name, harmless) in [("href", ["/", "http", "#"]), ("src", ["/", "/", "/"])] {
            for value in attributes(html, name) {
                assert!(harmless.iter().any(|start| value.starts_with(start)), "{uri}: {name}={value}");
            }
        }
    }
}

#[tokio::test]
async fn pages_stand_below_a_base_path() {
    let app = site(Settings { base_path: "/data".into(), ..settings() });
    for uri in ["/data/", "/data/doc/place/cn-kunming", "/data/nothing"] {
        let reply = page(&app, uri, "en").await;
        for name in ["href", "src", "action"] {
            for value in attributes(reply.text(), name) {
                let is_here = value.starts_with('/');
                assert!(!is_here || value.starts_with("/data/"), "{uri}: {name}={value}");
            }
        }
    }
    let chosen = app.send("GET", "/data/?lang=ja", &[("accept", BROWSER)], "").await;
    assert!(chosen.header("set-cookie").contains("Path=/data;"), "{}", chosen.header("set-cookie"));
}
