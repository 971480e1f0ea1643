//! Where quads are kept: an embedded store (persistent with the feature `rocksdb`, else in memory), one writer at a time,
//! readers on snapshots, one transaction a document, and a counter of commits that caches can be keyed by.
//!
//! Beside the data a store's directory holds `citypact.json` (the store's id and its commit counter), `citypact.lock`
//! (locked while the store is open) and `citypact.holder` (who has it open for writing).

mod counts;
mod document;
mod embedded;
mod error;
mod lock;
mod meta;
mod restore;

pub use counts::Counts;
pub use document::{Change, Document};
pub use embedded::{BulkOptions, Embedded, Quads, Transaction};
pub use error::StoreError;
pub use lock::Holder;
pub use restore::restore;
