//! What a mapping makes of a table, to look at before anything is converted.

use serde_json::Value as Json;

use super::container::open;
use super::error::TableError;
use super::grid::Row;
use super::mapping::Mapping;
use super::translate::eval::Evaluator;
use super::translate::rows::{Heading, Walk};
use super::translate::{Account, Fate, dates, origin, write};
use crate::place::{Mention, Register, Resolution};
use crate::record::read::Input;

/// A row with what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenRow {
    /// Where it stands: `:9 (row 9)`.
    pub place: String,
    /// Its cells.
    pub cells: Vec<String>,
    /// What it is.
    pub fate: String,
    /// Its records, each on a line, with what its places mean.
    pub records: Vec<String>,
    /// Why there is no record, or one fewer.
    pub faults: Vec<String>,
}

/// What there is to see of a table.
#[derive(Debug, Default)]
pub struct Seen {
    /// The first rows that gave records.
    pub rows: Vec<SeenRow>,
    /// The first rows that gave none.
    pub left_out: Vec<SeenRow>,
    /// What became of all rows.
    pub account: Account,
    /// What there is to say of the table as a whole.
    pub remarks: Vec<String>,
}

/// Makes records of all rows, and keeps the first `most` of those that gave some and of those that did not.
///
/// # Errors
/// As [`translate`](super::translate()).
pub fn preview(input: &Input, mapping: &Mapping, register: &Register, most: usize) -> Result<Seen, TableError> {
    let book = open(input, &mapping.table)?;
    let mut seen = Seen { remarks: book.remarks().to_vec(), ..Seen::default() };
    for sheet in book.chosen(&mapping.table)? {
        let heading = Heading::find(&book, sheet, mapping)?;
        let dates = dates::styles(&book, sheet, mapping, &heading)?;
        let evaluator = Evaluator { columns: &heading.columns, register, dates: &dates };
        let mut walk = Walk::new(mapping, &heading);
        for row in book.rows(sheet)? {
            let row = row?;
            let (fate, cells) = walk.step(&row);
            let mut made = write::Records { fate, ..write::Records::default() };
            if fate == Fate::Data {
                made = write::records(mapping, &row, &cells, &evaluator);
            }
            made.fate.count(&mut seen.account);
            seen.account.records += made.records.len() as u64;
            seen.take(&row, book.sheet_name(sheet), &made, &evaluator, most);
        }
    }
    Ok(seen)
}

impl Seen {
    fn take(&mut self, row: &Row, sheet: Option<&str>, made: &write::Records, evaluator: &Evaluator<'_>, most: usize) {
        let list = match made.fate {
            Fate::Data => &mut self.rows,
            Fate::Empty => return,
            _ => &mut self.left_out,
        };
        if list.len() >= most {
            return;
        }
        let fault = |fault: &super::translate::eval::Fault| {
            let column = fault.told(evaluator.columns).map(|column| format!("column {column}: "));
            format!("{}{}\n    Hint: {}", column.unwrap_or_default(), fault.reason, fault.remedy)
        };
        let place =
            origin::Place { row: row.number, line: row.line.map_or(0, |line| line as u32 + 1), sheet: 0, rule: 0 };
        list.push(SeenRow {
            place: said(&origin::told(place, sheet, None)),
            cells: row.cells.iter().map(|cell| super::translate::bind::tidy(&cell.text)).collect(),
            fate: made.fate.told().to_owned(),
            records: made.records.iter().map(|made| shown(&made.json, evaluator.register)).collect(),
            faults: made.faults.iter().map(fault).collect(),
        });
    }
}

/// A place without the file's name: `line 9 (row 9)`.
fn said(place: &str) -> String {
    place.strip_prefix(':').map_or_else(|| place.trim().to_owned(), |line| format!("line {line}"))
}

/// A record on one line: its type, its fields, and what its places mean.
fn shown(json: &str, register: &Register) -> String {
    let Ok(Json::Object(fields)) = serde_json::from_str(&format!("{json}}}")) else { return json.to_owned() };
    let tag = fields.get("type").and_then(Json::as_str).unwrap_or_default().to_owned();
    let parties = ["parties", "stops", "recipient", "about", "location", "for_tie_with"];
    let told = fields.iter().filter(|(field, _)| *field != "type").map(|(field, value)| match value {
        Json::Array(list) if parties.contains(&field.as_str()) => {
            format!("{field} {}", list.iter().map(|one| meant(one, register)).collect::<Vec<_>>().join(" — "))
        }
        value if parties.contains(&field.as_str()) => format!("{field} {}", meant(value, register)),
        Json::String(text) => format!("{field} {text}"),
        other => format!("{field} {other}"),
    });
    format!("{tag}: {}", told.collect::<Vec<_>>().join(" · "))
}

/// A place with what the register takes it for.
fn meant(value: &Json, register: &Register) -> String {
    let text = |key: &str| value.get(key).and_then(Json::as_str);
    let Some(name) = value.as_str().or_else(|| text("name")) else { return value.to_string() };
    if register.contains(name) {
        return name.to_owned();
    }
    let mut names = vec![name];
    names.extend(value.get("also").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str));
    let mut best = Resolution::Unknown { near: Vec::new() };
    for name in &names {
        let found = register.resolve(&Mention { state: text("state"), within: text("within"), ..Mention::named(name) });
        if !matches!(best, Resolution::One { .. }) && !matches!(found, Resolution::Unknown { .. }) {
            best = found;
        }
    }
    let state = text("state").map(|state| format!(", {state}")).unwrap_or_default();
    let meaning = match best {
        Resolution::One { id, .. } => id,
        Resolution::Ambiguous { candidates } => format!("one of {}", candidates.len()),
        Resolution::Unknown { .. } => "not in the register".to_owned(),
    };
    format!("{}{state} [{meaning}]", names.join(" / "))
}
