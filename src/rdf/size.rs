//! Bytes that terms and quads take in memory, about: what bounds on memory are held against.

use oxrdf::{QuadRef, TermRef};

use super::graph::name_of;

/// What a quad takes beside the texts of its terms.
const OVERHEAD: usize = 160;

/// Bytes of a term's text.
pub fn term_bytes(term: TermRef<'_>) -> usize {
    match term {
        TermRef::NamedNode(node) => node.as_str().len() + 2,
        TermRef::BlankNode(node) => node.as_str().len() + 2,
        TermRef::Literal(literal) => literal.value().len() + 2 + literal.language().map_or(0, str::len),
        TermRef::Triple(triple) => 64 + term_bytes(triple.object.as_ref()),
    }
}

/// Bytes of a quad that is held by itself: the texts of its terms, and what holds them.
pub fn quad_bytes(quad: QuadRef<'_>) -> usize {
    let graph = name_of(quad.graph_name).map_or(0, |name| term_bytes(name.into()));
    OVERHEAD + term_bytes(quad.subject.into()) + term_bytes(quad.predicate.into()) + term_bytes(quad.object) + graph
}

#[cfg(test)]
mod tests {
    use oxrdf::{LiteralRef, NamedNodeRef, Triple};

    use super::*;

    #[test]
    fn a_quad_weighs_what_its_terms_do() {
        let node = NamedNodeRef::new_unchecked("http://e/n");
        let text = |value| TermRef::Literal(LiteralRef::new_language_tagged_literal_unchecked(value, "en"));
        assert_eq!(term_bytes(text("abc")), 3 + 2 + 2);
        let quoted = Triple::new(node, node, text("abc").into_owned());
        assert_eq!(term_bytes(TermRef::Triple(&quoted)), 64 + 7);
        let (light, heavy) = (QuadRef::new(node, node, text("a"), node), QuadRef::new(node, node, text("abcde"), node));
        assert_eq!(quad_bytes(heavy) - quad_bytes(light), 4);
        assert_eq!(quad_bytes(light), OVERHEAD + 3 * 12 + 5);
    }
}
