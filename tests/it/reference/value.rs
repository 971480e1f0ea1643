//! Values of terms (SPARQL 1.1, 17.1 to 17.4.1): what operators see, and back.

use std::cmp::Ordering;
use std::str::FromStr;

use oxrdf::vocab::{rdf, xsd};
use oxrdf::{BaseDirection, Literal, Term, Triple};
use oxsdatatypes::{Boolean, Date, DateTime, Decimal, Double, Float, Integer, Time};

/// A term by its value.
#[derive(Debug, Clone)]
pub enum Value {
    Node(Term),
    /// A simple literal, or one with a language and perhaps a direction.
    Text(String, Option<(String, Option<BaseDirection>)>),
    Boolean(bool),
    Integer(Integer),
    Decimal(Decimal),
    Float(Float),
    Double(Double),
    DateTime(DateTime),
    Date(Date),
    Time(Time),
    /// A literal of an unknown datatype, or one that has no value in its own.
    Other(Literal),
    Triple(Box<Triple>),
}

const INTEGERS: &[&str] = &[
    "byte",
    "short",
    "int",
    "long",
    "unsignedByte",
    "unsignedShort",
    "unsignedInt",
    "unsignedLong",
    "positiveInteger",
    "negativeInteger",
    "nonPositiveInteger",
    "nonNegativeInteger",
    "integer",
];

fn parsed<T: FromStr>(literal: &Literal, make: impl Fn(T) -> Value) -> Value {
    literal.value().parse().map_or_else(|_| Value::Other(literal.clone()), make)
}

impl Value {
    pub fn of(term: &Term) -> Self {
        match term {
            Term::Literal(literal) => Self::literal(literal),
            Term::Triple(triple) => Self::Triple(triple.clone()),
            node => Self::Node(node.clone()),
        }
    }

    fn literal(literal: &Literal) -> Self {
        if let Some(language) = literal.language() {
            return Self::Text(literal.value().into(), Some((language.to_ascii_lowercase(), literal.direction())));
        }
        match literal.datatype() {
            xsd::STRING => Self::Text(literal.value().into(), None),
            xsd::BOOLEAN => parsed(literal, |value: Boolean| Self::Boolean(value.into())),
            xsd::DECIMAL => parsed(literal, Self::Decimal),
            xsd::FLOAT => parsed(literal, Self::Float),
            xsd::DOUBLE => parsed(literal, Self::Double),
            xsd::DATE_TIME => parsed(literal, Self::DateTime),
            xsd::DATE => parsed(literal, Self::Date),
            xsd::TIME => parsed(literal, Self::Time),
            other => match other.as_str().split_once('#') {
                Some(("http://www.w3.org/2001/XMLSchema", name)) if INTEGERS.contains(&name) => {
                    parsed(literal, Self::Integer)
                }
                _ => Self::Other(literal.clone()),
            },
        }
    }

    pub fn term(self) -> Term {
        match self {
            Self::Node(term) => term,
            Self::Text(value, None) => Literal::new_simple_literal(value).into(),
            Self::Text(value, Some((language, None))) => {
                Literal::new_language_tagged_literal_unchecked(value, language).into()
            }
            Self::Text(value, Some((language, Some(direction)))) => {
                Literal::new_directional_language_tagged_literal_unchecked(value, language, direction).into()
            }
            Self::Boolean(value) => Literal::from(value).into(),
            Self::Integer(value) => typed(value, xsd::INTEGER),
            Self::Decimal(value) => typed(value, xsd::DECIMAL),
            Self::Float(value) => typed(value, xsd::FLOAT),
            Self::Double(value) => typed(value, xsd::DOUBLE),
            Self::DateTime(value) => typed(value, xsd::DATE_TIME),
            Self::Date(value) => typed(value, xsd::DATE),
            Self::Time(value) => typed(value, xsd::TIME),
            Self::Other(literal) => literal.into(),
            Self::Triple(triple) => Term::Triple(triple),
        }
    }

    pub fn is_numeric(&self) -> bool {
        matches!(self, Self::Integer(_) | Self::Decimal(_) | Self::Float(_) | Self::Double(_))
    }

    /// The datatype of a literal (17.4.2.7).
    pub fn datatype(&self) -> Option<oxrdf::NamedNode> {
        Some(match self {
            Self::Text(_, Some((_, Some(_)))) => rdf::DIR_LANG_STRING.into_owned(),
            Self::Text(_, Some(_)) => rdf::LANG_STRING.into_owned(),
            Self::Node(_) | Self::Triple(_) => return None,
            other => match other.clone().term() {
                Term::Literal(literal) => literal.datatype().into_owned(),
                _ => return None,
            },
        })
    }
}

fn typed(value: impl ToString, datatype: oxrdf::NamedNodeRef<'_>) -> Term {
    Literal::new_typed_literal(value.to_string(), datatype).into()
}

/// The form in which the store keeps a term: numbers and dates by value, tags in lower case.
pub fn normal(term: &Term) -> Term {
    match term {
        Term::Triple(triple) => Triple { object: normal(&triple.object), ..(**triple).clone() }.into(),
        other => Value::of(other).term(),
    }
}

/// Two numbers, both raised to the wider of their types (17.3).
pub enum Pair {
    Integers(Integer, Integer),
    Decimals(Decimal, Decimal),
    Floats(Float, Float),
    Doubles(Double, Double),
}

impl Pair {
    pub fn of(a: &Value, b: &Value) -> Option<Self> {
        use Value as V;
        Some(match (a, b) {
            (V::Integer(a), V::Integer(b)) => Self::Integers(*a, *b),
            (V::Double(_), _) | (_, V::Double(_)) => Self::Doubles(double(a)?, double(b)?),
            (V::Float(_), _) | (_, V::Float(_)) => Self::Floats(float(a)?, float(b)?),
            _ => Self::Decimals(decimal(a)?, decimal(b)?),
        })
    }

    pub fn order(self) -> Option<Ordering> {
        match self {
            Self::Integers(a, b) => a.partial_cmp(&b),
            Self::Decimals(a, b) => a.partial_cmp(&b),
            Self::Floats(a, b) => a.partial_cmp(&b),
            Self::Doubles(a, b) => a.partial_cmp(&b),
        }
    }
}

fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Integer(value) => Some((*value).into()),
        Value::Decimal(value) => Some(*value),
        _ => None,
    }
}

fn float(value: &Value) -> Option<Float> {
    match value {
        Value::Integer(value) => Some((*value).into()),
        Value::Decimal(value) => Some((*value).into()),
        Value::Float(value) => Some(*value),
        _ => None,
    }
}

pub fn double(value: &Value) -> Option<Double> {
    match value {
        Value::Integer(value) => Some((*value).into()),
        Value::Decimal(value) => Some((*value).into()),
        Value::Float(value) => Some((*value).into()),
        Value::Double(value) => Some(*value),
        _ => None,
    }
}

/// `=` (17.3 and 17.4.1.7). None: an error.
pub fn equal(a: &Value, b: &Value) -> Option<bool> {
    use Value as V;
    if let Some(pair) = Pair::of(a, b) {
        return Some(pair.order() == Some(Ordering::Equal));
    }
    match (a, b) {
        (V::Boolean(a), V::Boolean(b)) => Some(a == b),
        (V::Text(a, x), V::Text(b, y)) => Some(a == b && x == y),
        (V::DateTime(a), V::DateTime(b)) => a.partial_cmp(b).map(Ordering::is_eq),
        (V::Date(a), V::Date(b)) => a.partial_cmp(b).map(Ordering::is_eq),
        (V::Time(a), V::Time(b)) => a.partial_cmp(b).map(Ordering::is_eq),
        (V::Node(a), V::Node(b)) => Some(a == b),
        (V::Triple(a), V::Triple(b)) => {
            let same = a.subject == b.subject && a.predicate == b.predicate;
            Some(same && equal(&V::of(&a.object), &V::of(&b.object))?)
        }
        (V::Other(a), V::Other(b)) if a == b => Some(true),
        // The value of one is unknown: it may be that of the other, unless that has a language or is no literal.
        (V::Other(_), V::Text(_, Some(_))) | (V::Text(_, Some(_)), V::Other(_)) => Some(false),
        (V::Other(_), other) | (other, V::Other(_)) if !matches!(other, V::Node(_) | V::Triple(_)) => None,
        _ => Some(false),
    }
}

/// `<` and its kin (17.3). None: an error.
pub fn order(a: &Value, b: &Value) -> Option<Ordering> {
    use Value as V;
    if let Some(pair) = Pair::of(a, b) {
        return pair.order();
    }
    match (a, b) {
        (V::Boolean(a), V::Boolean(b)) => Some(a.cmp(b)),
        (V::Text(a, x), V::Text(b, y)) if x == y => Some(a.cmp(b)),
        (V::DateTime(a), V::DateTime(b)) => a.partial_cmp(b),
        (V::Date(a), V::Date(b)) => a.partial_cmp(b),
        (V::Time(a), V::Time(b)) => a.partial_cmp(b),
        _ => None,
    }
}

/// The effective boolean value (17.2.2). None: an error.
pub fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Boolean(value) => Some(*value),
        Value::Text(text, None) => Some(!text.is_empty()),
        // Ill-typed numbers are false; of booleans, SPARQL 1.2 has it that they are errors.
        Value::Other(literal) => {
            let name = literal.datatype().as_str().strip_prefix("http://www.w3.org/2001/XMLSchema#")?;
            let known = INTEGERS.contains(&name) || ["decimal", "float", "double"].contains(&name);
            known.then_some(false)
        }
        number => double(number).map(|double| !double.is_nan() && double != Double::from(0.0)),
    }
}
