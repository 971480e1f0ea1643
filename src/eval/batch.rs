//! Column batches: rows by columns: term ids, up to [`ROWS`] at once.

use std::ops::Range;
use std::sync::Arc;

use crate::index::Id;

/// The most rows of a batch.
pub const ROWS: usize = 4_096;

/// One variable's terms in the rows of a batch; [`Id::UNBOUND`] where it has none.
#[derive(Debug, Clone)]
pub enum Column {
    /// The same in each row.
    Constant(Id),
    /// Rows of a column of the index.
    Slice(Arc<[Id]>, Range<usize>),
    /// Made by an operator.
    Owned(Vec<Id>),
}

impl Column {
    /// Of these terms, which are copied no more.
    pub fn shared(ids: Vec<Id>) -> Self {
        let len = ids.len();
        Self::Slice(ids.into(), 0..len)
    }

    /// The term in a row. Panics where the batch has no such row.
    pub fn get(&self, row: usize) -> Id {
        match self {
            Self::Constant(id) => *id,
            Self::Slice(ids, range) => ids[range.start + row],
            Self::Owned(ids) => ids[row],
        }
    }

    /// All terms, unless they are one constant.
    pub fn ids(&self) -> Option<&[Id]> {
        match self {
            Self::Constant(_) => None,
            Self::Slice(ids, range) => Some(&ids[range.clone()]),
            Self::Owned(ids) => Some(ids),
        }
    }

    /// The terms of these rows, in this order.
    pub fn gather(&self, rows: &[u32]) -> Self {
        match self.ids() {
            None => self.clone(),
            Some(ids) => Self::Owned(rows.iter().map(|row| ids[*row as usize]).collect()),
        }
    }

    /// The terms of consecutive rows.
    pub fn slice(&self, rows: Range<usize>) -> Self {
        match self {
            Self::Constant(id) => Self::Constant(*id),
            Self::Slice(ids, range) => Self::Slice(ids.clone(), range.start + rows.start..range.start + rows.end),
            Self::Owned(ids) => Self::Owned(ids[rows].to_vec()),
        }
    }

    /// Appends the terms of the first `len` rows to `ids`.
    pub fn append_to(&self, ids: &mut Vec<Id>, len: usize) {
        match self.ids() {
            Some(own) => ids.extend_from_slice(&own[..len]),
            None => ids.resize(ids.len() + len, self.get(0)),
        }
    }
}

/// Some rows.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// One for each variable, in an order that the operator knows.
    pub columns: Vec<Column>,
    /// Rows; also where there is no column.
    pub len: usize,
}

impl Batch {
    /// One row without columns: the solution that binds nothing.
    pub fn unit() -> Self {
        Self { columns: Vec::new(), len: 1 }
    }

    /// These rows, in this order.
    #[must_use]
    pub fn gather(&self, rows: &[u32]) -> Self {
        Self { columns: self.columns.iter().map(|column| column.gather(rows)).collect(), len: rows.len() }
    }

    /// Consecutive rows.
    #[must_use]
    pub fn slice(&self, rows: Range<usize>) -> Self {
        let len = rows.len();
        Self { columns: self.columns.iter().map(|column| column.slice(rows.clone())).collect(), len }
    }

    /// These columns, in this order; `None` is one without terms.
    #[must_use]
    pub fn project(&self, columns: &[Option<usize>]) -> Self {
        let column = |at: &Option<usize>| at.map_or(Column::Constant(Id::UNBOUND), |at| self.columns[at].clone());
        Self { columns: columns.iter().map(column).collect(), len: self.len }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(numbers: &[u32]) -> Vec<Id> {
        numbers.iter().map(|number| Id(*number)).collect()
    }

    #[test]
    fn rows_are_the_same_however_a_column_is_kept() {
        let slice = Column::Slice(ids(&[9, 1, 2, 3, 9]).into(), 1..4);
        let owned = Column::Owned(ids(&[1, 2, 3]));
        for column in [slice, owned] {
            let batch = Batch { columns: vec![column, Column::Constant(Id(7))], len: 3 };
            let picked = batch.gather(&[2, 0, 2]);
            assert_eq!(picked.columns[0].ids().unwrap(), ids(&[3, 1, 3]));
            assert_eq!((picked.columns[1].get(2), picked.len), (Id(7), 3));
            let part = batch.slice(1..3);
            assert_eq!((part.columns[0].ids().unwrap(), part.len), (&ids(&[2, 3])[..], 2));
            let project = batch.project(&[None, Some(0)]);
            assert_eq!((project.columns[0].get(1), project.columns[1].get(1)), (Id::UNBOUND, Id(2)));
        }
    }
}
