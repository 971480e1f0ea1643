//! What is served: a store of this process, or an engine behind another endpoint.

use std::sync::Arc;

use oxrdf::Quad;

use crate::query::{
    Cancel, Dataset, DefaultGraph, Engine, Limits, QueryError, RemoteSession, RemoteStates, State, Update, UpdateStats,
};
use crate::store::{Embedded, Holder, Remote, Store as _, StoreError};

/// The store of an endpoint.
pub enum Served {
    /// In this process.
    Here(Arc<Embedded>),
    /// Behind an endpoint. Nothing of it is copied but what answers are made from.
    There(Box<RemoteStates>),
}

impl Served {
    /// A name for it, for entity tags.
    pub fn id(&self) -> &str {
        match self {
            Self::Here(store) => store.id(),
            Self::There(states) => states.id(),
        }
    }

    /// The store of this process, if it is one.
    pub const fn here(&self) -> Option<&Arc<Embedded>> {
        match self {
            Self::Here(store) => Some(store),
            Self::There(_) => None,
        }
    }

    /// The engine elsewhere, if it is one.
    pub const fn there(&self) -> Option<&Remote> {
        match self {
            Self::Here(_) => None,
            Self::There(states) => Some(states.remote()),
        }
    }

    /// The present state, if nothing has to be done first.
    pub fn at_hand(&self) -> Option<State> {
        match self {
            Self::Here(store) => store.snapshot_at_hand().map(State::Local),
            Self::There(states) => states.at_hand().map(|state| State::Remote(Box::new(state))),
        }
    }

    /// The present state; `None` if `stopped` says before that nobody wants it any more.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn present(&self, stopped: &dyn Fn() -> bool) -> Result<Option<State>, StoreError> {
        match self {
            Self::Here(store) => Ok(store.await_snapshot(stopped)?.map(State::Local)),
            Self::There(states) => states.present().map(|state| Some(State::Remote(Box::new(state)))),
        }
    }

    /// Adds some quads and removes others, without blank nodes.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn change(&self, come: &[Quad], gone: &[Quad]) -> Result<(), StoreError> {
        match self {
            Self::Here(store) => store.change(come, gone),
            Self::There(states) => {
                let done = states.remote().change(come, gone);
                states.changed();
                done
            }
        }
    }

    /// Carries an update out.
    ///
    /// # Errors
    /// As [`Engine::update`]; [`QueryError::Elsewhere`], [`QueryError::Store`]
    pub fn update(
        &self,
        (engine, default_graph): (&Engine, DefaultGraph),
        update: &Update,
        using: &Dataset,
        limits: &Limits,
        cancel: &Cancel,
    ) -> Result<Option<UpdateStats>, QueryError> {
        match self {
            Self::Here(store) => engine.update(store, update, using, limits, cancel).map(Some),
            Self::There(states) => {
                let session = RemoteSession::new(states.remote().clone()).with_default_graph(default_graph);
                let done = session.update_over(update, using, limits);
                // One that failed may have been carried out all the same.
                states.changed();
                done
            }
        }
    }

    /// Tells other processes where to reach the server, if the store is of this process and on disk.
    ///
    /// # Errors
    /// [`StoreError::File`]
    pub fn announce(&self, holder: &Holder) -> Result<(), StoreError> {
        self.here().map_or(Ok(()), |store| store.announce(holder))
    }

    /// Whether changes cannot be written at the moment.
    pub fn ails(&self) -> bool {
        self.here().is_some_and(|store| store.ails())
    }

    /// Whether there is an index that queries read; an engine elsewhere has its own.
    pub fn is_indexed(&self) -> bool {
        self.here().is_none_or(|store| store.is_indexed())
    }
}
