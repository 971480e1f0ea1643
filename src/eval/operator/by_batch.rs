//! Batched index look-up: a batch looked up in the triples of one predicate, in whatever graphs they stand.

use std::sync::Arc;

use super::IdSet;
use super::index_join::{Found, Graphs, Lookup, Source};
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
