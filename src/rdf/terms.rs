//! Term interning: terms numbered, each held once.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use oxrdf::{Term, TermRef};

/// Number of a term.
pub type Id = u32;

/// Terms by number and numbers by term.
#[derive(Debug, Clone, Default)]
pub(super) struct Terms {
    terms: Vec<Term>,
    /// The first term of each hash, and for each term the next one with the same hash.
    first: HashMap<u64, Id>,
    next: Vec<Id>,
    hasher: RandomState,
}

impl Terms {
    /// Every term, by number.
    pub(super) fn all(&self) -> &[Term] {
        &self.terms
    }

    /// The term of a number.
    pub(super) fn term(&self, id: Id) -> &Term {
        &self.terms[id as usize]
    }

    fn find(&self, hash: u64, term: TermRef<'_>) -> Option<Id> {
        let mut at = self.first.get(&hash).copied().unwrap_or(Id::MAX);
        while at != Id::MAX {
            if self.terms[at as usize].as_ref() == term {
                return Some(at);
            }
            at = self.next[at as usize];
        }
        None
    }

    /// The number of a term, which gets one where it has none.
    pub(super) fn intern(&mut self, term: TermRef<'_>) -> Id {
        let hash = self.hasher.hash_one(term);
        if let Some(id) = self.find(hash, term) {
            return id;
        }
        let id = self.terms.len() as Id;
        let chained = self.first.insert(hash, id).unwrap_or(Id::MAX);
        self.next.push(chained);
        self.terms.push(term.into_owned());
        id
    }

    /// Takes the terms out.
    pub(super) fn take(&mut self) -> Vec<Term> {
        std::mem::take(self).terms
    }

    /// Puts terms back under new numbers; from now on none can be found or added.
    pub(super) fn put(&mut self, terms: Vec<Term>) {
        self.terms = terms;
    }
}
