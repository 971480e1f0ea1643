//! Physical planning: from the logical tree to operators.
//!
//! Everything is built on to an input: what binds nothing, a plan that came before, or a feed of another operator's rows.
//! A node is looked up along the rows of its input where that gives what the algebra asks for; else it is computed by itself
//! and joined.

use std::rc::Rc;

use super::estimate::Estimate;
use super::group::certain_in;
use super::node::{Node, Slot, Var, Vars};
use super::planned::{Built, Plan};
use super::shared::Shared;
use crate::eval::explain::Told;
use crate::eval::operator::{CorrelateUnion, Empty, Feed, HashJoin, Match, MergeJoin, Rows, Traced, Union};
use crate::eval::{Column, Context, Operator};
use crate::index::Id;

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

impl Builder {
    pub fn new(shared: Rc<Shared>, trace: bool) -> Self {
        let fresh = shared.names.len();
        Self { shared, current: None, trace, injected: Vars::new(), given: Rc::new([]), is_set: false, fresh }
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
        self.fresh = self.fresh.saturating_add(1);
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
        let shown: Vars = vars.iter().copied().collect();
        let certain = &certain & &shown;
        let mut plan = Plan { op, vars, certain, estimate, sorted: None, told: None, begins: false, restarts };
        if self.trace {
            let children = children.into_iter().flatten().collect();
            let told = Told::new(name(), plan.estimate.rows, children);
            plan.told = Some(told.clone());
            plan.op = Box::new(Traced { inner: plan.op, told });
        }
        plan
    }

    pub fn empty(&self, input: Plan, needed: &Vars) -> Plan {
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
    pub fn begin(&self) -> Plan {
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
                Ok(if self.given.is_empty() { plan } else { self.join(input, plan, needed, cx) })
            }
        }
    }

    /// Whether joining a node along rows that bind some variables gives the rows of the join: nothing within may see a
    /// value from outside that it would not see alone.
    pub fn may_go_along(&self, node: &Node, outer: &[Var]) -> bool {
        let outer: Vars = outer.iter().copied().filter(|var| !self.injected.contains(var)).collect();
        let fixed = |vars: Vars, certain: &Vars| (&vars & &outer).is_subset(certain);
        match node {
            Node::Pattern(_)
            | Node::Closure(_)
            | Node::Union(_)
            | Node::GraphExists(_)
            | Node::Service(_)
            | Node::TripleTerm { .. } => true,
            Node::Group { parts, filters } => {
                let certain = certain_in(parts);
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
        node.stands_alone() && !self.sees_outer(node)
    }

    /// A node that is computed by itself and joined.
    fn join_computed(&mut self, input: Plan, node: &Node, needed: &Vars, cx: &mut Context) -> Built {
        if self.sees_outer(node) {
            return self.for_each(input, node, needed, cx);
        }
        let shared = input.vars.iter().copied().collect::<Vars>();
        let own = &(&node.possible() & &shared) | needed;
        let right = self.build(node, &own, cx)?;
        Ok(self.join(input, right, needed, cx))
    }

    /// Whether a node would give other rows if it were computed without the values that an EXISTS or LATERAL around it has.
    pub fn sees_outer(&self, node: &Node) -> bool {
        if self.injected.is_empty() {
            return false;
        }
        let is_given = |var: &Var| self.given.iter().any(|(given, _)| given == var);
        let open: Vars = self.injected.iter().filter(|var| !is_given(var)).collect();
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

    /// Two plans joined: merged where both ascend by one variable, else one is kept in a table that the other probes.
    pub fn join(&self, left: Plan, right: Plan, needed: &Vars, cx: &mut Context) -> Plan {
        let by = left.sorted.filter(|_| left.sorted == right.sorted && !left.restarts && !right.restarts);
        let by = by.filter(|_| cx.choose(true));
        let swap = by.is_none() && !left.restarts && cx.choose(left.estimate.rows < right.estimate.rows);
        let (probe, table) = if swap { (right, left) } else { (left, right) };
        let matching = Self::matching(&probe, &table);
        let (vars, shown) = super::rows::shown(&probe, &table, needed);
        let shared = probe.vars.iter().copied().filter(|var| table.vars.contains(var));
        let mut estimate = Estimate::of_rows(probe.estimate.joined(&table.estimate, shared));
        estimate.distinct = table.estimate.distinct.clone();
        estimate.distinct.extend(&probe.estimate.distinct);
        let certain = &probe.certain | &table.certain;
        let keys: Vec<Var> = matching.keys.iter().map(|(own, _)| probe.vars[*own]).collect();
        let kind = if by.is_some() { "MergeJoin" } else { "HashJoin" };
        let name = || format!("{kind}({})", self.shared.names.list(&keys));
        let told = vec![probe.told.clone(), table.told.clone()];
        let (restarts, sorted) = (probe.restarts, probe.sorted);
        let key = by.and_then(|var| Some((probe.column(var)?, table.column(var)?)));
        let right = (table.op, table.vars.len());
        let op: Box<dyn Operator> = match key {
            Some(key) => Box::new(MergeJoin::new(probe.op, right, key, matching, shown)),
            None => Box::new(HashJoin::new(restarts, probe.op, right, matching, shown)),
        };
        self.step(name, op, (vars, certain), estimate, (told, restarts)).ascending(sorted)
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
}
