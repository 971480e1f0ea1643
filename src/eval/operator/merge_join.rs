//! Merge join: two sides that ascend by the same variable joined: both are read once, and no more is kept than the rows of one
//! term.

use std::ops::Range;

use super::hash_join::{From, columns};
use super::{Match, Room, Table};
use crate::eval::{Batch, Context, Operator, Stop};
use crate::index::Id;

pub struct MergeJoin {
    left: Box<dyn Operator>,
    right: Side,
    /// The columns by which both ascend.
    key: (usize, usize),
    matching: Match,
    shown: Vec<From>,
    /// Rows of the right side that may be among those that are given next.
    window: Table,
    /// The term that was looked for last, and its rows in the window.
    group: Option<(Id, Range<usize>)>,
    current: Option<At>,
    room: Room,
}

/// Where the join stands in a batch of the left side: the row, and how many rows of its group are done.
struct At {
    batch: Batch,
    row: usize,
    done: usize,
}

/// A side that is read from term to term.
struct Side {
    op: Box<dyn Operator>,
    batch: Batch,
    row: usize,
}

impl Side {
    /// The term of the next row, if there is one.
    fn key(&mut self, column: usize, cx: &mut Context) -> Result<Option<Id>, Stop> {
        while self.row == self.batch.len {
            let Some(batch) = self.op.next(cx)? else { return Ok(None) };
            (self.batch, self.row) = (batch, 0);
        }
        Ok(Some(self.batch.columns[column].get(self.row)))
    }

    /// Goes on to the first row of the batch whose term is not before one, or that comes after it.
    fn advance(&mut self, column: usize, is_before: impl Fn(Id) -> bool) {
        let column = &self.batch.columns[column];
        // The next one is mostly near.
        let (mut from, mut step) = (self.row, 1);
        while from + step < self.batch.len && is_before(column.get(from + step)) {
            from += step;
            step *= 2;
        }
        let (mut from, mut to) = (from, self.batch.len.min(from + step));
        while from < to {
            let middle = from + (to - from) / 2;
            if is_before(column.get(middle)) { from = middle + 1 } else { to = middle }
        }
        self.row = from;
    }
}

impl MergeJoin {
    /// `width` is the number of the columns of `right`; `key` are the columns by which both sides ascend, which are bound.
    pub fn new(
        left: Box<dyn Operator>,
        (right, width): (Box<dyn Operator>, usize),
        key: (usize, usize),
        matching: Match,
        shown: Vec<From>,
    ) -> Self {
        let right = Side { op: right, batch: Batch::default(), row: 0 };
        let window = Table::new(width, Vec::new());
        Self { left, right, key, matching, shown, window, group: None, current: None, room: Room::default() }
    }

    /// The rows of the right side with a term, which is the one that was looked for last or comes after it.
    fn group(&mut self, term: Id, cx: &mut Context) -> Result<Range<usize>, Stop> {
        if let Some((last, rows)) = &self.group
            && *last == term
        {
            return Ok(rows.clone());
        }
        let start = self.window.len;
        while let Some(key) = self.right.key(self.key.1, cx)? {
            let row = self.right.row;
            match key.cmp(&term) {
                std::cmp::Ordering::Less => self.right.advance(self.key.1, |id| id < term),
                std::cmp::Ordering::Equal => {
                    self.right.advance(self.key.1, |id| id <= term);
                    self.window.push(&self.right.batch, row..self.right.row, cx)?;
                }
                std::cmp::Ordering::Greater => break,
            }
        }
        let rows = start..self.window.len;
        self.group = Some((term, rows.clone()));
        Ok(rows)
    }

    /// Pairs of rows from where it stands on, up to some number; whether the batch is done.
    fn pairs(
        &mut self,
        at: &mut At,
        (rows, found): (&mut Vec<u32>, &mut Vec<Option<u32>>),
        cx: &mut Context,
    ) -> Result<bool, Stop> {
        let room = self.room.grow(cx);
        let mut steps = 0_usize;
        while at.row < at.batch.len {
            let group = self.group(at.batch.columns[self.key.0].get(at.row), cx)?;
            for other in group.start + at.done..group.end {
                if rows.len() >= room {
                    return Ok(false);
                }
                at.done += 1;
                steps += 1;
                if steps.is_multiple_of(65_536) {
                    cx.check()?;
                }
                if self.matching.fits(&at.batch, at.row, &self.window, other as u32) {
                    rows.push(at.row as u32);
                    found.push(Some(other as u32));
                }
            }
            (at.row, at.done) = (at.row + 1, 0);
        }
        Ok(true)
    }

    /// Forgets the rows of the right side that come before the last group.
    fn forget(&mut self, cx: &mut Context) {
        if let Some((_, rows)) = &mut self.group {
            self.window.drop_first(rows.start, cx);
            *rows = 0..rows.len();
        }
    }
}

impl Operator for MergeJoin {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        loop {
            cx.check()?;
            let mut at = match self.current.take() {
                Some(at) => at,
                None => match self.left.next(cx)? {
                    Some(batch) => At { batch, row: 0, done: 0 },
                    None => return Ok(None),
                },
            };
            let (mut rows, mut found) = (Vec::new(), Vec::new());
            let done = self.pairs(&mut at, (&mut rows, &mut found), cx)?;
            let result = (!rows.is_empty()).then(|| columns(&self.shown, &at.batch, &rows, &self.window, &found));
            self.forget(cx);
            if !done {
                self.current = Some(at);
            }
            if result.is_some() {
                return Ok(result);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::eval::operator::Rows;
    use crate::eval::{Cancel, Variation};

    fn ids(numbers: &[u32]) -> Vec<Id> {
        numbers.iter().copied().map(Id).collect()
    }

    /// Both sides as rows of two numbers, by batches of some rows.
    fn joined(left: &[(u32, u32)], right: &[(u32, u32)], rows: usize) -> Vec<(u32, u32, u32)> {
        let side = |rows: &[(u32, u32)]| -> Box<dyn Operator> {
            let (a, b): (Vec<u32>, Vec<u32>) = rows.iter().copied().unzip();
            Box::new(Rows::new(vec![ids(&a), ids(&b)], rows.len()))
        };
        let matching = Match { keys: vec![(0, 0)], checks: Vec::new() };
        let shown = vec![From::Probe(0), From::Probe(1), From::Table(1)];
        let mut join = MergeJoin::new(side(left), (side(right), 2), (0, 0), matching, shown);
        let version = Arc::new(crate::index::build([], 0).unwrap());
        let mut cx = Context::new(version, Cancel::new(), None).with_variation(Some(Variation { seed: 1, rows }));
        let mut all = Vec::new();
        while let Some(batch) = join.next(&mut cx).unwrap() {
            let id = |column: usize, row: usize| batch.columns[column].get(row).0;
            all.extend((0..batch.len).map(|row| (id(0, row), id(1, row), id(2, row))));
        }
        all
    }

    #[test]
    fn pairs_come_in_the_order_of_the_left_side_whatever_the_batches() {
        let left: Vec<(u32, u32)> = (0..200).map(|at| (1 + at / 3 * 2, at)).collect();
        let right: Vec<(u32, u32)> = (0..300).map(|at| (1 + at / 4 * 3, at)).collect();
        let expected: Vec<_> = left
            .iter()
            .flat_map(|(a, x)| right.iter().filter(move |(b, _)| a == b).map(move |(_, y)| (*a, *x, *y)))
            .collect();
        assert!(expected.len() > 100);
        for rows in [1, 2, 7, 100, 4_096] {
            assert_eq!(joined(&left, &right, rows), expected, "{rows}");
        }
        assert!(joined(&left, &[], 7).is_empty() && joined(&[], &right, 7).is_empty());
    }
}
