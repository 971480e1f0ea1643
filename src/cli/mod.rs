//! The command line: one file a command, each an `Args` struct whose doc comments are the help and a function that runs it.
//!
//! Nothing here holds logic that the library lacks.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

mod common;
mod completions;
mod edge;
mod info;
mod maintain;
mod ontology;
mod places;
mod report;
mod schema;

use edge::Edge;
use report::Result;

/// Friendship-city records into linked data that can be trusted and asked.
#[derive(Debug, Parser)]
#[command(name = "citypact", version, max_term_width = 100, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Args)]
struct Global {
    /// Say nothing but results and errors
    #[arg(long, short = 'q', global = true)]
    quiet: bool,
    /// Do not colour the output (so does the variable NO_COLOR)
    #[arg(long, global = true)]
    no_color: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Info(info::Args),
    Backup(maintain::BackupArgs),
    Restore(maintain::RestoreArgs),
    Optimize(maintain::OptimizeArgs),
    Places(places::Args),
    Schema(schema::Args),
    Ontology(ontology::Args),
    Context(ontology::ContextArgs),
    Completions(completions::Args),
    Man(completions::ManArgs),
}

/// The whole command, for help, completions and man pages.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command line `args`, the program's name first, and gives the exit status: 0 done, 1 failed, 2 wrong
/// usage, 3 data rejected or checks failed.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let program = args.first().map_or_else(|| "citypact".to_owned(), |name| name.to_string_lossy().into_owned());
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let edge = Edge::read(program, cli.global.quiet, cli.global.no_color);
    report::finish(dispatch(cli.command, &edge), &edge)
}

/// Help and the version are what was asked for: status 0; everything else is wrong usage: 2.
fn usage(error: &clap::Error) -> ExitCode {
    // A closed pipe has had enough of the help.
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS }
}

fn dispatch(command: Command, edge: &Edge) -> Result {
    match command {
        Command::Info(args) => info::run(&args, edge),
        Command::Backup(args) => maintain::backup(&args, edge),
        Command::Restore(args) => maintain::restore(&args, edge),
        Command::Optimize(args) => maintain::optimize(&args, edge),
        Command::Places(args) => places::run(&args, edge),
        Command::Schema(args) => schema::run(&args, edge),
        Command::Ontology(args) => ontology::run(&args, edge),
        Command::Context(args) => ontology::run_context(&args, edge),
        Command::Completions(args) => completions::run(&args, edge),
        Command::Man(args) => completions::run_man(&args, edge),
    }
}
