//! Column order of `SELECT *`: as a reader meets the variables; the parser has them by the alphabet.

use spargebra::Query;
use spargebra::algebra::GraphPattern;

use super::tokens::{Kind, Token, Tokens};

/// Puts the variables of a `SELECT *` into the order of their first appearance in `text`.
pub(in crate::query) fn order(query: &mut Query, text: &str) {
    let Query::Select { pattern, .. } = query else { return };
    if !is_star(text) {
        return;
    }
    if let Some(GraphPattern::Project { variables, .. }) = projection(pattern) {
        let names: Vec<&str> = Tokens::new(text).filter_map(|token| variable(token, text)).collect();
        variables.sort_by_key(|variable| names.iter().position(|name| *name == variable.as_str()));
    }
}

/// Whether the first SELECT, which is the outermost, asks for all variables.
fn is_star(text: &str) -> bool {
    let mut words =
        Tokens::new(text).map(|token| token.text(text)).skip_while(|word| !word.eq_ignore_ascii_case("SELECT"));
    let modifier = |word: &&str| word.eq_ignore_ascii_case("DISTINCT") || word.eq_ignore_ascii_case("REDUCED");
    words.by_ref().skip(1).find(|word| !modifier(word)) == Some("*")
}

/// The outermost projection, below what is applied to its rows.
fn projection(pattern: &mut GraphPattern) -> Option<&mut GraphPattern> {
    match pattern {
        GraphPattern::Project { .. } => Some(pattern),
        GraphPattern::Slice { inner, .. } | GraphPattern::Distinct { inner } | GraphPattern::Reduced { inner } => {
            projection(inner)
        }
        _ => None,
    }
}

fn variable(token: Token, text: &str) -> Option<&str> {
    let is_variable = token.kind == Kind::Sigil;
    token.text(text).strip_prefix(['?', '$']).filter(|_| is_variable)
}

#[cfg(test)]
mod tests {
    use crate::query::{ParseOptions, Query};

    fn columns(text: &str) -> Vec<String> {
        let query = Query::parse(text, &ParseOptions::default()).unwrap();
        let spargebra::Query::Select { pattern, .. } = query.algebra() else { panic!("{text}") };
        let mut pattern = pattern.clone();
        match super::projection(&mut pattern) {
            Some(spargebra::algebra::GraphPattern::Project { variables, .. }) => {
                variables.iter().map(|variable| variable.as_str().to_owned()).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn columns_come_in_the_order_of_the_text() {
        assert_eq!(columns("SELECT * { ?tie pact:party ?city . ?a ?b $tie }"), ["tie", "city", "a", "b"]);
        assert_eq!(columns("# ?o\nSELECT DISTINCT * { ?s ?p ?o } ORDER BY ?o LIMIT 3"), ["s", "p", "o"]);
        assert_eq!(columns("SELECT ?o ?s { ?s ?p ?o }"), ["o", "s"]);
        assert_eq!(columns("SELECT ?z ?a { { SELECT * { ?z ?a ?b } } }"), ["z", "a"]);
    }
}
