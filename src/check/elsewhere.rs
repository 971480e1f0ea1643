//! Shapes over a store behind an endpoint, document by document: as many documents are fetched at once as the memory is meant for, with
//! the graphs that all share, validated, and let go.

use std::collections::BTreeMap;

use oxrdf::{GraphName, Quad, Term};

use super::data::document_of;
use super::shapes::ValidateError;
use super::validation::{Scope, SetupError, ShapesReport, Validation};
use crate::query::{Executor, Indexing, QueryError};
use crate::store::{Counts, Remote, Store as _, StoreError};
use crate::vocab::{graph, rdfs};

/// Quads of documents that are held at once.
const HELD: u64 = 500_000;
/// Graphs that are asked for at once, at most.
const GRAPHS: usize = 500;

/// Why data behind an endpoint could not be validated.
#[derive(Debug, thiserror::Error)]
pub enum ElsewhereError {
    /// The shapes are none.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The validation did not come to its end.
    #[error(transparent)]
    Validate(#[from] ValidateError),
    /// The endpoint failed, or a limit was reached.
    #[error(transparent)]
    Query(Box<QueryError>),
}

impl From<QueryError> for ElsewhereError {
    fn from(error: QueryError) -> Self {
        Self::Query(Box::new(error))
    }
}

impl From<StoreError> for ElsewhereError {
    fn from(error: StoreError) -> Self {
        QueryError::from(error).into()
    }
}

/// Validates each document that an endpoint holds with its provenance and the register of places, and the graphs that documents
/// share. What is found is what [`Validation::validate`] finds in [`Scope::Documents`]. `told` hears of documents that are done.
///
/// # Errors
/// [`ElsewhereError`]
pub fn validate_elsewhere(
    remote: &Remote,
    (shapes, ontology): (&[Quad], &[Quad]),
    threads: usize,
    executor: &Executor,
    told: &(dyn Fn(usize) + Sync),
) -> Result<ShapesReport, ElsewhereError> {
    let mut shared = Vec::new();
    for graph in graph::SHARED {
        for quad in remote.read(Some((*graph).into()))? {
            shared.push(quad?);
        }
    }
    // What any graph says of classes counts everywhere.
    let mut ontology = ontology.to_vec();
    for quad in remote.of_predicates(&[rdfs::subClassOf.into_owned()])? {
        ontology.push(quad?);
    }
    let (mut report, mut scope) = (ShapesReport::default(), Scope::Documents);
    for graphs in batches(&remote.counts()?, HELD) {
        let part = executor.part();
        let mut indexing = Indexing::new(&part, &|_| {});
        shared.iter().try_for_each(|quad| indexing.push(quad))?;
        for quad in remote.of_graphs(&graphs)? {
            indexing.push(&quad?)?;
        }
        let validation = Validation::new(&indexing.finish(), shapes.to_vec(), ontology.clone())?;
        report.join(validation.validate(scope, threads, &part, &|_| {})?);
        told(graphs.len());
        scope = Scope::DocumentsAlone;
    }
    Ok(report)
}

/// The graphs of documents in lots of about so many quads, those of one document in one; one lot without any where there is no document.
fn batches(counts: &Counts, most: u64) -> Vec<Vec<GraphName>> {
    let mut documents: BTreeMap<String, (u64, Vec<GraphName>)> = BTreeMap::new();
    for (graph, quads) in &counts.graphs {
        let document = match graph {
            GraphName::DefaultGraph => Some(String::new()),
            GraphName::NamedNode(name) => document_of(&Term::from(name.clone())),
            // They have no names to ask by: all come at once.
            GraphName::BlankNode(_) => Some("_:".to_owned()),
        };
        if let Some(document) = document {
            let entry = documents.entry(document).or_default();
            entry.0 += quads;
            entry.1.push(graph.clone());
        }
    }
    let (mut lots, mut held) = (vec![Vec::new()], 0);
    for (quads, mut graphs) in documents.into_values() {
        let is_full = lots.last().is_some_and(|lot| !lot.is_empty() && (held + quads > most || lot.len() >= GRAPHS));
        if is_full {
            lots.push(Vec::new());
            held = 0;
        }
        held += quads;
        if let Some(lot) = lots.last_mut() {
            lot.append(&mut graphs);
        }
    }
    lots
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::NamedNode;

    #[test]
    fn lots_are_bounded_and_keep_documents_together() {
        let name = |text: &str| GraphName::from(NamedNode::new_unchecked(format!("{}{text}", crate::vocab::GRAPH)));
        let graphs = ["a", "b", "a/provenance", "places", "c", "b/provenance"];
        let counts = Counts {
            graphs: graphs.map(|graph| (name(graph), 10)).into_iter().chain([(GraphName::DefaultGraph, 5)]).collect(),
            ..Counts::default()
        };
        let lots = batches(&counts, 25);
        let expected = [
            vec![GraphName::DefaultGraph, name("a"), name("a/provenance")],
            vec![name("b"), name("b/provenance")],
            vec![name("c")],
        ];
        assert_eq!(lots, expected);
        assert_eq!(batches(&Counts::default(), 25), [Vec::<GraphName>::new()]);
        assert_eq!(batches(&counts, 1).len(), 4, "one that is larger stands alone");
    }
}
