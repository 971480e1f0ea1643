//! What pages read: one state of the store, asked by queries within the server's limits.

use std::ops::ControlFlow;
use std::sync::Arc;

use oxrdf::{Literal, NamedNode, Term};

use crate::check::{Conflict, ConflictRules, conflicts, read_by_conflicts};
use crate::fold;
use crate::place::Register;
use crate::query::{
    Cancel, Dataset, Engine, Entity, Event, Executor, Finder, Limits, ParseOptions, Query, Request, State,
};
use crate::rdf::canonical_term;
use crate::server::admission::deadline::Deadline;
use crate::server::endpoint::Endpoint;
use crate::server::http::problem::Problem;
use crate::server::sparql::answer;

/// A state of the store that a page is made from.
pub struct Reading<'e> {
    endpoint: &'e Endpoint,
    engine: Engine,
    state: State,
    deadline: Deadline,
    cancel: Cancel,
}

impl<'e> Reading<'e> {
    /// Reads a state until `deadline`, or until `cancel` is told.
    pub fn new(endpoint: &'e Endpoint, state: State, deadline: Deadline, cancel: &Cancel) -> Self {
        Self { endpoint, engine: endpoint.engine(deadline.end()), state, deadline, cancel: cancel.clone() }
    }

    /// Asks; all rows come back.
    ///
    /// # Errors
    /// 503 where a limit is reached, and what else becomes of an evaluation.
    pub fn ask(&self, text: &str, values: &[(&str, Slot<'_>)]) -> Result<Rows, Problem> {
        self.ask_text(&put(text, values))
    }

    /// Asks a query that is whole.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub fn ask_text(&self, text: &str) -> Result<Rows, Problem> {
        let query = Query::parse(text, &ParseOptions::default());
        let query = query.map_err(|error| answer::counted(self.endpoint, &error))?;
        let limits = Limits { timeout: self.deadline.left(), ..self.endpoint.settings.evaluation };
        let request = Request { query: &query, dataset: &Dataset::default(), limits: &limits, cancel: &self.cancel };
        let mut rows = Rows::default();
        let done = self.state.run(&self.engine, request, &mut |event| {
            match event {
                Event::Head(variables) => {
                    rows.columns = variables.iter().map(|variable| variable.as_str().to_owned()).collect();
                }
                Event::Row(row) => {
                    rows.rows.push(row.terms().into_iter().map(|term| term.map(canonical_term)).collect())
                }
                Event::Triple(_) | Event::Boolean(_) => {}
            }
            ControlFlow::Continue(())
        });
        done.map_err(|error| answer::counted(self.endpoint, &self.deadline.told(error)))?;
        Ok(rows)
    }

    /// Where documents disagree, found once for a state.
    ///
    /// # Errors
    /// 503 where a limit is reached; those of the store.
    pub fn conflicts(&self) -> Result<Arc<[Conflict]>, Problem> {
        self.endpoint.conflicts.get(self.state.number(), || {
            let limits = Limits { timeout: self.deadline.left(), ..self.endpoint.settings.evaluation };
            let found = Executor::new(limits, &self.cancel).and_then(|executor| {
                let rules = ConflictRules::library();
                let version = self.state.index_of(&read_by_conflicts(&rules).unwrap_or_default(), &executor)?;
                conflicts(&version, &rules, &executor, &|_| {})
            });
            found.map_err(|error| answer::counted(self.endpoint, &self.deadline.told(error)))
        })
    }

    /// Whether a person can judge conflicts here: with a token.
    pub fn takes_reviews(&self) -> bool {
        self.endpoint.settings.tokens.writable()
    }

    /// The condition that a label holds the words, as they are written or in another script's form. An engine that does not know how
    /// names fold is asked for the spellings that they have.
    pub fn holds(&self, words: &str) -> String {
        let text = |text: &str| Literal::new_simple_literal(text).to_string();
        let lower = words.to_lowercase();
        let folded = fold::fold(words);
        let mut conditions = vec![format!("CONTAINS(LCASE(STR(?label)), {})", text(&lower))];
        if self.state.knows_own_functions() {
            // What folds to nothing is in everything.
            let key = if folded.is_empty() { &lower } else { &folded };
            conditions.push(format!("CONTAINS(pact:fold(STR(?label)), {})", text(key)));
        } else {
            let spellings = fold::spellings(words).into_iter().filter(|spelling| spelling.to_lowercase() != lower);
            conditions.extend(spellings.map(|spelling| format!("CONTAINS(STR(?label), {})", text(&spelling))));
        }
        conditions.join(" || ")
    }

    /// Things of the data whose names begin with a text, the best fit first, at most `most`.
    pub fn beginning(&self, typed: &str, most: usize) -> Vec<Entity> {
        let base = format!("{}id/", self.endpoint.settings.namespace);
        match self.state.local() {
            Some(snapshot) => Finder::new(snapshot.version(), self.register(), &base).beginning(typed, most),
            None => self.state.find(typed, self.register(), &base, most, self.deadline.left()),
        }
    }

    /// How many names the data has, where that is known.
    pub fn names(&self) -> Option<usize> {
        Some(Finder::new(self.state.local()?.version(), self.register(), "").names())
    }

    /// The register of places.
    pub fn register(&self) -> &Register {
        self.endpoint.register()
    }

    /// The day it is, as `YYYY-MM-DD`.
    pub fn today(&self) -> String {
        today(self.endpoint)
    }
}

/// The day it is in UTC, as `YYYY-MM-DD`.
pub fn today(endpoint: &Endpoint) -> String {
    let days = (endpoint.settings.clock)().as_secs() / 86_400;
    let (year, month, day) = civil(i64::try_from(days).unwrap_or(0));
    format!("{year:04}-{month:02}-{day:02}")
}

/// The day of the Gregorian calendar that is so many days after 1970-01-01 (Howard Hinnant, *chrono-Compatible Low-Level Date
/// Algorithms*, `civil_from_days`).
pub const fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year + era * 400 + if month <= 2 { 1 } else { 0 }, month, day)
}

/// What stands in the place of `$name` in the text of a query: terms, never bare text.
#[derive(Debug, Clone, Copy)]
pub enum Slot<'a> {
    /// A node.
    Node(&'a NamedNode),
    /// Nodes one after the other, for VALUES.
    Nodes(&'a [NamedNode]),
    /// A text.
    Text(&'a str),
    /// A number, for LIMIT and OFFSET.
    Number(usize),
    /// A part of a query that the program itself wrote.
    Part(&'a str),
}

impl Slot<'_> {
    fn write(self, into: &mut String) {
        match self {
            Self::Node(node) => into.push_str(&node.to_string()),
            Self::Nodes(nodes) => nodes.iter().for_each(|node| {
                into.push_str(&node.to_string());
                into.push(' ');
            }),
            Self::Text(text) => into.push_str(&Literal::new_simple_literal(text).to_string()),
            Self::Number(number) => into.push_str(&number.to_string()),
            Self::Part(text) => into.push_str(text),
        }
    }
}

/// A query with values in the place of `$name`s. A name that has none stays.
pub fn put(text: &str, values: &[(&str, Slot<'_>)]) -> String {
    let mut parts = text.split('$');
    let mut query = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(part.len());
        match values.iter().find(|(name, _)| *name == &part[..end]) {
            Some((_, value)) => value.write(&mut query),
            None => {
                query.push('$');
                query.push_str(&part[..end]);
            }
        }
        query.push_str(&part[end..]);
    }
    query
}

/// The rows of an answer.
#[derive(Debug, Default)]
pub struct Rows {
    columns: Vec<String>,
    rows: Vec<Vec<Option<Term>>>,
}

impl Rows {
    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|values| Row { columns: &self.columns, values })
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The first.
    pub fn first(&self) -> Option<Row<'_>> {
        self.iter().next()
    }

    /// Every IRI of a column.
    pub fn iris<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> {
        self.iter().filter_map(move |row| row.iri(name))
    }

    /// The number in a column of the first row; 0 where there is none.
    pub fn count(&self, name: &str) -> u64 {
        self.first().and_then(|row| row.number(name)).unwrap_or(0)
    }
}

/// A row of an answer.
#[derive(Debug, Clone, Copy)]
pub struct Row<'r> {
    columns: &'r [String],
    values: &'r [Option<Term>],
}

impl<'r> Row<'r> {
    /// The value of a column.
    pub fn term(&self, name: &str) -> Option<&'r Term> {
        let at = self.columns.iter().position(|column| column == name)?;
        self.values.get(at)?.as_ref()
    }

    /// The IRI in a column.
    pub fn iri(&self, name: &str) -> Option<&'r str> {
        match self.term(name)? {
            Term::NamedNode(node) => Some(node.as_str()),
            _ => None,
        }
    }

    /// The literal in a column.
    pub fn literal(&self, name: &str) -> Option<&'r Literal> {
        match self.term(name)? {
            Term::Literal(literal) => Some(literal),
            _ => None,
        }
    }

    /// The text of the literal in a column.
    pub fn text(&self, name: &str) -> Option<&'r str> {
        self.literal(name).map(Literal::value)
    }

    /// The whole number in a column.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.text(name)?.parse().ok()
    }

    /// The decimal number in a column.
    pub fn decimal(&self, name: &str) -> Option<f64> {
        self.text(name)?.parse().ok().filter(|number: &f64| number.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_put_in_as_terms() {
        let node = NamedNode::new("http://e/a").unwrap();
        let values = [("place", Slot::Node(&node)), ("q", Slot::Text("a\" } #\n")), ("n", Slot::Number(3))];
        assert_eq!(
            put("?s ?p $place . FILTER(?x = $q) $placeholder LIMIT $n", &values),
            "?s ?p <http://e/a> . FILTER(?x = \"a\\\" } #\\n\") $placeholder LIMIT 3"
        );
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for (days, wanted) in [(0, (1970, 1, 1)), (59, (1970, 3, 1)), (11_016, (2000, 2, 29)), (20_785, (2026, 11, 28))]
        {
            assert_eq!(civil(days), wanted);
        }
    }
}
