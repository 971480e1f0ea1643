//! `ORDER BY` of a whole query, done here instead of in the engine: the engine looks the terms up again in each comparison,
//! sorts everything before it takes a few, and cannot be stopped meanwhile.
//!
//! `Slice(Distinct(Project(OrderBy(P))))` becomes `Distinct(Project(P + keys))` for the engine, of whose rows the first
//! `OFFSET + LIMIT` are kept. Where the order depends on more than the rows show, equal rows are counted by their first
//! key, and at most so many are kept.

use std::collections::{BTreeSet, BinaryHeap, HashMap};
use std::sync::Arc;

use oxrdf::{Term, Variable};
use spargebra::algebra::{Expression, GraphPattern, OrderExpression};

use super::guard::Guard;
use super::order::SortKey;

/// Values of the projected variables.
pub(super) type Terms = Vec<Option<Term>>;

/// A query's ordering, taken out of its pattern.
pub(super) struct Ordering {
    /// The variables that hold the keys, and whether each is descending.
    pub(super) keys: Vec<(Variable, bool)>,
    pub(super) start: usize,
    pub(super) length: Option<usize>,
    /// Whether equal rows are still to be made one.
    pub(super) distinct: bool,
}

/// Takes the ordering out of a query's pattern, if it has one; the engine is to evaluate what is left.
pub(super) fn take(whole: &mut GraphPattern) -> Option<Ordering> {
    let (pattern, start, length) = match &*whole {
        GraphPattern::Slice { inner, start, length } => (inner.as_ref(), *start, *length),
        pattern => (pattern, 0, None),
    };
    let (pattern, distinct) = match pattern {
        GraphPattern::Distinct { inner } | GraphPattern::Reduced { inner } => (inner.as_ref(), true),
        pattern => (pattern, false),
    };
    let GraphPattern::Project { inner, variables } = pattern else { return None };
    let GraphPattern::OrderBy { inner, expression } = inner.as_ref() else { return None };
    let by_row = expression.iter().all(|key| depends_only_on(condition(key).0, variables));
    let (pattern, keys) = with_keys(inner, expression);
    let missing = keys.iter().map(|(variable, _)| variable).filter(|variable| !variables.contains(variable));
    let variables = variables.iter().chain(missing).cloned().collect();
    let pattern = GraphPattern::Project { inner: Box::new(pattern), variables };
    *whole = if distinct && by_row { GraphPattern::Distinct { inner: Box::new(pattern) } } else { pattern };
    Some(Ordering { keys, start, length, distinct: distinct && !by_row })
}

fn condition(key: &OrderExpression) -> (&Expression, bool) {
    match key {
        OrderExpression::Asc(key) => (key, false),
        OrderExpression::Desc(key) => (key, true),
    }
}

/// Adds a variable for each key that is not one already.
fn with_keys(inner: &GraphPattern, keys: &[OrderExpression]) -> (GraphPattern, Vec<(Variable, bool)>) {
    let mut pattern = inner.clone();
    let mut variables = Vec::new();
    for (index, key) in keys.iter().enumerate() {
        let (expression, descending) = condition(key);
        if let Expression::Variable(variable) = expression {
            variables.push((variable.clone(), descending));
            continue;
        }
        let variable = Variable::new_unchecked(format!("order_key_{index}"));
        let expression = expression.clone();
        pattern = GraphPattern::Extend { inner: Box::new(pattern), variable: variable.clone(), expression };
        variables.push((variable, descending));
    }
    (pattern, variables)
}

/// Whether equal values of `variables` make equal values of the expression: it names no others, and nothing that changes
/// from call to call.
fn depends_only_on(expression: &Expression, variables: &[Variable]) -> bool {
    match expression {
        Expression::Variable(variable) => variables.contains(variable),
        Expression::FunctionCall(name, arguments) => {
            is_plain(name) && arguments.iter().all(|argument| depends_only_on(argument, variables))
        }
        _ => false,
    }
}

fn is_plain(function: &spargebra::algebra::Function) -> bool {
    use spargebra::algebra::Function as F;
    matches!(
        function,
        F::Str | F::Lang | F::StrLen | F::LCase | F::UCase | F::Year | F::Month | F::Day | F::Datatype | F::Abs
    )
}

/// Keeps the first rows of an order.
pub(super) struct Sorter {
    guard: Arc<Guard>,
    slot: usize,
    keep: usize,
    rows: Rows,
    seen: u64,
}

/// A row by its keys, and by when it came where they are equal.
#[derive(PartialEq, Eq, PartialOrd, Ord, Clone, Hash)]
struct Ranked {
    keys: Vec<SortKey>,
    number: u64,
    terms: Unordered,
}

/// Takes no part in the order: the number before it decides.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Unordered(Terms);

impl PartialOrd for Unordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Unordered {
    fn cmp(&self, _: &Self) -> std::cmp::Ordering {
        std::cmp::Ordering::Equal
    }
}

enum Rows {
    All(Vec<Ranked>),
    First(BinaryHeap<Ranked>),
    FirstDistinct { ranked: BTreeSet<Ranked>, known: HashMap<Terms, (Vec<SortKey>, u64)> },
}

impl Sorter {
    pub(super) fn new(ordering: &Ordering, guard: Arc<Guard>, slot: usize) -> Self {
        let keep = ordering.length.map_or(usize::MAX, |length| length.saturating_add(ordering.start));
        let rows = match (ordering.distinct, keep) {
            (true, _) => Rows::FirstDistinct { ranked: BTreeSet::new(), known: HashMap::new() },
            (false, usize::MAX) => Rows::All(Vec::new()),
            (false, _) => Rows::First(BinaryHeap::new()),
        };
        Self { guard, slot, keep, rows, seen: 0 }
    }

    /// Takes a row; its terms are asked for only if it stays.
    pub(super) fn push(&mut self, keys: Vec<SortKey>, terms: impl FnOnce() -> Terms) {
        self.seen += 1;
        let number = self.seen;
        match &mut self.rows {
            Rows::All(rows) => {
                let row = Ranked { keys, number, terms: Unordered(terms()) };
                self.guard.hold(self.slot, size(&row));
                rows.push(row);
            }
            Rows::First(rows) => {
                let full = rows.len() >= self.keep;
                if full && rows.peek().is_none_or(|last| last.keys <= keys) {
                    return;
                }
                let row = Ranked { keys, number, terms: Unordered(terms()) };
                if full {
                    rows.pop();
                } else {
                    self.guard.hold(self.slot, size(&row));
                }
                rows.push(row);
            }
            Rows::FirstDistinct { ranked, known } => {
                if ranked.len() >= self.keep && ranked.last().is_none_or(|last| last.keys <= keys) {
                    return;
                }
                let row = Ranked { keys, number, terms: Unordered(terms()) };
                if let Some((keys, number)) = known.get(&row.terms.0) {
                    if *keys <= row.keys {
                        return;
                    }
                    ranked.remove(&Ranked { keys: keys.clone(), number: *number, terms: row.terms.clone() });
                } else {
                    self.guard.hold(self.slot, 2 * size(&row));
                }
                known.insert(row.terms.0.clone(), (row.keys.clone(), number));
                ranked.insert(row);
                if ranked.len() > self.keep
                    && let Some(last) = ranked.pop_last()
                {
                    known.remove(&last.terms.0);
                }
            }
        }
    }

    /// The rows in order.
    pub(super) fn finish(self) -> impl Iterator<Item = Terms> {
        let rows: Vec<Ranked> = match self.rows {
            Rows::All(mut rows) => {
                let mut compared: u32 = 0;
                rows.sort_unstable_by(|a, b| {
                    compared = compared.wrapping_add(1);
                    if compared.is_multiple_of(1024) {
                        self.guard.check();
                    }
                    a.cmp(b)
                });
                rows
            }
            Rows::First(rows) => rows.into_sorted_vec(),
            Rows::FirstDistinct { ranked, .. } => ranked.into_iter().collect(),
        };
        rows.into_iter().map(|row| row.terms.0)
    }
}

/// Roughly the bytes that a row takes.
fn size(row: &Ranked) -> u64 {
    let text: usize = row
        .terms
        .0
        .iter()
        .flatten()
        .map(|term| match term {
            Term::NamedNode(node) => node.as_str().len(),
            Term::BlankNode(_) | Term::Triple(_) => 32,
            Term::Literal(literal) => literal.value().len(),
        })
        .sum();
    u64::try_from(2 * text + 64 + 80 * (row.terms.0.len() + row.keys.len())).unwrap_or(u64::MAX)
}
