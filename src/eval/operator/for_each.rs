//! Dependent plan: a plan for each row: where what is computed depends on the row's values, or on the graph that they name.

use std::rc::Rc;

use crate::eval::explain::Told;
use crate::eval::{Batch, Context, Operator, Stop};

/// The plan for a row, and its steps if they are told.
pub type Made = (Box<dyn Operator>, Option<Rc<Told>>);

/// Makes the plan for a row, whose values are a part of what it gives.
pub type Make = Box<dyn FnMut(&Batch, usize, &mut Context) -> Result<Made, Stop>>;

/// The rows of one plan after the other.
pub struct ForEach {
    input: Box<dyn Operator>,
    make: Make,
    /// The rows that are gone through, and the next one.
    batch: Option<(Batch, usize)>,
    current: Option<Made>,
    /// What all the plans did.
    told: Option<Rc<Told>>,
}

impl ForEach {
    pub fn new(input: Box<dyn Operator>, make: Make, told: Option<Rc<Told>>) -> Self {
        Self { input, make, batch: None, current: None, told }
    }
}

impl Operator for ForEach {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        loop {
            cx.check()?;
            if let Some((current, steps)) = &mut self.current {
                if let Some(batch) = current.next(cx)? {
                    return Ok(Some(batch));
                }
                if let (Some(told), Some(steps)) = (&self.told, steps) {
                    told.add(steps);
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
