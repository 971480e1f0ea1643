//! The integration tests: one binary, a module for each area.

mod convert;
mod examples;
mod load;
mod ontology;
mod output;
mod query;
mod store;
mod walls;
