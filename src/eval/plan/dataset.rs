//! RDF dataset of a query: what a query's graphs are in a version.

use oxigraph::sparql::QueryDatasetSpecification;
use oxrdf::{GraphName, NamedNode, NamedOrBlankNode, Term};

use crate::eval::Context;
use crate::index::{GraphFilter, Version, normal};

/// The graphs that a query sees.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// The default graph is the merge of these.
    pub default: GraphFilter,
    /// The named graphs.
    pub named: GraphFilter,
}

impl Dataset {
    pub fn new(version: &Version, specification: &QueryDatasetSpecification) -> Self {
        let default = match specification.default_graph_graphs() {
            None => GraphFilter::Any,
            Some([GraphName::DefaultGraph]) => GraphFilter::One(0),
            Some(graphs) => set(graphs.iter().filter_map(|graph| match graph {
                GraphName::DefaultGraph => Some(0),
                GraphName::NamedNode(node) => number(version, node.clone().into()),
                GraphName::BlankNode(node) => number(version, node.clone().into()),
            })),
        };
        let named = match specification.available_named_graphs() {
            None => GraphFilter::Named,
            Some(graphs) => set(graphs.iter().filter_map(|graph| match graph {
                NamedOrBlankNode::NamedNode(node) => number(version, node.clone().into()),
                NamedOrBlankNode::BlankNode(node) => number(version, node.clone().into()),
            })),
        };
        Self { default, named }
    }

    /// The number of a named graph of the dataset.
    pub fn named_number(&self, node: &NamedNode, cx: &Context) -> Option<u32> {
        number(cx.version(), node.clone().into()).filter(|number| self.named.allows(*number))
    }

    /// The numbers of all named graphs.
    pub fn named_numbers(&self, version: &Version) -> Vec<u32> {
        version.graphs().iter().map(|graph| graph.number).filter(|number| self.named.allows(*number)).collect()
    }
}

fn number(version: &Version, name: Term) -> Option<u32> {
    version.graph_number(version.id(normal(name).as_ref())?)
}

fn set(numbers: impl Iterator<Item = u32>) -> GraphFilter {
    let mut numbers: Vec<u32> = numbers.collect();
    numbers.sort_unstable();
    numbers.dedup();
    GraphFilter::Set(numbers.into())
}
