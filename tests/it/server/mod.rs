//! The endpoint: what it answers, and what it does not let happen.

pub mod app;
mod faults;
mod graphs;
mod http;
mod process;
mod protocol;
