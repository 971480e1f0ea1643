//! `citypact completions` and `citypact man`: for shells and for readers of manuals.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::edge::Edge;
use super::report::{Outcome, Result};

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
    clap_complete::generate(args.shell, &mut super::command(), "citypact", &mut script);
    let mut out = edge.stdout();
    out.write_all(&script)?;
    out.flush()?;
    Ok(Outcome::Done)
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
                out.write_all(super::reference::markdown().as_bytes())?;
            } else {
                clap_mangen::Man::new(super::command()).render(&mut out)?;
            }
            out.flush()?;
        }
    }
    Ok(Outcome::Done)
}

fn write_pages(dir: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
    clap_mangen::generate_to(super::command(), dir).with_context(|| format!("cannot write into {}", dir.display()))
}
