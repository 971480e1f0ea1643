//! What a table is taken for, as a mapping to read and mend: each guess with its reason, and what is not known left out and
//! said. Nothing is converted by a guess: it is shown first.

mod columns;
mod draft;
mod grade;
mod parties;
mod place;
mod sample;
mod words;

use super::container::{Book, open};
use super::error::TableError;
use super::mapping::{Layout, SheetChoice};
use super::text;
use crate::place::Register;
use crate::record::read::Input;
use columns::{Places, columns};
use sample::{Sample, Samples};

/// What is known beside the table.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Whose ties they are: an id of the register, or a name.
    pub place: Option<String>,
    /// The sheet to look at, by its name or its number.
    pub sheet: Option<String>,
    /// The encoding, where it is known.
    pub encoding: Option<String>,
}

/// A mapping of a table, as TOML with the reasons beside it.
///
/// # Errors
/// Where the table cannot be read.
pub fn guess(input: &Input, known: &Known, register: &Register) -> Result<String, TableError> {
    let mut layout = Layout::default();
    if let Some(name) = &known.encoding {
        let unknown =
            || TableError::new(&*input.name(), format!("no encoding is called {name}"), "such as gb18030 or shift_jis");
        layout.encoding = Some(text::by_name(name).ok_or_else(unknown)?);
    }
    layout.sheets = known
        .sheet
        .as_ref()
        .map(|sheet| vec![sheet.parse().map_or_else(|_| SheetChoice::Name(sheet.clone()), SheetChoice::Number)]);
    let book = open(input, &layout)?;
    let samples = choose(&book, &layout)?;
    let mut places = Places::new(register);
    let columns = columns(&samples.lead().names, &samples.data(), &mut places);
    Ok(draft::Draft { input, book: &book, samples: &samples, columns, places, known }.write())
}

/// The sheet whose heading has the most known words, and all that have the same heading.
fn choose(book: &Book<'_>, layout: &Layout) -> Result<Samples, TableError> {
    let candidates = if layout.sheets.is_some() { book.chosen(layout)? } else { book.tables() };
    let mut samples = Vec::new();
    for sheet in candidates {
        samples.push((sheet, Sample::of(book, sheet)?));
    }
    let weight = |sample: &Sample| (sample.known, sample.data().len());
    // The first of those that weigh most.
    let best = samples.iter().enumerate().rev().max_by_key(|(_, (_, sample))| weight(sample)).map(|(at, _)| at);
    best.and_then(|best| Samples::alike(samples, best))
        .ok_or_else(|| TableError::new(book.name(), "there is no table in it", "see that it is the right file"))
}
