//! One evaluation, on the evaluating thread: what is done here, what is left to the engine, and in what order.

use std::sync::Arc;
use std::time::Instant;

use oxigraph::sparql::{
    BoundPreparedSparqlQuery, QueryDatasetSpecification, QueryEvaluationError, QueryResults, QuerySolution,
    QuerySolutionIter, QueryTripleIter, SparqlEvaluator,
};
use oxrdf::{GraphName, Term, Variable};
use spargebra::algebra::{GraphPattern, QueryDataset};

use super::canonical::Needs;
use super::error::QueryError;
use super::guard::{Cancel, Stop};
use super::lace::Laces;
use super::limits::Limits;
use super::meter::Meter;
use super::order::SortKey;
use super::run::{Dataset, DefaultGraph, Engine, Query, Source, Stats};
use super::subquery::{self, Subquery};
use super::top::{self, Sorter};

/// How often an evaluation begins again because the store changed between its parts.
const ATTEMPTS: usize = 5;

/// Where and within what bounds to evaluate.
pub(super) struct Evaluation<'a> {
    pub(super) engine: &'a Engine,
    pub(super) source: &'a dyn Source,
    pub(super) specification: QueryDatasetSpecification,
    pub(super) limits: &'a Limits,
    pub(super) cancel: &'a Cancel,
}

impl<'a> Evaluation<'a> {
    /// Evaluates, and hands the results to `work`.
    pub(super) fn run<T>(
        &self,
        query: &Query,
        work: impl FnOnce(QueryResults<'_>) -> T,
    ) -> Result<(T, Stats), QueryError> {
        self.run_by(query, |bound| bound.execute(), work)
    }

    /// Evaluates with `execute`.
    pub(super) fn run_by<T>(
        &self,
        query: &Query,
        execute: impl FnOnce(BoundPreparedSparqlQuery<'a>) -> Result<QueryResults<'a>, QueryEvaluationError>,
        work: impl FnOnce(QueryResults<'_>) -> T,
    ) -> Result<(T, Stats), QueryError> {
        let started = Instant::now();
        let plan = Plan::new(query.algebra().clone(), &self.specification);
        let meter = Arc::new(Meter::new(plan.laces.guard(self.cancel.clone(), self.limits.memory), self.limits));
        let bound = self.bind(query.needs(), &plan, &meter)?;
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
    fn bind(&self, needs: &Needs, plan: &Plan, meter: &Meter) -> Result<BoundPreparedSparqlQuery<'a>, QueryError> {
        let evaluator = plan.laces.register(self.engine.evaluator(needs), &meter.guard);
        let evaluator = evaluator.with_cancellation_token(self.cancel.storage().clone());
        let mut attempt = 1;
        loop {
            let epoch = self.source.epoch();
            let evaluator = self.with_subqueries(evaluator.clone(), &plan.subqueries)?;
            let mut prepared = evaluator.for_query(plan.algebra.clone());
            *prepared.dataset_mut() = self.specification.clone();
            let bound = self.source.bind_query(prepared);
            if plan.subqueries.is_empty() || self.source.epoch() == epoch || attempt == ATTEMPTS {
                return Ok(bound);
            }
            attempt += 1;
        }
    }

    fn with_subqueries(
        &self,
        mut evaluator: SparqlEvaluator,
        subqueries: &[Subquery],
    ) -> Result<SparqlEvaluator, QueryError> {
        for subquery in subqueries {
            let limits = Limits { rows: None, bytes: None, ..*self.limits };
            let inner = Evaluation { specification: self.specification.clone(), limits: &limits, ..*self };
            let (rows, _) = inner.run(&subquery.query(), subquery::collect)?;
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

/// What the engine is given, and what is done here with what it gives.
struct Plan {
    algebra: spargebra::Query,
    laces: Laces,
    columns: Arc<[Variable]>,
    /// The ordering, and where its rows are accounted for.
    ordering: Option<(top::Ordering, usize)>,
    /// What is evaluated before, each after those before it.
    subqueries: Vec<Subquery>,
}

impl Plan {
    fn new(mut algebra: spargebra::Query, specification: &QueryDatasetSpecification) -> Self {
        let columns = columns(&algebra);
        let is_select = matches!(algebra, spargebra::Query::Select { .. });
        let pattern = pattern_mut(&mut algebra);
        let ordering = if is_select { top::take(pattern) } else { None };
        if let Some(ordering) = &ordering {
            *pattern = ordering.pattern.clone();
        }
        let subqueries = subquery::take(pattern);
        let mut laces = Laces::new(is_merged(specification));
        let set = !is_select || ordering.as_ref().is_some_and(|ordering| ordering.distinct);
        *pattern = laces.lace(pattern, set);
        let ordering = ordering.map(|ordering| (ordering, laces.slot()));
        Self { algebra, laces, columns, ordering, subqueries }
    }
}

/// Whether a triple of the default graph may stand in several graphs.
fn is_merged(specification: &QueryDatasetSpecification) -> bool {
    specification.default_graph_graphs().is_none_or(|graphs| graphs.len() > 1)
}

fn pattern_mut(query: &mut spargebra::Query) -> &mut GraphPattern {
    match query {
        spargebra::Query::Select { pattern, .. }
        | spargebra::Query::Construct { pattern, .. }
        | spargebra::Query::Describe { pattern, .. }
        | spargebra::Query::Ask { pattern, .. } => pattern,
    }
}

/// The variables that a SELECT shows.
fn columns(query: &spargebra::Query) -> Arc<[Variable]> {
    let spargebra::Query::Select { pattern, .. } = query else { return Arc::new([]) };
    let mut pattern = pattern;
    loop {
        match pattern {
            GraphPattern::Slice { inner, .. } | GraphPattern::Distinct { inner } | GraphPattern::Reduced { inner } => {
                pattern = inner
            }
            GraphPattern::Project { variables, .. } => return variables.clone().into(),
            _ => return Arc::new([]),
        }
    }
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
    ordering: &top::Ordering,
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
