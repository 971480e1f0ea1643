//! Terms as people read them: IRIs shortened, language tags in their usual case, nothing that would move a cursor.

use oxrdf::{LiteralRef, TermRef};

use crate::rdf::canonical_tag;
use crate::vocab;

/// Shortens IRIs by prefixes, for reading; the short form of an IRI with `/` in its local part is no SPARQL.
#[derive(Debug, Clone)]
pub struct Shortener {
    /// Prefix and namespace, the longest namespaces first.
    prefixes: Vec<(String, String)>,
}

impl Default for Shortener {
    /// With the prefixes that every query knows.
    fn default() -> Self {
        Self::new(vocab::PREFIXES.iter().copied())
    }
}

impl Shortener {
    /// With prefixes of one's own: pairs of prefix and namespace.
    pub fn new<'a>(prefixes: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut prefixes: Vec<_> = prefixes.into_iter().map(|(name, iri)| (name.to_owned(), iri.to_owned())).collect();
        prefixes.sort_by_key(|(_, iri)| std::cmp::Reverse(iri.len()));
        Self { prefixes }
    }

    /// `prefix:rest` where a prefix fits and something is left, else `<IRI>`.
    pub fn shorten(&self, iri: &str) -> String {
        let fitting = |(name, namespace): &(String, String)| {
            let rest = iri.strip_prefix(namespace.as_str()).filter(|rest| !rest.is_empty())?;
            Some(format!("{name}:{rest}"))
        };
        self.prefixes.iter().find_map(fitting).unwrap_or_else(|| format!("<{iri}>"))
    }

    /// A term for reading: short IRIs, texts without quotes, numbers and dates without their datatype.
    pub(super) fn term(&self, term: TermRef<'_>) -> String {
        match term {
            TermRef::NamedNode(node) => visible(&self.shorten(node.as_str())),
            TermRef::BlankNode(node) => node.to_string(),
            TermRef::Literal(literal) => literal_text(literal),
            TermRef::Triple(triple) => {
                let predicate = self.shorten(triple.predicate.as_str());
                let subject = self.term(triple.subject.as_ref().into());
                format!("<<( {subject} {predicate} {} )>>", self.term(triple.object.as_ref()))
            }
        }
    }
}

fn literal_text(literal: LiteralRef<'_>) -> String {
    let value = visible(literal.value());
    match literal.language() {
        Some(tag) => format!("{value}@{}", canonical_tag(tag)),
        None => value,
    }
}

/// The text with every character that would move the cursor, colour the screen or turn the reading direction written out.
pub(super) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if moves_the_cursor(char) {
            out.extend(char.escape_default());
        } else {
            out.push(char);
        }
    }
    out
}

/// Whether a terminal would act on a character rather than show it: controls (C0, DEL, C1) and those of the reading direction
/// (Unicode Standard Annex #9 §2).
pub fn moves_the_cursor(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a column of such terms reads best flush right.
pub(super) fn is_number(literal: LiteralRef<'_>) -> bool {
    let local = literal.datatype().as_str().strip_prefix(vocab::xsd::NS);
    local.is_some_and(|local| matches!(local, "integer" | "decimal" | "double" | "float" | "int" | "long"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_namespace_wins() {
        let shortener = Shortener::default();
        assert_eq!(shortener.shorten("https://w3id.org/citypact/id/place/cn-qingdao"), "place:cn-qingdao");
        assert_eq!(shortener.shorten("https://w3id.org/citypact/id/tie/x/a--b"), "id:tie/x/a--b");
        assert_eq!(shortener.shorten("https://w3id.org/citypact/ns#"), "<https://w3id.org/citypact/ns#>");
    }

    #[test]
    fn nothing_moves_the_cursor() {
        assert_eq!(visible("a\u{1b}[2Jb\nc\u{202e}d"), "a\\u{1b}[2Jb\\nc\\u{202e}d");
    }
}
