//! Changes of an embedded store. Whatever changes it publishes what it changed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard};
use std::thread::available_parallelism;

use oxigraph::sparql::PreparedSparqlUpdate;
use oxrdf::{GraphName, Quad, Term, Triple};
use spargebra::GraphUpdateOperation;
use spargebra::term::{GroundTerm, GroundTriple};

use super::directory::remove_unfinished;
use super::document::{self, Document};
use super::embedded::{Embedded, ox};
use super::error::StoreError;
use super::files;
use super::indexing::filled;
use super::restore::made_whole;
use super::transaction::Transaction;
use super::versions::Present;
use crate::index::{Change, Version};

/// Bounds of a thread's batch in a bulk load, in thousands of quads, which the loader reckons as megabytes.
const SMALLEST_BATCH: usize = 10;
const LARGEST_BATCH: usize = 50;
/// From so many quads on a bulk load ends with its files merged.
const MERGE: u64 = 200_000;
/// Fewer new quads than these are added one by one, which the index follows: more are sorted into files, and it is made anew.
const FEW: usize = 10_000;

/// Bounds of a bulk load.
#[derive(Debug, Clone, Copy, Default)]
pub struct BulkOptions {
    /// Threads that sort and write; all processors where not given.
    pub threads: Option<usize>,
    /// Roughly how much memory batches may take, in megabytes.
    pub memory: Option<usize>,
}

impl Embedded {
    /// Waits until the writers before are done.
    pub(super) fn turn(&self) -> Result<MutexGuard<'_, ()>, StoreError> {
        if self.read_only {
            return Err(StoreError::ReadOnly);
        }
        let turn = self.versions.turn();
        self.recovered()?;
        Ok(turn)
    }

    /// Runs a prepared update: all of its operations or none, after the writers before it. The epoch moves on.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], [`StoreError::Update`]
    pub fn update(&self, update: PreparedSparqlUpdate) -> Result<(), StoreError> {
        let Some(engine) = self.engine() else {
            return self.transaction(|transaction| transaction.run(update));
        };
        let _turn = self.turn()?;
        self.meta.reserve().map_err(|error| self.failed(error))?;
        // What it changes is not known.
        self.abandon_index();
        self.versions.begin_commit();
        let result = update.on_store(&engine).execute();
        self.committed(None);
        Ok(result?)
    }

    /// Runs `work` in a transaction: everything it does is kept if it returns `Ok`, nothing otherwise.
    ///
    /// # Errors
    /// What `work` returns; [`StoreError::ReadOnly`], [`StoreError::Storage`], [`StoreError::File`].
    pub fn transaction<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let _turn = self.turn()?;
        self.transact(work)
    }

    /// As [`Self::transaction`]. The caller has the writer's turn.
    fn transact<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let engine = self.engine();
        let mut transaction = match &engine {
            Some(engine) => {
                let inner = engine.start_transaction().map_err(StoreError::from)?;
                Transaction::on_engine(inner, engine, &self.versions)
            }
            None => Transaction::on_index(self.state()?),
        };
        let result = work(&mut transaction)?;
        let done = match transaction.into_changes() {
            Some((Some(inner), changes)) => self.commit_to_engine(inner, changes),
            Some((None, changes)) => self.commit_to_index(changes.unwrap_or_default()),
            None => Ok(()),
        };
        done.map_err(|error| self.failed(error))?;
        Ok(result)
    }

    fn commit_to_engine(&self, inner: ox::Transaction<'_>, changes: Option<Vec<Change>>) -> Result<(), StoreError> {
        self.meta.reserve()?;
        if changes.is_none() {
            self.abandon_index();
        }
        self.versions.begin_commit();
        match inner.commit() {
            Ok(()) => self.committed(changes),
            Err(error) => return Err(self.not_committed(error)),
        }
        Ok(())
    }

    /// The engine says that a commit failed, and shows the state before. Nobody knows what its files say: they are looked into
    /// when it is opened anew.
    fn not_committed(&self, error: ox::StorageError) -> StoreError {
        self.abandon_index();
        self.versions.end_commit();
        error.into()
    }

    /// The log first: what is on the disk is done.
    fn commit_to_index(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.meta.reserve()?;
        let (before, epoch) = (self.state()?, self.meta.epoch() + 1);
        let after = before.with_changes(&changes, epoch).map_err(StoreError::from)?;
        before.sound()?;
        if let Some(files) = self.versions.files() {
            files.append(&changes, epoch)?;
        }
        self.versions.advance(after, changes);
        self.meta.advance();
        self.versions.relieve();
        Ok(())
    }

    /// After a commit, of which it is perhaps known what it changed. The caller has the writer's turn.
    pub(super) fn committed(&self, changes: Option<Vec<Change>>) {
        let epoch = self.meta.epoch() + 1;
        let logged =
            changes.as_deref().map(|changes| self.versions.files().map_or(Ok(()), |f| f.append(changes, epoch)));
        if !matches!(logged, Some(Ok(()))) {
            self.abandon_index();
        }
        self.versions.publish(changes, epoch);
        // Not before: whoever has read the number finds this state, or a later one.
        self.meta.advance();
        self.versions.relieve();
    }

    /// Loads a document in one transaction: its own graphs are replaced, others gain. A document that is there already as
    /// it is changes nothing.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], [`StoreError::Storage`]
    pub fn load_document(&self, document: &Document) -> Result<document::Change, StoreError> {
        self.transaction(|transaction| transaction.load(document))
    }

    /// Adds many quads quickly and at once: all of them when this returns `Ok`, none otherwise. Returns how many were read.
    ///
    /// # Errors
    /// The first error of `quads`; [`StoreError::ReadOnly`], [`StoreError::Storage`], [`StoreError::File`].
    pub fn bulk_load<E: From<StoreError>>(
        &self,
        quads: impl IntoIterator<Item = Result<Quad, E>>,
        options: BulkOptions,
    ) -> Result<u64, E> {
        let mut quads = quads.into_iter().map(|quad| quad.map(document::into_stored_form));
        let _turn = self.turn()?;
        let known = self.known()?;
        let is_new = |quad: &Result<Quad, E>| match (quad, &known) {
            (Ok(quad), Some(known)) => known.row(quad).is_none_or(|row| !known.holds(row)),
            _ => true,
        };
        let mut count = 0;
        let new = quads.by_ref().inspect(|_| count += 1).filter(is_new).take(FEW).collect::<Result<Vec<_>, E>>()?;
        if let Some(known) = &known {
            known.sound().map_err(StoreError::from)?;
            if new.len() < FEW {
                self.insert_all(&new)?;
                return Ok(count);
            }
        }
        let passed_over = count - new.len() as u64;
        // Else it stays in memory beside the one that is made of it.
        drop(known);
        let quads = new.into_iter().map(Ok).chain(quads);
        let loaded = match self.engine() {
            Some(engine) => self.load_into_engine(&engine, quads, options),
            None => self.load_into_index(quads),
        };
        loaded.map(|loaded| passed_over + loaded)
    }

    fn insert_all(&self, quads: &[Quad]) -> Result<(), StoreError> {
        self.transact(|transaction| quads.iter().try_for_each(|quad| transaction.insert(quad.as_ref()).map(drop)))
    }

    /// The present state, if it holds something and is indexed: what it holds need not be loaded again.
    fn known(&self) -> Result<Option<Arc<Version>>, StoreError> {
        if self.engine().is_none() {
            return self.state().map(Some);
        }
        Ok(match self.versions.present() {
            Present::Version(version) if version.damage().is_none() && !version.is_empty() => Some(version),
            _ => None,
        })
    }

    /// The caller has the writer's turn, here and below.
    fn load_into_engine<E: From<StoreError>>(
        &self,
        engine: &ox::Store,
        quads: impl Iterator<Item = Result<Quad, E>>,
        options: BulkOptions,
    ) -> Result<u64, E> {
        self.meta.reserve().map_err(|error| self.failed(error))?;
        let mut loader = bulk_loader(engine, options);
        let mut count = 0;
        let mut index = self.index_to_fill();
        let counted = quads.map(|quad| {
            count += 1;
            let quad = quad.map_err(Failure::Input)?;
            index = index.take().and_then(|index| filled(index, &quad));
            Ok::<_, Failure<E>>(quad)
        });
        loader.load_ok_quads::<_, Failure<E>>(counted).map_err(|failure| self.not_loaded(failure))?;
        self.abandon_index();
        self.versions.begin_commit();
        loader.commit().map_err(|error| self.failed(self.not_committed(error)))?;
        self.committed(None);
        std::thread::scope(|scope| {
            // Files of their own each: the two take about as long.
            let merging = (count > MERGE).then(|| scope.spawn(|| self.merge()));
            if let Some(index) = index {
                self.set_index(index);
            }
            merging.map_or(Ok(()), |merging| merging.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })?;
        Ok(count)
    }

    /// A load that failed before its end leaves nothing behind.
    fn not_loaded<E: From<StoreError>>(&self, failure: Failure<E>) -> E {
        if let Some(home) = &self.home {
            // What cannot be removed now is when the store is opened.
            let _ = remove_unfinished(&home.path);
        }
        match failure {
            Failure::Input(error) => error,
            Failure::Storage(error) => self.failed(error.into()).into(),
        }
    }

    fn load_into_index<E: From<StoreError>>(&self, quads: impl Iterator<Item = Result<Quad, E>>) -> Result<u64, E> {
        self.meta.reserve().map_err(|error| self.failed(error))?;
        let before = self.state()?;
        let index = before.to_builder();
        before.sound().map_err(StoreError::from)?;
        let mut index = index.map_err(StoreError::from)?;
        let mut count = 0;
        for quad in quads {
            index.push(quad?.as_ref()).map_err(StoreError::from)?;
            count += 1;
        }
        let version = index.finish(self.meta.epoch() + 1);
        if let Some(files) = self.versions.files() {
            files.write(&version).map_err(|error| self.failed(error))?;
        }
        self.versions.set(version);
        self.meta.advance();
        Ok(count)
    }

    /// Copies the store, as it is now, to the new directory `target`, by hard links where the file system allows. The copy
    /// is a store with an id of its own.
    ///
    /// # Errors
    /// [`StoreError::InMemory`], [`StoreError::Exists`], [`StoreError::Storage`], [`StoreError::File`]
    pub fn backup(&self, target: &Path) -> Result<(), StoreError> {
        self.backup_as(|_| target.to_owned()).map(drop)
    }

    /// As [`Self::backup`], to a directory that is named once the number of the state that is copied is known. Gives its path.
    ///
    /// # Errors
    /// As [`Self::backup`].
    pub fn backup_as(&self, target: impl FnOnce(u64) -> PathBuf) -> Result<PathBuf, StoreError> {
        if self.home.is_none() {
            return Err(StoreError::InMemory);
        }
        // Between two writes, so that the counter copied is that of the data copied.
        let turn = self.versions.turn();
        let target = target(self.meta.epoch());
        made_whole(&target, |beside| {
            let state = self.copy_data(beside)?;
            let id = self.meta.copy_to(beside)?;
            drop(turn);
            state.map_or(Ok(()), |state| files::copy(&state, beside, &id))
        })?;
        Ok(target)
    }

    /// Copies what is beside the index, and gives the state that it is a copy of, if that is indexed. The caller has the turn.
    fn copy_data(&self, target: &Path) -> Result<Option<Arc<Version>>, StoreError> {
        let Some(engine) = self.engine() else {
            std::fs::create_dir(target).map_err(StoreError::file(target))?;
            return Ok(Some(self.state()?));
        };
        backup_data(&engine, target)?;
        Ok(match self.versions.present() {
            Present::Version(version) if version.damage().is_none() && !self.ails() => Some(version),
            _ => None,
        })
    }

    /// Rearranges the files on disk for faster reading, and writes the index. Can take long on a large store; does nothing in
    /// memory.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`], [`StoreError::Storage`], [`StoreError::File`]
    pub fn optimize(&self) -> Result<(), StoreError> {
        let _turn = self.turn()?;
        self.merge()?;
        self.renew_index()
    }

    /// Merges the files of RocksDB.
    fn merge(&self) -> Result<(), StoreError> {
        #[cfg(feature = "rocksdb")]
        if let (super::embedded::Kept::RocksDb(_), Some(engine)) = (&self.kept, self.engine()) {
            engine.flush()?;
            engine.optimize()?;
        }
        Ok(())
    }
}

/// The quads of an update that does nothing but remove quads.
pub(super) fn deleted(update: &spargebra::Update) -> Option<Vec<Quad>> {
    let mut quads = Vec::new();
    for operation in &update.operations {
        let GraphUpdateOperation::DeleteData { data } = operation else { return None };
        quads.extend(data.iter().map(|quad| Quad {
            subject: quad.subject.clone().into(),
            predicate: quad.predicate.clone(),
            object: ground(&quad.object),
            graph_name: match &quad.graph_name {
                spargebra::term::GraphName::NamedNode(name) => name.clone().into(),
                spargebra::term::GraphName::DefaultGraph => GraphName::DefaultGraph,
            },
        }));
    }
    Some(quads)
}

fn ground(term: &GroundTerm) -> Term {
    match term {
        GroundTerm::NamedNode(node) => node.clone().into(),
        GroundTerm::Literal(literal) => literal.clone().into(),
        GroundTerm::Triple(triple) => {
            let GroundTriple { subject, predicate, object } = triple.as_ref();
            Triple::new(subject.clone(), predicate.clone(), ground(object)).into()
        }
    }
}

/// Quads are sorted in batches, one file a batch and index. Small batches sort faster, but many files that overlap read
/// slowly: after more than a few they are merged at once, which takes less time than sorting larger batches would.
fn bulk_loader(engine: &ox::Store, options: BulkOptions) -> ox::BulkLoader<'_> {
    let threads = options.threads.unwrap_or_else(|| available_parallelism().map_or(1, usize::from)).max(1);
    let memory = options.memory.unwrap_or(usize::MAX).clamp(SMALLEST_BATCH * threads, LARGEST_BATCH * threads);
    engine.bulk_loader().with_num_threads(threads).with_max_memory_size_in_megabytes(memory)
}

#[cfg(feature = "rocksdb")]
fn backup_data(engine: &ox::Store, target: &Path) -> Result<(), StoreError> {
    Ok(engine.backup(target)?)
}

#[cfg(not(feature = "rocksdb"))]
fn backup_data(_engine: &ox::Store, _target: &Path) -> Result<(), StoreError> {
    Err(StoreError::NotPersistent)
}

/// Either side's error, on its way through the bulk loader.
enum Failure<E> {
    Input(E),
    Storage(ox::StorageError),
}

impl<E> From<ox::StorageError> for Failure<E> {
    fn from(error: ox::StorageError) -> Self {
        Self::Storage(error)
    }
}
