//! Volatility and cost: what a part of a plan costs, and whether it gives the same each time.

use super::node::{Condition, Expr, Node};
use crate::eval::expression::is_chance;

/// Whether a node's rows may differ each time that it is evaluated.
pub fn gives_chance(node: &Node) -> bool {
    any_expression(node, &|expr| is_chance(&expr.expression))
}

/// Whether a condition may.
pub fn decides_by_chance(condition: &Condition) -> bool {
    in_condition(condition, &|expr| is_chance(&expr.expression))
}

/// Whether a node's rows take more than to look them up: values are made, paths followed, patterns asked for each.
pub fn is_costly(node: &Node) -> bool {
    let own = match node {
        Node::Closure(_) | Node::Extend { .. } => true,
        Node::Group { filters, .. } => filters.iter().any(|filter| asks(&filter.condition)),
        Node::LeftJoin { conditions, .. } => conditions.iter().any(asks),
        _ => false,
    };
    own || node.below().into_iter().any(is_costly)
}

fn asks(condition: &Condition) -> bool {
    match condition {
        Condition::Exists { .. } => true,
        Condition::Expr(expr) => !expr.exists.is_empty(),
    }
}

fn any_expression(node: &Node, is: &dyn Fn(&Expr) -> bool) -> bool {
    let own = match node {
        Node::Group { filters, .. } => filters.iter().any(|filter| in_condition(&filter.condition, is)),
        Node::LeftJoin { conditions, .. } => conditions.iter().any(|condition| in_condition(condition, is)),
        Node::Extend { expr, .. } => in_expr(expr, is),
        Node::Sort { keys, .. } => keys.iter().any(|(expr, _)| in_expr(expr, is)),
        Node::Aggregation { aggregates, .. } => {
            aggregates.iter().filter_map(|aggregate| aggregate.expr.as_ref()).any(|expr| in_expr(expr, is))
        }
        _ => false,
    };
    own || node.below().into_iter().any(|node| any_expression(node, is))
}

fn in_condition(condition: &Condition, is: &dyn Fn(&Expr) -> bool) -> bool {
    match condition {
        Condition::Expr(expr) => in_expr(expr, is),
        Condition::Exists { pattern, .. } => any_expression(pattern, is),
    }
}

fn in_expr(expr: &Expr, is: &dyn Fn(&Expr) -> bool) -> bool {
    is(expr) || expr.exists.iter().any(|(_, pattern)| any_expression(pattern, is))
}
