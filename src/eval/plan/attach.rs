//! Graph variable attachment: where GRAPH with a variable is one more place of each pattern in it.

use spargebra::algebra::{Expression, GraphPattern, PropertyPathExpression as Path};

use crate::eval::children::children;

/// Whether `GRAPH ?g` over a pattern is the same as `?g` being one more place of each triple pattern in it.
pub fn is_attachable(pattern: &GraphPattern) -> bool {
    use GraphPattern as P;
    match pattern {
        P::Bgp { patterns } => !patterns.is_empty(),
        P::Path { path, .. } => is_plain(path),
        P::Join { left, right } => {
            let apart = |side: &P| {
                matches!(side, P::Values { .. }) || matches!(side, P::Bgp { patterns } if patterns.is_empty())
            };
            match (apart(left), apart(right)) {
                (false, false) => is_attachable(left) && is_attachable(right),
                (true, false) => is_attachable(right),
                (false, true) => is_attachable(left),
                (true, true) => false,
            }
        }
        P::LeftJoin { left, right, expression } => {
            is_attachable(left) && is_attachable(right) && expression.iter().all(is_attachable_expression)
        }
        P::Union { left, right } => is_attachable(left) && is_attachable(right),
        P::Filter { inner, expr: expression } | P::Extend { inner, expression, .. } => {
            is_attachable(inner) && is_attachable_expression(expression)
        }
        _ => false,
    }
}

fn is_attachable_expression(expression: &Expression) -> bool {
    match expression {
        Expression::Exists(pattern) => is_attachable(pattern),
        other => children(other).into_iter().all(is_attachable_expression),
    }
}

fn is_plain(path: &Path) -> bool {
    match path {
        Path::NamedNode(_) | Path::NegatedPropertySet(_) => true,
        Path::Reverse(path) => is_plain(path),
        Path::Sequence(a, b) | Path::Alternative(a, b) => is_plain(a) && is_plain(b),
        Path::ZeroOrMore(_) | Path::OneOrMore(_) | Path::ZeroOrOne(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attachable(pattern: &str) -> bool {
        let text = format!("PREFIX : <http://x/> ASK {{ {pattern} }}");
        let query = spargebra::SparqlParser::new().parse_query(&text).unwrap();
        // The parser puts a projection around the whole.
        match query {
            spargebra::Query::Ask { pattern: GraphPattern::Project { inner, .. }, .. } => is_attachable(&inner),
            other => panic!("{other:?}"),
        }
    }

    /// A pattern in which every row rests on a triple, or on none by joining alone, is evaluated graph by graph either way.
    #[test]
    fn patterns_whose_rows_all_rest_on_triples_are_attached() {
        for pattern in [
            "?s :p ?o . ?o :q ?x",
            "?s :p/^:q|:r ?o",
            "?s !(:p|:q) ?o",
            "?s :p ?o OPTIONAL { ?o :q ?x }",
            "{ ?s :p ?o } UNION { ?s :q ?o }",
            "?s :p ?o VALUES ?s { :a :b }",
            "?s :p ?o BIND(STR(?o) AS ?x) FILTER(?x > 1)",
            "?s :p ?o FILTER NOT EXISTS { ?o :q ?x }",
        ] {
            assert!(attachable(pattern), "{pattern}");
        }
    }

    /// What has rows without a triple has them once for each graph, in empty ones too; what counts or cuts rows does so in each.
    #[test]
    fn patterns_that_mean_something_else_in_each_graph_are_not() {
        for pattern in [
            "",
            "VALUES ?s { :a }",
            "BIND(1 AS ?x)",
            "?s :p* ?o",
            "?s :p? ?o",
            "?s :p/:q+ ?o",
            "?s :p ?o MINUS { ?s :q ?x }",
            "?s :p ?o { SELECT ?o (COUNT(*) AS ?n) { ?o :q ?x } GROUP BY ?o }",
            "{ SELECT ?s { ?s :p ?o } LIMIT 1 }",
            "{ ?s :p ?o } UNION {}",
            "?s :p ?o FILTER EXISTS { ?o :q+ ?x }",
            "SERVICE <http://e/> { ?s :p ?o }",
        ] {
            assert!(!attachable(pattern), "{pattern}");
        }
    }
}
