//! `citypact places`: the register of places.

mod import;
mod review;

use std::io::Write;

use crate::cli::common::columns;
use crate::cli::edge::Edge;
use crate::cli::register::RegisterArgs;
use crate::cli::report::{Outcome, Result};
use crate::place::{Candidate, Register};

/// The register of places: find a place from any spelling, add places, answer open names
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Find(FindArgs),
    Import(import::Args),
    Review(review::Args),
}

/// Find the places that a text may mean: a name, or an item of Wikidata
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  citypact places find 撒馬爾罕\n  citypact places find 貴州省貴陽市 --json\n  citypact places find Q17"
)]
struct FindArgs {
    /// The name, in any script, or an item of Wikidata (Q17)
    text: String,
    /// How many to show at most
    #[arg(long, default_value_t = 10)]
    limit: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    register: RegisterArgs,
}

/// Runs the command.
pub fn run(args: &Args, edge: &Edge) -> Result {
    match &args.command {
        Command::Find(args) => find(args, edge),
        Command::Import(args) => import::run(args, edge),
        Command::Review(args) => review::run(args, edge),
    }
}

fn find(args: &FindArgs, edge: &Edge) -> Result {
    let register = args.register.open(edge)?;
    let candidates = register.find(&args.text, args.limit);
    if candidates.is_empty() {
        edge.say(format_args!("No place of the register is called anything like {}.", args.text));
    }
    let mut out = edge.stdout();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &candidates.iter().map(|one| json(one, &register)).collect::<Vec<_>>())?;
        writeln!(out)?;
    } else if !candidates.is_empty() {
        let mut rows = vec![["ID", "NAME", "LEVEL", "STATE", "SCORE", "WHY"].map(str::to_owned).to_vec()];
        rows.extend(candidates.iter().map(row));
        out.write_all(columns(edge, &rows).as_bytes())?;
    }
    out.flush()?;
    Ok(Outcome::Done)
}

fn row(candidate: &Candidate) -> Vec<String> {
    vec![
        candidate.id.clone(),
        candidate.label.clone(),
        candidate.level.to_string(),
        candidate.state.clone().unwrap_or_default(),
        format!("{:.2}", candidate.score),
        candidate.reason.clone(),
    ]
}

fn json(candidate: &Candidate, register: &Register) -> serde_json::Value {
    let codes = register.get(&candidate.id).map(|place| place.codes).unwrap_or_default();
    serde_json::json!({
        "id": candidate.id, "label": candidate.label, "level": candidate.level, "state": candidate.state,
        "codes": codes, "score": candidate.score, "reason": candidate.reason,
    })
}
