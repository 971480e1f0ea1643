//! A look into the archive that a workbook is, before anything else opens it: what it would unpack to, and hidden rows.

use std::io::{self, Read};

use flate2::read::DeflateDecoder;

/// A workbook that unpacks to more than this is refused.
const MOST: u64 = 2 << 30;
/// More than so many times its size is what only a trap unpacks to.
const HIGHEST_RATIO: u64 = 400;
/// Small files may be packed however well.
const SMALL: u64 = 64 << 20;

/// What was seen in an archive.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) hidden_rows: usize,
    pub(super) macros: bool,
    /// Whether it is packed so that it cannot be unpacked safely.
    pub(super) is_bomb: bool,
}

/// Unpacks every member of a ZIP archive and keeps nothing of it. `None` where its directory cannot be read.
pub(super) fn look(bytes: &[u8]) -> Option<Seen> {
    let mut seen = Seen::default();
    let mut left = MOST;
    for member in members(bytes)? {
        seen.macros |= member.name.ends_with(b"vbaProject.bin");
        let is_sheet = member.name.ends_with(b".xml");
        let packed = bytes.get(member.start..member.start.checked_add(member.packed)?)?;
        let allowed = left.min((member.packed as u64).saturating_mul(HIGHEST_RATIO).max(SMALL));
        let mut counter = Counter::default();
        let copied = match member.method {
            8 => io::copy(&mut DeflateDecoder::new(packed).take(allowed + 1), &mut counter),
            _ => io::copy(&mut packed.take(allowed + 1), &mut counter),
        };
        // A member that is damaged is told of by whoever reads it.
        let size = copied.unwrap_or(counter.size);
        if size > allowed {
            seen.is_bomb = true;
            return Some(seen);
        }
        left -= size;
        seen.hidden_rows += if is_sheet { counter.hidden } else { 0 };
    }
    Some(seen)
}

struct Member<'z> {
    name: &'z [u8],
    method: u16,
    packed: usize,
    start: usize,
}

/// The members that the directory at the end of the archive lists (APPNOTE, §4.3.12 and §4.3.16).
fn members(bytes: &[u8]) -> Option<Vec<Member<'_>>> {
    let tail = bytes.len().saturating_sub(66_000);
    let end = tail + memchr::memmem::rfind(&bytes[tail..], b"PK\x05\x06")?;
    let (count, mut at) = (usize::from(u16_at(bytes, end + 10)?), u32_at(bytes, end + 16)? as usize);
    let mut found = Vec::new();
    for _ in 0..count {
        if bytes.get(at..at + 4)? != b"PK\x01\x02" {
            return None;
        }
        let lengths = [28, 30, 32].map(|offset| u16_at(bytes, at + offset).map_or(0, usize::from));
        let header = u32_at(bytes, at + 42)? as usize;
        let name = bytes.get(at + 46..at + 46 + lengths[0])?;
        let before = 30 + usize::from(u16_at(bytes, header + 26)?) + usize::from(u16_at(bytes, header + 28)?);
        let (method, packed) = (u16_at(bytes, at + 10)?, u32_at(bytes, at + 20)? as usize);
        found.push(Member { name, method, packed, start: header + before });
        at += 46 + lengths.iter().sum::<usize>();
    }
    Some(found)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// Counts what goes by, and rows that are marked as hidden.
#[derive(Default)]
struct Counter {
    size: u64,
    hidden: usize,
    /// The end of what went by last, in which a tag may have begun.
    rest: Vec<u8>,
}

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.size += bytes.len() as u64;
        self.rest.extend_from_slice(bytes);
        let end = memchr::memrchr(b'>', &self.rest).map_or(0, |at| at + 1);
        let tags = self.rest[..end].split(|byte| *byte == b'>');
        let has = |tag: &[u8], word: &[u8]| memchr::memmem::find(tag, word).is_some();
        self.hidden += tags
            .filter(|tag| {
                has(tag, b"<row ") && has(tag, b"hidden=\"1\"")
                    || has(tag, b"table:visibility=\"collapse\"") && has(tag, b"<table:table-row")
            })
            .count();
        self.rest.drain(..end);
        if self.rest.len() > 1 << 20 {
            self.rest.clear();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
