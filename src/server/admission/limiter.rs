//! Bounded concurrency: a number of permits, a bounded queue before them, and a limit on the time in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::server::http::cause::Cause;
use crate::server::http::problem::Problem;

/// A bounded number of places, with a bounded queue before them.
#[derive(Debug)]
pub struct Limiter {
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
    most_waiting: usize,
    wait: Duration,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub struct Permit(#[expect(dead_code, reason = "held for its drop")] OwnedSemaphorePermit);

impl Limiter {
    /// `places` at once, `most_waiting` in the queue, each for `wait` at most.
    pub fn new(places: usize, most_waiting: usize, wait: Duration) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), waiting: AtomicUsize::new(0), most_waiting, wait }
    }

    /// Takes a place, at once or after a wait.
    ///
    /// # Errors
    /// 503 with Retry-After where the queue is full or the wait was in vain.
    pub async fn take(&self) -> Result<Permit, Problem> {
        if let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() {
            return Ok(Permit(permit));
        }
        let _waiting = Waiting::enter(self)?;
        let permit = tokio::time::timeout(self.wait, Arc::clone(&self.places).acquire_owned()).await;
        permit.ok().and_then(Result::ok).map(Permit).ok_or_else(busy)
    }

    /// Takes a place for somebody who had one before: after a wait, however long.
    pub async fn take_again(&self) -> Option<Permit> {
        // The semaphore is never closed.
        Arc::clone(&self.places).acquire_owned().await.ok().map(Permit)
    }

    /// How many wait now.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Relaxed)
    }
}

fn busy() -> Problem {
    Problem::unavailable("too many requests are being worked on", 2).of_kind(Cause::Busy)
}

/// Counts one that waits, until it is dropped.
struct Waiting<'a>(&'a Limiter);

impl<'a> Waiting<'a> {
    fn enter(limiter: &'a Limiter) -> Result<Self, Problem> {
        let before = limiter.waiting.fetch_add(1, Relaxed);
        let entered = Self(limiter);
        if before < limiter.most_waiting { Ok(entered) } else { Err(busy()) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn places_and_queue_are_bounded() {
        let limiter = Limiter::new(1, 0, Duration::from_millis(10));
        let first = limiter.take().await.unwrap();
        assert_eq!(limiter.take().await.unwrap_err().status().as_u16(), 503);
        drop(first);
        assert!(limiter.take().await.is_ok());
    }

    #[tokio::test]
    async fn waiting_ends() {
        let limiter = Limiter::new(1, 1, Duration::from_millis(10));
        let _first = limiter.take().await.unwrap();
        assert_eq!(limiter.take().await.unwrap_err().status().as_u16(), 503);
        assert_eq!(limiter.waiting(), 0);
    }
}
