//! `citypact generate`: records of a synthetic world.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use crate::cli::edge::Edge;
use crate::cli::output;
use crate::cli::progress::{Progress, Unit};
use crate::cli::report::{Failure, Outcome, Result};
use crate::convert::{self, Options};
use crate::format::Syntax;
use crate::generate::{self, Known, World};
use crate::place::Register;
use crate::record::read::Input;

const BUFFER: usize = 1 << 18;

/// Generate a synthetic world: places, ties told of by several documents, counts, and a known number of contradictions
#[derive(Debug, clap::Args)]
#[command(after_help = "The same numbers always give the same world. What is known of it is said at the end: so many \
    conflicts must `citypact check --conflicts` find.\n\nExamples:\n  citypact generate --places 1000 --out world.jsonl\n  \
    citypact generate --places 100000 --seed 7 | citypact load - --store world.db\n  \
    citypact generate --places 1000 --to nquads --out world.nq")]
pub struct Args {
    /// Places below the states, four at least; about five records come of each
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(4..=100_000_000))]
    places: u64,
    /// Another seed, another world
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// File to write; standard output where not given
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// File to write the conflicts into that are in the world: JSON Lines of the rule and the IRIs of the facts
    #[arg(long, value_name = "FILE")]
    known: Option<PathBuf>,
    /// jsonl (records), or a syntax of RDF to convert them to: turtle, trig, ntriples, nquads, rdfxml, jsonld; by default
    /// what the suffix of --out says, else jsonl
    #[arg(long, value_name = "FORMAT", value_parser = target)]
    to: Option<Target>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Records,
    Rdf(Syntax),
}

fn target(name: &str) -> std::result::Result<Target, String> {
    match name.to_ascii_lowercase().as_str() {
        "jsonl" | "ndjson" => Ok(Target::Records),
        name => name
            .parse()
            .map(Target::Rdf)
            .map_err(|_| "one of jsonl, turtle, trig, ntriples, nquads, rdfxml, jsonld".to_owned()),
    }
}

/// Generates.
pub fn run(args: &Args, edge: &Edge) -> Result {
    let by_suffix = output::by_suffix(args.out.as_deref().filter(|_| args.to.is_none()), target)?;
    let target = args.to.or(by_suffix).unwrap_or(Target::Records);
    let known = match &args.out {
        Some(path) => output::to_file(path, [], |file| write(args, target, edge, file))?,
        None => write(args, target, edge, &mut edge.stdout())?,
    };
    if let Some(path) = &args.known {
        output::to_file(path, [], |file| write_known(&known, file))?;
    }
    edge.say(sum(&known));
    Ok(Outcome::Done)
}

fn write(args: &Args, target: Target, edge: &Edge, out: &mut dyn Write) -> Result<Known> {
    let world = World { places: args.places, seed: args.seed };
    let progress = edge.progress("Generating", Unit::Bytes, None);
    let known = match target {
        Target::Records => {
            let mut out = BufWriter::with_capacity(BUFFER, Counted { out, progress: progress.clone() });
            let known = generate::write(world, &mut out)?;
            out.flush()?;
            known
        }
        Target::Rdf(syntax) => {
            let folder = tempfile::tempdir()?;
            let records = folder.path().join("records.jsonl");
            let file = Counted { out: File::create(&records)?, progress: progress.clone() };
            let mut file = BufWriter::with_capacity(BUFFER, file);
            let known = generate::write(world, &mut file)?;
            file.flush()?;
            converted(records, syntax, out)?;
            known
        }
    };
    progress.finish();
    Ok(known)
}

fn converted(records: PathBuf, syntax: Syntax, out: &mut dyn Write) -> Result<()> {
    let inputs = [Input::Path(records)];
    let summary =
        convert::convert_to(&inputs, &Register::builtin(), &Options::default(), syntax, &mut *out, &mut |_| {})?;
    out.flush()?;
    if summary.is_complete() {
        return Ok(());
    }
    Err(Failure::from(anyhow::Error::msg(format!("{} of the generated records do not convert", summary.rejected))))
}

/// A writer that a bar follows.
struct Counted<W> {
    out: W,
    progress: Progress,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.progress.advance_again(written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn sum(known: &Known) -> String {
    let by_rule: Vec<String> = known.conflicts.iter().map(|(rule, all)| format!("{} {rule}", all.len())).collect();
    format!(
        "{} records: {} places, {} documents, {} ties in {} statements, {} agreements, {} counts\n\
         Conflicts: {} ({})",
        known.records,
        known.places,
        known.documents,
        known.ties,
        known.statements,
        known.agreements,
        known.counts,
        known.conflict_count(),
        by_rule.join(", ")
    )
}

/// Writes the conflicts that are in the world: a JSON object a line, of the rule that finds it and the IRIs of the facts.
fn write_known(known: &Known, out: &mut dyn Write) -> Result<()> {
    for (rule, conflicts) in &known.conflicts {
        for facts in conflicts {
            writeln!(out, "{}", serde_json::json!({ "rule": rule, "facts": facts }))?;
        }
    }
    Ok(())
}
