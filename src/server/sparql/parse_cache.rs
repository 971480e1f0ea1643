//! Parse cache: queries by their text, for those who ask the same text again.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::bounded_cache::BoundedCache;
use crate::query::Query;

/// Texts that are remembered, and the bytes that one may have.
const TEXTS: usize = 1000;
const LONGEST: usize = 16 << 10;

/// Queries by their text.
pub struct ParseCache(Mutex<BoundedCache<String, Query>>);

impl Default for ParseCache {
    fn default() -> Self {
        Self(Mutex::new(BoundedCache::new(TEXTS)))
    }
}

impl ParseCache {
    /// The query of a text, if it is remembered.
    pub fn get(&self, text: &str) -> Option<Query> {
        self.lock().get(text).cloned()
    }

    /// Remembers a query, unless its text is a long one.
    pub fn keep(&self, text: String, query: Query) {
        if text.len() <= LONGEST {
            self.lock().put(text, query);
        }
    }

    /// Forgets all.
    pub fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, BoundedCache<String, Query>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::ParseOptions;

    #[test]
    fn short_texts_are_parsed_once() {
        let cache = ParseCache::default();
        let long = format!("ASK {{}} # {}", " ".repeat(LONGEST));
        for text in ["ASK {}", &long] {
            cache.keep(text.to_owned(), Query::parse(text, &ParseOptions::default()).unwrap());
        }
        assert!(cache.get("ASK {}").is_some() && cache.get(&long).is_none() && cache.get("ASK { }").is_none());
        cache.clear();
        assert!(cache.get("ASK {}").is_none());
    }
}
