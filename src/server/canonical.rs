//! A text that two readings of one query share. The parser gives aggregates and blank nodes names of its own, at random;
//! here they are numbered in the order in which they come.

use std::collections::HashMap;
use std::sync::Arc;

use crate::query::Query;

/// The shortest name that is taken for one of the parser's: they are hexadecimal numbers of 128 bits.
const SHORTEST: usize = 20;

/// The query's algebra with the parser's own names numbered. Names that stand in `text` are the asker's.
pub fn canonical(query: &Query, text: &str) -> Arc<str> {
    let algebra = query.algebra().to_string();
    let mut names: HashMap<&str, usize> = HashMap::new();
    let mut out = String::with_capacity(algebra.len());
    let mut rest = algebra.as_str();
    while let Some(at) = rest.find(['?', '_', '"', '<']) {
        let (before, token) = rest.split_at(at);
        out.push_str(before);
        let end = end(token);
        let (token, after) = token.split_at(end);
        match own_name(token, text) {
            Some(name) => {
                let number = names.len();
                // No name has a `*`.
                out.push_str(&format!("?*{}", names.entry(name).or_insert(number)));
            }
            None => out.push_str(token),
        }
        rest = after;
    }
    out.push_str(rest);
    out.into()
}

/// Bytes of the string, IRI or name that the text begins with; at least one.
fn end(text: &str) -> usize {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    match text.as_bytes() {
        [b'"', rest @ ..] => string(rest) + 1,
        [b'<', ..] => match text.find(['>', ' ', '"']) {
            Some(at) if text[at..].starts_with('>') => at + 1,
            _ => 1,
        },
        [b'_', b':', ..] => text[2..].find(|c| !is_name(c)).map_or(text.len(), |at| at + 2),
        _ => text[1..].find(|c| !is_name(c)).map_or(text.len(), |at| at + 1),
    }
}

/// Bytes up to the quote that ends a string, that quote included.
fn string(rest: &[u8]) -> usize {
    let mut at = 0;
    while let Some(byte) = rest.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// The name of a variable or blank node, if it is one of the parser's.
fn own_name<'a>(token: &'a str, text: &str) -> Option<&'a str> {
    let name = token.strip_prefix('?').or_else(|| token.strip_prefix("_:"))?;
    let is_own = name.len() >= SHORTEST && name.bytes().all(|byte| byte.is_ascii_hexdigit()) && !text.contains(name);
    is_own.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::ParseOptions;

    fn of(text: &str) -> Arc<str> {
        canonical(&Query::parse(text, &ParseOptions::default()).unwrap(), text)
    }

    #[test]
    fn two_readings_of_a_query_are_one() {
        for text in [
            "SELECT ?p (COUNT(*) AS ?n) (SUM(?o) AS ?m) { ?s ?p ?o } GROUP BY ?p HAVING(AVG(?o) > 1)",
            "SELECT * { [ ?p [ <http://x/?q> '?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\\\" _:b' ] ] }",
            "SELECT * { ?s <http://a>/<http://b> ?o . _:x ?y (1 2) }",
        ] {
            assert_eq!(of(text), of(&format!("{text} # again")));
        }
    }

    #[test]
    fn queries_that_differ_stay_different() {
        let long = |letter: &str| letter.repeat(32);
        let all = [
            format!("SELECT ?{} {{ ?s ?p ?{} }}", long("a"), long("a")),
            format!("SELECT ?{} {{ ?s ?p ?{} }}", long("b"), long("b")),
            format!("SELECT ?x {{ ?s ?p '?{}' }}", long("a")),
            format!("SELECT ?x {{ ?s ?p '?{}' }}", long("b")),
            "SELECT (COUNT(?s) AS ?n) (SUM(?o) AS ?m) { ?s ?p ?o }".into(),
            "SELECT (COUNT(?s) AS ?m) (SUM(?o) AS ?n) { ?s ?p ?o }".into(),
            "SELECT (COUNT(?s) AS ?n) (COUNT(?s) AS ?m) { ?s ?p ?o }".into(),
        ];
        let distinct: std::collections::HashSet<_> = all.iter().map(|text| of(text)).collect();
        assert_eq!(distinct.len(), all.len());
    }
}
