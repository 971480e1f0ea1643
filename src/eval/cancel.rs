//! Cancellation: how an evaluation is told to end, or to wait.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

const GOES_ON: u8 = 0;
const WAITS: u8 = 1;
const ENDS: u8 = 2;

/// Lets another thread end an evaluation, or have it wait for a while. Clones belong to the same evaluation.
#[derive(Clone, Default)]
pub struct Cancel(Arc<State>);

#[derive(Default)]
struct State {
    says: AtomicU8,
    /// When it ends by itself.
    end: Option<Instant>,
    timed_out: AtomicBool,
    /// Held by whoever changes what is said, for those who wait for that.
    changing: Mutex<()>,
    changed: Condvar,
}

impl Cancel {
    /// For one evaluation, or several that end together.
    pub fn new() -> Self {
        Self::default()
    }

    /// For an evaluation that ends by itself, if it is not done by then.
    pub fn by(end: Instant) -> Self {
        Self(Arc::new(State { end: Some(end), ..State::default() }))
    }

    /// Ends the evaluation, now or as soon as it begins.
    pub fn cancel(&self) {
        let _changing = self.changing();
        self.0.says.store(ENDS, Relaxed);
        self.0.changed.notify_all();
    }

    /// Has the evaluation wait the next time that it looks whether to end, until [`Self::resume`] or [`Self::cancel`].
    pub fn pause(&self) {
        self.turn(GOES_ON, WAITS);
    }

    /// Lets an evaluation go on that was to wait.
    pub fn resume(&self) {
        self.turn(WAITS, GOES_ON);
    }

    fn turn(&self, from: u8, to: u8) {
        let _changing = self.changing();
        if self.0.says.load(Relaxed) == from {
            self.0.says.store(to, Relaxed);
            self.0.changed.notify_all();
        }
    }

    fn changing(&self) -> MutexGuard<'_, ()> {
        self.0.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether [`Self::cancel`] was called or the time is over. Where the evaluation is to wait, this waits: only a thread that
    /// evaluates asks, and it holds nothing then that others need.
    pub fn is_cancelled(&self) -> bool {
        match self.0.says.load(Relaxed) {
            GOES_ON => self.0.end.is_some_and(|end| Instant::now() >= end),
            WAITS => self.wait(),
            _ => true,
        }
    }

    #[cold]
    fn wait(&self) -> bool {
        let waits = |_: &mut ()| self.0.says.load(Relaxed) == WAITS;
        drop(self.0.changed.wait_while(self.changing(), waits).unwrap_or_else(PoisonError::into_inner));
        self.0.says.load(Relaxed) == ENDS
    }

    pub(crate) fn time_out(&self) {
        self.0.timed_out.store(true, Relaxed);
        self.cancel();
    }

    pub(crate) fn timed_out(&self) -> bool {
        self.0.timed_out.load(Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_evaluation_waits_until_it_may_go_on_or_must_end() {
        let cancel = Cancel::new();
        cancel.resume();
        assert!(!cancel.is_cancelled());
        for end in [Cancel::resume, Cancel::cancel] {
            cancel.pause();
            let asked = thread::spawn({
                let cancel = cancel.clone();
                move || cancel.is_cancelled()
            });
            thread::sleep(Duration::from_millis(20));
            assert!(!asked.is_finished(), "it waits");
            end(&cancel);
            assert_eq!(asked.join().unwrap(), cancel.is_cancelled());
        }
        assert!(cancel.is_cancelled());
        let (past, future) = (Cancel::by(Instant::now()), Cancel::by(Instant::now() + Duration::from_secs(3_600)));
        assert!(past.is_cancelled() && !future.is_cancelled());
        cancel.pause();
        assert!(cancel.is_cancelled(), "what has ended does not wait");
    }
}
