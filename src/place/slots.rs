//! Look-up across the layers: what stands at a slot, whichever layer it is of.

use crate::record::Level;

use super::index::{Facts, Hit, NameClass, Slot};
use super::memory_layer::MemoryLayer;
use super::packed::Packed;
use super::register::{PACKED, Register};
use super::suffix::is_or_begins;
use super::types::Place;

impl Register {
    /// The packed layer of a slot; `None` for the places in memory.
    pub(super) fn layer(&self, slot: Slot) -> Option<&Packed> {
        self.packed.as_deref().filter(|_| slot.layer == PACKED)
    }

    pub(crate) fn place(&self, slot: Slot) -> Place {
        let place = self.layer(slot).map_or_else(|| self.in_memory.place(slot.row), |packed| packed.place(slot.row));
        self.without_left_out(place)
    }

    pub(crate) fn facts(&self, slot: Slot) -> Facts<'_> {
        let facts = self.layer(slot).map_or_else(|| self.in_memory.facts(slot.row), |packed| packed.facts(slot.row));
        match facts.state.and_then(|state| self.no_states.get(state)) {
            Some(state) if !facts.own => Facts { state: state.as_deref(), ..facts },
            _ => facts,
        }
    }

    pub(crate) fn label(&self, slot: Slot) -> String {
        match self.layer(slot) {
            Some(packed) => packed.label(slot.row).to_owned(),
            None => self.in_memory.place(slot.row).label().to_owned(),
        }
    }

    /// Whether a place bears a name to the letter, but for an administrative word after it.
    pub(crate) fn bears(&self, slot: Slot, name: &str) -> bool {
        match self.layer(slot) {
            Some(packed) => packed.bears(slot.row, name),
            None => self.in_memory.place(slot.row).names.iter().any(|(_, own)| is_or_begins(own, name)),
        }
    }

    /// Hands over every place that bears a key; names of a packed place count as gathered for what stands in its stead.
    pub(crate) fn look_up(&self, key: &str, take: &mut dyn FnMut(Hit)) {
        self.in_memory.look_up(key, take);
        if let Some(packed) = &self.packed {
            packed.look_up(key, &mut |hit| {
                if !self.is_left_out(hit.slot) {
                    take(self.raised(hit));
                }
            });
        }
    }

    /// Whether a place of the run stands in the stead of the description at a slot.
    pub(crate) fn is_left_out(&self, slot: Slot) -> bool {
        self.in_memory.left_out(slot).is_some()
    }

    pub(crate) fn in_memory(&self) -> &MemoryLayer {
        &self.in_memory
    }

    /// A hit of the packed layer, or of what stands in its stead.
    pub(crate) fn raised(&self, hit: Hit) -> Hit {
        match self.in_memory.instead_of(hit.slot) {
            Some(slot) => Hit { slot, class: NameClass::Gathered, ..hit },
            None => hit,
        }
    }

    /// The unit that a place lies in; the state where no nearer one is known.
    pub(crate) fn parent(&self, slot: Slot) -> Option<Slot> {
        if let Some(packed) = self.layer(slot) {
            return packed.parent(slot.row).and_then(|up| self.top(up)).filter(|&up| up != slot);
        }
        if self.left_out.is_empty() {
            let (within, state) = self.in_memory.surroundings(slot.row);
            return self.unit_or_state(slot, within, state);
        }
        let place = self.place(slot);
        let state = place.state.as_deref().filter(|_| place.level != Level::State);
        self.unit_or_state(slot, place.within.as_deref(), state)
    }

    fn unit_or_state(&self, slot: Slot, within: Option<&str>, state: Option<&str>) -> Option<Slot> {
        let up = within.and_then(|id| self.slot(id)).filter(|&up| up != slot);
        up.or_else(|| state.and_then(|id| self.slot(id)))
    }

    /// The places that one lies in, the nearest first; ends at the state, and at a circle.
    pub(crate) fn ancestors_of(&self, slot: Slot) -> Vec<Slot> {
        let mut above = Vec::new();
        let mut at = slot;
        while let Some(up) = self.parent(at)
            && !above.contains(&up)
            && up != slot
        {
            above.push(up);
            at = up;
        }
        above
    }
}
