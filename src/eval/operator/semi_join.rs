//! Semi-join and anti-join: EXISTS and MINUS by a side that is computed: rows are told apart by whether it has one that is
//! compatible with them.

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::operator::testing::{SIZES, compatible, context, drained, matchings, sides, source};

    /// The numbers of the left rows that are kept.
    fn kept(matching: &Match, mode: Mode, must_share: bool, size: usize) -> Vec<u32> {
        let [left, right] = sides();
        let join = SemiJoin::new(source(3, &left), (source(3, &right), 3), matching.clone(), mode, must_share);
        drained(join, &mut context(size)).into_iter().map(|row| row[2]).collect()
    }

    #[test]
    fn rows_are_told_apart_by_what_is_compatible_with_them() {
        let [left, right] = sides();
        for (matching, size) in matchings().into_iter().flat_map(|matching| SIZES.map(|size| (matching.clone(), size)))
        {
            let has = |a: &&Vec<u32>| right.iter().any(|b| compatible(&matching, a, b));
            let (with, without): (Vec<&Vec<u32>>, Vec<&Vec<u32>>) = left.iter().partition(has);
            let numbers = |rows: Vec<&Vec<u32>>| rows.into_iter().map(|row| row[2]).collect::<Vec<_>>();
            assert_eq!(kept(&matching, Mode::With, false, size), numbers(with));
            assert_eq!(kept(&matching, Mode::Without, false, size), numbers(without));
        }
    }

    #[test]
    fn minus_counts_rows_that_share_a_bound_variable() {
        let [left, right] = sides();
        let matching = Match { keys: Vec::new(), checks: vec![(1, 1)] };
        let shares = |a: &&Vec<u32>| a[1] != 0 && right.iter().any(|b| b[1] == a[1]);
        let expected: Vec<u32> = left.iter().filter(|a| !shares(a)).map(|row| row[2]).collect();
        assert!(!expected.is_empty() && expected.len() < left.len());
        assert_eq!(kept(&matching, Mode::Without, true, 7), expected);
    }

    #[test]
    fn marked_rows_are_all_there() {
        let [left, right] = sides();
        let [matching, ..] = matchings();
        let join = SemiJoin::new(source(3, &left), (source(3, &right), 3), matching.clone(), Mode::Mark, false);
        for (row, marked) in left.iter().zip(drained(join, &mut context(7))) {
            let has = right.iter().any(|b| compatible(&matching, row, b));
            assert_eq!(marked, [row[0], row[1], row[2], u32::from(has)]);
        }
    }
}
