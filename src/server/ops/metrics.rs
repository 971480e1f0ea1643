//! Counters for operators: what has happened since the start.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Upper bounds of the histogram of durations, in milliseconds.
pub(super) const BOUNDS: [u64; 10] = [1, 5, 10, 50, 100, 500, 1000, 5000, 10_000, 30_000];

/// What has happened since the start.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Responses by the first digit of their status, from 1 on.
    pub(super) classes: [AtomicU64; 5],
    /// Requests that took no longer than each of [`BOUNDS`] and longer than the one before; the last: longer than all.
    pub(super) buckets: [AtomicU64; BOUNDS.len() + 1],
    pub(super) microseconds: AtomicU64,
    pub(super) bytes: AtomicU64,
    /// Queries evaluated.
    pub queries: AtomicU64,
    /// Updates carried out or tried.
    pub updates: AtomicU64,
    /// Queries answered from the cache.
    pub hits: AtomicU64,
    /// Evaluations that a limit ended.
    pub limited: AtomicU64,
    /// Evaluations that were cancelled: the client went, or an operator ended them.
    pub cancelled: AtomicU64,
}

impl Metrics {
    /// Counts a response.
    pub fn request(&self, status: u16, elapsed: Duration, bytes: u64) {
        if let Some(class) = self.classes.get(usize::from(status / 100).wrapping_sub(1)) {
            class.fetch_add(1, Relaxed);
        }
        let milliseconds = elapsed.as_millis();
        let bucket = BOUNDS.iter().position(|bound| milliseconds <= u128::from(*bound)).unwrap_or(BOUNDS.len());
        self.buckets[bucket].fetch_add(1, Relaxed);
        self.microseconds.fetch_add(u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX), Relaxed);
        self.bytes.fetch_add(bytes, Relaxed);
    }
}

/// Adds one to a counter.
pub fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}
