//! Evaluation: on a thread of its own, under limits, results to a function as they come.

use std::any::Any;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use oxigraph::sparql::{BoundPreparedSparqlQuery, PreparedSparqlQuery, QueryDatasetSpecification, QueryResults, QuerySolutionIter, SparqlEvaluator};
use oxrdf::{GraphName, NamedNode, Term, Triple, Variable};
use spargebra::algebra::GraphPattern;

use super::error::{Limit, QueryError};
use super::guard::{Cancel, Guard, STORAGE_GRACE, Stop};
use super::lace::Laces;
use super::limits::Limits;
use super::order::SortKey;
use super::parse::{self, ParseOptions};
use super::stack;
use super::top::{self, Sorter};

/// Something that queries can be put to.
pub trait Source: Sync {
    /// Binds a query to a snapshot of the present state.
    fn bind(&self, query: PreparedSparqlQuery) -> BoundPreparedSparqlQuery<'_>;
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
    fn is_given(&self) -> bool {
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
#[derive(Clone, Default)]
pub struct Engine {
    evaluator: SparqlEvaluator,
    default_graph: DefaultGraph,
}

/// Where events go. Break ends the evaluation without an error.
pub type Sink<'a> = dyn FnMut(Event<'_>) -> ControlFlow<()> + Send + 'a;

impl Engine {
    /// With the functions of this crate and no SERVICE.
    pub fn new() -> Self {
        Self::default()
    }

    /// With another default graph for queries that name no dataset.
    #[must_use]
    pub fn with_default_graph(mut self, default_graph: DefaultGraph) -> Self {
        self.default_graph = default_graph;
        self
    }

    /// Evaluates `query` and sends its results to `sink`, which is called on another thread and must not block for ever.
    /// Returns when all is over: no thread goes on.
    ///
    /// # Errors
    /// [`QueryError::Limit`], [`QueryError::Cancelled`] (by way of `cancel`), [`QueryError::Evaluation`],
    /// [`QueryError::Store`]. What was sent before is then a part of the result.
    pub fn run(&self, source: &dyn Source, query: &Query, dataset: &Dataset, limits: &Limits, cancel: &Cancel, sink: &mut Sink<'_>) -> Result<Stats, QueryError> {
        supervised(limits, cancel, || {
            let guard = OnceLock::new();
            let run = Run { engine: self, source, query, dataset, limits, cancel, guard: &guard };
            run.evaluate(sink)
        })
    }

    /// Evaluates a query and keeps its whole result.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn answer(&self, source: &dyn Source, query: &Query, limits: &Limits) -> Result<Answer, QueryError> {
        let mut answer = Answer::default();
        self.run(source, query, &Dataset::default(), limits, &Cancel::new(), &mut |event| {
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
pub(super) fn supervised<T: Send>(limits: &Limits, cancel: &Cancel, work: impl FnOnce() -> Result<T, QueryError> + Send) -> Result<T, QueryError> {
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
        let wait = deadline.map_or(LOOK, |deadline| deadline.saturating_duration_since(now).clamp(Duration::from_millis(1), LOOK));
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
    query: &'a Query,
    dataset: &'a Dataset,
    limits: &'a Limits,
    cancel: &'a Cancel,
    guard: &'a OnceLock<Arc<Guard>>,
}

impl Run<'_> {
    fn evaluate(&self, sink: &mut Sink<'_>) -> Result<Stats, QueryError> {
        let started = Instant::now();
        let mut algebra = (*self.query.0).clone();
        let columns = columns(&algebra);
        let pattern = pattern_mut(&mut algebra);
        let ordering = (self.query.form() == Form::Select).then(|| top::take(pattern)).flatten();
        if let Some(ordering) = &ordering {
            *pattern = ordering.pattern.clone();
        }
        let specification = self.specification();
        let mut laces = Laces::new(is_merged(&specification));
        let set = self.query.form() != Form::Select || ordering.as_ref().is_some_and(|ordering| ordering.distinct);
        *pattern = laces.lace(pattern, set);
        let slot = laces.slot();
        let guard = self.guard.get_or_init(|| laces.guard(self.cancel.clone(), self.limits.memory));
        let evaluator = laces.register(self.engine.evaluator.clone(), guard).with_cancellation_token(self.cancel.storage().clone());
        let mut prepared = evaluator.for_query(algebra);
        *prepared.dataset_mut() = specification;
        let bound = self.source.bind(prepared);
        guard.check();
        let planning = started.elapsed();
        let mut out = Output { sink, guard, limits: self.limits, stats: Stats { planning, ..Stats::default() } };
        match bound.execute()? {
            QueryResults::Solutions(solutions) => match ordering {
                Some(ordering) => out.ordered(solutions, &columns, &ordering, slot)?,
                None => out.solutions(solutions, &columns)?,
            },
            QueryResults::Boolean(boolean) => out.boolean(boolean),
            QueryResults::Graph(triples) => {
                for triple in triples {
                    if out.triple(&triple?).is_break() {
                        break;
                    }
                }
            }
        }
        Ok(Stats { elapsed: started.elapsed(), memory: guard.peak(), ..out.stats })
    }

    /// What the request says, else the query, else the engine.
    fn specification(&self) -> QueryDatasetSpecification {
        let mut specification = QueryDatasetSpecification::new();
        if self.dataset.is_given() {
            specification.set_default_graph(self.dataset.default.iter().cloned().map(GraphName::from).collect());
            specification.set_available_named_graphs(self.dataset.named.iter().cloned().map(Into::into).collect());
        } else if let Some(dataset) = self.query.0.dataset() {
            specification = dataset.clone().into();
        } else if self.engine.default_graph == DefaultGraph::Union {
            specification.set_default_graph_as_union();
        }
        specification
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
            GraphPattern::Slice { inner, .. } | GraphPattern::Distinct { inner } | GraphPattern::Reduced { inner } => pattern = inner,
            GraphPattern::Project { variables, .. } => return variables.clone().into(),
            _ => return Arc::new([]),
        }
    }
}

/// Sends events and counts them.
struct Output<'a, 'b> {
    sink: &'a mut Sink<'b>,
    guard: &'a Arc<Guard>,
    limits: &'a Limits,
    stats: Stats,
}

impl Output<'_, '_> {
    fn solutions(&mut self, solutions: QuerySolutionIter<'_>, columns: &[Variable]) -> Result<(), QueryError> {
        let places = places(solutions.variables(), columns);
        if self.head(columns).is_break() {
            return Ok(());
        }
        let mut row = Vec::with_capacity(columns.len());
        for solution in solutions {
            let solution = solution?;
            row.clear();
            row.extend(places.iter().map(|place| place.and_then(|place| solution.values()[place].clone())));
            if self.row(&row).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn ordered(&mut self, solutions: QuerySolutionIter<'_>, columns: &[Variable], ordering: &top::Ordering, slot: usize) -> Result<(), QueryError> {
        let names: Vec<Variable> = ordering.keys.iter().map(|(variable, _)| variable.clone()).collect();
        let keys = places(solutions.variables(), &names);
        let places = places(solutions.variables(), columns);
        if self.head(columns).is_break() {
            return Ok(());
        }
        let mut sorter = Sorter::new(ordering, self.guard.clone(), slot);
        for solution in solutions {
            let solution = solution?;
            let value = |place: &Option<usize>| place.and_then(|place| solution.values()[place].as_ref());
            let keys = keys.iter().zip(&ordering.keys).map(|(place, (_, descending))| SortKey::new(value(place), *descending)).collect();
            sorter.push(keys, || places.iter().map(|place| value(place).cloned()).collect());
        }
        for row in sorter.finish().skip(ordering.start).take(ordering.length.unwrap_or(usize::MAX)) {
            if self.row(&row).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn head(&mut self, columns: &[Variable]) -> ControlFlow<()> {
        self.send(Event::Head(columns))
    }

    fn row(&mut self, row: &[Option<Term>]) -> ControlFlow<()> {
        self.count(row.iter().flatten().map(term_bytes).sum());
        self.send(Event::Row(row))
    }

    fn triple(&mut self, triple: &Triple) -> ControlFlow<()> {
        self.count(triple.predicate.as_str().len() + term_bytes(&triple.object) + 32);
        self.send(Event::Triple(triple))
    }

    fn boolean(&mut self, boolean: bool) {
        self.stats.rows = 1;
        let _ = self.send(Event::Boolean(boolean));
    }

    fn count(&mut self, bytes: usize) {
        self.guard.check();
        self.stats.rows += 1;
        self.stats.bytes += u64::try_from(bytes).unwrap_or(u64::MAX);
        if self.limits.rows.is_some_and(|limit| self.stats.rows > limit) {
            Stop::Rows.unwind();
        }
        if self.limits.bytes.is_some_and(|limit| self.stats.bytes > limit) {
            Stop::Bytes.unwind();
        }
    }

    fn send(&mut self, event: Event<'_>) -> ControlFlow<()> {
        let flow = (self.sink)(event);
        self.stats.broken_off |= flow.is_break();
        flow
    }
}

fn places(variables: &[Variable], wanted: &[Variable]) -> Vec<Option<usize>> {
    wanted.iter().map(|wanted| variables.iter().position(|variable| variable == wanted)).collect()
}

fn term_bytes(term: &Term) -> usize {
    match term {
        Term::NamedNode(node) => node.as_str().len() + 2,
        Term::BlankNode(node) => node.as_str().len() + 2,
        Term::Literal(literal) => literal.value().len() + 2 + literal.language().map_or(0, str::len),
        Term::Triple(triple) => 64 + term_bytes(&triple.object),
    }
}
