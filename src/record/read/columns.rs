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
//! - A cell may hold an object or a list as JSON, such as a mention: `{"name": "撒馬爾罕市", "state": "uz"}`.
//! - An empty cell is no value. White space around a cell is not part of it. Empty rows are passed over.

use super::ReadOptions;
use super::explain::{MOST_FAULTS, Note};
use super::quoting::Quoting;
use super::row::{self, Cell, Field, LISTS, TEXTS, cells};
use crate::location::Severity;
use crate::record::RecordType;
use crate::record::words::{meant, nearest, shown};

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
    /// What the heading calls them.
    names: Vec<String>,
}

/// What a column gave to the JSON of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    /// Where in the JSON it begins.
    pub(super) at: usize,
    pub(super) column: usize,
    /// Where in the row its cell begins.
    pub(super) cell: usize,
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
            names: Vec::new(),
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
        self.names = cells.iter().map(|(_, name)| name.to_string()).collect();
        if let Some(at) = text.find('\r') {
            return vec![Note::error(at, "a carriage return stands in the heading", "end each row with a line feed")];
        }
        let mut notes = Vec::new();
        let mut more = 0;
        for (column, (at, name)) in cells.iter().enumerate() {
            if notes.len() >= MOST_FAULTS && !is_known(name, options.csv_type) {
                // Each would be held against all fields, to find what was meant.
                more += 1;
                continue;
            }
            if let Err((reason, remedy)) = self.add(column, name, options.csv_type) {
                let severity = if options.lenient { Severity::Warning } else { Severity::Error };
                notes.push(Note { severity, ..Note::error(*at, reason, remedy) });
            }
        }
        if more == 0 && notes.len() > 1 && notes.len() == cells.len() && !options.lenient {
            return vec![Note::error(
                0,
                "no column of the heading names a field of a record",
                "a table of your own is read by a mapping: citypact tables guess FILE > FILE.toml, then --table FILE.toml",
            )];
        }
        if more > 0 {
            let severity = if options.lenient { Severity::Warning } else { Severity::Error };
            let note = Note::error(
                0,
                format!("{more} more columns name no field"),
                "name each column for a field, or take it away",
            );
            notes.push(Note { severity, ..note });
        }
        if self.type_column.is_none() && self.default_type.is_none() && notes.is_empty() {
            let remedy = "add a column `type`, or give the type of all rows (`--type tie`)";
            notes.push(Note::error(0, "nothing says what type of record the rows are", remedy));
        }
        if let (None, Some(row_type), true) = (self.type_column, self.default_type, notes.is_empty()) {
            notes.extend(self.lacking_notes(row_type));
        }
        notes
    }

    /// Takes a column up; the reason and the remedy where it cannot be.
    fn add(&mut self, column: usize, name: &str, row_type: Option<RecordType>) -> Result<(), (String, String)> {
        if name == "type" && self.type_column.is_none() {
            self.type_column = Some(column);
            return Ok(());
        }
        let (path, language) = name.split_once('@').map_or((name, None), |(path, tag)| (path, Some(tag)));
        let path = canonical_path(path);
        known_field(&path, name, column, row_type)?;
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
                let reason = format!("the column {} is of a field that takes no language", shown(name));
                return Err((reason, "take the part from `@` on away".to_owned()));
            }
            Some(tag) => entry(&mut field.languages, tag).columns.push(column),
            None if !field.columns.is_empty() && !may_repeat(last) => {
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

    /// What the heading calls a column.
    pub(super) fn name(&self, column: usize) -> &str {
        self.names.get(column).map_or("", String::as_str)
    }

    /// All columns that give a field, or a part of it, its value.
    pub(super) fn columns_of(&self, field: &str) -> Vec<usize> {
        let mut columns = self.field(field).map_or_else(Vec::new, Field::all_columns);
        columns.sort_unstable();
        columns
    }

    /// How many objects, such as parties, columns of their own make of a field.
    pub(super) fn members_of(&self, field: &str) -> usize {
        self.field(field).map_or(0, |field| field.members.len())
    }

    fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// A row as the JSON of a record, and where in it the value of each column begins.
    pub(super) fn json(&self, row: &str) -> Result<(String, Vec<Mark>), Note> {
        if row.bytes().fold(Quoting::Start, Quoting::after) == Quoting::Quoted {
            return Err(Note::error(
                0,
                "a quotation mark in this row is not closed",
                "double quotation marks within a cell",
            ));
        }
        let cells = cells(row);
        if cells.len() != self.width {
            return Err(self.uneven(cells.len()));
        }
        let (json, marks) = row::json(&cells, self.row_type(&cells), self.type_column, &self.fields);
        let mark = |(at, column): (usize, usize)| Mark { at, column, cell: cells[column].0 };
        Ok((json, marks.into_iter().map(mark).collect()))
    }

    /// A row of so many cells is not one of this table.
    fn uneven(&self, count: usize) -> Note {
        let reason = format!("the row has {count} cells, the heading {}", self.width);
        match self.names.get(count) {
            Some(name) => {
                let remedy = "write every comma of the heading in each row, before an empty cell, too";
                Note::error(0, format!("{reason}: column {} and what follows it is missing", shown(name)), remedy)
            }
            None => Note::error(0, reason, "put cells that contain commas in quotation marks"),
        }
    }

    pub(super) fn row_type<'c>(&self, cells: &'c [Cell<'_>]) -> Option<&'c str> {
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

/// Whether several columns may give the values of one field.
fn may_repeat(field: &str) -> bool {
    matches!(field, "names" | "parties") || LISTS.contains(&field)
}

fn types(row_type: Option<RecordType>) -> Vec<RecordType> {
    row_type.map_or(RecordType::ALL.to_vec(), |row_type| vec![row_type])
}

fn is_field(field: &str, types: &[RecordType]) -> bool {
    types.iter().any(|known| known.fields().any(|name| name == field))
}

/// Whether a column is named for a field, or for the type.
fn is_known(name: &str, row_type: Option<RecordType>) -> bool {
    let path = canonical_path(name.split('@').next().unwrap_or_default());
    name == "type" || path.first().is_some_and(|field| is_field(field, &types(row_type)))
}

fn known_field(
    path: &[String],
    column: &str,
    number: usize,
    row_type: Option<RecordType>,
) -> Result<(), (String, String)> {
    let field = path.first().map_or("", String::as_str);
    let types = types(row_type);
    if is_field(field, &types) {
        return Ok(());
    }
    if field == "type" {
        return Err(("the column `type` occurs twice".to_owned(), "name each column once".to_owned()));
    }
    if field.is_empty() {
        return Err((format!("column {} has no name", number + 1), "name it, or take it away".to_owned()));
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
    Err((format!("the column {} names no field", shown(column)), remedy))
}
