//! Variables that a triple pattern names more than once.

use oxrdf::Variable;
use spargebra::term::{GroundTermPattern, NamedNodePattern};
use sparopt::algebra::{Expression, GraphPattern};

use super::Laces;

/// A pattern that names a variable twice reads all quads of which few may match: it is given two variables and a condition.
pub(super) fn without_repetition(laces: &mut Laces, pattern: GraphPattern) -> (GraphPattern, Option<Expression>) {
    let GraphPattern::QuadPattern { subject, predicate, object, graph_name } = pattern else { return (pattern, None) };
    let mut same = Vec::new();
    let mut seen: Vec<Variable> = variable_of(&subject).into_iter().collect();
    let mut once = |variable: &Variable| -> Option<Variable> {
        if !seen.contains(variable) {
            seen.push(variable.clone());
            return None;
        }
        let fresh = laces.fresh();
        same.push(Expression::SameTerm(Box::new(variable.clone().into()), Box::new(fresh.clone().into())));
        Some(fresh)
    };
    let predicate = once_named(predicate, &mut once);
    let object = match variable_of(&object).and_then(|variable| once(&variable)) {
        Some(fresh) => GroundTermPattern::Variable(fresh),
        None => object,
    };
    let graph_name = graph_name.map(|name| once_named(name, &mut once));
    let same = (!same.is_empty()).then(|| Expression::and_all(same));
    (GraphPattern::QuadPattern { subject, predicate, object, graph_name }, same)
}

fn variable_of(pattern: &GroundTermPattern) -> Option<Variable> {
    match pattern {
        GroundTermPattern::Variable(variable) => Some(variable.clone()),
        _ => None,
    }
}

fn once_named(pattern: NamedNodePattern, once: &mut impl FnMut(&Variable) -> Option<Variable>) -> NamedNodePattern {
    match &pattern {
        NamedNodePattern::Variable(variable) => once(variable).map_or(pattern, NamedNodePattern::Variable),
        NamedNodePattern::NamedNode(_) => pattern,
    }
}
