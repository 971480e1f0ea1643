//! Rules to a fixed point.

use std::collections::{BTreeSet, HashMap};

use oxrdf::{NamedNode, Quad, Term, Variable};
use spareval::QueryResults;
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};

use super::rule::{Rule, Rules};
use super::strata::{Sort, Sorts};
use crate::query::{Evaluator, QueryError};
use crate::rdf::{Graph, Id, Indexed, Row};
use crate::store::{Store, StoreError};
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

/// Why an inference did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum InferError {
    /// A rule cannot be evaluated.
    #[error("the rule {rule} cannot be evaluated")]
    Query {
        /// Its name.
        rule: String,
        /// Why.
        #[source]
        cause: Box<QueryError>,
    },
    /// The rules do not seem to come to an end.
    #[error("the rules came to no end within {rounds} rounds: {rule} still derives {example}")]
    Rounds {
        /// The bound.
        rounds: u32,
        /// A rule that goes on.
        rule: String,
        /// What it derives.
        example: String,
    },
    /// Too much follows.
    #[error("more than {facts} facts follow; {rule} was at it")]
    Facts {
        /// The bound.
        facts: usize,
        /// The rule that reached it.
        rule: String,
    },
}

/// A fact by the numbers of its terms.
pub(super) type Fact = [Id; 3];

/// What follows, and how.
#[derive(Debug)]
pub struct Inference {
    pub(super) data: Indexed,
    pub(super) graph: Graph,
    /// For each fact inferred the rule and the round that gave it.
    pub(super) how: HashMap<Fact, (usize, u32)>,
    /// The facts in the order in which they were found.
    facts: Vec<Fact>,
    /// How many facts each rule gave.
    counts: Vec<usize>,
    rounds: u32,
}

impl Inference {
    /// The facts that follow and are not stated, in `graph/inferred`.
    pub fn quads(&self) -> impl Iterator<Item = Quad> {
        self.facts.iter().filter_map(|fact| self.data.quad(Row::new(*fact, self.graph)))
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

/// What a store holds but for what was inferred before, and with it what `ontology` says of classes, properties and concepts
/// above each other.
///
/// # Errors
/// [`StoreError`]
pub fn read(store: &dyn Store, ontology: impl IntoIterator<Item = Quad>) -> Result<Indexed, StoreError> {
    let mut data = Indexed::new();
    for quad in store.read(None)? {
        let quad = quad?;
        if quad.graph_name != graph::inferred.into() {
            data.add_stored(&quad);
        }
    }
    let above = [rdfs::subClassOf, rdfs::subPropertyOf, skos::broader];
    for quad in ontology.into_iter().filter(|quad| above.contains(&quad.predicate.as_ref())) {
        data.add(Quad { graph_name: crate::vocab::ONTOLOGY.into(), ..quad }.as_ref());
    }
    data.settle();
    Ok(data)
}

/// Derives all that follows.
///
/// # Errors
/// [`InferError`]
pub fn infer(mut data: Indexed, rules: &Rules, bounds: Bounds) -> Result<Inference, InferError> {
    let graph = Graph::named(data.intern(graph::inferred.into()));
    let inference = Inference {
        data,
        graph,
        how: HashMap::new(),
        facts: Vec::new(),
        counts: vec![0; rules.rules.len()],
        rounds: 0,
    };
    let mut running = Running { inference, rules, bounds, evaluator: Evaluator::default() };
    rules.strata.iter().try_for_each(|stratum| running.stratum(stratum))?;
    Ok(running.inference)
}

struct Running<'r> {
    inference: Inference,
    rules: &'r Rules,
    bounds: Bounds,
    evaluator: Evaluator,
}

/// A term of a new fact: known already, or made by the rule.
enum Made {
    Known(Id),
    New(Term),
}

impl Running<'_> {
    fn stratum(&mut self, stratum: &[usize]) -> Result<(), InferError> {
        let sorts: Vec<Sorts> = stratum.iter().map(|rule| Sorts::of(&self.rules.rules[*rule])).collect();
        let mut due: Vec<usize> = stratum.to_vec();
        let before = self.inference.rounds;
        while !due.is_empty() {
            self.inference.rounds += 1;
            let mut new: BTreeSet<Sort> = BTreeSet::new();
            let mut last = None;
            for rule in &due {
                let before = self.inference.facts.len();
                self.apply(*rule)?;
                if self.inference.facts.len() > before {
                    let place = stratum.iter().position(|other| other == rule).unwrap_or_default();
                    new.extend(sorts[place].derives.iter().cloned());
                    last = Some(*rule);
                }
            }
            self.inference.data.settle();
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

    fn endless(&self, rule: usize) -> InferError {
        let fact = self.inference.facts.last().copied().unwrap_or_default();
        let example = fact.map(|id| self.inference.data.term(id).to_string()).join(" ");
        InferError::Rounds { rounds: self.bounds.rounds, rule: self.rules.rules[rule].name.clone(), example }
    }

    /// Adds what a rule derives now.
    fn apply(&mut self, number: usize) -> Result<(), InferError> {
        let rule = &self.rules.rules[number];
        for made in self.derived(rule)? {
            let fact = made.map(|made| match made {
                Made::Known(id) => id,
                Made::New(term) => self.inference.data.intern(term.as_ref()),
            });
            if self.inference.how.contains_key(&fact) {
                continue;
            }
            self.inference.how.insert(fact, (number, self.inference.rounds));
            self.inference.facts.push(fact);
            self.inference.counts[number] += 1;
            self.inference.data.add_row(Row::new(fact, self.inference.graph));
            if self.inference.facts.len() > self.bounds.facts {
                return Err(InferError::Facts { facts: self.bounds.facts, rule: rule.name.clone() });
            }
        }
        Ok(())
    }

    /// The facts that a rule gives and that are not there yet; one may come more than once.
    fn derived(&self, rule: &Rule) -> Result<Vec<[Made; 3]>, InferError> {
        let failed = |cause: QueryError| InferError::Query { rule: rule.name.clone(), cause: Box::new(cause) };
        let data = &self.inference.data;
        let view = data.view().with_nameless(self.inference.graph);
        let rows = self.evaluator.evaluate(&rule.query, &[], view).map_err(failed)?;
        let QueryResults::Solutions(rows) = rows else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for row in rows {
            let row = row.map_err(|error| failed(error.into()))?;
            for triple in &rule.template {
                let value = |variable: &Variable| {
                    let place = rule.columns.iter().position(|column| column == variable)?;
                    row.values().get(place)?.clone()
                };
                let Some(terms) = instance(triple, &value) else { continue };
                let ids = terms.each_ref().map(|term| data.id(term));
                if let [Some(s), Some(p), Some(o)] = ids
                    && view.contains(s, p, o)
                {
                    continue;
                }
                let mut ids = ids.into_iter();
                found.push(terms.map(|term| ids.next().flatten().map_or(Made::New(term), Made::Known)));
            }
        }
        Ok(found)
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
