//! One evaluation, on the evaluating thread: what is done here, what is left to the engine, and in what order.

use std::sync::Arc;
use std::time::Instant;

use oxigraph::sparql::{
    BoundPreparedSparqlQuery, QueryDatasetSpecification, QueryEvaluationError, QueryExplanation, QueryResults,
    QuerySolution, QuerySolutionIter, QueryTripleIter, SparqlEvaluator,
};
use oxrdf::{GraphName, Term, Variable};
use spargebra::algebra::QueryDataset;

use super::error::QueryError;
use super::guard::{Guard, Stop};
use super::limits::Limits;
use super::meter::Meter;
use super::order::SortKey;
use super::own::Own;
use super::run::{Dataset, DefaultGraph, Engine, Query, Source, Stats};
use super::subquery::{self, Subquery};
use super::top::{Ordering, Sorter};
use crate::eval::Cancel;
use crate::index::{Version, View};

/// How often an evaluation begins again because the store changed between its parts.
const ATTEMPTS: usize = 5;

/// Where and within what bounds to evaluate.
pub(super) struct Evaluation<'a> {
    pub(super) engine: &'a Engine,
    pub(super) source: &'a dyn Source,
    /// The state that everything is evaluated on, where there is an index of it.
    pub(super) version: Option<Arc<Version>>,
    pub(super) specification: QueryDatasetSpecification,
    pub(super) limits: &'a Limits,
    pub(super) cancel: &'a Cancel,
    started: Instant,
}

/// A query bound to a state.
pub(super) enum Bound<'a> {
    Index(BoundPreparedSparqlQuery<'a, View>),
    Store(BoundPreparedSparqlQuery<'a>),
}

impl<'a> Bound<'a> {
    fn execute(self) -> Result<QueryResults<'a>, QueryEvaluationError> {
        match self {
            Self::Index(bound) => bound.execute(),
            Self::Store(bound) => bound.execute(),
        }
    }

    /// Evaluates and tells how, with the rows and the time of each step.
    pub(super) fn explain(self) -> (Result<QueryResults<'a>, QueryEvaluationError>, QueryExplanation) {
        match self {
            Self::Index(bound) => bound.compute_statistics().explain(),
            Self::Store(bound) => bound.compute_statistics().explain(),
        }
    }
}

impl<'a> Evaluation<'a> {
    /// On the present state of the source.
    pub(super) fn new(
        engine: &'a Engine,
        source: &'a dyn Source,
        specification: QueryDatasetSpecification,
        limits: &'a Limits,
        cancel: &'a Cancel,
    ) -> Self {
        let started = Instant::now();
        Self { engine, source, version: source.version(), specification, limits, cancel, started }
    }

    /// Evaluates, and hands the results to `work`.
    pub(super) fn run<T>(
        &self,
        query: &Query,
        work: impl FnOnce(QueryResults<'_>) -> T,
    ) -> Result<(T, Stats), QueryError> {
        match Own::plan(self, query, false) {
            Ok(own) => self.run_own(own, work),
            Err(what) => {
                self.engine.fallbacks().count(what);
                self.run_by(query, Bound::execute, work)
            }
        }
    }

    /// Draws the results of a query that is planned here.
    pub(super) fn run_own<T>(
        &self,
        own: Own,
        work: impl FnOnce(QueryResults<'_>) -> T,
    ) -> Result<(T, Stats), QueryError> {
        let started = self.started;
        let guard = Arc::new(Guard::new(self.cancel.clone(), None, 0, 0));
        let meter = Arc::new(Meter::new(guard, self.limits, true));
        let (planning, peak) = (started.elapsed(), own.peak());
        let result = work(own.results(&meter)?);
        let stats = meter.stats(planning, started.elapsed());
        Ok((result, Stats { memory: peak.get(), ..stats }))
    }

    /// Evaluates with `execute`.
    pub(super) fn run_by<T>(
        &self,
        query: &Query,
        execute: impl FnOnce(Bound<'a>) -> Result<QueryResults<'a>, QueryEvaluationError>,
        work: impl FnOnce(QueryResults<'_>) -> T,
    ) -> Result<(T, Stats), QueryError> {
        let started = Instant::now();
        let plan = self.engine.plans().of(query, &self.specification, self.version.is_some());
        let guard = plan.laces.guard(self.cancel.clone(), self.limits.memory);
        let meter = Arc::new(Meter::new(guard, self.limits, self.version.is_some()));
        let evaluator = plan.laces.register(self.engine.evaluator(query.needs()), &meter.guard);
        let evaluator = evaluator.with_cancellation_token(self.cancel.storage().clone());
        let bound = self.bind(evaluator, &plan.algebra, &plan.subqueries)?;
        meter.guard.check();
        let planning = started.elapsed();
        let results = match execute(bound)? {
            QueryResults::Solutions(solutions) => QueryResults::Solutions(match &plan.ordering {
                Some((ordering, slot)) => ordered(solutions, plan.columns.clone(), ordering, *slot, &meter)?,
                None => shown(solutions, plan.columns.clone(), &meter),
            }),
            QueryResults::Graph(triples) => {
                let meter = meter.clone();
                QueryResults::Graph(QueryTripleIter::new(triples.map(move |triple| Ok(meter.triple(living(triple)?)))))
            }
            QueryResults::Boolean(boolean) => {
                meter.count(0);
                QueryResults::Boolean(boolean)
            }
        };
        let result = work(results);
        Ok((result, meter.stats(planning, started.elapsed())))
    }

    /// Evaluates the subqueries and binds the rest, all to one state of the store.
    fn bind(
        &self,
        evaluator: SparqlEvaluator,
        algebra: &spargebra::Query,
        subqueries: &[Subquery],
    ) -> Result<Bound<'a>, QueryError> {
        let mut attempt = 1;
        while self.version.is_none() && !subqueries.is_empty() && attempt < ATTEMPTS {
            let epoch = self.source.epoch();
            let evaluator = self.with_subqueries(evaluator.clone(), subqueries)?;
            let bound = self.prepared(evaluator, algebra);
            if self.source.epoch() == epoch {
                return Ok(bound);
            }
            attempt += 1;
        }
        Ok(self.prepared(self.with_subqueries(evaluator, subqueries)?, algebra))
    }

    fn prepared(&self, evaluator: SparqlEvaluator, algebra: &spargebra::Query) -> Bound<'a> {
        let mut prepared = evaluator.for_query(algebra.clone());
        if let Some(version) = &self.version {
            *prepared.dataset_mut() = View::plain();
            let view = View::new(version.clone(), &self.specification);
            return Bound::Index(prepared.on_queryable_dataset(view));
        }
        *prepared.dataset_mut() = self.specification.clone();
        Bound::Store(self.source.bind_query(prepared))
    }

    fn with_subqueries(
        &self,
        mut evaluator: SparqlEvaluator,
        subqueries: &[Subquery],
    ) -> Result<SparqlEvaluator, QueryError> {
        for subquery in subqueries {
            let limits = Limits { rows: None, bytes: None, ..*self.limits };
            let (specification, version) = (self.specification.clone(), self.version.clone());
            let inner = Evaluation { specification, version, limits: &limits, ..*self };
            let (rows, _) = inner.run(&subquery.query, subquery::collect)?;
            evaluator = evaluator.with_service_handler(subquery.name.clone(), rows?);
        }
        Ok(evaluator)
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

/// A storage read that was cancelled ends the evaluation as every other cancellation does.
pub(super) fn living<T>(item: Result<T, QueryEvaluationError>) -> Result<T, QueryEvaluationError> {
    if matches!(item, Err(QueryEvaluationError::Cancelled)) {
        Stop::Cancelled.unwind();
    }
    item
}

/// The engine's rows with the columns of the query.
fn shown<'a>(solutions: QuerySolutionIter<'a>, columns: Arc<[Variable]>, meter: &Arc<Meter>) -> QuerySolutionIter<'a> {
    let meter = meter.clone();
    if *solutions.variables() == *columns {
        return QuerySolutionIter::new(columns, solutions.map(move |solution| Ok(meter.solution(living(solution)?))));
    }
    let (places, names) = (places(solutions.variables(), &columns), columns.clone());
    let rows = solutions.map(move |solution| {
        let solution = living(solution)?;
        let row = places.iter().map(|place| value(&solution, *place).cloned()).collect();
        Ok(meter.row(&names, row))
    });
    QuerySolutionIter::new(columns, rows)
}

/// The engine's rows in the order of the query.
fn ordered<'a>(
    solutions: QuerySolutionIter<'a>,
    columns: Arc<[Variable]>,
    ordering: &Ordering,
    slot: usize,
    meter: &Arc<Meter>,
) -> Result<QuerySolutionIter<'a>, QueryError> {
    let keys: Vec<Variable> = ordering.keys.iter().map(|(variable, _)| variable.clone()).collect();
    let keys = places(solutions.variables(), &keys);
    let places = places(solutions.variables(), &columns);
    let mut sorter = Sorter::new(ordering, meter.guard.clone(), slot);
    for solution in solutions {
        let solution = living(solution)?;
        let keys = keys
            .iter()
            .zip(&ordering.keys)
            .map(|(place, (_, descending))| SortKey::new(value(&solution, *place), *descending));
        sorter.push(keys.collect(), || places.iter().map(|place| value(&solution, *place).cloned()).collect());
    }
    let (meter, names) = (meter.clone(), columns.clone());
    let rows = sorter.finish().skip(ordering.start).take(ordering.length.unwrap_or(usize::MAX));
    Ok(QuerySolutionIter::new(columns, rows.map(move |row| Ok(meter.row(&names, row)))))
}

fn places(variables: &[Variable], wanted: &[Variable]) -> Vec<Option<usize>> {
    wanted.iter().map(|wanted| variables.iter().position(|variable| variable == wanted)).collect()
}

fn value(solution: &QuerySolution, place: Option<usize>) -> Option<&Term> {
    solution.values().get(place?)?.as_ref()
}
