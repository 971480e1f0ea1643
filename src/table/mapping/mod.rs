//! The mapping of a table: what its rows say, in TOML that a person can read and mend.
//!
//! It has three parts: `[source]`, the source of all rows; `[table]`, how the table is laid out; and one `[[record]]` for
//! each record that a row gives. No programming language: what these cannot say, a script says better.

mod read;
mod read_cell;
mod schema;
mod template;

use regex::Regex;

use super::date::DateStyle;
use crate::record::RecordType;
pub use schema::schema;
pub use template::{Piece, Template};

/// What a table's rows say.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// What errors call it: the path of its file.
    pub name: String,
    /// The source of all rows: the fields of a record of type `source`. Without an `id` the file's stem is it.
    pub source: Vec<(String, Value)>,
    /// How the table is laid out.
    pub table: Layout,
    /// What each row gives.
    pub records: Vec<Rule>,
}

/// How a table is laid out.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The encoding of a text, by a label of the WHATWG Encoding Standard; guessed where not given.
    pub encoding: Option<&'static encoding_rs::Encoding>,
    /// What separates the cells of a text; guessed where not given.
    pub delimiter: Option<char>,
    /// Whether quotation marks hold a cell together.
    pub quote: bool,
    /// Which sheets of a workbook, or tables of a page.
    pub sheets: Option<Vec<SheetChoice>>,
    /// The rows that hold the columns' names, from 1; none where the table has no heading. The first row that is not empty
    /// where not given.
    pub header: Option<Vec<u32>>,
    /// Names of the columns, in the place of the heading's.
    pub columns: Option<Vec<String>>,
    /// Rows whose first cell matches one of these are notes.
    pub skip: Vec<Regex>,
    /// Rows whose first cell matches one of these are totals.
    pub totals: Vec<Regex>,
    /// Columns whose empty cells mean the one above.
    pub fill_down: Vec<Named>,
    /// Rows of a single cell that say something of the rows below them.
    pub sections: Vec<Section>,
}

/// A sheet by its name, or by its number from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SheetChoice {
    /// By its name.
    Name(String),
    /// By its number, from 1.
    Number(usize),
    /// All that are not hidden.
    All,
}

/// A name of a column with the place in the mapping that speaks of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// The line of the mapping, from 1.
    pub line: usize,
}

/// Rows of a single cell whose text becomes the value of a column of the rows below.
#[derive(Debug, Clone)]
pub struct Section {
    /// Which rows, by their text; its first group, if it has one, is the value.
    pub matching: Option<Regex>,
    /// The name of the column.
    pub column: String,
}

/// One record of each row.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The type of the record.
    pub record_type: RecordType,
    /// The column whose parts each give a record of their own, and what separates them.
    pub each: Option<(Named, Regex)>,
    /// The condition under which the row gives this record.
    pub when: Option<CellRule>,
    /// Its fields with their values.
    pub fields: Vec<(String, Value)>,
}

/// The value of a field.
#[derive(Debug, Clone)]
pub enum Value {
    /// A text with columns in it, such as `{City}`.
    Text(Template),
    /// A cell, refined.
    Cell(Box<CellRule>),
    /// A list.
    List(Vec<Value>),
    /// An object, such as a mention or a language map.
    Object(Vec<(String, Value)>),
    /// A number or a truth value.
    Constant(serde_json::Value),
}

/// What is made of a cell: first `split`, then `match`, `map` and `otherwise`, or `date`.
#[derive(Debug, Clone)]
pub struct CellRule {
    /// The column, or a text with columns in it.
    pub column: Template,
    /// A regular expression: its first group, or all that it matches, goes on.
    pub matching: Option<Regex>,
    /// Texts with what stands for them.
    pub map: Vec<(String, String)>,
    /// What stands for every other text, and for an empty cell.
    pub otherwise: Option<String>,
    /// What separates the parts of the cell.
    pub split: Option<Regex>,
    /// How a date is written in it.
    pub date: Option<DateRule>,
    /// The column with the precision of the date, in Wikidata's numbers.
    pub precision: Option<Named>,
    /// Whether the text of a place is taken as it is, instead of apart into names and state.
    pub whole: bool,
    /// The line of the mapping, from 1.
    pub line: usize,
}

/// How dates are written in a column.
#[derive(Debug, Clone, PartialEq)]
pub enum DateRule {
    /// In the usual ways; the column as a whole says whether the day or the month stands first.
    Guess,
    /// As the style says.
    Style(DateStyle),
}

impl Mapping {
    /// Reads a mapping; `name` is what errors call it.
    ///
    /// # Errors
    /// The first thing that is wrong with it, with its line and key and the nearest known name.
    pub fn parse(name: &str, text: &str) -> Result<Self, super::TableError> {
        read::read(name, text)
    }

    /// The id of the source, where the mapping gives it.
    pub fn source_id(&self) -> Option<&str> {
        self.source.iter().find(|(key, _)| key == "id").and_then(|(_, value)| value.constant())
    }

    /// The language of the source.
    pub fn language(&self) -> &str {
        self.source.iter().find(|(key, _)| key == "language").and_then(|(_, value)| value.constant()).unwrap_or("und")
    }
}

impl Value {
    /// The text, where it has no columns in it.
    pub fn constant(&self) -> Option<&str> {
        match self {
            Self::Text(template) => template.constant(),
            _ => None,
        }
    }
}
