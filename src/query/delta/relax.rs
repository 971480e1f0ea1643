//! Patterns taken apart: the triples that a solution rests on, and those that it may depend on otherwise.

use std::collections::BTreeSet;

use oxrdf::{NamedNode, Variable};
use spargebra::algebra::{Expression, GraphPattern as P, PropertyPathExpression as Path};
use spargebra::term::{GroundTerm, NamedNodePattern, TermPattern, TriplePattern};

use super::piece::{Atom, Piece, in_graph};
use super::variables::Names;
use crate::eval::children;

/// A pattern with more branches is not taken apart.
const BRANCHES: usize = 64;

/// One way to come to a solution.
#[derive(Debug, Clone, Default)]
pub(super) struct Branch {
    /// What every solution rests on.
    pub(super) positive: Vec<Piece>,
    /// What it may depend on otherwise, with what binds that to the rest.
    pub(super) soft: Vec<(Atom, Vec<Piece>)>,
}

impl Branch {
    pub(super) fn positive_variables(&self) -> BTreeSet<Variable> {
        self.positive.iter().flat_map(Piece::variables).collect()
    }

    /// The predicates of its triples: those named, or given by VALUES; none where it matches others.
    pub(super) fn predicates(&self) -> Option<BTreeSet<NamedNode>> {
        let mut found = BTreeSet::new();
        for piece in &self.positive {
            named(piece, &self.positive, &mut found)?;
        }
        for (atom, around) in &self.soft {
            let all: Vec<Piece> = around.iter().chain(&self.positive).cloned().collect();
            named(&Piece::Atom(atom.clone()), &all, &mut found)?;
            for piece in around {
                named(piece, &all, &mut found)?;
            }
        }
        Some(found)
    }

    fn and(&self, other: &Self) -> Self {
        let positive = self.positive.iter().chain(&other.positive).cloned().collect();
        let soft = self.soft.iter().chain(&other.soft).cloned().collect();
        Self { positive, soft }
    }

    /// All of it as what another pattern may depend on.
    fn softened(&self) -> Vec<(Atom, Vec<Piece>)> {
        let own = self.positive.iter().enumerate().filter_map(|(at, piece)| {
            let Piece::Atom(atom) = piece else { return None };
            let others = self.positive.iter().enumerate().filter(|(other, _)| *other != at);
            Some((atom.clone(), others.map(|(_, piece)| piece.clone()).collect()))
        });
        let inner = self.soft.iter().map(|(atom, around)| {
            let all = around.iter().chain(&self.positive).cloned().collect();
            (atom.clone(), all)
        });
        own.chain(inner).collect()
    }
}

/// Takes patterns apart.
#[derive(Default)]
pub(super) struct Relaxing {
    /// Properties of paths of any length.
    pub(super) closures: BTreeSet<NamedNode>,
    made: usize,
}

/// None where it cannot be told what a pattern depends on.
type Branches = Option<Vec<Branch>>;

impl Relaxing {
    pub(super) fn pattern(&mut self, pattern: &P, graph: Option<&NamedNodePattern>) -> Branches {
        match pattern {
            P::Bgp { patterns } => {
                let is_plain = |triple: &TriplePattern| {
                    ![&triple.subject, &triple.object].into_iter().any(|term| matches!(term, TermPattern::Triple(_)))
                };
                let piece =
                    |triple: &TriplePattern| Piece::Atom(Atom { triple: triple.clone(), graph: graph.cloned() });
                patterns
                    .iter()
                    .all(is_plain)
                    .then(|| vec![Branch { positive: patterns.iter().map(piece).collect(), soft: Vec::new() }])
            }
            P::Path { subject, path, object } => self.path(subject, path, object, graph),
            P::Join { left, right } => {
                let (left, right) = (self.pattern(left, graph)?, self.pattern(right, graph)?);
                product(&left, &right)
            }
            P::Union { left, right } => {
                let both = [self.pattern(left, graph)?, self.pattern(right, graph)?].concat();
                (both.len() <= BRANCHES).then_some(both)
            }
            P::Filter { expr, inner } => {
                let branches = self.pattern(inner, graph)?;
                let soft = self.expression(expr, graph)?;
                Some(with(branches, &soft))
            }
            P::Extend { inner, expression, .. } => {
                let branches = self.pattern(inner, graph)?;
                let soft = self.expression(expression, graph)?;
                Some(with(branches, &soft))
            }
            P::LeftJoin { left, right, expression } => {
                let branches = self.pattern(left, graph)?;
                let mut soft = self.softened(right, graph)?;
                if let Some(expression) = expression {
                    soft.extend(self.expression(expression, graph)?);
                }
                Some(with(branches, &soft))
            }
            P::Minus { left, right } => {
                let branches = self.pattern(left, graph)?;
                let soft = self.softened(right, graph)?;
                Some(with(branches, &soft))
            }
            P::Graph { name, inner } => self.pattern(inner, Some(name)),
            P::Values { .. } => Some(vec![Branch { positive: vec![Piece::Other(pattern.clone())], soft: Vec::new() }]),
            P::Project { inner, variables } => {
                let branches = self.pattern(inner, graph)?;
                Some(branches.into_iter().map(|branch| self.hidden(branch, variables)).collect())
            }
            P::Group { inner, variables, .. } => {
                let branches = self.pattern(inner, graph)?;
                Some(branches.into_iter().map(|branch| self.group(branch, variables)).collect())
            }
            P::Distinct { inner } | P::Reduced { inner } | P::OrderBy { inner, .. } => self.pattern(inner, graph),
            P::Slice { .. } | P::Service { .. } | P::Lateral { .. } => None,
        }
    }

    fn path(
        &mut self,
        subject: &TermPattern,
        path: &Path,
        object: &TermPattern,
        graph: Option<&NamedNodePattern>,
    ) -> Branches {
        match path {
            Path::NamedNode(property) => {
                let triple = TriplePattern {
                    subject: subject.clone(),
                    predicate: property.clone().into(),
                    object: object.clone(),
                };
                self.pattern(&P::Bgp { patterns: vec![triple] }, graph)
            }
            Path::Reverse(path) => self.path(object, path, subject, graph),
            Path::Sequence(one, other) => {
                let middle = TermPattern::from(self.fresh("step"));
                let (one, other) =
                    (self.path(subject, one, &middle, graph)?, self.path(&middle, other, object, graph)?);
                product(&one, &other)
            }
            Path::Alternative(one, other) => {
                Some([self.path(subject, one, object, graph)?, self.path(subject, other, object, graph)?].concat())
            }
            Path::ZeroOrMore(inner) | Path::OneOrMore(inner) | Path::ZeroOrOne(inner) => {
                properties(inner, &mut self.closures)?;
                let pattern = P::Path { subject: subject.clone(), path: path.clone(), object: object.clone() };
                let positive = vec![Piece::Other(in_graph(graph, pattern))];
                Some(vec![Branch { positive, soft: Vec::new() }])
            }
            Path::NegatedPropertySet(_) => None,
        }
    }

    /// What the patterns of EXISTS in an expression depend on.
    fn expression(
        &mut self,
        expression: &Expression,
        graph: Option<&NamedNodePattern>,
    ) -> Option<Vec<(Atom, Vec<Piece>)>> {
        match expression {
            Expression::Exists(pattern) => self.softened(pattern, graph),
            other => {
                let mut soft = Vec::new();
                for part in children(other) {
                    soft.extend(self.expression(part, graph)?);
                }
                Some(soft)
            }
        }
    }

    fn softened(&mut self, pattern: &P, graph: Option<&NamedNodePattern>) -> Option<Vec<(Atom, Vec<Piece>)>> {
        Some(self.pattern(pattern, graph)?.iter().flat_map(Branch::softened).collect())
    }

    /// A branch of a scope that shows these variables alone: the others get names of their own.
    fn hidden(&mut self, branch: Branch, shown: &[Variable]) -> Branch {
        let all: BTreeSet<Variable> = branch
            .positive
            .iter()
            .flat_map(Piece::variables)
            .chain(branch.soft.iter().flat_map(|(atom, around)| {
                around.iter().flat_map(Piece::variables).chain(atom.variables()).collect::<Vec<_>>()
            }))
            .collect();
        let hidden = all.into_iter().filter(|variable| !shown.contains(variable));
        let names: Names = hidden.map(|variable| (variable.clone(), self.fresh(variable.as_str()))).collect();
        let soft = branch.soft.into_iter();
        Branch {
            positive: branch.positive.into_iter().map(|piece| piece.renamed(&names)).collect(),
            soft: soft
                .map(|(atom, around)| {
                    (atom.renamed(&names), around.into_iter().map(|piece| piece.renamed(&names)).collect())
                })
                .collect(),
        }
    }

    /// A group changes with each of its solutions, and is there as long as it has one; without keys it is always there.
    fn group(&mut self, branch: Branch, keys: &[Variable]) -> Branch {
        let inner = self.hidden(branch, keys);
        let soft = inner.softened();
        // What it is joined by is another of its solutions than the one that changed, and no probe.
        let other = self.hidden(Branch { positive: inner.positive, soft: Vec::new() }, keys);
        let positive = if keys.is_empty() { Vec::new() } else { other.positive };
        let positive = positive.into_iter().map(|piece| Piece::Other(piece.pattern())).collect();
        Branch { positive, soft }
    }

    fn fresh(&mut self, name: &str) -> Variable {
        self.made += 1;
        Variable::new_unchecked(format!("{name}_{}_", self.made))
    }
}

fn with(branches: Vec<Branch>, soft: &[(Atom, Vec<Piece>)]) -> Vec<Branch> {
    let add = |branch: Branch| Branch { soft: branch.soft.into_iter().chain(soft.iter().cloned()).collect(), ..branch };
    branches.into_iter().map(add).collect()
}

fn product(left: &[Branch], right: &[Branch]) -> Branches {
    let all: Vec<Branch> = left.iter().flat_map(|one| right.iter().map(|other| one.and(other))).collect();
    (all.len() <= BRANCHES).then_some(all)
}

/// The properties of a path; none where it asks for those that it does not name.
fn properties(path: &Path, found: &mut BTreeSet<NamedNode>) -> Option<()> {
    match path {
        Path::NamedNode(property) => {
            found.insert(property.clone());
            Some(())
        }
        Path::Reverse(path) | Path::ZeroOrMore(path) | Path::OneOrMore(path) | Path::ZeroOrOne(path) => {
            properties(path, found)
        }
        Path::Sequence(one, other) | Path::Alternative(one, other) => {
            properties(one, found)?;
            properties(other, found)
        }
        Path::NegatedPropertySet(_) => None,
    }
}

/// The predicates of a piece, which those around it may give by VALUES.
fn named(piece: &Piece, around: &[Piece], found: &mut BTreeSet<NamedNode>) -> Option<()> {
    match piece {
        Piece::Atom(atom) => of_predicate(&atom.triple.predicate, around, found),
        Piece::Other(pattern) => of_triples(pattern, around, found),
    }
}

fn of_triples(pattern: &P, around: &[Piece], found: &mut BTreeSet<NamedNode>) -> Option<()> {
    match pattern {
        P::Bgp { patterns } => patterns.iter().try_for_each(|triple| of_predicate(&triple.predicate, around, found)),
        P::Path { path, .. } => properties(path, found),
        P::Graph { inner, .. } => of_triples(inner, around, found),
        _ => Some(()),
    }
}

fn of_predicate(predicate: &NamedNodePattern, around: &[Piece], found: &mut BTreeSet<NamedNode>) -> Option<()> {
    let name = match predicate {
        NamedNodePattern::NamedNode(property) => {
            found.insert(property.clone());
            return Some(());
        }
        NamedNodePattern::Variable(name) => name,
    };
    let given = around.iter().find_map(|piece| match piece {
        Piece::Other(P::Values { variables, bindings }) => {
            let at = variables.iter().position(|variable| variable == name)?;
            bindings
                .iter()
                .map(|row| match row[at].as_ref()? {
                    GroundTerm::NamedNode(node) => Some(node.clone()),
                    _ => None,
                })
                .collect::<Option<Vec<NamedNode>>>()
        }
        _ => None,
    })?;
    found.extend(given);
    Some(())
}

/// The pieces that are connected with these variables, directly or by others: those that are not join everything.
pub(super) fn connected<'p, 'v>(pieces: &[&'p Piece], variables: impl Iterator<Item = &'v Variable>) -> Vec<&'p Piece> {
    let mut known: BTreeSet<Variable> = variables.cloned().collect();
    let mut rest = pieces.to_vec();
    let mut found = Vec::new();
    loop {
        let (near, far): (Vec<_>, Vec<_>) =
            rest.into_iter().partition(|piece| piece.variables().iter().any(|variable| known.contains(variable)));
        if near.is_empty() {
            return found;
        }
        known.extend(near.iter().flat_map(|piece| piece.variables()));
        found.extend(near);
        rest = far;
    }
}

/// Pieces joined, those of the default graph in one group of triples.
pub(super) fn joined(pieces: Vec<&Piece>) -> P {
    let (mut triples, mut others) = (Vec::new(), Vec::new());
    for piece in pieces {
        match piece {
            Piece::Atom(Atom { triple, graph: None }) => triples.push(triple.clone()),
            other => others.push(other.pattern()),
        }
    }
    let start = P::Bgp { patterns: triples };
    others.into_iter().fold(start, |left, right| P::Join { left: Box::new(left), right: Box::new(right) })
}
