//! Statements about blank nodes, with the nodes by number in the place of their labels.

use oxrdf::{
    BlankNode, BlankNodeRef, GraphNameRef, NamedOrBlankNode, NamedOrBlankNodeRef, QuadRef, Term, TermRef, Triple,
};

use super::nquads::Lines;
use super::sink::QuadSink as _;

/// Stands in a text for the name of a blank node: no line of N-Quads holds this character, which it escapes.
const MARK: &str = "\u{1}";

fn marked() -> BlankNodeRef<'static> {
    BlankNodeRef::new_unchecked(MARK)
}

/// A line of N-Quads with a mark in the place of each blank node, and the numbers of these in the order of their places.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Statement {
    pub(super) text: String,
    pub(super) nodes: Vec<u32>,
}

impl Statement {
    /// The line, its blank nodes named.
    pub(super) fn named(&self, mut name: impl FnMut(u32) -> String) -> String {
        let mut parts = self.text.split(MARK);
        let mut line = parts.next().unwrap_or_default().to_owned();
        for (part, node) in parts.zip(&self.nodes) {
            line.push_str(&name(*node));
            line.push_str(part);
        }
        line
    }

    /// What it says, whatever its nodes are; made in `text`.
    pub(super) fn bare<'t>(&self, text: &'t mut Vec<u8>) -> &'t [u8] {
        text.clear();
        text.extend(self.text.bytes().map(|byte| if byte == MARK.as_bytes()[0] { b'x' } else { byte }));
        text
    }

    /// Adds it to `bytes`, for [`Self::decoded`].
    pub(super) fn encode(&self, bytes: &mut Vec<u8>) {
        encode_nodes(&self.nodes, bytes);
        bytes.extend((self.text.len() as u64).to_le_bytes());
        bytes.extend(self.text.as_bytes());
    }

    /// The statement with which `bytes` begin, and what is left of them.
    pub(super) fn decoded(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (nodes, rest) = decoded_nodes(bytes)?;
        let (length, rest) = rest.split_first_chunk()?;
        let (text, rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        Some((Self { text: String::from_utf8_lossy(text).into_owned(), nodes }, rest))
    }
}

/// Adds the numbers of nodes to `bytes`.
pub(super) fn encode_nodes(nodes: &[u32], bytes: &mut Vec<u8>) {
    bytes.extend((nodes.len() as u32).to_le_bytes());
    nodes.iter().for_each(|node| bytes.extend(node.to_le_bytes()));
}

/// The numbers of nodes with which `bytes` begin, and what is left of them.
pub(super) fn decoded_nodes(bytes: &[u8]) -> Option<(Vec<u32>, &[u8])> {
    let (count, rest) = bytes.split_first_chunk()?;
    let (nodes, rest) = rest.split_at_checked(4 * u32::from_le_bytes(*count) as usize)?;
    let nodes = nodes.chunks_exact(4).filter_map(|node| node.try_into().ok().map(u32::from_le_bytes));
    Some((nodes.collect(), rest))
}

/// Quads as texts, one after the other.
#[derive(Debug)]
pub(super) struct Texts {
    lines: Lines,
    /// Where the triple of the last text ends and its graph, with what parts them, begins.
    graph: usize,
}

impl Default for Texts {
    fn default() -> Self {
        Self { lines: Lines::quads(), graph: 0 }
    }
}

/// What stands after the triple, or after its graph, in a line.
const END: &str = " .\n";

impl Texts {
    /// Makes the text of a quad, with a mark in the place of each blank node; `note` gets their labels in the order of
    /// their places.
    pub(super) fn make(&mut self, quad: QuadRef<'_>, note: &mut dyn FnMut(&str)) {
        let subject = match quad.subject {
            NamedOrBlankNodeRef::BlankNode(node) => {
                note(node.as_str());
                marked().into()
            }
            named => named,
        };
        let held;
        let object = match quad.object {
            TermRef::BlankNode(node) => {
                note(node.as_str());
                marked().into()
            }
            TermRef::Triple(triple) => {
                held = Term::from(marked_triple(triple, note));
                held.as_ref()
            }
            other => other,
        };
        let graph = match quad.graph_name {
            GraphNameRef::BlankNode(node) => {
                note(node.as_str());
                marked().into()
            }
            named => named,
        };
        self.lines.truncate(0, 0);
        self.lines.quad(QuadRef::new(subject, quad.predicate, object, graph));
        self.graph = self.lines.as_bytes().len() - END.len() - graph_length(graph);
    }

    /// The triple of the quad.
    pub(super) fn triple(&self) -> &[u8] {
        &self.lines.as_bytes()[..self.graph]
    }

    /// The name of its graph; nothing for the unnamed one.
    pub(super) fn graph(&self) -> &[u8] {
        let graph = &self.lines.as_bytes()[self.graph..];
        graph.strip_suffix(END.as_bytes()).and_then(|graph| graph.strip_prefix(b" ")).unwrap_or_default()
    }
}

/// The length of a graph in a line, with what parts it from the triple.
fn graph_length(graph: GraphNameRef<'_>) -> usize {
    match graph {
        GraphNameRef::DefaultGraph => 0,
        GraphNameRef::NamedNode(node) => " <>".len() + node.as_str().len(),
        GraphNameRef::BlankNode(node) => " _:".len() + node.as_str().len(),
    }
}

fn marked_triple(triple: &Triple, note: &mut dyn FnMut(&str)) -> Triple {
    let mut mark = |node: &BlankNode| {
        note(node.as_str());
        marked().into_owned()
    };
    let subject = match &triple.subject {
        NamedOrBlankNode::BlankNode(node) => mark(node).into(),
        named => named.clone(),
    };
    let object = match &triple.object {
        Term::BlankNode(node) => mark(node).into(),
        Term::Triple(triple) => marked_triple(triple, note).into(),
        other => other.clone(),
    };
    Triple { subject, predicate: triple.predicate.clone(), object }
}

/// The line of a triple and of the name of its graph.
pub(super) fn line(triple: &str, graph: &str) -> String {
    let space = if graph.is_empty() { "" } else { " " };
    [triple, space, graph, END].concat()
}
