//! Statistics: what a store holds, in numbers.

#[cfg(feature = "client")]
use oxigraph::sparql::QueryResults;
use oxrdf::vocab::rdf;
use oxrdf::{GraphName, NamedNode, Term};

use super::error::StoreError;
use super::{Store, select};
use crate::index::Version;

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
const UNNAMED: &str = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }";

impl Counts {
    /// Counts everything: one pass over the quads and one over the types.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn of(store: &dyn Store) -> Result<Self, StoreError> {
        store.counts()
    }

    /// Counts a store whose default graph is the graph without a name.
    pub(super) fn apart(store: &dyn Store) -> Result<Self, StoreError> {
        let unnamed = groups(store, UNNAMED)?.iter().map(|(_, count)| count).sum();
        Self::gather(store, unnamed, &[])
    }

    /// Counts the named graphs and the classes beside what stands in no named graph. Graphs whose names begin with one of
    /// `aside` are left out, and where there are such, what stands in no named graph, too.
    pub(super) fn gather(store: &dyn Store, unnamed: u64, aside: &[&str]) -> Result<Self, StoreError> {
        let (graphs, classes) = texts(aside);
        let mut graphs = groups(store, &graphs)?.into_iter().filter_map(graph).collect::<Vec<_>>();
        graphs.extend(Some((GraphName::DefaultGraph, unnamed)).filter(|(_, n)| *n > 0));
        let classes = groups(store, &classes)?.into_iter().filter_map(class).collect::<Vec<_>>();
        Ok(Self::sorted(graphs, classes))
    }

    /// Of the rows that [`all`] gives.
    #[cfg(feature = "client")]
    pub(super) fn of_all(results: QueryResults<'_>) -> Result<Self, StoreError> {
        let (mut graphs, mut classes) = (Vec::new(), Vec::new());
        let QueryResults::Solutions(rows) = results else { return Ok(Self::default()) };
        for row in rows {
            let row = row?;
            let (name, count) = (row.get("group").cloned(), row.get("n").map_or(0, number));
            match row.get("kind") {
                Some(Term::Literal(kind)) if kind.value() == "class" => classes.extend(class((name, count))),
                Some(_) if name.is_none() => graphs.extend((count > 0).then_some((GraphName::DefaultGraph, count))),
                _ => graphs.extend(graph((name, count))),
            }
        }
        Ok(Self::sorted(graphs, classes))
    }

    fn sorted(mut graphs: Vec<(GraphName, u64)>, mut classes: Vec<(NamedNode, u64)>) -> Self {
        graphs.sort_by_cached_key(|(name, n)| (u64::MAX - n, name.to_string()));
        classes.sort_by_cached_key(|(name, n)| (u64::MAX - n, name.to_string()));
        Self { quads: graphs.iter().map(|(_, n)| n).sum(), graphs, classes }
    }
}

/// The counts of an index: nothing but the names is looked up.
pub(super) fn of_version(version: &Version) -> Counts {
    let name = |id| version.term(id);
    let named = version.graphs().iter().filter(|graph| graph.quads > 0);
    let mut graphs: Vec<_> = named.filter_map(|found| graph((Some(name(found.id)), found.quads as u64))).collect();
    let unnamed = version.quads() as u64 - graphs.iter().map(|(_, n)| n).sum::<u64>();
    graphs.extend((unnamed > 0).then_some((GraphName::DefaultGraph, unnamed)));
    let types = version.id(rdf::TYPE.into()).and_then(|predicate| version.segment(predicate));
    let objects = types.as_ref().map_or(&[][..], |types| types.pos().key);
    let members = objects.chunk_by(|a, b| a == b).map(|members| (Some(name(members[0])), members.len() as u64));
    Counts::sorted(graphs, members.filter_map(class).collect())
}

/// One query for everything, of a store whose default graph is the graph without a name: `?kind` says what a row counts.
#[cfg(feature = "client")]
pub(super) fn all() -> String {
    let (graphs, classes) = texts(&[]);
    let kinds = [("graph", UNNAMED), ("graph", &*graphs), ("class", &*classes)];
    let parts = kinds.map(|(kind, query)| {
        format!("{{ {} }}", query.replacen("SELECT", &format!("SELECT (\"{kind}\" AS ?kind)"), 1))
    });
    format!("SELECT ?kind ?group ?n WHERE {{ {} }}", parts.join(" UNION "))
}

/// The queries for graphs and for classes.
fn texts(aside: &[&str]) -> (String, String) {
    let filter = |graph: &str| {
        aside.iter().map(|begin| format!(" FILTER(!STRSTARTS(STR({graph}), \"{begin}\"))")).collect::<String>()
    };
    let unnamed = if aside.is_empty() { "{ ?s a ?group } UNION " } else { "" };
    let named = format!(
        "SELECT ?group (COUNT(*) AS ?n) WHERE {{ GRAPH ?group {{ ?s ?p ?o }}{} }} GROUP BY ?group",
        filter("?group")
    );
    let classes = format!(
        "SELECT ?group (COUNT(DISTINCT ?s) AS ?n) WHERE {{ {unnamed}{{ GRAPH ?g {{ ?s a ?group }}{} }} }} GROUP BY ?group",
        filter("?g")
    );
    (named, classes)
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
