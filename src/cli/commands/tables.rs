//! `citypact tables`: tables as people keep them: what one is taken for, and what a mapping makes of it.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cli::edge::Edge;
use crate::cli::listener::told;
use crate::cli::register::RegisterArgs;
use crate::cli::report::{Outcome, Result};
use crate::cli::tables_input::mapping;
use crate::record::read::Input;
use crate::table::guess::{Known, guess};
use crate::table::preview::{Seen, preview};

/// Tables as people keep them: guess what one says as a mapping, and see what a mapping makes of it
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Guess(GuessArgs),
    Preview(PreviewArgs),
}

/// Write a mapping of a table to read and mend: what it is taken for, each guess with its reason
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A table is delimited text of any encoding, a workbook (.xlsx, .xls, .ods), a page (.html), results of a \
    SPARQL query, or a list of JSON objects.\n\nExamples:\n  citypact tables guess xian.csv --place cn-xian > xian.toml\n  \
    citypact tables preview xian.csv --table xian.toml\n  citypact convert xian.csv --table xian.toml"
)]
struct GuessArgs {
    /// The table
    file: PathBuf,
    /// Whose ties they are, where no column says it: an id of the register, or a name
    #[arg(long, value_name = "PLACE")]
    place: Option<String>,
    /// The sheet of a workbook or the table of a page to look at, by its name or number
    #[arg(long, value_name = "SHEET")]
    sheet: Option<String>,
    /// The encoding of a text, where the guess at it is wrong
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    #[command(flatten)]
    register: RegisterArgs,
}

/// Show the first records that a mapping makes of a table, beside their rows; what it left out, and why
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  citypact tables preview xian.csv --table xian.toml\n  citypact tables preview xian.csv \
    --table xian.toml --rows 3"
)]
struct PreviewArgs {
    /// The table
    file: PathBuf,
    /// The mapping
    #[arg(long, value_name = "MAPPING")]
    table: PathBuf,
    /// Rows to show at most, of those with records and of those without
    #[arg(long, value_name = "N", default_value_t = 10)]
    rows: usize,
    #[command(flatten)]
    register: RegisterArgs,
}

/// Runs the command.
pub fn run(args: &Args, edge: &Edge) -> Result {
    match &args.command {
        Command::Guess(args) => run_guess(args, edge),
        Command::Preview(args) => run_preview(args, edge),
    }
}

fn input(file: &Path) -> Result<Input> {
    Ok(Input::from_argument(file).with_context(|| format!("cannot read {}", file.display()))?)
}

fn run_guess(args: &GuessArgs, edge: &Edge) -> Result {
    let register = args.register.open(edge)?;
    let known = Known { place: args.place.clone(), sheet: args.sheet.clone(), encoding: args.encoding.clone() };
    let input = input(&args.file)?;
    let guessed = guess(&input, &known, &register)?;
    let mut out = edge.stdout();
    out.write_all(guessed.as_bytes())?;
    out.flush()?;
    let stem = input.stem();
    edge.say(format_args!(
        "Read it, mend what is wrong, and keep it as {stem}.toml; then see what it gives:\n  citypact tables preview {} --table \
         {stem}.toml",
        input.name()
    ));
    Ok(Outcome::Done)
}

fn run_preview(args: &PreviewArgs, edge: &Edge) -> Result {
    let register = args.register.open(edge)?;
    let input = input(&args.file)?;
    let mapping = mapping(&args.table)?;
    let Seen { rows, left_out, account, remarks } = preview(&input, &mapping, &register, args.rows)?;
    let mut out = edge.stdout();
    for row in &rows {
        writeln!(out, "{}\n  {}", row.place, row.cells.join(" | "))?;
        row.records.iter().try_for_each(|record| writeln!(out, "  → {record}"))?;
        row.faults.iter().try_for_each(|fault| writeln!(out, "  ✗ {fault}"))?;
    }
    if !left_out.is_empty() {
        writeln!(out, "\nLeft out:")?;
    }
    for row in &left_out {
        let faults: String = row.faults.iter().map(|fault| format!("\n  ✗ {fault}")).collect();
        writeln!(out, "{} {}: {}{faults}", row.place, row.fate, row.cells.join(" | "))?;
    }
    remarks.iter().try_for_each(|remark| writeln!(out, "{remark}"))?;
    writeln!(out, "\n{}", told(&input.name(), &account))?;
    out.flush()?;
    Ok(if account.errors == 0 { Outcome::Done } else { Outcome::Rejected })
}
