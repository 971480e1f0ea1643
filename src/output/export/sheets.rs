//! CSV for spreadsheets: a file for each class, a row for each of its members.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use oxrdf::{NamedNode, Term};

use super::members::{UNNAMED, has_unnamed, statements};
use super::network::text;
use crate::atomic::{AtomicFile, Together};
use crate::output::error::OutputError;
use crate::output::{LOOKED_UP, Shortener};
use crate::query::Labels;
use crate::rdf::canonical_tag;
use crate::store::{Store, select};
use crate::vocab;

/// Several values of one property stand in one cell with this between them.
const BETWEEN: &str = " | ";

const CLASSES: &str =
    "SELECT DISTINCT ?class WHERE { GRAPH ?g { ?s a ?class } FILTER(?g != graph:ontology && isIRI(?class)) }";
const UNNAMED_CLASSES: &str = "SELECT DISTINCT ?class WHERE {
    ?s a ?class FILTER(isIRI(?class)) FILTER NOT EXISTS { GRAPH graph:ontology { ?s a ?class } } }";

/// How sheets are written.
#[derive(Debug, Clone, Default)]
pub struct SheetOptions {
    /// Begin each file with a byte order mark, by which spreadsheets know UTF-8.
    pub bom: bool,
    /// Write beside parties what they are called, in this language (BCP 47) or the nearest that there is.
    pub language: Option<String>,
    /// Write cells as they are, also those that spreadsheets would run as formulas.
    pub raw: bool,
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WrittenSheets {
    /// Rows in all files.
    pub rows: u64,
    /// Cells that an apostrophe was put before.
    pub neutralised: u64,
}

/// As [`write_sheets_with`], plainly.
///
/// # Errors
/// [`OutputError`]
pub fn write_sheets(store: &dyn Store, directory: &Path) -> Result<WrittenSheets, OutputError> {
    write_sheets_with(store, directory, &SheetOptions::default())
}

/// Writes `{class}.csv` into `directory` for every class outside the vocabulary: the column `id`, one for each property
/// (and language) that members have, `pact:party label` where that is asked for, and `graphs`, the graphs that speak of the
/// member (`default` for the unnamed one). Each file is there whole or not at all. An apostrophe stands before cells that
/// spreadsheets would run as formulas, unless the options say otherwise.
///
/// # Errors
/// [`OutputError`]
pub fn write_sheets_with(
    store: &dyn Store,
    directory: &Path,
    options: &SheetOptions,
) -> Result<WrittenSheets, OutputError> {
    let mut classes = BTreeSet::new();
    select(store, CLASSES, |solution| classes.extend(solution.get("class").map(text)))?;
    if has_unnamed(store)? {
        select(store, UNNAMED_CLASSES, |solution| classes.extend(solution.get("class").map(text)))?;
    }
    let sheets = Together::begin(directory)?;
    let shortener = Shortener::default();
    let mut names = BTreeSet::new();
    let mut written = WrittenSheets::default();
    for class in &classes {
        let path = sheets.path().join(format!("{}.csv", file_name(&shortener.shorten(class), &mut names)));
        let mut sheet = Sheet::read(store, class, &shortener)?;
        if let Some(language) = &options.language {
            sheet.label(store, language)?;
        }
        sheet.write(&path, options, &mut written)?;
    }
    sheets.commit()?;
    Ok(written)
}

/// A name of letters, digits, `-` and `_` that no other class got, also where a file system ignores case.
fn file_name(class: &str, taken: &mut BTreeSet<String>) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    // What file systems take, with room for a number and the suffix.
    let base = class.chars().map(allowed).take(200).collect::<String>().trim_matches('-').to_owned();
    let numbered = |n: u32| if n == 1 { base.clone() } else { format!("{base}-{n}") };
    let name = (1..).map(numbered).find(|name| !taken.contains(&name.to_lowercase())).unwrap_or_default();
    taken.insert(name.to_lowercase());
    name
}

type Row = BTreeMap<String, BTreeSet<String>>;

#[derive(Default)]
struct Sheet {
    columns: BTreeSet<String>,
    rows: BTreeMap<String, Row>,
}

impl Sheet {
    fn read(store: &dyn Store, class: &str, shortener: &Shortener) -> Result<Self, OutputError> {
        let mut sheet = Self::default();
        statements(store, &format!("<{class}>"), "", |solution| {
            if let (Some(s), Some(p), Some(o)) = (solution.get("s"), solution.get("p"), solution.get("o")) {
                let graph = solution.get("h").map_or_else(|| UNNAMED.to_owned(), text);
                sheet.take(text(s), column(p, o, shortener), text(o), graph);
            }
        })?;
        Ok(sheet)
    }

    /// Adds what the parties are called.
    fn label(&mut self, store: &dyn Store, language: &str) -> Result<(), OutputError> {
        const PARTY: &str = "pact:party";
        let parties = self.rows.values().filter_map(|row| row.get(PARTY)).flatten();
        let terms: Vec<Term> = parties.filter_map(|iri| Some(NamedNode::new(iri).ok()?.into())).collect();
        let mut labels = Labels::new(language);
        for terms in terms.chunks(LOOKED_UP) {
            labels.learn(store, terms.iter())?;
        }
        for row in self.rows.values_mut() {
            let called = row.get(PARTY).into_iter().flatten().filter_map(|iri| labels.get(iri).map(ToOwned::to_owned));
            let called: BTreeSet<String> = called.collect();
            if !called.is_empty() {
                self.columns.insert(format!("{PARTY} label"));
                row.insert(format!("{PARTY} label"), called);
            }
        }
        Ok(())
    }

    fn take(&mut self, subject: String, column: String, value: String, graph: String) {
        let row = self.rows.entry(subject).or_default();
        row.entry(column.clone()).or_default().insert(value);
        row.entry("graphs".to_owned()).or_default().insert(graph);
        self.columns.insert(column);
    }

    fn write(&self, path: &Path, options: &SheetOptions, written: &mut WrittenSheets) -> Result<(), OutputError> {
        let mut file = AtomicFile::create(path)?;
        if options.bom {
            file.write_all("\u{FEFF}".as_bytes())?;
        }
        let mut writer = csv::Writer::from_writer(file);
        let columns = || self.columns.iter().map(String::as_str).chain(["graphs"]);
        let mut write = |cells: &mut dyn Iterator<Item = String>| {
            let cells = cells.map(|cell| {
                let runs = !options.raw && is_formula(&cell);
                written.neutralised += u64::from(runs);
                if runs { format!("'{cell}") } else { cell }
            });
            writer.write_record(cells.map(String::into_bytes)).map_err(std::io::Error::from)
        };
        write(&mut ["id"].into_iter().chain(columns()).map(str::to_owned))?;
        for (subject, row) in &self.rows {
            let cells = columns().map(|column| row.get(column).map(joined).unwrap_or_default());
            write(&mut [subject.clone()].into_iter().chain(cells))?;
        }
        writer.into_inner().map_err(csv::IntoInnerError::into_error)?.commit()?;
        written.rows += self.rows.len() as u64;
        Ok(())
    }
}

/// Whether a spreadsheet would run a cell, rather than show it; a number with a sign is none such.
fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err()
}

fn joined(values: &BTreeSet<String>) -> String {
    values.iter().map(String::as_str).collect::<Vec<_>>().join(BETWEEN)
}

/// `skos:prefLabel@zh-Hans`, `pact:party`, or `type`.
fn column(predicate: &Term, object: &Term, shortener: &Shortener) -> String {
    let iri = text(predicate);
    let name = if iri == vocab::rdf::type_.as_str() { "type".to_owned() } else { shortener.shorten(&iri) };
    match object {
        Term::Literal(literal) => {
            literal.language().map_or(name.clone(), |tag| format!("{name}@{}", canonical_tag(tag)))
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_told_from_numbers() {
        for cell in ["=1+1", "@SUM(A1)", "+49 30", "-", "\t=1", "\r=1", "-1 | -2"] {
            assert!(is_formula(cell), "{cell}");
        }
        for cell in ["-1", "+2.5", "1979-10", "a=b", "", "昆明"] {
            assert!(!is_formula(cell), "{cell}");
        }
    }

    #[test]
    fn names_of_files_are_short_and_differ() {
        let mut taken = BTreeSet::new();
        let long = "x".repeat(400);
        let names = [file_name(&long, &mut taken), file_name(&long.to_uppercase(), &mut taken)];
        assert!(names.iter().all(|name| name.len() < 210) && names[0].to_lowercase() != names[1].to_lowercase());
    }
}
