//! Language tags as they are to be published. A store keeps them in lower case.

use std::borrow::Cow;

use oxrdf::{Literal, LiteralRef, Quad, Term, TermRef, Triple};

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

/// A tag in the case that BCP 47 §2.1.1 recommends: `zh-Hans`, `en-US`.
pub fn canonical_tag(tag: &str) -> Cow<'_, str> {
    if tag.split('-').enumerate().all(|(i, part)| in_case(i, part)) {
        return Cow::Borrowed(tag);
    }
    let mut private = false;
    let parts: Vec<String> = tag
        .split('-')
        .enumerate()
        .map(|(i, part)| {
            let cased = if private { part.to_ascii_lowercase() } else { recase(i, part) };
            private |= part.len() == 1;
            cased
        })
        .collect();
    Cow::Owned(parts.join("-"))
}

/// Whether a part stands in its canonical case; a single letter, which opens an extension, is left to the slow way.
fn in_case(i: usize, part: &str) -> bool {
    let bytes = part.as_bytes();
    match (i, bytes) {
        (_, []) | (_, [_]) => false,
        (1.., [_, _]) => !bytes.iter().any(u8::is_ascii_lowercase),
        (1.., [first, rest @ ..]) if rest.len() == 3 => {
            !first.is_ascii_lowercase() && !rest.iter().any(u8::is_ascii_uppercase)
        }
        _ => !bytes.iter().any(u8::is_ascii_uppercase),
    }
}

fn recase(i: usize, part: &str) -> String {
    let mut cased = part.to_ascii_lowercase();
    let capitals = match (i, part.len()) {
        (1.., 2) => 2,
        (1.., 4) => 1,
        _ => 0,
    };
    if let Some(head) = cased.get_mut(..capitals) {
        head.make_ascii_uppercase();
    }
    cased
}

/// The script that Chinese is written in where a tag names a region alone (`zh-TW`), as Unicode's likely subtags have it.
pub fn script_of_region(tag: &str) -> Option<&'static str> {
    let (language, region) = tag.split_once('-')?;
    match region.to_ascii_lowercase().as_str() {
        _ if !language.eq_ignore_ascii_case("zh") => None,
        "tw" | "hk" | "mo" => Some("Hant"),
        "cn" | "sg" | "my" => Some("Hans"),
        _ => None,
    }
}

/// Whether a language tag is of a basic language range, in whatever case (RFC 4647, section 3.3.1); no tag is of the empty range.
pub fn is_in_range(tag: &str, range: &str) -> bool {
    let begins = tag.get(..range.len()).is_some_and(|start| start.eq_ignore_ascii_case(range));
    let ends = tag.as_bytes().get(range.len()).is_none_or(|next| *next == b'-');
    !tag.is_empty() && (range == "*" || !range.is_empty() && begins && ends)
}

#[cfg(test)]
mod tests {
    use oxrdf::NamedNode;

    use super::*;

    #[test]
    fn ranges_end_at_hyphens() {
        for (tag, range) in [("zh-Hant-TW", "zh-hant"), ("ja", "JA"), ("de", "*"), ("de-1996", "de")] {
            assert!(is_in_range(tag, range), "{tag} {range}");
        }
        for (tag, range) in
            [("zh-Hants", "zh-hant"), ("z", "zh"), ("zhx", "zh"), ("\u{4e2d}", "zh"), ("", "*"), ("en", "")]
        {
            assert!(!is_in_range(tag, range), "{tag} {range}");
        }
    }

    #[test]
    fn chinese_of_a_region_has_a_script() {
        let scripts = ["zh-TW", "ZH-hk", "zh-CN", "zh-Hant", "zh", "ja-JP"].map(script_of_region);
        assert_eq!(scripts, [Some("Hant"), Some("Hant"), Some("Hans"), None, None, None]);
    }

    #[test]
    fn tags_take_their_canonical_case() {
        for (tag, canonical) in [
            ("zh-hans", "zh-Hans"),
            ("ZH-HANT-tw", "zh-Hant-TW"),
            ("EN-us", "en-US"),
            ("zh-Latn-pinyin", "zh-Latn-pinyin"),
            ("en-x-AB-Cdef", "en-x-ab-cdef"),
            ("ja", "ja"),
        ] {
            assert_eq!(canonical_tag(tag), canonical);
        }
    }

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
