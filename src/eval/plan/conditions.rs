//! Filters and bindings: expressions over the rows of a plan: FILTER and BIND.

use super::build::Builder;
use super::estimate::Estimate;
use super::node::{Condition, Expr, Node, Var, Vars};
use super::planned::{Built, Plan};
use crate::eval::expression::{Compile, Compiled, compile, is_chance};
use crate::eval::operator::{self, Mode};
use crate::eval::{Context, Stop};

impl Builder {
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
                let op = Box::new(operator::Filter::new(plan.op, compiled));
                Ok(self.step(name, op, (vars, certain), estimate, (told, restarts)).ascending(plan.sorted))
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
        let op = Box::new(operator::Bind::new(plan.op, compiled, into));
        Ok(self.step(name, op, (vars, certain), estimate, (told, restarts)).ascending(plan.sorted))
    }
}
