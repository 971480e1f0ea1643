//! External sort: records in order, however many: in memory while they are few, then in sorted runs in temporary files, which are
//! merged as they are read. No directory names these files: whatever becomes of the process, nothing of them is left.

mod spool;

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::io;
use std::mem;

use spool::Records;
pub use spool::Spool;

/// So many runs of about one size are merged into one.
const FAN: usize = 16;

/// Takes records in, in any order: a key, which most often decides the order, and bytes, which decide between equal keys.
#[derive(Debug)]
pub struct Sorter {
    memory: usize,
    held: Held,
    /// Runs in files: those of one level are of about one size, of the next one as many times that as are merged at once.
    levels: Vec<Vec<Spool>>,
    count: u64,
}

impl Sorter {
    /// Holds about so many bytes in memory; more records than that go to temporary files.
    pub fn new(memory: usize) -> Self {
        Self { memory, held: Held::default(), levels: Vec::new(), count: 0 }
    }

    /// Takes a record in.
    ///
    /// # Errors
    /// Where a temporary file cannot be written.
    pub fn push(&mut self, key: u64, bytes: &[u8]) -> io::Result<()> {
        if !self.held.places.is_empty() && self.held.size() + bytes.len() >= self.memory {
            self.spill()?;
        }
        self.held.push(key, bytes);
        self.count += 1;
        Ok(())
    }

    /// How many records it was given.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether some of them are in temporary files.
    pub fn is_spilled(&self) -> bool {
        !self.levels.is_empty()
    }

    fn spill(&mut self) -> io::Result<()> {
        self.held.sort();
        let mut run = Spool::new(0);
        (0..self.held.places.len()).map(|at| self.held.record(at)).try_for_each(|(key, bytes)| run.push(key, bytes))?;
        self.held.clear();
        self.keep(run)
    }

    /// Keeps a run. Where there are as many of its level as are merged at once, they become one of the next.
    fn keep(&mut self, mut run: Spool) -> io::Result<()> {
        let mut level = 0;
        loop {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            self.levels[level].push(run);
            if self.levels[level].len() < FAN {
                return Ok(());
            }
            run = Spool::new(0);
            let mut merged = Sorted::of(mem::take(&mut self.levels[level]), Held::default())?;
            merged.each(|key, bytes| run.push(key, bytes))?;
            level += 1;
        }
    }

    /// The records in their order, each once.
    ///
    /// # Errors
    /// Where a temporary file cannot be read.
    pub fn sorted(self) -> io::Result<Sorted> {
        Sorted::of(self.levels.into_iter().flatten().collect(), self.held)
    }
}

/// Records in memory.
#[derive(Debug, Default)]
struct Held {
    bytes: Vec<u8>,
    places: Vec<Place>,
}

/// A record's key, and where its bytes stand.
#[derive(Debug, Clone, Copy)]
struct Place {
    key: u64,
    start: usize,
    end: usize,
}

impl Held {
    fn push(&mut self, key: u64, bytes: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        self.places.push(Place { key, start, end: self.bytes.len() });
    }

    fn size(&self) -> usize {
        self.bytes.len() + (self.places.len() + 1) * size_of::<Place>()
    }

    fn record(&self, at: usize) -> (u64, &[u8]) {
        let Place { key, start, end } = self.places[at];
        (key, &self.bytes[start..end])
    }

    fn sort(&mut self) {
        let bytes = |place: &Place| &self.bytes[place.start..place.end];
        self.places.sort_unstable_by(|one, other| one.key.cmp(&other.key).then_with(|| bytes(one).cmp(bytes(other))));
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.places.clear();
    }
}

/// Records in ascending order, each once; it stands at one of them, at first at the smallest.
#[derive(Debug)]
pub struct Sorted {
    /// The next record of each source, the smallest first.
    heads: BinaryHeap<Reverse<Head>>,
    key: u64,
    bytes: Vec<u8>,
    /// Whether it stands at a record.
    stands: bool,
}

impl Sorted {
    fn of(runs: Vec<Spool>, mut held: Held) -> io::Result<Self> {
        held.sort();
        let mut heads = BinaryHeap::with_capacity(runs.len() + 1);
        let runs = runs.into_iter().map(|run| run.records().map(Source::Run));
        for source in runs.chain([Ok(Source::Held(held, 0))]) {
            let mut head = Head { key: 0, bytes: Vec::new(), source: source? };
            if head.advance()? {
                heads.push(Reverse(head));
            }
        }
        let mut sorted = Self { heads, key: 0, bytes: Vec::new(), stands: false };
        sorted.advance()?;
        Ok(sorted)
    }

    /// The key and the bytes of the record at which it stands; none after the last.
    pub fn record(&self) -> Option<(u64, &[u8])> {
        self.stands.then_some((self.key, &*self.bytes))
    }

    /// Goes on to the next record.
    ///
    /// # Errors
    /// Where a temporary file cannot be read.
    pub fn advance(&mut self) -> io::Result<()> {
        while let Some(mut least) = self.heads.peek_mut() {
            let head = &mut least.0;
            let is_new = !self.stands || head.key != self.key || head.bytes != self.bytes;
            if is_new {
                self.key = head.key;
                mem::swap(&mut self.bytes, &mut head.bytes);
            }
            if !head.advance()? {
                PeekMut::pop(least);
            }
            if is_new {
                self.stands = true;
                return Ok(());
            }
        }
        self.stands = false;
        Ok(())
    }

    /// Hands over all records that are left.
    ///
    /// # Errors
    /// Those of `take`, and where a temporary file cannot be read.
    pub fn each<E: From<io::Error>>(&mut self, mut take: impl FnMut(u64, &[u8]) -> Result<(), E>) -> Result<(), E> {
        while let Some((key, bytes)) = self.record() {
            take(key, bytes)?;
            self.advance()?;
        }
        Ok(())
    }
}

/// The next record of a source.
#[derive(Debug)]
struct Head {
    key: u64,
    bytes: Vec<u8>,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Run(Records),
    /// Sorted, and which of them comes next.
    Held(Held, usize),
}

impl Head {
    /// Reads the next record, if there is one.
    fn advance(&mut self) -> io::Result<bool> {
        match &mut self.source {
            Source::Run(records) => records.read(&mut self.key, &mut self.bytes),
            Source::Held(held, at) if *at < held.places.len() => {
                let (key, bytes) = held.record(*at);
                self.key = key;
                self.bytes.clear();
                self.bytes.extend_from_slice(bytes);
                *at += 1;
                Ok(true)
            }
            Source::Held(..) => Ok(false),
        }
    }
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key).then_with(|| self.bytes.cmp(&other.bytes))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn sorted(records: &[(u64, Vec<u8>)], memory: usize) -> (Vec<(u64, Vec<u8>)>, bool) {
        let mut sorter = Sorter::new(memory);
        records.iter().for_each(|(key, bytes)| sorter.push(*key, bytes).unwrap());
        assert_eq!(sorter.count(), records.len() as u64);
        let (is_spilled, mut found) = (sorter.is_spilled(), Vec::new());
        let take = |key, bytes: &[u8]| {
            found.push((key, bytes.to_vec()));
            Ok::<_, io::Error>(())
        };
        sorter.sorted().unwrap().each(take).unwrap();
        (found, is_spilled)
    }

    #[test]
    fn many_runs_are_merged_and_each_record_comes_once() {
        // Two levels of runs, and some records in memory.
        let records: Vec<(u64, Vec<u8>)> =
            (0..700_u64).map(|n| ((n * 7919) % 300, format!("{}", n % 450).into_bytes())).collect();
        let expected: Vec<_> = records.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
        assert_eq!(sorted(&records, 60), (expected.clone(), true));
        assert_eq!(sorted(&records, usize::MAX), (expected, false));
        assert_eq!(sorted(&[], 0), (Vec::new(), false));
    }

    proptest! {
        #[test]
        fn order_does_not_depend_on_memory(
            records in prop::collection::vec((0..4_u64, prop::collection::vec(0..3_u8, 0..4)), 0..60),
            memory in 0..400_usize,
        ) {
            let expected: Vec<_> = records.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
            prop_assert_eq!(sorted(&records, memory).0, expected);
        }
    }
}
