//! What is wrong with a table, in the words of its heading: the columns that it lacks, and those that a finding is about.

use super::columns::{Columns, Mark};
use super::explain::Note;
use super::row::{Cell, cells};
use crate::record::RecordType;
use crate::record::words::{shown, with_article};

impl Columns {
    /// The columns that rows of this type need and the heading does not have.
    pub(super) fn lacking_notes(&self, row_type: RecordType) -> Vec<Note> {
        let lacking = row_type.required_fields().iter().flat_map(|field| self.lacking(field, row_type));
        let note = |name: String| {
            let reason =
                format!("the heading has no column {}, and {} needs it", shown(&name), with_article(row_type.as_str()));
            Note::error(0, reason, "add it to the heading, and its value to each row")
        };
        lacking.map(note).collect()
    }

    /// The columns without which a field has no value: `party_a` and `party_b` for two parties, else the field's own.
    fn lacking(&self, field: &str, row_type: RecordType) -> Vec<String> {
        let there = self.columns_of(field);
        if field != "parties" {
            return if there.is_empty() { vec![field.to_owned()] } else { Vec::new() };
        }
        if there.iter().any(|column| self.name(*column) == "parties") {
            return Vec::new();
        }
        let least = if row_type == RecordType::Alliance { 1 } else { 2 };
        let names: Vec<String> = there.iter().map(|column| self.name(*column).to_owned()).collect();
        let is_there = |name: &String| names.iter().any(|other| other.split('.').next() == Some(name));
        let all = ["party_a", "party_b"].map(str::to_owned).into_iter();
        all.filter(|name| !is_there(name)).take(least - self.members_of("parties").min(least)).collect()
    }

    /// A finding on the JSON of a row, told of the row: its place there, and the column that it is about.
    pub(super) fn tell(&self, note: Note, row: &str, marks: &[Mark]) -> Note {
        let cells = cells(row);
        if let Some(told) = self.tell_of_absence(&note, &cells) {
            return told;
        }
        let mark = marks.iter().rev().find(|mark| mark.at <= note.at && !note.pointer.is_empty());
        let Some(mark) = mark else { return Note { at: 0, ..note } };
        let name = shown(self.name(mark.column));
        let reason = if note.reason.contains(&name) { note.reason } else { format!("column {name}: {}", note.reason) };
        Note { at: mark.cell, reason, ..note }
    }

    /// Told of the columns that are empty or not there, where that is what the finding comes to.
    fn tell_of_absence(&self, note: &Note, cells: &[Cell<'_>]) -> Option<Note> {
        let field = note.missing.or_else(|| (note.pointer == "/parties").then_some("parties"))?;
        let row_type = self.row_type(cells).and_then(RecordType::from_tag)?;
        let lacking = self.lacking(field, row_type);
        let is_empty = |column: &usize| cells.get(*column).is_none_or(|(_, value)| value.is_empty());
        let empty: Vec<usize> = self.columns_of(field).into_iter().filter(is_empty).collect();
        let told = |at, names: Vec<String>, fault, remedy: &str| {
            let (columns, are) = if names.len() == 1 { ("column", "is") } else { ("columns", "are") };
            let reason = format!("{columns} {} {are} {fault}: {}", names.join(" and "), note.reason);
            Some(Note { at, pointer: note.pointer.clone(), ..Note::error(0, reason, remedy) })
        };
        match (lacking.is_empty(), empty.first()) {
            (false, _) => {
                let names = lacking.iter().map(|name| shown(name)).collect();
                told(0, names, "missing", "add it to the heading, and its value to each row")
            }
            (true, Some(&first)) => {
                let names = empty.iter().map(|column| shown(self.name(*column))).collect();
                told(cells.get(first).map_or(0, |(at, _)| *at), names, "empty", "fill it in")
            }
            (true, None) => None,
        }
    }
}
