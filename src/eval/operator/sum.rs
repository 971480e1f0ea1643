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

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str, datatype: NamedNodeRef<'_>) -> Number {
        Number::of(Literal::new_typed_literal(text, datatype).as_ref()).unwrap()
    }

    /// The sum and the mean of some numbers, as terms are written.
    fn of(numbers: &[Number]) -> (String, Option<String>) {
        let mut sum = Sum::default();
        assert!(numbers.iter().all(|number| sum.add(*number)));
        (sum.total().to_string(), sum.mean().map(|mean| mean.to_string()))
    }

    fn written(text: &str, datatype: NamedNodeRef<'_>) -> String {
        Literal::new_typed_literal(text, datatype).to_string()
    }

    /// Sum is op:numeric-add from the integer 0 on, Avg that divided by the count (18.5.1.3, 18.5.1.4); numbers are promoted to
    /// the larger type (17.3, XPath, B.1), and an integer divided by an integer is a decimal.
    #[test]
    fn numbers_are_promoted_to_the_larger_type() {
        let (one, two) = (number("1", xsd::INTEGER), number("2", xsd::SHORT));
        let (half, float, double) =
            (number("0.5", xsd::DECIMAL), number("0.25", xsd::FLOAT), number("0.125", xsd::DOUBLE));
        let expect = |numbers: &[Number], (sum, mean): (&str, &str), types: [NamedNodeRef<'_>; 2]| {
            assert_eq!(of(numbers), (written(sum, types[0]), Some(written(mean, types[1]))), "{numbers:?}");
        };
        expect(&[], ("0", "0"), [xsd::INTEGER; 2]);
        expect(&[one, two, two, one], ("6", "1.5"), [xsd::INTEGER, xsd::DECIMAL]);
        expect(&[one, two], ("3", "1.5"), [xsd::INTEGER, xsd::DECIMAL]);
        expect(&[one, half], ("1.5", "0.75"), [xsd::DECIMAL; 2]);
        expect(&[one, float, half, two], ("3.75", "0.9375"), [xsd::FLOAT; 2]);
        expect(&[double, float, half, two], ("2.875", "0.71875"), [xsd::DOUBLE; 2]);
        expect(&[double], ("0.125", "0.125"), [xsd::DOUBLE; 2]);
    }

    #[test]
    fn a_sum_beyond_its_type_is_an_error_but_of_doubles_infinite() {
        let mut sum = Sum::default();
        assert!(sum.add(number("9223372036854775807", xsd::INTEGER)));
        assert!(!sum.add(number("1", xsd::INTEGER)));
        let huge = number("1E308", xsd::DOUBLE);
        assert_eq!(of(&[huge, huge]).0, written("INF", xsd::DOUBLE));
        assert_eq!(of(&[huge, number("NaN", xsd::DOUBLE)]).0, written("NaN", xsd::DOUBLE));
    }
}
