//! Result row, lent to who receives it: no term is copied that is only to be written.

use std::fmt;

use oxrdf::{Term, TermRef};

use crate::eval::{Batch, Context};
use crate::index::Id;

/// A row: a value or none for each variable of the head.
#[derive(Clone, Copy)]
pub struct Row<'a>(Lent<'a>);

#[derive(Clone, Copy)]
enum Lent<'a> {
    Terms(&'a [Option<Term>]),
    Ids(&'a Batch, usize, &'a Context),
}

impl<'a> Row<'a> {
    pub(in crate::query) fn of_batch(batch: &'a Batch, row: usize, cx: &'a Context) -> Self {
        Self(Lent::Ids(batch, row, cx))
    }

    /// How many variables there are.
    pub fn len(self) -> usize {
        match self.0 {
            Lent::Terms(terms) => terms.len(),
            Lent::Ids(batch, ..) => batch.columns.len(),
        }
    }

    /// Whether there is no variable.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Shows the value of a variable, if it has one.
    pub fn show<R>(self, column: usize, show: impl FnOnce(TermRef<'_>) -> R) -> Option<R> {
        match self.0 {
            Lent::Terms(terms) => terms.get(column)?.as_ref().map(|term| show(term.as_ref())),
            Lent::Ids(_, _, cx) => self.id(column).map(|id| cx.text(id, show)),
        }
    }

    /// The value of a variable, if it has one.
    pub fn term(self, column: usize) -> Option<Term> {
        match self.0 {
            Lent::Terms(terms) => terms.get(column)?.clone(),
            Lent::Ids(_, _, cx) => self.id(column).map(|id| cx.term(id)),
        }
    }

    /// All values.
    pub fn terms(self) -> Vec<Option<Term>> {
        (0..self.len()).map(|column| self.term(column)).collect()
    }

    fn id(self, column: usize) -> Option<Id> {
        let Lent::Ids(batch, row, _) = self.0 else { return None };
        batch.columns.get(column).map(|column| column.get(row)).filter(|id| id.is_bound())
    }
}

impl<'a> From<&'a [Option<Term>]> for Row<'a> {
    fn from(terms: &'a [Option<Term>]) -> Self {
        Self(Lent::Terms(terms))
    }
}

impl<'a> From<&'a Vec<Option<Term>>> for Row<'a> {
    fn from(terms: &'a Vec<Option<Term>>) -> Self {
        Self(Lent::Terms(terms))
    }
}

impl<'a, const N: usize> From<&'a [Option<Term>; N]> for Row<'a> {
    fn from(terms: &'a [Option<Term>; N]) -> Self {
        Self(Lent::Terms(terms))
    }
}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.terms()).finish()
    }
}
