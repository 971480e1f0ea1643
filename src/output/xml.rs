//! Solutions as [SPARQL Query Results XML](https://www.w3.org/TR/rdf-sparql-XMLres/), with what 1.2 adds.

use std::io::{self, Write};

use oxrdf::vocab::xsd;
use oxrdf::{BaseDirection, LiteralRef, TermRef, Variable};

use crate::format::Unsayable;
use crate::query::Row;
use crate::rdf::canonical_tag;
use crate::xml::check;

/// What messages call results in XML.
const XML: &str = "SPARQL results in XML";
/// What a reader may take off the ends of a text.
const SPACES: [char; 4] = ['\t', '\n', '\r', ' '];

/// Rows on their way out.
pub(super) struct Rows {
    /// What stands before the value of each variable.
    starts: Vec<String>,
    count: u64,
    line: String,
}

impl Rows {
    /// Writes the head.
    pub(super) fn start(variables: &[Variable], out: &mut impl Write) -> io::Result<Self> {
        let named = |element: &str, variable: &Variable, end: &str| {
            let mut start = format!("<{element} name=\"");
            escape(&mut start, variable.as_str());
            start + end
        };
        let head: String = variables.iter().map(|variable| named("variable", variable, "\"/>")).collect();
        out.write_all(b"<?xml version=\"1.0\"?><sparql xmlns=\"http://www.w3.org/2005/sparql-results#\"><head>")?;
        out.write_all(head.as_bytes())?;
        out.write_all(b"</head><results>")?;
        let starts = variables.iter().map(|variable| named("binding", variable, "\">")).collect();
        Ok(Self { starts, count: 0, line: String::new() })
    }

    /// Writes a row, where XML can hold all of it.
    pub(super) fn row(&mut self, row: Row<'_>, out: &mut impl Write) -> io::Result<()> {
        self.count += 1;
        let Self { starts, line, .. } = self;
        line.clear();
        line.push_str("<result>");
        for (column, start) in starts.iter().enumerate() {
            let said = row.show(column, |value| {
                line.push_str(start);
                term(line, value)?;
                line.push_str("</binding>");
                Ok::<_, Unsayable>(())
            });
            said.transpose()?;
        }
        line.push_str("</result>");
        out.write_all(line.as_bytes())
    }

    /// Writes the end; gives the number of rows.
    pub(super) fn finish(self, out: &mut impl Write) -> io::Result<u64> {
        out.write_all(b"</results></sparql>")?;
        Ok(self.count)
    }
}

fn term(line: &mut String, value: TermRef<'_>) -> Result<(), Unsayable> {
    match value {
        TermRef::NamedNode(node) => element(line, "uri", node.as_str()),
        TermRef::BlankNode(node) => element(line, "bnode", node.as_str()),
        TermRef::Literal(value) => literal(line, value),
        TermRef::Triple(triple) => {
            line.push_str("<triple><subject>");
            term(line, triple.subject.as_ref().into())?;
            line.push_str("</subject><predicate>");
            term(line, triple.predicate.as_ref().into())?;
            line.push_str("</predicate><object>");
            term(line, triple.object.as_ref())?;
            line.push_str("</object></triple>");
            Ok(())
        }
    }
}

fn element(line: &mut String, name: &str, text: &str) -> Result<(), Unsayable> {
    check(XML, text)?;
    line.extend(["<", name, ">"]);
    escape(line, text);
    line.extend(["</", name, ">"]);
    Ok(())
}

fn literal(line: &mut String, literal: LiteralRef<'_>) -> Result<(), Unsayable> {
    line.push_str("<literal");
    if let Some(language) = literal.language() {
        line.extend([" xml:lang=\"", &canonical_tag(language), "\""]);
        if let Some(direction) = literal.direction() {
            let direction = if direction == BaseDirection::Ltr { "ltr" } else { "rtl" };
            let namespace = "xmlns:its=\"http://www.w3.org/2005/11/its\" its:version=\"2.0\"";
            line.extend([" its:dir=\"", direction, "\" ", namespace]);
        }
    } else if literal.datatype() != xsd::STRING {
        check(XML, literal.datatype().as_str())?;
        line.push_str(" datatype=\"");
        escape(line, literal.datatype().as_str());
        line.push('"');
    }
    line.push('>');
    check(XML, literal.value())?;
    text(line, literal.value());
    line.push_str("</literal>");
    Ok(())
}

/// A text whose first and last spaces are part of it.
fn text(line: &mut String, text: &str) {
    let trimmed = text.trim_matches(SPACES);
    let before = text.len() - text.trim_start_matches(SPACES).len();
    spaces(line, &text[..before]);
    escape(line, trimmed);
    spaces(line, &text[before + trimmed.len()..]);
}

fn spaces(line: &mut String, text: &str) {
    for byte in text.bytes() {
        line.push_str(match byte {
            b'\t' => "&#9;",
            b'\n' => "&#10;",
            b'\r' => "&#13;",
            _ => "&#32;",
        });
    }
}

/// The text as content or as the value of an attribute. Carriage returns are written as references, since a reader would
/// take them for line feeds (XML 1.0, §2.11).
fn escape(line: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['<', '>', '&', '\'', '"', '\r']) {
        line.push_str(&rest[..at]);
        line.push_str(match rest.as_bytes()[at] {
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'&' => "&amp;",
            b'\'' => "&apos;",
            b'"' => "&quot;",
            _ => "&#xD;",
        });
        rest = &rest[at + 1..];
    }
    line.push_str(rest);
}

#[cfg(test)]
mod tests {
    use oxrdf::{Literal, NamedNode, Term};

    use super::super::other_serializer;
    use super::*;

    #[test]
    fn bytes_are_those_of_the_reference_serializer() {
        other_serializer::agrees(sparesults::QueryResultsFormat::Xml, |variables, rows| {
            let mut out = Vec::new();
            let mut writer = Rows::start(variables, &mut out).unwrap();
            rows.iter().for_each(|row| writer.row(row.into(), &mut out).unwrap());
            assert_eq!(writer.finish(&mut out).unwrap(), rows.len() as u64);
            out
        });
    }

    #[test]
    fn what_xml_cannot_hold_is_refused_wherever_it_stands() {
        let text = Term::from(Literal::new_simple_literal("a\u{1}"));
        let datatype = Literal::new_typed_literal("a", NamedNode::new_unchecked("http://e/\u{2}"));
        let node = NamedNode::new_unchecked("http://e/\u{FFFE}");
        let inner = oxrdf::Triple::new(
            NamedNode::new_unchecked("http://e/"),
            NamedNode::new_unchecked("http://e/"),
            text.clone(),
        );
        for term in [text, datatype.into(), node.into(), Term::from(inner)] {
            let mut out = Vec::new();
            let mut writer = Rows::start(&[Variable::new_unchecked("v")], &mut out).unwrap();
            let begun = out.len();
            let error = writer.row((&[Some(term)]).into(), &mut out).unwrap_err();
            assert!(Unsayable::of(&error).is_some() && out.len() == begun, "{error}");
        }
    }
}
