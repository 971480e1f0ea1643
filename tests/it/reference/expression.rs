//! Expressions (SPARQL 1.1, 17), one at a time, on one solution. None is an error.

use oxrdf::vocab::xsd;
use oxrdf::{BaseDirection, Literal, NamedNode, NamedOrBlankNode, Term, Triple};
use oxsdatatypes::Decimal;
use spargebra::algebra::{Expression, Function};

use super::algebra::{Dataset, Graph, Solution};
use super::value::{Pair, Value, boolean, equal, order};

/// Where an expression stands: what EXISTS looks at.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub dataset: &'a Dataset,
    pub graph: &'a Graph,
}

impl Place<'_> {
    pub fn term(&self, expression: &Expression, solution: &Solution) -> Option<Term> {
        match expression {
            Expression::Variable(variable) => solution.get(variable).cloned(),
            other => self.value(other, solution).map(Value::term),
        }
    }

    pub fn holds(&self, expression: &Expression, solution: &Solution) -> Option<bool> {
        boolean(&self.value(expression, solution)?)
    }

    pub fn value(&self, expression: &Expression, solution: &Solution) -> Option<Value> {
        use Expression as E;
        let value = |expression| self.value(expression, solution);
        let holds = |expression| self.holds(expression, solution);
        let compared = |a, b| order(&value(a)?, &value(b)?);
        Some(match expression {
            E::NamedNode(node) => Value::Node(node.clone().into()),
            E::Literal(literal) => Value::of(&literal.clone().into()),
            E::Variable(variable) => Value::of(solution.get(variable)?),
            E::Bound(variable) => Value::Boolean(solution.contains_key(variable)),
            E::Exists(pattern) => Value::Boolean(!self.dataset.eval(pattern, self.graph, solution).is_empty()),
            // 17.2: the tables of three values.
            E::Or(a, b) => Value::Boolean(match (holds(a), holds(b)) {
                (Some(true), _) | (_, Some(true)) => true,
                (Some(false), Some(false)) => false,
                _ => return None,
            }),
            E::And(a, b) => Value::Boolean(match (holds(a), holds(b)) {
                (Some(false), _) | (_, Some(false)) => false,
                (Some(true), Some(true)) => true,
                _ => return None,
            }),
            E::Not(a) => Value::Boolean(!holds(a)?),
            E::If(test, a, b) => value(if holds(test)? { a } else { b })?,
            E::Coalesce(all) => all.iter().find_map(value)?,
            E::Equal(a, b) => Value::Boolean(equal(&value(a)?, &value(b)?)?),
            E::SameTerm(a, b) => Value::Boolean(self.term(a, solution)? == self.term(b, solution)?),
            E::Greater(a, b) => Value::Boolean(compared(a, b)?.is_gt()),
            E::GreaterOrEqual(a, b) => Value::Boolean(compared(a, b)?.is_ge()),
            E::Less(a, b) => Value::Boolean(compared(a, b)?.is_lt()),
            E::LessOrEqual(a, b) => Value::Boolean(compared(a, b)?.is_le()),
            // 17.4.1.9: (a = b1) || (a = b2) || …
            E::In(a, all) => {
                let a = value(a);
                let each: Vec<Option<bool>> = all.iter().map(|b| equal(a.as_ref()?, &value(b)?)).collect();
                match each.contains(&Some(true)) {
                    true => Value::Boolean(true),
                    false if each.contains(&None) => return None,
                    false => Value::Boolean(false),
                }
            }
            E::Add(a, b) => sum(&value(a)?, &value(b)?)?,
            E::Subtract(a, b) => sum(&value(a)?, &negated(&value(b)?)?)?,
            E::Multiply(a, b) => match Pair::of(&value(a)?, &value(b)?)? {
                Pair::Integers(a, b) => Value::Integer(a.checked_mul(b)?),
                Pair::Decimals(a, b) => Value::Decimal(a.checked_mul(b)?),
                Pair::Floats(a, b) => Value::Float(a * b),
                Pair::Doubles(a, b) => Value::Double(a * b),
            },
            E::Divide(a, b) => quotient(&value(a)?, &value(b)?)?,
            E::UnaryPlus(a) => value(a).filter(Value::is_numeric)?,
            E::UnaryMinus(a) => negated(&value(a)?)?,
            E::FunctionCall(function, arguments) => {
                let arguments = arguments.iter().map(value).collect::<Option<Vec<Value>>>()?;
                call(function, &arguments)?
            }
        })
    }
}

pub fn sum(a: &Value, b: &Value) -> Option<Value> {
    Some(match Pair::of(a, b)? {
        Pair::Integers(a, b) => Value::Integer(a.checked_add(b)?),
        Pair::Decimals(a, b) => Value::Decimal(a.checked_add(b)?),
        Pair::Floats(a, b) => Value::Float(a + b),
        Pair::Doubles(a, b) => Value::Double(a + b),
    })
}

/// Integers divide to a decimal; by zero is an error but for floats and doubles.
pub fn quotient(a: &Value, b: &Value) -> Option<Value> {
    Some(match Pair::of(a, b)? {
        Pair::Integers(a, b) => Value::Decimal(Decimal::from(a).checked_div(b)?),
        Pair::Decimals(a, b) => Value::Decimal(a.checked_div(b)?),
        Pair::Floats(a, b) => Value::Float(a / b),
        Pair::Doubles(a, b) => Value::Double(a / b),
    })
}

fn negated(value: &Value) -> Option<Value> {
    Some(match value {
        Value::Integer(value) => Value::Integer(value.checked_neg()?),
        Value::Decimal(value) => Value::Decimal(value.checked_neg()?),
        Value::Float(value) => Value::Float(-*value),
        Value::Double(value) => Value::Double(-*value),
        _ => return None,
    })
}

type Tag = Option<(String, Option<BaseDirection>)>;

fn text(value: &Value) -> Option<(&str, &Tag)> {
    match value {
        Value::Text(text, tag) => Some((text, tag)),
        _ => None,
    }
}

fn simple(value: &Value) -> Option<&str> {
    text(value).filter(|(_, tag)| tag.is_none()).map(|(text, _)| text)
}

/// The arguments of 17.4.3.1.2: compatible, or an error.
fn compatible(arguments: &[Value]) -> Option<(&str, &str, &Tag)> {
    let (a, x) = text(&arguments[0])?;
    let (b, y) = text(&arguments[1])?;
    (y.is_none() || x == y).then_some((a, b, x))
}

fn string(text: impl Into<String>) -> Value {
    Value::Text(text.into(), None)
}

fn integer(number: impl TryInto<i64>) -> Option<Value> {
    Some(Value::Integer(number.try_into().ok()?.into()))
}

fn call(function: &Function, arguments: &[Value]) -> Option<Value> {
    use Function as F;
    let first = arguments.first();
    Some(match function {
        F::Str => string(match first?.clone().term() {
            Term::NamedNode(node) => node.into_string(),
            Term::Literal(literal) => literal.value().to_owned(),
            _ => return None,
        }),
        F::Lang => match first? {
            Value::Text(_, Some((language, _))) => string(language),
            Value::Node(_) | Value::Triple(_) => return None,
            _ => string(""),
        },
        F::LangMatches => Value::Boolean(matches(simple(first?)?, simple(&arguments[1])?)),
        F::HasLang => Value::Boolean(matches!(first?, Value::Text(_, Some(_)))),
        F::HasLangDir => Value::Boolean(matches!(first?, Value::Text(_, Some((_, Some(_)))))),
        F::Datatype => Value::Node(first?.datatype()?.into()),
        F::Iri => match first? {
            Value::Node(Term::NamedNode(node)) => Value::Node(node.clone().into()),
            other => Value::Node(NamedNode::new(simple(other)?).ok()?.into()),
        },
        F::StrLang => {
            let literal = Literal::new_language_tagged_literal(simple(first?)?, simple(&arguments[1])?).ok()?;
            Value::of(&literal.into())
        }
        F::StrDt => match &arguments[1] {
            Value::Node(Term::NamedNode(datatype)) => {
                Value::of(&Literal::new_typed_literal(simple(first?)?, datatype.clone()).into())
            }
            _ => return None,
        },
        F::IsIri => Value::Boolean(matches!(first?, Value::Node(Term::NamedNode(_)))),
        F::IsBlank => Value::Boolean(matches!(first?, Value::Node(Term::BlankNode(_)))),
        F::IsLiteral => Value::Boolean(!matches!(first?, Value::Node(_) | Value::Triple(_))),
        F::IsNumeric => Value::Boolean(first?.is_numeric()),
        F::IsTriple => Value::Boolean(matches!(first?, Value::Triple(_))),
        F::Triple | F::Subject | F::Predicate | F::Object => triple(function, arguments)?,
        F::Abs | F::Ceil | F::Floor | F::Round => rounded(function, first?)?,
        F::Year | F::Month | F::Day | F::Hours | F::Minutes | F::Seconds | F::Tz => part(function, first?)?,
        F::Custom(name) => cast(name, first?)?,
        _ => return strings(function, arguments),
    })
}

fn strings(function: &Function, arguments: &[Value]) -> Option<Value> {
    use Function as F;
    let tagged = |text: String, tag: &Tag| Value::Text(text, tag.clone());
    Some(match function {
        F::StrLen => integer(text(&arguments[0])?.0.chars().count())?,
        F::UCase => text(&arguments[0]).map(|(text, tag)| tagged(text.to_uppercase(), tag))?,
        F::LCase => text(&arguments[0]).map(|(text, tag)| tagged(text.to_lowercase(), tag))?,
        F::Contains => compatible(arguments).map(|(a, b, _)| Value::Boolean(a.contains(b)))?,
        F::StrStarts => compatible(arguments).map(|(a, b, _)| Value::Boolean(a.starts_with(b)))?,
        F::StrEnds => compatible(arguments).map(|(a, b, _)| Value::Boolean(a.ends_with(b)))?,
        F::StrBefore => {
            let (a, b, tag) = compatible(arguments)?;
            a.split_once(b).map_or_else(|| string(""), |(before, _)| tagged(before.into(), tag))
        }
        F::StrAfter => {
            let (a, b, tag) = compatible(arguments)?;
            a.split_once(b).map_or_else(|| string(""), |(_, after)| tagged(after.into(), tag))
        }
        F::Concat => {
            let all = arguments.iter().map(text).collect::<Option<Vec<_>>>()?;
            let common = all.first().map_or(&None, |(_, tag)| *tag);
            let tag = if all.iter().all(|(_, tag)| *tag == common) { common } else { &None };
            tagged(all.iter().map(|(text, _)| *text).collect(), tag)
        }
        F::SubStr => {
            let (text, tag) = text(&arguments[0])?;
            let double = |value| super::value::double(value).map(|double| rounding(double.into()));
            let start = double(&arguments[1])?;
            let end = start + arguments.get(2).map_or(Some(f64::INFINITY), double)?;
            let within = |at: usize| (at as f64) >= start && (at as f64) < end;
            tagged(text.chars().enumerate().filter(|(at, _)| within(at + 1)).map(|(_, c)| c).collect(), tag)
        }
        other => panic!("the reference knows no {other}: leave it to the tests of the functions"),
    })
}

/// fn:round: halves go up.
fn rounding(number: f64) -> f64 {
    (number + 0.5).floor()
}

/// Basic filtering of RFC 4647 (17.4.3.13).
fn matches(tag: &str, range: &str) -> bool {
    let (tag, range) = (tag.to_ascii_lowercase(), range.to_ascii_lowercase());
    match range.as_str() {
        "*" => !tag.is_empty(),
        range => tag == range || tag.strip_prefix(range).is_some_and(|rest| rest.starts_with('-')),
    }
}

fn triple(function: &Function, arguments: &[Value]) -> Option<Value> {
    if *function == Function::Triple {
        let (s, p, o) = (arguments[0].clone().term(), arguments[1].clone().term(), arguments[2].clone().term());
        let subject = match s {
            Term::NamedNode(node) => NamedOrBlankNode::from(node),
            Term::BlankNode(node) => node.into(),
            _ => return None,
        };
        let Term::NamedNode(predicate) = p else { return None };
        return Some(Value::of(&Triple::new(subject, predicate, o).into()));
    }
    let Value::Triple(triple) = &arguments[0] else { return None };
    Some(Value::of(&match function {
        Function::Subject => triple.subject.clone().into(),
        Function::Predicate => triple.predicate.clone().into(),
        _ => triple.object.clone(),
    }))
}

fn rounded(function: &Function, value: &Value) -> Option<Value> {
    use Function as F;
    Some(match (function, value) {
        (F::Abs, Value::Integer(value)) => Value::Integer(value.checked_abs()?),
        (_, Value::Integer(value)) => Value::Integer(*value),
        (F::Abs, Value::Decimal(value)) => Value::Decimal(value.checked_abs()?),
        (F::Ceil, Value::Decimal(value)) => Value::Decimal(value.checked_ceil()?),
        (F::Floor, Value::Decimal(value)) => Value::Decimal(value.checked_floor()?),
        (_, Value::Decimal(value)) => Value::Decimal(value.checked_round()?),
        (F::Abs, Value::Double(value)) => Value::Double(value.abs()),
        (F::Ceil, Value::Double(value)) => Value::Double(value.ceil()),
        (F::Floor, Value::Double(value)) => Value::Double(value.floor()),
        (_, Value::Double(value)) => Value::Double(rounding((*value).into()).into()),
        (F::Abs, Value::Float(value)) => Value::Float(value.abs()),
        (F::Ceil, Value::Float(value)) => Value::Float(value.ceil()),
        (F::Floor, Value::Float(value)) => Value::Float(value.floor()),
        (_, Value::Float(value)) => Value::Float(value.round()),
        _ => return None,
    })
}

/// 17.4.5, for dates and times too as far as they have the part.
fn part(function: &Function, value: &Value) -> Option<Value> {
    use Function as F;
    match (function, value) {
        (F::Year, Value::DateTime(value)) => integer(value.year()),
        (F::Year, Value::Date(value)) => integer(value.year()),
        (F::Month, Value::DateTime(value)) => integer(value.month()),
        (F::Month, Value::Date(value)) => integer(value.month()),
        (F::Day, Value::DateTime(value)) => integer(value.day()),
        (F::Day, Value::Date(value)) => integer(value.day()),
        (F::Hours, Value::DateTime(value)) => integer(value.hour()),
        (F::Hours, Value::Time(value)) => integer(value.hour()),
        (F::Minutes, Value::DateTime(value)) => integer(value.minute()),
        (F::Minutes, Value::Time(value)) => integer(value.minute()),
        (F::Seconds, Value::DateTime(value)) => Some(Value::Decimal(value.second())),
        (F::Seconds, Value::Time(value)) => Some(Value::Decimal(value.second())),
        (F::Tz, Value::DateTime(value)) => {
            Some(string(value.timezone_offset().map_or_else(String::new, |zone| zone.to_string())))
        }
        (F::Tz, Value::Date(value)) => {
            Some(string(value.timezone_offset().map_or_else(String::new, |zone| zone.to_string())))
        }
        (F::Tz, Value::Time(value)) => {
            Some(string(value.timezone_offset().map_or_else(String::new, |zone| zone.to_string())))
        }
        _ => None,
    }
}

/// 17.5: the table of casts.
fn cast(name: &NamedNode, value: &Value) -> Option<Value> {
    use Value as V;
    let number = value.is_numeric();
    Some(match (name.as_ref(), value) {
        (xsd::STRING, V::Node(Term::NamedNode(node))) => string(node.as_str()),
        (xsd::STRING, V::Node(_) | V::Triple(_)) => return None,
        (xsd::STRING, other) => match other.clone().term() {
            Term::Literal(literal) => string(literal.value()),
            _ => return None,
        },
        (_, V::Text(text, None)) => match V::of(&Literal::new_typed_literal(text, name.clone()).into()) {
            V::Other(_) => return None,
            value => value,
        },
        (xsd::BOOLEAN, V::Boolean(_)) => value.clone(),
        (xsd::BOOLEAN, _) if number => V::Boolean(boolean(value)?),
        (_, V::Boolean(is)) => cast(name, &V::Integer(i64::from(*is).into()))?,
        (xsd::DOUBLE, _) if number => V::Double(super::value::double(value)?),
        (xsd::FLOAT, V::Double(value)) => V::Float((*value).into()),
        (xsd::FLOAT, _) if number => V::Float(super::value::double(value)?.into()),
        (xsd::DECIMAL, V::Double(value)) => V::Decimal((*value).try_into().ok()?),
        (xsd::DECIMAL, V::Float(value)) => V::Decimal((*value).try_into().ok()?),
        (xsd::DECIMAL, V::Integer(value)) => V::Decimal((*value).into()),
        (xsd::INTEGER, V::Double(value)) => V::Integer((*value).try_into().ok()?),
        (xsd::INTEGER, V::Float(value)) => V::Integer((*value).try_into().ok()?),
        (xsd::INTEGER, V::Decimal(value)) => V::Integer((*value).try_into().ok()?),
        (xsd::DECIMAL, V::Decimal(_)) | (xsd::INTEGER, V::Integer(_)) => value.clone(),
        (xsd::DATE, V::DateTime(value)) => V::Date((*value).try_into().ok()?),
        (xsd::DATE_TIME, V::Date(value)) => V::DateTime((*value).try_into().ok()?),
        (xsd::DATE, V::Date(_)) | (xsd::DATE_TIME, V::DateTime(_)) => value.clone(),
        _ => return None,
    })
}
