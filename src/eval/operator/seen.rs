//! Rows that have come already: a set of ids where they have one column, else a table.

use super::{IdSet, Table};
use crate::eval::{Batch, Context, Stop};

/// Rows, each once, told apart by some columns.
pub enum Seen {
    One(IdSet),
    Rows(Table),
}

impl Seen {
    /// `width` is the number of the columns.
    pub fn new(width: usize) -> Self {
        match width {
            1 => Self::One(IdSet::default()),
            _ => Self::Rows(Table::new(width, (0..width).collect())),
        }
    }

    /// The rows of a batch that are new.
    pub fn new_in(&mut self, batch: &Batch, columns: &[usize], cx: &mut Context) -> Result<Vec<u32>, Stop> {
        let mut keep = Vec::new();
        for row in 0..batch.len {
            let is_new = match self {
                Self::One(ids) => ids.insert(batch.columns[columns[0]].get(row), cx)?,
                Self::Rows(table) => table.entry(batch, row, columns, cx)?.1,
            };
            if is_new {
                keep.push(row as u32);
            }
        }
        Ok(keep)
    }

    /// Gives its memory back.
    pub fn drop_rows(&mut self, cx: &mut Context) {
        match self {
            Self::One(ids) => ids.drop_ids(cx),
            Self::Rows(table) => table.drop_rows(cx),
        }
    }
}
