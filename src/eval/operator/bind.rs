//! FILTER and BIND.

use crate::eval::expression::Compiled;
use crate::eval::{Batch, Column, Context, Operator, Stop};

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

/// One column more: an expression's values.
pub struct Bind {
    input: Box<dyn Operator>,
    expression: Compiled,
}

impl Bind {
    pub fn new(input: Box<dyn Operator>, expression: Compiled) -> Self {
        Self { input, expression }
    }
}

impl Operator for Bind {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        let Some(mut batch) = self.input.next(cx)? else { return Ok(None) };
        cx.check()?;
        let values = self.expression.column(&batch, cx)?;
        batch.columns.push(Column::Owned(values));
        Ok(Some(batch))
    }
}
