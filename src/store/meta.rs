//! Store metadata: the store's identity and its commit counter, in a small file beside the data.

use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::error::StoreError;

const FILE: &str = "citypact.json";
/// The file is written once for so many commits; after a crash the counter goes on from the last number it reserved.
const RESERVE: u64 = 1024;

#[derive(Serialize, Deserialize)]
struct Stored {
    id: String,
    epoch: u64,
}

/// The id of a store and the count of its commits. The count never falls and never repeats for different data,
/// whatever is killed when: a number is reserved on disk before the commit that it will stand for.
pub(super) struct Meta {
    id: String,
    epoch: AtomicU64,
    reserved: Mutex<u64>,
    file: Option<PathBuf>,
}

impl Meta {
    /// For a store in memory.
    pub(super) fn memory() -> Self {
        Self::new(Stored { id: new_id(), epoch: 0 }, None)
    }

    /// Reads the file in `directory`, or makes one.
    pub(super) fn open(directory: &Path) -> Result<Self, StoreError> {
        let path = directory.join(FILE);
        if let Some(stored) = read(&path)? {
            return Ok(Self::new(stored, Some(path)));
        }
        let meta = Self::new(Stored { id: new_id(), epoch: 0 }, Some(path));
        meta.write(0)?;
        Ok(meta)
    }

    /// Reads the file in `directory` and never writes.
    pub(super) fn open_read_only(directory: &Path) -> Result<Self, StoreError> {
        let stored = read(&directory.join(FILE))?;
        Ok(Self::new(stored.unwrap_or_else(|| Stored { id: new_id(), epoch: 0 }), None))
    }

    /// Of a state that is read beside a writer: its own count, whatever numbers are reserved.
    pub(super) fn of_state(id: &str, epoch: u64) -> Self {
        Self::new(Stored { id: id.to_owned(), epoch }, None)
    }

    fn new(stored: Stored, file: Option<PathBuf>) -> Self {
        let (epoch, reserved) = (AtomicU64::new(stored.epoch), Mutex::new(stored.epoch));
        Self { id: stored.id, epoch, reserved, file }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// To be called before a commit: makes sure that the next number will not be given again after a crash.
    pub(super) fn reserve(&self) -> Result<(), StoreError> {
        let mut reserved = self.reserved.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if *reserved <= self.epoch() {
            let next = self.epoch() + RESERVE;
            self.write(next)?;
            *reserved = next;
        }
        Ok(())
    }

    /// Goes on from this number where it is later than that on disk.
    pub(super) fn not_before(&self, epoch: u64) {
        self.epoch.fetch_max(epoch, Ordering::AcqRel);
    }

    /// To be called after a commit.
    pub(super) fn advance(&self) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
    }

    /// Writes a copy for another directory, with an id of its own: from here on the two stores differ. Gives the id.
    pub(super) fn copy_to(&self, directory: &Path) -> Result<String, StoreError> {
        let stored = Stored { id: new_id(), epoch: self.epoch() };
        write(&directory.join(FILE), &stored)?;
        Ok(stored.id)
    }

    fn write(&self, epoch: u64) -> Result<(), StoreError> {
        match &self.file {
            Some(path) => write(path, &Stored { id: self.id.clone(), epoch }),
            None => Ok(()),
        }
    }
}

impl Drop for Meta {
    /// Gives back the numbers that were reserved and not used. If this fails they are skipped, which harms nobody.
    fn drop(&mut self) {
        let reserved = *self.reserved.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
        if reserved != self.epoch() {
            let _ = self.write(self.epoch());
        }
    }
}

/// What is written down of how often the store in a directory has changed, without opening it. It changes with every writer
/// that changed something, and with every commit that its log takes in.
pub fn counter(directory: &Path) -> Option<String> {
    let log = fs::metadata(directory.join(super::files::LOG)).map(|file| file.len()).unwrap_or_default();
    fs::read_to_string(directory.join(FILE)).ok().map(|count| format!("{count}{log}"))
}

fn read(path: &Path) -> Result<Option<Stored>, StoreError> {
    match fs::read(path) {
        Ok(bytes) => {
            let stored = serde_json::from_slice(&bytes).map_err(io::Error::from);
            stored.map(Some).map_err(StoreError::file(path))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::file(path)(error)),
    }
}

/// Written beside and renamed, so that a crash leaves the old file or the new one.
fn write(path: &Path, stored: &Stored) -> Result<(), StoreError> {
    let beside = path.with_extension("json.new");
    let mut bytes = serde_json::to_vec(stored).map_err(|error| StoreError::file(path)(error.into()))?;
    bytes.push(b'\n');
    File::create(&beside)
        .and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path))
        .map_err(StoreError::file(path))
}

/// 128 bits from the randomness that the standard library seeds its hash maps with.
fn new_id() -> String {
    let word = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", word(), word())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("citypact-meta-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        path
    }

    fn commit(meta: &Meta) {
        meta.reserve().unwrap();
        meta.advance();
    }

    #[test]
    fn a_clean_end_keeps_the_exact_count() {
        let path = directory("clean");
        let meta = Meta::open(&path).unwrap();
        (0..3).for_each(|_| commit(&meta));
        let id = meta.id().to_owned();
        drop(meta);
        let again = Meta::open(&path).unwrap();
        assert_eq!((again.epoch(), again.id()), (3, &*id));
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn after_a_crash_no_number_comes_twice() {
        let path = directory("crash");
        let meta = Meta::open(&path).unwrap();
        commit(&meta);
        std::mem::forget(meta);
        assert!(Meta::open(&path).unwrap().epoch() > 1);
        fs::remove_dir_all(path).unwrap();
    }
}
