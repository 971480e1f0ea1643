//! `citypact diff`: what has changed between two data sets.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::ValueEnum;

use super::common;
use super::data;
use super::edge::Edge;
use super::input;
use super::report::{Failure, Outcome, Result};
use crate::load::{Content, FileOptions, read_files};
use crate::output::diff as output;
use crate::place::Register;
use crate::rdf::{self, Diff, Side};
use crate::store::{Embedded, Store, is_store};

/// Show what has changed between two data sets, whatever their blank nodes are called
#[derive(Debug, clap::Args)]
#[command(after_help = "Each side is a file of RDF or of records, a folder of them, or the directory of a store. \
    Statements are compared graph by graph; names of blank nodes do not count, nor does the order.\n\nExit status: 0 where \
    both say the same, 3 where they differ, 1 where they cannot be compared.\n\nExamples:\n  citypact diff old.ttl new.ttl\n  \
    citypact diff examples/articles/004.jsonl citypact.db --to json\n  citypact diff old.db new.db --to patch > changes.rdfp")]
pub struct Args {
    /// What was
    old: PathBuf,
    /// What is
    new: PathBuf,
    /// How to show it: text is grouped by graph and subject, patch is RDF Patch (lines of A and D), json has lists of
    /// N-Quads; text for a terminal and patch for a pipe where not given
    #[arg(long, value_enum, value_name = "FORMAT")]
    to: Option<Format>,
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
    let (old, new) = (read(&args.old, args, edge)?, read(&args.new, args, edge)?);
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

/// The quads of a store, a file or the files of a folder.
fn read(path: &Path, args: &Args, edge: &Edge) -> Result<Side> {
    let mut side = Side::default();
    let mut take = |quad| {
        let quad = rdf::canonical_quad(quad);
        side.extend([if args.merge {
            oxrdf::Quad { graph_name: oxrdf::GraphName::DefaultGraph, ..quad }
        } else {
            quad
        }]);
    };
    if path.is_dir() && is_store(path).map_err(common::explain)? {
        let store = Embedded::open_read_only(path).map_err(common::explain)?;
        for quad in Store::read(&store, None).map_err(common::explain)? {
            take(quad.map_err(common::explain)?);
        }
        return Ok(side);
    }
    let (inputs, progress) = input::inputs(&files(path, args)?, edge)?;
    let options = FileOptions { content: args.from, ..FileOptions::default() };
    let summary =
        read_files(&inputs, &Register::builtin(), &options, &mut |event| input::warn(&event, edge), &mut take)
            .map_err(data::explain)?;
    progress.finish();
    if summary.is_complete() {
        return Ok(side);
    }
    Err(Failure::from(anyhow::Error::msg(format!("{} records of {} do not convert", summary.rejected, path.display())))
        .hint("`citypact convert --reject FILE` sets them apart"))
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
