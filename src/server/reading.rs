//! RDF documents that clients send: measured before they are parsed, so that none can exhaust a stack or the memory.

use oxrdf::{GraphName, Quad, Triple};
use oxrdfio::RdfParser;

use super::problem::Problem;
use crate::format::Syntax;

/// Brackets within each other that a document may have. Real ones have fewer than ten.
const NESTING: usize = 100;

/// Reads a document whose triples belong to one graph. Blank nodes are new ones, relative IRIs are resolved against `base`.
///
/// # Errors
/// 400 where the document is not of the format, not UTF-8, nests too deep, declares entities, or names graphs of its own.
pub fn triples(bytes: &[u8], syntax: Syntax, base: &str) -> Result<Vec<Triple>, Problem> {
    let parser = RdfParser::from_format(syntax.into()).without_named_graphs();
    parse(bytes, syntax, parser, base)?.map(|quad| quad.map(Triple::from)).collect()
}

/// Reads a document with graphs of its own; triples outside of them go to `default`.
///
/// # Errors
/// As [`triples`].
pub fn quads(bytes: &[u8], syntax: Syntax, base: &str, default: GraphName) -> Result<Vec<Quad>, Problem> {
    let parser = RdfParser::from_format(syntax.into()).with_default_graph(default);
    parse(bytes, syntax, parser, base)?.collect()
}

fn parse<'a>(
    bytes: &'a [u8],
    syntax: Syntax,
    parser: RdfParser,
    base: &str,
) -> Result<impl Iterator<Item = Result<Quad, Problem>> + use<'a>, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Problem::bad_request(format!("the document is not UTF-8 from its byte {} on", error.valid_up_to()))
    })?;
    measure(text, syntax)?;
    let parser =
        parser.with_base_iri(base).map_err(|error| Problem::internal(format!("the base <{base}>: {error}")))?;
    let quads = parser.rename_blank_nodes().for_slice(bytes);
    Ok(quads.map(|quad| quad.map_err(|error| Problem::bad_request(format!("the document cannot be read: {error}")))))
}

fn measure(text: &str, syntax: Syntax) -> Result<(), Problem> {
    match syntax {
        Syntax::RdfXml if text.contains("<!ENTITY") => Err(Problem::bad_request("the document declares entities")
            .hint(Some("write IRIs out, or declare namespaces: entities can make a small document fill the memory"))),
        Syntax::RdfXml => Ok(()),
        _ if depth(text, syntax == Syntax::JsonLd) > NESTING => {
            Err(Problem::bad_request(format!("brackets nest deeper than the {NESTING} levels allowed"))
                .hint(Some("write it flatter")))
        }
        _ => Ok(()),
    }
}

/// How deep brackets nest outside of strings, IRIs and comments; JSON has no IRIs and comments.
fn depth(text: &str, json: bool) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut depth, mut deepest) = (0, 0_usize, 0);
    while let Some(&byte) = bytes.get(at) {
        let rest = &bytes[at..];
        at += match byte {
            b'"' => string(rest),
            b'\'' if !json => string(rest),
            b'#' if !json => rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()),
            b'<' if !json => iri(rest),
            _ => 1,
        };
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b'<' if !json && rest.starts_with(b"<<") => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'>' if !json && bytes.get(at) == Some(&b'>') => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Bytes of an IRI, or of the `<<` that opens a triple.
fn iri(rest: &[u8]) -> usize {
    if rest.starts_with(b"<<") {
        return 2;
    }
    let end = rest.iter().skip(1).position(|byte| matches!(byte, b'>' | b' ' | b'\n' | b'<' | b'"'));
    end.map_or(1, |end| if rest[end + 1] == b'>' { end + 2 } else { 1 })
}

/// Bytes of a string, its quotes included; a string without an end reaches to the end of the text.
fn string(rest: &[u8]) -> usize {
    let quote = rest[0];
    let width = if rest.starts_with(&[quote; 3]) { 3 } else { 1 };
    let mut at = width;
    while at < rest.len() {
        if rest[at] == b'\\' {
            at += 2;
        } else if rest[at..].starts_with(&[quote; 3][..width]) {
            return at + width;
        } else {
            at += 1;
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "http://example.org/g";

    fn read(text: &str, syntax: Syntax) -> Result<usize, u16> {
        triples(text.as_bytes(), syntax, BASE).map(|found| found.len()).map_err(|problem| problem.status().as_u16())
    }

    #[test]
    fn deep_documents_are_refused_and_deep_looking_ones_are_not() {
        let nested = |open: &str, close: &str| format!("{}{}", open.repeat(50_000), close.repeat(50_000));
        assert_eq!(read(&format!("<a> <b> {} .", nested("(", ")")), Syntax::Turtle), Err(400));
        assert_eq!(read(&format!("<a> <b> {} .", nested("[<p> ", "]")), Syntax::Turtle), Err(400));
        assert_eq!(read(&format!("<a> <b> {} .", "<<( <a> <b> ".repeat(50_000)), Syntax::NTriples), Err(400));
        assert_eq!(read(&nested("[", "]"), Syntax::JsonLd), Err(400));
        assert_eq!(read(&nested("{\"http://x/p\":", "}"), Syntax::JsonLd), Err(400));
        let brackets = "(".repeat(500);
        let plain =
            format!("# {brackets}\n<a> <b> \"{brackets}\", '{brackets}', '''{brackets}\\''''' ; <c#{brackets}> <d> .");
        assert_eq!(read(&plain, Syntax::Turtle), Ok(4));
    }

    #[test]
    fn entities_bad_bytes_and_foreign_graphs_are_refused() {
        let entities = "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a 'b'>]><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>";
        assert_eq!(read(entities, Syntax::RdfXml), Err(400));
        assert_eq!(triples(b"<a> <b> \"\xff\" .", Syntax::Turtle, BASE).unwrap_err().status().as_u16(), 400);
        assert_eq!(read("<http://a> <http://b> <http://c> <http://g> .", Syntax::NQuads), Err(400));
        assert_eq!(read("<a> <b> .", Syntax::Turtle), Err(400));
    }
}
