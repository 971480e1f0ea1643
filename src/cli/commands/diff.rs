//! `citypact diff`: what has changed between two data sets.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use clap::ValueEnum;
use oxrdf::Quad;

use crate::cli::backend::{Backend, TargetArgs};
use crate::cli::files;

use crate::cli::edge::Edge;
use crate::cli::endpoint::OpenedArgs;
use crate::cli::input;
use crate::cli::progress::Unit;
use crate::cli::report::{Failure, Outcome, Result, of_work};
use crate::cli::work::WorkArgs;
use crate::index::{Graph, GraphFilter, Selection, Version, unshared};
use crate::load::{Content, FileOptions, LoadError, read_files};
use crate::output::diff as output;
use crate::place::Register;
use crate::query::{Executor, Indexing};
use crate::rdf::{self, Diff};
use crate::store::is_store;
use crate::vocab;

/// Show what has changed between two data sets, whatever their blank nodes are called
#[derive(Debug, clap::Args)]
#[command(after_help = "Each side is a file of RDF or of records, a folder of them, the directory of a store, or \
    the address of a SPARQL endpoint. \
    Statements are compared graph by graph; names of blank nodes do not count, nor does the order. Each side is read whole, an endpoint's too, within --limit-memory.\n\nExit status: 0 where \
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
    #[command(flatten)]
    opened: OpenedArgs,
    /// Compare the triples, whatever graph they are in
    #[arg(long)]
    merge: bool,
    /// What files hold, whatever suffixes say: jsonl, json, csv, turtle, trig, ntriples, nquads, rdfxml or jsonld
    #[arg(long, value_name = "LAYOUT", value_parser = files::content)]
    from: Option<Content>,
    #[command(flatten)]
    work: WorkArgs,
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
    let executor = args.work.begin()?;
    let (old, new) = (read(&args.old, args, &executor, edge)?, read(&args.new, args, &executor, edge)?);
    let diff = compare(&old, &new, args, &executor, edge)?;
    let mut out = edge.results(true);
    write(args, &diff, edge, &mut out)?;
    out.flush()?;
    edge.say(format_args!("{} statements added, {} removed", diff.added.len(), diff.removed.len()));
    Ok(if diff.is_empty() { Outcome::Done } else { Outcome::Rejected })
}

fn compare(old: &Data, new: &Data, args: &Args, executor: &Executor, edge: &Edge) -> Result<Diff> {
    let (old, new, by_triple) = alike(old, new, args.merge, edge);
    let predicates = old.version().predicates().len() as u64;
    let progress = edge.progress("Comparing", Unit::Things("predicates"), Some(predicates));
    let go_on = || {
        progress.advance(1);
        executor.check()
    };
    let [gone, come] = unshared(&old, &new, by_triple, &go_on).map_err(of_work)?;
    for data in [&old, &new] {
        executor.sound(data.version()).map_err(of_work)?;
    }
    executor.reserve((gone.len() + come.len()) * size_of::<Quad>()).map_err(of_work)?;
    Ok(rdf::diff_sides(gone.into_iter().collect(), come.into_iter().collect())?)
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
struct Data {
    version: Arc<Version>,
    is_store: bool,
}

impl Data {
    fn graph_of_vocabulary(&self) -> Option<Graph> {
        let name = self.version.id(vocab::graph::ontology.into())?;
        self.version.graphs().iter().copied().find(|graph| graph.id == name && graph.quads > 0)
    }

    /// Whether the vocabulary is among its graphs, or, in a syntax without graphs, in it.
    fn has_vocabulary(&self, merge: bool) -> bool {
        let id = |node: oxrdf::NamedNodeRef<'_>| self.version.id(node.into());
        let declared = [vocab::ONTOLOGY, vocab::rdf::type_, vocab::owl::Ontology].map(id);
        let states = |graphs| {
            declared.iter().all(Option::is_some)
                && Selection::new(self.version.clone(), graphs).triples(declared).next().is_some()
        };
        self.graph_of_vocabulary().is_some() || states(if merge { GraphFilter::Any } else { GraphFilter::One(0) })
    }

    fn without_vocabulary(&self) -> Selection {
        let left_out = self.graph_of_vocabulary().map(|graph| graph.number);
        let graphs = std::iter::once(0).chain(self.version.graphs().iter().map(|graph| graph.number));
        let mut graphs: Vec<u32> = graphs.filter(|graph| Some(*graph) != left_out).collect();
        graphs.sort_unstable();
        Selection::new(self.version.clone(), GraphFilter::Set(graphs.into()))
    }
}

/// Whether one of two selections has nothing but its unnamed graph, and the other nothing in it: they were written in syntaxes
/// of which one has no graphs.
fn are_of_two_kinds(one: &Selection, other: &Selection) -> bool {
    let holds = |data: &Selection| {
        let named = data.version().graphs().iter().any(|graph| graph.quads > 0 && data.graphs().allows(graph.number));
        let unnamed = Selection::new(data.version().clone(), GraphFilter::One(0)).triples([None; 3]).next().is_some();
        (unnamed, named)
    };
    matches!((holds(one), holds(other)), ((true, false), (false, true)) | ((false, true), (true, false)))
}

/// Both sides without what one of them cannot have: the vocabulary, of files that it was not written to, and graphs, in a
/// syntax that has none; and whether triples are to be compared, whatever graph they are in.
fn alike(old: &Data, new: &Data, merge: bool, edge: &Edge) -> (Selection, Selection, bool) {
    let without =
        |one: &Data, other: &Data| one.has_vocabulary(merge) && !other.has_vocabulary(merge) && !other.is_store;
    let leave_out = without(old, new) || without(new, old);
    let [old, new] = [old, new].map(|data| match leave_out {
        true => data.without_vocabulary(),
        false => Selection::all(data.version.clone()),
    });
    if leave_out {
        edge.say("The vocabulary, which only one of them holds, is left out.");
    }
    let by_triple = !merge && are_of_two_kinds(&old, &new);
    if by_triple {
        edge.say("One of them has no graphs: the triples are compared, whatever graph they are in.");
    }
    (old, new, merge || by_triple)
}

/// The quads of a store, a file or the files of a folder.
fn read(path: &Path, args: &Args, executor: &Executor, edge: &Edge) -> Result<Data> {
    if let Some(store) = store(path, args, edge)? {
        let progress = edge.progress("Indexing", Unit::Things("quads"), None);
        let version = store.index(executor, &|quads| progress.advance(quads as u64)).map_err(of_work)?;
        return Ok(Data { version, is_store: true });
    }
    let (inputs, progress) = input::inputs(&files(path, args)?, edge)?;
    let options = FileOptions { content: args.from, ..FileOptions::default() };
    let (mut indexing, mut ended) = (Indexing::new(executor, &|_| {}), None);
    let mut take = |quad: Quad| {
        indexing.push(&quad).map_err(|error| {
            ended = Some(error);
            LoadError::Stopped
        })
    };
    let report = &mut |event| input::warn(&event, edge);
    let read = read_files(&inputs, &Register::builtin(), &options, report, &mut take);
    if let Some(error) = ended {
        return Err(of_work(error));
    }
    let summary = read?;
    progress.finish();
    if summary.is_complete() {
        return Ok(Data { version: indexing.finish(), is_store: false });
    }
    Err(Failure::from(anyhow::Error::msg(format!("{} records of {} do not convert", summary.rejected, path.display())))
        .hint("`citypact convert --reject FILE` sets them apart"))
}

/// The store that a side is: behind an endpoint, in a directory, or in one that a server holds.
fn store(path: &Path, args: &Args, edge: &Edge) -> Result<Option<Backend>> {
    let address = path.to_str().filter(|text| text.starts_with("http://") || text.starts_with("https://"));
    if address.is_none() && !(path.is_dir() && is_store(path)?) {
        return Ok(None);
    }
    TargetArgs::new(path.to_owned(), address.map(str::to_owned), args.opened.clone())
        .open_read_only(&args.work.limits(), edge)
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
    paths.retain(|path| path.is_file() && (args.from.is_some() || files::is_known(path)));
    paths.sort();
    if paths.is_empty() {
        let hint = "name a store, a file, or a folder of .jsonl, .ttl, .trig, .nq … files";
        return Err(Failure::usage(format!("{} holds neither a store nor data", path.display())).hint(hint));
    }
    Ok(paths)
}
