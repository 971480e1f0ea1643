//! Batched index look-up: a batch looked up in the triples of one predicate, in whatever graphs they stand.

use std::sync::Arc;

use super::IdSet;
use super::lookup::{Found, Graphs, Lookup, Source};
use crate::eval::{Batch, Column, Context, Stop};
use crate::index::{GraphFilter, Id, Segment};

/// Batches of fewer rows are looked up row by row.
const FEW: usize = 16;
/// The fewest triples of a constant term that are worth a set.
const MANY: usize = 256;

/// How far a batch has been looked up: the row, and how many of its matches have been given.
#[derive(Clone, Copy, Default)]
pub struct At {
    pub row: usize,
    skip: usize,
}

/// Terms at one place of a pattern, a term for each row or one for all.
enum Terms<'a> {
    Each(&'a [Id]),
    One(Id),
}

/// Looks up batches of a pattern.
pub struct ByBatch {
    predicate: Id,
    segment: Arc<Segment>,
    /// The terms that are joined with a constant one, and how often it was asked for them before they were gathered.
    members: Option<IdSet>,
    asked: usize,
}

impl<'a> Terms<'a> {
    /// None where some are not bound, or any will do.
    fn of(source: Source, batch: &'a Batch) -> Option<Self> {
        match source {
            Source::Id(id) => Some(Self::One(id)),
            Source::Column(at) => match &batch.columns[at] {
                Column::Constant(id) => id.is_bound().then_some(Self::One(*id)),
                column => {
                    let ids = column.ids()?;
                    ids.iter().all(|id| id.is_bound()).then_some(Self::Each(ids))
                }
            },
            Source::Any => None,
        }
    }

    fn get(&self, row: usize) -> Id {
        match self {
            Self::Each(ids) => ids[row],
            Self::One(id) => *id,
        }
    }
}

impl ByBatch {
    /// For a pattern of one predicate that has triples, whose matches need no other look.
    pub fn new(lookup: &Lookup, cx: &Context) -> Option<Self> {
        let is_plain = matches!(lookup.graphs, Graphs::Filter(GraphFilter::Any));
        let Source::Id(predicate) = lookup.places[1] else { return None };
        if !is_plain || !lookup.same.is_empty() || !lookup.excluded.is_empty() {
            return None;
        }
        Some(Self { predicate, segment: cx.version().segment(predicate)?, members: None, asked: 0 })
    }

    /// Matches from a place of a batch on, up to some number, and the place that they end at; none where the batch is one to be
    /// looked up row by row.
    pub fn take(
        &mut self,
        lookup: &Lookup,
        batch: &Batch,
        at: At,
        room: usize,
        cx: &mut Context,
    ) -> Result<Option<(Found, At)>, Stop> {
        if batch.len < FEW {
            return Ok(None);
        }
        let is_any = |place: usize| match lookup.places[place] {
            Source::Any => true,
            Source::Column(at) => matches!(batch.columns[at], Column::Constant(id) if !id.is_bound()),
            Source::Id(_) => false,
        };
        let terms = |place: usize| Terms::of(lookup.places[place], batch);
        Ok(match (terms(0), terms(2)) {
            (Some(subjects), Some(objects)) => {
                let row = batch.len.min(at.row + room);
                let rows = self.pairs(&subjects, &objects, at.row..row, cx)?;
                Some((self.shown(lookup, rows, &subjects, &objects), At { row, skip: 0 }))
            }
            (Some(Terms::Each(keys)), None) if is_any(2) => Some(self.matches(lookup, keys, false, at, room)),
            (None, Some(Terms::Each(keys))) if is_any(0) => Some(self.matches(lookup, keys, true, at, room)),
            _ => None,
        })
    }

    /// The rows whose subject and object stand in a triple.
    fn pairs(
        &mut self,
        subjects: &Terms<'_>,
        objects: &Terms<'_>,
        rows: std::ops::Range<usize>,
        cx: &mut Context,
    ) -> Result<Vec<u32>, Stop> {
        let terms = match (subjects, objects) {
            (Terms::Each(ids), Terms::One(one)) => self.members(*one, true, ids.len(), cx)?.map(|all| (all, *ids)),
            (Terms::One(one), Terms::Each(ids)) => self.members(*one, false, ids.len(), cx)?.map(|all| (all, *ids)),
            _ => None,
        };
        let rows = rows.map(|row| row as u32);
        Ok(match terms {
            Some((members, ids)) => rows.filter(|row| members.contains(ids[*row as usize])).collect(),
            None => {
                let is_in = |row: &u32| {
                    let row = *row as usize;
                    self.segment.row(subjects.get(row), objects.get(row)).is_some()
                };
                rows.filter(is_in).collect()
            }
        })
    }

    /// The terms that stand in a triple with a constant one, as soon as it is asked for so many that to gather them is worth it.
    fn members(&mut self, one: Id, by_object: bool, rows: usize, cx: &mut Context) -> Result<Option<&IdSet>, Stop> {
        if self.members.is_none() {
            let range = if by_object { self.segment.objects(one) } else { self.segment.subjects(one) };
            self.asked += rows;
            if range.len() < MANY || self.asked * 4 < range.len() {
                return Ok(None);
            }
            let columns = if by_object { self.segment.pos() } else { self.segment.pso() };
            let mut members = IdSet::default();
            for id in &columns.value[range] {
                members.insert(*id, cx)?;
            }
            self.members = Some(members);
        }
        Ok(self.members.as_ref())
    }

    fn shown(&self, lookup: &Lookup, rows: Vec<u32>, subjects: &Terms<'_>, objects: &Terms<'_>) -> Found {
        let column = |place: &usize| match place {
            0 => rows.iter().map(|row| subjects.get(*row as usize)).collect(),
            1 => vec![self.predicate; rows.len()],
            _ => rows.iter().map(|row| objects.get(*row as usize)).collect(),
        };
        Found { shown: lookup.shown.iter().map(column).collect(), rows }
    }

    /// The triples of each row's subject, or object.
    fn matches(&self, lookup: &Lookup, keys: &[Id], by_object: bool, mut at: At, room: usize) -> (Found, At) {
        let values = if by_object { self.segment.pos().value } else { self.segment.pso().value };
        let (mut rows, mut found) = (Vec::with_capacity(room), Vec::with_capacity(room));
        while at.row < keys.len() && found.len() < room {
            let key = keys[at.row];
            let range = if by_object { self.segment.objects(key) } else { self.segment.subjects(key) };
            let start = range.start + at.skip;
            let end = range.end.min(start + (room - found.len()));
            found.extend_from_slice(&values[start..end]);
            rows.resize(found.len(), at.row as u32);
            at = if end < range.end {
                At { row: at.row, skip: end - range.start }
            } else {
                At { row: at.row + 1, skip: 0 }
            };
        }
        let mut found = Some(found);
        let value_place = if by_object { 0 } else { 2 };
        let column = |place: &usize| match *place {
            1 => vec![self.predicate; rows.len()],
            place if place == value_place => found.take().unwrap_or_default(),
            _ => rows.iter().map(|row| keys[*row as usize]).collect(),
        };
        (Found { shown: lookup.shown.iter().map(column).collect(), rows }, at)
    }
}

#[cfg(test)]
mod tests {
    use oxrdf::{GraphName, Quad};

    use super::*;
    use crate::eval::operator::testing::{World, fits, lookup, node, over, sorted};

    fn batch(rows: &[Vec<u32>]) -> Batch {
        let column = |at: usize| Column::Owned(rows.iter().map(|row| Id(row[at])).collect());
        Batch { columns: (0..rows[0].len()).map(column).collect(), len: rows.len() }
    }

    /// All matches of a batch, at most `room` of them at once: the row's number and the places that are shown.
    fn all(by_batch: &mut ByBatch, lookup: &Lookup, batch: &Batch, room: usize, cx: &mut Context) -> Vec<Vec<u32>> {
        let (mut at, mut rows) = (At::default(), Vec::new());
        while at.row < batch.len {
            let (found, end) = by_batch.take(lookup, batch, at, room, cx).unwrap().unwrap();
            assert!(found.rows.len() <= room);
            let shown = |at: usize| found.shown.iter().map(move |ids| ids[at].0);
            rows.extend(found.rows.iter().enumerate().map(|(at, row)| [*row].into_iter().chain(shown(at)).collect()));
            at = end;
        }
        rows
    }

    #[test]
    fn batches_are_looked_up_whole_and_in_pieces() {
        let world = World::new();
        let (rows, mut cx) = (world.rows(false), world.context(4096));
        let predicate = Source::Id(world.predicates[0]);
        for places in [
            [Source::Column(0), predicate, Source::Any],
            [Source::Any, predicate, Source::Column(2)],
            [Source::Column(0), predicate, Source::Column(2)],
            [Source::Id(world.nodes[4]), predicate, Source::Column(2)],
            [Source::Column(0), predicate, Source::Id(world.nodes[4])],
        ] {
            let lookup = lookup(places, &[], &[0, 1, 2]);
            let triples = world.triples(|_| true);
            let of_row = |(row, number): (&Vec<u32>, u32)| {
                let fitting = triples.iter().filter(|terms| (0..3).all(|at| fits(places[at], terms[at], row)));
                fitting
                    .map(|terms| [number].into_iter().chain(terms.map(|id| id.0)).collect())
                    .collect::<Vec<Vec<u32>>>()
            };
            let expected: Vec<Vec<u32>> = rows.iter().zip(0..).flat_map(of_row).collect();
            assert!(!expected.is_empty());
            for room in [1, 3, 1000] {
                let mut by_batch = ByBatch::new(&lookup, &cx).unwrap();
                let found = all(&mut by_batch, &lookup, &batch(&rows), room, &mut cx);
                assert_eq!(sorted(found), sorted(expected.clone()), "{places:?} {room}");
            }
        }
    }

    #[test]
    fn what_is_no_batch_for_it_is_left_to_rows() {
        let world = World::new();
        let (rows, mut cx) = (world.rows(false), world.context(4096));
        let places = [Source::Column(0), Source::Id(world.predicates[0]), Source::Any];
        let plain = lookup(places, &[], &[2]);
        let mut by_batch = ByBatch::new(&plain, &cx).unwrap();
        let mut is_taken = |batch: &Batch| by_batch.take(&plain, batch, At::default(), 9, &mut cx).unwrap().is_some();
        assert!(is_taken(&batch(&rows)));
        assert!(!is_taken(&batch(&rows[..FEW - 1])), "too few");
        assert!(!is_taken(&batch(&world.rows(true))), "some are unbound");
        let graphs = Graphs::Filter(GraphFilter::Named);
        let cx = world.context(4096);
        for other in [
            Lookup { graphs, ..lookup(places, &[], &[2]) },
            Lookup { same: vec![(0, 2)], ..lookup(places, &[], &[2]) },
            Lookup { excluded: vec![world.predicates[1]], ..lookup(places, &[], &[2]) },
            lookup([Source::Column(0), Source::Column(1), Source::Any], &[], &[2]),
            lookup([Source::Column(0), Source::Id(world.nodes[0]), Source::Any], &[], &[2]),
        ] {
            assert!(ByBatch::new(&other, &cx).is_none());
        }
    }

    /// A term with very many triples: asked often enough, its others are gathered, and the answers stay the same.
    #[test]
    fn the_members_of_a_great_term_are_gathered_once_it_is_worth_it() {
        let all_nodes = 3 * MANY as u32;
        let quad = |number: u32| {
            let object = if number.is_multiple_of(3) { node("other") } else { node("hub") };
            Quad::new(node(number), node("p"), object, GraphName::DefaultGraph)
        };
        let mut cx = over(std::sync::Arc::new(crate::index::build((0..all_nodes).map(quad), 0).unwrap()), 4096);
        let version = cx.version().clone();
        let id = |name: String| version.id((&node(name)).into()).unwrap();
        let (hub, predicate) = (id("hub".to_owned()), id("p".to_owned()));
        let rows: Vec<Vec<u32>> = (0..20_u32).map(|number| vec![id((7 * number).to_string()).0]).collect();
        let expected: Vec<Vec<u32>> =
            (0..20_u32).filter(|number| !(7 * number).is_multiple_of(3)).map(|number| vec![number]).collect();
        let lookup = lookup([Source::Column(0), Source::Id(predicate), Source::Id(hub)], &[], &[]);
        let mut by_batch = ByBatch::new(&lookup, &cx).unwrap();
        for round in 0..10 {
            assert_eq!(all(&mut by_batch, &lookup, &batch(&rows), 1000, &mut cx), expected);
            assert!(round > 0 || by_batch.members.is_none());
        }
        assert!(by_batch.members.is_some());
    }
}
