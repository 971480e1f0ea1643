//! Results into a `Write`: for people (a table, Markdown) and for programs (CSV, TSV, JSON, XML, every RDF syntax).
//!
//! Nothing here knows a terminal: its width and whether it shows colours come in as [`Style`].

mod error;
pub mod export;
mod markdown;
mod table;
mod term;
mod writer;

use std::io::Write;

use oxigraph::sparql::QueryResults;

use crate::format::{ResultsFormat, Syntax};

pub use error::OutputError;
pub use term::Shortener;
pub use writer::ResultsWriter;

/// How tables look.
#[derive(Debug, Clone, Default)]
pub struct Style {
    /// Columns of the terminal; longer lines are shortened to fit. No limit where not given.
    pub width: Option<usize>,
    /// Whether to use ANSI colours.
    pub colours: bool,
    /// How IRIs are shortened.
    pub shortener: Shortener,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// So many solutions.
    Rows(u64),
    /// The answer of an ASK.
    Answer(bool),
    /// So many triples.
    Triples(u64),
}

/// Writes a whole result: rows and answers in `format`, triples in `syntax`.
///
/// # Errors
/// [`OutputError::Query`] if evaluation fails on the way, with part of the output written; [`OutputError::Io`].
pub fn write_results(
    results: QueryResults<'_>,
    format: ResultsFormat,
    syntax: Syntax,
    style: &Style,
    out: impl Write,
) -> Result<Written, OutputError> {
    let mut writer = ResultsWriter::new(format, syntax, style.clone(), out);
    match results {
        QueryResults::Solutions(solutions) => {
            writer.head(solutions.variables())?;
            for solution in solutions {
                writer.row(solution?.values())?;
            }
        }
        QueryResults::Boolean(answer) => writer.boolean(answer)?,
        QueryResults::Graph(triples) => {
            for triple in triples {
                writer.triple(triple?.as_ref())?;
            }
        }
    }
    Ok(writer.finish()?.1)
}
