//! Empty-relation pruning: what surely has no rows, because the data has no triple for one of its patterns, and what follows
//! for what is around it.

use super::group::group;
use super::node::{Closure, Condition, Node, Pattern, Slot, Step};
use super::ranges::narrow;
use crate::index::{Id, Version};

/// The node without what has no rows in a version. What has none itself becomes the part that is to blame.
pub fn pruned(node: Node, version: &Version) -> Node {
    let prune = |node: Box<Node>| Box::new(pruned(*node, version));
    let is_nothing = |node: &Node| is_nothing(node, version);
    match node {
        Node::Group { parts, filters } => {
            let mut parts: Vec<Node> = parts.into_iter().map(|part| pruned(part, version)).collect();
            if let Some(at) = parts.iter().position(is_nothing) {
                return parts.swap_remove(at);
            }
            let mut open = Vec::new();
            for mut filter in filters {
                filter.condition = match filter.condition {
                    Condition::Exists { pattern, negated } => match pruned(pattern, version) {
                        nothing if is_nothing(&nothing) && negated => continue,
                        nothing if is_nothing(&nothing) => return nothing,
                        pattern => Condition::Exists { pattern, negated },
                    },
                    other => other,
                };
                open.push(filter);
            }
            narrow(&mut parts, &open, version);
            if let Some(at) = parts.iter().position(is_nothing) {
                return parts.swap_remove(at);
            }
            group(parts, open)
        }
        Node::LeftJoin { left, right, conditions } => match (prune(left), prune(right)) {
            (left, right) if is_nothing(&left) || is_nothing(&right) => *left,
            (left, right) => Node::LeftJoin { left, right, conditions },
        },
        Node::Minus { left, right } => match (prune(left), prune(right)) {
            (left, right) if is_nothing(&left) || is_nothing(&right) => *left,
            (left, right) => Node::Minus { left, right },
        },
        Node::Lateral { left, right } => match (prune(left), prune(right)) {
            (left, _) if is_nothing(&left) => *left,
            (_, right) if is_nothing(&right) => *right,
            (left, right) => Node::Lateral { left, right },
        },
        Node::Union(parts) => {
            let mut parts: Vec<Node> = parts.into_iter().map(|part| pruned(part, version)).collect();
            if !parts.iter().all(is_nothing) {
                parts.retain(|part| !is_nothing(part));
            }
            match parts.len() {
                1 => parts.remove(0),
                _ => Node::Union(parts),
            }
        }
        Node::Extend { inner, var, expr } => within(prune(inner), version, |inner| Node::Extend { inner, var, expr }),
        Node::Distinct { inner, vars } => within(prune(inner), version, |inner| Node::Distinct { inner, vars }),
        Node::Sort { inner, keys } => within(prune(inner), version, |inner| Node::Sort { inner, keys }),
        Node::Slice { inner, start, length } => {
            within(prune(inner), version, |inner| Node::Slice { inner, start, length })
        }
        Node::EachGraph { var, inner } => within(prune(inner), version, |inner| Node::EachGraph { var, inner }),
        Node::Aggregation { inner, keys, aggregates } => Node::Aggregation { inner: prune(inner), keys, aggregates },
        other => other,
    }
}

/// What is around a node whose rows it takes one by one.
fn within(inner: Box<Node>, version: &Version, make: impl FnOnce(Box<Node>) -> Node) -> Node {
    if is_nothing(&inner, version) { *inner } else { make(inner) }
}

fn is_nothing(node: &Node, version: &Version) -> bool {
    match node {
        Node::Pattern(pattern) => fits_nothing(pattern, version),
        Node::Closure(Closure { step, zero, .. }) => !zero && leads_nowhere(step, version),
        Node::Values { rows, .. } => rows.is_empty(),
        Node::Union(parts) => parts.iter().all(|part| is_nothing(part, version)),
        Node::GraphExists(None) => true,
        _ => false,
    }
}

fn fits_nothing(pattern: &Pattern, version: &Version) -> bool {
    let Slot::Id(predicate) = pattern.predicate else { return false };
    let Some(segment) = version.segment(predicate) else { return true };
    match (pattern.subject, pattern.object) {
        (Slot::Var(_), Slot::Var(_)) => {
            pattern.objects.as_ref().is_some_and(|range| segment.rows_within(range.clone()).all(|rows| rows.is_empty()))
        }
        (subject, object) => segment.count(subject.id(), object.id()) == 0,
    }
}

fn leads_nowhere(step: &Step, version: &Version) -> bool {
    let has_none = |predicate: &Id| version.count(*predicate) == 0;
    match step {
        Step::Predicate(predicate) => has_none(predicate),
        Step::Not(_) => false,
        Step::Reverse(step) => leads_nowhere(step, version),
        Step::Sequence(a, b) => leads_nowhere(a, version) || leads_nowhere(b, version),
        Step::Alternative(a, b) => leads_nowhere(a, version) && leads_nowhere(b, version),
        Step::Closure { step, zero, .. } => !zero && leads_nowhere(step, version),
    }
}
