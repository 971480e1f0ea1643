//! RDF body parser: documents that clients send, refused as the client's fault where something is wrong with them.

use oxrdf::{GraphName, Quad, Triple};

use super::problem::Problem;
use crate::format::Syntax;
use crate::location::Diagnostic;
use crate::rdf::{ReadAs, document, document_triples};

/// Reads a document whose triples belong to one graph. Blank nodes are new ones, relative IRIs are resolved against `base`.
///
/// # Errors
/// 400 where the document is not of the syntax, not UTF-8, nests too deep, declares entities, or names graphs of its own.
pub fn triples(bytes: &[u8], syntax: Syntax, base: &str) -> Result<Vec<Triple>, Problem> {
    document_triples(bytes, &how(syntax, base, GraphName::DefaultGraph)).map_err(refused)
}

/// Reads a document with graphs of its own; triples outside of them go to `default`.
///
/// # Errors
/// As [`triples`].
pub fn quads(bytes: &[u8], syntax: Syntax, base: &str, default: GraphName) -> Result<Vec<Quad>, Problem> {
    document(bytes, &how(syntax, base, default)).and_then(Iterator::collect).map_err(refused)
}

fn how(syntax: Syntax, base: &str, graph: GraphName) -> ReadAs {
    ReadAs { base: Some(base.to_owned()), graph, ..ReadAs::new("document", syntax) }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn refused(fault: Diagnostic) -> Problem {
    Problem::bad_request(fault.to_string())
}
