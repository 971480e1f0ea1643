//! How an evaluation is told to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Lets another thread end an evaluation. Clones belong to the same evaluation.
#[derive(Clone, Default)]
pub struct Cancel(Arc<State>);

#[derive(Default)]
struct State {
    stop: AtomicBool,
    timed_out: AtomicBool,
}

impl Cancel {
    /// For one evaluation, or several that end together.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the evaluation, now or as soon as it begins.
    pub fn cancel(&self) {
        self.0.stop.store(true, Relaxed);
    }

    /// Whether [`Self::cancel`] was called or the time is over.
    pub fn is_cancelled(&self) -> bool {
        self.0.stop.load(Relaxed)
    }

    pub(crate) fn time_out(&self) {
        self.0.timed_out.store(true, Relaxed);
        self.cancel();
    }

    pub(crate) fn timed_out(&self) -> bool {
        self.0.timed_out.load(Relaxed)
    }
}
