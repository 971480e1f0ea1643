//! The query library as an interface: `/queries` lists the questions, `/queries/{name}` answers one.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{Method, Response, StatusCode};
use serde_json::{Value, json};

use super::answer::{self, Question};
use super::canonical::canonical;
use super::endpoint::Endpoint;
use super::problem::Problem;
use super::{body, failure, protocol};
use crate::query::{Dataset, LibraryError, NamedQuery, Parameter, library, named};

/// Names of parameters that are the server's, not the query's.
const OWN: [&str; 2] = ["format", "timeout"];

/// `/queries`: every question with its parameters.
pub async fn list(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response<Body> {
    let root = endpoint.root(request.headers());
    let queries: Vec<Value> = library().iter().map(|query| described(query, &root)).collect();
    answer::whole("application/json", json!({ "queries": queries }).to_string())
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
    let (parts, body) = request.into_parts();
    let mut given = protocol::pairs(parts.uri.query().unwrap_or_default()).map_err(failure::of_protocol)?;
    if parts.method == Method::POST {
        let bytes = body::read(&parts.headers, body, endpoint.settings.body).await?;
        let text = std::str::from_utf8(&bytes).map_err(|_| Problem::bad_request("the form is not UTF-8"))?;
        given.extend(protocol::pairs(text).map_err(failure::of_protocol)?);
    }
    let named = named(&name).map_err(|error| of_library(&error))?;
    let (own, given): (Vec<_>, Vec<_>) = given.into_iter().partition(|(name, _)| OWN.contains(&name.as_str()));
    let value = |wanted: &str| own.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    let query = failure::blocking({
        let endpoint = Arc::clone(&endpoint);
        move || named.bind(&given, &endpoint.places()).map_err(|error| of_library(&error))
    })
    .await?;
    let timeout = value("timeout").map(|text| protocol::timeout(&text)).transpose().map_err(failure::of_protocol)?;
    let question = Question {
        canonical: canonical(&query, &named.text),
        query,
        text: named.text.to_string(),
        dataset: Dataset::default(),
        timeout,
        format: value("format"),
    };
    answer::answer(&endpoint, &parts.headers, question).await
}

fn of_library(error: &LibraryError) -> Problem {
    let problem = match error {
        LibraryError::UnknownQuery { .. } => Problem::not_found(error.to_string()),
        LibraryError::Value { source, .. } => Problem::bad_request(format!("{error}: {source}")),
        LibraryError::UnknownParameter { .. } | LibraryError::Missing { .. } => Problem::bad_request(error.to_string()),
        _ => Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "a query of the library cannot be read"),
    };
    // The hints speak of the command line's way to give parameters only where one is missing.
    problem.hint(
        error.hint().filter(|_| {
            !matches!(error, LibraryError::Missing { .. } | LibraryError::UnknownQuery { nearest: None, .. })
        }),
    )
}
