//! Calls between the operators of a pattern.

use std::collections::HashSet;

use oxrdf::Variable;
use spargebra::algebra::AggregateFunction;
use sparopt::algebra::{AggregateExpression, Expression, GraphPattern, JoinAlgorithm};

use super::super::exists::{surely_bound, variables};
use super::expression::has_exists;
use super::repetition::without_repetition;
use super::{Call, Laces, ROW, TERM};

/// One (sub)query: the number of its variables tells how wide its rows are.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    pub(super) width: u64,
}

pub(super) fn width(pattern: &GraphPattern) -> u64 {
    u64::try_from(variables(pattern).len()).unwrap_or(u64::MAX)
}

impl Scope {
    fn row(self) -> u64 {
        ROW + self.width * TERM
    }

    pub(super) fn boxed(self, laces: &mut Laces, pattern: GraphPattern, set: bool) -> Box<GraphPattern> {
        Box::new(self.pattern(laces, pattern, set))
    }

    pub(super) fn pattern(self, laces: &mut Laces, pattern: GraphPattern, set: bool) -> GraphPattern {
        use GraphPattern as P;
        if laces.merged && !set && is_chain(&pattern) {
            let chain = self.pattern(laces, pattern, true);
            return self.distinct(laces, chain);
        }
        match pattern {
            P::QuadPattern { .. } => {
                let (pattern, repeated) = without_repetition(laces, pattern);
                let checked = laces.filter(pattern, Call::Check);
                repeated.into_iter().fold(checked, guarded_by)
            }
            P::Graph { .. } | P::Values { .. } | P::Service { .. } => laces.filter(pattern, Call::Check),
            P::Path { .. } => laces.held(pattern, self.row()),
            P::Join { left, right, algorithm } => self.join(laces, *left, *right, algorithm, set),
            P::LeftJoin { left, right, expression, algorithm } => {
                laces.keyed = true;
                let left = self.boxed(laces, *left, set);
                let right = self.pattern(laces, *right, set);
                let right = Box::new(laces.held(right, self.row()));
                let expression = self.condition(laces, expression);
                laces.filter(P::LeftJoin { left, right, expression, algorithm }, Call::Check)
            }
            P::Lateral { left, right } => {
                let left = self.pattern(laces, *left, set);
                let (right, again) = self.repeated(laces, |laces| self.looked_up(laces, *right, set));
                let left = again.into_iter().fold(left, guarded_by);
                P::Lateral { left: Box::new(left), right: Box::new(right) }
            }
            P::Filter { inner, expression } => {
                let bound = if has_exists(&expression) { surely_bound(&inner) } else { HashSet::new() };
                let inner = self.pattern(laces, *inner, set);
                let outer = std::mem::replace(&mut laces.bound, bound);
                let condition = self.expression(laces, expression);
                laces.bound = outer;
                guarded_by(inner, condition)
            }
            P::Union { inner } => {
                P::Union { inner: inner.into_iter().map(|inner| self.pattern(laces, inner, set)).collect() }
            }
            P::Extend { inner, variable, expression } => {
                let inner = self.boxed(laces, *inner, set);
                let expression = self.kept(laces, expression);
                P::Extend { inner, variable, expression }
            }
            P::Minus { left, right, algorithm } => {
                laces.keyed = true;
                let left = self.boxed(laces, *left, set);
                let right = self.pattern(laces, *right, true);
                let right = Box::new(laces.held(right, self.row()));
                P::Minus { left, right, algorithm }
            }
            P::OrderBy { inner, expression } => {
                let inner = self.pattern(laces, *inner, set);
                let inner = Box::new(laces.held(inner, self.row()));
                let expression = expression.into_iter().map(|key| self.order(laces, key)).collect();
                P::OrderBy { inner, expression }
            }
            P::Project { inner, variables } => {
                let inner = Scope { width: width(&inner) }.boxed(laces, *inner, set);
                P::Project { inner, variables }
            }
            P::Distinct { inner } | P::Reduced { inner } => {
                let inner = self.pattern(laces, *inner, true);
                self.distinct(laces, inner)
            }
            P::Slice { inner, start, length } => P::Slice { inner: self.boxed(laces, *inner, false), start, length },
            P::Group { inner, variables, aggregates } => self.group(laces, *inner, variables, aggregates),
        }
    }

    /// What is evaluated for each row. An OPTIONAL that is, with nothing of its own on its left, must remain one, with nothing
    /// around it: then the engine looks its rows up one by one and holds none.
    fn looked_up(self, laces: &mut Laces, pattern: GraphPattern, set: bool) -> GraphPattern {
        match pattern {
            GraphPattern::LeftJoin { left, right, expression, algorithm } if left.is_empty_singleton() => {
                let right = self.boxed(laces, *right, set);
                let expression = self.condition(laces, expression);
                GraphPattern::LeftJoin { left, right, expression, algorithm }
            }
            pattern => self.pattern(laces, pattern, set),
        }
    }

    /// Both sides tell their rows; the one that does so first is the one that the join holds.
    fn join(
        self,
        laces: &mut Laces,
        left: GraphPattern,
        right: GraphPattern,
        algorithm: JoinAlgorithm,
        set: bool,
    ) -> GraphPattern {
        let join = laces.joins;
        laces.joins += 1;
        laces.keyed = true;
        let side = |laces: &mut Laces, pattern, side| {
            let pattern = self.pattern(laces, pattern, set);
            let slot = laces.slot();
            Box::new(laces.filter(pattern, Call::HoldSide { join, side, slot, bytes: self.row() }))
        };
        let left = side(laces, left, 1);
        let right = side(laces, right, 2);
        laces.filter(GraphPattern::Join { left, right, algorithm }, Call::Check)
    }

    fn distinct(self, laces: &mut Laces, inner: GraphPattern) -> GraphPattern {
        let slot = laces.slot();
        let expression = laces.call(Call::Hold { slot, bytes: self.row() }, Vec::new());
        let inner = Box::new(GraphPattern::Distinct { inner: Box::new(inner) });
        GraphPattern::Extend { inner, variable: laces.fresh(), expression }
    }

    /// What `make` makes is evaluated many times; the condition, evaluated before each time, lets go what it held.
    pub(super) fn repeated<T>(self, laces: &mut Laces, make: impl FnOnce(&mut Laces) -> T) -> (T, Option<Expression>) {
        let (slots, joins) = (laces.slots, laces.joins);
        let made = make(laces);
        let (slots, joins) = (slots..laces.slots, joins..laces.joins);
        let again = (!slots.is_empty()).then(|| laces.condition(Call::BeginAgain { slots, joins }));
        (made, again)
    }

    fn group(
        self,
        laces: &mut Laces,
        inner: GraphPattern,
        variables: Vec<Variable>,
        aggregates: Vec<(Variable, AggregateExpression)>,
    ) -> GraphPattern {
        let set = aggregates.iter().all(|(_, aggregate)| ignores_repetition(aggregate));
        let scope = Scope { width: width(&inner) };
        let mut inner = scope.pattern(laces, inner, set);
        if aggregates.iter().any(|(_, aggregate)| holds_values(aggregate)) {
            inner = laces.held(inner, TERM);
        }
        let mut aggregates: Vec<_> =
            aggregates.into_iter().map(|(variable, aggregate)| (variable, scope.aggregate(laces, aggregate))).collect();
        if !variables.is_empty() {
            let slot = laces.slot();
            laces.groups.push((slot, ROW + TERM * 2 * u64::try_from(variables.len() + aggregates.len()).unwrap_or(1)));
            aggregates.push((laces.fresh(), laces.count_groups()));
        }
        GraphPattern::Group { inner: Box::new(inner), variables, aggregates }
    }
}

impl Laces {
    fn count_groups(&self) -> AggregateExpression {
        let name = AggregateFunction::Custom(self.aggregate(self.groups.len() - 1));
        AggregateExpression::FunctionCall {
            name,
            expr: Expression::Variable(Variable::new_unchecked("guard_never")),
            distinct: false,
        }
    }
}

/// Puts a laced condition on top of `inner`.
pub(super) fn guarded(inner: GraphPattern, condition: Expression) -> GraphPattern {
    GraphPattern::Filter { inner: Box::new(inner), expression: condition }
}

/// Puts any condition on top of `inner`: after the one that is there, in that order.
fn guarded_by(inner: GraphPattern, condition: Expression) -> GraphPattern {
    match inner {
        GraphPattern::Filter { inner, expression } => {
            let expression = Expression::If(Box::new(expression), Box::new(condition), Box::new(false.into()));
            GraphPattern::Filter { inner, expression }
        }
        inner => GraphPattern::Filter { inner: Box::new(inner), expression: condition },
    }
}

/// Whether the pattern is only made of triple patterns on the default graph and conditions on them. Over a graph, which is
/// a set, no two of its rows are equal.
fn is_chain(pattern: &GraphPattern) -> bool {
    match pattern {
        GraphPattern::QuadPattern { graph_name, .. } => graph_name.is_none(),
        GraphPattern::Lateral { left, right } => is_chain(left) && is_chain(right),
        GraphPattern::Filter { inner, .. } => is_chain(inner),
        _ => false,
    }
}

fn ignores_repetition(aggregate: &AggregateExpression) -> bool {
    match aggregate {
        AggregateExpression::CountSolutions { distinct } => *distinct,
        AggregateExpression::FunctionCall { name, distinct, .. } => {
            *distinct || matches!(name, AggregateFunction::Min | AggregateFunction::Max | AggregateFunction::Sample)
        }
    }
}

fn holds_values(aggregate: &AggregateExpression) -> bool {
    match aggregate {
        AggregateExpression::CountSolutions { distinct } | AggregateExpression::FunctionCall { distinct, .. } => {
            *distinct
        }
    }
}
