//! Results as they come, row by row or triple by triple, into one format.

use std::io::{self, Write};

use oxrdf::{GraphNameRef, Term, TripleRef, Variable};
use sparesults::{QueryResultsFormat, QueryResultsSerializer, WriterSolutionsSerializer};

use super::{Style, Written, markdown, table};
use crate::format::{ResultsFormat, Syntax};
use crate::rdf;

/// Writes one result: [`Self::head`] and rows, or triples, or one answer, then [`Self::finish`].
pub struct ResultsWriter<W: Write> {
    results: ResultsFormat,
    syntax: Syntax,
    style: Style,
    lays_out: bool,
    state: State<W>,
}

enum State<W: Write> {
    Fresh(W),
    Standard(Box<WriterSolutionsSerializer<W>>, Vec<Variable>, u64),
    Table(table::Table, W),
    Markdown(markdown::Rows, W),
    Triples(rdf::Writer<W>, u64),
    Answered(W, bool),
    /// A write failed; nothing more is written.
    Broken,
}

impl<W: Write> ResultsWriter<W> {
    /// Rows and answers go out in `results`, triples in `syntax`.
    pub fn new(results: ResultsFormat, syntax: Syntax, style: Style, out: W) -> Self {
        Self { results, syntax, style, lays_out: false, state: State::Fresh(out) }
    }

    /// Triples are laid out however many they are; else those of a large result are streamed ([`rdf::Writer`]).
    #[must_use]
    pub fn laying_out(self) -> Self {
        Self { lays_out: true, ..self }
    }

    pub(super) fn style_mut(&mut self) -> &mut Style {
        &mut self.style
    }

    /// The variables of the rows to come.
    ///
    /// # Errors
    /// Those of the writer below.
    pub fn head(&mut self, variables: &[Variable]) -> io::Result<()> {
        let out = self.fresh()?;
        self.state = match self.results {
            ResultsFormat::Table => State::Table(table::Table::new(variables), out),
            ResultsFormat::Markdown => {
                let mut out = out;
                State::Markdown(markdown::Rows::start(variables, &mut out)?, out)
            }
            ResultsFormat::Csv => standard(QueryResultsFormat::Csv, variables, out)?,
            ResultsFormat::Tsv => standard(QueryResultsFormat::Tsv, variables, out)?,
            ResultsFormat::Json => standard(QueryResultsFormat::Json, variables, out)?,
            ResultsFormat::Xml => standard(QueryResultsFormat::Xml, variables, out)?,
        };
        Ok(())
    }

    /// A row: a value or none for each variable of the head. Language tags are written in the case that BCP 47 recommends.
    ///
    /// # Errors
    /// Those of the writer below; [`io::ErrorKind::InvalidInput`] without a head.
    pub fn row(&mut self, row: &[Option<Term>]) -> io::Result<()> {
        match &mut self.state {
            State::Standard(serializer, variables, rows) => {
                *rows += 1;
                let terms: Vec<_> = row.iter().map(|term| term.as_ref().map(rdf::recommended)).collect();
                let bound = variables.iter().zip(&terms);
                serializer.serialize(bound.filter_map(|(variable, term)| Some((variable, term.as_deref()?))))
            }
            State::Table(table, out) => table.row(row, &self.style, out),
            State::Markdown(rows, out) => rows.row(row, &self.style, out),
            _ => Err(out_of_order()),
        }
    }

    /// A triple of a CONSTRUCT or DESCRIBE.
    ///
    /// # Errors
    /// Those of the writer below.
    pub fn triple(&mut self, triple: TripleRef<'_>) -> io::Result<()> {
        if matches!(self.state, State::Fresh(_)) {
            let out = self.fresh()?;
            self.state = State::Triples(self.triples(out), 0);
        }
        let State::Triples(writer, count) = &mut self.state else { return Err(out_of_order()) };
        *count += 1;
        writer.quad(triple.in_graph(GraphNameRef::DefaultGraph).into_owned())
    }

    /// The answer of an ASK: `yes` or `no` for people, `true` or `false` for programs.
    ///
    /// # Errors
    /// Those of the writer below.
    pub fn boolean(&mut self, answer: bool) -> io::Result<()> {
        let mut out = self.fresh()?;
        let serializer = match self.results {
            ResultsFormat::Table | ResultsFormat::Markdown => {
                writeln!(out, "{}", if answer { "yes" } else { "no" })?;
                self.state = State::Answered(out, answer);
                return Ok(());
            }
            ResultsFormat::Csv => QueryResultsFormat::Csv,
            ResultsFormat::Tsv => QueryResultsFormat::Tsv,
            ResultsFormat::Json => QueryResultsFormat::Json,
            ResultsFormat::Xml => QueryResultsFormat::Xml,
        };
        QueryResultsSerializer::from_format(serializer).serialize_boolean_to_writer(&mut out, answer)?;
        self.state = State::Answered(out, answer);
        Ok(())
    }

    /// Ends the result and gives back the writer below. Nothing at all was a graph without triples.
    ///
    /// # Errors
    /// Those of the writer below.
    pub fn finish(mut self) -> io::Result<(W, Written)> {
        let (mut out, written) = match std::mem::replace(&mut self.state, State::Broken) {
            State::Fresh(out) => (self.triples(out).finish()?, Written::Triples(0)),
            State::Standard(serializer, _, rows) => (serializer.finish()?, Written::Rows(rows)),
            State::Table(table, mut out) => {
                let rows = table.finish(&self.style, &mut out)?;
                (out, Written::Rows(rows))
            }
            State::Markdown(rows, out) => (out, Written::Rows(rows.count())),
            State::Triples(writer, count) => (writer.finish()?, Written::Triples(count)),
            State::Answered(out, answer) => (out, Written::Answer(answer)),
            State::Broken => return Err(out_of_order()),
        };
        out.flush()?;
        Ok((out, written))
    }

    fn triples(&self, out: W) -> rdf::Writer<W> {
        let writer = rdf::Writer::new(self.syntax, out);
        if self.lays_out { writer.holding(usize::MAX) } else { writer }
    }

    fn fresh(&mut self) -> io::Result<W> {
        match std::mem::replace(&mut self.state, State::Broken) {
            State::Fresh(out) => Ok(out),
            _ => Err(out_of_order()),
        }
    }
}

fn standard<W: Write>(format: QueryResultsFormat, variables: &[Variable], out: W) -> io::Result<State<W>> {
    let serializer =
        QueryResultsSerializer::from_format(format).serialize_solutions_to_writer(out, variables.to_vec())?;
    Ok(State::Standard(Box::new(serializer), variables.to_vec(), 0))
}

fn out_of_order() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "results are written as a head and rows, or triples, or one answer")
}
