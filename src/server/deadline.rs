//! The time that a request has. It runs from the request's arrival on: waiting for a turn, or for what another request
//! finds, is part of it.

use std::time::{Duration, Instant};

use super::failure;
use super::problem::Problem;
use crate::query::{Limit, QueryError};

/// A time limit that has begun to run.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    limit: Option<Duration>,
    end: Option<Instant>,
}

impl Deadline {
    /// The server's own limit, or less if the client asks for less.
    pub fn begin(own: Option<Duration>, asked: Option<Duration>) -> Self {
        let limit = match (own, asked) {
            (Some(own), Some(asked)) => Some(own.min(asked)),
            (own, asked) => own.or(asked),
        };
        Self { limit, end: limit.and_then(|limit| Instant::now().checked_add(limit)) }
    }

    /// When it is over.
    pub const fn end(self) -> Option<Instant> {
        self.end
    }

    /// What is left of it: never nothing, so that whoever is too late hears so from the evaluation.
    pub fn left(self) -> Option<Duration> {
        self.end.map(|end| end.saturating_duration_since(Instant::now()).max(Duration::from_millis(1)))
    }

    /// Waits for something as long as there is time.
    ///
    /// # Errors
    /// 503 when the time is over.
    pub async fn wait<T>(self, what: impl Future<Output = T>) -> Result<T, Problem> {
        let (Some(limit), Some(end)) = (self.limit, self.end) else { return Ok(what.await) };
        let over = |_| failure::of_query(&QueryError::Limit(Limit::Time(limit)));
        tokio::time::timeout_at(end.into(), what).await.map_err(over)
    }

    /// An error as it is told: a time limit as it was set rather than what was left of it.
    pub fn told(self, error: QueryError) -> QueryError {
        match (error, self.limit) {
            (QueryError::Limit(Limit::Time(_)), Some(limit)) => QueryError::Limit(Limit::Time(limit)),
            (error, _) => error,
        }
    }
}
