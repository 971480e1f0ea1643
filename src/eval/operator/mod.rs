//! The steps of a plan.

mod aggregate;
mod bind;
mod by_batch;
mod closure;
mod correlate;
mod distinct;
mod for_each;
mod hash_join;
mod id_set;
mod index_join;
mod left_join;
mod left_memo;
mod lookup;
mod merge_join;
mod scan;
mod seen;
mod semi_join;
mod service;
mod sort;
mod source;
mod sum;
mod table;
#[cfg(test)]
mod testing;
mod triple_term;
mod union;

pub use aggregate::{Accumulating, Aggregation, Input as AggregateInput, Kind as AggregateKind};
pub use bind::{Bind, Filter};
pub use closure::{ClosureJoin, Reach};
pub use correlate::{Exists, LeftCorrelate, Mode};
pub use distinct::{Distinct, Project, Slice, Thin};
pub use for_each::{ForEach, Made};
pub use hash_join::{From, HashJoin};
pub use id_set::IdSet;
pub use index_join::IndexJoin;
pub use left_join::HashLeftJoin;
pub use left_memo::{LeftMemo, Shown};
pub use lookup::{Graphs, Lookup, Source};
pub use merge_join::MergeJoin;
pub use scan::Scan;
pub use seen::Seen;
pub use semi_join::SemiJoin;
pub use service::{Answers, ServiceJoin};
pub use sort::{Sort, SortKey};
pub use source::{Empty, Feed, Rows, Traced, Unit};
pub use table::{Match, Table};
pub use triple_term::TripleTerm;
pub use union::{CorrelateUnion, Union};

use super::Context;

/// How many rows an operator makes at once: few at first, so that who wants few waits for few.
pub struct Room(usize);

impl Default for Room {
    fn default() -> Self {
        Self(32)
    }
}

impl Room {
    pub fn grow(&mut self, cx: &Context) -> usize {
        self.0 = (2 * self.0).min(cx.rows());
        self.0
    }
}
