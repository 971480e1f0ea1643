//! SHACL: the Recommendation's core and its SPARQL-based constraints and constraint components, over quads in memory.
//!
//! Everything is read before anything is validated, and what is not understood is an error ([`ShapesError`]): nothing
//! passes because it was overlooked. Recursive shapes, whose meaning the Recommendation leaves open, are such an error.

mod component;
mod constraint;
mod evaluation;
mod path;
mod read;
mod report;
mod source;
mod sparql;
mod validate;
mod values;

use std::sync::Arc;

use oxrdf::{Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, Term, Triple};
use serde::{Deserialize, Serialize};

pub use constraint::Shapes;
pub use report::report;
pub use validate::{Classes, Focus, Validated, Validator};

use super::written;
use crate::index::{Extension, TooLarge};

/// The graph that shapes stand in beside the data.
pub const GRAPH: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("urn:x-citypact:shapes");

/// What keeps shapes from being used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the shape {shape}: {reason}")]
pub struct ShapesError {
    /// The shape, or what belongs to it.
    pub shape: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Why a validation did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum ValidateError {
    /// A query of a shape cannot be evaluated.
    #[error("the query of the shape {shape} failed")]
    Query {
        /// The shape.
        shape: String,
        /// Why.
        #[source]
        cause: Box<crate::query::QueryError>,
    },
    /// A limit was reached, or somebody asked to stop.
    #[error(transparent)]
    Stopped(Box<crate::query::QueryError>),
    /// A query of a shape says so itself (`?failure`).
    #[error("the shape {0} reports a failure")]
    Failure(String),
}

/// A validation result (SHACL §3.6.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was validated.
    #[serde(with = "written::one")]
    pub focus: Term,
    /// The path to the value, as a path of SPARQL.
    pub path: Option<String>,
    /// The path as RDF: its node, and what describes it.
    #[serde(with = "written::described")]
    pub path_node: Option<(Term, Arc<[Triple]>)>,
    /// The value at fault.
    #[serde(with = "written::option")]
    pub value: Option<Term>,
    /// How much it weighs: `sh:Violation`, `sh:Warning`, `sh:Info` or one of the user's own.
    #[serde(with = "written::node")]
    pub severity: NamedNode,
    /// What is wrong, in some languages.
    #[serde(with = "written::literals")]
    pub messages: Vec<Literal>,
    /// The kind of constraint.
    #[serde(with = "written::node")]
    pub component: NamedNode,
    /// The constraint, where it is a node of its own.
    #[serde(with = "written::option")]
    pub constraint: Option<Term>,
    /// The shape.
    #[serde(with = "written::one")]
    pub shape: Term,
    /// The graphs that hold the value, or where there is none what is said of the focus.
    #[serde(with = "written::nodes")]
    pub graphs: Vec<NamedOrBlankNode>,
}

/// Puts shapes beside data, in a graph of their own.
///
/// # Errors
/// [`TooLarge`]
pub fn add(data: &mut Extension<'_>, shapes: impl IntoIterator<Item = Quad>) -> Result<(), TooLarge> {
    shapes.into_iter().try_for_each(|quad| data.insert_quad(Quad { graph_name: GRAPH.into(), ..quad }.as_ref()))
}
