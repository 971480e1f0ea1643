//! The integration tests: one binary, a module for each area.

mod bad_input;
mod citypact;
mod cli_frame;
mod cli_places;
mod cli_query;
mod cli_reference;
mod cli_shell;
mod conformance;
mod convert;
mod examples;
mod golden;
mod load;
mod mapping;
mod ontology;
mod output;
mod places;
mod queries;
mod query;
mod rdf;
mod reading;
mod readme;
mod remote;
mod server;
mod store;
mod traps;
mod walls;
