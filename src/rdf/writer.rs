//! Quads as they come, laid out for people as long as they are few.

use std::io::{self, Write};

use oxrdf::{GraphNameRef, QuadRef, Term};
use oxrdfio::{RdfSerializer, WriterQuadSerializer};

use super::gather::Gathered;
use super::jsonld::{self, JsonLd};
use super::language_tag::corrected;
use super::nquads::Lines;
use super::sink::QuadSink as _;
use super::write::BLOCK;
use super::xml::RdfXml;
use crate::format::Syntax;
use crate::held::Held;
use crate::vocab;

/// Quads that are held back by default: some megabytes.
const FEW: usize = 10_000;

/// Writes quads with the prefixes of the vocabulary. So many as [`Self::holding`] says are held back, and if no more come they
/// are written as [`write()`](super::write()) does: sorted, without duplicates, with the prefixes that they use. More of them are streamed,
/// in the order in which they come and under all prefixes. Syntaxes of lines hold nothing back. Where a syntax knows no graphs
/// the quads' graphs are left out.
pub struct Writer<W: Write> {
    state: State<W>,
    syntax: Syntax,
    most: usize,
}

enum State<W: Write> {
    Held(Gathered, W),
    Lines(Lines, W),
    Streamed(Box<WriterQuadSerializer<W>>),
    /// Whether all of it can be said is known at the end.
    Xml(Box<RdfXml<Held<W>>>),
    Json(Box<JsonLd<W>>),
    /// A write failed; nothing more is written.
    Broken,
}

impl<W: Write> Writer<W> {
    /// Starts a document.
    pub fn new(syntax: Syntax, out: W) -> Self {
        let state = match syntax {
            Syntax::NTriples => State::Lines(Lines::triples(), out),
            Syntax::NQuads => State::Lines(Lines::quads(), out),
            _ => State::Held(Gathered::new(), out),
        };
        Self { state, syntax, most: FEW }
    }

    /// With another number of quads that are held back, if the syntax has anything to lay out.
    #[must_use]
    pub fn holding(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    /// Takes a quad. Its language tags are written in the case that BCP 47 recommends.
    ///
    /// # Errors
    /// Those of the writer below; [`Unsayable`](crate::format::Unsayable) for what RDF/XML and JSON-LD cannot say.
    pub fn quad<'a>(&mut self, quad: impl Into<QuadRef<'a>>) -> io::Result<()> {
        let quad = quad.into();
        let corrected = corrected(quad.object);
        let object = corrected.as_ref().map_or(quad.object, Term::as_ref);
        let graph = if self.syntax.has_graphs() { quad.graph_name } else { GraphNameRef::DefaultGraph };
        let quad = QuadRef::new(quad.subject, quad.predicate, object, graph);
        if matches!(&self.state, State::Held(held, _) if held.len() >= self.most) {
            self.stream()?;
        }
        match &mut self.state {
            State::Held(held, _) => {
                held.quad(quad);
                Ok(())
            }
            State::Lines(lines, out) => {
                lines.quad(quad);
                if lines.as_bytes().len() < BLOCK { Ok(()) } else { shipped(lines, out) }
            }
            State::Streamed(serializer) => serializer.serialize_quad(quad),
            State::Xml(writer) => writer.quad(quad),
            State::Json(writer) => writer.quad(quad),
            State::Broken => Err(broken()),
        }
    }

    /// Ends the document and gives back the writer below.
    ///
    /// # Errors
    /// As [`Self::quad`].
    pub fn finish(mut self) -> io::Result<W> {
        match std::mem::replace(&mut self.state, State::Broken) {
            State::Held(held, mut out) => {
                held.write(self.syntax, vocab::PREFIXES, &mut out)?;
                Ok(out)
            }
            State::Lines(mut lines, mut out) => shipped(&mut lines, &mut out).map(|()| out),
            State::Streamed(serializer) => serializer.finish(),
            State::Xml(writer) => writer.finish()?.release(),
            State::Json(writer) => writer.finish(),
            State::Broken => Err(broken()),
        }
    }

    /// From here on quads go out as they come; in RDF/XML they are held until all are known to be sayable.
    fn stream(&mut self) -> io::Result<()> {
        let State::Held(held, out) = std::mem::replace(&mut self.state, State::Broken) else { return Err(broken()) };
        self.state = match self.syntax {
            Syntax::RdfXml => {
                let mut writer = RdfXml::new(vocab::PREFIXES.iter().copied(), Held::new(out))?;
                held.quads().try_for_each(|quad| writer.quad(quad))?;
                State::Xml(Box::new(writer))
            }
            Syntax::JsonLd => {
                let ours = held.is_empty() || held.quads().any(jsonld::is_ours);
                let mut writer = JsonLd::new(ours, out)?;
                held.quads().try_for_each(|quad| writer.quad(quad))?;
                State::Json(Box::new(writer))
            }
            syntax => {
                let mut serializer = serializer(syntax)?.for_writer(out);
                held.quads().try_for_each(|quad| serializer.serialize_quad(quad))?;
                State::Streamed(Box::new(serializer))
            }
        };
        Ok(())
    }
}

/// Writes the lines that have gathered.
fn shipped(lines: &mut Lines, out: &mut impl Write) -> io::Result<()> {
    out.write_all(lines.as_bytes())?;
    lines.truncate(0, 0);
    Ok(())
}

fn serializer(syntax: Syntax) -> io::Result<RdfSerializer> {
    vocab::PREFIXES.iter().try_fold(RdfSerializer::from_format(syntax.into()), |serializer, (name, iri)| {
        // The prefixes are constants; a test of theirs holds them to be IRIs.
        serializer.with_prefix(*name, *iri).map_err(io::Error::other)
    })
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "an earlier write failed")
}

#[cfg(test)]
mod tests {
    use oxrdf::{BlankNode, Literal, NamedNode, Quad};

    use super::*;
    use crate::rdf::{ReadAs, isomorphic, read};

    fn quads(count: i32) -> Vec<Quad> {
        let node = |path: String| NamedNode::new_unchecked(format!("{}{path}", vocab::ID));
        let quad = |i: i32| {
            Quad::new(node(format!("place/{i}")), vocab::rdf::type_, Literal::from(i), node(format!("graph/{}", i % 3)))
        };
        (0..count).map(quad).collect()
    }

    fn written(quads: &[Quad], syntax: Syntax, most: usize) -> String {
        let mut writer = Writer::new(syntax, Vec::new()).holding(most);
        quads.iter().try_for_each(|quad| writer.quad(quad)).unwrap();
        String::from_utf8(writer.finish().unwrap()).unwrap()
    }

    #[test]
    fn few_are_laid_out_and_many_are_streamed_and_both_say_the_same() {
        let all = quads(5);
        for syntax in Syntax::ALL.iter().copied().filter(|syntax| syntax.has_graphs()) {
            for most in [0, 3, 5, 6] {
                let text = written(&all, syntax, most);
                let back: Vec<Quad> =
                    read(text.as_bytes(), &ReadAs::new("x", syntax)).unwrap().collect::<Result<_, _>>().unwrap();
                assert!(isomorphic(&all, &back).unwrap(), "{syntax} holding {most}: {text}");
            }
        }
        let few = written(&all, Syntax::TriG, 5);
        assert!(few.starts_with("@prefix place:") && few.matches("@prefix").count() == 1, "{few}");
        assert!(written(&all, Syntax::TriG, 4).matches("@prefix").count() == vocab::PREFIXES.len());
    }

    #[test]
    fn lines_are_those_of_the_reference_serializer() {
        let node = NamedNode::new_unchecked("http://e/été");
        let blank = BlankNode::new_unchecked("b");
        let mut objects: Vec<Term> = vec![node.clone().into(), blank.clone().into()];
        for text in [
            "",
            "plain",
            "a\"b\\c\nd\re\tf\u{8}\u{c}\0\u{b}\u{1f}\u{7f}\u{80}",
            "市\u{fffd}\u{fffe}\u{ffff}\u{10ffff}",
            "＂",
        ] {
            objects.push(Literal::new_simple_literal(text).into());
            objects.push(Literal::new_language_tagged_literal_unchecked(text, "zh-Hans").into());
            objects.push(Literal::new_typed_literal(text, node.clone()).into());
            let directed = oxrdf::BaseDirection::Rtl;
            objects.push(Literal::new_directional_language_tagged_literal_unchecked(text, "ar", directed).into());
        }
        objects.push(oxrdf::Triple::new(blank.clone(), node.clone(), objects[3].clone()).into());
        for syntax in [Syntax::NTriples, Syntax::NQuads] {
            let mut other = serializer(syntax).unwrap().for_writer(Vec::new());
            let graphs = [oxrdf::GraphName::DefaultGraph, node.clone().into(), blank.clone().into()];
            let quads = objects.iter().zip(graphs.into_iter().cycle());
            let quads: Vec<Quad> =
                quads.map(|(object, graph)| Quad::new(node.clone(), node.clone(), object.clone(), graph)).collect();
            for quad in &quads {
                match syntax {
                    Syntax::NTriples => other.serialize_triple(quad.as_ref()).unwrap(),
                    _ => other.serialize_quad(quad).unwrap(),
                }
            }
            assert_eq!(written(&quads, syntax, 0), String::from_utf8(other.finish().unwrap()).unwrap());
        }
    }

    #[test]
    fn graphs_are_left_out_where_the_syntax_has_none() {
        for most in [0, 9] {
            let text = written(&quads(2), Syntax::Turtle, most);
            assert!(!text.contains("graph:0") && !text.contains("graph/0") && text.contains("place:1"), "{text}");
        }
        assert_eq!(written(&[], Syntax::Turtle, 9), "");
    }
}
