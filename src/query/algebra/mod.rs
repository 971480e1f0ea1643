//! Rewritings of the algebra, and the walk that they share: canonical names and query facts, pre-bound variables, parameters as terms, language tags.

pub mod canonical;
pub mod language_tags;
pub mod parts;
pub mod prebound;
pub mod substitute;
pub mod visitor;
