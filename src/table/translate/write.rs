//! Records as JSON Lines in a temporary file, each with its evidence.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::bind::Columns;
use super::eval::{Evaluator, Fault, Scope};
use super::origin::{Place, Places, SheetPlaces, told};
use super::rows::Fate;
use crate::location::{Diagnostic, Location, Severity};
use crate::record::read::{Input, Rejected, Spool};
use crate::table::grid::{Cell, Row};
use crate::table::mapping::{Mapping, Rule, Value};

/// The longest quote of a cell, in characters.
const LONGEST_QUOTE: usize = 400;

/// Writes the records of a table.
pub(super) struct Writer<'w> {
    out: zstd::Encoder<'static, File>,
    mapping: &'w Mapping,
    file: Arc<str>,
    places: Places,
}

/// What came of a row.
pub(super) struct Made {
    pub(super) fate: Fate,
    pub(super) records: u64,
    pub(super) rejected: Vec<Rejected>,
}

impl<'w> Writer<'w> {
    /// Begins with the source of all rows.
    pub(super) fn new(file: File, input: &Input, mapping: &'w Mapping) -> io::Result<Self> {
        let mut out = zstd::Encoder::new(file, 1)?;
        let name = input.name();
        let base = name.rsplit(['/', '\\']).next().unwrap_or(&name);
        let mut source = json!({ "type": "source", "id": input.stem(), "file": base });
        if let Some(fields) = source.as_object_mut() {
            fields.extend(mapping.source.iter().filter_map(|(field, value)| Some((field.clone(), constant(value)?))));
        }
        writeln!(out, "{source}")?;
        let places = Places { mapping: mapping.name.clone(), lines: vec![Place::default()], sheets: Vec::new() };
        Ok(Self { out, mapping, file: name, places })
    }

    /// Goes on with a sheet.
    pub(super) fn sheet(&mut self, name: Option<&str>, columns: &Columns) {
        self.places.sheets.push(SheetPlaces::new(name.map(str::to_owned), &self.mapping.records, columns));
    }

    /// Writes the records of a row.
    pub(super) fn row(&mut self, row: &Row, cells: &[Cell], evaluator: &Evaluator<'_>) -> io::Result<Made> {
        let records = records(self.mapping, row, cells, evaluator);
        for record in &records.records {
            self.write(record, row, cells)?;
        }
        let rejected = records.faults.into_iter().map(|fault| self.reject(fault, row, evaluator.columns)).collect();
        Ok(Made { fate: records.fate, records: records.records.len() as u64, rejected })
    }

    fn write(&mut self, record: &Record, row: &Row, cells: &[Cell]) -> io::Result<()> {
        let sheet = self.places.sheets.last().and_then(|sheet| sheet.name.clone());
        let evidence = record.used.iter().filter_map(|&column| {
            let cell = cells.get(column)?;
            let item = record.item.as_ref().filter(|(own, _)| *own == column);
            let text = item.map_or(cell.text.as_str(), |(_, item)| item);
            let quote: String = text.chars().take(LONGEST_QUOTE).collect();
            let (row, column) = cell.merged.unwrap_or((row.number, column as u32 + 1));
            let mut evidence = json!({ "quote": quote.trim(), "row": row, "column": column });
            if let (Some(sheet), Some(fields)) = (&sheet, evidence.as_object_mut()) {
                fields.insert("sheet".to_owned(), sheet.as_str().into());
            }
            Some(evidence)
        });
        let evidence: Vec<Json> = evidence.collect();
        writeln!(self.out, "{},\"evidence\":{}}}", record.json, Json::from(evidence))?;
        self.places.lines.push(self.place(row, record.rule));
        Ok(())
    }

    fn place(&self, row: &Row, rule: usize) -> Place {
        let line = row.line.and_then(|line| u32::try_from(line + 1).ok()).unwrap_or(0);
        let sheet = self.places.sheets.len().saturating_sub(1);
        Place { row: row.number, line, sheet: sheet as u16, rule: rule as u16 }
    }

    /// The row as it stands, with why it gives no record.
    fn reject(&self, fault: Fault, row: &Row, columns: &Columns) -> Rejected {
        let column = fault.told(columns);
        let sheet = self.places.sheets.last().and_then(|sheet| sheet.name.as_deref());
        let cell = told(self.place(row, 0), sheet, column.as_deref());
        let line = row.line.unwrap_or(u64::from(row.number) - 1);
        let at = Location { cell: Some(cell.into()), ..Location::new(Arc::clone(&self.file), line, 0) };
        let cells: Vec<&str> = row.cells.iter().map(|cell| cell.text.as_str()).collect();
        let raw = json!({ "row": row.number, "cells": cells }).to_string().into_bytes();
        let diagnostic = Diagnostic {
            severity: Severity::Error,
            at: at.clone(),
            pointer: String::new(),
            reason: fault.reason,
            remedy: Some(fault.remedy).filter(|remedy| !remedy.is_empty()),
        };
        Rejected { diagnostics: vec![diagnostic], at, raw, heading: None, json: None }
    }

    /// The records, and where each of them stands.
    pub(super) fn finish(self) -> io::Result<(Spool, Places)> {
        let file = self.out.finish()?;
        Ok((Spool::from_file(self.file, file), self.places))
    }
}

/// What stands in a text beyond the last column of the heading has no meaning, and its row may be shifted.
fn beyond(row: &Row, columns: &Columns) -> Option<Fault> {
    row.line?;
    let column = row.cells.iter().skip(columns.own).position(|cell| !cell.is_empty())?;
    Some(Fault {
        column: Some(columns.own + column),
        is_beyond: true,
        reason: format!("the row has more cells than the heading, which has {}", columns.own),
        remedy: "put cells that contain the delimiter in quotation marks; or name all columns under [table] of the mapping: \
                 columns = [\"…\"]"
            .to_owned(),
    })
}

/// A value without columns.
fn constant(value: &Value) -> Option<Json> {
    match value {
        Value::Text(text) => text.constant().map(Json::from),
        Value::Constant(constant) => Some(constant.clone()),
        Value::List(list) => Some(list.iter().filter_map(constant).collect()),
        Value::Object(members) => {
            let members = members.iter().filter_map(|(key, value)| Some((key.clone(), constant(value)?)));
            Some(Json::Object(members.collect()))
        }
        Value::Cell(_) => None,
    }
}

/// A record on its way.
#[derive(Debug)]
pub(crate) struct Record {
    /// Its JSON up to its evidence, the last brace not yet written.
    pub(crate) json: String,
    /// The columns that gave something.
    used: Vec<usize>,
    /// The part of a cell that it is of.
    item: Option<(usize, String)>,
    rule: usize,
}

/// The records of a row, and why there are not more.
#[derive(Debug)]
pub(crate) struct Records {
    pub(crate) fate: Fate,
    pub(crate) records: Vec<Record>,
    pub(crate) faults: Vec<Fault>,
}

impl Default for Records {
    fn default() -> Self {
        Self { fate: Fate::Data, records: Vec::new(), faults: Vec::new() }
    }
}

/// Makes the records of a row.
pub(crate) fn records(mapping: &Mapping, row: &Row, cells: &[Cell], evaluator: &Evaluator<'_>) -> Records {
    let mut made = Records::default();
    if let Some(fault) = beyond(row, evaluator.columns) {
        return Records { fate: Fate::Error, faults: vec![fault], ..made };
    }
    for (number, rule) in mapping.records.iter().enumerate() {
        for item in items(rule, cells, evaluator.columns) {
            match record(rule, cells, item, evaluator) {
                Ok(Some((json, mut used))) => {
                    // The name of a sheet is no cell that could be quoted.
                    used.retain(|column| *column != evaluator.columns.sheet);
                    let item = item.map(|(column, item)| (column, item.to_owned()));
                    made.records.push(Record { json, used, item, rule: number });
                }
                Ok(None) => {}
                Err(fault) => made.faults.push(fault),
            }
        }
    }
    made.fate = match (made.records.is_empty(), made.faults.is_empty()) {
        (_, false) => Fate::Error,
        (true, _) => Fate::Note,
        _ => Fate::Data,
    };
    made
}

/// What a rule is applied to: the row, or each part of a cell of it.
fn items<'c>(rule: &Rule, cells: &'c [Cell], columns: &Columns) -> Vec<Option<(usize, &'c str)>> {
    let Some((named, split)) = &rule.each else { return vec![None] };
    let Some(column) = columns.index(&named.name) else { return vec![None] };
    let text = cells.get(column).map_or("", |cell| cell.text.as_str());
    let parts: Vec<&str> = split.split(text).map(str::trim).filter(|item| !item.is_empty()).collect();
    // An empty cell has no parts, and is to be told as one that is empty.
    if parts.is_empty() { vec![None] } else { parts.into_iter().map(|item| Some((column, item))).collect() }
}

/// The JSON of a record up to its evidence, with the columns that gave something; `None` where its condition does not hold.
fn record(
    rule: &Rule,
    cells: &[Cell],
    item: Option<(usize, &str)>,
    evaluator: &Evaluator<'_>,
) -> Result<Option<(String, Vec<usize>)>, Fault> {
    let scope = Scope::new(cells, item);
    if let Some(when) = &rule.when
        && !evaluator.holds(when, &scope)?
    {
        return Ok(None);
    }
    let scope = Scope::new(cells, item);
    let mut json = format!("{{\"type\":\"{}\"", rule.record_type.as_str());
    for (field, value) in &rule.fields {
        match evaluator.field(field, value, &scope)? {
            Some(value) => json.extend([",\"", field, "\":", &value.to_string()]),
            None if rule.record_type.required_fields().contains(&field.as_str()) => {
                return Err(evaluator.missing(rule.record_type.as_str(), field, value));
            }
            None => {}
        }
    }
    Ok(Some((json, scope.used.into_inner())))
}
