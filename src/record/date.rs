//! Dates at the precision a source gives: a day, a month or a year (XML Schema 1.1 part 2, §3.3.9, 3.3.10, 3.3.11).

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A date of the proleptic Gregorian calendar at the precision of a day, a month or a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Date {
    /// A year, `1982`.
    Year(u16),
    /// A month of a year, `1979-10`.
    Month(u16, u8),
    /// A day, `2024-01-24`.
    Day(u16, u8, u8),
}

/// Why a text is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DateError {
    /// The text has another form than the three allowed.
    #[error("`{0}` is no date: write YYYY-MM-DD, YYYY-MM or YYYY")]
    Form(String),
    /// The text has a right form but names a day that no calendar has.
    #[error("`{0}` is no day of the calendar")]
    NoSuchDay(String),
}

impl Date {
    /// Its year.
    #[must_use]
    pub const fn year(self) -> u16 {
        match self {
            Self::Year(y) | Self::Month(y, _) | Self::Day(y, _, _) => y,
        }
    }

    /// The first day the date can mean.
    #[must_use]
    pub fn earliest(self) -> Self {
        match self {
            Self::Year(y) => Self::Day(y, 1, 1),
            Self::Month(y, m) => Self::Day(y, m, 1),
            day @ Self::Day(..) => day,
        }
    }

    /// The last day the date can mean.
    #[must_use]
    pub fn latest(self) -> Self {
        match self {
            Self::Year(y) => Self::Day(y, 12, 31),
            Self::Month(y, m) => Self::Day(y, m, days_in(y, m)),
            day @ Self::Day(..) => day,
        }
    }
}

const fn days_in(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let form = || DateError::Form(text.chars().take(40).collect());
        let date = match *text.as_bytes() {
            [a, b, c, d] => Self::Year(number(&[a, b, c, d]).ok_or_else(form)?),
            [a, b, c, d, b'-', e, f] => {
                Self::Month(number(&[a, b, c, d]).ok_or_else(form)?, small(&[e, f]).ok_or_else(form)?)
            }
            [a, b, c, d, b'-', e, f, b'-', g, h] => Self::Day(
                number(&[a, b, c, d]).ok_or_else(form)?,
                small(&[e, f]).ok_or_else(form)?,
                small(&[g, h]).ok_or_else(form)?,
            ),
            _ => return Err(form()),
        };
        if date.exists() { Ok(date) } else { Err(DateError::NoSuchDay(text.to_owned())) }
    }
}

impl Date {
    /// Whether it is a day, month or year that can be written: of the calendar, and of four digits.
    pub(super) fn is_written(self) -> bool {
        self.year() <= 9999 && self.exists()
    }

    /// A date as RDF has it: with or without a time zone (§3.3.9 to 3.3.11), or the day of an `xsd:dateTime` (§3.3.7), as it is written.
    #[must_use]
    pub fn in_rdf(text: &str) -> Option<Self> {
        let is_time = |rest: &&str| rest.as_bytes().get(2) == Some(&b':');
        let day = text.split_once('T').filter(|(_, rest)| is_time(rest)).map_or(text, |(day, _)| day);
        let is_zone = |at: &usize| {
            matches!(day.as_bytes()[*at..], [b'+' | b'-', b'0'..=b'1', b'0'..=b'9', b':', b'0'..=b'5', b'0'..=b'9'])
        };
        let zone = day.len().checked_sub(6).filter(is_zone);
        let without = day.strip_suffix('Z').or(zone.and_then(|at| day.get(..at))).unwrap_or(day);
        without.parse().ok()
    }

    fn exists(self) -> bool {
        match self {
            Self::Year(y) => y > 0,
            Self::Month(y, m) => y > 0 && (1..=12).contains(&m),
            Self::Day(y, m, d) => y > 0 && (1..=12).contains(&m) && (1..=days_in(y, m)).contains(&d),
        }
    }
}

fn number(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0_u16, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u16::from(digit - b'0')))
}

fn small(digits: &[u8; 2]) -> Option<u8> {
    number(digits).and_then(|n| u8::try_from(n).ok())
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Year(y) => write!(f, "{y:04}"),
            Self::Month(y, m) => write!(f, "{y:04}-{m:02}"),
            Self::Day(y, m, d) => write!(f, "{y:04}-{m:02}-{d:02}"),
        }
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Date {
    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$",
            "description": "A day, a month or a year: 2024-01-24, 1979-10 or 1982. The precision is kept.",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_precision_and_bounds_it() {
        for (text, first, last) in [
            ("1982", "1982-01-01", "1982-12-31"),
            ("2024-02", "2024-02-01", "2024-02-29"),
            ("1900-02", "1900-02-01", "1900-02-28"),
            ("2024-01-24", "2024-01-24", "2024-01-24"),
        ] {
            let date: Date = text.parse().unwrap();
            assert_eq!(date.to_string(), text);
            assert_eq!(date.earliest().to_string(), first);
            assert_eq!(date.latest().to_string(), last);
        }
    }

    #[test]
    fn dates_of_rdf_may_have_a_zone_or_a_time() {
        for (text, date) in [
            ("2001-05-10", Some("2001-05-10")),
            ("2001-05-10Z", Some("2001-05-10")),
            ("2001-05-10-05:00", Some("2001-05-10")),
            ("2001-05+08:00", Some("2001-05")),
            ("2001Z", Some("2001")),
            ("1979-01-01T00:00:00Z", Some("1979-01-01")),
            ("1979-01-01T23:30:00.5+09:00", Some("1979-01-01")),
            ("2001-05", Some("2001-05")),
            ("2001-02-29Z", None),
            ("2001-05-10Tea", None),
            ("-0044", None),
            ("Z", None),
            ("年月日年月", None),
            ("", None),
        ] {
            assert_eq!(Date::in_rdf(text).map(|date| date.to_string()).as_deref(), date, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in [
            "2024-02-30",
            "2023-02-29",
            "2024-13",
            "0000",
            "2024-1-1",
            "24",
            "２０２４",
            "2024-01-24T00:00",
            "",
            "-001",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }
}
