//! A document at an endpoint: in one transaction where the server is of this program, else graph by graph.

use std::collections::BTreeMap;

use oxrdf::{GraphName, GraphNameRef, NamedNode, Quad};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::batches::has_blank_node;
use super::client::Call;
use super::response::Answer;
use super::service::Program;
use super::updating::change;
use super::{CHANGE, Remote, difference, graph_url, is_closed, triples_text, with};
use crate::store::document::{Change, Document};
use crate::store::error::StoreError;

/// A document's quads by graph.
struct Parts<'d> {
    /// Of each graph that is its own.
    own: BTreeMap<&'d NamedNode, Vec<&'d Quad>>,
    /// Of each other graph, by its name as it is written.
    shared: BTreeMap<String, (&'d GraphName, Vec<&'d Quad>)>,
}

impl<'d> Parts<'d> {
    fn of(document: &'d Document) -> Self {
        let own = document.graphs.iter().map(|graph| (graph, Vec::new())).collect();
        let mut parts = Self { own, shared: BTreeMap::new() };
        for quad in &document.quads {
            match &quad.graph_name {
                GraphName::NamedNode(graph) if parts.own.contains_key(graph) => {
                    parts.own.entry(graph).or_default().push(quad);
                }
                other => parts.shared.entry(other.to_string()).or_insert((other, Vec::new())).1.push(quad),
            }
        }
        parts
    }
}

impl Remote {
    /// Brings a document, and tells what that changes.
    pub(super) fn bring(&self, document: &Document) -> Result<Change, StoreError> {
        let store = self.service().graph_store.as_deref().filter(|_| self.service().program == Program::Citypact);
        if let Some(store) = store {
            match self.bring_at_once(store, document) {
                // Whoever may update need not be let to the graph store.
                Err(error) if is_closed(&error) => {}
                done => return done,
            }
        }
        self.bring_by_graph(&Parts::of(document))
    }

    /// In one request, which is one transaction there.
    fn bring_at_once(&self, store: &str, document: &Document) -> Result<Change, StoreError> {
        let has_blank = document.quads.iter().any(has_blank_node);
        // The server takes blank nodes for new ones: whether they say what is there already is told here.
        let (quads, told) = if has_blank {
            let (quads, change) = self.news(&Parts::of(document))?;
            (quads, Some(change))
        } else {
            (document.quads.iter().collect(), None)
        };
        if told.is_some_and(Change::is_empty) {
            return Ok(Change::default());
        }
        let name = |graph: &NamedNode| format!("replace={}", utf8_percent_encode(graph.as_str(), NON_ALPHANUMERIC));
        let url = with(store, document.graphs.iter().map(name));
        let text: String = quads.iter().map(|quad| format!("{quad} .\n")).collect();
        let call = Call::post(&url, "application/n-quads", "*/*", &text).repeatable(!has_blank);
        let answer = self.client.send(&call)?;
        let done = change(answer.header(CHANGE));
        answer.read_out()?;
        let done = done.ok_or_else(|| StoreError::answer(&url, "it does not tell what it changed"))?;
        Ok(told.unwrap_or(done))
    }

    /// The quads of its own graphs, those of others that are not there yet, and what that changes.
    fn news<'d>(&self, parts: &Parts<'d>) -> Result<(Vec<&'d Quad>, Change), StoreError> {
        let (mut quads, mut change) = (Vec::new(), Change::default());
        for (graph, added) in parts.shared.values() {
            let new = difference::missing(&self.held(graph.as_ref())?, added);
            change.inserted += new.len() as u64;
            quads.extend(new);
        }
        for (graph, said) in &parts.own {
            change += difference::difference(&self.held(graph.as_ref().into())?, said);
            quads.extend(said);
        }
        Ok((quads, change))
    }

    fn held(&self, graph: GraphNameRef<'_>) -> Result<Vec<Quad>, StoreError> {
        self.graph(graph)?.collect()
    }

    fn bring_by_graph(&self, parts: &Parts<'_>) -> Result<Change, StoreError> {
        let mut change = Change::default();
        for (graph, quads) in parts.shared.values() {
            let new = difference::missing(&self.held(graph.as_ref())?, quads);
            self.insert(&new)?;
            change.inserted += new.len() as u64;
        }
        for (graph, quads) in &parts.own {
            let difference = difference::difference(&self.held(graph.as_ref().into())?, quads);
            // One that says so already is left alone.
            if !difference.is_empty() {
                self.replace(graph, quads)?;
            }
            change += difference;
        }
        Ok(change)
    }

    fn replace(&self, graph: &NamedNode, quads: &[&Quad]) -> Result<(), StoreError> {
        if let Some(store) = self.service().takes_graphs(&self.endpoint.query) {
            let (url, text) = (graph_url(&store, graph.as_ref()), triples_text(quads));
            match self.client.send(&Call::put(&url, "application/n-triples", &text)).and_then(Answer::read_out) {
                // Whoever may update need not be let to the graph store.
                Err(error) if is_closed(&error) => {}
                done => return done,
            }
        }
        let mut batches = self.batches();
        batches.begin(format!("DROP SILENT GRAPH {graph}"));
        quads.iter().for_each(|quad| batches.take(quad));
        batches.finish().iter().try_for_each(|batch| self.insert_batch(batch))
    }

    fn insert(&self, quads: &[&Quad]) -> Result<(), StoreError> {
        let mut batches = self.batches();
        quads.iter().for_each(|quad| batches.take(quad));
        batches.finish().iter().try_for_each(|batch| self.insert_batch(batch))
    }
}
