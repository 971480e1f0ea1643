//! The in-memory layer: curated places and those a program adds, with their index, above the packed register.
//!
//! A run may describe millions: a place is kept packed ([`Compact`]) beside what decides between candidates, and names are
//! one sorted tree, in which neighbours of a name are found without looking at all others.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::record::Level;

use super::compact::Compact;
use super::fold;
use super::index::{Facts, Hit, NameClass, Slot};
use super::neighbours;
use super::suffix;
use super::types::Place;

/// The layer number of places in memory.
pub(crate) const LAYER: u8 = 0;

/// Places in memory with their index.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryLayer {
    entries: Vec<Entry>,
    /// Rows by the ids of their places; of several with one id the last.
    ids: HashTable<u32>,
    hashing: DefaultHashBuilder,
    names: BTreeMap<Box<str>, Keys>,
    replaced: HashMap<Slot, u32>,
    gone: HashMap<Slot, Option<Slot>>,
    /// Rows of `gone`.
    gone_rows: HashSet<u32>,
}

#[derive(Debug, Clone)]
struct Entry {
    place: Compact,
    id: Box<str>,
    state: Option<Box<str>>,
    within: Option<Box<str>>,
    population: u32,
    level: Level,
    curated: bool,
    own: bool,
    city_too: bool,
    capital: bool,
    parts: Option<Box<Parts>>,
    /// Places of lower layers that it stands in for.
    replaces: Box<[Slot]>,
}

impl Entry {
    fn new(place: &Place, own: bool, replaces: Box<[Slot]>) -> Self {
        Self {
            place: place.into(),
            id: place.id.as_str().into(),
            state: place.state.as_deref().map(Into::into),
            within: place.within.as_deref().map(Into::into),
            population: place.population.unwrap_or(0),
            level: place.level,
            curated: place.curated,
            own,
            city_too: false,
            capital: false,
            parts: None,
            replaces,
        }
    }
}

/// The descriptions that one of the run and one known before were merged from.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    /// What was known before the run.
    base: Compact,
    /// What the run says.
    said: Compact,
}

impl Parts {
    /// Of these two.
    pub(crate) fn new(base: &Place, said: &Place) -> Self {
        Self { base: base.into(), said: said.into() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Key {
    row: u32,
    class: NameClass,
    stem: bool,
}

/// The places of a name: mostly one.
#[derive(Debug, Clone)]
enum Keys {
    One(Key),
    More(Vec<Key>),
}

impl Keys {
    fn as_slice(&self) -> &[Key] {
        match self {
            Self::One(key) => std::slice::from_ref(key),
            Self::More(keys) => keys,
        }
    }

    /// Takes one more; of two of one place the better counts.
    fn add(&mut self, new: Key) {
        let keys = match self {
            Self::One(key) => std::slice::from_mut(key),
            Self::More(keys) => keys,
        };
        match keys.iter_mut().find(|known| known.row == new.row) {
            Some(known) if (new.class, new.stem) < (known.class, known.stem) => *known = new,
            Some(_) => {}
            None => match self {
                Self::One(key) => *self = Self::More(vec![*key, new]),
                Self::More(keys) => keys.push(new),
            },
        }
    }
}

impl MemoryLayer {
    /// The slot of an id.
    pub(crate) fn find(&self, id: &str) -> Option<Slot> {
        let is_it = |row: &u32| *self.entries[*row as usize].id == *id;
        self.ids.find(self.hashing.hash_one(id), is_it).map(|&row| Slot { layer: LAYER, row })
    }

    /// The place of a row.
    pub(crate) fn place(&self, row: u32) -> Place {
        self.entries[row as usize].place.place()
    }

    /// The ids of the unit and of the state that the place of a row lies in, of which a state has none.
    pub(crate) fn surroundings(&self, row: u32) -> (Option<&str>, Option<&str>) {
        let Entry { within, state, level, .. } = &self.entries[row as usize];
        (within.as_deref(), state.as_deref().filter(|_| *level != Level::State))
    }

    /// Every place, in the order they were added.
    pub(crate) fn places(&self) -> impl Iterator<Item = Place> {
        let alive = |row: &u32| !self.gone_rows.contains(row);
        (0..self.next_row()).filter(alive).map(|row| self.place(row))
    }

    /// The slots of places whose descriptions have a text in them somewhere.
    pub(crate) fn mentioning<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Slot> + 'a {
        let finder = memchr::memmem::Finder::new(text);
        let mentions = move |row: &u32| finder.find(self.entries[*row as usize].place.as_bytes()).is_some();
        let rows = (0..self.next_row()).filter(|row| !self.gone_rows.contains(row)).filter(mentions);
        rows.map(|row| Slot { layer: LAYER, row })
    }

    /// How many places there are.
    pub(crate) fn count(&self) -> usize {
        self.entries.len() - self.gone_rows.len()
    }

    /// The facts of a row.
    pub(crate) fn facts(&self, row: u32) -> Facts<'_> {
        let entry = &self.entries[row as usize];
        let state = if entry.level == Level::State { Some(&*entry.id) } else { entry.state.as_deref() };
        Facts {
            id: &entry.id,
            level: entry.level,
            city_too: entry.city_too,
            state,
            population: entry.population,
            curated: entry.curated,
            own: entry.own,
            capital: entry.capital,
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
    pub(crate) fn said(&self, row: u32) -> Option<Place> {
        let Entry { place, own, parts, .. } = &self.entries[row as usize];
        parts.as_ref().map(|parts| &parts.said).or(own.then_some(place)).map(Compact::place)
    }

    /// What was known of a place of this layer before the run.
    pub(crate) fn base(&self, row: u32) -> Option<Place> {
        let Entry { place, own, parts, .. } = &self.entries[row as usize];
        parts.as_ref().map(|parts| &parts.base).or((!own).then_some(place)).map(Compact::place)
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
        let keys = self.names.get(key).map(Keys::as_slice).unwrap_or_default();
        for &Key { row, class, stem } in keys.iter().filter(|key| !self.gone_rows.contains(&key.row)) {
            take(Hit { slot: Slot { layer: LAYER, row }, class, stem });
        }
    }

    /// Hands over every row of a name that is one letter away from a key ([`neighbours`]).
    pub(crate) fn one_letter_away(&self, key: &str, take: &mut dyn FnMut(u32)) {
        neighbours::each(&self.names, key, &mut |name, keys| {
            if !is_code(name) {
                keys.as_slice().iter().for_each(|key| take(key.row));
            }
        });
    }

    /// Hands over every row of a name that begins with a text.
    pub(crate) fn beginning(&self, text: &str, take: &mut dyn FnMut(u32)) {
        let names = neighbours::from(&self.names, text).take_while(|(name, _)| name.starts_with(text));
        names
            .filter(|(name, _)| !is_code(name))
            .for_each(|(_, keys)| keys.as_slice().iter().for_each(|key| take(key.row)));
    }

    /// The row of the place that comes next.
    pub(crate) fn next_row(&self) -> u32 {
        self.entries.len() as u32
    }

    /// Puts a place in, in the stead of places of lower layers, and gives its slot. `folded` has its names as they are looked
    /// up, or nothing.
    pub(crate) fn put(&mut self, place: Place, own: bool, replaces: &[(Slot, Facts<'_>)], folded: &[String]) -> Slot {
        let row = self.next_row();
        let population = replaces.iter().map(|(_, facts)| facts.population).max().filter(|&n| n > 0);
        let slots: Box<[Slot]> = replaces.iter().map(|(slot, _)| *slot).collect();
        self.replaced.extend(slots.iter().map(|slot| (*slot, row)));
        let place = Place { population: place.population.or(population), ..place };
        self.index(row, &place, folded);
        self.entries.push(Entry {
            city_too: replaces.iter().any(|(_, facts)| facts.city_too) || is_city_too(&place),
            capital: replaces.iter().any(|(_, facts)| facts.capital),
            ..Entry::new(&place, own, slots)
        });
        self.enter_id(row);
        Slot { layer: LAYER, row }
    }

    fn enter_id(&mut self, row: u32) {
        let Self { entries, ids, hashing, .. } = self;
        let id = &*entries[row as usize].id;
        let is_it = |known: &u32| *entries[*known as usize].id == *id;
        let hash = |row: &u32| hashing.hash_one(&*entries[*row as usize].id);
        *ids.entry(hashing.hash_one(id), is_it, hash).or_insert(row).get_mut() = row;
    }

    /// Replaces the description of a row by a merged one.
    pub(crate) fn update(&mut self, row: u32, place: Place) {
        self.index(row, &place, &[]);
        let entry = &mut self.entries[row as usize];
        let Entry { own, city_too, capital, .. } = *entry;
        let (parts, replaces) = (entry.parts.take(), std::mem::take(&mut entry.replaces));
        *entry = Entry { city_too, capital, parts, ..Entry::new(&place, own, replaces) };
    }

    fn index(&mut self, row: u32, place: &Place, folded: &[String]) {
        let mut seen: Vec<&str> = Vec::new();
        for (nth, (tag, name)) in place.names.iter().enumerate() {
            let class = if seen.contains(&tag.as_str()) { NameClass::Alternative } else { NameClass::Preferred };
            seen.push(tag);
            let spaced =
                folded.get(nth).map_or_else(|| Cow::Owned(fold::spaced(name)), |folded| Cow::Borrowed(&**folded));
            for (key, stem) in keys_of(&spaced, place.level, place.state.as_deref()) {
                self.enter(key, Key { row, class, stem });
            }
        }
        for code in short_codes(place) {
            self.enter(code, Key { row, class: NameClass::Alternative, stem: false });
        }
    }

    fn enter(&mut self, name: String, key: Key) {
        match self.names.get_mut(name.as_str()) {
            Some(keys) => keys.add(key),
            None => drop(self.names.insert(name.into_boxed_str(), Keys::One(key))),
        }
    }
}

/// Whether a key is a code, and no name.
fn is_code(key: &str) -> bool {
    key.starts_with('=')
}

/// The keys of a name of a place: the folded name, and its stem where the administrative word fits the level.
pub(crate) fn keys(name: &str, level: Level, state: Option<&str>) -> Vec<(String, bool)> {
    keys_of(&fold::spaced(name), level, state)
}

/// As [`keys`], of a name that is folded already.
fn keys_of(spaced: &str, level: Level, state: Option<&str>) -> Vec<(String, bool)> {
    let mut keys = vec![(spaced.replace(' ', ""), false)];
    if let Some(parted) = suffix::part(spaced, state)
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
