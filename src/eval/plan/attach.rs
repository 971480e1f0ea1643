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
