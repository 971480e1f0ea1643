//! Filter and projection of expressions: FILTER and BIND.

use crate::eval::expression::Compiled;
use crate::eval::{Batch, Column, Context, Operator, Stop};
use crate::index::Id;

/// The rows for which a condition is true.
pub struct Filter {
    input: Box<dyn Operator>,
    condition: Compiled,
}

impl Filter {
    pub fn new(input: Box<dyn Operator>, condition: Compiled) -> Self {
        Self { input, condition }
    }
}

impl Operator for Filter {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        while let Some(batch) = self.input.next(cx)? {
            cx.check()?;
            let mut keep = Vec::new();
            self.condition.filter(&batch, cx, &mut keep)?;
            if keep.len() == batch.len {
                return Ok(Some(batch));
            }
            if !keep.is_empty() {
                return Ok(Some(batch.gather(&keep)));
            }
        }
        Ok(None)
    }
}

/// One column more: an expression's values. Where there is one for the variable already, its values must be those.
pub struct Bind {
    input: Box<dyn Operator>,
    expression: Compiled,
    into: Option<usize>,
}

impl Bind {
    pub fn new(input: Box<dyn Operator>, expression: Compiled, into: Option<usize>) -> Self {
        Self { input, expression, into }
    }
}

impl Operator for Bind {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        while let Some(mut batch) = self.input.next(cx)? {
            cx.check()?;
            let values = self.expression.column(&batch, cx)?;
            let Some(into) = self.into else {
                batch.columns.push(Column::Owned(values));
                return Ok(Some(batch));
            };
            if let Some(batch) = joined(&batch, into, &values) {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }
}

/// The rows whose value in a column is the one given, or that lack either.
fn joined(batch: &Batch, into: usize, values: &[Id]) -> Option<Batch> {
    let (mut keep, mut both) = (Vec::new(), Vec::new());
    for (row, new) in values.iter().enumerate() {
        let old = batch.columns[into].get(row);
        if old == *new || !old.is_bound() || !new.is_bound() {
            keep.push(row as u32);
            both.push(if old.is_bound() { old } else { *new });
        }
    }
    let mut kept = batch.gather(&keep);
    kept.columns[into] = Column::Owned(both);
    (kept.len > 0).then_some(kept)
}
