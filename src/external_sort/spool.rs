//! Spool: records in the order in which they came, in memory while they are few, then in a temporary file.

use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use tempfile::SpooledTempFile;

/// Bytes that are read and written at once.
const BUFFER: usize = 1 << 16;

/// Records, each a key and bytes, one after the other.
#[derive(Debug)]
pub struct Spool {
    file: BufWriter<SpooledTempFile>,
    count: u64,
}

impl Spool {
    /// Holds about so many bytes in memory; when there are more, all of them go to a temporary file.
    pub fn new(memory: usize) -> Self {
        Self { file: BufWriter::with_capacity(BUFFER, SpooledTempFile::new(memory)), count: 0 }
    }

    /// Takes a record in.
    ///
    /// # Errors
    /// Where the temporary file cannot be written.
    pub fn push(&mut self, key: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(&key.to_le_bytes())?;
        self.file.write_all(&(bytes.len() as u64).to_le_bytes())?;
        self.file.write_all(bytes)?;
        self.count += 1;
        Ok(())
    }

    /// How many records it was given.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Hands over every record, as often as one likes. What is put in after that comes after them.
    ///
    /// # Errors
    /// Those of `take`, and where the temporary file cannot be written or read.
    pub fn each<E: From<io::Error>>(&mut self, mut take: impl FnMut(u64, &[u8]) -> Result<(), E>) -> Result<(), E> {
        self.file.flush()?;
        let (count, file) = (self.count, self.file.get_mut());
        file.rewind()?;
        let mut records = Records { file: BufReader::with_capacity(BUFFER, &mut *file), left: count };
        let (mut key, mut bytes) = (0, Vec::new());
        while records.read(&mut key, &mut bytes)? {
            take(key, &bytes)?;
        }
        file.seek(io::SeekFrom::End(0))?;
        Ok(())
    }

    /// The records, to be read once.
    pub(super) fn records(self) -> io::Result<Records> {
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(Records { file: BufReader::with_capacity(BUFFER, file), left: self.count })
    }
}

/// The records of a spool that are still to be read.
#[derive(Debug)]
pub(super) struct Records<F = SpooledTempFile> {
    file: BufReader<F>,
    left: u64,
}

impl<F: Read> Records<F> {
    /// The next record, if there is one, in the place of what `key` and `bytes` are.
    pub(super) fn read(&mut self, key: &mut u64, bytes: &mut Vec<u8>) -> io::Result<bool> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(false) };
        self.left = left;
        *key = self.number()?;
        let length = usize::try_from(self.number()?).map_err(|_| io::ErrorKind::InvalidData)?;
        bytes.resize(length, 0);
        self.file.read_exact(bytes)?;
        Ok(true)
    }

    fn number(&mut self) -> io::Result<u64> {
        let mut bytes = [0; 8];
        self.file.read_exact(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_as_often_as_wished_in_the_order_in_which_they_came() {
        for memory in [0, 1 << 20] {
            let mut spool = Spool::new(memory);
            let records: Vec<(u64, Vec<u8>)> = (0..100).map(|n| (n, vec![7; n as usize % 9])).collect();
            for (part, known) in records.chunks(50).zip([50, 100]) {
                part.iter().for_each(|(key, bytes)| spool.push(*key, bytes).unwrap());
                let mut found = Vec::new();
                let take = |key, bytes: &[u8]| {
                    found.push((key, bytes.to_vec()));
                    Ok::<_, io::Error>(())
                };
                spool.each(take).unwrap();
                assert_eq!(found, records[..known]);
            }
        }
    }
}
