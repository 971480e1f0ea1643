//! Late terms: terms that came with commits after the base was built.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};

use hashbrown::HashMap;
use oxrdf::Term;

use super::appended::Appended;
use super::id::{Id, Kind, Tag};
use super::number::Number;

/// A late term and what is known of it.
#[derive(Debug)]
pub(super) struct LateTerm {
    pub(super) term: Term,
    pub(super) kind: Kind,
    pub(super) tag: Option<Tag>,
    pub(super) number: Option<Number>,
    pub(super) triple: Option<[Id; 3]>,
    /// The base's number before which it stands; its own rank where a term of the base has its value.
    pub(super) place: Place,
}

/// Where a late term stands among the terms of the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It has the value of the base's term of this rank.
    Ties(u32),
    /// After this number (0: before all).
    After(u32),
}

/// Late terms, shared by the versions of a base: each sees as many as it had.
#[derive(Debug, Default)]
pub(super) struct Late {
    terms: Appended<LateTerm>,
    numbers: RwLock<HashMap<Term, u32>>,
    count: AtomicUsize,
}

impl Late {
    pub(super) fn len(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    pub(super) fn get(&self, id: Id) -> Option<&LateTerm> {
        self.terms.get((id.0 - Id::LATE) as usize)
    }

    pub(super) fn find(&self, term: oxrdf::TermRef<'_>) -> Option<Id> {
        let numbers = self.numbers.read().unwrap_or_else(PoisonError::into_inner);
        if numbers.is_empty() {
            return None;
        }
        numbers.get(&term.into_owned()).map(|number| Id(Id::LATE + number))
    }

    /// Adds a term that is not there yet; `None` where all numbers are taken.
    pub(super) fn add(&self, late: LateTerm) -> Option<Id> {
        let number = u32::try_from(self.len()).ok().filter(|number| *number < Id::LOCAL - Id::LATE)?;
        let mut numbers = self.numbers.write().unwrap_or_else(PoisonError::into_inner);
        numbers.insert(late.term.clone(), number);
        self.terms.set(number as usize, late);
        self.count.store(number as usize + 1, Ordering::Release);
        Some(Id(Id::LATE + number))
    }
}
