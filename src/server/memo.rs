//! Parsed queries, kept for those who ask the same text again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::query::Query;

/// Texts that are remembered, and the bytes that one may have.
const TEXTS: usize = 1000;
const LONGEST: usize = 16 << 10;

/// A query, and its canonical text.
pub type Parsed = (Query, Arc<str>);

/// Queries by their text.
#[derive(Default)]
pub struct Memo(Mutex<HashMap<String, Parsed>>);

impl Memo {
    /// The query of a text, if it is remembered.
    pub fn get(&self, text: &str) -> Option<Parsed> {
        self.lock().get(text).cloned()
    }

    /// Remembers a query; when there are too many, all others are forgotten.
    pub fn keep(&self, text: String, query: Parsed) {
        if text.len() > LONGEST {
            return;
        }
        let mut texts = self.lock();
        if texts.len() >= TEXTS {
            texts.clear();
        }
        texts.insert(text, query);
    }

    /// Forgets all.
    pub fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Parsed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
