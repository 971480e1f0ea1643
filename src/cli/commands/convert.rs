//! `citypact convert`: records to RDF.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use crate::cli::edge::Edge;
use crate::cli::input::{self, RecordArgs};
use crate::cli::output;
use crate::cli::register::RegisterArgs;
use crate::cli::report::{Failure, Outcome, Result};
use crate::convert::{self, Summary};
use crate::counted::counted;
use crate::format::Syntax;
use crate::load::LoadInput;
use crate::record::read::{Container, Input, Whole};

/// Convert records to RDF
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  citypact convert examples/articles/004.jsonl\n  \
    citypact convert records/*.jsonl.gz --out cities.trig --reject left-out.jsonl\n  \
    extractor | citypact convert - --to nquads --unresolved reject\n\nIn parts, by as many processes as wished (see examples/scale):\n  \
    citypact convert records.jsonl --places-out records.places\n  \
    tail -n +100001 records.jsonl | citypact convert - --places-in records.places --part-of records.jsonl:100001 --to nquads")]
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
    parts: PartArgs,
    #[command(flatten)]
    records: RecordArgs,
    #[command(flatten)]
    register: RegisterArgs,
}

/// How the files of one run are converted in parts.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Converting in parts")]
struct PartArgs {
    /// Convert nothing, but write what any part of the files must know of the others to this file: ids, places, languages of
    /// sources, names, and what is wrong between records
    #[arg(long, value_name = "FILE", conflicts_with_all = ["places_in", "to", "out", "reject", "resolution_report", "table"])]
    places_out: Option<PathBuf>,
    /// The file that --places-out made of all files of the run; those given now are some of them, or a part of one
    #[arg(long, value_name = "FILE", conflicts_with = "table")]
    places_in: Option<PathBuf>,
    /// The file given is a part of this one (JSON Lines), and begins at this line of it, counted from 1
    #[arg(long, value_name = "FILE:LINE", requires = "places_in", value_parser = whole)]
    part_of: Option<Whole>,
}

impl PartArgs {
    /// The inputs, as parts of what they are parts of.
    fn divided<'s>(&self, inputs: Vec<LoadInput<'s>>, container: Option<Container>) -> Result<Vec<LoadInput<'s>>> {
        let Some(whole) = &self.part_of else { return Ok(inputs) };
        if container.is_some_and(|container| container != Container::JsonLines) {
            return Err(Failure::usage("only files of JSON Lines can be converted in parts")
                .hint("convert whole files by --places-in"));
        }
        match <[LoadInput<'_>; 1]>::try_from(inputs) {
            Ok([LoadInput::File(input)]) => Ok(vec![input.part_of(whole.clone()).into()]),
            _ => {
                Err(Failure::usage("--part-of says of one file what it is a part of")
                    .hint("convert the parts one by one"))
            }
        }
    }
}

/// The name of a file and one of its lines.
fn whole(text: &str) -> std::result::Result<Whole, String> {
    let parts = text.rsplit_once(':').filter(|(name, _)| !name.is_empty());
    let line = parts.and_then(|(name, line)| Some((name, line.parse::<u64>().ok()?.checked_sub(1)?)));
    let (name, before) = line.ok_or_else(|| "write FILE:LINE, such as cities.jsonl:100001".to_owned())?;
    Ok(Whole { name: name.into(), before })
}

/// The container that a name stands for.
pub fn container(name: &str) -> std::result::Result<Container, String> {
    Container::from_suffix(name).ok_or_else(|| "records are laid out as jsonl, json or csv".to_owned())
}

/// Converts.
pub fn run(args: &Args, edge: &Edge) -> Result {
    if let Some(path) = &args.parts.places_out {
        return output::to_file(path, &args.files, |file| survey(args, edge, file));
    }
    let by_suffix = output::by_suffix(args.out.as_deref().filter(|_| args.to.is_none()), str::parse::<Syntax>)?;
    let syntax = args.to.or(by_suffix).unwrap_or(Syntax::Turtle);
    args.records.check_outputs(args.out.as_deref())?;
    match &args.out {
        Some(path) => output::to_file(path, &args.files, |file| write(args, syntax, edge, file)),
        None => write(args, syntax, edge, edge.stdout()),
    }
}

fn write(args: &Args, syntax: Syntax, edge: &Edge, mut out: impl Write) -> Result {
    let mut options = args.records.options(args.from);
    options.survey = args.parts.places_in.clone().map(Input::Path);
    let (inputs, progress) = match &options.survey {
        Some(_) => input::inputs_once(&args.files, edge)?,
        None => input::inputs(&args.files, edge)?,
    };
    let mut listener = args.records.listen(&args.files, edge)?;
    let register = args.register.open(edge)?;
    let inputs = args.records.tables(inputs, &register, &mut listener, edge)?;
    let inputs = args.parts.divided(inputs, args.from)?;
    let summary: Summary =
        convert::convert_to(&inputs, &register, &options, syntax, &mut out, &mut |event| listener.hear(event))?;
    out.flush()?;
    progress.finish();
    output::say_dropped(syntax, edge);
    listener.finish(&summary)
}

/// Writes what the parts of a run must know of each other.
fn survey(args: &Args, edge: &Edge, out: impl Write) -> Result {
    let mut files: Vec<_> = args.files.iter().collect();
    files.sort_unstable();
    if let Some([twice, _]) = files.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(Failure::usage(format!("{} is given twice", twice.display())));
    }
    let (inputs, progress) = input::inputs(&args.files, edge)?;
    let options = args.records.options(args.from);
    let register = args.register.open(edge)?;
    let out = BufWriter::new(out);
    let found = convert::survey(&inputs, &register, &options, out, &mut |event| input::warn(&event, edge))?;
    progress.finish();
    let (ids, places) = (counted(found.ids, "id"), counted(found.places, "place record"));
    edge.say(format_args!("{ids}, {places}; convert the parts with --places-in"));
    Ok(if found.errors == 0 { Outcome::Done } else { Outcome::Rejected })
}
