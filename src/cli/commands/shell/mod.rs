//! `citypact shell`: questions in a dialogue, or one after the other from a pipe.

mod commands;
mod complete;
mod entities;
mod line;
mod read;
mod session;
mod words;

use std::sync::Arc;

use crate::cli::answer::{self, IriArgs, LimitArgs, Look};
use crate::cli::backend::DataArgs;
use crate::cli::edge::Edge;
use crate::cli::report::{Outcome, Result};
use crate::format::AnswerFormat;
use read::{Input, Reader};
use session::{Next, Session};
use words::say;

/// Ask in a dialogue, with history, completion and commands
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A text ends where it is a whole query or update; Alt-Enter begins a new line where more could \
    follow, and an empty line ends it in any case. Tab completes keywords, variables, prefixes, terms, entities by \
    their labels, and commands; \\help lists the commands (`.help` does, too). Ctrl-C ends a running query, Ctrl-D the shell. From a pipe a \
    text ends with an empty line, a line with a command, or the end of the input.\n\nExamples:\n  \
    citypact shell\n  citypact shell --data examples/articles/*.jsonl --labels=zh-Hans\n  \
    citypact shell --endpoint https://query.wikidata.org/sparql\n  \
    citypact shell < questions.txt"
)]
pub struct Args {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    limits: LimitArgs,
    /// Format of results, as \format sets it
    #[arg(long, value_name = "FORMAT", value_parser = answer::format)]
    to: Option<AnswerFormat>,
    #[command(flatten)]
    iris: IriArgs,
    /// Language of what the shell says: en, zh-Hans, zh-Hant or ja; by default that of the locale
    #[arg(long, value_name = "LANG")]
    lang: Option<String>,
    /// Do not read the init file ($CITYPACT_INIT, else citypact/init in the folder for settings, such as ~/.config)
    #[arg(long)]
    no_init: bool,
    /// Open the store for changes, too; other programs cannot use it meanwhile
    #[arg(long)]
    write: bool,
}

/// Talks until the input ends.
pub fn run(args: &Args, edge: &Edge) -> Result {
    let limits = args.limits.limits();
    let (backend, mut outcome) =
        if args.write { args.data.open_to_write("shell", &limits, edge)? } else { args.data.open(&limits, edge)? };
    let backend = Arc::new(backend);
    let mut look = Look::by_reader(edge, edge.stdout_is_terminal);
    look.labels.clone_from(&args.iris.labels);
    look.set(args.to);
    let mut reader = Reader::new(&backend, edge)?;
    let language = args.lang.clone().unwrap_or_else(|| edge.language());
    if reader.is_dialogue() {
        edge.say(say(&language, "Ask in SPARQL; \\help lists the commands, Tab completes, Ctrl-D leaves."));
    }
    let mut session = Session::new(backend, edge, limits, look, reader.is_dialogue());
    session.speak(language);
    session.services = args.limits.services();
    session.full = args.iris.full;
    if session.full {
        session.look.show_whole(true, edge);
    }
    if let Some(path) = edge.init_file().filter(|_| !args.no_init) {
        // A slip in it is told and keeps nobody from asking.
        commands::run(&mut session, &format!("\\read {}", path.display()))
            .map_or_else(|failure| edge.warn(session.rendered(&failure)), drop);
    }
    loop {
        let next = match reader.next()? {
            Input::Text(text) => session.take(&text),
            Input::Interrupted => Ok(Next::GoOn),
            Input::End => break,
        };
        match next {
            Ok(Next::GoOn) => {}
            Ok(Next::Leave) => break,
            Err(failure) if failure.is_broken_pipe() && !reader.is_dialogue() => break,
            Err(failure) if failure.is_broken_pipe() => {}
            Err(failure) => {
                edge.warn(session.rendered(&failure));
                // A person has seen it; a script is told by the status.
                if !reader.is_dialogue() {
                    outcome = Outcome::Failed;
                }
            }
        }
    }
    Ok(outcome)
}
