//! What other endpoints answer, in the form that a store keeps terms in.

use std::sync::Arc;

use oxigraph::sparql::{DefaultServiceHandler, QuerySolution, QuerySolutionIter};
use oxiri::Iri;
use oxrdf::{NamedNode, Term};
use spargebra::algebra::GraphPattern;

use crate::rdf::stored;

/// Brings the answers of another handler to the form in which they can be joined with what a store has: others keep the case
/// of language tags.
pub(super) struct InStoredForm<H>(pub(super) H);

impl<H: DefaultServiceHandler> DefaultServiceHandler for InStoredForm<H> {
    type Error = H::Error;

    fn handle(
        &self,
        service: &NamedNode,
        pattern: &GraphPattern,
        base: Option<&Iri<String>>,
    ) -> Result<QuerySolutionIter<'static>, H::Error> {
        let solutions = self.0.handle(service, pattern, base)?;
        let variables: Arc<[_]> = solutions.variables().into();
        let names = variables.clone();
        let rows = solutions.map(move |solution| {
            let row: Vec<Option<Term>> = solution?.values().iter().map(own).collect();
            Ok(QuerySolution::from((names.clone(), row)))
        });
        Ok(QuerySolutionIter::new(variables, rows))
    }
}

fn own(term: &Option<Term>) -> Option<Term> {
    Some(stored(term.as_ref()?).into_owned())
}
