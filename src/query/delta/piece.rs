//! What a solution rests on: triple patterns that changes are matched with, and what joins only.

use std::collections::BTreeSet;

use oxrdf::Variable;
use spargebra::algebra::GraphPattern as P;
use spargebra::term::{NamedNodePattern, TriplePattern};

use super::variables::{Names, of_pattern, of_triple, renamed_name, renamed_pattern, renamed_triple};

/// A triple pattern, and the graph that it is asked of where that is named.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Atom {
    pub(super) triple: TriplePattern,
    pub(super) graph: Option<NamedNodePattern>,
}

impl Atom {
    pub(super) fn variables(&self) -> BTreeSet<Variable> {
        let mut found = of_triple(&self.triple);
        if let Some(NamedNodePattern::Variable(name)) = &self.graph {
            found.insert(name.clone());
        }
        found
    }

    pub(super) fn renamed(self, names: &Names) -> Self {
        let graph = self.graph.map(|graph| renamed_name(graph, names));
        Self { triple: renamed_triple(self.triple, names), graph }
    }

    fn pattern(&self) -> P {
        in_graph(self.graph.as_ref(), P::Bgp { patterns: vec![self.triple.clone()] })
    }
}

/// A part of what a solution rests on.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    /// Where the part is a triple pattern that changes are matched with.
    Atom(Atom),
    /// What joins only.
    Other(P),
}

impl Piece {
    pub(super) fn variables(&self) -> BTreeSet<Variable> {
        match self {
            Self::Atom(atom) => atom.variables(),
            Self::Other(pattern) => of_pattern(pattern),
        }
    }

    pub(super) fn renamed(self, names: &Names) -> Self {
        match self {
            Self::Atom(atom) => Self::Atom(atom.renamed(names)),
            Self::Other(pattern) => Self::Other(renamed_pattern(pattern, names)),
        }
    }

    pub(super) fn pattern(&self) -> P {
        match self {
            Self::Atom(atom) => atom.pattern(),
            Self::Other(pattern) => pattern.clone(),
        }
    }
}

pub(super) fn in_graph(graph: Option<&NamedNodePattern>, pattern: P) -> P {
    match graph {
        Some(name) => P::Graph { name: name.clone(), inner: Box::new(pattern) },
        None => pattern,
    }
}
