//! Delta queries (incremental view maintenance): which solutions of a query may have changed with some quads, and the query for
//! those alone.
//!
//! A solution comes or goes only if a triple that one of the query's patterns matches comes or goes. Each pattern is therefore
//! matched with the changed quads, and what it shares with the others is looked up: without filters, optional parts and
//! negation, so that more is found than has changed, and never less. A changed triple that an optional or negated part, or a
//! group, matches touches every solution around it. What no such look-up can narrow - closures of paths, slices, services - has
//! the query evaluated as a whole ([`Delta::is_narrow`]).

mod piece;
mod relax;
mod restrict;
#[cfg(test)]
mod tests;
mod variables;

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use oxrdf::{NamedNode, Term, Variable};
use spargebra::algebra::GraphPattern;
use spargebra::term::{NamedNodePattern, TermPattern};

use super::algebra::language_tags;
use super::engine::prepared::{Executor, Over, Prepared};
use super::error::QueryError;
use crate::eval::name_blank_nodes;
use crate::index::{Id, Row, Version};
use piece::{Atom, Piece};
use relax::Branch;

/// What may change with a quad.
#[derive(Debug, Clone)]
struct Probe {
    atom: Atom,
    /// Whether only what comes gives more, and only what goes takes away; else either does both.
    is_positive: bool,
    /// Looks the anchors up for the terms of changed quads; none where the quads have them themselves.
    lookup: Option<Prepared>,
    variables: Vec<Variable>,
}

/// A query that can be asked for some solutions alone.
#[derive(Debug, Clone)]
pub struct Delta {
    anchors: Vec<Variable>,
    probes: Vec<Probe>,
    /// Properties of paths that may be of any length.
    closures: BTreeSet<NamedNode>,
    /// The predicates of all triples that it matches, where they are known.
    predicates: Option<BTreeSet<NamedNode>>,
    restricted: Option<Prepared>,
}

/// How changed quads are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Solutions that may be there now and were not.
    Gained,
    /// Solutions that may have been there and are not.
    Lost,
}

/// The solutions that may have changed: the terms of the anchors; none where all may have.
pub type Affected = Option<BTreeSet<Vec<Id>>>;

impl Delta {
    /// Of a pattern of which these variables are shown. Solutions are told apart by `anchors`, or where none are given by all
    /// variables that every solution binds.
    pub fn new(pattern: &GraphPattern, shown: &[Variable], anchors: Option<Vec<Variable>>) -> Self {
        let mut pattern = pattern.clone();
        name_blank_nodes(&mut pattern);
        language_tags::without_case(&mut pattern);
        let nothing = |anchors| Self {
            anchors,
            probes: Vec::new(),
            closures: BTreeSet::new(),
            predicates: None,
            restricted: None,
        };
        let mut relaxing = relax::Relaxing::default();
        let Some(branches) = relaxing.pattern(&pattern, None) else { return nothing(Vec::new()) };
        let anchors = anchors.unwrap_or_else(|| in_all(&branches, &pattern));
        if anchors.is_empty() {
            return nothing(anchors);
        }
        let Ok(Some(restricted)) = restrict::restrict(&pattern, &anchors) else { return nothing(anchors) };
        let others = shown.iter().filter(|variable| !anchors.contains(variable));
        let columns: Vec<Variable> = anchors.iter().chain(others).cloned().collect();
        let probes = branches.iter().flat_map(|branch| probes(branch, &anchors)).collect();
        let restricted = Some(Prepared::seeded(restricted, anchors.clone(), columns));
        let of_branches: Option<Vec<_>> = branches.iter().map(Branch::predicates).collect();
        let predicates = of_branches.map(|all| all.into_iter().flatten().chain(relaxing.closures.clone()).collect());
        Self { probes, closures: relaxing.closures, predicates, restricted, anchors }
    }

    /// The query for some solutions alone: it is put with the terms of the anchors, and shows them first. None where it has to
    /// be evaluated as a whole.
    pub fn restricted(&self) -> Option<&Prepared> {
        self.restricted.as_ref()
    }

    /// Whether every solution of a pattern has a term of the data for a variable.
    pub fn binds(pattern: &GraphPattern, variable: &Variable) -> bool {
        restrict::always_binds(pattern, variable)
    }

    /// The predicates of all triples that the query may match; none where it may match any.
    pub const fn predicates(&self) -> Option<&BTreeSet<NamedNode>> {
        self.predicates.as_ref()
    }

    /// What solutions are told apart by.
    pub fn anchors(&self) -> &[Variable] {
        &self.anchors
    }

    /// Whether there is a query for some solutions alone.
    pub const fn is_narrow(&self) -> bool {
        self.restricted.is_some()
    }

    /// The solutions that may have changed where some quads came and others went, among those of `over`: the state after the
    /// changes for [`Side::Gained`], that before for [`Side::Lost`]. Both must be versions of one base.
    ///
    /// # Errors
    /// Those of [`Executor::put`].
    pub fn affected(
        &self,
        executor: &Executor,
        over: &Over,
        changed: &Changed<'_>,
        side: Side,
    ) -> Result<Affected, QueryError> {
        if !self.is_narrow() || self.closures.iter().any(|property| changed.has_property(&over.version, property)) {
            return Ok(None);
        }
        let mut affected = BTreeSet::new();
        for probe in &self.probes {
            let of_side = match side {
                Side::Gained => changed.come,
                Side::Lost => changed.gone,
            };
            let other: &[Row] = match (probe.is_positive, side) {
                (true, _) => &[],
                (false, Side::Gained) => changed.gone,
                (false, Side::Lost) => changed.come,
            };
            let matching = Matching::new(&probe.atom, &probe.variables, &over.version);
            let Some(matching) = matching else { continue };
            let rows: BTreeSet<Vec<Id>> = of_side.iter().chain(other).filter_map(|row| matching.row(row)).collect();
            if rows.is_empty() {
                continue;
            }
            match &probe.lookup {
                None => affected.extend(rows.into_iter().map(|row| probe.anchors_of(&row, &self.anchors))),
                Some(lookup) => {
                    let rows: Vec<Vec<Id>> = rows.into_iter().collect();
                    executor.put(lookup, over, &rows, &mut |solution| {
                        let ids: Option<Vec<Id>> = (0..self.anchors.len()).map(|at| solution.id(at)).collect();
                        affected.extend(ids);
                        ControlFlow::Continue(())
                    })?;
                }
            }
        }
        Ok(Some(affected))
    }
}

/// The variables that all branches bind and that the pattern shows, in the order of the first.
fn in_all(branches: &[Branch], pattern: &GraphPattern) -> Vec<Variable> {
    let Some(first) = branches.first() else { return Vec::new() };
    let all = first.positive_variables();
    let rest: Vec<BTreeSet<Variable>> = branches[1..].iter().map(Branch::positive_variables).collect();
    let is_in_all = |variable: &Variable| rest.iter().all(|other| other.contains(variable));
    all.into_iter().filter(is_in_all).filter(|variable| restrict::always_binds(pattern, variable)).collect()
}

fn probes(branch: &Branch, anchors: &[Variable]) -> Vec<Probe> {
    let positive = branch.positive.iter().enumerate().filter_map(|(at, piece)| {
        let Piece::Atom(atom) = piece else { return None };
        let others = branch.positive.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, piece)| piece);
        Some(probe(atom, true, others.collect(), anchors))
    });
    let soft = branch.soft.iter().map(|(atom, around)| {
        let pieces = around.iter().chain(&branch.positive).collect();
        probe(atom, false, pieces, anchors)
    });
    positive.chain(soft).collect()
}

fn probe(atom: &Atom, is_positive: bool, pieces: Vec<&Piece>, anchors: &[Variable]) -> Probe {
    let variables: Vec<Variable> = atom.variables().into_iter().collect();
    let has_all = anchors.iter().all(|anchor| variables.contains(anchor));
    let lookup = (!has_all).then(|| {
        let pieces = relax::connected(&pieces, variables.iter().chain(anchors));
        Prepared::seeded(restrict::seeded(&variables, relax::joined(pieces)), variables.clone(), anchors.to_vec())
    });
    Probe { atom: atom.clone(), is_positive, lookup, variables }
}

impl Probe {
    /// The terms of the anchors among those of the atom.
    fn anchors_of(&self, row: &[Id], anchors: &[Variable]) -> Vec<Id> {
        let place = |anchor: &Variable| self.variables.iter().position(|variable| variable == anchor);
        anchors.iter().filter_map(|anchor| Some(row[place(anchor)?])).collect()
    }
}

/// Quads that came and went, by the numbers of one base.
#[derive(Debug, Clone, Copy)]
pub struct Changed<'c> {
    /// Those that came.
    pub come: &'c [Row],
    /// Those that went.
    pub gone: &'c [Row],
}

impl Changed<'_> {
    fn has_property(&self, version: &Version, property: &NamedNode) -> bool {
        let property = version.id(property.as_ref().into());
        property.is_some_and(|property| self.come.iter().chain(self.gone).any(|row| row.1 == property))
    }
}

/// An atom with the numbers of its constants.
struct Matching<'a> {
    /// Subject, predicate, object.
    places: [Place; 3],
    /// None where the atom asks for no graph.
    graph: Option<Place>,
    count: usize,
    version: &'a Version,
}

#[derive(Clone, Copy)]
enum Place {
    Constant(Id),
    /// A variable, by its place in the row.
    Variable(usize),
}

impl Place {
    /// Whether a term fits; a variable takes it.
    fn takes(self, id: Id, row: &mut [Id]) -> bool {
        match self {
            Self::Constant(wanted) => wanted == id,
            Self::Variable(at) => {
                let is_free = !row[at].is_bound();
                row[at] = if is_free { id } else { row[at] };
                row[at] == id
            }
        }
    }
}

impl<'a> Matching<'a> {
    /// None where the data has one of the constants nowhere.
    fn new(atom: &Atom, variables: &[Variable], version: &'a Version) -> Option<Self> {
        let variable = |name: &Variable| variables.iter().position(|other| other == name).map(Place::Variable);
        let constant = |term: Term| version.find(term).map(Place::Constant);
        let term = |pattern: &TermPattern| match pattern {
            TermPattern::Variable(name) => variable(name),
            TermPattern::NamedNode(node) => constant(node.clone().into()),
            TermPattern::Literal(literal) => constant(literal.clone().into()),
            _ => None,
        };
        let name = |pattern: &NamedNodePattern| match pattern {
            NamedNodePattern::Variable(name) => variable(name),
            NamedNodePattern::NamedNode(node) => constant(node.clone().into()),
        };
        let triple = &atom.triple;
        let graph = match &atom.graph {
            Some(graph) => Some(name(graph)?),
            None => None,
        };
        let places = [term(&triple.subject)?, name(&triple.predicate)?, term(&triple.object)?];
        Some(Self { places, graph, count: variables.len(), version })
    }

    /// The terms of the atom's variables in a quad that it matches.
    fn row(&self, (subject, predicate, object, graph): &Row) -> Option<Vec<Id>> {
        let mut row = vec![Id::UNBOUND; self.count];
        let terms = [*subject, *predicate, *object];
        let fits = self.places.iter().zip(terms).all(|(place, id)| place.takes(id, &mut row));
        // A graph without a name is none that can be asked for.
        let in_graph = match self.graph {
            None => true,
            Some(place) => self.version.graph_id(*graph).is_some_and(|name| place.takes(name, &mut row)),
        };
        (fits && in_graph).then_some(row)
    }
}
