//! Projection, DISTINCT, LIMIT and OFFSET.

use super::Table;
use crate::eval::{Batch, Context, Operator, Stop};

/// Some columns.
pub struct Project {
    pub input: Box<dyn Operator>,
    pub columns: Vec<Option<usize>>,
}

impl Operator for Project {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        Ok(self.input.next(cx)?.map(|batch| batch.project(&self.columns)))
    }
}

/// Each row once, where it comes first.
pub struct Distinct {
    input: Box<dyn Operator>,
    columns: Vec<usize>,
    seen: Table,
}

impl Distinct {
    /// Rows differ in one of these columns at least.
    pub fn new(input: Box<dyn Operator>, columns: Vec<usize>) -> Self {
        let width = columns.len();
        Self { input, columns, seen: Table::new(width, (0..width).collect()) }
    }
}

impl Operator for Distinct {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        while let Some(batch) = self.input.next(cx)? {
            cx.check()?;
            let mut keep = Vec::new();
            for row in 0..batch.len {
                if self.seen.entry(&batch, row, &self.columns, cx)?.1 {
                    keep.push(row as u32);
                }
            }
            if !keep.is_empty() {
                return Ok(Some(if keep.len() == batch.len { batch } else { batch.gather(&keep) }));
            }
        }
        self.seen.drop_rows(cx);
        Ok(None)
    }
}

/// Some rows from a place on.
pub struct Slice {
    pub input: Box<dyn Operator>,
    pub skip: usize,
    pub left: usize,
}

impl Operator for Slice {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        while self.left > 0 {
            let Some(batch) = self.input.next(cx)? else { return Ok(None) };
            let skipped = self.skip.min(batch.len);
            self.skip -= skipped;
            let taken = (batch.len - skipped).min(self.left);
            self.left -= taken;
            if taken == batch.len {
                return Ok(Some(batch));
            }
            if taken > 0 {
                return Ok(Some(batch.slice(skipped..skipped + taken)));
            }
        }
        Ok(None)
    }
}
