//! Solutions as [SPARQL 1.1 Query Results JSON](https://www.w3.org/TR/sparql11-results-json/), with what 1.2 adds.

use std::io::{self, Write};

use oxrdf::vocab::xsd;
use oxrdf::{BaseDirection, LiteralRef, TermRef, Variable};

use crate::query::Row;
use crate::rdf::canonical_tag;

/// Rows on their way out.
pub(super) struct Rows {
    /// What stands before the value of each variable.
    keys: Vec<Vec<u8>>,
    count: u64,
    line: Vec<u8>,
}

impl Rows {
    /// Writes the head.
    pub(super) fn start(variables: &[Variable], out: &mut impl Write) -> io::Result<Self> {
        let quoted = |variable: &Variable| {
            let mut name = Vec::new();
            string(&mut name, variable.as_str());
            name
        };
        let names: Vec<Vec<u8>> = variables.iter().map(quoted).collect();
        out.write_all(br#"{"head":{"vars":["#)?;
        out.write_all(&names.join(&b","[..]))?;
        out.write_all(br#"]},"results":{"bindings":["#)?;
        let keys = names.into_iter().map(|name| [&name[..], b":"].concat()).collect();
        Ok(Self { keys, count: 0, line: Vec::new() })
    }

    pub(super) fn row(&mut self, row: Row<'_>, out: &mut impl Write) -> io::Result<()> {
        self.line.clear();
        self.line.extend_from_slice(if self.count > 0 { b",{" } else { b"{" });
        let start = self.line.len();
        for (column, key) in self.keys.iter().enumerate() {
            row.show(column, |value| {
                if self.line.len() > start {
                    self.line.push(b',');
                }
                self.line.extend_from_slice(key);
                term(&mut self.line, value);
            });
        }
        self.line.push(b'}');
        self.count += 1;
        out.write_all(&self.line)
    }

    /// Writes the end; how many rows there were.
    pub(super) fn finish(self, out: &mut impl Write) -> io::Result<u64> {
        out.write_all(b"]}}")?;
        Ok(self.count)
    }
}

fn term(line: &mut Vec<u8>, value: TermRef<'_>) {
    match value {
        TermRef::NamedNode(node) => {
            line.extend_from_slice(br#"{"type":"uri","value":"#);
            string(line, node.as_str());
        }
        TermRef::BlankNode(node) => {
            line.extend_from_slice(br#"{"type":"bnode","value":"#);
            string(line, node.as_str());
        }
        TermRef::Literal(value) => literal(line, value),
        TermRef::Triple(triple) => {
            line.extend_from_slice(br#"{"type":"triple","value":{"subject":"#);
            term(line, triple.subject.as_ref().into());
            line.extend_from_slice(br#","predicate":"#);
            term(line, triple.predicate.as_ref().into());
            line.extend_from_slice(br#","object":"#);
            term(line, triple.object.as_ref());
            line.push(b'}');
        }
    }
    line.push(b'}');
}

fn literal(line: &mut Vec<u8>, value: LiteralRef<'_>) {
    line.extend_from_slice(br#"{"type":"literal","value":"#);
    string(line, value.value());
    if let Some(language) = value.language() {
        line.extend_from_slice(br#","xml:lang":"#);
        string(line, &canonical_tag(language));
        match value.direction() {
            Some(BaseDirection::Ltr) => line.extend_from_slice(br#","its:dir":"ltr""#),
            Some(BaseDirection::Rtl) => line.extend_from_slice(br#","its:dir":"rtl""#),
            None => {}
        }
    } else if value.datatype() != xsd::STRING {
        line.extend_from_slice(br#","datatype":"#);
        string(line, value.datatype().as_str());
    }
}

/// A string with its quotes; what JSON cannot hold as it is (RFC 8259, 7) is escaped.
fn string(line: &mut Vec<u8>, text: &str) {
    line.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\')) {
        line.extend_from_slice(&rest[..at]);
        escaped(line, rest[at]);
        rest = &rest[at + 1..];
    }
    line.extend_from_slice(rest);
    line.push(b'"');
}

fn escaped(line: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' => line.extend_from_slice(b"\\\""),
        b'\\' => line.extend_from_slice(b"\\\\"),
        8 => line.extend_from_slice(b"\\b"),
        b'\t' => line.extend_from_slice(b"\\t"),
        b'\n' => line.extend_from_slice(b"\\n"),
        0xC => line.extend_from_slice(b"\\f"),
        b'\r' => line.extend_from_slice(b"\\r"),
        other => line.extend_from_slice(format!("\\u{other:04x}").as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::other_serializer;
    use super::*;

    #[test]
    fn bytes_are_those_of_the_reference_serializer() {
        other_serializer::agrees(sparesults::QueryResultsFormat::Json, |variables, rows| {
            let mut out = Vec::new();
            let mut writer = Rows::start(variables, &mut out).unwrap();
            rows.iter().for_each(|row| writer.row(row.into(), &mut out).unwrap());
            assert_eq!(writer.finish(&mut out).unwrap(), rows.len() as u64);
            out
        });
    }
}
