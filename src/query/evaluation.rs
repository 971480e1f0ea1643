//! One evaluation, on the evaluating thread.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use oxigraph::sparql::{QueryDatasetSpecification, QueryResults};
use oxrdf::GraphName;
use spargebra::algebra::QueryDataset;

use super::error::QueryError;
use super::limits::Limits;
use super::meter::Meter;
use super::own::Own;
use super::run::{Dataset, DefaultGraph, Engine, Query, Sent, Sink, Source, Stats};
use crate::eval::{Cancel, Stop};
use crate::index::Version;

/// Where and within what bounds to evaluate.
pub(super) struct Evaluation<'a> {
    pub(super) engine: &'a Engine,
    /// The state that everything is evaluated on.
    pub(super) version: Arc<Version>,
    pub(super) specification: QueryDatasetSpecification,
    pub(super) limits: &'a Limits,
    pub(super) cancel: &'a Cancel,
    started: Instant,
}

impl<'a> Evaluation<'a> {
    /// On the present state of the source, as soon as there is an index of it.
    pub(super) fn new(
        engine: &'a Engine,
        source: &dyn Source,
        specification: QueryDatasetSpecification,
        limits: &'a Limits,
        cancel: &'a Cancel,
    ) -> Result<Self, QueryError> {
        let started = Instant::now();
        let version = source.version(&|| cancel.is_cancelled())?;
        let version = version.ok_or_else(|| QueryError::stopped(Stop::Cancelled, limits, cancel))?;
        Ok(Self { engine, version, specification, limits, cancel, started })
    }

    /// Evaluates, and hands the results to `work`.
    pub(super) fn run<T>(
        &self,
        query: &Query,
        work: impl FnOnce(QueryResults<'_>) -> T,
    ) -> Result<(T, Stats), QueryError> {
        self.run_own(Own::plan(self, query, false)?, work)
    }

    /// Evaluates, and sends the results to `sink` one by one.
    pub(super) fn send(&self, query: &Query, sink: &mut Sink<'_>) -> Result<(Sent, Stats), QueryError> {
        let own = Own::plan(self, query, false)?;
        let meter = Rc::new(Meter::new(self.cancel, self.limits));
        let planning = self.started.elapsed();
        let sent = own.send(&meter, sink);
        meter.stopped()?;
        Ok((sent, meter.stats(planning, self.started.elapsed())))
    }

    /// Draws the results of a query that is planned.
    pub(super) fn run_own<T>(
        &self,
        own: Own,
        work: impl FnOnce(QueryResults<'_>) -> T,
    ) -> Result<(T, Stats), QueryError> {
        let meter = Rc::new(Meter::new(self.cancel, self.limits));
        let planning = self.started.elapsed();
        let results = own.results(&meter);
        meter.stopped()?;
        let result = work(results?);
        meter.stopped()?;
        Ok((result, meter.stats(planning, self.started.elapsed())))
    }
}

/// What the request says, else the query, else the engine.
pub(super) fn specification(
    given: &Dataset,
    named: Option<&QueryDataset>,
    otherwise: DefaultGraph,
) -> QueryDatasetSpecification {
    let mut specification = QueryDatasetSpecification::new();
    if given.is_given() {
        specification.set_default_graph(given.default.iter().cloned().map(GraphName::from).collect());
        specification.set_available_named_graphs(given.named.iter().cloned().map(Into::into).collect());
    } else if let Some(named) = named {
        specification = named.clone().into();
    } else if otherwise == DefaultGraph::Union {
        specification.set_default_graph_as_union();
    }
    specification
}
