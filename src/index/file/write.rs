//! File writer: blocks one after the other, then the directory, then the header.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use super::bytes::Out;
use super::source::Extent;
use super::{HEADER, ID, MARK};
use crate::index::Version;

/// Blocks on their way to a file.
pub(in crate::index) struct Blocks {
    file: BufWriter<File>,
    at: u64,
}

impl Blocks {
    fn create(path: &Path) -> io::Result<Self> {
        let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
        file.write_all(&[0; HEADER])?;
        Ok(Self { file, at: HEADER as u64 })
    }

    /// Where the next block will stand.
    pub(in crate::index) fn at(&self) -> u64 {
        self.at
    }

    /// Writes a block.
    pub(in crate::index) fn push(&mut self, bytes: &[u8]) -> io::Result<Extent> {
        self.file.write_all(bytes)?;
        let extent = Extent { at: self.at, length: bytes.len() as u64, checksum: *blake3::hash(bytes).as_bytes() };
        self.at += extent.length;
        Ok(extent)
    }

    fn finish(self, header: &[u8]) -> io::Result<()> {
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(header)?;
        file.sync_all()
    }
}

impl Version {
    /// Writes the state to a new file, for the store of this id (32 bytes), and on the disk. A state with changes since its
    /// base was built is to be [`Self::compacted`] before.
    ///
    /// # Errors
    /// What the file system says; that the state has changes, or could not be read whole.
    pub fn write(&self, path: &Path, id: &str) -> io::Result<()> {
        let id: [u8; ID] = id.as_bytes().try_into().map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        if !self.is_plain() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it has changes since its base was built"));
        }
        let mut blocks = Blocks::create(path)?;
        let mut directory = Out::default();
        self.write_parts(&mut blocks, &mut directory)?;
        let directory = blocks.push(&directory.0)?;
        if let Some(damage) = self.damage() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, damage.clone()));
        }
        blocks.finish(&header(id, self.epoch(), directory))
    }

    fn write_parts(&self, blocks: &mut Blocks, directory: &mut Out) -> io::Result<()> {
        directory.size(self.triples);
        directory.size(self.quads);
        self.base.tags.write(directory);
        self.base.dictionary.write(blocks, directory)?;
        self.base.lists.write(directory);
        let names = self.base.graph_numbers().map(|(name, _)| name).collect::<Vec<_>>();
        directory.values(names.into_iter());
        directory.size(self.graphs.len());
        for graph in self.graphs.iter() {
            directory.u32(graph.number);
            directory.size(graph.quads);
        }
        directory.size(self.predicates.len());
        for predicate in self.predicates.iter() {
            directory.u32(predicate.0);
            let segment = self.segment(*predicate).unwrap_or_default();
            segment.write(blocks, directory)?;
        }
        Ok(())
    }
}

fn header(id: [u8; ID], epoch: u64, directory: Extent) -> Vec<u8> {
    let mut header = Out::default();
    header.bytes(MARK);
    header.bytes(&id);
    header.u64(epoch);
    directory.write(&mut header);
    let checksum = blake3::hash(&header.0);
    header.bytes(checksum.as_bytes());
    header.0
}
