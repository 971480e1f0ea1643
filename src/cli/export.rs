//! `citypact export`: everything, a graph or a CONSTRUCT, for other tools.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use oxrdf::{NamedNode, Quad};

use super::answer;
use super::backend::{Backend, DataArgs};
use super::common;
use super::data;
use super::edge::Edge;
use super::progress::Unit;
use super::query;
use super::report::{Failure, Result};
use crate::atomic::AtomicFile;
use crate::format::Syntax;
use crate::output::export;
use crate::query::{Form, Limits, QueryError};
use crate::rdf;
use crate::store::QuadStream;

/// Export a store: RDF in every syntax, GeoJSON, GraphML, or CSV with a file for each class
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  citypact export --to trig --out all.trig\n  citypact export --graph \
    https://w3id.org/citypact/graph/004 --to turtle\n  citypact export --to csv --out tables/")]
pub struct Args {
    /// turtle, trig, ntriples, nquads, rdfxml, jsonld, geojson, graphml or csv; by default what the suffix of --out says,
    /// else trig
    #[arg(long, value_name = "FORMAT", value_parser = target)]
    to: Option<Target>,
    /// File to write (for csv a folder); standard output where not given
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Only this graph
    #[arg(long, value_name = "IRI", value_parser = data::iri, conflicts_with = "construct")]
    graph: Option<NamedNode>,
    /// What this CONSTRUCT or DESCRIBE gives
    #[arg(long, value_name = "FILE")]
    construct: Option<PathBuf>,
    /// Ask no other endpoints: a --construct with SERVICE is refused
    #[arg(long)]
    no_service: bool,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Rdf(Syntax),
    GeoJson,
    GraphMl,
    Csv,
}

fn target(name: &str) -> std::result::Result<Target, String> {
    match name.to_ascii_lowercase().as_str() {
        "geojson" => Ok(Target::GeoJson),
        "graphml" => Ok(Target::GraphMl),
        "csv" => Ok(Target::Csv),
        name => name
            .parse()
            .map(Target::Rdf)
            .map_err(|error: crate::format::UnknownFormat| format!("{error}, geojson, graphml, csv")),
    }
}

/// Exports.
pub fn run(args: &Args, edge: &Edge) -> Result {
    let target = choose(args)?;
    let (backend, outcome) = args.data.open(&Limits::default(), edge)?;
    match (&args.out, target) {
        (Some(folder), Target::Csv) => {
            export::write_sheets(backend.store(), folder)
                .with_context(|| format!("cannot write into {}", folder.display()))?;
        }
        (None, Target::Csv) => {
            return Err(Failure::usage("csv is a file for each class").hint("name a folder for them with --out"));
        }
        (Some(path), _) => to_file(args, target, &backend, path, edge)?,
        (None, _) => write(args, target, &backend, edge.stdout(), edge)?,
    }
    Ok(outcome)
}

fn choose(args: &Args) -> Result<Target> {
    let suffix = args.out.as_ref().and_then(|path| path.extension()).and_then(|suffix| suffix.to_str());
    match (args.to, suffix) {
        (Some(target), _) => Ok(target),
        (None, Some(suffix)) => {
            target(suffix).map_err(|reason| Failure::usage(reason).hint("say the format with --to"))
        }
        (None, None) => Ok(Target::Rdf(Syntax::TriG)),
    }
}

fn to_file(args: &Args, target: Target, backend: &Backend, path: &Path, edge: &Edge) -> Result<()> {
    let context = || format!("cannot write {}", path.display());
    let mut file = AtomicFile::create(path).with_context(context)?;
    write(args, target, backend, &mut file, edge)?;
    Ok(file.commit().with_context(context)?)
}

fn write(args: &Args, target: Target, backend: &Backend, mut out: impl Write, edge: &Edge) -> Result<()> {
    match target {
        Target::GeoJson => drop(export::write_geojson(backend.store(), &mut out)?),
        Target::GraphMl => drop(export::write_graphml(backend.store(), &mut out)?),
        Target::Rdf(syntax) => write_rdf(args, syntax, backend, &mut out, edge)?,
        Target::Csv => {}
    }
    Ok(out.flush()?)
}

fn write_rdf(args: &Args, syntax: Syntax, backend: &Backend, out: &mut impl Write, edge: &Edge) -> Result<()> {
    if let Some(path) = &args.construct {
        return Ok(rdf::write(construct(args, path, backend, edge)?, syntax, out)?);
    }
    let quads =
        backend.store().read(args.graph.as_ref().map(|graph| graph.as_ref().into())).map_err(common::explain)?;
    let progress = edge.progress("Reading", Unit::Things("quads"), None);
    let quads: QuadStream = Box::new(quads.inspect(move |_| progress.advance(1)));
    if args.graph.is_some() {
        return Ok(rdf::write(all(quads)?.into_iter().map(without_graph).collect(), syntax, out)?);
    }
    match syntax {
        Syntax::NQuads | Syntax::NTriples => stream(quads, syntax, out),
        _ => Ok(rdf::write(all(quads)?, syntax, out)?),
    }
}

fn all(quads: QuadStream) -> Result<Vec<Quad>> {
    quads.collect::<std::result::Result<_, _>>().map_err(common::explain)
}

fn without_graph(quad: Quad) -> Quad {
    Quad { graph_name: oxrdf::GraphName::DefaultGraph, ..quad }
}

/// Line by line, so that a store of any size can be exported.
fn stream(quads: QuadStream, syntax: Syntax, out: &mut impl Write) -> Result<()> {
    for quad in quads {
        let quad = quad.map_err(common::explain)?;
        match syntax {
            Syntax::NTriples => writeln!(out, "{} {} {} .", quad.subject, quad.predicate, quad.object)?,
            _ => writeln!(out, "{quad} .")?,
        }
    }
    Ok(())
}

fn construct(args: &Args, path: &Path, backend: &Backend, edge: &Edge) -> Result<Vec<Quad>> {
    let question = query::read_file(path, &[], edge)?.over(backend.store())?;
    if !matches!(question.form(), Form::Construct | Form::Describe) {
        return Err(Failure::usage(format!("{} gives rows, not triples", path.display()))
            .hint("--construct takes a CONSTRUCT or DESCRIBE; `citypact query -f` takes any query"));
    }
    if args.no_service && question.asks_others() {
        return Err(answer::explain(QueryError::NotAllowed("SERVICE")));
    }
    let triples = answer::triples(backend, &question)?;
    let quad = |triple: oxrdf::Triple| rdf::canonical_quad(triple.in_graph(oxrdf::GraphName::DefaultGraph));
    Ok(triples.into_iter().map(quad).collect())
}
