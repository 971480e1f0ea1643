//! `citypact diff`: what has changed between two data sets.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::ValueEnum;
use oxrdf::{GraphName, Quad};

use super::backend::{Backend, TargetArgs};
use super::common;
use super::data;
use super::edge::Edge;
use super::input;
use super::report::{Failure, Outcome, Result};
use crate::load::{Content, FileOptions, read_files};
use crate::output::diff as output;
use crate::place::Register;
use crate::query::Limits;
use crate::rdf::{self, Diff, Side};
use crate::store::is_store;
use crate::vocab;

/// Show what has changed between two data sets, whatever their blank nodes are called
#[derive(Debug, clap::Args)]
#[command(after_help = "Each side is a file of RDF or of records, a folder of them, the directory of a store, or \
    the address of a SPARQL endpoint. \
    Statements are compared graph by graph; names of blank nodes do not count, nor does the order.\n\nExit status: 0 where \
    both say the same, 3 where they differ, 1 where they cannot be compared.\n\nExamples:\n  citypact diff old.ttl new.ttl\n  \
    citypact diff examples/articles/004.jsonl citypact.db --to json\n  citypact diff citypact.db http://localhost:7878/sparql\n  citypact diff old.db new.db --to patch > changes.rdfp")]
pub struct Args {
    /// What was
    old: PathBuf,
    /// What is
    new: PathBuf,
    /// How to show it: text is grouped by graph and subject, patch is RDF Patch (lines of A and D), json has lists of
    /// N-Quads; text for a terminal and patch for a pipe where not given
    #[arg(long, value_enum, value_name = "FORMAT")]
    to: Option<Format>,
    /// File with the token that an endpoint, or the server of a store, asks for
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Compare the triples, whatever graph they are in
    #[arg(long)]
    merge: bool,
    /// What files hold, whatever suffixes say: jsonl, json, csv, turtle, trig, ntriples, nquads, rdfxml or jsonld
    #[arg(long, value_name = "LAYOUT", value_parser = data::content)]
    from: Option<Content>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Patch,
    Json,
}

/// Compares.
pub fn run(args: &Args, edge: &Edge) -> Result {
    if input::is_standard_input(&args.old) && input::is_standard_input(&args.new) {
        return Err(Failure::usage("standard input (`-`) can be read only once"));
    }
    let (old, new) = alike(read(&args.old, args, edge)?, read(&args.new, args, edge)?, edge);
    let diff = rdf::diff_sides(old, new)?;
    let mut out = edge.results(true);
    write(args, &diff, edge, &mut out)?;
    out.flush()?;
    edge.say(format_args!("{} statements added, {} removed", diff.added.len(), diff.removed.len()));
    Ok(if diff.is_empty() { Outcome::Done } else { Outcome::Rejected })
}

fn write(args: &Args, diff: &Diff, edge: &Edge, out: &mut impl Write) -> Result<()> {
    let otherwise = if edge.stdout_is_terminal { Format::Text } else { Format::Patch };
    match args.to.unwrap_or(otherwise) {
        Format::Text => output::text(diff, edge.color, out)?,
        Format::Patch => output::patch(diff, out)?,
        Format::Json => output::json(diff, out)?,
    }
    Ok(())
}

/// What is compared: a store, a file or a folder.
#[derive(Default)]
struct Data {
    quads: Side,
    /// The vocabulary, which a store was given when records were loaded.
    vocabulary: Side,
    is_store: bool,
}

impl Data {
    /// Whether the vocabulary is among its graphs, or, in a syntax without graphs, in it.
    fn has_vocabulary(&self) -> bool {
        let declared = Quad::new(vocab::ONTOLOGY, vocab::rdf::type_, vocab::owl::Ontology, GraphName::DefaultGraph);
        !self.vocabulary.is_empty() || self.quads.states(&declared)
    }

    fn take(&mut self, quad: Quad, merge: bool) {
        let quad = rdf::quad_by_value(rdf::canonical_quad(quad));
        let is_vocabulary = matches!(&quad.graph_name, GraphName::NamedNode(graph) if graph.as_str() == vocab::graph::ontology.as_str());
        let side = if is_vocabulary { &mut self.vocabulary } else { &mut self.quads };
        side.extend([if merge { Quad { graph_name: GraphName::DefaultGraph, ..quad } } else { quad }]);
    }
}

/// Both sides without what one of them cannot have: the vocabulary, of files that it was not written to, and graphs, in a
/// syntax that has none.
fn alike(old: Data, new: Data, edge: &Edge) -> (Side, Side) {
    let without = |one: &Data, other: &Data| one.has_vocabulary() && !other.has_vocabulary() && !other.is_store;
    let leave_out = without(&old, &new) || without(&new, &old);
    let [mut old, mut new] = [old, new].map(|data| {
        let mut quads = data.quads;
        if !leave_out {
            quads.append(data.vocabulary);
        }
        quads
    });
    if leave_out {
        edge.say("The vocabulary, which only one of them holds, is left out.");
    }
    if old.is_other_kind(&new) {
        edge.say("One of them has no graphs: the triples are compared, whatever graph they are in.");
        (old, new) = (old.without_graphs(), new.without_graphs());
    }
    (old, new)
}

/// The quads of a store, a file or the files of a folder.
fn read(path: &Path, args: &Args, edge: &Edge) -> Result<Data> {
    let mut side = Data::default();
    if let Some(store) = store(path, args, edge)? {
        side.is_store = true;
        for quad in store.store().read(None).map_err(common::explain)? {
            side.take(quad.map_err(common::explain)?, args.merge);
        }
        return Ok(side);
    }
    let (inputs, progress) = input::inputs(&files(path, args)?, edge)?;
    let options = FileOptions { content: args.from, ..FileOptions::default() };
    let summary =
        read_files(&inputs, &Register::builtin(), &options, &mut |event| input::warn(&event, edge), &mut |quad| {
            side.take(quad, args.merge);
        })
        .map_err(data::explain)?;
    progress.finish();
    if summary.is_complete() {
        return Ok(side);
    }
    Err(Failure::from(anyhow::Error::msg(format!("{} records of {} do not convert", summary.rejected, path.display())))
        .hint("`citypact convert --reject FILE` sets them apart"))
}

/// The store that a side is: behind an endpoint, in a directory, or in one that a server holds.
fn store(path: &Path, args: &Args, edge: &Edge) -> Result<Option<Backend>> {
    let address = path.to_str().filter(|text| text.starts_with("http://") || text.starts_with("https://"));
    if address.is_none() && !(path.is_dir() && is_store(path).map_err(common::explain)?) {
        return Ok(None);
    }
    let token_file = args.token_file.clone();
    TargetArgs::new(path.to_owned(), address.map(str::to_owned), token_file)
        .open_read_only(&Limits::default(), edge)
        .map(Some)
}

/// The file, or the files of a folder that hold records or RDF, in the order of their names.
fn files(path: &Path, args: &Args) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let context = || format!("cannot read {}", path.display());
    let entries = std::fs::read_dir(path).with_context(context)?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<Vec<_>>>();
    let mut paths = paths.with_context(context)?;
    paths.retain(|path| path.is_file() && (args.from.is_some() || data::is_known(path)));
    paths.sort();
    if paths.is_empty() {
        let hint = "name a store, a file, or a folder of .jsonl, .ttl, .trig, .nq … files";
        return Err(Failure::usage(format!("{} holds neither a store nor data", path.display())).hint(hint));
    }
    Ok(paths)
}
