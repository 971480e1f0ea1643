//! A file of records read as a stream: what can be read is counted, and what cannot is told with line, pointer and remedy.
//!
//! `cargo run --release --example read_records -- examples/articles/004.jsonl`

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use citypact::record::read::{Input, ReadOptions, RecordSource as _};
use citypact::record::{RecordType, check};

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("usage: read_records FILE (.jsonl, .json or .csv, maybe .gz or .zst; - is standard input)");
        return ExitCode::from(2);
    };
    match run(Path::new(&path), &mut std::io::stdout().lock()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(3),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Reads a file and returns whether every record of it is right.
pub fn run(path: &Path, out: &mut impl Write) -> anyhow::Result<bool> {
    let input = Input::from_argument(path)?;
    let mut types: BTreeMap<RecordType, usize> = BTreeMap::new();
    let mut right = true;
    // The file is read in batches, so that its size does not matter; batches can be parsed by several threads.
    for batch in input.open(&ReadOptions::default())? {
        let batch = batch.map_err(|finding| anyhow::anyhow!("{finding}"))?;
        for record in batch.records() {
            match record {
                Ok(parsed) => {
                    *types.entry(parsed.record.record_type()).or_default() += 1;
                    // What the fields say together: intervals the right way round, offsets that fit their quotes.
                    for finding in check(&parsed.record) {
                        writeln!(out, "{}: {}", parsed.at, finding.reason)?;
                    }
                }
                Err(rejected) => {
                    right = false;
                    rejected.diagnostics.iter().try_for_each(|finding| writeln!(out, "{finding}"))?;
                }
            }
        }
    }
    for (kind, count) in types {
        writeln!(out, "{count:6} {}", kind.as_str())?;
    }
    Ok(right)
}
