//! CLEAR, DROP and CREATE.

use std::collections::HashSet;

use oxigraph::sparql::{QueryDatasetSpecification, QueryResults, UpdateEvaluationError};
use oxrdf::{GraphName, GraphNameRef, NamedNode, Term};
use spargebra::algebra::GraphTarget;

use super::super::error::QueryError;
use super::Work;
use crate::query::engine::Query;
use crate::query::syntax::options::ParseOptions;
use crate::store::{StoreError, Transaction};

/// A graph of more quads than these is emptied quad by quad, so that it can be stopped; a smaller one at once, which is
/// several times faster and over in less than a second.
const BIG: u64 = 100_000;

/// What is done to a graph at last.
type End = fn(&mut Transaction<'_>, GraphNameRef<'_>) -> Result<(), StoreError>;

impl Work<'_, '_> {
    pub(super) fn clear(&mut self, target: &GraphTarget, silent: bool) -> Result<(), QueryError> {
        self.each(target, silent, |transaction, graph| transaction.clear_graph(graph))
    }

    pub(super) fn drop(&mut self, target: &GraphTarget, silent: bool) -> Result<(), QueryError> {
        self.each(target, silent, |transaction, graph| match graph {
            GraphNameRef::DefaultGraph => transaction.clear_graph(graph),
            GraphNameRef::NamedNode(name) => transaction.drop_graph(name.into()),
            GraphNameRef::BlankNode(name) => transaction.drop_graph(name.into()),
        })
    }

    fn each(&mut self, target: &GraphTarget, silent: bool, end: End) -> Result<(), QueryError> {
        let graphs = self.graphs(target, silent)?;
        let big = self.big(target)?;
        for graph in graphs {
            self.check()?;
            if graph == GraphName::DefaultGraph || big.contains(&graph) {
                self.thin_out(graph.as_ref())?;
            }
            end(self.transaction, graph.as_ref())?;
        }
        Ok(())
    }

    fn graphs(&self, target: &GraphTarget, silent: bool) -> Result<Vec<GraphName>, QueryError> {
        let named = || Ok(self.transaction.named_graphs()?.into_iter().map(GraphName::from));
        match target {
            GraphTarget::NamedNode(name) if self.transaction.contains_graph(name.as_ref())? => {
                Ok(vec![name.clone().into()])
            }
            GraphTarget::NamedNode(name) => missing(name, silent).map(|()| Vec::new()),
            GraphTarget::DefaultGraph => Ok(vec![GraphName::DefaultGraph]),
            GraphTarget::NamedGraphs => named().map(Iterator::collect),
            GraphTarget::AllGraphs => named().map(|named| [GraphName::DefaultGraph].into_iter().chain(named).collect()),
        }
    }

    /// The big ones among the named graphs.
    fn big(&self, target: &GraphTarget) -> Result<HashSet<GraphName>, QueryError> {
        let mut specification = QueryDatasetSpecification::new();
        match target {
            GraphTarget::DefaultGraph => return Ok(HashSet::new()),
            GraphTarget::NamedNode(name) => specification.set_available_named_graphs(vec![name.clone().into()]),
            GraphTarget::NamedGraphs | GraphTarget::AllGraphs => {}
        }
        let text = format!("SELECT ?g {{ GRAPH ?g {{ ?s ?p ?o }} }} GROUP BY ?g HAVING (COUNT(*) > {BIG})");
        let query = Query::parse(&text, &ParseOptions::default())?;
        self.evaluate(&query, specification, names)?
    }

    /// Removes what stood in the graph before this update, and looks at the limits for each quad.
    fn thin_out(&mut self, graph: GraphNameRef<'_>) -> Result<(), QueryError> {
        for quad in self.transaction.quads_before(graph) {
            self.check()?;
            self.transaction.remove(quad?.as_ref());
        }
        Ok(())
    }

    pub(super) fn create(&mut self, graph: &NamedNode, silent: bool) -> Result<(), QueryError> {
        if !self.transaction.contains_graph(graph.as_ref())? {
            self.transaction.create_graph(graph.as_ref());
            return Ok(());
        }
        let error = UpdateEvaluationError::GraphAlreadyExists(graph.clone());
        if silent { Ok(()) } else { Err(QueryError::Update(error)) }
    }
}

/// The graphs that rows name.
fn names(results: QueryResults<'_>) -> Result<HashSet<GraphName>, QueryError> {
    let QueryResults::Solutions(solutions) = results else { return Ok(HashSet::new()) };
    let mut names = HashSet::new();
    for solution in solutions {
        match solution?.get(0) {
            Some(Term::NamedNode(name)) => names.insert(name.clone().into()),
            Some(Term::BlankNode(name)) => names.insert(name.clone().into()),
            _ => false,
        };
    }
    Ok(names)
}

fn missing(graph: &NamedNode, silent: bool) -> Result<(), QueryError> {
    if silent { Ok(()) } else { Err(QueryError::Update(UpdateEvaluationError::GraphDoesNotExist(graph.clone()))) }
}
