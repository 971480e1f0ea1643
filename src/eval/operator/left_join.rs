//! Left outer hash join: OPTIONAL of two computed sides.

use super::hash_join::{From, Pairs, columns};
use super::{Match, Table};
use crate::eval::expression::Compiled;
use crate::eval::{Batch, Context, Operator, Stop};

/// Every row of the left side, with those of the right that match and fulfil the conditions, or alone.
pub struct HashLeftJoin {
    left: Box<dyn Operator>,
    right: Box<dyn Operator>,
    width: usize,
    matching: Match,
    /// All columns of both sides, as the conditions read them.
    shown: Vec<From>,
    conditions: Vec<Compiled>,
    table: Option<Table>,
    current: Option<(Batch, Pairs, Vec<bool>)>,
}

impl HashLeftJoin {
    pub fn new(
        left: Box<dyn Operator>,
        (right, width): (Box<dyn Operator>, usize),
        matching: Match,
        shown: Vec<From>,
        conditions: Vec<Compiled>,
    ) -> Self {
        Self { left, right, width, matching, shown, conditions, table: None, current: None }
    }

    fn joined(&mut self, table: &Table, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        loop {
            cx.check()?;
            let (batch, mut pairs, mut matched) = match self.current.take() {
                Some(current) => current,
                None => match self.left.next(cx)? {
                    Some(batch) => {
                        let unmatched = vec![false; batch.len];
                        (batch, Pairs::from_row(0), unmatched)
                    }
                    None => return Ok(None),
                },
            };
            let (mut rows, mut found) = (Vec::new(), Vec::new());
            let done = pairs.take(&batch, table, &self.matching, (&mut rows, &mut found), cx.rows(), cx)?;
            self.keep_true(&batch, table, &mut rows, &mut found, cx)?;
            rows.iter().for_each(|row| matched[*row as usize] = true);
            if done {
                let alone = (0..batch.len).filter(|row| !matched[*row]).map(|row| row as u32);
                rows.extend(alone);
                found.resize(rows.len(), None);
            }
            let result = (!rows.is_empty()).then(|| columns(&self.shown, &batch, &rows, table, &found));
            if !done {
                self.current = Some((batch, pairs, matched));
            }
            if result.is_some() {
                return Ok(result);
            }
        }
    }

    fn keep_true(
        &mut self,
        batch: &Batch,
        table: &Table,
        rows: &mut Vec<u32>,
        found: &mut Vec<Option<u32>>,
        cx: &mut Context,
    ) -> Result<(), Stop> {
        for condition in &mut self.conditions {
            let joined = columns(&self.shown, batch, rows, table, found);
            let mut keep = Vec::new();
            condition.filter(&joined, cx, &mut keep)?;
            *rows = keep.iter().map(|row| rows[*row as usize]).collect();
            *found = keep.iter().map(|row| found[*row as usize]).collect();
        }
        Ok(())
    }
}

impl Operator for HashLeftJoin {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        let table = match self.table.take() {
            Some(table) => table,
            None => Table::fill(self.right.as_mut(), self.width, &self.matching, cx)?,
        };
        let result = self.joined(&table, cx);
        self.table = Some(table);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::operator::testing::{SIZES, compatible, context, drained, matchings, sides, sorted, source};

    #[test]
    fn every_row_of_the_left_side_comes_out() {
        let [left, right] = sides();
        for (matching, size) in matchings().into_iter().flat_map(|matching| SIZES.map(|size| (matching.clone(), size)))
        {
            let mut expected = Vec::new();
            for a in &left {
                let others: Vec<_> = right.iter().filter(|b| compatible(&matching, a, b)).collect();
                expected.extend(others.iter().map(|b| vec![a[2], b[2]]));
                expected.extend(others.is_empty().then(|| vec![a[2], 0]));
            }
            let shown = vec![From::Probe(2), From::Table(2)];
            let join = HashLeftJoin::new(source(3, &left), (source(3, &right), 3), matching, shown, Vec::new());
            assert_eq!(sorted(drained(join, &mut context(size))), sorted(expected), "{size}");
        }
    }
}
