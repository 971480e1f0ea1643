//! Temporal values: dates, times of day and durations by value.

use oxrdf::vocab::xsd;
use oxrdf::{LiteralRef, NamedNodeRef};
use oxsdatatypes::{Date, DateTime, DayTimeDuration, Duration, GYear, GYearMonth, Time, YearMonthDuration};

/// Dates of any precision by the first moment that they can mean, in 10⁻¹⁸ seconds from 1970 (without a time zone, in UTC), then
/// by their type, then by whether they name a time zone: moments with and without one are never equal. Times of day come
/// after them, as moments of one day; then durations, by when they end that begin on 1 September 1696 (XML Schema compares
/// with four such days; where these agree, the first says the same), then by their months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    class: Class,
    instant: i128,
    /// The place of the type among those of dates; months of a duration.
    precision: i64,
    zoned: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Class {
    Date,
    Time,
    Duration,
}

/// 10⁻¹⁸ seconds of a second.
const SCALE: i128 = 1_000_000_000_000_000_000;

/// The moment of a literal that is one.
pub(super) fn moment(literal: LiteralRef<'_>) -> Option<Moment> {
    match literal.datatype() {
        xsd::TIME => time(literal.value()),
        xsd::DURATION => duration(literal.value().parse().ok()?),
        xsd::YEAR_MONTH_DURATION => duration(literal.value().parse::<YearMonthDuration>().ok()?.into()),
        xsd::DAY_TIME_DURATION => duration(literal.value().parse::<DayTimeDuration>().ok()?.into()),
        _ => date(literal),
    }
}

fn time(value: &str) -> Option<Moment> {
    value.parse::<Time>().ok()?;
    let (clock, offset) = zone(value);
    let instant = of_day(clock)?.checked_sub(i128::from(offset.unwrap_or(0)) * SCALE)?;
    Some(Moment { class: Class::Time, instant, precision: 0, zoned: offset.is_some() })
}

fn duration(value: Duration) -> Option<Moment> {
    let months = value.years().checked_mul(12)?.checked_add(value.months())?;
    // September is the ninth.
    let from_year = months.checked_add(8)?;
    let to = days(from_year.div_euclid(12).checked_add(1_696)?, from_year.rem_euclid(12) + 1, 1);
    let days = to.checked_sub(days(1_696, 9, 1))?.checked_add(value.days())?;
    let whole = i128::from(days) * 86_400 + i128::from(value.hours() * 3_600 + value.minutes() * 60);
    let seconds = i128::from_be_bytes(value.seconds().to_be_bytes());
    let instant = whole.checked_mul(SCALE)?.checked_add(seconds)?;
    Some(Moment { class: Class::Duration, instant, precision: months, zoned: false })
}

fn date(literal: LiteralRef<'_>) -> Option<Moment> {
    let value = literal.value();
    let precision = precision(literal.datatype(), value)?;
    let (sign, rest) = value.strip_prefix('-').map_or((1, value), |rest| (-1, rest));
    let (rest, offset) = zone(rest);
    let (date, clock) = rest.split_once('T').unwrap_or((rest, "00:00:00"));
    let mut parts = date.split('-').map(|part| part.parse::<i64>().ok());
    let year = sign * parts.next()??;
    let month = parts.next().unwrap_or(Some(1))?;
    let day = parts.next().unwrap_or(Some(1))?;
    let seconds = i128::from(days(year, month, day)) * 86_400 - i128::from(offset.unwrap_or(0));
    let instant = seconds.checked_mul(SCALE)?.checked_add(of_day(clock)?)?;
    Some(Moment { class: Class::Date, instant, precision, zoned: offset.is_some() })
}

/// The place of the datatype among those of dates, if the text is one of its texts.
fn precision(datatype: NamedNodeRef<'_>, value: &str) -> Option<i64> {
    match datatype {
        xsd::G_YEAR => value.parse::<GYear>().ok().map(|_| 0),
        xsd::G_YEAR_MONTH => value.parse::<GYearMonth>().ok().map(|_| 1),
        xsd::DATE => value.parse::<Date>().ok().map(|_| 2),
        xsd::DATE_TIME | xsd::DATE_TIME_STAMP => value.parse::<DateTime>().ok().map(|_| 3),
        _ => None,
    }
}

/// Splits off a time zone and gives its offset in seconds.
fn zone(text: &str) -> (&str, Option<i64>) {
    if let Some(rest) = text.strip_suffix('Z') {
        return (rest, Some(0));
    }
    let split = text.len().checked_sub(6).filter(|at| text.is_char_boundary(*at)).map(|at| text.split_at(at));
    match split {
        Some((rest, zone)) if zone.as_bytes()[3] == b':' && matches!(zone.as_bytes()[0], b'+' | b'-') => {
            let part = |range: std::ops::Range<usize>| zone[range].parse::<i64>().unwrap_or(0);
            let offset = part(1..3) * 3_600 + part(4..6) * 60;
            (rest, Some(if zone.starts_with('-') { -offset } else { offset }))
        }
        _ => (text, None),
    }
}

/// A time of day in 10⁻¹⁸ seconds.
fn of_day(clock: &str) -> Option<i128> {
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = whole.split(':').map(|part| part.parse::<i64>().ok());
    let mut next = || parts.next()?;
    let seconds = next()? * 3_600 + next()? * 60 + next()?;
    format!("{seconds}{fraction:0<18.18}").parse().ok()
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar (Hinnant's algorithm).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year.saturating_sub(1) } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era.saturating_mul(146_097).saturating_add(of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use oxrdf::Literal;

    use super::*;

    fn of(text: &str, datatype: NamedNodeRef<'_>) -> Option<Moment> {
        moment(Literal::new_typed_literal(text, datatype).as_ref())
    }

    #[test]
    fn days_are_counted_from_1970() {
        for ((year, month, day), expected) in [
            ((1970, 1, 1), 0),
            ((1969, 12, 31), -1),
            ((2000, 2, 29), 11_016),
            ((2000, 3, 1), 11_017),
            ((1900, 3, 1), -25_508),
            ((1, 1, 1), -719_162),
        ] {
            assert_eq!(days(year, month, day), expected, "{year}-{month}-{day}");
        }
    }

    /// Where moments have a time zone, their order is that of XML Schema (part 2, 3.3.7).
    #[test]
    fn moments_with_a_time_zone_compare_as_xml_schema_has_them() {
        let texts = [
            "-0001-12-31T23:59:59Z",
            "1582-10-10T00:00:00Z",
            "2023-12-31T23:00:00Z",
            "2024-01-01T13:00:00+14:00",
            "2023-12-31T23:00:00.000000000000000001Z",
            "2023-12-31T13:00:00.5-10:30",
            "2024-02-29T24:00:00Z",
            "2024-03-01T00:00:00Z",
        ];
        let value = |text: &str| text.parse::<DateTime>().unwrap();
        for (one, other) in texts.iter().flat_map(|one| texts.map(|other| (*one, other))) {
            let found = of(one, xsd::DATE_TIME).unwrap().cmp(&of(other, xsd::DATE_TIME).unwrap());
            assert_eq!(Some(found), value(one).partial_cmp(&value(other)), "{one} and {other}");
        }
        let zoned = of("2024-01-01T00:00:00Z", xsd::DATE_TIME);
        assert_ne!(zoned, of("2024-01-01T00:00:00", xsd::DATE_TIME), "with a time zone and without are never equal");
    }

    #[test]
    fn dates_of_any_precision_stand_at_their_first_moment() {
        let ascending = [
            ("1981-12-31", xsd::DATE),
            ("1982", xsd::G_YEAR),
            ("1982-01", xsd::G_YEAR_MONTH),
            ("1982-01-01", xsd::DATE),
            ("1982-01-01T00:00:00", xsd::DATE_TIME),
            ("1982-01-01T00:00:01", xsd::DATE_TIME),
            ("1982-02", xsd::G_YEAR_MONTH),
            ("00:00:00", xsd::TIME),
            ("23:59:59.5", xsd::TIME),
            ("-P1Y", xsd::YEAR_MONTH_DURATION),
            ("P1D", xsd::DAY_TIME_DURATION),
        ];
        let moments: Vec<Moment> = ascending.iter().map(|(text, datatype)| of(text, *datatype).unwrap()).collect();
        assert!(moments.windows(2).all(|pair| pair[0] < pair[1]), "{moments:#?}");
        assert_eq!(of("12:00:00+01:00", xsd::TIME), of("11:00:00Z", xsd::TIME));
    }

    #[test]
    fn durations_compare_by_when_they_end() {
        let compare = |one: &str, other: &str| of(one, xsd::DURATION).unwrap().cmp(&of(other, xsd::DURATION).unwrap());
        assert_eq!(compare("P1Y", "P12M"), Ordering::Equal);
        assert_eq!(compare("P1D", "PT24H"), Ordering::Equal);
        assert_eq!(compare("P1M", "P32D"), Ordering::Less);
        assert_eq!(compare("P1M", "P27D"), Ordering::Greater);
        assert_eq!(compare("-P1M", "PT0S"), Ordering::Less);
        assert_eq!(compare("PT0.1S", "PT0.10S"), Ordering::Equal);
    }

    #[test]
    fn what_is_no_date_has_no_moment() {
        for (text, datatype) in [
            ("2023-02-29", xsd::DATE),
            ("2024-13", xsd::G_YEAR_MONTH),
            ("25:00:00", xsd::TIME),
            ("one month", xsd::DURATION),
            ("P1D", xsd::YEAR_MONTH_DURATION),
            ("2024", xsd::STRING),
            ("", xsd::DATE_TIME),
        ] {
            assert_eq!(of(text, datatype), None, "{text} {datatype}");
        }
    }
}
