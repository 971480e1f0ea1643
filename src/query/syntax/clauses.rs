//! Clause rewriting: clauses that the parser reads otherwise than SPARQL means them.

use super::edit::Edit;
use super::pass::{At, Pass, free};
use super::reuse::Reuse;
use super::tokens::{AGGREGATES, Kind};

/// More rows than there are anywhere: numbers that no machine counts to mean as much.
const ENDLESS: &str = "1000000000000000";
const MODIFIERS: [&str; 5] = ["HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"];

/// The clauses that the reader is in.
#[derive(Default)]
pub(in crate::query) struct Clauses<'a> {
    selected: Option<Selected<'a>>,
    group: Option<Group>,
    form: Form<'a>,
}

/// What a SELECT shows so far, and the brackets around it.
struct Selected<'a> {
    depth: usize,
    names: Vec<&'a str>,
    reuse: Reuse<'a>,
}

/// A GROUP BY, the brackets around it, and its key in brackets.
struct Group {
    depth: usize,
    key: Option<Key>,
}

/// Where a key begins, and whether a variable is all that it is so far.
struct Key {
    start: usize,
    is_variable: bool,
}

impl<'a> Clauses<'a> {
    pub(in crate::query) fn token(&mut self, at: &At<'a>, pass: &mut Pass<'a>) {
        self.select(at, pass);
        self.group(at, &mut pass.edits);
        self.form.token(at, self.group.is_some());
        endless(at, &mut pass.edits);
    }

    pub(in crate::query) fn end(self, pass: &mut Pass<'a>) {
        self.form.end(pass);
    }

    /// A variable that is shown twice is shown once: rows have one value for each variable.
    fn select(&mut self, at: &At<'a>, pass: &mut Pass<'a>) {
        let is_word = at.token.kind == Kind::Word;
        if is_word && at.text().eq_ignore_ascii_case("SELECT") {
            self.selected = Some(Selected { depth: at.depth, names: Vec::new(), reuse: Reuse::new(at.depth) });
            return;
        }
        let Some(selected) = &mut self.selected else { return };
        selected.reuse.token(at, pass);
        if selected.depth != at.depth {
            return;
        }
        let ends = |word: &str| at.text().eq_ignore_ascii_case(word);
        if at.text() == "{" || is_word && (ends("WHERE") || ends("FROM")) {
            self.selected = None;
        } else if let Some(name) = at.variable() {
            if selected.names.contains(&name) {
                pass.edits.push(Edit::new(at.token.start..at.token.end, ""));
            }
            selected.names.push(name);
        }
    }

    /// `GROUP BY (?x AS ?y)` groups by `?y`; the parser forgets that name where the key is a variable.
    fn group(&mut self, at: &At<'a>, edits: &mut Vec<Edit>) {
        if at.token.kind == Kind::Word && at.text().eq_ignore_ascii_case("BY") {
            self.group = at.is_after("GROUP").then_some(Group { depth: at.depth, key: None });
        }
        let Some(group) = &mut self.group else { return };
        let is_modifier = || MODIFIERS.iter().any(|word| at.text().eq_ignore_ascii_case(word));
        if at.depth < group.depth || at.depth == group.depth && at.token.kind == Kind::Word && is_modifier() {
            self.group = None;
        } else if at.depth == group.depth {
            group.key = (at.text() == "(").then_some(Key { start: at.token.end, is_variable: true });
        } else if let Some(key) = &mut group.key {
            if at.depth == group.depth + 1 && key.is_variable && at.text().eq_ignore_ascii_case("AS") {
                edits.push(Edit::new(key.start..key.start, "COALESCE("));
                edits.push(Edit::new(at.token.start..at.token.start, ") "));
            }
            key.is_variable &= at.variable().is_some() || matches!(at.text(), "(" | ")");
        }
    }
}

fn endless(at: &At<'_>, edits: &mut Vec<Edit>) {
    let number = at.text().trim_start_matches('0');
    let is_number = at.token.kind == Kind::Word && number.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && number.len() >= ENDLESS.len() && (at.is_after("LIMIT") || at.is_after("OFFSET")) {
        edits.push(Edit::new(at.token.start..at.token.end, ENDLESS));
    }
}

/// The query's form. The parser groups only what is selected, so that an ASK, CONSTRUCT or DESCRIBE that groups has to ask
/// a subquery for its groups.
#[derive(Default)]
struct Form<'a> {
    name: Option<&'a str>,
    /// Where its pattern begins, and whether it has ended.
    pattern: Option<usize>,
    ended: bool,
    groups: bool,
    /// The variables that it groups by.
    keys: Vec<&'a str>,
    end: usize,
}

impl<'a> Form<'a> {
    fn token(&mut self, at: &At<'a>, in_group: bool) {
        self.end = at.token.end;
        match at.token.kind {
            Kind::Word if self.name.is_none() => self.name = Some(at.text()),
            Kind::Word if self.ended => self.modifier(at.text()),
            Kind::Open if at.depth == 0 && at.text() == "{" && !self.is_template(at) => {
                self.pattern = self.pattern.or(Some(at.token.start));
            }
            Kind::Close if at.depth == 0 && at.text() == "}" => self.ended |= self.pattern.is_some(),
            Kind::Sigil if self.ended && in_group => self.key(at),
            _ => {}
        }
    }

    fn is_template(&self, at: &At<'_>) -> bool {
        self.pattern.is_none() && at.is_after("CONSTRUCT")
    }

    fn modifier(&mut self, word: &str) {
        let is = |name: &&str| name.eq_ignore_ascii_case(word);
        self.groups |= is(&"GROUP") || is(&"HAVING") || AGGREGATES.iter().any(is);
    }

    fn key(&mut self, at: &At<'a>) {
        let Some(name) = at.variable().filter(|_| at.depth == 0 || at.depth == 1 && at.is_after("AS")) else { return };
        if !self.keys.contains(&name) {
            self.keys.push(name);
        }
    }

    fn end(self, pass: &mut Pass<'a>) {
        let is_form = |name: &str| ["ASK", "CONSTRUCT", "DESCRIBE"].iter().any(|form| form.eq_ignore_ascii_case(name));
        let Some(start) = self.pattern.filter(|_| self.groups && self.name.is_some_and(is_form)) else { return };
        let keys =
            self.keys.into_iter().map(|name| format!("?{} ", pass.names.variable(name).unwrap_or(name.to_owned())));
        let mut shown: String = keys.collect();
        if shown.is_empty() {
            shown = format!("(COUNT(*) AS ?{}) ", free(pass.names.text(), "groups", 0));
        }
        pass.edits.push(Edit::new(start..start, format!("{{ SELECT {shown}WHERE ")));
        pass.edits.push(Edit::new(self.end..self.end, " }"));
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
    fn a_variable_that_is_shown_twice_is_shown_once() {
        assert_eq!(read("SELECT ?x ?y ?x { ?x ?p ?y }"), "SELECT ?x ?y  { ?x ?p ?y }");
        let inner = "SELECT ?x { { SELECT ?x { ?x ?p ?y } } }";
        assert_eq!(read(inner), inner, "each SELECT has its own");
    }

    #[test]
    fn a_variable_may_be_grouped_by_under_another_name() {
        assert_eq!(
            read("SELECT ?y { ?x ?p ?o } GROUP BY (?x AS ?y)"),
            "SELECT ?y { ?x ?p ?o } GROUP BY (COALESCE(?x ) AS ?y)"
        );
        let other = "SELECT ?y { ?x ?p ?o } GROUP BY (STR(?x) AS ?y)";
        assert_eq!(read(other), other);
    }

    #[test]
    fn an_ask_that_groups_asks_a_subquery() {
        assert_eq!(
            read("ASK { ?s ?p ?o } GROUP BY ?p HAVING(COUNT(*) > 1)"),
            "ASK { SELECT ?p WHERE { ?s ?p ?o } GROUP BY ?p HAVING(COUNT(*) > 1) }"
        );
        let plain = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } ORDER BY ?s";
        assert_eq!(read(plain), plain);
    }

    #[test]
    fn no_limit_is_too_large_to_read() {
        let huge = "9".repeat(40);
        assert_eq!(read(&format!("ASK {{}} LIMIT {huge}")), "ASK {} LIMIT 1000000000000000");
        assert_eq!(read("ASK {} LIMIT 0000000000000000000001"), "ASK {} LIMIT 0000000000000000000001");
    }
}
