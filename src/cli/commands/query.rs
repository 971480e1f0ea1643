//! `citypact query` and `citypact queries`: questions and their library.

use std::borrow::Cow;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use oxrdf::NamedNode;

use crate::cli::answer::{self, LimitArgs, ResultArgs, permit};
use crate::cli::backend::{Backend, DataArgs};
use crate::cli::edge::Edge;
use crate::cli::report::{Failure, Outcome, Result};
use crate::cli::watch::Watch;
use crate::place::Register;
use crate::query::{
    DataPlaces, NamedQuery, ParameterError, ParseOptions, Places, Query, TextLimits, library, named, unknown_functions,
    unknown_terms,
};
use crate::store::Store;
use crate::vocab;

/// Ask a question: a text of SPARQL, a file, or a query of the library by its name
#[derive(Debug, clap::Args)]
#[command(after_help = "The prefixes of the vocabulary and of those it borrows are known.\n\nExamples:\n  \
    citypact query 'SELECT ?city WHERE { ?city a pact:TerritorialEntity } LIMIT 5'\n  \
    citypact query partners -p place=cn-qingdao -p lang=zh-Hant\n  \
    citypact query -f question.rq --data records.jsonl --to csv")]
pub struct Args {
    /// SPARQL, or a name of the library (`citypact queries` lists them); `-` reads SPARQL from standard input
    #[arg(value_name = "QUERY|NAME", conflicts_with = "file")]
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
    /// Ask again whenever the data changes, until interrupted
    #[arg(long, conflicts_with_all = ["explain", "stats"])]
    watch: bool,
    /// Say how long it took and what it used
    #[arg(long)]
    stats: bool,
    /// Tell how the query is evaluated instead of its result: each step with its rows and its time; JSON with --to json
    #[arg(long)]
    explain: bool,
}

/// A parameter and its value.
pub fn parameter(text: &str) -> std::result::Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Asks.
pub fn run(args: &Args, edge: &Edge) -> Result {
    let mut data = args.data.clone();
    let text = match (&args.query, &args.file) {
        (None, None) => Some(data.give_back(looks_like_query).ok_or_else(|| no_query(data.is_files()))?),
        (text, _) => text.clone(),
    };
    if text.as_deref() == Some("-") && data.reads_standard_input() {
        return Err(Failure::usage("the query and the data cannot both come from standard input (`-`)"));
    }
    let asked = read(text.as_deref(), args, edge)?;
    let limits = args.limits.limits();
    let (backend, rejected) = data.open(&limits, edge)?;
    let query = asked.over(backend.store())?;
    permit(args.limits.services(), query.asks_others())?;
    if args.watch {
        // What is watched is opened anew at each change, and must not be held until then.
        drop(backend);
        return Watch { data: &args.data, query: &query, result: &args.result, limits: &limits }.run(edge);
    }
    if let Some(name) = text.as_deref().filter(|name| is_name(name))
        && let Some(warning) = unseen(name, &backend)?
    {
        edge.say(warning);
    }
    if args.explain {
        args.result.explain(&backend, &query, &limits, edge)?;
        return Ok(rejected);
    }
    let inputs = args.data.files().iter().chain(&args.file);
    let stats = args.result.answer(&backend, &query, &limits, inputs, edge)?;
    if args.stats {
        edge.warn(answer::say(&stats));
    }
    Ok(rejected)
}

/// Whether an argument that is no file is meant to be the query: a name of the library, or a text with a pattern in it.
fn looks_like_query(text: &str) -> bool {
    named(text).is_ok() || text.contains('{') || text.split_whitespace().count() > 1
}

fn no_query(has_files: bool) -> Failure {
    let failure = Failure::usage("the query is missing");
    failure.hint(if has_files {
        "what follows --data are files; write the query before it: citypact query 'SELECT …' --data FILES"
    } else {
        "give SPARQL, a name of the library (`citypact queries` lists them), or -f FILE"
    })
}

const UNSEEN: &str = "warning: this question asks graph by graph and does not see the statements of the unnamed graph\n  \
    Hint: give them a graph: citypact update 'MOVE DEFAULT TO graph:mine'";

/// What is to be said where a question of the library leaves statements of the unnamed graph out, since it asks document by
/// document.
pub fn unseen(name: &str, backend: &Backend) -> Result<Option<&'static str>> {
    if !named(name).is_ok_and(NamedQuery::asks_graphs) {
        return Ok(None);
    }
    let holds_unnamed = match (backend.embedded(), backend.remote()) {
        (Some(store), _) => store.holds_unnamed(),
        (_, Some(remote)) => remote.holds_unnamed(),
        _ => Ok(false),
    };
    Ok(holds_unnamed?.then_some(UNSEEN))
}

/// The query that the arguments name.
fn read<'a>(text: Option<&str>, args: &'a Args, edge: &Edge) -> Result<Asked<'a>> {
    match (text, &args.file) {
        (_, Some(path)) => read_file(path, &args.parameter, edge),
        (Some(name), None) if is_name(name) => library_query(name, &args.parameter),
        (text, None) => {
            let (text, name) = text_of(text, None)?;
            Ok(Asked::Text(parse(&text, &name, edge)?))
        }
    }
}

/// A query as it was asked for; one with parameters needs the data that these may name.
pub enum Asked<'a> {
    /// A query without parameters.
    Text(Query),
    /// One with parameters.
    Named(Cow<'static, NamedQuery>, &'a [(String, String)]),
}

impl Asked<'_> {
    /// The query over the data of a store.
    pub fn over(self, store: &dyn Store) -> Result<Query> {
        let (query, given) = match self {
            Self::Text(query) => return Ok(query),
            Self::Named(query, given) => (query, given),
        };
        let places = DataPlaces { register: &Register::builtin(), base: vocab::ID, store };
        query.bind(given, &places).map_err(Failure::from)
    }
}

/// The text given, in a file or on standard input, and what errors call it.
pub fn text_of(text: Option<&str>, file: Option<&Path>) -> Result<(String, String)> {
    if let Some(path) = file {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        return Ok((text, path.display().to_string()));
    }
    match text.unwrap_or_default() {
        "-" => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
            Ok((text, "-".to_owned()))
        }
        text => Ok((text.to_owned(), "query".to_owned())),
    }
}

/// How a text of a person at the terminal is read.
pub fn options(name: &str) -> ParseOptions {
    ParseOptions { name: name.into(), limits: TextLimits::any_length(), ..ParseOptions::default() }
}

/// The query in a file, with its parameters where it has any.
pub fn read_file<'a>(path: &Path, given: &'a [(String, String)], edge: &Edge) -> Result<Asked<'a>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let query = NamedQuery::read(stem, text.clone())?;
    if query.parameters.is_empty() && given.is_empty() {
        return Ok(Asked::Text(parse(&text, &path.display().to_string(), edge)?));
    }
    checked(Cow::Owned(query), given)
}

/// A query of the library with its parameters.
pub fn library_query<'a>(name: &str, given: &'a [(String, String)]) -> Result<Asked<'a>> {
    checked(Cow::Borrowed(named(name)?), given)
}

/// What is wrong with parameters whatever the data is told before it is opened.
fn checked<'a>(query: Cow<'static, NamedQuery>, given: &'a [(String, String)]) -> Result<Asked<'a>> {
    match query.bind(given, &AnyPlaces) {
        Ok(_) => Ok(Asked::Named(query, given)),
        Err(error) => Err(Failure::from(error)),
    }
}

/// Takes every name of a place, until the data is at hand.
struct AnyPlaces;

impl Places for AnyPlaces {
    fn place(&self, _: &str) -> std::result::Result<NamedNode, ParameterError> {
        NamedNode::new(vocab::ID).map_err(|_| ParameterError::Form("an IRI"))
    }
}

/// No SPARQL is one word of letters, digits and hyphens.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn parse(text: &str, name: &str, edge: &Edge) -> Result<Query> {
    let options = options(name);
    let query = Query::parse(text, &options)?;
    warn_of_unknown_terms(text, &options, edge, &str::to_owned);
    warn_of_unknown_functions(&query, edge);
    Ok(query)
}

/// Says which functions nobody has: what calls one is an error, and often gives nothing, in silence.
pub fn warn_of_unknown_functions(query: &Query, edge: &Edge) {
    for (name, near) in unknown_functions(query) {
        let hint = near.map(|near| format!("\n  Hint: did you mean {near}?")).unwrap_or_default();
        edge.say(format_args!("warning: there is no function {name}: what calls it has no value{hint}"));
    }
}

/// Says which terms of a text the vocabulary does not have: a slip there finds nothing, in silence.
pub fn warn_of_unknown_terms(text: &str, options: &ParseOptions, edge: &Edge, told: &dyn Fn(&str) -> String) {
    for unknown in unknown_terms(text, options) {
        let hint = unknown.hint.as_ref().map(|hint| format!("\n  Hint: {hint}")).unwrap_or_default();
        edge.say(told(&format!("warning: {unknown}{hint}")));
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
    let mut out = edge.results(true);
    write_list(args.name.as_deref(), edge, &str::to_owned, &mut out)?;
    out.flush()?;
    Ok(Outcome::Done)
}

/// Writes the list, or one query.
pub fn write_list(name: Option<&str>, edge: &Edge, told: &dyn Fn(&str) -> String, out: &mut impl Write) -> Result<()> {
    match name {
        Some(name) => show(named(name)?, out)?,
        None => {
            let rows: Vec<Vec<String>> =
                library().iter().map(|query| vec![query.name.to_string(), told(&query.title)]).collect();
            out.write_all(crate::cli::common::columns(edge, &rows).as_bytes())?;
        }
    }
    Ok(())
}

fn show(query: &NamedQuery, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "{}\n{}\n", query.title, query.description)?;
    for parameter in &query.parameters {
        let default = match &parameter.default {
            Some(default) => format!(" (default {default})"),
            None => " (required)".to_owned(),
        };
        let value = parameter.example.as_deref().unwrap_or("…");
        writeln!(out, "  -p {}={value}  {}{default}: {}", parameter.name, parameter.kind, parameter.description)?;
    }
    writeln!(out, "\n{}", query.text.trim_end())
}
