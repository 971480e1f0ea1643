//! The packed layer: places laid out in bytes so that opening reads nothing but the header.
//!
//! ```text
//! header   magic, number of places, then (offset, length) of each section, all u32 little-endian
//! rows     ROW bytes a place, sorted by id
//! codes    (GeoNames id, row), sorted
//! heap     ids and names
//! lists    names that lead to several places
//! tags     the BCP 47 tags, one a line
//! index    an FST from folded names to one entry or a list of them
//! ```
//! An entry is `row << 3 | class << 1 | stem`; a value of the FST is `entry << 1`, or `offset into lists << 1 | 1`.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use fst::{IntoStreamer, Map, Streamer};

use super::index::{Facts, Hit, NameClass, Slot};
use super::suffix::is_or_begins;
use super::types::Place;
use crate::record::Level;

pub(crate) const MAGIC: &[u8; 8] = b"pactreg1";
pub(crate) const SECTIONS: usize = 6;
pub(crate) const HEADER: usize = 12 + SECTIONS * 8;
/// Bytes of a row: see [`Row`].
pub(crate) const ROW: usize = 42;
/// No row, in a parent field.
pub(crate) const NONE: u32 = u32::MAX;

/// Names of the tags under which codes are kept beside names.
pub(crate) const ISO: &str = "=iso3166";

/// A file that is no packed register, or one of another version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a packed place register: {0}")]
pub struct NotPacked(pub(crate) &'static str);

pub(crate) type Bytes = Cow<'static, [u8]>;

/// A packed layer over its bytes.
pub(crate) struct Packed {
    bytes: Bytes,
    layer: u8,
    count: u32,
    sections: [(usize, usize); SECTIONS],
    index: Map<Bytes>,
    tags: Vec<String>,
}

/// The fixed part of a place.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Row {
    pub(crate) id: u32,
    pub(crate) id_length: u16,
    pub(crate) names: u32,
    pub(crate) names_length: u16,
    /// Hundred-thousandths of a degree; `i32::MIN` where not known.
    pub(crate) lat: i32,
    pub(crate) long: i32,
    pub(crate) population: u32,
    pub(crate) geonames: u32,
    pub(crate) wikidata: u32,
    pub(crate) parent: u32,
    pub(crate) state: u32,
    pub(crate) level: u8,
    pub(crate) flags: u8,
}

pub(crate) const CITY_TOO: u8 = 1;
pub(crate) const CAPITAL: u8 = 2;

impl Row {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        for number in [self.id, self.names, self.lat as u32, self.long as u32, self.population] {
            out.extend(number.to_le_bytes());
        }
        for number in [self.geonames, self.wikidata, self.parent, self.state] {
            out.extend(number.to_le_bytes());
        }
        out.extend(self.id_length.to_le_bytes());
        out.extend(self.names_length.to_le_bytes());
        out.extend([self.level, self.flags]);
    }

    fn read(bytes: &[u8]) -> Self {
        let word = |i: usize| number(bytes, i * 4);
        let half = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        Self {
            id: word(0),
            names: word(1),
            lat: word(2) as i32,
            long: word(3) as i32,
            population: word(4),
            geonames: word(5),
            wikidata: word(6),
            parent: word(7),
            state: word(8),
            id_length: half(36),
            names_length: half(38),
            level: bytes[40],
            flags: bytes[41],
        }
    }
}

fn number(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes)
}

impl Packed {
    /// All of it.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Opens bytes as a layer; reads the header, the tags and the root of the index.
    pub(crate) fn open(bytes: Bytes, layer: u8) -> Result<Self, NotPacked> {
        if bytes.get(..8) != Some(MAGIC) {
            return Err(NotPacked("it does not begin as one"));
        }
        let mut sections = [(0, 0); SECTIONS];
        for (i, section) in sections.iter_mut().enumerate() {
            let (start, length) = (number(&bytes, 12 + i * 8) as usize, number(&bytes, 16 + i * 8) as usize);
            let end = start.checked_add(length).filter(|&end| end <= bytes.len());
            *section = (start, end.ok_or(NotPacked("it is cut short"))?);
        }
        let count = number(&bytes, 8);
        if sections[0].1 - sections[0].0 != count as usize * ROW {
            return Err(NotPacked("its number of places is wrong"));
        }
        let index = Map::new(slice(&bytes, sections[5])).map_err(|_| NotPacked("its index is damaged"))?;
        let tags = String::from_utf8_lossy(&bytes[sections[4].0..sections[4].1]).lines().map(str::to_owned).collect();
        Ok(Self { bytes, layer, count, sections, index, tags })
    }

    /// Checks every offset and every name, for a layer out of a file.
    pub(crate) fn verify(&self) -> Result<(), NotPacked> {
        let heap = self.section(2).len();
        let sound = |row: Row| {
            let id = row.id as usize + row.id_length as usize <= heap;
            id && row.names as usize + row.names_length as usize <= heap
                && (row.parent == NONE || row.parent < self.count)
                && (row.state == NONE || row.state < self.count)
                && usize::from(row.level) < Level::ALL.len()
        };
        if !(0..self.count).all(|row| sound(self.row(row))) || std::str::from_utf8(self.section(2)).is_err() {
            return Err(NotPacked("its places are damaged"));
        }
        self.index.as_fst().verify().map_err(|_| NotPacked("its index is damaged"))
    }

    fn section(&self, section: usize) -> &[u8] {
        let (start, end) = self.sections[section];
        &self.bytes[start..end]
    }

    /// Number of places.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// Bytes of the whole layer.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn row(&self, row: u32) -> Row {
        let at = row as usize * ROW;
        Row::read(&self.section(0)[at..at + ROW])
    }

    fn text(&self, start: u32, length: u16) -> &str {
        let bytes = self.section(2).get(start as usize..start as usize + length as usize).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    pub(crate) fn id(&self, row: u32) -> &str {
        let row = self.row(row);
        self.text(row.id, row.id_length)
    }

    fn slot(&self, row: u32) -> Slot {
        Slot { layer: self.layer, row }
    }

    /// The slot of an id.
    pub(crate) fn find(&self, id: &str) -> Option<Slot> {
        bisect(self.count, |row| self.id(row).cmp(id)).map(|row| self.slot(row))
    }

    /// The slot of a GeoNames id.
    pub(crate) fn by_geonames(&self, code: u32) -> Option<Slot> {
        let pairs = self.section(1);
        let pair = |at: u32| at as usize * 8;
        let found = bisect((pairs.len() / 8) as u32, |at| number(pairs, pair(at)).cmp(&code))?;
        Some(self.slot(number(pairs, pair(found) + 4)))
    }

    pub(crate) fn facts(&self, at: u32) -> Facts<'_> {
        let row = self.row(at);
        Facts {
            id: self.text(row.id, row.id_length),
            level: level(row.level),
            city_too: row.flags & CITY_TOO != 0,
            state: (row.state != NONE).then(|| self.id(row.state)),
            population: row.population,
            curated: false,
            own: false,
            capital: row.flags & CAPITAL != 0,
        }
    }

    pub(crate) fn parent(&self, row: u32) -> Option<Slot> {
        let parent = self.row(row).parent;
        (parent != NONE).then(|| self.slot(parent))
    }

    /// Hands over every entry of the index under a key.
    pub(crate) fn look_up(&self, key: &str, take: &mut dyn FnMut(Hit)) {
        if let Some(value) = self.index.get(key) {
            self.entries(value, take);
        }
    }

    /// Hands over the entries of one value of the index.
    pub(crate) fn entries(&self, value: u64, take: &mut dyn FnMut(Hit)) {
        if value & 1 == 0 {
            return take(self.hit((value >> 1) as u32));
        }
        let lists = self.section(3);
        let at = (value >> 1) as usize;
        for i in 0..number(lists, at) as usize {
            take(self.hit(number(lists, at + 4 + i * 4)));
        }
    }

    fn hit(&self, entry: u32) -> Hit {
        let class = match entry >> 1 & 3 {
            0 => NameClass::Preferred,
            1 => NameClass::Alternative,
            _ => NameClass::Gathered,
        };
        Hit { slot: self.slot(entry >> 3), class, stem: entry & 1 != 0 }
    }

    /// Hands over every entry of the index with its key.
    pub(crate) fn each_entry(&self, take: &mut dyn FnMut(&str, Hit)) {
        self.search(fst::automaton::AlwaysMatch, usize::MAX, take);
    }

    /// Hands over the entries of the keys that an automaton accepts, of `most` keys at most.
    pub(crate) fn search(&self, automaton: impl fst::Automaton, most: usize, take: &mut dyn FnMut(&str, Hit)) {
        let mut keys = self.index.search(automaton).into_stream();
        let mut count = 0;
        while let Some((key, value)) = keys.next()
            && count < most
        {
            count += 1;
            if let Ok(key) = std::str::from_utf8(key) {
                self.entries(value, &mut |hit| take(key, hit));
            }
        }
    }

    /// The index, for walking it.
    pub(crate) fn index(&self) -> &Map<Bytes> {
        &self.index
    }

    /// Hands over every GeoNames id with its row.
    pub(crate) fn each_code(&self, take: &mut dyn FnMut(u32, u32)) {
        self.section(1).chunks_exact(8).for_each(|pair| take(number(pair, 0), number(pair, 4)));
    }

    /// Names as (tag, name); ISO codes are among them under [`ISO`].
    fn names(&self, row: &Row) -> impl Iterator<Item = (&str, &str)> {
        let text = self.text(row.names, row.names_length);
        text.split('\u{1f}').filter_map(|name| {
            let mut letters = name.chars();
            let tag = (letters.next()? as u32).checked_sub(0x20)? as usize;
            Some((self.tags.get(tag).map(String::as_str)?, letters.as_str()))
        })
    }

    /// The name to show.
    pub(crate) fn label(&self, row: u32) -> &str {
        let row = self.row(row);
        self.names(&row)
            .find(|(tag, _)| *tag == "en")
            .map_or_else(|| self.text(row.id, row.id_length), |(_, name)| name)
    }

    /// Whether a place bears a name to the letter, but for an administrative word after it.
    pub(crate) fn bears(&self, row: u32, name: &str) -> bool {
        self.names(&self.row(row)).any(|(_, own)| is_or_begins(own, name))
    }

    /// The codes of a place by scheme.
    pub(crate) fn codes(&self, at: u32) -> BTreeMap<String, String> {
        let row = self.row(at);
        let iso = self.names(&row).filter(|(tag, _)| *tag == ISO).map(|(_, code)| (iso_scheme(code), code.to_owned()));
        let geonames = (row.geonames > 0).then(|| ("geonames", row.geonames.to_string()));
        let wikidata = (row.wikidata > 0).then(|| ("wikidata", format!("Q{}", row.wikidata)));
        iso.chain(geonames).chain(wikidata).map(|(scheme, code)| (scheme.to_owned(), code)).collect()
    }

    /// Hands over the slot of every place that is an item of Wikidata.
    pub(crate) fn of_item(&self, number: u32, take: &mut dyn FnMut(Slot)) {
        (0..self.count).filter(|&row| self.row(row).wikidata == number).for_each(|row| take(self.slot(row)));
    }

    /// The whole description of a place.
    pub(crate) fn place(&self, at: u32) -> Place {
        let row = self.row(at);
        let facts = self.facts(at);
        let mut place = Place::new(facts.id, facts.level);
        place.state = facts.state.filter(|_| facts.level != Level::State).map(str::to_owned);
        place.within = (row.parent != NONE).then(|| self.id(row.parent).to_owned());
        place.lat = degrees(row.lat);
        place.long = degrees(row.long);
        place.population = Some(row.population).filter(|&n| n > 0);
        place.curated = false;
        let names = self.names(&row).filter(|(tag, _)| *tag != ISO);
        place.names = names.map(|(tag, name)| (tag.to_owned(), name.to_owned())).collect();
        place.codes = self.codes(at);
        place
    }
}

fn slice(bytes: &Bytes, (start, end): (usize, usize)) -> Bytes {
    match bytes {
        Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[start..end]),
        Cow::Owned(bytes) => Cow::Owned(bytes[start..end].to_vec()),
    }
}

fn degrees(value: i32) -> Option<f64> {
    (value != i32::MIN).then(|| f64::from(value) / 1e5)
}

fn level(number: u8) -> Level {
    Level::ALL.get(usize::from(number)).copied().unwrap_or(Level::Region)
}

/// The scheme of an ISO code: states have two letters.
pub(crate) fn iso_scheme(code: &str) -> &'static str {
    if code.len() == 2 { "iso3166-1" } else { "iso3166-2" }
}

impl std::fmt::Debug for Packed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Packed").field("places", &self.count).field("bytes", &self.bytes.len()).finish()
    }
}

/// The place among `count` sorted ones that is neither too low nor too high, if there is one.
fn bisect(count: u32, at: impl Fn(u32) -> Ordering) -> Option<u32> {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        match at(middle) {
            Ordering::Equal => return Some(middle),
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bisecting_finds_what_is_there() {
        let sorted = [2, 3, 5, 7, 11];
        for (at, prime) in sorted.iter().enumerate() {
            assert_eq!(bisect(5, |row| sorted[row as usize].cmp(prime)), Some(at as u32));
        }
        assert_eq!(bisect(5, |row| sorted[row as usize].cmp(&4)), None);
        assert_eq!(bisect(0, |_| Ordering::Equal), None);
    }
}
