//! Solutions as a table in GitHub Flavored Markdown.

use std::io::{self, Write};

use oxrdf::Variable;

use super::Style;
use crate::query::Row;

/// Rows on their way out.
pub(super) struct Rows(u64);

impl Rows {
    /// Writes the header.
    pub(super) fn start(variables: &[Variable], writer: &mut impl Write) -> io::Result<Self> {
        let header: Vec<_> = variables.iter().map(|variable| escape(variable.as_str())).collect();
        writeln!(writer, "| {} |", header.join(" | "))?;
        writeln!(writer, "|{}", " --- |".repeat(variables.len()))?;
        Ok(Self(0))
    }

    pub(super) fn row(&mut self, row: Row<'_>, style: &Style, writer: &mut impl Write) -> io::Result<()> {
        self.0 += 1;
        let cell = |column: usize| row.show(column, |term| escape(&style.term(term))).unwrap_or_default();
        let cells: Vec<_> = (0..row.len()).map(cell).collect();
        writeln!(writer, "| {} |", cells.join(" | "))
    }

    pub(super) fn count(self) -> u64 {
        self.0
    }
}

/// Everything that Markdown or the HTML in it would take for its own.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '~' => out.extend(['\\', char]),
            _ => out.push(char),
        }
    }
    out
}
