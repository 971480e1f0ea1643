//! Join ordering: in which order the parts of a group are joined: dynamic programming where they are few, greedily from the
//! smallest where they are many.

use std::sync::Arc;

use super::estimate::{Estimate, estimate, graph_of, joined_by};
use super::node::{Node, Pattern, Slot, Var, Vars};
use super::shared::Shared;
use crate::index::{Segment, Version};

/// The most parts whose left-deep orders are all looked at.
const ALL_ORDERS: usize = 10;
/// The most parts of which some may be joined among themselves before they meet the others.
const ALL_TREES: usize = 7;

/// How many rows to a term are taken for many, where there are so many rows that it is worth a look at the triples.
const REPEATED: f64 = 1.5;
const MANY: f64 = 1_000.0;

/// A step of a join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The next part, by its place.
    Part(usize),
    /// Parts that are joined by themselves, and then with what there is.
    Apart(Vec<Step>),
}

impl Step {
    /// The parts in it.
    pub fn parts(&self) -> Vec<usize> {
        match self {
            Self::Part(at) => vec![*at],
            Self::Apart(steps) => steps.iter().flat_map(Self::parts).collect(),
        }
    }
}

/// An order, what comes out, and what it costs: rows that are made, and twice those that are kept in tables.
pub struct Order {
    pub steps: Vec<Step>,
    pub estimate: Estimate,
    pub cost: f64,
}

/// What a join begins with.
#[derive(Clone, Copy)]
pub struct Begin<'a> {
    pub bound: &'a [Var],
    /// Of the rows that bind these; none is one row.
    pub estimate: Option<&'a Estimate>,
    /// Whether parts may be joined by themselves first: where nothing is given from without.
    pub apart: bool,
}

impl Begin<'_> {
    /// Nothing.
    pub const ALONE: Self = Self { bound: &[], estimate: None, apart: true };
}

/// A part of a group as the search sees it.
struct Part {
    rows: f64,
    vars: Vars,
    terms: Vec<Terms>,
    /// The variable among them that stands for the triples' graph.
    graph: Vars,
    /// Variables that must be bound before.
    needs: Vars,
    /// Whether it is looked up for each row, rather than computed by itself and joined.
    sought: bool,
    stands_alone: bool,
}

/// The terms of a variable in a part.
struct Terms {
    /// The variable's place.
    at: usize,
    /// How many there are.
    distinct: f64,
    /// The triples among which they stand, and whether as objects, if that is all that is asked.
    triples: Option<(Arc<Segment>, bool)>,
}

/// How far a join has come.
#[derive(Clone)]
struct State {
    cost: f64,
    rows: f64,
    bound: Vars,
    /// The distinct terms of all variables, by their places.
    terms: Vec<f64>,
    last: Last,
}

/// What came last.
#[derive(Clone, Copy)]
enum Last {
    Begin,
    Part(usize),
    /// A set of parts that were joined by themselves.
    Apart(usize),
}

struct Search<'a> {
    parts: Vec<Part>,
    /// All variables.
    vars: Vec<Var>,
    begin: Begin<'a>,
}

/// The order in which to join the parts.
pub fn order(parts: &[Node], begin: Begin<'_>, version: &Version, shared: &Shared) -> Order {
    let search = Search::new(parts, begin, version, shared);
    let (steps, end) = match parts.len() {
        0 => (Vec::new(), search.start()),
        few if few <= ALL_ORDERS => search.best(),
        _ => search.greedy(),
    };
    let bound = search.vars.iter().enumerate().filter(|(_, var)| end.bound.contains(var));
    let distinct = bound.map(|(at, var)| (*var, end.terms[at])).collect();
    Order { steps, estimate: Estimate { rows: end.rows, distinct }, cost: end.cost }
}

/// An order by chance, in which what waits for a variable comes after what binds it.
pub fn any(parts: &[Node], begin: Begin<'_>, mut roll: impl FnMut(usize) -> usize) -> Vec<Step> {
    let (mut known, mut sequence): (Vars, Vec<usize>) = (begin.bound.iter().copied().collect(), Vec::new());
    loop {
        let waits = |at: &usize| !needs(&parts[*at]).is_subset(&known);
        let free: Vec<usize> = (0..parts.len()).filter(|at| !sequence.contains(at) && !waits(at)).collect();
        if free.is_empty() {
            break;
        }
        let next = free[roll(free.len())];
        known.add(&parts[next].possible());
        sequence.push(next);
    }
    let mut steps: Vec<Step> = sequence.iter().copied().map(Step::Part).collect();
    if begin.apart && steps.len() > 1 {
        let apart = steps.split_off(1 + roll(sequence.len() - 1));
        match apart.iter().flat_map(Step::parts).all(|at| parts[at].stands_alone()) {
            true => steps.push(Step::Apart(apart)),
            false => steps.extend(apart),
        }
    }
    steps
}

/// The variables that must be bound before a node is joined.
fn needs(node: &Node) -> Vars {
    match node {
        Node::TripleTerm { term, .. } => Vars::from([*term]),
        other => other.asked(),
    }
}

/// The triples among which a variable stands, and whether as their object, where that is all that a node asks of them.
fn triples_of(node: &Node, var: Var, version: &Version) -> Option<(Arc<Segment>, bool)> {
    let Node::Pattern(Pattern { subject: Slot::Var(subject), predicate: Slot::Id(predicate), object, .. }) = node
    else {
        return None;
    };
    let Slot::Var(object) = object else { return None };
    let is_one = subject != object && (var == *subject || var == *object);
    if is_one { Some((version.segment(*predicate)?, var == *object)) } else { None }
}

impl Part {
    fn new(node: &Node, vars: &[Var], version: &Version, shared: &Shared) -> Self {
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
        let (own, estimate) = (node.possible(), estimate(node, version, shared));
        let place = |var: Var| vars.iter().position(|other| *other == var);
        let of = |var: Var| {
            let (distinct, triples) = (estimate.terms(var), triples_of(node, var, version));
            Some(Terms { at: place(var)?, distinct, triples })
        };
        let terms = own.iter().filter_map(of).collect();
        Self {
            rows: estimate.rows,
            vars: own,
            terms,
            graph: graph_of(node),
            needs: needs(node),
            sought,
            stands_alone: node.stands_alone(),
        }
    }
}

impl State {
    fn terms(&self, at: usize) -> f64 {
        self.terms[at].min(self.rows).max(1.0)
    }

    fn can_take(&self, part: &Part) -> bool {
        part.needs.is_subset(&self.bound)
    }

    fn is_connected(&self, part: &Part) -> bool {
        self.bound.is_empty() || part.vars.is_empty() || !part.vars.is_disjoint(&self.bound)
    }

    /// With the variables of another that it is joined with, and the rows and cost of both.
    fn with(&self, vars: &Vars, terms: impl Iterator<Item = (usize, f64, bool)>, (rows, cost): (f64, f64)) -> Self {
        let mut next = self.clone();
        for (at, own, is_bound) in terms {
            next.terms[at] = if is_bound { own.min(self.terms(at)) } else { own };
        }
        next.bound.add(vars);
        (next.rows, next.cost) = (rows, cost);
        next
    }
}

impl<'a> Search<'a> {
    fn new(nodes: &[Node], begin: Begin<'a>, version: &Version, shared: &Shared) -> Self {
        let mut all: Vars = begin.bound.iter().copied().collect();
        nodes.iter().for_each(|node| all.add(&node.possible()));
        let vars: Vec<Var> = all.iter().collect();
        let mut parts: Vec<Part> = nodes.iter().map(|node| Part::new(node, &vars, version, shared)).collect();
        // What nobody binds is not waited for.
        parts.iter_mut().for_each(|part| part.needs = &part.needs & &all);
        Self { parts, vars, begin }
    }

    fn start(&self) -> State {
        let bound = self.begin.bound.iter().copied().collect();
        let rows = self.begin.estimate.map_or(1.0, |estimate| estimate.rows);
        let terms = |var: &Var| self.begin.estimate.map_or(rows, |estimate| estimate.terms(*var));
        State { cost: 0.0, rows, bound, terms: self.vars.iter().map(terms).collect(), last: Last::Begin }
    }

    /// Rows and cost after one more part.
    fn after(&self, state: &State, part: &Part) -> (f64, f64) {
        let shared = joined_by(&part.vars, &part.graph, |var| state.bound.contains(var));
        let joined = || part.terms.iter().filter(|terms| shared.contains(&self.vars[terms.at]));
        let mut rows =
            joined().fold(state.rows * part.rows, |rows, terms| rows / state.terms(terms.at).max(terms.distinct));
        if let (Some(Terms { at, distinct, triples: Some((segment, by_object)) }), 1) =
            (joined().next(), joined().count())
            && state.rows > MANY
            && state.rows > REPEATED * state.terms(*at)
        {
            // Terms that come again and again are mostly those that have most.
            let mean = (part.rows / distinct).max(1.0);
            rows *= (segment.weighted_fan_out(*by_object) / mean).max(1.0);
        }
        let work = if part.sought { state.rows } else { state.rows + 2.0 * part.rows };
        (rows, state.cost + work + rows)
    }

    fn join(&self, state: &State, at: usize, after: (f64, f64)) -> State {
        let part = &self.parts[at];
        let terms =
            part.terms.iter().map(|terms| (terms.at, terms.distinct, state.bound.contains(&self.vars[terms.at])));
        State { last: Last::Part(at), ..state.with(&part.vars, terms, after) }
    }

    /// Rows and cost where both sides are computed and joined.
    fn both(&self, a: &State, b: &State) -> (f64, f64) {
        let mut graphs = Vars::new();
        self.parts.iter().for_each(|part| graphs.add(&part.graph));
        let bound = joined_by(&a.bound, &graphs, |var| b.bound.contains(var));
        let shared = (0..self.vars.len()).filter(|at| bound.contains(&self.vars[*at]));
        let rows = shared.fold(a.rows * b.rows, |rows, at| rows / a.terms(at).max(b.terms(at)));
        (rows, a.cost + b.cost + a.rows.max(b.rows) + 2.0 * a.rows.min(b.rows) + rows)
    }

    /// The cheapest of all orders that take no product where they can do without.
    fn best(&self) -> (Vec<Step>, State) {
        let all = (1_usize << self.parts.len()) - 1;
        let mut states: Vec<Option<State>> = vec![None; all + 1];
        states[0] = Some(self.start());
        for taken in 0..all {
            self.meet(taken, &mut states);
            let Some(state) = states[taken].take() else { continue };
            for at in self.choices(&state, |at| taken & (1 << at) == 0) {
                let after = self.after(&state, &self.parts[at]);
                let next = &mut states[taken | 1 << at];
                if next.as_ref().is_none_or(|known| after.1 < known.cost) {
                    *next = Some(self.join(&state, at, after));
                }
            }
            states[taken] = Some(state);
        }
        self.meet(all, &mut states);
        match states[all].clone() {
            Some(end) => (steps(&states, all), end),
            // Some wait for each other.
            None => self.greedy(),
        }
    }

    /// Looks at joining two sets of parts, each joined by itself.
    fn meet(&self, taken: usize, states: &mut [Option<State>]) {
        let is_few = self.parts.len() <= ALL_TREES && taken.count_ones() > 3;
        if !is_few || !self.begin.apart || self.parts.iter().any(|part| !part.stands_alone) {
            return;
        }
        let mut one = (taken - 1) & taken;
        while one > 0 {
            let other = taken & !one;
            if one > other
                && other.count_ones() > 1
                && let (Some(a), Some(b)) = (&states[one], &states[other])
                && !a.bound.is_disjoint(&b.bound)
            {
                let after = self.both(a, b);
                if states[taken].as_ref().is_none_or(|known| after.1 < known.cost) {
                    let own = |at: &usize| b.bound.contains(&self.vars[*at]);
                    let terms = (0..self.vars.len()).filter(own);
                    let terms = terms.map(|at| (at, b.terms(at), a.bound.contains(&self.vars[at])));
                    states[taken] = Some(State { last: Last::Apart(other), ..a.with(&b.bound, terms, after) });
                }
            }
            one = (one - 1) & taken;
        }
    }

    fn greedy(&self) -> (Vec<Step>, State) {
        let (mut state, mut sequence) = (self.start(), Vec::new());
        loop {
            let free = self.choices(&state, |at| !sequence.contains(&at));
            let after = free.into_iter().map(|at| (at, self.after(&state, &self.parts[at])));
            let Some((at, after)) = after.min_by(|a, b| a.1.1.total_cmp(&b.1.1)) else { break };
            state = self.join(&state, at, after);
            sequence.push(at);
        }
        (sequence.into_iter().map(Step::Part).collect(), state)
    }

    /// The parts that may come next: those connected, if there are any.
    fn choices(&self, state: &State, is_free: impl Fn(usize) -> bool) -> Vec<usize> {
        let free: Vec<usize> =
            (0..self.parts.len()).filter(|at| is_free(*at) && state.can_take(&self.parts[*at])).collect();
        let connected: Vec<usize> = free.iter().copied().filter(|at| state.is_connected(&self.parts[*at])).collect();
        if connected.is_empty() { free } else { connected }
    }
}

/// The steps that led to a set of parts.
fn steps(states: &[Option<State>], taken: usize) -> Vec<Step> {
    let last = states[taken].as_ref().map_or(Last::Begin, |state| state.last);
    let (before, step) = match last {
        Last::Begin => return Vec::new(),
        Last::Part(at) => (taken & !(1 << at), Step::Part(at)),
        Last::Apart(other) => (taken & !other, Step::Apart(steps(states, other))),
    };
    let mut all = steps(states, before);
    all.push(step);
    all
}
