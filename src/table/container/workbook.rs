//! Workbooks: XLSX, XLSB, XLS, ODS, with merged cells and cells that hold dates as such.

use std::io::Cursor;

use calamine::{
    Data, DataRef, Dimensions, Error, ExcelDateTime, Range, Reader, SheetType, SheetVisible, Sheets, Xlsx,
    open_workbook_auto_from_rs,
};

use super::{MOST_CELLS, OLE, Sheet, archive};
use crate::counted::counted;
use crate::record::Date;
use crate::table::delimited::MOST_COLUMNS;
use crate::table::error::TableError;
use crate::table::grid::{Cell, letters};

type Bytes = Cursor<Vec<u8>>;

/// The name of what an encrypted workbook holds, in UTF-16 (MS-OFFCRYPTO, §2.3.4.4).
const ENCRYPTED: &[u8] = b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0";
/// What to do about a workbook that cannot be read.
const SAVE_ANEW: &str = "open it in a spreadsheet program and save it anew as .xlsx, or save the sheet as CSV";

/// The sheets of a workbook.
pub(super) fn read(name: &str, bytes: Vec<u8>, remarks: &mut Vec<String>) -> Result<Vec<Sheet>, TableError> {
    if bytes.starts_with(OLE) && memchr::memmem::find(&bytes, ENCRYPTED).is_some() {
        return Err(locked(name));
    }
    let seen = archive::look(&bytes);
    if seen.is_none() && bytes.starts_with(b"PK") {
        // What it unpacks to is not known, so nothing unpacks it.
        return Err(TableError::new(name, "it is no workbook, or a damaged one", SAVE_ANEW));
    }
    if let Some(seen) = seen {
        if seen.is_bomb {
            let reason = "it is packed so tightly that no workbook of people is: unpacked it would fill the memory";
            return Err(TableError::new(name, reason, "see where it comes from; save its sheet as CSV"));
        }
        if seen.hidden_rows > 0 {
            remarks.push(format!("{name}: {} hidden; they are read as the others", rows_are(seen.hidden_rows)));
        }
        if seen.macros {
            remarks.push(format!("{name}: the macros in it are not run; values are those that were saved"));
        }
    }
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| explain(name, &error))?;
    let mut sheets = Vec::new();
    for info in book.sheets_metadata().to_vec() {
        let hidden = info.visible != SheetVisible::Visible;
        if hidden {
            remarks
                .push(format!("{name}: the sheet {} is hidden; it is read only where the mapping names it", info.name));
        }
        let rows = match info.typ {
            SheetType::WorkSheet => sheet(&mut book, name, &info.name)?,
            _ => Vec::new(),
        };
        sheets.push(Sheet { name: Some(info.name), hidden, rows, first: 1 });
    }
    Ok(sheets)
}

fn rows_are(count: usize) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb}", counted(count as u64, "row"))
}

fn sheet(book: &mut Sheets<Bytes>, name: &str, sheet: &str) -> Result<Vec<Vec<Cell>>, TableError> {
    let fail = |error: Error| explain(&format!("{name}, sheet {sheet}"), &error);
    let mut grid = Grid { name: format!("{name}, sheet {sheet}"), ..Grid::default() };
    if let Sheets::Xlsx(xlsx) = book {
        stream(xlsx, sheet, &mut grid, &fail)?;
    } else {
        let range = book.worksheet_range(sheet).map_err(fail)?;
        grid.take_range(&range)?;
        if let Ok(formulas) = book.worksheet_formula(sheet) {
            let start = formulas.start().unwrap_or_default();
            let used = formulas.used_cells().filter(|(_, _, formula)| !formula.is_empty());
            grid.check(used.map(|(row, column, _)| (row as u32 + start.0, column as u32 + start.1)))?;
        }
    }
    let merged = match book {
        Sheets::Xlsx(xlsx) => xlsx.merge_cells_by_sheet_name(sheet).unwrap_or_default(),
        Sheets::Xls(xls) => xls.merge_cells_by_sheet_name(sheet).unwrap_or_default(),
        _ => Vec::new(),
    };
    merged.iter().for_each(|area| grid.merge(area));
    Ok(grid.rows)
}

/// Reads the cells one after the other, so that a lone cell far away costs nothing.
fn stream(
    book: &mut Xlsx<Bytes>,
    sheet: &str,
    grid: &mut Grid,
    fail: &dyn Fn(Error) -> TableError,
) -> Result<(), TableError> {
    let failed = |error| fail(Error::Xlsx(error));
    let mut cells = book.worksheet_cells_reader(sheet).map_err(failed)?;
    while let Some(cell) = cells.next_cell().map_err(failed)? {
        let (row, column) = cell.get_position();
        if !matches!(cell.get_value(), DataRef::Empty) {
            grid.put(row, column, value(cell.get_value()))?;
        }
    }
    drop(cells);
    let mut formulas = Vec::new();
    let mut cells = book.worksheet_cells_reader(sheet).map_err(failed)?;
    while let Some(cell) = cells.next_formula().map_err(failed)? {
        // A cell without a formula comes, too, with an empty one.
        if !cell.get_value().is_empty() {
            formulas.push(cell.get_position());
        }
    }
    grid.check(formulas.into_iter())
}

fn value(data: &DataRef<'_>) -> Cell {
    match data {
        DataRef::SharedString(text) => Cell::new(text),
        other => owned(&Data::from(other.clone())),
    }
}

fn owned(data: &Data) -> Cell {
    match data {
        Data::Empty => Cell::default(),
        Data::String(text) | Data::DurationIso(text) => Cell::new(text),
        Data::Int(number) => Cell::new(&number.to_string()),
        Data::Float(number) => Cell::new(&number.to_string()),
        Data::Bool(truth) => Cell::new(if *truth { "TRUE" } else { "FALSE" }),
        Data::Error(error) => Cell::new(&error.to_string()),
        Data::DateTime(date) => dated(date),
        Data::DateTimeIso(text) => {
            let day = text.get(..10).and_then(|day| day.parse().ok());
            Cell { date: day, ..Cell::new(&day.map_or_else(|| text.clone(), |day: Date| day.to_string())) }
        }
    }
}

fn dated(date: &ExcelDateTime) -> Cell {
    let (year, month, day, ..) = date.to_ymd_hms_milli();
    let day: Option<Date> = format!("{year:04}-{month:02}-{day:02}").parse().ok().filter(|_| date.is_datetime());
    match day {
        Some(day) => Cell { date: Some(day), ..Cell::new(&day.to_string()) },
        None => Cell::new(&date.as_f64().to_string()),
    }
}

/// A sheet being filled.
#[derive(Default)]
struct Grid {
    name: String,
    rows: Vec<Vec<Cell>>,
    cells: usize,
}

impl Grid {
    fn put(&mut self, row: u32, column: u32, cell: Cell) -> Result<(), TableError> {
        let (row, column) = (row as usize, column as usize);
        if cell.is_empty() {
            return Ok(());
        }
        let grown = (column + 1).saturating_sub(self.rows.get(row).map_or(0, Vec::len))
            + (row + 1).saturating_sub(self.rows.len());
        self.cells += grown;
        if column >= MOST_COLUMNS || self.cells > MOST_CELLS {
            let reason = format!(
                "it has more than {MOST_COLUMNS} columns or {MOST_CELLS} cells, at {}{}",
                letters(column),
                row + 1
            );
            return Err(TableError::new(&self.name, reason, "save the sheet as CSV, which is read as a stream"));
        }
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, Vec::new);
        }
        let cells = &mut self.rows[row];
        if cells.len() <= column {
            cells.resize(column + 1, Cell::default());
        }
        cells[column] = cell;
        Ok(())
    }

    fn take_range(&mut self, range: &Range<Data>) -> Result<(), TableError> {
        let (row, column) = range.start().unwrap_or_default();
        for (r, c, data) in range.used_cells() {
            self.put(row + r as u32, column + c as u32, owned(data))?;
        }
        Ok(())
    }

    fn is_filled(&self, (row, column): (u32, u32)) -> bool {
        self.rows.get(row as usize).and_then(|cells| cells.get(column as usize)).is_some_and(|cell| !cell.is_empty())
    }

    /// Refuses formulas whose values were never worked out.
    fn check(&self, formulas: impl Iterator<Item = (u32, u32)>) -> Result<(), TableError> {
        let mut all = 0_usize;
        let mut without: Vec<(u32, u32)> = Vec::new();
        for place in formulas {
            all += 1;
            if !self.is_filled(place) {
                without.push(place);
            }
        }
        // A formula may well give an empty text; where none has a value, the program that wrote them worked none out.
        match without.first() {
            Some((row, column)) if without.len() == all => Err(TableError::new(
                &self.name,
                format!(
                    "none of the formulas in it ({all}) has a value; the first is in {}{}",
                    letters(*column as usize),
                    row + 1
                ),
                "open it in a spreadsheet program, which works them out, and save it",
            )),
            _ => Ok(()),
        }
    }

    /// Gives every cell of a merged area the text of its first.
    fn merge(&mut self, area: &Dimensions) {
        let (first_row, first_column) = area.start;
        let Some(first) = self.rows.get(first_row as usize).and_then(|cells| cells.get(first_column as usize)).cloned()
        else {
            return;
        };
        let last_row = area.end.0.min(self.rows.len() as u32 + 1);
        let last_column = area.end.1.min(MOST_COLUMNS as u32 - 1);
        for row in first_row..=last_row {
            for column in first_column..=last_column {
                if (row, column) != area.start {
                    let merged = Some((first_row + 1, first_column + 1));
                    // What does not fit is beyond what the sheet has.
                    let _ = self.put(row, column, Cell { merged, ..first.clone() });
                }
            }
        }
    }
}

fn locked(at: &str) -> TableError {
    TableError::new(at, "it is protected by a password", "open it in a spreadsheet program and save it without one")
}

fn explain(at: &str, error: &Error) -> TableError {
    let text = error.to_string();
    let lower = text.to_lowercase();
    if lower.contains("password") {
        return locked(at);
    }
    let reason = if lower.contains("cannot detect") || lower.contains("not a valid") || lower.contains("cannot find") {
        "it is no workbook, or a damaged one".to_owned()
    } else {
        format!("the workbook cannot be read: {text}")
    };
    TableError::new(at, reason, SAVE_ANEW)
}
