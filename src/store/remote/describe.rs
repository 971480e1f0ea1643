//! What an endpoint says of one thing, and changes of one graph: what servers of linked data and graph stores need of it.

use std::collections::{BTreeSet, HashSet};

use oxigraph::sparql::QueryResults;
use oxrdf::{GraphName, GraphNameRef, Literal, NamedNode, NamedOrBlankNode, Term, Triple};

use super::client::Call;
use super::response::Answer;
use super::service::Scope;
use super::{Asking, Remote, graph_url, is_closed};
use crate::store::Store as _;
use crate::store::error::StoreError;

/// How deep the parts of a thing are followed: a blank node cannot be asked about by itself.
const DEPTH: usize = 4;

impl Remote {
    /// What all graphs say of a node and of its parts (blank nodes, and nodes named below it), up to `most` triples.
    ///
    /// # Errors
    /// As [`Self::query_text`].
    pub fn about(&self, node: &NamedNode, most: usize, how: Asking) -> Result<Vec<Triple>, StoreError> {
        let triples = self.found(&about(node, most), how)?;
        Ok(reached_from(node, &triples))
    }

    /// What all graphs say of others with this node, up to `most` triples.
    ///
    /// # Errors
    /// As [`Self::query_text`].
    pub fn with_object(&self, node: &NamedNode, most: usize, how: Asking) -> Result<Vec<Triple>, StoreError> {
        let pattern = anywhere(&format!("?s ?p {node}"));
        self.found(&format!("CONSTRUCT {{ ?s ?p {node} }} WHERE {{ {pattern} }} LIMIT {most}"), how)
    }

    fn found(&self, query: &str, how: Asking) -> Result<Vec<Triple>, StoreError> {
        match self.query_over(query, Asking { scope: Some(Scope::Unnamed), ..how })? {
            QueryResults::Graph(triples) => Ok(triples.collect::<Result<_, _>>()?),
            _ => Err(StoreError::answer(self.address(), "rows in answer to a CONSTRUCT")),
        }
    }

    /// Adds triples to a graph, or has it hold nothing else.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`], [`StoreError::Refused`]
    pub fn put_graph(&self, graph: &GraphName, triples: Vec<Triple>, replace: bool) -> Result<(), StoreError> {
        if replace {
            self.clear_graph(graph)?;
        }
        let mut quads = triples.into_iter().map(|triple| Ok(triple.in_graph(graph.clone())));
        self.add_all(&mut quads, Default::default()).map(drop)
    }

    /// Removes a graph.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`], [`StoreError::Refused`]
    pub fn clear_graph(&self, graph: &GraphName) -> Result<(), StoreError> {
        if let (GraphName::NamedNode(name), Some(store)) = (graph, &self.service().graph_store) {
            let url = graph_url(store, name.as_ref());
            match self.client.send(&Call::delete(&url)).and_then(Answer::read_out) {
                Err(StoreError::Refused { status: 404, .. }) => return Ok(()),
                // Whoever may update need not be let to the graph store.
                Err(error) if is_closed(&error) => {}
                done => return done,
            }
        }
        let update = match graph {
            GraphName::DefaultGraph => "CLEAR SILENT DEFAULT".to_owned(),
            named => format!("DROP SILENT GRAPH {named}"),
        };
        self.update_at(&update, Asking::over(Scope::Unnamed), true).map(drop)
    }

    /// Whether a graph holds anything.
    ///
    /// # Errors
    /// As [`Self::query_text`].
    pub fn holds_graph(&self, graph: GraphNameRef<'_>) -> Result<bool, StoreError> {
        match graph {
            GraphNameRef::NamedNode(name) => self.has_graph(name),
            GraphNameRef::DefaultGraph => self.holds_unnamed(),
            GraphNameRef::BlankNode(_) => Ok(false),
        }
    }
}

/// A pattern in any graph, the unnamed one among them, whatever the default graph is.
fn anywhere(pattern: &str) -> String {
    format!("{{ {pattern} }} UNION {{ GRAPH ?graph {{ {pattern} }} }}")
}

/// The query for what is said of a node: a chain of triples from it for each depth, which every engine joins one after the other.
fn about(node: &NamedNode, most: usize) -> String {
    let part = Literal::new_simple_literal(format!("{}#", node.as_str()));
    let (mut chain, mut parts, mut branches) = (format!("{node} ?p0 ?o0 ."), Vec::new(), Vec::new());
    for step in 1..=DEPTH {
        branches.push(anywhere(&format!("{chain}{}", parts.concat())));
        let above = step - 1;
        chain += &format!(" ?o{above} ?p{step} ?o{step} .");
        parts.push(format!(" FILTER(isBlank(?o{above}) || isIRI(?o{above}) && STRSTARTS(STR(?o{above}), {part}))"));
    }
    format!("CONSTRUCT {{ {chain} }} WHERE {{ {} }} LIMIT {most}", branches.join(" UNION "))
}

/// Those of the triples that are of the node or its parts, each once.
fn reached_from(node: &NamedNode, triples: &[Triple]) -> Vec<Triple> {
    let part = format!("{}#", node.as_str());
    let mut reached = BTreeSet::from([node.to_string()]);
    let mut open = vec![NamedOrBlankNode::from(node.clone())];
    let mut found = HashSet::new();
    while let Some(subject) = open.pop() {
        for triple in triples.iter().filter(|triple| triple.subject == subject) {
            let next = match &triple.object {
                Term::NamedNode(object) if object.as_str().starts_with(&part) => Some(object.clone().into()),
                Term::BlankNode(object) => Some(object.clone().into()),
                _ => None,
            };
            open.extend(next.filter(|next: &NamedOrBlankNode| reached.insert(next.to_string())));
            found.insert(triple.clone());
        }
    }
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_of_a_node_is_sparql() {
        for iri in ["http://e/a", "http://e/a?b='c'&d=\u{e9}"] {
            let node = NamedNode::new(iri).unwrap();
            spargebra::SparqlParser::new().parse_query(&about(&node, 10)).unwrap();
        }
    }
}
