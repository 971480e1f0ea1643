//! What every container gives: sheets of rows of cells, one row at a time.

use crate::record::Date;

use super::error::TableError;

/// A cell as it stands in the table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cell {
    /// Its text, as evidence quotes it, without the white space around it.
    pub text: String,
    /// Its date, where the container holds dates as such.
    pub date: Option<Date>,
    /// Row and column, from 1, of the merged cell that it is a part of, where that begins elsewhere.
    pub merged: Option<(u32, u32)>,
}

impl Cell {
    /// A cell of nothing but a text.
    pub fn new(text: &str) -> Self {
        Self { text: text.trim().to_owned(), ..Self::default() }
    }

    /// Whether nothing stands in it.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether it says that it is as the cell above.
    pub fn is_ditto(&self) -> bool {
        let text = self.text.trim_end_matches('.');
        text.len() <= LONGEST_DITTO && DITTO.iter().any(|mark| text.eq_ignore_ascii_case(mark))
    }
}

/// What stands in a cell that is as the one above.
const DITTO: [&str; 10] = ["同上", "仝上", "仝", "〃", "″", "\"", "위와 같음", "ditto", "dito", "idem"];
/// The most bytes that one of these has.
const LONGEST_DITTO: usize = 13;

/// A row of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// Its number within the sheet, from 1, whatever stands above the heading among them.
    pub number: u32,
    /// The line of the file it begins on, from 0, where the container has lines.
    pub line: Option<u64>,
    /// Its cells.
    pub cells: Vec<Cell>,
}

impl Row {
    /// Whether nothing stands in it.
    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(Cell::is_empty)
    }

    /// The text of its one cell, where all others are empty or parts of it.
    pub fn single(&self) -> Option<&str> {
        let mut filled = self.cells.iter().filter(|cell| !cell.is_empty());
        let first = filled.next()?;
        filled.all(|cell| cell.merged.is_some() && cell.text == first.text).then_some(&first.text)
    }
}

/// The rows of a sheet, in order.
pub type Rows<'r> = Box<dyn Iterator<Item = Result<Row, TableError>> + 'r>;

/// The letters of a column, counted from 0, as spreadsheets name it: `A`, `Z`, `AA`.
pub fn letters(column: usize) -> String {
    let (mut left, mut name) = (column + 1, Vec::new());
    while left > 0 {
        name.push(char::from(b'A' + ((left - 1) % 26) as u8));
        left = (left - 1) / 26;
    }
    name.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_spreadsheets_do() {
        let named: Vec<String> = [0, 25, 26, 701, 702].map(letters).into();
        assert_eq!(named, ["A", "Z", "AA", "ZZ", "AAA"]);
    }

    #[test]
    fn ditto_marks_are_known() {
        assert!(DITTO.iter().all(|mark| Cell::new(mark).is_ditto()) && Cell::new("Ditto.").is_ditto());
        assert!(!["", "同上海", ".", "idem est"].iter().any(|text| Cell::new(text).is_ditto()));
    }

    #[test]
    fn a_row_of_one_cell_may_be_merged() {
        let merged = Cell { merged: Some((1, 1)), ..Cell::new("亚洲") };
        let row = |cells: Vec<Cell>| Row { number: 1, line: None, cells };
        assert_eq!(row(vec![Cell::new("亚洲"), merged, Cell::default()]).single(), Some("亚洲"));
        assert_eq!(row(vec![Cell::new("亚洲"), Cell::new("亚洲")]).single(), None);
        assert!(row(vec![Cell::new(" ")]).is_empty());
    }
}
