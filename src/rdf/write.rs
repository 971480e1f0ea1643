//! Any syntax out.

use std::io::{self, Write};

use oxrdf::{GraphNameRef, NamedNodeRef, NamedOrBlankNodeRef, Quad, QuadRef, Term};
use oxrdfio::{RdfSerializer, WriterQuadSerializer};

use super::gather::{Gathered, Row};
use super::nquads::Lines;
use super::pretty;
use super::shorten::Shortener;
use crate::format::Syntax;
use crate::mapping::{BaseIri, QuadSink};
use crate::vocab;

/// How many bytes of lines are gathered before they are written.
const BLOCK: usize = 1 << 16;

/// The project's prefixes, those of the data under `base`.
pub fn prefixes(base: &BaseIri) -> Vec<(&'static str, String)> {
    let under = |iri: &str| match iri.strip_prefix(vocab::ID) {
        Some(path) => format!("{}{path}", base.as_str()),
        None => iri.to_owned(),
    };
    vocab::PREFIXES.iter().map(|(name, iri)| (*name, under(iri))).collect()
}

/// Writes quads with the project's own prefixes; see [`Gathered::write`].
///
/// # Errors
/// Those of [`Gathered::write`].
pub fn write(quads: Vec<Quad>, syntax: Syntax, mut out: impl Write) -> io::Result<()> {
    quads.into_iter().collect::<Gathered>().write(syntax, vocab::PREFIXES, &mut out)
}

impl Gathered {
    /// Writes everything, sorted and without duplicates. Turtle, N-Triples and RDF/XML have no named graphs: there all
    /// graphs become one. Turtle and TriG are laid out for people.
    ///
    /// # Errors
    /// Those of the output; and [`io::ErrorKind::InvalidData`] for what RDF/XML cannot say: control characters, and
    /// predicates that end in no XML name.
    pub fn write(mut self, syntax: Syntax, prefixes: &[(&str, &str)], out: &mut dyn Write) -> io::Result<()> {
        match syntax {
            Syntax::Turtle => pretty::turtle(&mut self, prefixes, out),
            Syntax::TriG => pretty::trig(&mut self, prefixes, out),
            Syntax::NQuads => self.lines(Lines::quads, false, out),
            Syntax::NTriples => self.lines(Lines::triples, true, out),
            Syntax::RdfXml | Syntax::JsonLd => self.foreign(syntax, prefixes, out),
        }
    }

    fn lines(&mut self, new: fn() -> Lines, merge: bool, out: &mut dyn Write) -> io::Result<()> {
        let rows = self.sort(merge).to_vec();
        let mut lines = new();
        for row in &rows {
            self.row(row).into_iter().for_each(|quad| lines.quad(quad));
            if lines.as_bytes().len() > BLOCK {
                out.write_all(lines.as_bytes())?;
                lines = new();
            }
        }
        out.write_all(lines.as_bytes())
    }

    /// Syntaxes that oxrdfio writes. It groups the statements of a subject that come one after the other.
    fn foreign(&mut self, syntax: Syntax, prefixes: &[(&str, &str)], out: &mut dyn Write) -> io::Result<()> {
        let rows = self.sort(!syntax.has_graphs()).to_vec();
        if syntax == Syntax::RdfXml {
            self.terms().iter().try_for_each(fits_xml)?;
        }
        let used = Shortener::new(prefixes, self.terms()).used();
        let mut serializer = RdfSerializer::from_format(syntax.into());
        for (name, iri) in used {
            serializer = serializer.with_prefix(name, iri).map_err(io::Error::other)?;
        }
        let mut writer: WriterQuadSerializer<&mut dyn Write> = serializer.for_writer(out);
        for row in &rows {
            self.row(row).map_or(Ok(()), |quad| writer.serialize_quad(quad))?;
        }
        writer.finish().map(|_| ())
    }

    fn row(&self, row: &Row) -> Option<QuadRef<'_>> {
        let graph = match row.graph.name() {
            None => GraphNameRef::DefaultGraph,
            Some(name) => self.node(name)?.into(),
        };
        let Term::NamedNode(predicate) = self.term(row.predicate) else { return None };
        let (subject, object) = (self.node(row.subject)?, self.term(row.object).as_ref());
        Some(QuadRef::new(subject, NamedNodeRef::from(predicate), object, graph))
    }

    fn node(&self, id: u32) -> Option<NamedOrBlankNodeRef<'_>> {
        match self.term(id) {
            Term::NamedNode(node) => Some(node.into()),
            Term::BlankNode(node) => Some(node.into()),
            _ => None,
        }
    }
}

/// XML 1.0 §2.2: what no document may contain, however it is written.
fn fits_xml(term: &Term) -> io::Result<()> {
    let Term::Literal(literal) = term else { return Ok(()) };
    let outside =
        |c: &char| matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}');
    match literal.value().chars().find(outside) {
        None => Ok(()),
        Some(c) => {
            let reason =
                format!("RDF/XML cannot hold the control character U+{:04X} of the text {literal}", u32::from(c));
            Err(io::Error::new(io::ErrorKind::InvalidData, reason))
        }
    }
}
