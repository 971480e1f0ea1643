//! Access paths: what is looked up in the index: triple patterns, paths, and the parts of triple terms.

use super::build::Builder;
use super::estimate::{Estimate, estimate, graph_of, joined_by};
use super::node::{Active, Closure, Node, Pattern, Slot, Var, Vars};
use super::planned::{Built, Plan};
use crate::eval::operator::{ClosureJoin, Graphs, IndexJoin, Lookup, Reach, Scan, TripleTerm};
use crate::eval::{Context, Operator};
use crate::index::GraphFilter;

/// A pattern by itself whose rows are columns of the index as they stand there.
fn scan(input: &Plan, pattern: &Pattern, lookup: &Lookup, cx: &Context) -> Option<Scan> {
    let is_plain = matches!(lookup.graphs, Graphs::Filter(GraphFilter::Any)) && lookup.same.is_empty();
    if !input.begins || !input.vars.is_empty() || !is_plain {
        return None;
    }
    let bound = |slot: Slot| if let Slot::Id(id) = slot { Some(id) } else { None };
    let all = || cx.version().predicates().iter().copied().filter(|id| !pattern.excluded.contains(id)).collect();
    let predicates = bound(pattern.predicate).map_or_else(all, |predicate| vec![predicate]);
    let objects = pattern.objects.clone().filter(|_| pattern.predicate.var().is_none());
    Some(Scan::new(bound(pattern.subject), predicates, (bound(pattern.object), objects), lookup.shown.clone()))
}

/// The variable by which the rows of a scan ascend.
fn ascends_by(pattern: &Pattern) -> Option<Var> {
    match (pattern.subject, pattern.predicate, pattern.object) {
        (_, Slot::Var(_), _) => None,
        (Slot::Var(_), _, Slot::Var(object)) if pattern.objects.is_some() => Some(object),
        (Slot::Var(subject), ..) => Some(subject),
        (Slot::Id(_), _, object) => object.var(),
    }
}

impl Builder {
    fn graphs(&self, active: Active) -> Option<GraphFilter> {
        match active {
            Active::Default => Some(self.shared.dataset.default.clone()),
            Active::One(number) => number.map(GraphFilter::One),
            Active::Current => self.current.map(GraphFilter::One),
            Active::Each(_) => Some(self.shared.dataset.named.clone()),
        }
    }

    pub fn pattern(&self, input: Plan, pattern: &Pattern, needed: &Vars, cx: &Context) -> Plan {
        let Some(filter) = self.graphs(pattern.active) else { return self.empty(input, needed) };
        let slots = [pattern.subject, pattern.predicate, pattern.object];
        let mut places: Vec<(usize, Var)> =
            slots.iter().enumerate().filter_map(|(place, slot)| Some((place, slot.var()?))).collect();
        let graphs = match pattern.active {
            Active::Each(var) => {
                places.push((3, var));
                Graphs::Each(input.source(Slot::Var(var)), filter)
            }
            _ => Graphs::Filter(filter),
        };
        let (kept, shown, vars) = input.columns(&places, needed);
        let lookup = Lookup {
            places: slots.map(|slot| input.source(slot)),
            excluded: pattern.excluded.clone(),
            graphs,
            same: input.same(&places),
            kept,
            shown,
        };
        let node = Node::Pattern(pattern.clone());
        let own = estimate(&node, cx.version(), &self.shared);
        let shared = places.iter().map(|(_, var)| *var).collect::<Vars>();
        let bound = joined_by(&shared, &graph_of(&node), |var| input.vars.contains(var));
        let rows = input.estimate.joined(&own, bound.iter());
        let mut estimate = Estimate { rows, distinct: input.estimate.distinct.clone() };
        for var in &shared {
            let terms = own.terms(var);
            let terms = if input.vars.contains(&var) { terms.min(input.estimate.terms(var)) } else { terms };
            estimate.distinct.insert(var, terms);
        }
        let certain = &input.certain | &shared;
        let name = || {
            let kind = match input.begins {
                true if pattern.objects.is_some() => "RangeScan",
                true => "Scan",
                false => "IndexJoin",
            };
            format!("{kind}({})", slots.map(|slot| self.name(slot, cx)).join(" "))
        };
        let (told, restarts) = (vec![input.told.clone()], input.restarts);
        let name = name();
        let (op, sorted): (Box<dyn Operator>, _) = match scan(&input, pattern, &lookup, cx) {
            Some(scan) => (Box::new(scan), ascends_by(pattern)),
            None => (Box::new(IndexJoin::new(input.op, lookup)), input.sorted),
        };
        self.step(|| name, op, (vars, certain), estimate, (told, restarts)).ascending(sorted)
    }

    pub fn closure(&self, input: Plan, closure: &Closure, needed: &Vars, cx: &Context) -> Built {
        let Some(graphs) = self.graphs(closure.active) else { return Ok(self.empty(input, needed)) };
        let places: Vec<(usize, Var)> = [closure.subject, closure.object]
            .iter()
            .enumerate()
            .filter_map(|(at, slot)| Some((at, slot.var()?)))
            .collect();
        let (kept, shown, vars) = input.columns(&places, needed);
        let ends = [input.source(closure.subject), input.source(closure.object)];
        let same = closure.subject.var().is_some() && closure.subject == closure.object;
        let is_named = |slot: Slot| slot.var().is_none_or(|var| self.injected.contains(&var));
        let named = [closure.subject, closure.object].map(is_named);
        let reach = Reach { step: closure.step.clone(), zero: closure.zero, once: closure.once, graphs };
        let own = estimate(&Node::Closure(closure.clone()), cx.version(), &self.shared);
        let all = closure.vars();
        let rows = input.estimate.joined(&own, all.iter().filter(|var| input.vars.contains(var)));
        let estimate = Estimate { rows, distinct: input.estimate.distinct.clone() };
        let certain = &input.certain | &all;
        let name = format!(
            "Path({} {} {})",
            self.name(closure.subject, cx),
            if closure.once {
                "?"
            } else if closure.zero {
                "*"
            } else {
                "+"
            },
            self.name(closure.object, cx)
        );
        let (told, restarts) = (vec![input.told.clone()], input.restarts);
        let op = ClosureJoin { input: input.op, reach, ends, named, same, kept, shown, state: None };
        Ok(self.step(|| name, Box::new(op), (vars, certain), estimate, (told, restarts)))
    }

    pub fn triple_term(&self, input: Plan, term: Var, parts: &[Slot; 3], needed: &Vars, cx: &Context) -> Built {
        // Where no row can bind it, there is none.
        let Some(at) = input.column(term) else { return Ok(self.empty(input, needed)) };
        let places: Vec<(usize, Var)> =
            parts.iter().enumerate().filter_map(|(place, slot)| Some((place, slot.var()?))).collect();
        let (kept, shown, vars) = input.columns(&places, needed);
        let certain = places.iter().map(|(_, var)| *var).chain(input.certain.iter()).collect();
        let name = format!("TripleTerm({})", parts.map(|slot| self.name(slot, cx)).join(" "));
        let (told, restarts, estimate) = (vec![input.told.clone()], input.restarts, input.estimate.clone());
        let same = input.same(&places);
        let op =
            TripleTerm { term: at, places: parts.map(|slot| input.source(slot)), same, kept, shown, input: input.op };
        Ok(self.step(|| name, Box::new(op), (vars, certain), estimate, (told, restarts)))
    }
}
