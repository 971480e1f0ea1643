//! The embedded store: the only file that names `oxigraph::store`.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard};
use std::thread::available_parallelism;
use std::time::Duration;

use oxigraph::sparql::{BoundPreparedSparqlQuery, PreparedSparqlQuery, PreparedSparqlUpdate};
pub(super) use oxigraph::store as ox;
use oxigraph::store::StorageError;
use oxrdf::{GraphNameRef, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Quad, TermRef};

use super::counts::{self, Counts};
use super::directory::{is_journaled, is_store, is_vacant, remove_unfinished};
use super::document::{self, Document};
use super::error::StoreError;
use super::journal::{self, Journal};
use super::journaled::{self, Replayed};
use super::lock::{Holder, Lock};
use super::meta::Meta;
use super::transaction::Transaction;
use super::versions::{Present, Versions};
use crate::index::{Builder, Change, TooLarge, Version};

/// Bounds of a thread's batch in a bulk load, in thousands of quads, which the loader reckons as megabytes.
const SMALLEST_BATCH: usize = 10;
const LARGEST_BATCH: usize = 50;
/// From so many quads on a bulk load ends with its files merged.
const MERGE: u64 = 200_000;
/// A store of so many quads is indexed as soon as it is asked, on disk and in memory; a larger one beside.
const AT_ONCE_ON_DISK: usize = 20_000;
const AT_ONCE_IN_MEMORY: usize = 300_000;
/// How often somebody who waits for an index looks for it.
const LOOK: Duration = Duration::from_millis(2);
/// The most bytes that an index may take while it is built beside a load.
const LARGEST_INDEX: usize = 4 << 30;

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
    versions: Arc<Versions>,
    kept: Kept,
    home: Option<Home>,
    read_only: bool,
}

/// Where the quads are.
pub(super) enum Kept {
    Memory,
    RocksDb,
    /// In memory, and on disk in a journal; it is open where the store may be written to.
    Journal(Option<Journal>),
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
            versions: Versions::of_nothing(),
            kept: Kept::Memory,
            home: None,
            read_only: false,
        })
    }

    /// Opens the store in the directory `path` for reading and writing, and makes one where there is none.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if another process has it open, after a wait of a second; [`StoreError::NotAStore`] if the
    /// directory holds other files; [`StoreError::NotPersistent`] for a store of RocksDB without the feature `rocksdb`.
    pub fn open(path: &Path, holder: &Holder) -> Result<Self, StoreError> {
        if !is_store(path)? && !is_vacant(path)? {
            return Err(StoreError::NotAStore(path.to_owned()));
        }
        std::fs::create_dir_all(path).map_err(StoreError::file(path))?;
        let lock = Lock::exclusive(path, holder)?;
        remove_unfinished(path)?;
        let home = Home { path: path.to_owned(), lock };
        if is_journaled(path)? {
            return Self::open_journal(Meta::open(path)?, home);
        }
        Ok(Self::on_disk(open_disk(path)?, Meta::open(path)?, home, false))
    }

    /// As [`Self::open`], where there is a store already: a slip of the name makes none.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is none; those of [`Self::open`].
    pub fn open_existing(path: &Path, holder: &Holder) -> Result<Self, StoreError> {
        if is_store(path)? { Self::open(path, holder) } else { Err(StoreError::NotFound(path.to_owned())) }
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
        let home = Home { path: path.to_owned(), lock };
        if is_journaled(path)? {
            let replayed = journaled::replay(path)?;
            return Ok(Self::of_journal(replayed, Meta::open_read_only(path)?, home, None));
        }
        Ok(Self::on_disk(open_disk_read_only(path)?, Meta::open_read_only(path)?, home, true))
    }

    fn on_disk(inner: ox::Store, meta: Meta, home: Home, read_only: bool) -> Self {
        let versions = Versions::unknown(meta.epoch());
        Self { inner, meta, versions, kept: Kept::RocksDb, home: Some(home), read_only }
    }

    /// Opens a store that a journal keeps, or makes one.
    fn open_journal(meta: Meta, home: Home) -> Result<Self, StoreError> {
        if !journal::is_there(&home.path).map_err(StoreError::file(&home.path))? {
            Journal::create(&home.path)?;
        }
        let replayed = journaled::replay(&home.path)?;
        let found = replayed.found;
        let journal = Journal::open(&home.path, found)?;
        let store = Self::of_journal(replayed, meta, home, Some(journal));
        if found.is_stale() {
            store.merge()?;
        }
        Ok(store)
    }

    fn of_journal(replayed: Replayed, meta: Meta, home: Home, journal: Option<Journal>) -> Self {
        let versions = match replayed.index {
            Some(index) => Versions::of(index.finish(meta.epoch())),
            None => Versions::unknown(meta.epoch()),
        };
        let read_only = journal.is_none();
        let kept = Kept::Journal(journal);
        Self { inner: replayed.store, meta, versions, kept, home: Some(home), read_only }
    }

    fn journal(&self) -> Option<&Journal> {
        match &self.kept {
            Kept::Journal(journal) => journal.as_ref(),
            Kept::Memory | Kept::RocksDb => None,
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
    /// [`StoreError::Storage`], [`StoreError::Query`]
    pub fn counts(&self) -> Result<Counts, StoreError> {
        self.version().map_or_else(|| Counts::apart(self), |version| Ok(counts::of_version(&version)))
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
        if self.journal().is_some() {
            return self.transaction(|transaction| transaction.run(update));
        }
        let _turn = self.turn()?;
        self.meta.reserve()?;
        let result = update.on_store(&self.inner).execute();
        // What it changed is not known.
        self.committed(None);
        Ok(result?)
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
        let journal = self.journal();
        let mut transaction = Transaction::new(inner, &self.inner, &self.versions, journal.is_some());
        let result = work(&mut transaction)?;
        if let Some((inner, changes)) = transaction.into_changes() {
            self.meta.reserve()?;
            if let Some(journal) = journal {
                journal.append(changes.as_deref().unwrap_or_default())?;
            }
            let done = inner.commit().map_err(StoreError::from);
            // After a failure nobody knows what the storage holds.
            self.committed(changes.filter(|_| done.is_ok()));
            done?;
        }
        Ok(result)
    }

    /// After a commit, of which it is perhaps known what it changed. The caller has the writer's turn.
    fn committed(&self, changes: Option<Vec<Change>>) {
        self.meta.advance();
        self.versions.publish(changes, self.meta.epoch());
    }

    /// Loads a document in one transaction: its own graphs are replaced, others gain. A document that is there already as
    /// it is changes nothing.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], [`StoreError::Storage`]
    pub fn load_document(&self, document: &Document) -> Result<document::Change, StoreError> {
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
        let mut index = self.index_to_fill();
        let mut commit = self.journal().map(Journal::begin).transpose()?;
        let counted = quads.into_iter().map(|quad| {
            count += 1;
            let quad = quad.map(document::into_stored_form).map_err(Failure::Input)?;
            index = index.take().and_then(|index| filled(index, &quad));
            if let Some(commit) = &mut commit {
                commit.insert(&quad).map_err(|error| Failure::Input(error.into()))?;
            }
            Ok::<_, Failure<E>>(quad)
        });
        loader.load_ok_quads::<_, Failure<E>>(counted).map_err(Failure::into_error)?;
        commit.map_or(Ok(()), |commit| commit.finish())?;
        let done = loader.commit().map_err(StoreError::from);
        self.committed(None);
        done?;
        if let Some(index) = index {
            self.versions.set(index.finish(self.meta.epoch()));
        }
        if count > MERGE && matches!(self.kept, Kept::RocksDb) {
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

    /// What the store holds now, to be added to; `None` where that is not known.
    fn index_to_fill(&self) -> Option<Builder> {
        match self.versions.present() {
            Present::Version(version) => version.to_builder().ok(),
            _ => None,
        }
    }

    /// An index of the present state; `None` where there is none yet. A small store is indexed at once, a larger one beside.
    pub fn version(&self) -> Option<Arc<Version>> {
        self.version_now().unwrap_or_default()
    }

    /// An index of the present state, as soon as there is one; `None` if `stopped` says before that nobody wants it any more.
    ///
    /// # Errors
    /// [`StoreError::Index`], [`StoreError::Storage`]
    pub fn await_version(&self, stopped: &dyn Fn() -> bool) -> Result<Option<Arc<Version>>, StoreError> {
        loop {
            let version = self.version_now()?;
            if version.is_some() || stopped() {
                return Ok(version);
            }
            if matches!(self.versions.present(), Present::Unknown) {
                // A writer is at work, who may wait for this: the state before its commit is as good as any.
                let index = read(&self.inner, || {}, &|_| stopped())?;
                return Ok(index.map(|index| Arc::new(index.finish(0))));
            }
            std::thread::sleep(LOOK);
        }
    }

    fn version_now(&self) -> Result<Option<Arc<Version>>, StoreError> {
        match self.versions.present() {
            Present::Version(version) => return Ok(Some(version)),
            Present::Building => return Ok(None),
            Present::Failed(why) => return Err(StoreError::Index(why)),
            Present::Unknown => {}
        }
        let Some(turn) = self.versions.turn_now() else { return Ok(None) };
        let most = if matches!(self.kept, Kept::RocksDb) { AT_ONCE_ON_DISK } else { AT_ONCE_IN_MEMORY };
        if let Some(index) = read(&self.inner, || {}, &|count| count > most)? {
            return Ok(Some(self.versions.set(index.finish(self.meta.epoch()))));
        }
        drop(turn);
        let store = self.inner.clone();
        self.versions.build_elsewhere(move |stopped, begun| {
            let index = read(&store, begun, &|_| stopped.load(Ordering::Relaxed)).map_err(|error| error.to_string())?;
            index.ok_or_else(|| "the store is being closed".to_owned())
        });
        Ok(None)
    }

    /// Whether queries read an index: there is one, which may have to take the latest changes in.
    pub fn is_indexed(&self) -> bool {
        self.versions.are_ready()
    }

    /// Waits until the writers before are done.
    fn turn(&self) -> Result<MutexGuard<'_, ()>, StoreError> {
        if self.read_only {
            return Err(StoreError::ReadOnly);
        }
        Ok(self.versions.turn())
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
        let _turn = self.versions.turn();
        match self.kept {
            Kept::Journal(_) => journaled::copy(&self.inner, target)?,
            Kept::Memory | Kept::RocksDb => self.backup_data(target)?,
        }
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
        if let Some(journal) = self.journal() {
            return journal.rewrite(|push| journaled::fill(&self.inner, push));
        }
        #[cfg(feature = "rocksdb")]
        if matches!(self.kept, Kept::RocksDb) {
            self.inner.flush()?;
            self.inner.optimize()?;
        }
        Ok(())
    }
}

impl Drop for Embedded {
    /// Waits for the thread that reads the store, so that it can be opened again at once.
    fn drop(&mut self) {
        self.versions.stop();
    }
}

/// An index with one quad more, unless it has become too large.
pub(super) fn filled(mut index: Builder, quad: &Quad) -> Option<Builder> {
    index.push(quad.as_ref()).ok()?;
    Some(index).filter(|index| index.bytes() <= LARGEST_INDEX)
}

/// Reads a snapshot of the whole store, which is taken when `begun` is called; none if there is a reason to stop.
fn read(store: &ox::Store, begun: impl Fn(), stops: &dyn Fn(usize) -> bool) -> Result<Option<Builder>, StoreError> {
    let (quads, graphs) = (store.quads_for_pattern(None, None, None, None), store.named_graphs());
    begun();
    indexed(
        quads.map(|quad| quad.map_err(StoreError::from)),
        graphs.map(|graph| graph.map_err(StoreError::from)),
        stops,
    )
}

/// An index of quads and named graphs; none if there is a reason to stop.
pub(super) fn indexed(
    quads: impl Iterator<Item = Result<Quad, StoreError>>,
    graphs: impl Iterator<Item = Result<NamedOrBlankNode, StoreError>>,
    stops: &dyn Fn(usize) -> bool,
) -> Result<Option<Builder>, StoreError> {
    let too_large = |error: TooLarge| StoreError::Index(error.to_string());
    let mut index = Builder::new();
    for graph in graphs {
        index.push_graph(graph?.as_ref()).map_err(too_large)?;
    }
    for quad in quads {
        index.push(quad?.as_ref()).map_err(too_large)?;
        if stops(index.len()) {
            return Ok(None);
        }
    }
    Ok(Some(index))
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
pub struct Quads<'a>(pub(super) ox::QuadIter<'a>);

impl Iterator for Quads<'_> {
    type Item = Result<Quad, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.0.next()?.map_err(StoreError::from))
    }
}
