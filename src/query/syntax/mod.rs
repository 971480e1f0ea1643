//! Text to algebra: tokens, bounds on the text, the rewritings that lead what SPARQL's grammar has to what the parser takes,
//! diagnostics, and texts laid out for reading.

mod backtracking;
mod beyond;
mod clauses;
mod column_order;
pub mod complexity;
pub mod diagnostics;
pub mod edit;
pub mod error;
pub mod formatting;
pub mod options;
pub mod parse;
mod pass;
mod prologue;
mod readable;
mod reuse;
mod script;
pub mod tokens;
