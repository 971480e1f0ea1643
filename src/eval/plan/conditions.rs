//! Groups, conditions, and what depends on conditions: OPTIONAL, MINUS, EXISTS, BIND.

use super::build::{Builder, Built, Plan};
use super::chance::{decides_by_chance, gives_chance, is_costly};
use super::estimate::{Estimate, estimate};
use super::node::{Condition, Expr, Filter, Node, Var, Vars};
use super::{order, rows};
use crate::eval::expression::{Compile, Compiled, compile, is_chance};
use crate::eval::operator::{self, Exists, Feed, HashLeftJoin, LeftCorrelate, LeftMemo, Mode, Shown, Table, Thin};
use crate::eval::{Context, Stop};

/// Rows that are not worth a look at what has come already.
const FEW: f64 = 16.0;
/// The least part of all possible rows with which some may come again: estimates are low where a few terms have most rows.
const MAY_REPEAT: f64 = 0.25;

impl Builder {
    /// Parts in the cheapest order, each condition as soon as it can be decided.
    pub fn group(&mut self, input: Plan, parts: &[Node], filters: &[Filter], needed: &Vars, cx: &mut Context) -> Built {
        let version = cx.version().clone();
        let mut sequence = match cx.variation() {
            Some(variation) => order::any(parts, &input.vars, |sides| variation.roll(sides)),
            None => order::order(parts, &input.vars, input.estimate.rows, &version, &self.shared).0,
        };
        // Those that wait for each other take what there is.
        sequence.extend((0..parts.len()).filter(|at| !sequence.contains(at)).collect::<Vec<_>>());
        let mut open: Vec<&Filter> = filters.iter().collect();
        let all: Vec<&Node> = parts.iter().collect();
        let mut plan = self.decide(input, &mut open, &all, cx)?;
        for (done, at) in sequence.iter().enumerate() {
            let rest: Vec<&Node> = sequence[done + 1..].iter().map(|at| &parts[*at]).collect();
            let mut later = Self::looked_at(&open, needed);
            rest.iter().for_each(|part| later.extend(part.mentioned()));
            plan = self.extend(plan, &parts[*at], &later, cx)?;
            plan = self.decide(plan, &mut open, &rest, cx)?;
            if self.is_set && !rest.is_empty() {
                let mut later = Self::looked_at(&open, needed);
                rest.iter().for_each(|part| later.extend(part.mentioned()));
                plan = self.thinned(plan, &later, cx);
            }
        }
        for filter in open {
            plan = self.filtered(plan, &filter.condition, &filter.visible, cx)?;
        }
        Ok(plan)
    }

    /// A plan whose rows are to be joined further, without columns that nobody looks at and, where there may be many, without
    /// rows that have come already.
    fn thinned(&self, plan: Plan, later: &Vars, cx: &mut Context) -> Plan {
        let vars: Vec<Var> = plan.vars.iter().copied().filter(|var| later.contains(var)).collect();
        let terms = vars.iter().fold(1.0, |rows, var| rows * plan.estimate.terms(*var));
        let may_repeat = plan.estimate.rows >= FEW && plan.estimate.rows >= MAY_REPEAT * terms;
        if !cx.choose(may_repeat) {
            return plan;
        }
        let plan = self.project(plan, &vars);
        let estimate = Estimate { rows: plan.estimate.rows.min(terms), ..plan.estimate };
        let (told, restarts) = (vec![plan.told], plan.restarts);
        self.step(|| "Thin".into(), Box::new(Thin::new(plan.op)), (plan.vars, plan.certain), estimate, (told, restarts))
    }

    fn looked_at(open: &[&Filter], needed: &Vars) -> Vars {
        open.iter().fold(needed.clone(), |all, filter| &all | &filter.condition.vars())
    }

    /// Applies the conditions that can be decided before the rest is joined; an EXISTS waits for the end.
    fn decide(&mut self, mut plan: Plan, open: &mut Vec<&Filter>, rest: &[&Node], cx: &mut Context) -> Built {
        let mut waiting = Vec::new();
        for filter in std::mem::take(open) {
            let is_plain = matches!(&filter.condition, Condition::Expr(expr) if expr.exists.is_empty());
            let is_ready = is_plain && !plan.begins && !filter.condition.vars().is_empty();
            if is_ready && self.is_ready(&filter.condition, &filter.visible, &plan, rest.iter().copied()) {
                plan = self.filtered(plan, &filter.condition, &filter.visible, cx)?;
            } else {
                waiting.push(filter);
            }
        }
        *open = waiting;
        Ok(plan)
    }

    /// The rows that fulfil a condition, which sees the `visible` variables.
    pub fn filtered(&mut self, plan: Plan, condition: &Condition, visible: &Vars, cx: &mut Context) -> Built {
        match condition {
            Condition::Exists { pattern, negated } => {
                let mode = if *negated { Mode::Without } else { Mode::With };
                self.exists(plan, pattern, mode, visible, cx)
            }
            Condition::Expr(expr) => {
                let plan = self.marked(plan, expr, visible, cx)?;
                let compiled = self.compile(expr, &plan, visible)?;
                let name = || format!("Filter({})", expr.expression);
                let estimate = Estimate { rows: plan.estimate.rows / 3.0, ..plan.estimate.clone() };
                let (vars, certain) = (plan.vars.clone(), plan.certain.clone());
                let (told, restarts) = (vec![plan.told.clone()], plan.restarts);
                let op = operator::Filter::new(plan.op, compiled);
                Ok(self.step(name, Box::new(op), (vars, certain), estimate, (told, restarts)))
            }
        }
    }

    /// With a column for each EXISTS of an expression.
    pub fn marked(&mut self, mut plan: Plan, expr: &Expr, visible: &Vars, cx: &mut Context) -> Built {
        for (var, pattern) in &expr.exists {
            plan = self.exists(plan, pattern, Mode::Mark, visible, cx)?;
            plan.vars.push(*var);
        }
        Ok(plan)
    }

    /// An expression over the columns of a plan, of which it sees the `visible` variables.
    pub fn compile(&self, expr: &Expr, plan: &Plan, visible: &Vars) -> Result<Compiled, Stop> {
        let is_mark = |var: Var| expr.exists.iter().any(|(mark, _)| *mark == var);
        let columns = |variable: &oxrdf::Variable| {
            let var = self.shared.names.find(expr.scope, variable)?;
            let sees = visible.contains(&var) || self.injected.contains(&var) || is_mark(var);
            if sees { plan.column(var) } else { None }
        };
        compile(&expr.expression, &Compile { columns: &columns, functions: &self.shared.functions })
    }

    /// Outer rows by whether an inner pattern has rows for them, whose variables have the outer values.
    fn exists(&mut self, plan: Plan, pattern: &Node, mode: Mode, visible: &Vars, cx: &mut Context) -> Built {
        let mentioned = pattern.mentioned();
        let sees = |var: &Var| mentioned.contains(var) && (visible.contains(var) || self.injected.contains(var));
        let seen: Vec<usize> = (0..plan.vars.len()).filter(|at| sees(&plan.vars[*at])).collect();
        let before = self.injected.clone();
        self.injected.extend(seen.iter().map(|at| plan.vars[*at]));
        let built = self.correlated(plan, pattern, mode, seen, cx);
        self.injected = before;
        built
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
        let rows = if mode == Mode::Mark { plan.estimate.rows } else { plan.estimate.rows / 2.0 };
        let estimate = Estimate { rows, ..plan.estimate.clone() };
        let (told, restarts) = (vec![plan.told.clone(), inner.told.clone()], plan.restarts);
        let keys = Table::new(seen.len(), (0..seen.len()).collect());
        let op = Exists { input: plan.op, feed, inner: inner.op, seen, number, mode, keys, answers: Vec::new() };
        Ok(self.step(name, Box::new(op), (plan.vars, plan.certain), estimate, (told, restarts)))
    }

    pub fn left_join(
        &mut self,
        input: Plan,
        (left, right): (&Node, &Node),
        conditions: &[Condition],
        needed: &Vars,
        cx: &mut Context,
    ) -> Built {
        let visible = &left.possible() | &right.possible();
        let mut both = conditions.iter().fold(needed.clone(), |all, condition| &all | &condition.vars());
        let left = self.extend(input, left, &(&both | &right.mentioned()), cx)?;
        let shares = right.possible().iter().any(|var| left.vars.contains(var));
        let size = estimate(right, cx.version(), &self.shared).rows;
        let has_exists =
            conditions.iter().any(|condition| !matches!(condition, Condition::Expr(expr) if expr.exists.is_empty()));
        let may_go = self.may_go_along(right, &left.vars);
        if may_go && self.may_remember(right, conditions) && cx.choose(shares && is_costly(right)) {
            return self.left_memo(left, right, conditions, (&visible, needed, &both), cx);
        }
        let is_cheaper = shares && left.estimate.rows < 8.0 * size + 1_000.0;
        let along = may_go && cx.choose(is_cheaper);
        if along || has_exists || !right.asked().is_empty() || self.sees_outer(right) {
            return self.left_correlated(left, right, conditions, (&visible, needed, &both), cx);
        }
        both.extend(left.vars.iter().filter(|var| right.possible().contains(var)));
        let right = self.build(right, &both, cx)?;
        let matching = Self::matching(&left, &right);
        let (vars, shown) = rows::shown(&left, &right, &both);
        let rows = left.estimate.rows.max(1.0);
        let (told, restarts) = (vec![left.told.clone(), right.told.clone()], left.restarts);
        let joined = Plan { vars: vars.clone(), certain: left.certain.clone(), ..Plan::unit() };
        let compiled = conditions
            .iter()
            .filter_map(|condition| match condition {
                Condition::Expr(expr) => Some(self.compile(expr, &joined, &visible)),
                Condition::Exists { .. } => None,
            })
            .collect::<Result<Vec<_>, _>>()?;
        let estimate = Estimate { rows, distinct: left.estimate.distinct.clone() };
        let op = HashLeftJoin::new(left.op, (right.op, right.vars.len()), matching, shown, compiled);
        Ok(self.step(|| "HashLeftJoin".into(), Box::new(op), (vars, left.certain), estimate, (told, restarts)))
    }

    /// Whether the right side of an OPTIONAL always gives the same for the same.
    fn may_remember(&self, right: &Node, conditions: &[Condition]) -> bool {
        let is_here = right.asked().is_empty() && !self.sees_outer(right);
        is_here && !gives_chance(right) && !conditions.iter().any(decides_by_chance)
    }

    /// An OPTIONAL whose right side is asked once for all rows that look the same to it.
    fn left_memo(
        &mut self,
        left: Plan,
        right: &Node,
        conditions: &[Condition],
        (visible, needed, both): (&Vars, &Vars, &Vars),
        cx: &mut Context,
    ) -> Built {
        let (number, feed) = (self.fresh(), Feed::default());
        let looked_at = conditions.iter().fold(right.mentioned(), |all, condition| &all | &condition.vars());
        let seen: Vec<usize> = (0..left.vars.len()).filter(|at| looked_at.contains(&left.vars[*at])).collect();
        let mut vars: Vec<Var> = seen.iter().map(|at| left.vars[*at]).collect();
        let mut certain: Vars = vars.iter().copied().filter(|var| left.certain.contains(var)).collect();
        vars.push(number);
        certain.insert(number);
        let begin = Plan::fed(feed.clone(), vars, certain, left.estimate.clone());
        let mut inner = self.extend(begin, right, &(both | &Vars::from([number])), cx)?;
        for condition in conditions {
            inner = self.filtered(inner, condition, visible, cx)?;
        }
        let Some(number) = inner.column(number) else { return Err(Stop::internal("an OPTIONAL that loses columns")) };
        let mut vars: Vec<Var> = left.vars.iter().copied().filter(|var| needed.contains(var)).collect();
        vars.extend(inner.vars.iter().filter(|var| needed.contains(var) && !left.vars.contains(var)));
        let place = |var: &Var| match (inner.column(*var), left.column(*var)) {
            (Some(inner), outer) if !left.certain.contains(var) => Shown::Inner(inner, outer),
            (_, outer) => Shown::Outer(outer.unwrap_or_default()),
        };
        let shown = vars.iter().map(place).collect();
        let rows = left.estimate.rows.max(inner.estimate.rows);
        let estimate = Estimate { rows, distinct: left.estimate.distinct.clone() };
        let (told, restarts) = (vec![left.told.clone(), inner.told.clone()], left.restarts);
        let op = LeftMemo::new(left.op, (feed, inner.op), seen, number, shown);
        Ok(self.step(|| "LeftMemo".into(), Box::new(op), (vars, left.certain), estimate, (told, restarts)))
    }

    fn left_correlated(
        &mut self,
        left: Plan,
        right: &Node,
        conditions: &[Condition],
        (visible, needed, both): (&Vars, &Vars, &Vars),
        cx: &mut Context,
    ) -> Built {
        let number = self.fresh();
        let feed = Feed::default();
        let (mut vars, mut certain) = (left.vars.clone(), left.certain.clone());
        vars.push(number);
        certain.insert(number);
        let begin = Plan::fed(feed.clone(), vars, certain, left.estimate.clone());
        let mut inner = self.extend(begin, right, &(both | &Vars::from([number])), cx)?;
        for condition in conditions {
            inner = self.filtered(inner, condition, visible, cx)?;
        }
        let mut vars: Vec<Var> = left.vars.iter().copied().filter(|var| needed.contains(var)).collect();
        vars.extend(inner.vars.iter().filter(|var| needed.contains(var) && !left.vars.contains(var)));
        let place = |var: &Var| Some((inner.column(*var)?, left.column(*var)));
        let shown: Option<Vec<_>> = vars.iter().map(place).collect();
        let (Some(shown), Some(number)) = (shown, inner.column(number)) else {
            return Err(Stop::internal("an OPTIONAL that loses columns"));
        };
        let rows = left.estimate.rows.max(inner.estimate.rows);
        let estimate = Estimate { rows, distinct: left.estimate.distinct.clone() };
        let (told, restarts) = (vec![left.told.clone(), inner.told.clone()], left.restarts);
        let op = LeftCorrelate { input: left.op, feed, inner: inner.op, number, shown, outer: None };
        Ok(self.step(|| "LeftJoin".into(), Box::new(op), (vars, left.certain), estimate, (told, restarts)))
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
        let right = self.counting(true, |builder| builder.build(right, &shared, cx))?;
        let matching = Self::matching(&left, &right);
        let (told, restarts) = (vec![left.told.clone(), right.told.clone()], left.restarts);
        let estimate = Estimate { rows: left.estimate.rows / 2.0, ..left.estimate.clone() };
        let op = operator::Minus::new(left.op, (right.op, right.vars.len()), matching);
        Ok(self.step(|| "Minus".into(), Box::new(op), (left.vars, left.certain), estimate, (told, restarts)))
    }

    pub fn bind(
        &mut self,
        input: Plan,
        inner: &Node,
        (var, expr): (Var, &Expr),
        needed: &Vars,
        cx: &mut Context,
    ) -> Built {
        if !needed.contains(&var) {
            return self.extend(input, inner, needed, cx);
        }
        let is_set = self.is_set && !is_chance(&expr.expression);
        let plan = self.counting(is_set, |builder| builder.extend(input, inner, &(needed | &expr.vars), cx))?;
        let visible = inner.possible();
        let plan = self.marked(plan, expr, &visible, cx)?;
        let compiled = self.compile(expr, &plan, &visible)?;
        let (mut vars, mut certain) = (plan.vars.clone(), plan.certain.clone());
        let into = plan.column(var);
        if into.is_none() {
            vars.push(var);
        }
        let renamed = expr.renames().is_some_and(|var| plan.certain.contains(&var));
        if renamed || expr.is_constant() {
            certain.insert(var);
        }
        let name = || format!("Bind({} AS {})", expr.expression, self.shared.names.name(var));
        let (told, restarts, estimate) = (vec![plan.told.clone()], plan.restarts, plan.estimate.clone());
        let op = operator::Bind::new(plan.op, compiled, into);
        Ok(self.step(name, Box::new(op), (vars, certain), estimate, (told, restarts)))
    }
}
