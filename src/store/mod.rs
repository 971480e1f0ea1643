//! Where quads are kept: an embedded store on disk (by RocksDB with its feature, else by the index alone) or in memory, one
//! writer at a time, readers on snapshots, one transaction a document, and a counter of commits that caches can be keyed by.
//!
//! A store's directory holds `index.cpx` (the index of a state) and `index.log` (what was committed since): a copy of what
//! RocksDB holds, or the store itself. `citypact.json` holds the store's id and its commit counter, `citypact.lock` is locked
//! while the store is open, and `citypact.holder` tells who has it open for writing. `citypact.conflicts`, `citypact.shapes` and
//! `citypact.inferred` are what was worked out from a state, to save time after it has changed ([`Embedded::remember`]).

mod agreement;
mod bound;
mod counts;
mod directory;
mod document;
mod embedded;
mod error;
mod files;
mod holder;
mod index_only;
mod indexing;
mod lock;
mod log;
mod meta;
mod opening;
mod overlay;
mod quads;
mod recovery;
#[cfg(feature = "client")]
mod remote;
mod restore;
mod since;
mod snapshot;
mod transaction;
mod versions;
mod writing;

use oxigraph::sparql::{QueryResults, SparqlEvaluator};
use oxrdf::{GraphName, GraphNameRef, NamedNodeRef, Quad};

use crate::rdf::canonical_quad;

pub use agreement::{Agreement, Difference, Differences};
pub use bound::Bound;
pub use counts::Counts;
pub use directory::{discard, is_store};
pub use document::{Change, Document};
pub use embedded::Embedded;
pub use error::StoreError;
pub use holder::Holder;
pub use index_only::IndexOnly;
pub use meta::counter;
pub use quads::Quads;
#[cfg(feature = "client")]
pub use remote::{Asking, CHANGE, Credentials, EPOCH, Endpoint, Remote, Scope};
#[cfg(feature = "client")]
pub(crate) use remote::{Ended, FORM, ended, query_form};
pub use restore::restore;
pub use since::Since;
pub use snapshot::Snapshot;
pub use transaction::Transaction;
pub use writing::BulkOptions;

/// The quads of a store, one after the other.
pub type QuadStream = Box<dyn Iterator<Item = Result<Quad, StoreError>>>;

/// What the rooms above need of a store, wherever it is.
pub trait Store: Send + Sync {
    /// Runs a query without limits.
    ///
    /// # Errors
    /// [`StoreError`]; errors that come up on the way are in the results.
    fn run_query(&self, query: spargebra::Query) -> Result<QueryResults<'static>, StoreError>;

    /// Runs an update: all of its operations or none.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::ReadOnly`] where the store is for reading alone.
    fn run_update(&self, _update: spargebra::Update) -> Result<(), StoreError> {
        Err(StoreError::ReadOnly)
    }

    /// Replaces a document's own graphs and adds what it brings to others.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::ReadOnly`] where the store is for reading alone.
    fn load(&self, _document: &Document) -> Result<Change, StoreError> {
        Err(StoreError::ReadOnly)
    }

    /// All quads, or those of one graph, with language tags in the case that BCP 47 recommends, whatever the store keeps.
    ///
    /// # Errors
    /// [`StoreError`]
    fn read(&self, graph: Option<GraphNameRef<'_>>) -> Result<QuadStream, StoreError>;

    /// What it holds, in numbers. Takes a pass over everything.
    ///
    /// # Errors
    /// [`StoreError`]
    fn counts(&self) -> Result<Counts, StoreError>;

    /// How many quads it holds. May take a pass over them all.
    ///
    /// # Errors
    /// [`StoreError`]
    fn count_quads(&self) -> Result<u64, StoreError>;

    /// Whether it holds nothing.
    ///
    /// # Errors
    /// [`StoreError`]
    fn is_new(&self) -> Result<bool, StoreError>;

    /// Whether there is a graph of this name.
    ///
    /// # Errors
    /// [`StoreError`]
    fn has_graph(&self, graph: NamedNodeRef<'_>) -> Result<bool, StoreError>;

    /// Whether [`Self::add_all`] adds all at once, or nothing; else others may see a part of it.
    fn adds_at_once(&self) -> bool {
        true
    }

    /// Adds many quads as fast as the store can. Returns how many were taken in, those counted that came twice.
    ///
    /// # Errors
    /// The first error of `quads`; [`StoreError`]; [`StoreError::ReadOnly`] where the store is for reading alone.
    fn add_all(
        &self,
        _quads: &mut dyn Iterator<Item = Result<Quad, StoreError>>,
        _options: BulkOptions,
    ) -> Result<u64, StoreError> {
        Err(StoreError::ReadOnly)
    }

    /// Adds some quads and removes others: at once in a store of this process, else first those that are added.
    ///
    /// # Errors
    /// [`StoreError`]
    fn change(&self, come: &[Quad], gone: &[Quad]) -> Result<(), StoreError> {
        if !come.is_empty() {
            self.load(&Document { graphs: Vec::new(), quads: come.to_vec() })?;
        }
        self.remove(gone)
    }

    /// Removes quads without blank nodes, a thousand in a transaction. Those that are not there do no harm.
    ///
    /// # Errors
    /// [`StoreError`]
    fn remove(&self, quads: &[Quad]) -> Result<(), StoreError> {
        quads.chunks(REMOVED).try_for_each(|quads| self.run_update(deletion(quads)?))
    }
}

/// Quads that are removed at once: endpoints limit the length of an update.
const REMOVED: usize = 1_000;

fn deletion(quads: &[Quad]) -> Result<spargebra::Update, StoreError> {
    let line = |quad: &Quad| match &quad.graph_name {
        GraphName::DefaultGraph => format!("{} {} {} .\n", quad.subject, quad.predicate, quad.object),
        graph => format!("GRAPH {graph} {{ {} {} {} }}\n", quad.subject, quad.predicate, quad.object),
    };
    let statement = format!("DELETE DATA {{ {} }}", quads.iter().map(line).collect::<String>());
    spargebra::SparqlParser::new().parse_update(&statement).map_err(|error| StoreError::Storage(error.into()))
}

impl Store for Embedded {
    fn run_query(&self, query: spargebra::Query) -> Result<QueryResults<'static>, StoreError> {
        Ok(self.bind(SparqlEvaluator::new().for_query(query)).execute()?)
    }

    fn run_update(&self, update: spargebra::Update) -> Result<(), StoreError> {
        match writing::deleted(&update) {
            Some(quads) => self.transaction(|transaction| {
                quads.iter().for_each(|quad| transaction.remove(quad.as_ref()));
                Ok(())
            }),
            None => self.update(SparqlEvaluator::new().for_update(update)),
        }
    }

    fn load(&self, document: &Document) -> Result<Change, StoreError> {
        self.load_document(document)
    }

    fn read(&self, graph: Option<GraphNameRef<'_>>) -> Result<QuadStream, StoreError> {
        Ok(Box::new(self.quads(graph).map(|quad| quad.map(canonical_quad))))
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        Embedded::counts(self)
    }

    fn count_quads(&self) -> Result<u64, StoreError> {
        self.size()
    }

    fn is_new(&self) -> Result<bool, StoreError> {
        self.is_empty()
    }

    fn has_graph(&self, graph: NamedNodeRef<'_>) -> Result<bool, StoreError> {
        self.contains_graph(graph)
    }

    fn change(&self, come: &[Quad], gone: &[Quad]) -> Result<(), StoreError> {
        self.transaction(|transaction| {
            for quad in gone {
                let quad = document::into_stored_form(quad.clone());
                if transaction.contains(quad.as_ref())? {
                    transaction.remove(quad.as_ref());
                }
            }
            transaction.load(&Document { graphs: Vec::new(), quads: come.to_vec() }).map(drop)
        })
    }

    fn add_all(
        &self,
        quads: &mut dyn Iterator<Item = Result<Quad, StoreError>>,
        options: BulkOptions,
    ) -> Result<u64, StoreError> {
        self.bulk_load(quads, options)
    }
}

/// Runs a SELECT of the crate's own and hands every solution to `take`.
pub(crate) fn select(
    store: &dyn Store,
    query: &str,
    mut take: impl FnMut(&oxigraph::sparql::QuerySolution),
) -> Result<(), StoreError> {
    let parser = crate::vocab::PREFIXES
        .iter()
        .try_fold(spargebra::SparqlParser::new(), |parser, (name, iri)| parser.with_prefix(*name, *iri));
    let parser = parser.map_err(|error| StoreError::Storage(error.into()))?;
    let query = parser.parse_query(query).map_err(|error| StoreError::Storage(error.into()))?;
    if let QueryResults::Solutions(solutions) = store.run_query(query)? {
        for solution in solutions {
            take(&solution?);
        }
    }
    Ok(())
}
