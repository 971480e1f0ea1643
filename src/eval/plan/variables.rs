//! Scope analysis: which variables a part of a query binds, surely or perhaps, and which it only looks at.

use super::node::{Node, Vars};

impl Node {
    /// The variables that may be bound in its rows.
    pub fn possible(&self) -> Vars {
        let mut all = Vars::new();
        self.add_possible(&mut all);
        all
    }

    fn add_possible(&self, all: &mut Vars) {
        match self {
            Self::Pattern(pattern) => all.add(&pattern.vars()),
            Self::Closure(closure) => all.add(&closure.vars()),
            Self::Values { vars, .. } => all.extend(vars),
            Self::Service(remote) => all.extend(remote.vars.iter().map(|(_, var)| *var)),
            Self::Extend { var, .. } | Self::EachGraph { var, .. } | Self::GraphNames(var) => {
                all.insert(*var);
            }
            Self::Distinct { inner, vars } => {
                let inner = inner.possible();
                all.extend(vars.iter().filter(|var| inner.contains(var)));
            }
            Self::Aggregation { inner, keys, aggregates } => {
                let inner = inner.possible();
                all.extend(keys.iter().filter(|var| inner.contains(var)));
                all.extend(aggregates.iter().map(|aggregate| aggregate.var));
            }
            Self::TripleTerm { term, parts } => all.extend(parts.iter().filter_map(|slot| slot.var()).chain([*term])),
            _ => {}
        }
        match self {
            Self::Minus { left, .. } => left.add_possible(all),
            Self::Distinct { .. } | Self::Aggregation { .. } => {}
            _ => self.each_below(&mut |node| node.add_possible(all)),
        }
    }

    /// The variables that are bound in each of its rows.
    pub fn certain(&self) -> Vars {
        let mut all = Vars::new();
        self.add_certain(&mut all);
        all
    }

    fn add_certain(&self, all: &mut Vars) {
        match self {
            Self::Group { parts, .. } => parts.iter().for_each(|part| part.add_certain(all)),
            Self::Union(parts) => {
                let common = parts.iter().map(Self::certain).reduce(|a, b| &a & &b);
                all.add(&common.unwrap_or_default());
            }
            Self::Lateral { left, right } => {
                left.add_certain(all);
                right.add_certain(all);
            }
            Self::LeftJoin { left, .. } | Self::Minus { left, .. } => left.add_certain(all),
            Self::Extend { inner, var, expr } => {
                inner.add_certain(all);
                if expr.is_constant() || expr.renames().is_some_and(|var| inner.certain().contains(&var)) {
                    all.insert(*var);
                }
            }
            Self::EachGraph { inner, var } => {
                inner.add_certain(all);
                all.insert(*var);
            }
            Self::Values { vars, rows } => {
                let bound = |at: &usize| rows.iter().all(|row| row[*at].is_bound());
                all.extend((0..vars.len()).filter(bound).map(|at| vars[at]));
            }
            Self::Distinct { inner, vars } | Self::Aggregation { inner, keys: vars, .. } => {
                let inner = inner.certain();
                all.extend(vars.iter().filter(|var| inner.contains(var)));
            }
            Self::Sort { inner, .. } | Self::Slice { inner, .. } => inner.add_certain(all),
            Self::Service(_) => {}
            Self::Pattern(_)
            | Self::Closure(_)
            | Self::GraphExists(_)
            | Self::GraphNames(_)
            | Self::TripleTerm { .. } => self.add_possible(all),
        }
    }

    /// The variables that it names anywhere, also those that it only looks at.
    pub fn mentioned(&self) -> Vars {
        let mut all = Vars::new();
        self.add_mentioned(&mut all);
        all
    }

    fn add_mentioned(&self, all: &mut Vars) {
        if !matches!(self, Self::Group { .. } | Self::Union(_) | Self::LeftJoin { .. } | Self::Lateral { .. }) {
            self.add_own(all);
        }
        self.each_below(&mut |node| node.add_mentioned(all));
        self.each_condition(&mut |vars| all.add(vars));
    }

    /// The variables that it names beside those of the nodes below.
    fn add_own(&self, all: &mut Vars) {
        match self {
            Self::Extend { var, .. } | Self::EachGraph { var, .. } => {
                all.insert(*var);
            }
            Self::Distinct { vars, .. } => all.extend(vars),
            Self::Aggregation { keys, aggregates, .. } => {
                all.extend(keys);
                all.extend(aggregates.iter().map(|aggregate| aggregate.var));
            }
            Self::Minus { .. } | Self::Sort { .. } | Self::Slice { .. } => {}
            Self::Service(remote) => {
                all.extend(remote.name.var());
                self.add_possible(all);
            }
            _ => self.add_possible(all),
        }
    }

    /// The variables that name endpoints and that it does not bind itself.
    pub fn asked(&self) -> Vars {
        let own = match self {
            Self::Service(remote) => remote.name.var().into_iter().collect(),
            _ => {
                let mut all = Vars::new();
                self.each_below(&mut |node| all.add(&node.asked()));
                all
            }
        };
        if own.is_empty() { own } else { &own - &self.possible() }
    }

    /// Whether it can be evaluated without the rows that it is joined with.
    pub fn stands_alone(&self) -> bool {
        !matches!(self, Self::TripleTerm { .. } | Self::GraphExists(_) | Self::Service(_)) && self.asked().is_empty()
    }

    /// Whether values from around it that stand for variables change more than which of its rows are left: it counts or
    /// orders rows before they meet these values, or looks at them where they are not bound.
    pub fn depends_on(&self, given: &Vars) -> bool {
        let within = |inner: &Node| !inner.possible().is_disjoint(given);
        let own = match self {
            Self::Slice { inner, .. } => within(inner),
            Self::Aggregation { inner, keys, .. } => {
                inner.possible().iter().any(|var| given.contains(&var) && !keys.contains(&var))
            }
            Self::EachGraph { var, inner } => given.contains(var) && inner.mentioned().contains(var),
            // No steps lead from a term that is put into it, also if no graph has it.
            Self::Closure(closure) => {
                (closure.zero || closure.step.may_be_empty()) && !closure.vars().is_disjoint(given)
            }
            // Whether the left side stands alone is decided by what the right side gives for these values.
            Self::LeftJoin { left, right, .. } => !(&right.possible() & given).is_subset(&left.certain()),
            _ => false,
        };
        let mut below = own;
        self.each_below(&mut |node| below = below || node.depends_on(given));
        below
    }

    /// The nodes right below.
    pub fn below(&self) -> Vec<&Node> {
        match self {
            Self::Group { parts, .. } | Self::Union(parts) => parts.iter().collect(),
            Self::LeftJoin { left, right, .. } | Self::Minus { left, right } | Self::Lateral { left, right } => {
                vec![left, right]
            }
            Self::Extend { inner, .. }
            | Self::Distinct { inner, .. }
            | Self::Sort { inner, .. }
            | Self::Slice { inner, .. }
            | Self::Aggregation { inner, .. }
            | Self::EachGraph { inner, .. } => vec![inner],
            _ => Vec::new(),
        }
    }

    fn each_below(&self, see: &mut dyn FnMut(&Node)) {
        self.below().into_iter().for_each(see);
    }

    fn each_condition(&self, see: &mut dyn FnMut(&Vars)) {
        match self {
            Self::Group { filters, .. } => filters.iter().for_each(|filter| see(&filter.condition.vars())),
            Self::LeftJoin { conditions, .. } => conditions.iter().for_each(|condition| see(&condition.vars())),
            Self::Extend { expr, .. } => see(&expr.vars),
            Self::Sort { keys, .. } => keys.iter().for_each(|(expr, _)| see(&expr.vars)),
            Self::Aggregation { aggregates, .. } => {
                aggregates.iter().filter_map(|aggregate| aggregate.expr.as_ref()).for_each(|expr| see(&expr.vars))
            }
            _ => {}
        }
    }
}
