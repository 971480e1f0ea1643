//! `citypact query` and `citypact queries`: questions and their library.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;

use super::data::DataArgs;
use super::edge::Edge;
use super::report::{Failure, Outcome, Result};
use crate::atomic::AtomicFile;
use crate::format::{ResultsFormat, Syntax, UnknownFormat};
use crate::output::{self, Shortener, Style};
use crate::place::Register;
use crate::query::{
    Cancel, Dataset, Engine, Form, LibraryError, Limits, NamedQuery, ParseOptions, Query, QueryError, RegisterPlaces,
    Request, Stats, TextLimits, library, named,
};
use crate::store::Embedded;
use crate::vocab;

/// Ask a question: a text of SPARQL, a file, or a query of the library by its name
#[derive(Debug, clap::Args)]
#[command(after_help = "The prefixes of the vocabulary and of those it borrows are known.\n\nExamples:\n  \
    citypact query 'SELECT ?city WHERE { ?city a pact:TerritorialEntity } LIMIT 5'\n  \
    citypact query partners -p place=cn-qingdao -p lang=zh-Hant\n  \
    citypact query -f question.rq --data records.jsonl --to csv")]
pub struct Args {
    /// SPARQL, or a name of the library (`citypact queries` lists them); `-` reads SPARQL from standard input
    #[arg(value_name = "QUERY|NAME", required_unless_present = "file", conflicts_with = "file")]
    query: Option<String>,
    /// Read the query from a file
    #[arg(long, short = 'f', value_name = "FILE")]
    file: Option<PathBuf>,
    /// Set a parameter of a named query
    #[arg(long, short = 'p', value_name = "NAME=VALUE", value_parser = parameter)]
    parameter: Vec<(String, String)>,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    result: ResultArgs,
    #[command(flatten)]
    limits: LimitArgs,
    /// Say how long it took and what it used
    #[arg(long)]
    stats: bool,
}

/// How a result is written.
#[derive(Debug, Clone, clap::Args)]
pub struct ResultArgs {
    /// Format: table, csv, tsv, json, xml or markdown for rows; turtle, ntriples, rdfxml, jsonld … for triples. By
    /// default a table for a terminal, TSV or Turtle for a pipe
    #[arg(long, value_name = "FORMAT", value_parser = target)]
    to: Option<Target>,
    /// File to write; standard output where not given
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
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

/// A format for rows or one for triples.
#[derive(Debug, Clone, Copy)]
enum Target {
    Rows(ResultsFormat),
    Triples(Syntax),
}

fn target(name: &str) -> std::result::Result<Target, UnknownFormat> {
    let rows = || name.parse().map(Target::Rows);
    name.parse().map(Target::Triples).or_else(|mut unknown: UnknownFormat| {
        rows().map_err(|other: UnknownFormat| {
            unknown.known.splice(0..0, other.known);
            unknown
        })
    })
}

fn parameter(text: &str) -> std::result::Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn seconds(text: &str) -> std::result::Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "write a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero()).ok_or("must be more than 0".to_owned())
}

/// Asks.
pub fn run(args: &Args, edge: &Edge) -> Result {
    let query = read(args)?;
    let (store, rejected) = args.data.open(edge)?;
    let (form, limits) = (query.form(), args.limits.limits());
    let stats = match &args.result.out {
        Some(path) => {
            let context = || format!("cannot write {}", path.display());
            let mut file = AtomicFile::create(path).with_context(context)?;
            let stats = ask(&store, &query, &limits, &mut file, &args.result.style(form, edge)?)?;
            file.commit().with_context(context)?;
            stats
        }
        None => ask(&store, &query, &limits, edge.stdout(), &args.result.style(form, edge)?)?,
    };
    if args.stats {
        edge.warn(say(&stats));
    }
    Ok(rejected)
}

fn say(stats: &Stats) -> String {
    format!(
        "{} rows in {:.1} ms ({:.1} ms of them planning), {} bytes of results, {} bytes of memory at most",
        stats.rows,
        stats.elapsed.as_secs_f64() * 1e3,
        stats.planning.as_secs_f64() * 1e3,
        stats.bytes,
        stats.memory
    )
}

/// Formats for rows and for triples, and how tables look.
pub struct Look {
    rows: ResultsFormat,
    triples: Syntax,
    style: Style,
}

impl Look {
    /// A table as wide as the terminal, where there is one.
    pub fn table(edge: &Edge) -> Self {
        Self {
            rows: ResultsFormat::Table,
            triples: Syntax::Turtle,
            style: Style {
                width: edge.width,
                colours: edge.color,
                shortener: Shortener::new(vocab::PREFIXES.iter().copied()),
            },
        }
    }
}

impl ResultArgs {
    fn style(&self, form: Form, edge: &Edge) -> Result<Look> {
        let person = edge.stdout_is_terminal && self.out.is_none();
        let suffix = self.out.as_ref().and_then(|path| path.extension()).and_then(|suffix| suffix.to_str());
        let to = self.to.or_else(|| suffix.and_then(|suffix| target(suffix).ok()));
        let mut look = Look::table(edge);
        if !person {
            look.rows = ResultsFormat::Tsv;
            look.style.width = None;
            look.style.colours = false;
        }
        match (to, matches!(form, Form::Construct | Form::Describe)) {
            (None, _) => {}
            (Some(Target::Rows(format)), false) => look.rows = format,
            (Some(Target::Triples(syntax)), true) => look.triples = syntax,
            (Some(Target::Rows(format)), true) => {
                return Err(Failure::usage(format!("the query gives triples, which {format} cannot hold"))
                    .hint("ask for turtle, ntriples, rdfxml or jsonld"));
            }
            (Some(Target::Triples(syntax)), false) => {
                return Err(Failure::usage(format!("the query gives rows, which {syntax} cannot hold"))
                    .hint("ask for table, csv, tsv, json, xml or markdown"));
            }
        }
        Ok(look)
    }
}

/// Evaluates a query and writes its result.
pub fn ask(store: &Embedded, query: &Query, limits: &Limits, out: impl Write + Send, look: &Look) -> Result<Stats> {
    let request = Request { query, dataset: &Dataset::default(), limits, cancel: &Cancel::new() };
    let work = |results: oxigraph::sparql::QueryResults<'_>| {
        output::write_results(results, look.rows, look.triples, &look.style, out)
    };
    let (written, stats) = Engine::new().evaluate(store, request, work).map_err(explain)?;
    written?;
    Ok(stats)
}

/// The query that the arguments name.
fn read(args: &Args) -> Result<Query> {
    if let Some(path) = &args.file {
        return read_file(path, &args.parameter);
    }
    match args.query.as_deref().unwrap_or_default() {
        "-" => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
            parse(&text, "-")
        }
        name if is_name(name) => library_query(name, &args.parameter),
        text => parse(text, "query"),
    }
}

/// The query in a file, with its parameters set where it has any.
pub fn read_file(path: &Path, given: &[(String, String)]) -> Result<Query> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let query = NamedQuery::read(stem, text.clone()).map_err(explain_library)?;
    if query.parameters.is_empty() && given.is_empty() {
        return parse(&text, &path.display().to_string());
    }
    bind(&query, given)
}

/// A query of the library with its parameters set.
pub fn library_query(name: &str, given: &[(String, String)]) -> Result<Query> {
    bind(named(name).map_err(explain_library)?, given)
}

/// No SPARQL is one word of letters, digits and hyphens.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn bind(query: &NamedQuery, given: &[(String, String)]) -> Result<Query> {
    let places = RegisterPlaces { register: &Register::builtin(), base: vocab::ID };
    query.bind(given, &places).map_err(explain_library)
}

fn parse(text: &str, name: &str) -> Result<Query> {
    let options = ParseOptions { name: name.into(), limits: TextLimits::any_length(), ..ParseOptions::default() };
    Query::parse(text, &options).map_err(explain)
}

/// Adds to an error of the query what the person may do about it.
pub fn explain(error: QueryError) -> Failure {
    let hint = error.hint();
    let snippet = match &error {
        QueryError::Syntax(syntax) => Some(syntax.snippet()),
        _ => None,
    };
    with_hint(Failure::from(error).snippet(snippet), hint)
}

fn explain_library(error: LibraryError) -> Failure {
    match error {
        LibraryError::Query(error) => explain(error),
        error => {
            let hint = error.hint();
            with_hint(Failure::from(error), hint)
        }
    }
}

fn with_hint(failure: Failure, hint: Option<String>) -> Failure {
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// List the queries of the library, or show one with its parameters
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  citypact queries\n  citypact queries partners")]
pub struct ListArgs {
    /// The query to show
    name: Option<String>,
}

/// Lists or shows.
pub fn list(args: &ListArgs, edge: &Edge) -> Result {
    let mut out = edge.stdout();
    match &args.name {
        Some(name) => show(named(name).map_err(explain_library)?, &mut out)?,
        None => {
            let rows: Vec<Vec<String>> =
                library().iter().map(|query| vec![query.name.to_string(), query.title.clone()]).collect();
            out.write_all(super::common::columns(edge, &rows).as_bytes())?;
        }
    }
    out.flush()?;
    Ok(Outcome::Done)
}

fn show(query: &NamedQuery, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "{}\n{}\n", query.title, query.description)?;
    for parameter in &query.parameters {
        let default = parameter.default.as_ref().map(|default| format!(" (default {default})")).unwrap_or_default();
        writeln!(out, "  -p {}=…  {}{default}: {}", parameter.name, parameter.kind, parameter.description)?;
    }
    writeln!(out, "\n{}", query.text.trim_end())
}
