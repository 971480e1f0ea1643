//! Restore: a store out of a backup, and directories that are made whole or not at all.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::directory::is_rocksdb;
use super::embedded::Embedded;
use super::error::StoreError;
use super::files;
use super::holder::Holder;
use super::lock::Lock;
use super::meta::Meta;
use super::opening::fresh;

/// Copies the store in the directory `backup` to the new directory `target`.
///
/// The copy has an index, which is built where the backup has none.
///
/// # Errors
/// [`StoreError::NotFound`] if there is no store at `backup`; [`StoreError::Exists`] if there is anything at `target`;
/// [`StoreError::Locked`] if the backup is open for writing; [`StoreError::File`].
pub fn restore(backup: &Path, target: &Path) -> Result<(), StoreError> {
    if !super::directory::is_store(backup)? {
        return Err(StoreError::NotFound(backup.to_owned()));
    }
    let _still = Lock::shared(backup)?;
    made_whole(target, |beside| {
        copy(backup, beside)?;
        let meta = Meta::open_read_only(backup)?;
        let id = meta.copy_to(beside)?;
        if is_rocksdb(backup)? { index(backup, &meta, beside, &id) } else { Ok(()) }
    })
}

/// Has a directory made beside `target` and renames it, so that neither an error nor a crash leaves half of one.
pub(super) fn made_whole(target: &Path, make: impl FnOnce(&Path) -> Result<(), StoreError>) -> Result<(), StoreError> {
    if target.exists() {
        return Err(StoreError::Exists(target.to_owned()));
    }
    let mut beside = target.as_os_str().to_owned();
    beside.push(".unfinished");
    let beside = Path::new(&beside);
    // What a crash left.
    if beside.exists() {
        fs::remove_dir_all(beside).map_err(StoreError::file(beside))?;
    }
    make(beside).inspect_err(|_| drop(fs::remove_dir_all(beside)))?;
    fs::rename(beside, target).map_err(StoreError::file(target))
}

/// Gives the copy an index of its own: its id is not the backup's.
fn index(backup: &Path, meta: &Meta, copy: &Path, id: &str) -> Result<(), StoreError> {
    if let Some(found) = fresh(backup, meta) {
        return files::copy(&found.version, copy, id);
    }
    match Embedded::open(copy, &Holder::this_process("restore")) {
        Ok(store) => store.rebuild_index(),
        // Who can open it will build one.
        Err(StoreError::NotPersistent) => Ok(()),
        Err(error) => Err(error),
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(to).map_err(StoreError::file(to))?;
    let is_rocksdb = is_rocksdb(from)?;
    for entry in fs::read_dir(from).map_err(StoreError::file(from))? {
        let entry = entry.map_err(StoreError::file(from))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        // The identity, the lock and its holder are the backup's own, and so is an index that is a copy itself.
        let name = entry.file_name();
        if name.to_string_lossy().starts_with("citypact.") || is_rocksdb && files::is_one(&name) {
            continue;
        }
        if source.is_dir() {
            copy(&source, &target)?;
        } else {
            let mut from = File::open(&source).map_err(StoreError::file(&source))?;
            let to = File::create(&target).and_then(|mut to| io::copy(&mut from, &mut to).and_then(|_| to.sync_all()));
            to.map_err(StoreError::file(&target))?;
        }
    }
    Ok(())
}
