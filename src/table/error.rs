//! What stands in the way of a table, each with what to do about it.

use std::fmt;

use crate::location::Tame;

/// Why a table, or its mapping, cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableError {
    /// The file, with what is known of the place in it: `xian.toml:12: key `since``.
    pub at: String,
    /// What is wrong.
    pub reason: String,
    /// What to do about it; for tables what to write into the mapping.
    pub remedy: Option<String>,
}

impl TableError {
    /// An error with its remedy.
    pub fn new(at: impl Into<String>, reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        let remedy: String = remedy.into();
        Self { at: at.into(), reason: reason.into(), remedy: Some(remedy).filter(|remedy| !remedy.is_empty()) }
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", Tame(&self.at), Tame(&self.reason))
    }
}

impl std::error::Error for TableError {}
