//! [QuickStatements](https://www.wikidata.org/wiki/Help:QuickStatements), version 1: what Wikidata takes as a batch of edits. A tie
//! is a statement of twinned administrative body (P190) of each party, with its start (P580) and end (P582) at their precision as
//! qualifiers, and a reference for each document.
//!
//! Only what a reviewer confirmed is written: an assessment with the verdict `code:confirmed` names the tie.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use oxrdf::Term;

use super::members::{has_unnamed, statements};
use super::network::text;
use crate::output::error::OutputError;
use crate::record::Date;
use crate::store::{Store, StoreError, select};
use crate::validity::{self, Agreed, agreed};
use crate::vocab::{code, graph, item, kind, pact, schema};

/// Characters that Wikidata takes in a text.
const LONGEST: usize = 1500;

const OF_TIES: &str =
    "VALUES ?p { pact:party pact:kind pact:status pact:modality pact:since pact:until pact:attestedOn }";
const OF_SOURCES: &str = "VALUES ?p { schema:url schema:headline schema:datePublished pact:retrievedOn }";
const OF_ASSESSMENTS: &str = "VALUES ?p { pact:assesses pact:verdict }";
const SAME: &str = "?s owl:sameAs ?o";
const CODES: &str = "?s schema:identifier ?code . ?code schema:propertyID \"wikidata\" ; schema:value ?o";

/// Why a tie is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LeftOut {
    /// No assessment confirms it.
    NotReviewed,
    /// It is intended, or of a kind that is no twinning.
    NoTwinning,
    /// A party has no item of Wikidata, or several.
    NoItem,
    /// No document that tells of it has an address or an item.
    NoReference,
    /// Documents disagree on its start, its end or its status.
    Contradictory,
    /// Another confirmed tie of the same parties began or ended otherwise.
    Several,
}

impl LeftOut {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotReviewed => "no reviewer confirmed it",
            Self::NoTwinning => "it is intended, or no twinning",
            Self::NoItem => "a party has no Wikidata item, or several",
            Self::NoReference => "no document that tells of it has an address",
            Self::Contradictory => "documents disagree on its start, its end or its status",
            Self::Several => {
                "another confirmed tie of its parties began or ended otherwise, and Wikidata takes both for one"
            }
        }
    }
}

/// What was written, and what was not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WrittenStatements {
    /// Statements, one of each party about each other.
    pub statements: u64,
    /// Ties, by IRI, that were left out, by the first reason for it.
    pub left_out: BTreeMap<LeftOut, Vec<String>>,
}

/// Writes a line for each ordered pair of the parties of each reviewed tie, sorted by tie; the same data gives the same bytes.
///
/// # Errors
/// [`OutputError`]
pub fn write_quickstatements(store: &dyn Store, mut writer: impl Write) -> Result<WrittenStatements, OutputError> {
    let data = Data::read(store)?;
    let statements: Vec<_> = data.ties.iter().map(|(iri, tie)| (iri, data.statement(iri, tie))).collect();
    let several = several(statements.iter().filter_map(|(_, statement)| statement.as_ref().ok()));
    let mut written = WrittenStatements::default();
    for (iri, statement) in &statements {
        match statement {
            Ok(statement) if statement.pairs().all(|pair| !several.contains(&pair)) => {
                let Statement { qualifiers, references, .. } = statement;
                for (from, to) in statement.pairs() {
                    writeln!(writer, "{from}\tP190\t{to}{qualifiers}{references}")?;
                    written.statements += 1;
                }
            }
            Ok(_) => written.leave_out(LeftOut::Several, iri),
            Err(reason) => written.leave_out(*reason, iri),
        }
    }
    writer.flush()?;
    Ok(written)
}

/// The pairs of items of which there are statements with different qualifiers: QuickStatements adds what a line says to the statement
/// that has its value already, so that the two would become one with the qualifiers of both.
fn several<'a>(statements: impl Iterator<Item = &'a Statement<'a>>) -> BTreeSet<(&'a str, &'a str)> {
    let mut qualifiers: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for statement in statements {
        for pair in statement.pairs() {
            qualifiers.entry(pair).or_default().insert(&statement.qualifiers);
        }
    }
    qualifiers.into_iter().filter(|(_, told)| told.len() > 1).map(|(pair, _)| pair).collect()
}

impl WrittenStatements {
    fn leave_out(&mut self, reason: LeftOut, iri: &str) {
        self.left_out.entry(reason).or_default().push(iri.to_owned());
    }
}

#[derive(Default)]
struct Tie {
    parties: BTreeSet<String>,
    told: validity::Tie,
    graphs: BTreeSet<String>,
}

/// A document, as far as a reference names it.
#[derive(Default)]
struct Source {
    url: Option<String>,
    headline: Option<(String, String)>,
    published: Option<Date>,
    retrieved: Option<Date>,
}

#[derive(Default)]
struct Data {
    ties: BTreeMap<String, Tie>,
    /// Items of Wikidata by what they are the same as.
    items: BTreeMap<String, BTreeSet<String>>,
    documents: BTreeMap<String, BTreeSet<String>>,
    sources: BTreeMap<String, Source>,
    confirmed: BTreeSet<String>,
}

struct Statement<'a> {
    items: BTreeSet<&'a str>,
    qualifiers: String,
    references: String,
}

impl<'a> Statement<'a> {
    /// Each item with each other.
    fn pairs(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let others = |from: &'a str| self.items.iter().filter(move |to| **to != from).map(move |to| (from, *to));
        self.items.iter().flat_map(move |from| others(from))
    }
}

impl Data {
    fn read(store: &dyn Store) -> Result<Self, OutputError> {
        let mut data = Self::default();
        statements(store, "pact:Tie", OF_TIES, |row| data.tie(row).unwrap_or_default())?;
        statements(store, "schema:NewsArticle", OF_SOURCES, |row| data.source(row).unwrap_or_default())?;
        data.read_reviews(store)?;
        for pattern in [SAME, CODES] {
            everywhere(store, pattern, |subject, object| {
                if let Some(item) = item(&object) {
                    data.items.entry(subject).or_default().insert(item.to_owned());
                }
            })?;
        }
        everywhere(store, "?s prov:wasDerivedFrom ?o", |subject, object| {
            data.documents.entry(subject).or_default().insert(object);
        })?;
        Ok(data)
    }

    fn tie(&mut self, row: &oxigraph::sparql::QuerySolution) -> Option<()> {
        let (subject, predicate, object) = (text(row.get("s")?), text(row.get("p")?), row.get("o")?);
        let graph = row.get("h").map(text);
        if graph.as_deref() == Some(graph::inferred.as_str()) {
            return None;
        }
        let tie = self.ties.entry(subject).or_default();
        tie.graphs.extend(graph);
        let value = text(object);
        let date = Date::in_rdf(&value);
        match predicate {
            p if p == pact::party.as_str() => drop(tie.parties.insert(value)),
            p if p == pact::kind.as_str() => tie.told.kinds.push(value),
            p if p == pact::since.as_str() => tie.told.since.extend(date),
            p if p == pact::until.as_str() => tie.told.until.extend(date),
            p if p == pact::attestedOn.as_str() => tie.told.attested.extend(date),
            _ => tie.told.statuses.push(value),
        }
        Some(())
    }

    fn source(&mut self, row: &oxigraph::sparql::QuerySolution) -> Option<()> {
        let (subject, predicate, object) = (text(row.get("s")?), text(row.get("p")?), row.get("o")?);
        let source = self.sources.entry(subject).or_default();
        let value = text(object);
        match predicate {
            p if p == schema::url.as_str() => {
                // Of several addresses, as of several titles, the first in the order of texts.
                let is_first = source.url.as_ref().is_none_or(|url| value < *url);
                source.url = Some(value).filter(|url| is_first && is_address(url)).or(source.url.take());
            }
            p if p == schema::headline.as_str() => {
                let title = (language(object), one_line(&value));
                let is_first = source.headline.as_ref().is_none_or(|headline| title < *headline);
                source.headline = Some(title).filter(|(_, text)| is_first && fits(text)).or(source.headline.take());
            }
            p if p == schema::datePublished.as_str() => source.published = Date::in_rdf(&value).max(source.published),
            _ => source.retrieved = Date::in_rdf(&value).max(source.retrieved),
        }
        Some(())
    }

    fn read_reviews(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        let mut assesses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut confirming = BTreeSet::new();
        statements(store, "pact:Assessment", OF_ASSESSMENTS, |row| {
            let (Some(subject), Some(predicate), Some(object)) = (row.get("s"), row.get("p"), row.get("o")) else {
                return;
            };
            if text(predicate) == pact::assesses.as_str() {
                assesses.entry(text(subject)).or_default().insert(text(object));
            } else if text(object) == code::confirmed.as_str() {
                confirming.insert(text(subject));
            }
        })?;
        self.confirmed = confirming.iter().filter_map(|assessment| assesses.remove(assessment)).flatten().collect();
        Ok(())
    }

    fn statement(&self, iri: &str, tie: &Tie) -> Result<Statement<'_>, LeftOut> {
        if !self.confirmed.contains(iri) {
            return Err(LeftOut::NotReviewed);
        }
        if tie.told.only_meant().is_some() || !tie.told.kinds.iter().all(|kind| is_twinning(kind)) {
            return Err(LeftOut::NoTwinning);
        }
        let items = tie.parties.iter().map(|party| self.item(party)).collect::<Option<BTreeSet<&str>>>();
        let items = items.filter(|items| items.len() > 1).ok_or(LeftOut::NoItem)?;
        let qualifiers = qualifiers(&tie.told).ok_or(LeftOut::Contradictory)?;
        let documents = tie.graphs.iter().filter_map(|graph| self.documents.get(graph)).flatten();
        let documents: BTreeSet<&String> = documents.collect();
        let references: Vec<_> = documents.into_iter().filter_map(|document| self.reference(document)).collect();
        if references.is_empty() {
            return Err(LeftOut::NoReference);
        }
        // A second reference begins with an exclamation mark.
        let marked = |(number, cells): (usize, &Vec<String>)| {
            format!("\t{}{}", if number == 0 { "" } else { "!" }, cells.join("\t"))
        };
        let references = references.iter().enumerate().map(marked).collect();
        Ok(Statement { items, qualifiers, references })
    }

    /// The only item of a thing.
    fn item(&self, iri: &str) -> Option<&str> {
        let items = self.items.get(iri)?;
        if items.len() == 1 { items.first().map(String::as_str) } else { None }
    }

    /// The cells of a reference: where it is stated, and what that is.
    fn reference(&self, document: &str) -> Option<Vec<String>> {
        let unknown = Source::default();
        let source = self.sources.get(document).unwrap_or(&unknown);
        let mut cells = Vec::new();
        let mut add = |property: &str, value: Option<String>| {
            cells.extend(value.into_iter().flat_map(|value| [property.to_owned(), value]));
        };
        let item = self.item(document);
        if item.is_none() && source.url.is_none() {
            return None;
        }
        add("S248", item.map(str::to_owned));
        add("S854", source.url.as_deref().map(quoted));
        add("S1476", source.headline.as_ref().map(|(language, title)| format!("{language}:{}", quoted(title))));
        add("S577", source.published.map(time));
        add("S813", source.retrieved.map(time));
        Some(cells)
    }
}

/// Hands over what matches a pattern of `?s` and `?o` in any graph.
fn everywhere(store: &dyn Store, pattern: &str, mut take: impl FnMut(String, String)) -> Result<(), StoreError> {
    let named = format!("GRAPH ?g {{ {pattern} }}");
    let patterns = if has_unnamed(store)? { vec![named.as_str(), pattern] } else { vec![named.as_str()] };
    for pattern in patterns {
        select(store, &format!("SELECT DISTINCT ?s ?o WHERE {{ {pattern} }}"), |row| {
            if let (Some(subject), Some(object)) = (row.get("s"), row.get("o")) {
                take(text(subject), text(object));
            }
        })?;
    }
    Ok(())
}

fn is_twinning(of: &str) -> bool {
    let kinds = [
        kind::friendship_city,
        kind::friendly_exchange_city,
        kind::friendly_cooperation_city,
        kind::unspecified_friendship,
    ];
    kinds.iter().any(|kind| kind.as_str() == of)
}

/// Start and end; none where documents disagree.
fn qualifiers(told: &validity::Tie) -> Option<String> {
    let is = |wanted: &str| told.statuses.iter().any(|status| status == wanted);
    let (since, until) = (agreed(&told.since), agreed(&told.until));
    let (ended, in_force) = (is(code::ended.as_str()), is(code::in_force.as_str()));
    let mut cells = String::new();
    match since {
        Agreed::On(date) => cells.push_str(&format!("\tP580\t{}", time(date))),
        Agreed::Untold => {}
        Agreed::Contradictory => return None,
    }
    match until {
        Agreed::Contradictory => return None,
        Agreed::On(_) if in_force => return None,
        Agreed::Untold if ended && in_force => return None,
        Agreed::On(date) => cells.push_str(&format!("\tP582\t{}", time(date))),
        // It has ended, nobody says when.
        Agreed::Untold if ended => cells.push_str("\tP582\tsomevalue"),
        Agreed::Untold => {}
    }
    Some(cells)
}

/// A point in time with its precision: 9 a year, 10 a month, 11 a day.
fn time(date: Date) -> String {
    match date {
        Date::Year(year) => format!("+{year:04}-00-00T00:00:00Z/9"),
        Date::Month(year, month) => format!("+{year:04}-{month:02}-00T00:00:00Z/10"),
        Date::Day(year, month, day) => format!("+{year:04}-{month:02}-{day:02}T00:00:00Z/11"),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// A text without tabs and line ends, which would end its cell.
fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether Wikidata takes a text, and QuickStatements leaves it whole: a bar parts cells there, wherever it stands.
fn fits(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= LONGEST && !text.contains('|')
}

fn is_address(url: &str) -> bool {
    let fine = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '"' | '<' | '>');
    (url.starts_with("http://") || url.starts_with("https://")) && url.chars().all(fine) && fits(url)
}

/// The code that Wikidata has for the language of a text.
fn language(term: &Term) -> String {
    let tag = match term {
        Term::Literal(literal) => literal.language().unwrap_or_default().to_ascii_lowercase(),
        _ => String::new(),
    };
    let mut parts = tag.split('-');
    let (language, script) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    match (language, script, parts.next().unwrap_or_default()) {
        ("", ..) => "und".to_owned(),
        ("zh", "hant" | "hans", region @ ("tw" | "hk" | "mo" | "sg" | "my")) => format!("zh-{region}"),
        ("zh", part @ ("hant" | "hans" | "tw" | "hk" | "mo" | "cn" | "sg"), _) => format!("zh-{part}"),
        (language, ..) => language.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::Literal;

    #[test]
    fn dates_keep_their_precision() {
        for (date, written) in [
            ("1982", "+1982-00-00T00:00:00Z/9"),
            ("1979-10", "+1979-10-00T00:00:00Z/10"),
            ("2024-01-24", "+2024-01-24T00:00:00Z/11"),
        ] {
            assert_eq!(time(date.parse().unwrap()), written);
        }
    }

    #[test]
    fn a_text_that_would_part_its_line_is_left_out() {
        assert!(fits("青岛与撒马尔罕结好 \"2024\""));
        for text in ["青岛 | 新闻", "a||b", "", &"x".repeat(LONGEST + 1)] {
            assert!(!fits(text), "{text}");
        }
        assert!(is_address("https://news.example/?a=1") && !is_address("https://news.example/a b"));
    }

    #[test]
    fn languages_are_called_as_wikidata_calls_them() {
        for (tag, called) in
            [("zh-Hant-TW", "zh-tw"), ("zh-Hant", "zh-hant"), ("zh-CN", "zh-cn"), ("ja", "ja"), ("en-GB", "en")]
        {
            let term = Literal::new_language_tagged_literal_unchecked("x", tag.to_lowercase()).into();
            assert_eq!(language(&term), called);
        }
        assert_eq!(language(&Literal::new_simple_literal("x").into()), "und");
    }
}
