//! Bad input of every kind we could think of: the messages, and that the good records beside it come through.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use citypact::record::read::{Input, ReadOptions, open};

use crate::golden::assert_golden;

fn corpus() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bad");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// What reading an input says: the number of records that came through, and every message.
fn report(input: &Input, options: &ReadOptions) -> String {
    let (mut through, mut said) = (0, String::new());
    match open(input, options) {
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            writeln!(said, "{error}{cause}").unwrap();
        }
        Ok(batches) => {
            for batch in batches {
                let batch = match batch {
                    Ok(batch) => batch,
                    Err(diagnostic) => {
                        writeln!(said, "{diagnostic}").unwrap();
                        continue;
                    }
                };
                for record in batch.records() {
                    let diagnostics = match record {
                        Ok(parsed) => {
                            through += 1;
                            parsed.warnings
                        }
                        Err(rejected) => rejected.diagnostics,
                    };
                    diagnostics.iter().for_each(|diagnostic| writeln!(said, "{diagnostic}").unwrap());
                }
            }
        }
    }
    format!("{through} through\n{said}")
}

fn named(path: &Path) -> Input {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    Input::bytes(name, fs::read(path).unwrap())
}

#[test]
fn messages() {
    let files = corpus();
    assert!(files.len() >= 200, "the corpus has shrunk to {}", files.len());
    let (mut found, mut silent) = (String::new(), Vec::new());
    for file in &files {
        let report = report(&named(file), &ReadOptions::default());
        silent.extend((report.lines().count() < 2).then_some(file));
        writeln!(found, "== {}: {report}", file.file_name().unwrap().to_string_lossy()).unwrap();
    }
    assert_eq!(silent, Vec::<&PathBuf>::new(), "nothing is said of these");
    assert_golden("bad-input.txt", &found);
}
