//! The part of a table that is looked at, and where its heading is.

use super::words::meanings;
use crate::table::container::Book;
use crate::table::date::DateStyle;
use crate::table::error::TableError;
use crate::table::grid::Row;
use crate::table::translate::bind::names;
use crate::table::translate::rows::is_total;

/// Rows that are looked at.
const LOOKED_AT: usize = 3000;
/// Rows among which a heading is sought.
const HEADING_WITHIN: usize = 20;

/// The sheets of one heading, each with its number in the file; the one that shows most leads.
pub(super) struct Samples {
    pub(super) all: Vec<(usize, Sample)>,
    lead: usize,
}

impl Samples {
    /// The sheets that have the heading of the one at `lead`, in their order.
    pub(super) fn alike(samples: Vec<(usize, Sample)>, lead: usize) -> Option<Self> {
        let names = samples.get(lead)?.1.names.clone();
        let number = samples.get(lead)?.0;
        let is_alike =
            |(other, sample): &(usize, Sample)| *other == number || !names.is_empty() && sample.names == names;
        let all: Vec<(usize, Sample)> = samples.into_iter().filter(is_alike).collect();
        let lead = all.iter().position(|(other, _)| *other == number)?;
        Some(Self { all, lead })
    }

    /// The sheet that shows most.
    pub(super) fn lead(&self) -> &Sample {
        &self.all[self.lead].1
    }

    fn each(&self) -> impl Iterator<Item = &Sample> {
        self.all.iter().map(|(_, sample)| sample)
    }

    /// The rows of data of all sheets.
    pub(super) fn data(&self) -> Vec<&Row> {
        self.each().flat_map(Sample::data).collect()
    }

    /// The rows of a single cell of all sheets.
    pub(super) fn singles(&self) -> Vec<(&Row, &str)> {
        self.each().flat_map(Sample::singles).collect()
    }

    /// The texts of rows of a single cell that have data below them.
    pub(super) fn sections(&self) -> Vec<&str> {
        self.each().flat_map(|sample| sample.parted().0).collect()
    }

    /// The texts of rows of a single cell after the last row of data.
    pub(super) fn notes(&self) -> Vec<&str> {
        self.each().flat_map(|sample| sample.parted().1).collect()
    }

    /// The texts above the headings.
    pub(super) fn above(&self) -> Vec<&str> {
        self.each().flat_map(Sample::above).collect()
    }

    /// The rows of the heading, where they are the same in all sheets.
    pub(super) fn header(&self) -> Option<&[u32]> {
        let header = &self.lead().header;
        self.each().all(|sample| sample.header == *header).then_some(header)
    }
}

/// The rows that are looked at, taken apart.
pub(super) struct Sample {
    pub(super) rows: Vec<Row>,
    /// The rows of the heading, from 1.
    pub(super) header: Vec<u32>,
    pub(super) names: Vec<String>,
    /// How many of the names are known words.
    pub(super) known: usize,
}

impl Sample {
    pub(super) fn of(book: &Book<'_>, sheet: usize) -> Result<Self, TableError> {
        let rows: Vec<Row> = book.rows(sheet)?.take(LOOKED_AT).collect::<Result<_, _>>()?;
        let mut best: (f32, Option<usize>) = (0.9, None);
        for (index, row) in rows.iter().enumerate().take(HEADING_WITHIN) {
            let score = heading_score(row);
            if score > best.0 {
                best = (score, Some(index));
            }
        }
        let Some(first) = best.1 else { return Ok(Self { rows, header: Vec::new(), names: Vec::new(), known: 0 }) };
        let mut header = vec![&rows[first]];
        if let Some(next) = rows.get(first + 1).filter(|next| is_second(&rows[first], next)) {
            header.push(next);
        }
        let owned: Vec<Row> = header.iter().map(|row| (*row).clone()).collect();
        let numbers = header.iter().map(|row| row.number).collect();
        let names = names(&owned);
        let known = names.iter().filter(|name| !meanings(name).is_empty()).count();
        Ok(Self { rows, header: numbers, names, known })
    }

    /// The rows below the heading that are neither empty, nor totals, nor of a single cell.
    pub(super) fn data(&self) -> Vec<&Row> {
        let last = self.header.last().copied().unwrap_or(0);
        let width = self.names.iter().filter(|name| !name.is_empty()).count();
        let is_data = |row: &&Row| {
            let first = row.cells.iter().find(|cell| !cell.is_empty());
            let told_apart = first.is_some_and(|first| !is_total(&first.text)) && (width < 2 || row.single().is_none());
            row.number > last && told_apart
        };
        self.rows.iter().filter(is_data).collect()
    }

    /// The texts of rows of a single cell: before the last row of data, and after it.
    fn parted<'s>(&'s self) -> (Vec<&'s str>, Vec<&'s str>) {
        let last = self.data().last().map_or(0, |row| row.number);
        let (before, after): (Vec<_>, Vec<_>) = self.singles().into_iter().partition(|(row, _)| row.number < last);
        let texts =
            |rows: Vec<(&'s Row, &'s str)>| -> Vec<&'s str> { rows.into_iter().map(|(_, text)| text).collect() };
        (texts(before), texts(after))
    }

    /// The rows below the heading with a single cell in them, where a row has several.
    pub(super) fn singles(&self) -> Vec<(&Row, &str)> {
        let last = self.header.last().copied().unwrap_or(0);
        if self.names.iter().filter(|name| !name.is_empty()).count() < 2 {
            return Vec::new();
        }
        self.rows.iter().filter(|row| row.number > last).filter_map(|row| Some((row, row.single()?))).collect()
    }

    /// The texts above the heading.
    pub(super) fn above(&self) -> Vec<&str> {
        let first = self.header.first().copied().unwrap_or(0);
        let rows = self.rows.iter().filter(|row| row.number < first);
        rows.filter_map(|row| row.cells.iter().find(|cell| !cell.is_empty())).map(|cell| cell.text.as_str()).collect()
    }
}

/// How much a row looks like a heading: its known words, less what looks like data.
fn heading_score(row: &Row) -> f32 {
    let mut score = 0.0;
    let mut texts: Vec<&str> = Vec::new();
    for cell in row.cells.iter().filter(|cell| !cell.is_empty()) {
        if texts.contains(&cell.text.as_str()) {
            continue;
        }
        texts.push(&cell.text);
        let date = cell.date.is_some() || cell.text.len() > 3 && DateStyle::Usual(None).read(&cell.text).is_some();
        let number = cell.text.parse::<f64>().is_ok();
        score += meanings(&cell.text).first().map_or(0.0, |found| found.1) - if date || number { 0.7 } else { 0.0 };
    }
    // A title is of one cell.
    if texts.len() < 2 { 0.0 } else { score }
}

/// Whether a row goes on with a heading whose cells are merged.
fn is_second(first: &Row, next: &Row) -> bool {
    let wide = first.cells.iter().enumerate().any(|(index, cell)| {
        cell.merged.is_some_and(|(row, column)| row == first.number && column as usize != index + 1)
    });
    wide && heading_score(next) >= 0.9
}
