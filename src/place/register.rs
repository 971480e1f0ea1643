//! The register: layers of places, one above the other.

use std::sync::LazyLock;

use crate::record::Level;

use super::index::{Facts, Hit, Slot};
use super::overlay::Overlay;
use super::types::{Conflict, Place};
use super::{overlay, records};

/// Every place that a program knows, and the names that lead to them.
///
/// Cheap to share behind an `Arc`; looking up takes `&self` and no lock.
#[derive(Debug, Clone, Default)]
pub struct Register {
    pub(crate) overlay: Overlay,
}

static BUILTIN: LazyLock<Register> = LazyLock::new(Register::curated);

impl Register {
    /// A register without a place.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The curated places alone: those of the example articles.
    pub fn curated() -> Self {
        let mut register = Self::default();
        for place in records::curated() {
            register.put(place, false);
        }
        register
    }

    /// The register that ships: states, first-level units and cities of the world under the curated places.
    pub fn builtin() -> Self {
        BUILTIN.clone()
    }

    /// Adds a place of this run, or adds to the place of the same id.
    ///
    /// Where its name could also be a place of the shipped register, mentions mean the one added.
    ///
    /// # Errors
    /// A [`Conflict`] where the register has the id at another level, in another state or at another position.
    pub fn add(&mut self, place: Place) -> Result<(), Conflict> {
        match self.slot(&place.id) {
            None => {
                self.put(place, true);
            }
            Some(slot) => {
                let mut known = self.place(slot);
                known.merge(place)?;
                self.replace(slot, known);
            }
        }
        Ok(())
    }

    /// The place of an id.
    pub fn get(&self, id: &str) -> Option<Place> {
        self.slot(id).map(|slot| self.place(slot))
    }

    /// Whether the register has the id.
    pub fn contains(&self, id: &str) -> bool {
        self.slot(id).is_some()
    }

    /// The places that one lies in, the nearest first, ending in its state.
    pub fn ancestors(&self, id: &str) -> Vec<Place> {
        let slots = self.slot(id).map(|slot| self.chain_up(slot)).unwrap_or_default();
        slots.into_iter().map(|slot| self.place(slot)).collect()
    }

    /// Every place kept in memory: the curated ones and those added.
    pub fn places_in_memory(&self) -> impl Iterator<Item = &Place> {
        self.overlay.places()
    }

    fn put(&mut self, place: Place, own: bool) {
        self.overlay.put(place, own, &[]);
    }

    fn replace(&mut self, slot: Slot, place: Place) {
        match slot.layer {
            overlay::LAYER => self.overlay.update(slot.row, place),
            _ => self.put(place, true),
        }
    }

    pub(crate) fn slot(&self, id: &str) -> Option<Slot> {
        self.overlay.find(id)
    }

    pub(crate) fn place(&self, slot: Slot) -> Place {
        self.overlay.place(slot.row).clone()
    }

    pub(crate) fn facts(&self, slot: Slot) -> Facts<'_> {
        self.overlay.facts(slot.row)
    }

    pub(crate) fn label(&self, slot: Slot) -> String {
        self.overlay.place(slot.row).label().to_owned()
    }

    pub(crate) fn look_up(&self, key: &str, take: &mut dyn FnMut(Hit)) {
        self.overlay.look_up(key, take);
    }

    /// The unit that a place lies in; the state where no nearer one is known.
    pub(crate) fn parent(&self, slot: Slot) -> Option<Slot> {
        let place = self.overlay.place(slot.row);
        let up = place.within.as_deref().and_then(|id| self.slot(id)).filter(|&up| up != slot);
        up.or_else(|| {
            (place.level != Level::State).then_some(place.state.as_deref()).flatten().and_then(|id| self.slot(id))
        })
    }

    /// The places that one lies in, the nearest first; ends at the state, and at a circle.
    pub(crate) fn chain_up(&self, slot: Slot) -> Vec<Slot> {
        let mut chain = Vec::new();
        let mut at = slot;
        while let Some(up) = self.parent(at)
            && !chain.contains(&up)
            && up != slot
        {
            chain.push(up);
            at = up;
        }
        chain
    }
}
