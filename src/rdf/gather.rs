//! Quads gathered in memory, each term once: what the writers that group and sort work on.

use std::cmp::Ordering;

use oxrdf::{GraphNameRef, NamedOrBlankNodeRef, Quad, QuadRef, Term};

use super::graph::Graph;
use super::sink::QuadSink;
use super::terms::{Id, Terms};

/// A quad by the numbers of its terms. Rows are in the order of graph, subject, predicate, object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    pub(super) graph: Graph,
    pub(super) subject: Id,
    pub(super) predicate: Id,
    pub(super) object: Id,
}

/// Quads without duplicates, held compactly: sixteen bytes a quad, and each term once.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    terms: Terms,
    rows: Vec<Row>,
}

impl Gathered {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many quads were gathered, duplicates counted.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The quads as they came.
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Every term that occurs.
    pub(super) fn terms(&self) -> &[Term] {
        self.terms.all()
    }

    pub(super) fn term(&self, id: Id) -> &Term {
        self.terms.term(id)
    }

    pub(super) fn is_iri(&self, id: Id, iri: &str) -> bool {
        matches!(self.term(id), Term::NamedNode(node) if node.as_str() == iri)
    }

    /// The rows in order and once each, with the terms renumbered in their order, so that numbers compare as terms do.
    /// Where `merge`, all are in the default graph.
    pub(super) fn sort(&mut self, merge: bool) -> &[Row] {
        let ranks = self.rank();
        let rank = |id: Id| ranks[id as usize];
        for row in &mut self.rows {
            let named = row.graph.name().filter(|_| !merge);
            *row = Row {
                graph: named.map_or(Graph::DEFAULT, |name| Graph::named(rank(name))),
                subject: rank(row.subject),
                predicate: rank(row.predicate),
                object: rank(row.object),
            };
        }
        self.rows.sort_unstable();
        self.rows.dedup();
        &self.rows
    }

    /// Puts the terms into their order; gives the new number of each old one.
    fn rank(&mut self) -> Vec<Id> {
        let mut order: Vec<Id> = (0..self.terms.all().len() as Id).collect();
        order.sort_unstable_by(|one, other| compare(self.term(*one), self.term(*other)));
        let mut ranks = vec![0; order.len()];
        for (rank, id) in order.iter().enumerate() {
            ranks[*id as usize] = rank as Id;
        }
        let mut old: Vec<Option<Term>> = self.terms.take().into_iter().map(Some).collect();
        self.terms.put(order.iter().filter_map(|id| old[*id as usize].take()).collect());
        ranks
    }
}

impl QuadSink for Gathered {
    fn quad(&mut self, quad: QuadRef<'_>) {
        let graph = match quad.graph_name {
            GraphNameRef::NamedNode(graph) => Graph::named(self.terms.intern(graph.into())),
            GraphNameRef::BlankNode(graph) => Graph::named(self.terms.intern(graph.into())),
            GraphNameRef::DefaultGraph => Graph::DEFAULT,
        };
        let subject = match quad.subject {
            NamedOrBlankNodeRef::NamedNode(subject) => self.terms.intern(subject.into()),
            NamedOrBlankNodeRef::BlankNode(subject) => self.terms.intern(subject.into()),
        };
        let predicate = self.terms.intern(quad.predicate.into());
        self.rows.push(Row { graph, subject, predicate, object: self.terms.intern(quad.object) });
    }
}

impl Extend<Quad> for Gathered {
    fn extend<I: IntoIterator<Item = Quad>>(&mut self, quads: I) {
        quads.into_iter().for_each(|quad| self.quad(quad.as_ref()));
    }
}

impl FromIterator<Quad> for Gathered {
    fn from_iter<I: IntoIterator<Item = Quad>>(quads: I) -> Self {
        let mut gathered = Self::new();
        gathered.extend(quads);
        gathered
    }
}

/// IRIs before blank nodes before literals before triples, each by their text; numbers by their value.
fn compare(one: &Term, other: &Term) -> Ordering {
    match (one, other) {
        (Term::NamedNode(one), Term::NamedNode(other)) => one.as_str().cmp(other.as_str()),
        (Term::BlankNode(one), Term::BlankNode(other)) => one.as_str().cmp(other.as_str()),
        (Term::Literal(one), Term::Literal(other)) => {
            let key = |literal: &'_ oxrdf::Literal| literal.value().parse::<u64>().ok();
            let parts = (key(one), one.value(), one.language(), one.datatype().as_str());
            parts
                .cmp(&(key(other), other.value(), other.language(), other.datatype().as_str()))
                .then_with(|| one.direction().map(|d| d as u8).cmp(&other.direction().map(|d| d as u8)))
        }
        _ => class(one).cmp(&class(other)).then_with(|| one.to_string().cmp(&other.to_string())),
    }
}

fn class(term: &Term) -> u8 {
    match term {
        Term::NamedNode(_) => 0,
        Term::BlankNode(_) => 1,
        Term::Literal(_) => 2,
        #[allow(unreachable_patterns, reason = "there are triple terms where the feature rdf-12 is on")]
        _ => 3,
    }
}
