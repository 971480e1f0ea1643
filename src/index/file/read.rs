//! File reader: header and directory.

use std::io;
use std::path::Path;
use std::sync::Arc;

use hashbrown::HashMap;

use super::bytes::{In, wrong};
use super::source::{Extent, Source};
use super::{ANY_MARK, HEADER, ID, MARK};
use crate::index::base::Base;
use crate::index::dictionary::Dictionary;
use crate::index::graphs::GraphLists;
use crate::index::id::{Graph, Id};
use crate::index::segment::Segment;
use crate::index::tags::Tags;
use crate::index::{Parts, Version};

/// What the header of an index's file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The id of the store.
    pub id: String,
    /// The epoch of the state.
    pub epoch: u64,
    directory: Extent,
}

impl Header {
    fn of(bytes: &[u8]) -> io::Result<Self> {
        let (said, checksum) = bytes.split_at_checked(HEADER - 32).ok_or_else(wrong)?;
        if *blake3::hash(said).as_bytes() != *checksum {
            return Err(wrong());
        }
        let mut bytes = In(said);
        match bytes.bytes(MARK.len())? {
            mark if mark == MARK => {}
            mark if mark.starts_with(ANY_MARK) => return Err(other_version()),
            _ => return Err(wrong()),
        }
        let id = std::str::from_utf8(bytes.bytes(ID)?).map_err(|_| wrong())?.to_owned();
        Ok(Self { id, epoch: bytes.u64()?, directory: Extent::read(&mut bytes)? })
    }
}

impl Version {
    /// Opens what [`Self::write`] wrote. No more than header and directory is read; what cannot be read later is told by
    /// [`Self::damage`].
    ///
    /// # Errors
    /// What the file system says; that it is no index of this version, or that header or directory are damaged.
    pub fn open(path: &Path) -> io::Result<(Self, Header)> {
        let source = Arc::new(Source::open(path)?);
        let header = Header::of(&source.bytes(0, HEADER as u64)?)?;
        let directory = source.block(&header.directory)?;
        let mut directory = In(&directory);
        let version = version(&mut directory, &source, header.epoch)?;
        if directory.0.is_empty() { Ok((version, header)) } else { Err(wrong()) }
    }
}

fn other_version() -> io::Error {
    let why = "it is the index of another version of citypact; export the data with that one and load them anew";
    io::Error::new(io::ErrorKind::InvalidData, why)
}

fn version(directory: &mut In<'_>, source: &Arc<Source>, epoch: u64) -> io::Result<Version> {
    let (triples, quads) = (directory.size()?, directory.size()?);
    let tags = Tags::read(directory)?;
    let dictionary = Dictionary::read(directory, source)?;
    let lists = GraphLists::read(directory)?;
    let names: Vec<Id> = directory.values()?;
    let graphs = graphs(directory, &names)?;
    let mut segments = HashMap::new();
    for _ in 0..directory.size()? {
        let predicate = Id(directory.u32()?);
        segments.insert(predicate, Arc::new(Segment::read(directory, source)?));
    }
    let base = Base::new(dictionary, tags, lists, &names, segments, Some(source.clone()));
    Ok(Version::of_base(base, Parts { epoch, graphs, triples, quads }))
}

/// The graphs that are there, in the order of their names.
fn graphs(directory: &mut In<'_>, names: &[Id]) -> io::Result<Arc<[Graph]>> {
    let graphs = (0..directory.size()?).map(|_| {
        let (number, quads) = (directory.u32()?, directory.size()?);
        let id = (number as usize).checked_sub(1).and_then(|place| names.get(place)).ok_or_else(wrong)?;
        Ok(Graph { id: *id, number, quads })
    });
    graphs.collect()
}
