//! Cached statistics: what the store holds, in numbers that are counted again only after it has changed.

use std::sync::{Arc, Mutex, PoisonError};

use crate::query::State;
use crate::store::{Counts, StoreError};

/// The latest counts, and the number of the state that they are of.
#[derive(Default)]
pub struct LiveCounts(Mutex<Option<(u64, Arc<Counts>)>>);

impl LiveCounts {
    /// Forgets them.
    pub fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The counts of a state. Others who ask meanwhile wait.
    ///
    /// # Errors
    /// Those of the store.
    pub fn get(&self, state: &State) -> Result<Arc<Counts>, StoreError> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, counts)) = last.as_ref().filter(|(epoch, _)| *epoch == state.number()) {
            return Ok(Arc::clone(counts));
        }
        let counts = Arc::new(state.counts()?);
        *last = Some((state.number(), Arc::clone(&counts)));
        Ok(counts)
    }
}
