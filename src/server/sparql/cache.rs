//! Result cache with request coalescing: results by algebra, dataset, format and the store's epoch, bounded in bytes. Of
//! several who ask the same at the same time one evaluates, and the others wait for what it finds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use tokio::sync::watch;

use crate::query::{Dataset, DefaultGraph};
use crate::server::http::problem::Problem;

/// What a result is the result of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// The query's [key](crate::query::Query::key).
    pub query: Arc<str>,
    /// The graphs that the request names.
    pub dataset: Dataset,
    /// What the default graph is.
    pub default_graph: DefaultGraph,
    /// The name of the format.
    pub format: &'static str,
    /// The state of the store that is evaluated.
    pub epoch: u64,
    /// How the state's terms are numbered: an order that nobody asked for may hang on it.
    pub arrangement: (u32, usize),
}

/// What became of an evaluation that others wait for.
#[derive(Debug, Clone)]
enum Outcome {
    Pending,
    Done(Bytes),
    /// It is too large to keep, or its client reads slowly: everybody evaluates for themselves.
    Alone,
    Failed(Problem),
}

struct Kept {
    bytes: Bytes,
    used: u64,
}

#[derive(Default)]
struct State {
    kept: HashMap<Key, Kept>,
    flights: HashMap<Key, watch::Receiver<Outcome>>,
    bytes: usize,
    uses: u64,
    epoch: u64,
}

/// The cache.
#[derive(Clone)]
pub struct Cache {
    state: Arc<Mutex<State>>,
    limit: usize,
}

/// What there is to do about a question.
pub enum Found {
    /// Nothing: here is the result.
    Hit(Bytes),
    /// To evaluate it, for others as well.
    Lead(Lead),
    /// To evaluate it.
    Alone,
    /// Nothing: the one who evaluated it failed just now.
    Failed(Problem),
}

impl Cache {
    /// A cache of at most so many bytes of results; none keeps nothing.
    pub fn new(limit: usize) -> Self {
        Self { state: Arc::default(), limit }
    }

    /// The most bytes of a single result that is kept.
    pub const fn largest(&self) -> usize {
        let eighth = self.limit / 8;
        if eighth < 16 << 20 { eighth } else { 16 << 20 }
    }

    /// Looks for a result, waiting for it where it is being made.
    pub async fn look(&self, key: &Key) -> Found {
        if self.limit == 0 {
            return Found::Alone;
        }
        loop {
            let mut flight = match self.hit_or_flight(key) {
                Ok(found) => return found,
                Err(flight) => flight,
            };
            // An error means that the one who evaluated has gone without a word: somebody else takes over.
            let Ok(outcome) = flight.wait_for(|outcome| !matches!(outcome, Outcome::Pending)).await else { continue };
            match &*outcome {
                Outcome::Done(bytes) => return Found::Hit(bytes.clone()),
                Outcome::Failed(problem) => return Found::Failed(problem.clone()),
                Outcome::Alone | Outcome::Pending => return Found::Alone,
            }
        }
    }

    /// The result, or the duty to make it, or whom to wait for.
    fn hit_or_flight(&self, key: &Key) -> Result<Found, watch::Receiver<Outcome>> {
        let mut state = self.lock();
        if let Some(bytes) = state.hit(key) {
            return Ok(Found::Hit(bytes));
        }
        if let Some(flight) = state.flights.get(key) {
            return Err(flight.clone());
        }
        let (outcome, receiver) = watch::channel(Outcome::Pending);
        state.flights.insert(key.clone(), receiver);
        Ok(Found::Lead(Lead { cache: self.clone(), key: key.clone(), outcome }))
    }

    /// Forgets all results.
    pub fn clear(&self) {
        let mut state = self.lock();
        state.kept.clear();
        state.bytes = 0;
    }

    /// Bytes of results kept now.
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn hit(&mut self, key: &Key) -> Option<Bytes> {
        self.uses += 1;
        let kept = self.kept.get_mut(key)?;
        kept.used = self.uses;
        Some(kept.bytes.clone())
    }

    fn keep(&mut self, key: Key, bytes: Bytes, limit: usize) {
        if key.epoch > self.epoch {
            // Nobody will ask for the results of a state that is over.
            self.kept.clear();
            (self.bytes, self.epoch) = (0, key.epoch);
        }
        if key.epoch < self.epoch {
            return;
        }
        self.bytes += bytes.len();
        self.uses += 1;
        if let Some(old) = self.kept.insert(key, Kept { bytes, used: self.uses }) {
            self.bytes -= old.bytes.len();
        }
        while self.bytes > limit && self.drop_oldest() {}
    }

    /// Drops the older half, so that dropping costs little for each result kept.
    fn drop_oldest(&mut self) -> bool {
        let mut uses: Vec<u64> = self.kept.values().map(|kept| kept.used).collect();
        uses.sort_unstable();
        let Some(middle) = uses.get(uses.len() / 2).copied() else { return false };
        self.kept.retain(|_, kept| kept.used > middle);
        self.bytes = self.kept.values().map(|kept| kept.bytes.len()).sum();
        true
    }
}

/// The duty to evaluate for others as well. Dropping it hands the duty on.
pub struct Lead {
    cache: Cache,
    key: Key,
    outcome: watch::Sender<Outcome>,
}

impl Lead {
    /// Keeps what was found; `None` where it is too large.
    pub fn found(&self, bytes: Option<Vec<u8>>) {
        match bytes {
            Some(bytes) => {
                let bytes = Bytes::from(bytes);
                self.cache.lock().keep(self.key.clone(), bytes.clone(), self.cache.limit);
                self.tell(Outcome::Done(bytes));
            }
            None => self.tell(Outcome::Alone),
        }
    }

    /// Tells the others that it will fail for them, too.
    pub fn failed(&self, problem: &Problem) {
        self.tell(Outcome::Failed(problem.clone()));
    }

    /// Lets the others evaluate for themselves: this one takes too long for a reason that they do not share.
    pub fn alone(&self) {
        self.tell(Outcome::Alone);
    }

    fn tell(&self, outcome: Outcome) {
        self.outcome.send_replace(outcome);
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        self.cache.lock().flights.remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    fn key(query: &str, epoch: u64) -> Key {
        Key {
            query: query.into(),
            dataset: Dataset::default(),
            default_graph: DefaultGraph::Union,
            format: "json",
            epoch,
            arrangement: (0, 0),
        }
    }

    async fn fill(cache: &Cache, key: &Key, bytes: usize) {
        let Found::Lead(lead) = cache.look(key).await else { panic!("the result is there already") };
        lead.found(Some(vec![0; bytes]));
    }

    #[tokio::test]
    async fn results_are_kept_by_algebra_until_the_store_changes() {
        let cache = Cache::new(1000);
        fill(&cache, &key("ASK { ?s ?p 1 }", 1), 10).await;
        assert!(matches!(cache.look(&key("ASK { ?s ?p 1 }", 1)).await, Found::Hit(_)));
        assert!(matches!(cache.look(&key("ASK { ?s ?p 2 }", 1)).await, Found::Lead(_)));
        fill(&cache, &key("ASK { ?s ?p 1 }", 2), 20).await;
        assert_eq!(cache.bytes(), 20);
    }

    #[tokio::test]
    async fn bytes_are_bounded_and_the_latest_stay() {
        let cache = Cache::new(1000);
        let keys: Vec<Key> = (0..50).map(|n| key(&format!("ASK {{ ?s ?p {n} }}"), 1)).collect();
        for key in &keys {
            fill(&cache, key, 100).await;
            assert!(cache.bytes() <= 1000);
        }
        assert!(matches!(cache.look(&keys[49]).await, Found::Hit(_)));
        assert!(matches!(cache.look(&keys[0]).await, Found::Lead(_)));
    }

    #[tokio::test]
    async fn one_evaluates_and_the_others_wait() {
        let (cache, key) = (Cache::new(1000), key("ASK {}", 1));
        let Found::Lead(first) = cache.look(&key).await else { panic!("nobody was there before") };
        let other = tokio::spawn({
            let (cache, key) = (cache.clone(), key.clone());
            async move { cache.look(&key).await }
        });
        tokio::task::yield_now().await;
        drop(first);
        let Found::Lead(second) = other.await.unwrap() else { panic!("the duty is handed on") };
        let third = tokio::spawn({
            let (cache, key) = (cache.clone(), key.clone());
            async move { cache.look(&key).await }
        });
        tokio::task::yield_now().await;
        second.failed(&Problem::unavailable("time", 1));
        assert!(matches!(third.await.unwrap(), Found::Failed(_)));
    }
}
