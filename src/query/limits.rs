//! What a text may ask for, and what an evaluation may use.

use std::time::Duration;

/// Limits on the text of a query or update. They are checked before it is parsed, so that no text can overflow a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextLimits {
    /// Bytes of text.
    pub length: usize,
    /// Levels of brackets, groups and prefix operators within each other.
    pub nesting: usize,
    /// Brackets, groups and operators in all (`INSERT DATA` and `VALUES` blocks do not count): long chains such as
    /// `?a + ?b + …` nest in the algebra although they do not in the text.
    pub complexity: usize,
    /// Triple patterns and other things to be joined. Planning takes time in proportion to the cube of their number.
    pub patterns: usize,
}

impl Default for TextLimits {
    /// A megabyte, 100 levels, 4,000 brackets and operators, 300 patterns.
    fn default() -> Self {
        Self { length: 1 << 20, nesting: 100, complexity: 4_000, patterns: 300 }
    }
}

impl TextLimits {
    /// For texts of one's own, such as a bulk `INSERT DATA`: any length, the other limits as they are.
    pub fn any_length() -> Self {
        Self { length: usize::MAX, ..Self::default() }
    }
}

/// Limits on one evaluation. `None` is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Time from the start of the evaluation to its last row.
    pub timeout: Option<Duration>,
    /// Rows, or triples of a CONSTRUCT or DESCRIBE, or changes of an update.
    pub rows: Option<u64>,
    /// Bytes of the terms in the results, before they are serialised.
    pub bytes: Option<u64>,
    /// Bytes held by joins, sorting, grouping, deduplication and computed strings, as estimated from rows and widths.
    pub memory: Option<u64>,
}

impl Default for Limits {
    /// No limit but 4 GiB of memory.
    fn default() -> Self {
        Self { timeout: None, rows: None, bytes: None, memory: Some(4 << 30) }
    }
}

impl Limits {
    /// The default limits with a time limit.
    pub fn within(timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..Self::default() }
    }
}
