//! Containers of tables: what a file is, and its rows.

mod archive;
mod html;
mod json;
mod results;
mod workbook;

use std::io::Read;

use encoding_rs::Encoding;

use super::delimited::{Delimited, Separators, delimiter};
use super::error::TableError;
use super::grid::{Cell, Row, Rows};
use super::mapping::{Layout, SheetChoice};
use super::text::{self, Decoded, Guessed, unreadable};
use crate::record::read::Input;

/// The largest file that is read whole into memory: workbooks, pages, JSON.
const LARGEST: u64 = 1 << 30;
/// More cells than these are no table that memory should hold.
pub(super) const MOST_CELLS: usize = 50_000_000;

/// How the files of older office programs begin, and newer ones that are encrypted (MS-CFB, §2.2).
pub(super) const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// A file of tables, opened.
pub struct Book<'b> {
    input: &'b Input,
    name: String,
    content: Content,
    remarks: Vec<String>,
    /// What was found out of the text's encoding and delimiter, for people.
    pub(crate) guesses: Vec<(&'static str, String, &'static str)>,
}

enum Content {
    /// Delimited text, read as a stream.
    Text { encoding: &'static Encoding, how: Separators },
    /// Sheets that memory holds.
    Sheets(Vec<Sheet>),
}

/// A sheet that memory holds.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// `None` where the file can have but one.
    pub(super) name: Option<String>,
    pub(super) hidden: bool,
    pub(super) rows: Vec<Vec<Cell>>,
    /// The first row of `rows`, from 1.
    pub(super) first: u32,
}

impl Sheet {
    /// Whether it is a table: two rows and two columns at least.
    fn is_table(&self) -> bool {
        let rows = self.rows.iter().filter(|row| row.iter().filter(|cell| !cell.is_empty()).count() > 1);
        rows.take(2).count() == 2
    }
}

/// What a file is, by its first bytes and its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Workbook,
    Html,
    ResultsJson,
    ResultsXml,
    ResultsTsv,
    Json,
    Text,
}

/// Opens a file of tables.
///
/// # Errors
/// Where it is none, is damaged, protected by a password or too large, or in an encoding that it is not in.
pub fn open<'b>(input: &'b Input, layout: &Layout) -> Result<Book<'b>, TableError> {
    let name = input.name().to_string();
    let mut reader = input.reader().map_err(|error| unreadable(&name, &error))?;
    let (head, complete) = text::head(&mut reader, &name)?;
    if head.is_empty() {
        return Err(TableError::new(name, "the file is empty", "see that it is the right one"));
    }
    let guessed = match layout.encoding {
        Some(encoding) => Guessed { encoding, why: "the mapping says so" },
        None => text::guess(&head, complete),
    };
    let (text, _, _) = guessed.encoding.decode(&head);
    let mut book = Book { input, name, content: Content::Sheets(Vec::new()), remarks: Vec::new(), guesses: Vec::new() };
    let kind = kind(input, &head, &text).map_err(|(reason, remedy)| TableError::new(&book.name, reason, remedy))?;
    if matches!(kind, Kind::Workbook) {
        let bytes = whole(input, &book.name)?;
        book.content = Content::Sheets(workbook::read(&book.name, bytes, &mut book.remarks)?);
        return Ok(book);
    }
    book.guesses.push(("encoding", guessed.encoding.name().to_lowercase(), guessed.why));
    if matches!(kind, Kind::Text) {
        let found = layout.delimiter.unwrap_or_else(|| delimiter(&text));
        book.guesses.push(("delimiter", found.to_string(), "it cuts most lines into as many cells"));
        book.content =
            Content::Text { encoding: guessed.encoding, how: Separators { delimiter: found, quote: layout.quote } };
        return Ok(book);
    }
    book.content = Content::Sheets(in_memory(kind, input, &book.name, guessed.encoding)?);
    Ok(book)
}

fn in_memory(kind: Kind, input: &Input, name: &str, encoding: &'static Encoding) -> Result<Vec<Sheet>, TableError> {
    let bytes = whole(input, name)?;
    let mut text = String::new();
    let mut decoded = Decoded::new(Box::new(std::io::Cursor::new(bytes)), encoding, name);
    while decoded.read(&mut text)? {}
    match kind {
        Kind::Html => html::read(name, &text),
        Kind::Json => json::read(name, &text).map(|sheet| vec![sheet]),
        Kind::ResultsXml => results::read(name, &text, sparesults::QueryResultsFormat::Xml).map(|sheet| vec![sheet]),
        Kind::ResultsTsv => results::read(name, &text, sparesults::QueryResultsFormat::Tsv).map(|sheet| vec![sheet]),
        Kind::ResultsJson | Kind::Workbook | Kind::Text => {
            results::read(name, &text, sparesults::QueryResultsFormat::Json).map(|sheet| vec![sheet])
        }
    }
}

fn whole(input: &Input, name: &str) -> Result<Vec<u8>, TableError> {
    let mut bytes = Vec::new();
    let reader = input.reader().map_err(|error| unreadable(name, &error))?;
    reader.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| unreadable(name, &error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(TableError::new(
            name,
            "it is larger than 1 GiB, and cannot be read as a stream",
            "save the table as CSV",
        ));
    }
    Ok(bytes)
}

/// What a file is, or why it is no table.
fn kind(input: &Input, head: &[u8], text: &str) -> Result<Kind, (&'static str, &'static str)> {
    let begins = |bytes: &[u8]| head.starts_with(bytes);
    if begins(b"PK\x03\x04") || begins(OLE) {
        return Ok(Kind::Workbook);
    }
    if begins(b"%PDF") {
        return Err(("it is a PDF", "copy its table into a spreadsheet, and save that as .xlsx or .csv"));
    }
    if begins(b"{\\rtf") {
        return Err(("it is a text in RTF", "copy its table into a spreadsheet, and save that as .xlsx or .csv"));
    }
    let suffix = input.suffix().unwrap_or_default();
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    let lower: String = start.chars().take(4096).collect::<String>().to_ascii_lowercase();
    if lower.starts_with('<') {
        return match lower {
            xml if xml.contains("sparql-results#") => Ok(Kind::ResultsXml),
            xml if xml.contains("urn:schemas-microsoft-com:office:spreadsheet") => {
                Err(("it is a workbook of Excel 2003 in XML", "open it in a spreadsheet program and save it as .xlsx"))
            }
            _ => Ok(Kind::Html),
        };
    }
    if lower.starts_with('{') && lower.contains("\"head\"") && lower.contains("\"vars\"") {
        return Ok(Kind::ResultsJson);
    }
    if lower.starts_with(['{', '[']) && !matches!(suffix.as_str(), "csv" | "tsv" | "txt") {
        return Ok(Kind::Json);
    }
    if suffix == "tsv" && start.starts_with('?') {
        return Ok(Kind::ResultsTsv);
    }
    let zeros = text.chars().take(4096).filter(|c| *c == '\0').count();
    if zeros > 0 {
        return Err((
            "it is no text",
            "see that it is a table: delimited text, a workbook, a page, or results of a query",
        ));
    }
    Ok(Kind::Text)
}

impl<'b> Book<'b> {
    /// What messages call the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What there is to say of it as a whole.
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }

    /// Its sheets by number: what each is called, where the file has several.
    pub fn sheet_name(&self, sheet: usize) -> Option<&str> {
        match &self.content {
            Content::Text { .. } => None,
            Content::Sheets(sheets) => sheets.get(sheet)?.name.as_deref(),
        }
    }

    /// The file, and the sheet where it has several.
    pub(crate) fn told(&self, sheet: usize) -> String {
        match self.sheet_name(sheet) {
            Some(name) => format!("{}, sheet {name}", self.name),
            None => self.name.clone(),
        }
    }

    /// Whether it is a text, whose encoding may be another than was guessed.
    pub(crate) fn has_encoding(&self) -> bool {
        !self.guesses.is_empty()
    }

    /// The numbers of the sheets that are tables and not hidden.
    pub fn tables(&self) -> Vec<usize> {
        match &self.content {
            Content::Text { .. } => vec![0],
            Content::Sheets(sheets) => {
                (0..sheets.len()).filter(|number| !sheets[*number].hidden && sheets[*number].is_table()).collect()
            }
        }
    }

    /// The sheets that a mapping chooses; where it does not, the only one that is a table.
    pub(crate) fn chosen(&self, layout: &Layout) -> Result<Vec<usize>, TableError> {
        let tables = self.tables();
        let Some(choices) = &layout.sheets else {
            return match tables.as_slice() {
                [_] => Ok(tables),
                [] => Err(TableError::new(&self.name, "there is no table in it", "see that it is the right file")),
                several => Err(TableError::new(
                    &self.name,
                    format!("there are {} tables in it: {}", several.len(), self.listed(several)),
                    "say which under [table] of the mapping: sheet = \"…\", sheet = 2, or sheet = \"*\" for all",
                )),
            };
        };
        let mut found = Vec::new();
        for choice in choices {
            match choice {
                SheetChoice::All => found.extend(tables.iter().copied()),
                SheetChoice::Number(number) if *number <= self.count() => found.push(number - 1),
                SheetChoice::Name(name) if self.by_name(name).is_some() => found.extend(self.by_name(name)),
                SheetChoice::Number(number) => return Err(self.no_sheet(&number.to_string())),
                SheetChoice::Name(name) => return Err(self.no_sheet(name)),
            }
        }
        Ok(found)
    }

    /// How many sheets there are, hidden ones and such as are no tables among them.
    pub fn count(&self) -> usize {
        match &self.content {
            Content::Text { .. } => 1,
            Content::Sheets(sheets) => sheets.len(),
        }
    }

    fn by_name(&self, name: &str) -> Option<usize> {
        (0..self.count()).find(|sheet| self.sheet_name(*sheet) == Some(name))
    }

    fn no_sheet(&self, sought: &str) -> TableError {
        let all: Vec<usize> = (0..self.count()).collect();
        TableError::new(
            &self.name,
            format!("it has no sheet {sought}"),
            format!("its sheets are {}", self.listed(&all)),
        )
    }

    fn listed(&self, sheets: &[usize]) -> String {
        let told = |sheet: &usize| match self.sheet_name(*sheet) {
            Some(name) => format!("{} ({name})", sheet + 1),
            None => (sheet + 1).to_string(),
        };
        sheets.iter().take(20).map(told).collect::<Vec<_>>().join(", ")
    }

    /// The rows of a sheet, from its first.
    ///
    /// # Errors
    /// Where the file cannot be opened again.
    pub fn rows(&self, sheet: usize) -> Result<Rows<'_>, TableError> {
        match &self.content {
            Content::Text { encoding, how } => {
                let reader = self.input.reader().map_err(|error| unreadable(&self.name, &error))?;
                Ok(Box::new(Delimited::new(Decoded::new(reader, encoding, &self.name), *how, &self.name)))
            }
            Content::Sheets(sheets) => {
                let Some(sheet) = sheets.get(sheet) else { return Ok(Box::new(std::iter::empty())) };
                Ok(Box::new(
                    sheet
                        .rows
                        .iter()
                        .zip(sheet.first..)
                        .map(|(cells, number)| Ok(Row { number, line: None, cells: cells.clone() })),
                ))
            }
        }
    }
}

/// Encodings in which a text may have been read, where a guess is wrong.
pub(crate) fn encodings() -> Vec<&'static Encoding> {
    ["utf-8", "gb18030", "big5", "shift_jis", "euc-kr", "windows-1252"].into_iter().filter_map(text::by_name).collect()
}
