//! `citypact export`: everything, a graph or a CONSTRUCT, for other tools.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use oxrdf::{GraphName, NamedNode, Quad};

use super::query;
use crate::cli::answer;
use crate::cli::backend::{Backend, DataArgs};
use crate::cli::common;
use crate::cli::edge::Edge;
use crate::cli::files;
use crate::cli::output;
use crate::cli::progress::Unit;
use crate::cli::report::{Failure, Result};
use crate::counted::counted;
use crate::format::Syntax;
use crate::nearest::nearest;
use crate::output::Shortener;
use crate::output::export::{self, NanopubOptions, SheetOptions};
use crate::query::{Form, Limits};
use crate::rdf::QuadSink as _;
use crate::rdf::{self, Lines};
use crate::store::{BulkOptions, IndexOnly, Remote, Store, StoreError};

/// Bytes of lines that are written at once.
const BLOCK: usize = 1 << 16;

/// Export a store: RDF in every syntax, GeoJSON, GraphML, CSV with a file for each class, QuickStatements, nanopublications
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  citypact export --to trig --out all.trig.gz\n  citypact export --graph graph:004 --to \
    turtle\n  citypact export --to csv --out tables/ --bom --lang zh-Hans\n  citypact export --to graphml --lang ja --out ties.graphml\n  \
    citypact export --to nanopub --graph graph:004 --out 004.trig\n  citypact export --to quickstatements --out batch.txt"
)]
pub struct Args {
    /// turtle, trig, ntriples, nquads, rdfxml, jsonld, geojson, graphml, csv, quickstatements (ties that a reviewer confirmed, for
    /// Wikidata) or nanopub (TriG); by default what the suffix of --out says, else trig
    #[arg(long, value_name = "FORMAT", value_parser = target)]
    to: Option<Target>,
    /// File to write (for csv a folder), compressed where it ends in .gz or .zst; standard output where not given
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Only this graph: an IRI, a prefixed name such as graph:004, or `default` for the unnamed graph
    #[arg(long, value_name = "IRI", value_parser = graph, conflicts_with = "construct")]
    graph: Option<GraphName>,
    /// What this CONSTRUCT or DESCRIBE gives
    #[arg(long, value_name = "FILE")]
    construct: Option<PathBuf>,
    /// Ask no other endpoints: a --construct with SERVICE is refused
    #[arg(long)]
    no_service: bool,
    /// Begin files of CSV with a byte order mark, by which spreadsheets know UTF-8
    #[arg(long)]
    bom: bool,
    /// Write cells of CSV as they are, also those that a spreadsheet would run as a formula (`=…`, `+…`, `-…`, `@…`)
    #[arg(long)]
    raw_cells: bool,
    /// Language of names in GeoJSON and GraphML, and of the labels beside parties in CSV (BCP 47)
    #[arg(long, value_name = "LANG", default_value = "en", value_parser = common::language)]
    lang: String,
    #[command(flatten)]
    nanopub: NanopubArgs,
    #[command(flatten)]
    data: DataArgs,
}

/// What is said of nanopublications.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Nanopublications")]
struct NanopubArgs {
    /// Only this fact, such as id:tie/friendship-city/cn-kunming--jp-fujisawa; may be given more than once
    #[arg(long, value_name = "IRI", value_parser = files::iri)]
    fact: Vec<NamedNode>,
    /// Who publishes them: an ORCID or a web address
    #[arg(long, value_name = "IRI", value_parser = files::iri)]
    creator: Option<NamedNode>,
    /// When, as 2026-11-28T12:00:00Z; not told where not given, so that the same data gives the same names
    #[arg(long, value_name = "TIME", value_parser = time)]
    created: Option<String>,
    /// Their licence
    #[arg(long, value_name = "IRI", value_parser = files::iri)]
    license: Option<NamedNode>,
}

impl NanopubArgs {
    const fn is_given(&self) -> bool {
        !self.fact.is_empty() || self.creator.is_some() || self.created.is_some() || self.license.is_some()
    }
}

fn time(text: &str) -> std::result::Result<String, String> {
    let parsed = text.parse::<oxsdatatypes::DateTime>().map_err(|error| error.to_string())?;
    Ok(parsed.to_string())
}

/// A graph as an argument.
fn graph(text: &str) -> std::result::Result<GraphName, String> {
    if text.eq_ignore_ascii_case("default") { Ok(GraphName::DefaultGraph) } else { files::iri(text).map(Into::into) }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Rdf(Syntax),
    GeoJson,
    GraphMl,
    Csv,
    QuickStatements,
    Nanopub,
}

fn target(name: &str) -> std::result::Result<Target, String> {
    match name.to_ascii_lowercase().as_str() {
        "geojson" => Ok(Target::GeoJson),
        "graphml" => Ok(Target::GraphMl),
        "csv" => Ok(Target::Csv),
        "quickstatements" => Ok(Target::QuickStatements),
        "nanopub" => Ok(Target::Nanopub),
        name => name.parse().map(Target::Rdf).map_err(|error: crate::format::UnknownFormat| {
            format!("{error}, geojson, graphml, csv, quickstatements, nanopub")
        }),
    }
}

/// Exports.
pub fn run(args: &Args, edge: &Edge) -> Result {
    let by_suffix = output::by_suffix(args.out.as_deref().filter(|_| args.to.is_none()), target)?;
    let target = args.to.or(by_suffix).unwrap_or(Target::Rdf(Syntax::TriG));
    for (given, name) in [(args.bom, "--bom"), (args.raw_cells, "--raw-cells")] {
        if given && target != Target::Csv {
            return Err(Failure::usage(format!("{name} is for csv")).hint("add --to csv"));
        }
    }
    if args.nanopub.is_given() && target != Target::Nanopub {
        return Err(Failure::usage("--fact, --creator, --created and --license are for nanopublications")
            .hint("add --to nanopub"));
    }
    let (backend, outcome) = args.data.open(&Limits::default(), edge)?;
    if let Some(GraphName::NamedNode(graph)) = &args.graph {
        must_exist(graph, &backend)?;
    }
    match (&args.out, target) {
        (Some(folder), Target::Csv) => write_sheets(args, folder, &backend, edge)?,
        (None, Target::Csv) => {
            return Err(Failure::usage("csv is a file for each class").hint("name a folder for them with --out"));
        }
        (Some(path), _) => {
            let inputs = args.data.files().iter().chain(&args.construct);
            output::to_file(path, inputs, |file| write(args, target, &backend, file, edge))?;
        }
        (None, _) => write(args, target, &backend, edge.stdout(), edge)?,
    }
    Ok(outcome)
}

fn write_sheets(args: &Args, folder: &Path, backend: &Backend, edge: &Edge) -> Result<()> {
    let options = SheetOptions { bom: args.bom, language: Some(args.lang.clone()), raw: args.raw_cells };
    let copy = copy(backend)?;
    let written = export::write_sheets_with(held(backend, &copy), folder, &options)
        .with_context(|| format!("cannot write into {}", folder.display()))?;
    if written.neutralised > 0 {
        edge.say(format_args!(
            "An apostrophe stands before {} cells that a spreadsheet would run as formulas; --raw-cells leaves it out.",
            written.neutralised
        ));
    }
    Ok(())
}

/// All that an endpoint holds, where it gives that at once: what is asked in several queries shall be of one moment. A store
/// of this machine is not changed while it is open.
pub(super) fn copy(backend: &Backend) -> Result<Option<IndexOnly>> {
    if !backend.remote().is_some_and(Remote::gives_all_at_once) {
        return Ok(None);
    }
    let copy = IndexOnly::new();
    let mut quads = backend.store().read(None)?;
    copy.add_all(&mut quads, BulkOptions::default())?;
    Ok(Some(copy))
}

/// What the queries of an export are put to.
pub(super) fn held<'a>(backend: &'a Backend, copy: &'a Option<IndexOnly>) -> &'a dyn Store {
    copy.as_ref().map_or(backend.store(), |copy| copy)
}

/// A graph that is not there would give an empty file, as if it said nothing.
fn must_exist(graph: &NamedNode, backend: &Backend) -> Result<()> {
    if backend.store().has_graph(graph.as_ref())? {
        return Ok(());
    }
    let shortener = Shortener::default();
    let wanted = shortener.shorten(graph.as_str());
    let counts = backend.counts()?;
    let names = counts.graphs.iter().filter_map(|(name, _)| match name {
        GraphName::NamedNode(name) => Some(shortener.shorten(name.as_str())),
        _ => None,
    });
    let names: Vec<String> = names.collect();
    let hint = match nearest(&wanted, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near}?"),
        None => "`citypact info` lists the graphs".to_owned(),
    };
    Err(Failure::from(anyhow::Error::msg(format!("there is no graph {wanted}"))).hint(hint))
}

fn write(args: &Args, target: Target, backend: &Backend, mut out: impl Write, edge: &Edge) -> Result<()> {
    match target {
        Target::GeoJson => drop(export::write_geojson_in(held(backend, &copy(backend)?), &args.lang, &mut out)?),
        Target::GraphMl => drop(export::write_graphml_in(held(backend, &copy(backend)?), &args.lang, &mut out)?),
        Target::QuickStatements => quickstatements(held(backend, &copy(backend)?), &mut out, edge)?,
        Target::Nanopub => nanopubs(args, held(backend, &copy(backend)?), &mut out, edge)?,
        Target::Rdf(syntax) => write_rdf(args, syntax, backend, &mut out, edge)?,
        Target::Csv => {}
    }
    Ok(out.flush()?)
}

/// Ties for Wikidata; those that are left out are told and counted.
fn quickstatements(store: &dyn Store, out: &mut impl Write, edge: &Edge) -> Result<()> {
    let written = export::write_quickstatements(store, out)?;
    let shortener = Shortener::default();
    edge.say(format_args!("{} written.", counted(written.statements, "statement")));
    for (reason, ties) in &written.left_out {
        let first = ties.first().map(|tie| shortener.shorten(tie)).unwrap_or_default();
        let others = if ties.len() > 1 { format!(", {first} and others") } else { format!(", {first}") };
        edge.say(format_args!("{} left out: {}{others}", counted(ties.len(), "tie"), reason.as_str()));
    }
    Ok(())
}

fn nanopubs(args: &Args, store: &dyn Store, out: &mut impl Write, edge: &Edge) -> Result<()> {
    let options = NanopubOptions {
        facts: args.nanopub.fact.clone(),
        graph: match &args.graph {
            Some(GraphName::NamedNode(graph)) => Some(graph.clone()),
            Some(_) => {
                return Err(Failure::usage("the unnamed graph does not tell where its facts are from")
                    .hint("nanopublications are made of named graphs"));
            }
            None => None,
        },
        creator: args.nanopub.creator.clone(),
        created: args.nanopub.created.clone(),
        license: args.nanopub.license.clone(),
    };
    let written = export::write_nanopubs(store, &options, out)?;
    let shortener = Shortener::default();
    if let Some(unknown) = written.unknown.first() {
        return Err(Failure::from(anyhow::Error::msg(format!("no graph tells of {}", shortener.shorten(unknown))))
            .hint("`citypact query 'SELECT ?tie { ?tie a pact:Tie }'` lists ties"));
    }
    edge.say(format_args!("{} written.", counted(written.written, "nanopublication")));
    for (fact, graph) in &written.left_out {
        edge.say(format_args!(
            "{} of {} left out: its parts have no names",
            shortener.shorten(fact),
            shortener.shorten(graph)
        ));
    }
    Ok(())
}

fn write_rdf(args: &Args, syntax: Syntax, backend: &Backend, out: &mut impl Write, edge: &Edge) -> Result<()> {
    if let Some(path) = &args.construct {
        return Ok(rdf::write(construct(args, path, backend, edge)?, syntax, out)?);
    }
    let quads = backend.store().read(args.graph.as_ref().map(GraphName::as_ref))?;
    let progress = edge.progress("Reading", Unit::Things("quads"), None);
    let mut graphs = BTreeSet::new();
    let watched = quads.inspect(|quad| {
        progress.advance(1);
        if let Ok(quad) = quad
            && graphs.len() < 2
        {
            graphs.insert(quad.graph_name.to_string());
        }
    });
    if args.graph.is_some() {
        return Ok(rdf::write(all(watched)?.into_iter().map(without_graph).collect(), syntax, out)?);
    }
    match syntax {
        Syntax::NQuads => stream(watched, Lines::quads, out)?,
        Syntax::NTriples => stream(watched, Lines::triples, out)?,
        _ => rdf::write(all(watched)?, syntax, out)?,
    }
    if graphs.len() > 1 {
        output::say_dropped(syntax, edge);
    }
    Ok(())
}

type Read = std::result::Result<Quad, StoreError>;

fn all(quads: impl Iterator<Item = Read>) -> Result<Vec<Quad>> {
    quads.collect::<std::result::Result<_, _>>().map_err(Failure::from)
}

fn without_graph(quad: Quad) -> Quad {
    Quad { graph_name: GraphName::DefaultGraph, ..quad }
}

/// Line by line, so that a store of any size can be exported.
fn stream(quads: impl Iterator<Item = Read>, new: fn() -> Lines, out: &mut impl Write) -> Result<()> {
    let mut lines = new();
    for quad in quads {
        lines.quad(quad?.as_ref());
        if lines.as_bytes().len() > BLOCK {
            out.write_all(lines.as_bytes())?;
            lines = new();
        }
    }
    Ok(out.write_all(lines.as_bytes())?)
}

fn construct(args: &Args, path: &Path, backend: &Backend, edge: &Edge) -> Result<Vec<Quad>> {
    let question = query::read_file(path, &[], edge)?.over(backend.store())?;
    if !matches!(question.form(), Form::Construct | Form::Describe) {
        return Err(Failure::usage(format!("{} gives rows, not triples", path.display()))
            .hint("--construct takes a CONSTRUCT or DESCRIBE; `citypact query -f` takes any query"));
    }
    answer::permit(!args.no_service, question.asks_others())?;
    let triples = answer::triples(backend, &question)?;
    let quad = |triple: oxrdf::Triple| rdf::canonical_quad(triple.in_graph(oxrdf::GraphName::DefaultGraph));
    Ok(triples.into_iter().map(quad).collect())
}
