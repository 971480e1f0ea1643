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
