//! Group flattening: joins and filters as one flat list where that changes nothing.

use super::node::{Filter, Node, Vars};

/// The join of some parts under some filters, inner groups taken apart where that changes nothing.
pub fn group(parts: Vec<Node>, filters: Vec<Filter>) -> Node {
    if filters.is_empty() && parts.len() == 1 {
        return parts.into_iter().next().unwrap_or_else(Node::unit);
    }
    let (mut flat, mut all) = (Vec::new(), filters);
    let possible: Vec<Vars> = parts.iter().map(Node::possible).collect();
    for (at, part) in parts.into_iter().enumerate() {
        let others = || {
            let mut all = Vars::new();
            possible.iter().enumerate().filter(|(other, _)| *other != at).for_each(|(_, vars)| all.add(vars));
            all
        };
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
fn may_rise(inner: &[Node], filters: &[Filter], others: impl Fn() -> Vars) -> bool {
    if filters.is_empty() {
        return true;
    }
    let (certain, others) = (certain_in(inner), others());
    filters.iter().all(|filter| sees_the_same(filter, &certain, &others))
}

/// Whether a filter sees the same where others bind variables too.
pub fn sees_the_same(filter: &Filter, certain: &Vars, others: &Vars) -> bool {
    let looked_at = &filter.condition.vars() & &filter.visible;
    (&looked_at & others).is_subset(certain)
}

/// The variables that are bound in each row of the join of some parts.
pub fn certain_in(parts: &[Node]) -> Vars {
    let mut all = Vars::new();
    parts.iter().for_each(|part| all.add(&part.certain()));
    all
}
