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
