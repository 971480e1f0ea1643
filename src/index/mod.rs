//! An index of the data: sorted columns of numbered terms, which queries read instead of the store.
//!
//! A [`Builder`] takes quads and gives a [`Version`]: a dictionary whose numbers ascend in the order of `ORDER BY`, and for
//! each predicate a [`Segment`], its triples by subject and by object, each once, with the set of graphs it stands in.
//! A version is written to a file by [`Version::write`], and read from it as it is touched after [`Version::open`].
//! [`Version::with_changes`] gives the state after a commit. Terms that are new get numbers after all others, with their
//! place among them; a segment that is touched is merged with its changes as far as it is read, and
//! [`Version::compacted`] makes one base of all.

mod appended;
mod base;
mod builder;
mod by_subject;
mod change;
mod changed;
mod compact;
mod dictionary;
mod difference;
mod extension;
mod file;
mod graphs;
mod id;
mod late;
mod moment;
mod normal;
mod number;
pub mod order;
mod scan;
mod segment;
mod selection;
mod tags;
mod terms;
mod texts;
mod version;
mod view;

pub use builder::{Builder, build};
pub use by_subject::BySubject;
pub use change::Change;
pub use difference::{Whose, unshared};
pub use extension::Extension;
pub use file::{Damage, Header};
pub use id::{Graph, GraphFilter, GraphSet, Id, Kind, Tag, TagText};
pub use normal::normal;
pub use number::Number;
pub use scan::{Pattern, Scan};
pub use segment::{Columns, Found, Segment, SharedColumns};
pub use selection::Selection;
pub use terms::TooLarge;
use version::Parts;
pub use version::{Row, Version};
pub use view::{Internal, View};

#[cfg(test)]
mod tests;
