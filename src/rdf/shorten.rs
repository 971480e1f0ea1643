//! Abbreviation: IRIs as prefixed names (RDF 1.1 Turtle, §6.5), and literals as Turtle writes them shortest.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use oxrdf::{LiteralRef, Term, TermRef};

use crate::vocab::xsd;

/// Prefixes, and which of them are used.
pub(super) struct Shortener<'p> {
    /// (name, namespace), the longest namespace first.
    prefixes: Vec<(&'p str, &'p str)>,
}

impl<'p> Shortener<'p> {
    /// Keeps the prefixes that shorten some of the terms.
    pub(super) fn new<'t>(prefixes: &[(&'p str, &'p str)], terms: impl IntoIterator<Item = &'t Term>) -> Self {
        let mut prefixes = prefixes.to_vec();
        prefixes.sort_by_key(|(name, namespace)| (std::cmp::Reverse(namespace.len()), *name));
        let all = Self { prefixes };
        let mut used = BTreeSet::new();
        terms.into_iter().for_each(|term| all.note(term.as_ref(), &mut used));
        Self { prefixes: all.prefixes.iter().filter(|(name, _)| used.contains(name)).copied().collect() }
    }

    /// The prefixes in use, by name.
    pub(super) fn used(&self) -> Vec<(&'p str, &'p str)> {
        let mut used = self.prefixes.clone();
        used.sort_unstable();
        used
    }

    fn note(&self, term: TermRef<'_>, used: &mut BTreeSet<&'p str>) {
        let iri = match term {
            TermRef::NamedNode(node) => node.as_str(),
            TermRef::Literal(literal) if bare(literal).is_none() && literal.language().is_none() => {
                let datatype = literal.datatype();
                if datatype == xsd::string {
                    return;
                }
                return used.extend(self.split(datatype.as_str()).map(|(name, _)| name));
            }
            _ => return,
        };
        used.extend(self.split(iri).map(|(name, _)| name));
    }

    /// The prefix and the local name that an IRI can be written as.
    fn split<'i>(&self, iri: &'i str) -> Option<(&'p str, &'i str)> {
        self.prefixes.iter().find_map(|(name, namespace)| {
            let local = iri.strip_prefix(namespace)?;
            is_local_name(local).then_some((*name, local))
        })
    }

    /// Writes an IRI.
    pub(super) fn iri(&self, text: &mut String, iri: &str) {
        match self.split(iri) {
            Some((name, local)) => {
                text.push_str(name);
                text.push(':');
                text.push_str(local);
            }
            None => {
                text.push('<');
                iri.chars().for_each(|c| escape_iri(text, c));
                text.push('>');
            }
        }
    }

    /// Writes a literal.
    pub(super) fn literal(&self, text: &mut String, literal: LiteralRef<'_>) {
        if let Some(bare) = bare(literal) {
            text.push_str(bare);
            return;
        }
        if literal.direction().is_some() {
            // Writing into a `String` cannot fail.
            let _ = write!(text, "{literal}");
            return;
        }
        text.push('"');
        literal.value().chars().for_each(|c| escape(text, c));
        text.push('"');
        if let Some(tag) = literal.language() {
            text.push('@');
            text.push_str(tag);
        } else if literal.datatype() != xsd::string {
            text.push_str("^^");
            self.iri(text, literal.datatype().as_str());
        }
    }
}

/// Numbers and truth values that Turtle takes without quotes, and reads back as they were.
fn bare(literal: LiteralRef<'_>) -> Option<&str> {
    let (value, datatype) = (literal.value(), literal.datatype());
    let plain = if datatype == xsd::integer {
        is_digits(unsigned(value))
    } else if datatype == xsd::decimal {
        unsigned(value)
            .split_once('.')
            .is_some_and(|(whole, part)| is_digits(part) && (whole.is_empty() || is_digits(whole)))
    } else {
        datatype == xsd::boolean && matches!(value, "true" | "false")
    };
    plain.then_some(value)
}

fn unsigned(number: &str) -> &str {
    number.strip_prefix(['+', '-']).unwrap_or(number)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Turtle's `PN_LOCAL` without backslash escapes; nothing at all is one too.
pub(crate) fn is_local_name(text: &str) -> bool {
    let mut rest = text.chars();
    let mut last = 'a';
    let mut first = true;
    while let Some(c) = rest.next() {
        let fits = match c {
            '%' => is_octet(&rest.as_str()),
            ':' => true,
            '-' | '.' => !first,
            _ => c.is_ascii_digit() || c == '_' || is_letter(c) || (!first && is_combining(c)),
        };
        if !fits {
            return false;
        }
        (last, first) = (c, false);
    }
    last != '.'
}

fn is_octet(text: &&str) -> bool {
    matches!(text.as_bytes(), [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit())
}

/// `PN_CHARS_BASE`.
pub(crate) fn is_letter(c: char) -> bool {
    matches!(c,
        'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

/// What `PN_CHARS` has beside letters, digits, `_` and `-`.
pub(crate) fn is_combining(c: char) -> bool {
    matches!(c, '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

fn escape(text: &mut String, c: char) {
    match c {
        '"' => text.push_str("\\\""),
        '\\' => text.push_str("\\\\"),
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        _ if c.is_control() || is_bidi_control(c) => unicode(text, c),
        _ => text.push(c),
    }
}

/// Characters that change the order in which the rest of a line is shown.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn unicode(text: &mut String, c: char) {
    // Writing into a `String` cannot fail.
    let _ = write!(text, "\\u{:04X}", u32::from(c));
}

fn escape_iri(text: &mut String, c: char) {
    match c {
        '\0'..=' ' | '<' | '>' | '"' | '{' | '}' | '|' | '^' | '`' | '\\' => {
            unicode(text, c);
        }
        _ => text.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_names() {
        for name in ["", "a", "cn-qingdao", "004", "昆明", "a.b", "%E2%80%AEa", "a:b", "x-0"] {
            assert!(is_local_name(name), "{name}");
        }
        for text in ["a/b", "a.", ".a", "-a", "a~b", "a#b", "%zz", "%", "%e", "a b", "a?b", "…"] {
            assert!(!is_local_name(text), "{text}");
        }
    }

    #[test]
    fn numbers_stand_bare_where_they_read_back_as_they_were() {
        let shown = |value, datatype| bare(LiteralRef::new_typed_literal(value, datatype)).is_some();
        assert!(shown("12", xsd::integer) && shown("-012", xsd::integer) && shown("0.5", xsd::decimal));
        assert!(!shown("", xsd::integer) && !shown("12", xsd::decimal) && !shown("1.", xsd::decimal));
        assert!(!shown("1", xsd::boolean) && shown("true", xsd::boolean) && !shown("12", xsd::double));
    }
}
