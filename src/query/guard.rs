//! What stops an evaluation: a deadline, whoever asked, or memory.
//!
//! The engine looks at its cancellation token only when it reads from storage, and goes on collecting errors after that.
//! So the algebra is laced with calls of private functions ([`super::lace`]) that end up in [`Guard`]. To stop, they unwind
//! the evaluating thread with [`Stop`] (no panic hook runs), and [`super::run`] catches it.

use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};

use crate::eval::Cancel;

/// The payload of the unwinding that ends an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// See [`Cancel`].
    Cancelled,
    Memory,
    Rows,
    Bytes,
}

impl Stop {
    pub(super) fn unwind(self) -> ! {
        resume_unwind(Box::new(self))
    }
}

/// The memory account of one evaluation, and its way to stop. One thread writes it, so that plain loads and stores are
/// enough; they are atomic because the engine's functions may be called from anywhere.
pub(super) struct Guard {
    cancel: Cancel,
    limit: u64,
    live: AtomicU64,
    peak: AtomicU64,
    /// Bytes held by each operator that holds rows.
    slots: Vec<AtomicU64>,
    /// Which side of each hash join began to yield rows first: that is the side it holds. 0 where neither has.
    sides: Vec<AtomicU8>,
}

impl Guard {
    pub(super) fn new(cancel: Cancel, limit: Option<u64>, slots: usize, joins: usize) -> Self {
        Self {
            cancel,
            limit: limit.unwrap_or(u64::MAX),
            live: AtomicU64::new(0),
            peak: AtomicU64::new(0),
            slots: (0..slots).map(|_| AtomicU64::new(0)).collect(),
            sides: (0..joins).map(|_| AtomicU8::new(0)).collect(),
        }
    }

    /// Ends the evaluation if somebody asked for that.
    pub(super) fn check(&self) {
        if self.cancel.is_cancelled() {
            Stop::Cancelled.unwind();
        }
    }

    /// Notes that an operator holds `bytes` more.
    pub(super) fn hold(&self, slot: usize, bytes: u64) {
        self.check();
        if let Some(held) = self.slots.get(slot) {
            held.store(held.load(Relaxed) + bytes, Relaxed);
        }
        let live = self.live.load(Relaxed) + bytes;
        self.live.store(live, Relaxed);
        if live > self.peak.load(Relaxed) {
            self.peak.store(live, Relaxed);
        }
        if live > self.limit {
            Stop::Memory.unwind();
        }
    }

    /// Notes a row of one side (1 or 2) of a hash join.
    pub(super) fn hold_side(&self, join: usize, side: u8, slot: usize, bytes: u64) {
        let Some(first) = self.sides.get(join) else { return };
        let held = first.load(Relaxed);
        if held == 0 {
            first.store(side, Relaxed);
        }
        if held == 0 || held == side { self.hold(slot, bytes) } else { self.check() }
    }

    /// Notes that the operators of these slots begin again with nothing, as those within an EXISTS do for each row.
    pub(super) fn begin_again(&self, slots: &Range<usize>, joins: &Range<usize>) {
        self.check();
        for slot in self.slots.get(slots.clone()).unwrap_or_default() {
            let held = slot.load(Relaxed);
            slot.store(0, Relaxed);
            self.live.store(self.live.load(Relaxed) - held, Relaxed);
        }
        for side in self.sides.get(joins.clone()).unwrap_or_default() {
            side.store(0, Relaxed);
        }
    }

    /// The most bytes that were held at once.
    pub(super) fn peak(&self) -> u64 {
        self.peak.load(Relaxed)
    }
}
