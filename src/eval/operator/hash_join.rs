//! Hash join: two computed sides joined: one is kept in a table, the other probes it.

use super::table::At;
use super::{Match, Room, Table};
use crate::eval::{Batch, Column, Context, Operator, Stop};

/// Where a column of the result has its terms from.
#[derive(Copy, Clone, Debug)]
pub enum From {
    Probe(usize),
    Table(usize),
    /// The probing side where it is bound, else the table.
    Either(usize, usize),
}

/// The columns of joined rows.
pub fn columns(shown: &[From], batch: &Batch, rows: &[u32], table: &Table, found: &[Option<u32>]) -> Batch {
    let column = |from: &From| match *from {
        From::Probe(at) => batch.columns[at].gather(rows),
        From::Table(at) => table.gather(at, found),
        From::Either(own, other) => {
            let (own, other) = (batch.columns[own].gather(rows), table.gather(other, found));
            let either = |row| if own.get(row).is_bound() { own.get(row) } else { other.get(row) };
            Column::Owned((0..rows.len()).map(either).collect())
        }
    };
    Batch { columns: shown.iter().map(column).collect(), len: rows.len() }
}

/// Pairs of rows that match, found bit by bit.
pub struct Pairs {
    pub row: usize,
    at: Option<At>,
    begun: bool,
}

impl Pairs {
    pub fn from_row(row: usize) -> Self {
        Self { row, at: None, begun: false }
    }

    /// Appends up to `room` pairs; whether all of the batch's rows are done.
    pub fn take(
        &mut self,
        batch: &Batch,
        table: &Table,
        matching: &Match,
        (rows, found): (&mut Vec<u32>, &mut Vec<Option<u32>>),
        room: usize,
        cx: &mut Context,
    ) -> Result<bool, Stop> {
        let mut steps = 0_usize;
        while self.row < batch.len {
            if !self.begun {
                self.at = table.first(matching, batch, self.row);
                self.begun = true;
            }
            while let Some(at) = self.at {
                steps += 1;
                if steps.is_multiple_of(65_536) {
                    cx.check()?;
                }
                if rows.len() >= room {
                    return Ok(false);
                }
                if matching.is_compatible(batch, self.row, table, at.row) {
                    rows.push(self.row as u32);
                    found.push(Some(at.row));
                }
                self.at = table.after(at, matching, batch, self.row);
            }
            self.row += 1;
            self.begun = false;
        }
        Ok(true)
    }
}

/// An inner join.
pub struct HashJoin {
    restarts: bool,
    probe: Box<dyn Operator>,
    build: Box<dyn Operator>,
    width: usize,
    matching: Match,
    shown: Vec<From>,
    table: Option<Table>,
    current: Option<(Batch, Pairs)>,
    room: Room,
}

impl HashJoin {
    /// `width` is the number of the columns of `build`. What `restarts` is asked again after its last row.
    pub fn new(
        restarts: bool,
        probe: Box<dyn Operator>,
        (build, width): (Box<dyn Operator>, usize),
        matching: Match,
        shown: Vec<From>,
    ) -> Self {
        Self { restarts, probe, build, width, matching, shown, table: None, current: None, room: Room::default() }
    }

    fn table(&mut self, cx: &mut Context) -> Result<Table, Stop> {
        match self.table.take() {
            Some(table) => Ok(table),
            None => Table::fill(self.build.as_mut(), self.width, &self.matching, cx),
        }
    }

    fn joined(&mut self, table: &Table, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        loop {
            cx.check()?;
            let (batch, mut pairs) = match self.current.take() {
                Some(current) => current,
                None => match self.probe.next(cx)? {
                    Some(batch) => (batch, Pairs::from_row(0)),
                    None => return Ok(None),
                },
            };
            let (mut rows, mut found) = (Vec::new(), Vec::new());
            let done = pairs.take(&batch, table, &self.matching, (&mut rows, &mut found), self.room.grow(cx), cx)?;
            let result = (!rows.is_empty()).then(|| columns(&self.shown, &batch, &rows, table, &found));
            if !done {
                self.current = Some((batch, pairs));
            }
            if result.is_some() {
                return Ok(result);
            }
        }
    }
}

impl Operator for HashJoin {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        let table = self.table(cx)?;
        let result = if table.len == 0 { self.drained(cx) } else { self.joined(&table, cx) };
        self.table = Some(table);
        result
    }
}

impl HashJoin {
    /// Nothing matches; a feed is emptied all the same.
    fn drained(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        while self.restarts && self.probe.next(cx)?.is_some() {}
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::operator::testing::{SIZES, compatible, context, drained, matchings, sides, sorted, source};

    #[test]
    fn rows_are_those_of_the_definition() {
        let [left, right] = sides();
        for (matching, size) in matchings().into_iter().flat_map(|matching| SIZES.map(|size| (matching.clone(), size)))
        {
            let both = |a: &Vec<u32>, b: &Vec<u32>| vec![a[0], if a[1] == 0 { b[1] } else { a[1] }, a[2], b[2]];
            let pairs = left.iter().flat_map(|a| right.iter().map(move |b| (a, b)));
            let expected = pairs.filter(|(a, b)| compatible(&matching, a, b)).map(|(a, b)| both(a, b)).collect();
            let shown = vec![From::Probe(0), From::Either(1, 1), From::Probe(2), From::Table(2)];
            let join = HashJoin::new(false, source(3, &left), (source(3, &right), 3), matching, shown);
            assert_eq!(sorted(drained(join, &mut context(size))), sorted(expected), "{size}");
        }
    }

    #[test]
    fn nothing_matches_an_empty_side() {
        let [left, _] = sides();
        for restarts in [false, true] {
            let (probe, build) = (source(3, &left), (source(3, &[]), 3));
            let join = HashJoin::new(restarts, probe, build, Match::default(), vec![From::Probe(0)]);
            assert!(drained(join, &mut context(7)).is_empty());
        }
    }
}
