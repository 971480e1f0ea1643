//! Sessions that go over the network: a store behind an endpoint, and a store of this process whose queries and updates ask others.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use oxigraph::sparql::{QueryEvaluationError, QueryResults, QuerySolutionIter, QueryTripleIter};
use oxrdf::NamedNode;

use super::canonical::needs;
use super::error::{Limit, QueryError};
use super::explain::Explanation;
use super::limits::Limits;
use super::run::{Request, Stats};
use super::session::{LocalSession, Session, Work};
use super::update::{Update, UpdateStats, unnamed};
use crate::eval::Cancel;
use crate::federation::{Outbound, Services, loaded, sources};
use crate::store::{Counts, Remote, Scope, Store, StoreError};

impl LocalSession {
    /// With somebody to ask for SERVICE and LOAD. What is asked ends with the evaluation.
    #[must_use]
    pub fn with_outbound(self, outbound: Outbound) -> Self {
        let asked = outbound.clone();
        let session = self.map_engine(move |engine, limits| match bounded(Some(&asked), limits) {
            Some(outbound) => engine.with_services(Services { outbound, deadline: end(limits) }),
            None => engine,
        });
        session.map_updates(move |update, limits| with_documents(update, Some(&outbound), limits))
    }
}

impl Update {
    /// What in it asks other servers, if anything does: SERVICE in its patterns, or LOAD of what is no file.
    pub fn asks_others(&self) -> Option<&'static str> {
        let is_elsewhere = |source: &NamedNode| !source.as_str().to_ascii_lowercase().starts_with("file:");
        let services = needs(&mut self.algebra().clone()).services;
        services.then_some("SERVICE").or_else(|| sources(self.algebra()).any(is_elsewhere).then_some("LOAD"))
    }

    /// The update with the documents that it loads in it.
    ///
    /// # Errors
    /// [`QueryError::Load`]; [`QueryError::Limit`] where `deadline` is over.
    pub(super) fn loaded(&self, outbound: &Outbound, deadline: Option<Instant>) -> Result<Self, QueryError> {
        if sources(self.algebra()).next().is_none() {
            return Ok(self.clone());
        }
        Ok(loaded(self.algebra().clone(), outbound, deadline).map_err(QueryError::Load)?.into())
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
        let change = match unnamed::spelled_out(update.algebra()) {
            Some(spelled_out) => self.remote.update_over(&spelled_out.to_string(), Scope::Unnamed)?,
            None => self.remote.update_over(&update.algebra().to_string(), Scope::Union)?,
        };
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

    fn counts_and_epoch(&self) -> Result<(Counts, Option<u64>), StoreError> {
        self.remote.counts_and_epoch()
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
