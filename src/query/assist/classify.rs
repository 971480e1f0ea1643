//! Input classification: a query, an update, the beginning of one, or wrong, while it is being typed.

use crate::query::engine::Query;
use crate::query::error::QueryError;
use crate::query::syntax::error::SyntaxError;
use crate::query::syntax::options::ParseOptions;
use crate::query::syntax::tokens::{Kind, Tokens};
use crate::query::update::Update;

/// What a text amounts to so far.
#[derive(Debug)]
pub enum InputClass {
    /// A whole query.
    Query(Query),
    /// A whole update.
    Update(Update),
    /// Something is missing at its end.
    Incomplete,
    /// It is wrong, whatever may follow.
    Wrong(QueryError),
}

impl InputClass {
    /// Reads a text as far as it goes.
    pub fn of(text: &str, options: &ParseOptions) -> Self {
        let query = match Query::parse(text, options) {
            Ok(query) => return Self::Query(query),
            Err(error) => error,
        };
        match Update::parse(text, options) {
            Ok(update) if update.algebra().operations.is_empty() => Self::Incomplete,
            Ok(update) => Self::Update(update),
            Err(error) if !begins(text) => Self::Wrong(error),
            Err(_) if is_open(text) => Self::Incomplete,
            Err(update) => {
                // Whichever grammar gets further is what was meant.
                let error = if position(&update) > position(&query) { update } else { query };
                if at_end(text, &error) { Self::Incomplete } else { Self::Wrong(error) }
            }
        }
    }
}

/// Words that queries and updates begin with.
const BEGINNINGS: &[&str] = &[
    "ADD",
    "ASK",
    "BASE",
    "CLEAR",
    "CONSTRUCT",
    "COPY",
    "CREATE",
    "DELETE",
    "DESCRIBE",
    "DROP",
    "INSERT",
    "LOAD",
    "MOVE",
    "PREFIX",
    "SELECT",
    "VERSION",
    "WITH",
];

/// Whether the first word is one that anything begins with; the parser's complaint about another may be far from it.
fn begins(text: &str) -> bool {
    let first = Tokens::new(text).next();
    first.is_none_or(|first| BEGINNINGS.iter().any(|word| word.eq_ignore_ascii_case(first.text(text))))
}

/// Whether a bracket or a long string is open.
fn is_open(text: &str) -> bool {
    let mut depth = 0_i64;
    for token in Tokens::new(text) {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth -= 1,
            Kind::Unterminated => {
                let token = token.text(text);
                return token.starts_with("\"\"\"") || token.starts_with("'''");
            }
            _ => {}
        }
    }
    depth > 0
}

fn syntax(error: &QueryError) -> Option<&SyntaxError> {
    match error {
        QueryError::Syntax(error) if !error.too_large => Some(error),
        _ => None,
    }
}

fn position(error: &QueryError) -> (u64, u64) {
    syntax(error).map_or((u64::MAX, 0), |error| (error.at.line, error.at.column))
}

/// Whether the parser went through the whole text and asks for more.
fn at_end(text: &str, error: &QueryError) -> bool {
    let text = &text[..Tokens::new(text).last().map_or(0, |token| token.end)];
    let line = text.matches('\n').count() as u64;
    let column = text.rsplit('\n').next().unwrap_or_default().chars().count() as u64;
    syntax(error).is_some_and(|error| (error.at.line, error.at.column) >= (line, column))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(text: &str) -> &'static str {
        match InputClass::of(text, &ParseOptions::default()) {
            InputClass::Query(_) => "query",
            InputClass::Update(_) => "update",
            InputClass::Incomplete => "incomplete",
            InputClass::Wrong(_) => "wrong",
        }
    }

    #[test]
    fn beginnings_are_no_errors() {
        for text in [
            "",
            "SELECT",
            "SELECT *",
            "SELECT * WHERE {",
            "SELECT * WHERE { ?s ?p",
            "PREFIX x: <http://x/>",
            "PREFIX x: <http://x/>\n",
            "ASK # why\n",
            "SELECT * { ?s ?p '''a\n",
            "INSERT DATA {",
            "CONSTRUCT {}",
            "SELECT * { ?s ?p ?o } ORDER BY",
            "SELECT (COUNT(*) AS",
            "DESCRIBE",
        ] {
            assert_eq!(class(text), "incomplete", "{text:?}");
        }
    }

    #[test]
    fn whole_texts_are_told_from_wrong_ones() {
        assert_eq!(class("SELECT * { ?s ?p ?o }"), "query");
        assert_eq!(class("ASK {}\n# done"), "query");
        assert_eq!(class("INSERT DATA { GRAPH graph:x { place:a a pact:Tie } }"), "update");
        for text in ["SELECT * { ?s ?p }", "SELECTT * {}", "ASK { ?s ?p ?o } }", "ASK { ?s ?p 'a\n' }", "ASK {} hello"]
        {
            assert_eq!(class(text), "wrong", "{text:?}");
        }
    }
}
