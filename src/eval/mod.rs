//! Queries over the index: a plan of operators that hand each other batches of term ids.
//!
//! The algebra of a query is translated to numbered variables, rewritten and ordered by exact sizes (`plan`), and
//! evaluated by operators that are pulled ([`Operator`]): each call gives up to [`batch::ROWS`] rows. Whatever ends an
//! evaluation early is an ordinary error, [`Stop`]. A function or an aggregate that nobody
//! knows is an error of its expression.

mod batch;
mod cancel;
mod children;
mod context;
mod evaluation;
mod explain;
pub mod expression;
mod functions;
mod operator;
mod plan;
mod variation;

pub use batch::{Batch, Column, ROWS};
pub use cancel::Cancel;
pub use children::children;
#[cfg(feature = "client")]
pub(crate) use children::expressions_mut;
pub(crate) use children::{
    Part, children_mut, expressions, name_blank_nodes, name_blank_nodes_of, parts_mut, patterns, patterns_mut,
};
pub use context::{Context, Given, LocalTerms};
pub use evaluation::{Evaluation, Options};
pub use explain::Told;
pub use functions::{Function, Functions, Service};
pub use variation::Variation;

use oxigraph::sparql::{QueryDatasetSpecification, QueryEvaluationError};

use crate::index::{GraphFilter, Version};

/// The graphs of a version whose merge is a query's default graph.
pub(crate) fn default_graph(version: &Version, specification: &QueryDatasetSpecification) -> GraphFilter {
    plan::Dataset::new(version, specification).default
}

/// Why an evaluation ends before its last row.
#[derive(Debug)]
pub enum Stop {
    /// Somebody asked for it, or the time is over: [`Cancel`] knows which.
    Cancelled,
    /// Operators would hold more bytes than they may.
    Memory,
    /// More rows than wanted would go out.
    Rows,
    /// More bytes than wanted would go out.
    Bytes,
    /// A SERVICE fails, or the data does.
    Failed(Box<QueryEvaluationError>),
}

impl Stop {
    /// A fault of this program, in the words of `what`.
    pub(crate) fn internal(what: &'static str) -> Self {
        Self::Failed(Box::new(QueryEvaluationError::Unexpected(what.into())))
    }
}

/// A step of a plan that gives rows when it is asked.
pub trait Operator {
    /// The next rows, at least one; `None` after the last.
    ///
    /// # Errors
    /// [`Stop`]
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop>;
}

#[cfg(test)]
mod tests;
