//! The directory of a store on disk.

use std::path::Path;

use super::embedded::Embedded;
use super::error::StoreError;
use super::files;
use super::holder::Holder;
use super::lock::LOCK;

/// Removes what a bulk load that was killed left behind, sorted files that were never taken in, and all that was made of a
/// store before that was one. The caller has the lock.
pub(super) fn remove_unfinished(path: &Path) -> Result<(), StoreError> {
    let is_begun = !is_store(path)?;
    for entry in std::fs::read_dir(path).map_err(StoreError::file(path))? {
        let file = entry.map_err(StoreError::file(path))?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let is_left = name.starts_with("bulk-") && name.ends_with(".sst");
        if is_left || is_begun && is_of_rocksdb(&name) {
            std::fs::remove_file(&file).map_err(StoreError::file(&file))?;
        }
    }
    Ok(())
}

/// Whether a store's own files are there.
///
/// # Errors
/// [`StoreError::File`] where the directory cannot be looked into.
pub fn is_store(path: &Path) -> Result<bool, StoreError> {
    Ok(is_rocksdb(path)? || files::are_there(path)? || is_earlier(path)?)
}

/// Whether RocksDB keeps the store: it names its present state in the file `CURRENT`.
pub(super) fn is_rocksdb(path: &Path) -> Result<bool, StoreError> {
    path.join("CURRENT").try_exists().map_err(StoreError::file(path))
}

/// Whether a version before the index kept the store, in a file of quads alone.
fn is_earlier(path: &Path) -> Result<bool, StoreError> {
    path.join("quads.log").try_exists().map_err(StoreError::file(path))
}

/// Refuses a store that an earlier version kept.
pub(super) fn must_be_present(path: &Path) -> Result<(), StoreError> {
    if is_earlier(path)? { Err(StoreError::Earlier(path.to_owned())) } else { Ok(()) }
}

/// Whether the index alone keeps the store, or would keep a new one.
pub(super) fn is_indexed_alone(path: &Path) -> Result<bool, StoreError> {
    Ok(!is_rocksdb(path)? && (cfg!(not(feature = "rocksdb")) || files::are_there(path)?))
}

/// Whether a store may be made there: nothing is there but what somebody has left who was killed at that, or who is at it.
pub(super) fn is_vacant(path: &Path) -> Result<bool, StoreError> {
    let entries = match std::fs::read_dir(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(true),
        entries => entries.map_err(StoreError::file(path))?,
    };
    let names: Vec<_> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    // Whoever makes a store locks it first.
    let is_begun = names.iter().any(|name| name == LOCK);
    let left_over = |name: &str| {
        name.starts_with("citypact.")
            || name == "LOCK"
            || name.starts_with("LOG")
            || files::is_left_over(name)
            || is_begun && is_of_rocksdb(name)
    };
    Ok(names.iter().all(|name| left_over(name)))
}

/// Whether RocksDB gives such a name to files of its own.
fn is_of_rocksdb(name: &str) -> bool {
    ["LOG", "MANIFEST-", "OPTIONS-"].iter().any(|begin| name.starts_with(begin))
        || [".sst", ".log", ".dbtmp"].iter().any(|end| name.ends_with(end)) && name != files::LOG
        || ["LOCK", "IDENTITY"].contains(&name)
}

/// Removes a store that was made in vain, and is closed, with its directory; one that has changed since it had this epoch, or
/// that somebody has open, stays.
///
/// # Errors
/// [`StoreError::File`] where something of it cannot be removed.
pub fn discard(path: &Path, epoch: u64) -> Result<(), StoreError> {
    if !is_store(path)? {
        return Ok(());
    }
    let mut store = match Embedded::open(path, &Holder::this_process("clear away")) {
        Err(StoreError::Locked { .. }) => return Ok(()),
        opened => opened?,
    };
    if store.epoch() != epoch {
        return Ok(());
    }
    // The lock goes last: whoever waits for it finds that this is no directory any more.
    let _home = store.home.take();
    drop(store);
    std::fs::remove_dir_all(path).map_err(StoreError::file(path))
}
