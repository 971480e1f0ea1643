//! How a query is evaluated, for `/sparql?explain`: its steps with their rows and times, within the limits of a query.

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{ACCEPT, CACHE_CONTROL, VARY};
use axum::http::{HeaderMap, HeaderValue, Response};

use super::answer::{Question, counted};
use crate::query::{Cancel, Explanation, Limits, Request};
use crate::server::admission::running::Kind;
use crate::server::endpoint::Endpoint;
use crate::server::failure;
use crate::server::http::problem::Problem;
use crate::server::http::response;
use crate::server::http::stream::CancelOnDrop;

/// Explains a question: in JSON where the client accepts that or names it as its format, else as a text.
///
/// # Errors
/// Those of the evaluation.
pub async fn answer(
    endpoint: &Arc<Endpoint>,
    headers: &HeaderMap,
    question: Question,
) -> Result<Response<Body>, Problem> {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let named = question.formats.first();
    let as_json = named.map_or(accepted.contains("json"), |format| format == "json");
    let deadline = question.deadline;
    let place = deadline.wait(endpoint.admission.take()).await??;
    let cancel = Cancel::new();
    let place = place.shared_by(&cancel);
    let _guard = CancelOnDrop(cancel.clone());
    let ticket = endpoint.running.enter(Kind::Query, &question.text, cancel.clone());
    let endpoint = Arc::clone(endpoint);
    let explanation = failure::blocking(move || {
        let _held = (place, ticket);
        explained(&endpoint, &question, &cancel)
    })
    .await?;
    let mut response = if as_json {
        let json = serde_json::to_string(&explanation).map_err(|error| Problem::internal(error.to_string()))?;
        response::whole("application/json", json)
    } else {
        response::whole("text/plain; charset=utf-8", explanation.to_string())
    };
    response.headers_mut().insert(VARY, HeaderValue::from_static("Accept"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn explained(endpoint: &Endpoint, question: &Question, cancel: &Cancel) -> Result<Explanation, Problem> {
    let deadline = question.deadline;
    let limits = Limits { timeout: deadline.left(), ..endpoint.settings.evaluation };
    let request = Request { query: &question.query, dataset: &question.dataset, limits: &limits, cancel };
    let engine = endpoint.engine(deadline.end()).with_default_graph(question.default_graph);
    let explanation = question.state.explain(&engine, request);
    let explanation = explanation.map_err(|error| counted(endpoint, &deadline.told(error)))?;
    explanation
        .ok_or_else(|| Problem::bad_request("the engine behind this endpoint does not tell how it evaluates a query"))
}
