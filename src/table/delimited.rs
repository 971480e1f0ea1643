//! Delimited text: cells between delimiters, rows between line ends, quotation marks around either (RFC 4180).

use super::error::TableError;
use super::grid::{Cell, Row};
use super::text::Decoded;

/// Delimiters that are looked for, the likeliest first among equals.
const DELIMITERS: [char; 7] = ['\t', ';', ',', '|', '，', '；', '\u{1F}'];
/// A cell longer than this is a quotation mark that nothing closes.
const LONGEST_CELL: usize = 1 << 20;
/// A row of more cells is no row of a table.
pub(super) const MOST_COLUMNS: usize = 16_384;

/// The delimiter of a text: the one that cuts most of its lines into the same number of cells, two at least; a comma where
/// none does.
pub(super) fn delimiter(text: &str) -> char {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(100).collect();
    let score = |delimiter: char| {
        let counts: Vec<usize> =
            lines.iter().map(|line| outside_quotes(line, delimiter)).filter(|count| *count > 0).collect();
        let most = counts.iter().map(|count| counts.iter().filter(|other| *other == count).count()).max();
        most.unwrap_or(0)
    };
    let mut best = (0, ',');
    for candidate in DELIMITERS {
        let found = score(candidate);
        if found > best.0 {
            best = (found, candidate);
        }
    }
    best.1
}

/// How often the delimiter stands outside quotation marks.
fn outside_quotes(line: &str, delimiter: char) -> usize {
    let mut quoted = false;
    let counts = |character: &char| {
        quoted ^= *character == '"';
        *character == delimiter && !quoted
    };
    line.chars().filter(counts).count()
}

/// What separates cells, and whether quotation marks hold them together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Separators {
    pub(super) delimiter: char,
    pub(super) quote: bool,
}

/// The rows of a delimited text.
pub(super) struct Delimited<'d> {
    text: Decoded<'d>,
    how: Separators,
    name: String,
    buffer: String,
    /// How much of the buffer has been given out.
    start: usize,
    line: u64,
    number: u32,
    failed: bool,
}

impl<'d> Delimited<'d> {
    pub(super) fn new(text: Decoded<'d>, how: Separators, name: &str) -> Self {
        let name = name.to_owned();
        Self { text, how, name, buffer: String::new(), start: 0, line: 0, number: 0, failed: false }
    }

    /// The next row; what of the buffer is not yet known to hold a whole row waits for more.
    fn row(&mut self) -> Result<Option<Row>, TableError> {
        let mut more = true;
        loop {
            match scan(&self.buffer[self.start..], self.how, more) {
                Scan::Row { cells, length, lines } => {
                    let number = self.number + 1;
                    let line = self.line;
                    (self.start, self.line, self.number) = (self.start + length, line + lines, number);
                    return Ok(Some(Row { number, line: Some(line), cells }));
                }
                Scan::End => return Ok(None),
                Scan::Unclosed => return Err(self.unclosed()),
                Scan::Wide => return Err(self.too_wide()),
                Scan::More if self.buffer.len() - self.start > LONGEST_CELL * 4 => return Err(self.unclosed()),
                Scan::More => {
                    self.buffer.drain(..std::mem::take(&mut self.start));
                    more = self.text.read(&mut self.buffer)?;
                }
            }
        }
    }

    fn too_wide(&self) -> TableError {
        TableError::new(
            format!("{}:{}", self.name, self.line + 1),
            format!("the row has more than {MOST_COLUMNS} cells, the most that a table has"),
            "write the right delimiter under [table] into the mapping, such as delimiter = \";\", or turn the table on its \
             side",
        )
    }

    fn unclosed(&self) -> TableError {
        TableError::new(
            format!("{}:{}", self.name, self.line + 1),
            "a quotation mark in this row is not closed",
            "double a quotation mark that belongs to the text, or write quote = false under [table] into the mapping",
        )
    }
}

impl Iterator for Delimited<'_> {
    type Item = Result<Row, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let row = self.row();
        self.failed = row.is_err();
        row.transpose()
    }
}

enum Scan {
    /// A row, its length in bytes with its line end, and how many lines it takes.
    Row {
        cells: Vec<Cell>,
        length: usize,
        lines: u64,
    },
    /// The text ends within the row.
    More,
    /// There are more cells than any table has.
    Wide,
    Unclosed,
    End,
}

/// Takes the first row of a text apart; `more` says that text may follow.
fn scan(text: &str, how: Separators, more: bool) -> Scan {
    if text.is_empty() {
        return if more { Scan::More } else { Scan::End };
    }
    let (mut cells, mut lines, mut at) = (Vec::new(), 0, 0);
    loop {
        let Some(cell) = cell(&text[at..], how) else { return if more { Scan::More } else { Scan::Unclosed } };
        lines += cell.lines;
        at += cell.length;
        cells.push(Cell::new(&cell.text));
        if cells.len() > MOST_COLUMNS {
            return Scan::Wide;
        }
        match text[at..].chars().next() {
            Some(character) if character == how.delimiter => at += character.len_utf8(),
            Some('\r') if text[at..].len() == 1 && more => return Scan::More,
            Some('\r') if text[at..].starts_with("\r\n") => {
                return Scan::Row { cells, length: at + 2, lines: lines + 1 };
            }
            Some(_) => return Scan::Row { cells, length: at + 1, lines: lines + 1 },
            None if more => return Scan::More,
            None => return Scan::Row { cells, length: at, lines },
        }
    }
}

struct Scanned {
    text: String,
    length: usize,
    lines: u64,
}

/// The first cell of a text, up to the delimiter or line end after it; `None` where its quotation mark is not closed.
fn cell(text: &str, how: Separators) -> Option<Scanned> {
    let ends = |character: char| character == how.delimiter || character == '\n' || character == '\r';
    let Some(quoted) = text.strip_prefix('"').filter(|_| how.quote) else {
        let length = text.find(ends).unwrap_or(text.len());
        return Some(Scanned { text: text[..length].to_owned(), length, lines: 0 });
    };
    let (mut value, mut at) = (String::new(), 0);
    loop {
        let close = at + quoted[at..].find('"')?;
        value.push_str(&quoted[at..close]);
        at = close + 1;
        if !quoted[at..].starts_with('"') {
            break;
        }
        value.push('"');
        at += 1;
    }
    // What stands between the quotation mark and the delimiter is kept.
    let rest = quoted[at..].find(ends).unwrap_or(quoted.len() - at);
    value.push_str(&quoted[at..at + rest]);
    let lines = value.matches('\n').count() as u64;
    Some(Scanned { text: value, length: 1 + at + rest, lines })
}

#[cfg(test)]
mod tests {
    use encoding_rs::UTF_8;

    use super::*;

    fn rows(text: &str, delimiter: char) -> Result<Vec<(u32, u64, Vec<String>)>, TableError> {
        let decoded = Decoded::new(Box::new(text.as_bytes()), UTF_8, "x.csv");
        let told =
            |row: Row| (row.number, row.line.unwrap(), row.cells.into_iter().map(|cell| cell.text).collect::<Vec<_>>());
        Delimited::new(decoded, Separators { delimiter, quote: true }, "x.csv").map(|row| row.map(told)).collect()
    }

    #[test]
    fn rows_keep_their_lines() {
        let text = "a;b\r\n\"x\ny\"; \"\"\"q\"\n\n1;2";
        let told = rows(text, ';').unwrap();
        assert_eq!(told[0], (1, 0, vec!["a".into(), "b".into()]));
        assert_eq!(told[1], (2, 1, vec!["x\ny".into(), "\"\"\"q\"".into()]), "a mark within a cell is a mark");
        assert_eq!(told[2], (3, 3, vec![String::new()]));
        assert_eq!(told[3], (4, 4, vec!["1".into(), "2".into()]));
        let error = rows("a,b\n\"c,d\n", ',').unwrap_err();
        assert!(error.to_string().starts_with("x.csv:2: a quotation mark"), "{error}");
    }

    #[test]
    fn delimiters_are_guessed() {
        assert_eq!(delimiter("a;b;c\n1;\"2;x\";3,5\n"), ';');
        assert_eq!(delimiter("名单\na\tb\n1, 2\t3\n"), '\t');
        assert_eq!(delimiter("a|b\n1|2\n"), '|');
        assert_eq!(delimiter("one\ntwo\n"), ',');
    }
}
