//! Where the records of a table come from: line by line, its sheet, row and columns.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::location::Location;
use crate::record::read::Origin;
use crate::table::mapping::{Named, Rule, Value};
use crate::table::translate::bind::{Columns, of_value};

/// The places of the records that a table gave, by the lines on which they were written.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// What the mapping is called, from which the first line is.
    pub(crate) mapping: String,
    pub(crate) lines: Vec<Place>,
    pub(crate) sheets: Vec<SheetPlaces>,
}

/// Where one record stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// The row, from 1; 0 for the source, which stands in the mapping.
    pub(crate) row: u32,
    /// The line, from 1; 0 where there are none.
    pub(crate) line: u32,
    pub(crate) sheet: u16,
    pub(crate) rule: u16,
}

/// What the columns of a sheet are called, by the rule and the pointer of what they give.
#[derive(Debug, Default)]
pub(crate) struct SheetPlaces {
    pub(crate) name: Option<String>,
    pub(crate) columns: Vec<Vec<(String, String)>>,
}

impl SheetPlaces {
    pub(crate) fn new(name: Option<String>, rules: &[Rule], columns: &Columns) -> Self {
        let of_rule = |rule: &Rule| {
            let mut found = Vec::new();
            for (field, value) in &rule.fields {
                pointers(&format!("/{field}"), value, columns, &mut found);
            }
            found
        };
        Self { name, columns: rules.iter().map(of_rule).collect() }
    }

    /// The column that gave the value of a pointer, or what is nearest around it.
    fn column(&self, rule: usize, pointer: &str) -> Option<&str> {
        let inside =
            |known: &str| pointer.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let around = |known: &str| known.strip_prefix(pointer).is_some_and(|rest| rest.starts_with('/'));
        let columns = self.columns.get(rule)?;
        let best = columns.iter().filter(|(known, _)| inside(known)).max_by_key(|(known, _)| known.len());
        let best = best.or_else(|| columns.iter().find(|(known, _)| around(known) && !pointer.is_empty()));
        best.map(|(_, column)| column.as_str())
    }
}

fn pointers(pointer: &str, value: &Value, columns: &Columns, found: &mut Vec<(String, String)>) {
    match value {
        Value::List(list) => {
            list.iter()
                .enumerate()
                .for_each(|(index, one)| pointers(&format!("{pointer}/{index}"), one, columns, found));
        }
        Value::Object(members) => {
            members.iter().for_each(|(key, one)| pointers(&format!("{pointer}/{key}"), one, columns, found));
        }
        other => {
            let mut named: Vec<Named> = Vec::new();
            of_value(other, &mut named);
            let column = named.first().and_then(|named| columns.index(&named.name));
            found.extend(column.map(|column| (pointer.to_owned(), columns.told(column))));
        }
    }
}

/// What messages print after the file's name: `:9 (row 7, column Since)`.
pub(crate) fn told(place: Place, sheet: Option<&str>, column: Option<&str>) -> String {
    let mut text = String::new();
    // Writing into a `String` cannot fail.
    if place.line > 0 {
        let _ = write!(text, ":{}", place.line);
    }
    text.push_str(" (");
    if let Some(sheet) = sheet {
        let _ = write!(text, "sheet {sheet}, ");
    }
    let _ = write!(text, "row {}", place.row);
    if let Some(column) = column {
        let _ = write!(text, ", column {column}");
    }
    text.push(')');
    text
}

impl Origin for Places {
    fn locate(&self, file: &Arc<str>, line: u64, pointer: &str) -> Location {
        let place = usize::try_from(line).ok().and_then(|line| self.lines.get(line)).copied().unwrap_or_default();
        let cell = if place.row == 0 {
            format!(" ([source] of {})", self.mapping)
        } else {
            let sheet = self.sheets.get(usize::from(place.sheet));
            let column = sheet.and_then(|sheet| sheet.column(usize::from(place.rule), pointer));
            told(place, sheet.and_then(|sheet| sheet.name.as_deref()), column)
        };
        // Line and column are those of the record that was made: no two records share them.
        Location { cell: Some(cell.into()), ..Location::new(Arc::clone(file), line, 0) }
    }
}
