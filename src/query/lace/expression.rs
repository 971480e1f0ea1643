//! Calls within expressions: what patterns they ask, and how long the strings are that they make.

use spargebra::algebra::{AggregateFunction, Function};
use sparopt::algebra::{AggregateExpression, Expression, OrderExpression};

use super::super::exists::{optimised, variables};
use super::super::paths::take_apart;
use super::pattern::Scope;
use super::{Call, LONGEST_STRING, Laces};

/// The longest string that REPLACE may make of one.
const LONGEST_REPLACED: usize = 64 << 20;
/// Arguments of one CONCAT; longer ones become CONCATs of CONCATs.
const CONCAT_WIDTH: usize = 8;

impl Scope {
    pub(super) fn aggregate(self, laces: &mut Laces, aggregate: AggregateExpression) -> AggregateExpression {
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

    pub(super) fn order(self, laces: &mut Laces, key: OrderExpression) -> OrderExpression {
        match key {
            OrderExpression::Asc(key) => OrderExpression::Asc(self.expression(laces, key)),
            OrderExpression::Desc(key) => OrderExpression::Desc(self.expression(laces, key)),
        }
    }

    /// A condition of an OPTIONAL: it is evaluated for rows that nobody gets to see.
    pub(super) fn condition(self, laces: &mut Laces, expression: Expression) -> Expression {
        if expression.effective_boolean_value().is_some() {
            return expression;
        }
        let expression = self.expression(laces, expression);
        let check = laces.condition(Call::Check);
        Expression::If(Box::new(check), Box::new(expression), Box::new(false.into()))
    }

    /// An expression whose value the engine keeps, if it is a new string.
    pub(super) fn kept(self, laces: &mut Laces, expression: Expression) -> Expression {
        let new = makes_string(&expression);
        let expression = self.expression(laces, expression);
        if !new {
            return expression;
        }
        let slot = laces.slot();
        laces.call(Call::Keep { slot }, vec![expression])
    }

    pub(super) fn expression(self, laces: &mut Laces, expression: Expression) -> Expression {
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
                let bound = std::mem::take(&mut laces.bound);
                let pattern = optimised(*pattern, &bound);
                let pattern = take_apart(pattern.clone(), &variables(&pattern));
                let (pattern, again) = self.repeated(laces, |laces| self.boxed(laces, pattern, true));
                laces.bound = bound;
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

/// Whether a pattern is asked.
pub(super) fn has_exists(expression: &Expression) -> bool {
    use Expression as E;
    match expression {
        E::Exists(_) => true,
        E::NamedNode(_) | E::Literal(_) | E::Variable(_) | E::Bound(_) => false,
        E::Or(list) | E::And(list) | E::Coalesce(list) | E::FunctionCall(_, list) => list.iter().any(has_exists),
        E::If(a, b, c) => [a, b, c].into_iter().any(|inner| has_exists(inner)),
        E::Equal(a, b)
        | E::SameTerm(a, b)
        | E::Greater(a, b)
        | E::GreaterOrEqual(a, b)
        | E::Less(a, b)
        | E::LessOrEqual(a, b)
        | E::Add(a, b)
        | E::Subtract(a, b)
        | E::Multiply(a, b)
        | E::Divide(a, b) => has_exists(a) || has_exists(b),
        E::UnaryPlus(a) | E::UnaryMinus(a) | E::Not(a) => has_exists(a),
    }
}
