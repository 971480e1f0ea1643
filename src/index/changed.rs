//! Segment with its delta: a predicate's triples with what has changed since they were sorted.

use std::sync::{Arc, OnceLock};

use hashbrown::HashMap;

use super::id::{GraphSet, Id};
use super::segment::Segment;

/// More changes than these are merged before others are added to them: each version has its own copy of what is not.
const MANY: usize = 1_000;

/// A segment and changes to it, merged as far as they are read.
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
        if let Some(merged) = self.merged.get().filter(|merged| merged.is_loaded()) {
            return Self { made: self.made, ..Self::new(Some(Arc::new(merged.settled()))) };
        }
        let mut more = Self {
            sorted: self.sorted.clone(),
            changes: self.changes.clone(),
            merged: OnceLock::new(),
            len: self.len,
            made: self.made,
        };
        if more.changes.len() > MANY {
            more.settle();
        }
        more
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
            None => self.sorted.as_ref()?.graphs(subject, object),
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
            *self = Self { made: self.made, ..Self::new(Some(Arc::new(self.merge().settled()))) };
        }
        self.sorted.get_or_insert_default().clone()
    }

    /// The triples as they are now. They are merged as far as they are read.
    pub(super) fn segment(&self) -> Arc<Segment> {
        self.merged.get_or_init(|| Arc::new(self.merge())).clone()
    }

    fn merge(&self) -> Segment {
        let edits = self.changes.iter().map(|((subject, object), set)| (*subject, *object, *set)).collect();
        Segment::edited(self.sorted.clone().unwrap_or_default(), edits, self.len)
    }
}
