//! What can go wrong with a query or an update.

use std::fmt;
use std::time::Duration;

use oxigraph::sparql::{QueryEvaluationError, UpdateEvaluationError};

use super::limits::Limits;
use super::syntax::error::SyntaxError;
use crate::eval::{Cancel, Stop};
#[cfg(feature = "client")]
use crate::federation::LoadError;

/// Why a query or update gave no result, or not all of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The text is no query or update: the asker's fault.
    #[error(transparent)]
    Syntax(#[from] Box<SyntaxError>),
    /// A limit was reached; results that were sent before are not complete.
    #[error("{0}")]
    Limit(Limit),
    /// Whoever asked does not want the answer any more.
    #[error("the query was cancelled")]
    Cancelled,
    /// The query cannot be evaluated: an unknown function, a service that fails.
    #[error("the query cannot be evaluated")]
    Evaluation(#[source] QueryEvaluationError),
    /// The update cannot be carried out; nothing of it was.
    #[error("the update cannot be carried out")]
    Update(#[source] UpdateEvaluationError),
    #[cfg(feature = "client")]
    /// A document of LOAD cannot be had or read; nothing of the update was carried out.
    #[error("the update cannot be carried out")]
    Load(#[source] LoadError),
    /// The update's text and the request both name a dataset (SPARQL 1.1 Protocol, 2.2.3).
    #[error("the update names its dataset by USING or WITH, and so does the request")]
    DatasetTwice,
    /// Something that is off unless it is allowed.
    #[error("{0} is not allowed here")]
    NotAllowed(&'static str),
    /// The engine behind an endpoint does not know something that is asked of it.
    #[error("{engine} cannot answer that: {reason}")]
    Elsewhere {
        /// The engine.
        engine: &'static str,
        /// What it does not know.
        reason: String,
    },
    /// The store below failed.
    #[error("the store failed")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A fault of this program, caught.
    #[error("the evaluation broke off: {0}")]
    Internal(String),
}

/// The limit that an evaluation reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// The time limit.
    Time(Duration),
    /// Rows, triples or changes.
    Rows(u64),
    /// Bytes of results.
    Bytes(u64),
    /// Bytes of memory.
    Memory(u64),
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time(limit) => write!(f, "the time limit of {} s was reached", limit.as_secs_f64()),
            Self::Rows(limit) => write!(f, "the limit of {limit} rows was reached"),
            Self::Bytes(limit) => write!(f, "the limit of {limit} bytes of results was reached"),
            Self::Memory(limit) => write!(f, "the limit of {limit} bytes of memory for one query was reached"),
        }
    }
}

impl QueryError {
    /// For what ended an evaluation.
    pub(super) fn stopped(stop: Stop, limits: &Limits, cancel: &Cancel) -> Self {
        Self::Limit(match stop {
            Stop::Cancelled => match limits.timeout {
                Some(timeout) if cancel.timed_out() => Limit::Time(timeout),
                _ => return Self::Cancelled,
            },
            Stop::Memory => Limit::Memory(limits.memory.unwrap_or_default()),
            Stop::Rows => Limit::Rows(limits.rows.unwrap_or_default()),
            Stop::Bytes => Limit::Bytes(limits.bytes.unwrap_or_default()),
            Stop::Failed(error) => return (*error).into(),
        })
    }

    pub(super) fn thread(error: std::io::Error) -> Self {
        Self::Internal(format!("no thread could be started: {error}"))
    }

    /// What to do about it, where something can be done.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Syntax(error) => error.hint.clone(),
            Self::Limit(Limit::Time(_)) => {
                Some("raise the time limit, or ask for less: a LIMIT, a more selective pattern".into())
            }
            Self::Limit(Limit::Rows(_) | Limit::Bytes(_)) => {
                Some("raise the limit, or page with ORDER BY, LIMIT and OFFSET".into())
            }
            Self::Limit(Limit::Memory(_)) => {
                Some("raise the memory limit, or join patterns that share variables".into())
            }
            Self::Evaluation(QueryEvaluationError::UnsupportedService(_)) => {
                Some("SERVICE is off unless it is allowed".into())
            }
            Self::Elsewhere { .. } => {
                Some("ask in another way, or of a store of this program: citypact export, then load".into())
            }
            #[cfg(feature = "client")]
            Self::Load(error) => error.hint(),
            _ => None,
        }
    }

    /// Whether the asker can mend it by asking something else (a server's 400), rather than later or with higher limits.
    pub fn is_askers_fault(&self) -> bool {
        match self {
            Self::Syntax(_) | Self::DatasetTwice | Self::NotAllowed(_) | Self::Elsewhere { .. } => true,
            Self::Evaluation(error) => {
                !matches!(error, QueryEvaluationError::Dataset(_) | QueryEvaluationError::Service(_))
            }
            Self::Update(error) => matches!(
                error,
                UpdateEvaluationError::GraphAlreadyExists(_)
                    | UpdateEvaluationError::GraphDoesNotExist(_)
                    | UpdateEvaluationError::UnboundService
                    | UpdateEvaluationError::UnsupportedService(_)
            ),
            _ => false,
        }
    }
}

impl From<QueryEvaluationError> for QueryError {
    fn from(error: QueryEvaluationError) -> Self {
        match error {
            QueryEvaluationError::Cancelled => Self::Cancelled,
            QueryEvaluationError::Dataset(error) => Self::Store(error),
            QueryEvaluationError::Unexpected(error) => Self::Internal(error.to_string()),
            error => Self::Evaluation(error),
        }
    }
}
