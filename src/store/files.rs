//! The index beside a store's data: `index.cpx`, a state, and `index.log`, what was committed since.
//!
//! In a store that RocksDB keeps they are a copy, which is of use only if its last epoch is the store's. Where they are the
//! store, there is nothing else. A new state is written beside and renamed, then a log that goes on from it: between the two
//! the old log stands beside the new state, and what it says of epochs before is passed over.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use super::error::StoreError;
use super::log::{self, Log, damaged};
use crate::index::{Builder, Change, Version};

const STATE: &str = "index.cpx";
pub(super) const LOG: &str = "index.log";
/// What is being written anew.
const BESIDE: [&str; 2] = ["index.cpx.new", "index.log.new"];
/// A log of more changes than these, and than a tenth of the quads, is worth a new state.
const MANY_CHANGES: usize = 1_000;
/// And so is one of so many bytes.
const LONG: u64 = 64 << 20;
/// A reader that meets the files while they are renamed looks again.
const LOOKS: usize = 5;
const PAUSE: Duration = Duration::from_millis(5);

/// Whether there are such files in a directory.
pub(super) fn are_there(directory: &Path) -> Result<bool, StoreError> {
    let is_there = |name: &str| directory.join(name).try_exists().map_err(StoreError::file(directory));
    Ok(is_there(STATE)? || is_there(LOG)?)
}

/// Whether it is the name of one of them.
pub(super) fn is_one(name: &OsStr) -> bool {
    [STATE, LOG].into_iter().any(|own| name == own)
}

/// The name of a file that an attempt that was killed may have left.
pub(super) fn is_left_over(name: &str) -> bool {
    BESIDE.contains(&name)
}

/// The index's files, of which one writes.
pub(super) struct Files {
    directory: PathBuf,
    id: String,
    /// Whether they are the store, so that a commit is on the disk when it is done.
    alone: bool,
    /// None while what they say is not what the store holds: then there are none.
    log: Mutex<Option<Log>>,
}

/// What files say.
pub(super) struct Found {
    pub(super) version: Version,
    log: log::Found,
}

impl Found {
    pub(super) fn id(&self) -> &str {
        &self.log.id
    }
}

/// A state that is written, but not yet in its place.
pub(super) struct Beside {
    epoch: u64,
}

/// Reads the state after the last whole commit.
///
/// # Errors
/// [`StoreError::File`] where a file is missing, damaged, or does not go on from the other.
pub(super) fn read(directory: &Path) -> Result<Found, StoreError> {
    let mut looks = 1;
    loop {
        match look(directory)? {
            Some(found) => return Ok(found),
            None if looks < LOOKS => sleep(PAUSE),
            None => return Err(damaged(&directory.join(LOG), "it does not go on from the state in index.cpx")),
        }
        looks += 1;
    }
}

/// A state, and what was changed in it afterwards.
pub(super) struct ToldChanges {
    pub(super) before: Version,
    pub(super) changes: Vec<Change>,
}

/// The state after the commit of a number, and what was changed from then on to another; none where the files do not go back so
/// far, or are of another store.
pub(super) fn changes(directory: &Path, id: &str, epoch: u64, until: u64) -> Result<Option<ToldChanges>, StoreError> {
    let base = base(directory)?;
    if base.epoch() > epoch {
        return Ok(None);
    }
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let log = log::read(&directory.join(LOG), base.epoch(), |change, at| {
        match at {
            at if at <= epoch => before.push(change),
            at if at <= until => after.push(change),
            _ => {}
        }
        Ok(())
    });
    // A writer may have put other files there in between, and a store that has none tells nothing.
    let Some(log) = log.ok().filter(|log| log.id == id && log.base <= base.epoch()) else { return Ok(None) };
    let before = base.with_changes(&before, epoch.min(log.epoch)).map_err(StoreError::from)?;
    Ok(Some(ToldChanges { before, changes: after }))
}

/// The state that the log goes on from.
fn base(directory: &Path) -> Result<Version, StoreError> {
    let state = directory.join(STATE);
    match Version::open(&state) {
        Ok((version, _)) => Ok(version),
        // A store begins with a log alone.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Builder::new().finish(0)),
        Err(error) => Err(StoreError::file(state)(error)),
    }
}

/// None where the log goes on from a later state: a writer may have put a new one there in between.
fn look(directory: &Path) -> Result<Option<Found>, StoreError> {
    let base = base(directory)?;
    let mut changes = Vec::new();
    let log = log::read(&directory.join(LOG), base.epoch(), |change, _| {
        changes.push(change);
        Ok(())
    })?;
    if log.base > base.epoch() {
        return Ok(None);
    }
    if log.epoch <= base.epoch() {
        return Ok(Some(Found { version: base, log }));
    }
    let version = base.with_changes(&changes, log.epoch).map_err(StoreError::from)?;
    version.sound()?;
    Ok(Some(Found { version, log }))
}

impl Files {
    /// Of a store that has none yet.
    pub(super) fn none(directory: &Path, id: &str, alone: bool) -> Self {
        Self { directory: directory.to_owned(), id: id.to_owned(), alone, log: Mutex::new(None) }
    }

    /// Of a store that holds what was found.
    pub(super) fn of(directory: &Path, id: &str, alone: bool, found: &Found) -> Result<Self, StoreError> {
        let files = Self::none(directory, id, alone);
        *files.log() = Some(Log::open(&directory.join(LOG), &found.log, alone)?);
        Ok(files)
    }

    fn log(&self) -> MutexGuard<'_, Option<Log>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there are files, and they are in step.
    pub(super) fn are_kept(&self) -> bool {
        self.log().is_some()
    }

    /// Whether their log has become so long that a new state is worth its time.
    pub(super) fn are_heavy(&self, quads: usize) -> bool {
        self.log().as_ref().is_some_and(|log| log.changes() > MANY_CHANGES.max(quads / 10) || log.len() > LONG)
    }

    /// Whether their log has become too long to wait for the end.
    pub(super) fn are_too_heavy(&self) -> bool {
        self.log().as_ref().is_some_and(|log| log.len() > LONG)
    }

    /// Begins with an empty store.
    pub(super) fn begin(&self, epoch: u64) -> Result<(), StoreError> {
        // The state of nothing has epoch 0; one that is empty again is written.
        if epoch > 0 {
            return self.write(&Builder::new().finish(epoch));
        }
        self.put_log(self.log_beside(0, &[], 0)?)?;
        self.sync_directory()
    }

    /// Appends a commit, if there are files. Where they are the store, nothing has changed if this fails.
    pub(super) fn append(&self, changes: &[Change], epoch: u64) -> Result<(), StoreError> {
        self.log().as_mut().map_or(Ok(()), |log| log.append(changes, epoch))
    }

    /// Writes a state beside.
    pub(super) fn write_beside(&self, version: &Version) -> Result<Beside, StoreError> {
        let path = self.directory.join(BESIDE[0]);
        let compacted = if version.is_plain() { None } else { Some(version.compacted()) };
        version.sound()?;
        let compacted = compacted.transpose().map_err(StoreError::from)?;
        compacted.as_ref().unwrap_or(version).write(&path, &self.id).map_err(|error| {
            let _ = fs::remove_file(&path);
            StoreError::file(&path)(error)
        })?;
        Ok(Beside { epoch: version.epoch() })
    }

    /// Puts a state in its place, with a log of what was changed since, up to an epoch. The caller has the writer's turn.
    pub(super) fn put(&self, beside: Beside, since: &[Change], epoch: u64) -> Result<(), StoreError> {
        // Before the old state goes: what follows needs no room.
        let log = self.log_beside(beside.epoch, since, epoch)?;
        let (from, to) = (self.directory.join(BESIDE[0]), self.directory.join(STATE));
        fs::rename(&from, &to).map_err(StoreError::file(to))?;
        // Else a loss of power may leave the new log beside the old state, which it does not go on from.
        self.sync_directory()?;
        self.put_log(log)?;
        self.sync_directory()
    }

    /// Writes a state and puts it in its place. The caller has the writer's turn.
    pub(super) fn write(&self, version: &Version) -> Result<(), StoreError> {
        self.put(self.write_beside(version)?, &[], version.epoch())
    }

    fn log_beside(&self, base: u64, changes: &[Change], epoch: u64) -> Result<Log, StoreError> {
        let path = self.directory.join(BESIDE[1]);
        Log::create(&path, &self.id, base, (changes, epoch), self.alone).inspect_err(|_| drop(fs::remove_file(&path)))
    }

    fn put_log(&self, new: Log) -> Result<(), StoreError> {
        let (from, to) = (self.directory.join(BESIDE[1]), self.directory.join(LOG));
        let mut log = self.log();
        fs::rename(&from, &to).map_err(StoreError::file(&to))?;
        *log = Some(new.renamed(to));
        Ok(())
    }

    /// A renamed file is safe once its directory is written. Where directories cannot be opened there is nothing to do.
    fn sync_directory(&self) -> Result<(), StoreError> {
        if !cfg!(unix) {
            return Ok(());
        }
        File::open(&self.directory).and_then(|file| file.sync_all()).map_err(StoreError::file(&self.directory))
    }

    /// Removes them: they are a copy of what is no more. The caller has the writer's turn.
    pub(super) fn abandon(&self) -> Result<(), StoreError> {
        *self.log() = None;
        for name in [STATE, LOG, BESIDE[0], BESIDE[1]] {
            let path = self.directory.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(StoreError::file(path)(error)),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Writes a state into a directory that has none, for a store of another id.
pub(super) fn copy(version: &Version, directory: &Path, id: &str) -> Result<(), StoreError> {
    Files::none(directory, id, true).write(version)
}
