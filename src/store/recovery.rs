//! Write recovery: after a write that failed: nothing is written before it is known that writing works again.
//!
//! A disk that is full lets a commit fail, and RocksDB take no other until it is opened anew. What was there before goes on
//! being read. The next writer, or whoever asks, tries whether there is room again.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::thread::sleep;
use std::time::Duration;

use super::directory::remove_unfinished;
use super::embedded::{Embedded, Kept};
use super::error::StoreError;
use super::opening::open_disk;

/// What is written to see whether there is room: as much as opening RocksDB may take.
const PROBE: usize = 1 << 20;
const PROBED: &str = "citypact.probe";
/// Whoever reads the engine at the moment lets it go soon.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

impl Embedded {
    /// Whether a write has failed, and none has been seen to work since.
    pub fn ails(&self) -> bool {
        self.ails.load(Ordering::Acquire)
    }

    /// Tries whether changes can be written again, after one could not.
    ///
    /// # Errors
    /// Why they cannot: [`StoreError::File`], [`StoreError::Storage`].
    pub fn recover(&self) -> Result<(), StoreError> {
        let _turn = self.versions.turn();
        self.recovered()
    }

    /// As [`Self::recover`], by the one who has the turn.
    pub(super) fn recovered(&self) -> Result<(), StoreError> {
        let Some(home) = self.home.as_ref().filter(|_| self.ails()) else { return Ok(()) };
        probe(&home.path)?;
        self.meta.reserve()?;
        if let Kept::RocksDb(_) = &self.kept {
            self.reopen(&home.path)?;
        }
        self.ails.store(false, Ordering::Release);
        Ok(())
    }

    /// Opens RocksDB anew. What it holds then is what it held before, unless the commit that failed had been written after all:
    /// the index is built of what is found.
    fn reopen(&self, path: &Path) -> Result<(), StoreError> {
        self.versions.begin_commit();
        self.put_engine(None);
        remove_unfinished(path)?;
        let mut tries = 1;
        let engine = loop {
            match open_disk(path) {
                Err(_) if tries < TRIES => sleep(PAUSE),
                opened => break opened?,
            }
            tries += 1;
        };
        self.put_engine(Some(engine));
        self.committed(None);
        Ok(())
    }

    /// Notes a write that failed: what is known of the state before goes on being read.
    pub(super) fn failed(&self, error: StoreError) -> StoreError {
        if matches!(error, StoreError::File { .. } | StoreError::Storage(_)) && self.home.is_some() {
            self.ails.store(true, Ordering::Release);
        }
        error
    }
}

/// Writes and removes a file.
fn probe(directory: &Path) -> Result<(), StoreError> {
    let path = directory.join(PROBED);
    let written =
        File::create(&path).and_then(|mut file| file.write_all(&vec![0; PROBE]).and_then(|()| file.sync_all()));
    let removed = fs::remove_file(&path);
    written.and(removed).map_err(StoreError::file(path))
}
