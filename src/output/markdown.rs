//! Solutions as a table in GitHub Flavored Markdown.

use std::io::Write;

use oxigraph::sparql::QuerySolutionIter;

use super::Style;
use super::error::OutputError;

/// Writes every solution as it comes; returns how many there were.
pub(super) fn write(
    solutions: QuerySolutionIter<'_>,
    style: &Style,
    mut writer: impl Write,
) -> Result<u64, OutputError> {
    let columns = solutions.variables().len();
    let header: Vec<_> = solutions.variables().iter().map(|variable| escape(variable.as_str())).collect();
    writeln!(writer, "| {} |", header.join(" | "))?;
    writeln!(writer, "|{}", " --- |".repeat(columns))?;
    let mut rows = 0;
    for solution in solutions {
        let solution = solution?;
        let cells: Vec<_> = solution.values().iter().map(|term| cell(term.as_ref(), style)).collect();
        writeln!(writer, "| {} |", cells.join(" | "))?;
        rows += 1;
    }
    writer.flush()?;
    Ok(rows)
}

fn cell(term: Option<&oxrdf::Term>, style: &Style) -> String {
    term.map(|term| escape(&style.shortener.term(term))).unwrap_or_default()
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
