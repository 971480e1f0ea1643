//! Transaction overlay: what a transaction sees where the index is the store: a state, and what was changed so far.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use oxrdf::{GraphName, GraphNameRef, NamedOrBlankNode, NamedOrBlankNodeRef, Quad, QuadRef};

use super::error::StoreError;
use super::quads::{Asked, Quads};
use crate::index::{Version, normal};
use crate::rdf::name_of;

/// A state and changes, to be asked for single quads and graphs.
pub(super) struct Overlay {
    before: Arc<Version>,
    /// Quads in normal form that are there or not, whatever the state says.
    quads: HashMap<Quad, bool>,
    /// Graphs that were emptied: what the state says of them does not count.
    cleared: HashSet<GraphName>,
    graphs: HashMap<NamedOrBlankNode, bool>,
}

impl Overlay {
    pub(super) fn new(before: Arc<Version>) -> Self {
        Self { before, quads: HashMap::new(), cleared: HashSet::new(), graphs: HashMap::new() }
    }

    pub(super) fn before(&self) -> &Arc<Version> {
        &self.before
    }

    pub(super) fn contains(&self, quad: QuadRef<'_>) -> Result<bool, StoreError> {
        let quad = normalised(quad);
        if let Some(present) = self.quads.get(&quad) {
            return Ok(*present);
        }
        if self.cleared.contains(&quad.graph_name) {
            return Ok(false);
        }
        let asked = Asked {
            subject: Some(quad.subject.as_ref()),
            predicate: Some(quad.predicate.as_ref()),
            object: Some(quad.object.as_ref()),
            graph: Some(quad.graph_name.as_ref()),
        };
        Quads::of_index(self.before.clone(), asked).next().transpose().map(|quad| quad.is_some())
    }

    pub(super) fn insert(&mut self, quad: QuadRef<'_>) {
        if let Some(name) = name_of(quad.graph_name) {
            self.graphs.insert(name.into_owned(), true);
        }
        self.quads.insert(normalised(quad), true);
    }

    pub(super) fn remove(&mut self, quad: QuadRef<'_>) {
        self.quads.insert(normalised(quad), false);
    }

    pub(super) fn clear(&mut self, graph: GraphNameRef<'_>) {
        let graph = graph.into_owned();
        self.quads.retain(|quad, _| quad.graph_name != graph);
        self.cleared.insert(graph);
    }

    pub(super) fn create(&mut self, graph: NamedOrBlankNodeRef<'_>) {
        self.graphs.insert(graph.into_owned(), true);
    }

    pub(super) fn drop_graph(&mut self, graph: NamedOrBlankNodeRef<'_>) {
        self.clear(graph.into());
        self.graphs.insert(graph.into_owned(), false);
    }

    pub(super) fn contains_graph(&self, graph: NamedOrBlankNodeRef<'_>) -> Result<bool, StoreError> {
        if let Some(present) = self.graphs.get(&graph.into_owned()) {
            return Ok(*present);
        }
        let found = contains_graph(&self.before, graph);
        self.before.sound()?;
        Ok(found)
    }

    pub(super) fn named_graphs(&self) -> Result<Vec<NamedOrBlankNode>, StoreError> {
        let known = named_graphs(&self.before)?.into_iter().filter(|graph| !self.graphs.contains_key(graph));
        let changed = self.graphs.iter().filter(|(_, present)| **present).map(|(graph, _)| graph.clone());
        Ok(known.chain(changed).collect())
    }
}

/// Whether a state has a graph of this name, be it empty.
pub(super) fn contains_graph(version: &Version, graph: NamedOrBlankNodeRef<'_>) -> bool {
    version.id(graph.into()).is_some_and(|id| version.graph_number(id).is_some())
}

/// The named graphs of a state.
pub(super) fn named_graphs(version: &Version) -> Result<Vec<NamedOrBlankNode>, StoreError> {
    let names = version.graphs().iter().filter_map(|graph| NamedOrBlankNode::try_from(version.term(graph.id)).ok());
    let names = names.collect();
    version.sound()?;
    Ok(names)
}

fn normalised(quad: QuadRef<'_>) -> Quad {
    let quad = quad.into_owned();
    Quad { object: normal(quad.object), ..quad }
}
