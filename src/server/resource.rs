//! Dereferencing: `/id/…` names a thing and leads to `/doc/…`, which tells of it; so do `/kind/…`, `/code/…`,
//! `/variable/…` and `/graph/…`; `/ns` is the vocabulary. What `--public-url` serves stands for the data's own IRIs.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Response, header};
use oxrdf::{GraphName, NamedNode, NamedOrBlankNode, Term, Triple};

use super::conditional::{self, Tag};
use super::endpoint::Endpoint;
use super::problem::Problem;
use super::syntax;
use super::{answer, description, failure, iri, protocol, reading};
use crate::format::Syntax;
use crate::ontology;
use crate::rdf;
use crate::store::StoreError;

/// Triples that a document about a resource has at most; the rest is a query away.
const MOST: usize = 100_000;
/// First segments of paths that are names of their own, beside the data's.
const SPACES: [&str; 4] = ["kind/", "code/", "variable/", "graph/"];

/// `/id/…`, `/kind/…` and their like: leads to the document about the thing (303, Cool URIs for the Semantic Web §4.2).
pub async fn thing(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response<Body> {
    let path = request.uri().path();
    let rest = path.strip_prefix("/id/").unwrap_or_else(|| path.trim_start_matches('/'));
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    description::see_other(&format!("{}/doc/{rest}{query}", endpoint.settings.base_path))
}

/// `/doc/…`: everything that is known of a thing.
///
/// # Errors
/// 404 where nothing is known of it; 406 where no format fits, 400 for parameters that cannot be read.
pub async fn document(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response<Body>, Problem> {
    let formats = formats(&request)?;
    let headers = request.headers().clone();
    let path = request.uri().path().to_owned();
    let syntax = syntax::triples(&headers, &formats)?;
    let turn = endpoint.turns.take().await?;
    failure::blocking(move || {
        let _turn = turn;
        let rest = path.strip_prefix("/doc/").unwrap_or_default();
        let name = name(&endpoint.settings.namespace, rest)?;
        let tag = Tag::new(&format!("{}-{}", endpoint.store.id(), endpoint.store.epoch()), syntax.name());
        let triples = about(&endpoint, &name).map_err(|error| failure::of_store(&error))?;
        if triples.is_empty() {
            return Err(Problem::not_found(format!("nothing is known of {name}")));
        }
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
pub async fn vocabulary(request: Request) -> Result<Response<Body>, Problem> {
    let formats = formats(&request)?;
    let syntax = syntax::triples(request.headers(), &formats)?;
    let tag = Tag::of_bytes(ontology::CITYPACT.as_bytes(), syntax.name());
    if let Some(response) = conditional::unchanged(request.headers(), &tag)? {
        return Ok(response);
    }
    let mut triples = BTreeSet::new();
    for text in [ontology::CITYPACT, ontology::SCHEMES] {
        let read = reading::triples(text.as_bytes(), Syntax::Turtle, crate::vocab::NS)?;
        triples.extend(read.into_iter().map(Ordered));
    }
    let triples: Vec<Triple> = triples.into_iter().map(|triple| triple.0).collect();
    written(&triples, syntax, &tag)
}

fn formats(request: &Request) -> Result<Vec<String>, Problem> {
    protocol::formats(request.uri().query().unwrap_or_default()).map_err(failure::of_protocol)
}

fn name(namespace: &str, rest: &str) -> Result<NamedNode, Problem> {
    let space = if SPACES.iter().any(|space| rest.starts_with(space)) { "" } else { "id/" };
    NamedNode::new(format!("{namespace}{space}{}", iri::from_uri(rest)))
        .map_err(|_| Problem::not_found("the address stands for no IRI"))
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

/// What all graphs say of a node, of its parts (blank nodes, and nodes named below it) and, for a graph, in it.
fn about(endpoint: &Endpoint, name: &NamedNode) -> Result<Vec<Triple>, StoreError> {
    let mut seen = BTreeSet::from([NamedOrBlankNode::from(name.clone()).to_string()]);
    let mut open = vec![NamedOrBlankNode::from(name.clone())];
    let mut triples = BTreeSet::new();
    let part = format!("{}#", name.as_str());
    if endpoint.store.contains_graph(name.as_ref())? {
        let graph = GraphName::from(name.clone());
        for quad in endpoint.store.quads(Some(graph.as_ref())).take(MOST) {
            triples.insert(Ordered(quad?.into()));
        }
    }
    while let Some(subject) = open.pop() {
        for quad in endpoint.store.matching(Some(subject.as_ref()), None, None, None) {
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

fn written(triples: &[Triple], syntax: Syntax, tag: &Tag) -> Result<Response<Body>, Problem> {
    let quad = |triple: &Triple| rdf::canonical_quad(triple.clone().in_graph(GraphName::DefaultGraph));
    let mut bytes = Vec::new();
    rdf::write(triples.iter().map(quad).collect(), syntax, &mut bytes).map_err(failure::of_output)?;
    let mut response = answer::whole(syntax::media_type(syntax), bytes);
    conditional::mark(&mut response, tag);
    Ok(response)
}
