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
