//! Groups: joins and filters as one flat list where that changes nothing.

use super::node::{Filter, Node, Vars};

/// The join of some parts under some filters, inner groups taken apart where that changes nothing.
pub fn group(parts: Vec<Node>, filters: Vec<Filter>) -> Node {
    if filters.is_empty() && parts.len() == 1 {
        return parts.into_iter().next().unwrap_or_else(Node::unit);
    }
    let (mut flat, mut all) = (Vec::new(), filters);
    let possible: Vec<Vars> = parts.iter().map(Node::possible).collect();
    for (at, part) in parts.into_iter().enumerate() {
        let others = || possible.iter().enumerate().filter(|(other, _)| *other != at).flat_map(|(_, vars)| vars);
        match part {
            Node::Group { parts: inner, filters } if may_rise(&inner, &filters, others) => {
                flat.extend(inner);
                all.extend(filters);
            }
            other => flat.push(other),
        }
    }
    Node::Group { parts: flat, filters: all }
}

/// Whether the filters of an inner group see the same in an outer one: whatever they look at and others may bind is bound
/// within.
fn may_rise<'a, I: Iterator<Item = &'a super::node::Var>>(
    inner: &[Node],
    filters: &[Filter],
    others: impl Fn() -> I,
) -> bool {
    if filters.is_empty() {
        return true;
    }
    let certain: Vars = inner.iter().flat_map(Node::certain).collect();
    let others: Vars = others().copied().collect();
    filters.iter().all(|filter| sees_the_same(filter, &certain, &others))
}

/// Whether a filter sees the same where others bind variables too.
pub fn sees_the_same(filter: &Filter, certain: &Vars, others: &Vars) -> bool {
    let looked_at = filter.condition.vars();
    looked_at
        .iter()
        .filter(|var| filter.visible.contains(var))
        .all(|var| certain.contains(var) || !others.contains(var))
}
