//! Any syntax in.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use oxrdf::{GraphName, Quad};
use oxrdfio::{RdfParseError, RdfParser, ReaderQuadParser};

use super::guard::{ExcessAt, Guard};
use super::mark::{Encoding, Unmarked};
use crate::format::Syntax;
use crate::location::{Diagnostic, Location, Severity};

const BUFFER: usize = 1 << 17;

/// How a document is read.
#[derive(Debug, Clone)]
pub struct ReadAs {
    /// What messages call it.
    pub name: Arc<str>,
    /// Its syntax.
    pub syntax: Syntax,
    /// The IRI that relative IRIs are resolved against; without it they are errors.
    pub base: Option<String>,
    /// Where statements go that name no graph.
    pub graph: GraphName,
}

impl ReadAs {
    /// A document of this name, with no base, into the default graph.
    pub fn new(name: impl Into<Arc<str>>, syntax: Syntax) -> Self {
        Self { name: name.into(), syntax, base: None, graph: GraphName::DefaultGraph }
    }
}

/// The quads of a document. After the first error nothing more comes.
pub struct Quads<R: Read> {
    parser: Option<ReaderQuadParser<Guard<Unmarked<R>>>>,
    name: Arc<str>,
}

/// Reads a document from plain bytes; a byte order mark before them is none of it. Blank nodes get labels that no other reading gives.
///
/// # Errors
/// Where the base is no absolute IRI.
pub fn read<R: Read>(bytes: R, how: &ReadAs) -> Result<Quads<R>, Diagnostic> {
    let mut parser =
        RdfParser::from_format(how.syntax.into()).with_default_graph(how.graph.clone()).rename_blank_nodes();
    if let Some(base) = &how.base {
        parser = parser.with_base_iri(base).map_err(|error| {
            let reason = format!("the base `{base}` is no absolute IRI: {error}");
            diagnostic(&how.name, (0, 0), reason, "give an absolute IRI")
        })?;
    }
    Ok(Quads {
        parser: Some(parser.for_reader(Guard::new(Unmarked::new(bytes), how.syntax))),
        name: Arc::clone(&how.name),
    })
}

/// Opens a file of RDF: the syntax is `syntax`, or what the suffix says, `.gz` and `.zst` after it or not.
///
/// # Errors
/// Where the file cannot be opened, or nothing says what it contains.
pub fn open(path: &Path, syntax: Option<Syntax>) -> Result<Quads<Box<dyn BufRead + Send>>, Diagnostic> {
    let name: Arc<str> = path.to_string_lossy().into();
    let fail = |reason: String, remedy| diagnostic(&name, (0, 0), reason, remedy);
    let Some(syntax) = syntax.or_else(|| syntax_of(path)) else {
        let known = "name the syntax, or give the file one of the suffixes .ttl, .trig, .nt, .nq, .rdf, .jsonld";
        return Err(fail("the suffix does not say in which syntax the file is".to_owned(), known));
    };
    let bytes = File::open(path).and_then(decompressed);
    let bytes = bytes.map_err(|error| fail(format!("cannot be read: {error}"), "see that the file is there"))?;
    read(bytes, &ReadAs { base: base_of(path), ..ReadAs::new(Arc::clone(&name), syntax) })
}

/// The syntax that a file's suffix names, once `.gz` and `.zst` are taken off.
pub fn syntax_of(path: &Path) -> Option<Syntax> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    let plain = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    plain.rsplit_once('.').and_then(|(_, suffix)| Syntax::from_suffix(suffix))
}

/// The file's own IRI, which relative IRIs in it refer to (RFC 3986 §5.1.3).
fn base_of(path: &Path) -> Option<String> {
    let path = std::path::absolute(path).ok()?;
    let mut iri = String::from("file://");
    for part in path.components() {
        if let std::path::Component::Normal(part) = part {
            iri.push('/');
            crate::vocab::iri::encode(&mut iri, &part.to_string_lossy());
        }
    }
    Some(iri)
}

/// Bytes without the compression that they begin with (gzip, zstd), if they do: a wrong or absent suffix does no harm.
///
/// # Errors
/// Where the first bytes cannot be read.
pub fn decompressed<'r>(bytes: impl Read + Send + 'r) -> io::Result<Box<dyn BufRead + Send + 'r>> {
    let mut raw = BufReader::with_capacity(BUFFER, bytes);
    let head = raw.fill_buf()?;
    if head.starts_with(&[0x1F, 0x8B]) {
        Ok(Box::new(BufReader::with_capacity(BUFFER, flate2::bufread::MultiGzDecoder::new(raw))))
    } else if head.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]) {
        Ok(Box::new(BufReader::with_capacity(BUFFER, zstd::Decoder::with_buffer(raw)?)))
    } else {
        Ok(Box::new(raw))
    }
}

impl<R: Read> Iterator for Quads<R> {
    type Item = Result<Quad, Diagnostic>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.parser.as_mut()?.next();
        match next {
            Some(Ok(quad)) => Some(Ok(quad)),
            Some(Err(error)) => {
                self.parser = None;
                Some(Err(explain(&self.name, error)))
            }
            None => {
                self.parser = None;
                None
            }
        }
    }
}

fn explain(name: &Arc<str>, error: RdfParseError) -> Diagnostic {
    match error {
        RdfParseError::Io(error) => match error.get_ref().and_then(|cause| cause.downcast_ref::<ExcessAt>()) {
            Some(at) => diagnostic(name, (at.line, at.column), at.to_string(), "flatten the document"),
            None if error.get_ref().is_some_and(|cause| cause.is::<Encoding>()) => {
                diagnostic(name, (0, 0), error.to_string(), "convert it first: iconv -f utf-16 -t utf-8")
            }
            None => diagnostic(name, (0, 0), format!("cannot be read on: {error}"), "get the file anew"),
        },
        RdfParseError::Syntax(error) => {
            let start = error.location().map_or((0, 0), |range| (range.start.line, range.start.column));
            diagnostic(name, start, error.to_string(), "correct the document there")
        }
    }
}

pub(super) fn diagnostic(name: &Arc<str>, (line, column): (u64, u64), reason: String, remedy: &str) -> Diagnostic {
    let at = Location::new(Arc::clone(name), line, column);
    Diagnostic { severity: Severity::Error, at, pointer: String::new(), reason, remedy: Some(remedy.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_where() {
        let how = ReadAs::new("a.ttl", Syntax::Turtle);
        let error =
            read("<http://a> <http://b>\n  nonsense .".as_bytes(), &how).unwrap().find_map(Result::err).unwrap();
        assert!(error.to_string().starts_with("error: a.ttl:2:3"), "{error}");
        let deep = format!("<http://a> <http://b> {}", "<<( <http://a> <http://b> ".repeat(20_000));
        let error = read(deep.as_bytes(), &how).unwrap().find_map(Result::err).unwrap();
        assert!(error.reason.contains("nested"), "{error}");
    }

    #[test]
    fn byte_order_marks_are_no_part_of_any_syntax() {
        let turtle = "<http://a> <http://b> <http://c> .";
        let xml = "<?xml version=\"1.0\"?><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:b=\"http://b/\"><rdf:Description rdf:about=\"http://a\"><b:b>c</b:b></rdf:Description></rdf:RDF>";
        let json = r#"{"@id": "http://a", "http://b": "c"}"#;
        for (syntax, text) in [
            (Syntax::Turtle, turtle),
            (Syntax::TriG, turtle),
            (Syntax::NTriples, turtle),
            (Syntax::NQuads, turtle),
            (Syntax::RdfXml, xml),
            (Syntax::JsonLd, json),
        ] {
            let marked = format!("\u{FEFF}{text}");
            let quads: Result<Vec<_>, _> = read(marked.as_bytes(), &ReadAs::new("a", syntax)).unwrap().collect();
            assert_eq!(quads.map(|quads| quads.len()), Ok(1), "{syntax:?}");
            let wide: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let error = read(&wide[..], &ReadAs::new("a", syntax)).unwrap().find_map(Result::err).unwrap();
            assert!(error.reason.contains("UTF-16") && error.remedy.unwrap().contains("iconv"), "{syntax:?}");
        }
    }

    #[test]
    fn suffixes_are_looked_through() {
        for (name, syntax) in
            [("a.ttl", Syntax::Turtle), ("b/a.NQ.gz", Syntax::NQuads), ("a.b.jsonld.zst", Syntax::JsonLd)]
        {
            assert_eq!(syntax_of(Path::new(name)), Some(syntax));
        }
        assert_eq!(syntax_of(Path::new("ttl")), None);
    }
}
