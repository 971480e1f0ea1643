//! `citypact convert`: records to RDF.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::edge::Edge;
use super::input::{self, RecordArgs};
use super::register::RegisterArgs;
use super::report::{Failure, Result};
use crate::atomic::AtomicFile;
use crate::convert::{self, Summary};
use crate::format::Syntax;
use crate::record::read::Container;

/// Convert records to RDF
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  citypact convert examples/articles/004.jsonl\n  \
    citypact convert records/*.jsonl.gz --out cities.trig --reject left-out.jsonl\n  \
    extractor | citypact convert - --to nquads --unresolved reject")]
pub struct Args {
    /// Files of records: .jsonl, .ndjson, .json or .csv, each maybe .gz or .zst; `-` is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Syntax of the output: turtle, trig, ntriples, nquads, rdfxml or jsonld; by default what the suffix of --out says,
    /// else turtle
    #[arg(long, value_name = "SYNTAX")]
    to: Option<Syntax>,
    /// File to write; standard output where not given
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Layout of the records, whatever suffixes say: jsonl, json or csv
    #[arg(long, value_name = "LAYOUT", value_parser = container)]
    from: Option<Container>,
    #[command(flatten)]
    records: RecordArgs,
    #[command(flatten)]
    register: RegisterArgs,
}

/// The container that a name stands for.
pub fn container(name: &str) -> std::result::Result<Container, String> {
    Container::from_suffix(name).ok_or_else(|| "records are laid out as jsonl, json or csv".to_owned())
}

/// Converts.
pub fn run(args: &Args, edge: &Edge) -> Result {
    let syntax = syntax(args)?;
    match &args.out {
        Some(path) => {
            let context = || format!("cannot write {}", path.display());
            let mut file = AtomicFile::create(path).with_context(context)?;
            let outcome = write(args, syntax, edge, &mut file)?;
            file.commit().with_context(context)?;
            Ok(outcome)
        }
        None => write(args, syntax, edge, edge.stdout()),
    }
}

fn syntax(args: &Args) -> Result<Syntax> {
    if let Some(syntax) = args.to {
        return Ok(syntax);
    }
    let Some(path) = &args.out else { return Ok(Syntax::Turtle) };
    suffix(path).and_then(Syntax::from_suffix).ok_or_else(|| {
        Failure::usage(format!("the suffix of {} names no syntax of RDF", path.display()))
            .hint("say which with --to turtle|trig|ntriples|nquads|rdfxml|jsonld")
    })
}

fn suffix(path: &Path) -> Option<&str> {
    path.extension().and_then(|suffix| suffix.to_str())
}

fn write(args: &Args, syntax: Syntax, edge: &Edge, mut out: impl Write) -> Result {
    let (inputs, progress) = input::inputs(&args.files, edge)?;
    let options = args.records.options(args.from);
    let mut listener = args.records.listen(edge)?;
    let register = args.register.open(edge)?;
    let summary: Summary =
        convert::convert_to(&inputs, &register, &options, syntax, &mut out, &mut |event| listener.hear(event))?;
    out.flush()?;
    progress.finish();
    listener.finish(&summary)
}
