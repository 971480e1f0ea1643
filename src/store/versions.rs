//! Versions of the data in step with the store: every commit is told here, and here alone.
//!
//! What a commit changed is kept until somebody asks for a version; then all that has gathered becomes one. Where the
//! changes are not known exactly, or are too many, the version is forgotten and built again from the store.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, TryLockError};

use self::state::State;
use super::files::Files;
use crate::index::{Builder, Change, Version};

mod state;

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
    /// The last version that took in all that was published, for those who shall not wait for the next.
    settled: RwLock<Option<Arc<Version>>>,
    /// The epoch that was published last.
    published: AtomicU64,
    stopped: AtomicBool,
    /// How many other threads read the store or write the index's files.
    busy: Mutex<usize>,
    done: Condvar,
    /// Where versions are kept on disk.
    files: OnceLock<Files>,
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

    /// Keeps what is published in files from now on.
    pub(super) fn keep_in(&self, files: Files) {
        let _ = self.files.set(files);
    }

    /// The files, if versions are kept on disk.
    pub(super) fn files(&self) -> Option<&Files> {
        self.files.get()
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

    /// The epoch of what the engine holds, unless a commit is being made.
    pub(super) fn moment(&self) -> Option<u64> {
        let state = self.state();
        (!state.changing).then_some(state.epoch)
    }

    /// The version of the present state, if it is there and nothing is pending.
    pub(super) fn at_hand(&self) -> Option<Arc<Version>> {
        let settled = self.settled.read().unwrap_or_else(PoisonError::into_inner).clone();
        settled.filter(|version| version.epoch() == self.published.load(Ordering::Acquire))
    }

    /// Notes the version of the state, in which nothing is pending.
    fn note(&self, version: &Arc<Version>) {
        self.published.store(version.epoch(), Ordering::Release);
        *self.settled.write().unwrap_or_else(PoisonError::into_inner) = Some(version.clone());
    }

    /// To be called before every commit to the engine, by the one who has the turn, who will publish it.
    pub(super) fn begin_commit(&self) {
        self.state().changing = true;
    }

    /// To be called instead of [`Self::publish`] where nothing was committed.
    pub(super) fn end_commit(&self) {
        self.state().changing = false;
    }

    /// To be called after every commit, by the one who has the turn: what it changed, if that is known.
    pub(super) fn publish(&self, changes: Option<Vec<Change>>, epoch: u64) {
        let mut state = self.state();
        state.epoch = epoch;
        state.changing = false;
        self.published.store(epoch, Ordering::Release);
        match changes {
            Some(changes) => state.add(changes, self.files().is_some_and(Files::are_kept)),
            None => {
                state.forget();
                *self.settled.write().unwrap_or_else(PoisonError::into_inner) = None;
            }
        }
    }

    /// To be called by the one who has the turn, where the index is the store: these changes made this version.
    pub(super) fn advance(&self, version: Version, changes: Vec<Change>) {
        let mut state = self.state();
        let version = Arc::new(version);
        state.epoch = version.epoch();
        self.note(&version);
        state.version = Some(version);
        let most = state.most_pending();
        if let Some(since) = &mut state.since {
            since.extend(changes);
            if since.len() > most {
                state.give_up();
            }
        }
    }

    /// To be called by the one who has the turn with the version of the present state.
    pub(super) fn set(&self, version: Version) -> Arc<Version> {
        let mut state = self.state();
        state.forget();
        let version = Arc::new(version);
        state.epoch = version.epoch();
        self.note(&version);
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
                let version = state.version.clone().unwrap_or(version);
                self.note(&version);
                Present::Version(version)
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
        self.compact_elsewhere(state, version.clone());
    }

    /// Has another thread build the base again and write it, if the log has become too long. The caller has the turn.
    pub(super) fn relieve(self: &Arc<Self>) {
        if !self.files().is_some_and(Files::are_too_heavy) {
            return;
        }
        let mut state = self.state();
        if !state.busy
            && let Ok(Some(version)) = state.settle()
        {
            self.compact_elsewhere(&mut state, version);
        }
    }

    fn compact_elsewhere(self: &Arc<Self>, state: &mut State, version: Arc<Version>) {
        if self.stopped.load(Ordering::Acquire) {
            return;
        }
        state.begin();
        state.since = Some(Vec::new());
        let generation = state.generation;
        let build = move |versions: &Arc<Self>| {
            let built = version.compacted();
            versions.end(built.map_err(|error| error.to_string()), generation);
        };
        if !self.elsewhere(build) {
            state.give_up();
        }
    }

    /// Does something in another thread, for which the end of the store waits. Whether it will be done.
    fn elsewhere(self: &Arc<Self>, work: impl FnOnce(&Arc<Self>) + Send + 'static) -> bool {
        *self.busy.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        let (versions, done) = (self.clone(), Done(self.clone()));
        let work = move || {
            let _done = done;
            work(&versions);
        };
        // What is not begun is dropped, and counted as done.
        std::thread::Builder::new().name("citypact-index".to_owned()).spawn(work).is_ok()
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
        let build = move |versions: &Arc<Self>| {
            let taken = std::cell::Cell::new(Some(versions.turn()));
            let epoch = std::cell::Cell::new(0);
            let begin = || {
                let mut state = versions.state();
                epoch.set(state.epoch);
                if state.generation == generation {
                    state.since = Some(Vec::new());
                }
                drop(taken.take());
            };
            let builder = read(&versions.stopped, &begin);
            drop(taken.take());
            versions.end(builder.map(|builder| builder.finish(epoch.get())), generation);
        };
        if !self.elsewhere(build) {
            let mut state = self.state();
            state.give_up();
            state.failed = Some("no thread can be started".to_owned());
        }
    }

    /// Takes in what was built elsewhere; first it is written, if there is a place for it.
    fn end(&self, built: Result<Version, String>, generation: u64) {
        let stopped = || self.stopped.load(Ordering::Acquire);
        let files = self.files().filter(|_| !stopped());
        // A disk that is full leaves the old files, which are as good.
        let beside = files.zip(built.as_ref().ok()).and_then(|(files, built)| files.write_beside(built).ok());
        let _turn = self.turn();
        let mut state = self.state();
        if state.generation != generation {
            return;
        }
        state.busy = false;
        let since = state.since.take();
        if let (Some(files), Some(beside), Some(since)) = (files, beside, &since) {
            let _ = files.put(beside, since, state.epoch);
        }
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
        let busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.done.wait_while(busy, |busy| *busy > 0).unwrap_or_else(PoisonError::into_inner));
    }
}

/// Tells, when it is dropped, that something done elsewhere is done.
struct Done(Arc<Versions>);

impl Drop for Done {
    fn drop(&mut self) {
        *self.0.busy.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.done.notify_all();
    }
}
