//! Index look-up: what is asked of triples for each row, and what is found.

use crate::eval::Batch;
use crate::index::{GraphFilter, Id};

/// Where a place of the pattern has its term from.
#[derive(Copy, Clone, Debug)]
pub enum Source {
    Id(Id),
    /// A column of the input; where it is unbound, any term matches.
    Column(usize),
    Any,
}

impl Source {
    pub fn of(self, batch: &Batch, row: usize) -> Option<Id> {
        match self {
            Self::Id(id) => Some(id),
            Self::Column(at) => Some(batch.columns[at].get(row)).filter(|id| id.is_bound()),
            Self::Any => None,
        }
    }
}

/// Which graphs a triple must stand in.
#[derive(Clone, Debug)]
pub enum Graphs {
    Filter(GraphFilter),
    /// One row for each graph among these.
    Each(Source, GraphFilter),
}

/// A pattern, and what becomes of its matches.
pub struct Lookup {
    /// Subject, predicate, object.
    pub places: [Source; 3],
    pub excluded: Vec<Id>,
    pub graphs: Graphs,
    /// Places that are one variable: 0 to 2 as above, 3 for the graph.
    pub same: Vec<(usize, usize)>,
    /// The columns of the input that are kept.
    pub kept: Vec<usize>,
    /// The places that become columns, after those.
    pub shown: Vec<usize>,
}

/// Matches of some rows: the rows, and the terms of each place that is shown.
pub struct Found {
    pub rows: Vec<u32>,
    pub shown: Vec<Vec<Id>>,
}
