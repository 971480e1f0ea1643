//! RDF of any syntax as a load's input.

use std::collections::HashMap;
use std::io::{self, Read};

use oxrdf::{BlankNode, GraphName, NamedOrBlankNode, Quad, Term, Triple};

use super::Sink;
use super::error::LoadError;
use crate::rdf::{self, ReadAs};

/// Opens the decompressed bytes of an input, as often as it is called.
pub type Open<'a> = dyn Fn() -> io::Result<Box<dyn Read + Send>> + Sync + 'a;

/// Hands every quad of a document to the sink; returns how many there were. The document is read twice. Blank nodes are
/// named by its content and their order, so that the same bytes always give the same nodes and no two documents share one.
///
/// # Errors
/// [`LoadError::Read`], [`LoadError::Syntax`], and those of the sink.
pub fn read_rdf(how: &ReadAs, open: &Open<'_>, sink: &mut Sink<'_>) -> Result<u64, LoadError> {
    let failed = |cause| LoadError::Read { name: how.name.to_string(), cause };
    let content = open().and_then(content).map_err(failed)?;
    let mut names = BlankNodes { content, known: HashMap::new() };
    let mut quads = 0;
    for quad in rdf::read(open().map_err(failed)?, how).map_err(LoadError::syntax)? {
        sink.take(names.rename(quad.map_err(LoadError::syntax)?))?;
        quads += 1;
    }
    Ok(quads)
}

/// 128 bits that only this content has.
fn content(mut bytes: Box<dyn Read + Send>) -> io::Result<u128> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(&mut bytes)?;
    let hash = hasher.finalize();
    Ok(hash.as_bytes().iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte)))
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
