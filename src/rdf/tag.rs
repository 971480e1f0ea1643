//! Language tags as they are to be published. A store keeps them in lower case.

use std::borrow::Cow;

use oxrdf::{Literal, Quad, Term};

use crate::mapping::canonical_tag;

/// The quad with its language tag in the case that BCP 47 recommends (RFC 5646, section 2.1.1).
pub fn canonical_quad(quad: Quad) -> Quad {
    Quad { object: canonical_term(quad.object), ..quad }
}

/// The term with its language tag in the case that BCP 47 recommends.
pub fn canonical_term(term: Term) -> Term {
    let changed = match &term {
        Term::Literal(literal) => literal.language().and_then(|tag| match canonical_tag(tag) {
            Cow::Owned(tag) => Some(with_tag(literal, tag)),
            Cow::Borrowed(_) => None,
        }),
        _ => None,
    };
    changed.map_or(term, Term::Literal)
}

/// The literal with another language tag, which must be one.
pub(crate) fn with_tag(literal: &Literal, tag: String) -> Literal {
    match literal.direction() {
        Some(direction) => Literal::new_directional_language_tagged_literal_unchecked(literal.value(), tag, direction),
        None => Literal::new_language_tagged_literal_unchecked(literal.value(), tag),
    }
}
