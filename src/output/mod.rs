//! Results into a `Write`: for people (a table, Markdown) and for programs (CSV, TSV, JSON, XML, every RDF syntax).
//!
//! Nothing here knows a terminal: its width and whether it shows colours come in as [`Style`].

mod error;
pub mod export;
mod markdown;
mod solutions;
mod table;
mod term;

use std::io::Write;

use oxigraph::sparql::{QueryResults, QuerySolutionIter};
use sparesults::{QueryResultsFormat, QueryResultsSerializer};

use crate::format::ResultsFormat;

pub use error::OutputError;
pub use term::Shortener;

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

/// Writes the solutions of a SELECT.
///
/// # Errors
/// [`OutputError::Query`] if evaluation fails on the way, with part of the output written; [`OutputError::Io`].
pub fn write_solutions(
    solutions: QuerySolutionIter<'_>,
    format: ResultsFormat,
    style: &Style,
    writer: impl Write,
) -> Result<Written, OutputError> {
    let rows = match format {
        ResultsFormat::Table => table::write(solutions, style, writer),
        ResultsFormat::Markdown => markdown::write(solutions, style, writer),
        ResultsFormat::Csv => solutions::write(solutions, QueryResultsFormat::Csv, writer),
        ResultsFormat::Tsv => solutions::write(solutions, QueryResultsFormat::Tsv, writer),
        ResultsFormat::Json => solutions::write(solutions, QueryResultsFormat::Json, writer),
        ResultsFormat::Xml => solutions::write(solutions, QueryResultsFormat::Xml, writer),
    }?;
    Ok(Written::Rows(rows))
}

/// Writes the answer of an ASK: `yes` or `no` for people, `true` or `false` for programs.
///
/// # Errors
/// [`OutputError::Io`]
pub fn write_answer(answer: bool, format: ResultsFormat, mut writer: impl Write) -> Result<Written, OutputError> {
    let serializer = match format {
        ResultsFormat::Table | ResultsFormat::Markdown => {
            writeln!(writer, "{}", if answer { "yes" } else { "no" })?;
            return Ok(Written::Answer(answer));
        }
        ResultsFormat::Csv => QueryResultsFormat::Csv,
        ResultsFormat::Tsv => QueryResultsFormat::Tsv,
        ResultsFormat::Json => QueryResultsFormat::Json,
        ResultsFormat::Xml => QueryResultsFormat::Xml,
    };
    QueryResultsSerializer::from_format(serializer).serialize_boolean_to_writer(&mut writer, answer)?;
    Ok(Written::Answer(answer))
}

/// Writes the results of a SELECT or an ASK.
///
/// # Errors
/// As [`write_solutions`]; [`OutputError::Graph`] for the triples of CONSTRUCT and DESCRIBE, which need an RDF syntax.
pub fn write_results(
    results: QueryResults<'_>,
    format: ResultsFormat,
    style: &Style,
    writer: impl Write,
) -> Result<Written, OutputError> {
    match results {
        QueryResults::Solutions(solutions) => write_solutions(solutions, format, style, writer),
        QueryResults::Boolean(answer) => write_answer(answer, format, writer),
        QueryResults::Graph(_) => Err(OutputError::Graph(format)),
    }
}
