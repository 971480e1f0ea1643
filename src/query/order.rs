//! SPARQL's order of terms, as keys that are made once for each row.
//!
//! Unbound, blank nodes, IRIs, literals, triple terms (SPARQL 1.1, 15.1). Among literals SPARQL leaves much open, and the
//! engine's own comparison is no order where types are mixed; here numbers come first by value, then dates of any
//! precision by their first moment, then all others by text, datatype and language. Where the engine's comparison is an
//! order, this is the same.

use std::cmp::Reverse;

use oxrdf::vocab::xsd;
use oxrdf::{Literal, Term};

/// What rows are ordered by: one for each `ORDER BY` condition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum SortKey {
    Ascending(Key),
    Descending(Reverse<Key>),
}

impl SortKey {
    pub(super) fn new(term: Option<&Term>, descending: bool) -> Self {
        let key = Key::new(term);
        if descending { Self::Descending(Reverse(key)) } else { Self::Ascending(key) }
    }
}

/// A term's place in the order. The order of the variants is part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Key {
    Unbound,
    Blank(String),
    Iri(String),
    Number(Number),
    Time { seconds: i64, text: String },
    Text { value: String, datatype: String, language: Option<String> },
    Triple { subject: Box<Key>, predicate: String, object: Box<Key> },
}

/// A number: its nearest double as sortable bits, then whether it is exact, then its exact value times 10¹⁸.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Number(u64, Option<i128>);

impl Key {
    pub(super) fn new(term: Option<&Term>) -> Self {
        match term {
            None => Self::Unbound,
            Some(Term::BlankNode(node)) => Self::Blank(node.as_str().to_owned()),
            Some(Term::NamedNode(node)) => Self::Iri(node.as_str().to_owned()),
            Some(Term::Literal(literal)) => Self::literal(literal),
            Some(Term::Triple(triple)) => Self::Triple {
                subject: Box::new(Self::new(Some(&triple.subject.clone().into()))),
                predicate: triple.predicate.as_str().to_owned(),
                object: Box::new(Self::new(Some(&triple.object))),
            },
        }
    }

    fn literal(literal: &Literal) -> Self {
        let value = literal.value();
        number(literal)
            .map(Self::Number)
            .or_else(|| time(literal).map(|seconds| Self::Time { seconds, text: value.to_owned() }))
            .unwrap_or_else(|| Self::Text {
                value: value.to_owned(),
                datatype: literal.datatype().as_str().to_owned(),
                language: literal.language().map(str::to_owned),
            })
    }
}

fn number(literal: &Literal) -> Option<Number> {
    let value = literal.value();
    let datatype = literal.datatype();
    if [xsd::DOUBLE, xsd::FLOAT].contains(&datatype) {
        return double(value).map(|double| Number(sortable(double), None));
    }
    let numeric = [
        xsd::INTEGER,
        xsd::DECIMAL,
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
    if !numeric.contains(&datatype) {
        return None;
    }
    Some(Number(sortable(value.parse().ok()?), exact(value)))
}

fn double(value: &str) -> Option<f64> {
    match value {
        "INF" | "+INF" => Some(f64::INFINITY),
        "-INF" => Some(f64::NEG_INFINITY),
        _ => value.parse().ok(),
    }
}

/// Bits that compare as the numbers do; both zeros are one.
fn sortable(double: f64) -> u64 {
    let bits = (double + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

fn exact(value: &str) -> Option<i128> {
    let (negative, digits) = match value.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, value.strip_prefix('+').unwrap_or(value)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction:0<18.18}").parse::<i128>().ok()?;
    Some(if negative { -all } else { all })
}

/// The first second that a date of any precision can mean, counted from 1970; without a time zone, in UTC.
fn time(literal: &Literal) -> Option<i64> {
    let known = [xsd::DATE_TIME, xsd::DATE, xsd::G_YEAR, xsd::G_YEAR_MONTH];
    if !known.contains(&literal.datatype()) {
        return None;
    }
    let value = literal.value();
    let (sign, rest) = value.strip_prefix('-').map_or((1, value), |rest| (-1, rest));
    let (rest, zone) = zone(rest);
    let (date, clock) = rest.split_once('T').unwrap_or((rest, "00:00:00"));
    let mut parts = date.split('-').map(|part| part.parse::<i64>().ok());
    let year = sign * parts.next()??;
    let month = parts.next().unwrap_or(Some(1))?;
    let day = parts.next().unwrap_or(Some(1))?;
    Some(days(year, month, day).checked_mul(86_400)? + seconds(clock)? - zone)
}

/// Splits off a time zone and gives its offset in seconds.
fn zone(text: &str) -> (&str, i64) {
    if let Some(rest) = text.strip_suffix('Z') {
        return (rest, 0);
    }
    let split = text.len().checked_sub(6).filter(|at| text.is_char_boundary(*at)).map(|at| text.split_at(at));
    match split {
        Some((rest, zone)) if zone.as_bytes()[3] == b':' && matches!(zone.as_bytes()[0], b'+' | b'-') => {
            let minutes = seconds(&format!("{}:00", &zone[1..])).unwrap_or(0);
            (rest, if zone.starts_with('-') { -minutes } else { minutes })
        }
        _ => (text, 0),
    }
}

fn seconds(clock: &str) -> Option<i64> {
    let mut parts = clock.split(':');
    let mut next = || parts.next()?.split('.').next()?.parse::<i64>().ok();
    Some(next()? * 3_600 + next()? * 60 + next()?)
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
    use super::*;
    use oxrdf::{BlankNode, NamedNode};

    fn typed(value: &str, datatype: oxrdf::NamedNodeRef<'_>) -> Term {
        Literal::new_typed_literal(value, datatype).into()
    }

    fn sorted(terms: &[Option<Term>]) {
        let keys: Vec<Key> = terms.iter().map(|term| Key::new(term.as_ref())).collect();
        assert!(keys.is_sorted(), "{keys:#?}");
    }

    #[test]
    fn kinds_of_terms_follow_each_other() {
        sorted(&[
            None,
            Some(BlankNode::new_unchecked("b").into()),
            Some(NamedNode::new_unchecked("http://a").into()),
            Some(Literal::from(-3).into()),
            Some(typed("1982", xsd::G_YEAR)),
            Some(Literal::new_simple_literal("").into()),
            Some(Literal::new_language_tagged_literal_unchecked("a", "en").into()),
            Some(Literal::new_simple_literal("a").into()),
            Some(Literal::new_simple_literal("b").into()),
        ]);
    }

    #[test]
    fn numbers_of_all_types_are_one_line() {
        let numbers = [
            typed("-INF", xsd::DOUBLE),
            typed("-10", xsd::INTEGER),
            typed("-9.5", xsd::DECIMAL),
            typed("0", xsd::INTEGER),
            typed("1e-3", xsd::DOUBLE),
            typed("0.01", xsd::DECIMAL),
            typed("9", xsd::INTEGER),
            typed("10", xsd::INT),
            typed("9007199254740992", xsd::INTEGER),
            typed("9007199254740993", xsd::INTEGER),
            typed("INF", xsd::FLOAT),
        ];
        sorted(&numbers.map(Some));
        assert_eq!(Key::new(Some(&typed("-0.0", xsd::DOUBLE))), Key::new(Some(&typed("0.0", xsd::DOUBLE))));
    }

    #[test]
    fn dates_of_all_precisions_are_one_line() {
        let dates = [
            typed("-0044-03-15", xsd::DATE),
            typed("1979-10", xsd::G_YEAR_MONTH),
            typed("1979-10-08", xsd::DATE),
            typed("1982", xsd::G_YEAR),
            typed("1982-01-01", xsd::DATE),
            typed("2024-01-23T20:00:00-05:00", xsd::DATE_TIME),
            typed("2024-01-24T02:00:00Z", xsd::DATE_TIME),
            typed("12000", xsd::G_YEAR),
        ];
        sorted(&dates.map(Some));
    }

    #[test]
    fn ill_typed_literals_are_text() {
        for value in ["", "x", "99999999999999999999999999999999999999999999-1-1", "é:00000", "-", "T"] {
            assert!(matches!(Key::new(Some(&typed(value, xsd::DATE_TIME))), Key::Text { .. }), "{value}");
        }
    }
}
