//! In which order the parts of a group are joined: dynamic programming over left-deep orders where they are few, greedily
//! from the smallest where they are many.

use super::estimate::{Estimate, estimate, graph_of, joined_by};
use super::node::{Node, Var, Vars};
use crate::eval::plan::build::Shared;
use crate::index::Version;

/// The most parts whose orders are all looked at.
const ALL_ORDERS: usize = 10;

/// A part of a group as the search sees it.
struct Part {
    estimate: Estimate,
    vars: Vars,
    /// The one among them that stands for the triples' graph.
    graph: Option<Var>,
    /// Variables that must be bound before.
    needs: Vars,
    /// Whether it is looked up for each row, rather than computed by itself and joined.
    sought: bool,
}

/// How far a join has come.
#[derive(Clone)]
struct State {
    cost: f64,
    estimate: Estimate,
    bound: Vars,
    sequence: Vec<usize>,
}

/// The order in which to join the parts with rows that bind some variables, and what comes out.
pub fn order(parts: &[Node], bound: &[Var], rows: f64, version: &Version, shared: &Shared) -> (Vec<usize>, Estimate) {
    let mut parts: Vec<Part> = parts.iter().map(|node| Part::new(node, version, shared)).collect();
    // What nobody binds is not waited for.
    let mut all: Vars = bound.iter().copied().collect();
    parts.iter().for_each(|part| all.extend(&part.vars));
    parts.iter_mut().for_each(|part| part.needs.retain(|var| all.contains(var)));
    let start = State {
        cost: 0.0,
        estimate: Estimate::of_rows(rows),
        bound: bound.iter().copied().collect(),
        sequence: Vec::new(),
    };
    let end = match parts.len() {
        0 => start,
        1 => start.join(&parts, 0),
        few if few <= ALL_ORDERS => best(&parts, start),
        _ => greedy(&parts, start),
    };
    (end.sequence, end.estimate)
}

/// An order by chance, in which what waits for a variable comes after what binds it.
pub fn any(parts: &[Node], bound: &[Var], mut roll: impl FnMut(usize) -> usize) -> Vec<usize> {
    let (mut known, mut sequence): (Vars, Vec<usize>) = (bound.iter().copied().collect(), Vec::new());
    loop {
        let waits = |at: &usize| needs(&parts[*at]).iter().any(|var| !known.contains(var));
        let free: Vec<usize> = (0..parts.len()).filter(|at| !sequence.contains(at) && !waits(at)).collect();
        if free.is_empty() {
            return sequence;
        }
        let next = free[roll(free.len())];
        known.extend(parts[next].possible());
        sequence.push(next);
    }
}

/// The variables that must be bound before a node is joined.
fn needs(node: &Node) -> Vars {
    match node {
        Node::TripleTerm { term, .. } => Vars::from([*term]),
        other => other.asked(),
    }
}

impl Part {
    fn new(node: &Node, version: &Version, shared: &Shared) -> Self {
        let needs = needs(node);
        let sought = !matches!(
            node,
            Node::Values { .. }
                | Node::Distinct { .. }
                | Node::Slice { .. }
                | Node::Sort { .. }
                | Node::Aggregation { .. }
                | Node::EachGraph { .. }
                | Node::Lateral { .. }
        );
        Self { estimate: estimate(node, version, shared), vars: node.possible(), graph: graph_of(node), needs, sought }
    }
}

impl State {
    fn can_take(&self, part: &Part) -> bool {
        part.needs.iter().all(|var| self.bound.contains(var))
    }

    fn is_connected(&self, part: &Part) -> bool {
        self.bound.is_empty() || part.vars.is_empty() || part.vars.iter().any(|var| self.bound.contains(var))
    }

    /// Rows and cost after one more part.
    fn after(&self, part: &Part) -> (f64, f64) {
        let shared = joined_by(&part.vars, part.graph, |var| self.bound.contains(var));
        let rows = self.estimate.joined(&part.estimate, shared.into_iter());
        let work = if part.sought { self.estimate.rows } else { self.estimate.rows + 2.0 * part.estimate.rows };
        (rows, self.cost + work + rows)
    }

    fn join(&self, parts: &[Part], at: usize) -> Self {
        let part = &parts[at];
        let (rows, cost) = self.after(part);
        let mut next = self.clone();
        next.cost = cost;
        for var in &part.vars {
            let own = part.estimate.terms(*var);
            let terms = if self.bound.contains(var) { own.min(self.estimate.terms(*var)) } else { own };
            next.estimate.distinct.insert(*var, terms);
        }
        next.estimate.rows = rows;
        next.bound.extend(&part.vars);
        next.sequence.push(at);
        next
    }
}

/// The cheapest of all orders that take no product where they can do without.
fn best(parts: &[Part], start: State) -> State {
    let all = 1_usize << parts.len();
    let mut states: Vec<Option<State>> = vec![None; all];
    states[0] = Some(start.clone());
    for taken in 0..all {
        let Some(state) = states[taken].take() else { continue };
        if taken == all - 1 {
            return state;
        }
        for at in choices(parts, &state, |at| taken & (1 << at) == 0) {
            let next = &mut states[taken | 1 << at];
            let (_, cost) = state.after(&parts[at]);
            if next.as_ref().is_none_or(|known| cost < known.cost) {
                *next = Some(state.join(parts, at));
            }
        }
    }
    start
}

fn greedy(parts: &[Part], start: State) -> State {
    let mut state = start;
    while state.sequence.len() < parts.len() {
        let free = choices(parts, &state, |at| !state.sequence.contains(&at));
        let cost = |at: &usize| state.after(&parts[*at]).1;
        let Some(at) = free.into_iter().min_by(|a, b| cost(a).total_cmp(&cost(b))) else { break };
        state = state.join(parts, at);
    }
    state
}

/// The parts that may come next: those connected, if there are any.
fn choices(parts: &[Part], state: &State, is_free: impl Fn(usize) -> bool) -> Vec<usize> {
    let free: Vec<usize> = (0..parts.len()).filter(|at| is_free(*at) && state.can_take(&parts[*at])).collect();
    let connected: Vec<usize> = free.iter().copied().filter(|at| state.is_connected(&parts[*at])).collect();
    if connected.is_empty() { free } else { connected }
}
