//! Evidence against the texts: whether each quote stands where the annotation says (Web Annotation, §4.2.4, §4.2.5).
//! Offsets are in Unicode code points, as everywhere.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use oxrdf::{NamedNode, NamedNodeRef};

use super::data::{text, value};
use crate::index::{Id, Selection, Version};
use crate::query::{Executor, QueryError};
use crate::vocab::{dcterms, oa, rdf};

/// Places of a quote that are told; more are counted.
const TOLD: usize = 20;

/// A folder of source texts.
#[derive(Debug, Clone)]
pub struct Texts {
    /// Files by their names.
    files: BTreeMap<String, PathBuf>,
}

impl Texts {
    /// Looks into a folder.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_file()
                && let Some(name) = path.file_name()
            {
                files.insert(name.to_string_lossy().into_owned(), path);
            }
        }
        Ok(Self { files })
    }

    /// The text of a document: the file that it names, else one called by its id with any suffix.
    fn of(&self, named: Option<&str>, id: &str) -> Option<&Path> {
        let by_name = named.and_then(|name| self.files.get(name));
        let by_id = || {
            self.files.iter().find_map(|(name, path)| {
                let stem = name.strip_prefix(id)?;
                (stem.is_empty() || stem.starts_with('.')).then_some(path)
            })
        };
        by_name.or_else(by_id).map(PathBuf::as_path)
    }
}

/// What is wrong with a piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The quote stands elsewhere, at these offsets.
    Moved(Vec<usize>),
    /// The quote is nowhere in the text.
    Missing,
    /// The quote stands there, but between other words than the prefix and suffix say.
    Context,
    /// The end does not go with the start and the length of the quote.
    Span,
    /// The quote is not in the cell of the table that is named.
    Cell,
}

/// Evidence at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceFinding {
    /// The document's IRI.
    pub document: String,
    /// What the evidence is of.
    pub of: Vec<String>,
    /// The words.
    pub quote: String,
    /// Where they are said to stand.
    pub start: Option<usize>,
    /// Where they are said to end.
    pub end: Option<usize>,
    /// The cell of a table that they are said to stand in, as a fragment (RFC 7111).
    pub cell: Option<String>,
    /// What is wrong.
    pub problem: Problem,
}

/// Quotes with what they are evidence of.
type Quotes = BTreeMap<Quote, BTreeSet<String>>;

/// What came of looking.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EvidenceReport {
    /// Quotes looked for.
    pub checked: usize,
    /// Those that stand where they are said to, or stand somewhere where no place was said.
    pub standing: usize,
    /// The others, by document and place.
    pub findings: Vec<EvidenceFinding>,
    /// Documents whose text is not there, with the number of their quotes.
    pub without_text: BTreeMap<String, usize>,
    /// Documents whose text cannot be read, and why.
    pub unreadable: BTreeMap<String, String>,
}

/// A quote to be looked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Quote {
    start: Option<usize>,
    end: Option<usize>,
    exact: String,
    prefix: String,
    suffix: String,
    cell: Option<String>,
}

/// The predicates of all statements that [`evidence`] looks at.
pub(super) const READ: [NamedNodeRef<'static>; 12] = [
    rdf::type_,
    rdf::value,
    oa::hasBody,
    oa::hasTarget,
    oa::hasSource,
    oa::hasSelector,
    oa::exact,
    oa::prefix,
    oa::suffix,
    oa::start,
    oa::end,
    dcterms::source,
];

/// The same, for who asks for those alone.
pub fn read_by_evidence() -> Vec<NamedNode> {
    READ.map(NamedNodeRef::into_owned).to_vec()
}

/// Looks every quote of the data up in the text of its document. `told` hears of each document that was looked through.
///
/// # Errors
/// Those of [`Executor::check`].
pub fn evidence(
    data: &Arc<Version>,
    texts: &Texts,
    executor: &Executor,
    told: &dyn Fn(usize),
) -> Result<EvidenceReport, QueryError> {
    let data = Selection::all(data.clone());
    let mut report = EvidenceReport::default();
    for (document, quotes) in quotes(&data) {
        executor.check()?;
        let name = text(&data.version().term(document));
        let file = value(&data, document, dcterms::source).map(|id| text(&data.version().term(id)));
        let id = name.rsplit('/').next().unwrap_or(&name);
        let path = texts.of(file.as_deref(), id);
        let quotes = match path {
            Some(path) => in_cells(&name, path, quotes, &mut report),
            None => quotes,
        };
        match path.filter(|_| !quotes.is_empty()).map(fs::read) {
            None if path.is_some() => {}
            None => drop(report.without_text.insert(name, quotes.len())),
            Some(Err(error)) => drop(report.unreadable.insert(name, error.to_string())),
            Some(Ok(bytes)) => match String::from_utf8(bytes) {
                Err(error) => drop(report.unreadable.insert(name, error.to_string())),
                Ok(text) => look(&name, &text, quotes, &mut report),
            },
        }
        told(1);
    }
    executor.sound(data.version())?;
    Ok(report)
}

/// Looks the quotes up that stand in cells of a table, and gives back the others.
#[cfg(feature = "tables")]
fn in_cells(document: &str, path: &Path, quotes: Quotes, report: &mut EvidenceReport) -> Quotes {
    let (mut plain, mut found) = (Quotes::new(), Vec::new());
    for (quote, of) in quotes {
        match quote.cell.as_deref().and_then(super::cells::cell) {
            Some(place) => found.push((place, quote, of)),
            None => drop(plain.insert(quote, of)),
        }
    }
    if found.is_empty() {
        return plain;
    }
    let asked: Vec<_> = found.iter().map(|(place, quote, _)| (place.clone(), quote.exact.as_str())).collect();
    match super::cells::stand(path, &asked) {
        Err(error) => drop(report.unreadable.insert(document.to_owned(), error.to_string())),
        Ok(stands) => {
            for ((_, quote, of), stands) in found.into_iter().zip(stands) {
                report.take(document, quote, of, (!stands).then_some(Problem::Cell));
            }
        }
    }
    plain
}

/// Without tables the quotes of cells are looked up as those of texts.
#[cfg(not(feature = "tables"))]
fn in_cells(_: &str, _: &Path, quotes: Quotes, _: &mut EvidenceReport) -> Quotes {
    quotes
}

impl EvidenceReport {
    fn take(&mut self, document: &str, quote: Quote, of: BTreeSet<String>, problem: Option<Problem>) {
        self.checked += 1;
        let Some(problem) = problem else {
            self.standing += 1;
            return;
        };
        self.findings.push(EvidenceFinding {
            document: document.to_owned(),
            of: of.into_iter().collect(),
            quote: quote.exact,
            start: quote.start,
            end: quote.end,
            cell: quote.cell,
            problem,
        });
    }
}

/// The quotes of each document, each with what it is evidence of.
fn quotes(data: &Selection) -> BTreeMap<Id, Quotes> {
    let mut found: BTreeMap<Id, Quotes> = BTreeMap::new();
    let id = |node: NamedNodeRef<'_>| data.version().id(node.into());
    let (Some(type_), Some(class)) = (id(rdf::type_), id(oa::Annotation)) else { return found };
    let (body, target) = (id(oa::hasBody), id(oa::hasTarget));
    for annotation in data.subjects(type_, class) {
        let bodies = body.into_iter().flat_map(|body| data.objects(annotation, body));
        let of: Vec<String> = bodies.map(|body| text(&data.version().term(body))).collect();
        for target in target.into_iter().flat_map(|target| data.objects(annotation, target)) {
            let Some(document) = value(data, target, oa::hasSource) else { continue };
            let Some(quote) = quote(data, target) else { continue };
            found.entry(document).or_default().entry(quote).or_default().extend(of.iter().cloned());
        }
    }
    found
}

fn quote(data: &Selection, target: Id) -> Option<Quote> {
    let selector = data.version().id(oa::hasSelector.into())?;
    let selectors: Vec<Id> = data.objects(target, selector).collect();
    let of = |property| selectors.iter().find_map(|selector| value(data, *selector, property));
    let words = |property| of(property).map(|id| text(&data.version().term(id)));
    let number = |property| {
        let id = of(property)?;
        data.version().kind(id).is_literal().then(|| text(&data.version().term(id)).parse().ok())?
    };
    Some(Quote {
        exact: words(oa::exact)?,
        prefix: words(oa::prefix).unwrap_or_default(),
        suffix: words(oa::suffix).unwrap_or_default(),
        start: number(oa::start),
        end: number(oa::end),
        cell: words(rdf::value),
    })
}

/// The words of an annotation with their offsets.
pub(super) fn quoted(data: &Selection, annotation: Id) -> Option<(String, Option<usize>, Option<usize>)> {
    let quote = quote(data, value(data, annotation, oa::hasTarget)?)?;
    Some((quote.exact, quote.start, quote.end))
}

fn look(document: &str, text: &str, quotes: Quotes, report: &mut EvidenceReport) {
    let text = Text::new(text);
    for (quote, of) in quotes {
        let problem = text.problem(&quote);
        report.take(document, quote, of, problem);
    }
}

/// A text that is asked by code points.
struct Text<'t> {
    text: &'t str,
    /// Offset in bytes of every code point, and of the end.
    bytes: Vec<usize>,
    /// Code points by offset in bytes.
    points: HashMap<usize, usize>,
}

impl<'t> Text<'t> {
    fn new(text: &'t str) -> Self {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let points = bytes.iter().enumerate().map(|(point, at)| (*at, point)).collect();
        Self { text, bytes, points }
    }

    /// The text from a code point on.
    fn from(&self, point: usize) -> Option<&'t str> {
        self.text.get(*self.bytes.get(point)?..)
    }

    fn stands(&self, quote: &Quote, start: usize) -> bool {
        self.from(start).is_some_and(|rest| rest.starts_with(&quote.exact))
    }

    fn in_context(&self, quote: &Quote, start: usize) -> bool {
        let before = self.bytes.get(start).and_then(|at| self.text.get(..*at));
        let after = self.from(start + quote.exact.chars().count());
        before.is_some_and(|before| before.ends_with(&quote.prefix))
            && after.is_some_and(|after| after.starts_with(&quote.suffix))
    }

    /// Where the words stand; those between the right words alone, where there are such.
    fn places(&self, quote: &Quote) -> Vec<usize> {
        let places: Vec<usize> =
            self.text.match_indices(&quote.exact).filter_map(|(at, _)| self.points.get(&at).copied()).collect();
        let right: Vec<usize> = places.iter().copied().filter(|place| self.in_context(quote, *place)).collect();
        if right.is_empty() { places } else { right }
    }

    fn problem(&self, quote: &Quote) -> Option<Problem> {
        let length = quote.exact.chars().count();
        match quote.start {
            Some(start) if self.stands(quote, start) => match quote.end {
                Some(end) if end != start + length => Some(Problem::Span),
                _ if !self.in_context(quote, start) => Some(Problem::Context),
                _ => None,
            },
            start => {
                let mut places = self.places(quote);
                places.truncate(TOLD);
                match (places.is_empty(), start) {
                    (true, _) => Some(Problem::Missing),
                    (false, Some(_)) => Some(Problem::Moved(places)),
                    (false, None) if !self.in_context(quote, places[0]) => Some(Problem::Context),
                    (false, None) => None,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str, exact: &str, start: Option<usize>, around: (&str, &str)) -> Option<Problem> {
        let end = start.map(|start| start + exact.chars().count());
        let (prefix, suffix) = (around.0.to_owned(), around.1.to_owned());
        Text::new(text).problem(&Quote { start, end, exact: exact.to_owned(), prefix, suffix, cell: None })
    }

    #[test]
    fn quotes_stand_have_moved_or_are_missing() {
        let text = "甲市与乙市结好。甲市又与丙市结好。";
        assert_eq!(problem(text, "乙市", Some(3), ("", "")), None);
        assert_eq!(problem(text, "乙市", Some(3), ("与", "结")), None);
        assert_eq!(problem(text, "乙市", Some(3), ("和", "结")), Some(Problem::Context));
        assert_eq!(problem(text, "乙市", Some(4), ("", "")), Some(Problem::Moved(vec![3])));
        assert_eq!(problem(text, "甲市", Some(3), ("", "")), Some(Problem::Moved(vec![0, 8])));
        assert_eq!(problem(text, "甲市", Some(3), ("。", "又")), Some(Problem::Moved(vec![8])));
        assert_eq!(problem(text, "丁市", Some(3), ("", "")), Some(Problem::Missing));
        assert_eq!(problem(text, "丁市", Some(300), ("", "")), Some(Problem::Missing));
        assert_eq!(problem(text, "结好", None, ("", "")), None);
        assert_eq!(problem(text, "结好", None, ("x", "")), Some(Problem::Context));
        let (prefix, suffix) = (String::new(), String::new());
        let quote = Quote { start: Some(0), end: Some(9), exact: "甲市".into(), prefix, suffix, cell: None };
        assert_eq!(Text::new(text).problem(&quote), Some(Problem::Span));
        assert_eq!(problem("\u{FEFF}甲", "甲", Some(0), ("", "")), None);
    }
}
