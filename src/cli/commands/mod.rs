//! The commands: one file each, an `Args` struct whose doc comments are the help and a function that runs it.

pub mod backup;
pub mod check;
pub mod completions;
pub mod convert;
pub mod demo;
pub mod diff;
pub mod export;
pub mod generate;
pub mod infer;
pub mod info;
pub mod load;
pub mod ontology;
pub mod places;
pub mod query;
pub mod release;
pub mod schema;
pub mod serve;
pub mod shell;
pub mod tables;
pub mod update;
