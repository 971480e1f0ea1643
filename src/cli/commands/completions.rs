//! `citypact completions` and `citypact man`: for shells and for readers of manuals.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::builder::PossibleValuesParser;

use crate::atomic::Together;
use crate::cli::edge::Edge;
use crate::cli::report::{Outcome, Result};
use crate::format::{ResultsFormat, Syntax};
use crate::query::library;

/// Print the completion script of a shell
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  citypact completions bash > ~/.local/share/bash-completion/completions/citypact\n  \
    citypact completions zsh > ~/.zfunc/_citypact\n  \
    citypact completions fish > ~/.config/fish/completions/citypact.fish\n  \
    citypact completions powershell >> $PROFILE"
)]
pub struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

/// Prints the script.
pub fn run(args: &Args, edge: &Edge) -> Result {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut offering(crate::cli::command()), "citypact", &mut script);
    let mut out = edge.stdout();
    out.write_all(&script)?;
    out.flush()?;
    Ok(Outcome::Done)
}

/// The command with the values that arguments are likely to have, so that shells offer them. The arguments themselves take
/// more than these: any query, any spelling of a format.
fn offering(command: clap::Command) -> clap::Command {
    let syntaxes = || Syntax::ALL.iter().map(|syntax| syntax.name());
    let rows = || ResultsFormat::ALL.iter().map(|format| format.name());
    let queries = || library().iter().map(|query| query.name.as_ref());
    let offers: [(&str, &str, Vec<&str>); 6] = [
        ("query", "query", queries().collect()),
        ("query", "to", rows().chain(syntaxes()).collect()),
        ("queries", "name", queries().collect()),
        ("convert", "to", syntaxes().collect()),
        ("export", "to", syntaxes().chain(["geojson", "graphml", "csv"]).collect()),
        ("load", "from", ["jsonl", "json", "csv"].into_iter().chain(syntaxes()).collect()),
    ];
    offers.into_iter().fold(command, |command, (name, argument, values)| {
        let offer = |arg: clap::Arg| arg.value_parser(PossibleValuesParser::new(values));
        command.mut_subcommand(name, |command| command.mut_arg(argument, offer))
    })
}

/// Print the manual page, or write one page a command into a folder
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  citypact man | man -l -\n  \
    citypact man --dir ~/.local/share/man/man1\n  \
    citypact man --markdown > COMMANDS.md")]
pub struct ManArgs {
    /// Folder to write the pages of all commands into
    #[arg(long, value_name = "DIR", conflicts_with = "markdown")]
    dir: Option<PathBuf>,
    /// Print the reference of all commands in Markdown
    #[arg(long)]
    markdown: bool,
}

/// Prints or writes the pages.
pub fn run_man(args: &ManArgs, edge: &Edge) -> Result {
    match &args.dir {
        Some(dir) => write_pages(dir)?,
        None => {
            let mut out = edge.stdout();
            if args.markdown {
                out.write_all(crate::cli::reference::markdown().as_bytes())?;
            } else {
                clap_mangen::Man::new(crate::cli::command()).render(&mut out)?;
            }
            out.flush()?;
        }
    }
    Ok(Outcome::Done)
}

fn write_pages(dir: &Path) -> anyhow::Result<()> {
    let write = || {
        let pages = Together::begin(dir)?;
        clap_mangen::generate_to(crate::cli::command(), pages.path())?;
        pages.commit()
    };
    write().with_context(|| format!("cannot write into {}", dir.display()))
}
