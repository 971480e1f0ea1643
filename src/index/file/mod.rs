//! A version in a file, `index.cpx`, that is read as it is touched.
//!
//! The file begins with a header of fixed size: mark, the store's id, the epoch of the state, where the directory stands,
//! checksums of directory and header. Then come blocks: the texts of the dictionary (1,024 terms each, `zstd`), its other
//! columns, and the rows of each order of a segment (2,048 each). The directory, which is last, tells place and checksum of
//! every block, the first and the last key of a block of rows, and holds what is small. Opening reads header and
//! directory; a block is read and its checksum compared when it is first needed. All numbers are little-endian.

mod bytes;
mod column;
mod damage;
mod read;
mod source;
mod write;

pub(super) use bytes::{Fixed, In, Out, Sum};
pub(super) use column::Column;
pub use damage::Damage;
pub use read::Header;
pub(super) use source::{Extent, Source};
pub(super) use write::Blocks;

const MARK: &[u8; 16] = b"citypact index 2";
/// What the marks of all versions begin with.
const ANY_MARK: &[u8] = b"citypact index ";
/// Bytes of a store's id.
const ID: usize = 32;
/// Mark, id, epoch, place and length and checksum of the directory, checksum of all that.
const HEADER: usize = MARK.len() + ID + 8 + 8 + 8 + 32 + 32;

#[cfg(test)]
mod tests;
