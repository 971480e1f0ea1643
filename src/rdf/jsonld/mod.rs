//! [JSON-LD 1.1](https://www.w3.org/TR/json-ld11/): a node object for each run of statements of one subject, compacted by
//! the vocabulary's own context where the data speaks in its terms, else expanded. The context stands in the document, so
//! that it can be read without a network.

mod context;
mod node;

use std::io::{self, Write};

use oxrdf::{GraphName, GraphNameRef, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, QuadRef, TermRef};
use serde_json::Value;

use crate::format::Unsayable;
use crate::vocab;
use context::Context;
use node::Node;

/// Values that one node object holds at most; a subject with more gets several.
const MOST: usize = 10_000;

/// Writes quads as they come.
pub(super) struct JsonLd<W: Write> {
    out: W,
    context: Option<&'static Context>,
    graph: GraphName,
    /// Whether the graph that is open has a name that the context would misread, so that it holds for none of its nodes.
    is_plain: bool,
    node: Option<Node>,
    follows: bool,
}

/// Whether the statement is in terms of the vocabulary, so that its context shortens it.
pub(super) fn is_ours(quad: QuadRef<'_>) -> bool {
    let ours = |node: NamedNodeRef<'_>| node.as_str().starts_with(vocab::NS);
    ours(quad.predicate) || matches!(quad.object, TermRef::NamedNode(class) if ours(class))
}

impl<W: Write> JsonLd<W> {
    /// Begins a document; `ours` where it is to be compacted.
    pub(super) fn new(ours: bool, mut out: W) -> io::Result<Self> {
        let context = ours.then(context::ours);
        match context {
            Some(context) => write!(out, "{{\"@context\":{},\n\"@graph\":[", context.object)?,
            None => out.write_all(b"{\"@graph\":[")?,
        }
        Ok(Self { out, context, graph: GraphName::DefaultGraph, is_plain: false, node: None, follows: false })
    }

    /// Writes a quad.
    ///
    /// # Errors
    /// [`Unsayable`] for triple terms; those of the writer below.
    pub(super) fn quad(&mut self, quad: QuadRef<'_>) -> io::Result<()> {
        if !matches!(quad.object, TermRef::NamedNode(_) | TermRef::BlankNode(_) | TermRef::Literal(_)) {
            return Err(Unsayable { format: "JSON-LD", what: format!("the triple term {}", quad.object) }.into());
        }
        if self.graph.as_ref() != quad.graph_name {
            self.end_node()?;
            self.end_graph()?;
            self.begin_graph(quad.graph_name)?;
        }
        let full = |node: &Node| node.subject.as_ref() != quad.subject || node.count >= MOST;
        if self.node.as_ref().is_some_and(full) {
            self.end_node()?;
        }
        let node = self.node.get_or_insert_with(|| Node::new(quad.subject.into_owned()));
        node.take(quad.predicate, quad.object);
        Ok(())
    }

    /// Ends the document and gives back the writer below.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.end_node()?;
        self.end_graph()?;
        self.out.write_all(b"\n]}\n")?;
        Ok(self.out)
    }

    fn begin_graph(&mut self, graph: GraphNameRef<'_>) -> io::Result<()> {
        self.graph = graph.into_owned();
        let name = match graph {
            GraphNameRef::NamedNode(node) => NamedOrBlankNodeRef::from(node),
            GraphNameRef::BlankNode(node) => node.into(),
            GraphNameRef::DefaultGraph => return Ok(()),
        };
        self.separate()?;
        let short = self.context.map(|context| context.subject(name));
        self.is_plain = matches!(short, Some(None));
        match short.flatten() {
            Some(short) => write!(self.out, "{{\"id\":{},\"@graph\":[", Value::from(short))?,
            None => {
                let context = if self.is_plain { "\"@context\":null," } else { "" };
                write!(self.out, "{{{context}\"@id\":{},\"@graph\":[", Value::from(whole(name)))?;
            }
        }
        self.follows = false;
        Ok(())
    }

    fn end_graph(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.graph) != GraphName::DefaultGraph {
            self.out.write_all(b"\n]}")?;
            self.follows = true;
        }
        self.is_plain = false;
        Ok(())
    }

    fn end_node(&mut self) -> io::Result<()> {
        let Some(node) = self.node.take() else { return Ok(()) };
        self.separate()?;
        let value = match self.context.filter(|_| !self.is_plain) {
            None => node.expanded(),
            Some(context) => node.compacted(context).unwrap_or_else(|| {
                let mut value = node.expanded();
                value.insert("@context".to_owned(), Value::Null);
                value
            }),
        };
        serde_json::to_writer(&mut self.out, &value).map_err(io::Error::from)
    }

    fn separate(&mut self) -> io::Result<()> {
        self.out.write_all(if std::mem::replace(&mut self.follows, true) { b",\n" } else { b"\n" })
    }
}

/// A node's IRI or label as it is.
fn whole(node: NamedOrBlankNodeRef<'_>) -> String {
    match node {
        NamedOrBlankNodeRef::NamedNode(node) => node.as_str().to_owned(),
        NamedOrBlankNodeRef::BlankNode(node) => node.to_string(),
    }
}

impl Node {
    fn new(subject: NamedOrBlankNode) -> Self {
        Self { subject, ..Self::default() }
    }
}
