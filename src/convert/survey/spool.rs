//! The places that records describe, from the first reading to the register: in memory while they are few, then in a temporary
//! file that no directory names, so that the first reading takes no memory for them.

use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use tempfile::SpooledTempFile;

use super::Position;
use crate::fold::spaced;
use crate::place::{Compact, Place};
use crate::record;

/// Bytes that are kept in memory.
const MOST: usize = 8 << 20;

/// A place as a record describes it.
pub(super) struct Described {
    /// Where the record stands.
    pub(super) at: Position,
    /// The source that it names.
    pub(super) source: Option<String>,
    /// The place; names that the record does not tag have an empty tag.
    pub(super) place: Place,
    /// Its names as they are looked up, or nothing: folding them is what takes longest, and workers do it.
    pub(super) folded: Vec<String>,
}

/// One place as it is kept: lengths, where it stands, its source, the place.
pub(super) struct Frame(Vec<u8>);

impl Frame {
    pub(super) fn new((file, line, column): Position, record: record::Place) -> Self {
        let source = record.source.clone();
        Self::of((file, line, column), source.as_deref(), &Place::from_record(record, None))
    }

    pub(super) fn of((file, line, column): Position, source: Option<&str>, place: &Place) -> Self {
        let (source, packed) = (source.map(str::as_bytes), Compact::from(place));
        let names = place.names.iter().map(|(_, name)| spaced(name));
        let folded = names.collect::<Vec<_>>().join(BETWEEN);
        let parts = [source.unwrap_or_default(), packed.as_bytes(), folded.as_bytes()];
        let mut bytes = Vec::with_capacity(6 * 8 + parts.iter().map(|part| part.len()).sum::<usize>());
        for number in [file as u64, line, column, source.map_or(u64::MAX, |source| source.len() as u64)] {
            bytes.extend(number.to_le_bytes());
        }
        parts[1..].iter().for_each(|part| bytes.extend((part.len() as u64).to_le_bytes()));
        parts.iter().for_each(|part| bytes.extend_from_slice(part));
        Self(bytes)
    }
}

/// Stands between folded names, of which none has it.
const BETWEEN: &str = "\0";

/// Places in the order of the input.
pub(in crate::convert) struct Spool {
    file: BufWriter<SpooledTempFile>,
    count: u64,
}

impl Default for Spool {
    fn default() -> Self {
        Self { file: BufWriter::new(SpooledTempFile::new(MOST)), count: 0 }
    }
}

impl Spool {
    /// How many there are.
    pub(in crate::convert) const fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn push(&mut self, frame: &Frame) -> io::Result<()> {
        self.count += 1;
        self.file.write_all(&frame.0)
    }

    /// Hands over all of them, as often as one likes.
    pub(super) fn each<E: From<io::Error>>(
        &mut self,
        mut take: impl FnMut(Described) -> Result<(), E>,
    ) -> Result<(), E> {
        self.file.flush()?;
        let file = self.file.get_mut();
        file.seek(SeekFrom::Start(0))?;
        let mut reader = BufReader::new(&mut *file);
        (0..self.count).try_for_each(|_| take(read(&mut reader)?))?;
        file.seek(SeekFrom::End(0))?;
        Ok(())
    }
}

fn read(reader: &mut impl Read) -> io::Result<Described> {
    let mut numbers = [0; 6];
    for number in &mut numbers {
        let mut bytes = [0; 8];
        reader.read_exact(&mut bytes)?;
        *number = u64::from_le_bytes(bytes);
    }
    let [file, line, column, source, place, folded] = numbers;
    let mut bytes = |length: u64| {
        let mut bytes = vec![0; length as usize];
        reader.read_exact(&mut bytes).map(|()| bytes)
    };
    let source = (source != u64::MAX).then(|| bytes(source)).transpose()?;
    let source = source.map(|source| String::from_utf8_lossy(&source).into_owned());
    let place = Compact::from_bytes(&bytes(place)?).place();
    let folded = String::from_utf8_lossy(&bytes(folded)?).into_owned();
    let folded: Vec<String> = folded.split(BETWEEN).map(str::to_owned).collect();
    // A name that has the mark after all is folded again.
    let folded = if folded.len() == place.names.len() { folded } else { Vec::new() };
    Ok(Described { at: (file as usize, line, column), source, place, folded })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Level;

    #[test]
    fn places_come_back_in_their_order_from_memory_and_from_disk() {
        let mut spool = Spool::default();
        let place = |n: u64| Place {
            names: vec![(String::new(), "灣".repeat(n as usize % 200))],
            ..Place::new(format!("p-{n}"), Level::County)
        };
        let source = |n: u64| (!n.is_multiple_of(3)).then(|| "d".repeat(n as usize % 3 - 1));
        let fill = |spool: &mut Spool, numbers: std::ops::Range<u64>| {
            for n in numbers {
                spool.push(&Frame::of((1, n, 2), source(n).as_deref(), &place(n))).unwrap();
            }
        };
        for numbers in [0..10, 10..40_000] {
            fill(&mut spool, numbers.clone());
            let mut next = 0;
            let check = |described: Described| -> io::Result<()> {
                assert_eq!((described.at, described.source), ((1, next, 2), source(next)));
                assert_eq!(described.place, place(next));
                assert!(described.folded.iter().eq([spaced(&place(next).names[0].1)].iter()));
                next += 1;
                Ok(())
            };
            spool.each(check).unwrap();
            assert_eq!((next, spool.count()), (numbers.end, numbers.end));
        }
    }
}
