//! Snapshot: one state of a store: whatever is read of it is of one moment, and has the number of that moment's commit.

use std::sync::Arc;

use oxigraph::sparql::{QueryResults, SparqlEvaluator};
use oxrdf::{GraphNameRef, NamedNodeRef, NamedOrBlankNodeRef, TermRef};

use super::bound::Bound;
use super::overlay::contains_graph;
use super::quads::{Asked, Quads};
use super::{Counts, Embedded, QuadStream, Store, StoreError, counts};
use crate::index::Version;
use crate::rdf::canonical_quad;

/// A state of a store. Later writes do not show. Cheap to clone.
#[derive(Clone)]
pub struct Snapshot(Arc<Version>);

impl Embedded {
    /// The present state, if nothing has to be done first: no commit to be taken in, no index to be built.
    pub fn snapshot_at_hand(&self) -> Option<Snapshot> {
        self.versions.at_hand().filter(|version| version.damage().is_none()).map(Snapshot)
    }

    /// The present state, as soon as there is an index of it; `None` if `stopped` says before that nobody wants it any more.
    ///
    /// # Errors
    /// [`StoreError::Index`], [`StoreError::Storage`]
    pub fn await_snapshot(&self, stopped: &dyn Fn() -> bool) -> Result<Option<Snapshot>, StoreError> {
        Ok(self.await_version(stopped)?.map(Snapshot))
    }
}

impl Snapshot {
    /// The state that an index is of.
    pub const fn of(version: Arc<Version>) -> Self {
        Self(version)
    }

    /// The index that it is read from.
    pub const fn version(&self) -> &Arc<Version> {
        &self.0
    }

    /// How often the store had changed ([`Embedded::epoch`]).
    pub fn epoch(&self) -> u64 {
        self.0.epoch()
    }

    /// All quads, or those of one graph: graph by graph, and in each subject by subject.
    pub fn quads(&self, graph: Option<GraphNameRef<'_>>) -> Quads<'static> {
        Quads::by_subject(self.0.clone(), graph)
    }

    /// The quads that fit what is given.
    pub fn matching(
        &self,
        subject: Option<NamedOrBlankNodeRef<'_>>,
        predicate: Option<NamedNodeRef<'_>>,
        object: Option<TermRef<'_>>,
        graph: Option<GraphNameRef<'_>>,
    ) -> Quads<'static> {
        Quads::of_index(self.0.clone(), Asked { subject, predicate, object, graph })
    }

    /// Whether there is a graph of this name, be it empty.
    ///
    /// # Errors
    /// [`StoreError::Damaged`]
    pub fn contains_graph(&self, graph: NamedNodeRef<'_>) -> Result<bool, StoreError> {
        let found = contains_graph(&self.0, graph.into());
        self.0.sound()?;
        Ok(found)
    }

    /// Whether the unnamed graph holds anything.
    ///
    /// # Errors
    /// [`StoreError::Damaged`]
    pub fn holds_unnamed(&self) -> Result<bool, StoreError> {
        let named: usize = self.0.graphs().iter().map(|graph| graph.quads).sum();
        self.0.sound()?;
        Ok(self.0.quads() > named)
    }
}

/// For reading alone.
impl Store for Snapshot {
    fn run_query(&self, query: spargebra::Query) -> Result<QueryResults<'static>, StoreError> {
        Ok(Bound::to_version(SparqlEvaluator::new().for_query(query), self.0.clone()).execute()?)
    }

    fn read(&self, graph: Option<GraphNameRef<'_>>) -> Result<QuadStream, StoreError> {
        Ok(Box::new(self.quads(graph).map(|quad| quad.map(canonical_quad))))
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        let counts = counts::of_version(&self.0);
        self.0.sound()?;
        Ok(counts)
    }

    fn count_quads(&self) -> Result<u64, StoreError> {
        Ok(self.0.quads() as u64)
    }

    fn is_new(&self) -> Result<bool, StoreError> {
        Ok(self.0.quads() == 0)
    }

    fn has_graph(&self, graph: NamedNodeRef<'_>) -> Result<bool, StoreError> {
        self.contains_graph(graph)
    }
}
