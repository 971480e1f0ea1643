//! Files that are checked: in a store, as every question needs it, and in their own words, as shapes look at them.

use std::sync::{Arc, Mutex, PoisonError};

use oxigraph::sparql::QueryResults;
use oxrdf::{GraphNameRef, NamedNodeRef, Quad};

use crate::rdf::Indexed;
use crate::store::{BulkOptions, Change, Counts, Document, Embedded, QuadStream, Store, StoreError};

/// A store in memory that remembers the quads that it is filled with. The store keeps numbers by value, so that `020` comes
/// back as `20` and every whole number as `xsd:integer`; what is remembered is as it was.
pub struct Recorded {
    store: Arc<Embedded>,
    quads: Mutex<Indexed>,
}

impl Recorded {
    /// Nothing yet.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn new() -> Result<Self, StoreError> {
        Ok(Self { store: Arc::new(Embedded::memory()?), quads: Mutex::default() })
    }

    /// The store, and what it was filled with.
    pub fn finish(self) -> (Arc<Embedded>, Indexed) {
        let mut quads = self.quads.into_inner().unwrap_or_else(PoisonError::into_inner);
        quads.settle();
        (self.store, quads)
    }
}

impl Store for Recorded {
    fn run_query(&self, query: spargebra::Query) -> Result<QueryResults<'static>, StoreError> {
        self.store.run_query(query)
    }

    fn run_update(&self, update: spargebra::Update) -> Result<(), StoreError> {
        self.store.run_update(update)
    }

    fn load(&self, document: &Document) -> Result<Change, StoreError> {
        self.store.load(document)
    }

    fn read(&self, graph: Option<GraphNameRef<'_>>) -> Result<QuadStream, StoreError> {
        self.store.read(graph)
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        self.store.counts()
    }

    fn count_quads(&self) -> Result<u64, StoreError> {
        self.store.count_quads()
    }

    fn is_new(&self) -> Result<bool, StoreError> {
        self.store.is_new()
    }

    fn has_graph(&self, graph: NamedNodeRef<'_>) -> Result<bool, StoreError> {
        self.store.has_graph(graph)
    }

    fn add_all(
        &self,
        quads: &mut dyn Iterator<Item = Result<Quad, StoreError>>,
        options: BulkOptions,
    ) -> Result<u64, StoreError> {
        let mut known = self.quads.lock().unwrap_or_else(PoisonError::into_inner);
        let note = |quad: &Result<Quad, StoreError>| {
            quad.iter().for_each(|quad| {
                known.add_stored(quad);
            });
        };
        self.store.add_all(&mut quads.inspect(note), options)
    }
}
