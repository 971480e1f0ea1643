//! Lacing: an algebra is optimised, and calls of private functions are put between its operators, so that every operator
//! looks at the deadline and accounts for the rows it holds.
//!
//! Where the calls go, and why they stay there through the engine's own pass of optimisation:
//! - A call is a filter `COALESCE(f(), true, ?never)`. `f` returns no value, so the filter is always true. The variable
//!   that nothing binds keeps the optimiser from pushing the filter into one side of a join.
//! - Filters at one place are merged into a conjunction whose order is arbitrary and which ends at the first false. So a
//!   condition `e` above a laced operator becomes `IF(COALESCE(f(), …), e, false)`, which is evaluated in order.
//! - Counting what `Distinct` holds must stay above it; filters are pushed below. It is an `Extend` instead.
//! - A custom aggregate that takes no value counts groups: it is created once for each.

mod expression;
mod pattern;
mod repetition;

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use oxigraph::model::{NamedNode, Term, Variable};
use oxigraph::sparql::{AggregateFunctionAccumulator, SparqlEvaluator};
use spargebra::algebra::Function;
use sparopt::Optimizer;
use sparopt::algebra::{Expression, GraphPattern};

use self::pattern::{Scope, guarded, width};
use super::guard::{Guard, Stop};
use super::paths::take_apart;

/// The longest string that an expression may make, in bytes.
const LONGEST_STRING: usize = 4 << 20;
/// Bytes that a row takes beside its terms, and that each term takes, in the engine's own representation.
const ROW: u64 = 48;
const TERM: u64 = 40;

/// What the names of the private functions begin with.
pub(super) const PREFIX: &str = "urn:citypact:guard:";

/// What a laced call does.
#[derive(Debug, Clone, PartialEq)]
enum Call {
    Check,
    Hold {
        slot: usize,
        bytes: u64,
    },
    HoldSide {
        join: usize,
        side: u8,
        slot: usize,
        bytes: u64,
    },
    BeginAgain {
        slots: Range<usize>,
        joins: Range<usize>,
    },
    /// Passes its argument on; its bytes are held by the query from then on.
    Keep {
        slot: usize,
    },
    /// Passes its argument on, if it is no longer than this.
    AtMost {
        bytes: usize,
    },
}

/// The calls that a laced algebra makes.
pub(super) struct Laces {
    calls: Vec<Call>,
    groups: Vec<(usize, u64)>,
    slots: usize,
    joins: usize,
    name: String,
    /// Whether a triple of the default graph may stand in several of the graphs it is made of.
    merged: bool,
    fresh: usize,
    /// Whether there are joins whose keys the engine's own optimiser has to find again: they are lost on the way to it.
    keyed: bool,
    /// Variables that have a value in every row that the condition being laced is evaluated for.
    bound: HashSet<Variable>,
}

impl Laces {
    /// `merged` tells that the default graph is a merge of several graphs. The engine then yields a triple once for each
    /// graph it stands in, where SPARQL knows it once; lacing restores that wherever the number of rows matters.
    pub(super) fn new(merged: bool) -> Self {
        let nonce = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 0);
        Self {
            calls: Vec::new(),
            groups: Vec::new(),
            slots: 0,
            joins: 0,
            name: format!("{PREFIX}{nonce:x}:"),
            merged,
            fresh: 0,
            keyed: false,
            bound: HashSet::new(),
        }
    }

    /// Optimises and laces a query's pattern. `set` tells that the number of equal rows does not matter.
    pub(super) fn lace(
        &mut self,
        pattern: &spargebra::algebra::GraphPattern,
        set: bool,
    ) -> spargebra::algebra::GraphPattern {
        let pattern = Optimizer::optimize_graph_pattern(GraphPattern::from(pattern));
        let pattern = take_apart(pattern, &HashSet::new());
        let laced = Scope { width: width(&pattern) }.pattern(self, pattern, set);
        spargebra::algebra::GraphPattern::from(&laced)
    }

    /// The account for one evaluation of what was laced.
    pub(super) fn guard(&self, cancel: super::Cancel, memory: Option<u64>) -> Arc<Guard> {
        Arc::new(Guard::new(cancel, memory, self.slots, self.joins))
    }

    /// Teaches the evaluator the calls.
    pub(super) fn register(&self, mut evaluator: SparqlEvaluator, guard: &Arc<Guard>) -> SparqlEvaluator {
        if !self.keyed {
            evaluator = evaluator.without_optimizations();
        }
        for (index, call) in self.calls.iter().enumerate() {
            let (call, guard) = (call.clone(), guard.clone());
            evaluator = evaluator.with_custom_function(self.function(index), move |terms| call.run(&guard, terms));
        }
        for (index, (slot, bytes)) in self.groups.iter().enumerate() {
            let (slot, bytes, guard) = (*slot, *bytes, guard.clone());
            evaluator = evaluator.with_custom_aggregate_function(self.aggregate(index), move || {
                guard.hold(slot, bytes);
                Box::new(Nothing)
            });
        }
        evaluator
    }

    fn function(&self, index: usize) -> NamedNode {
        NamedNode::new_unchecked(format!("{}{index}", self.name))
    }

    fn aggregate(&self, index: usize) -> NamedNode {
        NamedNode::new_unchecked(format!("{}group:{index}", self.name))
    }

    fn call(&mut self, call: Call, arguments: Vec<Expression>) -> Expression {
        let index = self.calls.iter().position(|known| *known == call).unwrap_or_else(|| {
            self.calls.push(call);
            self.calls.len() - 1
        });
        Expression::FunctionCall(Function::Custom(self.function(index)), arguments)
    }

    pub(super) fn slot(&mut self) -> usize {
        self.slots += 1;
        self.slots - 1
    }

    fn fresh(&mut self) -> Variable {
        self.fresh += 1;
        Variable::new_unchecked(format!("guard_{}", self.fresh))
    }

    /// A condition that makes the call and is true.
    fn condition(&mut self, call: Call) -> Expression {
        let call = self.call(call, Vec::new());
        Expression::Coalesce(vec![call, true.into(), Expression::Variable(Variable::new_unchecked("guard_never"))])
    }

    fn filter(&mut self, inner: GraphPattern, call: Call) -> GraphPattern {
        let condition = self.condition(call);
        guarded(inner, condition)
    }

    /// `inner`, of which every row is held.
    fn held(&mut self, inner: GraphPattern, bytes: u64) -> GraphPattern {
        let slot = self.slot();
        self.filter(inner, Call::Hold { slot, bytes })
    }
}

impl Call {
    fn run(&self, guard: &Guard, terms: &[Term]) -> Option<Term> {
        match self {
            Self::Check => guard.check(),
            Self::Hold { slot, bytes } => guard.hold(*slot, *bytes),
            Self::HoldSide { join, side, slot, bytes } => guard.hold_side(*join, *side, *slot, *bytes),
            Self::BeginAgain { slots, joins } => guard.begin_again(slots, joins),
            Self::Keep { slot } => {
                let length = length(terms);
                guard.hold(*slot, u64::try_from(length).map_or(u64::MAX, |length| length + TERM));
                return passed_on(terms, length, LONGEST_STRING);
            }
            Self::AtMost { bytes } => return passed_on(terms, length(terms), *bytes),
        }
        None
    }
}

fn length(terms: &[Term]) -> usize {
    terms
        .iter()
        .map(|term| match term {
            Term::NamedNode(node) => node.as_str().len(),
            Term::BlankNode(node) => node.as_str().len(),
            Term::Literal(literal) => literal.value().len(),
            Term::Triple(_) => 0,
        })
        .sum()
}

fn passed_on(terms: &[Term], length: usize, limit: usize) -> Option<Term> {
    if length > limit {
        Stop::Memory.unwind();
    }
    terms.first().cloned()
}

/// Counts its creation and nothing else.
struct Nothing;

impl AggregateFunctionAccumulator for Nothing {
    fn accumulate(&mut self, _element: Term) {}

    fn finish(&mut self) -> Option<Term> {
        None
    }
}
