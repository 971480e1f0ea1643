//! How every command that asks evaluates a query and shows its result.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use oxrdf::{Term, Triple};

use super::backend::Backend;
use super::edge::Edge;
use super::output;
use super::progress::{Progress, Unit};
use super::report::{Failure, Result};
use crate::counted::counted;
use crate::format::{AnswerFormat, ResultsFormat, Syntax, UnknownFormat};
use crate::nearest::nearest;
use crate::output::{Labelled, OutputError, ResultsWriter, Shortener, Style, write_labelled};
use crate::query::{Cancel, Dataset, Form, Limits, ParseOptions, Query, QueryError, Request, Stats};
use crate::vocab;

/// How a result is written.
#[derive(Debug, Clone, clap::Args)]
pub struct ResultArgs {
    /// Format: table, csv, tsv, json, xml or markdown for rows; turtle, ntriples, rdfxml, jsonld … for triples. By
    /// default a table for a terminal, TSV or Turtle for a pipe
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    to: Option<AnswerFormat>,
    /// File to write, in the format that its suffix says, compressed where it ends in .gz or .zst; standard output where
    /// not given
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Begin CSV and TSV with a byte order mark, by which spreadsheets know UTF-8
    #[arg(long)]
    bom: bool,
    #[command(flatten)]
    iris: IriArgs,
    /// Show each row as a block with a line for each value
    #[arg(long)]
    vertical: bool,
    /// Do not page long tables
    #[arg(long)]
    no_pager: bool,
}

/// How tables show IRIs.
#[derive(Debug, Clone, clap::Args)]
pub struct IriArgs {
    /// Show labels beside IRIs in tables, in this language (BCP 47) or the nearest that there is
    #[arg(
        long,
        value_name = "LANG",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "en",
        value_parser = super::common::language
    )]
    pub labels: Option<String>,
    /// Show whole IRIs in tables, to be copied, and cut nothing to the width of the terminal
    #[arg(long)]
    pub full: bool,
}

/// What an evaluation may use.
#[derive(Debug, Clone, clap::Args)]
pub struct LimitArgs {
    /// Time limit in seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,
    /// Rows or triples at most; more are an error
    #[arg(long, value_name = "N")]
    limit_rows: Option<u64>,
    /// Ask no other servers: a text with SERVICE, or with LOAD of anything but a file, is refused
    #[arg(long)]
    no_service: bool,
    /// Memory for one query at most, in megabytes
    #[arg(long, value_name = "MB", default_value_t = 4096)]
    limit_memory: u64,
}

impl LimitArgs {
    /// Whether other servers may be asked.
    pub const fn services(&self) -> bool {
        !self.no_service
    }

    /// The limits of the library that these arguments stand for.
    pub fn limits(&self) -> Limits {
        Limits {
            timeout: self.timeout,
            rows: self.limit_rows,
            memory: Some(self.limit_memory.saturating_mul(1 << 20)),
            ..Limits::default()
        }
    }
}

/// Refuses what asks other servers, by this word, unless that is `allowed`.
pub fn permit(allowed: bool, asks_others: Option<&'static str>) -> Result<()> {
    match asks_others {
        Some(word) if !allowed => Err(Failure::from(QueryError::NotAllowed(word))
            .hint("--no-service keeps this command from asking other servers")),
        _ => Ok(()),
    }
}

/// A time in seconds as an argument.
pub fn seconds(text: &str) -> std::result::Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "write a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|time| !time.is_zero())
        .ok_or("must be seconds, more than 0".to_owned())
}

/// The format of a name, or what it may have meant.
pub fn format(name: &str) -> std::result::Result<AnswerFormat, String> {
    name.parse().map_err(|unknown: UnknownFormat| match nearest(name, unknown.known.iter().copied()) {
        Some(near) => format!("{unknown}; did you mean {near}?"),
        None => unknown.to_string(),
    })
}

/// U+FEFF in UTF-8.
pub const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The format that a suffix stands for in the answer to a query of this form: files of triples are called `.json` and
/// `.xml`, too.
fn for_form(suffix: &str, format: AnswerFormat, form: Form) -> AnswerFormat {
    match (suffix, form) {
        ("json", Form::Construct | Form::Describe) => AnswerFormat::Triples(Syntax::JsonLd),
        ("xml", Form::Construct | Form::Describe) => AnswerFormat::Triples(Syntax::RdfXml),
        _ => format,
    }
}

/// Formats for rows and for triples, and how tables look.
#[derive(Debug, Clone)]
pub struct Look {
    /// For SELECT and ASK.
    pub rows: ResultsFormat,
    /// For CONSTRUCT and DESCRIBE.
    pub triples: Syntax,
    /// For tables.
    pub style: Style,
    /// Language of the labels beside IRIs.
    pub labels: Option<String>,
}

impl Look {
    /// A table as wide as the terminal, where there is one.
    pub fn table(edge: &Edge) -> Self {
        let shortener = Shortener::new(vocab::PREFIXES.iter().copied());
        let style = Style { width: edge.width, colours: edge.color, shortener, ..Style::default() };
        Self { rows: ResultsFormat::Table, triples: Syntax::Turtle, style, labels: None }
    }

    /// For a person at a terminal a table, for a pipe data.
    pub fn by_reader(edge: &Edge, is_person: bool) -> Self {
        let mut look = Self::table(edge);
        if !is_person {
            look.rows = ResultsFormat::Tsv;
            look.style.width = None;
            look.style.colours = false;
        }
        look
    }

    /// Shows IRIs whole and cuts nothing, or shortens them by prefixes as usual.
    pub fn show_whole(&mut self, whole: bool, edge: &Edge) {
        let known = if whole { &[][..] } else { vocab::PREFIXES };
        self.style.shortener = Shortener::new(known.iter().copied());
        self.style.width = edge.width.filter(|_| !whole && edge.stdout_is_terminal);
    }

    /// Shows rows or triples in this format from now on.
    pub fn set(&mut self, format: Option<AnswerFormat>) {
        match format {
            None => {}
            Some(AnswerFormat::Results(format)) => self.rows = format,
            Some(AnswerFormat::Triples(syntax)) => self.triples = syntax,
        }
    }

    /// With the format asked for, if it can hold what the query gives.
    pub fn with(mut self, format: Option<AnswerFormat>, form: Form) -> Result<Self> {
        match (format, matches!(form, Form::Construct | Form::Describe)) {
            (Some(AnswerFormat::Results(format)), true) => {
                return Err(Failure::usage(format!("the query gives triples, which {format} cannot hold"))
                    .hint("ask for turtle, ntriples, rdfxml or jsonld"));
            }
            (Some(AnswerFormat::Triples(syntax)), false) => {
                return Err(Failure::usage(format!("the query gives rows, which {syntax} cannot hold"))
                    .hint("ask for table, csv, tsv, json, xml or markdown"));
            }
            (format, _) => self.set(format),
        }
        Ok(self)
    }
}

impl ResultArgs {
    /// How a query of this form is shown.
    fn look(&self, form: Form, edge: &Edge) -> Result<Look> {
        let is_person = edge.stdout_is_terminal && self.out.is_none();
        let by_suffix = output::by_suffix(self.out.as_deref().filter(|_| self.to.is_none()), |suffix| {
            format(suffix).map(|format| for_form(suffix, format, form))
        })?;
        let look = Look::by_reader(edge, is_person).with(self.to.or(by_suffix), form)?;
        let is_sheet =
            matches!(form, Form::Select | Form::Ask) && matches!(look.rows, ResultsFormat::Csv | ResultsFormat::Tsv);
        if self.bom && !is_sheet {
            return Err(Failure::usage("--bom is for csv and tsv").hint("add --to csv"));
        }
        let mut look = Look { labels: self.iris.labels.clone(), ..look };
        look.style.vertical = self.vertical;
        if self.iris.full {
            look.show_whole(true, edge);
        }
        Ok(look)
    }

    /// Asks and writes the result where it is to go, which is none of `inputs`.
    pub fn answer<'p>(
        &self,
        backend: &Backend,
        query: &Query,
        limits: &Limits,
        inputs: impl IntoIterator<Item = &'p PathBuf>,
        edge: &Edge,
    ) -> Result<Stats> {
        let look = self.look(query.form(), edge)?;
        let question = Question { query, limits, cancel: &Cancel::new() };
        match &self.out {
            None => {
                let mut out = edge.results(!self.no_pager);
                self.mark(&mut out)?;
                // What stands behind a pipe may write to the same screen.
                let progress = if edge.stdout_is_terminal { asking(edge) } else { Progress::hidden() };
                ask(backend, question, Told { out, progress, beside: false }, &look)
            }
            Some(path) => output::to_file(path, inputs, |file| {
                self.mark(file)?;
                ask(backend, question, Told { out: file, progress: asking(edge), beside: true }, &look)
            }),
        }
    }

    /// Asks and keeps the result as it would be written.
    pub fn render(&self, backend: &Backend, query: &Query, limits: &Limits, edge: &Edge) -> Result<Vec<u8>> {
        let look = self.look(query.form(), edge)?;
        let mut bytes = Vec::new();
        self.mark(&mut bytes)?;
        ask(backend, Question { query, limits, cancel: &Cancel::new() }, &mut bytes, &look)?;
        Ok(bytes)
    }

    /// Writes what was kept where results are to go.
    pub fn put(&self, bytes: &[u8], edge: &Edge) -> Result<()> {
        let Some(path) = &self.out else { return Ok(output::flush(bytes, edge)?) };
        output::to_file(path, [], |file| Ok(file.write_all(bytes)?))
    }

    /// Begins with the byte order mark where that was asked for.
    fn mark(&self, out: &mut impl Write) -> io::Result<()> {
        if self.bom { out.write_all(BYTE_ORDER_MARK) } else { Ok(()) }
    }

    /// Tells how a query is evaluated: a tree for people, JSON on request.
    pub fn explain(&self, backend: &Backend, query: &Query, limits: &Limits, edge: &Edge) -> Result<()> {
        let explanation = explain_plan(backend, Question { query, limits, cancel: &Cancel::new() })?;
        let mut out = edge.results(!self.no_pager);
        if matches!(self.to, Some(AnswerFormat::Results(ResultsFormat::Json))) {
            serde_json::to_writer_pretty(&mut out, &explanation)?;
            writeln!(out)?;
        } else {
            write!(out, "{explanation}")?;
        }
        Ok(out.flush()?)
    }
}

fn asking(edge: &Edge) -> Progress {
    edge.progress("Asking", Unit::Things("lines"), None)
}

/// Output whose lines are told by a progress bar, which goes away where the output itself comes to the screen.
struct Told<W> {
    out: W,
    progress: Progress,
    /// Whether the output goes elsewhere than the bar.
    beside: bool,
}

impl<W: Write> Write for Told<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.beside {
            self.progress.finish();
        }
        let written = self.out.write(bytes)?;
        self.progress.advance(memchr::memchr_iter(b'\n', &bytes[..written]).count() as u64);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// What is asked, and within what bounds.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The query.
    pub query: &'a Query,
    /// What it may use.
    pub limits: &'a Limits,
    /// Ends it from elsewhere.
    pub cancel: &'a Cancel,
}

impl<'a> Question<'a> {
    fn request(self, dataset: &'a Dataset) -> Request<'a> {
        Request { query: self.query, dataset, limits: self.limits, cancel: self.cancel }
    }
}

/// Evaluates a query and writes its result.
pub fn ask(backend: &Backend, question: Question<'_>, mut out: impl Write + Send, look: &Look) -> Result<Stats> {
    let Some(language) = look.labels.as_deref() else { return write(backend, question, out, look) };
    let labelled = Some(Labelled { store: backend.store(), language });
    let mut written = Ok(());
    let stats = backend.evaluate(question.request(&Dataset::default()), &mut |results| {
        let shown = write_labelled(results, look.rows, look.triples, &look.style, labelled, &mut out);
        written = shown.map(drop);
    })?;
    written?;
    Ok(stats)
}

/// Writes results as they come, without labels.
fn write(backend: &Backend, question: Question<'_>, out: impl Write + Send, look: &Look) -> Result<Stats> {
    let mut writer = ResultsWriter::new(look.rows, look.triples, look.style.clone(), out).laying_out();
    let mut written = Ok(());
    let stats = backend.run(question.request(&Dataset::default()), &mut |event| {
        written = writer.take(event);
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    written.map_err(OutputError::from)?;
    let stats = stats?;
    writer.finish().map_err(OutputError::from)?;
    Ok(stats)
}

/// Evaluates a query of this program's own and keeps its rows.
pub fn rows(backend: &Backend, text: &str, limits: &Limits) -> Result<Vec<Vec<Option<Term>>>> {
    let query = Query::parse(text, &ParseOptions::default())?;
    Ok(backend.answer(&query, limits)?.rows)
}

/// Evaluates a query and keeps the triples that it gives.
pub fn triples(backend: &Backend, query: &Query) -> Result<Vec<Triple>> {
    Ok(backend.answer(query, &Limits::default())?.triples)
}

/// Evaluates a query and tells how.
pub fn explain_plan(backend: &Backend, question: Question<'_>) -> Result<crate::query::Explanation> {
    let explanation = backend.explain(question.request(&Dataset::default()))?;
    explanation.ok_or_else(|| {
        Failure::usage("this endpoint does not tell how it evaluates a query")
            .hint("load the data into a store of your own, or ask with --data FILES")
    })
}

/// How an evaluation went, in one line.
pub fn say(stats: &Stats) -> String {
    let milliseconds = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
    let mut text = format!("{} in {}", counted(stats.rows, "row"), milliseconds(stats.elapsed));
    if stats.memory > 0 || stats.bytes > 0 {
        text.push_str(&format!(
            " ({} of them planning), {} bytes of results, {} bytes of memory at most",
            milliseconds(stats.planning),
            stats.bytes,
            stats.memory
        ));
    }
    text
}
