//! Tables as people keep them: delimited text in any encoding, workbooks, pages, results of queries, read as they are by a
//! mapping that says what their rows mean.
//!
//! ```text
//! file ─▶ container (rows of cells) ─▶ heading, sections, notes, totals ─▶ mapping ─▶ records, each with its cells
//! ```
//!
//! [`translate`] gives records as a [source](crate::record::read::RecordSource), which the converter takes, and says what became
//! of every row.

mod container;
pub mod date;
mod delimited;
mod error;
mod grid;
pub mod guess;
pub mod mapping;
mod names;
pub mod preview;
mod text;
pub(crate) mod translate;

pub(crate) use container::encodings;
pub use container::{Book, open};
pub use error::TableError;
pub use grid::{Cell, Row, Rows, letters};
pub use mapping::{Layout, Mapping, schema};
pub use names::{Names, take_apart};
pub use translate::{Account, Fate, TableRecords, Told, translate};
