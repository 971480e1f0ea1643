//! The directory of a store on disk.

use std::path::Path;

use super::error::StoreError;
use super::files;

/// Removes what a bulk load that was killed left behind: sorted files that were never taken in.
pub(super) fn remove_unfinished(path: &Path) -> Result<(), StoreError> {
    for entry in std::fs::read_dir(path).map_err(StoreError::file(path))? {
        let file = entry.map_err(StoreError::file(path))?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("bulk-") && name.ends_with(".sst") {
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

/// Whether a store may be made there: nothing is there but what an attempt that was killed may have left.
pub(super) fn is_vacant(path: &Path) -> Result<bool, StoreError> {
    if !path.try_exists().map_err(StoreError::file(path))? {
        return Ok(true);
    }
    let mut entries = std::fs::read_dir(path).map_err(StoreError::file(path))?;
    let left_over = |name: &std::ffi::OsStr| {
        name.to_str().is_some_and(|name| {
            name.starts_with("citypact.") || name == "LOCK" || name.starts_with("LOG") || files::is_left_over(name)
        })
    };
    Ok(entries.all(|entry| entry.is_ok_and(|entry| left_over(&entry.file_name()))))
}

/// Removes a store that was made in vain, and is closed, with its directory.
///
/// # Errors
/// [`StoreError::File`] where something of it cannot be removed.
pub fn discard(path: &Path) -> Result<(), StoreError> {
    if !path.exists() {
        return Ok(());
    }
    std::fs::remove_dir_all(path).map_err(StoreError::file(path))
}
