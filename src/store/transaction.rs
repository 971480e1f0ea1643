//! Transactions on the embedded store: what they change is kept for the index.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use oxigraph::sparql::{PreparedSparqlQuery, PreparedSparqlUpdate, QueryEvaluationError};
use oxrdf::{GraphNameRef, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Quad, QuadRef};

use super::bound::Bound;
use super::embedded::ox;
use super::error::StoreError;
use super::indexing::indexed;
use super::overlay::Overlay;
use super::quads::{Asked, Quads};
use super::versions::{Present, Versions};
use crate::index::{Change, TooLarge, Version};

/// More changes than these are not kept: the index is built again.
const MOST: usize = 1_000_000;

/// Why there is no state with the changes made so far, where the index is the store.
fn too_large() -> StoreError {
    TooLarge.into()
}

/// Changes that become visible to others all at once, or never.
pub struct Transaction<'a> {
    inner: Inner<'a>,
    changed: bool,
    /// What was done, if somebody wants to know.
    changes: Option<Vec<Change>>,
    most: usize,
    /// An index of the state after so many changes.
    seen: Mutex<Option<(Arc<Version>, usize)>>,
    /// An index that was built here, and what was changed since.
    built: Mutex<Option<(Arc<Version>, Vec<Change>)>>,
}

enum Inner<'a> {
    /// Changes go to the engine as they are made.
    Engine { inner: ox::Transaction<'a>, store: &'a ox::Store, versions: &'a Arc<Versions> },
    /// The index is the store: changes are kept until the end.
    Index(Overlay),
}

impl<'a> Transaction<'a> {
    /// On the engine. The caller has the writer's turn.
    pub(super) fn on_engine(inner: ox::Transaction<'a>, store: &'a ox::Store, versions: &'a Arc<Versions>) -> Self {
        let changes = versions.follows().then(Vec::new);
        let inner = Inner::Engine { inner, store, versions };
        Self { inner, changed: false, changes, most: MOST, seen: Mutex::default(), built: Mutex::default() }
    }

    /// On a state of the index, which is the store. The caller has the writer's turn.
    pub(super) fn on_index(before: Arc<Version>) -> Self {
        let inner = Inner::Index(Overlay::new(before));
        let (seen, built) = (Mutex::default(), Mutex::default());
        Self { inner, changed: false, changes: Some(Vec::new()), most: usize::MAX, seen, built }
    }

    /// Runs a prepared update on a copy, and does what it changed there.
    pub(super) fn run(&mut self, update: PreparedSparqlUpdate) -> Result<(), StoreError> {
        let copy = ox::Store::new()?;
        let before = (self.named_graphs()?, self.quads(None).collect::<Result<HashSet<Quad>, StoreError>>()?);
        before.0.iter().try_for_each(|graph| copy.insert_named_graph(graph))?;
        before.1.iter().try_for_each(|quad| copy.insert(quad))?;
        update.on_store(&copy).execute()?;
        let mut after = (Vec::new(), HashSet::new());
        for graph in copy.named_graphs() {
            after.0.push(graph?);
        }
        for quad in copy.quads_for_pattern(None, None, None, None) {
            after.1.insert(quad?);
        }
        for graph in before.0.iter().filter(|graph| !after.0.contains(graph)) {
            self.drop_graph(graph.as_ref())?;
        }
        for graph in after.0.iter().filter(|graph| !before.0.contains(graph)) {
            self.create(graph.as_ref());
        }
        before.1.difference(&after.1).for_each(|quad| self.remove(quad.as_ref()));
        after.1.difference(&before.1).try_for_each(|quad| self.insert(quad.as_ref()).map(drop))
    }

    /// What is to be committed, if anything is: on the engine, and what it changes, if that is known.
    pub(super) fn into_changes(self) -> Option<(Option<ox::Transaction<'a>>, Option<Vec<Change>>)> {
        let inner = match self.inner {
            Inner::Engine { inner, .. } => Some(inner),
            Inner::Index(_) => None,
        };
        self.changed.then_some((inner, self.changes))
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
            None => (self.version_before()?, 0),
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

    fn version_before(&self) -> Option<Arc<Version>> {
        match &self.inner {
            Inner::Index(overlay) => Some(overlay.before().clone()),
            Inner::Engine { versions, .. } => match versions.present() {
                // One whose file is damaged is of no use; another is built of the engine.
                Present::Version(version) if version.damage().is_none() => Some(version),
                _ => None,
            },
        }
    }

    /// All quads, or those of one graph, with the changes made so far.
    pub fn quads(&self, graph: Option<GraphNameRef<'_>>) -> Quads<'_> {
        match (&self.inner, self.version()) {
            (Inner::Engine { inner, .. }, _) => Quads::of_store(inner.quads_for_pattern(None, None, None, graph)),
            (Inner::Index(_), Some(version)) => Quads::of_index(version, Asked::of_graph(graph)),
            (Inner::Index(_), None) => Quads::failed(too_large()),
        }
    }

    /// The quads of a graph as they were when the transaction began. They do not stand in the way of changes.
    pub fn quads_before(&self, graph: GraphNameRef<'_>) -> Quads<'static> {
        match &self.inner {
            // Writers take turns: what is committed has not changed since.
            Inner::Engine { store, .. } => Quads::of_store(store.quads_for_pattern(None, None, None, Some(graph))),
            Inner::Index(overlay) => Quads::of_index(overlay.before().clone(), Asked::of_graph(Some(graph))),
        }
    }

    /// Adds a quad; returns whether it was not there.
    ///
    /// # Errors
    /// [`StoreError::Storage`]
    pub fn insert(&mut self, quad: QuadRef<'_>) -> Result<bool, StoreError> {
        let is_new = !self.contains(quad)?;
        if is_new {
            match &mut self.inner {
                Inner::Engine { inner, .. } => inner.insert(quad),
                Inner::Index(overlay) => overlay.insert(quad),
            }
            self.note(|| Change::Insert(quad.into_owned()));
        }
        Ok(is_new)
    }

    /// A prepared query on the state with the changes made so far.
    pub fn bind(&self, query: PreparedSparqlQuery) -> Bound<'_> {
        match (&self.inner, self.version()) {
            (Inner::Engine { inner, .. }, _) => Bound::Store(query.on_transaction(inner)),
            (Inner::Index(_), Some(version)) => Bound::to_version(query, version),
            (Inner::Index(_), None) => Bound::Failed(QueryEvaluationError::Dataset(Box::new(too_large()))),
        }
    }

    /// Whether the quad is there.
    ///
    /// # Errors
    /// [`StoreError::Storage`], [`StoreError::Damaged`]
    pub fn contains(&self, quad: QuadRef<'_>) -> Result<bool, StoreError> {
        match &self.inner {
            Inner::Engine { inner, .. } => Ok(inner.contains(quad)?),
            Inner::Index(overlay) => overlay.contains(quad),
        }
    }

    /// The named graphs, empty ones that were created included.
    ///
    /// # Errors
    /// [`StoreError::Storage`], [`StoreError::Damaged`]
    pub fn named_graphs(&self) -> Result<Vec<NamedOrBlankNode>, StoreError> {
        match &self.inner {
            Inner::Engine { inner, .. } => inner.named_graphs().map(|graph| graph.map_err(StoreError::from)).collect(),
            Inner::Index(overlay) => overlay.named_graphs(),
        }
    }

    /// Whether there is a graph of this name, be it empty.
    ///
    /// # Errors
    /// [`StoreError::Storage`], [`StoreError::Damaged`]
    pub fn contains_graph(&self, graph: NamedNodeRef<'_>) -> Result<bool, StoreError> {
        match &self.inner {
            Inner::Engine { inner, .. } => Ok(inner.contains_named_graph(graph)?),
            Inner::Index(overlay) => overlay.contains_graph(graph.into()),
        }
    }

    /// Makes an empty graph, if there is none of this name.
    pub fn create_graph(&mut self, graph: NamedNodeRef<'_>) {
        self.create(graph.into());
    }

    fn create(&mut self, graph: NamedOrBlankNodeRef<'_>) {
        match &mut self.inner {
            Inner::Engine { inner, .. } => inner.insert_named_graph(graph),
            Inner::Index(overlay) => overlay.create(graph),
        }
        self.note(|| Change::Create(graph.into_owned()));
    }

    /// Removes the quads of a graph.
    ///
    /// # Errors
    /// [`StoreError::Storage`]
    pub fn clear_graph(&mut self, graph: GraphNameRef<'_>) -> Result<(), StoreError> {
        self.note(|| Change::Clear(graph.into_owned()));
        match &mut self.inner {
            Inner::Engine { inner, .. } => inner.clear_graph(graph)?,
            Inner::Index(overlay) => overlay.clear(graph),
        }
        Ok(())
    }

    /// Removes a graph with its quads.
    ///
    /// # Errors
    /// [`StoreError::Storage`]
    pub fn drop_graph(&mut self, graph: NamedOrBlankNodeRef<'_>) -> Result<(), StoreError> {
        self.note(|| Change::Drop(graph.into_owned()));
        match &mut self.inner {
            Inner::Engine { inner, .. } => inner.remove_named_graph(graph)?,
            Inner::Index(overlay) => overlay.drop_graph(graph),
        }
        Ok(())
    }

    /// Removes a quad, if it is there.
    pub fn remove(&mut self, quad: QuadRef<'_>) {
        match &mut self.inner {
            Inner::Engine { inner, .. } => inner.remove(quad),
            Inner::Index(overlay) => overlay.remove(quad),
        }
        self.note(|| Change::Remove(quad.into_owned()));
    }
}
