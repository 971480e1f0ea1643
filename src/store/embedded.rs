//! The embedded store: the only file that names `oxigraph::store`.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;

use oxigraph::sparql::{BoundPreparedSparqlQuery, PreparedSparqlQuery, PreparedSparqlUpdate};
use oxigraph::store::{self as ox, StorageError};
use oxrdf::{GraphNameRef, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Quad, QuadRef, TermRef};

use super::counts::Counts;
use super::directory::{is_store, is_vacant, remove_unfinished};
use super::document::{self, Change, Document};
use super::error::StoreError;
use super::lock::{Holder, Lock};
use super::meta::Meta;

/// Bounds of a thread's batch in a bulk load, in thousands of quads, which the loader reckons as megabytes.
const SMALLEST_BATCH: usize = 10;
const LARGEST_BATCH: usize = 50;
/// From so many quads on a bulk load ends with its files merged.
const MERGE: u64 = 200_000;

impl From<StorageError> for StoreError {
    fn from(error: StorageError) -> Self {
        Self::Storage(error.into())
    }
}

/// A store in this process: on disk (with the feature `rocksdb`) or in memory.
///
/// It may be shared between threads. Writers take turns; readers see the state at the moment they began, undisturbed.
pub struct Embedded {
    inner: ox::Store,
    meta: Meta,
    writer: Mutex<()>,
    home: Option<Home>,
    read_only: bool,
}

/// The directory of a store on disk. The lock is let go last.
struct Home {
    path: PathBuf,
    lock: Lock,
}

/// Bounds of a bulk load.
#[derive(Debug, Clone, Copy, Default)]
pub struct BulkOptions {
    /// Threads that sort and write; all processors where not given.
    pub threads: Option<usize>,
    /// Roughly how much memory batches may take, in megabytes.
    pub memory: Option<usize>,
}

impl Embedded {
    /// A new store in memory.
    ///
    /// # Errors
    /// None that is known; the storage may say otherwise.
    pub fn memory() -> Result<Self, StoreError> {
        Ok(Self {
            inner: ox::Store::new()?,
            meta: Meta::memory(),
            writer: Mutex::new(()),
            home: None,
            read_only: false,
        })
    }

    /// Opens the store in the directory `path` for reading and writing, and makes one where there is none.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if another process has it open, after a wait of a second; [`StoreError::NotAStore`] if the
    /// directory holds other files; [`StoreError::NotPersistent`] without the feature `rocksdb`.
    pub fn open(path: &Path, holder: &Holder) -> Result<Self, StoreError> {
        if !is_store(path)? && !is_vacant(path)? {
            return Err(StoreError::NotAStore(path.to_owned()));
        }
        std::fs::create_dir_all(path).map_err(StoreError::file(path))?;
        let lock = Lock::exclusive(path, holder)?;
        remove_unfinished(path)?;
        let inner = open_disk(path)?;
        let home = Some(Home { path: path.to_owned(), lock });
        Ok(Self { inner, meta: Meta::open(path)?, writer: Mutex::new(()), home, read_only: false })
    }

    /// Opens the store in the directory `path` for reading, beside other readers.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is none, [`StoreError::Locked`] if another process has it open for writing.
    pub fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        if !is_store(path)? {
            return Err(StoreError::NotFound(path.to_owned()));
        }
        let lock = Lock::shared(path)?;
        let inner = open_disk_read_only(path)?;
        let home = Some(Home { path: path.to_owned(), lock });
        Ok(Self { inner, meta: Meta::open_read_only(path)?, writer: Mutex::new(()), home, read_only: true })
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
    /// data; after a crash it may skip numbers. Read it *before* the query whose result it is to stand for.
    pub fn epoch(&self) -> u64 {
        self.meta.epoch()
    }

    /// Tells other processes what this one does with the store, and where to reach it.
    ///
    /// # Errors
    /// [`StoreError::File`] if the file beside the data cannot be written.
    pub fn announce(&self, holder: &Holder) -> Result<(), StoreError> {
        self.home.as_ref().map_or(Ok(()), |home| home.lock.describe(holder))
    }

    /// How many quads it holds: one pass over them all.
    ///
    /// # Errors
    /// [`StoreError::Storage`]
    pub fn size(&self) -> Result<u64, StoreError> {
        Ok(self.inner.len()? as u64)
    }

    /// Whether it holds no quad.
    ///
    /// # Errors
    /// [`StoreError::Storage`]
    pub fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(self.inner.is_empty()?)
    }

    /// Whether there is a graph of this name, be it empty.
    ///
    /// # Errors
    /// [`StoreError::Storage`]
    pub fn contains_graph(&self, graph: NamedNodeRef<'_>) -> Result<bool, StoreError> {
        Ok(self.inner.contains_named_graph(graph)?)
    }

    /// Quads by graph, subjects by class.
    ///
    /// # Errors
    /// [`StoreError::Storage`], [`StoreError::Query`]
    pub fn counts(&self) -> Result<Counts, StoreError> {
        Counts::of(self)
    }

    /// A prepared query on a snapshot of the present state, to be executed or explained.
    pub fn bind(&self, query: PreparedSparqlQuery) -> BoundPreparedSparqlQuery<'static> {
        query.on_store(&self.inner)
    }

    /// Runs a prepared update: all of its operations or none, after the writers before it. The epoch moves on.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], [`StoreError::Update`]
    pub fn update(&self, update: PreparedSparqlUpdate) -> Result<(), StoreError> {
        let _turn = self.turn()?;
        self.meta.reserve()?;
        update.on_store(&self.inner).execute()?;
        self.meta.advance();
        Ok(())
    }

    /// All quads, or those of one graph, as they are now; later writes do not show.
    pub fn quads(&self, graph: Option<GraphNameRef<'_>>) -> Quads<'static> {
        Quads(self.inner.quads_for_pattern(None, None, None, graph))
    }

    /// The quads that fit what is given, as they are now; later writes do not show.
    pub fn matching(
        &self,
        subject: Option<NamedOrBlankNodeRef<'_>>,
        predicate: Option<NamedNodeRef<'_>>,
        object: Option<TermRef<'_>>,
        graph: Option<GraphNameRef<'_>>,
    ) -> Quads<'static> {
        Quads(self.inner.quads_for_pattern(subject, predicate, object, graph))
    }

    /// Runs `work` in a transaction: everything it does is kept if it returns `Ok`, nothing otherwise.
    ///
    /// # Errors
    /// What `work` returns; [`StoreError::ReadOnly`], [`StoreError::Storage`].
    pub fn transaction<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let _turn = self.turn()?;
        let inner = self.inner.start_transaction().map_err(StoreError::from)?;
        let mut transaction = Transaction { inner, store: &self.inner, changed: false };
        let result = work(&mut transaction)?;
        if transaction.changed {
            self.meta.reserve()?;
            transaction.inner.commit().map_err(StoreError::from)?;
            self.meta.advance();
        }
        Ok(result)
    }

    /// Loads a document in one transaction: its own graphs are replaced, others gain. A document that is there already as
    /// it is changes nothing.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], [`StoreError::Storage`]
    pub fn load_document(&self, document: &Document) -> Result<Change, StoreError> {
        self.transaction(|transaction| document::apply(document, transaction))
    }

    /// Adds many quads quickly and at once: all of them when this returns `Ok`, none otherwise. Returns how many were read.
    ///
    /// # Errors
    /// The first error of `quads`; [`StoreError::ReadOnly`], [`StoreError::Storage`].
    pub fn bulk_load<E: From<StoreError>>(
        &self,
        quads: impl IntoIterator<Item = Result<Quad, E>>,
        options: BulkOptions,
    ) -> Result<u64, E> {
        let _turn = self.turn()?;
        self.meta.reserve()?;
        let mut loader = self.bulk_loader(options);
        let mut count = 0;
        let counted = quads.into_iter().map(|quad| {
            count += 1;
            quad.map(document::into_stored_form).map_err(Failure::Input)
        });
        loader.load_ok_quads::<_, Failure<E>>(counted).map_err(Failure::into_error)?;
        loader.commit().map_err(StoreError::from)?;
        self.meta.advance();
        if count > MERGE {
            self.merge()?;
        }
        Ok(count)
    }

    /// Quads are sorted in batches, one file a batch and index. Small batches sort faster, but many files that overlap read
    /// slowly: after more than a few they are merged at once, which takes less time than sorting larger batches would.
    fn bulk_loader(&self, options: BulkOptions) -> ox::BulkLoader<'_> {
        let threads = options.threads.unwrap_or_else(|| available_parallelism().map_or(1, usize::from)).max(1);
        let memory = options.memory.unwrap_or(usize::MAX).clamp(SMALLEST_BATCH * threads, LARGEST_BATCH * threads);
        self.inner.bulk_loader().with_num_threads(threads).with_max_memory_size_in_megabytes(memory)
    }

    /// Waits until the writers before are done.
    fn turn(&self) -> Result<MutexGuard<'_, ()>, StoreError> {
        if self.read_only {
            return Err(StoreError::ReadOnly);
        }
        Ok(self.writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Copies the store, as it is now, to the new directory `target`, by hard links where the file system allows. The copy
    /// is a store with an id of its own.
    ///
    /// # Errors
    /// [`StoreError::InMemory`], [`StoreError::Exists`], [`StoreError::Storage`]
    pub fn backup(&self, target: &Path) -> Result<(), StoreError> {
        if self.home.is_none() {
            return Err(StoreError::InMemory);
        }
        if target.exists() {
            return Err(StoreError::Exists(target.to_owned()));
        }
        // Between two writes, so that the counter copied is that of the data copied.
        let _turn = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        self.backup_data(target)?;
        self.meta.copy_to(target)
    }

    #[cfg(feature = "rocksdb")]
    fn backup_data(&self, target: &Path) -> Result<(), StoreError> {
        Ok(self.inner.backup(target)?)
    }

    #[cfg(not(feature = "rocksdb"))]
    fn backup_data(&self, _target: &Path) -> Result<(), StoreError> {
        Err(StoreError::NotPersistent)
    }

    /// Rearranges the files on disk for faster reading. Can take long on a large store; does nothing in memory.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], [`StoreError::Storage`]
    pub fn optimize(&self) -> Result<(), StoreError> {
        let _turn = self.turn()?;
        self.merge()
    }

    /// Merges the files on disk.
    fn merge(&self) -> Result<(), StoreError> {
        #[cfg(feature = "rocksdb")]
        if self.home.is_some() {
            self.inner.flush()?;
            self.inner.optimize()?;
        }
        Ok(())
    }
}

#[cfg(feature = "rocksdb")]
fn open_disk(path: &Path) -> Result<ox::Store, StoreError> {
    Ok(ox::Store::open(path)?)
}

#[cfg(not(feature = "rocksdb"))]
fn open_disk(_path: &Path) -> Result<ox::Store, StoreError> {
    Err(StoreError::NotPersistent)
}

#[cfg(feature = "rocksdb")]
fn open_disk_read_only(path: &Path) -> Result<ox::Store, StoreError> {
    Ok(ox::Store::open_read_only(path)?)
}

#[cfg(not(feature = "rocksdb"))]
fn open_disk_read_only(_path: &Path) -> Result<ox::Store, StoreError> {
    Err(StoreError::NotPersistent)
}

/// Either side's error, on its way through the bulk loader.
enum Failure<E> {
    Input(E),
    Storage(StorageError),
}

impl<E: From<StoreError>> Failure<E> {
    fn into_error(self) -> E {
        match self {
            Self::Input(error) => error,
            Self::Storage(error) => StoreError::from(error).into(),
        }
    }
}

impl<E> From<StorageError> for Failure<E> {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// The quads of a snapshot.
pub struct Quads<'a>(ox::QuadIter<'a>);

impl Iterator for Quads<'_> {
    type Item = Result<Quad, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.0.next()?.map_err(StoreError::from))
    }
}

/// Changes that become visible to others all at once, or never.
pub struct Transaction<'a> {
    inner: ox::Transaction<'a>,
    store: &'a ox::Store,
    changed: bool,
}

impl Transaction<'_> {
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
            self.changed = true;
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
        self.changed = true;
    }

    /// Removes the quads of a graph.
    ///
    /// # Errors
    /// [`StoreError::Storage`]
    pub fn clear_graph(&mut self, graph: GraphNameRef<'_>) -> Result<(), StoreError> {
        self.changed = true;
        Ok(self.inner.clear_graph(graph)?)
    }

    /// Removes a graph with its quads.
    ///
    /// # Errors
    /// [`StoreError::Storage`]
    pub fn drop_graph(&mut self, graph: NamedOrBlankNodeRef<'_>) -> Result<(), StoreError> {
        self.changed = true;
        Ok(self.inner.remove_named_graph(graph)?)
    }

    /// Removes a quad, if it is there.
    pub fn remove(&mut self, quad: QuadRef<'_>) {
        self.inner.remove(quad);
        self.changed = true;
    }
}
