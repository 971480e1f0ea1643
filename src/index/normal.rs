//! Normal form of terms: the form in which the store gives terms back: numbers and dates by value (`"01"^^xsd:byte` is
//! `"1"^^xsd:integer`).

use oxrdf::vocab::xsd;
use oxrdf::{NamedNodeRef, Term, TermRef};
use spareval::ExpressionTerm;

const XSD: &str = "http://www.w3.org/2001/XMLSchema#";

/// A term in the form in which the store gives it back.
pub fn normal(term: Term) -> Term {
    if may_change(term.as_ref()) { ExpressionTerm::from(term).into() } else { term }
}

/// Whether the store may give a term back in another form.
pub(super) fn may_change(term: TermRef<'_>) -> bool {
    match term {
        TermRef::NamedNode(_) | TermRef::BlankNode(_) => false,
        TermRef::Literal(literal) => is_kept_by_value(literal.datatype()),
        TermRef::Triple(triple) => may_change(triple.object.as_ref()),
    }
}

fn is_kept_by_value(datatype: NamedNodeRef<'_>) -> bool {
    datatype != xsd::STRING && datatype.as_str().starts_with(XSD)
}

#[cfg(test)]
mod tests {
    use oxrdf::{Literal, NamedNode, Triple};

    use super::*;

    fn typed(text: &str, datatype: NamedNodeRef<'_>) -> Term {
        Literal::new_typed_literal(text, datatype).into()
    }

    #[test]
    fn values_have_one_form_and_all_else_stays() {
        let other = NamedNode::new_unchecked("http://e/type");
        for (term, expected) in [
            (typed("01", xsd::BYTE), typed("1", xsd::INTEGER)),
            (typed("+7.50", xsd::DECIMAL), typed("7.5", xsd::DECIMAL)),
            (typed("1", xsd::BOOLEAN), typed("true", xsd::BOOLEAN)),
            (typed("2024-01-24T00:00:00.00Z", xsd::DATE_TIME), typed("2024-01-24T00:00:00Z", xsd::DATE_TIME)),
            // No value, no other form.
            (typed("no number", xsd::INTEGER), typed("no number", xsd::INTEGER)),
            (typed("01", xsd::STRING), typed("01", xsd::STRING)),
            (typed("01", other.as_ref()), typed("01", other.as_ref())),
            (other.clone().into(), other.clone().into()),
        ] {
            assert_eq!(normal(term.clone()), expected, "{term}");
            assert!(may_change(term.as_ref()) || term == expected, "{term}");
            let of = |object: Term| Term::from(Triple::new(other.clone(), other.clone(), object));
            assert_eq!(normal(of(term)), of(expected));
        }
    }
}
