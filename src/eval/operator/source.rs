//! Leaf operators: where rows begin.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use crate::eval::explain::Told;
use crate::eval::{Batch, Column, Context, Operator, Stop};
use crate::index::Id;

/// One row that binds nothing.
#[derive(Default)]
pub struct Unit {
    given: bool,
}

impl Operator for Unit {
    fn next(&mut self, _: &mut Context) -> Result<Option<Batch>, Stop> {
        Ok((!std::mem::replace(&mut self.given, true)).then(Batch::unit))
    }
}

/// No rows.
pub struct Empty;

impl Operator for Empty {
    fn next(&mut self, _: &mut Context) -> Result<Option<Batch>, Stop> {
        Ok(None)
    }
}

/// What another operator puts into it, again and again.
#[derive(Clone, Default)]
pub struct Feed(Rc<RefCell<Option<Batch>>>);

impl Feed {
    pub fn put(&self, batch: Batch) {
        *self.0.borrow_mut() = Some(batch);
    }
}

impl Operator for Feed {
    fn next(&mut self, _: &mut Context) -> Result<Option<Batch>, Stop> {
        Ok(self.0.borrow_mut().take())
    }
}

/// Rows that are known beforehand, by columns.
pub struct Rows {
    columns: Vec<Column>,
    len: usize,
    next: usize,
}

impl Rows {
    pub fn new(columns: Vec<Vec<Id>>, len: usize) -> Self {
        Self::of(columns.into_iter().map(Column::shared).collect(), len)
    }

    pub fn of(columns: Vec<Column>, len: usize) -> Self {
        Self { columns, len, next: 0 }
    }
}

impl Operator for Rows {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        cx.check()?;
        let rows = self.next..self.len.min(self.next + cx.rows());
        if rows.is_empty() {
            return Ok(None);
        }
        self.next = rows.end;
        let len = rows.len();
        Ok(Some(Batch { columns: self.columns.iter().map(|column| column.slice(rows.clone())).collect(), len }))
    }
}

/// An operator whose rows and time are told.
pub struct Traced {
    pub inner: Box<dyn Operator>,
    pub told: Rc<Told>,
}

impl Operator for Traced {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        let started = Instant::now();
        let batch = self.inner.next(cx);
        let rows = batch.as_ref().map_or(0, |batch| batch.as_ref().map_or(0, |batch| batch.len));
        self.told.note(rows as u64, started.elapsed());
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::Cancel;
    use crate::eval::operator::testing::{context, drained, rows, source};

    #[test]
    fn known_rows_come_in_batches_of_the_size_that_is_asked() {
        let all = rows(3, 20, &[(1, 9), (0, 2)]);
        for size in [1, 7, 20, 4096] {
            let mut operator = source(2, &all);
            let mut sizes = Vec::new();
            while let Some(batch) = operator.next(&mut context(size)).unwrap() {
                sizes.push(batch.len);
            }
            let (whole, rest) = (20 / size, 20 % size);
            assert_eq!(sizes.len(), whole + usize::from(rest > 0));
            assert!(sizes[..whole].iter().all(|len| *len == size) && sizes.iter().sum::<usize>() == 20);
            assert_eq!(drained(Rows::of(Vec::new(), 3), &mut context(size)).len(), 3, "rows without columns count");
        }
        assert_eq!(drained(source(2, &all), &mut context(7)), all);
    }

    #[test]
    fn the_unit_is_one_row_and_nothing_is_none() {
        assert_eq!(drained(Unit::default(), &mut context(7)), [Vec::<u32>::new()]);
        assert!(drained(Empty, &mut context(7)).is_empty());
    }

    #[test]
    fn a_feed_gives_once_what_was_put_into_it_last() {
        let (feed, mut cx) = (Feed::default(), context(7));
        let put = |number| feed.put(Batch { columns: vec![Column::Constant(Id(number))], len: 2 });
        assert!(drained(feed.clone(), &mut cx).is_empty());
        put(1);
        put(2);
        assert_eq!(drained(feed.clone(), &mut cx), [[2], [2]]);
        assert!(drained(feed.clone(), &mut cx).is_empty());
        put(3);
        assert_eq!(drained(feed.clone(), &mut cx), [[3], [3]]);
    }

    #[test]
    fn rows_and_time_of_an_operator_are_told() {
        let told = Told::new("rows".to_owned(), 20.0, Vec::new());
        let traced = Traced { inner: source(1, &rows(3, 20, &[(1, 9)])), told: told.clone() };
        assert_eq!(drained(traced, &mut context(7)).len(), 20);
        assert_eq!(told.rows(), 20);
    }

    #[test]
    fn rows_end_where_the_evaluation_is_cancelled() {
        let cancel = Cancel::new();
        let version = std::sync::Arc::new(crate::index::build([], 0).unwrap());
        let mut cx = Context::new(version, cancel.clone(), None);
        let mut operator = source(1, &[vec![1], vec![2]]);
        cancel.cancel();
        assert!(matches!(operator.next(&mut cx), Err(Stop::Cancelled)));
    }
}
