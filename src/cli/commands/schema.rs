//! `citypact schema`: the input contract as JSON Schema, and tables to begin with.

use std::io::Write;

use crate::cli::edge::Edge;
use crate::cli::report::{Outcome, Result};
use crate::record::{RecordType, schema_in, starter};

/// Print the JSON Schema of the records that convert and load read
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  citypact schema > records.schema.json\n  citypact schema --lang zh-Hans\n  citypact schema --csv tie > ties.csv && \
    citypact load ties.csv\n  citypact schema --tables > tables.schema.json"
)]
pub struct Args {
    /// Print a CSV table to begin with instead: its heading and rows to write over, of type place, tie, conferral or count
    #[arg(long, value_name = "TYPE", value_parser = flat_type)]
    csv: Option<RecordType>,
    /// Print the schema of mappings instead, which say what the rows of a table mean (see citypact tables)
    #[arg(long, conflicts_with = "csv")]
    tables: bool,
    /// Language of the descriptions: en, zh-Hans, zh-Hant or ja
    #[arg(long, value_name = "LANG", default_value = "en")]
    lang: String,
}

fn flat_type(text: &str) -> std::result::Result<RecordType, String> {
    let known = RecordType::from_tag(text).filter(|known| starter(*known).is_some());
    known.ok_or_else(|| "tables begin with place, tie, conferral or count".to_owned())
}

/// Prints the schema, or a table.
pub fn run(args: &Args, edge: &Edge) -> Result {
    let mut out = edge.stdout();
    if let Some(table) = args.csv.and_then(starter) {
        out.write_all(table.as_bytes())?;
        out.flush()?;
        return Ok(Outcome::Done);
    }
    let schema = if args.tables { crate::table::schema() } else { schema_in(&args.lang) };
    serde_json::to_writer_pretty(&mut out, &schema)?;
    writeln!(out)?;
    out.flush()?;
    Ok(Outcome::Done)
}
