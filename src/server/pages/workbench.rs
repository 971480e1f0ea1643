//! `/sparql` for people: an editor beside examples; for browsers that run no scripts, a form that gives a table.

use std::sync::Arc;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Response, StatusCode, header};
use maud::{Markup, html};
use serde_json::{Value, json};

use super::answered;
use super::data::Reading;
use super::layout::Page;
use super::texts::fill;
use super::view::View;
use super::{cause, embedded, handler, map};
use crate::query::{NamedQuery, RegisterPlaces, library};
use crate::server::endpoint::Endpoint;
use crate::server::http::problem::Problem;
use crate::server::sparql::protocol::Text;
use crate::vocab;

/// What stands in the editor at first.
const FIRST: &str = "SELECT ?place (COUNT(DISTINCT ?tie) AS ?ties) WHERE {
  ?tie a pact:Tie ;
    pact:party ?place .
}
GROUP BY ?place
ORDER BY DESC(?ties) ?place
LIMIT 20
";

/// Questions whose answers are best seen as pictures.
const PICTURES: [&str; 3] = [
    "SELECT ?place ?latitude ?longitude WHERE {
  ?place schema:latitude ?latitude ;
    schema:longitude ?longitude .
}
",
    "SELECT ?since ?tie ?kind WHERE {
  ?tie a pact:Tie ;
    pact:kind ?kind ;
    pact:since ?since .
}
ORDER BY ?since
",
    "CONSTRUCT {
  ?place pact:twinnedWith ?partner .
}
WHERE {
  ?tie a pact:Tie ;
    pact:party ?place, ?partner .
  FILTER(STR(?place) < STR(?partner))
}
LIMIT 80
",
];

/// The formats of an answer in rows, and of one in triples, by their names in addresses and for people.
const ROWS: [(&str, &str); 4] = [("csv", "CSV"), ("tsv", "TSV"), ("json", "JSON"), ("xml", "XML")];
const GRAPHS: [(&str, &str); 4] =
    [("turtle", "Turtle"), ("jsonld", "JSON-LD"), ("ntriples", "N-Triples"), ("rdfxml", "RDF/XML")];

/// Whether a client wants the page rather than an answer of the protocol. The header that Java sends by itself names
/// `text/html`, too; who sends it is a program.
pub fn is_wanted(headers: &HeaderMap, query: Option<&str>) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    !accept.is_some_and(|accept| accept.starts_with("text/html, image/gif")) && handler::wants_page(headers, query)
}

/// The page with a query in its editor; without one, with a question to begin with.
///
/// # Errors
/// As [`handler::respond`].
pub async fn open(endpoint: &Arc<Endpoint>, parts: Parts, query: Option<String>) -> Result<Response<Body>, Problem> {
    let query = query.unwrap_or_else(|| FIRST.to_owned());
    handler::respond_to(endpoint, parts, move |reading, view| Ok(page(reading, view, &query, "", &html! {}))).await
}

/// The page with the answer to a query that a form sent; what is wrong with that is told on the page, too.
///
/// # Errors
/// As [`handler::respond`].
pub async fn answer(endpoint: &Arc<Endpoint>, parts: &Parts, text: Text) -> Result<Response<Body>, Problem> {
    let query = text.text.clone();
    let answered = answered::ask(endpoint, &parts.headers, text).await;
    let status = answered.as_ref().map_or_else(Problem::status, |_| StatusCode::OK);
    let mut response = handler::respond_once(endpoint, parts, move |reading, view| match &answered {
        Ok(answered) => {
            let (status, table) = answered::table(reading, view, answered)?;
            let links = downloads(view, &query, answered.is_graph);
            Ok(page(reading, view, &query, &status, &html! { (table) (links) }))
        }
        Err(problem) => {
            let texts = &view.texts().workbench;
            Ok(page(reading, view, &query, texts.failed, &failure(view, problem)))
        }
    })
    .await?;
    *response.status_mut() = status;
    Ok(response)
}

fn page(reading: &Reading<'_>, view: &View, query: &str, status: &str, answer: &Markup) -> Page {
    let texts = &view.texts().workbench;
    let main = html! {
        h1 { (texts.title) }
        div.workbench {
            section.examples aria-labelledby="examples" { h2 #examples { (texts.examples) } (examples(reading, view)) }
            div.desk {
                (form(view, query))
                section #history-region aria-labelledby="history-title" hidden {
                    h2 #history-title { (texts.history) }
                    div #history-list {}
                }
                section aria-labelledby="results" {
                    h2 #results { (texts.results) }
                    p #status role="status" { (status) }
                    div #answer { (answer) }
                }
            }
        }
        (embedded::json("application/json", &settings(view)))
    };
    Page { modules: &["workbench.js"], styles: &["workbench.css"], ..Page::titled(texts.title, view, main) }
}

/// The editor, its buttons, and the plain form that they grow from: what needs scripts is shown by them.
fn form(view: &View, query: &str) -> Markup {
    let texts = &view.texts().workbench;
    html! {
        form #query-form method="post" action=(view.at("/sparql")) {
            div.plain-editor {
                label for="query" { (texts.query) }
                // The first line end after the tag is no part of the text.
                textarea #query name="query" rows="12" spellcheck="false" autocapitalize="off" dir="ltr" { "\n" (query) }
            }
            div #editor.editor hidden {}
            p #keys.keys hidden { (texts.keys) }
            p.buttons {
                button #run type="submit" { (texts.run) }
                @for (id, name) in
                    [("cancel", texts.cancel), ("format", texts.format), ("share", texts.share)] {
                    button.plain id=(id) type="button" hidden { (name) }
                }
                button #history.plain type="button" aria-expanded="false" aria-controls="history-region" hidden {
                    (texts.history)
                }
            }
        }
    }
}

/// Questions to try: pictures first, then those of the library with values that fit the examples.
fn examples(reading: &Reading<'_>, view: &View) -> Markup {
    let texts = view.texts();
    let own = &texts.workbench;
    let titled = |title: &str, text: &str| format!("#+ title: {title}\n{text}");
    let pictures = [own.example_map, own.example_timeline, own.example_graph].into_iter().zip(PICTURES);
    let pictures = pictures.map(|(title, text)| (title, titled(title, text)));
    let places = RegisterPlaces { register: reading.register(), base: vocab::ID };
    let given = |query: &NamedQuery| {
        let speaks = query.parameters.iter().any(|parameter| parameter.name == "lang");
        speaks.then(|| ("lang".to_owned(), view.labels.tag().to_owned())).into_iter().collect::<Vec<_>>()
    };
    let questions = library().iter().filter_map(|query| {
        let title = texts.question(&query.name)?;
        let text = query.with_values(&given(query), &places).ok()?;
        Some((title, titled(title, &text)))
    });
    html! {
        ul { @for (title, text) in pictures.chain(questions) { li { a data-query="" href=(view.query(&text)) { (title) } } } }
    }
}

/// The answer in formats for programs.
fn downloads(view: &View, query: &str, is_graph: bool) -> Markup {
    let formats = if is_graph { GRAPHS } else { ROWS };
    let address = |format: &str| view.asking("/sparql", &[("query", query), ("format", format)]);
    html! {
        p.downloads {
            (view.texts().workbench.download)
            @for (format, name) in formats { " " a href=(address(format)) download=(format!("answer.{format}")) { (name) } }
        }
    }
}

/// What went wrong, with the line if it is the text's fault.
fn failure(view: &View, problem: &Problem) -> Markup {
    if let Some(kind) = problem.kind() {
        return html! { div.failure role="alert" { p { strong { (cause::told(kind, view.texts())) } } } };
    }
    let reason = problem.member("reason").and_then(Value::as_str).unwrap_or(problem.detail());
    let line = problem.member("line").and_then(Value::as_u64);
    // The words of the parser, which speaks English, stand last.
    let before = line.map(|line| fill(view.texts().workbench.line, &[&line.to_string(), ""])).unwrap_or_default();
    html! {
        div.failure role="alert" {
            p { strong { (before) span lang="en" { (reason) } } }
            @if let Some(hint) = problem.advice() { p lang="en" { (hint) } }
        }
    }
}

/// What the scripts of the page need to know.
fn settings(view: &View) -> Value {
    let texts = &view.texts().workbench;
    json!({
        "language": view.language.tag(),
        "labels": view.labels.tag(),
        "base": view.base(),
        "namespace": view.namespace,
        "title": format!("{} · {}", texts.title, view.texts().site.name),
        "prefixes": vocab::PREFIXES,
        "rowFormats": ROWS,
        "graphFormats": GRAPHS,
        "world": map::world(view),
        "texts": texts,
        "causes": view.texts().cause,
    })
}
