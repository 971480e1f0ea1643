//! `citypact release`: a folder with the data in every format, checksums and a description.

use std::path::PathBuf;

use anyhow::Context as _;
use oxrdf::{Literal, NamedNode};

use super::export::{copy, held};
use crate::cli::backend::DataArgs;
use crate::cli::common;
use crate::cli::edge::Edge;
use crate::cli::files;
use crate::cli::report::{Failure, Result};
use crate::counted::counted;
use crate::mapping::datatype;
use crate::output::release::{ReleaseOptions, is_free, write_release};
use crate::query::Limits;
use crate::record::Date;

/// Release a store: a folder with the data in every format, SHA-256 checksums, and a DCAT description
///
/// data.nq is canonical (RDFC-1.0), so that its hash is that of the data; dcat.ttl describes every file with its size, media type and
/// checksum; SHA256SUMS is for `sha256sum --check`. The same data gives the same bytes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  citypact release release-2026/ --version 2026.1 --issued 2026-11-28\n  citypact release out/ --data \
    examples/articles/*.jsonl"
)]
pub struct Args {
    /// The folder to write: new, empty, or that of a release, which is replaced
    folder: PathBuf,
    /// Title of the data
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Version of the data
    #[arg(long, value_name = "TEXT")]
    version: Option<String>,
    /// When it is released: 2026-11-28, 2026-11 or 2026
    #[arg(long, value_name = "DATE", value_parser = date)]
    issued: Option<Date>,
    /// Licence of the data
    #[arg(long, value_name = "IRI", value_parser = files::iri)]
    license: Option<NamedNode>,
    /// Who publishes it
    #[arg(long, value_name = "IRI", value_parser = files::iri)]
    publisher: Option<NamedNode>,
    /// Language of the title, and of labels in maps, networks and sheets (BCP 47)
    #[arg(long, value_name = "LANG", default_value = "en", value_parser = common::language)]
    lang: String,
    #[command(flatten)]
    data: DataArgs,
}

fn date(text: &str) -> std::result::Result<Date, String> {
    text.parse().map_err(|error: crate::record::DateError| error.to_string())
}

/// Releases.
pub fn run(args: &Args, edge: &Edge) -> Result {
    let is_free = is_free(&args.folder).with_context(|| format!("cannot read {}", args.folder.display()))?;
    if !is_free {
        return Err(Failure::usage(format!("{} holds other files", args.folder.display()))
            .hint("name a new folder, or that of a release, which this one then replaces"));
    }
    let (backend, outcome) = args.data.open(&Limits::default(), edge)?;
    let options = ReleaseOptions {
        title: args.title.clone().map(|title| (title, args.lang.clone())),
        version: args.version.clone(),
        issued: args.issued.map(|date| Literal::new_typed_literal(date.to_string(), datatype(date))),
        license: args.license.clone(),
        publisher: args.publisher.clone(),
        language: args.lang.clone(),
    };
    let copy = copy(&backend)?;
    let released = write_release(held(&backend, &copy), &args.folder, &options)
        .with_context(|| format!("cannot write into {}", args.folder.display()))?;
    edge.say(format_args!(
        "{} in {}: {}",
        counted(released.quads, "quad"),
        counted(released.files.len(), "file"),
        args.folder.display()
    ));
    edge.say(format_args!("SHA-256 of the canonical N-Quads: {}", released.canonical().unwrap_or_default()));
    for (name, reason) in &released.left_out {
        edge.say(format_args!("{name} is left out: {reason}"));
    }
    Ok(outcome)
}
