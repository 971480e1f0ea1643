//! Anniversaries.

use crate::record::Date;

/// The anniversary of a date in a year, as precise as the date: of a year the year, of a month the month, of a day the day, of the
/// 29th of February in a common year the 28th. None in the year itself and before.
#[must_use]
pub fn anniversary(since: Date, year: u16) -> Option<Date> {
    let on = match since {
        Date::Year(_) => Date::Year(year),
        Date::Month(_, month) => Date::Month(year, month),
        Date::Day(_, month, day) => {
            // What `latest` gives of a month is its last day.
            let Date::Day(_, _, last) = Date::Month(year, month).latest() else { return None };
            Date::Day(year, month, day.min(last))
        }
    };
    (year > since.year()).then_some(on)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anniversary_is_as_precise_as_the_start() {
        for (since, year, on) in [
            ("1979-10", 2029, Some("2029-10")),
            ("1982", 2026, Some("2026")),
            ("1981-11-05", 2026, Some("2026-11-05")),
            ("1996-02-29", 2026, Some("2026-02-28")),
            ("1996-02-29", 2028, Some("2028-02-29")),
            ("1982", 1982, None),
            ("1982", 1981, None),
        ] {
            let found = anniversary(since.parse().unwrap(), year).map(|date| date.to_string());
            assert_eq!(found.as_deref(), on, "{since} in {year}");
        }
    }
}
