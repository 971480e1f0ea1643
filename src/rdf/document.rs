//! Documents that others send, held whole: guarded against what could exhaust a stack or the memory.

use oxrdf::{GraphName, Triple};

use super::read::{Quads, ReadAs, diagnostic, read};
use crate::format::Syntax;
use crate::location::Diagnostic;

/// The quads of a document. Blank nodes are new ones.
///
/// # Errors
/// Where it is not UTF-8, declares entities, or its base is no absolute IRI; what else is wrong with it comes with its quads.
pub fn document<'a>(bytes: &'a [u8], how: &ReadAs) -> Result<Quads<&'a [u8]>, Diagnostic> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() as u64;
        let reason = format!("the document is not UTF-8 from its byte {} on", error.valid_up_to());
        diagnostic(&how.name, (line, 0), reason, "convert it first: iconv -t utf-8")
    })?;
    if let (Syntax::RdfXml, Some(at)) = (how.syntax, text.find("<!ENTITY")) {
        // Even flat entities make a document of megabytes one of gigabytes.
        let line = text[..at].matches('\n').count() as u64;
        let remedy = "write IRIs out, or declare namespaces instead";
        return Err(diagnostic(&how.name, (line, 0), "the document declares entities".to_owned(), remedy));
    }
    read(bytes, how)
}

/// The triples of a document that names no graphs.
///
/// # Errors
/// As [`document`], for whatever is wrong with it.
pub fn document_triples(bytes: &[u8], how: &ReadAs) -> Result<Vec<Triple>, Diagnostic> {
    let how = ReadAs { graph: GraphName::DefaultGraph, ..how.clone() };
    let own = |quad: Result<oxrdf::Quad, Diagnostic>| match quad? {
        quad if quad.graph_name == GraphName::DefaultGraph => Ok(quad.into()),
        quad => {
            let reason = format!("the document names the graph {}", quad.graph_name);
            Err(diagnostic(&how.name, (0, 0), reason, "load it as a whole data set, or take its graphs away"))
        }
    };
    document(bytes, &how)?.map(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn triples(bytes: &[u8], syntax: Syntax) -> Result<usize, String> {
        let how = ReadAs { base: Some("http://example.org/g".to_owned()), ..ReadAs::new("d", syntax) };
        document_triples(bytes, &how).map(|found| found.len()).map_err(|fault| fault.to_string())
    }

    #[test]
    fn deep_documents_leave_the_process_alive() {
        let nested = |open: &str, close: &str| format!("{}{}", open.repeat(50_000), close.repeat(50_000));
        let read = |text: &str, syntax| triples(text.as_bytes(), syntax);
        assert_eq!(read(&format!("<a> <b> {} .", nested("(", ")")), Syntax::Turtle), Ok(99_999));
        assert!(read(&format!("<a> <b> {} .", "<<( <a> <b> ".repeat(50_000)), Syntax::NTriples).is_err());
        assert!(read(&nested("[", "]"), Syntax::JsonLd).is_err());
        assert!(read(&nested("{\"http://x/p\":", "}"), Syntax::JsonLd).is_err());
    }

    #[test]
    fn faults_are_told_with_their_lines() {
        let entities = "<?xml version='1.0'?>\n<!DOCTYPE r [<!ENTITY a 'b'>]><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>";
        for (bytes, syntax, line, reason) in [
            (entities.as_bytes(), Syntax::RdfXml, 2, "declares entities"),
            (b"<a> <b> 1 .\n<a> <b> \"\xff\" .", Syntax::Turtle, 2, "not UTF-8"),
            (b"<http://a> <http://b> <http://c> <http://g> .", Syntax::NQuads, 1, "names the graph <http://g>"),
            (b"<a> <b> 1 .\n\n<a> <b> .", Syntax::Turtle, 3, ""),
        ] {
            let fault = triples(bytes, syntax).unwrap_err();
            assert!(fault.starts_with(&format!("error: d:{line}:")) && fault.contains(reason), "{fault}");
        }
    }
}
