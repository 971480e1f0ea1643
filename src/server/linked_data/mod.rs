//! Dereferencing: `/id/…` names a thing and leads to `/doc/…`, which tells of it; so do `/kind/…`, `/code/…`,
//! `/variable/…`, `/scheme/…` and `/graph/…`; `/ns` is the vocabulary. What `--public-url` serves stands for the data's own
//! IRIs.

pub mod description;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Response, header};
use oxrdf::{GraphName, NamedNode, NamedOrBlankNode, Term, Triple};

use super::admission::admitted;
use super::admission::deadline::Deadline;
use super::endpoint::Endpoint;
use super::failure;
use super::http::cause::Cause;
use super::http::conditional::{self, Tag};
use super::http::offered;
use super::http::parameters::formats;
use super::http::problem::Problem;
use super::http::response;
use super::http::{iri, rdf_body};
use super::pages;

use super::state::current_state;
use crate::format::Syntax;
use crate::ontology;
use crate::query;
use crate::rdf;
use crate::store::{Snapshot, StoreError};

/// Triples that a document about a resource has at most; the rest is a query away.
const MOST: usize = 100_000;
/// First segments of paths below `/doc/` that stand for themselves; all others are of `id/`.
const SPACES: [&str; 6] = ["id", "kind", "code", "variable", "scheme", "graph"];

/// `/id/…`, `/kind/…` and their like: leads to the document about the thing (303, Cool URIs for the Semantic Web §4.2).
pub async fn thing(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response<Body> {
    let path = iri::to_uri(request.uri().path());
    let rest = match path.strip_prefix("/id/") {
        // Beside what stands under a name of its own, the document says that it is below `id/`.
        Some(rest) if has_space(rest) => path.get(1..).unwrap_or_default(),
        Some(rest) => rest,
        None => path.get(1..).unwrap_or_default(),
    };
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    description::see_other(&format!("{}/doc/{rest}{query}", endpoint.settings.base_path))
}

/// Whether what follows `/doc/` names its space: otherwise it is of `id/`.
pub fn has_space(rest: &str) -> bool {
    let first = rest.split('/').next().unwrap_or_default();
    SPACES.contains(&first)
}

/// `/doc/…`: everything that is known of a thing.
///
/// # Errors
/// 404 where nothing is known of it; 406 where no format fits, 400 for parameters that cannot be read.
pub async fn document(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response<Body>, Problem> {
    if pages::wants_page(request.headers(), request.uri().query()) {
        return pages::handler::document(&endpoint, request).await;
    }
    let formats = formats(request.uri().query())?;
    let headers = request.headers().clone();
    let path = iri::to_uri(request.uri().path());
    let query = request.uri().query().unwrap_or_default().to_owned();
    let syntax = offered::triples(&headers, &formats)?;
    let deadline = Deadline::begin(endpoint.settings.evaluation.timeout, None);
    let state = current_state(&endpoint, deadline).await?;
    admitted(&endpoint, deadline, move |endpoint, _| {
        let rest = path.strip_prefix("/doc/").unwrap_or_default();
        let tag = Tag::new(&format!("{}-{}", endpoint.store.id(), state.number()), syntax.name());
        let triples = told(&state, deadline, &names(&endpoint.settings.namespace, rest, &query))?;
        let mut response = match conditional::unchanged(&headers, &tag)? {
            Some(response) => response,
            None => written(&triples, syntax, &tag)?,
        };
        let location = format!("{}{path}?format={}", endpoint.settings.base_path, syntax.name());
        if let Ok(location) = HeaderValue::from_str(&location) {
            response.headers_mut().insert(header::CONTENT_LOCATION, location);
        }
        Ok(response)
    })
    .await
}

/// `/ns`: the vocabulary itself, classes, properties and schemes.
///
/// # Errors
/// 406 where no format fits, 400 for parameters that cannot be read.
pub async fn vocabulary(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response<Body>, Problem> {
    if pages::wants_page(request.headers(), request.uri().query()) {
        return pages::handler::ontology(State(endpoint), request).await;
    }
    let formats = formats(request.uri().query())?;
    let syntax = offered::triples(request.headers(), &formats)?;
    let tag = Tag::of_bytes(ontology::CITYPACT.as_bytes(), syntax.name());
    if let Some(response) = conditional::unchanged(request.headers(), &tag)? {
        return Ok(response);
    }
    let mut triples = BTreeSet::new();
    for text in [ontology::CITYPACT, ontology::SCHEMES] {
        let read = rdf_body::triples(text.as_bytes(), Syntax::Turtle, crate::vocab::NS)?;
        triples.extend(read.into_iter().map(Ordered));
    }
    let triples: Vec<Triple> = triples.into_iter().map(|triple| triple.0).collect();
    written(&triples, syntax, &tag)
}

/// What is known of the thing that has one of these names.
///
/// # Errors
/// 404 where nothing is known of any.
fn told(state: &query::State, deadline: Deadline, names: &[NamedNode]) -> Result<Vec<Triple>, Problem> {
    for look in [known_of, told_with] {
        for name in names {
            let triples = look(state, name, deadline).map_err(|error| failure::of_store(&error))?;
            if !triples.is_empty() {
                return Ok(triples);
            }
        }
    }
    let name = names.last().ok_or_else(|| Problem::not_found("the address stands for no IRI"))?;
    let kind = Cause::NothingKnown(name.as_str().to_owned());
    Err(Problem::not_found(format!("nothing is known of {name}")).of_kind(kind))
}

/// The IRIs that have this address, with its query (which an IRI may have) and without, the likelier first; at last the one
/// with its percent-encoding in capitals.
pub fn names(namespace: &str, rest: &str, query: &str) -> Vec<NamedNode> {
    let space = if has_space(rest) { "" } else { "id/" };
    let own = query.strip_prefix("format=").map_or(query, |_| "");
    let own = own.rsplit_once("&format=").map_or(own, |(own, _)| own);
    let queries = [query, own].into_iter().filter(|query| !query.is_empty());
    let addresses = queries.map(|query| format!("{rest}?{query}")).chain([rest.to_owned()]);
    let spelt = addresses.flat_map(|address| iri::spellings(&address));
    let all = spelt.chain([iri::from_uri(&iri::in_capitals(rest))]);
    all.filter_map(|name| NamedNode::new(format!("{namespace}{space}{name}")).ok()).collect()
}

/// Triples in the order of their subjects, those of one subject together.
#[derive(PartialEq, Eq)]
struct Ordered(Triple);

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.to_string().cmp(&other.0.to_string())
    }
}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// What is known of a node: what [`about`] finds, and for a graph what stands in it.
fn known_of(state: &query::State, name: &NamedNode, deadline: Deadline) -> Result<Vec<Triple>, StoreError> {
    match state {
        query::State::Local(snapshot) => about(snapshot, name),
        query::State::Remote(there) => {
            let graph = GraphName::from(name.clone());
            let within = state.quads(Some(graph.as_ref()))?.take(MOST).map(|quad| quad.map(Triple::from));
            let about = there.about(name, MOST, deadline.left())?;
            let all = within.chain(about.into_iter().map(Ok)).map(|triple| triple.map(Ordered));
            Ok(all.collect::<Result<BTreeSet<_>, _>>()?.into_iter().map(|triple| triple.0).take(MOST).collect())
        }
    }
}

/// What is said of others with a node.
fn told_with(state: &query::State, name: &NamedNode, deadline: Deadline) -> Result<Vec<Triple>, StoreError> {
    match state {
        query::State::Local(snapshot) => told_by_others(snapshot, name),
        query::State::Remote(there) => there.with_object(name, MOST, deadline.left()),
    }
}

/// What all graphs say of a node, of its parts (blank nodes, and nodes named below it) and, for a graph, in it.
fn about(snapshot: &Snapshot, name: &NamedNode) -> Result<Vec<Triple>, StoreError> {
    let mut seen = BTreeSet::from([NamedOrBlankNode::from(name.clone()).to_string()]);
    let mut open = vec![NamedOrBlankNode::from(name.clone())];
    let mut triples = BTreeSet::new();
    let part = format!("{}#", name.as_str());
    if snapshot.contains_graph(name.as_ref())? {
        let graph = GraphName::from(name.clone());
        for quad in snapshot.quads(Some(graph.as_ref())).take(MOST) {
            triples.insert(Ordered(quad?.into()));
        }
    }
    while let Some(subject) = open.pop() {
        for quad in snapshot.matching(Some(subject.as_ref()), None, None, None) {
            let triple = Triple::from(quad?);
            let object = match &triple.object {
                Term::NamedNode(node) if node.as_str().starts_with(&part) => Some(node.clone().into()),
                Term::BlankNode(node) => Some(node.clone().into()),
                _ => None,
            };
            open.extend(object.filter(|node: &NamedOrBlankNode| seen.insert(node.to_string())));
            triples.insert(Ordered(triple));
            if triples.len() >= MOST {
                return Ok(triples.into_iter().map(|triple| triple.0).collect());
            }
        }
    }
    Ok(triples.into_iter().map(|triple| triple.0).collect())
}

/// What is said of others with this node: all that there is to tell of one that nothing is said of.
fn told_by_others(snapshot: &Snapshot, name: &NamedNode) -> Result<Vec<Triple>, StoreError> {
    let quads = snapshot.matching(None, None, Some(name.as_ref().into()), None).take(MOST);
    let triples = quads.map(|quad| quad.map(|quad| Ordered(quad.into()))).collect::<Result<BTreeSet<_>, _>>()?;
    Ok(triples.into_iter().map(|triple| triple.0).collect())
}

fn written(triples: &[Triple], syntax: Syntax, tag: &Tag) -> Result<Response<Body>, Problem> {
    let quad = |triple: &Triple| rdf::canonical_quad(triple.clone().in_graph(GraphName::DefaultGraph));
    let mut bytes = Vec::new();
    rdf::write(triples.iter().map(quad).collect(), syntax, &mut bytes).map_err(failure::of_output)?;
    let mut response = response::whole(offered::media_type(syntax), bytes);
    conditional::mark(&mut response, tag);
    Ok(response)
}
