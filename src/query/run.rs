//! Evaluation: on a thread of its own, under limits, results to a function as they come.

use std::any::Any;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use oxigraph::sparql::{
    BoundPreparedSparqlQuery, PreparedSparqlQuery, QueryDatasetSpecification, QueryEvaluationError, QueryResults,
    QuerySolution, QuerySolutionIter, QueryTripleIter, SparqlEvaluator,
};
use oxrdf::{GraphName, NamedNode, Term, Triple, Variable};
use spargebra::algebra::{GraphPattern, QueryDataset};

use super::error::{Limit, QueryError};
use super::functions::{self, LazyRegister};
use super::guard::{Cancel, Guard, STORAGE_GRACE, Stop};
use super::lace::Laces;
use super::limits::Limits;
use super::order::SortKey;
use super::parse::{self, ParseOptions};
use super::stack;
use super::top::{self, Sorter};
use crate::place::Register;
use crate::store::Embedded;
use crate::vocab;

/// Something in this process that queries can be put to.
pub trait Source: Sync {
    /// Binds a query to a snapshot of the present state.
    fn bind_query(&self, query: PreparedSparqlQuery) -> BoundPreparedSparqlQuery<'_>;
}

impl Source for Embedded {
    fn bind_query(&self, query: PreparedSparqlQuery) -> BoundPreparedSparqlQuery<'_> {
        self.bind(query)
    }
}

/// A parsed query.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Query(Arc<spargebra::Query>);

/// What a query gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// `SELECT`: rows.
    Select,
    /// `ASK`: yes or no.
    Ask,
    /// `CONSTRUCT`: triples.
    Construct,
    /// `DESCRIBE`: triples.
    Describe,
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// [`QueryError::Syntax`] if it is none, or larger than the options allow.
    pub fn parse(text: &str, options: &ParseOptions) -> Result<Self, QueryError> {
        Ok(Self(Arc::new(parse::query(text, options)?)))
    }

    /// The query's algebra.
    pub fn algebra(&self) -> &spargebra::Query {
        &self.0
    }

    /// What it gives.
    pub fn form(&self) -> Form {
        match *self.0 {
            spargebra::Query::Select { .. } => Form::Select,
            spargebra::Query::Ask { .. } => Form::Ask,
            spargebra::Query::Construct { .. } => Form::Construct,
            spargebra::Query::Describe { .. } => Form::Describe,
        }
    }
}

impl From<spargebra::Query> for Query {
    fn from(algebra: spargebra::Query) -> Self {
        Self(Arc::new(algebra))
    }
}

/// What stands for the default graph of a query that names no dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DefaultGraph {
    /// The merge of all named graphs, and of the store's own default graph.
    #[default]
    Union,
    /// The store's own default graph, in which a citypact store keeps nothing.
    Empty,
}

/// The graphs that a request names beside its query (SPARQL 1.1 Protocol, 2.1.4); they count instead of the query's own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Dataset {
    /// `default-graph-uri`
    pub default: Vec<NamedNode>,
    /// `named-graph-uri`
    pub named: Vec<NamedNode>,
}

impl Dataset {
    pub(super) fn is_given(&self) -> bool {
        !self.default.is_empty() || !self.named.is_empty()
    }
}

/// A part of a result, in this order: `Head` once and rows; or triples; or one answer.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// The variables of the rows to come.
    Head(&'a [Variable]),
    /// A row: a value or none for each variable.
    Row(&'a [Option<Term>]),
    /// A triple of a CONSTRUCT or DESCRIBE. No triple comes twice.
    Triple(&'a Triple),
    /// The answer to an ASK.
    Boolean(bool),
}

/// How an evaluation went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Rows or triples sent.
    pub rows: u64,
    /// Bytes of the terms sent.
    pub bytes: u64,
    /// Time from the start of the evaluation to its end.
    pub elapsed: Duration,
    /// Part of it before the engine began.
    pub planning: Duration,
    /// The most memory that operators held at once, as estimated.
    pub memory: u64,
    /// Whether the receiver ended it before all had come.
    pub broken_off: bool,
}

/// Evaluates queries. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    evaluator: SparqlEvaluator,
    default_graph: DefaultGraph,
}

/// Where events go. Break ends the evaluation without an error.
pub type Sink<'a> = dyn FnMut(Event<'_>) -> ControlFlow<()> + Send + 'a;

/// What one evaluation is put to, and within what bounds.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// What is asked.
    pub query: &'a Query,
    /// The graphs that are named beside it.
    pub dataset: &'a Dataset,
    /// What the evaluation may use.
    pub limits: &'a Limits,
    /// Ends it from elsewhere.
    pub cancel: &'a Cancel,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine {
    /// With the functions of this crate, the register that ships with it, and no SERVICE.
    pub fn new() -> Self {
        Self::build(LazyRegister::new(vocab::ID, None))
    }

    /// With a register of one's own for `pact:find`, whose places have IRIs under `base`.
    pub fn with_register(register: Arc<Register>, base: impl Into<String>) -> Self {
        Self::build(LazyRegister::new(base, Some(register)))
    }

    fn build(places: LazyRegister) -> Self {
        Self { evaluator: functions::register(SparqlEvaluator::new(), places), default_graph: DefaultGraph::default() }
    }

    /// With somebody who answers SERVICE.
    #[must_use]
    pub fn with_services(mut self, services: impl oxigraph::sparql::DefaultServiceHandler + 'static) -> Self {
        self.evaluator = self.evaluator.with_default_service_handler(services);
        self
    }

    /// With another default graph for queries that name no dataset.
    #[must_use]
    pub fn with_default_graph(mut self, default_graph: DefaultGraph) -> Self {
        self.default_graph = default_graph;
        self
    }

    pub(super) fn default_graph(&self) -> DefaultGraph {
        self.default_graph
    }

    pub(super) fn evaluator(&self) -> &SparqlEvaluator {
        &self.evaluator
    }

    /// Evaluates a query and hands its results to `work`, on the evaluating thread, which must not block for ever. Limits
    /// hold while `work` draws the results: reaching one ends `work` by unwinding. Returns when all is over: no thread goes
    /// on.
    ///
    /// # Errors
    /// [`QueryError::Limit`], [`QueryError::Cancelled`], [`QueryError::Evaluation`], [`QueryError::Store`]. What `work` drew
    /// before is then a part of the result. Errors that come up on the way are also in the results that `work` gets.
    pub fn evaluate<T: Send>(
        &self,
        source: &dyn Source,
        request: Request<'_>,
        work: impl FnOnce(QueryResults<'_>) -> T + Send,
    ) -> Result<(T, Stats), QueryError> {
        supervised(request.limits, request.cancel, || Run { engine: self, source, request }.evaluate(work))
    }

    /// Evaluates a query and sends its results to `sink` one by one, on another thread.
    ///
    /// # Errors
    /// As [`Self::evaluate`].
    pub fn run(&self, source: &dyn Source, request: Request<'_>, sink: &mut Sink<'_>) -> Result<Stats, QueryError> {
        let (sent, stats) = self.evaluate(source, request, |results| send(results, sink))?;
        Ok(Stats { broken_off: sent?.is_break(), ..stats })
    }

    /// Evaluates a query and keeps its whole result.
    ///
    /// # Errors
    /// As [`Self::evaluate`].
    pub fn answer(&self, source: &dyn Source, query: &Query, limits: &Limits) -> Result<Answer, QueryError> {
        let mut answer = Answer::default();
        let request = Request { query, dataset: &Dataset::default(), limits, cancel: &Cancel::new() };
        self.run(source, request, &mut |event| {
            match event {
                Event::Head(variables) => answer.variables = variables.to_vec(),
                Event::Row(row) => answer.rows.push(row.to_vec()),
                Event::Triple(triple) => answer.triples.push(triple.clone()),
                Event::Boolean(boolean) => answer.boolean = Some(boolean),
            }
            ControlFlow::Continue(())
        })?;
        Ok(answer)
    }
}

fn send(results: QueryResults<'_>, sink: &mut Sink<'_>) -> Result<ControlFlow<()>, QueryEvaluationError> {
    match results {
        QueryResults::Solutions(solutions) => {
            let head = sink(Event::Head(solutions.variables()));
            send_all(solutions, head, |solution| sink(Event::Row(solution.values())))
        }
        QueryResults::Graph(triples) => {
            send_all(triples, ControlFlow::Continue(()), |triple| sink(Event::Triple(&triple)))
        }
        QueryResults::Boolean(boolean) => Ok(sink(Event::Boolean(boolean))),
    }
}

fn send_all<T>(
    items: impl Iterator<Item = Result<T, QueryEvaluationError>>,
    mut flow: ControlFlow<()>,
    mut send: impl FnMut(T) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, QueryEvaluationError> {
    for item in items {
        if flow.is_break() {
            break;
        }
        flow = send(item?);
    }
    Ok(flow)
}

/// A whole result.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// The variables of a SELECT.
    pub variables: Vec<Variable>,
    /// Its rows: a value or none for each variable.
    pub rows: Vec<Vec<Option<Term>>>,
    /// The triples of a CONSTRUCT or DESCRIBE.
    pub triples: Vec<Triple>,
    /// The answer of an ASK.
    pub boolean: Option<bool>,
}

/// Runs `work` on a thread with a large stack, tells `cancel` when the time is over, and turns unwinding into errors.
pub(super) fn supervised<T: Send>(
    limits: &Limits,
    cancel: &Cancel,
    work: impl FnOnce() -> Result<T, QueryError> + Send,
) -> Result<T, QueryError> {
    let (done, end) = sync_channel::<()>(1);
    let caught: Result<_, QueryError> = std::thread::scope(|scope| {
        let thread = stack::spawn(scope, move || {
            let result = catch_unwind(AssertUnwindSafe(work));
            drop(done);
            result
        });
        let thread = thread.map_err(QueryError::thread)?;
        watch(&end, limits.timeout, cancel);
        Ok(thread.join().and_then(|result| result))
    });
    match caught? {
        Ok(result) => result.map_err(|error| explained(error, limits, cancel)),
        Err(payload) => Err(unwound(payload, limits, cancel)),
    }
}

/// Waits for the end, and sees to it that it comes.
fn watch(end: &Receiver<()>, timeout: Option<Duration>, cancel: &Cancel) {
    const LOOK: Duration = Duration::from_millis(50);
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let mut stopped: Option<Instant> = None;
    loop {
        let now = Instant::now();
        if stopped.is_none() && deadline.is_some_and(|deadline| now >= deadline) {
            cancel.time_out();
        }
        if cancel.is_cancelled() && now >= *stopped.get_or_insert(now) + STORAGE_GRACE {
            cancel.storage().cancel();
        }
        let wait = deadline
            .map_or(LOOK, |deadline| deadline.saturating_duration_since(now).clamp(Duration::from_millis(1), LOOK));
        if end.recv_timeout(wait) == Err(RecvTimeoutError::Disconnected) {
            return;
        }
    }
}

/// An error that came by cancellation says why it was cancelled.
fn explained(error: QueryError, limits: &Limits, cancel: &Cancel) -> QueryError {
    match error {
        QueryError::Cancelled => cancelled(limits, cancel),
        error => error,
    }
}

fn cancelled(limits: &Limits, cancel: &Cancel) -> QueryError {
    match limits.timeout {
        Some(timeout) if cancel.timed_out() => QueryError::Limit(Limit::Time(timeout)),
        _ => QueryError::Cancelled,
    }
}

fn unwound(payload: Box<dyn Any + Send>, limits: &Limits, cancel: &Cancel) -> QueryError {
    match payload.downcast_ref::<Stop>() {
        Some(Stop::Cancelled) => cancelled(limits, cancel),
        Some(Stop::Memory) => QueryError::Limit(Limit::Memory(limits.memory.unwrap_or_default())),
        Some(Stop::Rows) => QueryError::Limit(Limit::Rows(limits.rows.unwrap_or_default())),
        Some(Stop::Bytes) => QueryError::Limit(Limit::Bytes(limits.bytes.unwrap_or_default())),
        None => QueryError::Internal(message(payload.as_ref())),
    }
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "for an unknown reason".into())
}

/// One evaluation, on its own thread.
struct Run<'a> {
    engine: &'a Engine,
    source: &'a dyn Source,
    request: Request<'a>,
}

impl Run<'_> {
    fn evaluate<T>(&self, work: impl FnOnce(QueryResults<'_>) -> T) -> Result<(T, Stats), QueryError> {
        let started = Instant::now();
        let query = self.request.query;
        let specification = specification(self.request.dataset, query.0.dataset(), self.engine.default_graph);
        let plan = Plan::new(query, specification);
        let meter = Arc::new(Meter::new(
            plan.laces.guard(self.request.cancel.clone(), self.request.limits.memory),
            self.request.limits,
        ));
        let storage = self.request.cancel.storage().clone();
        let evaluator =
            plan.laces.register(self.engine.evaluator.clone(), &meter.guard).with_cancellation_token(storage);
        let mut prepared = evaluator.for_query(plan.algebra);
        *prepared.dataset_mut() = plan.specification;
        let bound = self.source.bind_query(prepared);
        meter.guard.check();
        let planning = started.elapsed();
        let results = match bound.execute()? {
            QueryResults::Solutions(solutions) => QueryResults::Solutions(match plan.ordering {
                Some((ordering, slot)) => ordered(solutions, plan.columns, &ordering, slot, &meter)?,
                None => shown(solutions, plan.columns, &meter),
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
    specification: QueryDatasetSpecification,
    laces: Laces,
    columns: Arc<[Variable]>,
    /// The ordering, and where its rows are accounted for.
    ordering: Option<(top::Ordering, usize)>,
}

impl Plan {
    fn new(query: &Query, specification: QueryDatasetSpecification) -> Self {
        let mut algebra = (*query.0).clone();
        let columns = columns(&algebra);
        let is_select = query.form() == Form::Select;
        let pattern = pattern_mut(&mut algebra);
        let ordering = if is_select { top::take(pattern) } else { None };
        let mut laces = Laces::new(is_merged(&specification));
        let set = !is_select || ordering.as_ref().is_some_and(|ordering| ordering.distinct);
        *pattern = laces.lace(ordering.as_ref().map_or(pattern, |ordering| &ordering.pattern), set);
        let ordering = ordering.map(|ordering| (ordering, laces.slot()));
        Self { algebra, specification, laces, columns, ordering }
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
    let (places, meter, names) = (places(solutions.variables(), &columns), meter.clone(), columns.clone());
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

/// Counts what goes out.
struct Meter {
    guard: Arc<Guard>,
    limits: Limits,
    rows: AtomicU64,
    bytes: AtomicU64,
}

impl Meter {
    fn new(guard: Arc<Guard>, limits: &Limits) -> Self {
        Self { guard, limits: *limits, rows: AtomicU64::new(0), bytes: AtomicU64::new(0) }
    }

    fn row(&self, columns: &Arc<[Variable]>, row: Vec<Option<Term>>) -> QuerySolution {
        self.count(row.iter().flatten().map(term_bytes).sum());
        QuerySolution::from((columns.clone(), row))
    }

    fn triple(&self, triple: Triple) -> Triple {
        self.count(triple.predicate.as_str().len() + term_bytes(&triple.object) + 32);
        triple
    }

    fn count(&self, bytes: usize) {
        self.guard.check();
        let rows = self.rows.fetch_add(1, Relaxed) + 1;
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let bytes = self.bytes.fetch_add(bytes, Relaxed).saturating_add(bytes);
        if self.limits.rows.is_some_and(|limit| rows > limit) {
            Stop::Rows.unwind();
        }
        if self.limits.bytes.is_some_and(|limit| bytes > limit) {
            Stop::Bytes.unwind();
        }
    }

    fn stats(&self, planning: Duration, elapsed: Duration) -> Stats {
        let (rows, bytes) = (self.rows.load(Relaxed), self.bytes.load(Relaxed));
        Stats { rows, bytes, elapsed, planning, memory: self.guard.peak(), broken_off: false }
    }
}

fn term_bytes(term: &Term) -> usize {
    match term {
        Term::NamedNode(node) => node.as_str().len() + 2,
        Term::BlankNode(node) => node.as_str().len() + 2,
        Term::Literal(literal) => literal.value().len() + 2 + literal.language().map_or(0, str::len),
        Term::Triple(triple) => 64 + term_bytes(&triple.object),
    }
}
