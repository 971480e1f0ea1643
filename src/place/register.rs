//! The register: layers of places, one above the other.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::BufRead;
use std::sync::{Arc, LazyLock};

use crate::record::Level;

use super::index::Slot;
use super::memory_layer::{MemoryLayer, Parts};
use super::packed::{NotPacked, Packed};
use super::review::{self, Decisions, ReadError};
use super::types::{Conflict, Place};
use super::{memory_layer, records};

/// Every place that a program knows, and the names that lead to them.
///
/// Cheap to share behind an `Arc`; looking up takes `&self` and no lock.
#[derive(Debug, Clone, Default)]
pub struct Register {
    pub(super) in_memory: MemoryLayer,
    pub(super) packed: Option<Arc<Packed>>,
    decisions: Arc<Decisions>,
    /// Descriptions that a place of the run contradicts, by id.
    pub(super) left_out: BTreeMap<String, Place>,
    /// Ids under which the run describes another place than was known, with where what lay in the known one now lies.
    elsewhere: HashMap<String, Option<String>>,
    /// States that the run describes as units, with the states that these belong to.
    pub(super) no_states: HashMap<String, Option<String>>,
}

/// The packed register that ships; `make register` makes it.
const SHIPPED: &[u8] = include_bytes!("../../ontology/register.bin");

static BUILTIN: LazyLock<Register> = LazyLock::new(|| {
    let shipped = Packed::open(Cow::Borrowed(SHIPPED), PACKED);
    Register::over(shipped.ok().map(Arc::new))
});

/// The layer number of the packed places.
pub(super) const PACKED: u8 = 1;
/// How many places left out may lie in each other.
const DEEPEST: usize = 32;

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
            register.put(place, false, &[]);
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

    /// The slots of the places that are an item of Wikidata, such as `Q182852`, in their order.
    pub(crate) fn of_item(&self, item: &str) -> Vec<Slot> {
        let mut slots: Vec<Slot> = self.in_memory.mentioning(item).collect();
        if let (Some(packed), Some(Ok(number))) = (&self.packed, item.strip_prefix('Q').map(str::parse)) {
            packed.of_item(number, &mut |slot| slots.extend(self.top(slot)));
        }
        slots.retain(|slot| self.place(*slot).is_item(item));
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    /// Number of places.
    pub fn len(&self) -> usize {
        let packed = self.packed.as_ref().map_or(0, |packed| packed.count() as usize);
        packed + self.in_memory.count() - self.in_memory.replacements()
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
    /// Where its name could also be a place of the shipped register, mentions mean the one added. Where it contradicts
    /// what was known before the run of the place with its id, that description is left out: its names lead nowhere, and
    /// the [`Conflict`] is handed back as something to warn of. So it is where it is another item of Wikidata than the known
    /// one, of which nothing but the item is left out.
    ///
    /// # Errors
    /// A [`Conflict`] where the run itself has the id at another level, in another state, at another position or as another item
    /// of Wikidata.
    pub fn add(&mut self, place: Place) -> Result<Option<Conflict>, Conflict> {
        self.add_folded(place, &[])
    }

    /// As [`Self::add`], with the names of the place as [`super::fold::spaced`] folds them, if whoever adds it has them.
    pub(crate) fn add_folded(&mut self, mut place: Place, folded: &[String]) -> Result<Option<Conflict>, Conflict> {
        place.state = place.state.map(|state| self.state_id(&state).unwrap_or(state));
        let Some(slot) = self.slot(&place.id) else {
            return Ok(self.put(place, true, folded).1);
        };
        let said = match self.said(slot) {
            None => place,
            Some(mut said) => {
                said.other_item(&place).map_or(Ok(()), Err)?;
                said.merge(place)?;
                said
            }
        };
        let Some(base) = self.base(slot) else {
            self.replace(slot, said, true);
            return Ok(None);
        };
        let mut merged = base.clone();
        match merged.merge(said.clone()) {
            Ok(()) => {
                let (parts, other_item) = (Parts::new(&base, &said), base.other_item(&said));
                let slot = self.replace(slot, merged, true);
                self.in_memory.set_parts(slot.row, parts);
                Ok(other_item)
            }
            Err(conflict) => {
                self.put_instead(slot, base, said, true);
                Ok(Some(conflict))
            }
        }
    }

    /// Takes another description of a place into the register itself, in the stead of what it holds under that id: what
    /// came into a store by an earlier run. It counts as known before this run.
    pub(crate) fn relay(&mut self, place: Place) {
        if let Some(slot) = self.slot(&place.id) {
            let base = self.place(slot);
            self.put_instead(slot, base, place, false);
        }
    }

    /// The descriptions known before the run that places of the run contradict, by id.
    pub(crate) fn left_out(&self) -> &BTreeMap<String, Place> {
        &self.left_out
    }

    /// Whether the run describes this state as a unit.
    pub(crate) fn is_no_state(&self, id: &str) -> bool {
        self.no_states.contains_key(id)
    }

    fn said(&self, slot: Slot) -> Option<Place> {
        (slot.layer == memory_layer::LAYER).then(|| self.in_memory.said(slot.row)).flatten()
    }

    fn base(&self, slot: Slot) -> Option<Place> {
        match slot.layer {
            memory_layer::LAYER => self.in_memory.base(slot.row),
            _ => Some(self.place(slot)),
        }
    }

    /// Puts a place in the stead of one of its id that it contradicts. What lay in that one lies in the new one, unless
    /// this is another place altogether: then in what that one lay in.
    fn put_instead(&mut self, slot: Slot, base: Place, place: Place, own: bool) {
        let id = place.id.clone();
        let elsewhere = base.is_elsewhere(&place);
        let above = self.parent(slot).filter(|_| elsewhere);
        if elsewhere {
            self.elsewhere.insert(id.clone(), above.map(|slot| self.facts(slot).id.to_owned()));
        }
        if base.level == Level::State && place.level != Level::State {
            self.no_states.insert(id.clone(), place.state.clone());
        }
        let below = self.packed.as_ref().and_then(|packed| packed.find(&id));
        let new = Slot { layer: memory_layer::LAYER, row: self.in_memory.next_row() };
        let instead = if elsewhere { above } else { Some(new) };
        for old in [Some(slot), below].into_iter().flatten() {
            self.in_memory.leave_out(old, instead);
        }
        self.put(place, own, &[]);
        self.left_out.insert(id, base);
    }

    /// Adds the places of a file of JSON Lines, one place record a line; gives their number. `warn` is handed the number
    /// of each line that contradicts what was known of a place before, and with what: it stands in the stead of that.
    ///
    /// # Errors
    /// The first line that is no place record, or contradicts another place that was added; the lines before it are
    /// taken.
    pub fn add_jsonl(
        &mut self,
        lines: impl BufRead,
        warn: &mut dyn FnMut(usize, Conflict),
    ) -> Result<usize, ReadError> {
        let mut count = 0;
        review::each_line(lines, |line, text| {
            let place = records::from_json(text).map_err(|source| ReadError::Json { line, source })?;
            count += 1;
            let added =
                self.add(place).map_err(|conflict| ReadError::Content { line, reason: conflict.to_string() })?;
            added.into_iter().for_each(|conflict| warn(line, conflict));
            Ok(())
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
            let Some(slot) = self.slot(id) else { continue };
            let mut place = self.place(slot);
            let decided =
                Place { same_as: iris.clone(), curated: place.curated, ..Place::new(id.as_str(), place.level) };
            if place.merge(decided).is_ok() {
                self.replace(slot, place, false);
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
        let slots = self.slot(id).map(|slot| self.ancestors_of(slot)).unwrap_or_default();
        slots.into_iter().map(|slot| self.place(slot)).collect()
    }

    /// Hands over every place: those in memory, then the packed ones that none of them stands in for.
    pub fn each_place(&self, take: &mut dyn FnMut(Place)) {
        self.in_memory.places().for_each(|place| take(self.without_left_out(place)));
        let packed = self.packed.as_deref();
        for slot in packed.into_iter().flat_map(|packed| (0..packed.count()).map(|row| Slot { layer: PACKED, row })) {
            if self.in_memory.instead_of(slot).is_none() && self.in_memory.left_out(slot).is_none() {
                take(self.place(slot));
            }
        }
    }

    /// Every place kept in memory: the curated ones and those added.
    pub fn places_in_memory(&self) -> impl Iterator<Item = Place> {
        self.in_memory.places()
    }

    /// Puts a place over the packed ones that it is: those of its id, or of one of its codes. It has their other codes, too. That
    /// it is another item of Wikidata than one of them is handed back.
    fn put(&mut self, mut place: Place, own: bool, folded: &[String]) -> (Slot, Option<Conflict>) {
        let Some(packed) = self.packed.clone() else {
            return (self.in_memory.put(place, own, &[], folded), None);
        };
        let mut slots = same_place(&packed, &place);
        slots.retain(|&slot| self.in_memory.left_out(slot).is_none());
        let mut other_item = None;
        for slot in &slots {
            let facts = packed.facts(slot.row);
            let below = Place { codes: packed.codes(slot.row), ..Place::new(facts.id, facts.level) };
            other_item = other_item.or_else(|| below.other_item(&place));
            place.take_codes(below.codes);
        }
        let replaced: Vec<_> = slots.iter().map(|&slot| (slot, packed.facts(slot.row))).collect();
        (self.in_memory.put(place, own, &replaced, folded), other_item)
    }

    /// Puts a merged description in the stead of one of those it was merged from.
    fn replace(&mut self, slot: Slot, place: Place, own: bool) -> Slot {
        if slot.layer != memory_layer::LAYER {
            return self.put(place, own, &[]).0;
        }
        self.in_memory.update(slot.row, place);
        slot
    }

    pub(crate) fn slot(&self, id: &str) -> Option<Slot> {
        let below = || self.packed.as_ref().and_then(|packed| packed.find(id)).and_then(|slot| self.top(slot));
        self.in_memory.find(id).or_else(below)
    }

    /// The slot of a place, of what stands in its stead, or of where what lay in one left out now lies.
    pub(super) fn top(&self, mut slot: Slot) -> Option<Slot> {
        // Places that lie in each other may both be left out.
        for _ in 0..DEEPEST {
            match self.in_memory.left_out(slot) {
                Some(instead) => slot = instead?,
                None => return Some(self.in_memory.instead_of(slot).unwrap_or(slot)),
            }
        }
        None
    }

    /// A description of a place known before the run, without what it says of one that was left out.
    pub(super) fn without_left_out(&self, mut place: Place) -> Place {
        if self.left_out.is_empty() || self.in_memory.find(&place.id).is_some_and(|slot| self.states_unit(slot)) {
            return place;
        }
        if let Some(instead) = place.within.as_deref().and_then(|unit| self.elsewhere.get(unit)) {
            place.within.clone_from(instead);
        }
        if let Some(instead) = place.state.as_deref().and_then(|state| self.no_states.get(state)) {
            place.state.clone_from(instead);
        }
        place.different_from.retain(|id| !self.elsewhere.contains_key(id));
        place
    }

    /// Whether the run says in what a place lies.
    fn states_unit(&self, slot: Slot) -> bool {
        self.in_memory
            .said(slot.row)
            .is_some_and(|said| said.within.is_some() || self.in_memory.base(slot.row).is_none())
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
