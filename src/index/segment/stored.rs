//! Block-wise storage: the columns of an order in a file, in blocks that can be read by themselves.
//!
//! A block holds up to [`BLOCK`] rows: their keys, values and graphs. The directory tells of each the first and the last key,
//! so that a look-up reads the blocks of its key alone, and none where the key is between two blocks.

use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::keys::equal;
use super::{Columns, SharedColumns};
use crate::index::file::{Blocks, Fixed, In, Out, Source, Sum};
use crate::index::id::{GraphSet, Id};

/// Rows of a block: 24 KB.
pub(super) const BLOCK: usize = 2_048;
/// Bytes of a row.
const ROW: usize = 2 * Id::SIZE + GraphSet::SIZE;
/// Once one in so many blocks was read by itself, all are read: look-ups in whole columns are quicker.
const PART: usize = 4;

/// Where the blocks of an order stand, one after the other.
#[derive(Debug)]
pub(super) struct Stored {
    source: Arc<Source>,
    rows: usize,
    at: u64,
    blocks: Box<[Block]>,
    /// How many blocks were read by themselves.
    read: AtomicUsize,
}

#[derive(Debug)]
struct Block {
    first: Id,
    last: Id,
    sum: Sum,
    columns: OnceLock<SharedColumns>,
}

impl Stored {
    /// All columns.
    pub(super) fn all(&self) -> SharedColumns {
        let mut key = Vec::with_capacity(self.rows);
        let mut value = Vec::with_capacity(self.rows);
        let mut graph = Vec::with_capacity(self.rows);
        for (number, block) in self.blocks.iter().enumerate() {
            let columns = block.columns.get().cloned().unwrap_or_else(|| self.load(number));
            key.extend_from_slice(&columns.key);
            value.extend_from_slice(&columns.value);
            graph.extend_from_slice(&columns.graph);
        }
        SharedColumns { key: key.into(), value: value.into(), graph: graph.into() }
    }

    /// The rows of a key, and the columns they are of; `None` where it is time to read everything.
    pub(super) fn find(&self, key: Id) -> Option<(Range<usize>, SharedColumns)> {
        let from = self.blocks.partition_point(|block| block.last < key);
        let to = from + self.blocks[from..].partition_point(|block| block.first <= key);
        let unread = self.blocks[from..to].iter().filter(|block| block.columns.get().is_none()).count();
        if unread > 0 && PART * (self.read.fetch_add(unread, Ordering::Relaxed) + unread) > self.blocks.len() {
            return None;
        }
        match &self.blocks[from..to] {
            [] => Some((0..0, SharedColumns::default())),
            [_] => {
                let columns = self.block(from);
                Some((equal(&columns.key, key), columns.clone()))
            }
            _ => Some(self.gathered(from..to, key)),
        }
    }

    /// The rows of a key that stand in several blocks.
    fn gathered(&self, blocks: Range<usize>, key: Id) -> (Range<usize>, SharedColumns) {
        let parts: Vec<_> = blocks.map(|number| self.block(number)).collect();
        let parts: Vec<_> = parts.iter().map(|columns| (columns, equal(&columns.key, key))).collect();
        let columns = SharedColumns {
            key: parts.iter().flat_map(|(columns, rows)| &columns.key[rows.clone()]).copied().collect(),
            value: parts.iter().flat_map(|(columns, rows)| &columns.value[rows.clone()]).copied().collect(),
            graph: parts.iter().flat_map(|(columns, rows)| &columns.graph[rows.clone()]).copied().collect(),
        };
        (0..columns.key.len(), columns)
    }

    fn block(&self, number: usize) -> &SharedColumns {
        self.blocks[number].columns.get_or_init(|| self.load(number))
    }

    fn load(&self, number: usize) -> SharedColumns {
        let len = BLOCK.min(self.rows - number * BLOCK);
        let at = self.at.saturating_add((number * BLOCK * ROW) as u64);
        let bytes = self.source.part(at, len * ROW, &self.blocks[number].sum);
        let Some(bytes) = bytes else { return filler(len) };
        let (keys, rest) = bytes.split_at(len * Id::SIZE);
        let (values, graphs) = rest.split_at(len * Id::SIZE);
        SharedColumns { key: fixed(keys), value: fixed(values), graph: fixed(graphs) }
    }

    pub(super) fn write(columns: Columns<'_>, blocks: &mut Blocks, directory: &mut Out) -> io::Result<()> {
        directory.u64(blocks.at());
        for start in (0..columns.key.len()).step_by(BLOCK) {
            let rows = start..columns.key.len().min(start + BLOCK);
            let keys = &columns.key[rows.clone()];
            let mut bytes = Vec::with_capacity(rows.len() * ROW);
            keys.iter().chain(&columns.value[rows.clone()]).for_each(|id| id.write(&mut bytes));
            columns.graph[rows].iter().for_each(|set| set.write(&mut bytes));
            let sum = blocks.push(&bytes)?.sum();
            directory.u32(keys.first().map_or(0, |id| id.0));
            directory.u32(keys.last().map_or(0, |id| id.0));
            directory.bytes(&sum);
        }
        Ok(())
    }

    pub(super) fn read(directory: &mut In<'_>, rows: usize, source: &Arc<Source>) -> io::Result<Self> {
        let at = directory.u64()?;
        let blocks = (0..rows.div_ceil(BLOCK)).map(|_| {
            let (first, last) = (Id(directory.u32()?), Id(directory.u32()?));
            Ok(Block { first, last, sum: directory.sum()?, columns: OnceLock::new() })
        });
        let blocks = blocks.collect::<io::Result<Box<[_]>>>()?;
        Ok(Self { source: source.clone(), rows, at, blocks, read: AtomicUsize::new(0) })
    }
}

/// Values one after the other, whose bytes were seen to be as they were written.
fn fixed<T: Fixed>(bytes: &[u8]) -> Arc<[T]> {
    bytes.chunks_exact(T::SIZE).map(|bytes| T::read(bytes).unwrap_or(T::FILLER)).collect()
}

/// What stands for rows that cannot be read.
fn filler(len: usize) -> SharedColumns {
    SharedColumns {
        key: vec![Id::FILLER; len].into(),
        value: vec![Id::FILLER; len].into(),
        graph: vec![GraphSet::FILLER; len].into(),
    }
}
