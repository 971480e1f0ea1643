//! Index scan: the triples of a pattern by itself: columns of the index, none copied.

use std::ops::Range;

use super::Room;
use crate::eval::{Batch, Column, Context, Operator, Stop};
use crate::index::{Found, Id, SharedColumns};

/// What is asked of a triple, in whatever graphs it stands.
pub struct Scan {
    pub subject: Option<Id>,
    pub object: Option<Id>,
    /// The numbers that objects have which need be looked at, beside those that came late.
    pub objects: Option<Range<u32>>,
    /// Predicates that are left, the next one last.
    pub predicates: Vec<Id>,
    /// The places that become columns: 0 the subject, 1 the predicate, 2 the object.
    pub shown: Vec<usize>,
    reading: Option<Reading>,
    room: Room,
}

/// Rows of one predicate that are left.
struct Reading {
    predicate: Id,
    columns: SharedColumns,
    found: Found,
    /// Rows after these.
    more: Range<usize>,
}

impl Scan {
    pub fn new(
        subject: Option<Id>,
        mut predicates: Vec<Id>,
        (object, objects): (Option<Id>, Option<Range<u32>>),
        shown: Vec<usize>,
    ) -> Self {
        predicates.reverse();
        Self { subject, object, objects, predicates, shown, reading: None, room: Room::default() }
    }

    fn read(&self, predicate: Id, cx: &Context) -> Option<Reading> {
        let segment = cx.version().segment(predicate)?;
        let (mut found, mut more) = (segment.find(self.subject, self.object), 0..0);
        if let (None, None, Some(objects)) = (self.subject, self.object, &self.objects) {
            let mut rows = segment.rows_within(objects.clone());
            found = Found::by_object(rows.next().unwrap_or_default());
            more = rows.next().unwrap_or_default();
        }
        Some(Reading { predicate, columns: segment.shared_columns(&found), found, more })
    }
}

impl Reading {
    fn column(&self, place: usize, rows: Range<usize>) -> Column {
        match place {
            1 => Column::Constant(self.predicate),
            place if (place == 2) == self.found.by_object => Column::Slice(self.columns.key.clone(), rows),
            _ => Column::Slice(self.columns.value.clone(), rows),
        }
    }
}

impl Operator for Scan {
    fn next(&mut self, cx: &mut Context) -> Result<Option<Batch>, Stop> {
        loop {
            cx.check()?;
            if let Some(reading) = &mut self.reading
                && reading.found.rows.is_empty()
            {
                reading.found.rows = std::mem::take(&mut reading.more);
            }
            if let Some(reading) = self.reading.as_mut().filter(|reading| !reading.found.rows.is_empty()) {
                let start = reading.found.rows.start;
                let rows = start..reading.found.rows.end.min(start + self.room.grow(cx));
                reading.found.rows.start = rows.end;
                let columns = self.shown.iter().map(|place| reading.column(*place, rows.clone())).collect();
                return Ok(Some(Batch { columns, len: rows.len() }));
            }
            let Some(predicate) = self.predicates.pop() else { return Ok(None) };
            self.reading = self.read(predicate, cx);
        }
    }
}
