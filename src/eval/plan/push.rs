//! Predicate push-down: conditions moved down to the rows that decide them, so that fewer rows are joined.

use super::group::group;
use super::node::{Condition, Filter, Node, Vars};
use crate::eval::expression::is_chance;

/// A node under a condition, which is put where it sees the same and as few rows as can be.
pub fn filtered(node: Node, filter: Filter) -> Node {
    let is_plain = matches!(&filter.condition, Condition::Expr(expr) if expr.exists.is_empty());
    if !is_plain {
        return group(vec![node], vec![filter]);
    }
    let looked_at = &filter.condition.vars() & &filter.visible;
    match node {
        Node::LeftJoin { left, right, conditions } if is_decided(&looked_at, &left, &right) => {
            Node::LeftJoin { left: Box::new(filtered(*left, filter)), right, conditions }
        }
        Node::Minus { left, right } => Node::Minus { left: Box::new(filtered(*left, filter)), right },
        Node::Extend { inner, var, expr } if !looked_at.contains(&var) => {
            Node::Extend { inner: Box::new(filtered(*inner, filter)), var, expr }
        }
        Node::Union(parts) => Node::Union(parts.into_iter().map(|part| filtered(part, filter.clone())).collect()),
        Node::Group { mut parts, filters } if parts.len() == 1 && filters.is_empty() => match parts.pop() {
            Some(part) => filtered(part, filter),
            None => Node::unit(),
        },
        other => group(vec![other], vec![filter]),
    }
}

/// An OPTIONAL whose conditions on what its right side surely binds are decided there.
pub fn left_join(left: Node, right: Node, conditions: Vec<Condition>) -> Node {
    let (certain, visible) = (right.certain(), right.possible());
    let is_own = |condition: &Condition| match condition {
        Condition::Expr(expr) => {
            let is_plain = expr.exists.is_empty() && !is_chance(&expr.expression);
            is_plain && !expr.vars.is_empty() && expr.vars.is_subset(&certain)
        }
        Condition::Exists { .. } => false,
    };
    let (own, conditions): (Vec<_>, Vec<_>) = conditions.into_iter().partition(is_own);
    let filters = own.into_iter().map(|condition| Filter { condition, visible: visible.clone() });
    let right = filters.fold(right, filtered);
    Node::LeftJoin { left: Box::new(left), right: Box::new(right), conditions }
}

/// Whether the right side of an OPTIONAL gives none of these variables a value that the left side has not given.
fn is_decided(vars: &Vars, left: &Node, right: &Node) -> bool {
    let (certain, possible) = (left.certain(), right.possible());
    (vars & &possible).is_subset(&certain)
}
