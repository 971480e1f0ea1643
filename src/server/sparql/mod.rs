//! `/sparql`: the operations of the SPARQL 1.1 Protocol.

pub mod answer;
pub mod assist;
pub mod cache;
pub mod explanation;
pub mod inline;
pub mod library;
pub mod parse_cache;
pub mod protocol;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use oxrdf::NamedNode;

use self::answer::Question;
use self::protocol::{Operation, Text};
use super::admission::deadline::Deadline;
use super::admission::running::Kind;
use super::endpoint::Endpoint;
use super::failure;
use super::http::access::Right;
use super::http::body;
use super::http::problem::Problem;
use super::http::stream::CancelOnDrop;
use super::linked_data::description;
use super::ops::log;
use super::ops::metrics::count;
use super::pages::workbench;
use super::state::current_state;
use crate::federation::loaded;
use crate::query::{Cancel, Dataset, DefaultGraph, Limits, ParseOptions, Query, QueryError, Update, UpdateStats};
use crate::store::{CHANGE, Change};

/// Bytes of a text that is parsed in less time than it takes to hand it to another thread and back.
const SHORT: usize = 4 << 10;

/// Answers a request to `/sparql`.
///
/// # Errors
/// What the protocol makes of the request, and what comes of the operation.
pub async fn handle(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response<Body>, Problem> {
    let (parts, body) = request.into_parts();
    let post = parts.method == Method::POST;
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if post && content_type.is_some_and(protocol::is_update) {
        // Before the body: what who may not change anything sends is not kept.
        if let Err(problem) = endpoint.settings.tokens.check(&parts.headers, Right::Write) {
            body::linger(&parts.headers, body);
            return Err(problem);
        }
    }
    let limits = endpoint.settings.body.within(protocol::most(content_type, endpoint.settings.text.length));
    let bytes =
        if post { body::read(&parts.headers, body, limits, &endpoint.bodies).await? } else { body::Held::nothing() };
    let query_string = parts.uri.query().unwrap_or_default();
    let operation = protocol::operation(protocol::Request { post, query_string, content_type, body: &bytes });
    drop(bytes);
    let is_page = workbench::is_wanted(&parts.headers, parts.uri.query());
    match operation.map_err(failure::of_protocol)? {
        Operation::Query(text) if is_page && text.formats.is_empty() && !text.explain => match post {
            true => workbench::answer(&endpoint, &parts, text).await,
            false => workbench::open(&endpoint, parts, Some(text.text)).await,
        },
        Operation::Describe if is_page => workbench::open(&endpoint, parts, None).await,
        Operation::Query(text) => query(&endpoint, &parts.headers, text, !post).await,
        Operation::Update(text) => update(&endpoint, &parts.headers, text).await,
        Operation::Describe => {
            description::answer(&endpoint, &parts.headers, parts.uri.query().unwrap_or_default()).await
        }
    }
}

async fn query(
    endpoint: &Arc<Endpoint>,
    headers: &HeaderMap,
    text: Text,
    is_get: bool,
) -> Result<Response<Body>, Problem> {
    let explain = text.explain;
    let question = question(endpoint, headers, text, is_get).await?;
    if explain {
        return explanation::answer(endpoint, headers, question).await;
    }
    answer::answer(endpoint, headers, question).await
}

/// A text with all that the request says of it, read.
///
/// # Errors
/// 400 for what is wrong with any of it; 503 where the time is over.
pub async fn question(
    endpoint: &Arc<Endpoint>,
    headers: &HeaderMap,
    text: Text,
    is_get: bool,
) -> Result<Question, Problem> {
    let dataset = dataset(&text)?;
    let deadline = Deadline::begin(endpoint.settings.evaluation.timeout, timeout(&text)?);
    let query = parsed(endpoint, headers, &text.text).await?;
    let default_graph = default_graph(endpoint, text.default_graph.as_deref())?;
    let (formats, text) = (text.formats, text.text);
    let state = current_state(endpoint, deadline).await?;
    Ok(Question { state, deadline, query, text, dataset, default_graph, formats, is_get })
}

/// The query of a text, parsed once for those who ask it often.
async fn parsed(endpoint: &Arc<Endpoint>, headers: &HeaderMap, text: &str) -> Result<Query, Problem> {
    let options = options(endpoint, headers);
    let key = format!("{}\n{text}", options.base.as_deref().unwrap_or_default());
    if let Some(query) = endpoint.parsed.get(&key) {
        return Ok(query);
    }
    let query = read(endpoint, text, move |text| Query::parse(text, &options)).await?;
    endpoint.parsed.keep(key, query.clone());
    Ok(query)
}

/// Reads a text: a short one here and now, a long one where it holds no other request up.
async fn read<T: Send + 'static>(
    endpoint: &Arc<Endpoint>,
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, QueryError> + Send + 'static,
) -> Result<T, Problem> {
    if text.len() <= SHORT {
        return parse(text).map_err(|error| answer::counted(endpoint, &error));
    }
    let (endpoint, text) = (Arc::clone(endpoint), text.to_owned());
    failure::blocking(move || parse(&text).map_err(|error| answer::counted(&endpoint, &error))).await
}

/// How texts are read that come with a request.
pub fn options(endpoint: &Endpoint, headers: &HeaderMap) -> ParseOptions {
    let base = Some(format!("{}/sparql", endpoint.root(headers)));
    ParseOptions { base, limits: endpoint.settings.text, ..ParseOptions::default() }
}

fn dataset(text: &Text) -> Result<Dataset, Problem> {
    let nodes = |iris: &[String]| -> Result<Vec<NamedNode>, Problem> {
        let node = |iri: &String| {
            NamedNode::new(iri)
                .map_err(|_| Problem::bad_request(format!("a graph of the dataset is not an absolute IRI: {iri}")))
        };
        iris.iter().map(node).collect()
    };
    Ok(Dataset { default: nodes(&text.default_graphs)?, named: nodes(&text.named_graphs)? })
}

/// What the default graph is that a request asks for, else that of the server.
fn default_graph(endpoint: &Endpoint, asked: Option<&str>) -> Result<DefaultGraph, Problem> {
    match asked {
        None => Ok(endpoint.settings.default_graph),
        Some("union") => Ok(DefaultGraph::Union),
        Some("empty") => Ok(DefaultGraph::Empty),
        Some(other) => Err(Problem::bad_request(format!("`default-graph` is `union` or `empty`, not `{other}`"))),
    }
}

fn timeout(text: &Text) -> Result<Option<Duration>, Problem> {
    text.timeout.as_deref().map(protocol::timeout).transpose().map_err(failure::of_protocol)
}

async fn update(endpoint: &Arc<Endpoint>, headers: &HeaderMap, text: Text) -> Result<Response<Body>, Problem> {
    endpoint.settings.tokens.check(headers, Right::Write)?;
    let using = dataset(&text)?;
    let default_graph = default_graph(endpoint, text.default_graph.as_deref())?;
    let deadline = Deadline::begin(endpoint.settings.evaluation.timeout, timeout(&text)?);
    let options = options(endpoint, headers);
    let update = read(endpoint, &text.text, move |text| Update::parse(text, &options)).await?;
    let cancel = Cancel::new();
    let ticket = endpoint.running.enter(Kind::Update, &text.text, cancel.clone());
    let endpoint = Arc::clone(endpoint);
    let turn = deadline.wait(endpoint.writers.take()).await??;
    count(&endpoint.metrics.updates);
    // Dropped when the client goes: what is not committed by then changes nothing.
    let _guard = CancelOnDrop(cancel.clone());
    let done = failure::blocking(move || {
        let _held = (turn, ticket);
        let started = Instant::now();
        let result = carry_out(&endpoint, &update, (&using, default_graph), deadline, &cancel);
        let outcome = result.as_ref().map_or_else(Problem::detail, |_| "done");
        log::slow(&endpoint, &text.text, started.elapsed(), outcome);
        result
    })
    .await?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let done = done.map(|done| Change { inserted: done.inserted, removed: done.removed });
    if let Some(Ok(value)) = done.map(|done| HeaderValue::from_str(&done.to_string())) {
        response.headers_mut().insert(CHANGE, value);
    }
    Ok(response)
}

fn carry_out(
    endpoint: &Endpoint,
    update: &Update,
    (using, default_graph): (&Dataset, DefaultGraph),
    deadline: Deadline,
    cancel: &Cancel,
) -> Result<Option<UpdateStats>, Problem> {
    let update = loaded(update.algebra().clone(), &endpoint.outbound, deadline.end());
    let update = update.map_err(|error| failure::of_load(&error))?;
    let limits = Limits { timeout: deadline.left(), ..endpoint.settings.evaluation };
    let engine = endpoint.engine(deadline.end()).with_default_graph(default_graph);
    let result = endpoint.store.update((&engine, default_graph), &update.into(), using, &limits, cancel);
    result.map_err(|error| answer::counted(endpoint, &deadline.told(error)))
}
