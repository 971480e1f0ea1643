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

use std::ops::Range;
use std::sync::Arc;

use oxigraph::model::{NamedNode, Term, Variable};
use oxigraph::sparql::{AggregateFunctionAccumulator, SparqlEvaluator};
use spargebra::algebra::{AggregateFunction, Function};
use spargebra::term::{GroundTermPattern, NamedNodePattern};
use sparopt::Optimizer;
use sparopt::algebra::{AggregateExpression, Expression, GraphPattern, OrderExpression};

use super::guard::{Guard, Stop};
use super::paths::take_apart;

/// The longest string that an expression may make, in bytes.
const LONGEST_STRING: usize = 4 << 20;
/// The longest string that REPLACE may make of one.
const LONGEST_REPLACED: usize = 64 << 20;
/// Arguments of one CONCAT; longer ones become CONCATs of CONCATs.
const CONCAT_WIDTH: usize = 8;
/// Bytes that a row takes beside its terms, and that each term takes, in the engine's own representation.
const ROW: u64 = 48;
const TERM: u64 = 40;

/// What a laced call does.
#[derive(Debug, Clone)]
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
            name: format!("urn:citypact:guard:{nonce:x}:"),
            merged,
            fresh: 0,
            keyed: false,
        }
    }

    /// Optimises and laces a query's pattern. `set` tells that the number of equal rows does not matter.
    pub(super) fn lace(
        &mut self,
        pattern: &spargebra::algebra::GraphPattern,
        set: bool,
    ) -> spargebra::algebra::GraphPattern {
        let pattern = Optimizer::optimize_graph_pattern(GraphPattern::from(pattern));
        let pattern = take_apart(pattern);
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
        self.calls.push(call);
        Expression::FunctionCall(Function::Custom(self.function(self.calls.len() - 1)), arguments)
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

/// One (sub)query: the number of its variables tells how wide its rows are.
#[derive(Clone, Copy)]
struct Scope {
    width: u64,
}

fn width(pattern: &GraphPattern) -> u64 {
    let mut variables = std::collections::HashSet::new();
    pattern.lookup_used_variables(&mut |variable| {
        variables.insert(variable.clone());
    });
    u64::try_from(variables.len()).unwrap_or(u64::MAX)
}

impl Scope {
    fn row(self) -> u64 {
        ROW + self.width * TERM
    }

    fn boxed(self, laces: &mut Laces, pattern: GraphPattern, set: bool) -> Box<GraphPattern> {
        Box::new(self.pattern(laces, pattern, set))
    }

    fn pattern(self, laces: &mut Laces, pattern: GraphPattern, set: bool) -> GraphPattern {
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
                let inner = self.pattern(laces, *inner, set);
                guarded_by(inner, self.expression(laces, expression))
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
        algorithm: sparopt::algebra::JoinAlgorithm,
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
    fn repeated<T>(self, laces: &mut Laces, make: impl FnOnce(&mut Laces) -> T) -> (T, Option<Expression>) {
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

    fn aggregate(self, laces: &mut Laces, aggregate: AggregateExpression) -> AggregateExpression {
        match aggregate {
            AggregateExpression::CountSolutions { .. } => aggregate,
            AggregateExpression::FunctionCall { name, expr, distinct } => {
                let expr = match name {
                    AggregateFunction::GroupConcat { .. } => self.kept(laces, expr),
                    _ => self.expression(laces, expr),
                };
                AggregateExpression::FunctionCall { name, expr, distinct }
            }
        }
    }

    fn order(self, laces: &mut Laces, key: OrderExpression) -> OrderExpression {
        match key {
            OrderExpression::Asc(key) => OrderExpression::Asc(self.expression(laces, key)),
            OrderExpression::Desc(key) => OrderExpression::Desc(self.expression(laces, key)),
        }
    }

    /// A condition of an OPTIONAL: it is evaluated for rows that nobody gets to see.
    fn condition(self, laces: &mut Laces, expression: Expression) -> Expression {
        if expression.effective_boolean_value().is_some() {
            return expression;
        }
        let expression = self.expression(laces, expression);
        let check = laces.condition(Call::Check);
        Expression::If(Box::new(check), Box::new(expression), Box::new(false.into()))
    }

    /// An expression whose value the engine keeps, if it is a new string.
    fn kept(self, laces: &mut Laces, expression: Expression) -> Expression {
        let new = makes_string(&expression);
        let expression = self.expression(laces, expression);
        if !new {
            return expression;
        }
        let slot = laces.slot();
        laces.call(Call::Keep { slot }, vec![expression])
    }

    fn expression(self, laces: &mut Laces, expression: Expression) -> Expression {
        use Expression as E;
        let mut all =
            |list: Vec<E>| -> Vec<E> { list.into_iter().map(|inner| self.expression(laces, inner)).collect() };
        match expression {
            E::NamedNode(_) | E::Literal(_) | E::Variable(_) | E::Bound(_) => expression,
            E::Or(list) => E::Or(all(list)),
            E::And(list) => E::And(all(list)),
            E::Coalesce(list) => E::Coalesce(all(list)),
            E::FunctionCall(name, list) => {
                let list = all(list);
                bounded(laces, name, list)
            }
            E::Exists(pattern) => {
                let (pattern, again) = self.repeated(laces, |laces| self.boxed(laces, *pattern, true));
                let exists = E::Exists(pattern);
                again.map_or(exists.clone(), |again| E::If(Box::new(again), Box::new(exists), Box::new(false.into())))
            }
            E::If(a, b, c) => E::If(self.sub(laces, a), self.sub(laces, b), self.sub(laces, c)),
            E::Equal(a, b) => E::Equal(self.sub(laces, a), self.sub(laces, b)),
            E::SameTerm(a, b) => E::SameTerm(self.sub(laces, a), self.sub(laces, b)),
            E::Greater(a, b) => E::Greater(self.sub(laces, a), self.sub(laces, b)),
            E::GreaterOrEqual(a, b) => E::GreaterOrEqual(self.sub(laces, a), self.sub(laces, b)),
            E::Less(a, b) => E::Less(self.sub(laces, a), self.sub(laces, b)),
            E::LessOrEqual(a, b) => E::LessOrEqual(self.sub(laces, a), self.sub(laces, b)),
            E::Add(a, b) => E::Add(self.sub(laces, a), self.sub(laces, b)),
            E::Subtract(a, b) => E::Subtract(self.sub(laces, a), self.sub(laces, b)),
            E::Multiply(a, b) => E::Multiply(self.sub(laces, a), self.sub(laces, b)),
            E::Divide(a, b) => E::Divide(self.sub(laces, a), self.sub(laces, b)),
            E::UnaryPlus(a) => E::UnaryPlus(self.sub(laces, a)),
            E::UnaryMinus(a) => E::UnaryMinus(self.sub(laces, a)),
            E::Not(a) => E::Not(self.sub(laces, a)),
        }
    }

    #[expect(clippy::boxed_local, reason = "operands come boxed and go boxed")]
    fn sub(self, laces: &mut Laces, expression: Box<Expression>) -> Box<Expression> {
        Box::new(self.expression(laces, *expression))
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
fn guarded(inner: GraphPattern, condition: Expression) -> GraphPattern {
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

/// A pattern that names a variable twice reads all quads of which few may match: it is given two variables and a condition.
fn without_repetition(laces: &mut Laces, pattern: GraphPattern) -> (GraphPattern, Option<Expression>) {
    let GraphPattern::QuadPattern { subject, predicate, object, graph_name } = pattern else { return (pattern, None) };
    let mut same = Vec::new();
    let mut seen: Vec<Variable> = variable_of(&subject).into_iter().collect();
    let mut once = |variable: &Variable| -> Option<Variable> {
        if !seen.contains(variable) {
            seen.push(variable.clone());
            return None;
        }
        let fresh = laces.fresh();
        same.push(Expression::SameTerm(Box::new(variable.clone().into()), Box::new(fresh.clone().into())));
        Some(fresh)
    };
    let predicate = once_named(predicate, &mut once);
    let object = match variable_of(&object).and_then(|variable| once(&variable)) {
        Some(fresh) => GroundTermPattern::Variable(fresh),
        None => object,
    };
    let graph_name = graph_name.map(|name| once_named(name, &mut once));
    let same = (!same.is_empty()).then(|| Expression::and_all(same));
    (GraphPattern::QuadPattern { subject, predicate, object, graph_name }, same)
}

fn variable_of(pattern: &GroundTermPattern) -> Option<Variable> {
    match pattern {
        GroundTermPattern::Variable(variable) => Some(variable.clone()),
        _ => None,
    }
}

fn once_named(pattern: NamedNodePattern, once: &mut impl FnMut(&Variable) -> Option<Variable>) -> NamedNodePattern {
    match &pattern {
        NamedNodePattern::Variable(variable) => once(variable).map_or(pattern, NamedNodePattern::Variable),
        NamedNodePattern::NamedNode(_) => pattern,
    }
}

/// Functions whose result can be much longer than their arguments.
fn bounded(laces: &mut Laces, name: Function, mut arguments: Vec<Expression>) -> Expression {
    match name {
        Function::Concat => concat(laces, arguments),
        Function::Replace if arguments.len() > 2 => {
            let replacement = match &arguments[2] {
                Expression::Literal(literal) => literal.value().len().max(1),
                _ => 1 << 10,
            };
            let text = LONGEST_STRING.min(LONGEST_REPLACED / replacement);
            bound(laces, &mut arguments[0], text);
            bound(laces, &mut arguments[2], replacement);
            Expression::FunctionCall(name, arguments)
        }
        _ => Expression::FunctionCall(name, arguments),
    }
}

fn bound(laces: &mut Laces, argument: &mut Expression, bytes: usize) {
    let inner = std::mem::replace(argument, false.into());
    *argument =
        if matches!(inner, Expression::Literal(_)) { inner } else { laces.call(Call::AtMost { bytes }, vec![inner]) };
}

fn concat(laces: &mut Laces, mut arguments: Vec<Expression>) -> Expression {
    if arguments.len() <= CONCAT_WIDTH {
        for argument in &mut arguments {
            bound(laces, argument, LONGEST_STRING);
        }
        return Expression::FunctionCall(Function::Concat, arguments);
    }
    let chunk = arguments.len().div_ceil(CONCAT_WIDTH);
    let mut parts = Vec::new();
    while !arguments.is_empty() {
        let rest = arguments.split_off(chunk.min(arguments.len()));
        let part = std::mem::replace(&mut arguments, rest);
        parts.push(if part.len() == 1 { part.into_iter().next().unwrap_or(false.into()) } else { concat(laces, part) });
    }
    concat(laces, parts)
}

/// Whether the expression may make a string that the engine has to keep.
fn makes_string(expression: &Expression) -> bool {
    use Function as F;
    match expression {
        Expression::If(_, a, b) => makes_string(a) || makes_string(b),
        Expression::Coalesce(list) => list.iter().any(makes_string),
        Expression::FunctionCall(name, _) => !matches!(
            name,
            F::StrLen
                | F::Abs
                | F::Ceil
                | F::Floor
                | F::Round
                | F::Rand
                | F::Year
                | F::Month
                | F::Day
                | F::Hours
                | F::Minutes
                | F::Seconds
                | F::Now
                | F::LangMatches
                | F::Contains
                | F::StrStarts
                | F::StrEnds
                | F::IsIri
                | F::IsBlank
                | F::IsLiteral
                | F::IsNumeric
                | F::Regex
                | F::Lang
                | F::Datatype
        ),
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
