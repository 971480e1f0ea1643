//! Join planning: the parts of a group joined in the cheapest order, each condition as soon as it can be decided.

use super::build::Builder;
use super::estimate::Estimate;
use super::node::{Condition, Filter, Node, Var, Vars};
use super::order::{Begin, Step, any, order};
use super::planned::{Built, Plan};
use crate::eval::Context;
use crate::eval::operator::Thin;

/// Rows that are not worth a look at what has come already.
const FEW: f64 = 16.0;
/// The least part of all possible rows with which some may come again: estimates are low where a few terms have most rows.
const MAY_REPEAT: f64 = 0.25;

/// What is still to come after a step of a join.
struct Rest<'a> {
    parts: Vec<&'a Node>,
    filters: Vec<&'a Filter>,
    /// The variables that are looked at after all.
    needed: &'a Vars,
}

impl Rest<'_> {
    /// The variables that are looked at.
    fn looked_at(&self) -> Vars {
        let mut all = self.needed.clone();
        self.parts.iter().for_each(|part| all.add(&part.mentioned()));
        self.filters.iter().for_each(|filter| all.add(&filter.condition.vars()));
        all
    }
}

impl Builder {
    pub fn group(&mut self, input: Plan, parts: &[Node], filters: &[Filter], needed: &Vars, cx: &mut Context) -> Built {
        let steps = self.steps(&input, parts, cx);
        let mut rest = Rest { parts: parts.iter().collect(), filters: filters.iter().collect(), needed };
        let mut plan = self.decided(input, &mut rest, cx)?;
        plan = self.joined(plan, parts, &steps, &mut rest, cx)?;
        for filter in rest.filters {
            plan = self.filtered(plan, &filter.condition, &filter.visible, cx)?;
        }
        Ok(plan)
    }

    fn steps(&self, input: &Plan, parts: &[Node], cx: &mut Context) -> Vec<Step> {
        let apart = input.begins && input.vars.is_empty() && self.injected.is_empty();
        let begin = Begin { bound: &input.vars, estimate: Some(&input.estimate), apart };
        let version = cx.version().clone();
        let mut steps = match cx.variation() {
            Some(variation) => any(parts, begin, |sides| variation.roll(sides)),
            None => order(parts, begin, &version, &self.shared).steps,
        };
        // Those that wait for each other take what there is.
        let known: Vec<usize> = steps.iter().flat_map(Step::parts).collect();
        steps.extend((0..parts.len()).filter(|at| !known.contains(at)).map(Step::Part));
        steps
    }

    /// A plan joined with parts in the order of some steps. What is left of `rest` is still to come.
    fn joined<'a>(
        &mut self,
        mut plan: Plan,
        parts: &'a [Node],
        steps: &[Step],
        rest: &mut Rest<'a>,
        cx: &mut Context,
    ) -> Built {
        for step in steps {
            let own: Vec<&Node> = step.parts().into_iter().map(|at| &parts[at]).collect();
            let is_own = |part: &&Node| own.iter().any(|own| std::ptr::eq(*own, *part));
            let before: Vec<&Node> = rest.parts.iter().copied().filter(|part| !is_own(part)).collect();
            plan = match step {
                Step::Part(at) => {
                    rest.parts = before;
                    self.extend(plan, &parts[*at], &rest.looked_at(), cx)?
                }
                Step::Apart(steps) => {
                    // To them, those that are joined already are still to come.
                    let all = std::mem::replace(&mut rest.parts, parts.iter().collect());
                    let apart = self.joined(self.begin(), parts, steps, rest, cx)?;
                    rest.parts = all;
                    rest.parts.retain(|part| !is_own(part));
                    self.join(plan, apart, &rest.looked_at(), cx)
                }
            };
            plan = self.decided(plan, rest, cx)?;
            if self.is_set && !rest.parts.is_empty() {
                plan = self.thinned(plan, &rest.looked_at(), cx);
            }
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
        let op = Box::new(Thin::new(plan.op));
        self.step(|| "Thin".into(), op, (plan.vars, plan.certain), estimate, (told, restarts)).ascending(plan.sorted)
    }

    /// Applies the conditions that can be decided before the rest is joined; an EXISTS waits for the end.
    fn decided(&mut self, mut plan: Plan, rest: &mut Rest<'_>, cx: &mut Context) -> Built {
        let mut waiting = Vec::new();
        for filter in std::mem::take(&mut rest.filters) {
            let is_plain = matches!(&filter.condition, Condition::Expr(expr) if expr.exists.is_empty());
            let is_ready = is_plain && !plan.begins && !filter.condition.vars().is_empty();
            if is_ready && self.is_ready(&filter.condition, &filter.visible, &plan, rest.parts.iter().copied()) {
                plan = self.filtered(plan, &filter.condition, &filter.visible, cx)?;
            } else {
                waiting.push(filter);
            }
        }
        rest.filters = waiting;
        Ok(plan)
    }

    /// Whether a condition can be decided although some parts are still to be joined.
    fn is_ready<'a>(
        &self,
        condition: &Condition,
        visible: &Vars,
        plan: &Plan,
        mut rest: impl Iterator<Item = &'a Node>,
    ) -> bool {
        let looked_at = &condition.vars() & &(visible | &self.injected);
        let open = &looked_at - &plan.certain;
        open.is_empty() || !rest.any(|part| !part.possible().is_disjoint(&open))
    }
}
