//! Files that appear whole or not at all.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file on its way: written beside its place and renamed to it by [`Self::commit`]. Dropped before, it leaves nothing.
#[derive(Debug)]
pub struct AtomicFile {
    beside: BufWriter<NamedTempFile>,
    path: PathBuf,
}

impl AtomicFile {
    /// Begins the file that is to stand at `path`, whatever stands there now.
    ///
    /// # Errors
    /// Where the folder cannot be written to.
    pub fn create(path: &Path) -> io::Result<Self> {
        // A link goes on leading to the file that it led to.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let beside = tempfile::Builder::new().prefix(".citypact-").suffix(".part").tempfile_in(folder)?;
        Ok(Self { beside: BufWriter::with_capacity(1 << 18, beside), path })
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// Where the last bytes cannot be written, or the file cannot be renamed.
    pub fn commit(self) -> io::Result<()> {
        let beside = self.beside.into_inner().map_err(io::IntoInnerError::into_error)?;
        like_any_other(beside.as_file(), &self.path)?;
        beside.persist(&self.path)?;
        Ok(())
    }
}

/// Gives the file the permissions of the one that it replaces, or those that a new file has.
#[cfg(unix)]
fn like_any_other(file: &fs::File, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let permissions =
        fs::metadata(path).map_or_else(|_| fs::Permissions::from_mode(0o644), |metadata| metadata.permissions());
    file.set_permissions(permissions)
}

#[cfg(not(unix))]
fn like_any_other(_: &fs::File, _: &Path) -> io::Result<()> {
    Ok(())
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.beside.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.beside.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
