//! `citypact schema`: the input contract as JSON Schema.

use std::io::Write;

use super::edge::Edge;
use super::report::{Outcome, Result};

/// Print the JSON Schema of the records that convert and load read
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  citypact schema > records.schema.json")]
pub struct Args {}

/// Prints the schema.
pub fn run(_: &Args, edge: &Edge) -> Result {
    let mut out = edge.stdout();
    serde_json::to_writer_pretty(&mut out, &crate::record::schema())?;
    writeln!(out)?;
    out.flush()?;
    Ok(Outcome::Done)
}
