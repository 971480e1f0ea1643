//! Queries bound to a snapshot.

use oxigraph::sparql::{BoundPreparedSparqlQuery, PreparedSparqlQuery, QueryEvaluationError, QueryResults};
use std::sync::Arc;

use crate::index::{Version, View};

/// A query bound to a state, which is read from the index or from the store.
pub enum Bound<'a> {
    /// The index.
    Index(BoundPreparedSparqlQuery<'a, View>),
    /// The store.
    Store(BoundPreparedSparqlQuery<'a>),
    /// There is no state to be read.
    Failed(QueryEvaluationError),
}

impl<'a> Bound<'a> {
    /// To a state of the index, in the query's own dataset.
    pub fn to_version(mut query: PreparedSparqlQuery, version: Arc<Version>) -> Self {
        let view = View::new(version, query.dataset());
        *query.dataset_mut() = View::plain();
        Self::Index(query.on_queryable_dataset(view))
    }

    /// Evaluates.
    ///
    /// # Errors
    /// What the engine says.
    pub fn execute(self) -> Result<QueryResults<'a>, QueryEvaluationError> {
        match self {
            Self::Index(bound) => bound.execute(),
            Self::Store(bound) => bound.execute(),
            Self::Failed(error) => Err(error),
        }
    }
}
