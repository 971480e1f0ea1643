//! Functions that expressions call by IRI beside SPARQL's own.

use std::collections::HashMap;
use std::sync::Arc;

use oxrdf::{NamedNode, Term};

/// What a function makes of its arguments; none is an error of the expression.
pub type Function = Arc<dyn Fn(&[Term]) -> Option<Term> + Send + Sync>;

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
