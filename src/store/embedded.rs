//! The embedded store: what is asked of it. The only file that names `oxigraph::store`.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError, RwLock};

use oxigraph::sparql::{PreparedSparqlQuery, QueryEvaluationError};
pub(super) use oxigraph::store as ox;
use oxigraph::store::StorageError;
use oxrdf::{GraphNameRef, NamedNodeRef, NamedOrBlankNodeRef, TermRef};

use super::Store as _;
use super::bound::Bound;
use super::counts::Counts;
use super::error::StoreError;
use super::holder::Holder;
use super::lock::Lock;
use super::meta::Meta;
use super::quads::{Asked, Quads};
use super::snapshot::Snapshot;
use super::versions::{Present, Versions};
use crate::index::Version;

impl From<StorageError> for StoreError {
    fn from(error: StorageError) -> Self {
        Self::Storage(error.into())
    }
}

/// A store in this process: on disk or in memory.
///
/// It may be shared between threads. Writers take turns; readers see the state at the moment they began, undisturbed.
pub struct Embedded {
    pub(super) kept: Kept,
    pub(super) meta: Meta,
    pub(super) versions: Arc<Versions>,
    pub(super) home: Option<Home>,
    pub(super) read_only: bool,
    /// Whether a write has failed, and none has been seen to work since.
    pub(super) ails: AtomicBool,
}

/// Where the quads are.
pub(super) enum Kept {
    /// In memory.
    Memory(ox::Store),
    /// In RocksDB; the index's files beside it are a copy. None while it has to be opened anew.
    RocksDb(RwLock<Option<ox::Store>>),
    /// In the index: its files are the store, or they are read in the place of RocksDB.
    Index,
}

/// The directory of a store on disk. The lock, if there is need of one, is let go last.
pub(super) struct Home {
    pub(super) path: PathBuf,
    pub(super) lock: Option<Lock>,
}

impl Embedded {
    /// A new store in memory.
    ///
    /// # Errors
    /// None that is known; the storage may say otherwise.
    pub fn memory() -> Result<Self, StoreError> {
        Ok(Self {
            kept: Kept::Memory(ox::Store::new()?),
            meta: Meta::memory(),
            versions: Versions::of_nothing(),
            home: None,
            read_only: false,
            ails: AtomicBool::new(false),
        })
    }

    /// The engine, where it keeps the quads and is open: whoever changes anything has had that seen to.
    pub(super) fn engine(&self) -> Option<ox::Store> {
        match &self.kept {
            Kept::Memory(store) => Some(store.clone()),
            Kept::RocksDb(store) => store.read().unwrap_or_else(PoisonError::into_inner).clone(),
            Kept::Index => None,
        }
    }

    /// Puts an engine in the place of the one before, or closes that.
    pub(super) fn put_engine(&self, engine: Option<ox::Store>) {
        if let Kept::RocksDb(store) = &self.kept {
            *store.write().unwrap_or_else(PoisonError::into_inner) = engine;
        }
    }

    /// The present state, where the index is the store.
    pub(super) fn state(&self) -> Result<Arc<Version>, StoreError> {
        match self.versions.present() {
            Present::Version(version) => Ok(version),
            Present::Failed(why) => Err(StoreError::Index(why)),
            Present::Unknown | Present::Building => Err(StoreError::Index("it is closed".to_owned())),
        }
    }

    /// Its directory, if it is on disk.
    pub fn path(&self) -> Option<&Path> {
        self.home.as_ref().map(|home| home.path.as_path())
    }

    /// An identifier of this store that no other store has, copies and backups included.
    pub fn id(&self) -> &str {
        self.meta.id()
    }

    /// How often the store has changed. It grows with every commit that changed something and is the same for the same
    /// data; after a crash it may skip numbers. What is read afterwards is of this state or of a later one: only
    /// [`Snapshot::epoch`] is the number of what is read.
    pub fn epoch(&self) -> u64 {
        self.meta.epoch()
    }

    /// Tells other processes what this one does with the store, and where to reach it.
    ///
    /// # Errors
    /// [`StoreError::File`] if the file beside the data cannot be written.
    pub fn announce(&self, holder: &Holder) -> Result<(), StoreError> {
        let lock = self.home.as_ref().and_then(|home| home.lock.as_ref());
        lock.map_or(Ok(()), |lock| lock.describe(holder))
    }

    /// How many quads it holds: one pass over them all where they are not in the index.
    ///
    /// # Errors
    /// [`StoreError::Storage`]
    pub fn size(&self) -> Result<u64, StoreError> {
        // The engine counts by going through all of it.
        match (self.versions.present(), self.engine()) {
            (Present::Version(version), _) => Ok(version.quads() as u64),
            (_, Some(engine)) => Ok(engine.len()? as u64),
            (_, None) => Ok(self.state()?.quads() as u64),
        }
    }

    /// Whether it holds no quad.
    ///
    /// # Errors
    /// [`StoreError::Storage`]
    pub fn is_empty(&self) -> Result<bool, StoreError> {
        match self.engine() {
            Some(engine) => Ok(engine.is_empty()?),
            None => Ok(self.state()?.quads() == 0),
        }
    }

    /// Whether there is a graph of this name, be it empty.
    ///
    /// # Errors
    /// [`StoreError::Storage`], [`StoreError::Damaged`]
    pub fn contains_graph(&self, graph: NamedNodeRef<'_>) -> Result<bool, StoreError> {
        match self.engine() {
            Some(engine) => Ok(engine.contains_named_graph(graph)?),
            None => Snapshot::of(self.state()?).contains_graph(graph),
        }
    }

    /// Whether the unnamed graph holds anything.
    ///
    /// # Errors
    /// [`StoreError::Storage`]
    pub fn holds_unnamed(&self) -> Result<bool, StoreError> {
        self.quads(Some(GraphNameRef::DefaultGraph)).next().transpose().map(|quad| quad.is_some())
    }

    /// Quads by graph, subjects by class.
    ///
    /// # Errors
    /// [`StoreError::Storage`], [`StoreError::Query`], [`StoreError::Damaged`]
    pub fn counts(&self) -> Result<Counts, StoreError> {
        self.version().map_or_else(|| Counts::apart(self), |version| Snapshot::of(version).counts())
    }

    /// A prepared query on a snapshot of the present state, to be executed or explained.
    pub fn bind(&self, query: PreparedSparqlQuery) -> Bound<'static> {
        if let Some(engine) = self.engine() {
            return Bound::Store(query.on_store(&engine));
        }
        match self.state() {
            Ok(version) => Bound::to_version(query, version),
            Err(error) => Bound::Failed(QueryEvaluationError::Dataset(Box::new(error))),
        }
    }

    /// All quads, or those of one graph, as they are now; later writes do not show.
    pub fn quads(&self, graph: Option<GraphNameRef<'_>>) -> Quads<'static> {
        self.asked(Asked::of_graph(graph))
    }

    /// The quads that fit what is given, as they are now; later writes do not show.
    pub fn matching(
        &self,
        subject: Option<NamedOrBlankNodeRef<'_>>,
        predicate: Option<NamedNodeRef<'_>>,
        object: Option<TermRef<'_>>,
        graph: Option<GraphNameRef<'_>>,
    ) -> Quads<'static> {
        self.asked(Asked { subject, predicate, object, graph })
    }

    fn asked(&self, asked: Asked<'_>) -> Quads<'static> {
        if let Some(engine) = self.engine() {
            let Asked { subject, predicate, object, graph } = asked;
            return Quads::of_store(engine.quads_for_pattern(subject, predicate, object, graph));
        }
        match self.state() {
            Ok(version) => Quads::of_index(version, asked),
            Err(error) => Quads::failed(error),
        }
    }
}

impl Drop for Embedded {
    /// Waits for the threads that read the store, so that it can be opened again at once, and writes the index where that
    /// saves those to come time.
    fn drop(&mut self) {
        self.versions.stop();
        self.keep_index();
    }
}
