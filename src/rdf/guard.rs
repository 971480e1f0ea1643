//! Input limits: what no document may do to its reader: nest so deep that stacks overflow or time runs away, or blow a few
//! bytes up into gigabytes. The bytes are looked at as they go by, before any parser sees them.

use std::io::{self, Read};

use oxrdfio::RdfFormat;
use sparesults::QueryResultsFormat;

use crate::format::Syntax;

/// Deepest nesting of triple terms in Turtle and its kin (their other brackets cost a parser no stack).
const TRIPLE_TERMS: usize = 32;
/// Deepest nesting of objects and arrays in JSON-LD.
const JSON: usize = 128;
/// Deepest nesting of elements in RDF/XML.
const ELEMENTS: usize = 256;
/// Longest tag in RDF/XML without the values of its attributes, in bytes: parsers hold it whole, and its names several times.
const TAG: usize = 64 << 10;
/// Most attributes of a tag in RDF/XML: parsers compare each with all others (RUSTSEC-2026-0194), and keep each that declares
/// a namespace (RUSTSEC-2026-0195).
const ATTRIBUTES: usize = 1000;
/// Longest value of an entity in RDF/XML, in bytes.
const ENTITY: usize = 512;

/// Why a document is not read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Excess {
    /// Too many levels.
    #[error("{what} are nested more than {limit} deep")]
    Depth {
        /// Of what.
        what: &'static str,
        /// How many are allowed.
        limit: usize,
    },
    /// The names in a tag are too long.
    #[error("a tag has more than {TAG} bytes of names")]
    Tag,
    /// A tag has too many attributes.
    #[error("a tag has more than {ATTRIBUTES} attributes")]
    Attributes,
    /// An entity is defined by other entities, or by a long text.
    #[error("an entity of the document type is defined by other entities or by more than {ENTITY} bytes")]
    Entity,
}

/// An [`Excess`] and where in the input it is: line and column in bytes, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{excess}")]
pub struct ExcessAt {
    /// What is too much.
    #[source]
    pub excess: Excess,
    /// Line, from 0.
    pub line: u64,
    /// Column in bytes, from 0.
    pub column: u64,
}

/// Passes bytes on, and fails with [`ExcessAt`] (as the cause of an [`io::Error`]) where a document goes too far.
pub struct Guard<R> {
    inner: R,
    scan: Box<dyn Scan + Send>,
    line: u64,
    column: u64,
}

impl<R: Read> Guard<R> {
    /// Guards the reader of a document in this syntax.
    pub fn new(inner: R, syntax: Syntax) -> Self {
        Self { inner, scan: scan(syntax), line: 0, column: 0 }
    }

    /// Guards the reader of a document in a syntax that may be none of ours; its nesting is then looked at as that of Turtle.
    pub fn document(inner: R, format: RdfFormat) -> Self {
        Self::new(inner, Syntax::from_media_type(format.media_type()).unwrap_or(Syntax::Turtle))
    }

    /// Guards the reader of results of a query: their terms may nest as those of a document do.
    pub fn results(inner: R, format: QueryResultsFormat) -> Self {
        let alike = match format {
            QueryResultsFormat::Json => Syntax::JsonLd,
            QueryResultsFormat::Xml => Syntax::RdfXml,
            _ => Syntax::Turtle,
        };
        Self::new(inner, alike)
    }
}

fn scan(syntax: Syntax) -> Box<dyn Scan + Send> {
    match syntax {
        Syntax::JsonLd => Box::new(Json::default()),
        Syntax::RdfXml => Box::new(Xml::default()),
        Syntax::Turtle | Syntax::TriG | Syntax::NTriples | Syntax::NQuads => Box::new(Turtle::default()),
    }
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        let mut rest = &buffer[..length];
        while let Some((byte, after)) = rest.split_first() {
            if let Err(excess) = self.scan.byte(*byte) {
                let at = ExcessAt { excess, line: self.line, column: self.column };
                return Err(io::Error::new(io::ErrorKind::InvalidData, at));
            }
            if *byte == b'\n' {
                (self.line, self.column) = (self.line + 1, 0);
            } else {
                self.column += 1;
            }
            let passed = self.scan.pass_over(after);
            self.column += passed as u64;
            rest = &after[passed..];
        }
        Ok(length)
    }
}

/// Looks at a document byte by byte.
trait Scan {
    fn byte(&mut self, byte: u8) -> Result<(), Excess>;

    /// With how many bytes that change nothing these begin; none of them ends a line. Most bytes of a document are of that sort.
    fn pass_over(&self, bytes: &[u8]) -> usize;
}

/// Turtle, TriG, N-Triples, N-Quads.
#[derive(Default)]
struct Turtle {
    state: TurtleState,
    depth: usize,
}

#[derive(Default, Clone, Copy, PartialEq)]
enum TurtleState {
    #[default]
    Plain,
    /// After `<`, `>` or a backslash outside of texts.
    Less,
    Greater,
    Escape,
    Iri,
    Comment,
    /// After this many quotation marks that open a text.
    Opening(u8, u8),
    /// In a text that ends at so many of these marks; so many of them just went by.
    Text(u8, u8, u8),
    /// After a backslash in such a text.
    TextEscape(u8, u8),
}

impl Scan for Turtle {
    fn byte(&mut self, byte: u8) -> Result<(), Excess> {
        use TurtleState::{Comment, Escape, Greater, Iri, Less, Opening, Plain, Text, TextEscape};
        self.state = match (self.state, byte) {
            (Less, b'<') => {
                self.depth += 1;
                if self.depth > TRIPLE_TERMS {
                    return Err(Excess::Depth { what: "triple terms", limit: TRIPLE_TERMS });
                }
                Plain
            }
            (Greater, b'>') => {
                self.depth = self.depth.saturating_sub(1);
                Plain
            }
            (Less | Iri, b'>') => Plain,
            (Less | Iri, b'\n') => Plain,
            (Less | Iri, _) => Iri,
            (Comment, b'\n' | b'\r') => Plain,
            (Comment, _) => Comment,
            (Escape, _) => Plain,
            (Opening(1, mark), _) if byte == mark => Opening(2, mark),
            (Opening(2, mark), _) if byte == mark => Text(3, mark, 0),
            (Opening(2, _), _) => plain(byte),
            (Opening(_, mark), b'\\') => TextEscape(1, mark),
            (Opening(_, mark), _) => Text(1, mark, 0),
            (TextEscape(marks, mark), _) => Text(marks, mark, 0),
            (Text(marks, mark, _), b'\\') => TextEscape(marks, mark),
            (Text(marks, mark, seen), _) if byte == mark => {
                if seen + 1 == marks {
                    Plain
                } else {
                    Text(marks, mark, seen + 1)
                }
            }
            (Text(1, _, _), b'\n') => Plain,
            (Text(marks, mark, _), _) => Text(marks, mark, 0),
            (Plain | Greater, _) => plain(byte),
        };
        Ok(())
    }

    fn pass_over(&self, bytes: &[u8]) -> usize {
        let end = match self.state {
            TurtleState::Iri => memchr::memchr2(b'>', b'\n', bytes),
            TurtleState::Comment => memchr::memchr2(b'\n', b'\r', bytes),
            TurtleState::Text(_, mark, 0) => memchr::memchr3(mark, b'\\', b'\n', bytes),
            _ => Some(0),
        };
        end.unwrap_or(bytes.len())
    }
}

const fn plain(byte: u8) -> TurtleState {
    match byte {
        b'<' => TurtleState::Less,
        b'>' => TurtleState::Greater,
        b'#' => TurtleState::Comment,
        b'\\' => TurtleState::Escape,
        b'"' | b'\'' => TurtleState::Opening(1, byte),
        _ => TurtleState::Plain,
    }
}

#[derive(Default)]
struct Json {
    depth: usize,
    text: bool,
    escaped: bool,
}

impl Scan for Json {
    fn byte(&mut self, byte: u8) -> Result<(), Excess> {
        if self.text {
            self.text = self.escaped || byte != b'"';
            self.escaped = !self.escaped && byte == b'\\';
            return Ok(());
        }
        match byte {
            b'"' => self.text = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        if self.depth > JSON { Err(Excess::Depth { what: "JSON objects and arrays", limit: JSON }) } else { Ok(()) }
    }

    fn pass_over(&self, bytes: &[u8]) -> usize {
        let within = self.text && !self.escaped;
        if within { memchr::memchr3(b'"', b'\\', b'\n', bytes).unwrap_or(bytes.len()) } else { 0 }
    }
}

#[derive(Default)]
struct Xml {
    state: XmlState,
    depth: usize,
    /// Bytes of the tag that is being read, since its last quoted value.
    tag: usize,
    /// Attributes of the tag that is being read.
    attributes: usize,
    /// The last bytes of markup, to know how it ends.
    tail: [u8; 3],
}

#[derive(Default, Clone, Copy)]
enum XmlState {
    #[default]
    Content,
    /// After `<`, so many bytes of markup of which nothing is known yet.
    Open(u8),
    StartTag(Option<u8>),
    EndTag,
    Instruction,
    Comment(u8),
    CData,
    /// In the document type: brackets open, and a quoted value with its length.
    Doctype(u8, Option<(u8, usize)>),
}

impl Scan for Xml {
    fn byte(&mut self, byte: u8) -> Result<(), Excess> {
        use XmlState::{CData, Comment, Content, Doctype, EndTag, Instruction, Open, StartTag};
        self.tag = if matches!(self.state, StartTag(None) | EndTag) { self.tag + 1 } else { 0 };
        if self.tag > TAG {
            return Err(Excess::Tag);
        }
        if self.attributes > ATTRIBUTES {
            return Err(Excess::Attributes);
        }
        let before = self.tail;
        self.tail = [before[1], before[2], byte];
        self.state = match (self.state, byte) {
            (Content, b'<') => Open(0),
            (Content, _) => Content,
            (Open(0), b'/') => {
                self.depth = self.depth.saturating_sub(1);
                EndTag
            }
            (Open(0), b'?') => Instruction,
            (Open(0), b'!') => Open(1),
            (Open(0), _) => {
                self.depth += 1;
                self.attributes = 0;
                StartTag(None)
            }
            (Open(_), b'-') => Comment(0),
            (Open(_), b'[') => CData,
            (Open(_), _) => Doctype(0, None),
            (StartTag(None), b'>') => {
                if before[2] == b'/' {
                    self.depth = self.depth.saturating_sub(1);
                }
                Content
            }
            (StartTag(None), b'"' | b'\'') => {
                self.attributes += 1;
                StartTag(Some(byte))
            }
            (StartTag(Some(mark)), _) if byte == mark => StartTag(None),
            (EndTag, b'>') => Content,
            (Instruction, b'>') if before[2] == b'?' => Content,
            // `<!-->` is no comment yet.
            (Comment(seen), b'>') if seen >= 3 && before[1..] == *b"--" => Content,
            (Comment(seen), _) => Comment(seen.saturating_add(1)),
            (CData, b'>') if before[1..] == *b"]]" => Content,
            (Doctype(open, quoted), _) => return self.doctype(open, quoted, byte),
            (state, _) => state,
        };
        if self.depth > ELEMENTS { Err(Excess::Depth { what: "elements", limit: ELEMENTS }) } else { Ok(()) }
    }

    fn pass_over(&self, bytes: &[u8]) -> usize {
        let within = matches!(self.state, XmlState::Content);
        if within { memchr::memchr2(b'<', b'\n', bytes).unwrap_or(bytes.len()) } else { 0 }
    }
}

impl Xml {
    fn doctype(&mut self, open: u8, quoted: Option<(u8, usize)>, byte: u8) -> Result<(), Excess> {
        self.state = match (quoted, byte) {
            (Some((mark, _)), _) if byte == mark => XmlState::Doctype(open, None),
            (Some((_, length)), _) if byte == b'&' || byte == b'%' || length >= ENTITY => return Err(Excess::Entity),
            (Some((mark, length)), _) => XmlState::Doctype(open, Some((mark, length + 1))),
            (None, b'"' | b'\'') => XmlState::Doctype(open, Some((byte, 0))),
            (None, b'[') => XmlState::Doctype(open.saturating_add(1), None),
            (None, b']') => XmlState::Doctype(open.saturating_sub(1), None),
            (None, b'>') if open == 0 => XmlState::Content,
            _ => XmlState::Doctype(open, None),
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn verdict(syntax: Syntax, text: &str) -> Option<Excess> {
        let mut read = Vec::new();
        let error = Guard::new(text.as_bytes(), syntax).read_to_end(&mut read).err()?;
        error.get_ref()?.downcast_ref::<ExcessAt>().map(|at| at.excess)
    }

    #[test]
    fn what_is_deep_is_refused() {
        for (syntax, text) in [
            (Syntax::Turtle, "<a> <b> ".to_owned() + &"<<( <a> <b> ".repeat(100)),
            (Syntax::NQuads, "<<".repeat(100)),
            (Syntax::JsonLd, "[".repeat(1000)),
            (Syntax::JsonLd, "{\"a\":".repeat(1000)),
            (Syntax::RdfXml, "<a>".repeat(1000)),
            (Syntax::RdfXml, format!("<{}/>", "a".repeat(TAG + 2))),
            (Syntax::RdfXml, format!("<a></{}>", "a".repeat(TAG + 2))),
            (Syntax::RdfXml, format!("<a{}/>", " b=''".repeat(ATTRIBUTES + 1))),
            (Syntax::RdfXml, format!("<a{}/>", " xmlns:b=\"\"".repeat(ATTRIBUTES + 1))),
            (Syntax::RdfXml, "<!DOCTYPE a [ <!ENTITY a 'b'> <!ENTITY c '&a;&a;'> ]>".to_owned()),
            (Syntax::RdfXml, format!("<!DOCTYPE a [ <!ENTITY a '{}'> ]>", "b".repeat(1000))),
        ] {
            assert!(verdict(syntax, &text).is_some(), "{}", &text[..30]);
        }
    }

    #[test]
    fn what_only_looks_deep_is_not() {
        for (syntax, text) in [
            (Syntax::Turtle, "<a> <b> \"<< << <<\", '''<<\n'<<''', \"\\\"<<\" . # << <<\n".repeat(50)),
            (Syntax::Turtle, "<a> <b> \"\", '', \"\"\"<<\"\"\" .\n".repeat(50)),
            (Syntax::Turtle, "<a> <b> <<( <c> <d> <e> )>> .\n".repeat(50)),
            (Syntax::Turtle, "a:b\\'c a:d 3 .\n<a> <b> <c> .\n".repeat(50)),
            (Syntax::JsonLd, format!("[{}]", "{\"a\":\"[[[{{{\\\"\"},".repeat(200))),
            (Syntax::RdfXml, "<a b='>' c=\"<\"/><!-- <a> --><?x <a?><![CDATA[<a><a>]]><d></d>".repeat(300)),
            (Syntax::RdfXml, format!("<a b='{}'/>", "c".repeat(2 * TAG))),
            (Syntax::RdfXml, "<a b='' c='' d=''/>".repeat(ATTRIBUTES)),
            (Syntax::RdfXml, "<!DOCTYPE a [ <!ENTITY owl \"http://www.w3.org/2002/07/owl#\" > ]><a/>".to_owned()),
        ] {
            assert_eq!(verdict(syntax, &text), None, "{}", &text[..30]);
        }
    }

    /// Where it ends if every byte is looked at.
    fn looked_at(syntax: Syntax, text: &str) -> Option<ExcessAt> {
        let (mut scan, mut line, mut column) = (scan(syntax), 0, 0);
        for byte in text.bytes() {
            if let Err(excess) = scan.byte(byte) {
                return Some(ExcessAt { excess, line, column });
            }
            (line, column) = if byte == b'\n' { (line + 1, 0) } else { (line, column + 1) };
        }
        None
    }

    proptest! {
        #[test]
        fn what_is_passed_over_changes_nothing(text in "[<>#\\\\\"'a\n\r {}!/?&=-]{0,12}", times in 1..400_usize, piece in 1..9_usize) {
            let text = text.repeat(times);
            for syntax in [Syntax::Turtle, Syntax::JsonLd, Syntax::RdfXml] {
                let mut guard = Guard::new(text.as_bytes(), syntax);
                let mut piece = vec![0; piece];
                let ended = loop {
                    match guard.read(&mut piece) {
                        Ok(0) => break None,
                        Ok(_) => {}
                        Err(error) => break error.get_ref().and_then(|cause| cause.downcast_ref::<ExcessAt>().copied()),
                    }
                };
                prop_assert_eq!(ended, looked_at(syntax, &text));
            }
        }
    }

    #[test]
    fn the_place_is_told() {
        let text = format!("[\n{}", "[".repeat(200));
        let error = Guard::new(text.as_bytes(), Syntax::JsonLd).read_to_end(&mut Vec::new()).unwrap_err();
        let at = error.get_ref().unwrap().downcast_ref::<ExcessAt>().unwrap();
        assert_eq!((at.line, at.column), (1, 127));
    }
}
