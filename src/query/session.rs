//! One way to a store, wherever it is: in this process or behind an endpoint. Commands, checks and rules hold a session and
//! do not ask which.
//!
//! A query's default graph is the union of all graphs where it names no dataset, as [`Engine`] has it; an endpoint is asked
//! for that where it lets its client choose, and answers with its own default graph otherwise.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use oxigraph::sparql::{QueryEvaluationError, QueryResults, QuerySolutionIter, QueryTripleIter};

use super::error::{Limit, QueryError};
use super::explain::Explanation;
use super::limits::Limits;
use super::run::{Answer, Dataset, Engine, Event, Query, Request, Stats, send};
use super::update::{Update, UpdateStats};
use crate::eval::Cancel;
use crate::federation::{Outbound, Services};
use crate::store::{Counts, Embedded, Remote, Scope, Store, StoreError};

/// What is done with results as they come.
pub type Work<'w> = dyn FnMut(QueryResults<'_>) + Send + 'w;

/// A store that is asked and changed under limits.
pub trait Session: Send + Sync {
    /// The store below, whose default graph is the graph without a name.
    fn store(&self) -> &dyn Store;

    /// Evaluates a query and hands its results to `work`. The request's dataset does not reach an endpoint.
    ///
    /// # Errors
    /// As [`Engine::evaluate`]; [`QueryError::Store`] with a [`StoreError`] for what an endpoint makes of it.
    fn evaluate(&self, request: Request<'_>, work: &mut Work<'_>) -> Result<Stats, QueryError>;

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
        let (mut answer, mut failed) = (Answer::default(), Ok(()));
        let request = Request { query, dataset: &Dataset::default(), limits, cancel: &Cancel::new() };
        self.evaluate(request, &mut |results| {
            let mut keep = |event: Event<'_>| answer.keep(event);
            failed = send(results, &mut keep).map(drop);
        })?;
        failed?;
        Ok(answer)
    }
}

/// A store in this process.
pub struct LocalSession {
    store: Arc<Embedded>,
    engine: Engine,
    outbound: Option<Outbound>,
}

impl LocalSession {
    /// Over a store, with an engine.
    pub fn new(store: Arc<Embedded>, engine: Engine) -> Self {
        Self { store, engine, outbound: None }
    }

    /// With somebody to ask for SERVICE and LOAD.
    #[must_use]
    pub fn with_outbound(self, outbound: Outbound) -> Self {
        Self { outbound: Some(outbound), ..self }
    }

    /// The engine for one evaluation, which its services end with.
    fn engine(&self, limits: &Limits) -> Engine {
        let Some(outbound) = bounded(self.outbound.as_ref(), limits) else { return self.engine.clone() };
        self.engine.clone().with_services(Services { outbound, deadline: end(limits) })
    }
}

/// When an evaluation that begins now must end.
fn end(limits: &Limits) -> Option<Instant> {
    limits.timeout.and_then(|time| Instant::now().checked_add(time))
}

/// Who is asked: an answer, which is held whole, is no larger than the memory of the evaluation.
fn bounded(outbound: Option<&Outbound>, limits: &Limits) -> Option<Outbound> {
    outbound.cloned().map(|outbound| outbound.within(limits.memory.unwrap_or(u64::MAX)))
}

/// An update with the documents that it loads in it, and the limits that are left for it.
fn with_documents(
    update: &Update,
    outbound: Option<&Outbound>,
    limits: &Limits,
) -> Result<(Update, Limits), QueryError> {
    let Some(outbound) = bounded(outbound, limits) else { return Ok((update.clone(), *limits)) };
    let (started, deadline) = (Instant::now(), end(limits));
    let update = update.loaded(&outbound, deadline)?;
    let left = |time: Duration| time.checked_sub(started.elapsed()).ok_or(QueryError::Limit(Limit::Time(time)));
    Ok((update, Limits { timeout: limits.timeout.map(left).transpose()?, ..*limits }))
}

impl Session for LocalSession {
    fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    fn evaluate(&self, request: Request<'_>, work: &mut Work<'_>) -> Result<Stats, QueryError> {
        Ok(self.engine(request.limits).evaluate(self.store.as_ref(), request, work)?.1)
    }

    fn update(&self, update: &Update, limits: &Limits, cancel: &Cancel) -> Result<Option<UpdateStats>, QueryError> {
        let (update, limits) = with_documents(update, self.outbound.as_ref(), limits)?;
        self.engine(&limits).update(&self.store, &update, &Dataset::default(), &limits, cancel).map(Some)
    }

    fn explain(&self, request: Request<'_>) -> Result<Option<Explanation>, QueryError> {
        self.engine(request.limits).explain(self.store.as_ref(), request).map(Some)
    }

    fn epoch(&self) -> Result<Option<u64>, StoreError> {
        Ok(Some(self.store.epoch()))
    }

    fn embedded(&self) -> Option<&Arc<Embedded>> {
        Some(&self.store)
    }
}

/// A store behind an endpoint. Time, rows and cancellation are limited here as well as there.
pub struct RemoteSession {
    remote: Remote,
    outbound: Option<Outbound>,
}

impl RemoteSession {
    /// Over an endpoint, which loads what an update names itself.
    pub const fn new(remote: Remote) -> Self {
        Self { remote, outbound: None }
    }

    /// With documents that are loaded from here.
    #[must_use]
    pub fn with_outbound(self, outbound: Outbound) -> Self {
        Self { outbound: Some(outbound), ..self }
    }
}

impl Session for RemoteSession {
    fn store(&self) -> &dyn Store {
        &self.remote
    }

    fn evaluate(&self, request: Request<'_>, work: &mut Work<'_>) -> Result<Stats, QueryError> {
        let (started, rows) = (Instant::now(), Arc::new(AtomicU64::new(0)));
        let text = request.query.algebra().to_string();
        let results = self.remote.query_over(&text, Scope::Union, request.limits.timeout)?;
        work(within(results, &request, &rows));
        Ok(Stats { rows: rows.load(Relaxed), elapsed: started.elapsed(), ..Stats::default() })
    }

    fn update(&self, update: &Update, limits: &Limits, _cancel: &Cancel) -> Result<Option<UpdateStats>, QueryError> {
        let started = Instant::now();
        let (update, _) = with_documents(update, self.outbound.as_ref(), limits)?;
        let change = self.remote.update_over(&update.algebra().to_string(), Scope::Union)?;
        let stats = change.map(|change| UpdateStats {
            inserted: change.inserted,
            removed: change.removed,
            elapsed: started.elapsed(),
        });
        Ok(stats)
    }

    fn explain(&self, request: Request<'_>) -> Result<Option<Explanation>, QueryError> {
        let Some(json) = self.remote.explain(&request.query.algebra().to_string())? else { return Ok(None) };
        serde_json::from_slice(&json).map(Some).map_err(|error| QueryError::Internal(error.to_string()))
    }

    fn epoch(&self) -> Result<Option<u64>, StoreError> {
        self.remote.epoch()
    }

    fn remote(&self) -> Option<&Remote> {
        Some(&self.remote)
    }
}

/// The results of an endpoint, up to the limit of rows and until the person has enough; counts them.
fn within(results: QueryResults<'static>, request: &Request<'_>, rows: &Arc<AtomicU64>) -> QueryResults<'static> {
    let (most, cancel, rows) = (request.limits.rows.unwrap_or(u64::MAX), request.cancel.clone(), Arc::clone(rows));
    let check = move || {
        if cancel.is_cancelled() {
            return Err(QueryEvaluationError::Cancelled);
        }
        if rows.load(Relaxed) >= most {
            return Err(QueryEvaluationError::Service(Box::new(QueryError::Limit(Limit::Rows(most)))));
        }
        rows.fetch_add(1, Relaxed);
        Ok(())
    };
    match results {
        QueryResults::Solutions(solutions) => {
            let variables: Arc<[_]> = solutions.variables().into();
            QueryResults::Solutions(QuerySolutionIter::new(variables, solutions.map(move |row| check().and(row))))
        }
        QueryResults::Graph(triples) => {
            QueryResults::Graph(QueryTripleIter::new(triples.map(move |triple| check().and(triple))))
        }
        answer => answer,
    }
}
