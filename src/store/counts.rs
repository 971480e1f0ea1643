//! What a store holds, in numbers.

use oxrdf::{GraphName, NamedNode, Term};

use super::error::StoreError;
use super::{Store, select};

/// Quads by graph and subjects by class. Graphs and classes stand with the largest first, then by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// All quads.
    pub quads: u64,
    /// Quads in every graph that has any.
    pub graphs: Vec<(GraphName, u64)>,
    /// Distinct subjects of every class, over all graphs.
    pub classes: Vec<(NamedNode, u64)>,
}

// Evaluated on the encoded quads: no term is looked up but the names of the groups.
const DEFAULT_GRAPH: &str = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }";
const NAMED_GRAPHS: &str = "SELECT ?group (COUNT(*) AS ?n) WHERE { GRAPH ?group { ?s ?p ?o } } GROUP BY ?group";
const CLASSES: &str = "SELECT ?group (COUNT(DISTINCT ?s) AS ?n)
    WHERE { { ?s a ?group } UNION { GRAPH ?g { ?s a ?group } } } GROUP BY ?group";

impl Counts {
    /// Counts everything: one pass over the quads and one over the types.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn of(store: &dyn Store) -> Result<Self, StoreError> {
        let mut graphs = groups(store, NAMED_GRAPHS)?.into_iter().filter_map(graph).collect::<Vec<_>>();
        let default = groups(store, DEFAULT_GRAPH)?;
        graphs.extend(default.into_iter().filter(|(_, n)| *n > 0).map(|(_, n)| (GraphName::DefaultGraph, n)));
        let mut classes = groups(store, CLASSES)?.into_iter().filter_map(class).collect::<Vec<_>>();
        graphs.sort_by_cached_key(|(name, n)| (u64::MAX - n, name.to_string()));
        classes.sort_by_cached_key(|(name, n)| (u64::MAX - n, name.to_string()));
        Ok(Self { quads: graphs.iter().map(|(_, n)| n).sum(), graphs, classes })
    }
}

fn groups(store: &dyn Store, query: &str) -> Result<Vec<(Option<Term>, u64)>, StoreError> {
    let mut groups = Vec::new();
    select(store, query, |solution| {
        groups.push((solution.get("group").cloned(), solution.get("n").map_or(0, number)));
    })?;
    Ok(groups)
}

fn number(term: &Term) -> u64 {
    match term {
        Term::Literal(literal) => literal.value().parse().unwrap_or(0),
        _ => 0,
    }
}

fn graph((name, count): (Option<Term>, u64)) -> Option<(GraphName, u64)> {
    match name? {
        Term::NamedNode(node) => Some((node.into(), count)),
        Term::BlankNode(node) => Some((node.into(), count)),
        _ => None,
    }
}

fn class((name, count): (Option<Term>, u64)) -> Option<(NamedNode, u64)> {
    match name? {
        Term::NamedNode(node) => Some((node, count)),
        _ => None,
    }
}
