//! Results as they come, row by row or triple by triple, into one format.

use std::io::{self, Write};

use oxrdf::{GraphNameRef, TripleRef, Variable};
use sparesults::{QueryResultsFormat, QueryResultsSerializer};

use super::{Style, Written, csv, json, markdown, table, tsv, xml};
use crate::format::{AnswerFormat, ResultsFormat, Syntax};
use crate::held::Held;
use crate::query::{Event, Row};
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
    Json(json::Rows, W),
    Tsv(tsv::Rows, W),
    /// Whether all of it can be said is known at the end.
    Xml(xml::Rows, Held<W>),
    Csv(csv::Rows, W),
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

    /// For an answer of one sort, in its format.
    pub fn of_format(format: AnswerFormat, style: Style, out: W) -> Self {
        match format {
            AnswerFormat::Results(results) => Self::new(results, Syntax::Turtle, style, out),
            AnswerFormat::Triples(syntax) => Self::new(ResultsFormat::Json, syntax, style, out),
        }
    }

    /// Triples are laid out however many they are; else those of a large result are streamed ([`rdf::Writer`]).
    #[must_use]
    pub fn laying_out(self) -> Self {
        Self { lays_out: true, ..self }
    }

    pub(super) fn style_mut(&mut self) -> &mut Style {
        &mut self.style
    }

    /// Takes a part of a result, whatever it is.
    ///
    /// # Errors
    /// Those of the function that takes it.
    pub fn take(&mut self, event: Event<'_>) -> io::Result<()> {
        match event {
            Event::Head(variables) => self.head(variables),
            Event::Row(row) => self.row(row),
            Event::Triple(triple) => self.triple(triple),
            Event::Boolean(answer) => self.boolean(answer),
        }
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
            ResultsFormat::Csv => {
                let mut out = out;
                State::Csv(csv::Rows::start(variables, &mut out)?, out)
            }
            ResultsFormat::Tsv => {
                let mut out = out;
                State::Tsv(tsv::Rows::start(variables, &mut out)?, out)
            }
            ResultsFormat::Json => {
                let mut out = out;
                State::Json(json::Rows::start(variables, &mut out)?, out)
            }
            ResultsFormat::Xml => {
                let mut out = Held::new(out);
                State::Xml(xml::Rows::start(variables, &mut out)?, out)
            }
        };
        Ok(())
    }

    /// A row: a value or none for each variable of the head. Language tags are written in the case that BCP 47 recommends.
    ///
    /// # Errors
    /// Those of the writer below; [`io::ErrorKind::InvalidInput`] without a head;
    /// [`Unsayable`](crate::format::Unsayable) for what XML cannot hold,
    /// and nothing has been written by then (up to a gigabyte).
    pub fn row<'a>(&mut self, row: impl Into<Row<'a>>) -> io::Result<()> {
        let row = row.into();
        match &mut self.state {
            State::Json(rows, out) => rows.row(row, out),
            State::Tsv(rows, out) => rows.row(row, out),
            State::Xml(rows, out) => rows.row(row, out),
            State::Csv(rows, out) => rows.row(row, out),
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
        writer.quad(triple.in_graph(GraphNameRef::DefaultGraph))
    }

    /// The answer of an ASK: `yes` or `no` for people, `true` or `false` for programs.
    ///
    /// # Errors
    /// Those of the writer below.
    pub fn boolean(&mut self, answer: bool) -> io::Result<()> {
        let mut out = self.fresh()?;
        let serializer = match self.results {
            ResultsFormat::Table | ResultsFormat::Markdown => {
                writeln!(out, "{}", if answer { self.style.words.yes } else { self.style.words.no })?;
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
            State::Json(rows, mut out) => {
                let rows = rows.finish(&mut out)?;
                (out, Written::Rows(rows))
            }
            State::Tsv(rows, out) => (out, Written::Rows(rows.count())),
            State::Xml(rows, mut out) => {
                let rows = rows.finish(&mut out)?;
                (out.release()?, Written::Rows(rows))
            }
            State::Csv(rows, out) => (out, Written::Rows(rows.count())),
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

fn out_of_order() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "results are written as a head and rows, or triples, or one answer")
}
