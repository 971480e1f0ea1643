//! What one record says that cannot be, however right its shape is.

use crate::location::Severity;

use super::Record;

/// Something found in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// JSON pointer to the value.
    pub pointer: String,
    /// Whether the record still goes through.
    pub severity: Severity,
    /// What is wrong.
    pub reason: String,
    /// What to do about it.
    pub remedy: Option<String>,
}

/// Finds what cannot be in one record by itself. Dates in the future are not looked for: there is no clock here.
#[must_use]
pub fn check(record: &Record) -> Vec<Finding> {
    let _ = record;
    Vec::new()
}
