//! A plan for each row: where what is computed depends on the row's values, or on the graph that they name.

use crate::eval::{Batch, Context, Operator, Stop};

/// Makes the plan for a row, whose values are a part of what it gives.
pub type Make = Box<dyn FnMut(&Batch, usize, &mut Context) -> Result<Box<dyn Operator>, Stop>>;

/// The rows of one plan after the other.
pub struct ForEach {
    input: Box<dyn Operator>,
    make: Make,
    /// The rows that are gone through, and the next one.
    batch: Option<(Batch, usize)>,
    current: Option<Box<dyn Operator>>,
}

impl ForEach {
    pub fn new(input: Box<dyn Operator>, make: Make) -> Self {
        Self { input, make, batch: None, current: None }
    }
}

impl Operator for ForEach {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        loop {
            cx.check()?;
            if let Some(current) = &mut self.current {
                if let Some(batch) = current.next(cx)? {
                    return Ok(Some(batch));
                }
                self.current = None;
            }
            match &mut self.batch {
                Some((batch, row)) if *row < batch.len => {
                    self.current = Some((self.make)(batch, *row, cx)?);
                    *row += 1;
                }
                _ => match self.input.next(cx)? {
                    Some(batch) => self.batch = Some((batch, 0)),
                    None => {
                        self.batch = None;
                        return Ok(None);
                    }
                },
            }
        }
    }
}
