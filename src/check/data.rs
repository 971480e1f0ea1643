//! Data as checks see it: which graphs are whose.

use std::collections::BTreeMap;

use oxrdf::{NamedNodeRef, Term};

use crate::index::{Id, Selection, Version};
use crate::rdf::plain;
use crate::vocab::{graph, prov, schema};

/// The numbers of the graphs of each document, by the name of its own graph; that of the unnamed graph is empty. Graphs that
/// hold nothing are no document's.
pub fn documents(data: &Version) -> BTreeMap<String, Vec<u32>> {
    let mut documents: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    let named: usize = data.graphs().iter().map(|graph| graph.quads).sum();
    if named < data.quads() {
        documents.insert(String::new(), vec![0]);
    }
    for graph in data.graphs().iter().filter(|graph| graph.quads > 0) {
        if let Some(document) = document_of(&data.term(graph.id)) {
            documents.entry(document).or_default().push(graph.number);
        }
    }
    documents
}

/// The name of the own graph of the document that a graph belongs to; none of a graph that is no document's.
pub(super) fn document_of(graph: &Term) -> Option<String> {
    let name = text(graph);
    (!is_fixed(graph)).then(|| graph::own_of(&name).to_owned())
}

fn is_fixed(name: &Term) -> bool {
    let Term::NamedNode(node) = name else { return false };
    let node = node.as_ref();
    graph::ALL.contains(&node) || node == super::shapes::GRAPH || node == super::HIERARCHY
}

/// The number of a graph by its name, if there is one.
pub(super) fn graph_number(data: &Version, name: NamedNodeRef<'_>) -> Option<u32> {
    data.graph_number(data.id(name.into())?)
}

/// Whether two graphs are of one document: its own and the one beside it, or both the unnamed graph.
pub(super) fn are_of_one_document(data: &Version, one: u32, other: u32) -> bool {
    let document = |graph: u32| Some(graph::own_of(&text(&data.term(data.graph_id(graph)?))).to_owned());
    one == other || document(one).is_some() && document(one) == document(other)
}

/// Where a fact is from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The graph that holds it; none for the default graph.
    pub graph: Option<String>,
    /// The document that the graph was derived from.
    pub document: Option<String>,
    /// When the document was published.
    pub published: Option<String>,
}

impl Origin {
    /// That of the facts in the graph of this number.
    pub fn of(data: &Selection, graph: u32) -> Self {
        let version = data.version();
        let name = version.graph_id(graph);
        let document = name.and_then(|name| value(data, name, prov::wasDerivedFrom));
        let published = document.and_then(|document| value(data, document, schema::datePublished));
        let text = |id: Option<Id>| id.map(|id| text(&version.term(id)));
        Self { graph: text(name), document: text(document), published: text(published) }
    }

    /// How people call it: the document, else the graph.
    pub fn name(&self) -> &str {
        self.document.as_deref().or(self.graph.as_deref()).unwrap_or("the default graph")
    }
}

/// A term without its marks.
pub(super) fn text(term: &Term) -> String {
    plain(term.as_ref()).into_owned()
}

/// The first value of a property, if it has one.
pub(super) fn value(data: &Selection, node: Id, property: NamedNodeRef<'_>) -> Option<Id> {
    let property = data.version().id(property.into())?;
    data.objects(node, property).next()
}

/// Whether a graph is one of the vocabulary's own with a fixed name for what no document states.
pub(super) fn is_unstated(data: &Version, graph: u32) -> bool {
    let Some(Term::NamedNode(node)) = data.graph_id(graph).map(|name| data.term(name)) else { return false };
    graph::UNSTATED.contains(&node.as_ref()) || graph::is_provenance(node.as_str())
}
