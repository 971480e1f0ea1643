//! Aggregate alias expansion: aggregates that a SELECT names and then uses: `SELECT (COUNT(?x) AS ?n) (?n / 2 AS ?half)`.
//!
//! SPARQL lets an expression use the names before it (18.2.4.4); where rows are grouped the parser does not. There the name is
//! written out as what it stands for.

use std::collections::HashMap;

use super::edit::Edit;
use super::pass::{At, Pass};
use super::tokens::{AGGREGATES, Kind};

/// Bytes of an expression that is written out: names that stand for names would double it again and again.
const LONGEST: usize = 4096;

/// The expressions of a SELECT so far.
#[derive(Default)]
pub(in crate::query) struct Reuse<'a> {
    /// Brackets around the SELECT.
    depth: usize,
    item: Option<Item>,
    /// What names of aggregates stand for.
    named: HashMap<&'a str, String>,
}

/// An expression that is being read.
#[derive(Default)]
struct Item {
    text: String,
    aggregates: bool,
    /// Whether its AS has come.
    ended: bool,
}

impl<'a> Reuse<'a> {
    /// Of a SELECT within so many brackets.
    pub(in crate::query) fn new(depth: usize) -> Self {
        Self { depth, ..Self::default() }
    }

    pub(in crate::query) fn token(&mut self, at: &At<'a>, pass: &mut Pass<'a>) {
        if at.depth == self.depth {
            self.item = (at.text() == "(").then(Item::default);
            return;
        }
        let (item, named) = (&mut self.item, &mut self.named);
        let Some(open) = item else { return };
        let is_outermost = at.depth == self.depth + 1;
        if is_outermost && at.token.kind == Kind::Word && at.text().eq_ignore_ascii_case("AS") {
            open.ended = true;
        } else if let (true, Some(name)) = (open.ended, at.variable()) {
            if open.aggregates && open.text.len() <= LONGEST {
                named.insert(name, format!("({})", open.text.trim()));
            }
            *item = None;
        } else {
            open.add(at, pass, named);
        }
    }
}

impl Item {
    fn add(&mut self, at: &At<'_>, pass: &mut Pass<'_>, named: &HashMap<&str, String>) {
        let is_aggregate = || AGGREGATES.iter().any(|name| name.eq_ignore_ascii_case(at.text()));
        self.aggregates |= at.token.kind == Kind::Word && is_aggregate();
        let range = at.token.start..at.token.end;
        let given = at.variable().and_then(|name| named.get(name));
        if let Some(given) = given {
            self.aggregates = true;
            pass.edits.retain(|edit| edit.range != range);
            pass.replace(at.token, given.clone());
        }
        let rewritten = |edit: &&Edit| edit.range == range;
        let text = pass.edits.iter().rev().take(2).find(rewritten).map_or(at.text(), |edit| &edit.with);
        let is_glued = pass.edits.last().is_some_and(|edit| edit.range.end == at.token.start && edit.with.is_empty());
        let is_apart = at.before[0].is_some_and(|last| last.end < at.token.start) && !is_glued;
        self.text.push_str(if is_apart { " " } else { "" });
        self.text.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use crate::query::ParseOptions;
    use crate::query::syntax::readable::readable;

    fn read(text: &str) -> String {
        readable(text, &ParseOptions::default()).text.text().to_owned()
    }

    #[test]
    fn the_name_of_an_aggregate_is_written_out() {
        assert_eq!(
            read("SELECT (COUNT(?x) AS ?n) (?n / 2 AS ?half) { ?x ?p ?o }"),
            "SELECT (COUNT(?x) AS ?n) ((COUNT(?x)) / 2 AS ?half) { ?x ?p ?o }"
        );
        assert_eq!(
            read("SELECT (SUM(?x) AS ?a) (?a + 1 AS ?b) (?b * ?a AS ?c) { ?x ?p ?o }"),
            "SELECT (SUM(?x) AS ?a) ((SUM(?x)) + 1 AS ?b) (((SUM(?x)) + 1) * (SUM(?x)) AS ?c) { ?x ?p ?o }"
        );
    }

    #[test]
    fn other_names_stay() {
        for text in [
            "SELECT (STR(?x) AS ?s) (STRLEN(?s) AS ?n) { ?x ?p ?o }",
            "SELECT (COUNT(?x) AS ?n) { ?x ?p ?n FILTER(?n > 1) }",
        ] {
            assert_eq!(read(text), text);
        }
    }
}
