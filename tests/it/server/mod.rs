//! The endpoint: what it answers, and what it does not let happen. `README.md` beside this file is the way in.

mod addresses;
pub mod app;
mod as_of;
mod assist;
mod compare;
mod damaged;
mod floods;
#[cfg(unix)]
mod follow;
mod full;
mod graphs;
mod http;
mod pages;
pub mod process;
mod protocol;
mod rest;
mod review;
mod served;
mod spec_description;
mod spec_graph_store;
mod spec_http;
mod spec_problem;
mod spec_protocol;
mod spec_update;
mod statement;
mod table;
mod workbench;

pub mod faults;
