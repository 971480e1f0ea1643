//! What the layers of a register have in common: names that lead to places, and the facts that decide between them.

use crate::record::Level;

use super::suffix::Levels;

/// A place's address in a register: a layer and a row of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Slot {
    /// 0 for the places added in memory, then the packed layers.
    pub(crate) layer: u8,
    /// The row in the layer.
    pub(crate) row: u32,
}

/// How good a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NameClass {
    /// The preferred name of a language.
    Preferred,
    /// Another name that a person put down.
    Alternative,
    /// An alternative name out of a gazetteer.
    Gathered,
}

/// A name of the index: whose it is, how good, and whether an administrative word was taken off it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hit {
    /// The place.
    pub(crate) slot: Slot,
    /// The name's class.
    pub(crate) class: NameClass,
    /// Whether the index key is the stem of the name: `撒马尔罕` of `撒马尔罕州`.
    pub(crate) stem: bool,
}

/// What decides between candidates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// The id.
    pub(crate) id: &'a str,
    /// The level.
    pub(crate) level: Level,
    /// Whether a first-level unit is a city too, as Beijing is.
    pub(crate) city_too: bool,
    /// The id of the state; its own for a state.
    pub(crate) state: Option<&'a str>,
    /// Inhabitants, 0 where unknown.
    pub(crate) population: u32,
    /// Whether a person described it.
    pub(crate) curated: bool,
    /// Whether it came with this run rather than with the register.
    pub(crate) own: bool,
    /// Whether it is the capital of its state.
    pub(crate) capital: bool,
}

impl Facts<'_> {
    /// The levels it passes for.
    pub(crate) fn levels(&self) -> Levels {
        let own = Levels::of(self.level);
        if self.city_too { own.or(Levels::of(Level::Municipality)) } else { own }
    }

    /// The levels that an administrative word in a mention may mean: `州` never means a unit that is a city.
    pub(crate) fn word_levels(&self) -> Levels {
        if self.city_too { Levels::of(Level::Municipality) } else { Levels::of(self.level) }
    }

    /// Whether it is a city, be it a unit too or not.
    pub(crate) fn is_city(&self) -> bool {
        self.level == Level::Municipality || self.city_too
    }
}
