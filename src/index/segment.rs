//! The triples of one predicate, in two orders.

use std::io;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::file::{Blocks, Extent, Fixed, In, Out, Source};
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

/// One order of a segment.
#[derive(Debug)]
struct Order {
    rows: usize,
    columns: OnceLock<SharedColumns>,
    /// Where the columns are read from.
    stored: Option<Stored>,
    distinct: usize,
    fan_out: usize,
    offsets: OnceLock<Option<Offsets>>,
}

/// Where the three columns of an order stand.
#[derive(Debug)]
struct Stored {
    source: Arc<Source>,
    extents: [Extent; 3],
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

/// The row where each key of the base begins, from the smallest key on.
#[derive(Debug)]
struct Offsets {
    first: u32,
    rows: Box<[u32]>,
}

/// Rows of `pso` by graph.
#[derive(Debug)]
struct ByGraph {
    /// Each graph and where its rows begin, in ascending order.
    graphs: Box<[(u32, u32)]>,
    rows: Box<[u32]>,
}

impl Segment {
    /// Of rows that ascend by subject and object and hold no pair twice.
    pub(super) fn new(rows: &[Row]) -> Self {
        let mut turned: Vec<Row> = rows.iter().map(|(s, o, g)| (*o, *s, *g)).collect();
        turned.sort_unstable_by_key(|(o, s, _)| (*o, *s));
        Self { pso: Order::new(rows), pos: Order::new(&turned), by_graph: OnceLock::new() }
    }

    /// Of rows in both orders.
    pub(super) fn of_orders(pso: &[Row], pos: &[Row]) -> Self {
        Self { pso: Order::new(pso), pos: Order::new(pos), by_graph: OnceLock::new() }
    }

    /// How many triples it holds.
    pub fn len(&self) -> usize {
        self.pso.rows
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

    /// As [`Self::pso`], to be kept.
    pub fn shared_pso(&self) -> SharedColumns {
        self.pso.shared()
    }

    /// As [`Self::pos`], to be kept.
    pub fn shared_pos(&self) -> SharedColumns {
        self.pos.shared()
    }

    /// The rows of [`Self::pso`] with this subject.
    pub fn subjects(&self, subject: Id) -> Range<usize> {
        self.pso.rows(subject)
    }

    /// The rows of [`Self::pos`] with this object.
    pub fn objects(&self, object: Id) -> Range<usize> {
        self.pos.rows(object)
    }

    /// The rows of [`Self::pos`] whose objects are numbers of the base in a range, and those whose objects came later.
    pub fn rows_within(&self, objects: Range<u32>) -> impl Iterator<Item = Range<usize>> + use<> {
        let keys = self.pos.columns().key;
        let before = |number: u32| keys.partition_point(|key| key.0 < number);
        let late = before(Id::LATE)..keys.len();
        [before(objects.start)..before(objects.end.max(objects.start)), late].into_iter()
    }

    /// The row of [`Self::pso`] with this subject and object.
    pub fn row(&self, subject: Id, object: Id) -> Option<usize> {
        let rows = self.subjects(subject);
        self.pso.columns().value[rows.clone()].binary_search(&object).ok().map(|at| rows.start + at)
    }

    /// How many subjects there are.
    pub fn distinct_subjects(&self) -> usize {
        self.pso.distinct
    }

    /// How many objects there are.
    pub fn distinct_objects(&self) -> usize {
        self.pos.distinct
    }

    /// The most triples that one subject has.
    pub fn fan_out_subject(&self) -> usize {
        self.pso.fan_out
    }

    /// The most triples that one object has.
    pub fn fan_out_object(&self) -> usize {
        self.pos.fan_out
    }

    /// The rows of [`Self::pso`] that stand in a graph, in ascending order. `graphs` unpacks a set.
    pub(super) fn rows_of_graph<I: Iterator<Item = u32>>(&self, graph: u32, graphs: impl Fn(GraphSet) -> I) -> &[u32] {
        self.by_graph.get_or_init(|| ByGraph::new(self.pso.columns().graph, graphs)).rows(graph)
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
        Ok(Self { pso, pos: Order::read(directory, rows, source)?, by_graph: OnceLock::new() })
    }
}

impl Default for Segment {
    fn default() -> Self {
        Self::new(&[])
    }
}

fn bytes<T: Fixed>(values: &[T]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(values.len() * T::SIZE);
    values.iter().for_each(|value| value.write(&mut bytes));
    bytes
}

impl Order {
    fn new(rows: &[Row]) -> Self {
        let (mut distinct, mut fan_out) = (0, 0);
        for group in rows.chunk_by(|a, b| a.0 == b.0) {
            distinct += 1;
            fan_out = fan_out.max(group.len());
        }
        let columns = SharedColumns {
            key: rows.iter().map(|row| row.0).collect(),
            value: rows.iter().map(|row| row.1).collect(),
            graph: rows.iter().map(|row| row.2).collect(),
        };
        Self { rows: rows.len(), columns: columns.into(), stored: None, distinct, fan_out, offsets: OnceLock::new() }
    }

    fn loaded(&self) -> &SharedColumns {
        self.columns.get_or_init(|| {
            let rows = self.rows;
            let read = |stored: &Stored| SharedColumns {
                key: stored.source.values(&stored.extents[0], rows),
                value: stored.source.values(&stored.extents[1], rows),
                graph: stored.source.values(&stored.extents[2], rows),
            };
            self.stored.as_ref().map(read).unwrap_or_default()
        })
    }

    fn columns(&self) -> Columns<'_> {
        let SharedColumns { key, value, graph } = self.loaded();
        Columns { key, value, graph }
    }

    fn shared(&self) -> SharedColumns {
        self.loaded().clone()
    }

    fn write(&self, blocks: &mut Blocks, directory: &mut Out) -> io::Result<()> {
        directory.size(self.distinct);
        directory.size(self.fan_out);
        let columns = self.columns();
        blocks.push(&bytes(columns.key))?.write(directory);
        blocks.push(&bytes(columns.value))?.write(directory);
        blocks.push(&bytes(columns.graph))?.write(directory);
        Ok(())
    }

    fn read(directory: &mut In<'_>, rows: usize, source: &Arc<Source>) -> io::Result<Self> {
        let (distinct, fan_out) = (directory.size()?, directory.size()?);
        let extents = [Extent::read(directory)?, Extent::read(directory)?, Extent::read(directory)?];
        let stored = Some(Stored { source: source.clone(), extents });
        Ok(Self { rows, columns: OnceLock::new(), stored, distinct, fan_out, offsets: OnceLock::new() })
    }

    fn rows(&self, key: Id) -> Range<usize> {
        let keys = self.columns().key;
        let offsets = self.offsets.get_or_init(|| Offsets::new(keys)).as_ref();
        if let Some(offsets) = offsets.filter(|_| key.0 < Id::LATE) {
            return offsets.rows(key);
        }
        let from = keys.partition_point(|other| *other < key);
        let count = keys[from..].partition_point(|other| *other == key);
        from..from + count
    }
}

/// Offsets are kept where there are at most so many keys for each row.
const SPARSE: usize = 8;

impl Offsets {
    /// `None` where the keys are too far apart.
    fn new(keys: &[Id]) -> Option<Self> {
        let base = &keys[..keys.partition_point(|key| key.0 < Id::LATE)];
        let (first, last) = (base.first()?.0, base.last()?.0);
        let span = (last - first) as usize + 1;
        if span > SPARSE * base.len() {
            return None;
        }
        let mut rows = Vec::with_capacity(span + 1);
        for (row, key) in (0_u32..).zip(base) {
            while rows.len() <= (key.0 - first) as usize {
                rows.push(row);
            }
        }
        rows.push(u32::try_from(base.len()).ok()?);
        Some(Self { first, rows: rows.into() })
    }

    fn rows(&self, key: Id) -> Range<usize> {
        let Some(place) = key.0.checked_sub(self.first) else { return 0..0 };
        match self.rows.get(place as usize..=place as usize + 1) {
            Some([from, to]) => *from as usize..*to as usize,
            _ => 0..0,
        }
    }
}

impl ByGraph {
    fn new<I: Iterator<Item = u32>>(sets: &[GraphSet], graphs: impl Fn(GraphSet) -> I) -> Self {
        let pairs = (0_u32..).zip(sets).flat_map(|(row, set)| graphs(*set).map(move |graph| (graph, row)));
        let mut pairs: Vec<(u32, u32)> = pairs.collect();
        pairs.sort_unstable();
        let mut starts = Vec::new();
        for (place, (graph, _)) in (0_u32..).zip(&pairs) {
            if starts.last().is_none_or(|(last, _)| last != graph) {
                starts.push((*graph, place));
            }
        }
        Self { graphs: starts.into(), rows: pairs.into_iter().map(|(_, row)| row).collect() }
    }

    fn rows(&self, graph: u32) -> &[u32] {
        let Ok(at) = self.graphs.binary_search_by_key(&graph, |(graph, _)| *graph) else { return &[] };
        let from = self.graphs[at].1 as usize;
        let to = self.graphs.get(at + 1).map_or(self.rows.len(), |(_, start)| *start as usize);
        &self.rows[from..to]
    }
}
