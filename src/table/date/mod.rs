//! Dates as tables write them, at the precision that they have.
//!
//! Chinese, Japanese (eras, too), Korean, English and other European words and orders; dots, slashes, hyphens, stray spaces,
//! full-width digits; the serial numbers of spreadsheets; Wikidata's timestamps. Where the order of day and month is open,
//! [`Reading::Either`] says so and nothing is guessed.

mod pattern;
mod words;

use unicode_normalization::UnicodeNormalization;

use crate::record::Date;
pub use pattern::Pattern;

/// Which of two numbers is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `3/4/1985` is in April.
    DayFirst,
    /// `3/4/1985` is in March.
    MonthFirst,
}

/// How the cells of a column write dates.
#[derive(Debug, Clone, PartialEq)]
pub enum DateStyle {
    /// In one of the usual ways; the order of day and month where it is known.
    Usual(Option<Order>),
    /// In the first of these patterns that fits.
    Patterns(Vec<Pattern>),
    /// As days since 1900 or 1904 (ECMA-376, part 1, §18.17.4).
    Serial {
        /// Whether days count from 1904.
        since_1904: bool,
    },
}

/// What a text says as a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// This date.
    One(Date),
    /// The first where the day stands first, else the second.
    Either(Date, Date),
    /// A date of which the order is plain: the day is above 12.
    Plain(Date, Order),
}

impl DateStyle {
    /// Reads a text; `None` where it is no date in this style.
    pub fn read(&self, text: &str) -> Option<Reading> {
        match self {
            Self::Usual(order) => usual(text).map(|reading| reading.in_order(*order)),
            Self::Patterns(patterns) => patterns.iter().find_map(|pattern| pattern.read(text)).map(Reading::One),
            Self::Serial { since_1904 } => serial(&plain(text), *since_1904).map(Reading::One),
        }
    }
}

impl Reading {
    fn in_order(self, order: Option<Order>) -> Self {
        match (self, order) {
            (Self::Either(date, _), Some(Order::DayFirst)) | (Self::Either(_, date), Some(Order::MonthFirst)) => {
                Self::One(date)
            }
            (reading, _) => reading,
        }
    }

    /// The date, where there is but one.
    pub const fn date(self) -> Option<Date> {
        match self {
            Self::One(date) | Self::Plain(date, _) => Some(date),
            Self::Either(..) => None,
        }
    }
}

/// A date of so much precision as its parts have, if the calendar has it.
fn date(year: u32, month: Option<u32>, day: Option<u32>) -> Option<Date> {
    let text = match (month, day) {
        (None, _) => format!("{year:04}"),
        (Some(month), None) => format!("{year:04}-{month:02}"),
        (Some(month), Some(day)) => format!("{year:04}-{month:02}-{day:02}"),
    };
    text.parse().ok()
}

/// The text in plain digits, without what stands around a date.
fn plain(text: &str) -> String {
    let normal: String = text.nfkc().collect();
    normal.trim_matches(|c: char| c.is_whitespace() || ",;*※'’`".contains(c)).to_owned()
}

fn usual(text: &str) -> Option<Reading> {
    let text = plain(text);
    if text.is_empty() || text.len() > 80 {
        return None;
    }
    let units = || words::with_units(&text).map(Reading::One);
    iso(&text)
        .map(Reading::One)
        .or_else(units)
        .or_else(|| numeric(&text))
        .or_else(|| words::with_month_name(&text).map(Reading::One))
        .or_else(|| words::era(&text).map(Reading::One))
        .or_else(|| plausible_serial(&text).map(Reading::One))
        .or_else(|| usual(words::without_deed(&text)?))
}

/// ISO 8601 and Wikidata's timestamps, whatever the time of day.
fn iso(text: &str) -> Option<Date> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let day = text.split_once(['T', ' ']).filter(|(_, time)| is_time(time)).map_or(text, |(day, _)| day);
    match day.parse() {
        Ok(date) => Some(date),
        // Wikidata writes the month and the day of a year as 00.
        Err(_) => day.strip_suffix("-00").map(|month| month.strip_suffix("-00").unwrap_or(month))?.parse().ok(),
    }
}

fn is_time(text: &str) -> bool {
    text.len() >= 4 && text.contains(':') && text.chars().all(|c| c.is_ascii_digit() || ":.ZT+-".contains(c))
}

/// Numbers between dots, slashes, hyphens or spaces.
fn numeric(text: &str) -> Option<Reading> {
    let text = text.trim_end_matches(['.', ' ']);
    let separators: Vec<char> = text.chars().filter(|c| !c.is_ascii_digit() && !c.is_whitespace()).collect();
    let known = separators.iter().all(|c| "./-‐–−・·年月日".contains(*c)) && separators.len() <= 2;
    let digits: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    if !known || digits.iter().any(|part| part.len() > 8) {
        return None;
    }
    let numbers: Vec<u32> = digits.iter().map(|part| part.parse()).collect::<Result<_, _>>().ok()?;
    match (digits.as_slice(), numbers.as_slice()) {
        ([y, _, _], [year, month, day]) if y.len() == 4 => date(*year, Some(*month), Some(*day)).map(Reading::One),
        ([y, _], [year, month]) if y.len() == 4 => date(*year, Some(*month), None).map(Reading::One),
        ([_, y], [month, year]) if y.len() == 4 => date(*year, Some(*month), None).map(Reading::One),
        ([y], [year]) if y.len() == 4 => date(*year, None, None).map(Reading::One),
        ([compact], [number]) if compact.len() == 8 => {
            date(number / 10_000, Some(number / 100 % 100), Some(number % 100)).map(Reading::One)
        }
        ([_, _, y], [first, second, year]) if y.len() == 4 => {
            let dots = separators.first() == Some(&'.');
            open_order(*first, *second, *year, dots)
        }
        _ => None,
    }
}

/// A date whose year stands last. Dots are written by those who put the day first.
fn open_order(first: u32, second: u32, year: u32, dots: bool) -> Option<Reading> {
    let by_day = date(year, Some(second), Some(first));
    let by_month = date(year, Some(first), Some(second)).filter(|_| !dots);
    match (by_day, by_month) {
        (Some(one), Some(other)) if one == other || dots => Some(Reading::One(one)),
        (Some(one), Some(other)) => Some(Reading::Either(one, other)),
        (Some(one), None) => Some(if dots { Reading::One(one) } else { Reading::Plain(one, Order::DayFirst) }),
        (None, Some(other)) => Some(Reading::Plain(other, Order::MonthFirst)),
        (None, None) => None,
    }
}

/// A number that stands alone and is a day between 1927 and 2064 as a spreadsheet counts days.
fn plausible_serial(text: &str) -> Option<Date> {
    let whole = text.split('.').next().unwrap_or_default();
    if whole.len() != 5 { None } else { serial(text, false).filter(|_| ("10000".."60000").contains(&whole)) }
}

/// The day of a spreadsheet's serial number; the time of day is left out.
pub(super) fn serial(text: &str, since_1904: bool) -> Option<Date> {
    let number: f64 = text.parse().ok()?;
    if !(1.0..2_958_466.0).contains(&number) {
        return None;
    }
    let days = number as i64 + if since_1904 { 1462 } else { 0 };
    // Spreadsheets count a 29 February 1900 that never was.
    let days = if days > 60 { days - 1 } else { days };
    day_after_1899(days)
}

/// The day that comes so many days after 31 December 1899.
fn day_after_1899(days: i64) -> Option<Date> {
    // Days since 0000-03-01, by H. Hinnant's civil_from_days.
    let shifted = days + 693_900;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    date(u32::try_from(year).ok()?, u32::try_from(month).ok(), u32::try_from(day).ok())
}

/// Whether a text says that there is no date.
pub(super) fn is_no_date(text: &str) -> bool {
    let text = plain(text);
    let unknown = [
        "-",
        "--",
        "—",
        "–",
        "―",
        "…",
        "/",
        "?",
        "n/a",
        "na",
        "不詳",
        "不详",
        "未詳",
        "不明",
        "无",
        "無",
        "なし",
        "미상",
        "unknown",
        "unbekannt",
    ];
    unknown.contains(&text.to_lowercase().as_str())
}

/// The date at a precision of Wikidata's: 9 a year, 10 a month, 11 a day; `None` for what is no year.
pub(super) fn at_precision(date: Date, precision: u32) -> Option<Date> {
    match (precision, date) {
        (..9, _) => None,
        (9, Date::Month(year, _) | Date::Day(year, ..)) => Some(Date::Year(year)),
        (10, Date::Day(year, month, _)) => Some(Date::Month(year, month)),
        _ => Some(date),
    }
}

#[cfg(test)]
mod tests;
