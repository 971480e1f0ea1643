//! Dependent plans and federation: what is computed for each row anew, because the row's values decide what there is to
//! compute; what others are asked.

use std::rc::Rc;

use super::build::Builder;
use super::estimate::Estimate;
use super::node::{Node, Remote, Var, Vars};
use super::planned::{Built, Plan};
use super::rows;
use crate::eval::explain::Told;
use crate::eval::operator::{ForEach, Made, Project, ServiceJoin};
use crate::eval::{Batch, Context, Stop};
use crate::index::Id;

impl Builder {
    /// A node that sees values from around it in places that no join reaches: planned for each row, with these values given.
    pub fn for_each(&mut self, input: Plan, node: &Node, needed: &Vars, cx: &mut Context) -> Built {
        let injected: Vec<Var> = input.vars.iter().copied().filter(|var| self.injected.contains(var)).collect();
        let known: Vec<Var> = self.given.iter().map(|(var, _)| *var).filter(|var| !injected.contains(var)).collect();
        let values = self.given.clone();
        let kept = move |var: Var| values.iter().find(|(known, _)| *known == var).map_or(Id::UNBOUND, |(_, id)| *id);
        let given = move |columns: &dyn Fn(Var) -> Id| {
            let own = injected.iter().map(|var| (*var, columns(*var)));
            own.chain(known.iter().map(|var| (*var, kept(*var)))).collect::<Rc<[(Var, Id)]>>()
        };
        self.anew(input, node, needed, "ForEach", cx, move |builder, values, _| builder.given = given(values))
    }

    /// A node for each named graph.
    pub fn each_graph(&mut self, var: Var, inner: &Node, needed: &Vars, cx: &mut Context) -> Built {
        let graphs = self.graph_names(var, cx);
        self.anew(graphs, inner, needed, "EachGraph", cx, move |builder, values, cx| {
            builder.current = cx.version().graph_number(values(var));
        })
    }

    /// A node joined to each row of an input by a plan of its own; `set` says what the plan is made for.
    fn anew(
        &mut self,
        input: Plan,
        node: &Node,
        needed: &Vars,
        name: &str,
        cx: &mut Context,
        set: impl Fn(&mut Self, &dyn Fn(Var) -> Id, &Context) + 'static,
    ) -> Built {
        let mut builder = self.clone();
        let (node, needed) = (Rc::new(node.clone()), needed.clone());
        let inputs = input.vars.clone();
        let shared: Vars = inputs.iter().copied().collect();
        let own = &(&node.possible() & &shared) | &needed;
        let mut vars: Vec<Var> = inputs.iter().copied().filter(|var| needed.contains(var)).collect();
        vars.extend((&node.possible() & &needed).iter().filter(|var| !inputs.contains(var)));
        let order = vars.clone();
        let rows = super::estimate::estimate(&node, cx.version(), &self.shared).rows;
        let made = node.clone();
        let make = move |batch: &Batch, row: usize, cx: &mut Context| -> Result<Made, Stop> {
            let value = |var: Var| {
                inputs.iter().position(|own| *own == var).map_or(Id::UNBOUND, |at| batch.columns[at].get(row))
            };
            set(&mut builder, &value, cx);
            let plan = builder.build(&made, &own, cx)?;
            let outer = Self::row(inputs.iter().map(|var| (*var, value(*var))));
            let plan = builder.join(plan, outer, &needed, cx);
            let columns = order.iter().map(|var| plan.column(*var)).collect();
            Ok((Box::new(Project { input: plan.op, columns }), plan.told))
        };
        let certain = &input.certain | &node.certain();
        let estimate = Estimate { rows: input.estimate.rows * rows.max(1.0), ..input.estimate };
        let steps = self.trace.then(|| Told::new("Plans".into(), rows, Vec::new()));
        let (told, restarts) = (vec![input.told, steps.clone()], input.restarts);
        let op = Box::new(ForEach::new(input.op, Box::new(make), steps));
        let name = format!("{name}({})", self.shared.names.list(&vars));
        Ok(self.step(|| name, op, (vars, certain), estimate, (told, restarts)))
    }

    /// Rows joined with what another endpoint answers.
    pub fn service(&mut self, input: Plan, remote: &Remote, needed: &Vars, cx: &Context) -> Plan {
        let own: Vec<Var> = remote.vars.iter().map(|(_, var)| *var).collect();
        let answer = Plan { vars: own, ..Plan::unit() };
        let (vars, shown) = rows::shown(&input, &answer, needed);
        let shared = input.vars.iter().enumerate().filter_map(|(at, var)| {
            let other = answer.column(*var)?;
            Some((at, other, input.certain.contains(var)))
        });
        let shared = shared.collect();
        let name = (input.source(remote.name), self.shared.services.clone());
        let told = format!("Service({})", self.name(remote.name, cx));
        let own = super::estimate::estimate(&Node::Service(remote.clone()), cx.version(), &self.shared);
        let both = input.vars.iter().copied().filter(|var| answer.column(*var).is_some());
        let rows = input.estimate.joined(&own, both);
        let estimate = Estimate { rows, distinct: input.estimate.distinct.clone() };
        let (children, restarts) = (vec![input.told.clone()], input.restarts);
        let op = Box::new(ServiceJoin::new(input.op, remote.clone(), name, shared, shown));
        self.step(|| told, op, (vars, input.certain), estimate, (children, restarts))
    }
}
