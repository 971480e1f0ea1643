//! Sort, and top-k sort: ORDER BY, and the first rows of an order.

use std::cmp::Ordering;

use crate::eval::expression::Compiled;
use crate::eval::{Batch, Column, Context, Operator, Stop};
use crate::index::Id;
use crate::index::order::Key;

/// A condition of the order.
pub enum SortKey {
    Column(usize),
    Expression(Box<Compiled>),
}

/// Rows in an order; those that tie, as they came.
pub struct Sort {
    input: Box<dyn Operator>,
    keys: Vec<(SortKey, bool)>,
    /// How many of the first rows are wanted.
    first: Option<usize>,
    rows: Option<Sorted>,
}

/// Rows that are being sorted: their columns, then their keys.
struct Sorted {
    columns: Vec<Vec<Id>>,
    keys: Vec<Vec<(u64, Id)>>,
    /// Where only the first rows are wanted and there are enough, the keys of the last of them: no later row is before it.
    bar: Option<Vec<(u64, Id)>>,
    order: Vec<u32>,
    next: usize,
    held: usize,
}

impl Sort {
    pub fn new(input: Box<dyn Operator>, keys: Vec<(SortKey, bool)>, first: Option<usize>) -> Self {
        Self { input, keys, first, rows: None }
    }

    fn collect(&mut self, cx: &mut Context) -> Result<Sorted, Stop> {
        let mut rows = Sorted {
            columns: Vec::new(),
            keys: vec![Vec::new(); self.keys.len()],
            bar: None,
            order: Vec::new(),
            next: 0,
            held: 0,
        };
        // Twice as many as wanted, so that a sort of them drops as many as it keeps.
        let enough = self.first.map(|first| first.saturating_mul(2).max(2 * cx.rows()));
        while let Some(batch) = self.input.next(cx)? {
            rows.push(&batch, &mut self.keys, cx)?;
            if let (Some(enough), Some(first)) = (enough, self.first)
                && rows.order.len() > enough
            {
                rows.sort(&self.keys, cx)?;
                rows.shorten(first, cx);
            }
        }
        rows.sort(&self.keys, cx)?;
        if let Some(first) = self.first {
            rows.order.truncate(first);
        }
        Ok(rows)
    }
}

impl Sorted {
    fn push(&mut self, batch: &Batch, keys: &mut [(SortKey, bool)], cx: &mut Context) -> Result<(), Stop> {
        let mut values = Vec::new();
        for (key, _) in keys.iter_mut() {
            let ids = match key {
                SortKey::Column(at) => batch.columns[*at].clone(),
                SortKey::Expression(compiled) => Column::Owned(compiled.column(batch, cx)?),
            };
            values.push((0..batch.len).map(|row| ids.get(row)).map(|id| (cx.key(id), id)).collect::<Vec<_>>());
        }
        let kept;
        let batch = match self.wanted(&values, keys, batch.len, cx) {
            None => batch,
            Some(rows) => {
                values.iter_mut().for_each(|column| *column = rows.iter().map(|row| column[*row as usize]).collect());
                kept = batch.gather(&rows);
                &kept
            }
        };
        let bytes = batch.len * row_bytes(batch.columns.len(), keys.len());
        self.held += bytes;
        cx.reserve(bytes)?;
        self.columns.resize(batch.columns.len(), Vec::new());
        for (ids, column) in self.columns.iter_mut().zip(&batch.columns) {
            column.append_to(ids, batch.len);
        }
        self.keys.iter_mut().zip(values).for_each(|(all, new)| all.extend(new));
        let len = self.order.len();
        if len + batch.len >= u32::MAX as usize {
            return Err(Stop::Memory);
        }
        self.order.extend((len..len + batch.len).map(|row| row as u32));
        Ok(())
    }

    /// The rows with these keys that are before the bar, where there is one.
    fn wanted(
        &self,
        values: &[Vec<(u64, Id)>],
        keys: &[(SortKey, bool)],
        len: usize,
        cx: &Context,
    ) -> Option<Vec<u32>> {
        let bar = self.bar.as_ref()?;
        let is_before = |row: &usize| {
            let pairs = values.iter().zip(bar).zip(keys);
            pairs
                .fold(Ordering::Equal, |order, ((column, bar), key)| {
                    order.then_with(|| by(key, column[*row], *bar, cx))
                })
                .is_lt()
        };
        Some((0..len).filter(is_before).map(|row| row as u32).collect())
    }

    fn sort(&mut self, keys: &[(SortKey, bool)], cx: &Context) -> Result<(), Stop> {
        cx.check()?;
        let compare = |a: &u32, b: &u32, from: usize| {
            let pairs = self.keys.iter().zip(keys).skip(from);
            pairs.fold(Ordering::Equal, |order, (column, key)| {
                order.then_with(|| by(key, column[*a as usize], column[*b as usize], cx))
            })
        };
        match (self.keys.first(), keys) {
            // Terms of the data are told apart by their keys, which stand beside the rows then.
            (Some(first), [(_, descending), ..]) if !first.iter().any(|(_, id)| id.is_local()) => {
                let turned = if *descending { u64::MAX } else { 0 };
                let mut pairs: Vec<(u64, u32)> =
                    self.order.iter().map(|row| (first[*row as usize].0 ^ turned, *row)).collect();
                sort(&mut pairs, |a, b| a.0.cmp(&b.0).then_with(|| compare(&a.1, &b.1, 1)), cx)?;
                self.order = pairs.into_iter().map(|(_, row)| row).collect();
                Ok(())
            }
            _ => {
                let mut order = std::mem::take(&mut self.order);
                sort(&mut order, |a, b| compare(a, b, 0), cx)?;
                self.order = order;
                Ok(())
            }
        }
    }

    /// Forgets all but the first rows.
    fn shorten(&mut self, first: usize, cx: &mut Context) {
        self.order.truncate(first);
        let order = std::mem::take(&mut self.order);
        for column in &mut self.columns {
            *column = order.iter().map(|row| column[*row as usize]).collect();
        }
        for column in &mut self.keys {
            *column = order.iter().map(|row| column[*row as usize]).collect();
        }
        self.order = (0..order.len() as u32).collect();
        self.bar = order.len().checked_sub(1).map(|last| self.keys.iter().map(|column| column[last]).collect());
        let bytes = order.len() * row_bytes(self.columns.len(), self.keys.len());
        cx.release(self.held.saturating_sub(bytes));
        self.held = bytes;
    }
}

/// What a row takes: its terms, its keys, its place, and its place beside its first key while it is sorted.
const fn row_bytes(columns: usize, keys: usize) -> usize {
    size_of::<Id>() * columns + size_of::<(u64, Id)>() * keys + size_of::<u32>() + size_of::<(u64, u32)>()
}

/// Rows that are sorted or merged between looks at the clock.
const STRIDE: usize = 32_768;

/// Sorts, those that tie as they came: piece by piece, then pieces merged, so that it can be stopped.
fn sort<T: Copy>(order: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering, cx: &Context) -> Result<(), Stop> {
    for piece in order.chunks_mut(STRIDE) {
        cx.check()?;
        piece.sort_by(&compare);
    }
    let mut width = STRIDE;
    while width < order.len() {
        let mut merged = Vec::with_capacity(order.len());
        for pair in order.chunks(2 * width) {
            let (a, b) = pair.split_at(width.min(pair.len()));
            merge(a, b, &mut merged, &compare, cx)?;
        }
        *order = merged;
        width *= 2;
    }
    Ok(())
}

fn merge<T: Copy>(
    mut a: &[T],
    mut b: &[T],
    merged: &mut Vec<T>,
    compare: impl Fn(&T, &T) -> Ordering,
    cx: &Context,
) -> Result<(), Stop> {
    while let (Some(first), Some(second)) = (a.first(), b.first()) {
        if compare(first, second).is_le() {
            merged.push(*first);
            a = &a[1..];
        } else {
            merged.push(*second);
            b = &b[1..];
        }
        if merged.len().is_multiple_of(STRIDE) {
            cx.check()?;
        }
    }
    merged.extend_from_slice(a);
    merged.extend_from_slice(b);
    Ok(())
}

/// The order of two keys in the direction that is asked for.
fn by((_, descending): &(SortKey, bool), a: (u64, Id), b: (u64, Id), cx: &Context) -> Ordering {
    let order = compare(a, b, cx);
    if *descending { order.reverse() } else { order }
}

/// The order of two keys. Terms that a query made may share one although they differ.
fn compare((a, x): (u64, Id), (b, y): (u64, Id), cx: &Context) -> Ordering {
    a.cmp(&b).then_with(|| {
        if x == y || !x.is_local() || !y.is_local() {
            return Ordering::Equal;
        }
        cx.text(x, |x| cx.text(y, |y| Key::new(Some(x)).cmp(&Key::new(Some(y)))))
    })
}

impl Operator for Sort {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        cx.check()?;
        let mut sorted = match self.rows.take() {
            Some(rows) => rows,
            None => self.collect(cx)?,
        };
        let rows = sorted.next..sorted.order.len().min(sorted.next + cx.rows());
        if rows.is_empty() {
            cx.release(std::mem::take(&mut sorted.held));
            sorted.columns.iter_mut().for_each(Vec::clear);
            self.rows = Some(sorted);
            return Ok(None);
        }
        sorted.next = rows.end;
        let order = &sorted.order[rows];
        let pick = |ids: &Vec<Id>| Column::Owned(order.iter().map(|row| ids[*row as usize]).collect());
        let batch = Batch { columns: sorted.columns.iter().map(pick).collect(), len: order.len() };
        self.rows = Some(sorted);
        Ok(Some(batch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::operator::testing::{SIZES, context, drained, rows, source};

    /// Numbered pairs of numbers, sorted by the first, downwards where `descending`, then by the second; the first of them.
    fn sorted(descending: bool, first: Option<usize>, size: usize) -> (Vec<u32>, Vec<u32>) {
        let mut cx = context(size);
        let pairs = rows(17, 500, &[(0, 9), (0, 4)]);
        let mut numbered: Vec<(u32, &Vec<u32>)> = (1..).zip(&pairs).collect();
        let mut id = |number: u32| cx.integer(i64::from(number)).0;
        let input: Vec<Vec<u32>> = numbered.iter().map(|(at, pair)| vec![id(pair[0]), id(pair[1]), *at]).collect();
        let keys = vec![(SortKey::Column(0), descending), (SortKey::Column(1), false)];
        let found = drained(Sort::new(source(3, &input), keys, first), &mut cx);
        numbered.sort_by(|(_, a), (_, b)| {
            let order = a[0].cmp(&b[0]);
            if descending { order.reverse() } else { order }.then(a[1].cmp(&b[1]))
        });
        let expected = numbered.into_iter().map(|(at, _)| at).take(first.unwrap_or(usize::MAX)).collect();
        (found.into_iter().map(|row| row[2]).collect(), expected)
    }

    #[test]
    fn rows_that_tie_stay_as_they_came() {
        for (descending, size) in [false, true].into_iter().flat_map(|descending| SIZES.map(|size| (descending, size)))
        {
            let (found, expected) = sorted(descending, None, size);
            assert_eq!(found, expected, "{descending} {size}");
        }
    }

    #[test]
    fn the_first_rows_are_those_of_the_whole_order() {
        for first in [0, 1, 3, 50, 499, 600] {
            for size in SIZES {
                let (found, expected) = sorted(first % 2 == 1, Some(first), size);
                assert_eq!(found, expected, "{first} {size}");
            }
        }
    }

    #[test]
    fn pieces_are_merged() {
        let cx = context(7);
        let numbers = rows(23, 2 * STRIDE + 5, &[(0, 1_000)]);
        let mut order: Vec<(u32, usize)> = numbers.iter().map(|row| row[0]).zip(0..).collect();
        sort(&mut order, |a, b| a.0.cmp(&b.0), &cx).unwrap();
        assert!(order.windows(2).all(|pair| pair[0] < pair[1]), "in order, and those that tie as they came");
        assert_eq!(order.len(), numbers.len());
    }
}
