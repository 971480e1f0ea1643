//! Merge of an order with its delta: an order of a segment with changes to it, which are merged in for one key, or for all once
//! many keys were asked for.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::keys::equal;
use super::order::Order;
use super::{Columns, Found, Segment, SharedColumns};
use crate::index::id::{GraphSet, Id};

/// A key, a value, and the graphs that their triple stands in now; `None` where it is gone.
pub(super) type Edit = (Id, Id, Option<GraphSet>);

/// So many keys may be asked for, and one for so many rows, before all is merged: that takes about as long.
const FEW: usize = 16;
const ROWS: usize = 128;

/// Sorted rows, and sorted edits, which win.
#[derive(Debug)]
pub(super) struct Merged {
    /// Not one of these itself.
    sorted: Arc<Segment>,
    by_object: bool,
    edits: Box<[Edit]>,
    /// How often a key was asked for.
    asked: AtomicUsize,
}

impl Merged {
    pub(super) fn new(sorted: Arc<Segment>, by_object: bool, edits: Vec<Edit>) -> Self {
        Self { sorted, by_object, edits: edits.into(), asked: AtomicUsize::new(0) }
    }

    fn order(&self) -> &Order {
        self.sorted.order(self.by_object)
    }

    /// How many keys there were before the edits.
    pub(super) fn distinct_before(&self) -> usize {
        self.order().distinct()
    }

    /// All columns.
    pub(super) fn all(&self) -> SharedColumns {
        merge(self.order().columns(), 0..self.order().len(), &self.edits)
    }

    /// The rows of a key; `None` where it is time to merge everything.
    pub(super) fn find(&self, key: Id) -> Option<Found> {
        if self.asked.fetch_add(1, Ordering::Relaxed) > FEW + self.order().len() / ROWS {
            return None;
        }
        let found = self.order().find(key, self.by_object);
        let from = self.edits.partition_point(|(other, ..)| *other < key);
        let edits = &self.edits[from..from + self.edits[from..].partition_point(|(other, ..)| *other == key)];
        let part = match edits {
            [] => self.sorted.shared_columns(&found),
            edits => merge(self.sorted.columns(&found), found.rows.clone(), edits),
        };
        let rows = if edits.is_empty() { found.rows } else { 0..part.key.len() };
        Some(Found { rows, part: Some(part), ..found })
    }
}

/// Some rows with sorted edits.
fn merge(old: Columns<'_>, rows: Range<usize>, edits: &[Edit]) -> SharedColumns {
    let room = rows.len() + edits.len();
    let (mut key, mut value, mut graph) =
        (Vec::with_capacity(room), Vec::with_capacity(room), Vec::with_capacity(room));
    let mut copy = |rows: Range<usize>, edit: Option<(Id, Id, GraphSet)>| {
        key.extend_from_slice(&old.key[rows.clone()]);
        value.extend_from_slice(&old.value[rows.clone()]);
        graph.extend_from_slice(&old.graph[rows]);
        if let Some(edit) = edit {
            key.push(edit.0);
            value.push(edit.1);
            graph.push(edit.2);
        }
    };
    let mut at = rows.start;
    for (edited, to, set) in edits {
        let of_key = equal(&old.key[at..rows.end], *edited);
        let (from, until) = (at + of_key.start, at + of_key.end);
        let place = from + old.value[from..until].partition_point(|other| other < to);
        copy(at..place, set.map(|set| (*edited, *to, set)));
        at = place + usize::from(place < until && old.value[place] == *to);
    }
    copy(at..rows.end, None);
    SharedColumns { key: key.into(), value: value.into(), graph: graph.into() }
}
