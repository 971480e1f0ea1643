//! Cardinality estimation: how many rows a part of a plan gives, and how many terms each of its variables has in them.

use super::node::{Active, Closure, Node, Pattern, Slot, Step, Var, Vars};
use super::order::{Begin, order};
use super::shared::Shared;
use crate::index::{GraphFilter, Id, Version};

/// Rows, and distinct terms by variable.
#[derive(Debug, Clone, Default)]
pub struct Estimate {
    pub rows: f64,
    pub distinct: Distinct,
}

/// Distinct terms by variable. A few in a row are found sooner than by their hashes.
#[derive(Debug, Clone, Default)]
pub struct Distinct(Vec<(Var, f64)>);

impl Distinct {
    fn get(&self, var: Var) -> Option<f64> {
        self.0.iter().find(|(own, _)| *own == var).map(|(_, terms)| *terms)
    }

    pub fn insert(&mut self, var: Var, terms: f64) {
        match self.0.iter_mut().find(|(own, _)| *own == var) {
            Some((_, own)) => *own = terms,
            None => self.0.push((var, terms)),
        }
    }

    /// Takes in others, which count where both have a variable.
    pub fn extend(&mut self, others: &Self) {
        others.0.iter().for_each(|(var, terms)| self.insert(*var, *terms));
    }
}

impl FromIterator<(Var, f64)> for Distinct {
    fn from_iter<I: IntoIterator<Item = (Var, f64)>>(all: I) -> Self {
        let mut distinct = Self::default();
        all.into_iter().for_each(|(var, terms)| distinct.insert(var, terms));
        distinct
    }
}

impl Estimate {
    pub fn of_rows(rows: f64) -> Self {
        Self { rows, distinct: Distinct::default() }
    }

    /// The distinct terms of a variable.
    pub fn terms(&self, var: Var) -> f64 {
        self.distinct.get(var).unwrap_or(self.rows).min(self.rows).max(1.0)
    }

    /// The rows of a join with another.
    pub fn joined(&self, other: &Self, shared: impl Iterator<Item = Var>) -> f64 {
        shared.fold(self.rows * other.rows, |rows, var| rows / self.terms(var).max(other.terms(var)))
    }
}

/// The variables by which bound rows and a pattern with these variables match. A triple's graph tells little where another of
/// them is bound: what is said of one thing mostly stands in one graph.
pub fn joined_by(vars: &Vars, graphs: &Vars, is_bound: impl Fn(&Var) -> bool) -> Vars {
    let bound: Vars = vars.iter().filter(is_bound).collect();
    let others = &bound - graphs;
    if others.is_empty() { bound } else { others }
}

/// The variable that stands for the graph of a node's triples, if there is one.
pub fn graph_of(node: &Node) -> Vars {
    match node {
        Node::Pattern(Pattern { active: Active::Each(var), .. }) => Vars::from([*var]),
        _ => Vars::new(),
    }
}

/// How many rows a node gives by itself.
pub fn estimate(node: &Node, version: &Version, shared: &Shared) -> Estimate {
    match node {
        Node::Pattern(pattern) => of_pattern(pattern, version, shared),
        Node::Closure(closure) => of_closure(closure, version),
        Node::Group { parts, .. } => order(parts, Begin::ALONE, version, shared).estimate,
        Node::LeftJoin { left, right, .. } | Node::Lateral { left, right } => {
            let (a, b) = (estimate(left, version, shared), estimate(right, version, shared));
            let (left, right) = (left.possible(), right.possible());
            let rows = a.joined(&b, (&left & &right).iter()).max(a.rows);
            let mut distinct = b.distinct;
            distinct.extend(&a.distinct);
            Estimate { rows, distinct }
        }
        Node::Union(parts) => parts.iter().fold(Estimate::default(), |mut all, part| {
            let one = estimate(part, version, shared);
            all.rows += one.rows;
            for var in &part.possible() {
                let before = all.distinct.get(var).unwrap_or_default();
                all.distinct.insert(var, before + one.terms(var));
            }
            all
        }),
        Node::Minus { left: inner, .. } | Node::Extend { inner, .. } | Node::Sort { inner, .. } => {
            estimate(inner, version, shared)
        }
        Node::Values { rows, .. } => Estimate::of_rows(rows.len() as f64),
        Node::Distinct { inner, vars } => {
            let inner = estimate(inner, version, shared);
            let rows = vars.iter().fold(1.0, |rows, var| rows * inner.terms(*var)).min(inner.rows);
            Estimate { rows, ..inner }
        }
        Node::Slice { inner, length, .. } => {
            let inner = estimate(inner, version, shared);
            let rows = length.map_or(inner.rows, |length| inner.rows.min(length as f64));
            Estimate { rows, ..inner }
        }
        Node::Aggregation { inner, keys, .. } => {
            let inner = estimate(inner, version, shared);
            let rows = keys.iter().fold(1.0, |rows, var| rows * inner.terms(*var)).min(inner.rows).max(1.0);
            Estimate { rows, ..inner }
        }
        Node::EachGraph { inner, .. } => estimate(inner, version, shared),
        Node::Service(_) => Estimate::of_rows(ANSWER),
        Node::GraphExists(_) | Node::TripleTerm { .. } => Estimate::of_rows(1.0),
        Node::GraphNames(_) => Estimate::of_rows(version.graphs().len() as f64),
    }
}

fn of_pattern(pattern: &Pattern, version: &Version, shared: &Shared) -> Estimate {
    let (mut rows, mut subjects, mut objects) = match pattern.predicate {
        Slot::Id(predicate) => in_segment(pattern, predicate, version),
        Slot::Var(_) => version.predicates().iter().filter(|id| !pattern.excluded.contains(id)).fold(
            (0.0, 0.0, 0.0),
            |all, predicate| {
                let one = in_segment(pattern, *predicate, version);
                (all.0 + one.0, all.1 + one.1, all.2 + one.2)
            },
        ),
    };
    let share = share(pattern.active, version, shared);
    rows *= share;
    subjects = f64::min(subjects, rows);
    objects = f64::min(objects, rows);
    let mut distinct = Distinct::default();
    let mut note = |slot: Slot, terms: f64| {
        if let Some(var) = slot.var() {
            distinct.insert(var, terms.max(1.0));
        }
    };
    note(pattern.subject, subjects);
    note(pattern.object, objects);
    note(pattern.predicate, version.predicates().len() as f64);
    if let Active::Each(var) = pattern.active {
        distinct.insert(var, version.graphs().len() as f64);
    }
    if pattern.subject.var().is_some() && pattern.subject == pattern.object {
        rows = rows.sqrt();
    }
    Estimate { rows, distinct }
}

/// The part of all triples that one graph holds, on average.
fn share(active: Active, version: &Version, shared: &Shared) -> f64 {
    let all = version.quads().max(1) as f64;
    let of = |filter: &GraphFilter| match filter {
        GraphFilter::Any | GraphFilter::Named => 1.0,
        filter => {
            let quads = version.graphs().iter().filter(|graph| filter.allows(graph.number)).map(|graph| graph.quads);
            (quads.sum::<usize>() as f64 / all).max(1.0 / all)
        }
    };
    match active {
        Active::Default => of(&shared.dataset.default),
        Active::One(None) => 0.0,
        Active::One(Some(number)) => of(&GraphFilter::One(number)),
        Active::Current => 1.0 / version.graphs().len().max(1) as f64,
        Active::Each(_) => 1.0,
    }
}

/// Rows, subjects and objects of a pattern among the triples of a predicate.
fn in_segment(pattern: &Pattern, predicate: Id, version: &Version) -> (f64, f64, f64) {
    let Some(segment) = version.segment(predicate) else { return (0.0, 0.0, 0.0) };
    let rows = segment.count(pattern.subject.id(), pattern.object.id()) as f64;
    match (pattern.subject, pattern.object) {
        (Slot::Id(_), Slot::Id(_)) => (rows, 1.0, 1.0),
        (Slot::Id(_), Slot::Var(_)) => (rows, 1.0, rows),
        (Slot::Var(_), Slot::Id(_)) => (rows, rows, 1.0),
        (Slot::Var(_), Slot::Var(_)) => {
            let (subjects, objects) = (segment.distinct_subjects() as f64, segment.distinct_objects() as f64);
            match &pattern.objects {
                None => (rows, subjects, objects),
                Some(range) => {
                    let within = segment.rows_within(range.clone()).map(|rows| rows.len()).sum::<usize>() as f64;
                    // As many to each object as to others.
                    (within, subjects.min(within), objects * within / rows)
                }
            }
        }
    }
}

/// How many rows another endpoint is thought to answer.
const ANSWER: f64 = 100.0;

/// What a step reaches from a node, in one go and in all: rough, for nothing is known of chains.
const REACH: f64 = 5.0;

fn of_closure(closure: &Closure, version: &Version) -> Estimate {
    let size = step_size(&closure.step, version).max(1.0);
    let ends = usize::from(closure.subject.var().is_some()) + usize::from(closure.object.var().is_some());
    let rows = match ends {
        0 => 1.0,
        1 => size.min(20.0 * REACH),
        _ => size * REACH,
    };
    Estimate { rows, distinct: closure.vars().iter().map(|var| (var, size)).collect() }
}

fn step_size(step: &Step, version: &Version) -> f64 {
    match step {
        Step::Predicate(predicate) => version.count(*predicate) as f64,
        Step::Not(_) => version.len() as f64,
        Step::Reverse(step) | Step::Closure { step, .. } => step_size(step, version),
        Step::Sequence(a, b) | Step::Alternative(a, b) => step_size(a, version) + step_size(b, version),
    }
}
