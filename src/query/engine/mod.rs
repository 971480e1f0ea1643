//! Evaluation: under limits, results to a function as they come.

mod accounting;
mod construct;
pub mod deadline_timer;
pub mod evaluation;
pub mod explain;
pub mod functions;
pub mod indexing;
mod planned;
pub mod prepared;
mod query;
pub mod row;
mod services;
pub mod stack;
pub mod with_limits;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use oxigraph::sparql::{QueryEvaluationError, QueryResults};
use oxrdf::{NamedNode, Term, Triple, TripleRef, Variable};

use self::evaluation::{Evaluation, specification};
use self::functions::{LazyRegister, functions};
pub use self::query::{Form, Query};
use self::row::Row;
use self::services::asked;
use self::with_limits::with_limits;
use super::error::QueryError;
use super::limits::Limits;

use crate::eval::{Cancel, Functions, Service, Variation};
use crate::index::Version;
use crate::place::Register;
use crate::store::{Embedded, Snapshot, StoreError, Transaction};
use crate::vocab;

/// Something in this process that queries can be put to.
pub trait Source {
    /// An index of the present state, as soon as there is one; `None` if `stopped` says before that nobody wants it any more.
    ///
    /// # Errors
    /// [`StoreError`]
    fn version(&self, stopped: &dyn Fn() -> bool) -> Result<Option<Arc<Version>>, StoreError>;
}

impl Source for Embedded {
    fn version(&self, stopped: &dyn Fn() -> bool) -> Result<Option<Arc<Version>>, StoreError> {
        self.await_version(stopped)
    }
}

impl Source for Snapshot {
    fn version(&self, _: &dyn Fn() -> bool) -> Result<Option<Arc<Version>>, StoreError> {
        Ok(Some(Snapshot::version(self).clone()))
    }
}

impl Source for Transaction<'_> {
    fn version(&self, stopped: &dyn Fn() -> bool) -> Result<Option<Arc<Version>>, StoreError> {
        self.await_version(stopped)
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
    Row(Row<'a>),
    /// A triple of a CONSTRUCT or DESCRIBE. No triple comes twice.
    Triple(TripleRef<'a>),
    /// The answer to an ASK.
    Boolean(bool),
}

/// How an evaluation went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
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
    functions: Arc<Functions>,
    /// Knows who answers SERVICE.
    services: Option<Service>,
    variation: Option<Variation>,
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
        let functions = Arc::new(functions(places));
        Self { functions, services: None, variation: None, default_graph: DefaultGraph::default() }
    }

    /// With somebody who answers SERVICE.
    #[must_use]
    pub fn with_services(mut self, services: impl oxigraph::sparql::DefaultServiceHandler + 'static) -> Self {
        self.services = Some(asked(services));
        self
    }

    /// With plans made otherwise than they would be, for tests: answers stay the same.
    #[doc(hidden)]
    #[must_use]
    pub fn with_variation(mut self, variation: Variation) -> Self {
        self.variation = Some(variation);
        self
    }

    pub(super) fn variation(&self) -> Option<Variation> {
        self.variation
    }

    pub(super) fn services(&self) -> Option<&Service> {
        self.services.as_ref()
    }

    /// With another default graph for queries that name no dataset.
    #[must_use]
    pub fn with_default_graph(mut self, default_graph: DefaultGraph) -> Self {
        self.default_graph = default_graph;
        self
    }

    pub(super) fn functions(&self) -> &Arc<Functions> {
        &self.functions
    }

    pub(super) fn default_graph(&self) -> DefaultGraph {
        self.default_graph
    }

    /// Evaluates a query and hands its results to `work`, which must not block for ever. Limits hold while `work` draws the
    /// results: where one is reached, an error is their last item. All of it is done by the calling thread, on a larger stack where the
    /// query needs that.
    ///
    /// # Errors
    /// [`QueryError::Limit`], [`QueryError::Cancelled`], [`QueryError::Evaluation`], [`QueryError::Store`]. What `work` drew
    /// before is then a part of the result. Errors that come up on the way are also in the results that `work` gets.
    pub fn evaluate<T: Send>(
        &self,
        source: &(dyn Source + Sync),
        request: Request<'_>,
        work: impl FnOnce(QueryResults<'_>) -> T + Send,
    ) -> Result<(T, Stats), QueryError> {
        let Request { query, dataset, limits, cancel } = request;
        let specification = specification(dataset, query.algebra().dataset(), self.default_graph);
        with_limits(limits, cancel, query.facts().stack(), || {
            Evaluation::new(self, source, specification, limits, cancel)?.run(query, work)
        })
    }

    /// Evaluates a query and sends its results to `sink` one by one.
    ///
    /// # Errors
    /// As [`Self::evaluate`].
    pub fn run(
        &self,
        source: &(dyn Source + Sync),
        request: Request<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<Stats, QueryError> {
        let Request { query, dataset, limits, cancel } = request;
        let specification = specification(dataset, query.algebra().dataset(), self.default_graph);
        let (sent, stats) = with_limits(limits, cancel, query.facts().stack(), || {
            Evaluation::new(self, source, specification, limits, cancel)?.send(query, sink)
        })?;
        Ok(Stats { broken_off: sent?.is_break(), ..stats })
    }

    /// Evaluates a query and keeps its whole result.
    ///
    /// # Errors
    /// As [`Self::evaluate`].
    pub fn answer(&self, source: &(dyn Source + Sync), query: &Query, limits: &Limits) -> Result<Answer, QueryError> {
        let mut answer = Answer::default();
        let request = Request { query, dataset: &Dataset::default(), limits, cancel: &Cancel::new() };
        self.run(source, request, &mut |event| answer.keep(event))?;
        Ok(answer)
    }
}

/// Whether the receiver wanted all, or what came up on the way.
pub(super) type Sent = Result<ControlFlow<()>, QueryEvaluationError>;

pub(super) fn send(results: QueryResults<'_>, sink: &mut Sink<'_>) -> Sent {
    match results {
        QueryResults::Solutions(solutions) => {
            let head = sink(Event::Head(solutions.variables()));
            send_all(solutions, head, |solution| sink(Event::Row(solution.values().into())))
        }
        QueryResults::Graph(triples) => {
            send_all(triples, ControlFlow::Continue(()), |triple| sink(Event::Triple(triple.as_ref())))
        }
        QueryResults::Boolean(boolean) => Ok(sink(Event::Boolean(boolean))),
    }
}

fn send_all<T>(
    items: impl Iterator<Item = Result<T, QueryEvaluationError>>,
    mut flow: ControlFlow<()>,
    mut send: impl FnMut(T) -> ControlFlow<()>,
) -> Sent {
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

impl Answer {
    /// Takes a part of the result in.
    pub(super) fn keep(&mut self, event: Event<'_>) -> ControlFlow<()> {
        match event {
            Event::Head(variables) => self.variables = variables.to_vec(),
            Event::Row(row) => self.rows.push(row.terms()),
            Event::Triple(triple) => self.triples.push(triple.into_owned()),
            Event::Boolean(boolean) => self.boolean = Some(boolean),
        }
        ControlFlow::Continue(())
    }
}
