//! Prepared queries: queries as checks and rules put them: again and again to versions of the index, with solutions given,
//! within limits that hold for all of the work.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use oxigraph::sparql::QueryDatasetSpecification;
use oxiri::Iri;
use oxrdf::{Term, Variable};
use spargebra::algebra::GraphPattern;

use super::deadline_timer::{self, Watch};
use super::functions::{LazyRegister, functions};
use super::stack;
use crate::eval::{Cancel, Context, Evaluation, Functions, Given, Options, Stop};
use crate::index::{Id, Kind, Version};
use crate::query::algebra::language_tags;
use crate::query::algebra::parts::{columns, pattern_mut};
use crate::query::algebra::prebound::{joined, joined_alone};
use crate::query::algebra::substitute::{Value, substitute};
use crate::query::{Limits, Query, QueryError};
use crate::vocab;

/// A SELECT that is put many times.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// With constants and the solutions that are given put in.
    pattern: GraphPattern,
    given: Vec<Variable>,
    /// Those given, then the others that it shows.
    variables: Vec<Variable>,
    /// Whether it may be evaluated for all solutions given at once.
    at_once: bool,
    base: Option<Iri<String>>,
    /// Bytes of stack that are enough.
    stack: usize,
}

impl From<Query> for Prepared {
    fn from(query: Query) -> Self {
        Self::new(&query, &HashMap::new(), Vec::new())
    }
}

impl Prepared {
    /// A query with constants in the place of some variables, and solutions of others to be given with each evaluation.
    pub fn new(query: &Query, constants: &HashMap<Variable, Value>, given: Vec<Variable>) -> Self {
        let mut algebra = query.algebra().clone();
        substitute(&mut algebra, constants);
        if query.facts().tags {
            language_tags::without_case(pattern_mut(&mut algebra));
        }
        let shown = columns(&algebra);
        let others = shown.iter().filter(|variable| !given.contains(variable));
        let variables = given.iter().chain(others).cloned().collect();
        let pattern = pattern_mut(&mut algebra);
        let together = joined(pattern, &given);
        let at_once = together.is_some();
        let pattern = together.unwrap_or_else(|| joined_alone(pattern, &given));
        let (base, stack) = (algebra.base_iri().cloned(), query.facts().stack());
        Self { pattern, given, variables, at_once, base, stack }
    }

    /// A pattern in which the solutions given stand already, once each for these variables; it shows `variables`, those given
    /// among them or not.
    pub(in crate::query) fn seeded(pattern: GraphPattern, given: Vec<Variable>, variables: Vec<Variable>) -> Self {
        let inner = Box::new(GraphPattern::Project { inner: Box::new(pattern), variables: variables.clone() });
        let query =
            spargebra::Query::Select { dataset: None, pattern: GraphPattern::Distinct { inner }, base_iri: None };
        let query = Query::from(query);
        let (stack, pattern) = (query.facts().stack(), query.algebra().clone());
        let mut algebra = pattern;
        let pattern = pattern_mut(&mut algebra).clone();
        Self { pattern, given, variables, at_once: true, base: None, stack }
    }

    /// The variables of its solutions: those given, then the others that it shows.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }
}

/// What a query is put to.
#[derive(Debug, Clone)]
pub struct Over {
    /// The data.
    pub version: Arc<Version>,
    /// The graphs of it that count.
    pub graphs: QueryDatasetSpecification,
}

/// A solution: a term or none for each of [`Prepared::variables`].
pub struct Solution<'a> {
    ids: &'a [Id],
    cx: &'a Context,
}

impl Solution<'_> {
    /// The number of a variable's term. That of a term that the query made is local ([`Id::is_local`]).
    pub fn id(&self, at: usize) -> Option<Id> {
        self.ids.get(at).copied().filter(|id| id.is_bound())
    }

    /// What kind of term a number stands for that [`Self::id`] gave.
    pub fn kind(&self, id: Id) -> Kind {
        self.cx.kind(id)
    }

    /// A variable's term.
    pub fn term(&self, at: usize) -> Option<Term> {
        self.id(at).map(|id| self.cx.term(id))
    }

    /// The term of a number that [`Self::id`] gave.
    pub fn term_of(&self, id: Id) -> Term {
        self.cx.term(id)
    }
}

/// What is done with solutions; Break ends the evaluation.
pub type Take<'t> = dyn FnMut(Solution<'_>) -> ControlFlow<()> + 't;

/// Puts queries, on one thread or several; knows the functions of the crate. Time and memory are limited for all of its work
/// together.
pub struct Executor {
    functions: Arc<Functions>,
    limits: Limits,
    cancel: Cancel,
    held: AtomicU64,
    _watch: Option<Watch>,
}

impl Default for Executor {
    /// Without limits.
    fn default() -> Self {
        Self::with(Limits { memory: None, ..Limits::default() }, &Cancel::new(), None)
    }
}

impl Executor {
    /// Whose work ends when its time is over, when it would hold more memory than it may, or when `cancel` is told.
    ///
    /// # Errors
    /// [`QueryError::Internal`] where no thread can be started.
    pub fn new(limits: Limits, cancel: &Cancel) -> Result<Self, QueryError> {
        let watch = deadline_timer::watch(limits.timeout, cancel).map_err(QueryError::thread)?;
        Ok(Self::with(limits, cancel, Some(watch)))
    }

    fn with(limits: Limits, cancel: &Cancel, watch: Option<Watch>) -> Self {
        let functions = Arc::new(functions(LazyRegister::new(vocab::ID, None)));
        Self { functions, limits, cancel: cancel.clone(), held: AtomicU64::new(0), _watch: watch }
    }

    /// For a part of the work, after which what it held is free again.
    #[must_use]
    pub fn part(&self) -> Self {
        let held = AtomicU64::new(self.held.load(Relaxed));
        let (functions, cancel) = (self.functions.clone(), self.cancel.clone());
        Self { functions, limits: self.limits, cancel, held, _watch: None }
    }

    /// Fails if the work is to end.
    ///
    /// # Errors
    /// [`QueryError::Limit`], [`QueryError::Cancelled`]
    pub fn check(&self) -> Result<(), QueryError> {
        if self.limits.memory.is_some_and(|most| self.held.load(Relaxed) > most) {
            return Err(self.stopped(Stop::Memory));
        }
        if self.cancel.is_cancelled() { Err(self.stopped(Stop::Cancelled)) } else { Ok(()) }
    }

    /// Fails where a part of the data could not be read, so that what was found is not all.
    ///
    /// # Errors
    /// [`QueryError::Store`]
    pub fn sound(&self, version: &Version) -> Result<(), QueryError> {
        version.sound().map_err(|damage| QueryError::Store(Box::new(damage)))
    }

    /// Notes that the work holds so many bytes more, until its end.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn reserve(&self, bytes: usize) -> Result<(), QueryError> {
        self.held.fetch_add(bytes as u64, Relaxed);
        self.check()
    }

    fn stopped(&self, stop: Stop) -> QueryError {
        QueryError::stopped(stop, &self.limits, &self.cancel)
    }

    /// Evaluates a query for all the solutions given, each a number for each variable given, and hands over what it finds.
    ///
    /// # Errors
    /// [`QueryError::Evaluation`], [`QueryError::Limit`], [`QueryError::Cancelled`]
    pub fn put(&self, query: &Prepared, over: &Over, given: &[Vec<Id>], take: &mut Take<'_>) -> Result<(), QueryError> {
        self.check()?;
        stack::call(query.stack, || self.put_here(query, over, given, take))
    }

    fn put_here(
        &self,
        query: &Prepared,
        over: &Over,
        given: &[Vec<Id>],
        take: &mut Take<'_>,
    ) -> Result<(), QueryError> {
        if query.at_once {
            return self.evaluate(query, over, given.to_vec(), take).map(drop);
        }
        for row in given {
            if self.evaluate(query, over, vec![row.clone()], take)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn evaluate(
        &self,
        query: &Prepared,
        over: &Over,
        given: Vec<Vec<Id>>,
        take: &mut Take<'_>,
    ) -> Result<ControlFlow<()>, QueryError> {
        let memory = self.limits.memory.map(|most| most.saturating_sub(self.held.load(Relaxed)));
        let cx = Context::new(over.version.clone(), self.cancel.clone(), memory)
            .with_base(query.base.clone())
            .with_given(Given { variables: query.given.clone(), rows: given });
        let options = Options {
            specification: over.graphs.clone(),
            functions: self.functions.clone(),
            services: None,
            trace: false,
        };
        let stopped = |stop| self.stopped(stop);
        let mut evaluation = Evaluation::new(&query.pattern, &query.variables, &options, cx).map_err(stopped)?;
        let mut ids = Vec::new();
        while let Some(batch) = evaluation.draw().map_err(stopped)? {
            for row in 0..batch.len {
                ids.clear();
                ids.extend(batch.columns.iter().map(|column| column.get(row)));
                if take(Solution { ids: &ids, cx: &evaluation.cx }).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
