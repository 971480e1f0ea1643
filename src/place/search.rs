//! Searching: places whose names begin with a text, or nearly fold to it.

use fst::automaton::{Automaton, Str};

use super::candidates::{Found, Scope, Via};
use super::decide::Question;
use super::fold;
use super::index::Slot;
use super::memory_layer::LAYER;
use super::mention::{Candidate, Mention};
use super::register::Register;
use super::similar::one_letter_away;
use crate::vocab::item;

/// Keys looked at in one search, at most.
const MOST_KEYS: usize = 400;

impl Register {
    /// Places that a text may mean; best first, at most `limit`.
    ///
    /// The text is read as [`Register::resolve`] reads a name; after the places that bear it come those whose names
    /// begin with it, and where there are none, those one letter away. An item of Wikidata (`Q182852`, or its IRI) leads to the
    /// places that are it.
    pub fn find(&self, text: &str, limit: usize) -> Vec<Candidate> {
        let spaced = fold::spaced(text);
        if spaced.is_empty() || limit == 0 {
            return Vec::new();
        }
        let mention = Mention::named(text);
        let question = Question { mention: &mention, state_known: false, latin: spaced.is_ascii(), note: "" };
        let items = item(text.trim()).map(|item| self.found(self.of_item(item), Via::Item)).unwrap_or_default();
        if !items.is_empty() {
            return items.iter().take(limit).map(|place| self.candidate(place, &question)).collect();
        }
        let mut found = self.bearing(text, &spaced);
        let mut more = self.beginning(&spaced.replace(' ', ""));
        if found.is_empty() && more.is_empty() {
            more = self.similar(&spaced.replace(' ', ""));
        }
        more.retain(|near| found.iter().all(|known| known.slot != near.slot));
        self.rank_for(&mut found, &question);
        self.rank_for(&mut more, &question);
        found.iter().chain(&more).take(limit).map(|place| self.candidate(place, &question)).collect()
    }

    fn bearing<'a>(&'a self, text: &str, spaced: &str) -> Vec<Found<'a>> {
        let scope = Scope::default();
        let fit = self.gather(spaced, &scope).fit;
        if !fit.is_empty() {
            return fit;
        }
        self.hierarchical_name(text, spaced, &scope).map(|name| name.gathered.fit).unwrap_or_default()
    }

    /// Places with a name one letter away from a key; none for keys too short or too long for that to mean much.
    pub(crate) fn similar(&self, key: &str) -> Vec<Found<'_>> {
        let length = key.chars().count();
        let shortest = if key.is_ascii() { 5 } else { 3 };
        if !(shortest..=40).contains(&length) {
            return Vec::new();
        }
        let mut slots: Vec<Slot> = Vec::new();
        self.in_memory().one_letter_away(key, &mut |row| slots.push(Slot { layer: LAYER, row }));
        if let Some(packed) = self.packed() {
            one_letter_away(packed.index(), key, &mut |value| {
                packed.entries(value, &mut |hit| slots.push(self.raised(hit).slot));
            });
        }
        self.found(slots, Via::Similar)
    }

    fn beginning(&self, key: &str) -> Vec<Found<'_>> {
        let mut slots: Vec<Slot> = Vec::new();
        self.in_memory().beginning(key, &mut |row| slots.push(Slot { layer: LAYER, row }));
        if let Some(packed) = self.packed() {
            packed.search(Str::new(key).starts_with(), MOST_KEYS, &mut |_, hit| slots.push(self.raised(hit).slot));
        }
        self.found(slots, Via::Beginning)
    }

    fn found(&self, mut slots: Vec<Slot>, via: Via) -> Vec<Found<'_>> {
        slots.sort_unstable();
        slots.dedup();
        slots.retain(|&slot| !self.is_left_out(slot));
        slots.into_iter().map(|slot| Found::via(slot, self.facts(slot), via)).collect()
    }
}
