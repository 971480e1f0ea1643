//! One row of a CSV table: its cells (RFC 4180), and the JSON of the record they make.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::quoting::Quoting;
use crate::record::text::OF_THE_SOURCE;

/// Fields that hold a number, in records and in evidence.
pub(crate) const NUMBERS: [&str; 8] = ["value", "rank", "among", "position", "edition", "lat", "long", "confidence"];
const EVIDENCE_NUMBERS: [&str; 4] = ["start", "end", "row", "column"];
/// Fields that hold a list.
pub(super) const LISTS: [&str; 10] =
    ["also", "same_as", "different_from", "topics", "authors", "hosts", "conferred_by", "assesses", "stops", "appeals"];
/// Fields that hold texts with languages.
pub(super) const TEXTS: [&str; 8] =
    ["names", "title", "note", "scope", "theme", "capacity", "kind_as_printed", "appeals"];

/// A field and the columns that give its value.
#[derive(Debug, Default)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) columns: Vec<usize>,
    /// Values by language.
    pub(super) languages: Vec<Field>,
    /// Values of the object that the field holds; for `parties` the parties.
    pub(super) members: Vec<Field>,
}

impl Field {
    /// All columns that give it, or a part of it, a value.
    pub(super) fn all_columns(&self) -> Vec<usize> {
        let parts = self.languages.iter().chain(&self.members);
        self.columns.iter().copied().chain(parts.flat_map(Self::all_columns)).collect()
    }

    /// The first column that gives it, or a part of it, a value.
    fn first_column(&self) -> Option<usize> {
        let parts = self.languages.iter().chain(&self.members);
        self.columns.first().copied().or_else(|| parts.filter_map(Self::first_column).next())
    }
}

/// A cell: where in the row it begins, and its value without quotation marks and the white space around it.
pub(super) type Cell<'r> = (usize, Cow<'r, str>);

/// The cells of a row (RFC 4180, §2).
pub(super) fn cells(row: &str) -> Vec<Cell<'_>> {
    let (mut cells, mut start, mut place) = (Vec::new(), 0, Quoting::Start);
    for (at, byte) in row.bytes().enumerate() {
        place = place.after(byte);
        if byte == b',' && place == Quoting::Start {
            cells.push((start, unquoted(&row[start..at])));
            start = at + 1;
        }
    }
    cells.push((start, unquoted(&row[start..])));
    cells
}

fn unquoted(cell: &str) -> Cow<'_, str> {
    match cell.strip_prefix('"') {
        None => Cow::Borrowed(cell.trim()),
        Some(quoted) => {
            let inner = quoted.trim_end().strip_suffix('"').unwrap_or(quoted);
            Cow::Owned(inner.replace("\"\"", "\"").trim().to_owned())
        }
    }
}

/// The values of columns that are not empty; of a list each of those that `;` separates.
fn values<'r>(cells: &'r [Cell<'r>], columns: &[usize], list: bool) -> impl Iterator<Item = (usize, &'r str)> {
    columns.iter().flat_map(move |&column| {
        let cell = cells.get(column).map_or("", |(_, value)| value);
        let divided = list && !is_composite(cell);
        cell.split(move |character| divided && character == ';')
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .map(move |value| (column, value))
    })
}

/// Whether a cell holds an object or a list as JSON.
fn is_composite(cell: &str) -> bool {
    cell.starts_with(['{', '[']) && is_json::<IgnoredAny>(cell)
}

/// Writes the cells of one row as JSON.
struct Writer<'r> {
    cells: &'r [Cell<'r>],
    json: String,
    /// Where what a column gave begins.
    marks: Vec<(usize, usize)>,
}

/// The JSON of a row's record, and where in it what each column gave begins.
pub(super) fn json(
    cells: &[Cell<'_>],
    tag: Option<&str>,
    type_column: Option<usize>,
    fields: &[Field],
) -> (String, Vec<(usize, usize)>) {
    let mut writer = Writer { cells, json: String::from("{"), marks: Vec::new() };
    if let Some(tag) = tag {
        writer.member("type", type_column.as_slice(), |writer| writer.text(tag));
    }
    writer.fields(fields, "");
    writer.json.push('}');
    (writer.json, writer.marks)
}

impl Writer<'_> {
    fn text(&mut self, text: &str) -> bool {
        if text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
            self.json.extend(["\"", text, "\""]);
        } else {
            self.json.push_str(&serde_json::Value::from(text).to_string());
        }
        true
    }

    fn comma(&mut self) {
        // What was opened last is empty: no text ends in a bracket, for all end in a quotation mark.
        if !self.json.ends_with(['{', '[']) {
            self.json.push(',');
        }
    }

    /// Writes a member of an object, or nothing where it has no value.
    fn member(&mut self, key: &str, columns: &[usize], value: impl FnOnce(&mut Self) -> bool) {
        let (length, marks) = (self.json.len(), self.marks.len());
        self.comma();
        self.marks.extend(columns.first().map(|column| (self.json.len(), *column)));
        self.text(key);
        self.json.push(':');
        if !value(self) {
            self.json.truncate(length);
            self.marks.truncate(marks);
        }
    }

    fn fields(&mut self, fields: &[Field], around: &str) {
        for field in fields {
            let columns = field.first_column();
            self.member(&field.name, columns.as_slice(), |writer| writer.value(field, around));
        }
    }

    /// Writes the value of a field; `false` where it has none (what was written is then taken back).
    fn value(&mut self, field: &Field, around: &str) -> bool {
        match field.name.as_str() {
            "parties" if around.is_empty() => self.parties(field),
            "evidence" if around.is_empty() && self.is_json(field) => self.list(&field.columns, false, false),
            "evidence" if around.is_empty() => self.bracketed('[', ']', |writer| writer.object(field, "quote")),
            name if !field.languages.is_empty() => self.languages(field, name == "names"),
            _ if self.has_members(field) => self.object(field, "name"),
            "names" => self.names(field),
            name if LISTS.contains(&name) => self.list(&field.columns, true, false),
            name => {
                let number =
                    if around == "evidence" { EVIDENCE_NUMBERS.contains(&name) } else { NUMBERS.contains(&name) };
                self.scalar(&field.columns, number)
            }
        }
    }

    fn is_json(&self, field: &Field) -> bool {
        values(self.cells, &field.columns, false).any(|(_, value)| is_composite(value))
    }

    fn has_members(&self, field: &Field) -> bool {
        field.members.iter().any(|member| {
            values(self.cells, &member.columns, false).next().is_some()
                || member.languages.iter().any(|language| values(self.cells, &language.columns, false).next().is_some())
                || self.has_members(member)
        })
    }

    /// Writes what is between two brackets, unless that is nothing.
    fn bracketed(&mut self, open: char, close: char, inner: impl FnOnce(&mut Self) -> bool) -> bool {
        self.json.push(open);
        let written = inner(self) && !self.json.ends_with(open);
        self.json.push(close);
        written
    }

    fn object(&mut self, field: &Field, of_cell: &str) -> bool {
        self.bracketed('{', '}', |writer| {
            writer.member(of_cell, &field.columns, |writer| writer.scalar(&field.columns, false));
            writer.fields(&field.members, &field.name);
            true
        })
    }

    fn parties(&mut self, field: &Field) -> bool {
        self.bracketed('[', ']', |writer| {
            writer.list_items(&field.columns, true);
            for party in &field.members {
                let (length, marks) = (writer.json.len(), writer.marks.len());
                writer.comma();
                if !writer.value(party, "parties") {
                    writer.json.truncate(length);
                    writer.marks.truncate(marks);
                }
            }
            true
        })
    }

    fn languages(&mut self, field: &Field, list: bool) -> bool {
        self.bracketed('{', '}', |writer| {
            writer.member(OF_THE_SOURCE, &field.columns, |writer| writer.list(&field.columns, list, true));
            for language in &field.languages {
                writer.member(&language.name, &language.columns, |writer| writer.list(&language.columns, list, true));
            }
            true
        })
    }

    /// Names in no given language: one is a text, several need a language map.
    fn names(&mut self, field: &Field) -> bool {
        if values(self.cells, &field.columns, true).count() < 2 {
            return self.list(&field.columns, true, true);
        }
        self.bracketed('{', '}', |writer| {
            writer.member(OF_THE_SOURCE, &field.columns, |writer| writer.list(&field.columns, true, true));
            true
        })
    }

    /// Writes values as a list, or, where `one` allows it, a single one as itself.
    fn list(&mut self, columns: &[usize], split: bool, one: bool) -> bool {
        if one && values(self.cells, columns, split).count() < 2 {
            return self.scalar(columns, false);
        }
        self.bracketed('[', ']', |writer| writer.list_items(columns, split))
    }

    fn list_items(&mut self, columns: &[usize], split: bool) -> bool {
        let before = self.json.len();
        for (column, value) in values(self.cells, columns, split) {
            self.comma();
            self.marks.push((self.json.len(), column));
            match value.strip_prefix('[').and_then(|items| items.strip_suffix(']')) {
                Some(items) if is_composite(value) => self.json.push_str(items),
                _ => drop(self.item(value)),
            }
        }
        self.json.len() > before
    }

    fn scalar(&mut self, columns: &[usize], number: bool) -> bool {
        let Some((column, value)) = values(self.cells, columns, false).next() else { return false };
        self.marks.push((self.json.len(), column));
        if number && is_json::<serde_json::Number>(value) {
            self.json.push_str(value);
            return true;
        }
        self.item(value)
    }

    /// A text, or an object that stands in the cell as JSON.
    fn item(&mut self, value: &str) -> bool {
        if value.starts_with('{') && is_composite(value) {
            self.json.push_str(value);
            return true;
        }
        self.text(value)
    }
}

fn is_json<'j, T: Deserialize<'j>>(text: &'j str) -> bool {
    serde_json::from_str::<T>(text).is_ok()
}
