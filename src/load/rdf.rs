//! RDF of any syntax as a load's input.

use std::collections::HashMap;
use std::io::{self, Read};
use std::sync::Arc;

use oxrdf::{BlankNode, GraphName, NamedOrBlankNode, Quad, Term, Triple};
use oxrdfio::{RdfParseError, RdfParser};

use super::Sink;
use super::error::LoadError;
use crate::format::Syntax;
use crate::location::Location;

/// Bytes of RDF, with what there is to know to read them.
pub struct RdfInput<'a> {
    /// What messages call it.
    pub name: Arc<str>,
    /// Its syntax.
    pub syntax: Syntax,
    /// Where statements go that name no graph.
    pub graph: GraphName,
    /// The IRI that relative IRIs are resolved against; without it they are errors.
    pub base: Option<&'a str>,
    /// The bytes, decompressed. They are read twice.
    pub open: &'a (dyn Fn() -> io::Result<Box<dyn Read + Send>> + Sync),
}

/// Hands every quad of the input to the sink; returns how many there were. Blank nodes are named by the content of the
/// input and their order, so that the same bytes always give the same nodes and no two inputs share one.
///
/// # Errors
/// [`LoadError::Read`], [`LoadError::Syntax`], and those of the sink.
pub fn read_rdf(input: &RdfInput<'_>, sink: &mut Sink<'_>) -> Result<u64, LoadError> {
    let mut names = BlankNodes { content: content(input)?, known: HashMap::new() };
    let mut quads = 0;
    for quad in parser(input)?.for_reader(open(input)?) {
        sink.take(names.rename(quad.map_err(|error| explain(error, &input.name))?))?;
        quads += 1;
    }
    Ok(quads)
}

fn parser(input: &RdfInput<'_>) -> Result<RdfParser, LoadError> {
    let parser = RdfParser::from_format(input.syntax.into()).with_default_graph(input.graph.clone());
    match input.base {
        None => Ok(parser),
        Some(base) => parser.with_base_iri(base).map_err(|error| LoadError::Read {
            name: input.name.to_string(),
            cause: io::Error::new(io::ErrorKind::InvalidInput, error),
        }),
    }
}

fn open(input: &RdfInput<'_>) -> Result<Box<dyn Read + Send>, LoadError> {
    (input.open)().map_err(|cause| LoadError::Read { name: input.name.to_string(), cause })
}

/// 128 bits that only this content has.
fn content(input: &RdfInput<'_>) -> Result<u128, LoadError> {
    let mut hasher = blake3::Hasher::new();
    let read = |cause| LoadError::Read { name: input.name.to_string(), cause };
    hasher.update_reader(open(input)?).map_err(read)?;
    let hash = hasher.finalize();
    Ok(hash.as_bytes().iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte)))
}

fn explain(error: RdfParseError, name: &Arc<str>) -> LoadError {
    match error {
        RdfParseError::Io(cause) => LoadError::Read { name: name.to_string(), cause },
        RdfParseError::Syntax(cause) => {
            let position = cause.location().map(|range| range.start);
            let (line, column) = position.map_or((0, 0), |position| (position.line, position.column));
            LoadError::Syntax { at: Location { file: Arc::clone(name), line, column }, cause }
        }
    }
}

struct BlankNodes {
    content: u128,
    known: HashMap<BlankNode, BlankNode>,
}

impl BlankNodes {
    fn rename(&mut self, quad: Quad) -> Quad {
        let graph_name = match quad.graph_name {
            GraphName::BlankNode(node) => self.name(node).into(),
            other => other,
        };
        let subject = self.subject(quad.subject);
        Quad { subject, object: self.term(quad.object), graph_name, ..quad }
    }

    fn name(&mut self, node: BlankNode) -> BlankNode {
        let next = self.known.len() as u128;
        let content = self.content;
        self.known.entry(node).or_insert_with(|| BlankNode::new_from_unique_id(content.wrapping_add(next))).clone()
    }

    fn subject(&mut self, subject: NamedOrBlankNode) -> NamedOrBlankNode {
        match subject {
            NamedOrBlankNode::BlankNode(node) => self.name(node).into(),
            named @ NamedOrBlankNode::NamedNode(_) => named,
        }
    }

    fn term(&mut self, term: Term) -> Term {
        match term {
            Term::BlankNode(node) => self.name(node).into(),
            Term::Triple(triple) => {
                let Triple { subject, predicate, object } = *triple;
                let subject = self.subject(subject);
                Triple { subject, predicate, object: self.term(object) }.into()
            }
            other => other,
        }
    }
}
