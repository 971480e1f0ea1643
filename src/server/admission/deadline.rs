//! Deadlines: the time that a request has. It runs from the request's arrival on: time in the queue, or for what another
//! request finds, is part of it.

use std::time::{Duration, Instant};

use crate::query::{Cancel, Limit, QueryError};
use crate::server::failure;
use crate::server::http::problem::Problem;
use crate::store::StoreError;

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

    /// Things of a store as long as there is time and somebody waits for them; then one problem.
    pub fn watch<T>(
        self,
        items: impl Iterator<Item = Result<T, StoreError>>,
        cancel: &Cancel,
    ) -> impl Iterator<Item = Result<T, Problem>> {
        let (limit, cancel) = (self.limit.unwrap_or_default(), cancel.clone());
        items.enumerate().map(move |(count, item)| {
            // Looking at the clock takes longer than the rest.
            let over = count % 256 == 0 && self.end.is_some_and(|end| Instant::now() >= end);
            if over {
                return Err(failure::of_query(&QueryError::Limit(Limit::Time(limit))));
            }
            if cancel.is_cancelled() {
                return Err(failure::of_query(&QueryError::Cancelled));
            }
            item.map_err(|error| failure::of_store(&error))
        })
    }

    /// An error as it is told: a time limit as it was set rather than what was left of it.
    pub fn told(self, error: QueryError) -> QueryError {
        match (error, self.limit) {
            (QueryError::Limit(Limit::Time(_)), Some(limit)) => QueryError::Limit(Limit::Time(limit)),
            (error, _) => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(deadline: Deadline, cancel: &Cancel) -> Result<usize, u16> {
        let endless = (0..10_000).map(Ok::<i32, StoreError>);
        deadline
            .watch(endless, cancel)
            .try_fold(0, |sum, item| item.map(|_| sum + 1))
            .map_err(|problem| problem.status().as_u16())
    }

    #[test]
    fn reading_ends_with_the_time_and_with_the_client() {
        let (free, cancelled) = (Cancel::new(), Cancel::new());
        cancelled.cancel();
        assert_eq!(count(Deadline::begin(None, None), &free), Ok(10_000));
        assert_eq!(count(Deadline::begin(Some(Duration::from_secs(60)), None), &free), Ok(10_000));
        assert_eq!(count(Deadline::begin(Some(Duration::from_nanos(1)), None), &free), Err(503));
        assert_eq!(count(Deadline::begin(None, None), &cancelled), Err(503));
    }

    #[tokio::test]
    async fn the_limit_is_told_as_it_was_set() {
        let deadline = Deadline::begin(Some(Duration::from_millis(20)), Some(Duration::from_secs(60)));
        let problem = deadline.wait(std::future::pending::<()>()).await.unwrap_err();
        assert!(problem.detail().contains("0.02 s"), "{}", problem.detail());
        assert!(deadline.left().unwrap() <= Duration::from_millis(20));
        let told = deadline.told(QueryError::Limit(Limit::Time(Duration::from_millis(1))));
        assert!(told.to_string().contains("0.02 s"), "{told}");
    }
}
