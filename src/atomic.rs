//! Files that appear whole or not at all.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempPath;

/// The temporary files and directories of this process that are not whole yet.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn unfinished() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// No file begins and none is put in its place while this lives.
#[derive(Debug)]
pub struct Standstill {
    _files: MutexGuard<'static, BTreeSet<PathBuf>>,
}

/// Removes every file of this process that is not whole, for a process about to end at once, as after an interrupt.
#[must_use = "files may begin again when the standstill is dropped"]
pub fn abandon_all() -> Standstill {
    let mut files = unfinished();
    for file in std::mem::take(&mut *files) {
        // One that cannot be removed stays behind under its temporary name.
        let _ = if file.is_dir() { fs::remove_dir_all(file) } else { fs::remove_file(file) };
    }
    Standstill { _files: files }
}

/// A directory that is being filled: an interrupt removes it while this lives.
#[derive(Debug)]
pub struct Unfinished(PathBuf);

impl Unfinished {
    /// Notes a directory of this process's own.
    pub fn begin(path: &Path) -> Self {
        unfinished().insert(path.to_owned());
        Self(path.to_owned())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        unfinished().remove(&self.0);
    }
}

/// What the names of files and folders on their way begin and end with.
const ON_ITS_WAY: (&str, &str) = (".citypact-", ".part");

/// Whether a name is that of something on its way: it stays where its process was killed.
#[must_use]
pub fn is_on_its_way(name: &str) -> bool {
    name.starts_with(ON_ITS_WAY.0) && name.ends_with(ON_ITS_WAY.1)
}

/// Why a file is not written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}", .path.display())]
struct Unwritable {
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// Says which file an error is about, wherever it is told.
fn about(path: &Path) -> impl FnOnce(io::Error) -> io::Error {
    move |source| io::Error::new(source.kind(), Unwritable { path: path.to_owned(), source })
}

/// A file on its way: written beside its place and renamed to it by [`Self::commit`]. Dropped before, it leaves nothing.
///
/// What is no regular file (a pipe, a device) is written to as it is.
#[derive(Debug)]
pub struct AtomicFile {
    writer: BufWriter<File>,
    beside: Option<TempPath>,
    path: PathBuf,
    /// As it was named.
    named: PathBuf,
}

impl AtomicFile {
    /// Begins the file that is to stand at `path`, whatever stands there now.
    ///
    /// # Errors
    /// Where the folder cannot be written to; every error names the file.
    pub fn create(path: &Path) -> io::Result<Self> {
        Self::begin(path).map_err(about(path))
    }

    fn begin(named: &Path) -> io::Result<Self> {
        // A link goes on leading to the file that it led to.
        let path = fs::canonicalize(named).unwrap_or_else(|_| named.to_owned());
        let (file, beside) = match fs::metadata(&path) {
            Ok(data) if data.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(data) if !data.is_file() => (OpenOptions::new().write(true).open(&path)?, None),
            _ => begin(&path).map(|(file, beside)| (file, Some(beside)))?,
        };
        Ok(Self { writer: BufWriter::with_capacity(1 << 18, file), beside, path, named: named.to_owned() })
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// Where the last bytes cannot be written, or the file cannot be renamed; every error names the file.
    pub fn commit(self) -> io::Result<()> {
        let named = self.named.clone();
        self.persist().map_err(about(&named))
    }

    fn persist(mut self) -> io::Result<()> {
        self.writer.flush()?;
        let Some(beside) = self.beside.take() else { return Ok(()) };
        like_any_other(self.writer.get_ref(), &self.path)?;
        // Else a machine that loses power may have the name and not the bytes.
        self.writer.get_ref().sync_all()?;
        let mut files = unfinished();
        files.remove(&*beside);
        Ok(beside.persist(&self.path)?)
    }
}

/// Makes the file beside; no interrupt comes between its making and its being known as unfinished.
fn begin(path: &Path) -> io::Result<(File, TempPath)> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut files = unfinished();
    let beside = named_as_unfinished().tempfile_in(folder)?;
    files.insert(beside.path().to_owned());
    Ok(beside.into_parts())
}

fn named_as_unfinished() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(ON_ITS_WAY.0).suffix(ON_ITS_WAY.1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any program makes its files; the umask takes away what others shall not have.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder
}

/// Gives the file the permissions of the one that it replaces. A new one has those that the process gives to new files
/// (its umask), since it was made with them.
#[cfg(unix)]
fn like_any_other(file: &File, path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(replaced) => file.set_permissions(replaced.permissions()),
        Err(_) => Ok(()),
    }
}

#[cfg(not(unix))]
fn like_any_other(_: &File, _: &Path) -> io::Result<()> {
    Ok(())
}

/// Writes a file, in the place of one of its name.
///
/// # Errors
/// Those of the file system; what was there before is left then.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = AtomicFile::create(path)?;
    file.write_all(bytes)?;
    file.commit()
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes).map_err(about(&self.named))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush().map_err(about(&self.named))
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            unfinished().remove(&**beside);
        }
    }
}

/// Files that appear in a folder together: they are made in a folder within it, and moved by [`Self::commit`]. Dropped before,
/// it leaves nothing, not even the folder if that is its own.
#[derive(Debug)]
pub struct Together {
    beside: Option<tempfile::TempDir>,
    folder: PathBuf,
    is_new: bool,
    _unfinished: Unfinished,
}

impl Together {
    /// Begins the files that are to stand in `folder`, which is made where it is not there.
    ///
    /// # Errors
    /// Where the folder cannot be made or written to.
    pub fn begin(folder: &Path) -> io::Result<Self> {
        let is_new = !folder.exists();
        fs::create_dir_all(folder)?;
        let beside = tempfile::Builder::new().prefix(ON_ITS_WAY.0).suffix(ON_ITS_WAY.1).tempdir_in(folder)?;
        let _unfinished = Unfinished::begin(beside.path());
        Ok(Self { beside: Some(beside), folder: folder.to_owned(), is_new, _unfinished })
    }

    /// Where the files are to be made.
    pub fn path(&self) -> &Path {
        self.beside.as_ref().map_or(&self.folder, |beside| beside.path())
    }

    /// Moves the files to their places, over those of the same names.
    ///
    /// # Errors
    /// Where one cannot be written to the disk, or not be renamed.
    pub fn commit(mut self) -> io::Result<()> {
        let made = fs::read_dir(self.path())?.collect::<io::Result<Vec<_>>>()?;
        made.iter().try_for_each(|file| File::open(file.path())?.sync_all())?;
        made.iter().try_for_each(|file| fs::rename(file.path(), self.folder.join(file.file_name())))?;
        self.is_new = false;
        Ok(())
    }
}

impl Drop for Together {
    fn drop(&mut self) {
        drop(self.beside.take());
        if self.is_new {
            let _ = fs::remove_dir(&self.folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_appear_together_or_not_at_all() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("pages");
        let begun = Together::begin(&folder).unwrap();
        fs::write(begun.path().join("a"), "half").unwrap();
        drop(begun);
        assert!(!folder.exists());
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("a"), "old").unwrap();
        let begun = Together::begin(&folder).unwrap();
        fs::write(begun.path().join("a"), "new").unwrap();
        fs::write(begun.path().join("b"), "new").unwrap();
        assert_eq!(fs::read(folder.join("a")).unwrap(), b"old");
        begun.commit().unwrap();
        assert_eq!((fs::read(folder.join("a")).unwrap(), fs::read_dir(&folder).unwrap().count()), (b"new".to_vec(), 2));
    }

    #[test]
    fn appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.nq");
        let files = || fs::read_dir(folder.path()).unwrap().count();
        AtomicFile::create(&path).unwrap().write_all(b"half").unwrap();
        assert_eq!(files(), 0);
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"whole").unwrap();
        assert!(!path.exists());
        file.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(files(), 1);
    }

    #[test]
    fn a_folder_is_no_file_and_a_folder_that_is_not_there_takes_none() {
        let folder = tempfile::tempdir().unwrap();
        assert!(AtomicFile::create(folder.path()).is_err());
        assert!(AtomicFile::create(&folder.path().join("none/out.nq")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_to_as_it_is() {
        let mut file = AtomicFile::create(Path::new("/dev/null")).unwrap();
        file.write_all(b"x").unwrap();
        file.commit().unwrap();
        use std::os::unix::fs::FileTypeExt;
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    }
}
