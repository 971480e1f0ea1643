//! The SPARQL 1.1 Graph Store HTTP Protocol: graphs named by their own address (§4.1) or by a parameter (§4.2).

mod change;
pub mod state;

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{self, Path, Request};
use axum::http::{HeaderValue, Method, Response, StatusCode, header, request::Parts};
use oxrdf::{GraphName, GraphNameRef, NamedNode, Quad, QuadRef};

use self::change::{Change, Effect};
use super::admission::deadline::Deadline;
use super::endpoint::Endpoint;
use super::failure;
use super::http::access::Right;
use super::http::conditional::{self, Tag};
use super::http::offered;
use super::http::parameters::formats;
use super::http::problem::Problem;
use super::http::stream::{self, CancelOnDrop, Producing};
use super::http::{body, iri};
use super::sparql::protocol;
use super::state::current_state;
use crate::format::Syntax;
use crate::query::{Cancel, State};
use crate::rdf;
use crate::store::{CHANGE, QuadStream, StoreError};

/// Which graph a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One graph: named, or the default graph.
    Graph(GraphName),
    /// The graph store itself: all graphs, or one that is to be named yet.
    Store,
}

/// `/graphs`, with `?graph=` or `?default` or neither.
pub async fn indirect(
    extract::State(endpoint): extract::State<Arc<Endpoint>>,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let target = target(request.uri().query().unwrap_or_default())?;
    serve(endpoint, target, request).await
}

/// `/graphs/…`: the address is the graph's name.
pub async fn direct(
    extract::State(endpoint): extract::State<Arc<Endpoint>>,
    Path(_): Path<String>,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let address = format!("{}{}", endpoint.root(request.headers()), request.uri().path());
    let name = named(&endpoint, &address)
        .await?
        .ok_or_else(|| Problem::bad_request("the address is no IRI that could name a graph"))?;
    serve(endpoint, Target::Graph(name.into()), request).await
}

/// The graph of an address: of the IRIs that it stands for one that is there, else the first.
async fn named(endpoint: &Arc<Endpoint>, address: &str) -> Result<Option<NamedNode>, Problem> {
    let names: Vec<NamedNode> =
        iri::spellings(address).into_iter().filter_map(|iri| NamedNode::new(iri).ok()).collect();
    if names.len() < 2 {
        return Ok(names.into_iter().next());
    }
    let state = current_state(endpoint, Deadline::begin(endpoint.settings.evaluation.timeout, None)).await?;
    failure::blocking(move || {
        let there = names.iter().find(|name| state.contains_graph(name.as_ref()).unwrap_or(false));
        Ok(there.or(names.first()).cloned())
    })
    .await
}

fn target(query: &str) -> Result<Target, Problem> {
    let mut named = Vec::new();
    for (name, value) in protocol::pairs(query).map_err(failure::of_protocol)? {
        match name.as_str() {
            "graph" => named.push(GraphName::from(
                NamedNode::new(&value)
                    .map_err(|_| Problem::bad_request(format!("`graph` is not an absolute IRI: {value}")))?,
            )),
            "default" => named.push(GraphName::DefaultGraph),
            _ => {}
        }
    }
    match named.len() {
        0 => Ok(Target::Store),
        1 => Ok(Target::Graph(named.swap_remove(0))),
        _ => Err(Problem::bad_request("a request is about one graph: give `graph` once, or `default`, not both")),
    }
}

async fn serve(endpoint: Arc<Endpoint>, target: Target, request: Request) -> Result<Response<Body>, Problem> {
    let (parts, body) = request.into_parts();
    if matches!(parts.method, Method::GET | Method::HEAD) {
        return read(endpoint, target, &parts).await;
    }
    if let Err(problem) = endpoint.settings.tokens.check(&parts.headers, Right::Write) {
        body::linger(&parts.headers, body);
        return Err(problem);
    }
    let bytes = body::read(&parts.headers, body, endpoint.settings.body, &endpoint.bodies).await?;
    let root = endpoint.root(&parts.headers);
    let replaced = replaced(parts.uri.query().unwrap_or_default(), &target)?;
    let change = change(&parts, &target, &bytes, (&root, replaced)).await?;
    let effect = change::apply(&endpoint, change, parts.headers).await?;
    Ok(told(&effect))
}

fn told(effect: &Effect) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = if effect.created { StatusCode::CREATED } else { StatusCode::NO_CONTENT };
    if let Some(state) = &effect.state {
        response.headers_mut().insert(header::ETAG, Tag::new(state, Syntax::Turtle.name()).value());
    }
    if let Some(change) = effect.change.and_then(|change| HeaderValue::from_str(&change.to_string()).ok()) {
        response.headers_mut().insert(CHANGE, change);
    }
    if let Some(location) = effect.location.as_ref().and_then(|name| HeaderValue::from_str(&iri::to_uri(name)).ok()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// The graphs that a POST to the graph store itself replaces: `replace`, any number of times.
fn replaced(query: &str, target: &Target) -> Result<Vec<NamedNode>, Problem> {
    let pairs = protocol::pairs(query).map_err(failure::of_protocol)?;
    let names = pairs.into_iter().filter(|(name, _)| name == "replace").map(|(_, value)| {
        NamedNode::new(&value).map_err(|_| Problem::bad_request(format!("`replace` is not an absolute IRI: {value}")))
    });
    let names = names.collect::<Result<Vec<_>, _>>()?;
    if names.is_empty() || *target == Target::Store {
        return Ok(names);
    }
    Err(Problem::bad_request("`replace` does not go with the name of a graph"))
}

async fn change(
    parts: &Parts,
    target: &Target,
    bytes: &Bytes,
    (root, replaced): (&str, Vec<NamedNode>),
) -> Result<Change, Problem> {
    if parts.method == Method::POST && bytes.is_empty() && replaced.is_empty() {
        // §5.5, last paragraph.
        return Ok(Change::None);
    }
    let graph = match target {
        Target::Graph(graph) => graph.clone(),
        Target::Store if parts.method == Method::POST => {
            return change::to_store(&parts.headers, bytes, root, replaced).await;
        }
        Target::Store => {
            return Err(Problem::bad_request("the request names no graph").hint(Some("add ?graph=IRI or ?default")));
        }
    };
    match parts.method {
        Method::DELETE => Ok(Change::Delete(graph)),
        Method::PUT => Ok(Change::Put(change::triples(&parts.headers, bytes, &graph, root).await?, graph)),
        _ => {
            Ok(Change::Post { triples: change::triples(&parts.headers, bytes, &graph, root).await?, graph, new: false })
        }
    }
}

async fn read(endpoint: Arc<Endpoint>, target: Target, parts: &Parts) -> Result<Response<Body>, Problem> {
    let formats = formats(parts.uri.query())?;
    let (syntax, graph) = match target {
        Target::Graph(graph) => (offered::triples(&parts.headers, &formats)?, Some(graph)),
        Target::Store => (offered::datasets(&parts.headers, &formats)?, None),
    };
    let deadline = Deadline::begin(endpoint.settings.evaluation.timeout, None);
    let moment = current_state(&endpoint, deadline).await?;
    let place = deadline.wait(endpoint.admission.take()).await??;
    let reading = Reading { endpoint, moment, graph, deadline, cancel: Cancel::new() };
    let state = reading.state().await?;
    let tag = Tag::new(&state, syntax.name());
    if let Some(response) = conditional::unchanged(&parts.headers, &tag)? {
        return Ok(response);
    }
    let how = Producing { cancel: reading.cancel.clone(), deadline: deadline.end(), copy_limit: 0, hurry: None, place };
    let work = move |chunks: &mut stream::Chunks| reading.write(syntax, chunks);
    let produced = stream::produce(how, work, |_| {}).await?;
    let mut response = Response::new(produced.body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(offered::media_type(syntax)));
    conditional::mark(&mut response, &tag);
    Ok(response)
}

/// A graph, or all of them, read as long as there is time and somebody who waits.
#[derive(Clone)]
struct Reading {
    endpoint: Arc<Endpoint>,
    moment: State,
    graph: Option<GraphName>,
    deadline: Deadline,
    cancel: Cancel,
}

impl Reading {
    fn quads(&self) -> impl Iterator<Item = Result<Quad, Problem>> {
        let quads = self.moment.quads(self.graph.as_ref().map(GraphName::as_ref));
        let failed = |error: StoreError| -> QuadStream { Box::new(std::iter::once(Err(error))) };
        self.deadline.watch(quads.unwrap_or_else(failed), &self.cancel)
    }

    /// The state for the entity tag. Ends when the request does.
    async fn state(&self) -> Result<String, Problem> {
        // This pass ends by itself; the one that writes has its own way to be ended.
        let reading = Self { cancel: Cancel::new(), ..self.clone() };
        let _guard = CancelOnDrop(reading.cancel.clone());
        failure::blocking(move || reading.compute_state()).await
    }

    fn compute_state(&self) -> Result<String, Problem> {
        let epoch = self.moment.number();
        let Some(graph) = &self.graph else { return Ok(format!("{}-{epoch}", self.endpoint.store.id())) };
        if let GraphName::NamedNode(name) = graph
            && !self.moment.contains_graph(name.as_ref()).map_err(|error| failure::of_store(&error))?
        {
            return Err(Problem::not_found(format!("there is no graph {name}")));
        }
        self.endpoint.graph_states.get(graph, epoch, || state::of(self.quads()))
    }

    fn write(&self, syntax: Syntax, chunks: &mut stream::Chunks) -> Result<(), Problem> {
        let mut writer = rdf::Writer::new(syntax, chunks);
        for quad in self.quads() {
            let quad = quad?;
            let graph_name = if self.graph.is_some() { GraphNameRef::DefaultGraph } else { quad.graph_name.as_ref() };
            writer.quad(QuadRef { graph_name, ..quad.as_ref() }).map_err(failure::of_output)?;
        }
        writer.finish().map(drop).map_err(failure::of_output)
    }
}
