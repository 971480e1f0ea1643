//! Transactions on the embedded store: what they change is kept for the index.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use oxigraph::sparql::{BoundPreparedSparqlQuery, PreparedSparqlQuery, PreparedSparqlUpdate};
use oxrdf::{GraphNameRef, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Quad, QuadRef};

use super::embedded::{Quads, indexed, ox};
use super::error::StoreError;
use super::versions::{Present, Versions};
use crate::index::{Change, Version};

/// More changes than these are not kept: the index is built again.
const MOST: usize = 1_000_000;

/// Changes that become visible to others all at once, or never.
pub struct Transaction<'a> {
    inner: ox::Transaction<'a>,
    store: &'a ox::Store,
    versions: &'a Arc<Versions>,
    changed: bool,
    /// What was done, if somebody wants to know.
    changes: Option<Vec<Change>>,
    most: usize,
    /// An index of the state after so many changes.
    seen: Mutex<Option<(Arc<Version>, usize)>>,
    /// An index that was built here, and what was changed since.
    built: Mutex<Option<(Arc<Version>, Vec<Change>)>>,
}

impl<'a> Transaction<'a> {
    /// The caller has the writer's turn. `keeps_all` tells that every change must be known at the end.
    pub(super) fn new(
        inner: ox::Transaction<'a>,
        store: &'a ox::Store,
        versions: &'a Arc<Versions>,
        keeps_all: bool,
    ) -> Self {
        let changes = (keeps_all || versions.follows()).then(Vec::new);
        let most = if keeps_all { usize::MAX } else { MOST };
        Self { inner, store, versions, changed: false, changes, most, seen: Mutex::default(), built: Mutex::default() }
    }

    /// Runs a prepared update, and finds out what it changed by looking at everything.
    pub(super) fn run(&mut self, update: PreparedSparqlUpdate) -> Result<(), StoreError> {
        let all = |quads: Quads<'_>| quads.collect::<Result<HashSet<Quad>, StoreError>>();
        let before = (self.named_graphs()?, all(self.quads(None))?);
        update.on_transaction(&mut self.inner).execute()?;
        let after = (self.named_graphs()?, all(self.quads(None))?);
        for graph in before.0.iter().filter(|graph| !after.0.contains(graph)) {
            self.note(|| Change::Drop(graph.clone()));
        }
        for graph in after.0.iter().filter(|graph| !before.0.contains(graph)) {
            self.note(|| Change::Create(graph.clone()));
        }
        before.1.difference(&after.1).for_each(|quad| self.note(|| Change::Remove(quad.clone())));
        after.1.difference(&before.1).for_each(|quad| self.note(|| Change::Insert(quad.clone())));
        Ok(())
    }

    /// What is to be committed, if anything is, and what it changes, if that is known.
    pub(super) fn into_changes(self) -> Option<(ox::Transaction<'a>, Option<Vec<Change>>)> {
        self.changed.then_some((self.inner, self.changes))
    }

    fn note(&mut self, change: impl FnOnce() -> Change) {
        self.changed = true;
        let built = self.built.get_mut().unwrap_or_else(PoisonError::into_inner);
        if self.changes.is_none() && built.is_none() {
            return;
        }
        let change = change();
        if let Some((_, since)) = built {
            since.push(change.clone());
            if since.len() > MOST {
                *built = None;
            }
        }
        if let Some(changes) = &mut self.changes {
            changes.push(change);
            if changes.len() > self.most {
                self.changes = None;
            }
        }
    }

    /// An index of the state with the changes made so far, if there is one.
    pub fn version(&self) -> Option<Arc<Version>> {
        let changes = self.changes.as_ref()?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut version, count) = match seen.take() {
            Some(seen) => seen,
            None => match self.versions.present() {
                Present::Version(version) => (version, 0),
                _ => return None,
            },
        };
        if count < changes.len() {
            version = Arc::new(version.with_changes(&changes[count..], version.epoch()).ok()?);
        }
        *seen = Some((version.clone(), changes.len()));
        Some(version)
    }

    /// An index of the state with the changes made so far, which is built where there is none; `None` if `stopped` says before
    /// that nobody wants it any more.
    ///
    /// # Errors
    /// [`StoreError::Index`], [`StoreError::Storage`]
    pub fn await_version(&self, stopped: &dyn Fn() -> bool) -> Result<Option<Arc<Version>>, StoreError> {
        if let Some(version) = self.version() {
            return Ok(Some(version));
        }
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        let known = built.take().and_then(|(version, since)| version.with_changes(&since, version.epoch()).ok());
        let version = match known {
            Some(version) => version,
            None => {
                let graphs = self.named_graphs()?.into_iter().map(Ok);
                let Some(index) = indexed(self.quads(None), graphs, &|_| stopped())? else { return Ok(None) };
                index.finish(0)
            }
        };
        let version = Arc::new(version);
        *built = Some((version.clone(), Vec::new()));
        Ok(Some(version))
    }

    /// All quads, or those of one graph, with the changes made so far.
    pub fn quads(&self, graph: Option<GraphNameRef<'_>>) -> Quads<'_> {
        Quads(self.inner.quads_for_pattern(None, None, None, graph))
    }

    /// The quads of a graph as they were when the transaction began. They do not stand in the way of changes.
    pub fn quads_before(&self, graph: GraphNameRef<'_>) -> Quads<'static> {
        // Writers take turns: what is committed has not changed since.
        Quads(self.store.quads_for_pattern(None, None, None, Some(graph)))
    }

    /// Adds a quad; returns whether it was not there.
    ///
    /// # Errors
    /// [`StoreError::Storage`]
    pub fn insert(&mut self, quad: QuadRef<'_>) -> Result<bool, StoreError> {
        let is_new = !self.inner.contains(quad)?;
        if is_new {
            self.inner.insert(quad);
            self.note(|| Change::Insert(quad.into_owned()));
        }
        Ok(is_new)
    }

    /// A prepared query on the state with the changes made so far.
    pub fn bind(&self, query: PreparedSparqlQuery) -> BoundPreparedSparqlQuery<'_> {
        query.on_transaction(&self.inner)
    }

    /// Whether the quad is there.
    ///
    /// # Errors
    /// [`StoreError::Storage`]
    pub fn contains(&self, quad: QuadRef<'_>) -> Result<bool, StoreError> {
        Ok(self.inner.contains(quad)?)
    }

    /// The named graphs, empty ones that were created included.
    ///
    /// # Errors
    /// [`StoreError::Storage`]
    pub fn named_graphs(&self) -> Result<Vec<NamedOrBlankNode>, StoreError> {
        self.inner.named_graphs().map(|graph| graph.map_err(StoreError::from)).collect()
    }

    /// Whether there is a graph of this name, be it empty.
    ///
    /// # Errors
    /// [`StoreError::Storage`]
    pub fn contains_graph(&self, graph: NamedNodeRef<'_>) -> Result<bool, StoreError> {
        Ok(self.inner.contains_named_graph(graph)?)
    }

    /// Makes an empty graph, if there is none of this name.
    pub fn create_graph(&mut self, graph: NamedNodeRef<'_>) {
        self.inner.insert_named_graph(graph);
        self.note(|| Change::Create(graph.into_owned().into()));
    }

    /// Removes the quads of a graph.
    ///
    /// # Errors
    /// [`StoreError::Storage`]
    pub fn clear_graph(&mut self, graph: GraphNameRef<'_>) -> Result<(), StoreError> {
        self.note(|| Change::Clear(graph.into_owned()));
        Ok(self.inner.clear_graph(graph)?)
    }

    /// Removes a graph with its quads.
    ///
    /// # Errors
    /// [`StoreError::Storage`]
    pub fn drop_graph(&mut self, graph: NamedOrBlankNodeRef<'_>) -> Result<(), StoreError> {
        self.note(|| Change::Drop(graph.into_owned()));
        Ok(self.inner.remove_named_graph(graph)?)
    }

    /// Removes a quad, if it is there.
    pub fn remove(&mut self, quad: QuadRef<'_>) {
        self.inner.remove(quad);
        self.note(|| Change::Remove(quad.into_owned()));
    }
}
