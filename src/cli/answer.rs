//! How every command that asks evaluates a query and shows its result.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use oxigraph::sparql::QueryResults;
use oxrdf::{Term, Triple};

use super::backend::Backend;
use super::edge::Edge;
use super::report::{Failure, Result};
use crate::atomic::AtomicFile;
use crate::counted::counted;
use crate::format::{ResultsFormat, Syntax, UnknownFormat};
use crate::nearest::nearest;
use crate::output::{self, Labelled, Shortener, Style, Written};
use crate::query::{Cancel, Dataset, Engine, Form, Limits, ParseOptions, Query, QueryError, Request, Stats};
use crate::vocab;

/// How a result is written.
#[derive(Debug, Clone, clap::Args)]
pub struct ResultArgs {
    /// Format: table, csv, tsv, json, xml or markdown for rows; turtle, ntriples, rdfxml, jsonld … for triples. By
    /// default a table for a terminal, TSV or Turtle for a pipe
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    to: Option<Format>,
    /// File to write; standard output where not given
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Show labels beside IRIs in tables, in this language (BCP 47) or the nearest that there is
    #[arg(long, value_name = "LANG", num_args = 0..=1, require_equals = true, default_missing_value = "en")]
    labels: Option<String>,
    /// Do not page long tables
    #[arg(long)]
    no_pager: bool,
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
    /// Memory for one query at most, in megabytes
    #[arg(long, value_name = "MB", default_value_t = 4096)]
    limit_memory: u64,
}

impl LimitArgs {
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

fn seconds(text: &str) -> std::result::Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "write a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero()).ok_or("must be more than 0".to_owned())
}

/// A format for rows or one for triples.
#[derive(Debug, Clone, Copy)]
pub enum Format {
    /// For SELECT and ASK.
    Rows(ResultsFormat),
    /// For CONSTRUCT and DESCRIBE.
    Triples(Syntax),
}

/// The format of a name, or what it may have meant.
pub fn format(name: &str) -> std::result::Result<Format, String> {
    if let Ok(syntax) = name.parse() {
        return Ok(Format::Triples(syntax));
    }
    name.parse().map(Format::Rows).map_err(|mut unknown: UnknownFormat| {
        unknown.known.extend(Syntax::ALL.iter().map(|syntax| syntax.name()));
        match nearest(name, unknown.known.iter().copied()) {
            Some(near) => format!("{unknown}; did you mean {near}?"),
            None => unknown.to_string(),
        }
    })
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

    /// Shows rows or triples in this format from now on.
    pub fn set(&mut self, format: Option<Format>) {
        match format {
            None => {}
            Some(Format::Rows(format)) => self.rows = format,
            Some(Format::Triples(syntax)) => self.triples = syntax,
        }
    }

    /// With the format asked for, if it can hold what the query gives.
    pub fn with(mut self, format: Option<Format>, form: Form) -> Result<Self> {
        match (format, matches!(form, Form::Construct | Form::Describe)) {
            (Some(Format::Rows(format)), true) => {
                return Err(Failure::usage(format!("the query gives triples, which {format} cannot hold"))
                    .hint("ask for turtle, ntriples, rdfxml or jsonld"));
            }
            (Some(Format::Triples(syntax)), false) => {
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
        let suffix = self.out.as_ref().and_then(|path| path.extension()).and_then(|suffix| suffix.to_str());
        let to = self.to.or_else(|| suffix.and_then(|suffix| format(suffix).ok()));
        let look = Look::by_reader(edge, is_person).with(to, form)?;
        Ok(Look { labels: self.labels.clone(), ..look })
    }

    /// Asks and writes the result where it is to go.
    pub fn answer(&self, backend: &Backend, query: &Query, limits: &Limits, edge: &Edge) -> Result<Stats> {
        let look = self.look(query.form(), edge)?;
        let question = Question { query, limits, cancel: &Cancel::new() };
        let Some(path) = &self.out else {
            return ask(backend, question, edge.results(!self.no_pager), &look);
        };
        let context = || format!("cannot write {}", path.display());
        let mut file = AtomicFile::create(path).with_context(context)?;
        let stats = ask(backend, question, &mut file, &look)?;
        file.commit().with_context(context)?;
        Ok(stats)
    }

    /// Tells how a query is evaluated: a tree for people, JSON on request.
    pub fn explain(&self, backend: &Backend, query: &Query, limits: &Limits, edge: &Edge) -> Result<()> {
        let explanation = explain_plan(backend, Question { query, limits, cancel: &Cancel::new() })?;
        let mut out = edge.results(!self.no_pager);
        if matches!(self.to, Some(Format::Rows(ResultsFormat::Json))) {
            serde_json::to_writer_pretty(&mut out, &explanation)?;
            writeln!(out)?;
        } else {
            write!(out, "{explanation}")?;
        }
        Ok(out.flush()?)
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

/// Evaluates a query and writes its result.
pub fn ask(backend: &Backend, question: Question<'_>, out: impl Write + Send, look: &Look) -> Result<Stats> {
    let labelled = look.labels.as_deref().map(|language| Labelled { store: backend.store(), language });
    let write = |results: QueryResults<'_>| {
        output::write_labelled(results, look.rows, look.triples, &look.style, labelled, out)
    };
    match backend {
        Backend::Local(store) => {
            let Question { query, limits, cancel } = question;
            let request = Request { query, dataset: &Dataset::default(), limits, cancel };
            let (written, stats) = Engine::new().evaluate(store.as_ref(), request, write).map_err(explain)?;
            written?;
            Ok(stats)
        }
        Backend::Remote(remote) => {
            let started = Instant::now();
            let results = remote.query(question.query).map_err(super::common::explain)?;
            let written = write(remote.within(results, question.limits, question.cancel))?;
            let rows = match written {
                Written::Rows(rows) | Written::Triples(rows) => rows,
                Written::Answer(_) => 0,
            };
            Ok(Stats { rows, elapsed: started.elapsed(), ..Stats::default() })
        }
    }
}

/// Evaluates a query of this program's own and keeps its rows.
pub fn rows(backend: &Backend, text: &str, limits: &Limits) -> Result<Vec<Vec<Option<Term>>>> {
    let query = Query::parse(text, &ParseOptions::default()).map_err(explain)?;
    match backend {
        Backend::Local(store) => Ok(Engine::new().answer(store.as_ref(), &query, limits).map_err(explain)?.rows),
        Backend::Remote(remote) => match remote.query(&query).map_err(super::common::explain)? {
            QueryResults::Solutions(solutions) => {
                Ok(solutions.map(|row| Ok(row?.values().to_vec())).collect::<Result<_>>()?)
            }
            _ => Err(Failure::from(anyhow::Error::msg("the endpoint answered with something else than rows"))),
        },
    }
}

/// Evaluates a query and keeps the triples that it gives.
pub fn triples(backend: &Backend, query: &Query) -> Result<Vec<Triple>> {
    match backend {
        Backend::Local(store) => {
            Ok(Engine::new().answer(store.as_ref(), query, &Limits::default()).map_err(explain)?.triples)
        }
        Backend::Remote(remote) => match remote.query(query).map_err(super::common::explain)? {
            QueryResults::Graph(triples) => Ok(triples.collect::<std::result::Result<_, _>>()?),
            _ => Err(Failure::from(anyhow::Error::msg("the endpoint answered with something else than triples"))),
        },
    }
}

/// Evaluates a query and tells how.
pub fn explain_plan(backend: &Backend, question: Question<'_>) -> Result<crate::query::Explanation> {
    let Backend::Local(store) = backend else {
        return Err(Failure::usage("an endpoint does not tell how it evaluates a query")
            .hint("load the data into a store of your own, or ask with --data FILES"));
    };
    let Question { query, limits, cancel } = question;
    let request = Request { query, dataset: &Dataset::default(), limits, cancel };
    Engine::new().explain(store.as_ref(), request).map_err(explain)
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
        if !stats.indexed {
            text.push_str(", from the store: its index is not ready");
        }
    }
    text
}

/// Adds to an error of the query what the person may do about it.
pub fn explain(error: QueryError) -> Failure {
    let hint = match &error {
        QueryError::Store(cause) => cause.downcast_ref().and_then(super::common::hint),
        error => error.hint(),
    };
    Failure::from(error).maybe_hint(hint)
}
