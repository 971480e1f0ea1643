//! Graph patterns (SPARQL 1.1, 18.5 and 18.6), bottom up, by nested loops.
//!
//! A pattern within EXISTS is evaluated under a substitution: its variables that stand there are terms, and bind nothing.
//! Blank nodes of patterns are variables that no solution shows; a label belongs to one basic graph pattern.

use std::collections::{BTreeMap, HashMap, HashSet};

use oxrdf::{GraphName, NamedNode, NamedOrBlankNode, Quad, Term, Triple, Variable};
use spargebra::algebra::{AggregateExpression, GraphPattern, OrderExpression, QueryDataset};
use spargebra::term::{GroundTerm, NamedNodePattern, TermPattern, TriplePattern};

use super::aggregate::aggregate;
use super::expression::Place;
use super::order::Key;
use super::paths;
use super::value::normal;

/// A solution mapping, μ.
pub type Solution = BTreeMap<Variable, Term>;
/// A graph: each triple once.
pub type Graph = Vec<[Term; 3]>;

/// An RDF dataset (18.1.3).
#[derive(Debug, Clone, Default)]
pub struct Dataset {
    pub default: Graph,
    pub named: HashMap<NamedNode, Graph>,
}

impl Dataset {
    /// Of all that a store holds: `union` says whether its default graph is the merge of all.
    pub fn of(quads: &[Quad], given: Option<&QueryDataset>, union: bool) -> Self {
        let mut stored = Self::default();
        for quad in quads {
            let triple = [quad.subject.clone().into(), quad.predicate.clone().into(), normal(&quad.object)];
            match &quad.graph_name {
                GraphName::NamedNode(name) => stored.named.entry(name.clone()).or_default().push(triple.clone()),
                _ => stored.default.push(triple.clone()),
            };
            if union {
                stored.default.push(triple);
            }
        }
        stored.named.values_mut().chain([&mut stored.default]).for_each(once);
        match given {
            Some(given) => stored.described(given),
            None => stored,
        }
    }

    /// The dataset of FROM and FROM NAMED (13.2).
    fn described(&self, given: &QueryDataset) -> Self {
        let graph = |name: &NamedNode| self.named.get(name).cloned().unwrap_or_default();
        let present = |name: &&NamedNode| self.named.contains_key(*name);
        let mut default = given.default.iter().flat_map(graph).collect();
        once(&mut default);
        Self {
            default,
            named: given.named.iter().flatten().filter(present).map(|name| (name.clone(), graph(name))).collect(),
        }
    }

    /// eval(D(G), P), with what is substituted for variables of P.
    pub fn eval(&self, pattern: &GraphPattern, graph: &Graph, given: &Solution) -> Vec<Solution> {
        use GraphPattern as P;
        let eval = |pattern| self.eval(pattern, graph, given);
        let place = Place { dataset: self, graph };
        // What a filter sees.
        let seen = |solution: &Solution| merge(given, solution);
        match pattern {
            P::Bgp { patterns } => basic(patterns, graph, given),
            P::Path { subject, path, object } => {
                let (from, to) = (substituted(subject, given), substituted(object, given));
                let (start, end) = (paths::End::of(&from), paths::End::of(&to));
                let pairs = paths::eval(path, start, end, graph);
                pairs.iter().filter_map(|(s, o)| matched(&to, o, &matched(&from, s, &Solution::new())?)).collect()
            }
            P::Join { left, right } => join(&eval(left), &eval(right)),
            P::LeftJoin { left, right, expression } => {
                let condition = |solution: &Solution| {
                    expression.as_ref().is_none_or(|e| place.holds(e, &seen(solution)) == Some(true))
                };
                left_join(&eval(left), &eval(right), condition)
            }
            P::Lateral { left, right } => {
                let each = |outer: &Solution| {
                    join(std::slice::from_ref(outer), &self.eval(right, graph, &merge(given, outer)))
                };
                eval(left).iter().flat_map(each).collect()
            }
            P::Filter { expr, inner } => {
                eval(inner).into_iter().filter(|solution| place.holds(expr, &seen(solution)) == Some(true)).collect()
            }
            P::Union { left, right } => [eval(left), eval(right)].concat(),
            P::Graph { name, inner } => self.graph(name, inner, given),
            P::Extend { inner, variable, expression } => {
                let extended = |mut solution: Solution| {
                    if let Some(term) = place.term(expression, &seen(&solution)) {
                        solution.insert(variable.clone(), term);
                    }
                    solution
                };
                eval(inner).into_iter().map(extended).collect()
            }
            P::Minus { left, right } => minus(eval(left), &eval(right)),
            P::Values { variables, bindings } => {
                let row = |row: &Vec<Option<GroundTerm>>| {
                    let bound = variables.iter().zip(row);
                    bound.filter_map(|(variable, term)| Some((variable.clone(), ground(term.as_ref()?)))).collect()
                };
                bindings.iter().map(row).collect()
            }
            P::OrderBy { inner, expression } => {
                let mut solutions = eval(inner);
                solutions.sort_by_cached_key(|solution| keys(expression, &place, &seen(solution)));
                solutions
            }
            P::Project { inner, variables } => {
                // A variable that is not projected is another one (18.2.1): nothing is substituted for it.
                let shown = |solution: &Solution| {
                    let shown = solution.iter().filter(|(variable, _)| variables.contains(variable));
                    shown.map(|(variable, term)| (variable.clone(), term.clone())).collect::<Solution>()
                };
                self.eval(inner, graph, &shown(given)).iter().map(shown).collect()
            }
            P::Distinct { inner } | P::Reduced { inner } => {
                let mut solutions = eval(inner);
                once(&mut solutions);
                solutions
            }
            P::Slice { inner, start, length } => {
                eval(inner).into_iter().skip(*start).take(length.unwrap_or(usize::MAX)).collect()
            }
            P::Group { inner, variables, aggregates } => {
                let solutions: Vec<Solution> = eval(inner).iter().map(seen).collect();
                group(&place, &solutions, variables, aggregates)
            }
            P::Service { .. } => panic!("the reference asks nobody"),
        }
    }

    /// 18.6, Graph: the variable is bound after its pattern has been evaluated, by a join.
    fn graph(&self, name: &NamedNodePattern, inner: &GraphPattern, given: &Solution) -> Vec<Solution> {
        let variable = match name {
            NamedNodePattern::NamedNode(name) => return self.one_graph(&name.clone().into(), inner, given),
            NamedNodePattern::Variable(variable) => variable,
        };
        match given.get(variable) {
            Some(term) => self.one_graph(term, inner, given),
            None => self
                .named
                .iter()
                .flat_map(|(name, graph)| {
                    let named = Solution::from([(variable.clone(), name.clone().into())]);
                    join(&self.eval(inner, graph, given), &[named])
                })
                .collect(),
        }
    }

    fn one_graph(&self, name: &Term, inner: &GraphPattern, given: &Solution) -> Vec<Solution> {
        let Term::NamedNode(name) = name else { return Vec::new() };
        self.named.get(name).map_or_else(Vec::new, |graph| self.eval(inner, graph, given))
    }
}

/// Makes a bag a set.
fn once<T: Clone + Eq + std::hash::Hash>(items: &mut Vec<T>) {
    let mut known = HashSet::new();
    items.retain(|item| known.insert(item.clone()));
}

/// The sort keys of ORDER BY.
pub fn keys(by: &[OrderExpression], place: &Place<'_>, solution: &Solution) -> Vec<Key> {
    by.iter()
        .map(|by| match by {
            OrderExpression::Asc(expression) => Key::ascending(place.term(expression, solution)),
            OrderExpression::Desc(expression) => Key::descending(place.term(expression, solution)),
        })
        .collect()
}

fn merge(a: &Solution, b: &Solution) -> Solution {
    a.iter().chain(b).map(|(variable, term)| (variable.clone(), term.clone())).collect()
}

/// 18.3: equal wherever both are bound.
fn compatible(a: &Solution, b: &Solution) -> bool {
    a.iter().all(|(variable, term)| b.get(variable).is_none_or(|other| other == term))
}

fn join(left: &[Solution], right: &[Solution]) -> Vec<Solution> {
    let with = |a| right.iter().filter(move |b| compatible(a, b)).map(move |b| merge(a, b));
    left.iter().flat_map(with).collect()
}

fn left_join(left: &[Solution], right: &[Solution], condition: impl Fn(&Solution) -> bool) -> Vec<Solution> {
    let with = |a: &Solution| {
        let joined: Vec<Solution> = join(std::slice::from_ref(a), right).into_iter().filter(&condition).collect();
        if joined.is_empty() { vec![a.clone()] } else { joined }
    };
    left.iter().flat_map(with).collect()
}

/// Removes what is compatible with a solution that it shares a variable with.
fn minus(left: Vec<Solution>, right: &[Solution]) -> Vec<Solution> {
    let shares = |a: &Solution, b: &Solution| a.keys().any(|variable| b.contains_key(variable));
    left.into_iter().filter(|a| !right.iter().any(|b| shares(a, b) && compatible(a, b))).collect()
}

/// 18.5.1: groups by the values of the keys, one of all solutions where there is no key.
fn group(
    place: &Place<'_>,
    solutions: &[Solution],
    by: &[Variable],
    aggregates: &[(Variable, AggregateExpression)],
) -> Vec<Solution> {
    let mut groups: HashMap<Vec<Option<Term>>, Vec<Solution>> = HashMap::new();
    if by.is_empty() {
        groups.insert(Vec::new(), Vec::new());
    }
    for solution in solutions {
        let key = by.iter().map(|variable| solution.get(variable).cloned()).collect();
        groups.entry(key).or_default().push(solution.clone());
    }
    let row = |(key, group): (Vec<Option<Term>>, Vec<Solution>)| {
        let keys = by.iter().cloned().zip(key);
        let values = aggregates.iter().map(|(variable, what)| (variable.clone(), aggregate(place, &group, what)));
        keys.chain(values).filter_map(|(variable, term)| Some((variable, term?))).collect()
    };
    groups.into_iter().map(row).collect()
}

/// A pattern's term, with what is substituted for its variables; blank nodes become variables.
pub fn substituted(pattern: &TermPattern, given: &Solution) -> TermPattern {
    match pattern {
        TermPattern::Variable(variable) => given.get(variable).map_or_else(|| pattern.clone(), constant),
        TermPattern::BlankNode(node) => Variable::new_unchecked(format!("_:{}", node.as_str())).into(),
        TermPattern::Literal(literal) => constant(&normal(&literal.clone().into())),
        TermPattern::Triple(triple) => TriplePattern {
            subject: substituted(&triple.subject, given),
            predicate: substituted_name(&triple.predicate, given),
            object: substituted(&triple.object, given),
        }
        .into(),
        TermPattern::NamedNode(_) => pattern.clone(),
    }
}

/// A predicate for which a term is substituted that cannot be one matches nothing: it stays a constant that no triple has.
fn substituted_name(name: &NamedNodePattern, given: &Solution) -> NamedNodePattern {
    match name {
        NamedNodePattern::Variable(variable) => match given.get(variable) {
            Some(Term::NamedNode(node)) => node.clone().into(),
            Some(_) => NamedNode::new_unchecked("").into(),
            None => name.clone(),
        },
        NamedNodePattern::NamedNode(_) => name.clone(),
    }
}

/// A term as a pattern that matches itself alone; its blank nodes are those of the data.
fn constant(term: &Term) -> TermPattern {
    term.clone().into()
}

/// A basic graph pattern (18.3.1): each way to map its variables and blank nodes, once.
fn basic(patterns: &[TriplePattern], graph: &Graph, given: &Solution) -> Vec<Solution> {
    let mut solutions = vec![Solution::new()];
    for pattern in patterns {
        let subject = substituted(&pattern.subject, given);
        let predicate = TermPattern::from(substituted_name(&pattern.predicate, given));
        let object = substituted(&pattern.object, given);
        let extended = |solution: &Solution, [s, p, o]: &[Term; 3]| {
            let solution = matched(&subject, s, solution)?;
            matched(&object, o, &matched(&predicate, p, &solution)?)
        };
        solutions = solutions
            .iter()
            .flat_map(|solution| graph.iter().filter_map(|triple| extended(solution, triple)))
            .collect();
    }
    solutions
}

/// The solution, extended so that the pattern is the term.
pub fn matched(pattern: &TermPattern, term: &Term, solution: &Solution) -> Option<Solution> {
    match (pattern, term) {
        (TermPattern::Variable(variable), term) => match solution.get(variable) {
            Some(bound) => (bound == term).then(|| solution.clone()),
            None => Some(merge(solution, &Solution::from([(variable.clone(), term.clone())]))),
        },
        (TermPattern::Triple(pattern), Term::Triple(triple)) => {
            let solution = matched(&pattern.subject, &triple.subject.clone().into(), solution)?;
            let predicate = TermPattern::from(pattern.predicate.clone());
            let solution = matched(&predicate, &triple.predicate.clone().into(), &solution)?;
            matched(&pattern.object, &triple.object, &solution)
        }
        (pattern, term) => (*pattern == constant(term)).then(|| solution.clone()),
    }
}

fn ground(term: &GroundTerm) -> Term {
    match term {
        GroundTerm::NamedNode(node) => node.clone().into(),
        GroundTerm::Literal(literal) => normal(&literal.clone().into()),
        GroundTerm::Triple(triple) => {
            Triple::new(triple.subject.clone(), triple.predicate.clone(), ground(&triple.object)).into()
        }
    }
}

/// The graph of a CONSTRUCT (16.2): templates with all variables bound, and only what is a triple.
pub fn construct(template: &[TriplePattern], solutions: &[Solution]) -> Graph {
    let triple = |pattern: &TriplePattern, solution: &Solution| {
        let subject = NamedOrBlankNode::try_from(substituted(&pattern.subject, solution)).ok()?;
        let predicate = NamedNode::try_from(substituted_name(&pattern.predicate, solution)).ok()?;
        let object = Term::try_from(substituted(&pattern.object, solution)).ok()?;
        (!predicate.as_str().is_empty()).then(|| [subject.into(), predicate.into(), object])
    };
    let each = |solution| template.iter().filter_map(move |pattern| triple(pattern, solution));
    let mut graph = solutions.iter().flat_map(each).collect();
    once(&mut graph);
    graph
}
