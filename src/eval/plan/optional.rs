//! OPTIONAL.

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
        let plan = self.step(|| "LeftMemo".into(), Box::new(op), (vars, left.certain), estimate, (told, restarts));
        Ok(plan.ascending(left.sorted))
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
}
