//! The integration tests: one binary, a module for each area.

mod bad_input;
mod citypact;
mod cli_check;
mod cli_diff;
mod cli_elsewhere;
mod cli_frame;
mod cli_generate;
mod cli_places;
mod cli_query;
mod cli_reference;
mod cli_shell;
mod conformance;
mod convert;
#[cfg(unix)]
mod documents;
mod examples;
mod features;
mod golden;
mod index;
mod index_files;
mod infer;
mod load;
mod mapping;
mod ontology;
mod outgoing;
mod output;
mod own_places;
mod places;
#[cfg(target_os = "linux")]
mod preparation;
mod programs;
mod queries;
mod query;
mod rdf;
mod reading;
mod readme;
mod reference;
mod remote;
mod server;
mod shacl;
mod store;
mod terminal;
mod through;
mod traps;
mod walls;
