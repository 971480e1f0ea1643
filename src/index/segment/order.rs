//! Sorted order of a segment: columns in memory or in a file, and the rows of a key.

use std::io;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::keys::equal;
use super::merged::Merged;
use super::stored::Stored;
use super::{Columns, Found, Row, SharedColumns};
use crate::index::file::{Blocks, In, Out, Source};
use crate::index::id::Id;

/// One order of a segment.
#[derive(Debug)]
pub(super) struct Order {
    rows: usize,
    columns: OnceLock<SharedColumns>,
    origin: Origin,
    distinct: OnceLock<usize>,
    weighted: OnceLock<f64>,
    offsets: OnceLock<Option<Offsets>>,
}

/// Where the columns come from.
#[derive(Debug)]
enum Origin {
    /// They are there.
    Held,
    Stored(Stored),
    Merged(Merged),
}

/// How many rows are looked at for an average.
const SAMPLE: usize = 64;

/// The row where each key of the base begins, from the smallest key on.
#[derive(Debug)]
struct Offsets {
    first: u32,
    rows: Box<[u32]>,
}

impl Order {
    pub(super) fn new(rows: &[Row]) -> Self {
        Self::held(SharedColumns {
            key: rows.iter().map(|row| row.0).collect(),
            value: rows.iter().map(|row| row.1).collect(),
            graph: rows.iter().map(|row| row.2).collect(),
        })
    }

    fn held(columns: SharedColumns) -> Self {
        let rows = columns.key.len();
        Self { columns: columns.into(), ..Self::of(Origin::Held, rows) }
    }

    /// Of so many rows, once they are merged.
    pub(super) fn merged(merged: Merged, rows: usize) -> Self {
        Self::of(Origin::Merged(merged), rows)
    }

    fn of(origin: Origin, rows: usize) -> Self {
        let (distinct, weighted) = (OnceLock::new(), OnceLock::new());
        Self { rows, columns: OnceLock::new(), origin, distinct, weighted, offsets: OnceLock::new() }
    }

    pub(super) fn is_loaded(&self) -> bool {
        self.columns.get().is_some()
    }

    /// The same rows without what they were made of.
    pub(super) fn settled(&self) -> Self {
        Self::held(self.shared())
    }

    pub(super) fn len(&self) -> usize {
        self.rows
    }

    /// How many keys there are; before the edits, where they are not merged.
    pub(super) fn distinct(&self) -> usize {
        match (&self.origin, self.columns.get()) {
            (Origin::Merged(merged), None) => merged.distinct_before(),
            _ => *self.distinct.get_or_init(|| self.columns().key.chunk_by(|a, b| a == b).count()),
        }
    }

    /// As [`Self::distinct`], with all edits.
    pub(super) fn count(&self) -> usize {
        if let Origin::Merged(_) = self.origin {
            self.loaded();
        }
        self.distinct()
    }

    /// How many rows the key of a row has, on average over some rows: keys that have many count for as many. All rows are read.
    pub(super) fn weighted(&self) -> f64 {
        *self.weighted.get_or_init(|| {
            let keys = self.columns().key;
            let picked = keys.iter().step_by((keys.len() / SAMPLE).max(1));
            let (sum, count) = picked.fold((0, 0), |(sum, count), key| (sum + equal(keys, *key).len(), count + 1));
            sum as f64 / f64::from(count.max(1))
        })
    }

    fn loaded(&self) -> &SharedColumns {
        self.columns.get_or_init(|| match &self.origin {
            Origin::Held => SharedColumns::default(),
            Origin::Stored(stored) => stored.all(),
            Origin::Merged(merged) => merged.all(),
        })
    }

    pub(super) fn columns(&self) -> Columns<'_> {
        self.loaded().lent()
    }

    pub(super) fn shared(&self) -> SharedColumns {
        self.loaded().clone()
    }

    /// The rows of a key.
    pub(super) fn find(&self, key: Id, by_object: bool) -> Found {
        let part = match &self.origin {
            _ if self.is_loaded() => None,
            Origin::Held => None,
            Origin::Stored(stored) => stored.find(key).map(|(rows, part)| Found { by_object, rows, part: Some(part) }),
            Origin::Merged(merged) => merged.find(key),
        };
        part.unwrap_or_else(|| Found { by_object, rows: self.rows(key), part: None })
    }

    /// The rows of a key among all, which are read.
    pub(super) fn rows(&self, key: Id) -> Range<usize> {
        let keys = self.columns().key;
        let offsets = self.offsets.get_or_init(|| Offsets::new(keys)).as_ref();
        if let Some(offsets) = offsets.filter(|_| key.0 < Id::LATE) {
            return offsets.rows(key);
        }
        equal(keys, key)
    }

    pub(super) fn write(&self, blocks: &mut Blocks, directory: &mut Out) -> io::Result<()> {
        directory.size(self.distinct());
        Stored::write(self.columns(), blocks, directory)
    }

    pub(super) fn read(directory: &mut In<'_>, rows: usize, source: &Arc<Source>) -> io::Result<Self> {
        let distinct = directory.size()?.into();
        let stored = Stored::read(directory, rows, source)?;
        Ok(Self { distinct, ..Self::of(Origin::Stored(stored), rows) })
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
