//! The expressions within an expression, for all that walk through one.

use oxrdf::Variable;
use spargebra::algebra::{AggregateExpression, Expression, GraphPattern, OrderExpression};
use spargebra::term::GroundTerm;

/// What in a pattern is no pattern.
pub(crate) enum Part<'a> {
    /// A whole expression, of a filter, a binding, an order, an aggregate.
    Expression(&'a mut Expression),
    /// The data of a VALUES.
    Values(&'a [Variable], &'a mut [Vec<Option<GroundTerm>>]),
}

/// Visits the parts of a pattern and of those within it, the inner ones first. What others are asked by SERVICE is left out,
/// and the pattern of an EXISTS is a part of its expression.
pub(crate) fn parts_mut(pattern: &mut GraphPattern, visit: &mut dyn FnMut(Part<'_>)) {
    use GraphPattern as P;
    match pattern {
        P::Bgp { .. } | P::Path { .. } | P::Service { .. } => {}
        P::Values { variables, bindings } => visit(Part::Values(variables, bindings)),
        P::Join { left, right } | P::Lateral { left, right } | P::Union { left, right } | P::Minus { left, right } => {
            parts_mut(left, visit);
            parts_mut(right, visit);
        }
        P::LeftJoin { left, right, expression } => {
            parts_mut(left, visit);
            parts_mut(right, visit);
            expression.iter_mut().for_each(|expression| visit(Part::Expression(expression)));
        }
        P::Filter { expr: expression, inner } | P::Extend { inner, expression, .. } => {
            parts_mut(inner, visit);
            visit(Part::Expression(expression));
        }
        P::OrderBy { inner, expression } => {
            parts_mut(inner, visit);
            for OrderExpression::Asc(key) | OrderExpression::Desc(key) in expression {
                visit(Part::Expression(key));
            }
        }
        P::Group { inner, aggregates, .. } => {
            parts_mut(inner, visit);
            for (_, aggregate) in aggregates {
                if let AggregateExpression::FunctionCall { expr, .. } = aggregate {
                    visit(Part::Expression(expr));
                }
            }
        }
        P::Graph { inner, .. }
        | P::Project { inner, .. }
        | P::Distinct { inner }
        | P::Reduced { inner }
        | P::Slice { inner, .. } => parts_mut(inner, visit),
    }
}

/// The arguments of an expression, in their order. The pattern of an EXISTS is none of them.
pub fn children(expression: &Expression) -> Vec<&Expression> {
    use Expression as E;
    match expression {
        E::Or(a, b)
        | E::And(a, b)
        | E::Equal(a, b)
        | E::SameTerm(a, b)
        | E::Greater(a, b)
        | E::GreaterOrEqual(a, b)
        | E::Less(a, b)
        | E::LessOrEqual(a, b)
        | E::Add(a, b)
        | E::Subtract(a, b)
        | E::Multiply(a, b)
        | E::Divide(a, b) => vec![a, b],
        E::UnaryPlus(a) | E::UnaryMinus(a) | E::Not(a) => vec![a],
        E::If(a, b, c) => vec![a, b, c],
        E::In(a, list) => std::iter::once(&**a).chain(list).collect(),
        E::Coalesce(list) | E::FunctionCall(_, list) => list.iter().collect(),
        E::NamedNode(_) | E::Literal(_) | E::Variable(_) | E::Bound(_) | E::Exists(_) => Vec::new(),
    }
}

/// As [`children`], to be changed.
pub(crate) fn children_mut(expression: &mut Expression) -> Vec<&mut Expression> {
    use Expression as E;
    match expression {
        E::Or(a, b)
        | E::And(a, b)
        | E::Equal(a, b)
        | E::SameTerm(a, b)
        | E::Greater(a, b)
        | E::GreaterOrEqual(a, b)
        | E::Less(a, b)
        | E::LessOrEqual(a, b)
        | E::Add(a, b)
        | E::Subtract(a, b)
        | E::Multiply(a, b)
        | E::Divide(a, b) => vec![a, b],
        E::UnaryPlus(a) | E::UnaryMinus(a) | E::Not(a) => vec![a],
        E::If(a, b, c) => vec![a, b, c],
        E::In(a, list) => std::iter::once(&mut **a).chain(list).collect(),
        E::Coalesce(list) | E::FunctionCall(_, list) => list.iter_mut().collect(),
        E::NamedNode(_) | E::Literal(_) | E::Variable(_) | E::Bound(_) | E::Exists(_) => Vec::new(),
    }
}
