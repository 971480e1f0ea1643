//! Planned queries: what the evaluator of this crate answers from the index.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::Arc;

use oxigraph::sparql::{QueryEvaluationError, QueryResults, QuerySolutionIter, QueryTripleIter};
use oxrdf::{Term, Triple, TripleRef, Variable};
use spargebra::Query as Algebra;

use super::accounting::Accounting;
use super::construct::{Construct, Describe, Maker, template_variables};
use super::evaluation::Evaluation;
use super::row::Row;
use super::{Event, Query, Sent, Sink};
use crate::eval::{self, Batch, Context, Options, Stop};
use crate::index::Id;
use crate::query::algebra::language_tags;
use crate::query::algebra::parts::{columns, pattern_mut};
use crate::query::error::QueryError;
use crate::rdf::term_bytes;

/// A query that is planned.
pub(in crate::query) struct Planned {
    evaluation: eval::Evaluation,
    shape: Shape,
    columns: Arc<[Variable]>,
}

enum Shape {
    Rows,
    Boolean,
    Triples(Maker),
}

/// A query in which tags of languages are compared without case, if it asks for them. Regular expressions stay as they are: the
/// operators of our own read them as XPath does.
fn meant(query: &Query) -> Cow<'_, Algebra> {
    let mut algebra = Cow::Borrowed(query.algebra());
    if query.facts().tags {
        language_tags::without_case(pattern_mut(algebra.to_mut()));
    }
    algebra
}

impl Planned {
    /// Plans a query over the index of what it is put to.
    pub(in crate::query) fn plan(evaluation: &Evaluation<'_>, query: &Query, trace: bool) -> Result<Self, QueryError> {
        let version = evaluation.version.clone();
        let base = query.algebra().base_iri().cloned();
        let cx = Context::new(version, evaluation.cancel.clone(), evaluation.limits.memory).with_base(base);
        let cx = cx.with_variation(evaluation.engine.variation());
        let options = Options {
            specification: evaluation.specification.clone(),
            functions: evaluation.engine.functions().clone(),
            services: evaluation.engine.services().cloned(),
            trace,
        };
        let columns = columns(query.algebra());
        let algebra = meant(query);
        let (pattern, variables) = match &*algebra {
            Algebra::Select { pattern, .. } | Algebra::Describe { pattern, .. } => (pattern, columns.to_vec()),
            Algebra::Ask { pattern, .. } => (pattern, Vec::new()),
            Algebra::Construct { pattern, template, .. } => (pattern, template_variables(template)),
        };
        let stopped = |stop| QueryError::stopped(stop, evaluation.limits, evaluation.cancel);
        let mut planned = eval::Evaluation::new(pattern, &variables, &options, cx).map_err(stopped)?;
        let shape = match &*algebra {
            Algebra::Select { .. } => Shape::Rows,
            Algebra::Ask { .. } => Shape::Boolean,
            Algebra::Construct { template, .. } => {
                Shape::Triples(Maker::Construct(Construct::new(template, &variables, &mut planned.cx)))
            }
            Algebra::Describe { .. } => {
                Shape::Triples(Maker::Describe(Describe::new(&options.specification, &planned.cx)))
            }
        };
        Ok(Self { evaluation: planned, shape, columns })
    }

    /// The steps, if they are told.
    pub(in crate::query) fn told(&self) -> Option<Rc<eval::Told>> {
        self.evaluation.told().cloned()
    }

    /// Sends the results, counted, to who receives them. Rows and triples are lent: their terms stay where they are.
    pub(in crate::query) fn send(self, accounting: &Rc<Accounting>, sink: &mut Sink<'_>) -> Sent {
        let Self { evaluation, shape, columns } = self;
        let mut rows = Drawn { evaluation, accounting: accounting.clone() };
        match shape {
            Shape::Boolean => {
                accounting.count(0)?;
                Ok(sink(Event::Boolean(rows.batch()?.is_some())))
            }
            Shape::Rows => {
                let (mut flow, mut sizes) = (sink(Event::Head(&columns)), Sizes::default());
                while flow.is_continue()
                    && let Some(batch) = rows.batch()?
                {
                    flow = rows.lend(&batch, &mut sizes, sink)?;
                }
                Ok(flow)
            }
            Shape::Triples(mut maker) => {
                let mut flow = ControlFlow::Continue(());
                while flow.is_continue()
                    && let Some(batch) = rows.batch()?
                {
                    let take = &mut |triple: TripleRef<'_>| {
                        accounting.triple(triple).map_err(failed)?;
                        Ok(sink(Event::Triple(triple)))
                    };
                    flow = maker.each(&batch, &mut rows.evaluation.cx, take).map_err(|stop| accounting.ended(stop))?;
                }
                Ok(flow)
            }
        }
    }

    /// The results, counted as they are drawn.
    pub(in crate::query) fn results(
        self,
        accounting: &Rc<Accounting>,
    ) -> Result<QueryResults<'static>, QueryEvaluationError> {
        let Self { evaluation, shape, columns } = self;
        let mut rows = Drawn { evaluation, accounting: accounting.clone() };
        Ok(match shape {
            Shape::Rows => {
                let names = columns.clone();
                let rows = Rows { drawn: rows, batch: Batch::default(), next: 0 };
                let accounting = accounting.clone();
                QueryResults::Solutions(QuerySolutionIter::new(
                    columns,
                    rows.map(move |row| accounting.row(&names, row?)),
                ))
            }
            Shape::Boolean => {
                accounting.count(0)?;
                QueryResults::Boolean(rows.batch()?.is_some())
            }
            Shape::Triples(maker) => graph(rows, maker, accounting),
        })
    }
}

/// An error as what stops an evaluation.
fn failed(error: QueryEvaluationError) -> Stop {
    Stop::Failed(Box::new(error))
}

/// Batches, and what they cost.
struct Drawn {
    evaluation: eval::Evaluation,
    accounting: Rc<Accounting>,
}

impl Drawn {
    fn batch(&mut self) -> Result<Option<Batch>, QueryEvaluationError> {
        let batch = self.evaluation.draw();
        self.accounting.held(self.evaluation.cx.peak());
        batch.map_err(|stop| self.accounting.ended(stop))
    }

    /// Sends the rows of a batch.
    fn lend(&self, batch: &Batch, sizes: &mut Sizes, sink: &mut Sink<'_>) -> Sent {
        let cx = &self.evaluation.cx;
        for row in 0..batch.len {
            self.accounting.count(batch.columns.iter().map(|column| sizes.of(column.get(row), cx)).sum())?;
            if sink(Event::Row(Row::of_batch(batch, row, cx))).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// How large terms are: what was looked at lately is not looked at again.
struct Sizes(Vec<(Id, u32)>);

impl Default for Sizes {
    fn default() -> Self {
        Self(vec![(Id::UNBOUND, 0); 1 << 10])
    }
}

impl Sizes {
    fn of(&mut self, id: Id, cx: &Context) -> usize {
        if !id.is_bound() {
            return 0;
        }
        let slot = id.0 as usize % self.0.len();
        let known = &mut self.0[slot];
        if known.0 != id {
            *known = (id, cx.text(id, |term| u32::try_from(term_bytes(term)).unwrap_or(u32::MAX)));
        }
        known.1 as usize
    }
}

/// Solutions one by one.
struct Rows {
    drawn: Drawn,
    batch: Batch,
    next: usize,
}

impl Iterator for Rows {
    type Item = Result<Vec<Option<Term>>, QueryEvaluationError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.next == self.batch.len {
            match self.drawn.batch() {
                Ok(Some(batch)) => (self.batch, self.next) = (batch, 0),
                Ok(None) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
        let row = self.next;
        self.next += 1;
        let cx = &self.drawn.evaluation.cx;
        let ids = self.batch.columns.iter().map(|column| column.get(row));
        let terms = ids.map(|id| id.is_bound().then(|| cx.term(id))).collect();
        // What could not be read is told instead of what was made of it.
        Some(cx.version().sound().map(|()| terms).map_err(|damage| QueryEvaluationError::Dataset(Box::new(damage))))
    }
}

/// Triples made of batches.
fn graph(mut rows: Drawn, mut maker: Maker, accounting: &Rc<Accounting>) -> QueryResults<'static> {
    let mut made = Vec::new().into_iter();
    let next = move || {
        loop {
            if let Some(triple) = made.next() {
                return ControlFlow::Continue(triple);
            }
            match rows.batch() {
                Ok(Some(batch)) => match made_of(&batch, &mut rows, &mut maker) {
                    Ok(triples) => made = triples.into_iter(),
                    Err(error) => return ControlFlow::Break(Some(error)),
                },
                Ok(None) => return ControlFlow::Break(None),
                Err(error) => return ControlFlow::Break(Some(error)),
            }
        }
    };
    let accounting = accounting.clone();
    let triples = Triples { next, done: false };
    let counted = move |triple: Triple| accounting.triple(triple.as_ref()).map(|()| triple);
    QueryResults::Graph(QueryTripleIter::new(triples.map(move |triple| counted(triple?))))
}

/// The triples of a batch, unless they came of what could not be read.
fn made_of(batch: &Batch, rows: &mut Drawn, maker: &mut Maker) -> Result<Vec<Triple>, QueryEvaluationError> {
    let (cx, mut triples) = (&mut rows.evaluation.cx, Vec::new());
    let take = &mut |triple: TripleRef<'_>| {
        triples.push(triple.into_owned());
        Ok(ControlFlow::Continue(()))
    };
    let made = maker.each(batch, cx, take).and_then(|_| cx.check());
    made.map(|()| triples).map_err(|stop| rows.accounting.ended(stop))
}

struct Triples<F> {
    next: F,
    done: bool,
}

impl<F: FnMut() -> ControlFlow<Option<QueryEvaluationError>, Triple>> Iterator for Triples<F> {
    type Item = Result<Triple, QueryEvaluationError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        match (self.next)() {
            ControlFlow::Continue(triple) => Some(Ok(triple)),
            ControlFlow::Break(error) => {
                self.done = true;
                error.map(Err)
            }
        }
    }
}
