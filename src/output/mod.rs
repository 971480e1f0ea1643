//! Results into a `Write`: for people (a table, Markdown) and for programs (CSV, TSV, JSON, XML, every RDF syntax).
//!
//! Nothing here knows a terminal: its width and whether it shows colours come in as [`Style`].

mod csv;
pub mod diff;
mod error;
pub mod export;
mod json;
mod markdown;
#[cfg(test)]
mod other_serializer;
pub mod release;
mod table;
mod term;
mod tsv;
mod writer;
mod xml;

use std::io::Write;

use oxigraph::sparql::{QueryResults, QuerySolutionIter};
use oxrdf::TermRef;

use crate::format::{ResultsFormat, Syntax};
use crate::query::Labels;
use crate::store::Store;

pub use error::OutputError;
pub use term::{Shortener, moves_the_cursor};
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
    /// What stands beside IRIs.
    pub labels: Labels,
    /// Whether a row is a block with a line for each value, rather than a line.
    pub vertical: bool,
    /// What tables say themselves.
    pub words: Words,
}

/// What tables say themselves, in the language of their reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// The line below one row.
    pub one: &'static str,
    /// The line below any other number of rows, with `{}` for the number.
    pub many: &'static str,
    /// An answer to ASK.
    pub yes: &'static str,
    /// The other.
    pub no: &'static str,
}

impl Default for Words {
    /// English.
    fn default() -> Self {
        Self { one: "1 row", many: "{} rows", yes: "yes", no: "no" }
    }
}

impl Words {
    /// The line below so many rows.
    fn rows(&self, number: u64) -> String {
        if number == 1 { self.one.to_owned() } else { self.many.replace("{}", &number.to_string()) }
    }
}

impl Style {
    /// A term for reading; an IRI with its label, where one is known.
    pub fn term<'a>(&self, term: impl Into<TermRef<'a>>) -> String {
        let term = term.into();
        let text = self.shortener.term(term);
        match term {
            TermRef::NamedNode(node) => match self.labels.get(node.as_str()) {
                Some(label) => format!("{text} ({})", term::visible(label)),
                None => text,
            },
            _ => text,
        }
    }
}

/// Where labels beside IRIs come from.
#[derive(Clone, Copy)]
pub struct Labelled<'a> {
    /// The store that holds them.
    pub store: &'a dyn Store,
    /// The language that is preferred (BCP 47).
    pub language: &'a str,
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

/// Rows whose labels are looked up at once.
const LOOKED_UP: usize = 500;

/// Writes a whole result: rows and answers in `format`, triples in `syntax`. N-Triples and N-Quads are written as triples
/// come; in the other syntaxes they are gathered in memory and come out sorted, with the prefixes that they use.
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
    write_labelled(results, format, syntax, style, None, out)
}

/// As [`write_results`]; in tables for people IRIs get labels beside them if `labelled` says where from.
///
/// # Errors
/// As [`write_results`]; [`OutputError::Store`] if labels cannot be looked up.
pub fn write_labelled(
    results: QueryResults<'_>,
    format: ResultsFormat,
    syntax: Syntax,
    style: &Style,
    labelled: Option<Labelled<'_>>,
    out: impl Write,
) -> Result<Written, OutputError> {
    let mut writer = ResultsWriter::new(format, syntax, style.clone(), out).laying_out();
    let labelled = labelled.filter(|_| matches!(format, ResultsFormat::Table | ResultsFormat::Markdown));
    match results {
        QueryResults::Solutions(solutions) => {
            writer.head(solutions.variables())?;
            match labelled {
                Some(labelled) => write_rows(solutions, labelled, &mut writer)?,
                None => solutions.into_iter().try_for_each(|row| Ok::<_, OutputError>(writer.row(row?.values())?))?,
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

fn write_rows<W: Write>(
    mut solutions: QuerySolutionIter<'_>,
    labelled: Labelled<'_>,
    writer: &mut ResultsWriter<W>,
) -> Result<(), OutputError> {
    writer.style_mut().labels = Labels::new(labelled.language);
    loop {
        let rows = solutions.by_ref().take(LOOKED_UP).collect::<Result<Vec<_>, _>>()?;
        if rows.is_empty() {
            return Ok(());
        }
        let terms = rows.iter().flat_map(|row| row.values().iter().flatten());
        writer.style_mut().labels.learn(labelled.store, terms)?;
        rows.iter().try_for_each(|row| writer.row(row.values()))?;
    }
}
