//! One state of a store that is read, wherever it is: a snapshot of this process, or what an endpoint holds now.
//!
//! An endpoint promises no snapshots. Its states are told apart by its epoch where it has one, else by time: what was found of it
//! within a while, and not changed through this process since, is taken for its present state.

use std::sync::Arc;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use oxrdf::{GraphNameRef, NamedNode, NamedNodeRef, Triple};

use super::assist::entities::{Finder, find_at};
use super::assist::suggest::Entity;
use super::engine::explain::Explanation;
use super::engine::prepared::Executor;
use super::engine::{Engine, Request, Sink, Stats};
use super::error::QueryError;
use super::remote::RemoteSession;
use super::session::{Session as _, indexed};
use crate::index::Version;
use crate::place::Register;
use crate::store::{Asking, Counts, QuadStream, Remote, Snapshot, Store, StoreError};

/// A state that is read. Cheap to clone.
#[derive(Clone)]
pub enum State {
    /// Of a store in this process.
    Local(Snapshot),
    /// Of an endpoint.
    Remote(Box<RemoteState>),
}

/// A state of an endpoint.
#[derive(Clone)]
pub struct RemoteState {
    remote: Remote,
    number: u64,
    epoch: Option<u64>,
}

impl State {
    /// A number that is another after each change that is known of.
    pub fn number(&self) -> u64 {
        match self {
            Self::Local(snapshot) => snapshot.epoch(),
            Self::Remote(state) => state.number,
        }
    }

    /// How often the store had changed, where that is known.
    pub fn epoch(&self) -> Option<u64> {
        match self {
            Self::Local(snapshot) => Some(snapshot.epoch()),
            Self::Remote(state) => state.epoch,
        }
    }

    /// How its quads are arranged: rows without an order come in another where this is another ([`Version::arrangement`]).
    pub fn arrangement(&self) -> (u32, usize) {
        match self {
            Self::Local(snapshot) => snapshot.version().arrangement(),
            Self::Remote(_) => (0, 0),
        }
    }

    /// The snapshot, where it is of this process.
    pub const fn local(&self) -> Option<&Snapshot> {
        match self {
            Self::Local(snapshot) => Some(snapshot),
            Self::Remote(_) => None,
        }
    }

    /// The state as a store to be read, whose default graph is the graph without a name.
    pub fn store(&self) -> &dyn Store {
        match self {
            Self::Local(snapshot) => snapshot,
            Self::Remote(state) => &state.remote,
        }
    }

    /// Evaluates a query and sends its results to `sink` one by one.
    ///
    /// # Errors
    /// As [`Engine::run`]; [`QueryError::Elsewhere`], [`QueryError::Store`]
    pub fn run(&self, engine: &Engine, request: Request<'_>, sink: &mut Sink<'_>) -> Result<Stats, QueryError> {
        match self {
            Self::Local(snapshot) => engine.run(snapshot, request, sink),
            Self::Remote(state) => state.session(engine).run(request, sink),
        }
    }

    /// Evaluates a query and tells how; none where the endpoint does not tell.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn explain(&self, engine: &Engine, request: Request<'_>) -> Result<Option<Explanation>, QueryError> {
        match self {
            Self::Local(snapshot) => engine.explain(snapshot, request).map(Some),
            Self::Remote(state) => state.session(engine).explain(request),
        }
    }

    /// All quads, or those of one graph.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn quads(&self, graph: Option<GraphNameRef<'_>>) -> Result<QuadStream, StoreError> {
        match self {
            Self::Local(snapshot) => Ok(Box::new(snapshot.quads(graph))),
            Self::Remote(state) => state.remote.read(graph),
        }
    }

    /// Whether there is a graph of this name.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn contains_graph(&self, graph: NamedNodeRef<'_>) -> Result<bool, StoreError> {
        match self {
            Self::Local(snapshot) => snapshot.contains_graph(graph),
            Self::Remote(state) => state.remote.has_graph(graph),
        }
    }

    /// Whether anything is known to stand in no named graph.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn holds_unnamed(&self) -> Result<bool, StoreError> {
        match self {
            Self::Local(snapshot) => snapshot.holds_unnamed(),
            Self::Remote(state) => state.remote.holds_unnamed(),
        }
    }

    /// What it holds, in numbers.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn counts(&self) -> Result<Counts, StoreError> {
        self.store().counts()
    }

    /// Whether the functions of the vocabulary can be called in queries.
    pub fn knows_own_functions(&self) -> bool {
        match self {
            Self::Local(_) => true,
            Self::Remote(state) => state.remote.knows_own_functions(),
        }
    }

    /// Things whose names begin with a text ([`Finder::find`]); an endpoint that does not answer finds none.
    pub fn find(
        &self,
        typed: &str,
        register: &Register,
        base: &str,
        most: usize,
        time: Option<Duration>,
    ) -> Vec<Entity> {
        match self {
            Self::Local(snapshot) => Finder::new(snapshot.version(), register, base).find(typed, most),
            Self::Remote(state) => {
                let how = Asking { time, ..Asking::default() };
                find_at(&state.remote, typed, register, (base, most), how).unwrap_or_default()
            }
        }
    }

    /// An index of the statements of some predicates: of this process's store the index that it has, which has the others, too.
    ///
    /// # Errors
    /// [`QueryError::Store`], and those of [`Executor::reserve`].
    pub fn index_of(&self, predicates: &[NamedNode], executor: &Executor) -> Result<Arc<Version>, QueryError> {
        match self {
            Self::Local(snapshot) => Ok(snapshot.version().clone()),
            Self::Remote(state) => indexed(state.remote.of_predicates(predicates)?, executor, &|_| {}),
        }
    }
}

impl RemoteState {
    /// What all graphs say of a node and of its parts, up to `most` triples.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn about(&self, node: &NamedNode, most: usize, time: Option<Duration>) -> Result<Vec<Triple>, StoreError> {
        self.remote.about(node, most, Asking { time, ..Asking::default() })
    }

    /// What all graphs say of others with this node, up to `most` triples.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn with_object(
        &self,
        node: &NamedNode,
        most: usize,
        time: Option<Duration>,
    ) -> Result<Vec<Triple>, StoreError> {
        self.remote.with_object(node, most, Asking { time, ..Asking::default() })
    }

    fn session(&self, engine: &Engine) -> RemoteSession {
        RemoteSession::new(self.remote.clone()).with_default_graph(engine.default_graph())
    }
}

/// The states of an endpoint, one after the other.
pub struct RemoteStates {
    remote: Remote,
    /// How long a state is taken for the present one.
    fresh: Duration,
    seen: Mutex<Seen>,
    id: String,
}

struct Seen {
    number: u64,
    epoch: Option<u64>,
    at: Option<Instant>,
}

impl RemoteStates {
    /// Those of an endpoint, of which each stands for `fresh`.
    pub fn new(remote: Remote, fresh: Duration) -> Self {
        let random = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), remote.address());
        let seen = Mutex::new(Seen { number: 0, epoch: None, at: None });
        Self { remote, fresh, seen, id: format!("{random:016x}") }
    }

    /// The endpoint.
    pub const fn remote(&self) -> &Remote {
        &self.remote
    }

    /// A name for these states, unlike those of any other process.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The present state, if one was seen a moment ago. Waits for nobody.
    pub fn at_hand(&self) -> Option<RemoteState> {
        let seen = self.seen.try_lock().ok()?;
        seen.at.filter(|at| at.elapsed() < self.fresh).map(|_| self.state(&seen))
    }

    /// The present state. Others who ask meanwhile wait.
    ///
    /// # Errors
    /// [`StoreError`] where the endpoint does not answer.
    pub fn present(&self) -> Result<RemoteState, StoreError> {
        let mut seen = self.seen();
        if seen.at.is_none_or(|at| at.elapsed() >= self.fresh) {
            let epoch = self.remote.epoch()?;
            if epoch.is_none() || epoch != seen.epoch {
                seen.number += 1;
            }
            (seen.epoch, seen.at) = (epoch, Some(Instant::now()));
        }
        Ok(self.state(&seen))
    }

    /// Says that the endpoint was changed.
    pub fn changed(&self) {
        let mut seen = self.seen();
        seen.number += 1;
        (seen.epoch, seen.at) = (None, None);
    }

    fn state(&self, seen: &Seen) -> RemoteState {
        RemoteState { remote: self.remote.clone(), number: seen.number, epoch: seen.epoch }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
