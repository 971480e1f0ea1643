//! Deadline timer that all evaluations of this process share: one thread that cancels those whose time is over.
//!
//! It runs while there are evaluations and a little longer, so that a query that takes microseconds neither starts nor
//! wakes a thread.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::eval::Cancel;

/// How often it looks, where no deadline is nearer.
const LOOK: Duration = Duration::from_millis(50);
/// Looks at nothing after which it ends.
const IDLE: u32 = 40;

static CLOCK: Clock = Clock { state: Mutex::new(State::NEW), nearer: Condvar::new() };

struct Clock {
    state: Mutex<State>,
    /// There is a deadline before the next look.
    nearer: Condvar,
}

struct State {
    watched: BTreeMap<u64, Watched>,
    /// The number of the newest evaluation.
    newest: u64,
    /// When it looks next, if it runs.
    next: Option<Instant>,
}

struct Watched {
    deadline: Option<Instant>,
    cancel: Cancel,
}

/// An evaluation is watched until this is dropped.
pub(in crate::query) struct Watch(u64);

/// Tells `cancel` when `timeout` is over.
pub(in crate::query) fn watch(timeout: Option<Duration>, cancel: &Cancel) -> std::io::Result<Watch> {
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let mut state = lock();
    match state.next {
        None => {
            std::thread::Builder::new().name("query-clock".into()).spawn(run)?;
            state.next = Some(Instant::now());
        }
        Some(next) if deadline.is_some_and(|deadline| deadline < next) => CLOCK.nearer.notify_one(),
        Some(_) => {}
    }
    state.newest += 1;
    let id = state.newest;
    state.watched.insert(id, Watched { deadline, cancel: cancel.clone() });
    Ok(Watch(id))
}

impl Drop for Watch {
    fn drop(&mut self) {
        lock().watched.remove(&self.0);
    }
}

fn lock() -> MutexGuard<'static, State> {
    CLOCK.state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn run() {
    let (mut idle, mut newest) = (0, 0);
    let mut state = lock();
    loop {
        let now = Instant::now();
        let next = state.look(now);
        idle = if state.watched.is_empty() && state.newest == newest { idle + 1 } else { 0 };
        newest = state.newest;
        state.next = (idle < IDLE).then_some(next);
        if state.next.is_none() {
            return;
        }
        let woken = CLOCK.nearer.wait_timeout(state, next.saturating_duration_since(now));
        state = woken.unwrap_or_else(PoisonError::into_inner).0;
    }
}

impl State {
    const NEW: Self = Self { watched: BTreeMap::new(), newest: 0, next: None };

    /// Ends what is to end now, and says when to look again.
    fn look(&mut self, now: Instant) -> Instant {
        self.watched.values().for_each(|watched| watched.look(now));
        let nearest = self.watched.values().filter_map(|watched| watched.deadline.filter(|at| *at > now)).min();
        nearest.map_or(now + LOOK, |nearest| nearest.min(now + LOOK))
    }
}

impl Watched {
    fn look(&self, now: Instant) {
        if self.deadline.is_some_and(|deadline| now >= deadline) {
            self.cancel.time_out();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(until: impl Fn() -> bool) -> bool {
        let end = Instant::now() + Duration::from_secs(10);
        while !until() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
        until()
    }

    #[test]
    fn deadlines_are_told_one_by_one() {
        let (soon, late, never) = (Cancel::new(), Cancel::new(), Cancel::new());
        let _late = watch(Some(Duration::from_secs(3600)), &late).unwrap();
        let _never = watch(None, &never).unwrap();
        let _soon = watch(Some(Duration::from_millis(1)), &soon).unwrap();
        assert!(waits(|| soon.timed_out()) && soon.is_cancelled());
        assert!(!late.is_cancelled() && !never.is_cancelled());
    }

    #[test]
    fn what_has_ended_is_not_told() {
        let cancel = Cancel::new();
        drop(watch(Some(Duration::from_millis(100)), &cancel).unwrap());
        std::thread::sleep(Duration::from_millis(250));
        assert!(!cancel.is_cancelled());
    }
}
