//! Patterns of dates as a mapping writes them: `%Y年%m月%d日`, after strftime.

use super::words::month_number;
use super::{date, plain};
use crate::record::Date;

/// A pattern: `%Y` a year of four digits, `%m` and `%d` month and day of one or two, `%B` or `%b` the name of a month, `%%` a
/// per cent sign; all else stands for itself, and white space for any amount of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Year,
    Month,
    Day,
    MonthName,
    Space,
    Literal(char),
}

impl Pattern {
    /// Takes a pattern apart.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn new(text: &str) -> Result<Self, String> {
        let (mut parts, mut rest) = (Vec::new(), text.chars());
        while let Some(character) = rest.next() {
            parts.push(match character {
                '%' => match rest.next() {
                    Some('Y') => Part::Year,
                    Some('m') => Part::Month,
                    Some('d') => Part::Day,
                    Some('B' | 'b') => Part::MonthName,
                    Some('%') => Part::Literal('%'),
                    other => {
                        let found = other.map(String::from).unwrap_or_default();
                        return Err(format!("`%{found}` is none of %Y, %m, %d, %B, %b"));
                    }
                },
                space if space.is_whitespace() => Part::Space,
                other => Part::Literal(other),
            });
        }
        if parts.contains(&Part::Year) { Ok(Self(parts)) } else { Err("there is no year (%Y) in it".to_owned()) }
    }

    /// The date, where all of the text is of this pattern.
    pub(super) fn read(&self, text: &str) -> Option<Date> {
        let text = plain(text);
        let mut rest = text.as_str();
        let (mut year, mut month, mut day) = (None, None, None);
        for part in &self.0 {
            match part {
                Part::Year => year = Some(take_digits(&mut rest, 4, 4)?),
                Part::Month => month = Some(take_digits(&mut rest, 1, 2)?),
                Part::Day => day = Some(take_digits(&mut rest, 1, 2)?),
                Part::MonthName => month = Some(take_month(&mut rest)?),
                Part::Space => rest = rest.trim_start(),
                // The text is in plain forms; so is the pattern to be.
                Part::Literal(literal) => {
                    let literal = plain(&literal.to_string());
                    rest = rest.trim_start().strip_prefix(literal.as_str())?;
                }
            }
        }
        if rest.trim().is_empty() { date(year?, month, day) } else { None }
    }
}

fn take_digits(rest: &mut &str, least: usize, most: usize) -> Option<u32> {
    let text = rest.trim_start();
    let length = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (digits, after) = text.split_at(length);
    *rest = after;
    if length < least { None } else { digits.parse().ok() }
}

fn take_month(rest: &mut &str) -> Option<u32> {
    let text = rest.trim_start();
    let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
    let (word, after) = text.split_at(end);
    *rest = after.strip_prefix('.').unwrap_or(after);
    month_number(&word.to_lowercase())
}
