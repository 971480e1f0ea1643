//! Numeric accumulators: SUM and AVG: numbers of all types, promoted as SPARQL's operators do.

use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNodeRef, Term};
use oxsdatatypes::{Decimal, Double, Float, Integer};

use crate::index::Number;

/// A sum so far; of nothing it is the integer 0.
pub struct Sum {
    total: Number,
    count: i64,
}

impl Default for Sum {
    fn default() -> Self {
        Self { total: Number::Integer(0), count: 0 }
    }
}

impl Sum {
    /// Adds a number; false where the sum is larger than its type.
    pub fn add(&mut self, number: Number) -> bool {
        self.count += 1;
        match added(self.total, number) {
            Some(total) => {
                self.total = total;
                true
            }
            None => false,
        }
    }

    /// The sum.
    pub fn total(&self) -> Term {
        term(self.total)
    }

    /// The sum divided by how many they were; 0 of none.
    pub fn mean(&self) -> Option<Term> {
        if self.count == 0 {
            return Some(term(Number::Integer(0)));
        }
        let count = Integer::from(self.count);
        Some(term(match self.total {
            Number::Integer(total) => Number::Decimal(Decimal::from(total).checked_div(count)?),
            Number::Decimal(total) => Number::Decimal(total.checked_div(count)?),
            Number::Float(total) => Number::Float(total / Float::from(count)),
            Number::Double(total) => Number::Double(total / Double::from(count)),
        }))
    }
}

fn added(a: Number, b: Number) -> Option<Number> {
    use Number as N;
    Some(match (a, b) {
        (N::Integer(a), N::Integer(b)) => N::Integer(a.checked_add(b)?),
        (N::Double(_), _) | (_, N::Double(_)) => N::Double(double(a) + double(b)),
        (N::Float(_), _) | (_, N::Float(_)) => N::Float(float(a) + float(b)),
        (a, b) => N::Decimal(decimal(a)?.checked_add(decimal(b)?)?),
    })
}

fn double(number: Number) -> Double {
    match number {
        Number::Integer(integer) => Integer::from(integer).into(),
        Number::Decimal(decimal) => decimal.into(),
        Number::Float(float) => float.into(),
        Number::Double(double) => double,
    }
}

fn float(number: Number) -> Float {
    match number {
        Number::Integer(integer) => Integer::from(integer).into(),
        Number::Decimal(decimal) => decimal.into(),
        Number::Float(float) => float,
        Number::Double(double) => double.into(),
    }
}

fn decimal(number: Number) -> Option<Decimal> {
    match number {
        Number::Integer(integer) => Some(integer.into()),
        Number::Decimal(decimal) => Some(decimal),
        Number::Float(_) | Number::Double(_) => None,
    }
}

fn term(number: Number) -> Term {
    let typed = |text: String, datatype: NamedNodeRef<'_>| Literal::new_typed_literal(text, datatype).into();
    match number {
        Number::Integer(integer) => typed(integer.to_string(), xsd::INTEGER),
        Number::Decimal(decimal) => typed(decimal.to_string(), xsd::DECIMAL),
        Number::Float(float) => typed(float.to_string(), xsd::FLOAT),
        Number::Double(double) => typed(double.to_string(), xsd::DOUBLE),
    }
}
