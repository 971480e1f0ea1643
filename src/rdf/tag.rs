//! Language tags as they are to be published. A store keeps them in lower case.

use std::borrow::Cow;

use oxrdf::{Literal, Quad, Term, Triple};

use crate::mapping::canonical_tag;

/// The quad with its language tags in the case that BCP 47 recommends (RFC 5646, section 2.1.1).
pub fn canonical_quad(quad: Quad) -> Quad {
    Quad { object: canonical_term(quad.object), ..quad }
}

/// The term with its language tags in the case that BCP 47 recommends.
pub fn canonical_term(term: Term) -> Term {
    match recommended(&term) {
        Cow::Owned(changed) => changed,
        Cow::Borrowed(_) => term,
    }
}

/// As [`canonical_term`], for a term of somebody else's; most are as they should be.
pub fn recommended(term: &Term) -> Cow<'_, Term> {
    with_tags(term, canonical_tag)
}

/// The term with its language tags in lower case, as a store keeps them.
pub fn stored(term: &Term) -> Cow<'_, Term> {
    with_tags(term, |tag| match tag.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(tag.to_ascii_lowercase()),
        false => Cow::Borrowed(tag),
    })
}

fn with_tags(term: &Term, case: fn(&str) -> Cow<'_, str>) -> Cow<'_, Term> {
    match term {
        Term::Literal(literal) => match literal.language().map(case) {
            Some(Cow::Owned(tag)) => Cow::Owned(with_tag(literal, tag).into()),
            _ => Cow::Borrowed(term),
        },
        Term::Triple(triple) => match with_tags(&triple.object, case) {
            Cow::Owned(object) => Cow::Owned(Triple { object, ..triple.as_ref().clone() }.into()),
            Cow::Borrowed(_) => Cow::Borrowed(term),
        },
        Term::NamedNode(_) | Term::BlankNode(_) => Cow::Borrowed(term),
    }
}

/// The literal with another language tag, which must be one.
fn with_tag(literal: &Literal, tag: String) -> Literal {
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
