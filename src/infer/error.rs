//! Why an inference ends early.

use crate::index::TooLarge;
use crate::query::QueryError;

/// Why an inference did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum InferError {
    /// A rule cannot be evaluated.
    #[error("the rule {rule} cannot be evaluated")]
    Query {
        /// Its name.
        rule: String,
        /// Why.
        #[source]
        cause: Box<QueryError>,
    },
    /// A limit was reached, or somebody asked to stop.
    #[error(transparent)]
    Stopped(Box<QueryError>),
    /// The rules do not seem to come to an end.
    #[error("the rules came to no end within {rounds} rounds: {rule} still derives {example}")]
    Rounds {
        /// The bound.
        rounds: u32,
        /// A rule that goes on.
        rule: String,
        /// What it derives.
        example: String,
    },
    /// Too much follows.
    #[error("more than {facts} facts follow; {rule} was at it")]
    Facts {
        /// The bound.
        facts: usize,
        /// The rule that reached it.
        rule: String,
    },
    /// There are more terms than numbers for them.
    #[error("there are more terms than an index can hold")]
    TooLarge,
}

impl From<TooLarge> for InferError {
    fn from(_: TooLarge) -> Self {
        Self::TooLarge
    }
}

impl InferError {
    pub(super) fn of(rule: &str, cause: QueryError) -> Self {
        match cause {
            cause @ (QueryError::Limit(_) | QueryError::Cancelled) => Self::Stopped(Box::new(cause)),
            cause => Self::Query { rule: rule.to_owned(), cause: Box::new(cause) },
        }
    }
}
