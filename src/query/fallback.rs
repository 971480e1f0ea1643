//! How often queries were left to the other evaluator, and why.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::eval::Unsupported;

/// Reasons by how often they came up.
#[derive(Debug, Default)]
pub struct Fallbacks(Mutex<BTreeMap<String, u64>>);

/// Reasons that are told apart; what names a function or an aggregate could be anything.
const MOST: usize = 50;

impl Fallbacks {
    pub(super) fn count(&self, Unsupported(what): Unsupported) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let what = if counts.len() < MOST || counts.contains_key(&what) { what } else { "other".into() };
        *counts.entry(what).or_default() += 1;
    }

    /// The counts so far.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
