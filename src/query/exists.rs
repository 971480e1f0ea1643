//! Patterns of EXISTS, in an order that makes them quick.
//!
//! The engine's optimiser leaves their joins as they are: products of all that their triple patterns match. Here each is
//! optimised as what it is, a pattern looked up for each row of another. What that row may hold has to be said, because
//! the optimiser takes a variable that it does not know for one that has no value. So a row that may hold every variable
//! is put before the pattern, and taken off again.

use std::collections::HashSet;

use oxrdf::Variable;
use sparopt::Optimizer;
use sparopt::algebra::{Expression, GraphPattern, LeftJoinAlgorithm};

/// What variables of the made-up row are called that stand for nothing.
const FILLER: &str = "exists_filler_";

/// Optimises the pattern of an EXISTS. `bound` are variables that have a value in each row that it is looked up for.
pub(super) fn optimised(pattern: GraphPattern, bound: &HashSet<Variable>) -> GraphPattern {
    let used = variables(&pattern);
    if used.is_empty() {
        return Optimizer::optimize_graph_pattern(pattern);
    }
    let row = row(&used, bound);
    let whole = GraphPattern::Lateral { left: Box::new(row), right: Box::new(pattern.clone()) };
    taken_off(Optimizer::optimize_graph_pattern(whole)).filter(is_whole).unwrap_or(pattern)
}

/// The pattern without the row before it. Conditions on both stand above both.
fn taken_off(pattern: GraphPattern) -> Option<GraphPattern> {
    match pattern {
        GraphPattern::Lateral { right, .. } => Some(*right),
        GraphPattern::Filter { inner, expression } => {
            Some(GraphPattern::Filter { inner: Box::new(taken_off(*inner)?), expression })
        }
        _ => None,
    }
}

fn is_whole(pattern: &GraphPattern) -> bool {
    !variables(pattern).iter().any(|variable| variable.as_str().starts_with(FILLER))
}

/// The variables that are named in a pattern.
pub(super) fn variables(pattern: &GraphPattern) -> HashSet<Variable> {
    let mut variables = HashSet::new();
    pattern.lookup_used_variables(&mut |variable| {
        variables.insert(variable.clone());
    });
    variables
}

/// A row in which the variables have any value, and those that are not bound may have none.
fn row(used: &HashSet<Variable>, bound: &HashSet<Variable>) -> GraphPattern {
    let filler = |at| Variable::new_unchecked(format!("{FILLER}{at}"));
    let value = |(at, variable): (usize, &Variable)| GraphPattern::QuadPattern {
        subject: filler(2 * at).into(),
        predicate: filler(2 * at + 1).into(),
        object: variable.clone().into(),
        graph_name: None,
    };
    let mut sorted: Vec<&Variable> = used.iter().collect();
    sorted.sort_unstable_by_key(|variable| variable.as_str());
    sorted.into_iter().enumerate().fold(GraphPattern::empty_singleton(), |row, (at, variable)| {
        let (row, value) = (Box::new(row), Box::new(value((at, variable))));
        if bound.contains(variable) {
            return GraphPattern::Lateral { left: row, right: value };
        }
        let (expression, algorithm) = (Expression::from(true), LeftJoinAlgorithm::default());
        GraphPattern::LeftJoin { left: row, right: value, expression, algorithm }
    })
}

/// Variables that have a value in every row of the pattern; not all of them where that is not plain to see.
pub(super) fn surely_bound(pattern: &GraphPattern) -> HashSet<Variable> {
    use GraphPattern as P;
    match pattern {
        P::QuadPattern { .. } | P::Path { .. } => variables(pattern),
        P::Join { left, right, .. } | P::Lateral { left, right } => &surely_bound(left) | &surely_bound(right),
        P::LeftJoin { left, .. } | P::Minus { left, .. } => surely_bound(left),
        P::Filter { inner, .. }
        | P::Extend { inner, .. }
        | P::OrderBy { inner, .. }
        | P::Distinct { inner }
        | P::Reduced { inner }
        | P::Slice { inner, .. } => surely_bound(inner),
        P::Project { inner, variables } => {
            surely_bound(inner).into_iter().filter(|variable| variables.contains(variable)).collect()
        }
        P::Union { inner } => inner.iter().map(surely_bound).reduce(|a, b| &a & &b).unwrap_or_default(),
        P::Graph { .. } | P::Values { .. } | P::Service { .. } | P::Group { .. } => HashSet::new(),
    }
}
