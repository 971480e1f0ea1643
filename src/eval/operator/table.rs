//! Hash table of rows: rows kept in memory and found again by some of their columns.

use std::ops::Range;

use crate::eval::{Batch, Column, Context, Operator, Stop};
use crate::index::Id;

/// For how many rows memory is reserved at once, where they come one by one.
const AT_ONCE: usize = 256;

/// The end of a chain.
const NONE: u32 = u32::MAX;

/// Rows by columns, chained by the hash of their keys.
pub struct Table {
    pub columns: Vec<Vec<Id>>,
    pub len: usize,
    /// All rows, by the columns that are bound on both sides.
    all: Chain,
    /// Where there are columns that may be unbound: the rows in which all of them are bound, by these as well, and the others.
    apart: Option<[Chain; 2]>,
    held: usize,
}

/// Rows with one hash, one after the other.
#[derive(Default)]
struct Chain {
    keys: Vec<usize>,
    heads: Vec<u32>,
    next: Vec<u32>,
}

/// Where the search for rows that match has come to.
#[derive(Copy, Clone, Debug)]
pub struct At {
    pub row: u32,
    stage: Stage,
}

/// The chain that it goes along.
#[derive(Copy, Clone, Debug)]
enum Stage {
    All,
    Bound,
    Others,
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

impl Match {
    /// Whether a row of a batch and one of the table are compatible.
    pub fn fits(&self, batch: &Batch, row: usize, table: &Table, at: u32) -> bool {
        let is_equal =
            |(own, other): &(usize, usize)| batch.columns[*own].get(row) == table.columns[*other][at as usize];
        self.keys.iter().all(is_equal) && self.is_compatible(batch, row, table, at)
    }
}

impl Chain {
    fn new(keys: Vec<usize>) -> Self {
        Self { keys, ..Self::default() }
    }

    fn slot(&self, hash: u64) -> usize {
        (hash >> 20) as usize & (self.heads.len() - 1)
    }

    /// Chains the rows that are to be, from the last to the first.
    fn link(
        &mut self,
        columns: &[Vec<Id>],
        len: usize,
        is_in: impl Fn(usize) -> bool,
        cx: &mut Context,
    ) -> Result<(), Stop> {
        self.heads = vec![NONE; (4 * len).next_power_of_two().max(64)];
        self.next = vec![NONE; len];
        for row in (0..len).rev() {
            if row % 65_536 == 0 {
                cx.check()?;
            }
            if is_in(row) {
                let slot = self.slot(self.keys.iter().fold(0, |hash, key| mix(hash, columns[*key][row])));
                self.next[row] = std::mem::replace(&mut self.heads[slot], row as u32);
            }
        }
        Ok(())
    }
}

fn mix(hash: u64, id: Id) -> u64 {
    (hash.rotate_left(26) ^ u64::from(id.0)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Table {
    pub fn new(width: usize, keys: Vec<usize>) -> Self {
        Self { columns: vec![Vec::new(); width], len: 0, all: Chain::new(keys), apart: None, held: 0 }
    }

    /// All rows of an operator, to be matched with others.
    pub fn fill(input: &mut dyn Operator, width: usize, matching: &Match, cx: &mut Context) -> Result<Self, Stop> {
        let mut table = Self::new(width, matching.keys.iter().map(|(_, key)| *key).collect());
        while let Some(batch) = input.next(cx)? {
            table.hold(batch.len, cx)?;
            for (ids, column) in table.columns.iter_mut().zip(&batch.columns) {
                column.append_to(ids, batch.len);
            }
            table.len += batch.len;
        }
        table.all.link(&table.columns, table.len, |_| true, cx)?;
        if !matching.checks.is_empty() {
            table.set_apart(matching, cx)?;
        }
        Ok(table)
    }

    /// Rows in which all that may be unbound is bound are found by that, too: else one of many would be looked for among all.
    fn set_apart(&mut self, matching: &Match, cx: &mut Context) -> Result<(), Stop> {
        let bytes = 2 * 4 * 3 * self.len;
        self.held += bytes;
        cx.reserve(bytes)?;
        let columns = &self.columns;
        let is_bound = |row: usize| matching.checks.iter().all(|(_, at)| columns[*at][row].is_bound());
        let all = matching.keys.iter().chain(&matching.checks).map(|(_, key)| *key).collect();
        let (mut bound, mut others) = (Chain::new(all), Chain::new(self.all.keys.clone()));
        bound.link(columns, self.len, is_bound, cx)?;
        others.link(columns, self.len, |row| !is_bound(row), cx)?;
        self.apart = Some([bound, others]);
        Ok(())
    }

    /// Takes in rows of a batch, which are not to be looked for.
    pub fn push(&mut self, batch: &Batch, rows: Range<usize>, cx: &mut Context) -> Result<(), Stop> {
        self.hold(rows.len(), cx)?;
        for (ids, column) in self.columns.iter_mut().zip(&batch.columns) {
            ids.extend(rows.clone().map(|row| column.get(row)));
        }
        self.len += rows.len();
        Ok(())
    }

    /// Forgets the first rows of those that were taken in so.
    pub fn drop_first(&mut self, rows: usize, cx: &mut Context) {
        self.columns.iter_mut().for_each(|ids| drop(ids.drain(..rows)));
        self.len -= rows;
        let bytes = rows * self.row_bytes();
        self.held -= bytes;
        cx.release(bytes);
    }

    /// What a row takes, with its places in chains.
    fn row_bytes(&self) -> usize {
        4 * self.columns.len() + 12
    }

    fn hold(&mut self, rows: usize, cx: &mut Context) -> Result<(), Stop> {
        if self.len + rows >= NONE as usize {
            return Err(Stop::Memory);
        }
        let bytes = rows * self.row_bytes();
        self.held += bytes;
        cx.reserve(bytes)
    }

    /// Gives its memory back.
    pub fn drop_rows(&mut self, cx: &mut Context) {
        cx.release(self.held);
        *self = Self::new(self.columns.len(), std::mem::take(&mut self.all.keys));
    }

    /// The first row whose keys are those of a batch's row, and which may be compatible with it.
    pub fn first(&self, matching: &Match, batch: &Batch, row: usize) -> Option<At> {
        let is_bound = || matching.checks.iter().all(|(own, _)| batch.columns[*own].get(row).is_bound());
        let stage = if self.apart.is_some() && is_bound() { Stage::Bound } else { Stage::All };
        self.begin(stage, matching, batch, row)
    }

    /// The next such row after one.
    pub fn after(&self, at: At, matching: &Match, batch: &Batch, row: usize) -> Option<At> {
        let chain = self.chain(at.stage)?;
        self.equal_from(chain.next[at.row as usize], at.stage, matching, batch, row)
    }

    fn chain(&self, stage: Stage) -> Option<&Chain> {
        match (stage, &self.apart) {
            (Stage::All, _) => Some(&self.all),
            (Stage::Bound, apart) => apart.as_ref().map(|[bound, _]| bound),
            (Stage::Others, apart) => apart.as_ref().map(|[_, others]| others),
        }
    }

    fn begin(&self, stage: Stage, matching: &Match, batch: &Batch, row: usize) -> Option<At> {
        let chain = self.chain(stage)?;
        let checks = matching.checks.iter().filter(|_| matches!(stage, Stage::Bound));
        let keys = matching.keys.iter().chain(checks);
        let hash = keys.fold(0, |hash, (own, _)| mix(hash, batch.columns[*own].get(row)));
        self.equal_from(chain.heads[chain.slot(hash)], stage, matching, batch, row)
    }

    fn equal_from(&self, mut at: u32, stage: Stage, matching: &Match, batch: &Batch, row: usize) -> Option<At> {
        let chain = self.chain(stage)?;
        while at != NONE {
            let is_equal =
                |(own, other): &(usize, usize)| batch.columns[*own].get(row) == self.columns[*other][at as usize];
            if matching.keys.iter().all(is_equal) {
                return Some(At { row: at, stage });
            }
            at = chain.next[at as usize];
        }
        if matches!(stage, Stage::Bound) { self.begin(Stage::Others, matching, batch, row) } else { None }
    }

    /// The number of the row with these keys, which is added if there is none; whether it was.
    pub fn entry(
        &mut self,
        batch: &Batch,
        row: usize,
        columns: &[usize],
        cx: &mut Context,
    ) -> Result<(u32, bool), Stop> {
        if self.len * 2 >= self.all.heads.len() {
            self.all.keys = (0..columns.len()).collect();
            self.all.link(&self.columns, self.len, |_| true, cx)?;
        }
        let hash = columns.iter().fold(0, |hash, column| mix(hash, batch.columns[*column].get(row)));
        let slot = self.all.slot(hash);
        let mut at = self.all.heads[slot];
        while at != NONE {
            let same = |(own, column): (&Vec<Id>, &usize)| own[at as usize] == batch.columns[*column].get(row);
            if self.columns.iter().zip(columns).all(same) {
                return Ok((at, false));
            }
            at = self.all.next[at as usize];
        }
        if self.len.is_multiple_of(AT_ONCE) {
            self.hold(AT_ONCE, cx)?;
        }
        for (own, column) in self.columns.iter_mut().zip(columns) {
            own.push(batch.columns[*column].get(row));
        }
        let new = self.len as u32;
        self.len += 1;
        self.all.next.push(std::mem::replace(&mut self.all.heads[slot], new));
        Ok((new, true))
    }

    /// The rows of a column; `None` are unbound.
    pub fn gather(&self, column: usize, rows: &[Option<u32>]) -> Column {
        let ids = &self.columns[column];
        Column::Owned(rows.iter().map(|row| row.map_or(Id::UNBOUND, |row| ids[row as usize])).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::operator::testing::{compatible, context, matchings, sides, source};

    #[test]
    fn the_rows_that_match_are_found_once_each() {
        let [left, right] = sides();
        for matching in matchings() {
            let mut cx = context(4_096);
            let table = Table::fill(source(3, &right).as_mut(), 3, &matching, &mut cx).unwrap();
            let batch = source(3, &left).next(&mut cx).unwrap().unwrap();
            for (row, probe) in left.iter().enumerate() {
                let (mut found, mut at) = (Vec::new(), table.first(&matching, &batch, row));
                while let Some(other) = at {
                    if matching.is_compatible(&batch, row, &table, other.row) {
                        found.push(other.row as usize);
                    }
                    at = table.after(other, &matching, &batch, row);
                }
                found.sort_unstable();
                let expected: Vec<usize> =
                    (0..right.len()).filter(|other| compatible(&matching, probe, &right[*other])).collect();
                assert_eq!(found, expected, "{matching:?}");
            }
        }
    }

    #[test]
    fn entries_are_numbered_as_they_come() {
        let (mut cx, mut table) = (context(4_096), Table::new(2, Vec::new()));
        let rows: Vec<Vec<u32>> = (0..1_000).map(|number| vec![number % 300, number % 3]).collect();
        let batch = source(2, &rows).next(&mut cx).unwrap().unwrap();
        for row in 0..rows.len() {
            let expected = ((row % 300) as u32, row < 300);
            assert_eq!(table.entry(&batch, row, &[0, 1], &mut cx).unwrap(), expected);
        }
        table.drop_rows(&mut cx);
        assert_eq!(table.entry(&batch, 7, &[0, 1], &mut cx).unwrap(), (0, true));
    }

    #[test]
    fn a_table_is_bounded_by_memory() {
        let version = std::sync::Arc::new(crate::index::build([], 0).unwrap());
        let mut cx = Context::new(version, crate::eval::Cancel::new(), Some(100));
        let rows: Vec<Vec<u32>> = (1..100).map(|number| vec![number]).collect();
        let filled = Table::fill(source(1, &rows).as_mut(), 1, &Match::default(), &mut cx);
        assert!(matches!(filled.err(), Some(Stop::Memory)));
    }
}
