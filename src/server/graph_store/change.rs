//! Changes of graphs (SPARQL 1.1 Graph Store HTTP Protocol §5.3 to §5.5): read whole, then applied in one transaction.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use oxrdf::{GraphName, NamedNode, Triple};

use super::state;
use crate::format::Syntax;
use crate::server::endpoint::Endpoint;
use crate::server::failure;
use crate::server::http::problem::Problem;
use crate::server::http::{conditional, offered, rdf_body};
use crate::server::served::Served;
use crate::store::{self, Document, Remote, Store as _, StoreError, Transaction};

/// What is to be done to a graph.
#[derive(Debug)]
pub enum Change {
    /// The graph is these triples from now on.
    Put(Vec<Triple>, GraphName),
    /// The graph gets these triples, too.
    Post {
        /// The triples.
        triples: Vec<Triple>,
        /// The graph.
        graph: GraphName,
        /// Whether its name was made for it.
        new: bool,
    },
    /// Some graphs hold what the document says of them from now on, others get what it says, too.
    Load(Document),
    /// The graph goes.
    Delete(GraphName),
    /// Nothing: there is nothing to add.
    None,
}

/// What was done.
#[derive(Debug, Default)]
pub struct Effect {
    /// Whether a graph is there that was not before.
    pub created: bool,
    /// The state of the graph afterwards.
    pub state: Option<String>,
    /// The name made for the graph.
    pub location: Option<String>,
    /// What a load of quads changed.
    pub change: Option<store::Change>,
}

/// The triples of a body in one of the RDF syntaxes, or of all parts of a form (RFC 7578).
///
/// # Errors
/// 415 and 400, as the body is.
pub async fn triples(
    headers: &HeaderMap,
    bytes: &Bytes,
    graph: &GraphName,
    root: &str,
) -> Result<Vec<Triple>, Problem> {
    let base = match graph {
        GraphName::NamedNode(name) => name.as_str().to_owned(),
        _ => format!("{root}/graphs"),
    };
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if let Ok(boundary) = multer::parse_boundary(value) {
        return form(bytes.clone(), boundary, base).await;
    }
    let (syntax, bytes) = (offered::of_body(headers)?, bytes.clone());
    failure::blocking(move || rdf_body::triples(&bytes, syntax, &base)).await
}

async fn form(bytes: Bytes, boundary: String, base: String) -> Result<Vec<Triple>, Problem> {
    let broken = |error: multer::Error| Problem::bad_request(format!("the form cannot be read: {error}"));
    let mut form = multer::Multipart::with_reader(std::io::Cursor::new(bytes), boundary);
    let mut triples = Vec::new();
    while let Some(part) = form.next_field().await.map_err(broken)? {
        let syntax = offered::of_part(part.headers(), part.file_name())?;
        let (bytes, base) = (part.bytes().await.map_err(broken)?, base.clone());
        triples.extend(failure::blocking(move || rdf_body::triples(&bytes, syntax, &base)).await?);
    }
    Ok(triples)
}

/// What a POST to the graph store itself does: quads go to their graphs, of which `replaced` hold nothing else then; triples
/// to a new one.
///
/// # Errors
/// As [`triples`].
pub async fn to_store(
    headers: &HeaderMap,
    bytes: &Bytes,
    root: &str,
    replaced: Vec<NamedNode>,
) -> Result<Change, Problem> {
    if let Ok(syntax @ (Syntax::TriG | Syntax::NQuads)) = offered::of_body(headers) {
        let (bytes, base) = (bytes.clone(), format!("{root}/graphs"));
        let quads = move || rdf_body::quads(&bytes, syntax, &base, GraphName::DefaultGraph);
        let quads = failure::blocking(quads).await?;
        return Ok(Change::Load(Document { graphs: replaced, quads }));
    }
    if !replaced.is_empty() {
        return Err(Problem::bad_request("`replace` goes with a body that names its graphs: N-Quads or TriG"));
    }
    let random = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), bytes);
    let name = NamedNode::new(format!("{root}/graphs/{random:016x}"))
        .map_err(|error| Problem::internal(format!("no name could be made: {error}")))?;
    let graph = GraphName::from(name);
    Ok(Change::Post { triples: triples(headers, bytes, &graph, root).await?, graph, new: true })
}

/// Makes a change once it is its turn, if the conditions of the request hold then.
///
/// # Errors
/// 412 where a condition does not hold, 404 where there is nothing to delete, 503 where the turn does not come.
pub async fn apply(endpoint: &Arc<Endpoint>, change: Change, headers: HeaderMap) -> Result<Effect, Problem> {
    let turn = endpoint.writers.take().await?;
    let endpoint = Arc::clone(endpoint);
    failure::blocking(move || {
        let _turn = turn;
        let result = match &endpoint.store {
            // A problem found inside leaves the transaction without a change, so nothing is committed.
            Served::Here(store) => store.transaction(|transaction| within(transaction, change, &headers)),
            Served::There(states) => {
                let done = elsewhere(states.remote(), change, &headers);
                states.changed();
                done
            }
        };
        result.map_err(|error| failure::of_store(&error))?
    })
    .await
}

fn within(
    transaction: &mut Transaction<'_>,
    change: Change,
    headers: &HeaderMap,
) -> Result<Result<Effect, Problem>, StoreError> {
    let (triples, graph, replace, new) = match change {
        Change::None => return Ok(Ok(Effect::default())),
        Change::Load(document) => {
            let change = Some(transaction.load(&document)?);
            return Ok(Ok(Effect { change, ..Effect::default() }));
        }
        Change::Delete(graph) => return delete(transaction, &graph, headers),
        Change::Put(triples, graph) => (triples, graph, true, false),
        Change::Post { triples, graph, new } => (triples, graph, false, new),
    };
    let exists = match before(transaction, &graph, headers)? {
        Ok(exists) => exists,
        Err(problem) => return Ok(Err(problem)),
    };
    if replace && exists {
        remove(transaction, &graph)?;
    }
    if let GraphName::NamedNode(name) = &graph
        && (replace || !exists)
    {
        transaction.create_graph(name.as_ref());
    }
    for triple in &triples {
        transaction.insert(triple.as_ref().in_graph(graph.as_ref()))?;
    }
    let location =
        if let (true, GraphName::NamedNode(name)) = (new, &graph) { Some(name.as_str().to_owned()) } else { None };
    // The state after a change of a part would have to be computed from all of it.
    let state = replace.then(|| state::of(transaction.quads(Some(graph.as_ref())))).transpose()?;
    Ok(Ok(Effect { created: !exists, state, location, change: None }))
}

/// As [`within`], of an engine elsewhere, which has no transactions over several requests: the conditions hold when they are looked
/// at, and only this server's own writers wait for each other.
fn elsewhere(remote: &Remote, change: Change, headers: &HeaderMap) -> Result<Result<Effect, Problem>, StoreError> {
    let (triples, graph, replace, new) = match change {
        Change::None => return Ok(Ok(Effect::default())),
        Change::Load(document) => {
            let change = Some(remote.load(&document)?);
            return Ok(Ok(Effect { change, ..Effect::default() }));
        }
        Change::Delete(graph) => (None, graph, true, false),
        Change::Put(triples, graph) => (Some(triples), graph, true, false),
        Change::Post { triples, graph, new } => (Some(triples), graph, false, new),
    };
    let exists = graph.is_default_graph() || remote.holds_graph(graph.as_ref())?;
    if has_conditions(headers) {
        let state = exists.then(|| state::of(remote.read(Some(graph.as_ref()))?)).transpose()?;
        if let Err(problem) = conditional::precondition(headers, state.as_deref()) {
            return Ok(Err(problem));
        }
    }
    let Some(triples) = triples else {
        if !exists {
            return Ok(Err(Problem::not_found(format!("there is no graph {graph}"))));
        }
        remote.clear_graph(&graph)?;
        return Ok(Ok(Effect::default()));
    };
    let location = match &graph {
        GraphName::NamedNode(name) if new => Some(name.as_str().to_owned()),
        _ => None,
    };
    remote.put_graph(&graph, triples, replace)?;
    Ok(Ok(Effect { created: !exists, location, ..Effect::default() }))
}

fn has_conditions(headers: &HeaderMap) -> bool {
    headers.contains_key(header::IF_MATCH) || headers.contains_key(header::IF_NONE_MATCH)
}

fn delete(
    transaction: &mut Transaction<'_>,
    graph: &GraphName,
    headers: &HeaderMap,
) -> Result<Result<Effect, Problem>, StoreError> {
    match before(transaction, graph, headers)? {
        Ok(true) => {
            remove(transaction, graph)?;
            Ok(Ok(Effect::default()))
        }
        Ok(false) => Ok(Err(Problem::not_found(format!("there is no graph {graph}")))),
        Err(problem) => Ok(Err(problem)),
    }
}

/// A named graph goes as a whole; the default graph stays, without quads.
fn remove(transaction: &mut Transaction<'_>, graph: &GraphName) -> Result<(), StoreError> {
    match graph {
        GraphName::NamedNode(name) => transaction.drop_graph(name.as_ref().into()),
        other => transaction.clear_graph(other.as_ref()),
    }
}

/// Whether the graph is there, once the conditions of the request are known to hold. The default graph always is.
fn before(
    transaction: &Transaction<'_>,
    graph: &GraphName,
    headers: &HeaderMap,
) -> Result<Result<bool, Problem>, StoreError> {
    let exists = match graph {
        GraphName::NamedNode(name) => transaction.contains_graph(name.as_ref())?,
        _ => true,
    };
    if !has_conditions(headers) {
        return Ok(Ok(exists));
    }
    let state = exists.then(|| state::of(transaction.quads(Some(graph.as_ref())))).transpose()?;
    Ok(conditional::precondition(headers, state.as_deref()).map(|()| exists))
}
