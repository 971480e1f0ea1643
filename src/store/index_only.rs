//! A store that is an index and nothing else: filled, and then read.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use oxigraph::sparql::QueryResults;
use oxrdf::{GraphNameRef, NamedNodeRef, Quad};

use super::{BulkOptions, Counts, QuadStream, Snapshot, Store, StoreError};
use crate::index::{Builder, TooLarge, Version};
use crate::rdf::canonical_quad;

/// Quads of files in the columns of an index, for commands that read files instead of a store. It takes quads until it is first
/// read, and no updates.
#[derive(Default)]
pub struct IndexOnly {
    filled: Mutex<Builder>,
    version: OnceLock<Arc<Version>>,
    /// Asked now and then with the bytes that it takes by then; it says whether to go on.
    goes_on: Option<GoesOn>,
}

/// See [`IndexOnly::asking`].
type GoesOn = Box<dyn Fn(usize) -> bool + Send + Sync>;

/// Quads after which it asks whether to go on.
const PARCEL: u64 = 4_096;

impl IndexOnly {
    /// Nothing yet. Numbers, dates and truth values are kept by value, as all stores keep them.
    pub fn new() -> Self {
        Self::default()
    }

    /// As [`Self::new`], with numbers, dates and truth values in the form in which they come: `020` is no `20`.
    pub fn verbatim() -> Self {
        Self { filled: Mutex::new(Builder::verbatim()), ..Self::default() }
    }

    /// Asks with the bytes that it takes whether to go on; if not, the load is given up ([`StoreError::Interrupted`]).
    #[must_use]
    pub fn asking(self, goes_on: impl Fn(usize) -> bool + Send + Sync + 'static) -> Self {
        Self { goes_on: Some(Box::new(goes_on)), ..self }
    }

    fn filled(&self) -> MutexGuard<'_, Builder> {
        self.filled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it holds. From now on it takes no quads.
    pub fn version(&self) -> &Arc<Version> {
        self.version.get_or_init(|| Arc::new(std::mem::take(&mut *self.filled()).finish(0)))
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot::of(self.version().clone())
    }
}

impl Store for IndexOnly {
    fn run_query(&self, query: spargebra::Query) -> Result<QueryResults<'static>, StoreError> {
        self.snapshot().run_query(query)
    }

    fn read(&self, graph: Option<GraphNameRef<'_>>) -> Result<QuadStream, StoreError> {
        let (version, graph) = (self.version().clone(), graph.map(GraphNameRef::into_owned));
        let quads: Vec<Quad> = version.rows().map(|row| version.quad(row)).collect();
        let quads = quads.into_iter().filter(move |quad| graph.as_ref().is_none_or(|graph| quad.graph_name == *graph));
        Ok(Box::new(quads.map(|quad| Ok(canonical_quad(quad)))))
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        self.snapshot().counts()
    }

    fn count_quads(&self) -> Result<u64, StoreError> {
        self.snapshot().count_quads()
    }

    fn is_new(&self) -> Result<bool, StoreError> {
        Ok(self.version.get().is_none_or(|version| version.is_empty()) && self.filled().is_empty())
    }

    fn has_graph(&self, graph: NamedNodeRef<'_>) -> Result<bool, StoreError> {
        self.snapshot().has_graph(graph)
    }

    fn add_all(
        &self,
        quads: &mut dyn Iterator<Item = Result<Quad, StoreError>>,
        _: BulkOptions,
    ) -> Result<u64, StoreError> {
        if self.version.get().is_some() {
            return Err(StoreError::ReadOnly);
        }
        let mut count = 0;
        let mut filled = self.filled();
        for quad in quads {
            let quad = quad?;
            filled
                .push_stored(&quad)
                .map_err(|TooLarge| StoreError::Storage("more terms than an index can hold".into()))?;
            count += 1;
            if count % PARCEL == 0 && self.goes_on.as_ref().is_some_and(|goes_on| !goes_on(filled.bytes())) {
                return Err(StoreError::Interrupted);
            }
        }
        Ok(count)
    }
}
