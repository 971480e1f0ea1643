//! The register: layers of places, one above the other.

use std::borrow::Cow;
use std::io::BufRead;
use std::sync::{Arc, LazyLock};

use crate::record::Level;

use super::index::{Facts, Hit, NameClass, Slot};
use super::overlay::Overlay;
use super::packed::{NotPacked, Packed};
use super::review::{self, Decisions, ReadError};
use super::suffix::is_or_begins;
use super::types::{Conflict, Place};
use super::{overlay, records};

/// Every place that a program knows, and the names that lead to them.
///
/// Cheap to share behind an `Arc`; looking up takes `&self` and no lock.
#[derive(Debug, Clone, Default)]
pub struct Register {
    overlay: Overlay,
    packed: Option<Arc<Packed>>,
    decisions: Arc<Decisions>,
}

/// The packed register that ships; `make register` makes it.
const SHIPPED: &[u8] = include_bytes!("../../ontology/register.bin");

static BUILTIN: LazyLock<Register> = LazyLock::new(|| {
    let shipped = Packed::open(Cow::Borrowed(SHIPPED), PACKED);
    Register::over(shipped.ok().map(Arc::new))
});

/// The layer number of the packed places.
const PACKED: u8 = 1;

impl Register {
    /// A register without a place.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The curated places alone: those of the example articles.
    pub fn curated() -> Self {
        Self::over(None)
    }

    fn over(packed: Option<Arc<Packed>>) -> Self {
        let mut register = Self { packed, ..Self::default() };
        for place in records::curated() {
            register.put(place, false);
        }
        register
    }

    /// A register over the bytes of a packed one, such as [`super::build::build`] makes, under the curated places.
    ///
    /// # Errors
    /// [`NotPacked`] where the bytes are no packed register; every offset in them is checked.
    pub fn from_packed(bytes: Vec<u8>) -> Result<Self, NotPacked> {
        let packed = Packed::open(Cow::Owned(bytes), PACKED)?;
        packed.verify()?;
        Ok(Self::over(Some(Arc::new(packed))))
    }

    /// Number of places.
    pub fn len(&self) -> usize {
        let packed = self.packed.as_ref().map_or(0, |packed| packed.count() as usize);
        packed + self.overlay.places().count() - self.overlay.replacements()
    }

    /// Whether there is no place at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The packed layer.
    pub(crate) fn packed(&self) -> Option<&Packed> {
        self.packed.as_deref()
    }

    /// Bytes of the packed places.
    pub fn packed_size(&self) -> usize {
        self.packed.as_ref().map_or(0, |packed| packed.size())
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
                self.replace(slot, known, true);
            }
        }
        Ok(())
    }

    /// Adds the places of a file of JSON Lines, one place record a line; gives their number.
    ///
    /// # Errors
    /// The first line that is no place record, or contradicts the register; the lines before it are taken.
    pub fn add_jsonl(&mut self, lines: impl BufRead) -> Result<usize, ReadError> {
        let mut count = 0;
        review::each_line(lines, |line, text| {
            let place = records::from_json(text).map_err(|source| ReadError::Json { line, source })?;
            count += 1;
            self.add(place).map_err(|conflict| ReadError::Content { line, reason: conflict.to_string() })
        })?;
        Ok(count)
    }

    /// Obeys decisions from here on: mentions they decide, and IRIs they state.
    ///
    /// # Errors
    /// The ids that the decisions name and the register lacks; then nothing changes.
    pub fn obey(&mut self, decisions: Decisions) -> Result<(), Vec<String>> {
        let missing: Vec<String> = decisions.places().filter(|id| !self.contains(id)).map(str::to_owned).collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        for (id, iris) in &decisions.same_as {
            if let Some(mut place) = self.get(id) {
                place
                    .same_as
                    .extend(iris.iter().filter(|iri| !place.same_as.contains(iri)).cloned().collect::<Vec<_>>());
                if let Some(slot) = self.slot(id) {
                    self.replace(slot, place, false);
                }
            }
        }
        self.decisions = Arc::new(decisions);
        Ok(())
    }

    pub(crate) fn decisions(&self) -> &Decisions {
        &self.decisions
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

    /// Hands over every place: those in memory, then the packed ones that none of them stands in for.
    pub fn each_place(&self, take: &mut dyn FnMut(Place)) {
        self.overlay.places().for_each(|place| take(place.clone()));
        let packed = self.packed.as_deref();
        for slot in packed.into_iter().flat_map(|packed| (0..packed.count()).map(|row| Slot { layer: PACKED, row })) {
            if self.overlay.instead_of(slot).is_none() {
                take(self.place(slot));
            }
        }
    }

    /// Every place kept in memory: the curated ones and those added.
    pub fn places_in_memory(&self) -> impl Iterator<Item = &Place> {
        self.overlay.places()
    }

    /// Puts a place over the packed ones that it is: those of its id, or of one of its codes.
    fn put(&mut self, place: Place, own: bool) {
        let packed = self.packed.clone();
        let slots = packed.as_deref().map(|packed| same_place(packed, &place)).unwrap_or_default();
        let replaced: Vec<_> =
            slots.iter().filter_map(|&slot| Some((slot, packed.as_deref()?.facts(slot.row)))).collect();
        self.overlay.put(place, own, &replaced);
    }

    fn replace(&mut self, slot: Slot, place: Place, own: bool) {
        match slot.layer {
            overlay::LAYER => self.overlay.update(slot.row, place),
            _ => self.put(place, own),
        }
    }

    pub(crate) fn slot(&self, id: &str) -> Option<Slot> {
        let below = || self.packed.as_ref().and_then(|packed| packed.find(id)).map(|slot| self.top(slot));
        self.overlay.find(id).or_else(below)
    }

    /// The slot of a place, or of what stands in its stead.
    fn top(&self, slot: Slot) -> Slot {
        self.overlay.instead_of(slot).unwrap_or(slot)
    }

    /// The packed layer of a slot; `None` for the places in memory.
    fn layer(&self, slot: Slot) -> Option<&Packed> {
        self.packed.as_deref().filter(|_| slot.layer == PACKED)
    }

    pub(crate) fn place(&self, slot: Slot) -> Place {
        self.layer(slot).map_or_else(|| self.overlay.place(slot.row).clone(), |packed| packed.place(slot.row))
    }

    pub(crate) fn facts(&self, slot: Slot) -> Facts<'_> {
        self.layer(slot).map_or_else(|| self.overlay.facts(slot.row), |packed| packed.facts(slot.row))
    }

    pub(crate) fn label(&self, slot: Slot) -> String {
        self.layer(slot)
            .map_or_else(|| self.overlay.place(slot.row).label(), |packed| packed.label(slot.row))
            .to_owned()
    }

    /// Whether a place bears a name to the letter, but for an administrative word after it.
    pub(crate) fn bears(&self, slot: Slot, name: &str) -> bool {
        match self.layer(slot) {
            Some(packed) => packed.bears(slot.row, name),
            None => self.overlay.place(slot.row).names.iter().any(|(_, own)| is_or_begins(own, name)),
        }
    }

    /// Hands over every place that bears a key; names of a packed place count as gathered for what stands in its stead.
    pub(crate) fn look_up(&self, key: &str, take: &mut dyn FnMut(Hit)) {
        self.overlay.look_up(key, take);
        if let Some(packed) = &self.packed {
            packed.look_up(key, &mut |hit| take(self.raised(hit)));
        }
    }

    pub(crate) fn overlay(&self) -> &Overlay {
        &self.overlay
    }

    /// A hit of the packed layer, or of what stands in its stead.
    pub(crate) fn raised(&self, hit: Hit) -> Hit {
        match self.overlay.instead_of(hit.slot) {
            Some(slot) => Hit { slot, class: NameClass::Gathered, ..hit },
            None => hit,
        }
    }

    /// The unit that a place lies in; the state where no nearer one is known.
    pub(crate) fn parent(&self, slot: Slot) -> Option<Slot> {
        if let Some(packed) = self.layer(slot) {
            return packed.parent(slot.row).map(|up| self.top(up));
        }
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

/// The packed places that a place is: by its id, its GeoNames id, or, for states and units, its ISO code.
fn same_place(packed: &Packed, place: &Place) -> Vec<Slot> {
    let geonames = place.codes.get("geonames").and_then(|code| code.parse().ok());
    let mut slots: Vec<Slot> = packed.find(&place.id).into_iter().collect();
    slots.extend(geonames.and_then(|code| packed.by_geonames(code)).filter(|slot| !slots.contains(slot)));
    for iso in ["iso3166-1", "iso3166-2"].iter().filter_map(|scheme| place.codes.get(*scheme)) {
        packed.look_up(&format!("=={}", iso.to_ascii_lowercase()), &mut |hit| {
            if !slots.contains(&hit.slot) {
                slots.push(hit.slot);
            }
        });
    }
    slots
}
