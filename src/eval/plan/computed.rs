//! Computed inputs: what is computed by itself: VALUES, subqueries with modifiers, aggregation.

use spargebra::algebra::AggregateFunction;

use super::build::Builder;
use super::estimate::Estimate;
use super::node::{Aggregate, Expr, Node, Var, Vars};
use super::planned::{Built, Plan};
use crate::eval::expression::is_chance;
use crate::eval::operator::{
    Accumulating, AggregateInput, AggregateKind, Aggregation, Distinct, Project, Rows, Slice, Sort, SortKey,
};
use crate::eval::{Context, Stop};
use crate::index::Id;

impl Builder {
    pub fn computed(&mut self, node: &Node, needed: &Vars, cx: &mut Context) -> Built {
        match node {
            Node::Values { vars, rows } => Ok(self.values(vars, rows)),
            Node::Distinct { inner, vars } => self.distinct(inner, vars, cx),
            Node::Sort { inner, keys } => self.sort(inner, keys, None, needed, cx),
            Node::Slice { inner, start, length } => self.slice(inner, *start, *length, needed, cx),
            Node::Aggregation { inner, keys, aggregates } => self.aggregation(inner, keys, aggregates, cx),
            Node::EachGraph { var, inner } => self.each_graph(*var, inner, needed, cx),
            Node::Lateral { left, right } => self.lateral(left, right, needed, cx),
            Node::GraphNames(var) => Ok(self.graph_names(*var, cx)),
            _ => Err(Stop::internal("a pattern out of place")),
        }
    }

    fn values(&self, vars: &[Var], rows: &[Vec<Id>]) -> Plan {
        let columns = (0..vars.len()).map(|at| rows.iter().map(|row| row[at]).collect()).collect();
        let certain = Node::Values { vars: vars.to_vec(), rows: rows.to_vec() }.certain();
        let op = Box::new(Rows::new(columns, rows.len()));
        let estimate = Estimate::of_rows(rows.len() as f64);
        self.step(|| "Values".into(), op, (vars.to_vec(), certain), estimate, (Vec::new(), false))
    }

    fn lateral(&mut self, left: &Node, right: &Node, needed: &Vars, cx: &mut Context) -> Built {
        let left = self.build(left, &(needed | &right.mentioned()), cx)?;
        let before = self.injected.clone();
        self.injected.extend(&left.vars);
        let plan = self.extend(left, right, needed, cx);
        self.injected = before;
        plan
    }

    pub fn graph_names(&self, var: Var, cx: &Context) -> Plan {
        let version = cx.version();
        let numbers = self.shared.dataset.named_numbers(version);
        let names: Vec<Id> = numbers.into_iter().filter_map(|number| version.graph_id(number)).collect();
        let estimate = Estimate::of_rows(names.len() as f64);
        let op = Box::new(Rows::new(vec![names.clone()], names.len()));
        self.step(|| "GraphNames".into(), op, (vec![var], Vars::from([var])), estimate, (Vec::new(), false))
    }

    /// These variables in this order, those that it lacks left out.
    pub fn project(&self, plan: Plan, vars: &[Var]) -> Plan {
        let vars: Vec<Var> = vars.iter().copied().filter(|var| plan.column(*var).is_some()).collect();
        let columns = vars.iter().map(|var| plan.column(*var)).collect();
        let certain = plan.certain.iter().filter(|var| vars.contains(var)).collect();
        let sorted = plan.sorted;
        Plan { op: Box::new(Project { input: plan.op, columns }), vars, certain, ..plan }.ascending(sorted)
    }

    fn distinct(&mut self, inner: &Node, vars: &[Var], cx: &mut Context) -> Built {
        let shown = vars.iter().copied().collect();
        let plan = self.counting(true, |builder| builder.build(inner, &shown, cx))?;
        let plan = self.project(plan, vars);
        let columns = (0..plan.vars.len()).collect();
        let rows = plan.vars.iter().fold(1.0, |rows, var| rows * plan.estimate.terms(*var)).min(plan.estimate.rows);
        let estimate = Estimate { rows, ..plan.estimate };
        let op = Box::new(Distinct::new(plan.op, columns));
        let distinct =
            self.step(|| "Distinct".into(), op, (plan.vars, plan.certain), estimate, (vec![plan.told], false));
        Ok(distinct.ascending(plan.sorted))
    }

    fn sort(
        &mut self,
        inner: &Node,
        keys: &[(Expr, bool)],
        first: Option<usize>,
        needed: &Vars,
        cx: &mut Context,
    ) -> Built {
        let all = keys.iter().fold(needed.clone(), |all, (expr, _)| &all | &expr.vars);
        let mut plan = self.build(inner, &all, cx)?;
        let visible = inner.possible();
        for (expr, _) in keys {
            plan = self.marked(plan, expr, &visible, cx)?;
        }
        let mut sorted = Vec::new();
        for (expr, descending) in keys {
            match expr.renames() {
                Some(var) => sorted.extend(plan.column(var).map(|at| (SortKey::Column(at), *descending))),
                None => sorted.push((SortKey::Expression(Box::new(self.compile(expr, &plan, &visible)?)), *descending)),
            }
        }
        let shown = |(expr, descending): &(Expr, bool)| {
            if *descending { format!("DESC({})", expr.expression) } else { expr.expression.to_string() }
        };
        let name = || {
            let keys = keys.iter().map(shown).collect::<Vec<_>>().join(", ");
            format!("Sort({keys}{})", first.map(|first| format!(", first {first}")).unwrap_or_default())
        };
        let op = Box::new(Sort::new(plan.op, sorted, first));
        Ok(self.step(name, op, (plan.vars, plan.certain), plan.estimate, (vec![plan.told], false)))
    }

    fn slice(&mut self, inner: &Node, start: usize, length: Option<usize>, needed: &Vars, cx: &mut Context) -> Built {
        let plan = match (inner, length) {
            (Node::Sort { inner, keys }, Some(length)) => {
                let first = Some(start.saturating_add(length));
                self.counting(false, |builder| builder.sort(inner, keys, first, needed, cx))?
            }
            _ => self.counting(false, |builder| builder.build(inner, needed, cx))?,
        };
        let name = || format!("Slice({start}, {})", length.map_or("all".into(), |length| length.to_string()));
        let rows = length.map_or(plan.estimate.rows, |length| plan.estimate.rows.min(length as f64));
        let estimate = Estimate { rows, ..plan.estimate };
        let op = Box::new(Slice { input: plan.op, skip: start, left: length.unwrap_or(usize::MAX) });
        Ok(self.step(name, op, (plan.vars, plan.certain), estimate, (vec![plan.told], false)))
    }

    fn aggregation(&mut self, inner: &Node, keys: &[Var], aggregates: &[Aggregate], cx: &mut Context) -> Built {
        if self.injected.is_empty()
            && self.given.is_empty()
            && let Some(plan) = self.counted(inner, keys, aggregates, cx)
        {
            return Ok(plan);
        }
        let mut needed: Vars = keys.iter().copied().collect();
        for aggregate in aggregates {
            aggregate.expr.iter().for_each(|expr| needed.add(&expr.vars));
            if aggregate.distinct {
                needed.extend(&aggregate.all);
            }
        }
        let mut plan = self.counting(aggregates.iter().all(is_of_set), |builder| builder.build(inner, &needed, cx))?;
        let visible = inner.possible();
        for expr in aggregates.iter().filter_map(|aggregate| aggregate.expr.as_ref()) {
            plan = self.marked(plan, expr, &visible, cx)?;
        }
        let mut accumulating = Vec::new();
        for aggregate in aggregates {
            let input = match &aggregate.expr {
                None => AggregateInput::Row(aggregate.all.iter().filter_map(|var| plan.column(*var)).collect()),
                Some(expr) => match expr.renames() {
                    Some(var) => AggregateInput::Column(plan.column(var)),
                    None => AggregateInput::Expression(Box::new(self.compile(expr, &plan, &visible)?)),
                },
            };
            accumulating.push(Accumulating::new(kind(aggregate), input, aggregate.distinct, keys.is_empty()));
        }
        let columns = keys.iter().map(|var| plan.column(*var)).collect();
        let vars: Vec<Var> = keys.iter().copied().chain(aggregates.iter().map(|aggregate| aggregate.var)).collect();
        let rows = keys.iter().fold(1.0, |rows, var| rows * plan.estimate.terms(*var)).min(plan.estimate.rows).max(1.0);
        let name = || format!("Aggregate({})", self.shared.names.list(keys));
        let op = Box::new(Aggregation::new(plan.op, columns, accumulating));
        let counts =
            aggregates.iter().filter(|aggregate| matches!(aggregate.function, None | Some(AggregateFunction::Count)));
        let certain = counts.map(|aggregate| aggregate.var).chain(plan.certain.iter()).collect();
        // A group stands where its first row came.
        let sorted = plan.sorted.filter(|var| keys.contains(var));
        Ok(self.step(name, op, (vars, certain), Estimate::of_rows(rows), (vec![plan.told], false)).ascending(sorted))
    }
}

/// Whether an aggregate is the same however often a row comes.
fn is_of_set(aggregate: &Aggregate) -> bool {
    use AggregateFunction as F;
    let counts_once = aggregate.distinct || matches!(aggregate.function, Some(F::Min | F::Max | F::Sample));
    counts_once && !aggregate.expr.as_ref().is_some_and(|expr| is_chance(&expr.expression))
}

fn kind(aggregate: &Aggregate) -> AggregateKind {
    use AggregateFunction as F;
    match &aggregate.function {
        None => AggregateKind::Rows,
        Some(F::Count) => AggregateKind::Count,
        Some(F::Sum) => AggregateKind::Sum,
        Some(F::Avg) => AggregateKind::Avg,
        Some(F::Min) => AggregateKind::Min,
        Some(F::Max) => AggregateKind::Max,
        Some(F::Sample) => AggregateKind::Sample,
        Some(F::GroupConcat { separator }) => AggregateKind::Concat(separator.clone().unwrap_or_else(|| " ".into())),
        Some(F::Custom(_)) => AggregateKind::Unknown,
    }
}
