//! `citypact update`: changes by SPARQL.

use std::path::PathBuf;

use super::query::{options, text_of, warn_of_unknown_terms};
use crate::cli::answer::{LimitArgs, permit};
use crate::cli::backend::{Backend, TargetArgs};
use crate::cli::edge::Edge;
use crate::cli::report::{Outcome, Result};
use crate::counted::counted;
use crate::query::{Cancel, Limits, Update};

/// Change a store by SPARQL: all operations of a text or none
#[derive(Debug, clap::Args)]
#[command(after_help = "The prefixes of the vocabulary and of those it borrows are known. \
    LOAD reads RDF of any syntax, known by its media type or its suffix, from the web and from files (`LOAD <file:///home/me/a.ttl>`); \
    with --endpoint it is the endpoint that loads.\n\nExamples:\n  \
    citypact update 'DELETE WHERE { GRAPH graph:links { place:cn-qingdao owl:sameAs ?other } }'\n  \
    citypact update -f changes.ru --store cities.db\n  \
    citypact update 'LOAD <https://cities.example.org/graphs?default> INTO GRAPH graph:cities'\n  \
    citypact update -f changes.ru --endpoint http://localhost:7878/sparql --token-file token")]
pub struct Args {
    /// SPARQL Update; `-` reads it from standard input
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    update: Option<String>,
    /// Read the update from a file
    #[arg(long, short = 'f', value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    limits: LimitArgs,
}

/// Changes.
pub fn run(args: &Args, edge: &Edge) -> Result {
    let (text, name) = text_of(args.update.as_deref(), args.file.as_deref())?;
    let options = options(&name);
    let update = Update::parse(&text, &options)?;
    warn_of_unknown_terms(&text, &options, edge, &str::to_owned);
    permit(args.limits.services(), update.asks_others())?;
    let limits = args.limits.limits();
    let backend = args.target.open("update", &limits, edge)?;
    edge.say(change(&backend, &update, &limits, &Cancel::new())?);
    Ok(Outcome::Done)
}

/// Carries an update out and says what it did.
pub fn change(backend: &Backend, update: &Update, limits: &Limits, cancel: &Cancel) -> Result<String> {
    let stats = backend.update(update, limits, cancel)?;
    Ok(stats.map_or_else(
        || "The endpoint has done it.".to_owned(),
        |stats| format!("{} added, {} removed", counted(stats.inserted, "quad"), stats.removed),
    ))
}
