//! Algebra traversal: what stands within patterns and expressions, for all that walk through them.

use oxrdf::Variable;
use spargebra::algebra::{AggregateExpression, Expression, GraphPattern, OrderExpression};
use spargebra::term::{GroundTerm, TermPattern, TriplePattern};

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
    for inner in patterns_mut(pattern) {
        parts_mut(inner, visit);
    }
    match pattern {
        P::Values { variables, bindings } => visit(Part::Values(variables, bindings)),
        other => expressions_mut(other).into_iter().for_each(|expression| visit(Part::Expression(expression))),
    }
}

/// The expressions of a pattern itself, lent as the pattern is.
macro_rules! expressions {
    ($pattern:expr) => {{
        use GraphPattern as P;
        match $pattern {
            P::LeftJoin { expression, .. } => expression.into_iter().collect(),
            P::Filter { expr: expression, .. } | P::Extend { expression, .. } => vec![expression],
            P::OrderBy { expression: keys, .. } => {
                let keys = keys.into_iter();
                keys.map(|key| match key {
                    OrderExpression::Asc(key) | OrderExpression::Desc(key) => key,
                })
                .collect()
            }
            P::Group { aggregates, .. } => {
                let aggregates = aggregates.into_iter();
                aggregates
                    .filter_map(|(_, aggregate)| match aggregate {
                        AggregateExpression::FunctionCall { expr, .. } => Some(expr),
                        AggregateExpression::CountSolutions { .. } => None,
                    })
                    .collect()
            }
            _ => Vec::new(),
        }
    }};
}

/// The expressions of a pattern itself: of a filter, a binding, an order, aggregates.
pub(crate) fn expressions(pattern: &GraphPattern) -> Vec<&Expression> {
    expressions!(pattern)
}

/// As [`expressions`], to be changed.
pub(crate) fn expressions_mut(pattern: &mut GraphPattern) -> Vec<&mut Expression> {
    expressions!(pattern)
}

/// The patterns within a pattern, lent as the pattern is.
macro_rules! patterns {
    ($pattern:expr) => {{
        use GraphPattern as P;
        match $pattern {
            P::Bgp { .. } | P::Path { .. } | P::Values { .. } | P::Service { .. } => Vec::new(),
            P::Join { left, right }
            | P::Lateral { left, right }
            | P::LeftJoin { left, right, .. }
            | P::Union { left, right }
            | P::Minus { left, right } => vec![left, right],
            P::Filter { inner, .. }
            | P::Graph { inner, .. }
            | P::Extend { inner, .. }
            | P::OrderBy { inner, .. }
            | P::Project { inner, .. }
            | P::Distinct { inner }
            | P::Reduced { inner }
            | P::Slice { inner, .. }
            | P::Group { inner, .. } => vec![inner],
        }
    }};
}

/// The patterns within a pattern, in their order. What others are asked by SERVICE is none of them.
pub(crate) fn patterns(pattern: &GraphPattern) -> Vec<&GraphPattern> {
    patterns!(pattern)
}

/// As [`patterns`], to be changed.
pub(crate) fn patterns_mut(pattern: &mut GraphPattern) -> Vec<&mut GraphPattern> {
    patterns!(pattern)
}

/// Makes variables of the blank nodes of a pattern, those of what others are asked too: each stands for anything, as a variable
/// that nobody sees (SPARQL 1.1 Query, 4.1.4).
pub(crate) fn name_blank_nodes(pattern: &mut GraphPattern) {
    match pattern {
        GraphPattern::Bgp { patterns } => patterns.iter_mut().for_each(name_blank_nodes_of),
        GraphPattern::Path { subject, object, .. } => [subject, object].into_iter().for_each(name_blank_node),
        GraphPattern::Service { inner, .. } => name_blank_nodes(inner),
        other => patterns_mut(other).into_iter().for_each(name_blank_nodes),
    }
}

/// As [`name_blank_nodes`], of a triple.
pub(crate) fn name_blank_nodes_of(triple: &mut TriplePattern) {
    name_blank_node(&mut triple.subject);
    name_blank_node(&mut triple.object);
}

fn name_blank_node(term: &mut TermPattern) {
    if let TermPattern::BlankNode(node) = term {
        *term = Variable::new_unchecked(format!("_{}", node.as_str())).into();
    }
}

/// The arguments of an expression, lent as the expression is.
macro_rules! arguments {
    ($expression:expr, $all:ty) => {{
        use Expression as E;
        match $expression {
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
            E::In(a, list) => {
                let mut all: $all = vec![a];
                all.extend(list);
                all
            }
            E::Coalesce(list) | E::FunctionCall(_, list) => list.into_iter().collect(),
            E::NamedNode(_) | E::Literal(_) | E::Variable(_) | E::Bound(_) | E::Exists(_) => Vec::new(),
        }
    }};
}

/// The arguments of an expression, in their order. The pattern of an EXISTS is none of them.
pub fn children(expression: &Expression) -> Vec<&Expression> {
    arguments!(expression, Vec<&Expression>)
}

/// As [`children`], to be changed.
pub(crate) fn children_mut(expression: &mut Expression) -> Vec<&mut Expression> {
    arguments!(expression, Vec<&mut Expression>)
}
