//! Numeric values: the values of numeric literals, and their order.

use std::cmp::Ordering;

use oxrdf::LiteralRef;
use oxrdf::vocab::xsd;
use oxsdatatypes::{Decimal, Double, Float};

/// The value of a numeric literal.
#[derive(Copy, Clone, Debug)]
pub enum Number {
    /// `xsd:integer` and what derives from it.
    Integer(i64),
    /// `xsd:decimal`
    Decimal(Decimal),
    /// `xsd:float`
    Float(Float),
    /// `xsd:double`
    Double(Double),
}

/// 10¹⁸, by which decimals are multiplied to be whole.
const SCALE: i128 = 1_000_000_000_000_000_000;

impl Number {
    /// The value of a literal, if it is a number that the engine can hold.
    pub fn of(literal: LiteralRef<'_>) -> Option<Self> {
        let value = literal.value();
        let datatype = literal.datatype();
        match datatype {
            xsd::INTEGER => value.parse().map(|integer: oxsdatatypes::Integer| Self::Integer(integer.into())).ok(),
            xsd::DECIMAL => value.parse().map(Self::Decimal).ok(),
            xsd::FLOAT => value.parse().map(Self::Float).ok(),
            xsd::DOUBLE => value.parse().map(Self::Double).ok(),
            _ if DERIVED.contains(&datatype) => {
                value.parse().map(|integer: oxsdatatypes::Integer| Self::Integer(integer.into())).ok()
            }
            _ => None,
        }
    }

    /// Its nearest double.
    pub fn double(self) -> f64 {
        match self {
            Self::Integer(integer) => integer as f64,
            Self::Decimal(decimal) => nearest(i128::from_be_bytes(decimal.to_be_bytes())),
            Self::Float(float) => f64::from(f32::from(float)),
            Self::Double(double) => f64::from(double),
        }
    }

    /// Its exact value times 10¹⁸; that of a double is what its shortest text says. None where that is too large.
    fn exact(self) -> Option<i128> {
        match self {
            Self::Integer(integer) => Some(i128::from(integer) * SCALE),
            Self::Decimal(decimal) => Some(i128::from_be_bytes(decimal.to_be_bytes())),
            Self::Float(_) | Self::Double(_) => written(self.double()),
        }
    }

    /// The order of numbers of all types by value; NaN is the greatest. Equal values of different types are equal.
    pub fn compare(self, other: Self) -> Ordering {
        use Number::{Decimal, Integer};
        match (self, other) {
            (Integer(a), Integer(b)) => return a.cmp(&b),
            // Both are exact.
            (Integer(_) | Decimal(_), Integer(_) | Decimal(_)) => return self.exact().cmp(&other.exact()),
            _ => {}
        }
        sortable(self.double()).cmp(&sortable(other.double())).then_with(|| self.exact().cmp(&other.exact()))
    }
}

const DERIVED: [oxrdf::NamedNodeRef<'static>; 12] = [
    xsd::NON_NEGATIVE_INTEGER,
    xsd::POSITIVE_INTEGER,
    xsd::NON_POSITIVE_INTEGER,
    xsd::NEGATIVE_INTEGER,
    xsd::LONG,
    xsd::INT,
    xsd::SHORT,
    xsd::BYTE,
    xsd::UNSIGNED_LONG,
    xsd::UNSIGNED_INT,
    xsd::UNSIGNED_SHORT,
    xsd::UNSIGNED_BYTE,
];

/// Bits that compare as the numbers do; both zeros are one, and so is every NaN.
pub(super) fn sortable(double: f64) -> u64 {
    if double.is_nan() {
        return u64::MAX;
    }
    let bits = (double + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | (1 << 63) }
}

/// The double nearest to a decimal that is given times 10¹⁸.
fn nearest(scaled: i128) -> f64 {
    let (mut digits, mut places) = (scaled, 18);
    while places > 0 && digits % 10 == 0 {
        digits /= 10;
        places -= 1;
    }
    // Both are exact, so that the quotient is rounded once.
    if digits.unsigned_abs() < 1 << 53 {
        return digits as f64 / 10_f64.powi(places);
    }
    let text = Decimal::from_be_bytes(scaled.to_be_bytes()).to_string();
    text.parse().unwrap_or(scaled as f64 / 1e18)
}

fn written(double: f64) -> Option<i128> {
    if !double.is_finite() || double.abs() > 1e20 {
        return None;
    }
    let text = double.abs().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let all = format!("{whole}{fraction:0<18.18}").parse::<i128>().ok()?;
    Some(if double < 0.0 { -all } else { all })
}

#[cfg(test)]
mod tests {
    use oxrdf::{Literal, NamedNodeRef};

    use super::*;

    fn number(text: &str, datatype: NamedNodeRef<'_>) -> Option<Number> {
        Number::of(Literal::new_typed_literal(text, datatype).as_ref())
    }

    /// Groups of equal numbers, each greater than the one before.
    #[test]
    fn numbers_of_all_types_have_one_order_by_value() {
        let groups: &[&[(&str, NamedNodeRef<'_>)]] = &[
            &[("-INF", xsd::DOUBLE), ("-INF", xsd::FLOAT)],
            &[("-9223372036854775808", xsd::INTEGER)],
            &[("-1", xsd::INTEGER), ("-1.0", xsd::DECIMAL), ("-1E0", xsd::DOUBLE)],
            &[("-0.000000000000000001", xsd::DECIMAL)],
            &[("0", xsd::INTEGER), ("-0", xsd::DOUBLE), ("0.0", xsd::DECIMAL), ("-0", xsd::FLOAT)],
            &[("0.1", xsd::DECIMAL), ("0.1", xsd::DOUBLE)],
            &[("1", xsd::UNSIGNED_BYTE), ("1.00", xsd::DECIMAL), ("1", xsd::FLOAT)],
            &[("1.000000000000000001", xsd::DECIMAL)],
            &[("9007199254740992", xsd::INTEGER), ("9007199254740992", xsd::DOUBLE)],
            // The double nearest to it is the one before.
            &[("9007199254740993", xsd::LONG)],
            &[("9223372036854775807", xsd::INTEGER)],
            &[("1E300", xsd::DOUBLE)],
            &[("INF", xsd::FLOAT), ("INF", xsd::DOUBLE)],
            &[("NaN", xsd::DOUBLE), ("NaN", xsd::FLOAT)],
        ];
        let all =
            || groups.iter().enumerate().flat_map(|(at, group)| group.iter().map(move |(text, of)| (at, *text, *of)));
        for (one, text, datatype) in all() {
            for (other, other_text, other_datatype) in all() {
                let (a, b) = (number(text, datatype).unwrap(), number(other_text, other_datatype).unwrap());
                assert_eq!(a.compare(b), one.cmp(&other), "{text} {datatype} and {other_text} {other_datatype}");
            }
        }
    }

    #[test]
    fn what_is_no_number_of_its_type_has_no_value() {
        for (text, datatype) in [
            ("1", xsd::STRING),
            ("one", xsd::INTEGER),
            ("1.5", xsd::INTEGER),
            ("1e5", xsd::DECIMAL),
            // Beyond what the engine holds.
            ("9223372036854775808", xsd::INTEGER),
            ("true", xsd::BOOLEAN),
        ] {
            assert!(number(text, datatype).is_none(), "{text} {datatype}");
        }
    }

    #[test]
    fn bits_of_doubles_sort_as_the_doubles_do() {
        let sorted = [f64::NEG_INFINITY, -2.5, -f64::MIN_POSITIVE, 0.0, 5e-324, 1.0, f64::MAX, f64::INFINITY, f64::NAN];
        assert!(sorted.windows(2).all(|pair| sortable(pair[0]) < sortable(pair[1])));
        assert_eq!(sortable(-0.0), sortable(0.0));
        assert_eq!(sortable(-f64::NAN), sortable(f64::NAN));
    }
}
