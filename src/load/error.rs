//! What can go wrong while a store is loaded.

use std::io;

use crate::location::Diagnostic;
use crate::store::StoreError;

/// Why a load was given up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An input cannot be read.
    #[error("cannot read {name}")]
    Read {
        /// The input.
        name: String,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// An input is not in the syntax that its name or `--from` says. Nothing of this run was loaded.
    #[error("{}: {}", .finding.at, .finding.reason)]
    Syntax {
        /// Where, and what is wrong.
        finding: Box<Diagnostic>,
    },
    /// Nothing says what an input holds.
    #[error("{name}: the suffix does not say what the file holds")]
    Unknown {
        /// The input.
        name: String,
    },
    /// A stream has no suffix, and does not begin as records in JSON do.
    #[error(
        "{name}: a stream has no suffix that says what it holds, and this one does not begin as records in JSON do"
    )]
    UnknownStream {
        /// The input.
        name: String,
    },
    /// Records cannot be read at all. Nothing of this run was loaded.
    #[error(transparent)]
    Convert(#[from] crate::convert::ConvertError),
    /// Quads that do not fit in memory cannot be kept in a temporary file.
    #[error("cannot use a temporary file")]
    Spill(#[source] io::Error),
    /// The store stopped taking quads; it says why itself.
    #[error("the store stopped the load")]
    Stopped,
}

impl LoadError {
    pub(super) fn syntax(finding: Diagnostic) -> Self {
        Self::Syntax { finding: Box::new(finding) }
    }
}
