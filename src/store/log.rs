//! Commit log: every commit is appended to it, and it is read when the store is opened.
//!
//! `index.log` is a header (mark, the store's id, the epoch of the state that it goes on from, a checksum) and records. A
//! record holds changes of one kind, as N-Quads, the epoch of their commit, and a checksum over all of it, its place, and the
//! place where its commit begins. The last record of a commit says so and, where the log is the store, is on the disk before
//! the commit is done: what follows the last such record was never promised, and is cut off, unless another commit begins
//! behind it, which none does before the one before it is done: then the file is damaged.

use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use oxrdf::{GraphName, NamedNode, NamedOrBlankNode, Quad};
use oxttl::NQuadsParser;

use super::error::StoreError;
use crate::index::Change;

const MARK: &[u8; 16] = b"citypact log 1\0\0";
/// Bytes of a store's id.
const ID: usize = 32;
/// Mark, id, epoch, checksum.
pub(super) const HEADER: usize = MARK.len() + ID + 8 + 32;
/// Kind, whether it ends a commit, length, epoch; and the checksum.
const SAID: usize = 1 + 1 + 4 + 8;
const HEAD: usize = SAID + 32;
/// A record is ended when it holds so many bytes.
const RECORD: usize = 1 << 20;

/// How a file was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The id of the store.
    pub(super) id: String,
    /// The epoch of the state that the first commit changes.
    pub(super) base: u64,
    /// Where the last commit ends.
    end: u64,
    /// The epoch of the last commit, or of the state before it.
    pub(super) epoch: u64,
    changes: usize,
}

/// Reads the changes of all commits after an epoch, in their order, each with the epoch of its commit.
pub(super) fn read(
    path: &Path,
    after: u64,
    mut take: impl FnMut(Change, u64) -> Result<(), StoreError>,
) -> Result<Found, StoreError> {
    let file = StoreError::file(path);
    let (mut records, id, base) = Records::open(path).map_err(file)?;
    let mut found = Found { id, base, end: last_commit(path)?, epoch: base, changes: 0 };
    while records.at < found.end
        && let Some(record) = records.next().map_err(StoreError::file(path))?
    {
        found.epoch = found.epoch.max(record.epoch);
        for quad in NQuadsParser::new().lenient().for_slice(&record.payload) {
            let quad = quad.map_err(|error| damaged(path, error.to_string()))?;
            found.changes += 1;
            let change = change(record.kind, quad).ok_or_else(|| damaged(path, "a change of no known kind"))?;
            if record.epoch > after {
                take(change, record.epoch)?;
            }
        }
    }
    Ok(found)
}

/// Where the last whole commit ends.
fn last_commit(path: &Path) -> Result<u64, StoreError> {
    let (mut records, ..) = Records::open(path).map_err(StoreError::file(path))?;
    let mut end = records.at;
    while let Some(record) = records.next().map_err(StoreError::file(path))?
        && record.is_whole
    {
        if record.ends {
            end = records.at;
        }
    }
    if commit_begins_behind(path, end).map_err(StoreError::file(path))? {
        return Err(damaged(path, format!("the commit that begins at byte {end} is not as it was written")));
    }
    Ok(end)
}

/// Whether a commit begins somewhere behind `start`, where one that is not whole begins. Its lengths are not to be
/// trusted, so that every place is tried.
fn commit_begins_behind(path: &Path, start: u64) -> io::Result<bool> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut rest = Vec::new();
    file.read_to_end(&mut rest)?;
    let places = (1_usize..).take_while(|place| place + HEAD <= rest.len());
    Ok(places.zip(start + 1..).any(|(place, at)| begins_commit(&rest[place..], at)))
}

/// Whether the bytes, which stand at `at`, are those of a commit's first record.
fn begins_commit(bytes: &[u8], at: u64) -> bool {
    let head = &bytes[..HEAD];
    let length = u32::from_le_bytes([head[2], head[3], head[4], head[5]]) as usize;
    b"+-gcd".contains(&head[0])
        && head[1] <= 1
        && bytes
            .get(HEAD..HEAD + length)
            .is_some_and(|payload| checksum(at, at, &head[..SAID], payload) == head[SAID..])
}

pub(super) fn damaged(path: &Path, reason: impl Into<String>) -> StoreError {
    StoreError::file(path)(io::Error::new(io::ErrorKind::InvalidData, reason.into()))
}

fn change(kind: u8, quad: Quad) -> Option<Change> {
    let name = |graph: GraphName| match graph {
        GraphName::NamedNode(name) => Some(NamedOrBlankNode::from(name)),
        GraphName::BlankNode(name) => Some(name.into()),
        GraphName::DefaultGraph => None,
    };
    Some(match kind {
        b'+' => Change::Insert(quad),
        b'-' => Change::Remove(quad),
        b'g' => Change::Create(name(quad.graph_name)?),
        b'c' => Change::Clear(quad.graph_name),
        b'd' => Change::Drop(name(quad.graph_name)?),
        _ => return None,
    })
}

/// The kind of a change, and the quad that it is written as; of one that is about a graph only the graph matters.
fn written(change: &Change) -> (u8, Cow<'_, Quad>) {
    let about = |graph: GraphName| {
        let any = NamedNode::new_unchecked("urn:x");
        Cow::Owned(Quad::new(any.clone(), any.clone(), any, graph))
    };
    match change {
        Change::Insert(quad) => (b'+', Cow::Borrowed(quad)),
        Change::Remove(quad) => (b'-', Cow::Borrowed(quad)),
        Change::Create(name) => (b'g', about(name.clone().into())),
        Change::Clear(graph) => (b'c', about(graph.clone())),
        Change::Drop(name) => (b'd', about(name.clone().into())),
    }
}

/// A record as it was found.
struct Record {
    kind: u8,
    ends: bool,
    epoch: u64,
    payload: Vec<u8>,
    is_whole: bool,
}

/// The records of a file, one after the other, to the last that has its full length.
struct Records {
    file: BufReader<File>,
    /// Where the commit begins that the next record belongs to.
    begin: u64,
    at: u64,
    length: u64,
}

impl Records {
    /// With the id of the store and the epoch of the state before.
    fn open(path: &Path) -> io::Result<(Self, String, u64)> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut file = BufReader::with_capacity(1 << 18, file);
        let mut bytes = [0; HEADER];
        file.read_exact(&mut bytes).map_err(|_| not_a_log())?;
        let (said, sum) = bytes.split_at(HEADER - 32);
        let (mark, said_after) = said.split_at(MARK.len());
        if mark != MARK || *blake3::hash(said).as_bytes() != *sum {
            return Err(not_a_log());
        }
        let (id, epoch) = said_after.split_at(ID);
        let id = std::str::from_utf8(id).map_err(|_| not_a_log())?.to_owned();
        let epoch = epoch.try_into().map(u64::from_le_bytes).map_err(|_| not_a_log())?;
        let at = HEADER as u64;
        Ok((Self { file, begin: at, at, length }, id, epoch))
    }

    fn next(&mut self) -> io::Result<Option<Record>> {
        let left = self.length - self.at;
        if left < HEAD as u64 {
            return Ok(None);
        }
        let mut head = [0; HEAD];
        self.file.read_exact(&mut head)?;
        let length = u32::from_le_bytes([head[2], head[3], head[4], head[5]]);
        if u64::from(length) > left - HEAD as u64 {
            return Ok(None);
        }
        let epoch = head[6..SAID].try_into().map_or(0, u64::from_le_bytes);
        let mut payload = vec![0; length as usize];
        self.file.read_exact(&mut payload)?;
        let is_whole = checksum(self.begin, self.at, &head[..SAID], &payload) == head[SAID..];
        let ends = head[1] == 1;
        self.at += HEAD as u64 + u64::from(length);
        if ends {
            self.begin = self.at;
        }
        Ok(Some(Record { kind: head[0], ends, epoch, payload, is_whole }))
    }
}

fn not_a_log() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is not a log of this version, or is damaged")
}

fn checksum(begin: u64, at: u64, head: &[u8], payload: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&begin.to_le_bytes()).update(&at.to_le_bytes()).update(head).update(payload);
    *hasher.finalize().as_bytes()
}

/// The file, open for writing.
pub(super) struct Log {
    path: PathBuf,
    file: File,
    /// Where the last commit ends.
    end: u64,
    changes: usize,
    /// Whether a commit is on the disk when it is done.
    synced: bool,
    /// Whether what stands after the last commit could not be cut off.
    broken: bool,
}

impl Log {
    /// Makes a file that goes on from a state, with a commit if there are changes, and opens it for writing.
    pub(super) fn create(
        path: &Path,
        id: &str,
        base: u64,
        (changes, epoch): (&[Change], u64),
        synced: bool,
    ) -> Result<Self, StoreError> {
        let make = || {
            let mut file = File::create(path)?;
            let mut header = MARK.to_vec();
            header.extend(id.as_bytes());
            header.extend(base.to_le_bytes());
            header.extend(blake3::hash(&header).as_bytes());
            file.write_all(&header)?;
            let mut end = HEADER as u64;
            if !changes.is_empty() {
                end = write_commit(&mut file, end, changes, epoch)?;
            }
            file.sync_all()?;
            Ok((file, end))
        };
        let (file, end) = make().map_err(StoreError::file(path))?;
        Ok(Self { path: path.to_owned(), file, end, changes: changes.len(), synced, broken: false })
    }

    /// Under the name that the file has from now on.
    pub(super) fn renamed(self, path: PathBuf) -> Self {
        Self { path, ..self }
    }

    /// Opens the file for writing and cuts off what was never done.
    pub(super) fn open(path: &Path, found: &Found, synced: bool) -> Result<Self, StoreError> {
        let open = || {
            let mut file = OpenOptions::new().read(true).write(true).open(path)?;
            if file.metadata()?.len() != found.end {
                file.set_len(found.end)?;
                file.sync_all()?;
            }
            file.seek(SeekFrom::Start(found.end))?;
            Ok(file)
        };
        let file = open().map_err(StoreError::file(path))?;
        Ok(Self { path: path.to_owned(), file, end: found.end, changes: found.changes, synced, broken: false })
    }

    /// Bytes of the file.
    pub(super) fn len(&self) -> u64 {
        self.end
    }

    /// How many changes it holds.
    pub(super) fn changes(&self) -> usize {
        self.changes
    }

    /// Appends a commit. Nothing has changed if this fails.
    pub(super) fn append(&mut self, changes: &[Change], epoch: u64) -> Result<(), StoreError> {
        if self.broken {
            self.cut().map_err(StoreError::file(&self.path))?;
            self.broken = false;
        }
        let written = write_commit(&mut self.file, self.end, changes, epoch);
        let synced = written.and_then(|end| if self.synced { self.file.sync_data().map(|()| end) } else { Ok(end) });
        match synced {
            Ok(end) => {
                self.end = end;
                self.changes += changes.len();
                Ok(())
            }
            Err(error) => {
                self.broken = self.cut().is_err();
                Err(StoreError::file(&self.path)(error))
            }
        }
    }

    /// Removes what stands after the last commit.
    fn cut(&mut self) -> io::Result<()> {
        self.file.set_len(self.end)?;
        self.file.seek(SeekFrom::Start(self.end)).map(drop)
    }
}

/// Writes a commit that begins at a place, and tells where it ends.
fn write_commit(file: &mut File, at: u64, changes: &[Change], epoch: u64) -> io::Result<u64> {
    let mut records = Writing { begin: at, at, epoch, kind: b'+', payload: Vec::new() };
    changes.iter().try_for_each(|change| records.push(change, file))?;
    records.write(true, file)?;
    Ok(records.at)
}

/// Records on their way to a file.
struct Writing {
    /// Where the commit begins.
    begin: u64,
    at: u64,
    epoch: u64,
    kind: u8,
    payload: Vec<u8>,
}

impl Writing {
    fn push(&mut self, change: &Change, file: &mut File) -> io::Result<()> {
        let (kind, quad) = written(change);
        if kind != self.kind || self.payload.len() >= RECORD {
            self.write(false, file)?;
            self.kind = kind;
        }
        writeln!(self.payload, "{quad} .")
    }

    fn write(&mut self, ends: bool, file: &mut File) -> io::Result<()> {
        if self.payload.is_empty() && !ends {
            return Ok(());
        }
        let length = u32::try_from(self.payload.len()).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
        let mut record = vec![self.kind, u8::from(ends)];
        record.extend(length.to_le_bytes());
        record.extend(self.epoch.to_le_bytes());
        record.extend(checksum(self.begin, self.at, &record, &self.payload));
        record.append(&mut self.payload);
        file.write_all(&record)?;
        self.at += record.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
