//! What rows are ordered by: the index's order of terms, up or down.

use std::cmp::Reverse;

use oxrdf::Term;

use crate::index::order::Key;

/// What rows are ordered by: one for each `ORDER BY` condition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum SortKey {
    Ascending(Key<'static>),
    Descending(Reverse<Key<'static>>),
}

impl SortKey {
    pub(super) fn new(term: Option<&Term>, descending: bool) -> Self {
        let key = Key::new(term.map(Term::as_ref)).into_owned();
        if descending { Self::Descending(Reverse(key)) } else { Self::Ascending(key) }
    }
}
