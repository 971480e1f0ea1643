//! Rules to a fixed point.

use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;

use oxigraph::sparql::QueryDatasetSpecification;
use oxrdf::{NamedNode, NamedOrBlankNode, Quad, Term, Variable};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};

use super::error::InferError;
use super::rules::Rules;
use super::strata::{Sort, Sorts};
use super::template::{Fact, Template};
use crate::index::{Extension, Selection, Version};
use crate::query::{Executor, Over, Solution};
use crate::vocab::{graph, rdfs, skos};

/// How far an inference may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Rounds of one stratum.
    pub rounds: u32,
    /// Facts inferred.
    pub facts: usize,
}

impl Default for Bounds {
    /// 100 rounds, fifty million facts.
    fn default() -> Self {
        Self { rounds: 100, facts: 50_000_000 }
    }
}

/// Bytes that a fact takes beside the columns: where it is from, and its place in the order.
const FACT: usize = 64;

/// What follows, and how.
#[derive(Debug)]
pub struct Inference {
    /// What is stated and what was inferred, as rules see it.
    pub(super) over: Over,
    /// For each fact inferred the rule and the round that gave it.
    pub(super) how: HashMap<Fact, (u32, u32)>,
    /// The facts in the order in which they were found.
    facts: Vec<Fact>,
    /// How many facts each rule gave.
    counts: Vec<usize>,
    rounds: u32,
}

impl Inference {
    /// The facts that follow and are not stated, in `graph/inferred`.
    pub fn quads(&self) -> impl Iterator<Item = Quad> {
        self.facts.iter().filter_map(|fact| self.quad(*fact))
    }

    fn quad(&self, fact: Fact) -> Option<Quad> {
        let [subject, predicate, object] = fact.map(|id| self.over.version.term(id));
        let Term::NamedNode(predicate) = predicate else { return None };
        let subject = match subject {
            Term::NamedNode(node) => NamedOrBlankNode::from(node),
            Term::BlankNode(node) => node.into(),
            _ => return None,
        };
        Some(Quad::new(subject, predicate, object, graph::inferred))
    }

    /// Everything as one graph.
    pub(super) fn all(&self) -> Selection {
        Selection::all(self.over.version.clone())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.facts.len()
    }

    /// Whether nothing follows.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// How many facts each rule gave first, in the order of the rules.
    pub fn counts(&self) -> &[usize] {
        &self.counts
    }

    /// How many rounds it took.
    pub fn rounds(&self) -> u32 {
        self.rounds
    }
}

/// The data without what was inferred before, and with what `ontology` says of classes, properties and concepts above each
/// other.
///
/// # Errors
/// [`InferError::TooLarge`]
pub fn prepare(data: &Version, ontology: impl IntoIterator<Item = Quad>) -> Result<Version, InferError> {
    let mut more = data.extend();
    more.clear(graph::inferred.into());
    add_ontology(more, ontology)
}

/// The data with what was inferred before, and with what `ontology` says as [`prepare`] has it.
pub(super) fn with_ontology(data: &Version, ontology: impl IntoIterator<Item = Quad>) -> Result<Version, InferError> {
    add_ontology(data.extend(), ontology)
}

fn add_ontology(mut more: Extension<'_>, ontology: impl IntoIterator<Item = Quad>) -> Result<Version, InferError> {
    let above = [rdfs::subClassOf, rdfs::subPropertyOf, skos::broader];
    for quad in ontology.into_iter().filter(|quad| above.contains(&quad.predicate.as_ref())) {
        more.insert_quad(Quad { graph_name: crate::vocab::ONTOLOGY.into(), ..quad }.as_ref())?;
    }
    Ok(more.finish())
}

/// The data as rules see it.
pub(super) fn over(version: Arc<Version>) -> Over {
    let stated = version.graphs().iter().filter_map(|graph| match version.term(graph.id) {
        Term::NamedNode(name) => Some(NamedOrBlankNode::from(name)),
        Term::BlankNode(name) => Some(name.into()),
        _ => None,
    });
    let mut graphs = QueryDatasetSpecification::new();
    graphs.set_default_graph_as_union();
    // Facts are in a graph that no rule can ask for.
    graphs.set_available_named_graphs(stated.filter(|name| *name != graph::inferred.into()).collect());
    Over { version, graphs }
}

/// Derives all that follows from data that [`prepare`] gave. `told` hears how many facts have been found.
///
/// # Errors
/// [`InferError`]
pub fn infer(
    data: Version,
    rules: &Rules,
    bounds: Bounds,
    executor: &Executor,
    told: &dyn Fn(usize),
) -> Result<Inference, InferError> {
    let inference = Inference {
        over: over(Arc::new(data)),
        how: HashMap::new(),
        facts: Vec::new(),
        counts: vec![0; rules.rules.len()],
        rounds: 0,
    };
    let mut running = Running { inference, rules, bounds, executor, told };
    rules.strata.iter().try_for_each(|stratum| running.stratum(stratum))?;
    let sound = executor.sound(&running.inference.over.version);
    sound.map_err(|cause| InferError::Stopped(Box::new(cause)))?;
    Ok(running.inference)
}

struct Running<'r> {
    inference: Inference,
    rules: &'r Rules,
    bounds: Bounds,
    executor: &'r Executor,
    told: &'r dyn Fn(usize),
}

impl Running<'_> {
    fn stratum(&mut self, stratum: &[usize]) -> Result<(), InferError> {
        let sorts: Vec<Sorts> = stratum.iter().map(|rule| Sorts::of(&self.rules.rules[*rule])).collect();
        let mut due: Vec<usize> = stratum.to_vec();
        let before = self.inference.rounds;
        while !due.is_empty() {
            self.inference.rounds += 1;
            let (new, last) = self.round(stratum, &sorts, &due)?;
            if let Some(rule) = last.filter(|_| self.inference.rounds - before >= self.bounds.rounds) {
                return Err(self.endless(rule));
            }
            // Only rules that read what is new can give more.
            due = stratum
                .iter()
                .zip(&sorts)
                .filter(|(_, sorts)| sorts.reads_any_of(&new))
                .map(|(rule, _)| *rule)
                .collect();
        }
        Ok(())
    }

    /// Applies the rules that are due to what was known before the round. Gives the sorts of what is new, and the last rule
    /// that gave something new.
    fn round(
        &mut self,
        stratum: &[usize],
        sorts: &[Sorts],
        due: &[usize],
    ) -> Result<(BTreeSet<Sort>, Option<usize>), InferError> {
        let known = self.inference.over.version.clone();
        let mut more = known.extend();
        let inferred = more.graph(graph::inferred.into())?;
        let (mut new, mut last) = (BTreeSet::new(), None);
        for rule in due {
            let before = self.inference.facts.len();
            self.apply(*rule, &mut more, inferred)?;
            if self.inference.facts.len() > before {
                let place = stratum.iter().position(|other| other == rule).unwrap_or_default();
                new.extend(sorts[place].derives.iter().cloned());
                last = Some(*rule);
            }
        }
        self.inference.over.version = Arc::new(more.finish());
        Ok((new, last))
    }

    fn endless(&self, rule: usize) -> InferError {
        let fact = self.inference.facts.last().copied().unwrap_or_default();
        let example = fact.map(|id| self.inference.over.version.term(id).to_string()).join(" ");
        InferError::Rounds { rounds: self.bounds.rounds, rule: self.rules.rules[rule].name.clone(), example }
    }

    /// Adds what a rule derives from what was known before the round.
    fn apply(&mut self, number: usize, more: &mut Extension<'_>, inferred: u32) -> Result<(), InferError> {
        let (rule, executor) = (&self.rules.rules[number], self.executor);
        let over = self.inference.over.clone();
        let known = Selection::all(over.version.clone());
        let mut templates = Template::all(rule, rule.query.variables(), more)?;
        let mut failed = Ok(());
        let mut take = |solution: Solution<'_>| {
            for template in &mut templates {
                match template.fact(&solution, more) {
                    Ok(Some(fact)) if !known.contains(fact) => failed = self.add(number, fact, more, inferred),
                    Ok(_) => {}
                    Err(error) => failed = Err(error),
                }
                if failed.is_err() {
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        };
        let put = executor.put(&rule.query, &over, &[], &mut take);
        failed?;
        put.map_err(|cause| InferError::of(&rule.name, cause))?;
        (self.told)(self.inference.facts.len());
        Ok(())
    }

    fn add(&mut self, rule: usize, fact: Fact, more: &mut Extension<'_>, inferred: u32) -> Result<(), InferError> {
        let inference = &mut self.inference;
        let number = u32::try_from(rule).unwrap_or(u32::MAX);
        if let std::collections::hash_map::Entry::Vacant(place) = inference.how.entry(fact) {
            place.insert((number, inference.rounds));
        } else {
            return Ok(());
        }
        inference.facts.push(fact);
        inference.counts[rule] += 1;
        more.insert(fact, inferred);
        let name = &self.rules.rules[rule].name;
        self.executor.reserve(FACT).map_err(|cause| InferError::of(name, cause))?;
        if inference.facts.len() > self.bounds.facts {
            return Err(InferError::Facts { facts: self.bounds.facts, rule: name.clone() });
        }
        Ok(())
    }
}

/// A pattern with its variables replaced: none where one is unbound, or the result is no triple.
pub(super) fn instance(triple: &TriplePattern, value: &dyn Fn(&Variable) -> Option<Term>) -> Option<[Term; 3]> {
    let term = |pattern: &TermPattern| match pattern {
        TermPattern::NamedNode(node) => Some(Term::from(node.clone())),
        TermPattern::Literal(literal) => Some(literal.clone().into()),
        TermPattern::Variable(variable) => value(variable),
        TermPattern::BlankNode(_) | TermPattern::Triple(_) => None,
    };
    let predicate: NamedNode = match &triple.predicate {
        NamedNodePattern::NamedNode(node) => node.clone(),
        NamedNodePattern::Variable(variable) => match value(variable)? {
            Term::NamedNode(node) => node,
            _ => return None,
        },
    };
    let subject = term(&triple.subject).filter(|term| term.is_named_node() || term.is_blank_node())?;
    Some([subject, predicate.into(), term(&triple.object)?])
}
