//! Value comparison: effective boolean values (17.2.2), `=` (17.4.1.7) and `<` (17.3). `None` is an error.

use std::cmp::Ordering;

use oxrdf::NamedOrBlankNode;
use spareval::ExpressionTerm as V;
use spareval::ExpressionTriple;

use super::arithmetic::{Pair, double, duration};
use super::value::Value;

const XSD: &str = "http://www.w3.org/2001/XMLSchema#";

/// Datatypes whose ill-typed literals are false: booleans and numbers.
const FALSE_IF_WRONG: &[&str] = &[
    "integer",
    "decimal",
    "float",
    "double",
    "long",
    "int",
    "short",
    "byte",
    "unsignedLong",
    "unsignedInt",
    "unsignedShort",
    "unsignedByte",
    "nonNegativeInteger",
    "positiveInteger",
    "nonPositiveInteger",
    "negativeInteger",
];

/// The effective boolean value.
pub fn boolean(value: &Value) -> Option<bool> {
    match value {
        V::BooleanLiteral(value) => Some((*value).into()),
        V::StringLiteral(text) => Some(!text.is_empty()),
        V::OtherTypedLiteral { datatype, .. } => {
            let is_known = datatype.as_str().strip_prefix(XSD).is_some_and(|name| FALSE_IF_WRONG.contains(&name));
            is_known.then_some(false)
        }
        number => double(number).map(|number| !number.is_nan() && f64::from(number) != 0.0),
    }
}

/// `a = b`
///
/// Values of different known types are different. Where one has an unknown type, or where a time zone is missing and would
/// decide, nobody can tell: an error.
pub fn equal(a: &Value, b: &Value) -> Option<bool> {
    if let Some(pair) = Pair::of(a, b) {
        return Some(order_numbers(pair) == Some(Ordering::Equal));
    }
    match (a, b) {
        (V::OtherTypedLiteral { .. }, other) | (other, V::OtherTypedLiteral { .. }) => match other {
            V::OtherTypedLiteral { .. } if a == b => Some(true),
            V::NamedNode(_)
            | V::BlankNode(_)
            | V::Triple(_)
            | V::LangStringLiteral { .. }
            | V::DirLangStringLiteral { .. } => Some(false),
            _ => None,
        },
        (V::Triple(a), V::Triple(b)) => equal_triples(a, b),
        (V::NamedNode(_) | V::BlankNode(_) | V::Triple(_), _)
        | (_, V::NamedNode(_) | V::BlankNode(_) | V::Triple(_)) => Some(a == b),
        _ if is_duration(a) && is_duration(b) => Some(duration(a) == duration(b)),
        _ if std::mem::discriminant(a) != std::mem::discriminant(b) => Some(false),
        _ if is_time(a) => order_times(a, b).map(Ordering::is_eq),
        _ => Some(a == b),
    }
}

fn equal_triples(a: &ExpressionTriple, b: &ExpressionTriple) -> Option<bool> {
    let is_same = |a: &NamedOrBlankNode, b: &NamedOrBlankNode| a == b;
    Some(is_same(&a.subject, &b.subject) && a.predicate == b.predicate && equal(&a.object, &b.object)?)
}

/// `a < b` and its kin: how `a` stands to `b`, where they are numbers, strings of one language, booleans, times or durations.
pub fn order(a: &Value, b: &Value) -> Option<Ordering> {
    if let Some(pair) = Pair::of(a, b) {
        return order_numbers(pair);
    }
    match (a, b) {
        (V::StringLiteral(a), V::StringLiteral(b)) => Some(a.cmp(b)),
        (V::LangStringLiteral { value: a, language: x }, V::LangStringLiteral { value: b, language: y }) => {
            (x == y).then(|| a.cmp(b))
        }
        (
            V::DirLangStringLiteral { value: a, language: x, direction: to },
            V::DirLangStringLiteral { value: b, language: y, direction: too },
        ) => (x == y && to == too).then(|| a.cmp(b)),
        (V::BooleanLiteral(a), V::BooleanLiteral(b)) => Some(bool::from(*a).cmp(&bool::from(*b))),
        _ => order_times(a, b),
    }
}

fn order_numbers(pair: Pair) -> Option<Ordering> {
    match pair {
        Pair::Integers(a, b) => a.partial_cmp(&b),
        Pair::Decimals(a, b) => a.partial_cmp(&b),
        Pair::Floats(a, b) => a.partial_cmp(&b),
        Pair::Doubles(a, b) => a.partial_cmp(&b),
    }
}

fn is_time(value: &Value) -> bool {
    order_times(value, value).is_some() && !is_duration(value)
}

fn is_duration(value: &Value) -> bool {
    duration(value).is_some()
}

fn order_times(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (V::DateTimeLiteral(a), V::DateTimeLiteral(b)) => a.partial_cmp(b),
        (V::DateLiteral(a), V::DateLiteral(b)) => a.partial_cmp(b),
        (V::TimeLiteral(a), V::TimeLiteral(b)) => a.partial_cmp(b),
        (V::GYearLiteral(a), V::GYearLiteral(b)) => a.partial_cmp(b),
        (V::GYearMonthLiteral(a), V::GYearMonthLiteral(b)) => a.partial_cmp(b),
        (V::GMonthLiteral(a), V::GMonthLiteral(b)) => a.partial_cmp(b),
        (V::GMonthDayLiteral(a), V::GMonthDayLiteral(b)) => a.partial_cmp(b),
        (V::GDayLiteral(a), V::GDayLiteral(b)) => a.partial_cmp(b),
        _ => duration(a)?.partial_cmp(&duration(b)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::vocab::xsd;
    use oxrdf::{BlankNode, Literal, NamedNode, NamedNodeRef, Term};

    fn typed(value: &str, datatype: NamedNodeRef<'_>) -> Value {
        Term::from(Literal::new_typed_literal(value, datatype)).into()
    }

    fn tagged(value: &str, language: &str) -> Value {
        Term::from(Literal::new_language_tagged_literal(value, language).unwrap()).into()
    }

    fn unknown(value: &str) -> Value {
        typed(value, NamedNodeRef::new_unchecked("http://x/type"))
    }

    #[test]
    fn the_effective_boolean_value() {
        for (value, expected) in [
            (typed("true", xsd::BOOLEAN), Some(true)),
            (typed("maybe", xsd::BOOLEAN), None),
            (typed("0", xsd::INTEGER), Some(false)),
            (typed("0.0", xsd::DECIMAL), Some(false)),
            (typed("NaN", xsd::DOUBLE), Some(false)),
            (typed("-1", xsd::FLOAT), Some(true)),
            (typed("abc", xsd::INTEGER), Some(false)),
            (typed("", xsd::STRING), Some(false)),
            (typed("false", xsd::STRING), Some(true)),
            (tagged("a", "en"), None),
            (unknown("1"), None),
            (typed("2000-01-01", xsd::DATE), None),
            (Term::from(NamedNode::new_unchecked("http://x")).into(), None),
        ] {
            assert_eq!(boolean(&value), expected, "{:?}", Term::from(value.clone()));
        }
    }

    #[test]
    fn equality_knows_what_it_cannot_know() {
        let one = || typed("1", xsd::INTEGER);
        assert_eq!(equal(&one(), &typed("1.0", xsd::DECIMAL)), Some(true));
        assert_eq!(equal(&one(), &typed("1", xsd::DOUBLE)), Some(true));
        assert_eq!(equal(&one(), &typed("1", xsd::STRING)), Some(false));
        assert_eq!(equal(&typed("NaN", xsd::DOUBLE), &typed("NaN", xsd::DOUBLE)), Some(false));
        assert_eq!(equal(&tagged("a", "EN"), &tagged("a", "en")), Some(true));
        assert_eq!(equal(&tagged("a", "en"), &typed("a", xsd::STRING)), Some(false));
        assert_eq!(equal(&unknown("a"), &unknown("a")), Some(true));
        assert_eq!(equal(&unknown("a"), &unknown("b")), None);
        assert_eq!(equal(&unknown("a"), &one()), None);
        assert_eq!(equal(&unknown("a"), &tagged("a", "en")), Some(false));
        assert_eq!(equal(&typed("x", xsd::INTEGER), &one()), None);
        let node: Value = Term::from(NamedNode::new_unchecked("http://x")).into();
        assert_eq!(equal(&node, &unknown("a")), Some(false));
        assert_eq!(equal(&node, &Term::from(BlankNode::new_unchecked("b")).into()), Some(false));
        assert_eq!(equal(&node, &one()), Some(false));
    }

    #[test]
    fn times_without_a_zone_are_equal_to_some_with_one_or_not() {
        let time = |text| typed(text, xsd::DATE_TIME);
        assert_eq!(equal(&time("2000-01-01T00:00:00Z"), &time("2000-01-01T01:00:00+01:00")), Some(true));
        assert_eq!(equal(&time("2000-01-01T00:00:00Z"), &time("2000-01-01T06:00:00")), None);
        assert_eq!(equal(&time("2000-01-01T00:00:00Z"), &time("2000-01-02T06:00:00")), Some(false));
        assert_eq!(order(&time("2000-01-01T00:00:00Z"), &time("2000-01-01T06:00:00")), None);
        assert_eq!(order(&time("2000-01-01T00:00:00Z"), &time("2000-01-02T06:00:00")), Some(Ordering::Less));
        let date = |text| typed(text, xsd::DATE);
        assert_eq!(equal(&date("2000-01-01"), &date("2000-01-01Z")), None);
        assert_eq!(equal(&date("2000-01-01"), &time("2000-01-01T00:00:00")), Some(false));
        let length = |text, datatype| typed(text, datatype);
        assert_eq!(equal(&length("P1Y", xsd::DURATION), &length("P12M", xsd::YEAR_MONTH_DURATION)), Some(true));
        assert_eq!(equal(&length("P1M", xsd::DURATION), &length("P30D", xsd::DURATION)), Some(false));
        assert_eq!(order(&length("P1M", xsd::DURATION), &length("P30D", xsd::DURATION)), None);
        assert_eq!(
            order(&length("PT90S", xsd::DURATION), &length("PT1M", xsd::DAY_TIME_DURATION)),
            Some(Ordering::Greater)
        );
    }

    #[test]
    fn what_has_no_order() {
        let node: Value = Term::from(NamedNode::new_unchecked("http://x")).into();
        assert_eq!(order(&node, &node), None);
        assert_eq!(order(&unknown("a"), &unknown("a")), None);
        assert_eq!(order(&typed("1", xsd::STRING), &typed("1", xsd::INTEGER)), None);
        assert_eq!(order(&typed("false", xsd::BOOLEAN), &typed("1", xsd::BOOLEAN)), Some(Ordering::Less));
    }
}
