//! Lazily read column: values by place, in memory or read from a file as they are touched.

use std::io;
use std::sync::{Arc, OnceLock};

use super::bytes::{Fixed, In, Out};
use super::source::{Extent, Source};
use super::write::Blocks;

/// So many values are read at once.
const CHUNK: usize = 1 << 14;

/// Values by place.
#[derive(Debug)]
pub(in crate::index) enum Column<T> {
    /// In memory.
    Held(Box<[T]>),
    /// In a file.
    Stored(Stored<T>),
}

#[derive(Debug)]
pub(in crate::index) struct Stored<T> {
    len: usize,
    chunks: Box<[Chunk<T>]>,
    source: Arc<Source>,
}

/// Values that are read at once, and where they stand.
#[derive(Debug)]
struct Chunk<T> {
    values: OnceLock<Box<[T]>>,
    extent: Extent,
}

impl<T> FromIterator<T> for Column<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self::Held(values.into_iter().collect())
    }
}

impl<T: Fixed> Column<T> {
    pub(in crate::index) fn len(&self) -> usize {
        match self {
            Self::Held(values) => values.len(),
            Self::Stored(stored) => stored.len,
        }
    }

    pub(in crate::index) fn get(&self, place: usize) -> Option<T> {
        match self {
            Self::Held(values) => values.get(place).copied(),
            Self::Stored(stored) => stored.chunk(place / CHUNK)?.get(place % CHUNK).copied(),
        }
    }

    /// Bytes that it takes when all of it is in memory.
    pub(in crate::index) fn bytes(&self) -> usize {
        self.len() * size_of::<T>()
    }

    /// Writes the values as blocks, and of each where it stands.
    pub(in crate::index) fn write(&self, blocks: &mut Blocks, directory: &mut Out) -> io::Result<()> {
        directory.size(self.len());
        for start in (0..self.len()).step_by(CHUNK) {
            let places = start..self.len().min(start + CHUNK);
            let mut bytes = Vec::with_capacity(places.len() * T::SIZE);
            places.filter_map(|place| self.get(place)).for_each(|value| value.write(&mut bytes));
            blocks.push(&bytes)?.write(directory);
        }
        Ok(())
    }

    /// What [`Self::write`] wrote.
    pub(in crate::index) fn read(directory: &mut In<'_>, source: &Arc<Source>) -> io::Result<Self> {
        let len = directory.size()?;
        let chunks =
            (0..len.div_ceil(CHUNK)).map(|_| Ok(Chunk { values: OnceLock::new(), extent: Extent::read(directory)? }));
        let chunks = chunks.collect::<io::Result<Vec<_>>>()?;
        Ok(Self::Stored(Stored { len, chunks: chunks.into(), source: source.clone() }))
    }
}

impl<T: Fixed> Stored<T> {
    fn chunk(&self, number: usize) -> Option<&[T]> {
        let Chunk { values, extent } = self.chunks.get(number)?;
        let len = CHUNK.min(self.len - number * CHUNK);
        Some(values.get_or_init(|| self.source.values(extent, len)))
    }
}
