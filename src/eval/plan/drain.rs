//! Draining: no rows, however many go in.

use crate::eval::{Batch, Context, Operator, Stop};

/// Empties what feeds it.
pub struct Drain(pub Box<dyn Operator>);

impl Operator for Drain {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        while self.0.next(cx)?.is_some() {}
        Ok(None)
    }
}
