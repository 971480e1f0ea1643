//! Solutions as a table for terminals. Widths are those of the screen: a Chinese character takes two columns.

use std::io::{self, Write};

use oxrdf::{TermRef, Variable};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::Style;
use super::term::is_number;
use crate::query::Row;

/// Rows that decide how wide the columns are; the rows after them are written as they come.
const SAMPLE: usize = 1000;
/// No column is made narrower than this.
const NARROWEST: usize = 6;
const GAP: &str = " │ ";

/// A table on its way out: the first rows are held until the widths are known.
pub(super) struct Table {
    names: Vec<String>,
    sample: Vec<Vec<Cell>>,
    layout: Option<Layout>,
    rows: u64,
}

impl Table {
    pub(super) fn new(variables: &[Variable]) -> Self {
        let names = variables.iter().map(|variable| variable.as_str().to_owned()).collect();
        Self { names, sample: Vec::new(), layout: None, rows: 0 }
    }

    pub(super) fn row(&mut self, row: Row<'_>, style: &Style, writer: &mut impl Write) -> io::Result<()> {
        self.rows += 1;
        let cell = |column: usize| row.show(column, |term| Cell::new(term, style)).unwrap_or(Cell::NOTHING);
        let cells: Vec<Cell> = (0..row.len()).map(cell).collect();
        if style.vertical {
            return self.block(&cells, writer);
        }
        if let Some(layout) = &self.layout {
            return layout.row(&cells, writer);
        }
        self.sample.push(cells);
        if self.sample.len() >= SAMPLE { self.lay_out(style, writer).map(|_| ()) } else { Ok(()) }
    }

    /// A row as lines of names and values; what is unbound is left out.
    fn block(&self, cells: &[Cell], writer: &mut impl Write) -> io::Result<()> {
        writeln!(writer, "── {} ──", self.rows)?;
        let widest = self.names.iter().map(|name| name.width()).max().unwrap_or(0);
        for (name, cell) in self.names.iter().zip(cells).filter(|(_, cell)| cell.kind != Kind::Nothing) {
            writeln!(writer, "{name}{:pad$}{GAP}{}", "", cell.text, pad = widest - name.width())?;
        }
        Ok(())
    }

    fn lay_out(&mut self, style: &Style, writer: &mut impl Write) -> io::Result<&Layout> {
        let layout = Layout::new(&self.names, &self.sample, style);
        layout.header(&self.names, writer)?;
        std::mem::take(&mut self.sample).iter().try_for_each(|cells| layout.row(cells, writer))?;
        Ok(self.layout.insert(layout))
    }

    /// Writes what is held and a last line that counts the rows; returns the count.
    pub(super) fn finish(mut self, style: &Style, writer: &mut impl Write) -> io::Result<u64> {
        let layout = match self.layout {
            Some(layout) => layout,
            None if style.vertical => Layout::new(&self.names, &[], style),
            None => {
                self.lay_out(style, writer)?;
                Layout::new(&[], &[], style)
            }
        };
        writeln!(writer, "{}", layout.faint(&style.words.rows(self.rows)))?;
        Ok(self.rows)
    }
}

/// A term as it is to be shown.
struct Cell {
    text: String,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nothing,
    Resource,
    Number,
    Text,
}

impl Cell {
    const NOTHING: Self = Self { text: String::new(), kind: Kind::Nothing };

    fn new(term: TermRef<'_>, style: &Style) -> Self {
        let kind = match term {
            TermRef::Literal(literal) if is_number(literal) => Kind::Number,
            TermRef::Literal(_) => Kind::Text,
            _ => Kind::Resource,
        };
        Self { text: style.term(term), kind }
    }
}

struct Layout {
    widths: Vec<usize>,
    flush_right: Vec<bool>,
    colours: bool,
}

impl Layout {
    fn new(names: &[String], sample: &[Vec<Cell>], style: &Style) -> Self {
        let natural = |column: usize| {
            let cells = sample.iter().map(|cells| cells[column].text.width());
            cells.chain([names[column].width()]).max().unwrap_or(0)
        };
        let numeric = |column: usize| {
            let mut kinds =
                sample.iter().map(|cells| cells[column].kind).filter(|kind| *kind != Kind::Nothing).peekable();
            kinds.peek().is_some() && kinds.all(|kind| kind == Kind::Number)
        };
        let widths = fit((0..names.len()).map(natural).collect(), style.width);
        Self { widths, flush_right: (0..names.len()).map(numeric).collect(), colours: style.colours }
    }

    fn header(&self, names: &[String], writer: &mut impl Write) -> io::Result<()> {
        let cells: Vec<_> = names.iter().enumerate().map(|(i, name)| self.paint("1", &self.padded(i, name))).collect();
        writeln!(writer, "{}", cells.join(&self.faint(GAP)).trim_end())?;
        let rules: Vec<_> = self.widths.iter().map(|width| "─".repeat(*width)).collect();
        writeln!(writer, "{}", self.faint(&rules.join("─┼─")))
    }

    fn row(&self, cells: &[Cell], writer: &mut impl Write) -> io::Result<()> {
        let cells: Vec<_> = cells.iter().enumerate().map(|(i, cell)| self.cell(i, cell)).collect();
        writeln!(writer, "{}", cells.join(&self.faint(GAP)).trim_end())
    }

    fn cell(&self, column: usize, cell: &Cell) -> String {
        let text = self.padded(column, &cell.text);
        match cell.kind {
            Kind::Resource => self.paint("36", &text),
            Kind::Number => self.paint("33", &text),
            Kind::Nothing | Kind::Text => text,
        }
    }

    fn padded(&self, column: usize, text: &str) -> String {
        let text = shortened(text, self.widths[column]);
        let space = " ".repeat(self.widths[column].saturating_sub(text.width()));
        if self.flush_right[column] { space + &text } else { text + &space }
    }

    fn faint(&self, text: &str) -> String {
        self.paint("2", text)
    }

    /// The text with an SGR code (ECMA-48, 8.3.117) around it, if colours are wanted.
    fn paint(&self, code: &str, text: &str) -> String {
        if self.colours { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// Takes from the widest columns until the line fits.
fn fit(mut widths: Vec<usize>, limit: Option<usize>) -> Vec<usize> {
    let gaps = GAP.width() * widths.len().saturating_sub(1);
    let Some(limit) = limit.map(|limit| limit.saturating_sub(gaps)) else { return widths };
    while widths.iter().sum::<usize>() > limit {
        match widths.iter_mut().max() {
            Some(widest) if *widest > NARROWEST => *widest -= 1,
            _ => break,
        }
    }
    widths
}

/// The text cut to `width` columns, with `…` where something is missing.
fn shortened(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1; // for the `…`
    for char in text.chars() {
        used += char.width().unwrap_or(0);
        if used > width {
            break;
        }
        out.push(char);
    }
    out + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_are_cut_by_columns() {
        assert_eq!(shortened("撒馬爾罕市", 10), "撒馬爾罕市");
        assert_eq!(shortened("撒馬爾罕市", 8), "撒馬爾…");
        assert_eq!(shortened("撒馬爾罕市", 9), "撒馬爾罕…");
        assert_eq!(shortened("abc", 2), "a…");
    }

    #[test]
    fn the_widest_columns_give_way() {
        assert_eq!(fit(vec![40, 10, 5], Some(41)), [20, 10, 5]);
        assert_eq!(fit(vec![10, 10], Some(5)), [6, 6]);
        assert_eq!(fit(vec![300], None), [300]);
    }
}
