//! Why a fact holds: down to what is stated.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;

use oxigraph::sparql::QueryDatasetSpecification;
use oxrdf::{Term, Triple, Variable};
use spargebra::algebra::{GraphPattern, PropertyPathExpression};
use spargebra::term::{TermPattern, TriplePattern};

use super::error::InferError;
use super::rule::{Manner, Rule, columns, each, select, with_variables};
use super::rules::Rules;
use super::run::{Inference, instance};
use super::template::Fact;
use crate::check::Origin;
use crate::index::{Id, Selection};
use crate::query::{Executor, Over, Prepared, Query, Solution};
use crate::vocab;

/// Solutions of a rule that are looked through for one that rests on earlier facts.
const TRIED: usize = 100_000;

/// A fact and why it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Derivation {
    /// Subject, predicate, object.
    pub fact: [Term; 3],
    /// Why.
    pub why: Why,
}

/// Why a fact holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Why {
    /// Documents, or shared graphs, say so.
    Stated(Vec<Origin>),
    /// The vocabulary says so.
    Vocabulary,
    /// A rule derives it from other facts.
    Rule {
        /// The rule's name.
        name: String,
        /// What it says.
        title: String,
        /// From what.
        from: Vec<Derivation>,
    },
    /// It was told above.
    Above,
    /// It follows by a path that is not told step by step.
    Path,
}

impl Derivation {
    /// Every term of the derivation.
    pub fn terms(&self) -> Vec<Term> {
        let mut terms = self.fact.to_vec();
        if let Why::Rule { from, .. } = &self.why {
            terms.extend(from.iter().flat_map(Self::terms));
        }
        terms
    }
}

/// The facts that a CONSTRUCT gives over what is stated and what was inferred, sorted. A blank node in it stands for
/// anything, as it does in its pattern.
///
/// # Errors
/// [`InferError::Query`]
pub fn matching(inference: &Inference, query: &Query, executor: &Executor) -> Result<Vec<Triple>, InferError> {
    let spargebra::Query::Construct { template, pattern, .. } = query.algebra() else { return Ok(Vec::new()) };
    let (template, pattern) = with_variables(template, pattern);
    let prepared = Prepared::from(Query::from(select(pattern, columns(&template))));
    let mut graphs = QueryDatasetSpecification::new();
    graphs.set_default_graph_as_union();
    let over = Over { graphs, ..inference.over.clone() };
    let mut found: BTreeMap<String, Triple> = BTreeMap::new();
    let mut take = |solution: Solution<'_>| {
        let value = |variable: &Variable| value_in(&prepared, &solution, variable);
        for terms in template.iter().filter_map(|triple| instance(triple, &value)) {
            found.extend(triple(terms).map(|triple| (triple.to_string(), triple)));
        }
        ControlFlow::Continue(())
    };
    executor.put(&prepared, &over, &[], &mut take).map_err(|cause| InferError::of("asked about", cause))?;
    Ok(found.into_values().collect())
}

fn triple([subject, predicate, object]: [Term; 3]) -> Option<Triple> {
    let Term::NamedNode(predicate) = predicate else { return None };
    match subject {
        Term::NamedNode(node) => Some(Triple::new(node, predicate, object)),
        Term::BlankNode(node) => Some(Triple::new(node, predicate, object)),
        _ => None,
    }
}

fn value_in(query: &Prepared, solution: &Solution<'_>, variable: &Variable) -> Option<Term> {
    solution.term(query.variables().iter().position(|column| column == variable)?)
}

/// Why a fact holds; none where it is neither stated nor inferred.
///
/// # Errors
/// [`InferError::Query`]
pub fn explain(
    inference: &Inference,
    rules: &Rules,
    fact: &Triple,
    executor: &Executor,
) -> Result<Option<Derivation>, InferError> {
    let terms = [Term::from(fact.subject.clone()), fact.predicate.clone().into(), fact.object.clone()];
    let all = inference.all();
    let ids = terms.map(|term| all.version().find(term));
    let [Some(s), Some(p), Some(o)] = ids else { return Ok(None) };
    if !all.contains([s, p, o]) {
        return Ok(None);
    }
    let mut teller = Teller { inference, all, rules, executor, told: HashSet::new() };
    teller.tell([s, p, o]).map(Some)
}

struct Teller<'a> {
    inference: &'a Inference,
    all: Selection,
    rules: &'a Rules,
    executor: &'a Executor,
    told: HashSet<Fact>,
}

impl Teller<'_> {
    fn terms(&self, fact: Fact) -> [Term; 3] {
        fact.map(|id| self.all.version().term(id))
    }

    fn tell(&mut self, fact: Fact) -> Result<Derivation, InferError> {
        let terms = self.terms(fact);
        let Some((rule, round)) = self.inference.how.get(&fact).copied() else {
            return Ok(Derivation { fact: terms, why: self.stated(fact) });
        };
        if !self.told.insert(fact) {
            return Ok(Derivation { fact: terms, why: Why::Above });
        }
        let rule = &self.rules.rules[rule as usize];
        let mut from = Vec::new();
        for premise in self.premises(rule, fact, round)? {
            from.push(match premise {
                Premise::Fact(fact) => self.tell(fact)?,
                Premise::Path(fact) => Derivation { fact, why: Why::Path },
            });
        }
        let why = Why::Rule { name: rule.name.clone(), title: rule.title.clone(), from };
        Ok(Derivation { fact: terms, why })
    }

    fn stated(&self, fact: Fact) -> Why {
        let version = self.all.version();
        let vocabulary = [vocab::ONTOLOGY, vocab::graph::ontology].map(|graph| version.id(graph.into()));
        let graphs = self.all.quads(fact.map(Some)).map(|(.., graph)| graph);
        let is_vocabulary = |graph: &u32| version.graph_id(*graph).is_some_and(|name| vocabulary.contains(&Some(name)));
        let mut origins: Vec<Origin> =
            graphs.filter(|graph| !is_vocabulary(graph)).map(|graph| Origin::of(&self.all, graph)).collect();
        origins.sort();
        if origins.is_empty() { Why::Vocabulary } else { Why::Stated(origins) }
    }

    /// What a rule rested on when it gave a fact.
    fn premises(&self, rule: &Rule, fact: Fact, round: u32) -> Result<Vec<Premise>, InferError> {
        for triple in &rule.template {
            let Some(bound) = unify(triple, &self.terms(fact)) else { continue };
            if let Some(premises) = self.found(rule, &bound, fact, round)? {
                return Ok(premises);
            }
        }
        Ok(Vec::new())
    }

    fn found(
        &self,
        rule: &Rule,
        bound: &[(Variable, Term)],
        fact: Fact,
        round: u32,
    ) -> Result<Option<Vec<Premise>>, InferError> {
        // Variables that the rule computes cannot be bound beforehand: solutions are compared instead.
        let computed = computed(&rule.pattern);
        let known = bound.iter().filter(|(variable, _)| !computed.contains(variable));
        let (given, row): (Vec<Variable>, Vec<Id>) = known
            .filter_map(|(variable, term)| Some((variable.clone(), self.all.version().find(term.clone())?)))
            .unzip();
        let query = Query::from(select(rule.pattern.clone(), rule.variables.clone()));
        let query = Prepared::new(&query, &HashMap::new(), given);
        let (mut tried, mut premises) = (0, None);
        let mut take = |solution: Solution<'_>| {
            let value = |variable: &Variable| {
                let found = value_in(&query, &solution, variable);
                found.or_else(|| bound.iter().find(|(name, _)| name == variable).map(|(_, term)| term.clone()))
            };
            if bound.iter().all(|(variable, term)| value(variable).as_ref() == Some(term)) {
                premises = self.earlier(rule, &value, fact, round);
            }
            tried += 1;
            if premises.is_some() || tried == TRIED { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let put = self.executor.put(&query, &self.inference.over, &[row], &mut take);
        put.map_err(|cause| InferError::of(&rule.name, cause))?;
        Ok(premises)
    }

    /// The facts that a solution rests on, if all of them are older than what follows.
    fn earlier(
        &self,
        rule: &Rule,
        value: &dyn Fn(&Variable) -> Option<Term>,
        fact: Fact,
        round: u32,
    ) -> Option<Vec<Premise>> {
        let (mut premises, mut sound) = (Vec::new(), true);
        let mut take = |found: Fact| {
            let is_older = self.inference.how.get(&found).is_none_or(|(_, other)| *other < round);
            sound &= found != fact && is_older;
            if !premises.contains(&Premise::Fact(found)) {
                premises.push(Premise::Fact(found));
            }
        };
        let mut paths = Vec::new();
        let holds = |terms: &[Term; 3]| -> Option<Fact> {
            let found = terms.each_ref().map(|term| self.all.version().find(term.clone()));
            let [Some(s), Some(p), Some(o)] = found else { return None };
            self.all.contains([s, p, o]).then_some([s, p, o])
        };
        for part in parts(&rule.pattern) {
            match part {
                Part::Triple(triple) => {
                    instance(&triple, value).and_then(|terms| holds(&terms)).into_iter().for_each(&mut take);
                }
                Part::Path(subject, path, object) => {
                    let term = |pattern: &TermPattern| match pattern {
                        TermPattern::Variable(variable) => value(variable),
                        TermPattern::NamedNode(node) => Some(node.clone().into()),
                        TermPattern::Literal(literal) => Some(literal.clone().into()),
                        _ => None,
                    };
                    let (Some(subject), Some(object)) = (term(&subject), term(&object)) else { continue };
                    let steps = direct(&path).into_iter().filter_map(|(property, back)| {
                        let (from, to) = if back { (&object, &subject) } else { (&subject, &object) };
                        holds(&[from.clone(), property.into(), to.clone()])
                    });
                    match steps.collect::<Vec<Fact>>().first() {
                        Some(step) => take(*step),
                        None => paths.push(Premise::Path([subject, path_term(&path), object])),
                    }
                }
            }
        }
        premises.extend(paths);
        sound.then_some(premises)
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Premise {
    Fact(Fact),
    Path([Term; 3]),
}

enum Part {
    Triple(TriplePattern),
    Path(TermPattern, PropertyPathExpression, TermPattern),
}

/// The triples and paths of a pattern that are not denied; those that were optional among them.
fn parts(pattern: &GraphPattern) -> Vec<Part> {
    let mut found = Vec::new();
    let mut see = |part: &GraphPattern, _: Manner| match part {
        GraphPattern::Bgp { patterns } => found.extend(patterns.iter().cloned().map(Part::Triple)),
        GraphPattern::Path { subject, path, object } => {
            found.push(Part::Path(subject.clone(), path.clone(), object.clone()));
        }
        _ => {}
    };
    each(&without_filters(pattern), Manner { denied: false, stated: false }, &mut see);
    found
}

/// The pattern without what its filters and MINUS say.
fn without_filters(pattern: &GraphPattern) -> GraphPattern {
    use GraphPattern as P;
    let inner = |pattern: &GraphPattern| Box::new(without_filters(pattern));
    match pattern {
        P::Filter { inner: below, .. }
        | P::Extend { inner: below, .. }
        | P::Minus { left: below, .. }
        | P::Graph { inner: below, .. }
        | P::OrderBy { inner: below, .. }
        | P::Distinct { inner: below }
        | P::Reduced { inner: below }
        | P::Slice { inner: below, .. }
        | P::Project { inner: below, .. }
        | P::Group { inner: below, .. } => without_filters(below),
        P::Join { left, right }
        | P::Lateral { left, right }
        | P::Union { left, right }
        | P::LeftJoin { left, right, .. } => P::Join { left: inner(left), right: inner(right) },
        other => other.clone(),
    }
}

/// The variables that a pattern computes rather than finds.
fn computed(pattern: &GraphPattern) -> HashSet<Variable> {
    let mut found = HashSet::new();
    each(pattern, Manner { denied: false, stated: false }, &mut |part, _| match part {
        GraphPattern::Extend { variable, .. } => drop(found.insert(variable.clone())),
        GraphPattern::Group { aggregates, .. } => found.extend(aggregates.iter().map(|(variable, _)| variable.clone())),
        GraphPattern::Values { variables, .. } => found.extend(variables.iter().cloned()),
        _ => {}
    });
    found
}

/// The properties that make a path in one step, and whether backwards.
fn direct(path: &PropertyPathExpression) -> Vec<(oxrdf::NamedNode, bool)> {
    use PropertyPathExpression as P;
    match path {
        P::NamedNode(property) => vec![(property.clone(), false)],
        P::Reverse(path) => direct(path).into_iter().map(|(property, back)| (property, !back)).collect(),
        P::Alternative(one, other) => [direct(one), direct(other)].concat(),
        P::ZeroOrMore(path) | P::OneOrMore(path) | P::ZeroOrOne(path) => direct(path),
        P::Sequence(..) | P::NegatedPropertySet(_) => Vec::new(),
    }
}

/// A path as a text in the place of a property.
fn path_term(path: &PropertyPathExpression) -> Term {
    oxrdf::Literal::new_simple_literal(path.to_string()).into()
}

/// The variables of a pattern as a fact binds them, if it fits.
fn unify(triple: &TriplePattern, fact: &[Term; 3]) -> Option<Vec<(Variable, Term)>> {
    let mut bound: Vec<(Variable, Term)> = Vec::new();
    let predicate = TermPattern::from(triple.predicate.clone());
    for (pattern, term) in [&triple.subject, &predicate, &triple.object].into_iter().zip(fact) {
        match pattern {
            TermPattern::Variable(variable) => {
                if bound.iter().any(|(other, value)| other == variable && value != term) {
                    return None;
                }
                bound.push((variable.clone(), term.clone()));
            }
            TermPattern::NamedNode(node) if *term == Term::from(node.clone()) => {}
            TermPattern::Literal(literal) if *term == Term::from(literal.clone()) => {}
            _ => return None,
        }
    }
    Some(bound)
}
