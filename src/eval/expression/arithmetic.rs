//! Arithmetic: `+ - * /` and rounding (17.3, 17.4.4): numbers raised to the wider of their types, durations, and times with
//! durations.

use spareval::ExpressionTerm as V;
use spargebra::algebra::Function as Builtin;

use super::value::Value;
use oxsdatatypes::{Decimal, Double, Duration, Float, Integer};

/// Two numbers of one type.
pub(super) enum Pair {
    Integers(Integer, Integer),
    Decimals(Decimal, Decimal),
    Floats(Float, Float),
    Doubles(Double, Double),
}

impl Pair {
    /// Both raised to the wider of their types: integer, decimal, float, double.
    pub(super) fn of(a: &Value, b: &Value) -> Option<Self> {
        Some(match (a, b) {
            (V::IntegerLiteral(a), V::IntegerLiteral(b)) => Self::Integers(*a, *b),
            (V::DoubleLiteral(_), _) | (_, V::DoubleLiteral(_)) => Self::Doubles(double(a)?, double(b)?),
            (V::FloatLiteral(_), _) | (_, V::FloatLiteral(_)) => Self::Floats(float(a)?, float(b)?),
            _ => Self::Decimals(decimal(a)?, decimal(b)?),
        })
    }
}

fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        V::IntegerLiteral(value) => Some((*value).into()),
        V::DecimalLiteral(value) => Some(*value),
        _ => None,
    }
}

fn float(value: &Value) -> Option<Float> {
    match value {
        V::IntegerLiteral(value) => Some((*value).into()),
        V::DecimalLiteral(value) => Some((*value).into()),
        V::FloatLiteral(value) => Some(*value),
        _ => None,
    }
}

/// The nearest double of a number.
pub(super) fn double(value: &Value) -> Option<Double> {
    match value {
        V::IntegerLiteral(value) => Some((*value).into()),
        V::DecimalLiteral(value) => Some((*value).into()),
        V::FloatLiteral(value) => Some((*value).into()),
        V::DoubleLiteral(value) => Some(*value),
        _ => None,
    }
}

/// Months and seconds of a duration of any type: what durations are equal by (op:duration-equal).
pub(super) fn duration(value: &Value) -> Option<Duration> {
    match value {
        V::DurationLiteral(value) => Some(*value),
        V::YearMonthDurationLiteral(value) => Some((*value).into()),
        V::DayTimeDurationLiteral(value) => Some((*value).into()),
        _ => None,
    }
}

/// `a + b`; `None` is an error, as where the sum is too large.
pub fn add(a: Value, b: Value) -> Option<Value> {
    Some(match Pair::of(&a, &b) {
        Some(Pair::Integers(a, b)) => V::IntegerLiteral(a.checked_add(b)?),
        Some(Pair::Decimals(a, b)) => V::DecimalLiteral(a.checked_add(b)?),
        Some(Pair::Floats(a, b)) => V::FloatLiteral(a + b),
        Some(Pair::Doubles(a, b)) => V::DoubleLiteral(a + b),
        None => return add_times(a, b),
    })
}

fn add_times(a: Value, b: Value) -> Option<Value> {
    Some(match (a, b) {
        (V::YearMonthDurationLiteral(a), V::YearMonthDurationLiteral(b)) => {
            V::YearMonthDurationLiteral(a.checked_add(b)?)
        }
        (V::DayTimeDurationLiteral(a), V::DayTimeDurationLiteral(b)) => V::DayTimeDurationLiteral(a.checked_add(b)?),
        (V::DateTimeLiteral(a), b) => V::DateTimeLiteral(a.checked_add_duration(duration(&b)?)?),
        (V::DateLiteral(a), b) => V::DateLiteral(a.checked_add_duration(duration(&b)?)?),
        (V::TimeLiteral(a), V::DurationLiteral(b)) => V::TimeLiteral(a.checked_add_duration(b)?),
        (V::TimeLiteral(a), V::DayTimeDurationLiteral(b)) => V::TimeLiteral(a.checked_add_day_time_duration(b)?),
        // A duration may stand before what it is added to, as in XPath.
        (a, b @ (V::DateTimeLiteral(_) | V::DateLiteral(_) | V::TimeLiteral(_))) if duration(&a).is_some() => {
            return add_times(b, a);
        }
        (a, b) => V::DurationLiteral(duration(&a)?.checked_add(duration(&b)?)?),
    })
}

/// `a - b`; `None` is an error.
pub(super) fn subtract(a: Value, b: Value) -> Option<Value> {
    Some(match Pair::of(&a, &b) {
        Some(Pair::Integers(a, b)) => V::IntegerLiteral(a.checked_sub(b)?),
        Some(Pair::Decimals(a, b)) => V::DecimalLiteral(a.checked_sub(b)?),
        Some(Pair::Floats(a, b)) => V::FloatLiteral(a - b),
        Some(Pair::Doubles(a, b)) => V::DoubleLiteral(a - b),
        None => return subtract_times(a, b),
    })
}

fn subtract_times(a: Value, b: Value) -> Option<Value> {
    Some(match (a, b) {
        (V::DateTimeLiteral(a), V::DateTimeLiteral(b)) => V::DayTimeDurationLiteral(a.checked_sub(b)?),
        (V::DateLiteral(a), V::DateLiteral(b)) => V::DayTimeDurationLiteral(a.checked_sub(b)?),
        (V::TimeLiteral(a), V::TimeLiteral(b)) => V::DayTimeDurationLiteral(a.checked_sub(b)?),
        (V::YearMonthDurationLiteral(a), V::YearMonthDurationLiteral(b)) => {
            V::YearMonthDurationLiteral(a.checked_sub(b)?)
        }
        (V::DayTimeDurationLiteral(a), V::DayTimeDurationLiteral(b)) => V::DayTimeDurationLiteral(a.checked_sub(b)?),
        (V::DateTimeLiteral(a), b) => V::DateTimeLiteral(a.checked_sub_duration(duration(&b)?)?),
        (V::DateLiteral(a), b) => V::DateLiteral(a.checked_sub_duration(duration(&b)?)?),
        (V::TimeLiteral(a), V::DurationLiteral(b)) => V::TimeLiteral(a.checked_sub_duration(b)?),
        (V::TimeLiteral(a), V::DayTimeDurationLiteral(b)) => V::TimeLiteral(a.checked_sub_day_time_duration(b)?),
        (a, b) => V::DurationLiteral(duration(&a)?.checked_sub(duration(&b)?)?),
    })
}

/// `a * b`; `None` is an error.
pub(super) fn multiply(a: Value, b: Value) -> Option<Value> {
    Some(match Pair::of(&a, &b)? {
        Pair::Integers(a, b) => V::IntegerLiteral(a.checked_mul(b)?),
        Pair::Decimals(a, b) => V::DecimalLiteral(a.checked_mul(b)?),
        Pair::Floats(a, b) => V::FloatLiteral(a * b),
        Pair::Doubles(a, b) => V::DoubleLiteral(a * b),
    })
}

/// `a / b`, of integers a decimal; `None` is an error, as to divide by zero is but for floats and doubles.
pub fn divide(a: Value, b: Value) -> Option<Value> {
    Some(match Pair::of(&a, &b)? {
        Pair::Integers(a, b) => V::DecimalLiteral(Decimal::from(a).checked_div(b)?),
        Pair::Decimals(a, b) => V::DecimalLiteral(a.checked_div(b)?),
        Pair::Floats(a, b) => V::FloatLiteral(a / b),
        Pair::Doubles(a, b) => V::DoubleLiteral(a / b),
    })
}

/// Whether it has a sign to change.
pub(super) fn is_signed(value: &Value) -> bool {
    super::value::is_numeric(value) || duration(value).is_some()
}

/// `-a`
pub(super) fn negate(value: Value) -> Option<Value> {
    Some(match value {
        V::IntegerLiteral(value) => V::IntegerLiteral(value.checked_neg()?),
        V::DecimalLiteral(value) => V::DecimalLiteral(value.checked_neg()?),
        V::FloatLiteral(value) => V::FloatLiteral(-value),
        V::DoubleLiteral(value) => V::DoubleLiteral(-value),
        V::DurationLiteral(value) => V::DurationLiteral(value.checked_neg()?),
        V::YearMonthDurationLiteral(value) => V::YearMonthDurationLiteral(value.checked_neg()?),
        V::DayTimeDurationLiteral(value) => V::DayTimeDurationLiteral(value.checked_neg()?),
        _ => return None,
    })
}

/// ABS, CEIL, FLOOR and ROUND: a number of the same type; halves are rounded up (17.4.4.2).
pub(super) fn rounded(function: &Builtin, value: Value) -> Option<Value> {
    use Builtin as F;
    Some(match (function, value) {
        (F::Abs, V::IntegerLiteral(value)) => V::IntegerLiteral(value.checked_abs()?),
        (_, V::IntegerLiteral(value)) => V::IntegerLiteral(value),
        (F::Abs, V::DecimalLiteral(value)) => V::DecimalLiteral(value.checked_abs()?),
        (F::Ceil, V::DecimalLiteral(value)) => V::DecimalLiteral(value.checked_ceil()?),
        (F::Floor, V::DecimalLiteral(value)) => V::DecimalLiteral(value.checked_floor()?),
        (_, V::DecimalLiteral(value)) => V::DecimalLiteral(half_up(value)?),
        (F::Abs, V::FloatLiteral(value)) => V::FloatLiteral(value.abs()),
        (F::Ceil, V::FloatLiteral(value)) => V::FloatLiteral(value.ceil()),
        (F::Floor, V::FloatLiteral(value)) => V::FloatLiteral(value.floor()),
        (_, V::FloatLiteral(value)) => V::FloatLiteral(value.round()),
        (F::Abs, V::DoubleLiteral(value)) => V::DoubleLiteral(value.abs()),
        (F::Ceil, V::DoubleLiteral(value)) => V::DoubleLiteral(value.ceil()),
        (F::Floor, V::DoubleLiteral(value)) => V::DoubleLiteral(value.floor()),
        (_, V::DoubleLiteral(value)) => V::DoubleLiteral(value.round()),
        _ => return None,
    })
}

/// fn:round of a decimal: -2.5 gives -2.
fn half_up(value: Decimal) -> Option<Decimal> {
    let floor = value.checked_floor()?;
    let double = value.checked_sub(floor)?.checked_mul(2)?;
    if double < Decimal::from(1) { Some(floor) } else { floor.checked_add(1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::vocab::xsd;
    use oxrdf::{Literal, NamedNodeRef, Term};

    fn typed(value: &str, datatype: NamedNodeRef<'_>) -> Value {
        let value = Value::from(Term::from(Literal::new_typed_literal(value, datatype)));
        assert!(!matches!(value, V::OtherTypedLiteral { .. }));
        value
    }

    fn shown(value: Option<Value>) -> String {
        value.map_or_else(
            || "error".into(),
            |value| Term::from(value).to_string().replace("http://www.w3.org/2001/XMLSchema#", ""),
        )
    }

    #[test]
    fn numbers_are_raised_to_the_wider_type() {
        let one = || typed("1", xsd::INTEGER);
        assert_eq!(shown(add(one(), one())), "\"2\"^^<integer>");
        assert_eq!(shown(add(one(), typed("1.5", xsd::DECIMAL))), "\"2.5\"^^<decimal>");
        assert_eq!(shown(multiply(typed("2", xsd::FLOAT), typed("1.5", xsd::DECIMAL))), "\"3\"^^<float>");
        assert_eq!(shown(subtract(typed("2", xsd::FLOAT), typed("1", xsd::DOUBLE))), "\"1\"^^<double>");
        assert_eq!(shown(divide(one(), typed("4", xsd::INTEGER))), "\"0.25\"^^<decimal>");
        assert_eq!(shown(divide(one(), typed("0", xsd::INTEGER))), "error");
        assert_eq!(shown(divide(one(), typed("0", xsd::DOUBLE))), "\"INF\"^^<double>");
        assert_eq!(shown(add(typed("9223372036854775807", xsd::INTEGER), one())), "error");
        assert_eq!(shown(add(one(), typed("1", xsd::STRING))), "error");
    }

    #[test]
    fn halves_are_rounded_up() {
        let round = |value, datatype| shown(rounded(&Builtin::Round, typed(value, datatype)));
        assert_eq!(round("2.4999", xsd::DECIMAL), "\"2\"^^<decimal>");
        assert_eq!(round("2.5", xsd::DECIMAL), "\"3\"^^<decimal>");
        assert_eq!(round("-2.5", xsd::DECIMAL), "\"-2\"^^<decimal>");
        assert_eq!(round("-2.6", xsd::DECIMAL), "\"-3\"^^<decimal>");
        assert_eq!(round("-2.5", xsd::DOUBLE), "\"-2\"^^<double>");
        assert_eq!(round("0.49999999999999994", xsd::DOUBLE), "\"0\"^^<double>");
        assert_eq!(round("NaN", xsd::FLOAT), "\"NaN\"^^<float>");
    }

    #[test]
    fn times_and_durations() {
        let date = || typed("2000-10-30", xsd::DATE);
        assert_eq!(shown(add(date(), typed("P1Y2M", xsd::YEAR_MONTH_DURATION))), "\"2001-12-30\"^^<date>");
        assert_eq!(shown(add(typed("P1D", xsd::DAY_TIME_DURATION), date())), "\"2000-10-31\"^^<date>");
        assert_eq!(shown(subtract(date(), typed("2000-10-28", xsd::DATE))), "\"P2D\"^^<dayTimeDuration>");
        assert_eq!(shown(subtract(date(), typed("P1D", xsd::DURATION))), "\"2000-10-29\"^^<date>");
        let day = || typed("P1D", xsd::DAY_TIME_DURATION);
        assert_eq!(shown(add(day(), day())), "\"P2D\"^^<dayTimeDuration>");
        assert_eq!(shown(negate(day())), "\"-P1D\"^^<dayTimeDuration>");
        assert_eq!(shown(add(date(), date())), "error");
        assert_eq!(shown(multiply(day(), typed("2", xsd::INTEGER))), "error");
    }
}
