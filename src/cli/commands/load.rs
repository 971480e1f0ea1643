//! `citypact load`: files into a store.

use std::path::PathBuf;

use oxrdf::NamedNode;

use crate::atomic::Unfinished;
use crate::cli::backend::TargetArgs;
use crate::cli::edge::Edge;
use crate::cli::files::{FileArgs, iri};
use crate::cli::report::Result;
use crate::counted::counted;
use crate::query::Limits;
use crate::store::discard;

/// Load records or RDF into a store, one transaction a document
#[derive(Debug, clap::Args)]
#[command(after_help = "A document that is loaded again replaces its own graphs and nothing else; what is there \
    already is left as it is.\n\nExamples:\n  citypact load examples/articles/*.jsonl\n  citypact load register.ttl.gz \
    --graph https://example.org/register --store my.db")]
pub struct Args {
    /// Files of records (.jsonl, .ndjson, .json, .csv) or RDF (.ttl, .trig, .nt, .nq, .rdf, .jsonld), each maybe .gz or
    /// .zst; `-` is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    target: TargetArgs,
    /// Graph of RDF triples that name none, an IRI or a prefixed name such as graph:mine; by default the graph of a
    /// document named as the file is
    #[arg(long, value_name = "IRI", value_parser = iri)]
    graph: Option<NamedNode>,
    #[command(flatten)]
    how: FileArgs,
}

/// Loads.
pub fn run(args: &Args, edge: &Edge) -> Result {
    let made = args.target.would_make()?;
    let backend = args.target.open_or_make("load", &Limits::default(), edge)?;
    // Somebody else may have made and filled it meanwhile.
    let is_new = backend.store().is_new()?;
    let made = made.filter(|_| is_new);
    let _unfinished = made.as_deref().map(Unfinished::begin);
    let loaded = args.how.load(&args.files, args.graph.clone(), backend.store(), edge);
    let is_empty = loaded.as_ref().map_or(true, |(report, _)| report.quads == 0);
    if let Some(path) = made.as_deref().filter(|_| is_empty) {
        let epoch = backend.embedded().map_or(0, |store| store.epoch());
        drop(backend);
        discard(path, epoch)?;
    }
    let (report, outcome) = loaded?;
    if made.is_some() && is_empty {
        edge.say(format_args!("There was nothing to load: no store was made at {}", args.target.place()));
        return Ok(outcome);
    }
    edge.say(format_args!(
        "{}; {} added, {} removed: {}",
        counted(report.documents, "document"),
        counted(report.change.inserted, "quad"),
        report.change.removed,
        args.target.place()
    ));
    Ok(outcome)
}
