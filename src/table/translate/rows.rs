//! Which row is what: heading, section, note, total, data.

use std::sync::LazyLock;

use regex::Regex;

use super::account::Account;
use super::bind::{Columns, named, names};
use crate::table::container::Book;
use crate::table::error::TableError;
use crate::table::grid::{Cell, Row};
use crate::table::mapping::{Mapping, Named};

/// How many rows a heading is looked for in.
const HEADING_WITHIN: usize = 50;

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// A row of records.
    Data,
    /// The names of the columns.
    Heading,
    /// Something that holds for the rows below.
    Section,
    /// A remark.
    Note,
    /// A sum of others.
    Total,
    /// Nothing.
    Empty,
    /// No record could be made of it.
    Error,
}

impl Fate {
    /// What it is called.
    pub const fn told(self) -> &'static str {
        match self {
            Self::Data => "records",
            Self::Heading => "heading",
            Self::Section => "section",
            Self::Note => "note",
            Self::Total => "total",
            Self::Empty => "empty",
            Self::Error => "error",
        }
    }

    pub(crate) fn count(self, account: &mut Account) {
        account.rows += 1;
        *match self {
            Self::Data => &mut account.with_records,
            Self::Heading => &mut account.headings,
            Self::Section => &mut account.sections,
            Self::Note => &mut account.notes,
            Self::Total => &mut account.totals,
            Self::Empty => &mut account.empty,
            Self::Error => &mut account.errors,
        } += 1;
    }
}

/// First cells of rows that sum others up, in any of the languages of headings.
static TOTALS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let words = "合\\s*[计計]|总\\s*[计計]|總\\s*計|共\\s*[计計]|小\\s*[计計]|計$|합\\s*계|총\\s*계|계$|\
                 ((grand |sub)?total|sum|summe|gesamt|insgesamt|somme|totale)\\b";
    Regex::new(&format!("^(?i:{words})")).ok()
});

/// Whether a row that begins so sums others up.
pub(crate) fn is_total(text: &str) -> bool {
    TOTALS.as_ref().is_some_and(|words| words.is_match(text))
}

/// The heading of a sheet.
#[derive(Debug)]
pub(crate) struct Heading {
    pub(crate) columns: Columns,
    /// The rows of the heading, from 1; none where the table has none.
    pub(crate) rows: Vec<u32>,
    /// What the sheet is called, where the file has several.
    sheet: Option<String>,
}

impl Heading {
    /// The heading that the mapping names; else the first row that has all columns of which it speaks.
    pub(crate) fn find(book: &Book<'_>, sheet: usize, mapping: &Mapping) -> Result<Self, TableError> {
        let table = book.told(sheet);
        let first: Vec<Row> = book.rows(sheet)?.take(HEADING_WITHIN).collect::<Result<_, _>>()?;
        let sought = named(mapping);
        let (columns, rows) = match &mapping.table.header {
            Some(rows) => Self::given(&first, rows, mapping, &table)?,
            None => Self::sought(&first, mapping, &sought),
        };
        let heading = Self { columns, rows, sheet: book.sheet_name(sheet).map(str::to_owned) };
        for name in &sought {
            heading.columns.find(name, &mapping.name, &table)?;
        }
        Ok(heading)
    }

    fn given(first: &[Row], rows: &[u32], mapping: &Mapping, table: &str) -> Result<(Columns, Vec<u32>), TableError> {
        let found: Vec<Row> = first.iter().filter(|row| rows.contains(&row.number)).cloned().collect();
        if found.len() < rows.len() {
            let reason = format!("{table} has no row {} for its heading", rows.last().copied().unwrap_or_default());
            return Err(TableError::new(
                &mapping.name,
                reason,
                "write the right row under [table], such as header = 1",
            ));
        }
        let width = first.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        let names = match (&mapping.table.columns, rows.is_empty()) {
            (Some(columns), _) => columns.clone(),
            (None, true) => vec![String::new(); width],
            (None, false) => names(&found),
        };
        Ok((Columns::new(names, &mapping.table), rows.to_vec()))
    }

    fn sought(first: &[Row], mapping: &Mapping, sought: &[Named]) -> (Columns, Vec<u32>) {
        if let Some(columns) = &mapping.table.columns {
            return (Columns::new(columns.clone(), &mapping.table), Vec::new());
        }
        let candidates = first.iter().filter(|row| !row.is_empty()).map(|row| {
            let columns = Columns::new(names(std::slice::from_ref(row)), &mapping.table);
            let known = sought.iter().filter(|named| columns.knows(&named.name)).count();
            (known, row.number, columns)
        });
        // The first of those that know most.
        let best = candidates.reduce(|best, next| if next.0 > best.0 { next } else { best });
        best.map_or_else(
            || (Columns::new(Vec::new(), &mapping.table), Vec::new()),
            |(_, row, columns)| (columns, vec![row]),
        )
    }
}

/// Goes through the rows of a sheet and says what each is.
pub(crate) struct Walk<'w> {
    mapping: &'w Mapping,
    heading: &'w Heading,
    fill_down: Vec<usize>,
    /// The last cell of each column that is not empty.
    above: Vec<Cell>,
    /// The values of columns that section rows give, and the sheet's name.
    sections: Vec<Cell>,
}

impl<'w> Walk<'w> {
    pub(crate) fn new(mapping: &'w Mapping, heading: &'w Heading) -> Self {
        let columns = &heading.columns;
        let fill_down = mapping.table.fill_down.iter().filter_map(|named| columns.index(&named.name)).collect();
        let above = vec![Cell::default(); columns.len()];
        let mut sections = above.clone();
        if let (Some(cell), Some(sheet)) = (sections.get_mut(columns.sheet), &heading.sheet) {
            *cell = Cell::new(sheet);
        }
        Self { mapping, heading, fill_down, above, sections }
    }

    /// What a row is, and for data its cells as the mapping means them.
    pub(crate) fn step(&mut self, row: &Row) -> (Fate, Vec<Cell>) {
        let fate = self.fate(row);
        if fate != Fate::Data {
            return (fate, Vec::new());
        }
        let columns = &self.heading.columns;
        let mut cells: Vec<Cell> = row.cells.iter().take(columns.own).cloned().collect();
        cells.resize(columns.len(), Cell::default());
        for (column, cell) in cells.iter_mut().enumerate().take(columns.own) {
            if cell.is_ditto() || cell.is_empty() && self.fill_down.contains(&column) {
                *cell = self.above[column].clone();
            } else if !cell.is_empty() {
                let above = &mut self.above[column];
                above.text.clone_from(&cell.text);
                above.date = cell.date;
                above.merged = Some(cell.merged.unwrap_or((row.number, column as u32 + 1)));
            }
        }
        for (cell, section) in cells.iter_mut().zip(&self.sections) {
            if !section.is_empty() && cell.is_empty() {
                *cell = section.clone();
            }
        }
        (Fate::Data, cells)
    }

    fn fate(&mut self, row: &Row) -> Fate {
        let table = &self.mapping.table;
        let Some(first) = row.cells.iter().find(|cell| !cell.is_empty()) else { return Fate::Empty };
        if self.heading.rows.contains(&row.number) {
            return Fate::Heading;
        }
        if self.heading.rows.last().is_some_and(|last| row.number < *last) {
            return Fate::Note;
        }
        if table.skip.iter().any(|skip| skip.is_match(&first.text)) {
            return Fate::Note;
        }
        if table.totals.iter().any(|total| total.is_match(&first.text)) || is_total(&first.text) {
            return Fate::Total;
        }
        if self.is_heading_again(row) {
            return Fate::Heading;
        }
        if self.section(row) { Fate::Section } else { Fate::Data }
    }

    /// A heading that stands again, at the head of another page.
    fn is_heading_again(&self, row: &Row) -> bool {
        let names = &self.heading.columns.names()[..self.heading.columns.own];
        let own = |index: usize| row.cells.get(index).map_or("", |cell| cell.text.as_str());
        !self.heading.rows.is_empty()
            && names.iter().filter(|name| !name.is_empty()).count() > 1
            && names.iter().enumerate().all(|(index, name)| super::bind::tidy(own(index)) == *name)
    }

    /// Takes a row of a single cell for the sections that it opens.
    fn section(&mut self, row: &Row) -> bool {
        let Some(text) = row.single() else { return false };
        let at = row.cells.iter().position(|cell| !cell.is_empty()).unwrap_or_default();
        let mut opened = false;
        for section in &self.mapping.table.sections {
            let value = match &section.matching {
                None => Some(text),
                Some(regex) => {
                    regex.captures(text).and_then(|found| found.get(1).or(found.get(0))).map(|found| found.as_str())
                }
            };
            if let (Some(value), Some(column)) = (value, self.heading.columns.index(&section.column)) {
                self.sections[column] = Cell { merged: Some((row.number, at as u32 + 1)), ..Cell::new(value) };
                opened = true;
            }
        }
        opened
    }
}

#[cfg(test)]
mod tests {
    use super::is_total;

    #[test]
    fn totals_have_words() {
        assert!(
            ["合计", "合 计", "總計", "計", "합계", "Total", "Summe:", "grand total"].iter().all(|text| is_total(text))
        );
        assert!(!["計画", "Totalán", "Sumy", "小樽市"].iter().any(|text| is_total(text)));
    }
}
