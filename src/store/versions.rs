//! Versions of the data in step with the store: every commit is told here, and here alone.
//!
//! What a commit changed is kept until somebody asks for a version; then all that has gathered becomes one. Where the
//! changes are not known exactly, or are too many, the version is forgotten and built again from the store.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};

use crate::index::{Builder, Change, TooLarge, Version};

/// More changes than these, and than a tenth of the quads, are not kept: building again is quicker.
const MOST_PENDING: usize = 100_000;
/// So many changes are merged anew with each version before the base is built again, and a tenth of the quads.
const MOST_CHANGES: usize = 1_000;
/// A base of so many quads is built again at once, a larger one while the old one is read.
const AT_ONCE: usize = 200_000;

/// The present version, and what has changed since.
#[derive(Default)]
pub(super) struct Versions {
    /// Held by the one who writes to the store.
    writer: Mutex<()>,
    state: Mutex<State>,
    stopped: AtomicBool,
    /// How many other threads read the store.
    reading: Mutex<usize>,
    read: Condvar,
}

#[derive(Default)]
struct State {
    version: Option<Arc<Version>>,
    pending: Vec<Change>,
    epoch: u64,
    /// Whether a base is being built elsewhere, and what has changed since it was begun.
    busy: bool,
    since: Option<Vec<Change>>,
    /// Grows when what is being built elsewhere is of no use any more.
    generation: u64,
    /// Why no version can be built of the present state.
    failed: Option<String>,
}

/// What is known of the present state.
pub(super) enum Present {
    /// This is it.
    Version(Arc<Version>),
    /// Nothing, but it may be built.
    Unknown,
    /// Nothing yet: it is being built.
    Building,
    /// Nothing, for a reason.
    Failed(String),
}

impl Versions {
    /// Of a store that is empty.
    pub(super) fn of_nothing() -> Arc<Self> {
        Self::of(Builder::new().finish(0))
    }

    /// Of a store whose state is this version.
    pub(super) fn of(version: Version) -> Arc<Self> {
        let versions = Self::default();
        {
            let mut state = versions.state();
            state.epoch = version.epoch();
            state.version = Some(Arc::new(version));
        }
        Arc::new(versions)
    }

    /// Of a store about which nothing is known.
    pub(super) fn unknown(epoch: u64) -> Arc<Self> {
        let versions = Self::default();
        versions.state().epoch = epoch;
        Arc::new(versions)
    }

    /// Waits until the writers before are done.
    pub(super) fn turn(&self) -> MutexGuard<'_, ()> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The writer's turn, if nobody has it.
    pub(super) fn turn_now(&self) -> Option<MutexGuard<'_, ()>> {
        match self.writer.try_lock() {
            Ok(turn) => Some(turn),
            Err(TryLockError::Poisoned(turn)) => Some(turn.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether changes are of use: there is a version that they can be applied to.
    pub(super) fn follows(&self) -> bool {
        let state = self.state();
        state.version.is_some() || state.busy
    }

    /// Whether there is a version.
    pub(super) fn are_ready(&self) -> bool {
        self.state().version.is_some()
    }

    /// To be called after every commit, by the one who has the turn: what it changed, if that is known.
    pub(super) fn publish(&self, changes: Option<Vec<Change>>, epoch: u64) {
        let mut state = self.state();
        state.epoch = epoch;
        match changes {
            Some(changes) => state.add(changes),
            None => state.forget(),
        }
    }

    /// To be called by the one who has the turn with the version of the present state.
    pub(super) fn set(&self, version: Version) -> Arc<Version> {
        let mut state = self.state();
        state.forget();
        let version = Arc::new(version);
        state.version = Some(version.clone());
        version
    }

    /// The present version with all that has been published.
    pub(super) fn present(self: &Arc<Self>) -> Present {
        let mut state = self.state();
        if let Some(why) = &state.failed {
            return Present::Failed(why.clone());
        }
        match state.settle() {
            Ok(Some(version)) => {
                self.compact(&mut state, &version);
                Present::Version(state.version.clone().unwrap_or(version))
            }
            Ok(None) if state.busy => Present::Building,
            Ok(None) => Present::Unknown,
            Err(error) => {
                state.forget();
                state.failed = Some(error.to_string());
                Present::Failed(error.to_string())
            }
        }
    }

    /// Builds the base again where too much has changed since.
    fn compact(self: &Arc<Self>, state: &mut State, version: &Arc<Version>) {
        if state.busy || version.changes() <= MOST_CHANGES.max(version.quads() / 10) {
            return;
        }
        if version.quads() <= AT_ONCE {
            state.version = version.compacted().ok().map(Arc::new).or(state.version.take());
            return;
        }
        state.begin();
        state.since = Some(Vec::new());
        let (versions, version, generation) = (self.clone(), version.clone(), state.generation);
        let build = move || {
            let built = version.compacted();
            versions.end(built.map_err(|error| error.to_string()), generation);
        };
        if std::thread::Builder::new().name("citypact-index".to_owned()).spawn(build).is_err() {
            state.busy = false;
            state.since = None;
        }
    }

    /// Has another thread build a version from the store. `read` gets what tells that it is to stop, reads a snapshot that
    /// it takes by calling its second argument while nobody writes, and lets the store go.
    pub(super) fn build_elsewhere(
        self: &Arc<Self>,
        read: impl FnOnce(&AtomicBool, &dyn Fn()) -> Result<Builder, String> + Send + 'static,
    ) {
        let mut state = self.state();
        if state.busy || self.stopped.load(Ordering::Acquire) {
            return;
        }
        state.begin();
        let generation = state.generation;
        drop(state);
        *self.reading.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        let versions = self.clone();
        let build = move || {
            let turn = versions.turn();
            let taken = std::cell::Cell::new(Some(turn));
            let begin = || {
                let mut state = versions.state();
                if state.generation == generation {
                    state.since = Some(Vec::new());
                }
                drop(taken.take());
            };
            let builder = read(&versions.stopped, &begin);
            drop(taken.take());
            versions.done_reading();
            versions.end(builder.map(|builder| builder.finish(0)), generation);
        };
        if let Err(error) = std::thread::Builder::new().name("citypact-index".to_owned()).spawn(build) {
            self.done_reading();
            self.end(Err(error.to_string()), generation);
        }
    }

    fn done_reading(&self) {
        *self.reading.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.read.notify_all();
    }

    fn end(&self, built: Result<Version, String>, generation: u64) {
        let mut state = self.state();
        if state.generation != generation {
            return;
        }
        state.busy = false;
        let since = state.since.take();
        let since = since.unwrap_or_default();
        let brought_up = |built: Version| built.with_changes(&since, state.epoch).map_err(|error| error.to_string());
        match built.and_then(brought_up) {
            Ok(version) => {
                state.version = Some(Arc::new(version));
                state.pending.clear();
            }
            // What there is goes on being read, if there is any.
            Err(why) => state.failed = state.version.is_none().then_some(why),
        }
    }

    /// Ends what is done elsewhere; when this returns nothing but the caller holds the store.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        let reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.read.wait_while(reading, |reading| *reading > 0).unwrap_or_else(PoisonError::into_inner));
    }
}

impl State {
    /// Something is being built elsewhere from now on.
    fn begin(&mut self) {
        self.busy = true;
        self.generation += 1;
        self.since = None;
    }

    fn forget(&mut self) {
        self.version = None;
        self.pending = Vec::new();
        self.busy = false;
        self.since = None;
        self.failed = None;
        self.generation += 1;
    }

    fn add(&mut self, changes: Vec<Change>) {
        let most = MOST_PENDING.max(self.version.as_ref().map_or(0, |version| version.quads() / 10));
        if self.pending.len().max(self.since.as_ref().map_or(0, Vec::len)) + changes.len() > most {
            return self.forget();
        }
        if let Some(since) = &mut self.since {
            since.extend(changes.iter().cloned());
        }
        if self.version.is_some() {
            self.pending.extend(changes);
        }
    }

    /// The version with what is pending.
    fn settle(&mut self) -> Result<Option<Arc<Version>>, TooLarge> {
        let Some(version) = &self.version else { return Ok(None) };
        if version.epoch() == self.epoch && self.pending.is_empty() {
            return Ok(Some(version.clone()));
        }
        let version = Arc::new(version.with_changes(&self.pending, self.epoch)?);
        self.pending.clear();
        self.version = Some(version.clone());
        Ok(Some(version))
    }
}
