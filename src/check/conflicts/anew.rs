//! Conflicts after a change: what rules found before, with what may have changed looked at again.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::find::{Finding, Gathered, over, sort};
use super::rule::ConflictRule;
use super::rules::ConflictRules;
use crate::index::{Id, Version};
use crate::query::{Affected, Changed, Executor, Over, QueryError, Side};

/// More things than these are looked at no quicker than all.
const MANY: usize = 20_000;

/// How much was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Looked {
    /// Things that rules were asked about again.
    pub things: usize,
    /// Rules that were asked about those alone.
    pub narrow: usize,
    /// Rules that were asked about everything.
    pub whole: usize,
}

/// Two states of one base, and what changed between them.
#[derive(Debug, Clone, Copy)]
pub struct States<'s> {
    /// The state that was looked at before.
    pub old: &'s Arc<Version>,
    /// The state that is.
    pub new: &'s Arc<Version>,
    /// What changed.
    pub changed: Changed<'s>,
}

/// All that the rules find in the new state, given what they found in the old one: the same as [`super::find`] finds.
///
/// # Errors
/// As [`super::find`].
pub fn find_again(
    states: States<'_>,
    rules: &ConflictRules,
    before: Vec<Finding>,
    executor: &Executor,
    told: &dyn Fn(usize),
) -> Result<(Vec<Finding>, Looked), QueryError> {
    let (old, new) = (over(states.old), over(states.new));
    let (mut found, mut looked, mut seen) = (Vec::new(), Looked::default(), BTreeSet::new());
    for rule in rules.all() {
        let earlier = before.iter().filter(|finding| finding.rule == rule.name);
        let again = Again { rule, states, executor, old: &old, new: &new };
        match again.affected()? {
            Some(affected) if affected.len() <= MANY => {
                looked.narrow += 1;
                let abouts: BTreeSet<String> = affected.iter().map(|row| states.old.term(row[0]).to_string()).collect();
                found.extend(earlier.filter(|finding| !abouts.contains(&finding.about.to_string())).cloned());
                found.extend(again.of(affected)?);
                seen.extend(abouts);
            }
            _ => {
                looked.whole += 1;
                found.extend(again.all()?);
            }
        }
        told(1);
    }
    executor.sound(states.new)?;
    executor.sound(states.old)?;
    sort(&mut found);
    looked.things = seen.len();
    Ok((found, looked))
}

struct Again<'a> {
    rule: &'a ConflictRule,
    states: States<'a>,
    executor: &'a Executor,
    old: &'a Over,
    new: &'a Over,
}

impl Again<'_> {
    /// What findings may be about that came, went or changed.
    fn affected(&self) -> Result<Affected, QueryError> {
        let changed = &self.states.changed;
        let Some(mut gained) = self.rule.delta.affected(self.executor, self.new, changed, Side::Gained)? else {
            return Ok(None);
        };
        let Some(lost) = self.rule.delta.affected(self.executor, self.old, changed, Side::Lost)? else {
            return Ok(None);
        };
        gained.extend(lost);
        Ok(Some(gained))
    }

    /// What the rule finds of some things in the new state.
    fn of(&self, about: BTreeSet<Vec<Id>>) -> Result<Vec<Finding>, QueryError> {
        let Some(query) = self.rule.delta.restricted().filter(|_| !about.is_empty()) else { return Ok(Vec::new()) };
        let given: Vec<Vec<Id>> = about.into_iter().collect();
        let mut gathered = Gathered::of_columns(self.rule, query.variables());
        self.executor.put(query, self.new, &given, &mut |solution| gathered.take(&solution))?;
        Ok(gathered.finish().collect())
    }

    fn all(&self) -> Result<Vec<Finding>, QueryError> {
        let mut gathered = Gathered::new(self.rule);
        let mut take = |solution: crate::query::Solution<'_>| -> ControlFlow<()> { gathered.take(&solution) };
        self.executor.put(&self.rule.query, self.new, &[], &mut take)?;
        Ok(gathered.finish().collect())
    }
}
