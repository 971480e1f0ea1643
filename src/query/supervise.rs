//! What an evaluation runs under: enough stack, a watched deadline, and unwinding that ends here.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::error::{Limit, QueryError};
use super::guard::Stop;
use super::limits::Limits;
use super::{clock, stack};
use crate::eval::Cancel;

/// Runs `work` with `need` bytes of stack, tells `cancel` when the time is over, and turns unwinding into errors.
pub(super) fn supervised<T>(
    limits: &Limits,
    cancel: &Cancel,
    need: usize,
    work: impl FnOnce() -> Result<T, QueryError>,
) -> Result<T, QueryError> {
    let _watch = clock::watch(limits.timeout, cancel).map_err(QueryError::thread)?;
    match catch_unwind(AssertUnwindSafe(|| stack::call(need, work))) {
        Ok(result) => result.map_err(|error| explained(error, limits, cancel)),
        Err(payload) => Err(unwound(payload, limits, cancel)),
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
