//! Language tags as they are to be published. A store keeps them in lower case.

use std::borrow::Cow;

use oxrdf::{Literal, LiteralRef, Quad, Term, TermRef, Triple};

use crate::mapping::canonical_tag;

/// The quad with its language tags in the case that BCP 47 recommends (RFC 5646, section 2.1.1).
pub fn canonical_quad(quad: Quad) -> Quad {
    Quad { object: canonical_term(quad.object), ..quad }
}

/// The term with its language tags in the case that BCP 47 recommends.
pub fn canonical_term(term: Term) -> Term {
    with_tags(term.as_ref(), canonical_tag).unwrap_or(term)
}

/// As [`canonical_term`], for a term of somebody else's; most are as they should be.
pub fn recommended(term: &Term) -> Cow<'_, Term> {
    with_tags(term.as_ref(), canonical_tag).map_or(Cow::Borrowed(term), Cow::Owned)
}

/// What [`canonical_term`] makes of a term that is not as it should be.
pub(super) fn corrected(term: TermRef<'_>) -> Option<Term> {
    with_tags(term, canonical_tag)
}

/// The term with its language tags in lower case, as a store keeps them.
pub fn stored(term: &Term) -> Cow<'_, Term> {
    let lower = with_tags(term.as_ref(), |tag| match tag.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(tag.to_ascii_lowercase()),
        false => Cow::Borrowed(tag),
    });
    lower.map_or(Cow::Borrowed(term), Cow::Owned)
}

/// The term with its tags in another case; none where that changes nothing.
fn with_tags(term: TermRef<'_>, case: fn(&str) -> Cow<'_, str>) -> Option<Term> {
    match term {
        TermRef::Literal(literal) => match case(literal.language()?) {
            Cow::Owned(tag) => Some(with_tag(literal, tag).into()),
            Cow::Borrowed(_) => None,
        },
        TermRef::Triple(triple) => {
            let object = with_tags(triple.object.as_ref(), case)?;
            Some(Triple { object, ..triple.clone() }.into())
        }
        TermRef::NamedNode(_) | TermRef::BlankNode(_) => None,
    }
}

/// The literal with another language tag, which must be one.
fn with_tag(literal: LiteralRef<'_>, tag: String) -> Literal {
    match literal.direction() {
        Some(direction) => Literal::new_directional_language_tagged_literal_unchecked(literal.value(), tag, direction),
        None => Literal::new_language_tagged_literal_unchecked(literal.value(), tag),
    }
}

#[cfg(test)]
mod tests {
    use oxrdf::NamedNode;

    use super::*;

    #[test]
    fn tags_change_their_case_and_nothing_else() {
        let text = |tag: &str| Term::from(Literal::new_language_tagged_literal_unchecked("Yi", tag));
        let within = |tag: &str| {
            let name = NamedNode::new_unchecked("http://e/");
            Term::from(Triple::new(name.clone(), name, text(tag)))
        };
        for (lower, mixed) in [("zh-hans-cn", "zh-Hans-CN"), ("en", "en"), ("sl-rozaj-x-ab", "sl-rozaj-x-ab")] {
            assert_eq!(canonical_term(text(lower)), text(mixed));
            assert_eq!(canonical_term(within(lower)), within(mixed));
            assert_eq!(*stored(&within(mixed)), within(lower));
        }
        assert!(matches!(recommended(&text("en")), Cow::Borrowed(_)));
    }
}
