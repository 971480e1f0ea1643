//! Normal form: terms as a store keeps them: numbers, dates and truth values by value, language tags in lower case.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use oxrdf::{Literal, NamedNodeRef, Term};
use oxsdatatypes::{
    Boolean, Date, DateTime, DayTimeDuration, Decimal, Double, Duration, Float, GDay, GMonth, GMonthDay, GYear,
    GYearMonth, Integer, Time, YearMonthDuration,
};

use super::stored;
use crate::vocab::xsd;

/// The whole numbers, which a store keeps as `xsd:integer`.
const INTEGERS: &[&str] = &[
    "integer",
    "byte",
    "short",
    "int",
    "long",
    "unsignedByte",
    "unsignedShort",
    "unsignedInt",
    "unsignedLong",
    "positiveInteger",
    "negativeInteger",
    "nonPositiveInteger",
    "nonNegativeInteger",
];

/// The term as it comes back from a store (language tags aside, in lower case). Terms that a store takes for the same have the
/// same normal form; a text that is none of its datatype is its own.
pub fn normal(term: &Term) -> Cow<'_, Term> {
    if let Term::Literal(literal) = term
        && literal.language().is_none()
    {
        return match by_value(literal) {
            Some(normal) if normal != *literal => Cow::Owned(normal.into()),
            _ => Cow::Borrowed(term),
        };
    }
    stored(term)
}

fn by_value(literal: &Literal) -> Option<Literal> {
    let text = literal.value();
    let name = literal.datatype().as_str().strip_prefix(xsd::NS)?;
    if INTEGERS.contains(&name) {
        return written::<Integer>(text, xsd::integer);
    }
    let own = literal.datatype();
    match name {
        "boolean" => written::<Boolean>(text, own),
        "decimal" => written::<Decimal>(text, own),
        "float" => written::<Float>(text, own),
        "double" => written::<Double>(text, own),
        "dateTime" | "dateTimeStamp" => written::<DateTime>(text, xsd::dateTime),
        "time" => written::<Time>(text, own),
        "date" => written::<Date>(text, own),
        "gYearMonth" => written::<GYearMonth>(text, own),
        "gYear" => written::<GYear>(text, own),
        "gMonthDay" => written::<GMonthDay>(text, own),
        "gDay" => written::<GDay>(text, own),
        "gMonth" => written::<GMonth>(text, own),
        "duration" => written::<Duration>(text, own),
        "yearMonthDuration" => written::<YearMonthDuration>(text, own),
        "dayTimeDuration" => written::<DayTimeDuration>(text, own),
        _ => None,
    }
}

fn written<T: FromStr + Display>(text: &str, datatype: NamedNodeRef<'_>) -> Option<Literal> {
    Some(Literal::new_typed_literal(text.parse::<T>().ok()?.to_string(), datatype))
}
