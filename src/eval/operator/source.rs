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
