//! The in-memory layer: curated places and those a program adds, with their index, above the packed register.

use std::collections::{HashMap, HashSet};

use crate::record::Level;

use super::fold;
use super::index::{Facts, Hit, NameClass, Slot};
use super::suffix;
use super::types::Place;

/// The layer number of places in memory.
pub(crate) const LAYER: u8 = 0;

/// Places in memory with their index.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryLayer {
    entries: Vec<Entry>,
    ids: HashMap<String, u32>,
    names: HashMap<String, Vec<Key>>,
    replaced: HashMap<Slot, u32>,
    gone: HashMap<Slot, Option<Slot>>,
    /// Rows of `gone`.
    gone_rows: HashSet<u32>,
}

#[derive(Debug, Clone)]
struct Entry {
    place: Place,
    own: bool,
    city_too: bool,
    capital: bool,
    parts: Option<Box<Parts>>,
    /// Places of lower layers that it stands in for.
    replaces: Vec<Slot>,
}

/// The descriptions that one of the run and one known before were merged from.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    /// What was known before the run.
    pub(crate) base: Place,
    /// What the run says.
    pub(crate) said: Place,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Key {
    row: u32,
    class: NameClass,
    stem: bool,
}

impl MemoryLayer {
    /// The slot of an id.
    pub(crate) fn find(&self, id: &str) -> Option<Slot> {
        self.ids.get(id).map(|&row| Slot { layer: LAYER, row })
    }

    /// The place of a row.
    pub(crate) fn place(&self, row: u32) -> &Place {
        &self.entries[row as usize].place
    }

    /// Every place, in the order they were added.
    pub(crate) fn places(&self) -> impl Iterator<Item = &Place> {
        let alive = |row: &usize| !self.gone_rows.contains(&(*row as u32));
        (0..self.entries.len()).filter(alive).map(|row| &self.entries[row].place)
    }

    /// The facts of a row.
    pub(crate) fn facts(&self, row: u32) -> Facts<'_> {
        let Entry { place, own, city_too, capital, .. } = &self.entries[row as usize];
        let state = if place.level == Level::State { Some(place.id.as_str()) } else { place.state.as_deref() };
        Facts {
            id: &place.id,
            level: place.level,
            city_too: *city_too,
            state,
            population: place.population.unwrap_or(0),
            curated: place.curated,
            own: *own,
            capital: *capital,
        }
    }

    /// Where a place of a lower layer has gone.
    pub(crate) fn instead_of(&self, slot: Slot) -> Option<Slot> {
        if self.replaced.is_empty() {
            return None;
        }
        self.replaced.get(&slot).map(|&row| Slot { layer: LAYER, row })
    }

    /// Number of places of lower layers that others stand in for, or that are left out.
    pub(crate) fn replacements(&self) -> usize {
        self.replaced.len() + self.gone.keys().filter(|slot| slot.layer != LAYER).count()
    }

    /// Whether a place was left out, and where what lay in it now lies.
    pub(crate) fn left_out(&self, slot: Slot) -> Option<Option<Slot>> {
        if self.gone.is_empty() { None } else { self.gone.get(&slot).copied() }
    }

    /// What the run says of a place of this layer.
    pub(crate) fn said(&self, row: u32) -> Option<&Place> {
        let Entry { place, own, parts, .. } = &self.entries[row as usize];
        parts.as_ref().map(|parts| &parts.said).or(own.then_some(place))
    }

    /// What was known of a place of this layer before the run.
    pub(crate) fn base(&self, row: u32) -> Option<&Place> {
        let Entry { place, own, parts, .. } = &self.entries[row as usize];
        parts.as_ref().map(|parts| &parts.base).or((!own).then_some(place))
    }

    /// Leaves a place out of a layer, and those of lower layers that it stood in for; what lay in it lies in `instead`.
    pub(crate) fn leave_out(&mut self, slot: Slot, instead: Option<Slot>) {
        self.gone.insert(slot, instead);
        if slot.layer == LAYER {
            self.gone_rows.insert(slot.row);
            for below in std::mem::take(&mut self.entries[slot.row as usize].replaces) {
                self.replaced.remove(&below);
                self.gone.insert(below, instead);
            }
        }
    }

    /// Notes which descriptions a row was merged from: it counts as one of the run.
    pub(crate) fn set_parts(&mut self, row: u32, parts: Parts) {
        let entry = &mut self.entries[row as usize];
        entry.own = true;
        entry.parts = Some(Box::new(parts));
    }

    /// Hands over every entry of the index under a key.
    pub(crate) fn look_up(&self, key: &str, take: &mut dyn FnMut(Hit)) {
        let keys = self.names.get(key).into_iter().flatten().filter(|key| !self.gone_rows.contains(&key.row));
        for &Key { row, class, stem } in keys {
            take(Hit { slot: Slot { layer: LAYER, row }, class, stem });
        }
    }

    /// Hands over every key of a name with each row that bears it.
    pub(crate) fn each_key(&self, take: &mut dyn FnMut(&str, u32)) {
        for (key, entries) in self.names.iter().filter(|(key, _)| !key.starts_with('=')) {
            entries.iter().for_each(|entry| take(key, entry.row));
        }
    }

    /// The row of the place that comes next.
    pub(crate) fn next_row(&self) -> u32 {
        self.entries.len() as u32
    }

    /// Puts a place in, in the stead of places of lower layers, and gives its slot.
    pub(crate) fn put(&mut self, place: Place, own: bool, replaces: &[(Slot, Facts<'_>)]) -> Slot {
        let row = self.entries.len() as u32;
        self.ids.insert(place.id.clone(), row);
        let city_too = replaces.iter().any(|(_, facts)| facts.city_too) || is_city_too(&place);
        let capital = replaces.iter().any(|(_, facts)| facts.capital);
        let population = replaces.iter().map(|(_, facts)| facts.population).max().filter(|&n| n > 0);
        let replaces: Vec<Slot> = replaces.iter().map(|(slot, _)| *slot).collect();
        self.replaced.extend(replaces.iter().map(|slot| (*slot, row)));
        let place = Place { population: place.population.or(population), ..place };
        self.index(row, &place);
        self.entries.push(Entry { place, own, city_too, capital, parts: None, replaces });
        Slot { layer: LAYER, row }
    }

    /// Replaces the description of a row by a merged one.
    pub(crate) fn update(&mut self, row: u32, place: Place) {
        self.index(row, &place);
        self.entries[row as usize].place = place;
    }

    fn index(&mut self, row: u32, place: &Place) {
        let mut seen: Vec<&str> = Vec::new();
        for (tag, name) in &place.names {
            let class = if seen.contains(&tag.as_str()) { NameClass::Alternative } else { NameClass::Preferred };
            seen.push(tag);
            for (key, stem) in keys(name, place.level, place.state.as_deref()) {
                self.enter(key, Key { row, class, stem });
            }
        }
        for code in short_codes(place) {
            self.enter(code, Key { row, class: NameClass::Alternative, stem: false });
        }
    }

    fn enter(&mut self, key: String, entry: Key) {
        let entries = self.names.entry(key).or_default();
        match entries.iter_mut().find(|known| known.row == entry.row) {
            Some(known) if (entry.class, entry.stem) < (known.class, known.stem) => *known = entry,
            Some(_) => {}
            None => entries.push(entry),
        }
    }
}

/// The keys of a name of a place: the folded name, and its stem where the administrative word fits the level.
pub(crate) fn keys(name: &str, level: Level, state: Option<&str>) -> Vec<(String, bool)> {
    let spaced = fold::spaced(name);
    let mut keys = vec![(spaced.replace(' ', ""), false)];
    if let Some(parted) = suffix::part(&spaced, state)
        && parted.levels.meets(suffix::Levels::of(level).or(city_of(level)))
    {
        keys.push((parted.stem.replace(' ', ""), true));
    }
    keys.retain(|(key, _)| !key.is_empty());
    keys
}

/// A first-level unit may be a city and carry a city's word: `北京市`.
fn city_of(level: Level) -> suffix::Levels {
    if level == Level::FirstLevel { suffix::Levels::of(Level::Municipality) } else { suffix::Levels::NONE }
}

/// A first-level unit that is called a city in some language is one.
fn is_city_too(place: &Place) -> bool {
    place.level == Level::FirstLevel
        && place.names.iter().any(|(_, name)| name.ends_with(['市', '시']) || name.ends_with(" City"))
}

/// ISO codes that people use as names: `USA` is none of them, `NSW` of `AU-NSW` only with letters alone.
fn short_codes(place: &Place) -> Vec<String> {
    let code = place.codes.get("iso3166-2").and_then(|code| code.split_once('-'));
    let letters = code.filter(|(_, part)| part.len() >= 2 && part.chars().all(|c| c.is_ascii_alphabetic()));
    letters.map(|(_, part)| format!("={}", part.to_ascii_lowercase())).into_iter().collect()
}
