//! Whole datasets in any syntax.

use std::io::{self, Write};

use oxrdf::{GraphName, NamedOrBlankNode, Quad, Term};
use oxrdfio::RdfSerializer;

use crate::format::Syntax;
use crate::vocab;

/// Writes quads sorted, each once, under those of the known prefixes that they use. A syntax without graphs gets the
/// merge of all of them.
///
/// # Errors
/// Those of the writer.
pub fn write(mut quads: Vec<Quad>, syntax: Syntax, out: impl Write) -> io::Result<()> {
    if !syntax.has_graphs() {
        quads.iter_mut().for_each(|quad| quad.graph_name = GraphName::DefaultGraph);
    }
    quads.sort_by_cached_key(ToString::to_string);
    quads.dedup();
    let mut serializer = RdfSerializer::from_format(syntax.into());
    for (name, iri) in vocab::PREFIXES.iter().filter(|(_, iri)| quads.iter().any(|quad| uses(quad, iri))) {
        serializer = serializer.with_prefix(*name, *iri).map_err(io::Error::other)?;
    }
    let mut writer = serializer.for_writer(out);
    quads.iter().try_for_each(|quad| writer.serialize_quad(quad))?;
    writer.finish()?.flush()
}

fn uses(quad: &Quad, namespace: &str) -> bool {
    let subject = matches!(&quad.subject, NamedOrBlankNode::NamedNode(node) if node.as_str().starts_with(namespace));
    let object = match &quad.object {
        Term::NamedNode(node) => node.as_str().starts_with(namespace),
        Term::Literal(literal) => literal.datatype().as_str().starts_with(namespace),
        _ => false,
    };
    let graph = matches!(&quad.graph_name, GraphName::NamedNode(node) if node.as_str().starts_with(namespace));
    subject || object || graph || quad.predicate.as_str().starts_with(namespace)
}
