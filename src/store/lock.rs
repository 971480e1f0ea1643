//! File locking: who has a store open: one writer, or any number of readers.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use super::error::StoreError;
use super::holder::Holder;

pub(super) const LOCK: &str = "citypact.lock";
const HOLDER: &str = "citypact.holder";
/// How long to wait for a store that another process has open: short commands follow each other.
const TRIES: u32 = 20;
/// And for one that another process is making.
const TRIES_IN_MAKING: u32 = 200;
const PAUSE: Duration = Duration::from_millis(50);

/// Holds the lock of a store's directory until dropped; the system frees it when the process dies.
pub(super) struct Lock {
    _file: Option<File>,
    holder: Option<PathBuf>,
}

impl Lock {
    /// For the only writer. Waits a moment for others to finish.
    pub(super) fn exclusive(directory: &Path, holder: &Holder) -> Result<Self, StoreError> {
        Self::exclusive_within(TRIES, directory, holder)
    }

    /// As [`Self::exclusive`], with more patience. Makes the directory.
    pub(super) fn for_making(directory: &Path, holder: &Holder) -> Result<Self, StoreError> {
        Self::exclusive_within(TRIES_IN_MAKING, directory, holder)
    }

    fn exclusive_within(tries: u32, directory: &Path, holder: &Holder) -> Result<Self, StoreError> {
        for _ in 0..tries {
            fs::create_dir_all(directory).map_err(StoreError::file(directory))?;
            let file = match open(directory, true) {
                // Whoever made it in vain takes it away at the moment.
                Err(StoreError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => continue,
                opened => opened?,
            };
            acquire(directory, tries, || file.try_lock())?;
            if is_still_there(&file, directory) {
                let lock = Self { _file: Some(file), holder: Some(directory.join(HOLDER)) };
                lock.describe(holder)?;
                return Ok(lock);
            }
        }
        Err(StoreError::Locked { path: directory.to_owned(), holder: None })
    }

    /// For a reader beside other readers. A directory that cannot be written to has no writer and needs no lock.
    pub(super) fn shared(directory: &Path) -> Result<Self, StoreError> {
        match open(directory, true).or_else(|_| open(directory, false)) {
            Ok(file) => {
                acquire(directory, TRIES, || file.try_lock_shared())?;
                let _ = fs::remove_file(directory.join(HOLDER)); // Left by a writer that was killed.
                Ok(Self { _file: Some(file), holder: None })
            }
            Err(_) => Ok(Self { _file: None, holder: None }),
        }
    }

    /// As [`Self::shared`], without waiting; none where somebody writes.
    pub(super) fn shared_now(directory: &Path) -> Result<Option<Self>, StoreError> {
        let Ok(file) = open(directory, true).or_else(|_| open(directory, false)) else {
            return Ok(Some(Self { _file: None, holder: None }));
        };
        match file.try_lock_shared() {
            Ok(()) => {
                let _ = fs::remove_file(directory.join(HOLDER)); // Left by a writer that was killed.
                Ok(Some(Self { _file: Some(file), holder: None }))
            }
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(StoreError::file(directory.join(LOCK))(error)),
        }
    }

    /// Says who holds the store.
    pub(super) fn describe(&self, holder: &Holder) -> Result<(), StoreError> {
        let Some(path) = &self.holder else { return Ok(()) };
        let bytes = serde_json::to_vec(holder).map_err(io::Error::from);
        bytes.and_then(|bytes| fs::write(path, bytes)).map_err(StoreError::file(path))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(path) = &self.holder {
            let _ = fs::remove_file(path);
        }
    }
}

fn open(directory: &Path, write: bool) -> Result<File, StoreError> {
    let path = directory.join(LOCK);
    let mut options = OpenOptions::new();
    options.read(true).write(write).create(write).truncate(false);
    options.open(&path).map_err(StoreError::file(path))
}

/// Whether the file is the lock of the directory still: another process may have removed both before it let go.
#[cfg(unix)]
fn is_still_there(file: &File, directory: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let of = |data: fs::Metadata| (data.dev(), data.ino());
    let (own, found) = (file.metadata().map(of), fs::metadata(directory.join(LOCK)).map(of));
    own.ok().is_some_and(|own| found.is_ok_and(|found| found == own))
}

/// A file that is open cannot be removed here.
#[cfg(not(unix))]
fn is_still_there(_: &File, _: &Path) -> bool {
    true
}

fn acquire(directory: &Path, tries: u32, attempt: impl Fn() -> Result<(), TryLockError>) -> Result<(), StoreError> {
    for _ in 0..tries {
        match attempt() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(StoreError::file(directory.join(LOCK))(error)),
        }
        if holder(directory).is_some_and(|holder| holder.address.is_some()) {
            break; // A server does not finish soon.
        }
    }
    Err(StoreError::Locked { path: directory.to_owned(), holder: holder(directory) })
}

/// Who says that it holds the store in `directory`.
fn holder(directory: &Path) -> Option<Holder> {
    serde_json::from_slice(&fs::read(directory.join(HOLDER)).ok()?).ok()
}
