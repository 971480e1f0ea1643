//! Evidence in the cells of tables: whether the words stand in the cell that the annotation names (RFC 7111, §2.3).

use std::collections::BTreeMap;
use std::path::Path;

use percent_encoding::percent_decode_str;

use crate::record::read::Input;
use crate::table::{Layout, Row, TableError, encodings, open};

/// A cell by its sheet, row and column, the numbers from 1; without a column any cell of the row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CellPlace {
    sheet: Option<String>,
    row: u32,
    column: Option<u32>,
}

/// The cell that a fragment names.
pub(super) fn cell(fragment: &str) -> Option<CellPlace> {
    let (sheet, place) = match fragment.strip_prefix("sheet=").and_then(|rest| rest.split_once('&')) {
        Some((sheet, place)) => (Some(percent_decode_str(sheet).decode_utf8().ok()?.into_owned()), place),
        None => (None, fragment),
    };
    let (row, column) = match place.strip_prefix("cell=") {
        Some(cell) => cell.split_once(',').map(|(row, column)| (row, Some(column)))?,
        None => (place.strip_prefix("row=")?, None),
    };
    Some(CellPlace { sheet, row: row.parse().ok()?, column: column.map(str::parse).transpose().ok()? })
}

/// Whether the words stand in their cells, in the order of the quotes.
pub(super) fn stand(path: &Path, quotes: &[(CellPlace, &str)]) -> Result<Vec<bool>, TableError> {
    let input = Input::Path(path.to_owned());
    let mut best = look(&input, &Layout::default(), quotes)?;
    if best.iter().all(|stands| *stands) || !open(&input, &Layout::default())?.has_encoding() {
        return Ok(best);
    }
    // The mapping may have said another encoding or delimiter than is guessed.
    for encoding in encodings() {
        for delimiter in [None, Some(','), Some(';'), Some('\t'), Some('|')] {
            let layout = Layout { encoding: Some(encoding), delimiter, ..Layout::default() };
            let Ok(found) = look(&input, &layout, quotes) else { continue };
            let count = |found: &[bool]| found.iter().filter(|stands| **stands).count();
            if count(&found) > count(&best) {
                best = found;
            }
        }
    }
    Ok(best)
}

fn look(input: &Input, layout: &Layout, quotes: &[(CellPlace, &str)]) -> Result<Vec<bool>, TableError> {
    let book = open(input, layout)?;
    let mut stands = vec![false; quotes.len()];
    for sheet in 0..book.count() {
        let mut by_row: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (at, (place, _)) in quotes.iter().enumerate() {
            if place.sheet.as_deref() == book.sheet_name(sheet) || place.sheet.is_none() && book.count() == 1 {
                by_row.entry(place.row).or_default().push(at);
            }
        }
        if by_row.is_empty() {
            continue;
        }
        for row in book.rows(sheet)? {
            let row = row?;
            for at in by_row.remove(&row.number).into_iter().flatten() {
                stands[at] = holds(&row, quotes[at].0.column, quotes[at].1);
            }
        }
    }
    Ok(stands)
}

fn holds(row: &Row, column: Option<u32>, words: &str) -> bool {
    match column {
        Some(column) => row.cells.get(column.saturating_sub(1) as usize).is_some_and(|cell| cell.text.contains(words)),
        None => row.cells.iter().any(|cell| cell.text.contains(words)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_name_cells() {
        let place = |sheet: Option<&str>, row, column| Some(CellPlace { sheet: sheet.map(str::to_owned), row, column });
        assert_eq!(cell("cell=7,3"), place(None, 7, Some(3)));
        assert_eq!(cell("row=7"), place(None, 7, None));
        assert_eq!(cell("sheet=%E5%8F%8B&cell=7,3"), place(Some("友"), 7, Some(3)));
        assert_eq!(cell("char=7"), None);
        assert_eq!(cell("cell=7"), None);
    }
}
