//! Opening a store on disk, for writing or for reading, by its index where that is enough.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, RwLock};

use super::directory::{is_indexed_alone, is_rocksdb, is_store, is_vacant, must_be_present, remove_unfinished};
use super::embedded::{Embedded, Home, Kept, ox};
use super::error::StoreError;
use super::files::{self, Files, Found};
use super::holder::Holder;
use super::lock::Lock;
use super::meta::Meta;
use super::versions::Versions;

impl Embedded {
    /// Opens the store in the directory `path` for reading and writing, and makes one where there is none.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if another process has it open, after a wait of a second, or of ten where that one makes it;
    /// [`StoreError::NotAStore`] if the directory holds other files; [`StoreError::NotPersistent`] for a store of RocksDB without the feature `rocksdb`;
    /// [`StoreError::Earlier`] for one of an earlier version.
    pub fn open(path: &Path, holder: &Holder) -> Result<Self, StoreError> {
        let is_there = is_store(path)?;
        if !is_there && !is_vacant(path)? {
            return Err(StoreError::NotAStore(path.to_owned()));
        }
        must_be_present(path)?;
        // Whoever is making a store there is waited for, and so is what is loaded into it then.
        let lock = if is_there { Lock::exclusive(path, holder) } else { Lock::for_making(path, holder) }?;
        remove_unfinished(path)?;
        let home = Home { path: path.to_owned(), lock: Some(lock) };
        let meta = Meta::open(path)?;
        if is_indexed_alone(path)? { Self::open_index(meta, home) } else { Self::open_rocksdb(meta, home) }
    }

    /// As [`Self::open`], where there is a store already: a slip of the name makes none.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is none; those of [`Self::open`].
    pub fn open_existing(path: &Path, holder: &Holder) -> Result<Self, StoreError> {
        if is_store(path)? { Self::open(path, holder) } else { Err(StoreError::NotFound(path.to_owned())) }
    }

    /// Opens the store in the directory `path` for reading, beside other readers, and beside a writer where its index is in
    /// step: then the state after the writer's last commit is read. RocksDB is opened only where the index is not.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is none, [`StoreError::Locked`] if another process has it open for writing.
    pub fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        if !is_store(path)? {
            return Err(StoreError::NotFound(path.to_owned()));
        }
        must_be_present(path)?;
        match Lock::shared_now(path)? {
            Some(lock) => Self::open_unwritten(path, lock),
            None => Self::open_beside(path),
        }
    }

    /// Nobody writes: the index must say what the store's own count says.
    fn open_unwritten(path: &Path, lock: Lock) -> Result<Self, StoreError> {
        let meta = Meta::open_read_only(path)?;
        let home = Home { path: path.to_owned(), lock: Some(lock) };
        if is_rocksdb(path)? {
            return match fresh(path, &meta) {
                Some(found) => Ok(Self::of_index(found, meta, home)),
                None => Ok(Self::of_engine(open_made(path)?, meta, home, true)),
            };
        }
        let found = files::read(path)?;
        Ok(Self::of_index(found, meta, home))
    }

    /// Somebody writes: while files of its index are there, they are in step.
    fn open_beside(path: &Path) -> Result<Self, StoreError> {
        let of_writer = |found: &Found| Meta::open_read_only(path).is_ok_and(|meta| meta.id() == found.id());
        let found = files::read(path).ok().filter(|found| !is_rocksdb(path).unwrap_or(true) || of_writer(found));
        let Some(found) = found else { return Self::open_unwritten(path, Lock::shared(path)?) };
        let meta = Meta::of_state(Meta::open_read_only(path)?.id(), found.version.epoch());
        Ok(Self::of_index(found, meta, Home { path: path.to_owned(), lock: None }))
    }

    /// A state that is read and not changed.
    fn of_index(found: Found, meta: Meta, home: Home) -> Self {
        let versions = Versions::of(found.version.at(meta.epoch()));
        Self { kept: Kept::Index, meta, versions, home: Some(home), read_only: true, ails: AtomicBool::new(false) }
    }

    fn of_engine(engine: ox::Store, meta: Meta, home: Home, read_only: bool) -> Self {
        let versions = Versions::unknown(meta.epoch());
        Self {
            kept: Kept::RocksDb(RwLock::new(Some(engine))),
            meta,
            versions,
            home: Some(home),
            read_only,
            ails: AtomicBool::new(false),
        }
    }

    /// Opens a store that the index alone keeps, or makes one.
    fn open_index(meta: Meta, home: Home) -> Result<Self, StoreError> {
        let path = &home.path;
        let found = if files::are_there(path)? { Some(files::read(path)?) } else { None };
        let (versions, files) = match found {
            Some(found) => {
                let files = Files::of(path, meta.id(), true, &found)?;
                meta.not_before(found.version.epoch());
                (Versions::of(found.version.at(meta.epoch())), files)
            }
            None => {
                let files = Files::none(path, meta.id(), true);
                files.begin(0)?;
                (Versions::of_nothing(), files)
            }
        };
        versions.keep_in(files);
        Ok(Self { kept: Kept::Index, meta, versions, home: Some(home), read_only: false, ails: AtomicBool::new(false) })
    }

    /// Opens a store that RocksDB keeps, or makes one, with the index beside it if that is in step.
    fn open_rocksdb(meta: Meta, home: Home) -> Result<Self, StoreError> {
        let engine = open_disk(&home.path)?;
        let files = |found: &Found| Files::of(&home.path, meta.id(), false, found).ok();
        let in_step = fresh(&home.path, &meta).and_then(|found| Some((files(&found)?, found)));
        let mut store = Self::of_engine(engine, meta, home, false);
        store.versions = match in_step {
            Some((files, found)) => {
                let versions = Versions::of(found.version);
                versions.keep_in(files);
                versions
            }
            None => store.begin_index()?,
        };
        Ok(store)
    }

    /// Removes an index that is not in step; that of a store that is empty begins with it.
    fn begin_index(&self) -> Result<Arc<Versions>, StoreError> {
        let files =
            Files::none(&self.home.as_ref().map(|home| home.path.clone()).unwrap_or_default(), self.id(), false);
        files.abandon()?;
        let epoch = self.meta.epoch();
        let is_new = self.is_empty()? && self.engine().is_none_or(|engine| engine.named_graphs().next().is_none());
        let versions = match is_new && files.begin(epoch).is_ok() {
            true => Versions::of(crate::index::Builder::new().finish(epoch)),
            false => Versions::unknown(epoch),
        };
        versions.keep_in(files);
        Ok(versions)
    }
}

/// The index beside a store of RocksDB, if it says what the store's own count says.
pub(super) fn fresh(path: &Path, meta: &Meta) -> Option<Found> {
    let found = files::read(path).ok()?;
    (found.id() == meta.id() && found.version.epoch() == meta.epoch()).then_some(found)
}

#[cfg(feature = "rocksdb")]
pub(super) fn open_disk(path: &Path) -> Result<ox::Store, StoreError> {
    Ok(ox::Store::open(path)?)
}

#[cfg(not(feature = "rocksdb"))]
pub(super) fn open_disk(_path: &Path) -> Result<ox::Store, StoreError> {
    Err(StoreError::NotPersistent)
}

/// RocksDB's store, to be read; none where whoever made it was killed before it had all its parts: then nothing was ever in it,
/// and the next load makes it anew.
fn open_made(path: &Path) -> Result<ox::Store, StoreError> {
    let is_half_made = |error: &StoreError| {
        let StoreError::Storage(cause) = error else { return false };
        let told = cause.to_string();
        ["Column family not found", "only possible on read-write instances"].iter().any(|part| told.contains(part))
    };
    match open_disk_read_only(path) {
        Err(error) if is_half_made(&error) && !files::are_there(path)? => Err(StoreError::NotFound(path.to_owned())),
        opened => opened,
    }
}

#[cfg(feature = "rocksdb")]
pub(super) fn open_disk_read_only(path: &Path) -> Result<ox::Store, StoreError> {
    Ok(ox::Store::open_read_only(path)?)
}

#[cfg(not(feature = "rocksdb"))]
pub(super) fn open_disk_read_only(_path: &Path) -> Result<ox::Store, StoreError> {
    Err(StoreError::NotPersistent)
}
