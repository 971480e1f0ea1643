//! ORDER BY (SPARQL 1.1, 15.1): no value, blank nodes, IRIs, literals; then triple terms. Among literals numbers by value,
//! dates by their first moment, and all others by text, datatype and language, as the product says.

use std::cmp::{Ordering, Reverse};

use oxrdf::Term;
use oxsdatatypes::{Date, DateTime, Decimal, Double, TimezoneOffset};

use super::value::{Value, double};

/// A key up or down.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Ascending(Place),
    Descending(Reverse<Place>),
}

impl Key {
    pub fn ascending(term: Option<Term>) -> Self {
        Self::Ascending(Place::of(term.as_ref()))
    }

    pub fn descending(term: Option<Term>) -> Self {
        Self::Descending(Reverse(Place::of(term.as_ref())))
    }
}

/// A term's place in the order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Unbound,
    Blank(String),
    Iri(String),
    Number(Number),
    Time(Moment),
    Text(String, String, Option<String>),
    Triple(Box<[Place; 3]>),
}

impl Place {
    fn of(term: Option<&Term>) -> Self {
        match term {
            None => Self::Unbound,
            Some(Term::BlankNode(node)) => Self::Blank(node.as_str().into()),
            Some(Term::NamedNode(node)) => Self::Iri(node.as_str().into()),
            Some(Term::Triple(triple)) => Self::Triple(Box::new([
                Self::of(Some(&triple.subject.clone().into())),
                Self::of(Some(&triple.predicate.clone().into())),
                Self::of(Some(&triple.object)),
            ])),
            Some(term @ Term::Literal(literal)) => match Value::of(term) {
                value if value.is_numeric() => Self::Number(Number::of(&value)),
                Value::DateTime(value) => Self::Time(Moment(value)),
                Value::Date(value) => Self::Time(Moment(first(value))),
                _ => Self::Text(
                    literal.value().into(),
                    literal.datatype().as_str().into(),
                    literal.language().map(str::to_owned),
                ),
            },
        }
    }
}

/// The same text for terms that tie.
pub fn tie(term: &Term) -> String {
    match Place::of(Some(term)) {
        Place::Number(number) => number.0.to_string(),
        Place::Time(moment) => moment.in_utc().to_string(),
        _ => term.to_string(),
    }
}

fn first(date: Date) -> DateTime {
    date.try_into().unwrap()
}

/// A number: exactly where it can be, NaN after all others.
#[derive(Debug, Clone, Copy)]
pub struct Number(Double, Option<Decimal>);

impl Number {
    fn of(value: &Value) -> Self {
        let exact = match value {
            Value::Integer(value) => Some((*value).into()),
            Value::Decimal(value) => Some(*value),
            Value::Float(value) => (*value).try_into().ok(),
            Value::Double(value) => (*value).try_into().ok(),
            _ => None,
        };
        Self(double(value).unwrap(), exact)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let doubles = || f64::from(self.0).partial_cmp(&f64::from(other.0));
        match (self.0.is_nan(), other.0.is_nan()) {
            (false, false) => {
                let exact = self.1.zip(other.1).map(|(a, b)| a.cmp(&b));
                exact.or_else(doubles).unwrap_or(Ordering::Equal)
            }
            (a, b) => a.cmp(&b),
        }
    }
}

/// An instant; without a zone, in UTC.
#[derive(Debug, Clone, Copy)]
pub struct Moment(DateTime);

impl Moment {
    /// Adjusting a time without a zone gives it that zone.
    fn in_utc(self) -> DateTime {
        self.0.adjust(Some(TimezoneOffset::UTC)).unwrap()
    }
}

impl Ord for Moment {
    fn cmp(&self, other: &Self) -> Ordering {
        self.in_utc().partial_cmp(&other.in_utc()).unwrap()
    }
}

macro_rules! by_cmp {
    ($($type:ty),*) => {$(
        impl PartialOrd for $type {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }
        impl PartialEq for $type {
            fn eq(&self, other: &Self) -> bool {
                self.cmp(other).is_eq()
            }
        }
        impl Eq for $type {}
    )*};
}
by_cmp!(Number, Moment);
