//! From the logical tree to operators.
//!
//! Everything is built on to an input: what binds nothing, a plan that came before, or a feed of another operator's rows.
//! A node is looked up along the rows of its input where that gives what the algebra asks for; else it is computed by itself
//! and joined.

use std::rc::Rc;
use std::sync::Arc;

use super::dataset::Dataset;
use super::estimate::{Estimate, estimate, graph_of, joined_by};
use super::names::Names;
use super::node::{Active, Closure, Condition, Node, Pattern, Slot, Var, Vars};
use crate::eval::explain::Told;
use crate::eval::operator::{
    ClosureJoin, CorrelateUnion, Empty, Feed, Graphs, HashJoin, IndexJoin, Lookup, Match, Reach, Rows, Scan, Source,
    Traced, TripleTerm, Union, Unit,
};
use crate::eval::{Column, Context, Functions, Operator, Service, Stop};
use crate::index::{GraphFilter, Id};

/// What all plans of one query share.
pub struct Shared {
    pub names: Names,
    pub dataset: Dataset,
    pub functions: Arc<Functions>,
    pub services: Option<Service>,
}

/// An operator and what is known of its rows.
pub struct Plan {
    pub op: Box<dyn Operator>,
    /// The variables of its columns.
    pub vars: Vec<Var>,
    /// Those that are bound in each row.
    pub certain: Vars,
    pub estimate: Estimate,
    pub told: Option<Rc<Told>>,
    /// Whether it is what a plan begins with: one row that binds nothing, or what is given beforehand.
    pub begins: bool,
    /// Whether it is asked again after its last row, as what a feed begins is.
    pub restarts: bool,
}

pub type Built = Result<Plan, Stop>;

/// Builds the plans of one query.
#[derive(Clone)]
pub struct Builder {
    pub shared: Rc<Shared>,
    /// The graph of the loop that it builds for.
    pub current: Option<u32>,
    /// Whether rows and times of steps are told.
    pub trace: bool,
    /// Variables that an EXISTS around has values for; all of its inside sees them.
    pub injected: Vars,
    /// Those among them that have one value in all of the plan; every part of it begins with them.
    pub given: Rc<[(Var, Id)]>,
    /// Whether it is the same how often a row comes.
    pub is_set: bool,
    fresh: u32,
}

/// Where variables of the builder begin.
const FRESH: u32 = 1 << 30;

impl Plan {
    pub fn column(&self, var: Var) -> Option<usize> {
        self.vars.iter().position(|own| *own == var)
    }

    pub fn unit() -> Self {
        Self {
            op: Box::new(Unit::default()),
            vars: Vec::new(),
            certain: Vars::new(),
            estimate: Estimate::of_rows(1.0),
            told: None,
            begins: true,
            restarts: false,
        }
    }

    pub fn fed(feed: Feed, vars: Vec<Var>, certain: Vars, estimate: Estimate) -> Self {
        Self { op: Box::new(feed), vars, certain, estimate, told: None, begins: false, restarts: true }
    }

    pub fn source(&self, slot: Slot) -> Source {
        match slot {
            Slot::Id(id) => Source::Id(id),
            Slot::Var(var) => self.column(var).map_or(Source::Any, Source::Column),
        }
    }

    /// The columns that are kept beside new values of some variables, and which of these are shown, each once.
    fn columns(&self, places: &[(usize, Var)], needed: &Vars) -> (Vec<usize>, Vec<usize>, Vec<Var>) {
        let is_new = |var: &Var| !self.certain.contains(var) && places.iter().any(|(_, place)| place == var);
        let kept: Vec<usize> =
            (0..self.vars.len()).filter(|at| needed.contains(&self.vars[*at]) && !is_new(&self.vars[*at])).collect();
        let mut vars: Vec<Var> = kept.iter().map(|at| self.vars[*at]).collect();
        let mut shown = Vec::new();
        for (place, var) in places {
            if needed.contains(var) && !vars.contains(var) {
                shown.push(*place);
                vars.push(*var);
            }
        }
        (kept, shown, vars)
    }

    /// Pairs of places that are one variable which the input does not fix.
    fn same(&self, places: &[(usize, Var)]) -> Vec<(usize, usize)> {
        let mut same = Vec::new();
        for (at, (place, var)) in places.iter().enumerate() {
            if let Some((other, _)) = places[..at].iter().find(|(_, known)| known == var)
                && !self.certain.contains(var)
            {
                same.push((*other, *place));
            }
        }
        same
    }
}

/// A pattern by itself whose rows are columns of the index as they stand there.
fn scan(input: &Plan, pattern: &Pattern, lookup: &Lookup, cx: &Context) -> Option<Scan> {
    let is_plain = matches!(lookup.graphs, Graphs::Filter(GraphFilter::Any)) && lookup.same.is_empty();
    if !input.begins || !input.vars.is_empty() || !is_plain {
        return None;
    }
    let bound = |slot: Slot| if let Slot::Id(id) = slot { Some(id) } else { None };
    let all = || cx.version().predicates().iter().copied().filter(|id| !pattern.excluded.contains(id)).collect();
    let predicates = bound(pattern.predicate).map_or_else(all, |predicate| vec![predicate]);
    Some(Scan::new(bound(pattern.subject), predicates, bound(pattern.object), lookup.shown.clone()))
}

impl Builder {
    pub fn new(shared: Rc<Shared>, trace: bool) -> Self {
        Self { shared, current: None, trace, injected: Vars::new(), given: Rc::new([]), is_set: false, fresh: FRESH }
    }

    /// What `build` builds where it is the same, or not, how often a row comes.
    pub fn counting<T>(&mut self, is_set: bool, build: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.is_set, is_set);
        let built = build(self);
        self.is_set = before;
        built
    }

    /// A variable of the builder's own.
    pub fn fresh(&mut self) -> Var {
        self.fresh += 1;
        Var(self.fresh)
    }

    pub fn name(&self, slot: Slot, cx: &Context) -> String {
        match slot {
            Slot::Id(id) => cx.term(id).to_string(),
            Slot::Var(var) => self.shared.names.name(var),
        }
    }

    /// A step upon others.
    pub fn step(
        &self,
        name: impl FnOnce() -> String,
        op: Box<dyn Operator>,
        (vars, certain): (Vec<Var>, Vars),
        estimate: Estimate,
        (children, restarts): (Vec<Option<Rc<Told>>>, bool),
    ) -> Plan {
        let certain: Vars = certain.into_iter().filter(|var| vars.contains(var)).collect();
        let mut plan = Plan { op, vars, certain, estimate, told: None, begins: false, restarts };
        if self.trace {
            let children = children.into_iter().flatten().collect();
            let told = Told::new(name(), plan.estimate.rows, children);
            plan.told = Some(told.clone());
            plan.op = Box::new(Traced { inner: plan.op, told });
        }
        plan
    }

    fn empty(&self, input: Plan, needed: &Vars) -> Plan {
        let vars = input.vars.iter().copied().filter(|var| needed.contains(var)).collect::<Vec<_>>();
        let certain = vars.iter().copied().collect();
        // What feeds it must be emptied.
        let op: Box<dyn Operator> =
            if input.restarts { Box::new(super::drain::Drain(input.op)) } else { Box::new(Empty) };
        self.step(|| "Nothing".into(), op, (vars, certain), Estimate::of_rows(0.0), (Vec::new(), input.restarts))
    }

    /// A node by itself.
    pub fn build(&mut self, node: &Node, needed: &Vars, cx: &mut Context) -> Built {
        self.extend(self.begin(), node, needed, cx)
    }

    /// One row: what is given beforehand.
    fn begin(&self) -> Plan {
        Self::row(self.given.iter().copied())
    }

    /// One row of these values.
    pub fn row(values: impl Iterator<Item = (Var, Id)>) -> Plan {
        let mut plan = Plan::unit();
        let mut columns = Vec::new();
        for (var, id) in values {
            if id.is_bound() {
                plan.certain.insert(var);
            }
            plan.vars.push(var);
            columns.push(Column::Constant(id));
        }
        if !columns.is_empty() {
            plan.op = Box::new(Rows::of(columns, 1));
        }
        plan
    }

    /// A node joined to an input. `needed` are the variables that are looked at afterwards.
    pub fn extend(&mut self, input: Plan, node: &Node, needed: &Vars, cx: &mut Context) -> Built {
        cx.check()?;
        if !input.begins && (!self.may_go_along(node, &input.vars) || self.may_stand_alone(node) && cx.choose(false)) {
            return self.join_computed(input, node, needed, cx);
        }
        match node {
            Node::Minus { right, .. } if self.sees_outer(right) => self.for_each(input, node, needed, cx),
            Node::Pattern(pattern) => Ok(self.pattern(input, pattern, needed, cx)),
            Node::Closure(closure) => self.closure(input, closure, needed, cx),
            Node::Group { parts, filters } => self.group(input, parts, filters, needed, cx),
            Node::LeftJoin { left, right, conditions } => self.left_join(input, (left, right), conditions, needed, cx),
            Node::Minus { left, right } => self.minus(input, left, right, needed, cx),
            Node::Union(parts) => self.union(input, parts, needed, cx),
            Node::Extend { inner, var, expr } => self.bind(input, inner, (*var, expr), needed, cx),
            Node::TripleTerm { term, parts } => self.triple_term(input, *term, parts, needed, cx),
            Node::GraphExists(Some(_)) => Ok(input),
            Node::GraphExists(None) => Ok(self.empty(input, needed)),
            Node::Service(remote) => Ok(self.service(input, remote, needed, cx)),
            other => {
                let plan = self.computed(other, needed, cx)?;
                // It need not have met what is given.
                Ok(if self.given.is_empty() { plan } else { self.hash_join(input, plan, needed, cx) })
            }
        }
    }

    /// Whether joining a node along rows that bind some variables gives the rows of the join: nothing within may see a
    /// value from outside that it would not see alone.
    pub fn may_go_along(&self, node: &Node, outer: &[Var]) -> bool {
        let outer: Vars = outer.iter().copied().filter(|var| !self.injected.contains(var)).collect();
        let fixed = |vars: Vars, certain: &Vars| vars.iter().all(|var| certain.contains(var) || !outer.contains(var));
        match node {
            Node::Pattern(_)
            | Node::Closure(_)
            | Node::Union(_)
            | Node::GraphExists(_)
            | Node::Service(_)
            | Node::TripleTerm { .. } => true,
            Node::Group { parts, filters } => {
                let certain: Vars = parts.iter().flat_map(Node::certain).collect();
                filters.iter().all(|filter| fixed(&filter.condition.vars() & &filter.visible, &certain))
            }
            Node::LeftJoin { left, right, conditions } => {
                let (certain, visible) = (left.certain(), &left.possible() | &right.possible());
                fixed(right.possible(), &certain)
                    && conditions.iter().all(|condition| fixed(&condition.vars() & &visible, &certain))
            }
            Node::Minus { left, right } => fixed(right.possible(), &left.certain()),
            Node::Extend { inner, var, expr } => {
                !outer.contains(var) && fixed(&expr.vars & &inner.possible(), &inner.certain())
            }
            _ => false,
        }
    }

    /// Whether a node gives the same rows by itself, joined later.
    fn may_stand_alone(&self, node: &Node) -> bool {
        let is_open = matches!(node, Node::TripleTerm { .. } | Node::GraphExists(_) | Node::Service(_));
        !is_open && node.asked().is_empty() && !self.sees_outer(node)
    }

    /// A node that is computed by itself and joined.
    fn join_computed(&mut self, input: Plan, node: &Node, needed: &Vars, cx: &mut Context) -> Built {
        if self.sees_outer(node) {
            return self.for_each(input, node, needed, cx);
        }
        let shared = input.vars.iter().copied().collect::<Vars>();
        let own = &(&node.possible() & &shared) | needed;
        let right = self.build(node, &own, cx)?;
        Ok(self.hash_join(input, right, needed, cx))
    }

    /// Whether a node would give other rows if it were computed without the values that an EXISTS or LATERAL around it has.
    pub fn sees_outer(&self, node: &Node) -> bool {
        if self.injected.is_empty() {
            return false;
        }
        let is_given = |var: &Var| self.given.iter().any(|(given, _)| given == var);
        let open: Vars = self.injected.iter().copied().filter(|var| !is_given(var)).collect();
        !(&(&node.mentioned() - &node.possible()) & &open).is_empty() || node.depends_on(&open)
    }

    /// How rows of two plans match.
    pub fn matching(probe: &Plan, table: &Plan) -> Match {
        let mut matching = Match::default();
        for (own, var) in probe.vars.iter().enumerate() {
            let Some(other) = table.column(*var) else { continue };
            if probe.certain.contains(var) && table.certain.contains(var) {
                matching.keys.push((own, other));
            } else {
                matching.checks.push((own, other));
            }
        }
        matching
    }

    pub fn hash_join(&self, left: Plan, right: Plan, needed: &Vars, cx: &mut Context) -> Plan {
        let swap = !left.restarts && cx.choose(left.estimate.rows < right.estimate.rows);
        let (probe, table) = if swap { (right, left) } else { (left, right) };
        let matching = Self::matching(&probe, &table);
        let (vars, shown) = super::rows::shown(&probe, &table, needed);
        let shared = probe.vars.iter().copied().filter(|var| table.vars.contains(var));
        let mut estimate = Estimate::of_rows(probe.estimate.joined(&table.estimate, shared));
        estimate.distinct = table.estimate.distinct.clone();
        estimate.distinct.extend(&probe.estimate.distinct);
        let certain = &probe.certain | &table.certain;
        let keys: Vec<Var> = matching.keys.iter().map(|(own, _)| probe.vars[*own]).collect();
        let names = || keys.iter().map(|var| self.shared.names.name(*var)).collect::<Vec<_>>().join(" ");
        let name = || format!("HashJoin({})", names());
        let told = vec![probe.told.clone(), table.told.clone()];
        let restarts = probe.restarts;
        let op = HashJoin::new(restarts, probe.op, (table.op, table.vars.len()), matching, shown);
        self.step(name, Box::new(op), (vars, certain), estimate, (told, restarts))
    }

    fn graphs(&self, active: Active) -> Option<GraphFilter> {
        match active {
            Active::Default => Some(self.shared.dataset.default.clone()),
            Active::One(number) => number.map(GraphFilter::One),
            Active::Current => self.current.map(GraphFilter::One),
            Active::Each(_) => Some(self.shared.dataset.named.clone()),
        }
    }

    fn pattern(&mut self, input: Plan, pattern: &Pattern, needed: &Vars, cx: &Context) -> Plan {
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
        let bound = joined_by(&shared, graph_of(&node), |var| input.vars.contains(var));
        let rows = input.estimate.joined(&own, bound.into_iter());
        let mut estimate = Estimate { rows, distinct: input.estimate.distinct.clone() };
        for var in &shared {
            let terms = own.terms(*var);
            let terms = if input.vars.contains(var) { terms.min(input.estimate.terms(*var)) } else { terms };
            estimate.distinct.insert(*var, terms);
        }
        let certain = &input.certain | &shared;
        let name = || {
            let kind = if input.begins { "Scan" } else { "IndexJoin" };
            format!("{kind}({})", slots.map(|slot| self.name(slot, cx)).join(" "))
        };
        let (told, restarts) = (vec![input.told.clone()], input.restarts);
        let name = name();
        let op: Box<dyn Operator> = match scan(&input, pattern, &lookup, cx) {
            Some(scan) => Box::new(scan),
            None => Box::new(IndexJoin::new(input.op, lookup)),
        };
        self.step(|| name, op, (vars, certain), estimate, (told, restarts))
    }

    fn closure(&mut self, input: Plan, closure: &Closure, needed: &Vars, cx: &Context) -> Built {
        let Some(graphs) = self.graphs(closure.active) else { return Ok(self.empty(input, needed)) };
        let places: Vec<(usize, Var)> = [closure.subject, closure.object]
            .iter()
            .enumerate()
            .filter_map(|(at, slot)| Some((at, slot.var()?)))
            .collect();
        let (kept, shown, vars) = input.columns(&places, needed);
        let ends = [input.source(closure.subject), input.source(closure.object)];
        let same = closure.subject.var().is_some() && closure.subject == closure.object;
        let reach = Reach { step: closure.step.clone(), zero: closure.zero, once: closure.once, graphs };
        let own = estimate(&Node::Closure(closure.clone()), cx.version(), &self.shared);
        let all = closure.vars();
        let rows = input.estimate.joined(&own, all.iter().copied().filter(|var| input.vars.contains(var)));
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
        let op = ClosureJoin { input: input.op, reach, ends, same, kept, shown, state: None };
        Ok(self.step(|| name, Box::new(op), (vars, certain), estimate, (told, restarts)))
    }

    fn triple_term(&mut self, input: Plan, term: Var, parts: &[Slot; 3], needed: &Vars, cx: &Context) -> Built {
        // Where no row can bind it, there is none.
        let Some(at) = input.column(term) else { return Ok(self.empty(input, needed)) };
        let places: Vec<(usize, Var)> =
            parts.iter().enumerate().filter_map(|(place, slot)| Some((place, slot.var()?))).collect();
        let (kept, shown, vars) = input.columns(&places, needed);
        let certain = places.iter().map(|(_, var)| *var).chain(input.certain.iter().copied()).collect();
        let name = format!("TripleTerm({})", parts.map(|slot| self.name(slot, cx)).join(" "));
        let (told, restarts, estimate) = (vec![input.told.clone()], input.restarts, input.estimate.clone());
        let same = input.same(&places);
        let op =
            TripleTerm { term: at, places: parts.map(|slot| input.source(slot)), same, kept, shown, input: input.op };
        Ok(self.step(|| name, Box::new(op), (vars, certain), estimate, (told, restarts)))
    }

    fn union(&mut self, input: Plan, parts: &[Node], needed: &Vars, cx: &mut Context) -> Built {
        let mut plans = Vec::new();
        let mut feeds = Vec::new();
        for part in parts {
            let begin = if input.begins {
                self.begin()
            } else {
                let feed = Feed::default();
                feeds.push(feed.clone());
                Plan::fed(feed, input.vars.clone(), input.certain.clone(), input.estimate.clone())
            };
            plans.push(self.extend(begin, part, needed, cx)?);
        }
        let mut vars: Vec<Var> = Vec::new();
        for var in plans.iter().flat_map(|plan| &plan.vars).filter(|var| needed.contains(var)) {
            if !vars.contains(var) {
                vars.push(*var);
            }
        }
        let certain = plans.iter().map(|plan| plan.certain.clone()).reduce(|a, b| &a & &b).unwrap_or_default();
        let rows = plans.iter().map(|plan| plan.estimate.rows).sum();
        let mut told: Vec<_> = vec![input.told.clone()];
        told.extend(plans.iter().map(|plan| plan.told.clone()));
        let columns = |plan: &Plan| vars.iter().map(|var| plan.column(*var)).collect();
        let parts =
            plans.into_iter().map(|plan| (columns(&plan), plan.op)).map(|(columns, op)| (op, columns)).collect();
        let op: Box<dyn Operator> = if input.begins {
            Box::new(Union { parts, at: 0 })
        } else {
            Box::new(CorrelateUnion { input: input.op, feeds, parts, at: None })
        };
        Ok(self.step(|| "Union".into(), op, (vars, certain), Estimate::of_rows(rows), (told, input.restarts)))
    }

    /// Whether a condition can be decided although some parts are still to be joined.
    pub fn is_ready<'a>(
        &self,
        condition: &Condition,
        visible: &Vars,
        plan: &Plan,
        mut rest: impl Iterator<Item = &'a Node>,
    ) -> bool {
        let looked_at = &condition.vars() & &(visible | &self.injected);
        let open: Vars = looked_at.into_iter().filter(|var| !plan.certain.contains(var)).collect();
        open.is_empty() || !rest.any(|part| !part.possible().is_disjoint(&open))
    }
}
