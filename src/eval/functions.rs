//! Extension functions: what is called from without: functions by IRI beside SPARQL's own, and other endpoints.

use std::collections::HashMap;
use std::sync::Arc;

use oxigraph::sparql::{QueryEvaluationError, QuerySolutionIter};
use oxiri::Iri;
use oxrdf::{NamedNode, Term};
use spargebra::algebra::GraphPattern;

/// What a function makes of its arguments; none is an error of the expression.
pub type Function = Arc<dyn Fn(&[Term]) -> Option<Term> + Send + Sync>;

/// Puts a pattern to the endpoint of a name; the third argument is the query's base.
pub type Service = Arc<
    dyn Fn(&NamedNode, &GraphPattern, Option<&Iri<String>>) -> Result<QuerySolutionIter<'static>, QueryEvaluationError>
        + Send
        + Sync,
>;

/// Functions by their names.
#[derive(Clone, Default)]
pub struct Functions(HashMap<NamedNode, Function>);

impl Functions {
    /// Adds a function.
    pub fn add(&mut self, name: NamedNode, function: impl Fn(&[Term]) -> Option<Term> + Send + Sync + 'static) {
        self.0.insert(name, Arc::new(function));
    }

    /// The function of a name.
    pub fn get(&self, name: &NamedNode) -> Option<&Function> {
        self.0.get(name)
    }

    /// All of them.
    pub fn each(&self) -> impl Iterator<Item = (&NamedNode, &Function)> {
        self.0.iter()
    }
}
