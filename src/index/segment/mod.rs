//! Predicate segment: the triples of one predicate, in two orders.

mod by_graph;
mod keys;
mod merged;
mod order;
mod stored;

use std::io;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use self::by_graph::ByGraph;
use self::merged::{Edit, Merged};
use self::order::Order;
use super::file::{Blocks, In, Out, Source};
use super::id::{GraphSet, Id};

/// A triple of a predicate: subject, object, and the graphs it stands in.
pub(super) type Row = (Id, Id, GraphSet);

/// The triples of one predicate, each once: by subject and object, and by object and subject.
#[derive(Debug)]
pub struct Segment {
    pso: Order,
    pos: Order,
    by_graph: OnceLock<ByGraph>,
}

/// The columns of one order: rows ascend by key, then by value.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// Subjects in `pso`, objects in `pos`.
    pub key: &'a [Id],
    /// Objects in `pso`, subjects in `pos`.
    pub value: &'a [Id],
    /// The graphs that the triple stands in.
    pub graph: &'a [GraphSet],
}

/// The columns of one order, to be kept.
#[derive(Debug, Clone, Default)]
pub struct SharedColumns {
    /// Subjects in `pso`, objects in `pos`.
    pub key: Arc<[Id]>,
    /// Objects in `pso`, subjects in `pos`.
    pub value: Arc<[Id]>,
    /// The graphs that the triple stands in.
    pub graph: Arc<[GraphSet]>,
}

impl SharedColumns {
    fn lent(&self) -> Columns<'_> {
        Columns { key: &self.key, value: &self.value, graph: &self.graph }
    }
}

/// Rows of a segment that fit what was asked for, in the columns that [`Segment::columns`] gives of them.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Whether their key is the object, and their value the subject.
    pub by_object: bool,
    /// The rows.
    pub rows: Range<usize>,
    /// The blocks of the file in which they are, where no more than those was read.
    part: Option<SharedColumns>,
}

impl Found {
    /// Rows of [`Segment::pos`].
    pub fn by_object(rows: Range<usize>) -> Self {
        Self { by_object: true, rows, part: None }
    }
}

impl Segment {
    /// Of rows that ascend by subject and object and hold no pair twice.
    pub(super) fn new(rows: &[Row]) -> Self {
        let mut turned: Vec<Row> = rows.iter().map(|(s, o, g)| (*o, *s, *g)).collect();
        turned.sort_unstable_by_key(|(o, s, _)| (*o, *s));
        Self::of_orders(rows, &turned)
    }

    /// Of rows in both orders.
    pub(super) fn of_orders(pso: &[Row], pos: &[Row]) -> Self {
        Self::of(Order::new(pso), Order::new(pos))
    }

    fn of(pso: Order, pos: Order) -> Self {
        Self { pso, pos, by_graph: OnceLock::new() }
    }

    /// A segment with edits, in any order, each of another subject and object; of so many rows. What it is made of must not
    /// be such a one itself, but [`Self::settled`].
    pub(super) fn edited(sorted: Arc<Self>, mut edits: Vec<Edit>, rows: usize) -> Self {
        edits.sort_unstable_by_key(|(subject, object, _)| (*subject, *object));
        let pso = Merged::new(sorted.clone(), false, edits.clone());
        edits.iter_mut().for_each(|(subject, object, _)| std::mem::swap(subject, object));
        edits.sort_unstable_by_key(|(object, subject, _)| (*object, *subject));
        Self::of(Order::merged(pso, rows), Order::merged(Merged::new(sorted, true, edits), rows))
    }

    /// Whether all of it is in memory.
    pub(super) fn is_loaded(&self) -> bool {
        self.pso.is_loaded() && self.pos.is_loaded()
    }

    /// The same, all of it in memory, without what it was made of.
    pub(super) fn settled(&self) -> Self {
        Self::of(self.pso.settled(), self.pos.settled())
    }

    fn order(&self, by_object: bool) -> &Order {
        if by_object { &self.pos } else { &self.pso }
    }

    /// How many triples it holds.
    pub fn len(&self) -> usize {
        self.pso.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The triples by subject, then object.
    pub fn pso(&self) -> Columns<'_> {
        self.pso.columns()
    }

    /// The triples by object, then subject.
    pub fn pos(&self) -> Columns<'_> {
        self.pos.columns()
    }

    /// The triples with this subject and this object; with any where none is given. Of a segment in a file that is not in
    /// memory no more is read than the blocks in which they stand, until many have been asked for.
    pub fn find(&self, subject: Option<Id>, object: Option<Id>) -> Found {
        match (subject, object) {
            (Some(subject), None) => self.pso.find(subject, false),
            (None, Some(object)) => self.pos.find(object, true),
            (None, None) => Found { by_object: false, rows: 0..self.len(), part: None },
            (Some(subject), Some(object)) => {
                let mut found = self.pso.find(subject, false);
                let values = &self.columns(&found).value[found.rows.clone()];
                let before = values.partition_point(|value| *value < object);
                let is_there = values.get(before) == Some(&object);
                found.rows.start += before;
                found.rows.end = found.rows.start + usize::from(is_there);
                found
            }
        }
    }

    /// The rows of [`Self::pso`] with this subject. All of that is read, for who has many to look up.
    pub fn subjects(&self, subject: Id) -> Range<usize> {
        self.pso.rows(subject)
    }

    /// The rows of [`Self::pos`] with this object, as [`Self::subjects`].
    pub fn objects(&self, object: Id) -> Range<usize> {
        self.pos.rows(object)
    }

    /// The row of [`Self::pso`] with this subject and object, as [`Self::subjects`].
    pub fn row(&self, subject: Id, object: Id) -> Option<usize> {
        let rows = self.subjects(subject);
        self.pso().value[rows.clone()].binary_search(&object).ok().map(|at| rows.start + at)
    }

    /// The rows of [`Self::pos`] whose objects are numbers of the base in a range, and those whose objects came later.
    pub fn rows_within(&self, objects: Range<u32>) -> impl Iterator<Item = Range<usize>> + use<> {
        let keys = self.pos().key;
        let before = |number: u32| keys.partition_point(|key| key.0 < number);
        let late = before(Id::LATE)..keys.len();
        [before(objects.start)..before(objects.end.max(objects.start)), late].into_iter()
    }

    /// The columns of what [`Self::find`] found.
    pub fn columns<'a>(&'a self, found: &'a Found) -> Columns<'a> {
        match &found.part {
            Some(part) => part.lent(),
            None => self.order(found.by_object).columns(),
        }
    }

    /// As [`Self::columns`], to be kept.
    pub fn shared_columns(&self, found: &Found) -> SharedColumns {
        match &found.part {
            Some(part) => part.clone(),
            None => self.order(found.by_object).shared(),
        }
    }

    /// How many triples [`Self::find`] finds.
    pub fn count(&self, subject: Option<Id>, object: Option<Id>) -> usize {
        self.find(subject, object).rows.len()
    }

    /// The graphs that a triple stands in; `None` where it is not there.
    pub(super) fn graphs(&self, subject: Id, object: Id) -> Option<GraphSet> {
        let found = self.find(Some(subject), Some(object));
        self.columns(&found).graph[found.rows.clone()].first().copied()
    }

    /// How many subjects there are, but for changes that are not merged yet.
    pub fn distinct_subjects(&self) -> usize {
        self.pso.distinct()
    }

    /// How many objects there are, but for changes that are not merged yet.
    pub fn distinct_objects(&self) -> usize {
        self.pos.distinct()
    }

    /// How many subjects there are, with all changes.
    pub fn count_subjects(&self) -> usize {
        self.pso.count()
    }

    /// How many objects there are, with all changes.
    pub fn count_objects(&self) -> usize {
        self.pos.count()
    }

    /// How many triples the subject of a triple has, or its object, on average over some triples: terms that have many count for as
    /// many. All triples are read.
    pub fn weighted_fan_out(&self, by_object: bool) -> f64 {
        if by_object { self.pos.weighted() } else { self.pso.weighted() }
    }

    /// The rows of [`Self::pso`] that stand in a graph, in ascending order. `graphs` unpacks a set.
    pub(super) fn rows_of_graph<I: Iterator<Item = u32>>(&self, graph: u32, graphs: impl Fn(GraphSet) -> I) -> &[u32] {
        self.by_graph.get_or_init(|| ByGraph::new(self.pso().graph, graphs)).rows(graph)
    }

    pub(super) fn bytes(&self) -> usize {
        self.len() * 24
    }

    pub(super) fn write(&self, blocks: &mut Blocks, directory: &mut Out) -> io::Result<()> {
        directory.size(self.len());
        self.pso.write(blocks, directory)?;
        self.pos.write(blocks, directory)
    }

    pub(super) fn read(directory: &mut In<'_>, source: &Arc<Source>) -> io::Result<Self> {
        let rows = directory.size()?;
        let pso = Order::read(directory, rows, source)?;
        Ok(Self::of(pso, Order::read(directory, rows, source)?))
    }
}

impl Default for Segment {
    fn default() -> Self {
        Self::new(&[])
    }
}
