//! Result accounting: what goes out, counted against the limits; and what ended it, if something did.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use oxigraph::sparql::{QueryEvaluationError, QuerySolution};
use oxrdf::{Term, TripleRef, Variable};

use super::Stats;
use crate::eval::{Cancel, Stop};
use crate::query::error::QueryError;
use crate::query::limits::Limits;
use crate::rdf::term_bytes;

/// Counts what goes out of one evaluation.
pub(in crate::query) struct Accounting {
    cancel: Cancel,
    limits: Limits,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    rows: u64,
    bytes: u64,
    memory: u64,
    stopped: Option<QueryError>,
}

impl Accounting {
    pub(in crate::query) fn new(cancel: &Cancel, limits: &Limits) -> Self {
        Self { cancel: cancel.clone(), limits: *limits, state: RefCell::default() }
    }

    pub(in crate::query) fn row(
        &self,
        columns: &Arc<[Variable]>,
        row: Vec<Option<Term>>,
    ) -> Result<QuerySolution, QueryEvaluationError> {
        self.count(row.iter().flatten().map(|term| term_bytes(term.as_ref())).sum())?;
        Ok(QuerySolution::from((columns.clone(), row)))
    }

    pub(in crate::query) fn triple(&self, triple: TripleRef<'_>) -> Result<(), QueryEvaluationError> {
        self.count(triple.predicate.as_str().len() + term_bytes(triple.object) + 32)
    }

    /// Counts a row, a triple or an answer.
    pub(in crate::query) fn count(&self, bytes: usize) -> Result<(), QueryEvaluationError> {
        if self.cancel.is_cancelled() {
            return Err(self.ended(Stop::Cancelled));
        }
        let (rows, bytes) = {
            let mut state = self.state.borrow_mut();
            state.rows += 1;
            state.bytes = state.bytes.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
            (state.rows, state.bytes)
        };
        if self.limits.rows.is_some_and(|limit| rows > limit) {
            return Err(self.ended(Stop::Rows));
        }
        if self.limits.bytes.is_some_and(|limit| bytes > limit) {
            return Err(self.ended(Stop::Bytes));
        }
        Ok(())
    }

    /// Notes the most memory that operators held at once.
    pub(in crate::query) fn held(&self, memory: u64) {
        self.state.borrow_mut().memory = memory;
    }

    /// What ends the evaluation, as an item of its results. What a limit has ended is told by [`Self::stopped`], whatever
    /// becomes of the item.
    pub(in crate::query) fn ended(&self, stop: Stop) -> QueryEvaluationError {
        match stop {
            Stop::Failed(error) => *error,
            stop => {
                self.state.borrow_mut().stopped.get_or_insert(QueryError::stopped(stop, &self.limits, &self.cancel));
                QueryEvaluationError::Cancelled
            }
        }
    }

    /// Fails with what has ended the evaluation, if it was not its own end or an error in its results.
    pub(in crate::query) fn stopped(&self) -> Result<(), QueryError> {
        self.state.borrow_mut().stopped.take().map_or(Ok(()), Err)
    }

    pub(in crate::query) fn stats(&self, planning: Duration, elapsed: Duration) -> Stats {
        let state = self.state.borrow();
        Stats { rows: state.rows, bytes: state.bytes, elapsed, planning, memory: state.memory, broken_off: false }
    }
}
