//! Where bytes come from: files, memory, standard input; plain, gzip or Zstandard.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Container, ReadError};
use crate::location::{Diagnostic, Location, Severity};

const BUFFER: usize = 256 * 1024;
const GZIP: &[u8] = &[0x1F, 0x8B];
const ZSTANDARD: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];

/// Something records are read from. It can be opened any number of times.
#[derive(Debug, Clone)]
pub enum Input {
    /// A file. The suffix says what it contains; `.gz` and `.zst` after it how it is compressed.
    Path(PathBuf),
    /// Bytes in memory; the name is looked at as a path is.
    Bytes {
        /// What messages call it.
        name: Arc<str>,
        /// The bytes.
        bytes: Arc<[u8]>,
    },
    /// What could be read only once and was copied to a temporary file: standard input, a pipe.
    Stream(Spool),
    /// A stream that is read once, as it comes.
    Once(Once),
    /// Another input, whose readers tell how far they are.
    Watched(Box<Self>, Watch),
    /// Lines out of the middle of an input of JSON Lines.
    Part(Box<Self>, Whole),
}

/// The input that another is a part of, and the line at which that part begins in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// The name of the whole.
    pub name: Arc<str>,
    /// How many of its lines stand before the part.
    pub before: u64,
}

/// Where records come from that were made from what stands elsewhere, such as the rows of a table.
pub trait Origin: fmt::Debug + Send + Sync {
    /// The place, in what it was made from, of the value that a JSON pointer leads to within the record on a line, counted
    /// from 0; of the whole record where the pointer is empty. Two lines have two places.
    fn locate(&self, file: &Arc<str>, line: u64, pointer: &str) -> Location;
}

/// Is told of all bytes read from an input, compressed ones as they are.
#[derive(Clone)]
pub struct Watch(Arc<dyn Fn(u64) + Send + Sync>);

impl Watch {
    /// Calls `read` with the length of every piece read, from whatever thread reads it.
    pub fn new(read: impl Fn(u64) + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}

struct WatchedReader {
    reader: Box<dyn Read + Send>,
    watch: Watch,
}

impl Read for WatchedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        (self.watch.0)(read as u64);
        Ok(read)
    }
}

/// A stream of which nothing is kept: whoever opens it first has it.
#[derive(Clone)]
pub struct Once {
    name: Arc<str>,
    stream: Arc<Mutex<Option<Box<dyn Read + Send>>>>,
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Once").field(&self.name).finish()
    }
}

/// A stream copied to a temporary file that no directory names, so that nothing of it stays behind.
#[derive(Debug, Clone)]
pub struct Spool {
    name: Arc<str>,
    file: Arc<Mutex<File>>,
}

impl Spool {
    /// Reads all of `stream`. `name` is what messages call it.
    ///
    /// # Errors
    /// Where the stream cannot be read or the temporary file not be written.
    pub fn new(name: impl Into<Arc<str>>, stream: &mut impl Read) -> io::Result<Self> {
        let mut file = tempfile::tempfile()?;
        io::copy(stream, &mut file)?;
        Ok(Self::from_file(name, file))
    }

    /// What stands in a temporary file.
    pub fn from_file(name: impl Into<Arc<str>>, file: File) -> Self {
        Self { name: name.into(), file: Arc::new(Mutex::new(file)) }
    }

    /// What messages call it.
    pub fn name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    /// Its bytes from the start, decompressed.
    ///
    /// # Errors
    /// Where it cannot be read, or is not compressed as its first bytes say.
    pub fn reader(&self) -> io::Result<Box<dyn BufRead + Send>> {
        decompress(BufReader::with_capacity(BUFFER, self.raw()))
    }

    fn raw(&self) -> Box<dyn Read + Send> {
        Box::new(SpoolReader { file: Arc::clone(&self.file), position: 0 })
    }
}

struct SpoolReader {
    file: Arc<Mutex<File>>,
    position: u64,
}

impl Read for SpoolReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.position))?;
        let read = file.read(buffer)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Input {
    /// Bytes in memory under a name whose suffix says what they contain, such as `records.jsonl`.
    pub fn bytes(name: impl Into<Arc<str>>, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self::Bytes { name: name.into(), bytes: bytes.into() }
    }

    /// A stream that is opened once, such as for a conversion that knows what its records share ([`crate::convert::Options::survey`]).
    pub fn once(name: impl Into<Arc<str>>, stream: impl Read + Send + 'static) -> Self {
        Self::Once(Once { name: name.into(), stream: Arc::new(Mutex::new(Some(Box::new(stream)))) })
    }

    /// The input that an argument names: `-` is standard input; a path that is no regular file (a pipe) is copied.
    ///
    /// # Errors
    /// Where standard input or the pipe cannot be read.
    pub fn from_argument(argument: &Path) -> io::Result<Self> {
        if argument.as_os_str() == "-" {
            return Spool::new("-", &mut io::stdin().lock()).map(Self::Stream);
        }
        let one_time = argument.metadata().is_ok_and(|data| !data.is_file() && !data.is_dir());
        if one_time {
            return Spool::new(argument.to_string_lossy(), &mut File::open(argument)?).map(Self::Stream);
        }
        Ok(Self::Path(argument.to_owned()))
    }

    /// What messages call it: the path as given, `-` for standard input.
    pub fn name(&self) -> Arc<str> {
        match self {
            Self::Path(path) => path.to_string_lossy().into(),
            Self::Bytes { name, .. } => Arc::clone(name),
            Self::Stream(spool) => spool.name(),
            Self::Part(_, whole) => Arc::clone(&whole.name),
            Self::Once(once) => Arc::clone(&once.name),
            Self::Watched(input, _) => input.name(),
        }
    }

    /// The same input as a part of another, of JSON Lines: it bears that one's name, and its lines are counted as in that one.
    #[must_use]
    pub fn part_of(self, whole: Whole) -> Self {
        Self::Part(Box::new(self), whole)
    }

    /// What it is a part of.
    pub(super) fn whole(&self) -> Option<&Whole> {
        match self {
            Self::Part(_, whole) => Some(whole),
            Self::Watched(input, _) => input.whole(),
            _ => None,
        }
    }

    /// The same input, of whose reading `watch` is told.
    #[must_use]
    pub fn watched(self, watch: Watch) -> Self {
        Self::Watched(Box::new(self), watch)
    }

    /// How many bytes it has, compressed ones as they are.
    ///
    /// # Errors
    /// Where there is no such file, or a stream does not say.
    pub fn length(&self) -> io::Result<u64> {
        match self {
            Self::Path(path) => path.metadata().map(|data| data.len()),
            Self::Bytes { bytes, .. } => Ok(bytes.len() as u64),
            Self::Stream(spool) => Ok(spool.file.lock().unwrap_or_else(PoisonError::into_inner).metadata()?.len()),
            Self::Once(_) => Err(io::ErrorKind::Unsupported.into()),
            Self::Part(input, _) | Self::Watched(input, _) => input.length(),
        }
    }

    /// Whether it was a stream, whose name says nothing of what it contains.
    pub fn is_stream(&self) -> bool {
        match self {
            Self::Part(input, _) | Self::Watched(input, _) => input.is_stream(),
            _ => matches!(self, Self::Stream(_) | Self::Once(_)),
        }
    }

    /// The name without directories, the suffix of a compression, and one suffix more; `stdin` for `-`.
    pub fn stem(&self) -> String {
        stem(&self.name())
    }

    /// The suffix of its name in lower case, without the dot, once `.gz` and `.zst` are taken off.
    pub fn suffix(&self) -> Option<String> {
        let name = self.name().to_ascii_lowercase();
        uncompressed(&name).unwrap_or(&name).rsplit_once('.').map(|(_, suffix)| suffix.to_owned())
    }

    /// A warning where its name says that it is compressed, and its bytes are not; they are read as they are.
    pub fn misnaming(&self) -> Option<Diagnostic> {
        if self.whole().is_some() {
            return None;
        }
        let name = self.name();
        let suffix = [".gz", ".zst"].into_iter().find(|suffix| name.to_ascii_lowercase().ends_with(suffix))?;
        let mut head = Vec::new();
        self.raw().ok()?.take(4).read_to_end(&mut head).ok()?;
        let is_packed = head.starts_with(GZIP) || head.starts_with(ZSTANDARD);
        let tool = if suffix == ".gz" { "gzip" } else { "zstd" };
        (!is_packed && !head.is_empty()).then(|| Diagnostic {
            severity: Severity::Warning,
            at: Location::new(name, 0, 0),
            pointer: String::new(),
            reason: format!("the file is named `{suffix}` and is not compressed; it is read as it is"),
            remedy: Some(format!("take `{suffix}` off its name, or compress it with {tool}")),
        })
    }

    /// The container that its suffix names; of a part JSON Lines, whatever the whole is called.
    pub fn container(&self) -> Option<Container> {
        if self.whole().is_some() {
            return Some(Container::JsonLines);
        }
        self.suffix().and_then(|suffix| Container::from_suffix(&suffix))
    }

    /// Its bytes, decompressed.
    ///
    /// # Errors
    /// Where it cannot be read, or is not compressed as its first bytes say.
    pub fn reader(&self) -> io::Result<Box<dyn BufRead + Send>> {
        decompress(BufReader::with_capacity(BUFFER, self.raw()?))
    }

    fn raw(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Path(path) => Box::new(File::open(path).and_then(refuse_directory)?),
            Self::Bytes { bytes, .. } => Box::new(io::Cursor::new(Arc::clone(bytes))),
            Self::Stream(spool) => spool.raw(),
            Self::Part(input, _) => input.raw()?,
            Self::Once(once) => {
                let mut stream = once.stream.lock().unwrap_or_else(PoisonError::into_inner);
                stream.take().ok_or_else(|| io::Error::new(io::ErrorKind::Unsupported, "it can be read only once"))?
            }
            Self::Watched(input, watch) => Box::new(WatchedReader { reader: input.raw()?, watch: watch.clone() }),
        })
    }

    /// The bytes, decompressed, without a byte order mark.
    pub(super) fn text(&self) -> Result<Box<dyn BufRead + Send>, ReadError> {
        let fail = |cause| ReadError::Open { name: self.name(), cause };
        let mut raw = BufReader::with_capacity(BUFFER, self.raw().map_err(fail)?);
        let empty = raw.fill_buf().map_err(fail)?.is_empty();
        if empty && self.whole().is_none() && uncompressed(&self.name().to_ascii_lowercase()).is_some() {
            return Err(fail(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "it is empty, and so holds no compressed data",
            )));
        }
        let mut plain = decompress(raw).map_err(fail)?;
        let head = plain.fill_buf().map_err(fail)?;
        if let Some(encoding) = foreign_encoding(head) {
            return Err(ReadError::Encoding { name: self.name(), encoding });
        }
        let mark = if head.starts_with("\u{FEFF}".as_bytes()) { 3 } else { 0 };
        plain.consume(mark);
        Ok(plain)
    }
}

/// A name without directories, the suffix of a compression, and one suffix more; `stdin` for `-`.
pub(super) fn stem(name: &str) -> String {
    if name == "-" {
        return "stdin".to_owned();
    }
    let file = Path::new(name).file_name().unwrap_or_default().to_string_lossy();
    let plain = uncompressed(&file.to_ascii_lowercase()).map_or(&*file, |plain| &file[..plain.len()]);
    let stem = plain.rsplit_once('.').map_or(plain, |(stem, _)| stem);
    if stem.is_empty() { file.into_owned() } else { stem.to_owned() }
}

/// The name without the suffix of a compression, if it has one.
fn uncompressed(name: &str) -> Option<&str> {
    name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst"))
}

fn refuse_directory(file: File) -> io::Result<File> {
    let kind = file.metadata()?.file_type();
    if kind.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"));
    }
    if !kind.is_file() {
        return Err(io::Error::new(io::ErrorKind::Unsupported, "it can be read only once; give it as `-`"));
    }
    Ok(file)
}

/// Compression is known by its first bytes, so that a wrong or absent suffix does no harm.
fn decompress(mut raw: BufReader<Box<dyn Read + Send>>) -> io::Result<Box<dyn BufRead + Send>> {
    let head = raw.fill_buf()?;
    if head.starts_with(GZIP) {
        Ok(Box::new(BufReader::with_capacity(BUFFER, flate2::bufread::MultiGzDecoder::new(raw))))
    } else if head.starts_with(ZSTANDARD) {
        Ok(Box::new(BufReader::with_capacity(BUFFER, zstd::Decoder::with_buffer(raw)?)))
    } else {
        Ok(Box::new(raw))
    }
}

fn foreign_encoding(head: &[u8]) -> Option<&'static str> {
    match head {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => Some("UTF-32"),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some("UTF-16"),
        [b'{' | b'[', 0, ..] | [0, b'{' | b'[', ..] => Some("UTF-16"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_keep_what_tells_files_apart() {
        for (name, stem) in [
            ("a/b/2024.01.jsonl.GZ", "2024.01"),
            ("2024.02.csv", "2024.02"),
            ("kunming", "kunming"),
            (".jsonl", ".jsonl"),
            ("-", "stdin"),
            ("昆明.json.zst", "昆明"),
        ] {
            assert_eq!(Input::bytes(name, *b"").stem(), stem);
        }
    }
}
