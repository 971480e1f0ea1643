//! RDF in any syntax: written, read, compared.

mod nquads;

pub use nquads::Lines;
