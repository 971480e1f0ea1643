//! The SPARQL endpoint: a router over a store. Protocol and negotiation are pure; each other file is one concern.

pub mod access;
pub mod body;
pub mod listen;
pub mod negotiation;
pub mod problem;
pub mod protocol;
