//! Semi-join planning: EXISTS and MINUS.

use super::build::Builder;
use super::estimate::{Estimate, estimate};
use super::group::certain_in;
use super::node::{Condition, Filter, Node, Var, Vars};
use super::order::{Begin, order};
use super::planned::{Built, Plan};
use crate::eval::expression::is_chance;
use crate::eval::operator::{Exists, Feed, Mode, SemiJoin, Table};
use crate::eval::{Context, Stop};

impl Builder {
    /// Outer rows by whether an inner pattern has rows for them, whose variables have the outer values.
    pub fn exists(&mut self, plan: Plan, pattern: &Node, mode: Mode, visible: &Vars, cx: &mut Context) -> Built {
        let mentioned = pattern.mentioned();
        let sees = |var: &Var| mentioned.contains(var) && (visible.contains(var) || self.injected.contains(var));
        let seen: Vec<usize> = (0..plan.vars.len()).filter(|at| sees(&plan.vars[*at])).collect();
        let shared: Vars = seen.iter().map(|at| plan.vars[*at]).collect();
        if is_tied(pattern, &shared, &plan.certain) && cx.choose(self.is_cheaper_alone(&plan, pattern, &shared, cx)) {
            return self.semi_join(plan, pattern, (mode, false), &shared, cx);
        }
        let before = self.injected.clone();
        self.injected.add(&shared);
        let built = self.correlated(plan, pattern, mode, seen, cx);
        self.injected = before;
        built
    }

    /// Whether it costs less to evaluate a pattern once by itself than along all that outer rows give for some variables.
    fn is_cheaper_alone(&self, plan: &Plan, pattern: &Node, shared: &Vars, cx: &Context) -> bool {
        let parts = match pattern {
            Node::Group { parts, .. } => &parts[..],
            other => std::slice::from_ref(other),
        };
        let bound: Vec<Var> = shared.iter().collect();
        let keys = bound.iter().fold(1.0, |rows, var| rows * plan.estimate.terms(*var)).min(plan.estimate.rows);
        let keys = Estimate { rows: keys, ..plan.estimate.clone() };
        let along = Begin { bound: &bound, estimate: Some(&keys), apart: false };
        let along = order(parts, along, cx.version(), &self.shared);
        let alone = order(parts, Begin::ALONE, cx.version(), &self.shared);
        alone.cost + 2.0 * alone.estimate.rows < along.cost
    }

    /// Outer rows by whether a pattern that is evaluated by itself has a row that is compatible with them, and shares a variable
    /// with them if it must.
    fn semi_join(
        &mut self,
        plan: Plan,
        pattern: &Node,
        (mode, must_share): (Mode, bool),
        shared: &Vars,
        cx: &mut Context,
    ) -> Built {
        let right = self.counting(true, |builder| builder.build(pattern, shared, cx))?;
        let matching = Self::matching(&plan, &right);
        let keys: Vec<Var> = matching.keys.iter().map(|(own, _)| plan.vars[*own]).collect();
        let name = || match mode {
            _ if must_share => "Minus".to_owned(),
            Mode::With => format!("SemiJoin({})", self.shared.names.list(&keys)),
            Mode::Without => format!("AntiJoin({})", self.shared.names.list(&keys)),
            Mode::Mark => format!("MarkJoin({})", self.shared.names.list(&keys)),
        };
        let estimate = kept(&plan, mode);
        let (told, restarts) = (vec![plan.told.clone(), right.told.clone()], plan.restarts);
        let op = SemiJoin::new(plan.op, (right.op, right.vars.len()), matching, mode, must_share);
        Ok(self.step(name, Box::new(op), (plan.vars, plan.certain), estimate, (told, restarts)).ascending(plan.sorted))
    }

    /// Outer rows by whether a pattern along some of their columns has rows.
    fn correlated(&mut self, plan: Plan, pattern: &Node, mode: Mode, seen: Vec<usize>, cx: &mut Context) -> Built {
        let number = self.fresh();
        let feed = Feed::default();
        let mut vars: Vec<Var> = seen.iter().map(|at| plan.vars[*at]).collect();
        let mut certain: Vars = vars.iter().copied().filter(|var| plan.certain.contains(var)).collect();
        vars.push(number);
        certain.insert(number);
        let begin = Plan::fed(feed.clone(), vars, certain, plan.estimate.clone());
        let inner = self.counting(true, |builder| builder.extend(begin, pattern, &Vars::from([number]), cx))?;
        let Some(number) = inner.column(number) else { return Err(Stop::internal("an EXISTS without rows")) };
        let name = || match mode {
            Mode::With => "Exists".to_owned(),
            Mode::Without => "NotExists".to_owned(),
            Mode::Mark => "MarkExists".to_owned(),
        };
        let estimate = kept(&plan, mode);
        let (told, restarts) = (vec![plan.told.clone(), inner.told.clone()], plan.restarts);
        let keys = Table::new(seen.len(), (0..seen.len()).collect());
        let op = Exists { input: plan.op, feed, inner: inner.op, seen, number, mode, keys, answers: Vec::new() };
        Ok(self.step(name, Box::new(op), (plan.vars, plan.certain), estimate, (told, restarts)).ascending(plan.sorted))
    }

    pub fn minus(&mut self, input: Plan, left: &Node, right: &Node, needed: &Vars, cx: &mut Context) -> Built {
        let shared = &left.possible() & &right.possible();
        let left = self.extend(input, left, &(needed | &shared), cx)?;
        let columns: Vec<usize> = (0..left.vars.len()).filter(|at| shared.contains(&left.vars[*at])).collect();
        if columns.is_empty() {
            return Ok(left);
        }
        let keyed = !(&(&shared & &left.certain) & &right.certain()).is_empty();
        let size = estimate(right, cx.version(), &self.shared).rows;
        if keyed && self.may_go_along(right, &left.vars) && cx.choose(left.estimate.rows * 4.0 < size) {
            return self.correlated(left, right, Mode::Without, columns, cx);
        }
        self.semi_join(left, right, (Mode::Without, true), &shared, cx)
    }
}

/// The rows of a plan that are left, where half of them are thought to fit.
fn kept(plan: &Plan, mode: Mode) -> Estimate {
    let rows = if mode == Mode::Mark { plan.estimate.rows } else { plan.estimate.rows / 2.0 };
    Estimate { rows, ..plan.estimate.clone() }
}

/// Whether a pattern has a row for an outer one exactly where it has a compatible one by itself: it is made of patterns, each of
/// its rows binds all that it shares with the outer ones, and some of that is bound in each of these.
fn is_tied(pattern: &Node, shared: &Vars, outer: &Vars) -> bool {
    is_plain(pattern) && shared.is_subset(&pattern.certain()) && !shared.is_disjoint(outer)
}

/// Whether a node is made of patterns and of conditions on what they bind.
fn is_plain(node: &Node) -> bool {
    match node {
        Node::Pattern(_) | Node::Values { .. } => true,
        Node::Union(parts) => parts.iter().all(is_plain),
        Node::Group { parts, filters } => {
            let certain = certain_in(parts);
            let is_own = |filter: &Filter| match &filter.condition {
                Condition::Expr(expr) => {
                    expr.exists.is_empty() && !is_chance(&expr.expression) && expr.vars.is_subset(&certain)
                }
                Condition::Exists { .. } => false,
            };
            parts.iter().all(is_plain) && filters.iter().all(is_own)
        }
        _ => false,
    }
}
