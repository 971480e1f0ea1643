//! Join output: the columns of joined rows.

use super::node::{Var, Vars};
use super::planned::Plan;
use crate::eval::operator::From;

/// The needed variables of two joined plans, and where each is taken from.
pub fn shown(probe: &Plan, table: &Plan, needed: &Vars) -> (Vec<Var>, Vec<From>) {
    let from = |var: Var| match (probe.column(var), table.column(var)) {
        (Some(own), Some(other)) if !probe.certain.contains(&var) => From::Either(own, other),
        (Some(own), _) => From::Probe(own),
        (None, other) => From::Table(other.unwrap_or_default()),
    };
    let own = table.vars.iter().filter(|var| probe.column(**var).is_none());
    let vars: Vec<Var> = probe.vars.iter().chain(own).copied().filter(|var| needed.contains(var)).collect();
    let shown = vars.iter().map(|var| from(*var)).collect();
    (vars, shown)
}
