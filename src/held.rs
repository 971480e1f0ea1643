//! Bytes that are held back until all of them are there.

use std::io::{self, Read, Seek, Write};

use tempfile::SpooledTempFile;

/// Bytes that are held in memory; more go to a temporary file that no directory names.
const MEMORY: usize = 4 << 20;
/// Bytes that are held at all. What is larger flows on as it comes.
const MOST: u64 = 1 << 30;

/// A writer that passes nothing on before [`Self::release`]: what fails on the way has then left no part behind, which a
/// reader could take for something. Beyond a gigabyte it lets go.
pub struct Held<W: Write> {
    out: W,
    held: Option<SpooledTempFile>,
    bytes: u64,
    most: u64,
}

impl<W: Write> Held<W> {
    /// Holds what is to go to `out`.
    pub fn new(out: W) -> Self {
        Self { out, held: Some(SpooledTempFile::new(MEMORY)), bytes: 0, most: MOST }
    }

    /// Passes everything on and gives back the writer below.
    ///
    /// # Errors
    /// Those of the writer below and of the temporary file.
    pub fn release(mut self) -> io::Result<W> {
        self.let_go()?;
        Ok(self.out)
    }

    fn let_go(&mut self) -> io::Result<()> {
        let Some(mut held) = self.held.take() else { return Ok(()) };
        held.rewind()?;
        let mut block = vec![0; 1 << 16];
        loop {
            let length = held.read(&mut block)?;
            if length == 0 {
                return Ok(());
            }
            self.out.write_all(&block[..length])?;
        }
    }
}

impl<W: Write> Write for Held<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len() as u64;
        if self.bytes > self.most {
            self.let_go()?;
        }
        match &mut self.held {
            Some(held) => held.write(bytes),
            None => self.out.write(bytes),
        }
    }

    /// Passes on only what is no longer held.
    fn flush(&mut self) -> io::Result<()> {
        if self.held.is_some() { Ok(()) } else { self.out.flush() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_before_all_is_there_unless_it_is_too_much() {
        let mut out = Vec::new();
        let mut held = Held::new(&mut out);
        held.write_all(b"some").unwrap();
        held.flush().unwrap();
        drop(held);
        assert!(out.is_empty());
        let mut held = Held { most: 6, ..Held::new(Vec::new()) };
        held.write_all(b"some").unwrap();
        assert!(held.out.is_empty());
        held.write_all(b" more").unwrap();
        assert_eq!(held.out, b"some more");
        assert_eq!(held.release().unwrap(), b"some more");
    }
}
