//! A predicate's triples with what has changed since they were sorted.

use std::cmp::Ordering;
use std::sync::{Arc, OnceLock};

use hashbrown::HashMap;

use super::id::{GraphSet, Id};
use super::segment::{Columns, Row, Segment};

/// A segment and changes to it, merged when first read.
#[derive(Debug, Default)]
pub(super) struct Changed {
    sorted: Option<Arc<Segment>>,
    /// The graphs that a triple (subject, object) stands in now; `None` where it is gone.
    changes: HashMap<(Id, Id), Option<GraphSet>>,
    merged: OnceLock<Arc<Segment>>,
    len: usize,
    /// How many changes there were since the base was built.
    made: usize,
}

impl Changed {
    /// Nothing changed yet.
    pub(super) fn new(sorted: Option<Arc<Segment>>) -> Self {
        let len = sorted.as_ref().map_or(0, |segment| segment.len());
        Self { sorted, len, ..Self::default() }
    }

    /// To be changed further: from what is merged, if it is.
    pub(super) fn more(&self) -> Self {
        match self.merged.get() {
            Some(merged) => Self { made: self.made, ..Self::new(Some(merged.clone())) },
            None => Self {
                sorted: self.sorted.clone(),
                changes: self.changes.clone(),
                merged: OnceLock::new(),
                len: self.len,
                made: self.made,
            },
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn changes(&self) -> usize {
        self.made
    }

    /// The graphs that a triple stands in.
    pub(super) fn get(&self, subject: Id, object: Id) -> Option<GraphSet> {
        match self.changes.get(&(subject, object)) {
            Some(set) => *set,
            None => {
                let sorted = self.sorted.as_ref()?;
                sorted.row(subject, object).map(|row| sorted.pso().graph[row])
            }
        }
    }

    /// Sets the graphs that a triple stands in; `before` is what [`Self::get`] gave.
    pub(super) fn set(&mut self, subject: Id, object: Id, before: Option<GraphSet>, set: Option<GraphSet>) {
        self.changes.insert((subject, object), set);
        self.made += 1;
        match (before, set) {
            (None, Some(_)) => self.len += 1,
            (Some(_), None) => self.len -= 1,
            _ => {}
        }
    }

    /// The triples as they are now, what was changed merged in.
    pub(super) fn settle(&mut self) -> Arc<Segment> {
        if !self.changes.is_empty() {
            *self = Self { made: self.made, ..Self::new(Some(Arc::new(self.merge()))) };
        }
        self.sorted.get_or_insert_with(|| Arc::new(Segment::new(&[]))).clone()
    }

    pub(super) fn segment(&self) -> Arc<Segment> {
        self.merged.get_or_init(|| Arc::new(self.merge())).clone()
    }

    fn merge(&self) -> Segment {
        let mut changes: Vec<(Id, Id, Option<GraphSet>)> =
            self.changes.iter().map(|((subject, object), set)| (*subject, *object, *set)).collect();
        changes.sort_unstable_by_key(|(subject, object, _)| (*subject, *object));
        let pso = merged(self.sorted.as_ref().map(|sorted| sorted.pso()), &changes, self.len);
        changes.iter_mut().for_each(|(subject, object, _)| std::mem::swap(subject, object));
        changes.sort_unstable_by_key(|(object, subject, _)| (*object, *subject));
        let pos = merged(self.sorted.as_ref().map(|sorted| sorted.pos()), &changes, self.len);
        Segment::of_orders(&pso, &pos)
    }
}

/// Sorted rows with sorted changes, which win.
fn merged(sorted: Option<Columns<'_>>, changes: &[(Id, Id, Option<GraphSet>)], len: usize) -> Vec<Row> {
    let mut rows = Vec::with_capacity(len);
    let mut row = 0;
    let count = sorted.map_or(0, |columns| columns.key.len());
    let at = |row: usize| sorted.map(|columns| (columns.key[row], columns.value[row], columns.graph[row]));
    for (key, value, set) in changes {
        while row < count
            && let Some(old) = at(row)
        {
            match (old.0, old.1).cmp(&(*key, *value)) {
                Ordering::Less => rows.push(old),
                Ordering::Equal => {}
                Ordering::Greater => break,
            }
            row += 1;
        }
        rows.extend(set.map(|set| (*key, *value, set)));
    }
    rows.extend((row..count).filter_map(at));
    rows
}
