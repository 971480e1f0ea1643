//! Tables of HTML pages (HTML, §4.9), with colspan and rowspan, out of tag soup as well.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{HtmlString, StartTag, Token, Tokenizer};

use super::{MOST_CELLS, Sheet};
use crate::table::delimited::MOST_COLUMNS;
use crate::table::error::TableError;
use crate::table::grid::Cell;

/// The most columns and rows that a cell spans (HTML, §4.9.11).
const MOST_SPANNED: (usize, usize) = (1000, 65_534);

/// The tables of a page, each with its caption or the heading above it.
pub(super) fn read(name: &str, text: &str) -> Result<Vec<Sheet>, TableError> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut page = Page::default();
    for token in Tokenizer::new_with_emitter(text, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => page.open(&tag),
            Token::EndTag(tag) => page.close(&tag.name),
            Token::String(text) => page.text(&String::from_utf8_lossy(&text)),
            _ => {}
        }
        if page.cells > MOST_CELLS {
            return Err(TableError::new(name, "its tables have too many cells", "save the table as CSV"));
        }
    }
    while !page.open.is_empty() {
        page.end_table();
    }
    if page.done.is_empty() {
        let remedy =
            "where a page draws its table by a script, save what the browser shows; or copy it into a spreadsheet";
        return Err(TableError::new(name, "there is no <table> in the page", remedy));
    }
    page.done.sort_by_key(|table| table.number);
    Ok(named(page.done))
}

/// Sheets with names of their own, where there are several.
fn named(tables: Vec<Table>) -> Vec<Sheet> {
    let several = tables.len() > 1;
    let mut sheets: Vec<Sheet> = Vec::new();
    for (index, table) in tables.into_iter().enumerate() {
        let title = table.title.trim();
        let taken = sheets.iter().any(|sheet| sheet.name.as_deref() == Some(title));
        let title = if title.is_empty() || taken { format!("table {}", index + 1) } else { title.to_owned() };
        sheets.push(Sheet { name: several.then_some(title), hidden: false, rows: table.rows, first: 1 });
    }
    sheets
}

#[derive(Default)]
struct Page {
    open: Vec<Table>,
    done: Vec<Table>,
    begun: usize,
    /// The heading read last.
    heading: String,
    in_heading: bool,
    /// How many elements are open whose text nobody sees.
    unseen: usize,
    cells: usize,
}

#[derive(Default)]
struct Table {
    number: usize,
    title: String,
    in_caption: bool,
    rows: Vec<Vec<Cell>>,
    /// By column, cells that reach down into this row, with how many rows they have from here; and into the next one.
    reaching: Vec<Option<(usize, Cell)>>,
    further: Vec<Option<(usize, Cell)>>,
    /// The cell being read, with how many columns and rows it spans.
    cell: Option<(String, usize, usize)>,
    in_row: bool,
}

fn is_unseen(name: &[u8], tag: Option<&StartTag<()>>) -> bool {
    let footnote = |tag: &StartTag<()>| {
        attribute(tag, b"class").is_some_and(|class| class.split(' ').any(|class| class == "reference"))
    };
    matches!(name, b"script" | b"style" | b"template" | b"noscript") || name == b"sup" && tag.is_none_or(footnote)
}

fn attribute(tag: &StartTag<()>, name: &[u8]) -> Option<String> {
    let found = tag.attributes.iter().find(|(key, _)| key.as_slice() == name)?;
    Some(String::from_utf8_lossy(found.1).into_owned())
}

fn span(tag: &StartTag<()>, name: &[u8], most: usize) -> usize {
    let number = attribute(tag, name).and_then(|text| text.trim().parse::<usize>().ok());
    match number {
        Some(0) if name == b"rowspan" => most,
        Some(number) => number.clamp(1, most),
        None => 1,
    }
}

impl Page {
    fn open(&mut self, tag: &StartTag<()>) {
        let name: &[u8] = &tag.name;
        if self.unseen > 0 || is_unseen(name, Some(tag)) {
            self.unseen += usize::from(is_unseen(name, Some(tag)) && !tag.self_closing);
            return;
        }
        match name {
            b"table" => {
                self.begun += 1;
                let title = std::mem::take(&mut self.heading);
                self.open.push(Table { number: self.begun, title, ..Table::default() });
            }
            b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => {
                self.heading.clear();
                self.in_heading = true;
            }
            b"br" | b"p" | b"div" | b"li" => self.text("\n"),
            _ => {}
        }
        let Some(table) = self.open.last_mut() else { return };
        match name {
            b"caption" => {
                table.title.clear();
                table.in_caption = true;
            }
            b"tr" => table.begin_row(),
            b"td" | b"th" => {
                self.cells += table.end_cell();
                if !table.in_row {
                    table.begin_row();
                }
                let (columns, rows) = MOST_SPANNED;
                table.cell = Some((String::new(), span(tag, b"colspan", columns), span(tag, b"rowspan", rows)));
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &HtmlString) {
        let name: &[u8] = name;
        if self.unseen > 0 {
            self.unseen -= usize::from(is_unseen(name, None));
            return;
        }
        match name {
            b"table" => return self.end_table(),
            b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => self.in_heading = false,
            _ => {}
        }
        let Some(table) = self.open.last_mut() else { return };
        match name {
            b"caption" => table.in_caption = false,
            b"td" | b"th" => self.cells += table.end_cell(),
            b"tr" | b"tbody" | b"thead" | b"tfoot" => {
                self.cells += table.end_cell();
                table.end_row();
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.unseen > 0 {
            return;
        }
        if self.in_heading {
            self.heading.push_str(text);
        }
        let Some(table) = self.open.last_mut() else { return };
        if table.in_caption {
            table.title.push_str(text);
        } else if let Some((cell, ..)) = &mut table.cell {
            cell.push_str(text);
        }
    }

    fn end_table(&mut self) {
        if let Some(mut table) = self.open.pop() {
            self.cells += table.end_cell();
            table.end_row();
            table.title = table.title.split_whitespace().collect::<Vec<_>>().join(" ");
            self.done.push(table);
        }
    }
}

impl Table {
    fn begin_row(&mut self) {
        self.end_cell();
        self.end_row();
        self.in_row = true;
        self.rows.push(Vec::new());
        self.reaching = std::mem::take(&mut self.further);
        self.take_reaching();
    }

    /// Puts the cells that reach down from above where the row has come to.
    fn take_reaching(&mut self) {
        let Some(row) = self.rows.last_mut() else { return };
        while let Some((left, cell)) = self.reaching.get_mut(row.len()).and_then(Option::take) {
            reach(&mut self.further, row.len(), left - 1, &cell);
            row.push(cell);
        }
    }

    /// Ends the cell that is open; gives how many cells it takes.
    fn end_cell(&mut self) -> usize {
        let (Some((text, columns, rows)), true) = (self.cell.take(), !self.rows.is_empty()) else { return 0 };
        let lines = text.split('\n').map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        let cell = Cell::new(&lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n"));
        let number = self.rows.len() as u32;
        let Some(row) = self.rows.last_mut() else { return 0 };
        let first = row.len();
        let part = Cell { merged: Some((number, first as u32 + 1)), ..cell.clone() };
        let columns = columns.min(MOST_COLUMNS.saturating_sub(first));
        for offset in 0..columns {
            row.push(if offset == 0 { cell.clone() } else { part.clone() });
            reach(&mut self.further, first + offset, rows - 1, &part);
        }
        self.take_reaching();
        columns
    }

    /// Ends the row; one that is shorter than what reaches into it from above still has that.
    fn end_row(&mut self) {
        if !std::mem::take(&mut self.in_row) {
            return;
        }
        while self.rows.last().is_some_and(|row| row.len() < self.reaching.len()) {
            self.take_reaching();
            if let Some(row) = self.rows.last_mut().filter(|row| row.len() < self.reaching.len()) {
                row.push(Cell::default());
            }
        }
        self.reaching.clear();
    }
}

/// Notes that a cell reaches so many rows further down.
fn reach(further: &mut Vec<Option<(usize, Cell)>>, column: usize, rows: usize, cell: &Cell) {
    if rows > 0 {
        if further.len() <= column {
            further.resize(column + 1, None);
        }
        further[column] = Some((rows, cell.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sheet: &Sheet) -> Vec<Vec<&str>> {
        sheet.rows.iter().map(|row| row.iter().map(|cell| cell.text.as_str()).collect()).collect()
    }

    #[test]
    fn spans_and_soup() {
        let page = "<h2>One</h2><table><tr><th>a<th>b<th>c<tr><td rowspan=3>x<td>1<br>2<td>y<tr><td colspan=2>z<sup class=\"reference\">[1]</sup>\
            <tr><td>q</table><script>'<table>'</script><table><caption>Two &amp; more</caption><tr><td>1<td>2</td></tr></table>";
        let sheets = read("x.html", page).unwrap();
        assert_eq!(
            texts(&sheets[0]),
            [vec!["a", "b", "c"], vec!["x", "1\n2", "y"], vec!["x", "z", "z"], vec!["x", "q"]]
        );
        assert_eq!(sheets[0].rows[2][0].merged, Some((2, 1)));
        assert_eq!(sheets[0].rows[2][2].merged, Some((3, 2)));
        assert_eq!(
            sheets.iter().map(|sheet| sheet.name.as_deref().unwrap()).collect::<Vec<_>>(),
            ["One", "Two & more"]
        );
        let error = read("x.html", "<p>no").unwrap_err();
        assert!(error.to_string().contains("no <table>"));
    }

    #[test]
    fn what_reaches_beyond_the_end_of_a_row_stands_there() {
        let sheets = read("x.html", "<table><tr><td>a<td rowspan=2>b<tr><td>c<tr></table>").unwrap();
        assert_eq!(texts(&sheets[0]), [vec!["a", "b"], vec!["c", "b"], vec![]]);
    }
}
