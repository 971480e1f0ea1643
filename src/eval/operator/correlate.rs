//! Correlated join: inner patterns for the rows of an outer batch, matched by the numbers of these rows.

use super::{Feed, Table};
use crate::eval::{Batch, Column, Context, Operator, Stop};
use crate::index::Id;

/// A batch with the numbers of its rows as one more column.
fn numbered(mut batch: Batch) -> Batch {
    let numbers = (0..batch.len as u32).map(Id).collect();
    batch.columns.push(Column::Owned(numbers));
    batch
}

/// OPTIONAL: the rows of the inner pipeline, and the outer rows that it gives none for.
pub struct LeftCorrelate {
    pub input: Box<dyn Operator>,
    pub feed: Feed,
    pub inner: Box<dyn Operator>,
    /// The inner pipeline's column of row numbers.
    pub number: usize,
    /// For each column of the result: where the inner pipeline has it, and where the outer rows do.
    pub shown: Vec<(usize, Option<usize>)>,
    pub outer: Option<(Batch, Vec<bool>)>,
}

impl Operator for LeftCorrelate {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        loop {
            cx.check()?;
            if self.outer.is_none() {
                let Some(batch) = self.input.next(cx)? else { return Ok(None) };
                self.feed.put(numbered(batch.clone()));
                let matched = vec![false; batch.len];
                self.outer = Some((batch, matched));
            }
            let found = self.inner.next(cx)?;
            let Some((batch, matched)) = &mut self.outer else { continue };
            if let Some(found) = found {
                (0..found.len).for_each(|row| matched[found.columns[self.number].get(row).0 as usize] = true);
                let columns = self.shown.iter().map(|(inner, _)| found.columns[*inner].clone()).collect();
                return Ok(Some(Batch { columns, len: found.len }));
            }
            let alone: Vec<u32> = (0..batch.len as u32).filter(|row| !matched[*row as usize]).collect();
            let outer: Vec<Option<usize>> = self.shown.iter().map(|(_, outer)| *outer).collect();
            let rows = (!alone.is_empty()).then(|| batch.project(&outer).gather(&alone));
            self.outer = None;
            if rows.is_some() {
                return Ok(rows);
            }
        }
    }
}

/// What becomes of outer rows for which there is an inner one, or none.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Mode {
    /// They are kept if there is.
    With,
    /// They are kept if there is none.
    Without,
    /// They get one more column, bound if there is.
    Mark,
}

impl Mode {
    /// What becomes of a batch's rows by whether each has an inner row; none if no row is left.
    pub fn told_apart(self, mut batch: Batch, matched: &[bool]) -> Option<Batch> {
        if self == Self::Mark {
            batch.columns.push(Column::Owned(matched.iter().map(|is| Id(u32::from(*is))).collect()));
            return Some(batch);
        }
        let wanted = self == Self::With;
        let keep: Vec<u32> = (0..batch.len as u32).filter(|row| matched[*row as usize] == wanted).collect();
        match keep.len() {
            0 => None,
            all if all == batch.len => Some(batch),
            _ => Some(batch.gather(&keep)),
        }
    }
}

/// EXISTS: asked once for all rows that look the same to it.
pub struct Exists {
    pub input: Box<dyn Operator>,
    pub feed: Feed,
    pub inner: Box<dyn Operator>,
    /// The outer columns that the inner pipeline sees.
    pub seen: Vec<usize>,
    pub number: usize,
    pub mode: Mode,
    /// What it was asked for already, and the answers.
    pub keys: Table,
    pub answers: Vec<bool>,
}

impl Exists {
    fn matched(&mut self, batch: &Batch, cx: &mut Context) -> Result<Vec<bool>, Stop> {
        let (mut keys, mut new) = (Vec::with_capacity(batch.len), Vec::new());
        for row in 0..batch.len {
            let (key, is_new) = self.keys.entry(batch, row, &self.seen, cx)?;
            keys.push(key as usize);
            if is_new {
                new.push(row as u32);
            }
        }
        if !new.is_empty() {
            self.ask(batch, &new, cx)?;
        }
        Ok(keys.into_iter().map(|key| self.answers[key]).collect())
    }

    fn ask(&mut self, batch: &Batch, new: &[u32], cx: &mut Context) -> Result<(), Stop> {
        let seen: Vec<Option<usize>> = self.seen.iter().map(|at| Some(*at)).collect();
        self.feed.put(numbered(batch.project(&seen).gather(new)));
        let begin = self.answers.len();
        self.answers.resize(begin + new.len(), false);
        while let Some(found) = self.inner.next(cx)? {
            cx.check()?;
            for row in 0..found.len {
                self.answers[begin + found.columns[self.number].get(row).0 as usize] = true;
            }
            if self.seen.is_empty() {
                // There is no other question.
                break;
            }
        }
        Ok(())
    }
}

impl Operator for Exists {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        while let Some(batch) = self.input.next(cx)? {
            cx.check()?;
            let matched = self.matched(&batch, cx)?;
            if let Some(batch) = self.mode.told_apart(batch, &matched) {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::{IndexJoin, Source};
    use super::*;
    use crate::eval::operator::testing::{CountedFeed, SIZES, World, drained, fits, lookup, sorted, source};

    /// Outer rows: a subject, which may be unbound, and the row's number.
    fn outer(world: &World) -> Vec<Vec<u32>> {
        world.rows(true).into_iter().map(|row| vec![row[0], row[3]]).collect()
    }

    /// The subjects and objects of a predicate that an outer row goes with.
    fn found(world: &World, predicate: Id, row: &[u32]) -> Vec<[u32; 2]> {
        let triples = world.triples(|_| true).into_iter().filter(|triple| triple[1] == predicate);
        let fitting = triples.filter(|triple| fits(Source::Column(0), triple[0], row));
        fitting.map(|[subject, _, object]| [subject.0, object.0]).collect()
    }

    /// LeftJoin (18.5): each row with all that it goes with, or alone.
    #[test]
    fn optional_keeps_rows_that_go_with_nothing() {
        let world = World::new();
        for (predicate, size) in world.predicates.into_iter().flat_map(|p| SIZES.map(|size| (p, size))) {
            let rows = outer(&world);
            let of_row = |row: &Vec<u32>| -> Vec<Vec<u32>> {
                let with: Vec<Vec<u32>> = found(&world, predicate, row)
                    .into_iter()
                    .map(|[subject, object]| vec![row[1], subject, object])
                    .collect();
                if with.is_empty() { vec![vec![row[1], row[0], 0]] } else { with }
            };
            let expected: Vec<Vec<u32>> = rows.iter().flat_map(of_row).collect();
            let feed = Feed::default();
            let places = [Source::Column(0), Source::Id(predicate), Source::Any];
            // Its columns: the number of the outer row, of its place in the batch, subject, object.
            let inner = IndexJoin::new(Box::new(feed.clone()), lookup(places, &[1, 2], &[0, 2]));
            let shown = vec![(0, Some(1)), (2, Some(0)), (3, None)];
            let join =
                LeftCorrelate { input: source(2, &rows), feed, inner: Box::new(inner), number: 1, shown, outer: None };
            assert_eq!(sorted(drained(join, &mut world.context(size))), sorted(expected), "{size}");
        }
    }

    fn exists(world: &World, predicate: Id, mode: Mode, size: usize) -> (Vec<Vec<u32>>, usize) {
        let feed = CountedFeed::default();
        let taken = feed.taken.clone();
        let places = [Source::Column(0), Source::Id(predicate), Source::Any];
        let exists = Exists {
            input: source(2, &outer(world)),
            feed: feed.feed.clone(),
            inner: Box::new(IndexJoin::new(Box::new(feed), lookup(places, &[1], &[]))),
            seen: vec![0],
            number: 0,
            mode,
            keys: Table::new(1, vec![0]),
            answers: Vec::new(),
        };
        (drained(exists, &mut world.context(size)), taken.get())
    }

    #[test]
    fn exists_tells_rows_apart_and_asks_once_for_all_that_look_the_same() {
        let world = World::new();
        let rows = outer(&world);
        let different: BTreeSet<u32> = rows.iter().map(|row| row[0]).collect();
        // By the last there is no triple at all.
        for predicate in world.predicates.into_iter().chain([world.nodes[0]]) {
            let has = |row: &Vec<u32>| !found(&world, predicate, row).is_empty();
            let (with, without): (Vec<_>, Vec<_>) = rows.iter().cloned().partition(has);
            let marked: Vec<_> = rows.iter().map(|row| vec![row[0], row[1], u32::from(has(row))]).collect();
            for size in SIZES {
                for (mode, expected) in [(Mode::With, &with), (Mode::Without, &without), (Mode::Mark, &marked)] {
                    let (kept, asked) = exists(&world, predicate, mode, size);
                    assert_eq!(&kept, expected, "{mode:?} {size}");
                    assert_eq!(asked, different.len(), "{mode:?} {size}");
                }
            }
        }
    }

    /// A pattern that sees nothing of the rows holds for all of them, or for none.
    #[test]
    fn one_answer_for_all_rows_where_nothing_of_them_is_seen() {
        let world = World::new();
        for (predicate, holds) in [(world.predicates[0], true), (world.nodes[0], false)] {
            let feed = CountedFeed::default();
            let taken = feed.taken.clone();
            let lookup = lookup([Source::Any, Source::Id(predicate), Source::Any], &[0], &[]);
            let exists = Exists {
                input: source(2, &outer(&world)),
                feed: feed.feed.clone(),
                inner: Box::new(IndexJoin::new(Box::new(feed), lookup)),
                seen: Vec::new(),
                number: 0,
                mode: Mode::With,
                keys: Table::new(0, Vec::new()),
                answers: Vec::new(),
            };
            let kept = drained(exists, &mut world.context(7));
            assert_eq!(kept, if holds { outer(&world) } else { Vec::new() });
            assert_eq!(taken.get(), 1);
        }
    }
}
