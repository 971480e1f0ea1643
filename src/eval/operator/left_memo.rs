//! Memoised left outer join: OPTIONAL whose right side is worth remembering: it is asked once for all rows that look the same
//! to it.

use super::{Feed, Table};
use crate::eval::{Batch, Column, Context, Operator, Stop};
use crate::index::Id;

/// The end of a list of answers.
const NONE: u32 = u32::MAX;
/// The most answers that are kept; then it begins anew.
const MOST: usize = 1 << 22;

/// Where a column of the result has its terms from.
#[derive(Copy, Clone, Debug)]
pub enum Shown {
    Outer(usize),
    /// The inner pipeline; what the outer row has, if anything, where there is no answer.
    Inner(usize, Option<usize>),
}

/// The outer rows with the answers to them, or alone.
pub struct LeftMemo {
    input: Box<dyn Operator>,
    feed: Feed,
    inner: Box<dyn Operator>,
    /// The outer columns that the inner pipeline sees.
    seen: Vec<usize>,
    /// The inner pipeline's column of the numbers of what it is asked.
    number: usize,
    shown: Vec<Shown>,
    /// What it was asked, and the first answer to each.
    keys: Table,
    heads: Vec<u32>,
    answers: Answers,
    outer: Option<Outer>,
}

/// Rows of the inner pipeline; those to one question are a list.
#[derive(Default)]
struct Answers {
    columns: Vec<Vec<Id>>,
    next: Vec<u32>,
    held: usize,
}

/// A batch of outer rows with the number of each one's question, and how far it has come.
struct Outer {
    batch: Batch,
    keys: Vec<u32>,
    row: usize,
    at: Option<u32>,
}

impl LeftMemo {
    pub fn new(
        input: Box<dyn Operator>,
        (feed, inner): (Feed, Box<dyn Operator>),
        seen: Vec<usize>,
        number: usize,
        shown: Vec<Shown>,
    ) -> Self {
        let keys = Table::new(seen.len(), (0..seen.len()).collect());
        let (heads, answers) = (Vec::new(), Answers::default());
        Self { input, feed, inner, seen, number, shown, keys, heads, answers, outer: None }
    }

    fn take(&mut self, batch: Batch, cx: &mut Context) -> Result<Outer, Stop> {
        if self.answers.next.len() + self.keys.len > MOST {
            self.keys.drop_rows(cx);
            cx.release(self.answers.held);
            self.heads.clear();
            self.answers = Answers::default();
        }
        let (mut keys, mut new) = (Vec::with_capacity(batch.len), Vec::new());
        for row in 0..batch.len {
            let (key, is_new) = self.keys.entry(&batch, row, &self.seen, cx)?;
            keys.push(key);
            if is_new {
                new.push(row as u32);
            }
        }
        if !new.is_empty() {
            self.ask(&batch, &new, cx)?;
        }
        Ok(Outer { batch, keys, row: 0, at: None })
    }

    fn ask(&mut self, batch: &Batch, new: &[u32], cx: &mut Context) -> Result<(), Stop> {
        let seen: Vec<Option<usize>> = self.seen.iter().map(|at| Some(*at)).collect();
        let mut asked = batch.project(&seen).gather(new);
        asked.columns.push(Column::Owned((0..new.len() as u32).map(Id).collect()));
        self.feed.put(asked);
        let begin = self.heads.len();
        self.heads.resize(begin + new.len(), NONE);
        while let Some(found) = self.inner.next(cx)? {
            let bytes = found.len * 4 * (found.columns.len() + 1);
            cx.reserve(bytes)?;
            self.answers.held += bytes;
            self.answers.columns.resize(found.columns.len(), Vec::new());
            for (ids, column) in self.answers.columns.iter_mut().zip(&found.columns) {
                column.append_to(ids, found.len);
            }
            for row in 0..found.len {
                let head = &mut self.heads[begin + found.columns[self.number].get(row).0 as usize];
                let answer = self.answers.next.len() as u32;
                self.answers.next.push(std::mem::replace(head, answer));
            }
        }
        Ok(())
    }

    /// Some of the rows that are still to be given.
    fn give(&self, outer: &mut Outer, most: usize) -> Batch {
        let (mut rows, mut found) = (Vec::new(), Vec::new());
        while outer.row < outer.batch.len && rows.len() < most {
            let at = outer.at.unwrap_or_else(|| self.heads[outer.keys[outer.row] as usize]);
            rows.push(outer.row as u32);
            found.push(at);
            let next = if at == NONE { NONE } else { self.answers.next[at as usize] };
            if next == NONE {
                outer.row += 1;
                outer.at = None;
            } else {
                outer.at = Some(next);
            }
        }
        let column = |shown: &Shown| match *shown {
            Shown::Outer(at) => outer.batch.columns[at].gather(&rows),
            Shown::Inner(at, otherwise) => {
                let alone = |row: u32| otherwise.map_or(Id::UNBOUND, |at| outer.batch.columns[at].get(row as usize));
                let ids = self.answers.columns.get(at);
                let value = |(row, answer): (&u32, &u32)| match ids {
                    Some(ids) if *answer != NONE => ids[*answer as usize],
                    _ => alone(*row),
                };
                Column::Owned(rows.iter().zip(&found).map(value).collect())
            }
        };
        Batch { columns: self.shown.iter().map(column).collect(), len: rows.len() }
    }
}

impl Operator for LeftMemo {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        cx.check()?;
        let mut outer = match self.outer.take() {
            Some(outer) => outer,
            None => match self.input.next(cx)? {
                Some(batch) => self.take(batch, cx)?,
                None => return Ok(None),
            },
        };
        let batch = self.give(&mut outer, cx.rows());
        if outer.row < outer.batch.len {
            self.outer = Some(outer);
        }
        Ok(Some(batch))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::{IndexJoin, Source};
    use super::*;
    use crate::eval::operator::testing::{CountedFeed, SIZES, World, drained, fits, lookup, source};

    /// LeftJoin (18.5) of rows with the triples of a predicate, asked once for each subject.
    #[test]
    fn every_row_comes_with_its_answers_or_alone() {
        let world = World::new();
        let rows: Vec<Vec<u32>> = world.rows(true).into_iter().map(|row| vec![row[0], row[3]]).collect();
        let different: BTreeSet<u32> = rows.iter().map(|row| row[0]).collect();
        for (predicate, size) in world.predicates.into_iter().flat_map(|p| SIZES.map(|size| (p, size))) {
            let places = [Source::Column(0), Source::Id(predicate), Source::Any];
            let triples = world.triples(|_| true);
            let of_row = |row: &Vec<u32>| -> BTreeSet<Vec<u32>> {
                let fitting = triples.iter().filter(|triple| (0..3).all(|at| fits(places[at], triple[at], row)));
                let with: BTreeSet<_> = fitting.map(|[subject, _, object]| vec![row[1], subject.0, object.0]).collect();
                if with.is_empty() { BTreeSet::from([vec![row[1], row[0], 0]]) } else { with }
            };
            let feed = CountedFeed::default();
            let taken = feed.taken.clone();
            // The columns of the inner pipeline: the number of the question, subject, object.
            let inner = IndexJoin::new(Box::new(feed.clone()), lookup(places, &[1], &[0, 2]));
            let shown = vec![Shown::Outer(1), Shown::Inner(1, Some(0)), Shown::Inner(2, None)];
            let join = LeftMemo::new(source(2, &rows), (feed.feed, Box::new(inner)), vec![0], 0, shown);
            let found = drained(join, &mut world.context(size));
            assert!(found.is_sorted_by_key(|row| row[0]), "rows keep their order");
            for row in &rows {
                let own: Vec<Vec<u32>> = found.iter().filter(|found| found[0] == row[1]).cloned().collect();
                let expected = of_row(row);
                assert_eq!(own.len(), expected.len(), "each once");
                assert_eq!(own.into_iter().collect::<BTreeSet<_>>(), expected, "{size}");
            }
            assert_eq!(taken.get(), different.len(), "one question for all rows that look the same");
        }
    }
}
