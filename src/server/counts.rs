//! What the store holds, in numbers that are counted again only after it has changed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::store::{Counts, Embedded, StoreError};

/// Counts that took longer are shown for a while after a change, so that a busy store does not count all the time.
const QUICK: Duration = Duration::from_millis(250);
/// Such counts are counted again after so many times the time that counting took.
const PATIENCE: u32 = 20;

#[derive(Clone)]
struct Counted {
    counts: Arc<Counts>,
    epoch: u64,
    at: Instant,
    took: Duration,
}

/// The latest counts.
#[derive(Default)]
pub struct LiveCounts(Mutex<Option<Counted>>);

impl LiveCounts {
    /// Forgets them.
    pub fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The counts, with the epoch that they are of. Others who ask meanwhile wait.
    ///
    /// # Errors
    /// Those of the store.
    pub fn get(&self, store: &Embedded) -> Result<(Arc<Counts>, u64), StoreError> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let epoch = store.epoch();
        if let Some(counted) = last.as_ref().filter(|counted| counted.serves(epoch)) {
            return Ok((Arc::clone(&counted.counts), counted.epoch));
        }
        let started = Instant::now();
        let counts = Arc::new(store.counts()?);
        *last = Some(Counted { counts: Arc::clone(&counts), epoch, at: Instant::now(), took: started.elapsed() });
        Ok((counts, epoch))
    }
}

impl Counted {
    fn serves(&self, epoch: u64) -> bool {
        self.epoch == epoch || (self.took > QUICK && self.at.elapsed() < self.took * PATIENCE)
    }
}
