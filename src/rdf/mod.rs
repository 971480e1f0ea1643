//! RDF in any syntax: written, read, compared.
//!
//! N-Quads and N-Triples are written as they come ([`Lines`]); everything else is gathered first ([`Gathered`]), so that
//! it comes out grouped, sorted and without duplicates. What is read goes through a [`Guard`].

mod blank;
mod canonical;
mod compare;
mod document;
mod gather;
mod graph;
mod guard;
mod jsonld;
mod language_tag;
mod mark;
mod nesting;
mod normal;
mod nquads;
mod plain;
mod pretty;
mod rdfc10;
mod read;
mod shorten;
mod side;
mod sink;
mod size;
mod statement;
mod terms;
mod write;
mod writer;
mod xml;

pub use blank::CompareError;
pub use canonical::canonical_nquads;
pub use compare::{Diff, Difference, canonical_lines, diff, difference, isomorphic};
pub use document::{document, document_triples};
pub use gather::Gathered;
pub use graph::name_of;
pub use guard::{Excess, ExcessAt, Guard};
pub use language_tag::{
    canonical_quad, canonical_tag, canonical_term, is_in_range, recommended, script_of_region, stored,
};
pub use normal::normal;
pub use nquads::Lines;
pub use plain::plain;
pub use read::{Quads, ReadAs, decompressed, open, read, syntax_of};
pub(crate) use shorten::{is_combining, is_letter, is_local_name};
pub use side::{Comparison, MayHold, Side};
pub use sink::QuadSink;
pub use size::{quad_bytes, term_bytes};
pub use write::{prefixes, write};
pub use writer::Writer;
