//! The thread that evaluates, and the one that watches it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use super::error::{Limit, QueryError};
use super::guard::{Cancel, STORAGE_GRACE, Stop};
use super::limits::Limits;
use super::stack;

/// Runs `work` on a thread with a large stack, tells `cancel` when the time is over, and turns unwinding into errors.
pub(super) fn supervised<T: Send>(
    limits: &Limits,
    cancel: &Cancel,
    work: impl FnOnce() -> Result<T, QueryError> + Send,
) -> Result<T, QueryError> {
    let (done, end) = sync_channel::<()>(1);
    let caught: Result<_, QueryError> = std::thread::scope(|scope| {
        let thread = stack::spawn(scope, move || {
            let result = catch_unwind(AssertUnwindSafe(work));
            drop(done);
            result
        });
        let thread = thread.map_err(QueryError::thread)?;
        watch(&end, limits.timeout, cancel);
        Ok(thread.join().and_then(|result| result))
    });
    match caught? {
        Ok(result) => result.map_err(|error| explained(error, limits, cancel)),
        Err(payload) => Err(unwound(payload, limits, cancel)),
    }
}

/// Waits for the end, and sees to it that it comes.
fn watch(end: &Receiver<()>, timeout: Option<Duration>, cancel: &Cancel) {
    const LOOK: Duration = Duration::from_millis(50);
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let mut stopped: Option<Instant> = None;
    loop {
        let now = Instant::now();
        if stopped.is_none() && deadline.is_some_and(|deadline| now >= deadline) {
            cancel.time_out();
        }
        if cancel.is_cancelled() && now >= *stopped.get_or_insert(now) + STORAGE_GRACE {
            cancel.storage().cancel();
        }
        let wait = deadline
            .map_or(LOOK, |deadline| deadline.saturating_duration_since(now).clamp(Duration::from_millis(1), LOOK));
        if end.recv_timeout(wait) == Err(RecvTimeoutError::Disconnected) {
            return;
        }
    }
}

/// An error that came by cancellation says why it was cancelled.
fn explained(error: QueryError, limits: &Limits, cancel: &Cancel) -> QueryError {
    match error {
        QueryError::Cancelled => cancelled(limits, cancel),
        error => error,
    }
}

fn cancelled(limits: &Limits, cancel: &Cancel) -> QueryError {
    match limits.timeout {
        Some(timeout) if cancel.timed_out() => QueryError::Limit(Limit::Time(timeout)),
        _ => QueryError::Cancelled,
    }
}

fn unwound(payload: Box<dyn Any + Send>, limits: &Limits, cancel: &Cancel) -> QueryError {
    match payload.downcast_ref::<Stop>() {
        Some(Stop::Cancelled) => cancelled(limits, cancel),
        Some(Stop::Memory) => QueryError::Limit(Limit::Memory(limits.memory.unwrap_or_default())),
        Some(Stop::Rows) => QueryError::Limit(Limit::Rows(limits.rows.unwrap_or_default())),
        Some(Stop::Bytes) => QueryError::Limit(Limit::Bytes(limits.bytes.unwrap_or_default())),
        None => QueryError::Internal(message(payload.as_ref())),
    }
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "for an unknown reason".into())
}
