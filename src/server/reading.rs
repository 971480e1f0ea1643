//! RDF documents that clients send: guarded against what could exhaust a stack or the memory, and refused as the client's
//! fault.

use oxrdf::{GraphName, Quad, Triple};

use super::problem::Problem;
use crate::format::Syntax;
use crate::rdf::{self, ReadAs};

/// Reads a document whose triples belong to one graph. Blank nodes are new ones, relative IRIs are resolved against `base`.
///
/// # Errors
/// 400 where the document is not of the syntax, not UTF-8, nests too deep, declares entities, or names graphs of its own.
pub fn triples(bytes: &[u8], syntax: Syntax, base: &str) -> Result<Vec<Triple>, Problem> {
    let own = |quad: Result<Quad, Problem>| match quad? {
        quad if quad.graph_name == GraphName::DefaultGraph => Ok(quad.into()),
        quad => Err(Problem::bad_request(format!("the document names the graph {}", quad.graph_name))
            .hint(Some("send it to the graph store itself, or without graphs"))),
    };
    parse(bytes, syntax, base, GraphName::DefaultGraph)?.map(own).collect()
}

/// Reads a document with graphs of its own; triples outside of them go to `default`.
///
/// # Errors
/// As [`triples`].
pub fn quads(bytes: &[u8], syntax: Syntax, base: &str, default: GraphName) -> Result<Vec<Quad>, Problem> {
    parse(bytes, syntax, base, default)?.collect()
}

fn parse<'a>(
    bytes: &'a [u8],
    syntax: Syntax,
    base: &str,
    graph: GraphName,
) -> Result<impl Iterator<Item = Result<Quad, Problem>> + use<'a>, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Problem::bad_request(format!("the document is not UTF-8 from its byte {} on", error.valid_up_to()))
    })?;
    if syntax == Syntax::RdfXml && text.contains("<!ENTITY") {
        // Even flat entities make a document of megabytes one of gigabytes.
        return Err(Problem::bad_request("the document declares entities")
            .hint(Some("write IRIs out, or declare namespaces instead")));
    }
    let how = ReadAs { base: Some(base.to_owned()), graph, ..ReadAs::new("document", syntax) };
    let quads = rdf::read(bytes, &how).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(quads.map(|quad| quad.map_err(|error| Problem::bad_request(error.to_string()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "http://example.org/g";

    fn read(text: &str, syntax: Syntax) -> Result<usize, u16> {
        triples(text.as_bytes(), syntax, BASE).map(|found| found.len()).map_err(|problem| problem.status().as_u16())
    }

    #[test]
    fn deep_documents_leave_the_process_alive() {
        let nested = |open: &str, close: &str| format!("{}{}", open.repeat(50_000), close.repeat(50_000));
        assert_eq!(read(&format!("<a> <b> {} .", nested("(", ")")), Syntax::Turtle), Ok(99_999));
        assert_eq!(read(&format!("<a> <b> {} .", "<<( <a> <b> ".repeat(50_000)), Syntax::NTriples), Err(400));
        assert_eq!(read(&nested("[", "]"), Syntax::JsonLd), Err(400));
        assert_eq!(read(&nested("{\"http://x/p\":", "}"), Syntax::JsonLd), Err(400));
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
