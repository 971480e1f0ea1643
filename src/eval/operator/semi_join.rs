//! EXISTS and MINUS by a side that is computed: rows are told apart by whether it has one that is compatible with them.

use super::{IdSet, Match, Mode, Table};
use crate::eval::{Batch, Context, Operator, Stop};

pub struct SemiJoin {
    left: Box<dyn Operator>,
    right: Box<dyn Operator>,
    width: usize,
    matching: Match,
    mode: Mode,
    /// Whether compatible rows count only if they share a bound variable, as those of MINUS do.
    must_share: bool,
    side: Option<Side>,
}

/// The side that is computed.
enum Side {
    /// Where one variable decides: its terms, and its column in the rows that are told apart.
    Ids(IdSet, usize),
    Rows(Table),
}

impl SemiJoin {
    /// `width` is the number of the columns of `right`.
    pub fn new(
        left: Box<dyn Operator>,
        (right, width): (Box<dyn Operator>, usize),
        matching: Match,
        mode: Mode,
        must_share: bool,
    ) -> Self {
        Self { left, right, width, matching, mode, must_share, side: None }
    }

    fn fill(&mut self, cx: &mut Context) -> Result<Side, Stop> {
        let ([(own, other)], []) = (&self.matching.keys[..], &self.matching.checks[..]) else {
            return Table::fill(self.right.as_mut(), self.width, &self.matching, cx).map(Side::Rows);
        };
        let mut ids = IdSet::default();
        while let Some(batch) = self.right.next(cx)? {
            cx.check()?;
            for row in 0..batch.len {
                ids.insert(batch.columns[*other].get(row), cx)?;
            }
        }
        Ok(Side::Ids(ids, *own))
    }

    fn is_matched(&self, batch: &Batch, row: usize, table: &Table, cx: &mut Context) -> Result<bool, Stop> {
        let mut at = table.first(&self.matching, batch, row);
        let mut steps = 0_usize;
        while let Some(other) = at {
            steps += 1;
            if steps.is_multiple_of(65_536) {
                cx.check()?;
            }
            let is_compatible = self.matching.is_compatible(batch, row, table, other.row);
            if is_compatible && (!self.must_share || self.shares(batch, row, table, other.row)) {
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

    fn next_of(&mut self, side: &Side, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        while let Some(batch) = self.left.next(cx)? {
            cx.check()?;
            let rows = 0..batch.len;
            let matched: Vec<bool> = match side {
                Side::Ids(ids, at) => rows.map(|row| ids.contains(batch.columns[*at].get(row))).collect(),
                Side::Rows(table) => {
                    rows.map(|row| self.is_matched(&batch, row, table, cx)).collect::<Result<_, _>>()?
                }
            };
            if let Some(batch) = self.mode.told_apart(batch, &matched) {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }
}

impl Operator for SemiJoin {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        let side = match self.side.take() {
            Some(side) => side,
            None => self.fill(cx)?,
        };
        let result = self.next_of(&side, cx);
        self.side = Some(side);
        result
    }
}
