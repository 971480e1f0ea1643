//! Documents: what is loaded in one transaction, replacing graphs of its own and adding to those it shares.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::ops::AddAssign;

use oxrdf::{GraphName, NamedNode, Quad, QuadRef};

use super::error::StoreError;
use super::transaction::Transaction;
use crate::index::normal;
use crate::rdf;

/// A document's quads, and the graphs that are its own.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Graphs that hold what `quads` says of them and nothing else once the document is loaded.
    pub graphs: Vec<NamedNode>,
    /// Everything the document brings. Quads in other graphs than `graphs` are added to what is there.
    pub quads: Vec<Quad>,
}

/// How many quads a load added and removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Change {
    /// Quads that were not there before.
    pub inserted: u64,
    /// Quads that are no longer there.
    pub removed: u64,
}

impl Change {
    /// Whether nothing changed.
    pub const fn is_empty(self) -> bool {
        self.inserted == 0 && self.removed == 0
    }
}

/// As servers of this program tell it: `inserted=3, removed=0`.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "inserted={}, removed={}", self.inserted, self.removed)
    }
}

impl AddAssign for Change {
    fn add_assign(&mut self, other: Self) {
        self.inserted += other.inserted;
        self.removed += other.removed;
    }
}

impl Transaction<'_> {
    /// Loads a document: its own graphs are replaced, others gain. What is there already stays as it is.
    ///
    /// # Errors
    /// [`StoreError::Storage`], [`StoreError::Damaged`]
    pub fn load(&mut self, document: &Document) -> Result<Change, StoreError> {
        apply(document, self)
    }
}

/// Applies `document` within `transaction`, touching only what differs.
fn apply(document: &Document, transaction: &mut Transaction<'_>) -> Result<Change, StoreError> {
    let own: HashSet<&NamedNode> = document.graphs.iter().collect();
    let (own, shared): (Vec<_>, Vec<_>) = document
        .quads
        .iter()
        .map(stored_form)
        .partition(|quad| matches!(&quad.graph_name, GraphName::NamedNode(graph) if own.contains(graph)));
    let mut change = replace(&document.graphs, own, transaction)?;
    change.inserted += add(&shared, transaction)?;
    Ok(change)
}

fn replace(
    graphs: &[NamedNode],
    quads: Vec<Cow<'_, Quad>>,
    transaction: &mut Transaction<'_>,
) -> Result<Change, StoreError> {
    let mut old = HashSet::new();
    for graph in graphs {
        for quad in transaction.quads(Some(graph.into())) {
            old.insert(quad?);
        }
    }
    if old.is_empty() {
        return Ok(Change { inserted: add(&quads, transaction)?, removed: 0 });
    }
    let unfamiliar: Vec<_> = quads.iter().filter(|quad| !old.contains(quad.as_ref())).map(Cow::as_ref).collect();
    let fresh: Vec<Quad> = unfamiliar.into_iter().map(normalised).collect();
    let kept: HashSet<&Quad> = quads.iter().map(Cow::as_ref).chain(&fresh).collect();
    let removed = remove_where(&old, |quad| !kept.contains(quad), transaction);
    drop_emptied(graphs, &quads, transaction)?;
    Ok(Change { inserted: add(fresh.iter().filter(|quad| !old.contains(*quad)), transaction)?, removed })
}

/// Removes the graphs that no quad is left of.
fn drop_emptied(
    graphs: &[NamedNode],
    quads: &[Cow<'_, Quad>],
    transaction: &mut Transaction<'_>,
) -> Result<(), StoreError> {
    let left: HashSet<_> = quads.iter().map(|quad| quad.graph_name.as_ref()).collect();
    for graph in graphs.iter().map(NamedNode::as_ref) {
        if !left.contains(&graph.into()) && transaction.contains_graph(graph)? {
            transaction.drop_graph(graph.into())?;
        }
    }
    Ok(())
}

fn remove_where(old: &HashSet<Quad>, is_gone: impl Fn(&Quad) -> bool, transaction: &mut Transaction<'_>) -> u64 {
    let gone = old.iter().filter(|quad| is_gone(quad));
    gone.map(|quad| transaction.remove(quad.as_ref())).count() as u64
}

fn add<Q: AsQuad>(quads: impl IntoIterator<Item = Q>, transaction: &mut Transaction<'_>) -> Result<u64, StoreError> {
    let mut inserted = 0;
    for quad in quads {
        inserted += u64::from(transaction.insert(quad.as_quad())?);
    }
    Ok(inserted)
}

trait AsQuad {
    fn as_quad(&self) -> QuadRef<'_>;
}

impl AsQuad for &Quad {
    fn as_quad(&self) -> QuadRef<'_> {
        self.as_ref()
    }
}

impl AsQuad for &Cow<'_, Quad> {
    fn as_quad(&self) -> QuadRef<'_> {
        Quad::as_ref(self)
    }
}

/// The quad as a store gives it back: numbers and dates are kept by value, so that `1.50` comes back as `1.5`.
pub(super) fn normalised(quad: &Quad) -> Quad {
    Quad { object: normal(quad.object.clone()), ..quad.clone() }
}

/// The quad with language tags in lower case: the form in which queries look for them.
pub(super) fn stored_form(quad: &Quad) -> Cow<'_, Quad> {
    match rdf::stored(&quad.object) {
        Cow::Owned(object) => Cow::Owned(Quad { object, ..quad.clone() }),
        Cow::Borrowed(_) => Cow::Borrowed(quad),
    }
}

/// The quad with language tags in lower case.
pub(super) fn into_stored_form(quad: Quad) -> Quad {
    match rdf::stored(&quad.object) {
        Cow::Owned(object) => Quad { object, ..quad },
        Cow::Borrowed(_) => quad,
    }
}
