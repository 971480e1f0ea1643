//! Writing rejected records so that the file, once mended, can be read again.

use std::io::{self, Write};

use super::read::{Container, Rejected};

/// Writes rejected records as they stood in the input.
///
/// As JSON Lines a record is one line (line ends within it become spaces, which between values say the same), and a
/// row of CSV becomes the record it was meant to be. As CSV the heading comes first; a record that is no row under that
/// heading cannot be written so, which is an error.
#[derive(Debug)]
pub struct RejectWriter<W> {
    out: W,
    container: Container,
    heading: Option<Vec<u8>>,
}

impl<W: Write> RejectWriter<W> {
    /// `container` is that of the file to be written; where it is [`Container::Json`], JSON Lines are written.
    pub fn new(out: W, container: Container) -> Self {
        Self { out, container, heading: None }
    }

    /// Writes one record.
    ///
    /// # Errors
    /// Where the output cannot be written, or is CSV and the record is no row of the same table.
    pub fn write(&mut self, rejected: &Rejected) -> io::Result<()> {
        match self.container {
            Container::Csv => self.row(rejected),
            Container::JsonLines | Container::Json => self.line(rejected.json.as_ref().unwrap_or(&rejected.raw)),
        }
    }

    fn line(&mut self, record: &[u8]) -> io::Result<()> {
        let line: Vec<u8> =
            record.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }).collect();
        self.out.write_all(&line)?;
        self.out.write_all(b"\n")
    }

    fn row(&mut self, rejected: &Rejected) -> io::Result<()> {
        if self.heading.is_none()
            && let Some(heading) = &rejected.heading
        {
            self.out.write_all(heading)?;
            self.out.write_all(b"\n")?;
            self.heading = Some(heading.clone());
        }
        if self.heading != rejected.heading || rejected.heading.is_none() {
            let reason = "the rejected records are not rows of one table: name the file .jsonl";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        self.out.write_all(&rejected.raw)?;
        self.out.write_all(b"\n")
    }

    /// The output, flushed.
    ///
    /// # Errors
    /// Where it cannot be flushed.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}
