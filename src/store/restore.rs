//! A store out of a backup.

use std::fs;
use std::path::Path;

use super::error::StoreError;
use super::lock::Lock;

/// Copies the store in the directory `backup` to the new directory `target`.
///
/// The copy is made beside the target and renamed, so that an interrupted one leaves no half of a store.
///
/// # Errors
/// [`StoreError::NotFound`] if there is no store at `backup`; [`StoreError::Exists`] if there is anything at `target`;
/// [`StoreError::Locked`] if the backup is open for writing; [`StoreError::File`].
pub fn restore(backup: &Path, target: &Path) -> Result<(), StoreError> {
    if !super::directory::is_store(backup)? {
        return Err(StoreError::NotFound(backup.to_owned()));
    }
    if target.exists() {
        return Err(StoreError::Exists(target.to_owned()));
    }
    let _still = Lock::shared(backup)?;
    let mut beside = target.as_os_str().to_owned();
    beside.push(".restoring");
    let beside = Path::new(&beside);
    if beside.exists() {
        fs::remove_dir_all(beside).map_err(StoreError::file(beside))?;
    }
    copy(backup, beside)?;
    fs::rename(beside, target).map_err(StoreError::file(target))
}

fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(to).map_err(StoreError::file(to))?;
    for entry in fs::read_dir(from).map_err(StoreError::file(from))? {
        let entry = entry.map_err(StoreError::file(from))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        // The identity, the lock and its holder are the backup's own; the copy gets new ones when it is opened.
        if entry.file_name().to_string_lossy().starts_with("citypact.") {
            continue;
        }
        if source.is_dir() {
            copy(&source, &target)?;
        } else {
            fs::copy(&source, &target).map_err(StoreError::file(&source))?;
        }
    }
    Ok(())
}
