//! SERVICE handler: what other endpoints answer, in the form that a store keeps terms in.

use std::sync::Arc;

use oxigraph::sparql::{DefaultServiceHandler, QueryEvaluationError, QuerySolution, QuerySolutionIter};
use oxrdf::Term;

use crate::eval::Service;
use crate::rdf::stored;

/// Brings the answers of a handler to the form in which they can be joined with what a store has: others keep the case of
/// language tags.
pub(in crate::query) fn asked(handler: impl DefaultServiceHandler + 'static) -> Service {
    Arc::new(move |service, pattern, base| {
        let failed = |error| QueryEvaluationError::Service(Box::new(error));
        Ok(in_stored_form(handler.handle(service, pattern, base).map_err(failed)?))
    })
}

fn in_stored_form(solutions: QuerySolutionIter<'static>) -> QuerySolutionIter<'static> {
    let variables: Arc<[_]> = solutions.variables().into();
    let names = variables.clone();
    let rows = solutions.map(move |solution| {
        let row: Vec<Option<Term>> = solution?.values().iter().map(own).collect();
        Ok(QuerySolution::from((names.clone(), row)))
    });
    QuerySolutionIter::new(variables, rows)
}

fn own(term: &Option<Term>) -> Option<Term> {
    Some(stored(term.as_ref()?).into_owned())
}
