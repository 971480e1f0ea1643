//! What can go wrong while results are written.

use std::io;

use oxigraph::sparql::QueryEvaluationError;

use crate::rdf::CompareError;
use crate::store::StoreError;

/// Why results were not written, or not all of them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// Evaluation failed; what was written before is incomplete.
    #[error(transparent)]
    Query(#[from] QueryEvaluationError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The data has no canonical form that can be found.
    #[error(transparent)]
    Canonical(#[from] CompareError),
    /// The output cannot be written to.
    #[error("cannot write the results")]
    Io(#[from] io::Error),
}
