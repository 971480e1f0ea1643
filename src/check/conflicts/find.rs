//! What conflict rules find: rows of their queries, those of one thing together.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use oxigraph::sparql::QueryDatasetSpecification;
use oxrdf::{GraphName, NamedNode, NamedOrBlankNode, Term, Variable};
use serde::{Deserialize, Serialize};

use super::super::data::{is_unstated, text};
use super::super::written;
use super::rule::ConflictRule;
use super::rules::ConflictRules;
use crate::index::Version;
use crate::query::{Executor, Over, QueryError, Solution};
use crate::vocab::graph;

/// What a node says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The node: the thing that the finding is about, or of a figure its observation.
    #[serde(with = "written::one")]
    pub fact: Term,
    /// By which property, where the facts of one finding have several.
    #[serde(with = "written::option")]
    pub property: Option<Term>,
    /// The value.
    #[serde(with = "written::option")]
    pub value: Option<Term>,
    /// As of when.
    #[serde(with = "written::option")]
    pub when: Option<Term>,
    /// In which graph, where the rule tells; else wherever it stands.
    #[serde(with = "written::option")]
    pub graph: Option<Term>,
}

/// What a rule found: facts that cannot all be right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's name.
    #[serde(with = "written::text")]
    pub rule: Arc<str>,
    /// What it is about.
    #[serde(with = "written::one")]
    pub about: Term,
    /// Which property of it, where all facts have one.
    #[serde(with = "written::option")]
    pub property: Option<Term>,
    /// What else tells it from other findings of the rule on the same thing, by the names of the rule's columns.
    #[serde(with = "written::pairs")]
    pub key: Vec<(String, Term)>,
    /// What it comes to.
    #[serde(with = "written::node")]
    pub verdict: NamedNode,
    /// Who says what, sorted.
    pub said: Vec<Said>,
    /// Other columns of the rule, by their names.
    #[serde(with = "written::map")]
    pub others: BTreeMap<String, Term>,
}

impl Finding {
    /// What tells it from every other finding: it stays the same while facts come and go.
    pub fn identity(&self) -> String {
        let mut identity = format!("{} {}", self.rule, self.about);
        if let Some(property) = &self.property {
            identity.push_str(&format!(" {property}"));
        }
        self.key.iter().for_each(|(name, term)| identity.push_str(&format!(" {name}={term}")));
        identity
    }

    /// The nodes that it names, each once.
    pub fn facts(&self) -> BTreeSet<String> {
        self.said.iter().map(|said| said.fact.to_string()).collect()
    }
}

/// The data as rules see it: what documents and shared graphs state is the default graph; every graph has its name.
pub(super) fn over(data: &Arc<Version>) -> Over {
    let named: Vec<(u32, NamedOrBlankNode)> = data
        .graphs()
        .iter()
        .filter_map(|graph| match data.term(graph.id) {
            Term::NamedNode(name) => Some((graph.number, name.into())),
            Term::BlankNode(name) => Some((graph.number, name.into())),
            _ => None,
        })
        .collect();
    let is_review = |name: &NamedOrBlankNode| *name == graph::review.into_owned().into();
    let facts = named.iter().filter(|(number, name)| !is_unstated(data, *number) && !is_review(name));
    let facts = facts.map(|(_, name)| GraphName::from(name.clone()));
    let mut graphs = QueryDatasetSpecification::new();
    graphs.set_default_graph(std::iter::once(GraphName::DefaultGraph).chain(facts).collect());
    graphs.set_available_named_graphs(named.into_iter().map(|(_, name)| name).collect());
    Over { version: data.clone(), graphs }
}

/// All that the rules find, in the order of their names and of what it is about. `told` hears of each rule that is done.
///
/// # Errors
/// Those of [`Executor::put`].
pub fn find(
    data: &Arc<Version>,
    rules: &ConflictRules,
    executor: &Executor,
    told: &dyn Fn(usize),
) -> Result<Vec<Finding>, QueryError> {
    let over = over(data);
    let mut found = Vec::new();
    for rule in rules.all() {
        let mut gathered = Gathered::new(rule);
        executor.put(&rule.query, &over, &[], &mut |solution| gathered.take(&solution))?;
        found.extend(gathered.finish());
        told(1);
    }
    executor.sound(data)?;
    sort(&mut found);
    Ok(found)
}

/// Puts findings in their order.
pub(super) fn sort(found: &mut [Finding]) {
    found.sort_by_cached_key(Finding::identity);
}

/// Rows of a rule on their way to findings.
pub(super) struct Gathered<'r> {
    rule: &'r ConflictRule,
    /// Where each column of the rule stands in a solution.
    places: Vec<usize>,
    findings: BTreeMap<String, (Finding, BTreeMap<String, Said>)>,
}

impl<'r> Gathered<'r> {
    pub(super) fn new(rule: &'r ConflictRule) -> Self {
        Self::of_columns(rule, rule.query.variables())
    }

    /// Of a query that shows the columns of the rule in another order.
    pub(super) fn of_columns(rule: &'r ConflictRule, columns: &[Variable]) -> Self {
        let place = |name: &Variable| columns.iter().position(|other| other == name).unwrap_or(columns.len());
        Self { rule, places: rule.query.variables().iter().map(place).collect(), findings: BTreeMap::new() }
    }

    fn term(&self, solution: &Solution<'_>, column: usize) -> Option<Term> {
        solution.term(self.places[column])
    }

    pub(super) fn take(&mut self, solution: &Solution<'_>) -> ControlFlow<()> {
        // A row without `?about` is of nothing.
        if let Some(finding) = self.finding(solution) {
            let said = self.rule.facts.iter().filter_map(|fact| {
                let [node, property, value, when, graph] =
                    fact.places.map(|at| at.and_then(|at| self.term(solution, at)));
                // A fact that the row has no node for is not said in it.
                let node = if fact.places[0].is_some() { node? } else { finding.about.clone() };
                Some(Said { fact: node, property, value, when, graph })
            });
            let said: Vec<Said> = said.collect();
            let (known, all) =
                self.findings.entry(finding.identity()).or_insert_with(|| (finding.clone(), BTreeMap::new()));
            all.extend(said.into_iter().map(|said| (key(&said), said)));
            // Of several rows the least in the order of texts counts, whatever order they come in.
            for (name, term) in finding.others {
                let kept = known.others.entry(name).or_insert_with(|| term.clone());
                if term.to_string() < kept.to_string() {
                    *kept = term;
                }
            }
            if finding.verdict.as_str() < known.verdict.as_str() {
                known.verdict = finding.verdict;
            }
        }
        ControlFlow::Continue(())
    }

    fn finding(&self, solution: &Solution<'_>) -> Option<Finding> {
        let rule = self.rule;
        let of = |columns: &[(String, usize)]| -> Vec<(String, Term)> {
            columns.iter().filter_map(|(name, at)| Some((name.clone(), self.term(solution, *at)?))).collect()
        };
        let verdict = rule.by_row.and_then(|at| self.term(solution, at)).and_then(|term| match term {
            Term::NamedNode(node) => Some(node),
            _ => None,
        });
        Some(Finding {
            rule: rule.name.clone(),
            about: self.term(solution, rule.about)?,
            property: rule.property.and_then(|at| self.term(solution, at)),
            key: of(&rule.key),
            verdict: verdict.unwrap_or_else(|| rule.verdict.clone()),
            said: Vec::new(),
            others: of(&rule.others).into_iter().collect(),
        })
    }

    pub(super) fn finish(self) -> impl Iterator<Item = Finding> {
        self.findings.into_values().map(|(finding, said)| Finding { said: said.into_values().collect(), ..finding })
    }
}

/// By when, then by value, numbers as such, then by the node.
fn key(said: &Said) -> String {
    let term = |term: &Option<Term>| term.as_ref().map(ToString::to_string).unwrap_or_default();
    let when = said.when.as_ref().map(text).unwrap_or_default();
    let number = said.value.as_ref().and_then(|value| text(value).parse::<f64>().ok()).unwrap_or_default();
    // Digits before the text of a number put 9 before 10.
    let [value, property, graph] = [&said.value, &said.property, &said.graph].map(term);
    format!("{when} {number:020.3} {value} {} {property} {graph}", said.fact)
}
