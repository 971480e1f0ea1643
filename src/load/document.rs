//! The documents that quads belong to.

use std::collections::HashSet;

use oxrdf::{GraphName, Quad};

use crate::vocab;

/// The graph of the document that a graph belongs to: itself or the one whose provenance it holds. None for the graphs
/// that documents share and for graphs of other names.
pub(super) fn document_graph(graph: &GraphName) -> Option<&str> {
    let GraphName::NamedNode(graph) = graph else { return None };
    vocab::graph::document_of(graph.as_str())
}

/// The documents that quads belong to, counted.
#[derive(Debug, Default)]
pub(super) struct Names {
    seen: HashSet<Box<str>>,
    last: Box<str>,
}

impl Names {
    pub(super) fn note(&mut self, quad: &Quad) {
        let Some(name) = document_graph(&quad.graph_name) else { return };
        if *self.last != *name {
            self.last = name.into();
            self.seen.insert(name.into());
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.seen.len() as u64
    }
}
