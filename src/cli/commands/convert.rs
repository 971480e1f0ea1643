//! `citypact convert`: records to RDF.

use std::io::Write;
use std::path::PathBuf;

use crate::cli::edge::Edge;
use crate::cli::input::{self, RecordArgs};
use crate::cli::output;
use crate::cli::register::RegisterArgs;
use crate::cli::report::Result;
use crate::convert::{self, Summary};
use crate::format::Syntax;
use crate::record::read::Container;

/// Convert records to RDF
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  citypact convert examples/articles/004.jsonl\n  \
    citypact convert records/*.jsonl.gz --out cities.trig --reject left-out.jsonl\n  \
    extractor | citypact convert - --to nquads --unresolved reject")]
pub struct Args {
    /// Files of records: .jsonl, .ndjson, .json or .csv, each maybe .gz or .zst; `-` is standard input. With --table: tables
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Syntax of the output: turtle, trig, ntriples, nquads, rdfxml or jsonld; by default what the suffix of --out says,
    /// else turtle
    #[arg(long, value_name = "SYNTAX")]
    to: Option<Syntax>,
    /// File to write, compressed where it ends in .gz or .zst; standard output where not given
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
    let by_suffix = output::by_suffix(args.out.as_deref().filter(|_| args.to.is_none()), str::parse::<Syntax>)?;
    let syntax = args.to.or(by_suffix).unwrap_or(Syntax::Turtle);
    args.records.check_outputs(args.out.as_deref())?;
    match &args.out {
        Some(path) => output::to_file(path, &args.files, |file| write(args, syntax, edge, file)),
        None => write(args, syntax, edge, edge.stdout()),
    }
}

fn write(args: &Args, syntax: Syntax, edge: &Edge, mut out: impl Write) -> Result {
    let (inputs, progress) = input::inputs(&args.files, edge)?;
    let options = args.records.options(args.from);
    let mut listener = args.records.listen(&args.files, edge)?;
    let register = args.register.open(edge)?;
    let inputs = args.records.tables(inputs, &register, &mut listener, edge)?;
    let summary: Summary =
        convert::convert_to(&inputs, &register, &options, syntax, &mut out, &mut |event| listener.hear(event))?;
    out.flush()?;
    progress.finish();
    output::say_dropped(syntax, edge);
    listener.finish(&summary)
}
