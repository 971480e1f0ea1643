//! With limits: an evaluation runs on enough stack and under a watched deadline. A fault of this program ends here.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{deadline_timer, stack};
use crate::eval::{Cancel, Stop};
use crate::query::error::QueryError;
use crate::query::limits::Limits;

/// Runs `work` with `need` bytes of stack, and tells `cancel` when the time is over.
pub(in crate::query) fn with_limits<T>(
    limits: &Limits,
    cancel: &Cancel,
    need: usize,
    work: impl FnOnce() -> Result<T, QueryError>,
) -> Result<T, QueryError> {
    let _watch = deadline_timer::watch(limits.timeout, cancel).map_err(QueryError::thread)?;
    match catch_unwind(AssertUnwindSafe(|| stack::call(need, work))) {
        Ok(result) => result.map_err(|error| explained(error, limits, cancel)),
        Err(payload) => Err(QueryError::Internal(message(payload.as_ref()))),
    }
}

/// An error that came by cancellation says why it was cancelled.
fn explained(error: QueryError, limits: &Limits, cancel: &Cancel) -> QueryError {
    match error {
        QueryError::Cancelled => QueryError::stopped(Stop::Cancelled, limits, cancel),
        error => error,
    }
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "for an unknown reason".into())
}
