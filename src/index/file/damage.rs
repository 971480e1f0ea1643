//! Corruption report: what is found wrong when a file is read late.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A block of an index's file is not as it was written, or cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", .path.display())]
pub struct Damage {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    pub reason: String,
}

/// Where the first damage is kept: whoever reads a version looks here before it gives anything away.
#[derive(Debug, Default)]
pub(super) struct Found(OnceLock<Damage>);

impl Found {
    pub(super) fn get(&self) -> Option<&Damage> {
        self.0.get()
    }

    pub(super) fn set(&self, path: &Path, reason: String) {
        let _ = self.0.set(Damage { path: path.to_owned(), reason });
    }
}
