//! Rows into records: every row of the file is a record, or is told as a heading, a note, a total, an empty row or an error.

mod account;
pub(crate) mod bind;
pub(crate) mod dates;
pub(crate) mod eval;
pub(crate) mod origin;
mod records;
pub(crate) mod rows;
pub(crate) mod write;

pub use account::Account;
pub use records::TableRecords;
pub use rows::Fate;

use std::io;

use super::container::{Book, open};
use super::error::TableError;
use super::mapping::Mapping;
use crate::place::Register;
use crate::record::read::{Input, Rejected};

/// What there is to say while a table is translated, in the order of its rows.
#[derive(Debug)]
#[non_exhaustive]
pub enum Told {
    /// A row of which a record could not be made; what it says is in no output.
    Rejected(Rejected),
    /// A remark on the table as a whole: hidden rows, a guessed encoding, a sheet passed over.
    Remark(String),
}

/// Reads a table by a mapping: its records, as a source that says where in the table each of them stands; and what became of
/// every row. The records are kept in a temporary file, compressed.
///
/// # Errors
/// Where the table cannot be read, the mapping does not fit it, or it leaves open what it must not.
pub fn translate(
    input: &Input,
    mapping: &Mapping,
    register: &Register,
    report: &mut dyn FnMut(Told),
) -> Result<(TableRecords, Account), TableError> {
    let book = open(input, &mapping.table)?;
    let spool = tempfile::tempfile().map_err(|error| spooled(input, &error))?;
    let mut writer = write::Writer::new(spool, input, mapping).map_err(|error| spooled(input, &error))?;
    let mut account = Account::default();
    for remark in book.remarks() {
        report(Told::Remark(remark.clone()));
    }
    for sheet in book.chosen(&mapping.table)? {
        account.add(sheet_rows(&book, sheet, mapping, register, &mut writer, report)?);
    }
    let (spool, places) = writer.finish().map_err(|error| spooled(input, &error))?;
    Ok((TableRecords::new(spool, places), account))
}

fn sheet_rows(
    book: &Book<'_>,
    sheet: usize,
    mapping: &Mapping,
    register: &Register,
    writer: &mut write::Writer<'_>,
    report: &mut dyn FnMut(Told),
) -> Result<Account, TableError> {
    let heading = rows::Heading::find(book, sheet, mapping)?;
    let dates = dates::styles(book, sheet, mapping, &heading)?;
    let evaluator = eval::Evaluator { columns: &heading.columns, register, dates: &dates };
    writer.sheet(book.sheet_name(sheet), &heading.columns);
    let mut walk = rows::Walk::new(mapping, &heading);
    let mut account = Account::default();
    for row in book.rows(sheet)? {
        let row = row?;
        let (fate, cells) = walk.step(&row);
        let fate = match fate {
            Fate::Data => {
                let made = writer.row(&row, &cells, &evaluator);
                let made = made.map_err(|error| {
                    TableError::new(book.name(), format!("the records cannot be kept: {error}"), "")
                })?;
                account.records += made.records;
                made.rejected.into_iter().for_each(|rejected| report(Told::Rejected(rejected)));
                made.fate
            }
            other => other,
        };
        fate.count(&mut account);
    }
    Ok(account)
}

fn spooled(input: &Input, error: &io::Error) -> TableError {
    TableError::new(
        &*input.name(),
        format!("its records cannot be kept in a temporary file: {error}"),
        "make room where temporary files are (TMPDIR)",
    )
}
