//! Quads gathered in memory, each term once: what the writers that group and sort work on.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use oxrdf::{GraphNameRef, NamedOrBlankNodeRef, Quad, QuadRef, Term, TermRef};

use crate::mapping::QuadSink;

/// Number of a term within a [`Gathered`].
pub(super) type Id = u32;
/// The default graph.
pub(super) const DEFAULT_GRAPH: Id = Id::MAX;

/// A quad by the numbers of its terms: graph, subject, predicate, object.
pub(super) type Row = [Id; 4];

/// Quads without duplicates, held compactly: sixteen bytes a quad, and each term once.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    terms: Vec<Term>,
    /// The first term of each hash, and for each term the next one with the same hash.
    first: HashMap<u64, Id>,
    next: Vec<Id>,
    hasher: RandomState,
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

    /// Every term that occurs.
    pub(super) fn terms(&self) -> &[Term] {
        &self.terms
    }

    pub(super) fn term(&self, id: Id) -> &Term {
        &self.terms[id as usize]
    }

    pub(super) fn is_iri(&self, id: Id, iri: &str) -> bool {
        matches!(self.term(id), Term::NamedNode(node) if node.as_str() == iri)
    }

    /// The rows in order and once each, with the terms renumbered in their order, so that numbers compare as terms do.
    /// Where `merge`, all are in the default graph.
    pub(super) fn sort(&mut self, merge: bool) -> &[Row] {
        let ranks = self.rank();
        for row in &mut self.rows {
            for id in row.iter_mut().filter(|id| **id != DEFAULT_GRAPH) {
                *id = ranks[*id as usize];
            }
            if merge {
                row[0] = DEFAULT_GRAPH;
            }
            // The default graph comes first.
            row[0] = row[0].wrapping_add(1);
        }
        self.rows.sort_unstable();
        self.rows.dedup();
        self.rows.iter_mut().for_each(|row| row[0] = row[0].wrapping_sub(1));
        &self.rows
    }

    /// Puts the terms into their order; gives the new number of each old one.
    fn rank(&mut self) -> Vec<Id> {
        let mut order: Vec<Id> = (0..self.terms.len() as Id).collect();
        order.sort_unstable_by(|one, other| compare(&self.terms[*one as usize], &self.terms[*other as usize]));
        let mut ranks = vec![0; order.len()];
        for (rank, id) in order.iter().enumerate() {
            ranks[*id as usize] = rank as Id;
        }
        let mut old: Vec<Option<Term>> = std::mem::take(&mut self.terms).into_iter().map(Some).collect();
        self.terms = order.iter().filter_map(|id| old[*id as usize].take()).collect();
        self.first.clear();
        self.next.clear();
        ranks
    }

    fn intern(&mut self, term: TermRef<'_>) -> Id {
        let hash = self.hasher.hash_one(term);
        let mut at = self.first.get(&hash).copied().unwrap_or(Id::MAX);
        while at != Id::MAX {
            if self.terms[at as usize].as_ref() == term {
                return at;
            }
            at = self.next[at as usize];
        }
        let id = self.terms.len() as Id;
        let chained = self.first.insert(hash, id).unwrap_or(Id::MAX);
        self.next.push(chained);
        self.terms.push(term.into_owned());
        id
    }
}

impl QuadSink for Gathered {
    fn quad(&mut self, quad: QuadRef<'_>) {
        let graph = match quad.graph_name {
            GraphNameRef::NamedNode(graph) => self.intern(graph.into()),
            GraphNameRef::BlankNode(graph) => self.intern(graph.into()),
            GraphNameRef::DefaultGraph => DEFAULT_GRAPH,
        };
        let subject = match quad.subject {
            NamedOrBlankNodeRef::NamedNode(subject) => self.intern(subject.into()),
            NamedOrBlankNodeRef::BlankNode(subject) => self.intern(subject.into()),
        };
        let row = [graph, subject, self.intern(quad.predicate.into()), self.intern(quad.object)];
        self.rows.push(row);
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
