//! Terms as plain text, without the marks of a syntax.

use std::borrow::Cow;

use oxrdf::TermRef;

/// The text of a literal, the IRI of a node, any other term as N-Triples has it: what a value of CSV is (SPARQL 1.1 Query Results
/// CSV and TSV Formats, 3.2).
pub fn plain(term: TermRef<'_>) -> Cow<'_, str> {
    match term {
        TermRef::NamedNode(node) => node.as_str().into(),
        TermRef::Literal(literal) => literal.value().into(),
        other => other.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use oxrdf::{BlankNodeRef, LiteralRef, NamedNodeRef};

    use super::*;

    #[test]
    fn marks_are_left_out() {
        assert_eq!(plain(NamedNodeRef::new_unchecked("http://e/").into()), "http://e/");
        assert_eq!(plain(LiteralRef::new_language_tagged_literal_unchecked("\"a\"", "en").into()), "\"a\"");
        assert_eq!(plain(BlankNodeRef::new_unchecked("b").into()), "_:b");
    }
}
