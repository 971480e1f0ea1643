//! The integration tests: one binary, a module for each area.

mod examples;
mod load;
mod ontology;
mod output;
mod store;
mod walls;
