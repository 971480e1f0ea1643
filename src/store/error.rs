//! What can go wrong in a store.

use std::io;
use std::path::PathBuf;

use oxigraph::sparql::{QueryEvaluationError, UpdateEvaluationError};

use super::holder::Holder;
use crate::index::{Damage, TooLarge};

/// Why a store did not do what was asked. Nothing is changed when one of these is returned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process has the store open, and one of the two wants to write.
    #[error("the store {} is in use by {}", .path.display(), .holder.as_ref().map_or_else(|| "another process".into(), ToString::to_string))]
    Locked {
        /// The store's directory.
        path: PathBuf,
        /// Who holds it, where that is known: a writer says so, readers do not.
        holder: Option<Holder>,
    },
    /// There is no store.
    #[error("there is no store at {}", .0.display())]
    NotFound(PathBuf),
    /// The directory holds something that is no store.
    #[error("{} is not a store: the directory holds other files", .0.display())]
    NotAStore(PathBuf),
    /// The target of a backup exists.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// A write to a store that was opened for reading only.
    #[error("the store was opened for reading only")]
    ReadOnly,
    /// The operation needs a store on disk.
    #[error("a store in memory cannot be backed up; export it")]
    InMemory,
    /// The store is kept by RocksDB, which this build lacks.
    #[error("the store is kept by RocksDB, which this build lacks: it was built without the feature `rocksdb`")]
    NotPersistent,
    /// The store is of a form that an earlier version kept.
    #[error("the store {} was kept by an earlier version in quads.log, which this one does not read", .0.display())]
    Earlier(PathBuf),
    /// The index that is read is damaged.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// A file beside the data cannot be read or written.
    #[error("{}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The storage below failed.
    #[error("the storage failed")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Queries read an index, and none can be built.
    #[error("the store cannot be indexed: {0}")]
    Index(String),
    /// Whoever was handing over quads gave up; nothing was kept.
    #[error("the load was given up")]
    Interrupted,
    /// An endpoint does not answer.
    #[error("{url} does not answer")]
    Unreachable {
        /// The URL.
        url: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An endpoint answered that it will not do it.
    #[error("{url} answered {status}: {reason}")]
    Refused {
        /// The URL.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What the server says, or the beginning of it.
        reason: String,
        /// What the server says can be done about it.
        hint: Option<String>,
    },
    /// An endpoint gave less than it counts.
    #[error("{url} counts {all} triples and gave {read} of them: it limits its results")]
    Partial {
        /// The URL.
        url: String,
        /// How many it gave.
        read: u64,
        /// How many it counts.
        all: u64,
    },
    /// An endpoint gave as many rows as it gives at most, and said so.
    #[error("{url} gives {rows} rows of a result at most: there may be more")]
    Cut {
        /// The URL.
        url: String,
        /// How many.
        rows: u64,
    },
    /// An endpoint answered something that cannot be read.
    #[error("{url} gave an answer that cannot be read")]
    Answer {
        /// The URL.
        url: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A query failed while it ran.
    #[error(transparent)]
    Query(#[from] QueryEvaluationError),
    /// An update failed while it ran; none of its operations has been applied.
    #[error(transparent)]
    Update(#[from] UpdateEvaluationError),
}

/// How systems say that there is no room (strerror of ENOSPC, EDQUOT and EFBIG).
const FULL: [&str; 3] = ["No space left on device", "Disk quota exceeded", "File too large"];

impl From<TooLarge> for StoreError {
    fn from(error: TooLarge) -> Self {
        Self::Index(error.to_string())
    }
}

impl StoreError {
    /// Whether there was no room for what was to be written: on the disk, within a quota, or in one file.
    pub fn is_full(&self) -> bool {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(self);
        while let Some(error) = cause {
            let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
            let is_full = |kind| {
                matches!(kind, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge)
            };
            // RocksDB tells it in words.
            if kind.is_some_and(is_full) || FULL.iter().any(|words| error.to_string().contains(words)) {
                return true;
            }
            cause = error.source();
        }
        false
    }

    pub(super) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
