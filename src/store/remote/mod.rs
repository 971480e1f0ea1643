//! A SPARQL 1.1 endpoint in the embedded store's place: queries and updates by the
//! [SPARQL Protocol](https://www.w3.org/TR/sparql11-protocol/), graphs by the
//! [Graph Store Protocol](https://www.w3.org/TR/sparql11-http-rdf-update/) where the server has it.
//!
//! What a remote store cannot promise: a document that is too large for one request is replaced in several, and so is
//! every document on a server without transactions over requests. Changes are reported as sent, not as found.

mod batches;
mod client;

use std::collections::BTreeMap;
use std::io::Read;

use oxigraph::sparql::{QueryEvaluationError, QueryResults, QueryTripleIter};
use oxrdf::{GraphName, GraphNameRef, NamedNode, NamedNodeRef, Quad, Term, Triple};
use oxrdfio::{RdfFormat, RdfParser};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sparesults::{QueryResultsFormat, QueryResultsParser};

use super::counts::Counts;
use super::document::{Change, Document};
use super::embedded::BulkOptions;
use super::error::StoreError;
use super::{QuadStream, Store, select};
use crate::rdf::canonical_quad;

use batches::Batches;
use client::Client;
pub use client::Endpoint;

const ROWS: &str = "application/sparql-results+json, application/sparql-results+xml;q=0.8";
const GRAPH: &str = "application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.5";

/// A store behind a SPARQL endpoint.
pub struct Remote {
    endpoint: Endpoint,
    client: Client,
}

impl Remote {
    /// The store at an endpoint. No request is made yet.
    pub fn new(endpoint: Endpoint) -> Self {
        Self { client: Client::new(&endpoint), endpoint }
    }

    /// Runs a query as it is written; the server may know more than this crate's grammar. Its results are read as they
    /// come.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`], [`StoreError::Refused`], [`StoreError::Answer`]
    pub fn query_text(&self, query: &str) -> Result<QueryResults<'static>, StoreError> {
        let url = &self.endpoint.query;
        let accept = format!("{ROWS}, {GRAPH}");
        let answer = self.client.post(url, "application/sparql-query", &accept, query, true)?;
        let media_type = answer.media_type.clone();
        let format = QueryResultsFormat::from_media_type(&media_type).filter(|_| media_type.contains("sparql-results"));
        match format {
            Some(format) => {
                let parsed = QueryResultsParser::from_format(format).for_reader(answer.body);
                Ok(parsed.map_err(|error| StoreError::answer(url, error))?.into())
            }
            None => Ok(QueryResults::Graph(triples(url, &media_type, answer.body)?)),
        }
    }

    /// Runs an update as it is written.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`], [`StoreError::Refused`]
    pub fn update_text(&self, update: &str) -> Result<(), StoreError> {
        self.client.post(&self.endpoint.update, "application/sparql-update", "*/*", update, false)?.read_out()
    }

    fn replace(&self, graph: &NamedNode, quads: &[&Quad]) -> Result<(), StoreError> {
        if let Some(store) = &self.endpoint.graph_store {
            return self.client.put(&graph_url(store, graph.as_ref()), "application/n-triples", &triples_text(quads));
        }
        let mut batches = Batches::new(self.endpoint.batch);
        batches.begin(format!("DROP SILENT GRAPH {graph}"));
        quads.iter().for_each(|quad| batches.take(quad));
        batches.finish().iter().try_for_each(|update| self.update_text(update))
    }

    fn add(&self, quads: &[&Quad]) -> Result<(), StoreError> {
        let mut batches = Batches::new(self.endpoint.batch);
        quads.iter().for_each(|quad| batches.take(quad));
        batches.finish().iter().try_for_each(|update| self.update_text(update))
    }

    fn graph(&self, graph: GraphNameRef<'_>) -> Result<QuadStream, StoreError> {
        let name = graph.into_owned();
        let triples = match graph {
            GraphNameRef::NamedNode(node) if self.endpoint.graph_store.is_some() => self.get(node)?,
            GraphNameRef::DefaultGraph => self.construct("CONSTRUCT WHERE { ?s ?p ?o }")?,
            named => self.construct(&format!("CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {named} {{ ?s ?p ?o }} }}"))?,
        };
        Ok(Box::new(triples.map(move |triple| Ok(canonical_quad(triple?.in_graph(name.clone()))))))
    }

    fn get(&self, graph: NamedNodeRef<'_>) -> Result<QueryTripleIter<'static>, StoreError> {
        let store = self.endpoint.graph_store.as_deref().unwrap_or_default();
        let url = graph_url(store, graph);
        let answer = self.client.get(&url, GRAPH)?;
        triples(&url, &answer.media_type.clone(), answer.body)
    }

    fn construct(&self, query: &str) -> Result<QueryTripleIter<'static>, StoreError> {
        match self.query_text(query)? {
            QueryResults::Graph(triples) => Ok(triples),
            _ => Err(StoreError::answer(&self.endpoint.query, "rows in answer to a CONSTRUCT")),
        }
    }
}

impl Store for Remote {
    fn run_query(&self, query: spargebra::Query) -> Result<QueryResults<'static>, StoreError> {
        self.query_text(&query.to_string())
    }

    fn run_update(&self, update: spargebra::Update) -> Result<(), StoreError> {
        self.update_text(&update.to_string())
    }

    fn load(&self, document: &Document) -> Result<Change, StoreError> {
        let mut own: BTreeMap<&NamedNode, Vec<&Quad>> =
            document.graphs.iter().map(|graph| (graph, Vec::new())).collect();
        let mut shared = Vec::new();
        for quad in &document.quads {
            let group = match &quad.graph_name {
                GraphName::NamedNode(graph) => own.get_mut(graph),
                _ => None,
            };
            group.unwrap_or(&mut shared).push(quad);
        }
        self.add(&shared)?;
        own.iter().try_for_each(|(graph, quads)| self.replace(graph, quads))?;
        Ok(Change { inserted: document.quads.len() as u64, removed: 0 })
    }

    fn read(&self, graph: Option<GraphNameRef<'_>>) -> Result<QuadStream, StoreError> {
        if let Some(graph) = graph {
            return self.graph(graph);
        }
        let mut streams = vec![self.graph(GraphNameRef::DefaultGraph)?];
        let mut graphs = Vec::new();
        select(self, "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }", |row| graphs.extend(row.get("g").cloned()))?;
        for graph in graphs {
            if let Term::NamedNode(graph) = graph {
                streams.push(self.graph(graph.as_ref().into())?);
            }
        }
        Ok(Box::new(streams.into_iter().flatten()))
    }

    fn count_quads(&self) -> Result<u64, StoreError> {
        Ok(Counts::of(self)?.quads)
    }

    /// Always false: documents are gathered and sent one by one, since a server promises nothing over many requests.
    fn is_new(&self) -> Result<bool, StoreError> {
        Ok(false)
    }

    fn has_graph(&self, graph: NamedNodeRef<'_>) -> Result<bool, StoreError> {
        match self.query_text(&format!("ASK {{ GRAPH {graph} {{ ?s ?p ?o }} }}"))? {
            QueryResults::Boolean(answer) => Ok(answer),
            _ => Err(StoreError::answer(&self.endpoint.query, "no boolean in answer to an ASK")),
        }
    }

    fn add_all(
        &self,
        quads: &mut dyn Iterator<Item = Result<Quad, StoreError>>,
        _options: BulkOptions,
    ) -> Result<u64, StoreError> {
        let mut batches = Batches::new(self.endpoint.batch);
        let mut count = 0;
        for quad in quads {
            batches.take(&quad?);
            count += 1;
            batches.full().iter().try_for_each(|update| self.update_text(update))?;
        }
        batches.finish().iter().try_for_each(|update| self.update_text(update))?;
        Ok(count)
    }
}

fn graph_url(store: &str, graph: NamedNodeRef<'_>) -> String {
    let separator = if store.contains('?') { '&' } else { '?' };
    format!("{store}{separator}graph={}", utf8_percent_encode(graph.as_str(), NON_ALPHANUMERIC))
}

fn triples_text(quads: &[&Quad]) -> String {
    quads.iter().map(|quad| format!("{} {} {} .\n", quad.subject, quad.predicate, quad.object)).collect()
}

fn triples(url: &str, media_type: &str, body: Box<dyn Read>) -> Result<QueryTripleIter<'static>, StoreError> {
    let unknown = || StoreError::answer(url, format!("an answer of the type {media_type:?}"));
    let format = RdfFormat::from_media_type(media_type).ok_or_else(unknown)?;
    let quads = RdfParser::from_format(format).with_base_iri(url).map_err(|error| StoreError::answer(url, error))?;
    Ok(QueryTripleIter::new(quads.for_reader(body).map(|quad| match quad {
        Ok(quad) => Ok(Triple::from(quad)),
        Err(error) => Err(QueryEvaluationError::Dataset(Box::new(error))),
    })))
}
