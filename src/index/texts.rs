//! Text storage: texts in the order of their numbers, in blocks, which are in memory or are read from a file as they are
//! touched.

use std::cmp::Ordering;
use std::io;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::file::{Blocks, Extent, In, Out, Source};
use super::id::Tag;

/// How many texts stand in a block.
pub(super) const BLOCK: usize = 1024;
/// Quick to pack and to unpack.
const LEVEL: i32 = 1;

/// Texts one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    /// Where each text ends.
    ends: Box<[u32]>,
    text: Box<str>,
}

impl Block {
    pub(super) fn new<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut ends = Vec::new();
        let mut text = String::new();
        for one in texts {
            text.push_str(one);
            // A block of more than 4 GiB is not made: a text is smaller than that, and `Terms` has counted it.
            ends.push(u32::try_from(text.len()).unwrap_or(u32::MAX));
        }
        Self { ends: ends.into(), text: text.into() }
    }

    /// What stands for a block that cannot be read.
    fn filler(count: usize) -> Self {
        Self { ends: vec![0; count].into(), text: Box::default() }
    }

    pub(super) fn get(&self, place: usize) -> &str {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.text[start..self.ends[place] as usize]
    }

    pub(super) fn bytes(&self) -> usize {
        self.text.len() + self.ends.len() * 4
    }

    fn pack(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(self.bytes());
        self.ends.iter().for_each(|end| bytes.extend(end.to_le_bytes()));
        bytes.extend(self.text.as_bytes());
        zstd::bulk::compress(&bytes, LEVEL)
    }

    /// A block of so many texts, which takes so many bytes.
    fn unpack(packed: &[u8], count: usize, bytes: usize) -> Option<Self> {
        let bytes = zstd::bulk::decompress(packed, bytes).ok()?;
        let (ends, text) = bytes.split_at_checked(4 * count)?;
        let text = std::str::from_utf8(text).ok()?;
        let ends: Box<[u32]> =
            ends.chunks_exact(4).filter_map(|end| end.try_into().ok()).map(u32::from_le_bytes).collect();
        let inside = ends.is_sorted() && ends.iter().all(|end| text.is_char_boundary(*end as usize));
        inside.then(|| Self { ends, text: text.into() })
    }
}

/// All texts.
#[derive(Debug, Default)]
pub(super) struct Texts {
    len: usize,
    blocks: Box<[OnceLock<Block>]>,
    stored: Option<Stored>,
}

/// Where texts are read from.
#[derive(Debug)]
struct Stored {
    source: Arc<Source>,
    blocks: Box<[StoredBlock]>,
}

#[derive(Debug)]
struct StoredBlock {
    extent: Extent,
    bytes: usize,
    /// The first of its texts, by which the block of a text is found.
    head: Head,
}

/// A text, and what makes a literal of it if it is one.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) text: Box<str>,
    pub(super) tag: Option<Tag>,
}

impl Texts {
    pub(super) fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut texts = texts.into_iter().peekable();
        let mut blocks: Vec<Block> = Vec::new();
        while texts.peek().is_some() {
            blocks.push(Block::new(texts.by_ref().take(BLOCK)));
        }
        let len = blocks.iter().map(|block| block.ends.len()).sum();
        Self { len, blocks: blocks.into_iter().map(OnceLock::from).collect(), stored: None }
    }

    fn block(&self, number: usize) -> &Block {
        self.blocks[number].get_or_init(|| {
            let count = BLOCK.min(self.len - number * BLOCK);
            let Some(stored) = &self.stored else { return Block::filler(count) };
            let block = &stored.blocks[number];
            let unpack = |packed: &[u8]| Block::unpack(packed, count, block.bytes);
            stored.source.load(&block.extent, unpack, || Block::filler(count))
        })
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get(&self, place: usize) -> &str {
        self.block(place / BLOCK).get(place % BLOCK)
    }

    pub(super) fn bytes(&self) -> usize {
        match &self.stored {
            Some(stored) => stored.blocks.iter().map(|block| block.bytes).sum(),
            None => self.blocks.iter().filter_map(OnceLock::get).map(Block::bytes).sum(),
        }
    }

    /// The part of some places in which a text must be that is sought, as far as that can be told without reading any.
    /// `by` tells how the head of a block stands to it.
    pub(super) fn narrowed(&self, places: Range<usize>, by: impl Fn(&Head) -> Ordering) -> Range<usize> {
        let Some(stored) = &self.stored else { return places };
        // Blocks whose head is within.
        let (first, last) = (places.start.div_ceil(BLOCK), places.end.div_ceil(BLOCK));
        let Some(within) = stored.blocks.get(first..last) else { return places };
        let before = first + within.partition_point(|block| by(&block.head).is_le());
        let start = if before == first { places.start } else { (before - 1) * BLOCK };
        start..places.end.min(before * BLOCK)
    }

    /// Writes the blocks, and of each its head and where it stands. `tag` tells that of a place.
    pub(super) fn write(
        &self,
        tag: impl Fn(usize) -> Option<Tag>,
        blocks: &mut Blocks,
        directory: &mut Out,
    ) -> io::Result<()> {
        directory.size(self.len);
        for number in 0..self.blocks.len() {
            let block = self.block(number);
            blocks.push(&block.pack()?)?.write(directory);
            directory.size(block.bytes());
            directory.text(block.get(0));
            directory.u32(tag(number * BLOCK).map_or(u32::MAX, |tag| tag.0.into()));
        }
        Ok(())
    }

    pub(super) fn read(directory: &mut In<'_>, source: &Arc<Source>) -> io::Result<Self> {
        let len = directory.size()?;
        let blocks = (0..len.div_ceil(BLOCK)).map(|_| {
            let (extent, bytes) = (Extent::read(directory)?, directory.size()?);
            let (text, tag) = (directory.text()?.into(), u16::try_from(directory.u32()?).ok().map(Tag));
            Ok(StoredBlock { extent, bytes, head: Head { text, tag } })
        });
        let blocks = blocks.collect::<io::Result<Box<[_]>>>()?;
        let empty = blocks.iter().map(|_| OnceLock::new()).collect();
        Ok(Self { len, blocks: empty, stored: Some(Stored { source: source.clone(), blocks }) })
    }
}
