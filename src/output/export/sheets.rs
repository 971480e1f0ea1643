//! CSV for spreadsheets: a file for each class, a row for each of its members.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use oxrdf::Term;

use super::network::text;
use crate::mapping::canonical_tag;
use crate::output::error::OutputError;
use crate::output::{Shortener, Written};
use crate::store::{Store, select};
use crate::vocab;

/// Several values of one property stand in one cell with this between them.
const BETWEEN: &str = " | ";

const CLASSES: &str =
    "SELECT DISTINCT ?class WHERE { GRAPH ?g { ?s a ?class } FILTER(?g != graph:ontology && isIRI(?class)) }";

/// Writes `{class}.csv` into `directory` for every class outside the vocabulary: the column `id`, one for each property
/// (and language) that members have, and `graphs`, the graphs that speak of the member. Returns the rows in all files.
///
/// # Errors
/// [`OutputError`]
pub fn write_sheets(store: &dyn Store, directory: &Path) -> Result<Written, OutputError> {
    let mut classes = BTreeSet::new();
    select(store, CLASSES, |solution| classes.extend(solution.get("class").map(text)))?;
    fs::create_dir_all(directory)?;
    let shortener = Shortener::default();
    let mut names = BTreeSet::new();
    let mut rows = 0;
    for class in &classes {
        let path = directory.join(format!("{}.csv", file_name(&shortener.shorten(class), &mut names)));
        rows += Sheet::read(store, class, &shortener)?.write(&path)?;
    }
    Ok(Written::Rows(rows))
}

/// A name of letters, digits, `-` and `_` that no other class got, also where a file system ignores case.
fn file_name(class: &str, taken: &mut BTreeSet<String>) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    let base = class.chars().map(allowed).collect::<String>().trim_matches('-').to_owned();
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
        let query =
            format!("SELECT DISTINCT ?s ?p ?o ?h WHERE {{ GRAPH ?g {{ ?s a <{class}> }} GRAPH ?h {{ ?s ?p ?o }} }}");
        select(store, &query, |solution| {
            if let (Some(s), Some(p), Some(o), Some(h)) =
                (solution.get("s"), solution.get("p"), solution.get("o"), solution.get("h"))
            {
                sheet.take(text(s), column(p, o, shortener), text(o), text(h));
            }
        })?;
        Ok(sheet)
    }

    fn take(&mut self, subject: String, column: String, value: String, graph: String) {
        let row = self.rows.entry(subject).or_default();
        row.entry(column.clone()).or_default().insert(value);
        row.entry("graphs".to_owned()).or_default().insert(graph);
        self.columns.insert(column);
    }

    fn write(&self, path: &Path) -> Result<u64, OutputError> {
        let mut writer = csv::Writer::from_path(path).map_err(std::io::Error::from)?;
        let columns = || self.columns.iter().map(String::as_str).chain(["graphs"]);
        writer.write_record(["id"].into_iter().chain(columns())).map_err(std::io::Error::from)?;
        for (subject, row) in &self.rows {
            let cells = columns().map(|column| row.get(column).map(joined).unwrap_or_default());
            writer.write_record([subject.clone()].into_iter().chain(cells)).map_err(std::io::Error::from)?;
        }
        writer.flush()?;
        Ok(self.rows.len() as u64)
    }
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
