//! One way to a store, wherever it is: in this process or behind an endpoint. Commands, checks and rules hold a session and
//! do not ask which.
//!
//! A query's default graph is the union of all graphs where it names no dataset, as [`Engine`] has it. An endpoint is asked for that
//! where it lets its client choose, or has no other; else the query is rewritten so that it looks into every graph.

use std::sync::Arc;

use oxigraph::sparql::QueryResults;
#[cfg(feature = "client")]
use oxrdf::NamedNode;
use oxrdf::Quad;

use super::engine::explain::Explanation;
use super::engine::indexing::Indexing;
use super::engine::prepared::Executor;
use super::engine::{Answer, Dataset, Engine, Event, Query, Request, Sink, Stats, send};
use super::error::QueryError;
use super::limits::Limits;
use super::update::{Update, UpdateStats};
use crate::eval::Cancel;
use crate::index::Version;
#[cfg(feature = "client")]
use crate::store::Remote;
use crate::store::{Counts, Embedded, Snapshot, Store, StoreError};

/// What is done with results as they come.
pub type Work<'w> = dyn FnMut(QueryResults<'_>) + Send + 'w;

/// A store that is asked and changed under limits.
pub trait Session: Send + Sync {
    /// The store below, whose default graph is the graph without a name.
    fn store(&self) -> &dyn Store;

    /// Evaluates a query and hands its results to `work`.
    ///
    /// # Errors
    /// As [`Engine::evaluate`]; [`QueryError::Store`] with a [`StoreError`] for what an endpoint makes of it.
    fn evaluate(&self, request: Request<'_>, work: &mut Work<'_>) -> Result<Stats, QueryError>;

    /// Evaluates a query and sends its results to `sink` one by one: the quickest way to write them.
    ///
    /// # Errors
    /// As [`Session::evaluate`], and what comes up on the way.
    fn run(&self, request: Request<'_>, sink: &mut Sink<'_>) -> Result<Stats, QueryError> {
        let mut sent = Ok(std::ops::ControlFlow::Continue(()));
        let stats = self.evaluate(request, &mut |results| sent = send(results, sink))?;
        Ok(Stats { broken_off: sent?.is_break(), ..stats })
    }

    /// Carries an update out; tells what it did where that is known.
    ///
    /// # Errors
    /// As [`Engine::update`]; [`QueryError::Store`]
    fn update(&self, update: &Update, limits: &Limits, cancel: &Cancel) -> Result<Option<UpdateStats>, QueryError>;

    /// Evaluates a query and tells how; none where the endpoint does not tell.
    ///
    /// # Errors
    /// As [`Session::evaluate`].
    fn explain(&self, request: Request<'_>) -> Result<Option<Explanation>, QueryError>;

    /// What the store holds, in numbers.
    ///
    /// # Errors
    /// [`StoreError`]
    fn counts(&self) -> Result<Counts, StoreError> {
        self.store().counts()
    }

    /// What the store holds, and how often it has changed where that is known: of one moment.
    ///
    /// # Errors
    /// [`StoreError`]
    fn counts_and_epoch(&self) -> Result<(Counts, Option<u64>), StoreError> {
        Ok((self.counts()?, self.epoch()?))
    }

    /// How often the store has changed, where that is known.
    ///
    /// # Errors
    /// [`StoreError`]
    fn epoch(&self) -> Result<Option<u64>, StoreError>;

    /// The store, where it is in this process.
    fn embedded(&self) -> Option<&Arc<Embedded>> {
        None
    }

    /// The endpoint, where it is behind one.
    #[cfg(feature = "client")]
    fn remote(&self) -> Option<&Remote> {
        None
    }
}

impl dyn Session + '_ {
    /// Evaluates a query and keeps its whole result.
    ///
    /// # Errors
    /// As [`Session::evaluate`].
    pub fn answer(&self, query: &Query, limits: &Limits) -> Result<Answer, QueryError> {
        let mut answer = Answer::default();
        let request = Request { query, dataset: &Dataset::default(), limits, cancel: &Cancel::new() };
        self.run(request, &mut |event: Event<'_>| answer.keep(event))?;
        Ok(answer)
    }
}

impl dyn Session + '_ {
    /// An index of all that the store holds: its own where it has one, else one that is built here. `told` hears of quads that
    /// were read.
    ///
    /// # Errors
    /// [`QueryError::Store`], and those of [`Executor::reserve`].
    pub fn index(&self, executor: &Executor, told: &(dyn Fn(usize) + Sync)) -> Result<Arc<Version>, QueryError> {
        let Some(store) = self.embedded() else { return indexed(self.store().read(None)?, executor, told) };
        match store.version() {
            Some(version) => Ok(version),
            None => indexed(store.quads(None), executor, told),
        }
    }
}

#[cfg(feature = "client")]
impl dyn Session + '_ {
    /// As the index of all of it, of an endpoint with nothing but the statements of some predicates in it.
    ///
    /// # Errors
    /// [`QueryError`]
    pub fn index_of(
        &self,
        predicates: &[NamedNode],
        executor: &Executor,
        told: &(dyn Fn(usize) + Sync),
    ) -> Result<Arc<Version>, QueryError> {
        match self.remote() {
            Some(remote) => indexed(remote.of_predicates(predicates)?, executor, told),
            None => self.index(executor, told),
        }
    }
}

pub(super) fn indexed(
    quads: impl Iterator<Item = Result<Quad, StoreError>>,
    executor: &Executor,
    told: &(dyn Fn(usize) + Sync),
) -> Result<Arc<Version>, QueryError> {
    let mut indexing = Indexing::new(executor, told);
    for quad in quads {
        indexing.push(&quad?)?;
    }
    Ok(indexing.finish())
}

/// A store in this process.
pub struct LocalSession {
    store: Arc<Embedded>,
    /// The engine for an evaluation within limits.
    engine: Box<EngineWithin>,
    /// An update with all that it names in it, and the limits that are left for it.
    whole: Box<WholeUpdate>,
}

type EngineWithin = dyn Fn(&Limits) -> Engine + Send + Sync;
type WholeUpdate = dyn Fn(&Update, &Limits) -> Result<(Update, Limits), QueryError> + Send + Sync;

impl LocalSession {
    /// Over a store, with an engine.
    pub fn new(store: Arc<Embedded>, engine: Engine) -> Self {
        let whole = Box::new(|update: &Update, limits: &Limits| Ok((update.clone(), *limits)));
        Self { store, engine: Box::new(move |_| engine.clone()), whole }
    }

    /// With an engine that is made from the former one for each evaluation.
    #[must_use]
    pub fn map_engine(self, map: impl Fn(Engine, &Limits) -> Engine + Send + Sync + 'static) -> Self {
        let engine = self.engine;
        Self { engine: Box::new(move |limits| map(engine(limits), limits)), ..self }
    }

    /// With updates that are made whole before they are carried out, within the limits that are left.
    #[must_use]
    pub fn map_updates(
        self,
        whole: impl Fn(&Update, &Limits) -> Result<(Update, Limits), QueryError> + Send + Sync + 'static,
    ) -> Self {
        Self { whole: Box::new(whole), ..self }
    }
}

impl Session for LocalSession {
    fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    fn evaluate(&self, request: Request<'_>, work: &mut Work<'_>) -> Result<Stats, QueryError> {
        Ok((self.engine)(request.limits).evaluate(self.store.as_ref(), request, work)?.1)
    }

    fn run(&self, request: Request<'_>, sink: &mut Sink<'_>) -> Result<Stats, QueryError> {
        (self.engine)(request.limits).run(self.store.as_ref(), request, sink)
    }

    fn update(&self, update: &Update, limits: &Limits, cancel: &Cancel) -> Result<Option<UpdateStats>, QueryError> {
        let (update, limits) = (self.whole)(update, limits)?;
        (self.engine)(&limits).update(&self.store, &update, &Dataset::default(), &limits, cancel).map(Some)
    }

    fn explain(&self, request: Request<'_>) -> Result<Option<Explanation>, QueryError> {
        (self.engine)(request.limits).explain(self.store.as_ref(), request).map(Some)
    }

    fn counts_and_epoch(&self) -> Result<(Counts, Option<u64>), StoreError> {
        match self.store.version().map(Snapshot::of) {
            Some(snapshot) => Ok((snapshot.counts()?, Some(snapshot.epoch()))),
            None => Ok((self.counts()?, self.epoch()?)),
        }
    }

    fn epoch(&self) -> Result<Option<u64>, StoreError> {
        Ok(Some(self.store.epoch()))
    }

    fn embedded(&self) -> Option<&Arc<Embedded>> {
        Some(&self.store)
    }
}
