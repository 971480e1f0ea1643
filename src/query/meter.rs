//! What goes out, counted against the limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use oxigraph::sparql::QuerySolution;
use oxrdf::{Term, Triple, Variable};

use super::guard::{Guard, Stop};
use super::limits::Limits;
use super::run::Stats;

/// Counts what goes out.
pub(super) struct Meter {
    pub(super) guard: Arc<Guard>,
    limits: Limits,
    rows: AtomicU64,
    bytes: AtomicU64,
    indexed: bool,
}

impl Meter {
    pub(super) fn new(guard: Arc<Guard>, limits: &Limits, indexed: bool) -> Self {
        Self { guard, limits: *limits, rows: AtomicU64::new(0), bytes: AtomicU64::new(0), indexed }
    }

    pub(super) fn row(&self, columns: &Arc<[Variable]>, row: Vec<Option<Term>>) -> QuerySolution {
        self.solution(QuerySolution::from((columns.clone(), row)))
    }

    pub(super) fn solution(&self, solution: QuerySolution) -> QuerySolution {
        self.count(solution.values().iter().flatten().map(term_bytes).sum());
        solution
    }

    pub(super) fn triple(&self, triple: Triple) -> Triple {
        self.count(triple.predicate.as_str().len() + term_bytes(&triple.object) + 32);
        triple
    }

    pub(super) fn count(&self, bytes: usize) {
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

    pub(super) fn stats(&self, planning: Duration, elapsed: Duration) -> Stats {
        let (rows, bytes) = (self.rows.load(Relaxed), self.bytes.load(Relaxed));
        Stats { rows, bytes, elapsed, planning, memory: self.guard.peak(), broken_off: false, indexed: self.indexed }
    }
}

pub(super) fn term_bytes(term: &Term) -> usize {
    match term {
        Term::NamedNode(node) => node.as_str().len() + 2,
        Term::BlankNode(node) => node.as_str().len() + 2,
        Term::Literal(literal) => literal.value().len() + 2 + literal.language().map_or(0, str::len),
        Term::Triple(triple) => 64 + term_bytes(&triple.object),
    }
}
