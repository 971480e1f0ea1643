//! UNION.

use super::Feed;
use crate::eval::{Batch, Context, Operator, Stop};

/// An alternative, and where each column of the union stands in its rows.
pub type Alternative = (Box<dyn Operator>, Vec<Option<usize>>);

/// One after the other, each with its columns brought into one order.
pub struct Union {
    pub parts: Vec<Alternative>,
    pub at: usize,
}

impl Operator for Union {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        while let Some((part, columns)) = self.parts.get_mut(self.at) {
            if let Some(batch) = part.next(cx)? {
                return Ok(Some(batch.project(columns)));
            }
            self.at += 1;
        }
        Ok(None)
    }
}

/// Each batch of the input goes through all parts.
pub struct CorrelateUnion {
    pub input: Box<dyn Operator>,
    pub feeds: Vec<Feed>,
    pub parts: Vec<Alternative>,
    /// The part that is asked; none where the next batch is to be fetched.
    pub at: Option<usize>,
}

impl Operator for CorrelateUnion {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        loop {
            let at = match self.at {
                Some(at) => at,
                None => {
                    let Some(batch) = self.input.next(cx)? else { return Ok(None) };
                    self.feeds.iter().for_each(|feed| feed.put(batch.clone()));
                    0
                }
            };
            self.at = Some(at);
            match self.parts.get_mut(at) {
                Some((part, columns)) => match part.next(cx)? {
                    Some(batch) => return Ok(Some(batch.project(columns))),
                    None => self.at = Some(at + 1),
                },
                None => self.at = None,
            }
        }
    }
}
