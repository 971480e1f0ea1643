//! Sessions that go over the network: a store behind an endpoint, and a store of this process whose queries and updates ask others.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use oxigraph::sparql::{QueryEvaluationError, QueryResults, QuerySolution, QuerySolutionIter, QueryTripleIter};
use oxrdf::{NamedNode, Triple};

use super::algebra::canonical::facts;
use super::elsewhere;
use super::engine::explain::Explanation;
use super::engine::stack;
use super::engine::{Dataset, DefaultGraph, Request, Sink, Stats, send};
use super::error::{Limit, QueryError};
use super::limits::Limits;
use super::session::{LocalSession, Session, Work};
use super::update::{Update, UpdateStats};
use crate::eval::Cancel;
use crate::federation::{Outbound, Services, loaded, sources};
use crate::rdf::canonical_term;
use crate::store::{Asking, Counts, Ended, Remote, Store, StoreError, ended};

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
        let services = facts(&mut self.algebra().clone()).services;
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

/// A store behind an endpoint. Time, rows, bytes and cancellation are limited here as well as there.
#[derive(Clone)]
pub struct RemoteSession {
    remote: Remote,
    outbound: Option<Outbound>,
    default_graph: DefaultGraph,
}

impl RemoteSession {
    /// Over an endpoint, which loads what an update names itself.
    pub fn new(remote: Remote) -> Self {
        Self { remote, outbound: None, default_graph: DefaultGraph::default() }
    }

    /// With documents that are loaded from here.
    #[must_use]
    pub fn with_outbound(self, outbound: Outbound) -> Self {
        Self { outbound: Some(outbound), ..self }
    }

    /// With another default graph for what names no dataset.
    #[must_use]
    pub fn with_default_graph(self, default_graph: DefaultGraph) -> Self {
        Self { default_graph, ..self }
    }

    /// Carries an update out over the graphs that are named beside it (SPARQL 1.1 Protocol, 2.2.3).
    ///
    /// # Errors
    /// As [`Session::update`]; [`QueryError::DatasetTwice`], [`QueryError::Elsewhere`]
    pub fn update_over(
        &self,
        update: &Update,
        dataset: &Dataset,
        limits: &Limits,
    ) -> Result<Option<UpdateStats>, QueryError> {
        let started = Instant::now();
        let (update, limits) = with_documents(update, self.outbound.as_ref(), limits)?;
        let (text, scope) = elsewhere::update_text(&update, dataset, self.default_graph, &self.remote)?;
        let how = Asking { scope, time: limits.timeout, bytes: limits.bytes };
        let change = self.remote.update_over(&text, how).map_err(|error| stopped(error, &limits))?;
        let stats = change.map(|change| UpdateStats {
            inserted: change.inserted,
            removed: change.removed,
            elapsed: started.elapsed(),
        });
        Ok(stats)
    }
}

impl Session for RemoteSession {
    fn store(&self) -> &dyn Store {
        &self.remote
    }

    fn evaluate(&self, request: Request<'_>, work: &mut Work<'_>) -> Result<Stats, QueryError> {
        let (started, rows) = (Instant::now(), Arc::new(AtomicU64::new(0)));
        let Request { query, dataset, limits, .. } = request;
        let text = || elsewhere::text(query, dataset, self.default_graph, &self.remote);
        let (text, scope) = stack::call(query.facts().stack(), text)?;
        // What is read at once where an engine's answer must be mended first fits into the memory.
        let how = Asking { scope, time: limits.timeout, bytes: limits.bytes.or(limits.memory) };
        let results = self.remote.query_over(&text, how).map_err(|error| stopped(error, limits))?;
        work(within(results, &request, &rows));
        Ok(Stats { rows: rows.load(Relaxed), elapsed: started.elapsed(), ..Stats::default() })
    }

    fn run(&self, request: Request<'_>, sink: &mut Sink<'_>) -> Result<Stats, QueryError> {
        let mut sent = Ok(ControlFlow::Continue(()));
        let stats = self.evaluate(request, &mut |results| sent = send(results, sink))?;
        let sent = sent.map_err(|error| broken_off(error, request.limits))?;
        Ok(Stats { broken_off: sent.is_break(), ..stats })
    }

    fn update(&self, update: &Update, limits: &Limits, _cancel: &Cancel) -> Result<Option<UpdateStats>, QueryError> {
        self.update_over(update, &Dataset::default(), limits)
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

/// An error of an endpoint; where a limit was reached, that limit.
fn stopped(error: StoreError, limits: &Limits) -> QueryError {
    limit(&error, limits).map_or_else(|| error.into(), QueryError::Limit)
}

/// The same of what comes up while results are read.
fn broken_off(error: QueryEvaluationError, limits: &Limits) -> QueryError {
    if let QueryEvaluationError::Service(inner) = &error
        && let Some(QueryError::Limit(limit)) = inner.downcast_ref()
    {
        return QueryError::Limit(*limit);
    }
    limit(&error, limits).map_or_else(|| error.into(), QueryError::Limit)
}

fn limit(error: &(dyn std::error::Error + 'static), limits: &Limits) -> Option<Limit> {
    match ended(error)? {
        Ended::Time => limits.timeout.map(Limit::Time),
        Ended::Size => limits.bytes.or(limits.memory).map(Limit::Bytes),
    }
}

/// The results of an endpoint, up to the limit of rows and until the person has enough; counts them. Tags of languages are written as
/// BCP 47 recommends, whatever the engine keeps.
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
            let columns = Arc::clone(&variables);
            let canonical = move |row: QuerySolution| {
                let terms = row.values().iter().map(|term| term.clone().map(canonical_term)).collect::<Vec<_>>();
                QuerySolution::from((Arc::clone(&columns), terms))
            };
            let rows = solutions.map(move |row| check().and(row).map(&canonical));
            QueryResults::Solutions(QuerySolutionIter::new(variables, rows))
        }
        QueryResults::Graph(triples) => {
            let canonical = |triple: Triple| Triple { object: canonical_term(triple.object), ..triple };
            QueryResults::Graph(QueryTripleIter::new(triples.map(move |triple| check().and(triple).map(canonical))))
        }
        answer => answer,
    }
}
