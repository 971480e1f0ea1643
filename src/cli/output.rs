//! Files that commands write: whole or absent, compressed where their suffix says so, in the format that the suffix before
//! it names, and never in the place of what the command reads.

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::edge::Edge;
use super::report::{Failure, Result};
use crate::atomic::AtomicFile;
use crate::format::Syntax;

/// Zstandard's own default.
const LEVEL: i32 = 3;

/// A file on its way; it is there once it is committed.
pub struct OutFile(Packed);

enum Packed {
    Plain(AtomicFile),
    Gzip(GzEncoder<AtomicFile>),
    Zstandard(zstd::Encoder<'static, AtomicFile>),
}

impl OutFile {
    /// Begins the file that is to stand at `path`.
    ///
    /// # Errors
    /// Where it cannot be written, and where it is one of `inputs` by whatever name.
    pub fn create<'p>(path: &Path, inputs: impl IntoIterator<Item = &'p PathBuf>) -> Result<Self> {
        if let Some(input) = inputs.into_iter().find(|input| is_same(path, input)) {
            return Err(Failure::usage(format!(
                "{} would be written in the place of {}, which is read",
                path.display(),
                input.display()
            ))
            .hint("name another file"));
        }
        let file = AtomicFile::create(path)?;
        let packed = match compression(path) {
            Some(Compressed::Gzip) => Packed::Gzip(GzEncoder::new(file, Compression::default())),
            Some(Compressed::Zstandard) => Packed::Zstandard(zstd::Encoder::new(file, LEVEL)?),
            None => Packed::Plain(file),
        };
        Ok(Self(packed))
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// Where the last bytes cannot be written, or the file cannot be renamed.
    pub fn commit(self) -> Result<()> {
        let file = match self.0 {
            Packed::Plain(file) => Ok(file),
            Packed::Gzip(encoder) => encoder.finish(),
            Packed::Zstandard(encoder) => encoder.finish(),
        };
        Ok(file.and_then(AtomicFile::commit)?)
    }
}

impl Write for OutFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Packed::Plain(file) => file.write(bytes),
            Packed::Gzip(encoder) => encoder.write(bytes),
            Packed::Zstandard(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Packed::Plain(file) => file.flush(),
            // A block that is ended early compresses worse, and nobody reads the file before it is whole.
            Packed::Gzip(_) | Packed::Zstandard(_) => Ok(()),
        }
    }
}

/// Writes a file with `write` and puts it in its place; nothing is there where that fails.
///
/// # Errors
/// Those of [`OutFile`] and of `write`.
pub fn to_file<'p, T>(
    path: &Path,
    inputs: impl IntoIterator<Item = &'p PathBuf>,
    write: impl FnOnce(&mut OutFile) -> Result<T>,
) -> Result<T> {
    let mut file = OutFile::create(path, inputs)?;
    let written = write(&mut file)?;
    file.commit()?;
    Ok(written)
}

/// Refuses two outputs in one place.
///
/// # Errors
/// Where two of the paths are one.
pub fn apart(outputs: &[Option<&Path>]) -> Result<()> {
    let outputs: Vec<&Path> = outputs.iter().copied().flatten().collect();
    for (i, one) in outputs.iter().enumerate() {
        if outputs[i + 1..].iter().any(|other| one == other || is_same(one, other)) {
            return Err(Failure::usage(format!("{} would be written twice", one.display())).hint("name another file"));
        }
    }
    Ok(())
}

/// Whether two names lead to one regular file, links of either sort followed.
fn is_same(one: &Path, other: &Path) -> bool {
    let (Ok(first), Ok(second)) = (one.metadata(), other.metadata()) else { return false };
    if !first.is_file() || !second.is_file() {
        return false;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        (first.dev(), first.ino()) == (second.dev(), second.ino())
    }
    #[cfg(not(unix))]
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

#[derive(Debug, Clone, Copy)]
enum Compressed {
    Gzip,
    Zstandard,
}

fn compression(path: &Path) -> Option<Compressed> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "gz" => Some(Compressed::Gzip),
        "zst" => Some(Compressed::Zstandard),
        _ => None,
    }
}

/// The suffix of a file's name in lower case, once `.gz` and `.zst` are taken off.
pub fn suffix(path: &Path) -> Option<String> {
    let plain = if compression(path).is_some() { path.with_extension("") } else { path.to_owned() };
    plain.extension().map(|suffix| suffix.to_string_lossy().to_ascii_lowercase())
}

/// The format that the suffix of `out` names; none where there is no suffix.
///
/// # Errors
/// Where no format has it.
pub fn by_suffix<F, E: fmt::Display>(
    out: Option<&Path>,
    parse: impl FnOnce(&str) -> std::result::Result<F, E>,
) -> Result<Option<F>> {
    let Some(path) = out else { return Ok(None) };
    let Some(suffix) = suffix(path) else { return Ok(None) };
    parse(&suffix).map(Some).map_err(|reason| {
        Failure::usage(format!("the suffix of {} does not say how to write it: {reason}", path.display()))
            .hint("give the file another suffix, or say the format with --to")
    })
}

/// Tells that a syntax writes all graphs as one.
pub fn say_dropped(syntax: Syntax, edge: &Edge) {
    if !syntax.has_graphs() {
        edge.say(format_args!(
            "{syntax} has no graphs: all statements are written as one, without the documents that they come from\n  \
             Hint: trig, nquads and jsonld keep them apart"
        ));
    }
}

/// Writes bytes to standard output at once.
pub fn flush(bytes: &[u8], edge: &Edge) -> io::Result<()> {
    let mut out = edge.stdout();
    out.write_all(bytes)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_found_below_those_of_compressions() {
        for (name, wanted) in
            [("a.ttl", Some("ttl")), ("a.NQ.gz", Some("nq")), ("a.b.zst", Some("b")), ("a.gz", None), ("a", None)]
        {
            assert_eq!(suffix(Path::new(name)).as_deref(), wanted, "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_the_same_by_any_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("a"), "a").unwrap();
        std::fs::write(path("b"), "a").unwrap();
        std::os::unix::fs::symlink(path("a"), path("soft")).unwrap();
        std::fs::hard_link(path("a"), path("hard")).unwrap();
        for name in ["a", "soft", "hard", "./a"] {
            assert!(OutFile::create(&path(name), &[path("a")]).is_err(), "{name}");
        }
        assert!(OutFile::create(&path("c"), &[path("a")]).is_ok());
        assert!(OutFile::create(&path("b"), &[path("a")]).is_ok());
        assert!(apart(&[Some(&path("a")), None, Some(&path("soft"))]).is_err());
    }
}
