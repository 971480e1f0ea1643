//! Tables as offices keep them: what is guessed of them, what a mapping makes of them, and what is wrong with them.

mod bad;
mod cli;
mod layouts;

use std::path::{Path, PathBuf};

use citypact::place::Register;
use citypact::record::Record;
use citypact::record::read::{Input, ReadOptions, RecordSource as _};
use citypact::table::{Account, Mapping, TableError, Told, translate};

/// The folder of the tables.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tables")
}

/// What a table gives by a mapping.
#[derive(Debug, Default)]
struct Given {
    records: Vec<Record>,
    /// Where each record says it stands.
    places: Vec<String>,
    /// What was said of rows and records.
    said: Vec<String>,
    remarks: Vec<String>,
    account: Account,
}

fn given(input: &Input, mapping: &str) -> Result<Given, TableError> {
    let mapping = Mapping::parse("m.toml", mapping)?;
    let mut given = Given::default();
    let register = Register::builtin();
    let (records, account) = translate(input, &mapping, &register, &mut |told| match told {
        Told::Rejected(rejected) => given.said.extend(rejected.diagnostics.iter().map(ToString::to_string)),
        Told::Remark(remark) => given.remarks.push(remark),
        _ => {}
    })?;
    given.account = account;
    assert!(account.balances(), "{account:?}");
    for batch in records.open(&ReadOptions::default()).unwrap() {
        for record in batch.unwrap().records() {
            match record {
                Ok(parsed) => {
                    given.places.push(parsed.at.to_string());
                    given.said.extend(parsed.warnings.iter().map(ToString::to_string));
                    given.records.push(parsed.record.into_owned());
                }
                Err(rejected) => given.said.extend(rejected.diagnostics.iter().map(ToString::to_string)),
            }
        }
    }
    // The first is the source.
    given.records.remove(0);
    given.places.remove(0);
    Ok(given)
}

/// A table in memory, by a mapping of one tie a row.
fn of(name: &str, bytes: impl AsRef<[u8]>, mapping: &str) -> Result<Given, TableError> {
    given(&Input::bytes(name, bytes.as_ref()), mapping)
}

/// The error with its remedy.
fn refused(result: Result<Given, TableError>) -> String {
    let error = result.expect_err("the table should be refused");
    format!("{error}\n  Hint: {}", error.remedy.clone().unwrap_or_default())
}
