//! Literals by their values: two that a store cannot tell apart are one.

use std::str::FromStr;

use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNodeRef, NamedOrBlankNode, Quad, Term, Triple};
use oxsdatatypes::{
    Boolean, Date, DateTime, DayTimeDuration, Decimal, Double, Duration, Float, GDay, GMonth, GMonthDay, GYear,
    GYearMonth, Integer, Time, YearMonthDuration,
};

/// The datatypes derived from xsd:integer (XML Schema 1.1 Part 2, §3.4.13 and what follows), which stores keep as integers.
const INTEGERS: [NamedNodeRef<'_>; 13] = [
    xsd::INTEGER,
    xsd::BYTE,
    xsd::SHORT,
    xsd::INT,
    xsd::LONG,
    xsd::UNSIGNED_BYTE,
    xsd::UNSIGNED_SHORT,
    xsd::UNSIGNED_INT,
    xsd::UNSIGNED_LONG,
    xsd::POSITIVE_INTEGER,
    xsd::NEGATIVE_INTEGER,
    xsd::NON_POSITIVE_INTEGER,
    xsd::NON_NEGATIVE_INTEGER,
];

/// The quad with its object's numbers, dates and truth values in the one form that their value has: `1` for `01`, `1.5`
/// for `1.50`, as a store gives them back. What has no value of its datatype stays as it is.
pub fn quad_by_value(quad: Quad) -> Quad {
    Quad { object: term_by_value(quad.object), ..quad }
}

fn term_by_value(term: Term) -> Term {
    match term {
        Term::Literal(literal) => literal_by_value(&literal).unwrap_or(literal).into(),
        Term::Triple(triple) => {
            let Triple { subject, predicate, object } = *triple;
            let subject: NamedOrBlankNode = subject;
            Triple { subject, predicate, object: term_by_value(object) }.into()
        }
        other => other,
    }
}

fn literal_by_value(literal: &Literal) -> Option<Literal> {
    let (value, datatype) = (literal.value(), literal.datatype());
    if INTEGERS.contains(&datatype) {
        return form::<Integer>(value, xsd::INTEGER);
    }
    match datatype {
        xsd::BOOLEAN => form::<Boolean>(value, datatype),
        xsd::FLOAT => form::<Float>(value, datatype),
        xsd::DOUBLE => form::<Double>(value, datatype),
        xsd::DECIMAL => form::<Decimal>(value, datatype),
        xsd::DATE_TIME | xsd::DATE_TIME_STAMP => form::<DateTime>(value, xsd::DATE_TIME),
        xsd::TIME => form::<Time>(value, datatype),
        xsd::DATE => form::<Date>(value, datatype),
        xsd::G_YEAR_MONTH => form::<GYearMonth>(value, datatype),
        xsd::G_YEAR => form::<GYear>(value, datatype),
        xsd::G_MONTH_DAY => form::<GMonthDay>(value, datatype),
        xsd::G_DAY => form::<GDay>(value, datatype),
        xsd::G_MONTH => form::<GMonth>(value, datatype),
        xsd::DURATION => form::<Duration>(value, datatype),
        xsd::YEAR_MONTH_DURATION => form::<YearMonthDuration>(value, datatype),
        xsd::DAY_TIME_DURATION => form::<DayTimeDuration>(value, datatype),
        _ => None,
    }
}

fn form<T: FromStr + ToString>(value: &str, datatype: NamedNodeRef<'_>) -> Option<Literal> {
    value.parse::<T>().ok().map(|value| Literal::new_typed_literal(value.to_string(), datatype))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Embedded;
    use oxrdf::{GraphName, NamedNode};

    fn quad(value: &str, datatype: &str) -> Quad {
        let (node, datatype) =
            (NamedNode::new_unchecked("http://a/s"), format!("{}{datatype}", "http://www.w3.org/2001/XMLSchema#"));
        let literal = Literal::new_typed_literal(value, NamedNode::new_unchecked(datatype));
        Quad::new(node.clone(), node, literal, GraphName::DefaultGraph)
    }

    #[test]
    fn the_forms_are_those_that_a_store_gives_back() {
        let values = [
            ("01", "integer"),
            ("+1", "integer"),
            ("-0", "integer"),
            ("99999999999999999999", "integer"),
            ("x", "integer"),
            ("7", "unsignedByte"),
            ("007", "nonNegativeInteger"),
            ("1.50", "decimal"),
            ("2.0", "decimal"),
            (".5", "decimal"),
            ("1", "boolean"),
            ("false", "boolean"),
            ("1E3", "double"),
            ("NaN", "double"),
            ("-INF", "float"),
            ("0.1", "float"),
            ("2024-01-24Z", "date"),
            ("2024-01-24+00:00", "date"),
            ("2024-13-01", "date"),
            ("2024-01-24T10:00:00.000Z", "dateTime"),
            ("2024-01-24T24:00:00", "dateTime"),
            ("2024-01-24T10:00:00+00:00", "dateTimeStamp"),
            ("10:00:00.10", "time"),
            ("1979-10", "gYearMonth"),
            ("1979", "gYear"),
            ("--01-24", "gMonthDay"),
            ("---24", "gDay"),
            ("--01", "gMonth"),
            ("P1Y", "duration"),
            ("P12M", "yearMonthDuration"),
            ("PT60M", "dayTimeDuration"),
            (" 1 ", "integer"),
            ("01", "string"),
            ("01", "token"),
        ];
        for (value, datatype) in values {
            let quad = quad(value, datatype);
            let store = Embedded::memory().unwrap();
            store.transaction(|transaction| transaction.insert(quad.as_ref())).unwrap();
            let back = store.quads(None).next().unwrap().unwrap();
            assert_eq!(quad_by_value(quad), back, "{value} of {datatype}");
        }
    }
}
