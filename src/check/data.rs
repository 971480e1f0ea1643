//! Data as checks see it: which graphs are whose.

use std::collections::{BTreeMap, HashSet};

use oxrdf::{Literal, NamedNode, Term};

use crate::rdf::{Graph, Id, Indexed};
use crate::store::{Store, StoreError};
use crate::vocab::{self, graph, prov, schema};

/// Everything that a store holds, for checks and rules.
///
/// # Errors
/// [`StoreError`]
pub fn read(store: &dyn Store) -> Result<Indexed, StoreError> {
    let mut data = Indexed::new();
    for quad in store.read(None)? {
        data.add_stored(&quad?);
    }
    data.settle();
    Ok(data)
}

/// What stands in graphs that documents share.
pub(super) const SHARED: &[oxrdf::NamedNodeRef<'static>] = &[graph::places, graph::links, graph::review];
/// What is no fact of any document.
const ASIDE: &[oxrdf::NamedNodeRef<'static>] = &[graph::inferred, graph::ontology, graph::catalog];
/// What the name of the graph beside a document's own ends in.
const PROVENANCE: &str = "/provenance";

/// The graphs of each document, by the name of its own graph; that of the default graph is empty.
pub fn documents(data: &Indexed) -> BTreeMap<String, HashSet<Graph>> {
    let mut documents: BTreeMap<String, HashSet<Graph>> = BTreeMap::new();
    for graph in data.graphs().iter().copied() {
        let name = match graph.name().map(|name| data.term(name)) {
            None => String::new(),
            Some(Term::NamedNode(node)) if is_fixed(node) => continue,
            Some(Term::NamedNode(node)) => node.as_str().strip_suffix(PROVENANCE).unwrap_or(node.as_str()).to_owned(),
            Some(other) => other.to_string(),
        };
        documents.entry(name).or_default().insert(graph);
    }
    documents
}

fn is_fixed(node: &NamedNode) -> bool {
    let node = node.as_ref();
    SHARED.contains(&node) || ASIDE.contains(&node) || node == super::shapes::GRAPH || node == super::HIERARCHY
}

/// Whether two graphs are of one document: its own and the one beside it, or both the default graph.
pub(super) fn are_of_one_document(data: &Indexed, one: Graph, other: Graph) -> bool {
    let document = |graph: Graph| {
        let name = text(data.term(graph.name()?));
        Some(name.strip_suffix(PROVENANCE).map_or(name.clone(), str::to_owned))
    };
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
    /// That of the facts in a graph.
    pub fn of(data: &Indexed, graph: Graph) -> Self {
        let name = graph.name().map(|name| text(data.term(name)));
        let derived = graph.name().zip(data.id(prov::wasDerivedFrom));
        let document = derived.and_then(|(name, property)| data.view().objects(name, property).min());
        let published = document
            .zip(data.id(schema::datePublished))
            .and_then(|(document, property)| data.view().objects(document, property).min());
        let text = |id: Option<Id>| id.map(|id| text(data.term(id)));
        Self { graph: name, document: text(document), published: text(published) }
    }

    /// How people call it: the document, else the graph.
    pub fn name(&self) -> &str {
        self.document.as_deref().or(self.graph.as_deref()).unwrap_or("the default graph")
    }
}

/// A term without its marks.
pub(super) fn text(term: &Term) -> String {
    match term {
        Term::NamedNode(node) => node.as_str().to_owned(),
        Term::Literal(literal) => literal.value().to_owned(),
        other => other.to_string(),
    }
}

/// The first value of a property, if it has one.
pub(super) fn value(data: &Indexed, node: Id, property: oxrdf::NamedNodeRef<'_>) -> Option<Id> {
    data.id(property).and_then(|property| data.view().objects(node, property).next())
}

/// The literal of a number, if it is one.
pub(super) fn literal(data: &Indexed, id: Id) -> Option<&Literal> {
    match data.term(id) {
        Term::Literal(literal) => Some(literal),
        _ => None,
    }
}

/// Whether a graph is one of the vocabulary's own with a fixed name for what no document states.
pub(super) fn is_aside(data: &Indexed, graph: Graph) -> bool {
    let Some(Term::NamedNode(node)) = graph.name().map(|name| data.term(name)) else { return false };
    ASIDE.contains(&node.as_ref())
        || node.as_ref() == super::shapes::GRAPH
        || node.as_ref() == super::HIERARCHY
        || node.as_str().starts_with(vocab::GRAPH) && node.as_str().ends_with(PROVENANCE)
}
