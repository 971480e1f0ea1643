//! Editor support: what a text is while it is being typed, what may follow, and terms that the vocabulary does not have.

pub mod classify;
pub mod entities;
pub mod suggest;
pub mod vocabulary_lint;
