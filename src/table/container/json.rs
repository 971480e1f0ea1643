//! JSON arrays of objects: a row each, a column for each key.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{MOST_CELLS, Sheet};
use crate::table::error::TableError;
use crate::table::grid::Cell;

/// How deep objects are taken apart into columns.
const DEEPEST: usize = 4;

/// The objects as rows below a heading of their keys.
pub(super) fn read(name: &str, text: &str) -> Result<Sheet, TableError> {
    let value: Value = serde_json::from_str(text.trim_start_matches('\u{FEFF}')).map_err(|error| {
        TableError::new(
            format!("{name}:{}", error.line()),
            format!("it is no JSON: {error}"),
            "get the file anew, or save the table as CSV",
        )
    })?;
    let Some(objects) = list(&value) else {
        return Err(TableError::new(
            name,
            "there is no array of objects in it",
            "a table in JSON is a list such as [{\"city\": \"Nara\"}]",
        ));
    };
    let mut sheet = Columns::default();
    for object in objects {
        let mut cells = Vec::new();
        if let Some(object) = object.as_object() {
            sheet.object("", object, DEEPEST, &mut cells);
        }
        sheet.cells += cells.len();
        sheet.rows.push(cells);
        if sheet.cells > MOST_CELLS {
            return Err(TableError::new(name, "it has too many cells", "save the table as CSV"));
        }
    }
    sheet.rows.insert(0, sheet.names.iter().map(|name| Cell::new(name)).collect());
    Ok(Sheet { name: None, hidden: false, rows: sheet.rows, first: 1 })
}

/// The array of objects: the value itself, or what a member of it holds.
fn list(value: &Value) -> Option<&Vec<Value>> {
    match value {
        Value::Array(list) => list.iter().any(Value::is_object).then_some(list),
        Value::Object(members) => members.values().find_map(list),
        _ => None,
    }
}

#[derive(Default)]
struct Columns {
    names: Vec<String>,
    by_name: HashMap<String, usize>,
    rows: Vec<Vec<Cell>>,
    cells: usize,
}

impl Columns {
    fn object(&mut self, around: &str, object: &Map<String, Value>, depth: usize, cells: &mut Vec<Cell>) {
        for (key, value) in object {
            let name = if around.is_empty() { key.clone() } else { format!("{around}.{key}") };
            match value {
                Value::Object(inner) if depth > 0 => self.object(&name, inner, depth - 1, cells),
                other => self.put(name, &shown(other), cells),
            }
        }
    }

    fn put(&mut self, name: String, text: &str, cells: &mut Vec<Cell>) {
        let column = *self.by_name.entry(name).or_insert_with_key(|name| {
            self.names.push(name.clone());
            self.names.len() - 1
        });
        if cells.len() <= column {
            cells.resize(column + 1, Cell::default());
        }
        cells[column] = Cell::new(text);
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(shown).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_rows() {
        let sheet =
            read("x.json", r#"{"data":[{"city":"Nara","state":{"name":"Japan"}},{"city":null,"tags":["a","b"]}]}"#)
                .unwrap();
        let texts: Vec<Vec<&str>> = sheet.rows.iter().map(|row| row.iter().map(|cell| &*cell.text).collect()).collect();
        assert_eq!(texts, [vec!["city", "state.name", "tags"], vec!["Nara", "Japan"], vec!["", "", "a; b"]]);
        assert!(read("x.json", "[1,2]").is_err() && read("x.json", "[{]").is_err());
    }
}
