//! The command line: one file a command, each an `Args` struct whose doc comments are the help and a function that runs it.
//!
//! Nothing here holds logic that the library lacks.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::{ArgMatches, ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand};

mod again;
mod answer;
mod backend;
mod commands;
mod common;
mod config;
mod conflicts;
mod edge;
mod endpoint;
mod files;
mod follow;
mod input;
mod interrupt;
mod listener;
mod log_file;
mod output;
mod pager;
mod progress;
mod reference;
mod register;
mod report;
mod screen;
mod tables_input;
mod watch;
mod work;

use commands::{
    backup, check, completions, convert, demo, diff, export, generate, infer, info, load, ontology, places, query,
    release, schema, serve, shell, tables, update,
};
use config::Config;
use edge::Edge;
use report::{Failure, Outcome, Result};

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
    /// File of settings, instead of citypact.toml in the working directory (so does the variable CITYPACT_CONFIG)
    #[arg(long, value_name = "FILE", global = true)]
    config_file: Option<OsString>,
}

/// A command line understood, with all that a command may want to know of it.
struct Line {
    command: Command,
    edge: Edge,
    config: Config,
    definition: clap::Command,
    matches: ArgMatches,
}

#[derive(Debug, Subcommand)]
enum Command {
    Convert(convert::Args),
    Load(load::Args),
    Query(query::Args),
    Queries(query::ListArgs),
    Update(update::Args),
    Shell(Box<shell::Args>),
    Export(export::Args),
    Release(release::Args),
    Check(check::Args),
    Infer(infer::Args),
    Diff(diff::Args),
    Generate(generate::Args),
    Demo(demo::Args),
    Info(info::Args),
    Backup(backup::BackupArgs),
    Restore(backup::RestoreArgs),
    Optimize(backup::OptimizeArgs),
    CheckIndex(backup::CheckIndexArgs),
    Tables(tables::Args),
    Places(places::Args),
    Schema(schema::Args),
    Serve(Box<serve::Args>),
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
/// usage, 3 data rejected or checks failed, 130 interrupted.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let program = args.first().map_or_else(|| "citypact".to_owned(), |name| name.to_string_lossy().into_owned());
    let edge = Edge::read(program);
    match parse(&args, &edge) {
        Ok(Ok(line)) => report::finish(dispatch(&line), &line.edge),
        Ok(Err(error)) => usage(&error, &edge),
        Err(failure) => report::finish(Err(failure), &edge),
    }
}

/// Reads the configuration, then the arguments, for which it gives the defaults.
fn parse(args: &[OsString], edge: &Edge) -> Result<std::result::Result<Line, clap::Error>> {
    let config = Config::read(args, edge)?;
    let plain = args.iter().any(|arg| arg == "--no-color");
    let color = if plain { ColorChoice::Never } else { ColorChoice::Auto };
    let definition = config.apply(command())?.color(color);
    Ok(understand(args, edge, config, definition))
}

fn understand(
    args: &[OsString],
    edge: &Edge,
    config: Config,
    mut definition: clap::Command,
) -> std::result::Result<Line, clap::Error> {
    let matches = definition.try_get_matches_from_mut(args)?;
    let cli = Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut definition))?;
    let edge = edge.clone().with_flags(cli.global.quiet, cli.global.no_color);
    Ok(Line { command: cli.command, edge, config, definition, matches })
}

/// Help and the version are what was asked for: status 0 where they could be written; everything else is wrong usage: 2.
fn usage(error: &clap::Error, edge: &Edge) -> ExitCode {
    let printed = error.print().and_then(|()| std::io::stdout().flush());
    if error.use_stderr() {
        return ExitCode::from(2);
    }
    report::finish(printed.map(|()| Outcome::Done).map_err(Failure::from), edge)
}

fn dispatch(line: &Line) -> Result {
    let edge = &line.edge;
    // A server ends in its own way, and in the shell Ctrl-C ends a question only.
    if !matches!(line.command, Command::Serve(_) | Command::Shell(_)) {
        interrupt::watch();
    }
    match &line.command {
        Command::Convert(args) => convert::run(args, edge),
        Command::Load(args) => load::run(args, edge),
        Command::Query(args) => query::run(args, edge),
        Command::Queries(args) => query::list(args, edge),
        Command::Update(args) => update::run(args, edge),
        Command::Shell(args) => shell::run(args, edge),
        Command::Export(args) => export::run(args, edge),
        Command::Release(args) => release::run(args, edge),
        Command::Check(args) => check::run(args, edge),
        Command::Infer(args) => infer::run(args, edge),
        Command::Diff(args) => diff::run(args, edge),
        Command::Generate(args) => generate::run(args, edge),
        Command::Demo(args) => demo::run(args, edge),
        Command::Info(args) => info::run(args, edge, || line.config.table(&line.definition, &line.matches)),
        Command::Backup(args) => backup::backup(args, edge),
        Command::Restore(args) => backup::restore(args, edge),
        Command::Optimize(args) => backup::optimize(args, edge),
        Command::CheckIndex(args) => backup::check_index(args, edge),
        Command::Tables(args) => tables::run(args, edge),
        Command::Places(args) => places::run(args, edge),
        Command::Schema(args) => schema::run(args, edge),
        Command::Serve(args) => serve::run(args, edge),
        Command::Ontology(args) => ontology::run(args, edge),
        Command::Context(args) => ontology::run_context(args, edge),
        Command::Completions(args) => completions::run(args, edge),
        Command::Man(args) => completions::run_man(args, edge),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_definition_of_the_command_holds_together() {
        super::command().debug_assert();
    }
}
