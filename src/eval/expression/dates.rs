//! Parts of dates and times, and their time zones (17.4.5). What lacks a part has no value there.

use oxsdatatypes::{DayTimeDuration, TimezoneOffset};
use spareval::ExpressionTerm as V;
use spargebra::algebra::Function as Builtin;

use super::value::{Value, integer};

pub(super) fn call(function: &Builtin, mut values: Vec<Value>) -> Option<Value> {
    use Builtin as F;
    match (function, values.len()) {
        (F::Adjust, 2) => {
            let zone = values.pop()?;
            adjusted(values.pop()?, zone)
        }
        (F::Timezone, 1) => {
            let zone = zone(values.pop()?)??;
            Some(V::DayTimeDurationLiteral(zone.into()))
        }
        (F::Tz, 1) => {
            let zone = zone(values.pop()?)?;
            Some(V::StringLiteral(zone.map_or_else(String::new, |zone| zone.to_string())))
        }
        (_, 1) => part(function, values.pop()?),
        _ => None,
    }
}

fn part(function: &Builtin, value: Value) -> Option<Value> {
    use Builtin as F;
    match (function, value) {
        (F::Year, V::DateTimeLiteral(value)) => integer(value.year()),
        (F::Year, V::DateLiteral(value)) => integer(value.year()),
        (F::Year, V::GYearLiteral(value)) => integer(value.year()),
        (F::Year, V::GYearMonthLiteral(value)) => integer(value.year()),
        (F::Month, V::DateTimeLiteral(value)) => integer(value.month()),
        (F::Month, V::DateLiteral(value)) => integer(value.month()),
        (F::Month, V::GYearMonthLiteral(value)) => integer(value.month()),
        (F::Month, V::GMonthDayLiteral(value)) => integer(value.month()),
        (F::Month, V::GMonthLiteral(value)) => integer(value.month()),
        (F::Day, V::DateTimeLiteral(value)) => integer(value.day()),
        (F::Day, V::DateLiteral(value)) => integer(value.day()),
        (F::Day, V::GMonthDayLiteral(value)) => integer(value.day()),
        (F::Day, V::GDayLiteral(value)) => integer(value.day()),
        (F::Hours, V::DateTimeLiteral(value)) => integer(value.hour()),
        (F::Hours, V::TimeLiteral(value)) => integer(value.hour()),
        (F::Minutes, V::DateTimeLiteral(value)) => integer(value.minute()),
        (F::Minutes, V::TimeLiteral(value)) => integer(value.minute()),
        (F::Seconds, V::DateTimeLiteral(value)) => Some(V::DecimalLiteral(value.second())),
        (F::Seconds, V::TimeLiteral(value)) => Some(V::DecimalLiteral(value.second())),
        _ => None,
    }
}

/// The zone of a time, if it has one; `None` if it is no time.
fn zone(value: Value) -> Option<Option<TimezoneOffset>> {
    Some(match value {
        V::DateTimeLiteral(value) => value.timezone_offset(),
        V::DateLiteral(value) => value.timezone_offset(),
        V::TimeLiteral(value) => value.timezone_offset(),
        V::GYearLiteral(value) => value.timezone_offset(),
        V::GYearMonthLiteral(value) => value.timezone_offset(),
        V::GMonthLiteral(value) => value.timezone_offset(),
        V::GMonthDayLiteral(value) => value.timezone_offset(),
        V::GDayLiteral(value) => value.timezone_offset(),
        _ => return None,
    })
}

/// A time in another zone (SEP 2).
fn adjusted(value: Value, zone: Value) -> Option<Value> {
    let zone = match zone {
        V::DayTimeDurationLiteral(zone) => TimezoneOffset::try_from(zone).ok()?,
        V::DurationLiteral(zone) => TimezoneOffset::try_from(DayTimeDuration::try_from(zone).ok()?).ok()?,
        _ => return None,
    };
    Some(match value {
        V::DateTimeLiteral(value) => V::DateTimeLiteral(value.adjust(Some(zone))?),
        V::DateLiteral(value) => V::DateLiteral(value.adjust(Some(zone))?),
        V::TimeLiteral(value) => V::TimeLiteral(value.adjust(Some(zone))?),
        V::GYearLiteral(value) => V::GYearLiteral(value.adjust(Some(zone))?),
        V::GYearMonthLiteral(value) => V::GYearMonthLiteral(value.adjust(Some(zone))?),
        V::GMonthLiteral(value) => V::GMonthLiteral(value.adjust(Some(zone))?),
        V::GMonthDayLiteral(value) => V::GMonthDayLiteral(value.adjust(Some(zone))?),
        V::GDayLiteral(value) => V::GDayLiteral(value.adjust(Some(zone))?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::expression::value::lexical;
    use oxrdf::vocab::xsd;
    use oxrdf::{Literal, NamedNodeRef, Term};

    fn of(function: Builtin, value: &str, datatype: NamedNodeRef<'_>) -> Option<String> {
        call(&function, vec![Term::from(Literal::new_typed_literal(value, datatype)).into()]).and_then(lexical)
    }

    #[test]
    fn the_specifications_examples() {
        let time = "2011-01-10T14:45:13.815-05:00";
        for (function, expected) in [
            (Builtin::Year, "2011"),
            (Builtin::Month, "1"),
            (Builtin::Day, "10"),
            (Builtin::Hours, "14"),
            (Builtin::Minutes, "45"),
            (Builtin::Seconds, "13.815"),
            (Builtin::Timezone, "-PT5H"),
            (Builtin::Tz, "-05:00"),
        ] {
            assert_eq!(of(function, time, xsd::DATE_TIME).as_deref(), Some(expected));
        }
        let zoned = "2011-01-10T14:45:13.815Z";
        assert_eq!(of(Builtin::Timezone, zoned, xsd::DATE_TIME).as_deref(), Some("PT0S"));
        assert_eq!(of(Builtin::Tz, zoned, xsd::DATE_TIME).as_deref(), Some("Z"));
        assert_eq!(of(Builtin::Timezone, "2011-01-10T14:45:13.815", xsd::DATE_TIME), None);
        assert_eq!(of(Builtin::Tz, "2011-01-10T14:45:13.815", xsd::DATE_TIME).as_deref(), Some(""));
    }

    #[test]
    fn what_lacks_a_part_has_no_value() {
        assert_eq!(of(Builtin::Hours, "2011-01-10", xsd::DATE), None);
        assert_eq!(of(Builtin::Year, "14:45:13", xsd::TIME), None);
        assert_eq!(of(Builtin::Month, "2011", xsd::G_YEAR), None);
        assert_eq!(of(Builtin::Year, "2011", xsd::G_YEAR).as_deref(), Some("2011"));
        assert_eq!(of(Builtin::Year, "2011", xsd::STRING), None);
        assert_eq!(of(Builtin::Tz, "2011", xsd::INTEGER), None);
    }

    #[test]
    fn adjusting_keeps_the_instant() {
        let typed = |text: &str, datatype| Value::from(Term::from(Literal::new_typed_literal(text, datatype)));
        let time = typed("2000-01-01T12:00:00Z", xsd::DATE_TIME);
        let zone = typed("PT2H", xsd::DAY_TIME_DURATION);
        assert_eq!(adjusted(time, zone).and_then(lexical).as_deref(), Some("2000-01-01T14:00:00+02:00"));
    }
}
