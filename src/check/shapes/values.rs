//! Literals as SHACL looks at them: whether they are well-formed, how they compare, in what language they are.

use std::cmp::Ordering;
use std::str::FromStr;

use oxrdf::{Literal, NamedNodeRef, Term};
use oxsdatatypes::{
    Boolean, Date, DateTime, DayTimeDuration, Decimal, Double, Duration, Float, GDay, GMonth, GMonthDay, GYear,
    GYearMonth, Time, YearMonthDuration,
};

use super::constraint::Bound;
use crate::vocab::{sh, xsd};

/// Whole numbers that a datatype derived from `xsd:integer` allows.
const INTEGERS: &[(&str, i128, i128)] = &[
    ("integer", i128::MIN, i128::MAX),
    ("long", i64::MIN as i128, i64::MAX as i128),
    ("int", i32::MIN as i128, i32::MAX as i128),
    ("short", i16::MIN as i128, i16::MAX as i128),
    ("byte", i8::MIN as i128, i8::MAX as i128),
    ("nonNegativeInteger", 0, i128::MAX),
    ("positiveInteger", 1, i128::MAX),
    ("nonPositiveInteger", i128::MIN, 0),
    ("negativeInteger", i128::MIN, -1),
    ("unsignedLong", 0, u64::MAX as i128),
    ("unsignedInt", 0, u32::MAX as i128),
    ("unsignedShort", 0, u16::MAX as i128),
    ("unsignedByte", 0, u8::MAX as i128),
];

fn local(datatype: NamedNodeRef<'_>) -> Option<&str> {
    datatype.as_str().strip_prefix(xsd::NS)
}

/// Whether a literal's text is one of its datatype (XSD 1.1 Part 2); texts of datatypes that are not known always are.
pub(super) fn is_well_formed(literal: &Literal) -> bool {
    let (text, datatype) = (literal.value(), literal.datatype());
    fn is<T: FromStr>(text: &str) -> bool {
        T::from_str(text).is_ok()
    }
    let Some(name) = local(datatype) else { return true };
    if let Some((_, least, most)) = INTEGERS.iter().find(|(integer, ..)| *integer == name) {
        return is_integer(text, *least, *most);
    }
    match name {
        "boolean" => is::<Boolean>(text),
        "decimal" => is_decimal(text),
        "float" | "double" => {
            is::<Double>(text) && !text.trim_start_matches(['+', '-']).eq_ignore_ascii_case("infinity")
        }
        "date" => is::<Date>(text),
        "dateTime" => is::<DateTime>(text),
        "dateTimeStamp" => DateTime::from_str(text).is_ok_and(|time| time.timezone_offset().is_some()),
        "time" => is::<Time>(text),
        "gYear" => is::<GYear>(text),
        "gYearMonth" => is::<GYearMonth>(text),
        "gMonth" => is::<GMonth>(text),
        "gMonthDay" => is::<GMonthDay>(text),
        "gDay" => is::<GDay>(text),
        "duration" => is::<Duration>(text),
        "dayTimeDuration" => is::<DayTimeDuration>(text),
        "yearMonthDuration" => is::<YearMonthDuration>(text),
        _ => true,
    }
}

fn is_integer(text: &str, least: i128, most: i128) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    match text.parse::<i128>() {
        Ok(number) => (least..=most).contains(&number),
        // Too long for 128 bits: only a side without a bound takes it.
        Err(_) if text.starts_with('-') => least == i128::MIN,
        Err(_) => most == i128::MAX,
    }
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    plain && digits.bytes().any(|byte| byte.is_ascii_digit()) && digits.bytes().filter(|byte| *byte == b'.').count() < 2
}

/// A value that has an order.
#[derive(PartialEq, PartialOrd)]
enum Ordered {
    Decimal(Decimal),
    Double(Double),
    Text(String),
    Boolean(bool),
    Date(Date),
    DateTime(DateTime),
    Time(Time),
    GYear(GYear),
    GYearMonth(GYearMonth),
    Duration(Duration),
}

fn ordered(literal: &Literal) -> Option<Ordered> {
    let text = literal.value();
    if literal.language().is_some() {
        return None;
    }
    let name = local(literal.datatype())?;
    if name == "decimal" || INTEGERS.iter().any(|(integer, ..)| *integer == name) {
        let decimal = text.parse().map(Ordered::Decimal);
        return decimal.ok().or_else(|| text.parse().map(Ordered::Double).ok());
    }
    match name {
        "float" => Some(Ordered::Double(text.parse::<Float>().ok()?.into())),
        "double" => text.parse().map(Ordered::Double).ok(),
        "string" => Some(Ordered::Text(text.to_owned())),
        "boolean" => Some(Ordered::Boolean(text.parse::<Boolean>().ok()?.into())),
        "date" => text.parse().map(Ordered::Date).ok(),
        "dateTime" | "dateTimeStamp" => text.parse().map(Ordered::DateTime).ok(),
        "time" => text.parse().map(Ordered::Time).ok(),
        "gYear" => text.parse().map(Ordered::GYear).ok(),
        "gYearMonth" => text.parse().map(Ordered::GYearMonth).ok(),
        "duration" | "dayTimeDuration" | "yearMonthDuration" => text.parse().map(Ordered::Duration).ok(),
        _ => None,
    }
}

/// How two terms compare by SPARQL's `<`, if they do.
pub(super) fn compare(one: &Term, other: &Term) -> Option<Ordering> {
    let (Term::Literal(one), Term::Literal(other)) = (one, other) else { return None };
    match (ordered(one)?, ordered(other)?) {
        (Ordered::Decimal(one), Ordered::Double(other)) => Double::from(one).partial_cmp(&other),
        (Ordered::Double(one), Ordered::Decimal(other)) => one.partial_cmp(&Double::from(other)),
        (one, other) if std::mem::discriminant(&one) == std::mem::discriminant(&other) => one.partial_cmp(&other),
        _ => None,
    }
}

/// Whether a value keeps a bound (SHACL §4.3).
pub(super) fn is_within(value: &Term, bound: Bound, limit: &Term) -> bool {
    let order = compare(value, limit);
    match bound {
        Bound::MinExclusive => order == Some(Ordering::Greater),
        Bound::MinInclusive => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        Bound::MaxExclusive => order == Some(Ordering::Less),
        Bound::MaxInclusive => matches!(order, Some(Ordering::Less | Ordering::Equal)),
    }
}

/// The text of a term as SPARQL's `STR` gives it; blank nodes have none.
pub(super) fn text(term: &Term) -> Option<&str> {
    match term {
        Term::NamedNode(node) => Some(node.as_str()),
        Term::Literal(literal) => Some(literal.value()),
        _ => None,
    }
}

/// Whether a term is of a kind (SHACL §4.1.3).
pub(super) fn is_kind(term: &Term, kind: NamedNodeRef<'_>) -> bool {
    let kinds: &[NamedNodeRef<'_>] = match term {
        Term::NamedNode(_) => &[sh::IRI, sh::BlankNodeOrIRI, sh::IRIOrLiteral],
        Term::BlankNode(_) => &[sh::BlankNode, sh::BlankNodeOrIRI, sh::BlankNodeOrLiteral],
        Term::Literal(_) => &[sh::Literal, sh::BlankNodeOrLiteral, sh::IRIOrLiteral],
        Term::Triple(_) => &[],
    };
    kinds.contains(&kind)
}

/// Characters of the text of a term.
pub(super) fn length(term: &Term) -> Option<u64> {
    text(term).map(|text| text.chars().count() as u64)
}

/// The language tag of a literal.
pub(super) fn language(term: &Term) -> Option<&str> {
    match term {
        Term::Literal(literal) => literal.language(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::NamedNode;

    fn typed(text: &str, name: &str) -> Literal {
        Literal::new_typed_literal(text, NamedNode::new_unchecked(format!("{}{name}", xsd::NS)))
    }

    #[test]
    fn texts_of_datatypes() {
        for (text, name) in [
            ("1", "integer"),
            ("+01", "integer"),
            ("-128", "byte"),
            ("1.", "decimal"),
            (".5", "decimal"),
            ("1e3", "double"),
            ("INF", "double"),
            ("true", "boolean"),
            ("0", "boolean"),
            ("2024-02-29", "date"),
            ("1979", "gYear"),
            ("1979-10", "gYearMonth"),
            ("2024-01-01T00:00:00Z", "dateTime"),
            ("P1Y", "duration"),
            ("anything", "anyURI"),
            ("99999999999999999999999999999999999999999999", "integer"),
        ] {
            assert!(is_well_formed(&typed(text, name)), "{text} {name}");
        }
        for (text, name) in [
            ("", "integer"),
            ("1.0", "integer"),
            ("128", "byte"),
            ("-1", "nonNegativeInteger"),
            ("1e3", "decimal"),
            (".", "decimal"),
            ("x", "double"),
            ("yes", "boolean"),
            ("2023-02-29", "date"),
            ("2024-13", "gYearMonth"),
            ("79", "gYear"),
            ("2024-01-01", "dateTime"),
            ("1Y", "duration"),
            ("-99999999999999999999999999999999999999999", "positiveInteger"),
        ] {
            assert!(!is_well_formed(&typed(text, name)), "{text} {name}");
        }
    }

    #[test]
    fn order_across_and_within_types() {
        let compare = |a: (&str, &str), b: (&str, &str)| compare(&typed(a.0, a.1).into(), &typed(b.0, b.1).into());
        assert_eq!(compare(("2", "integer"), ("10", "integer")), Some(Ordering::Less));
        assert_eq!(compare(("2", "integer"), ("2.0", "decimal")), Some(Ordering::Equal));
        assert_eq!(compare(("2.5", "double"), ("2", "byte")), Some(Ordering::Greater));
        assert_eq!(compare(("2024-01-31", "date"), ("2024-02-01", "date")), Some(Ordering::Less));
        assert_eq!(compare(("b", "string"), ("a", "string")), Some(Ordering::Greater));
        assert_eq!(compare(("2024", "gYear"), ("2024-02-01", "date")), None);
        assert_eq!(compare(("2", "string"), ("10", "integer")), None);
    }
}
