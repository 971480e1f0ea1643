//! Block source: a file from which blocks are read when they are needed.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::bytes::{self, Fixed, In, Out, Sum, wrong};
use super::damage::{Damage, Found};

/// Where a block stands, and the checksum of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::index) struct Extent {
    pub(super) at: u64,
    pub(super) length: u64,
    pub(super) checksum: [u8; 32],
}

impl Extent {
    pub(in crate::index) fn write(self, out: &mut Out) {
        out.u64(self.at);
        out.u64(self.length);
        out.bytes(&self.checksum);
    }

    pub(in crate::index) fn sum(&self) -> Sum {
        half(&self.checksum)
    }

    pub(in crate::index) fn read(bytes: &mut In<'_>) -> io::Result<Self> {
        let (at, length) = (bytes.u64()?, bytes.u64()?);
        Ok(Self { at, length, checksum: bytes.bytes(32)?.try_into().map_err(|_| wrong())? })
    }
}

fn half(checksum: &[u8; 32]) -> Sum {
    std::array::from_fn(|at| checksum[at])
}

/// An open file and what was found wrong with it.
#[derive(Debug)]
pub(in crate::index) struct Source {
    path: PathBuf,
    file: File,
    length: u64,
    found: Found,
}

impl Source {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Self { path: path.to_owned(), file, length, found: Found::default() })
    }

    /// The first damage that was met.
    pub(in crate::index) fn damage(&self) -> Option<&Damage> {
        self.found.get()
    }

    /// Bytes of the file, whatever they are.
    pub(super) fn bytes(&self, at: u64, length: u64) -> io::Result<Vec<u8>> {
        // A length that is damaged must not ask for memory.
        let inside = at.checked_add(length).is_some_and(|end| end <= self.length);
        let length = usize::try_from(length).ok().filter(|_| inside).ok_or(io::ErrorKind::UnexpectedEof)?;
        let mut bytes = vec![0; length];
        read_at(&self.file, at, &mut bytes)?;
        Ok(bytes)
    }

    /// The bytes of a block as they were written.
    pub(super) fn block(&self, extent: &Extent) -> io::Result<Vec<u8>> {
        let bytes = self.bytes(extent.at, extent.length)?;
        let is_whole = *blake3::hash(&bytes).as_bytes() == extent.checksum;
        if is_whole { Ok(bytes) } else { Err(damaged(extent.at)) }
    }

    /// The bytes of a block that is known by half of its checksum; `None` where it cannot be read, which is kept in mind.
    pub(in crate::index) fn part(&self, at: u64, length: usize, sum: &Sum) -> Option<Vec<u8>> {
        let read = self.bytes(at, length as u64).and_then(|bytes| {
            let is_whole = half(blake3::hash(&bytes).as_bytes()) == *sum;
            if is_whole { Ok(bytes) } else { Err(damaged(at)) }
        });
        read.inspect_err(|error| self.found.set(&self.path, error.to_string())).ok()
    }

    /// What `make` makes of a block; what `otherwise` does where it cannot be read, which is kept in mind.
    pub(in crate::index) fn load<T>(
        &self,
        extent: &Extent,
        make: impl FnOnce(&[u8]) -> Option<T>,
        otherwise: impl FnOnce() -> T,
    ) -> T {
        let loaded = self.block(extent).and_then(|bytes| make(&bytes).ok_or_else(wrong));
        loaded.unwrap_or_else(|error| {
            self.found.set(&self.path, error.to_string());
            otherwise()
        })
    }

    /// So many values of a block.
    pub(in crate::index) fn values<T: Fixed, C: FromIterator<T> + AsRef<[T]>>(&self, extent: &Extent, len: usize) -> C {
        let make = |bytes: &[u8]| bytes::values::<T, C>(bytes).filter(|values| values.as_ref().len() == len);
        self.load(extent, make, || std::iter::repeat_n(T::FILLER, len).collect())
    }
}

fn damaged(at: u64) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the block at byte {at} is damaged"))
}

#[cfg(unix)]
fn read_at(file: &File, at: u64, bytes: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(not(unix))]
fn read_at(file: &File, at: u64, bytes: &mut [u8]) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    use std::sync::{Mutex, PoisonError};

    // One place in the file serves all readers of the process.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut file = file;
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(bytes)
}
