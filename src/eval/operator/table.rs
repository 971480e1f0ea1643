//! Rows kept in memory and found again by some of their columns.

use crate::eval::{Batch, Column, Context, Operator, Stop};
use crate::index::Id;

/// The end of a chain.
const NONE: u32 = u32::MAX;

/// Rows by columns, chained by the hash of their keys.
pub struct Table {
    pub columns: Vec<Vec<Id>>,
    pub len: usize,
    keys: Vec<usize>,
    heads: Vec<u32>,
    next: Vec<u32>,
    held: usize,
}

/// How rows of two sides are matched.
#[derive(Clone, Debug, Default)]
pub struct Match {
    /// Columns that are bound on both sides and must be equal: of the probing row, of the table.
    pub keys: Vec<(usize, usize)>,
    /// Columns that must be equal where both are bound.
    pub checks: Vec<(usize, usize)>,
}

impl Match {
    /// Whether a row of a batch and one of the table are compatible; their keys are equal by then.
    pub fn is_compatible(&self, batch: &Batch, row: usize, table: &Table, at: u32) -> bool {
        self.checks.iter().all(|(own, other)| {
            let (a, b) = (batch.columns[*own].get(row), table.columns[*other][at as usize]);
            a == b || !a.is_bound() || !b.is_bound()
        })
    }
}

fn mix(hash: u64, id: Id) -> u64 {
    (hash.rotate_left(26) ^ u64::from(id.0)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Table {
    pub fn new(width: usize, keys: Vec<usize>) -> Self {
        Self { columns: vec![Vec::new(); width], len: 0, keys, heads: Vec::new(), next: Vec::new(), held: 0 }
    }

    /// All rows of an operator.
    pub fn fill(input: &mut dyn Operator, width: usize, keys: Vec<usize>, cx: &mut Context) -> Result<Self, Stop> {
        let mut table = Self::new(width, keys);
        while let Some(batch) = input.next(cx)? {
            table.hold(batch.len, cx)?;
            for (ids, column) in table.columns.iter_mut().zip(&batch.columns) {
                column.append_to(ids, batch.len);
            }
            table.len += batch.len;
        }
        table.chain(cx)?;
        Ok(table)
    }

    fn hold(&mut self, rows: usize, cx: &mut Context) -> Result<(), Stop> {
        if self.len + rows >= NONE as usize {
            return Err(Stop::Memory);
        }
        let bytes = rows * (4 * self.columns.len() + 12);
        self.held += bytes;
        cx.reserve(bytes)
    }

    /// Gives its memory back.
    pub fn drop_rows(&mut self, cx: &mut Context) {
        cx.release(self.held);
        *self = Self::new(self.columns.len(), std::mem::take(&mut self.keys));
    }

    fn chain(&mut self, cx: &mut Context) -> Result<(), Stop> {
        self.heads = vec![NONE; (4 * self.len).next_power_of_two().max(64)];
        self.next = vec![NONE; self.len];
        for row in (0..self.len).rev() {
            if row % 65_536 == 0 {
                cx.check()?;
            }
            let slot = self.slot(self.keys.iter().fold(0, |hash, key| mix(hash, self.columns[*key][row])));
            self.next[row] = std::mem::replace(&mut self.heads[slot], row as u32);
        }
        Ok(())
    }

    fn slot(&self, hash: u64) -> usize {
        (hash >> 20) as usize & (self.heads.len() - 1)
    }

    /// The first row whose keys are those of a batch's row.
    pub fn first(&self, matching: &Match, batch: &Batch, row: usize) -> Option<u32> {
        let hash = matching.keys.iter().fold(0, |hash, (own, _)| mix(hash, batch.columns[*own].get(row)));
        self.equal_from(self.heads[self.slot(hash)], matching, batch, row)
    }

    /// The next such row after one.
    pub fn after(&self, at: u32, matching: &Match, batch: &Batch, row: usize) -> Option<u32> {
        self.equal_from(self.next[at as usize], matching, batch, row)
    }

    fn equal_from(&self, mut at: u32, matching: &Match, batch: &Batch, row: usize) -> Option<u32> {
        while at != NONE {
            let is_equal =
                |(own, other): &(usize, usize)| batch.columns[*own].get(row) == self.columns[*other][at as usize];
            if matching.keys.iter().all(is_equal) {
                return Some(at);
            }
            at = self.next[at as usize];
        }
        None
    }

    /// The number of the row with these keys, which is added if there is none; whether it was.
    pub fn entry(
        &mut self,
        batch: &Batch,
        row: usize,
        columns: &[usize],
        cx: &mut Context,
    ) -> Result<(u32, bool), Stop> {
        if self.len * 2 >= self.heads.len() {
            self.keys = (0..columns.len()).collect();
            self.chain(cx)?;
        }
        let hash = columns.iter().fold(0, |hash, column| mix(hash, batch.columns[*column].get(row)));
        let slot = self.slot(hash);
        let mut at = self.heads[slot];
        while at != NONE {
            let same = |(own, column): (&Vec<Id>, &usize)| own[at as usize] == batch.columns[*column].get(row);
            if self.columns.iter().zip(columns).all(same) {
                return Ok((at, false));
            }
            at = self.next[at as usize];
        }
        self.hold(1, cx)?;
        for (own, column) in self.columns.iter_mut().zip(columns) {
            own.push(batch.columns[*column].get(row));
        }
        let new = self.len as u32;
        self.len += 1;
        self.next.push(std::mem::replace(&mut self.heads[slot], new));
        Ok((new, true))
    }

    /// The rows of a column; `None` are unbound.
    pub fn gather(&self, column: usize, rows: &[Option<u32>]) -> Column {
        let ids = &self.columns[column];
        Column::Owned(rows.iter().map(|row| row.map_or(Id::UNBOUND, |row| ids[row as usize])).collect())
    }
}
