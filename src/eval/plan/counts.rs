//! Count shortcuts: counts that the index knows without looking at rows: of the triples of a pattern, by predicate, by graph,
//! by subject or object.

use spargebra::algebra::AggregateFunction;

use super::build::Builder;
use super::estimate::Estimate;
use super::node::{Active, Aggregate, Node, Pattern, Slot, Var, Vars};
use super::planned::Plan;
use crate::eval::Context;
use crate::eval::operator::Rows;
use crate::index::{GraphFilter, Id, Segment};

impl Builder {
    /// The rows of an aggregation that needs no rows to count; none where it does.
    pub fn counted(&self, inner: &Node, keys: &[Var], aggregates: &[Aggregate], cx: &mut Context) -> Option<Plan> {
        let [aggregate] = aggregates else { return None };
        let pattern = only_pattern(inner)?;
        let slots = [pattern.subject, pattern.predicate, pattern.object];
        let vars: Vec<Var> = slots.iter().filter_map(|slot| slot.var()).collect();
        let is_once = (1..vars.len()).all(|at| !vars[..at].contains(&vars[at]));
        if !is_once || !pattern.excluded.is_empty() {
            return None;
        }
        let is_all = pattern.active == Active::Default && self.shared.dataset.default == GraphFilter::Any;
        let rows = match (keys, pattern.active) {
            ([], _) if is_all && let Some(count) = terms(aggregate, pattern, cx) => vec![(Id::UNBOUND, count)],
            _ if !counts_rows(aggregate, pattern) => return None,
            ([key], Active::Each(graph)) if *key == graph && vars.len() == 3 => self.by_graph(cx),
            (keys, _) if is_all => match keys {
                [] => vec![(Id::UNBOUND, all(pattern, cx))],
                [key] => by_key(pattern, *key, cx)?,
                _ => return None,
            },
            _ => return None,
        };
        let counts = rows.iter().map(|(_, count)| cx.integer(i64::try_from(*count).unwrap_or(i64::MAX))).collect();
        let mut columns: Vec<Vec<Id>> = keys.iter().map(|_| rows.iter().map(|(key, _)| *key).collect()).collect();
        columns.push(counts);
        let vars: Vec<Var> = keys.iter().copied().chain([aggregate.var]).collect();
        let certain: Vars = vars.iter().copied().collect();
        let op = Box::new(Rows::new(columns, rows.len()));
        let estimate = Estimate::of_rows(rows.len() as f64);
        let counts = self.step(|| "Counts".into(), op, (vars, certain), estimate, (Vec::new(), false));
        Some(counts.ascending(keys.first().copied()))
    }

    fn by_graph(&self, cx: &Context) -> Vec<(Id, usize)> {
        let graphs = cx.version().graphs().iter();
        let named = graphs.filter(|graph| graph.quads > 0 && self.shared.dataset.named.allows(graph.number));
        named.map(|graph| (graph.id, graph.quads)).collect()
    }
}

fn only_pattern(node: &Node) -> Option<&Pattern> {
    match node {
        Node::Pattern(pattern) => Some(pattern),
        Node::Group { parts, filters } if filters.is_empty() => match &parts[..] {
            [only] => only_pattern(only),
            _ => None,
        },
        _ => None,
    }
}

/// Whether it counts the pattern's rows: all of them, or the values of a variable of it, each row's once.
fn counts_rows(aggregate: &Aggregate, pattern: &Pattern) -> bool {
    let is_own = |var: Var| pattern.vars().contains(&var);
    let value = aggregate.expr.as_ref().map(|expr| expr.renames());
    match (&aggregate.function, value) {
        // Each triple is one, so that all rows differ where all variables tell them apart.
        (None, None) => !aggregate.distinct || pattern.vars().iter().all(|var| aggregate.all.contains(&var)),
        (Some(AggregateFunction::Count), Some(Some(var))) => !aggregate.distinct && is_own(var),
        _ => false,
    }
}

/// The different subjects or objects of a predicate, where it counts these.
fn terms(aggregate: &Aggregate, pattern: &Pattern, cx: &Context) -> Option<usize> {
    let (Slot::Var(subject), Slot::Id(predicate), Slot::Var(object)) =
        (pattern.subject, pattern.predicate, pattern.object)
    else {
        return None;
    };
    if !aggregate.distinct || aggregate.function != Some(AggregateFunction::Count) {
        return None;
    }
    let var = aggregate.expr.as_ref()?.renames()?;
    let segment = cx.version().segment(predicate);
    let of = |count: fn(&Segment) -> usize| segment.as_deref().map_or(0, count);
    match var {
        var if var == subject => Some(of(Segment::count_subjects)),
        var if var == object => Some(of(Segment::count_objects)),
        _ => None,
    }
}

/// The triples that fit a pattern whose variables are different ones.
fn all(pattern: &Pattern, cx: &Context) -> usize {
    let version = cx.version();
    match (pattern.subject, pattern.predicate, pattern.object) {
        (Slot::Var(_), Slot::Var(_), Slot::Var(_)) => version.len(),
        (Slot::Var(_), Slot::Id(predicate), Slot::Var(_)) => version.count(predicate),
        (_, Slot::Id(predicate), _) => version.segment(predicate).map_or(0, |segment| within(pattern, &segment)),
        (_, Slot::Var(_), _) => {
            let segments = version.predicates().iter().filter_map(|predicate| version.segment(*predicate));
            segments.map(|segment| within(pattern, &segment)).sum()
        }
    }
}

fn within(pattern: &Pattern, segment: &Segment) -> usize {
    segment.count(pattern.subject.id(), pattern.object.id())
}

/// Counts by the terms of a variable: a predicate, or the subject or object of one predicate's triples.
fn by_key(pattern: &Pattern, key: Var, cx: &Context) -> Option<Vec<(Id, usize)>> {
    let version = cx.version();
    if pattern.predicate == Slot::Var(key) {
        let each = version
            .predicates()
            .iter()
            .map(|predicate| (*predicate, version.segment(*predicate).map_or(0, |segment| within(pattern, &segment))));
        return Some(each.filter(|(_, count)| *count > 0).collect());
    }
    let Slot::Id(predicate) = pattern.predicate else { return None };
    let Some(segment) = version.segment(predicate) else { return Some(Vec::new()) };
    let ids = match (pattern.subject, pattern.object) {
        (Slot::Var(subject), Slot::Var(_)) if subject == key => segment.pso().key,
        (Slot::Var(_), Slot::Var(object)) if object == key => segment.pos().key,
        _ => return None,
    };
    Some(ids.chunk_by(|a, b| a == b).map(|run| (run[0], run.len())).collect())
}
