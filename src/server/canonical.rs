//! A text that two readings of one query share, and two that differ do not: the key of what is kept.

use std::sync::Arc;

use crate::query::Query;

/// The query's algebra. Reading gives what has no name in a text the same names each time.
pub fn canonical(query: &Query) -> Arc<str> {
    query.algebra().to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::ParseOptions;

    fn of(text: &str) -> Arc<str> {
        canonical(&Query::parse(text, &ParseOptions::default()).unwrap())
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
