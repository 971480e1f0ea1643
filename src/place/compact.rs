//! A place in the fewest bytes that it can be read from without looking anything up: what a run describes may be millions.
//!
//! Level and flags, a byte each; position and population where flags say so; then texts, each with its length before it
//! (seven bits a byte, the low ones first): id, state, unit, names with their tags, codes, links.

use std::collections::BTreeMap;

use crate::record::Level;

use super::types::Place;

const STATE: u8 = 1;
const WITHIN: u8 = 2;
const LAT: u8 = 4;
const LONG: u8 = 8;
const POPULATION: u8 = 16;
const CURATED: u8 = 32;

/// A place, packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Compact(Box<[u8]>);

impl From<&Place> for Compact {
    fn from(place: &Place) -> Self {
        let mut bytes = Vec::with_capacity(160);
        write(&mut bytes, place);
        Self(bytes.into_boxed_slice())
    }
}

impl Compact {
    /// What [`Self::as_bytes`] gave.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The packed place.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The place, unpacked.
    pub(crate) fn place(&self) -> Place {
        let mut bytes = Bytes(&self.0);
        let (level, flags) = (bytes.byte(), bytes.byte());
        let has = |flag: u8| flags & flag != 0;
        let (lat, long) = (has(LAT).then(|| bytes.degrees()), has(LONG).then(|| bytes.degrees()));
        let population = has(POPULATION).then(|| bytes.number() as u32);
        Place {
            id: bytes.text(),
            level: Level::ALL.get(usize::from(level)).copied().unwrap_or(Level::Region),
            state: has(STATE).then(|| bytes.text()),
            within: has(WITHIN).then(|| bytes.text()),
            names: bytes.list(|bytes| (bytes.text(), bytes.text())),
            lat,
            long,
            codes: bytes.list(|bytes| (bytes.text(), bytes.text())).into_iter().collect::<BTreeMap<_, _>>(),
            same_as: bytes.list(Bytes::text),
            different_from: bytes.list(Bytes::text),
            population,
            curated: has(CURATED),
        }
    }
}

fn write(out: &mut Vec<u8>, place: &Place) {
    let flags = [
        (STATE, place.state.is_some()),
        (WITHIN, place.within.is_some()),
        (LAT, place.lat.is_some()),
        (LONG, place.long.is_some()),
        (POPULATION, place.population.is_some()),
        (CURATED, place.curated),
    ];
    let level = Level::ALL.iter().position(|level| *level == place.level).unwrap_or_default();
    out.push(level as u8);
    out.push(flags.iter().filter(|(_, has)| *has).fold(0, |flags, (flag, _)| flags | flag));
    [place.lat, place.long].iter().flatten().for_each(|degrees| out.extend(degrees.to_le_bytes()));
    place.population.iter().for_each(|population| number(out, u64::from(*population)));
    text(out, &place.id);
    [&place.state, &place.within].into_iter().flatten().for_each(|id| text(out, id));
    number(out, place.names.len() as u64);
    place.names.iter().for_each(|(tag, name)| [tag, name].into_iter().for_each(|part| text(out, part)));
    number(out, place.codes.len() as u64);
    place.codes.iter().for_each(|(scheme, code)| [scheme, code].into_iter().for_each(|part| text(out, part)));
    for iris in [&place.same_as, &place.different_from] {
        number(out, iris.len() as u64);
        iris.iter().for_each(|iri| text(out, iri));
    }
}

fn text(out: &mut Vec<u8>, text: &str) {
    number(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

fn number(out: &mut Vec<u8>, mut number: u64) {
    while number > 0x7F {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Reads what [`write`] wrote; of anything else it makes something, and never panics.
struct Bytes<'b>(&'b [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn number(&mut self) -> u64 {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            number |= u64::from(byte & 0x7F) << shift;
            shift += 7;
            if byte < 0x80 || shift > 56 {
                return number;
            }
        }
    }

    fn degrees(&mut self) -> f64 {
        f64::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    fn text(&mut self) -> String {
        let length = usize::try_from(self.number()).unwrap_or(usize::MAX).min(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }

    fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let length = usize::try_from(self.number()).unwrap_or(usize::MAX);
        // A number that is damaged must not ask for memory.
        let mut list = Vec::with_capacity(length.min(self.0.len()));
        while list.len() < length && !self.0.is_empty() {
            list.push(read(self));
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Register;

    #[test]
    fn what_is_packed_is_unpacked() {
        let mut count = 0;
        Register::builtin().each_place(&mut |place| {
            assert_eq!(Compact::from(&place).place(), place);
            count += 1;
        });
        assert!(count > 10_000);
        let mut place = Place::new("", Level::State);
        place.names = vec![(String::new(), "x".repeat(300)), ("zh-Hant".to_owned(), "灣市".to_owned())];
        (place.lat, place.long) = (Some(12.345_678_901_234_567), Some(-0.1));
        place.codes.insert("geonames".to_owned(), "1".to_owned());
        place.same_as = vec!["http://a/".to_owned()];
        (place.population, place.curated) = (Some(u32::MAX), false);
        assert_eq!(Compact::from(&place).place(), place);
    }

    #[test]
    fn bytes_of_any_sort_are_read_without_harm() {
        let whole = Compact::from(&Place::new("cn-qingdao", Level::Municipality)).0;
        for end in 0..whole.len() {
            Compact::from_bytes(&whole[..end]).place();
        }
        Compact::from_bytes(&[0xFF; 40]).place();
    }
}
