//! Evaluation: one evaluation, on the evaluating thread.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use oxigraph::sparql::{QueryDatasetSpecification, QueryResults};
use oxrdf::GraphName;
use spargebra::algebra::QueryDataset;

use super::accounting::Accounting;
use super::planned::Planned;
use super::{Dataset, DefaultGraph, Engine, Query, Sent, Sink, Source, Stats};
use crate::eval::{Cancel, Stop};
use crate::index::Version;
use crate::query::error::QueryError;
use crate::query::limits::Limits;

/// Where and within what bounds to evaluate.
pub(in crate::query) struct Evaluation<'a> {
    pub(in crate::query) engine: &'a Engine,
    /// The state that everything is evaluated on.
    pub(in crate::query) version: Arc<Version>,
    pub(in crate::query) specification: QueryDatasetSpecification,
    pub(in crate::query) limits: &'a Limits,
    pub(in crate::query) cancel: &'a Cancel,
    started: Instant,
}

impl<'a> Evaluation<'a> {
    /// On the present state of the source, as soon as there is an index of it.
    pub(in crate::query) fn new(
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
    pub(in crate::query) fn run<T>(
        &self,
        query: &Query,
        work: impl FnOnce(QueryResults<'_>) -> T,
    ) -> Result<(T, Stats), QueryError> {
        self.run_planned(Planned::plan(self, query, false)?, work)
    }

    /// Evaluates, and sends the results to `sink` one by one.
    pub(in crate::query) fn send(&self, query: &Query, sink: &mut Sink<'_>) -> Result<(Sent, Stats), QueryError> {
        let planned = Planned::plan(self, query, false)?;
        let accounting = Rc::new(Accounting::new(self.cancel, self.limits));
        let planning = self.started.elapsed();
        let sent = planned.send(&accounting, sink);
        accounting.stopped()?;
        Ok((sent, accounting.stats(planning, self.started.elapsed())))
    }

    /// Draws the results of a query that is planned.
    pub(in crate::query) fn run_planned<T>(
        &self,
        planned: Planned,
        work: impl FnOnce(QueryResults<'_>) -> T,
    ) -> Result<(T, Stats), QueryError> {
        let accounting = Rc::new(Accounting::new(self.cancel, self.limits));
        let planning = self.started.elapsed();
        let results = planned.results(&accounting);
        accounting.stopped()?;
        let result = work(results?);
        accounting.stopped()?;
        Ok((result, accounting.stats(planning, self.started.elapsed())))
    }
}

/// What the request says, else the query, else the engine.
pub(in crate::query) fn specification(
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
