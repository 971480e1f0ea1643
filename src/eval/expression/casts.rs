//! Constructor functions of XML Schema's types (17.5).

use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNode, NamedNodeRef, Term};
use oxsdatatypes::{DayTimeDuration, YearMonthDuration};
use spareval::ExpressionTerm as V;

use super::value::{Value, lexical};

/// A cast, by the name of its function.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Cast(NamedNode);

/// The bounds of types derived from `xsd:integer`.
const WHOLE: &[(NamedNodeRef<'static>, i64, i64)] = &[
    (xsd::LONG, i64::MIN, i64::MAX),
    (xsd::INT, i32::MIN as i64, i32::MAX as i64),
    (xsd::SHORT, i16::MIN as i64, i16::MAX as i64),
    (xsd::BYTE, i8::MIN as i64, i8::MAX as i64),
    (xsd::NON_NEGATIVE_INTEGER, 0, i64::MAX),
    (xsd::POSITIVE_INTEGER, 1, i64::MAX),
    (xsd::NON_POSITIVE_INTEGER, i64::MIN, 0),
    (xsd::NEGATIVE_INTEGER, i64::MIN, -1),
    (xsd::UNSIGNED_LONG, 0, i64::MAX),
    (xsd::UNSIGNED_INT, 0, u32::MAX as i64),
    (xsd::UNSIGNED_SHORT, 0, u16::MAX as i64),
    (xsd::UNSIGNED_BYTE, 0, u8::MAX as i64),
];

const OTHERS: &[NamedNodeRef<'static>] = &[
    xsd::STRING,
    xsd::BOOLEAN,
    xsd::INTEGER,
    xsd::DECIMAL,
    xsd::FLOAT,
    xsd::DOUBLE,
    xsd::DATE_TIME,
    xsd::DATE,
    xsd::TIME,
    xsd::DURATION,
    xsd::YEAR_MONTH_DURATION,
    xsd::DAY_TIME_DURATION,
    xsd::G_YEAR,
    xsd::G_YEAR_MONTH,
    xsd::G_MONTH,
    xsd::G_MONTH_DAY,
    xsd::G_DAY,
];

impl Cast {
    /// The cast of this name.
    pub(super) fn of(name: &NamedNode) -> Option<Self> {
        let name = name.as_ref();
        let is_one = OTHERS.contains(&name) || WHOLE.iter().any(|(whole, ..)| *whole == name);
        is_one.then(|| Self(name.into_owned()))
    }

    /// A value in this type; `None` if it has none there.
    pub(super) fn apply(&self, value: Value) -> Option<Value> {
        let target = self.0.as_ref();
        if target == xsd::STRING {
            return written(value).map(V::StringLiteral);
        }
        if let Some((_, least, most)) = WHOLE.iter().find(|(whole, ..)| *whole == target) {
            let whole = whole(value)?;
            return (*least..=*most).contains(&whole.into()).then_some(V::IntegerLiteral(whole));
        }
        match value {
            V::StringLiteral(text) => self.parse(&text),
            value => number(target, &value).or_else(|| time(target, value)),
        }
    }

    /// The value of a text, white space at its ends apart.
    fn parse(&self, text: &str) -> Option<Value> {
        let text = text.trim_matches([' ', '\t', '\n', '\r']);
        let value = V::from(Term::from(Literal::new_typed_literal(text, self.0.clone())));
        (!matches!(value, V::OtherTypedLiteral { .. })).then_some(value)
    }
}

fn whole(value: Value) -> Option<oxsdatatypes::Integer> {
    match Cast(xsd::INTEGER.into_owned()).apply(value)? {
        V::IntegerLiteral(whole) => Some(whole),
        _ => None,
    }
}

/// Casts among numbers and booleans.
fn number(target: NamedNodeRef<'_>, value: &Value) -> Option<Value> {
    Some(match (target, value) {
        (xsd::BOOLEAN, V::BooleanLiteral(value)) => V::BooleanLiteral(*value),
        (xsd::BOOLEAN, V::IntegerLiteral(value)) => V::BooleanLiteral((*value).into()),
        (xsd::BOOLEAN, V::DecimalLiteral(value)) => V::BooleanLiteral((*value).into()),
        (xsd::BOOLEAN, V::FloatLiteral(value)) => V::BooleanLiteral((*value).into()),
        (xsd::BOOLEAN, V::DoubleLiteral(value)) => V::BooleanLiteral((*value).into()),
        (xsd::INTEGER, V::BooleanLiteral(value)) => V::IntegerLiteral((*value).into()),
        (xsd::INTEGER, V::IntegerLiteral(value)) => V::IntegerLiteral(*value),
        (xsd::INTEGER, V::DecimalLiteral(value)) => V::IntegerLiteral((*value).try_into().ok()?),
        (xsd::INTEGER, V::FloatLiteral(value)) => V::IntegerLiteral((*value).try_into().ok()?),
        (xsd::INTEGER, V::DoubleLiteral(value)) => V::IntegerLiteral((*value).try_into().ok()?),
        (xsd::DECIMAL, V::BooleanLiteral(value)) => V::DecimalLiteral((*value).into()),
        (xsd::DECIMAL, V::IntegerLiteral(value)) => V::DecimalLiteral((*value).into()),
        (xsd::DECIMAL, V::DecimalLiteral(value)) => V::DecimalLiteral(*value),
        (xsd::DECIMAL, V::FloatLiteral(value)) => V::DecimalLiteral((*value).try_into().ok()?),
        (xsd::DECIMAL, V::DoubleLiteral(value)) => V::DecimalLiteral((*value).try_into().ok()?),
        (xsd::FLOAT, V::BooleanLiteral(value)) => V::FloatLiteral((*value).into()),
        (xsd::FLOAT, V::IntegerLiteral(value)) => V::FloatLiteral((*value).into()),
        (xsd::FLOAT, V::DecimalLiteral(value)) => V::FloatLiteral((*value).into()),
        (xsd::FLOAT, V::FloatLiteral(value)) => V::FloatLiteral(*value),
        (xsd::FLOAT, V::DoubleLiteral(value)) => V::FloatLiteral((*value).into()),
        (xsd::DOUBLE, V::BooleanLiteral(value)) => V::DoubleLiteral((*value).into()),
        (xsd::DOUBLE, number) => V::DoubleLiteral(super::arithmetic::double(number)?),
        _ => return None,
    })
}

/// Casts among times and durations.
fn time(target: NamedNodeRef<'_>, value: Value) -> Option<Value> {
    Some(match (target, value) {
        (xsd::DATE_TIME, V::DateTimeLiteral(value)) => V::DateTimeLiteral(value),
        (xsd::DATE_TIME, V::DateLiteral(value)) => V::DateTimeLiteral(value.try_into().ok()?),
        (xsd::DATE, V::DateLiteral(value)) => V::DateLiteral(value),
        (xsd::DATE, V::DateTimeLiteral(value)) => V::DateLiteral(value.try_into().ok()?),
        (xsd::TIME, V::TimeLiteral(value)) => V::TimeLiteral(value),
        (xsd::TIME, V::DateTimeLiteral(value)) => V::TimeLiteral(value.into()),
        (xsd::DURATION, V::DurationLiteral(value)) => V::DurationLiteral(value),
        (xsd::DURATION, V::YearMonthDurationLiteral(value)) => V::DurationLiteral(value.into()),
        (xsd::DURATION, V::DayTimeDurationLiteral(value)) => V::DurationLiteral(value.into()),
        (xsd::YEAR_MONTH_DURATION, V::YearMonthDurationLiteral(value)) => V::YearMonthDurationLiteral(value),
        // The other part is left out (Functions and Operators 3.1, 19.1.4).
        (xsd::YEAR_MONTH_DURATION, V::DurationLiteral(value)) => {
            V::YearMonthDurationLiteral(YearMonthDuration::new(value.years() * 12 + value.months()))
        }
        (xsd::DAY_TIME_DURATION, V::DayTimeDurationLiteral(value)) => V::DayTimeDurationLiteral(value),
        (xsd::DAY_TIME_DURATION, V::DurationLiteral(value)) => {
            let whole = value.days() * 86_400 + value.hours() * 3_600 + value.minutes() * 60;
            V::DayTimeDurationLiteral(DayTimeDuration::new(value.seconds().checked_add(whole)?))
        }
        (_, value) => return part_of_date(target, value),
    })
}

/// Years, months and days without the rest.
fn part_of_date(target: NamedNodeRef<'_>, value: Value) -> Option<Value> {
    Some(match (target, value) {
        (xsd::G_YEAR, V::GYearLiteral(value)) => V::GYearLiteral(value),
        (xsd::G_YEAR, V::DateLiteral(value)) => V::GYearLiteral(value.try_into().ok()?),
        (xsd::G_YEAR, V::DateTimeLiteral(value)) => V::GYearLiteral(value.try_into().ok()?),
        (xsd::G_YEAR_MONTH, V::GYearMonthLiteral(value)) => V::GYearMonthLiteral(value),
        (xsd::G_YEAR_MONTH, V::DateLiteral(value)) => V::GYearMonthLiteral(value.into()),
        (xsd::G_YEAR_MONTH, V::DateTimeLiteral(value)) => V::GYearMonthLiteral(value.try_into().ok()?),
        (xsd::G_MONTH, V::GMonthLiteral(value)) => V::GMonthLiteral(value),
        (xsd::G_MONTH, V::DateLiteral(value)) => V::GMonthLiteral(value.into()),
        (xsd::G_MONTH, V::DateTimeLiteral(value)) => V::GMonthLiteral(value.into()),
        (xsd::G_MONTH_DAY, V::GMonthDayLiteral(value)) => V::GMonthDayLiteral(value),
        (xsd::G_MONTH_DAY, V::DateLiteral(value)) => V::GMonthDayLiteral(value.into()),
        (xsd::G_MONTH_DAY, V::DateTimeLiteral(value)) => V::GMonthDayLiteral(value.into()),
        (xsd::G_DAY, V::GDayLiteral(value)) => V::GDayLiteral(value),
        (xsd::G_DAY, V::DateLiteral(value)) => V::GDayLiteral(value.into()),
        (xsd::G_DAY, V::DateTimeLiteral(value)) => V::GDayLiteral(value.into()),
        _ => return None,
    })
}

/// A value as a string: doubles as XPath writes them (Functions and Operators 3.1, 19.1.2.2), IRIs and the rest as they are.
fn written(value: Value) -> Option<String> {
    match value {
        V::DoubleLiteral(value) => Some(written_double(value.into(), |value| format!("{value:E}"))),
        V::FloatLiteral(value) => {
            Some(written_double(f64::from(f32::from(value)), |_| format!("{:E}", f32::from(value))))
        }
        V::LangStringLiteral { value, .. } | V::DirLangStringLiteral { value, .. } => Some(value),
        value => lexical(value),
    }
}

fn written_double(value: f64, scientific: impl Fn(f64) -> String) -> String {
    if value.is_nan() {
        return "NaN".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "INF".into() } else { "-INF".into() };
    }
    let text = scientific(value);
    let (mantissa, exponent) = text.split_once('E').unwrap_or((&text, "0"));
    if value == 0.0 || (1e-6..1e6).contains(&value.abs()) {
        // The shortest digits, written out.
        return mantissa
            .parse::<oxsdatatypes::Decimal>()
            .ok()
            .and_then(|_| shifted(mantissa, exponent))
            .unwrap_or(text);
    }
    let point = if mantissa.contains('.') { "" } else { ".0" };
    format!("{mantissa}{point}E{exponent}")
}

/// The digits of a mantissa with the point moved by an exponent.
fn shifted(mantissa: &str, exponent: &str) -> Option<String> {
    let exponent: i32 = exponent.parse().ok()?;
    let (sign, digits) = mantissa.strip_prefix('-').map_or(("", mantissa), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    let point = i32::try_from(whole.len()).ok()? + exponent;
    let text = match usize::try_from(point) {
        Ok(0) | Err(_) => format!("0.{}{all}", "0".repeat(usize::try_from(-point).ok()?)),
        Ok(point) if point >= all.len() => format!("{all}{}", "0".repeat(point - all.len())),
        Ok(point) => format!("{}.{}", &all[..point], &all[point..]),
    };
    Some(format!("{sign}{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cast(value: &str, from: NamedNodeRef<'_>, to: NamedNodeRef<'_>) -> Option<String> {
        let value = V::from(Term::from(Literal::new_typed_literal(value, from)));
        let cast = Cast::of(&to.into_owned()).unwrap().apply(value)?;
        lexical(cast)
    }

    #[test]
    fn numbers() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(cast("1.9", xsd::DOUBLE, xsd::INTEGER), some("1"));
        assert_eq!(cast("-1.9", xsd::DECIMAL, xsd::INTEGER), some("-1"));
        assert_eq!(cast("NaN", xsd::DOUBLE, xsd::INTEGER), None);
        assert_eq!(cast("1.5", xsd::STRING, xsd::INTEGER), None);
        assert_eq!(cast(" 15\n", xsd::STRING, xsd::INTEGER), some("15"));
        assert_eq!(cast("INF", xsd::STRING, xsd::DOUBLE), some("INF"));
        assert_eq!(cast("true", xsd::BOOLEAN, xsd::DECIMAL), some("1"));
        assert_eq!(cast("NaN", xsd::DOUBLE, xsd::BOOLEAN), some("false"));
        assert_eq!(cast("0.0", xsd::STRING, xsd::BOOLEAN), None);
        assert_eq!(cast("300", xsd::INTEGER, xsd::BYTE), None);
        assert_eq!(cast("-1", xsd::INTEGER, xsd::UNSIGNED_INT), None);
        assert_eq!(cast("2000-01-01", xsd::DATE, xsd::INTEGER), None);
    }

    #[test]
    fn strings() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(cast("1e0", xsd::DOUBLE, xsd::STRING), some("1"));
        assert_eq!(cast("1e6", xsd::DOUBLE, xsd::STRING), some("1.0E6"));
        assert_eq!(cast("-2.5e21", xsd::DOUBLE, xsd::STRING), some("-2.5E21"));
        assert_eq!(cast("0.00001", xsd::DOUBLE, xsd::STRING), some("0.00001"));
        assert_eq!(cast("0.0000001", xsd::DOUBLE, xsd::STRING), some("1.0E-7"));
        assert_eq!(cast("123.456", xsd::FLOAT, xsd::STRING), some("123.456"));
        assert_eq!(cast("100", xsd::FLOAT, xsd::STRING), some("100"));
        assert_eq!(cast("true", xsd::BOOLEAN, xsd::STRING), some("true"));
        let node = V::from(Term::from(NamedNode::new_unchecked("http://x")));
        assert_eq!(
            Cast::of(&xsd::STRING.into_owned()).unwrap().apply(node.clone()).and_then(lexical),
            some("http://x")
        );
        assert!(Cast::of(&xsd::INTEGER.into_owned()).unwrap().apply(node).is_none());
    }

    #[test]
    fn times() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(cast("2000-01-02T03:04:05Z", xsd::DATE_TIME, xsd::DATE), some("2000-01-02Z"));
        assert_eq!(cast("2000-01-02", xsd::DATE, xsd::DATE_TIME), some("2000-01-02T00:00:00"));
        assert_eq!(cast("2000-01-02", xsd::STRING, xsd::DATE_TIME), None);
        assert_eq!(cast("2000-01-02", xsd::DATE, xsd::G_YEAR), some("2000"));
        assert_eq!(cast("P1Y2D", xsd::DURATION, xsd::DAY_TIME_DURATION).as_deref(), Some("P2D"));
        assert_eq!(cast("-P1Y2D", xsd::DURATION, xsd::YEAR_MONTH_DURATION).as_deref(), Some("-P1Y"));
        assert_eq!(cast("12:00:00", xsd::TIME, xsd::DATE_TIME), None);
    }
}
