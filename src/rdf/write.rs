//! Any syntax out.

use std::collections::BTreeSet;
use std::io::{self, Write};

use oxrdf::{GraphNameRef, NamedNodeRef, NamedOrBlankNodeRef, Quad, QuadRef, Term};

use super::gather::{Gathered, Row};
use super::jsonld::{self, JsonLd};
use super::nquads::Lines;
use super::pretty;
use super::shorten::Shortener;
use super::sink::QuadSink;
use super::xml::{self, RdfXml};
use crate::format::Syntax;
use crate::vocab;
use crate::vocab::BaseIri;

/// How many bytes of lines are gathered before they are written.
pub(super) const BLOCK: usize = 1 << 16;

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
    /// Those of the output; [`Unsayable`](crate::format::Unsayable) for what RDF/XML cannot say, before anything is written,
    /// and for triple terms in JSON-LD.
    pub fn write(mut self, syntax: Syntax, prefixes: &[(&str, &str)], out: &mut dyn Write) -> io::Result<()> {
        match syntax {
            Syntax::Turtle => pretty::turtle(&mut self, prefixes, out),
            Syntax::TriG => pretty::trig(&mut self, prefixes, out),
            Syntax::NQuads => self.lines(Lines::quads, false, out),
            Syntax::NTriples => self.lines(Lines::triples, true, out),
            Syntax::RdfXml => self.xml(prefixes, out),
            Syntax::JsonLd => self.json(out),
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

    /// RDF/XML, where all of it can be said.
    fn xml(&mut self, prefixes: &[(&str, &str)], out: &mut dyn Write) -> io::Result<()> {
        let rows = self.sort(true).to_vec();
        rows.iter().filter_map(|row| self.row(row)).try_for_each(xml::check)?;
        let predicates: BTreeSet<u32> = rows.iter().map(|row| row.predicate).collect();
        let used = Shortener::new(prefixes, predicates.into_iter().map(|predicate| self.term(predicate))).used();
        let mut writer = RdfXml::new(used, out)?;
        rows.iter().filter_map(|row| self.row(row)).try_for_each(|quad| writer.quad(quad))?;
        writer.finish().map(drop)
    }

    fn json(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let rows = self.sort(false).to_vec();
        let ours = rows.iter().filter_map(|row| self.row(row)).any(jsonld::is_ours);
        let mut writer = JsonLd::new(ours, out)?;
        rows.iter().filter_map(|row| self.row(row)).try_for_each(|quad| writer.quad(quad))?;
        writer.finish().map(drop)
    }

    /// The quads as they came, duplicates included.
    pub(super) fn quads(&self) -> impl Iterator<Item = QuadRef<'_>> {
        self.rows().iter().filter_map(|row| self.row(row))
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
