//! Physical properties: what is known of an operator when it is planned.

use std::rc::Rc;

use super::estimate::Estimate;
use super::node::{Slot, Var, Vars};
use crate::eval::explain::Told;
use crate::eval::operator::{Feed, Source, Unit};
use crate::eval::{Operator, Stop};

/// An operator and what is known of its rows.
pub struct Plan {
    pub op: Box<dyn Operator>,
    /// The variables of its columns.
    pub vars: Vec<Var>,
    /// Those that are bound in each row.
    pub certain: Vars,
    pub estimate: Estimate,
    /// The variable by whose numbers its rows ascend, if there is one.
    pub sorted: Option<Var>,
    pub told: Option<Rc<Told>>,
    /// Whether it is what a plan begins with: one row that binds nothing, or what is given beforehand.
    pub begins: bool,
    /// Whether it is asked again after its last row, as what a feed begins is.
    pub restarts: bool,
}

pub type Built = Result<Plan, Stop>;

impl Plan {
    pub fn column(&self, var: Var) -> Option<usize> {
        self.vars.iter().position(|own| *own == var)
    }

    pub fn unit() -> Self {
        Self {
            op: Box::new(Unit::default()),
            vars: Vec::new(),
            certain: Vars::new(),
            estimate: Estimate::of_rows(1.0),
            sorted: None,
            told: None,
            begins: true,
            restarts: false,
        }
    }

    pub fn fed(feed: Feed, vars: Vec<Var>, certain: Vars, estimate: Estimate) -> Self {
        Self { op: Box::new(feed), vars, certain, estimate, sorted: None, told: None, begins: false, restarts: true }
    }

    /// With rows that ascend by a variable, if it is shown.
    #[must_use]
    pub fn ascending(self, by: Option<Var>) -> Self {
        let sorted = by.filter(|var| self.vars.contains(var));
        Self { sorted, ..self }
    }

    pub fn source(&self, slot: Slot) -> Source {
        match slot {
            Slot::Id(id) => Source::Id(id),
            Slot::Var(var) => self.column(var).map_or(Source::Any, Source::Column),
        }
    }

    /// The columns that are kept beside new values of some variables, and which of these are shown, each once.
    pub fn columns(&self, places: &[(usize, Var)], needed: &Vars) -> (Vec<usize>, Vec<usize>, Vec<Var>) {
        let is_new = |var: &Var| !self.certain.contains(var) && places.iter().any(|(_, place)| place == var);
        let kept: Vec<usize> =
            (0..self.vars.len()).filter(|at| needed.contains(&self.vars[*at]) && !is_new(&self.vars[*at])).collect();
        let mut vars: Vec<Var> = kept.iter().map(|at| self.vars[*at]).collect();
        let mut shown = Vec::new();
        for (place, var) in places {
            if needed.contains(var) && !vars.contains(var) {
                shown.push(*place);
                vars.push(*var);
            }
        }
        (kept, shown, vars)
    }

    /// Pairs of places that are one variable which the input does not fix.
    pub fn same(&self, places: &[(usize, Var)]) -> Vec<(usize, usize)> {
        let mut same = Vec::new();
        for (at, (place, var)) in places.iter().enumerate() {
            if let Some((other, _)) = places[..at].iter().find(|(_, known)| known == var)
                && !self.certain.contains(var)
            {
                same.push((*other, *place));
            }
        }
        same
    }
}
