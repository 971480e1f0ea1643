//! Text, parameters and limits in; results out.
//!
//! A text is measured ([`TextLimits`]) and parsed ([`Query::parse`]); an evaluation runs on a stack that is large enough for
//! it, under [`Limits`] that hold in every operator, and sends its results to a function ([`Engine::evaluate`],
//! [`Engine::run`]).

mod algebra;
mod assist;
mod delta;
#[cfg(feature = "client")]
mod elsewhere;
mod engine;
mod error;
mod labels;
mod library;
mod limits;
#[cfg(feature = "client")]
mod plain;
#[cfg(feature = "client")]
mod remote;
mod session;
#[cfg(feature = "client")]
mod state;
mod syntax;
#[cfg(feature = "client")]
mod union_graph;
mod update;

pub use crate::eval::Cancel;
#[doc(hidden)]
pub use crate::eval::Variation;
pub use crate::eval::children;
pub use algebra::substitute::Value;
pub use assist::classify::InputClass;
pub use assist::entities::Finder;
pub use assist::suggest::{Entity, Suggestion, suggest, written};
pub use assist::vocabulary_lint::{unknown_functions, unknown_terms};
pub use delta::{Affected, Changed, Delta, Side};
pub use engine::explain::{Explanation, Step};
pub use engine::functions::FUNCTIONS;
pub use engine::indexing::Indexing;
pub use engine::prepared::{Executor, Over, Prepared, Solution, Take};
pub use engine::row::Row;
pub use engine::{Answer, Dataset, DefaultGraph, Engine, Event, Form, Query, Request, Sink, Source, Stats};
pub use error::{Limit, QueryError};
pub use labels::Labels;
pub use library::parameter::{DataPlaces, Kind as ParameterKind, ParameterError, Places, RegisterPlaces};
pub use library::{LibraryError, NamedQuery, Parameter, library, named};
pub use limits::{Limits, TextLimits};
#[cfg(feature = "client")]
pub use remote::RemoteSession;
pub use session::{LocalSession, Session, Work};
#[cfg(feature = "client")]
pub use state::{RemoteState, RemoteStates, State};
pub use syntax::error::SyntaxError;
pub use syntax::formatting::formatted;
pub use syntax::options::ParseOptions;
pub use update::{Update, UpdateStats};
