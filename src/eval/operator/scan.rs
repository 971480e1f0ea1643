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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use oxrdf::{GraphName, Quad};

    use super::*;
    use crate::eval::operator::testing::{SIZES, World, drained, node, over, sorted};
    use crate::index::{Change, Version};

    type Objects = (Option<Id>, Option<Range<u32>>);

    fn found(
        version: &Arc<Version>,
        subject: Option<Id>,
        predicates: &[Id],
        objects: Objects,
        size: usize,
    ) -> Vec<Vec<u32>> {
        let scan = Scan::new(subject, predicates.to_vec(), objects, vec![0, 1, 2]);
        sorted(drained(scan, &mut over(version.clone(), size)))
    }

    fn expected(triples: impl IntoIterator<Item = [Id; 3]>, is_wanted: impl Fn(&[Id; 3]) -> bool) -> Vec<Vec<u32>> {
        sorted(triples.into_iter().filter(is_wanted).map(|triple| triple.map(|id| id.0).to_vec()).collect())
    }

    #[test]
    fn triples_of_a_pattern_come_once_whatever_graphs_they_stand_in() {
        let world = World::new();
        let all = || world.triples(|_| true);
        let [first, _, last] = world.predicates;
        for predicates in [vec![first], vec![last, first], world.predicates.to_vec(), Vec::new(), vec![world.nodes[0]]]
        {
            for (subject, object) in
                [(None, None), (Some(2), None), (None, Some(2)), (Some(2), Some(3)), (Some(5), Some(5))]
            {
                let id = |at: Option<usize>| at.map(|at| world.nodes[at]);
                let (subject, object) = (id(subject), id(object));
                let is_wanted = |[s, p, o]: &[Id; 3]| {
                    predicates.contains(p) && subject.is_none_or(|id| id == *s) && object.is_none_or(|id| id == *o)
                };
                for size in SIZES {
                    let found = found(&world.version, subject, &predicates, (object, None), size);
                    assert_eq!(found, expected(all(), is_wanted), "{subject:?} {object:?} {size}");
                }
            }
        }
    }

    /// Terms that came after the base was built have numbers without order: they are never left out.
    #[test]
    fn a_range_of_objects_leaves_out_what_lies_beside_it_but_for_late_terms() {
        let world = World::new();
        let quad = |object: &str| Quad::new(node(1), node("p0"), node(object), GraphName::DefaultGraph);
        let changes = ["late-1", "late-2"].map(|object| Change::Insert(quad(object)));
        let version = Arc::new(world.version.with_changes(&changes, 1).unwrap());
        let late = ["late-1", "late-2"].map(|name| version.id((&node(name)).into()).unwrap());
        assert!(late.iter().all(|id| id.is_late()));
        let [predicate, ..] = world.predicates;
        let all = || world.triples(|_| true).into_iter().chain(late.map(|object| [world.nodes[1], predicate, object]));
        for range in [0..Id::LATE, world.nodes[2].0..world.nodes[6].0, 5..5, world.nodes[9].0..world.nodes[9].0 + 1] {
            let is_wanted = |[_, p, o]: &[Id; 3]| *p == predicate && (range.contains(&o.0) || o.is_late());
            for size in SIZES {
                let found = found(&version, None, &[predicate], (None, Some(range.clone())), size);
                assert_eq!(found, expected(all(), is_wanted), "{range:?} {size}");
            }
        }
    }

    #[test]
    fn only_the_places_that_are_shown_are_columns() {
        let world = World::new();
        let [predicate, ..] = world.predicates;
        let rows = |shown: &[usize]| {
            let scan = Scan::new(None, vec![predicate], (Some(world.nodes[3]), None), shown.to_vec());
            drained(scan, &mut world.context(7))
        };
        let all = rows(&[2, 1, 0]);
        assert!(!all.is_empty() && all.iter().all(|row| row[..2] == [world.nodes[3].0, predicate.0]), "{all:?}");
        assert_eq!(rows(&[0]), all.iter().map(|row| vec![row[2]]).collect::<Vec<_>>());
        assert_eq!(rows(&[]), vec![Vec::<u32>::new(); all.len()]);
    }
}
