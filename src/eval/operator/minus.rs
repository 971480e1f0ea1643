//! MINUS: rows are removed that are compatible with one of another side and share a bound variable with it.

use super::{Match, Table};
use crate::eval::{Batch, Context, Operator, Stop};

pub struct Minus {
    left: Box<dyn Operator>,
    right: Box<dyn Operator>,
    width: usize,
    matching: Match,
    table: Option<Table>,
}

impl Minus {
    /// `width` is the number of the columns of `right`.
    pub fn new(left: Box<dyn Operator>, (right, width): (Box<dyn Operator>, usize), matching: Match) -> Self {
        Self { left, right, width, matching, table: None }
    }

    fn is_removed(&self, batch: &Batch, row: usize, table: &Table, cx: &mut Context) -> Result<bool, Stop> {
        let mut at = table.first(&self.matching, batch, row);
        let mut steps = 0_usize;
        while let Some(other) = at {
            steps += 1;
            if steps.is_multiple_of(65_536) {
                cx.check()?;
            }
            if self.matching.is_compatible(batch, row, table, other.row) && self.shares(batch, row, table, other.row) {
                return Ok(true);
            }
            at = table.after(other, &self.matching, batch, row);
        }
        Ok(false)
    }

    fn shares(&self, batch: &Batch, row: usize, table: &Table, other: u32) -> bool {
        let both = |(own, at): &(usize, usize)| {
            batch.columns[*own].get(row).is_bound() && table.columns[*at][other as usize].is_bound()
        };
        !self.matching.keys.is_empty() || self.matching.checks.iter().any(both)
    }
}

impl Operator for Minus {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        let table = match self.table.take() {
            Some(table) => table,
            None => Table::fill(self.right.as_mut(), self.width, &self.matching, cx)?,
        };
        let mut result = None;
        while let Some(batch) = self.left.next(cx)? {
            cx.check()?;
            let mut keep = Vec::new();
            for row in 0..batch.len {
                if !self.is_removed(&batch, row, &table, cx)? {
                    keep.push(row as u32);
                }
            }
            if !keep.is_empty() {
                result = Some(if keep.len() == batch.len { batch } else { batch.gather(&keep) });
                break;
            }
        }
        self.table = Some(table);
        Ok(result)
    }
}
