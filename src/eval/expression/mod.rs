//! Expressions (SPARQL 1.1, 17), compiled once and evaluated on batches of term ids.
//!
//! An expression becomes a tree over column numbers ([`compile`]). Its values are typed ([`Value`]), three-valued where
//! SPARQL's are: no value is an error. What depends on one variable alone is evaluated once for each of its terms; numbers
//! are read by id, without their text. What an expression makes becomes a term id only where a row has to hold it.

mod arithmetic;
mod bnode;
mod casts;
mod compare;
mod compile;
mod dates;
mod evaluate;
mod hashed;
mod memo;
mod node;
mod terms;
#[cfg(test)]
mod tests;
mod text;
mod value;

pub use arithmetic::{add, divide};
pub use bnode::{asks_for_nodes, number_solutions};
pub use compare::{boolean, equal, order};
pub use compile::{Compile, compile, is_chance, is_function};
pub use value::{Value, value};

use super::{Batch, Context, Stop};
use crate::index::Id;
use memo::Memo;
use node::Node;

/// How many rows are evaluated between looks at the clock.
const STRIDE: usize = 256;

/// An expression that can be evaluated.
pub struct Compiled {
    node: Node,
    /// The columns that it reads.
    columns: Vec<usize>,
    /// Whether its value depends on these columns alone.
    pure: bool,
    /// Whether what it gives is kept for each term of its only column.
    remembers: bool,
    /// Whether it is kept by the tags of literals.
    by_tag: bool,
    /// What it gave for each term of its only column.
    tests: Memo<Option<bool>>,
    ids: Memo<Id>,
}

impl Compiled {
    fn new(node: Node) -> Self {
        let (columns, pure) = node.reads();
        let remembers = pure && columns.len() == 1 && !node.is_cheap();
        let by_tag = node.is_of_tag();
        Self { node, columns, pure, remembers, by_tag, tests: Memo::default(), ids: Memo::default() }
    }

    /// The columns that it reads, ascending.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// The column that it is, if it is a variable alone.
    pub fn as_column(&self) -> Option<usize> {
        if let Node::Column(column) = self.node { Some(column) } else { None }
    }

    /// Whether it gives the same for the same terms, always.
    pub fn is_pure(&self) -> bool {
        self.pure
    }

    /// Appends the rows for which it is true to `keep`.
    ///
    /// # Errors
    /// As [`Context::check`].
    pub fn filter(&mut self, batch: &Batch, cx: &mut Context, keep: &mut Vec<u32>) -> Result<(), Stop> {
        if self.is_the_same_in(batch) {
            if batch.len > 0 && self.test(batch, 0, cx)? == Some(true) {
                keep.extend((0..batch.len).map(|row| row as u32));
            }
            return Ok(());
        }
        for row in 0..batch.len {
            if row % STRIDE == 0 {
                cx.check()?;
            }
            if self.test(batch, row, cx)? == Some(true) {
                keep.push(row as u32);
            }
        }
        Ok(())
    }

    /// Its effective boolean value in a row (17.2.2); `None` is an error.
    ///
    /// # Errors
    /// As [`Context::check`].
    pub fn test(&mut self, batch: &Batch, row: usize, cx: &mut Context) -> Result<Option<bool>, Stop> {
        let Some(key) = self.key(batch, row, cx) else { return self.node.test(&mut Row { batch, at: row, cx }) };
        if let Some(known) = self.tests.get(key) {
            return Ok(known);
        }
        let test = self.node.test(&mut Row { batch, at: row, cx })?;
        self.tests.put(key, test, cx)?;
        Ok(test)
    }

    /// Its values; [`Id::UNBOUND`] where it is an error.
    ///
    /// # Errors
    /// As [`Context::check`].
    pub fn column(&mut self, batch: &Batch, cx: &mut Context) -> Result<Vec<Id>, Stop> {
        let mut ids = Vec::with_capacity(batch.len);
        if let Some(column) = self.as_column() {
            batch.columns[column].append_to(&mut ids, batch.len);
        } else if self.is_the_same_in(batch) && batch.len > 0 {
            ids.resize(batch.len, self.id(batch, 0, cx)?);
        } else {
            for row in 0..batch.len {
                if row % STRIDE == 0 {
                    cx.check()?;
                }
                ids.push(self.id(batch, row, cx)?);
            }
        }
        Ok(ids)
    }

    /// Its value in a row as a term; [`Id::UNBOUND`] if it is an error.
    ///
    /// # Errors
    /// As [`Context::check`].
    pub fn id(&mut self, batch: &Batch, row: usize, cx: &mut Context) -> Result<Id, Stop> {
        let Some(key) = self.key(batch, row, cx) else { return self.node.id(&mut Row { batch, at: row, cx }) };
        if let Some(known) = self.ids.get(key) {
            return Ok(known);
        }
        let id = self.node.id(&mut Row { batch, at: row, cx })?;
        self.ids.put(key, id, cx)?;
        Ok(id)
    }

    /// Its value in a row; `None` is an error.
    ///
    /// # Errors
    /// As [`Context::check`].
    pub fn value(&mut self, batch: &Batch, row: usize, cx: &mut Context) -> Result<Option<Value>, Stop> {
        self.node.value(&mut Row { batch, at: row, cx })
    }

    /// The term that decides, where there is one and it is worth to remember by it.
    fn key(&self, batch: &Batch, row: usize, cx: &Context) -> Option<Id> {
        self.remembers.then(|| memo::key(batch.columns[self.columns[0]].get(row), self.by_tag, cx))
    }

    fn is_the_same_in(&self, batch: &Batch) -> bool {
        self.pure && self.columns.iter().all(|column| batch.columns[*column].ids().is_none())
    }
}

/// A row of a batch, and what functions may ask for beside it.
struct Row<'a> {
    batch: &'a Batch,
    at: usize,
    cx: &'a mut Context,
}

impl Row<'_> {
    fn id(&self, column: usize) -> Id {
        self.batch.columns[column].get(self.at)
    }
}
