//! Text, parameters and limits in; results out.
//!
//! A text is measured ([`TextLimits`]) and parsed ([`Query::parse`]); an evaluation runs on a stack that is large enough for
//! it, under [`Limits`] that hold in every operator, and sends its results to a function ([`Engine::evaluate`],
//! [`Engine::run`]).

mod beyond;
mod canonical;
mod clauses;
mod clock;
mod construct;
mod edit;
#[cfg(feature = "client")]
mod elsewhere;
mod entities;
mod error;
mod evaluation;
mod explain;
mod explain_syntax;
mod formatting;
mod functions;
mod given;
mod indexing;
mod labels;
mod library;
mod limits;
mod meter;
mod nesting;
mod own;
mod parameter;
mod parse;
#[cfg(feature = "client")]
mod plain;
mod plan;
mod prepared;
mod prologue;
mod readable;
#[cfg(feature = "client")]
mod remote;
mod retries;
mod reuse;
mod row;
mod run;
mod script;
mod services;
mod session;
mod stack;
mod star;
#[cfg(feature = "client")]
mod state;
mod substitute;
mod suggest;
mod supervise;
mod tags;
mod tokens;
mod typed;
#[cfg(feature = "client")]
mod union_graph;
mod unknown;
mod update;
mod with_values;

pub use crate::eval::Cancel;
#[doc(hidden)]
pub use crate::eval::Variation;
pub use crate::eval::children;
pub use entities::Finder;
pub use error::{Limit, QueryError};
pub use explain::{Explanation, Step};
pub use formatting::formatted;
pub use functions::FUNCTIONS;
pub use indexing::Indexing;
pub use labels::Labels;
pub use library::{LibraryError, NamedQuery, Parameter, library, named};
pub use limits::{Limits, TextLimits};
pub use parameter::{DataPlaces, Kind as ParameterKind, ParameterError, Places, RegisterPlaces};
pub use parse::{ParseOptions, SyntaxError};
pub use prepared::{Executor, Over, Prepared, Solution, Take};
#[cfg(feature = "client")]
pub use remote::RemoteSession;
pub use row::Row;
pub use run::{Answer, Dataset, DefaultGraph, Engine, Event, Form, Query, Request, Sink, Source, Stats};
pub use session::{LocalSession, Session, Work};
#[cfg(feature = "client")]
pub use state::{RemoteState, RemoteStates, State};
pub use substitute::Value;
pub use suggest::{Entity, Suggestion, suggest, written};
pub use typed::Typed;
pub use unknown::{unknown_functions, unknown_terms};
pub use update::{Update, UpdateStats};
