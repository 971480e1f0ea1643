//! A store's quads on disk without RocksDB: a file to which every commit is appended, and which is read whole when the
//! store is opened.
//!
//! The file is a mark and records. A record holds changes of one kind, as N-Quads, and a checksum over all of it, its place,
//! and the place where its commit begins. The last record of a commit says so and is on the disk before the commit is done:
//! what follows the last such record was never promised, and is cut off, unless another commit begins behind it, which
//! none does before the one before it is done: then the file is damaged. A file that is mostly about what is no more is
//! written anew, beside, and renamed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use oxrdf::{GraphName, NamedNode, NamedOrBlankNode, Quad};
use oxttl::NQuadsParser;

use super::error::StoreError;
use crate::index::Change;

const FILE: &str = "quads.log";
/// What is being written anew.
const BESIDE: &str = "quads.log.new";
const MARK: &[u8; 16] = b"citypact quads 1";
/// Kind, whether it ends a commit, length, checksum.
const HEAD: usize = 1 + 1 + 4 + 32;
/// A record is ended when it holds so many bytes.
const RECORD: usize = 1 << 20;

/// Where changes go.
pub(super) type Push<'a> = dyn FnMut(&Change) -> Result<(), StoreError> + 'a;

/// Whether a store of this kind is in a directory.
pub(super) fn is_there(directory: &Path) -> io::Result<bool> {
    directory.join(FILE).try_exists()
}

/// The name of a file that an attempt that was killed may have left.
pub(super) fn is_left_over(name: &str) -> bool {
    name == BESIDE
}

/// The file, open for writing.
pub(super) struct Journal {
    path: PathBuf,
    state: Mutex<State>,
}

struct State {
    file: File,
    /// Where the last commit ends.
    end: u64,
    /// Whether what stands after that could not be cut off.
    broken: bool,
}

/// How a file was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Where the last commit ends.
    end: u64,
    inserts: u64,
    others: u64,
}

impl Found {
    /// Whether most of it is about what is no more.
    pub(super) fn is_stale(self) -> bool {
        self.others > 10_000.max(self.inserts / 4)
    }
}

/// Reads the changes of all commits, in their order.
pub(super) fn read(
    directory: &Path,
    mut take: impl FnMut(Change) -> Result<(), StoreError>,
) -> Result<Found, StoreError> {
    let path = directory.join(FILE);
    let end = last_commit(&path)?;
    let mut found = Found { end, ..Found::default() };
    let mut records = Records::open(&path).map_err(StoreError::file(&path))?;
    while records.at < end
        && let Some(record) = records.next().map_err(StoreError::file(&path))?
    {
        let counter = if record.kind == b'+' { &mut found.inserts } else { &mut found.others };
        for quad in NQuadsParser::new().lenient().for_slice(&record.payload) {
            let quad = quad.map_err(|error| damaged(&path, error.to_string()))?;
            *counter += 1;
            let change = change(record.kind, quad).ok_or_else(|| damaged(&path, "a change of no known kind"))?;
            take(change)?;
        }
    }
    Ok(found)
}

/// Where the last whole commit ends.
fn last_commit(path: &Path) -> Result<u64, StoreError> {
    let mut records = Records::open(path).map_err(StoreError::file(path))?;
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
        && bytes.get(HEAD..HEAD + length).is_some_and(|payload| checksum(at, at, &head[..6], payload) == head[6..])
}

fn damaged(path: &Path, reason: impl Into<String>) -> StoreError {
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
fn written(change: &Change) -> (u8, std::borrow::Cow<'_, Quad>) {
    use std::borrow::Cow;
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
    fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut file = BufReader::with_capacity(1 << 18, file);
        let mut mark = [0; MARK.len()];
        if length < MARK.len() as u64 || file.read_exact(&mut mark).is_err() || mark != *MARK {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is not a journal of quads of this version"));
        }
        let at = MARK.len() as u64;
        Ok(Self { file, begin: at, at, length })
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
        let mut payload = vec![0; length as usize];
        self.file.read_exact(&mut payload)?;
        let is_whole = checksum(self.begin, self.at, &head[..6], &payload) == head[6..];
        let ends = head[1] == 1;
        self.at += HEAD as u64 + u64::from(length);
        if ends {
            self.begin = self.at;
        }
        Ok(Some(Record { kind: head[0], ends, payload, is_whole }))
    }
}

fn checksum(begin: u64, at: u64, head: &[u8], payload: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&begin.to_le_bytes()).update(&at.to_le_bytes()).update(head).update(payload);
    *hasher.finalize().as_bytes()
}

impl Journal {
    /// Makes the file in a directory that has none.
    pub(super) fn create(directory: &Path) -> Result<(), StoreError> {
        write_anew(directory, |_| Ok(()))
    }

    /// Opens the file for writing and cuts off what was never done.
    pub(super) fn open(directory: &Path, found: Found) -> Result<Self, StoreError> {
        let path = directory.join(FILE);
        let open = || {
            let mut file = OpenOptions::new().read(true).write(true).open(&path)?;
            if file.metadata()?.len() != found.end {
                file.set_len(found.end)?;
                file.sync_all()?;
            }
            file.seek(SeekFrom::Start(found.end))?;
            Ok(file)
        };
        let file = open().map_err(StoreError::file(&path))?;
        Ok(Self { path, state: Mutex::new(State { file, end: found.end, broken: false }) })
    }

    /// Begins a commit. The caller has the writer's turn.
    pub(super) fn begin(&self) -> Result<Commit<'_>, StoreError> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.broken {
            return Err(damaged(&self.path, "an earlier write failed, and what it left could not be removed"));
        }
        let at = state.end;
        Ok(Commit { path: &self.path, state, records: Writing::new(at), done: false })
    }

    /// Puts a commit with these changes on the disk. Nothing has changed if this fails.
    pub(super) fn append(&self, changes: &[Change]) -> Result<(), StoreError> {
        let mut commit = self.begin()?;
        changes.iter().try_for_each(|change| commit.push(change))?;
        commit.finish()
    }

    /// Writes the file anew with what is given.
    pub(super) fn rewrite(&self, fill: impl FnOnce(&mut Push<'_>) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let directory = self.path.parent().unwrap_or(Path::new("."));
        write_anew(directory, fill)?;
        // From here on the old file is nobody's.
        let open = || {
            let mut file = OpenOptions::new().read(true).write(true).open(&self.path)?;
            let end = file.seek(SeekFrom::End(0))?;
            Ok((file, end))
        };
        match open() {
            Ok((file, end)) => *state = State { file, end, broken: false },
            Err(error) => {
                state.broken = true;
                return Err(StoreError::file(&self.path)(error));
            }
        }
        Ok(())
    }
}

/// Writes a file with one commit beside its place, and puts it there.
pub(super) fn write_anew(
    directory: &Path,
    fill: impl FnOnce(&mut Push<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let (beside, path) = (directory.join(BESIDE), directory.join(FILE));
    let begin = || {
        let mut file = File::create(&beside)?;
        file.write_all(MARK).map(|()| file)
    };
    let mut file = begin().map_err(StoreError::file(&beside))?;
    let mut records = Writing::new(MARK.len() as u64);
    fill(&mut |change| records.push(change, &mut file).map_err(StoreError::file(&beside)))?;
    let mut end = || {
        records.end(&mut file)?;
        file.sync_all()?;
        fs::rename(&beside, &path)?;
        sync_directory(directory)
    };
    end().map_err(StoreError::file(&beside))
}

/// A renamed file is safe once its directory is written. Where directories cannot be opened there is nothing to do.
fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}

/// Records on their way to a file.
struct Writing {
    /// Where the commit begins.
    begin: u64,
    at: u64,
    kind: u8,
    payload: Vec<u8>,
}

impl Writing {
    /// A commit that begins at a place of the file.
    fn new(at: u64) -> Self {
        Self { begin: at, at, kind: b'+', payload: Vec::new() }
    }

    fn push(&mut self, change: &Change, file: &mut File) -> io::Result<()> {
        let (kind, quad) = written(change);
        self.push_quad(kind, &quad, file)
    }

    fn push_quad(&mut self, kind: u8, quad: &Quad, file: &mut File) -> io::Result<()> {
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
        let mut head = vec![self.kind, u8::from(ends)];
        head.extend(length.to_le_bytes());
        head.extend(checksum(self.begin, self.at, &head[..6], &self.payload));
        file.write_all(&head)?;
        file.write_all(&self.payload)?;
        self.at += HEAD as u64 + u64::from(length);
        self.payload.clear();
        Ok(())
    }

    fn end(&mut self, file: &mut File) -> io::Result<()> {
        self.write(true, file)
    }
}

/// A commit on its way. Dropped before its end, it leaves nothing.
pub(super) struct Commit<'a> {
    path: &'a Path,
    state: MutexGuard<'a, State>,
    records: Writing,
    done: bool,
}

impl Commit<'_> {
    pub(super) fn push(&mut self, change: &Change) -> Result<(), StoreError> {
        self.records.push(change, &mut self.state.file).map_err(StoreError::file(self.path))
    }

    /// A quad more.
    pub(super) fn insert(&mut self, quad: &Quad) -> Result<(), StoreError> {
        self.records.push_quad(b'+', quad, &mut self.state.file).map_err(StoreError::file(self.path))
    }

    /// Puts it on the disk.
    pub(super) fn finish(mut self) -> Result<(), StoreError> {
        let ended = self.records.end(&mut self.state.file).and_then(|()| self.state.file.sync_data());
        ended.map_err(StoreError::file(self.path))?;
        self.state.end = self.records.at;
        self.done = true;
        Ok(())
    }
}

impl Drop for Commit<'_> {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        let end = self.state.end;
        let cut = self.state.file.set_len(end).and_then(|()| self.state.file.seek(SeekFrom::Start(end)));
        self.state.broken = cut.is_err();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxrdf::{BlankNode, Literal, Triple};

    fn directory(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("citypact-journal-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        path
    }

    fn node(name: &str) -> NamedNode {
        NamedNode::new_unchecked(format!("http://a/{name}"))
    }

    fn all(directory: &Path) -> Result<Vec<Change>, StoreError> {
        let mut changes = Vec::new();
        read(directory, |change| {
            changes.push(change);
            Ok(())
        })?;
        Ok(changes)
    }

    fn opened(directory: &Path) -> Journal {
        let found = read(directory, |_| Ok(())).unwrap();
        Journal::open(directory, found).unwrap()
    }

    fn commits() -> Vec<Vec<Change>> {
        let quad =
            |object: oxrdf::Term, graph: GraphName| Quad::new(BlankNode::new_unchecked("b"), node("p"), object, graph);
        let triple = Triple::new(node("s"), node("p"), Literal::new_simple_literal("a\n\"\u{0}\\\u{85}"));
        let tagged = Literal::new_directional_language_tagged_literal_unchecked("x", "ar", oxrdf::BaseDirection::Rtl);
        vec![
            vec![
                Change::Insert(quad(triple.into(), node("g").into())),
                Change::Insert(quad(tagged.into(), GraphName::DefaultGraph)),
                Change::Insert(quad(
                    Literal::new_language_tagged_literal_unchecked("x", "zh-hans").into(),
                    BlankNode::new_unchecked("g").into(),
                )),
                Change::Remove(quad(node("an odd {iri}").into(), node("g").into())),
                Change::Insert(quad(node("o").into(), node("g").into())),
            ],
            vec![
                Change::Create(node("g2").into()),
                Change::Clear(GraphName::DefaultGraph),
                Change::Clear(node("g").into()),
                Change::Drop(BlankNode::new_unchecked("g").into()),
            ],
            vec![Change::Insert(quad(node("o2").into(), node("g").into()))],
        ]
    }

    fn filled(name: &str) -> PathBuf {
        let path = directory(name);
        Journal::create(&path).unwrap();
        let journal = opened(&path);
        commits().iter().for_each(|commit| journal.append(commit).unwrap());
        path
    }

    #[test]
    fn what_was_committed_is_read_in_its_order() {
        let path = filled("order");
        assert_eq!(all(&path).unwrap(), commits().concat());
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn a_file_cut_at_any_byte_holds_whole_commits() {
        let path = filled("cut");
        let bytes = fs::read(path.join(FILE)).unwrap();
        let mut counts = std::collections::BTreeSet::new();
        for length in MARK.len()..=bytes.len() {
            fs::write(path.join(FILE), &bytes[..length]).unwrap();
            let found = all(&path).unwrap();
            let whole = (0..=3).find(|count| found == commits()[..*count].concat());
            counts.insert(whole.unwrap_or_else(|| panic!("cut at {length}: {found:?}")));
            // And what is appended then is found.
            if length % 7 == 0 {
                opened(&path).append(&commits()[2]).unwrap();
                assert_eq!(all(&path).unwrap(), [found, commits()[2].clone()].concat(), "cut at {length}");
            }
        }
        assert_eq!(counts.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
        fs::write(path.join(FILE), &bytes[..5]).unwrap();
        assert!(all(&path).is_err());
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn a_damaged_byte_is_never_read_as_data() {
        let path = filled("damaged");
        let bytes = fs::read(path.join(FILE)).unwrap();
        for at in MARK.len()..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x20;
            fs::write(path.join(FILE), damaged).unwrap();
            // The last commit alone may be one that was never done.
            match all(&path) {
                Ok(found) => assert_eq!(found, commits()[..2].concat(), "byte {at}"),
                Err(error) => assert!(matches!(error, StoreError::File { .. }), "byte {at}: {error}"),
            }
        }
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn a_commit_that_is_given_up_leaves_nothing() {
        let path = filled("given-up");
        let journal = opened(&path);
        let mut commit = journal.begin().unwrap();
        commits().concat().iter().for_each(|change| commit.push(change).unwrap());
        drop(commit);
        assert_eq!(all(&path).unwrap(), commits().concat());
        journal.append(&commits()[2]).unwrap();
        assert_eq!(all(&path).unwrap().len(), commits().concat().len() + 1);
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn a_file_is_written_anew_in_one_piece() {
        let path = filled("anew");
        let journal = opened(&path);
        journal.rewrite(|push| commits()[0].iter().try_for_each(push)).unwrap();
        assert_eq!(all(&path).unwrap(), commits()[0]);
        let given_up = journal.rewrite(|push| {
            push(&commits()[1][0])?;
            Err(StoreError::Interrupted)
        });
        assert!(given_up.is_err());
        journal.append(&commits()[1]).unwrap();
        assert_eq!(all(&path).unwrap(), commits()[..2].concat());
        fs::remove_dir_all(path).unwrap();
    }
}
