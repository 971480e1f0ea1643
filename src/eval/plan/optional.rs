//! Left outer join planning: OPTIONAL.

use super::build::Builder;
use super::chance::{decides_by_chance, gives_chance, is_costly};
use super::estimate::{Estimate, estimate};
use super::node::{Condition, Node, Var, Vars};
use super::planned::{Built, Plan};
use super::rows;
use crate::eval::operator::{Feed, HashLeftJoin, LeftCorrelate, LeftMemo, Shown};
use crate::eval::{Context, Stop};

impl Builder {
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
        let shares = right.possible().iter().any(|var| left.vars.contains(&var));
        let size = estimate(right, cx.version(), &self.shared).rows;
        let has_exists =
            conditions.iter().any(|condition| !matches!(condition, Condition::Expr(expr) if expr.exists.is_empty()));
        let may_go = self.may_go_along(right, &left.vars);
        if may_go && self.may_remember(right, conditions) && cx.choose(shares && is_costly(right)) {
            return self.left_memo(
                left,
                &Right { node: right, conditions, visible: &visible, needed, both: &both },
                cx,
            );
        }
        let is_cheaper = shares && left.estimate.rows < 8.0 * size + 1_000.0;
        let along = may_go && cx.choose(is_cheaper);
        if along || has_exists || !right.asked().is_empty() || self.sees_outer(right) {
            return self.left_correlated(
                left,
                &Right { node: right, conditions, visible: &visible, needed, both: &both },
                cx,
            );
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
    fn left_memo(&mut self, left: Plan, right: &Right<'_>, cx: &mut Context) -> Built {
        let feed = Feed::default();
        let mentioned = right.node.mentioned();
        let looked_at = right.conditions.iter().fold(mentioned, |all, condition| &all | &condition.vars());
        let seen: Vec<usize> = (0..left.vars.len()).filter(|at| looked_at.contains(&left.vars[*at])).collect();
        let vars: Vec<Var> = seen.iter().map(|at| left.vars[*at]).collect();
        let certain: Vars = vars.iter().copied().filter(|var| left.certain.contains(var)).collect();
        let (inner, number) = self.fed(&feed, (vars, certain), &left, right, cx)?;
        let vars = right.shown(&left, &inner);
        let place = |var: &Var| match (inner.column(*var), left.column(*var)) {
            (Some(inner), outer) if !left.certain.contains(var) => Shown::Inner(inner, outer),
            (_, outer) => Shown::Outer(outer.unwrap_or_default()),
        };
        let shown = vars.iter().map(place).collect();
        let estimate = at_least_once(&left, &inner);
        let (told, restarts) = (vec![left.told.clone(), inner.told.clone()], left.restarts);
        let op = LeftMemo::new(left.op, (feed, inner.op), seen, number, shown);
        let plan = self.step(|| "LeftMemo".into(), Box::new(op), (vars, left.certain), estimate, (told, restarts));
        Ok(plan.ascending(left.sorted))
    }

    /// An OPTIONAL whose right side is asked with the rows of the left one.
    fn left_correlated(&mut self, left: Plan, right: &Right<'_>, cx: &mut Context) -> Built {
        let feed = Feed::default();
        let (inner, number) = self.fed(&feed, (left.vars.clone(), left.certain.clone()), &left, right, cx)?;
        let vars = right.shown(&left, &inner);
        let place = |var: &Var| Some((inner.column(*var)?, left.column(*var)));
        let shown: Option<Vec<_>> = vars.iter().map(place).collect();
        let shown = shown.ok_or_else(|| Stop::internal(LOST))?;
        let estimate = at_least_once(&left, &inner);
        let (told, restarts) = (vec![left.told.clone(), inner.told.clone()], left.restarts);
        let op = LeftCorrelate { input: left.op, feed, inner: inner.op, number, shown, outer: None };
        Ok(self.step(|| "LeftJoin".into(), Box::new(op), (vars, left.certain), estimate, (told, restarts)))
    }

    /// The right side fed with rows of these variables, each row with its number; and the column of the number in it.
    fn fed(
        &mut self,
        feed: &Feed,
        (mut vars, mut certain): (Vec<Var>, Vars),
        left: &Plan,
        right: &Right<'_>,
        cx: &mut Context,
    ) -> Result<(Plan, usize), Stop> {
        let number = self.fresh();
        vars.push(number);
        certain.insert(number);
        let begin = Plan::fed(feed.clone(), vars, certain, left.estimate.clone());
        let mut inner = self.extend(begin, right.node, &(right.both | &Vars::from([number])), cx)?;
        for condition in right.conditions {
            inner = self.filtered(inner, condition, right.visible, cx)?;
        }
        let column = inner.column(number).ok_or_else(|| Stop::internal(LOST))?;
        Ok((inner, column))
    }
}

const LOST: &str = "an OPTIONAL that loses columns";

/// The right side of an OPTIONAL.
struct Right<'n> {
    node: &'n Node,
    conditions: &'n [Condition],
    /// What the conditions see.
    visible: &'n Vars,
    /// What is looked at after the OPTIONAL; with what the conditions look at.
    needed: &'n Vars,
    both: &'n Vars,
}

impl Right<'_> {
    /// The columns after the OPTIONAL: those of the left side, then those that only the right one has.
    fn shown(&self, left: &Plan, inner: &Plan) -> Vec<Var> {
        let mut vars: Vec<Var> = left.vars.iter().copied().filter(|var| self.needed.contains(var)).collect();
        vars.extend(inner.vars.iter().filter(|var| self.needed.contains(var) && !left.vars.contains(var)));
        vars
    }
}

/// Each row of the left side comes out, at least once.
fn at_least_once(left: &Plan, inner: &Plan) -> Estimate {
    Estimate { rows: left.estimate.rows.max(inner.estimate.rows), distinct: left.estimate.distinct.clone() }
}
