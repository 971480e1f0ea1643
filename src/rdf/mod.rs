//! RDF in any syntax: written, read, compared.

mod nquads;
mod write;

pub use nquads::Lines;
pub use write::write;
