//! The columns of a CSV table, and how a row of them makes a record.
//!
//! A column is named for a field. Beyond that:
//!
//! - `party_a`, `party_b`, `party_c` … are the parties; so is `parties`, with `;` between them.
//! - `name` and `names` are the names; `names@zh-Hans` those in one language, likewise for other texts. Several names in
//!   one cell have `;` between them, the preferred one first; so have `same_as`, `different_from`, `topics` and other
//!   lists. A column of a list may also stand more than once.
//! - `recipient.state`, `party_a.level` … make a mention of the cell beside them: `party_a` is its name. A dot leads
//!   into any other object in the same way: `codes.geonames` (or `geonames` alone), `evidence.quote`, `evidence.start`.
//! - `type` is the type of the row; where it is empty or absent, the reader's options say it.
//! - An empty cell is no value. White space around a cell is not part of it. Empty rows are passed over.

use std::borrow::Cow;

use super::ReadOptions;
use super::explain::Note;
use super::rows::Place;
use crate::location::Severity;
use crate::record::RecordType;
use crate::record::text::OF_THE_SOURCE;
use crate::record::words::{meant, nearest, shown};

/// Fields that hold a number, in records and in evidence.
const NUMBERS: [&str; 8] = ["value", "rank", "among", "position", "edition", "lat", "long", "confidence"];
const EVIDENCE_NUMBERS: [&str; 2] = ["start", "end"];
/// Fields that hold a list.
const LISTS: [&str; 9] =
    ["same_as", "different_from", "topics", "authors", "hosts", "conferred_by", "assesses", "stops", "appeals"];
/// Fields that hold texts with languages.
const TEXTS: [&str; 8] = ["names", "title", "note", "scope", "theme", "capacity", "kind_as_printed", "appeals"];
/// Codes of a place that may stand without `codes.` before them.
const CODES: [&str; 4] = ["iso3166-1", "iso3166-2", "geonames", "wikidata"];

/// The columns of a table.
#[derive(Debug)]
pub(super) struct Columns {
    heading: Vec<u8>,
    width: usize,
    default_type: Option<RecordType>,
    type_column: Option<usize>,
    fields: Vec<Field>,
}

/// A field and the columns that give its value.
#[derive(Debug, Default)]
struct Field {
    name: String,
    columns: Vec<usize>,
    /// Values by language.
    languages: Vec<Field>,
    /// Values of the object that the field holds; for `parties` the parties.
    members: Vec<Field>,
}

impl Field {
    /// The first column that gives it, or a part of it, a value.
    fn first_column(&self) -> Option<usize> {
        let parts = self.languages.iter().chain(&self.members);
        self.columns.first().copied().or_else(|| parts.filter_map(Self::first_column).next())
    }
}

/// A cell: where in the row it begins, and its value without quotation marks and the white space around it.
type Cell<'r> = (usize, Cow<'r, str>);

/// The cells of a row (RFC 4180, §2).
fn cells(row: &str) -> Vec<Cell<'_>> {
    let (mut cells, mut start, mut place) = (Vec::new(), 0, Place::Start);
    for (at, byte) in row.bytes().enumerate() {
        place = place.after(byte);
        if byte == b',' && place == Place::Start {
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

impl Columns {
    /// The columns that a heading names, and what is wrong with it.
    pub(super) fn parse(heading: &[u8], options: &ReadOptions) -> (Self, Vec<Note>) {
        let mut columns = Self {
            heading: heading.to_vec(),
            width: 0,
            default_type: options.csv_type,
            type_column: None,
            fields: Vec::new(),
        };
        let notes = match std::str::from_utf8(heading) {
            Ok(text) => columns.read_heading(text, options),
            Err(error) => {
                vec![Note::error(error.valid_up_to(), "the heading is not UTF-8", "save the text anew in UTF-8")]
            }
        };
        (columns, notes)
    }

    fn read_heading(&mut self, text: &str, options: &ReadOptions) -> Vec<Note> {
        let cells = cells(text);
        self.width = cells.len();
        if let Some(at) = text.find('\r') {
            return vec![Note::error(at, "a carriage return stands in the heading", "end each row with a line feed")];
        }
        let mut notes = Vec::new();
        for (column, (at, name)) in cells.iter().enumerate() {
            if let Err((reason, remedy)) = self.add(column, name, options.csv_type) {
                let severity = if options.lenient { Severity::Warning } else { Severity::Error };
                notes.push(Note { severity, ..Note::error(*at, reason, remedy) });
            }
        }
        if self.type_column.is_none() && self.default_type.is_none() && notes.is_empty() {
            let remedy = "add a column `type`, or give the type of all rows (`--type tie`)";
            notes.push(Note::error(0, "nothing says what type of record the rows are", remedy));
        }
        notes
    }

    /// Takes a column up; the reason and the remedy where it cannot be.
    fn add(&mut self, column: usize, name: &str, row_type: Option<RecordType>) -> Result<(), (String, String)> {
        if name == "type" {
            self.type_column = Some(column);
            return Ok(());
        }
        let (path, language) = name.split_once('@').map_or((name, None), |(path, tag)| (path, Some(tag)));
        let path = canonical_path(path);
        known_field(&path, name, row_type)?;
        let mut fields = &mut self.fields;
        let Some((last, around)) = path.split_last() else {
            return Ok(());
        };
        for step in around {
            fields = &mut entry(fields, step).members;
        }
        let field = entry(fields, last);
        let texts = TEXTS.contains(&last.as_str());
        match language {
            Some(_) if !texts => {
                return Err((format!("`{last}` takes no language"), "take the part from `@` on away".to_owned()));
            }
            Some(tag) => entry(&mut field.languages, tag).columns.push(column),
            None if !field.columns.is_empty() && !texts && !LISTS.contains(&last.as_str()) => {
                return Err((format!("the column {} occurs twice", shown(name)), "name each column once".to_owned()));
            }
            None => field.columns.push(column),
        }
        Ok(())
    }

    pub(super) fn heading(&self) -> &[u8] {
        &self.heading
    }

    pub(super) fn has_id(&self) -> bool {
        self.fields.iter().any(|field| field.name == "id")
    }

    /// A row as the JSON of a record, and where in it the value of each column begins.
    pub(super) fn json(&self, row: &str) -> Result<(String, Vec<(usize, usize)>), Note> {
        if row.bytes().fold(Place::Start, Place::after) == Place::Quoted {
            return Err(Note::error(
                0,
                "a quotation mark in this row is not closed",
                "double quotation marks within a cell",
            ));
        }
        let cells = cells(row);
        if cells.len() != self.width {
            let reason = format!("the row has {} cells, the heading {}", cells.len(), self.width);
            return Err(Note::error(0, reason, "put cells that contain commas in quotation marks"));
        }
        let mut writer = Writer { cells: &cells, json: String::from("{"), marks: Vec::new() };
        if let Some(tag) = self.row_type(&cells) {
            writer.member("type", self.type_column.as_slice(), |writer| writer.text(tag));
        }
        writer.fields(&self.fields, "");
        writer.json.push('}');
        let marks = writer.marks.into_iter().map(|(at, column)| (at, cells[column].0)).collect();
        Ok((writer.json, marks))
    }

    fn row_type<'c>(&self, cells: &'c [Cell<'_>]) -> Option<&'c str> {
        let written =
            self.type_column.and_then(|column| cells.get(column)).map(|(_, tag)| &**tag).filter(|tag| !tag.is_empty());
        written.or(self.default_type.map(RecordType::as_str))
    }

    /// A row as JSON whatever is wrong with it, so that nothing of it is lost.
    pub(super) fn salvage(&self, row: &[u8]) -> Vec<u8> {
        let text = String::from_utf8_lossy(row);
        let json = self.json(&text).map_or_else(
            |_| {
                let cells = cells(&text);
                let values: Vec<&str> = cells.iter().map(|(_, value)| &**value).collect();
                serde_json::json!({ "type": self.row_type(&cells), "cells": values }).to_string()
            },
            |(json, _)| json,
        );
        json.into_bytes()
    }
}

fn entry<'f>(fields: &'f mut Vec<Field>, name: &str) -> &'f mut Field {
    let index = fields.iter().position(|field| field.name == name).unwrap_or_else(|| {
        fields.push(Field { name: name.to_owned(), ..Field::default() });
        fields.len() - 1
    });
    &mut fields[index]
}

/// The fields that lead to a value: the short forms written out.
fn canonical_path(path: &str) -> Vec<String> {
    let mut steps: Vec<String> = path.split('.').map(str::to_owned).collect();
    let first = steps[0].as_str();
    if let Some(letter) = first.strip_prefix("party_") {
        let party = letter.to_owned();
        steps.splice(..1, ["parties".to_owned(), party]);
    } else if CODES.contains(&first) {
        steps.insert(0, "codes".to_owned());
    } else if first == "name" {
        steps[0] = "names".to_owned();
    }
    steps
}

fn known_field(path: &[String], column: &str, row_type: Option<RecordType>) -> Result<(), (String, String)> {
    let field = path.first().map_or("", String::as_str);
    let types = row_type.map_or(RecordType::ALL.to_vec(), |row_type| vec![row_type]);
    if types.iter().any(|known| known.fields().any(|name| name == field)) {
        return Ok(());
    }
    if field.is_empty() {
        return Err(("a column has no name".to_owned(), "name it, or take it away".to_owned()));
    }
    let remedy = if column.contains([';', '\t']) {
        "cells are separated by commas".to_owned()
    } else {
        let all = types.iter().flat_map(|known| known.fields()).chain(["party_a", "party_b", "type"]);
        match row_type {
            Some(_) => nearest(field, all.collect::<Vec<_>>().into_iter()),
            None => meant(field, all).unwrap_or_else(|| "name each column for a field of its rows' type".to_owned()),
        }
    };
    Err((format!("{} names no field", shown(column)), remedy))
}

/// Writes the cells of one row as JSON.
struct Writer<'r> {
    cells: &'r [Cell<'r>],
    json: String,
    /// Where what a column gave begins.
    marks: Vec<(usize, usize)>,
}

impl Writer<'_> {
    /// The values of columns that are not empty; of a list each of those that `;` separates.
    fn values(&self, columns: &[usize], list: bool) -> impl Iterator<Item = (usize, &str)> {
        let cells = self.cells;
        columns.iter().flat_map(move |&column| {
            let cell = cells.get(column).map_or("", |(_, value)| value);
            let values = if list { cell.split(';') } else { cell.split(NEVER) };
            values.map(str::trim).filter(|value| !value.is_empty()).map(move |value| (column, value))
        })
    }

    fn text(&mut self, text: &str) -> bool {
        self.json.push_str(&serde_json::Value::from(text).to_string());
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

    fn has_members(&self, field: &Field) -> bool {
        field.members.iter().any(|member| {
            self.values(&member.columns, false).next().is_some()
                || member.languages.iter().any(|language| self.values(&language.columns, false).next().is_some())
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
        if self.values(&field.columns, true).count() < 2 {
            return self.list(&field.columns, true, true);
        }
        self.bracketed('{', '}', |writer| {
            writer.member(OF_THE_SOURCE, &field.columns, |writer| writer.list(&field.columns, true, true));
            true
        })
    }

    /// Writes values as a list, or, where `one` allows it, a single one as itself.
    fn list(&mut self, columns: &[usize], split: bool, one: bool) -> bool {
        if one && self.values(columns, split).count() < 2 {
            return self.list_items(columns, split);
        }
        self.bracketed('[', ']', |writer| writer.list_items(columns, split))
    }

    fn list_items(&mut self, columns: &[usize], split: bool) -> bool {
        let values: Vec<(usize, String)> =
            self.values(columns, split).map(|(at, value)| (at, value.to_owned())).collect();
        for (column, value) in &values {
            if self.json.ends_with('"') {
                self.json.push(',');
            }
            self.marks.push((self.json.len(), *column));
            self.text(value);
        }
        !values.is_empty()
    }

    fn scalar(&mut self, columns: &[usize], number: bool) -> bool {
        let Some((column, value)) = self.values(columns, false).next().map(|(at, value)| (at, value.to_owned())) else {
            return false;
        };
        self.marks.push((self.json.len(), column));
        if number && serde_json::from_str::<serde_json::Number>(&value).is_ok() {
            self.json.push_str(&value);
            return true;
        }
        self.text(&value)
    }
}

/// Separates nothing: a cell that is no list is one value.
const NEVER: char = '\0';
