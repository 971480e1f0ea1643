//! Drafts laid out in bytes: see [`crate::place::packed`].

use std::collections::{BTreeMap, HashMap};

use super::BuildError;
use super::draft::{Draft, Drafts};
use crate::place::index::NameClass;
use crate::place::memory_layer;
use crate::place::packed::{HEADER, ISO, MAGIC, NONE, ROW, Row};
use crate::record::Level;

/// Lays the drafts out; all of them have ids.
pub(crate) fn pack(drafts: &Drafts) -> Result<Vec<u8>, BuildError> {
    let mut order: Vec<usize> = (0..drafts.all.len()).collect();
    order.sort_by(|a, b| drafts.all[*a].id.cmp(&drafts.all[*b].id));
    let mut row_of = vec![0u32; order.len()];
    order.iter().enumerate().for_each(|(row, &at)| row_of[at] = row as u32);
    let mut heap = Heap::default();
    let mut rows = Vec::with_capacity(order.len() * ROW);
    for &at in &order {
        row(drafts, &drafts.all[at], &row_of, &mut heap).write(&mut rows);
    }
    let (index, lists) = index(drafts, &order)?;
    Ok(join(order.len(), [rows, codes(drafts, &row_of), heap.bytes, lists, heap.tags.join("\n").into_bytes(), index]))
}

fn join(count: usize, sections: [Vec<u8>; 6]) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend((count as u32).to_le_bytes());
    let mut at = HEADER;
    for section in &sections {
        out.extend((at as u32).to_le_bytes());
        out.extend((section.len() as u32).to_le_bytes());
        at += section.len();
    }
    sections.iter().for_each(|section| out.extend(section));
    out
}

#[derive(Default)]
struct Heap {
    bytes: Vec<u8>,
    tags: Vec<String>,
    numbers: HashMap<String, u8>,
}

impl Heap {
    fn put(&mut self, text: &str) -> (u32, u16) {
        let at = self.bytes.len() as u32;
        self.bytes.extend(text.as_bytes());
        (at, u16::try_from(text.len()).unwrap_or(0))
    }

    /// One character for a tag.
    fn tag(&mut self, tag: &str) -> char {
        let next = self.tags.len() as u8;
        let number = *self.numbers.entry(tag.to_owned()).or_insert(next);
        if number == next {
            self.tags.push(tag.to_owned());
        }
        char::from(0x20 + number)
    }

    /// The names of a place in one text, cut where it would grow too long for its length to be kept.
    fn names(&mut self, draft: &Draft) -> (u32, u16) {
        let mut text = String::new();
        let iso = draft.iso.iter().map(|iso| (ISO, iso.as_str()));
        for (tag, name) in draft.names.iter().map(|(tag, name, _)| (tag.as_str(), name.as_str())).chain(iso) {
            if text.len() + name.len() + 2 > u16::MAX as usize {
                break;
            }
            if !text.is_empty() {
                text.push('\u{1f}');
            }
            text.push(self.tag(tag));
            text.push_str(name);
        }
        self.put(&text)
    }
}

fn row(drafts: &Drafts, draft: &Draft, row_of: &[u32], heap: &mut Heap) -> Row {
    let (id, id_length) = heap.put(&draft.id);
    let (names, names_length) = heap.names(draft);
    let (lat, long) = draft.position.map_or((i32::MIN, i32::MIN), |(lat, long)| (fixed(lat), fixed(long)));
    let state = drafts.by_iso.get(&draft.iso2.to_ascii_uppercase());
    Row {
        id,
        id_length,
        names,
        names_length,
        lat,
        long,
        population: draft.population,
        geonames: draft.geonames,
        wikidata: draft.wikidata,
        parent: draft.parent.map_or(NONE, |parent| row_of[parent]),
        state: state.map_or(NONE, |&state| row_of[state]),
        level: Level::ALL.iter().position(|level| *level == draft.level).unwrap_or(0) as u8,
        flags: draft.flags,
    }
}

fn fixed(degrees: f64) -> i32 {
    (degrees * 1e5).round() as i32
}

fn codes(drafts: &Drafts, row_of: &[u32]) -> Vec<u8> {
    let pairs: BTreeMap<u32, u32> = drafts.by_geonames.iter().map(|(code, at)| (*code, row_of[*at])).collect();
    pairs.iter().flat_map(|(code, row)| [code.to_le_bytes(), row.to_le_bytes()].concat()).collect()
}

type Entries = BTreeMap<String, BTreeMap<u32, u32>>;

/// The FST and the lists it points into.
fn index(drafts: &Drafts, order: &[usize]) -> Result<(Vec<u8>, Vec<u8>), BuildError> {
    let mut entries = Entries::new();
    for (row, &at) in order.iter().enumerate() {
        enter_all(&drafts.all[at], row as u32, &mut entries);
    }
    let mut lists = Vec::new();
    let mut map = fst::MapBuilder::memory();
    for (key, rows) in entries {
        let list: Vec<u32> = rows.iter().map(|(row, entry)| row << 3 | entry).collect();
        map.insert(key, value(&list, &mut lists))?;
    }
    Ok((map.into_inner()?, lists))
}

fn value(list: &[u32], lists: &mut Vec<u8>) -> u64 {
    if let [one] = list {
        return u64::from(*one) << 1;
    }
    let at = lists.len() as u64;
    lists.extend((list.len() as u32).to_le_bytes());
    list.iter().for_each(|entry| lists.extend(entry.to_le_bytes()));
    at << 1 | 1
}

fn enter_all(draft: &Draft, row: u32, entries: &mut Entries) {
    let mut enter = |key: String, class: NameClass, stem: bool| {
        let entry = (class as u32) << 1 | u32::from(stem);
        let best = entries.entry(key).or_default().entry(row).or_insert(entry);
        *best = entry.min(*best);
    };
    let named = draft.names.iter().map(|(_, name, class)| (name, *class));
    let others = draft.other_names.iter().map(|name| (name, NameClass::Gathered));
    for (name, class) in named.chain(others) {
        for (key, stem) in memory_layer::keys(name, draft.level, Some(&draft.iso2)) {
            enter(key, class, stem);
        }
    }
    for (key, class, stem) in &draft.keys {
        enter(key.clone(), *class, *stem);
    }
    if let Some(iso) = &draft.iso {
        enter(format!("=={}", iso.to_ascii_lowercase()), NameClass::Preferred, false);
    }
    let own = draft.iso.as_deref().and_then(|iso| iso.split_once('-')).map(|(_, own)| own);
    if let Some(own) = own.filter(|own| own.len() >= 2 && own.bytes().all(|b| b.is_ascii_alphabetic())) {
        enter(format!("={}", own.to_ascii_lowercase()), NameClass::Alternative, false);
    }
}
