//! What follows after a change, from what followed before: facts that rest on what went are taken back as far as they may
//! have rested on it, and those that follow otherwise, or follow newly, are found again (delete and rederive; Gupta, Mumick and
//! Subrahmanian, *Maintaining Views Incrementally*, 1993). Stratum by stratum the result is that of a whole run.

use std::collections::{BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use oxrdf::{Quad, Variable};
use spargebra::term::TermPattern;

use super::error::InferError;
use super::rule::{Rule, columns};
use super::rules::Rules;
use super::run::{Bounds, over, with_ontology};
use super::template::{Fact, Template};
use crate::index::{Change, Extension, Id, Row, Selection, Version};
use crate::query::{Affected, Changed, Delta, Executor, Over, Prepared, Side};
use crate::vocab::graph;

/// More solutions than these of one rule are found no quicker than all.
const MANY: usize = 100_000;

/// What a change made follow, and no longer follow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Again {
    /// Facts that follow and did not, in `graph/inferred`.
    pub come: Vec<Quad>,
    /// Facts that followed and do not.
    pub gone: Vec<Quad>,
    /// How many follow by now.
    pub all: usize,
    /// How many were looked at again.
    pub looked: usize,
}

/// Derives what follows in `data`, in whose `graph/inferred` stands what followed before `since` came and went. `ontology` is
/// as for [`super::prepare`]. None where only a whole run can tell: a rule cannot be asked about some solutions alone, or too
/// much has changed.
///
/// # Errors
/// [`InferError`]
pub fn infer_again(
    data: &Version,
    (come, gone): (&[Quad], &[Quad]),
    ontology: impl IntoIterator<Item = Quad>,
    rules: &Rules,
    bounds: Bounds,
    executor: &Executor,
) -> Result<Option<Again>, InferError> {
    let new = Arc::new(with_ontology(data, ontology)?);
    let back: Vec<Change> =
        come.iter().cloned().map(Change::Remove).chain(gone.iter().cloned().map(Change::Insert)).collect();
    let old = Arc::new(new.with_changes(&back, new.epoch())?);
    let rows = |version: &Version, quads: &[Quad]| -> Option<Vec<Row>> {
        quads.iter().map(|quad| version.row(quad)).collect()
    };
    let (Some(come), Some(gone)) = (rows(&new, come), rows(&old, gone)) else { return Ok(None) };
    let Some(deltas) = rules.rules.iter().map(RuleDelta::new).collect::<Option<Vec<_>>>() else { return Ok(None) };
    let mut more = new.extend();
    let inferred = more.graph(graph::inferred.into())?;
    let new = Arc::new(more.finish());
    let mut running = Running {
        old: over(old),
        now: new.clone(),
        first: new,
        inferred,
        come,
        gone,
        missing: HashSet::new(),
        touched: Vec::new(),
        looked: 0,
        rules,
        deltas: &deltas,
        bounds,
        executor,
    };
    running.leave_what_is_stated();
    for stratum in 0..rules.strata.len() {
        if !running.stratum(stratum)? {
            return Ok(None);
        }
    }
    executor.sound(&running.now).map_err(|cause| InferError::Stopped(Box::new(cause)))?;
    Ok(Some(running.finish()))
}

/// A rule for some of its solutions alone.
struct RuleDelta {
    delta: Delta,
    /// For each triple that it derives the rule for some facts alone, as far as the triple's variables are bound by the data:
    /// their places in the fact, and the query.
    by_head: Vec<(Vec<usize>, Option<Prepared>)>,
}

impl RuleDelta {
    fn new(rule: &Rule) -> Option<Self> {
        let shown = columns(&rule.template);
        let delta = Delta::new(&rule.pattern, &shown, None);
        let by_head = rule.template.iter().map(|triple| {
            let predicate = TermPattern::from(triple.predicate.clone());
            let parts = [&triple.subject, &predicate, &triple.object];
            let bound = parts.into_iter().enumerate().filter_map(|(place, part)| match part {
                TermPattern::Variable(name) if Delta::binds(&rule.pattern, name) => Some((place, name.clone())),
                _ => None,
            });
            let (mut places, mut names): (Vec<usize>, Vec<Variable>) = (Vec::new(), Vec::new());
            for (place, name) in bound {
                if !names.contains(&name) {
                    places.push(place);
                    names.push(name);
                }
            }
            let query = (!names.is_empty())
                .then(|| Delta::new(&rule.pattern, &shown, Some(names)).restricted().cloned())
                .flatten();
            (places, query)
        });
        let by_head = by_head.collect();
        delta.is_narrow().then_some(Self { delta, by_head })
    }
}

struct Running<'r> {
    /// Before the changes, with what followed then.
    old: Over,
    /// After the changes, with what follows as far as it is known.
    now: Arc<Version>,
    /// After the changes, with what followed before.
    first: Arc<Version>,
    /// The number of the graph of what follows.
    inferred: u32,
    come: Vec<Row>,
    gone: Vec<Row>,
    /// What was taken back and has not been found again.
    missing: HashSet<Fact>,
    /// What was taken back or added at some time.
    touched: Vec<Fact>,
    looked: usize,
    rules: &'r Rules,
    deltas: &'r [RuleDelta],
    bounds: Bounds,
    executor: &'r Executor,
}

/// Facts in the order in which they were found.
type Facts = Vec<Fact>;

impl Running<'_> {
    fn fact(row: &Row) -> Fact {
        [row.0, row.1, row.2]
    }

    fn row(&self, [subject, predicate, object]: Fact) -> Row {
        (subject, predicate, object, self.inferred)
    }

    /// Takes facts out of what follows that documents state by now.
    fn leave_what_is_stated(&mut self) {
        let is_inferred: Vec<Fact> =
            self.come.iter().map(Self::fact).filter(|fact| self.now.holds(self.row(*fact))).collect();
        self.change(&[], &is_inferred);
    }

    fn change(&mut self, come: &[Fact], gone: &[Fact]) {
        if come.is_empty() && gone.is_empty() {
            return;
        }
        let now = self.now.clone();
        let mut more = now.extend();
        gone.iter().for_each(|fact| more.remove(*fact, self.inferred));
        come.iter().for_each(|fact| more.insert(*fact, self.inferred));
        self.now = Arc::new(more.finish());
        self.touched.extend(come.iter().chain(gone));
    }

    /// Brings a stratum up to date; whether that could be done.
    fn stratum(&mut self, stratum: usize) -> Result<bool, InferError> {
        let rules = self.rules.strata[stratum].clone();
        let Some(taken) = self.take_back(&rules)? else { return Ok(false) };
        // What went and follows from what is left, by these rules or those below.
        let below: Vec<usize> = self.rules.strata[..=stratum].concat();
        let found: BTreeSet<Fact> = self.find_missing(&below)?.into_iter().collect();
        self.change(&found.iter().copied().collect::<Facts>(), &[]);
        self.missing.retain(|fact| !found.contains(fact));
        let Some(new) = self.find_new(&rules, &found)? else { return Ok(false) };
        // For the strata above.
        let again: HashSet<Fact> = found.into_iter().chain(new.iter().copied()).collect();
        let gone: Vec<Row> = taken.iter().filter(|fact| !again.contains(*fact)).map(|fact| self.row(*fact)).collect();
        let was = Selection::all(self.old.version.clone());
        let come: Vec<Row> = again.iter().filter(|fact| !was.contains(**fact)).map(|fact| self.row(*fact)).collect();
        self.gone.extend(gone);
        self.come.extend(come);
        Ok(true)
    }

    /// Takes back all facts of which a derivation may be gone.
    fn take_back(&mut self, rules: &[usize]) -> Result<Option<Facts>, InferError> {
        let (mut come, mut gone) = (self.come.clone(), self.gone.clone());
        let mut taken = Facts::new();
        while !come.is_empty() || !gone.is_empty() {
            let changed = Changed { come: &come, gone: &gone };
            let Some(lost) = self.derived(rules, &self.old.clone(), &changed, Side::Lost)? else { return Ok(None) };
            let lost: Vec<Fact> = lost.into_iter().filter(|fact| self.now.holds(self.row(*fact))).collect();
            self.change(&[], &lost);
            (come, gone) = (Vec::new(), lost.iter().map(|fact| self.row(*fact)).collect());
            self.missing.extend(&lost);
            taken.extend(lost);
        }
        Ok(Some(taken))
    }

    /// Finds those of the missing facts that follow from what is there.
    fn find_missing(&mut self, rules: &[usize]) -> Result<Facts, InferError> {
        let (mut found, over) = (BTreeSet::new(), over(self.now.clone()));
        for rule in rules {
            for (triple, (places, query)) in self.rules.rules[*rule].template.iter().zip(&self.deltas[*rule].by_head) {
                let fitting = self.missing.iter().filter(|fact| fits(triple, fact, &self.now));
                let rows: BTreeSet<Vec<Id>> =
                    fitting.map(|fact| places.iter().map(|place| fact[*place]).collect()).collect();
                if rows.is_empty() {
                    continue;
                }
                let rows: Vec<Vec<Id>> = rows.into_iter().collect();
                // Where the data binds none of its variables all of the rule's facts are looked through.
                let facts = match query {
                    Some(query) => self.facts(*rule, query, &over, &rows)?,
                    None => self.facts(*rule, &self.rules.rules[*rule].query, &over, &[])?,
                };
                found.extend(facts.into_iter().filter(|fact| self.missing.contains(fact)));
            }
        }
        let known = Selection::all(self.now.clone());
        Ok(found.into_iter().filter(|fact| !known.contains(*fact)).collect())
    }

    /// Adds what follows by rules from what came, `found` among it, or since what they deny went.
    fn find_new(&mut self, rules: &[usize], found: &BTreeSet<Fact>) -> Result<Option<Facts>, InferError> {
        let mut come: Vec<Row> = self.come.iter().copied().chain(found.iter().map(|fact| self.row(*fact))).collect();
        let mut gone = self.gone.clone();
        let (mut new, mut rounds) = (Facts::new(), 0);
        while !come.is_empty() || !gone.is_empty() {
            rounds += 1;
            let changed = Changed { come: &come, gone: &gone };
            let over = over(self.now.clone());
            let Some(gained) = self.derived(rules, &over, &changed, Side::Gained)? else { return Ok(None) };
            let known = Selection::all(self.now.clone());
            let gained: BTreeSet<Fact> = gained.into_iter().filter(|fact| !known.contains(*fact)).collect();
            self.change(&gained.iter().copied().collect::<Facts>(), &[]);
            self.missing.retain(|fact| !gained.contains(fact));
            (come, gone) = (gained.iter().map(|fact| self.row(*fact)).collect(), Vec::new());
            new.extend(gained);
            if rounds > self.bounds.rounds || new.len() > self.bounds.facts {
                return Ok(None);
            }
        }
        Ok(Some(new))
    }

    /// What rules derive by solutions that may have changed; none where that cannot be told.
    fn derived(
        &mut self,
        rules: &[usize],
        over: &Over,
        changed: &Changed<'_>,
        side: Side,
    ) -> Result<Option<BTreeSet<Fact>>, InferError> {
        let mut found = BTreeSet::new();
        for rule in rules {
            let (delta, name) = (&self.deltas[*rule].delta, &self.rules.rules[*rule].name);
            let affected = delta.affected(self.executor, over, changed, side);
            let affected: Affected = affected.map_err(|cause| InferError::of(name, cause))?;
            let Some(affected) = affected.filter(|affected| affected.len() <= MANY) else { return Ok(None) };
            self.looked += affected.len();
            let Some(query) = delta.restricted().filter(|_| !affected.is_empty()) else { continue };
            let rows: Vec<Vec<Id>> = affected.into_iter().collect();
            found.extend(self.facts(*rule, query, over, &rows)?);
        }
        Ok(Some(found))
    }

    /// What a rule derives by the solutions of a query.
    fn facts(&self, rule: usize, query: &Prepared, over: &Over, rows: &[Vec<Id>]) -> Result<Facts, InferError> {
        let (rule, base) = (&self.rules.rules[rule], over.version.clone());
        let mut more: Extension<'_> = base.extend();
        let mut templates = Template::all(rule, query.variables(), &mut more)?;
        let (mut found, mut failed) = (Facts::new(), Ok(()));
        let put = self.executor.put(query, over, rows, &mut |solution| {
            for template in &mut templates {
                match template.fact(&solution, &mut more) {
                    Ok(fact) => found.extend(fact),
                    Err(error) => failed = Err(error),
                }
            }
            if failed.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        failed?;
        put.map_err(|cause| InferError::of(&rule.name, cause))?;
        Ok(found)
    }

    fn finish(self) -> Again {
        let touched: BTreeSet<Fact> = self.touched.iter().copied().collect();
        let quads = |is: &Version, was: &Version| -> Vec<Quad> {
            let facts = touched.iter().map(|fact| self.row(*fact)).filter(|row| is.holds(*row) && !was.holds(*row));
            facts.map(|row| is.quad(row)).collect()
        };
        let name = self.now.graph_id(self.inferred);
        let graph = self.now.graphs().iter().find(|graph| Some(graph.id) == name);
        Again {
            come: quads(&self.now, &self.first),
            gone: quads(&self.first, &self.now),
            all: graph.map_or(0, |graph| graph.quads),
            looked: self.looked,
        }
    }
}

/// Whether a fact may be an instance of a triple that a rule derives, as far as its constants tell.
fn fits(triple: &spargebra::term::TriplePattern, fact: &Fact, version: &Version) -> bool {
    let predicate = TermPattern::from(triple.predicate.clone());
    [&triple.subject, &predicate, &triple.object].into_iter().zip(fact).all(|(part, id)| match part {
        TermPattern::NamedNode(node) => version.id(node.as_ref().into()) == Some(*id),
        TermPattern::Literal(literal) => version.find(literal.clone().into()) == Some(*id),
        _ => true,
    })
}

#[cfg(test)]
mod tests;
