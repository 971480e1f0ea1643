//! N-Quads and N-Triples at the speed of copying bytes.
//!
//! Escapes are those of canonical N-Quads (RDF 1.2 N-Quads, §4): `\b \t \n \f \r \" \\`, and `\u` for other control
//! characters, U+FFFE and U+FFFF. Everything else stands as it is, in UTF-8.

use std::io::Write as _;

use oxrdf::{GraphNameRef, LiteralRef, NamedOrBlankNodeRef, QuadRef, TermRef};

use super::sink::QuadSink;
use crate::vocab::xsd;

/// Writes quads as lines into memory.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    bytes: Vec<u8>,
    quads: u64,
    /// Leave graph names out: N-Triples.
    triples: bool,
}

impl Lines {
    /// N-Quads.
    pub fn quads() -> Self {
        Self::default()
    }

    /// N-Triples: graph names are left out.
    pub fn triples() -> Self {
        Self { triples: true, ..Self::default() }
    }

    /// The lines so far.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many lines there are.
    pub fn count(&self) -> u64 {
        self.quads
    }

    /// Makes room for so many bytes more.
    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.bytes.reserve(bytes);
    }

    /// Takes everything after a position out again.
    pub(crate) fn truncate(&mut self, bytes: usize, quads: u64) {
        self.bytes.truncate(bytes);
        self.quads = quads;
    }

    fn graph(&mut self, graph: GraphNameRef<'_>) {
        match graph {
            GraphNameRef::NamedNode(graph) => iri(&mut self.bytes, b" <", graph.as_str(), b"> .\n"),
            GraphNameRef::BlankNode(graph) => iri(&mut self.bytes, b" _:", graph.as_str(), b" .\n"),
            GraphNameRef::DefaultGraph => self.bytes.extend_from_slice(b" .\n"),
        }
    }

    fn object(&mut self, term: TermRef<'_>) {
        match term {
            TermRef::NamedNode(node) => iri(&mut self.bytes, b"<", node.as_str(), b">"),
            TermRef::BlankNode(node) => iri(&mut self.bytes, b"_:", node.as_str(), b""),
            TermRef::Literal(literal) => self.literal(literal),
            // Quoted triples are rare, and writing into a `Vec` cannot fail.
            #[allow(unreachable_patterns, reason = "there are triple terms where the feature rdf-12 is on")]
            other => drop(write!(self.bytes, "{other}")),
        }
    }

    fn literal(&mut self, literal: LiteralRef<'_>) {
        if literal.direction().is_some() {
            drop(write!(self.bytes, "{literal}"));
            return;
        }
        self.bytes.push(b'"');
        escape(&mut self.bytes, literal.value());
        if let Some(tag) = literal.language() {
            iri(&mut self.bytes, b"\"@", tag, b"");
        } else if literal.datatype() != xsd::string {
            iri(&mut self.bytes, b"\"^^<", literal.datatype().as_str(), b">");
        } else {
            self.bytes.push(b'"');
        }
    }
}

/// Writes a name between its marks.
fn iri(bytes: &mut Vec<u8>, before: &[u8], name: &str, after: &[u8]) {
    bytes.extend_from_slice(before);
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(after);
}

impl QuadSink for Lines {
    fn quad(&mut self, quad: QuadRef<'_>) {
        match quad.subject {
            NamedOrBlankNodeRef::NamedNode(node) => iri(&mut self.bytes, b"<", node.as_str(), b"> <"),
            NamedOrBlankNodeRef::BlankNode(node) => iri(&mut self.bytes, b"_:", node.as_str(), b" <"),
        }
        iri(&mut self.bytes, b"", quad.predicate.as_str(), b"> ");
        self.object(quad.object);
        self.graph(if self.triples { GraphNameRef::DefaultGraph } else { quad.graph_name });
        self.quads += 1;
    }
}

fn escape(bytes: &mut Vec<u8>, text: &str) {
    let mut plain = 0;
    for (i, byte) in text.bytes().enumerate() {
        if is_plain(byte) {
            continue;
        }
        let reference = not_a_character(&text.as_bytes()[i..]);
        if byte == 0xEF && reference.is_none() {
            continue;
        }
        bytes.extend_from_slice(&text.as_bytes()[plain..i]);
        plain = i + if reference.is_some() { 3 } else { 1 };
        match reference {
            Some(reference) => bytes.extend_from_slice(reference),
            None => escape_byte(bytes, byte),
        }
    }
    bytes.extend_from_slice(&text.as_bytes()[plain..]);
}

/// Whether a byte stands as it is wherever it does; 0xEF begins a character that may not.
const fn is_plain(byte: u8) -> bool {
    if byte > b'\\' { byte != 0x7F && byte != 0xEF } else { byte >= b' ' && byte != b'"' && byte != b'\\' }
}

/// The reference to U+FFFE or U+FFFF, which XML 1.1 does not have as characters, where the text begins with one.
fn not_a_character(text: &[u8]) -> Option<&'static [u8]> {
    match text.get(..3)? {
        [0xEF, 0xBF, 0xBE] => Some(b"\\uFFFE"),
        [0xEF, 0xBF, 0xBF] => Some(b"\\uFFFF"),
        _ => None,
    }
}

fn escape_byte(bytes: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0C => b'f',
        _ => return drop(write!(bytes, "\\u{byte:04X}")),
    };
    bytes.extend_from_slice(&[b'\\', short]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::{Literal, NamedNode, Quad};
    use oxttl::NQuadsParser;

    #[test]
    fn what_is_written_is_read_back() {
        let node = NamedNode::new_unchecked("https://example.org/昆明");
        let quads: Vec<Quad> = ["plain", "a\"b\\c\nd\re\tf\u{8}\u{c}\0\u{7f}", "日本語", "\u{10ffff}"]
            .into_iter()
            .flat_map(|text| {
                [
                    Literal::new_simple_literal(text),
                    Literal::new_language_tagged_literal_unchecked(text, "zh-hans"),
                    Literal::new_typed_literal(text, xsd::integer),
                ]
            })
            .map(|literal| Quad::new(node.clone(), node.clone(), literal, node.clone()))
            .collect();
        let mut lines = Lines::quads();
        quads.iter().for_each(|quad| lines.quad(quad.as_ref()));
        assert_eq!(lines.count(), 12);
        let read: Vec<Quad> = NQuadsParser::new().for_slice(lines.as_bytes()).map(Result::unwrap).collect();
        assert_eq!(read, quads);
    }
}
