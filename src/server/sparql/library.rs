//! The query library as an interface: `/queries` lists the questions, `/queries/{name}` answers one.

use std::collections::HashSet;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, Method, Response};
use serde_json::{Value, json};

use super::answer::{self, Question};
use super::protocol;
use crate::query::{Dataset, LibraryError, NamedQuery, Parameter, library, named};
use crate::server::admission::deadline::Deadline;
use crate::server::endpoint::Endpoint;
use crate::server::failure;
use crate::server::http::conditional;
use crate::server::http::parameters::parameters;
use crate::server::http::problem::Problem;
use crate::server::state::current_state;

/// Whether a parameter is the server's, not the query's.
fn is_own(name: &str) -> bool {
    name == "timeout" || protocol::FORMATS.contains(&name)
}

/// Said where a question leaves statements out.
const UNSEEN: &str =
    "299 citypact \"the question asks graph by graph and does not see the statements of the unnamed graph\"";

/// `/queries`: every question with its parameters.
///
/// # Errors
/// 412 where the request insists on another list.
pub async fn list(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response<Body>, Problem> {
    let root = endpoint.root(request.headers());
    let queries: Vec<Value> = library().iter().map(|query| described(query, &root)).collect();
    conditional::whole(request.headers(), "application/json", json!({ "queries": queries }).to_string())
}

fn described(query: &NamedQuery, root: &str) -> Value {
    json!({
        "name": query.name,
        "title": query.title,
        "description": query.description,
        "url": format!("{root}/queries/{}", query.name),
        "parameters": query.parameters.iter().map(parameter).collect::<Vec<_>>(),
        "text": query.text,
    })
}

fn parameter(parameter: &Parameter) -> Value {
    json!({
        "name": parameter.name,
        "type": parameter.kind.to_string(),
        "default": parameter.default,
        "example": parameter.example,
        "required": parameter.default.is_none(),
        "description": parameter.description,
    })
}

/// `/queries/{name}`: the answer, in any format of its form.
///
/// # Errors
/// 404 for an unknown name, 400 for parameters that do not fit, and those of an evaluation.
pub async fn ask(
    State(endpoint): State<Arc<Endpoint>>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let (parts, given) = parameters(&endpoint, request).await?;
    let named = named(&name).map_err(|error| unknown(&error))?;
    let (own, given): (Vec<_>, Vec<_>) = given.into_iter().partition(|(name, _)| is_own(name));
    once_each(&given)?;
    let (times, formats): (Vec<_>, Vec<_>) = own.into_iter().partition(|(name, _)| name == "timeout");
    let timeout = times.first().map(|(_, text)| protocol::timeout(text)).transpose().map_err(failure::of_protocol)?;
    let deadline = Deadline::begin(endpoint.settings.evaluation.timeout, timeout);
    let state = current_state(&endpoint, deadline).await?;
    let (query, leaves_out) = failure::blocking({
        let (endpoint, state) = (Arc::clone(&endpoint), state.clone());
        move || {
            let leaves_out = named.asks_graphs() && state.holds_unnamed().map_err(|error| failure::of_store(&error))?;
            let query = named.bind(&given, &endpoint.places(&state)).map_err(|error| of_library(named, &error))?;
            Ok((query, leaves_out))
        }
    })
    .await?;
    let question = Question {
        state,
        deadline,
        query,
        text: named.text.to_string(),
        dataset: Dataset::default(),
        default_graph: endpoint.settings.default_graph,
        formats: formats.into_iter().map(|(_, value)| value).collect(),
        is_get: parts.method != Method::POST,
    };
    let mut response = answer::answer(&endpoint, &parts.headers, question).await?;
    if leaves_out {
        response.headers_mut().insert("warning", HeaderValue::from_static(UNSEEN));
    }
    Ok(response)
}

/// A parameter given twice would leave open which value counts.
fn once_each(given: &[(String, String)]) -> Result<(), Problem> {
    let mut names = HashSet::new();
    match given.iter().find(|(name, _)| !names.insert(name)) {
        Some((name, _)) => Err(Problem::bad_request(format!("the parameter {name} is given more than once"))
            .with("parameter", name.as_str())),
        None => Ok(()),
    }
}

fn unknown(error: &LibraryError) -> Problem {
    let hint = match error {
        LibraryError::UnknownQuery { nearest: Some(_), .. } => error.hint(),
        _ => Some("/queries lists the names".to_owned()),
    };
    Problem::not_found(error.to_string()).hint(hint)
}

/// A question that cannot be put so; the members `parameter` and `expected` tell programs which value to mend.
fn of_library(query: &NamedQuery, error: &LibraryError) -> Problem {
    let kind = |name: &str| {
        query
            .parameters
            .iter()
            .find(|known| known.name == name)
            .map_or_else(String::new, |known| known.kind.to_string())
    };
    match error {
        LibraryError::Value { name, source, .. } => Problem::bad_request(format!("{error}: {source}"))
            .with("parameter", name.as_str())
            .with("expected", kind(name))
            .hint(error.hint()),
        LibraryError::Missing { name, example, .. } => Problem::bad_request(error.to_string())
            .with("parameter", name.as_str())
            .with("expected", kind(name))
            .hint(Some(format!("add {name}={} to the address", example.as_deref().unwrap_or("…")))),
        LibraryError::UnknownParameter { name, .. } => {
            Problem::bad_request(error.to_string()).with("parameter", name.as_str()).hint(error.hint())
        }
        _ => Problem::internal("a query of the library cannot be read"),
    }
}
