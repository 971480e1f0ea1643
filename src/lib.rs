//! Friendship-city records into linked data that can be trusted and asked.
//!
//! Data flows one way through the rooms of this crate:
//!
//! ```text
//! records ─▶ place ─▶ mapping ─▶ rdf ─▶ store ─▶ query ─▶ output
//! ```

pub mod atomic;
pub mod cli;
pub mod convert;
pub mod format;
pub mod generate;
pub mod load;
pub mod location;
pub mod mapping;
pub mod nearest;
pub mod ontology;
pub mod output;
pub mod place;
pub mod query;
pub mod rdf;
pub mod record;
pub mod server;
pub mod store;
pub mod vocab;
