//! Error mapping: every error of the rooms below as the status code and the words that a client gets: the one place that
//! decides.

use std::io;

use axum::http::StatusCode;

use super::http::cause::Cause;
use super::http::problem::Problem;
use super::sparql::protocol::ProtocolError;
use crate::federation::{LoadError, OutboundError};
use crate::format::Unsayable;
use crate::query::{Limit, QueryError};
use crate::store::StoreError;

/// Seconds after which a request that met a limit may do better.
const RETRY: u32 = 5;

/// A request that the protocol does not know.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub fn of_protocol(error: ProtocolError) -> Problem {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    Problem::new(status, error.to_string())
}

/// A query or update that failed.
pub fn of_query(error: &QueryError) -> Problem {
    let problem = match error {
        QueryError::Limit(limit) => {
            let problem = Problem::unavailable(error.to_string(), RETRY).of_kind(of_limit(*limit));
            // A client that gives itself little time speaks for itself alone.
            if matches!(limit, Limit::Time(_)) { problem.personal() } else { problem }
        }
        QueryError::Syntax(error) => {
            let (line, column) = (error.at.line + 1, error.at.column + 1);
            let problem = Problem::bad_request(error.to_string()).with("line", line).with("column", column);
            problem.with("reason", error.reason.as_str())
        }
        QueryError::Cancelled => {
            Problem::unavailable("the evaluation was cancelled", RETRY).personal().of_kind(Cause::Cancelled)
        }
        error if error.is_askers_fault() => Problem::bad_request(chain(error)),
        QueryError::Evaluation(_) => Problem::new(StatusCode::BAD_GATEWAY, chain(error)),
        QueryError::Store(source) => match source.downcast_ref() {
            Some(error) => return of_store(error),
            None => Problem::internal("the store failed").because(chain(error)),
        },
        _ => Problem::internal("the evaluation failed").because(chain(error)),
    };
    problem.hint(error.hint())
}

fn of_limit(limit: Limit) -> Cause {
    match limit {
        Limit::Time(time) => Cause::Time(time.as_secs_f64()),
        Limit::Rows(rows) => Cause::Rows(rows),
        Limit::Bytes(bytes) => Cause::Bytes(bytes),
        Limit::Memory(bytes) => Cause::Memory(bytes),
    }
}

/// A document of LOAD that is not there for us: 403 where its address is not on the list, 502 where that gives none.
pub fn of_load(error: &LoadError) -> Problem {
    match error {
        LoadError::Outbound(OutboundError::NotAllowed(_)) => Problem::new(StatusCode::FORBIDDEN, error.to_string())
            .hint(Some("whoever runs the server can allow it with --allow-service")),
        error => Problem::new(StatusCode::BAD_GATEWAY, error.to_string()).hint(error.hint()),
    }
}

/// A store that failed. Its own words go to nobody outside.
pub fn of_store(error: &StoreError) -> Problem {
    match error {
        StoreError::ReadOnly => {
            Problem::new(StatusCode::FORBIDDEN, "the store was opened for reading only").of_kind(Cause::ReadOnly)
        }
        StoreError::Exists(_) => Problem::new(StatusCode::CONFLICT, "there is something of that name already"),
        StoreError::InMemory | StoreError::NotPersistent => {
            Problem::new(StatusCode::CONFLICT, "a store in memory has no files to copy")
        }
        StoreError::Unreachable { .. }
        | StoreError::Refused { .. }
        | StoreError::Partial { .. }
        | StoreError::Cut { .. }
        | StoreError::Answer { .. } => of_engine(error),
        error if error.is_full() => {
            Problem::new(StatusCode::INSUFFICIENT_STORAGE, "there is no room on the server's disk: nothing was changed")
                .of_kind(Cause::NoRoom)
                .hint(Some("changes work again once there is room; what is there can be read all the time"))
                .because(chain(error))
        }
        _ => Problem::internal("the store failed").because(chain(error)),
    }
}

/// An engine elsewhere that is served and did not do what was asked. Its address and its own words go to nobody outside, but for what
/// it says of a question that it does not take.
fn of_engine(error: &StoreError) -> Problem {
    let problem = match error {
        StoreError::Refused { status: 400 | 406 | 415 | 422 | 501, reason, hint, .. } => {
            let said = format!("the engine behind this endpoint does not take it: {reason}");
            return Problem::bad_request(said).hint(hint.clone()).because(chain(error));
        }
        // What is known of an engine is told in words of ours.
        StoreError::Refused { status: 500, reason, hint: Some(hint), .. } => {
            let said = format!("the engine behind this endpoint failed: {reason}");
            Problem::new(StatusCode::BAD_GATEWAY, said).hint(Some(hint.clone()))
        }
        StoreError::Refused { status: 401 | 403, .. } => {
            Problem::new(StatusCode::BAD_GATEWAY, "the engine behind this endpoint does not let it do that")
        }
        StoreError::Refused { status: 429 | 503, .. } => {
            Problem::unavailable("the engine behind this endpoint is busy", RETRY)
        }
        StoreError::Unreachable { .. } => {
            Problem::new(StatusCode::BAD_GATEWAY, "the engine behind this endpoint does not answer")
        }
        StoreError::Partial { .. } | StoreError::Cut { .. } => {
            Problem::new(StatusCode::BAD_GATEWAY, "the engine behind this endpoint gives less than there is")
        }
        _ => Problem::new(StatusCode::BAD_GATEWAY, "the engine behind this endpoint failed"),
    };
    problem.because(chain(error))
}

/// Results that could not be written: the client went, or reads too slowly, or asked for a format that cannot say them.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub fn of_output(error: io::Error) -> Problem {
    if let Some(cause) = Unsayable::of(&error) {
        return Problem::new(StatusCode::NOT_ACCEPTABLE, cause.to_string()).hint(Some(cause.hint()));
    }
    match error.kind() {
        io::ErrorKind::BrokenPipe => Problem::internal("the client went away").personal(),
        io::ErrorKind::TimedOut => {
            Problem::unavailable("the time limit was reached before the client had read all", RETRY).personal()
        }
        _ => Problem::internal("the results could not be written"),
    }
}

/// An error with its causes, those that repeat what was said left out.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}

/// Runs work that may block on a thread of its own; a panic there is a 500 here.
///
/// # Errors
/// Those of `work`.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(_) => Err(Problem::internal("the work broke off")),
    }
}
