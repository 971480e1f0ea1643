//! Sort keys: SPARQL's order of terms, as keys that compare.
//!
//! Unbound, blank nodes, IRIs, literals, triple terms (SPARQL 1.1, 15.1). Among literals SPARQL leaves much open, and the
//! engine's own comparison is no order where types are mixed; here numbers come first by value, then dates of any
//! precision by their first moment, times of day, durations, then all others by text, datatype and language. Numbers of equal value tie whatever
//! their type, and so do equal moments of one type, so that the next condition decides.

use std::borrow::Cow;
use std::cmp::Ordering;

use oxrdf::{BaseDirection, LiteralRef, TermRef};

use super::id::Kind;
use super::moment::{Moment, moment};
use super::number::{Number, sortable};

/// A term's place in the order. The order of the variants is part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key<'a> {
    /// No value.
    Unbound,
    /// A blank node.
    Blank(Cow<'a, str>),
    /// An IRI.
    Iri(Cow<'a, str>),
    /// A number by its value.
    Number(ByValue),
    /// A date, a moment, a time of day or a duration.
    Time(Moment),
    /// Every other literal.
    Text(TextKey<'a>),
    /// A triple term: subject, predicate, object.
    Triple(Box<[Key<'a>; 3]>),
}

/// A literal by its text, datatype, language and direction.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextKey<'a> {
    value: Cow<'a, str>,
    datatype: Cow<'a, str>,
    language: Option<Cow<'a, str>>,
    from_right: bool,
}

/// A number that compares by value, whatever its type.
#[derive(Debug, Clone, Copy)]
pub struct ByValue(pub(super) Number);

impl Ord for ByValue {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.compare(other.0)
    }
}

impl PartialOrd for ByValue {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ByValue {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for ByValue {}

impl std::hash::Hash for ByValue {
    /// By the nearest double: equal values have one.
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        sortable(self.0.double()).hash(state);
    }
}

impl<'a> Key<'a> {
    /// The place of a term, or of none.
    pub fn new(term: Option<TermRef<'a>>) -> Self {
        match term {
            None => Self::Unbound,
            Some(TermRef::BlankNode(node)) => Self::Blank(Cow::Borrowed(node.as_str())),
            Some(TermRef::NamedNode(node)) => Self::Iri(Cow::Borrowed(node.as_str())),
            Some(TermRef::Literal(literal)) => Self::literal(literal),
            Some(TermRef::Triple(triple)) => Self::Triple(Box::new([
                Self::new(Some(triple.subject.as_ref().into())),
                Self::new(Some(triple.predicate.as_ref().into())),
                Self::new(Some(triple.object.as_ref())),
            ])),
        }
    }

    fn literal(literal: LiteralRef<'a>) -> Self {
        if let Some(number) = Number::of(literal) {
            return Self::Number(ByValue(number));
        }
        moment(literal).map_or_else(|| Self::Text(TextKey::new(literal)), Self::Time)
    }

    /// The same, of its own.
    pub fn into_owned(self) -> Key<'static> {
        let owned = |text: Cow<'a, str>| Cow::Owned(text.into_owned());
        match self {
            Self::Unbound => Key::Unbound,
            Self::Blank(text) => Key::Blank(owned(text)),
            Self::Iri(text) => Key::Iri(owned(text)),
            Self::Number(number) => Key::Number(number),
            Self::Time(moment) => Key::Time(moment),
            Self::Text(TextKey { value, datatype, language, from_right }) => Key::Text(TextKey {
                value: owned(value),
                datatype: owned(datatype),
                language: language.map(owned),
                from_right,
            }),
            Self::Triple(parts) => Key::Triple(Box::new(parts.map(Key::into_owned))),
        }
    }

    /// The kind of the term, if there is one.
    pub fn kind(&self) -> Option<Kind> {
        Some(match self {
            Self::Unbound => return None,
            Self::Blank(_) => Kind::Blank,
            Self::Iri(_) => Kind::Iri,
            Self::Number(_) => Kind::Number,
            Self::Time(_) => Kind::Time,
            Self::Text(_) => Kind::Text,
            Self::Triple(_) => Kind::Triple,
        })
    }
}

impl<'a> TextKey<'a> {
    fn new(literal: LiteralRef<'a>) -> Self {
        Self {
            value: Cow::Borrowed(literal.value()),
            datatype: Cow::Borrowed(literal.datatype().as_str()),
            language: literal.language().map(Cow::Borrowed),
            from_right: literal.direction() == Some(BaseDirection::Rtl),
        }
    }
}

/// The order of terms, in which different terms are never equal: [`Key`], then the literals' own text.
pub fn compare(a: TermRef<'_>, b: TermRef<'_>) -> Ordering {
    Key::new(Some(a)).cmp(&Key::new(Some(b))).then_with(|| by_form(a, b))
}

/// The order of terms whose keys are equal.
pub(super) fn by_form(a: TermRef<'_>, b: TermRef<'_>) -> Ordering {
    match (a, b) {
        (TermRef::Literal(a), TermRef::Literal(b)) => {
            TextKey::new(a).datatype_first().cmp(&TextKey::new(b).datatype_first())
        }
        (TermRef::Triple(a), TermRef::Triple(b)) => compare(a.object.as_ref(), b.object.as_ref()),
        _ => Ordering::Equal,
    }
}

impl TextKey<'_> {
    fn datatype_first(&self) -> (&str, &str) {
        (&self.datatype, &self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::vocab::xsd;
    use oxrdf::{BlankNode, Literal, NamedNode, Term};

    fn typed(value: &str, datatype: oxrdf::NamedNodeRef<'_>) -> Term {
        Literal::new_typed_literal(value, datatype).into()
    }

    fn sorted(terms: &[Option<Term>]) {
        let keys: Vec<Key> = terms.iter().map(|term| Key::new(term.as_ref().map(Term::as_ref))).collect();
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
        assert_eq!(
            Key::new(Some(typed("-0.0", xsd::DOUBLE).as_ref())),
            Key::new(Some(typed("0.0", xsd::DOUBLE).as_ref()))
        );
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
    fn times_of_day_and_durations_come_by_value() {
        let in_order = [
            typed("9999-12-31", xsd::DATE),
            typed("09:30:00+02:00", xsd::TIME),
            typed("08:00:00", xsd::TIME),
            typed("10:00:00.5", xsd::TIME),
            typed("-P2D", xsd::DURATION),
            typed("-PT30H", xsd::DAY_TIME_DURATION),
            typed("PT0S", xsd::DURATION),
            typed("PT5M", xsd::DURATION),
            typed("PT1H30M", xsd::DAY_TIME_DURATION),
            typed("PT100M", xsd::DURATION),
            typed("P9D", xsd::DAY_TIME_DURATION),
            typed("P10D", xsd::DAY_TIME_DURATION),
            typed("P2M", xsd::YEAR_MONTH_DURATION),
            typed("P1Y", xsd::YEAR_MONTH_DURATION),
            typed("P13M", xsd::YEAR_MONTH_DURATION),
        ];
        sorted(&in_order.map(Some));
        assert!(matches!(Key::new(Some(typed("8:00:00", xsd::TIME).as_ref())), Key::Text(_)), "an hour of one digit");
    }

    #[test]
    fn ill_typed_literals_are_text() {
        for value in ["", "x", "99999999999999999999999999999999999999999999-1-1", "é:00000", "-", "T"] {
            assert!(matches!(Key::new(Some(typed(value, xsd::DATE_TIME).as_ref())), Key::Text(_)), "{value}");
        }
    }

    #[test]
    fn equal_values_tie_whatever_their_type() {
        let ties = |a: &Term, b: &Term| Key::new(Some(a.as_ref())) == Key::new(Some(b.as_ref()));
        for [a, b] in [["1", "1.0"], ["0.1", "0.10"], ["123456789.123", "123456789.123"]] {
            assert!(ties(&typed(a, xsd::DECIMAL), &typed(b, xsd::DOUBLE)), "{a}");
        }
        assert!(ties(&typed("1", xsd::INTEGER), &typed("1", xsd::DOUBLE)));
        assert!(!ties(&typed("9007199254740993", xsd::INTEGER), &typed("9007199254740992", xsd::DOUBLE)));
        let moment = |value| typed(value, xsd::DATE_TIME);
        assert!(ties(&moment("2024-01-24T02:00:00Z"), &moment("2024-01-23T20:00:00-06:00")));
        assert!(!ties(&moment("2024-01-24T02:00:00Z"), &moment("2024-01-24T02:00:00.1Z")));
        assert!(!ties(&moment("2024-01-24T02:00:00Z"), &moment("2024-01-24T02:00:00")));
        assert!(!ties(&moment("1982-01-01T00:00:00"), &typed("1982-01-01", xsd::DATE)));
        let time = |value| typed(value, xsd::TIME);
        assert!(ties(&time("10:00:00Z"), &time("11:00:00+01:00")) && !ties(&time("10:00:00Z"), &time("10:00:00")));
        assert!(ties(&typed("P1Y", xsd::DURATION), &typed("P12M", xsd::YEAR_MONTH_DURATION)));
        assert!(ties(&typed("PT24H", xsd::DURATION), &typed("P1D", xsd::DAY_TIME_DURATION)));
        assert!(!ties(&typed("P1M", xsd::DURATION), &typed("P30D", xsd::DURATION)));
    }
}
