//! Where something stands in an input, and what is to be said of it: the one way positions and findings are kept and printed.

use std::fmt;
use std::sync::Arc;

/// A position in an input. Line and column are counted from 0 and printed from 1.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// Name of the input: a path, or `-` for standard input.
    pub file: Arc<str>,
    /// Line, from 0.
    pub line: u64,
    /// Column in Unicode code points, from 0.
    pub column: u64,
    /// Where in a table it stands, as messages print it instead of line and column: `:9 (row 9, column Since)`.
    pub cell: Option<Arc<String>>,
}

impl Location {
    /// A position in a text.
    pub const fn new(file: Arc<str>, line: u64, column: u64) -> Self {
        Self { file, line, column, cell: None }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cell {
            Some(cell) => write!(f, "{}{}", Tame(&self.file), Tame(cell)),
            None => write!(f, "{}:{}:{}", Tame(&self.file), self.line + 1, self.column + 1),
        }
    }
}

/// A text of others as messages may show it: what steers a terminal or the direction of writing is escaped.
#[derive(Debug, Clone, Copy)]
pub struct Tame<'t>(pub &'t str);

impl fmt::Display for Tame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            _ if character.is_control() => write!(f, "{}", character.escape_unicode()),
            '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' => {
                write!(f, "{}", character.escape_unicode())
            }
            _ => write!(f, "{character}"),
        })
    }
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The record goes through; something about it was said or assumed.
    Warning,
    /// The record does not go through.
    Error,
}

/// What is to be said of a record or a document, with its place, its reason and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether the record still goes through.
    pub severity: Severity,
    /// Where it stands.
    pub at: Location,
    /// JSON pointer (RFC 6901) to the value within the record; empty for the whole record.
    pub pointer: String,
    /// What is wrong.
    pub reason: String,
    /// What to do about it.
    pub remedy: Option<String>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(f, "{word}: {}", self.at)?;
        if !self.pointer.is_empty() {
            write!(f, " {}", Tame(&self.pointer))?;
        }
        write!(f, ": {}", Tame(&self.reason))?;
        self.remedy.as_ref().map_or(Ok(()), |remedy| write!(f, "\n  Hint: {}", Tame(remedy)))
    }
}
