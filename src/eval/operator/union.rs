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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::operator::testing::{SIZES, context, drained, sorted, source};

    #[test]
    fn parts_bring_their_columns_into_one_order() {
        for size in SIZES {
            let parts: Vec<Alternative> = vec![
                (source(2, &[vec![1, 2], vec![3, 4]]), vec![Some(1), Some(0)]),
                (source(1, &[]), vec![Some(0), None]),
                (source(1, &[vec![5]]), vec![None, Some(0)]),
            ];
            assert_eq!(drained(Union { parts, at: 0 }, &mut context(size)), [[2, 1], [4, 3], [0, 5]]);
        }
    }

    #[test]
    fn each_row_of_the_input_goes_through_every_part() {
        let input: Vec<Vec<u32>> = (1..=10).map(|number| vec![number]).collect();
        for size in SIZES {
            let feeds = vec![Feed::default(), Feed::default()];
            let part = |feed: &Feed, columns| -> Alternative { (Box::new(feed.clone()), columns) };
            let parts = vec![part(&feeds[0], vec![Some(0), None]), part(&feeds[1], vec![None, Some(0)])];
            let union = CorrelateUnion { input: source(1, &input), feeds, parts, at: None };
            let expected = (1..=10).flat_map(|number| [vec![number, 0], vec![0, number]]).collect();
            assert_eq!(sorted(drained(union, &mut context(size))), sorted(expected));
        }
    }
}
