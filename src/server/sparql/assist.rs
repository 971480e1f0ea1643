//! Editor support: what the editor of `/sparql` asks while a query is being written: whether it is SPARQL, how it is laid out,
//! what may follow, and what the things in its results are called. Programs may ask, too.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response};
use serde_json::{Value, json};

use crate::query::{
    self, Cancel, InputClass, ParseOptions, Query, QueryError, Suggestion, SyntaxError, formatted, suggest,
    unknown_terms,
};
use crate::rdf::canonical_tag;
use crate::server::admission::admitted;
use crate::server::admission::deadline::Deadline;
use crate::server::endpoint::Endpoint;
use crate::server::http::conditional::{self, Tag};
use crate::server::http::parameters::parameters;
use crate::server::http::problem::Problem;
use crate::server::http::response;

use crate::server::pages::language::Language;
use crate::server::pages::{self, Label, Reading};
use crate::server::state::current_state;
use crate::server::{failure, sparql};

const JSON: &str = "application/json";
/// Things that are suggested by one of their names.
const ENTITIES: usize = 20;
/// IRIs whose labels are told at once.
const LABELS: usize = 2_000;

/// The parameters of a request, each of which stands once unless it may stand more often.
type Parameters = Vec<(String, String)>;

fn one<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
}

fn needed<'a>(parameters: &'a Parameters, name: &str) -> Result<&'a str, Problem> {
    one(parameters, name).ok_or_else(|| Problem::bad_request(format!("the parameter `{name}` is missing")))
}

/// `/sparql/check`: what is wrong with the text `query`, and what is odd about it.
///
/// # Errors
/// 400 without a text, 413 for one that is too long.
pub async fn check(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response<Body>, Problem> {
    let (parts, parameters) = parameters(&endpoint, request).await?;
    let text = needed(&parameters, "query")?.to_owned();
    let options = sparql::options(&endpoint, &parts.headers);
    let told = failure::blocking(move || {
        let error = match InputClass::of(&text, &options) {
            InputClass::Query(_) | InputClass::Update(_) => None,
            InputClass::Wrong(QueryError::Syntax(error)) => Some(place(&error)),
            InputClass::Wrong(error) => Some(json!({ "message": error.to_string(), "hint": error.hint() })),
            InputClass::Incomplete => incomplete(&text, &options),
        };
        let warnings: Vec<Value> = unknown_terms(&text, &options).iter().map(place).collect();
        Ok(json!({ "error": error, "warnings": warnings }).to_string())
    })
    .await?;
    conditional::whole(&parts.headers, JSON, told)
}

/// What the parser misses in a text that is not at its end; nothing where nothing is written yet.
fn incomplete(text: &str, options: &ParseOptions) -> Option<Value> {
    match Query::parse(text, options) {
        Err(QueryError::Syntax(error)) if !is_blank(text) => Some(place(&error)),
        _ => None,
    }
}

/// Whether a text is nothing but comments.
fn is_blank(text: &str) -> bool {
    text.lines().map(str::trim_start).all(|line| line.is_empty() || line.starts_with('#'))
}

/// An error with its place: the line and the column in it, in characters, both from 1.
fn place(error: &SyntaxError) -> Value {
    json!({ "line": error.at.line + 1, "column": error.at.column + 1, "message": error.reason, "hint": error.hint })
}

/// `/sparql/format`: the text `query` laid out for reading.
///
/// # Errors
/// 400 without a text, 413 for one that is too long.
pub async fn format(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response<Body>, Problem> {
    let (parts, parameters) = parameters(&endpoint, request).await?;
    let text = needed(&parameters, "query")?.to_owned();
    let laid_out = failure::blocking(move || Ok(formatted(&text))).await?;
    conditional::whole(&parts.headers, "text/plain; charset=utf-8", laid_out)
}

/// `/sparql/complete`: what may stand at the character `at` (or the end) of `text`, and from which character on.
///
/// # Errors
/// 400 without a text or for an `at` that is no number, 413 for a text that is too long, 503 where no turn is to be had.
pub async fn complete(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response<Body>, Problem> {
    let (parts, parameters) = parameters(&endpoint, request).await?;
    let text = needed(&parameters, "text")?.to_owned();
    let at = one(&parameters, "at").map(str::parse::<usize>).transpose();
    let at = at.map_err(|_| Problem::bad_request("`at` is a number of characters"))?;
    told(&endpoint, &parts.headers, &parameters, move |endpoint, (state, deadline, _)| {
        let at = at.and_then(|at| text.char_indices().nth(at)).map_or(text.len(), |(at, _)| at);
        Ok(completions(endpoint, (&state, deadline), &text, at))
    })
    .await
}

fn completions(endpoint: &Endpoint, (state, deadline): (&query::State, Deadline), text: &str, at: usize) -> Value {
    let base = format!("{}id/", endpoint.settings.namespace);
    let find = |typed: &str| state.find(typed, endpoint.register(), &base, ENTITIES, deadline.left());
    let (start, found) = suggest(text, at, find);
    let suggestion = |one: &Suggestion| json!({ "text": one.text, "label": one.label, "language": one.language });
    json!({
        "from": text[..start].chars().count(),
        "suggestions": found.iter().map(suggestion).collect::<Vec<_>>(),
    })
}

/// `/sparql/labels`: what the things of the parameters `iri` are called in the language `lang`, or in the nearest that there
/// is, and in which.
///
/// # Errors
/// 400 for more things than are told of at once, 503 where no turn is to be had.
pub async fn labels(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response<Body>, Problem> {
    let (parts, parameters) = parameters(&endpoint, request).await?;
    let language = one(&parameters, "lang").and_then(Language::of_tag).unwrap_or(Language::En);
    let iris: Vec<String> = parameters.iter().filter(|(name, _)| name == "iri").map(|(_, iri)| iri.clone()).collect();
    if iris.len() > LABELS {
        return Err(Problem::bad_request(format!("labels are told of {LABELS} things at once")));
    }
    told(&endpoint, &parts.headers, &parameters, move |endpoint, (state, deadline, cancel)| {
        let reading = Reading::new(endpoint, state, deadline, cancel);
        let iris: Vec<&str> = iris.iter().map(String::as_str).collect();
        let called = pages::called(&reading, language, &iris)?;
        let told = called.into_iter().map(|(iri, Label { text, tag })| {
            (iri, json!({ "label": text, "language": tag.map(|tag| canonical_tag(&tag).into_owned()) }))
        });
        Ok(Value::Object(told.collect()))
    })
    .await
}

/// What is told of the present state of the data, with a tag; nothing where the client has it already.
async fn told(
    endpoint: &Arc<Endpoint>,
    headers: &HeaderMap,
    parameters: &Parameters,
    work: impl FnOnce(&Endpoint, (query::State, Deadline, &Cancel)) -> Result<Value, Problem> + Send + 'static,
) -> Result<Response<Body>, Problem> {
    let deadline = Deadline::begin(endpoint.settings.evaluation.timeout, None);
    let state = current_state(endpoint, deadline).await?;
    let tag = tag(endpoint, &state, parameters);
    if let Some(response) = conditional::unchanged(headers, &tag)? {
        return Ok(response);
    }
    let told = admitted(endpoint, deadline, move |endpoint, cancel| work(endpoint, (state, deadline, cancel))).await?;
    let mut response = response::whole(JSON, told.to_string());
    conditional::mark(&mut response, &tag);
    Ok(response)
}

/// The tag of what is told of a state of the data.
fn tag(endpoint: &Endpoint, state: &query::State, parameters: &Parameters) -> Tag {
    let asked = blake3::hash(format!("{parameters:?}").as_bytes()).to_hex();
    Tag::new(&format!("{}-{}", endpoint.store.id(), state.number()), &asked[..16])
}
