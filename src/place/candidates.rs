//! Candidate generation: the places a name leads to, sorted into those that fit what else is known and those that do not.

use crate::record::Level;

use super::fold;
use super::index::{Facts, Hit, NameClass, Slot};
use super::register::Register;
use super::suffix::{self, Levels, Parted};

/// What is known beside the name.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Scope<'a> {
    /// The id of the state.
    pub(crate) state: Option<&'a str>,
    /// The unit it lies in.
    pub(crate) unit: Option<Slot>,
    /// The level.
    pub(crate) level: Option<Level>,
}

/// A place that bears the name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'a> {
    pub(crate) slot: Slot,
    pub(crate) facts: Facts<'a>,
    /// How good the match of the name is, 0 to 1.
    pub(crate) quality: f32,
    pub(crate) class: NameClass,
    pub(crate) via: Via,
    /// Whether it is known to lie in the unit.
    pub(crate) in_unit: bool,
    /// Whether it bears the name to the letter; looked at only where that may decide.
    pub(crate) literal: bool,
    /// Why it does not fit, where it does not.
    pub(crate) misfit: Option<Misfit>,
    /// Whether its level is one that the administrative word of the mention says; so it is where there is none.
    pub(crate) word_fits: bool,
}

impl<'a> Found<'a> {
    /// A place found by searching.
    pub(crate) fn via(slot: Slot, facts: Facts<'a>, via: Via) -> Self {
        let hit = Hit { slot, class: NameClass::Gathered, stem: false };
        let quality = quality(&hit, via);
        Self {
            slot,
            facts,
            quality,
            class: hit.class,
            via,
            in_unit: false,
            literal: false,
            misfit: None,
            word_fits: true,
        }
    }
}

/// How the name led to the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Via {
    /// The whole name is one of its names.
    Whole,
    /// The whole name with its administrative word is one of its names: `池田市`, which `池田町` is not.
    WholeWithWord,
    /// The mention is bare, its name has an administrative word.
    BareMention,
    /// The mention's administrative word was taken off, and fits the level.
    WordFits,
    /// Another spelling of the name, such as `oe` for `ö`.
    Spelling,
    /// It is the item of Wikidata searched for.
    Item,
    /// A name of it begins with the text searched for.
    Beginning,
    /// A name of it is one letter away.
    Similar,
}

/// Why a place of the name does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misfit {
    State,
    Unit,
    Level,
    Word,
}

/// Candidates that fit, and places of the name that do not.
#[derive(Debug, Default)]
pub(crate) struct Gathered<'a> {
    pub(crate) fit: Vec<Found<'a>>,
    pub(crate) misfit: Vec<Found<'a>>,
    /// Whether the mention's name has no administrative word, or what looks like one belongs to the name.
    pub(crate) bare: bool,
}

impl Register {
    /// Every place that a folded, spaced name leads to.
    pub(crate) fn gather<'a>(&'a self, spaced: &str, scope: &Scope<'_>) -> Gathered<'a> {
        let key = joined(spaced);
        let parted = suffix::part(spaced, scope.state);
        let mut found = Finder {
            register: self,
            scope,
            parted,
            gathered: Gathered { bare: parted.is_none(), ..Default::default() },
        };
        found.whole(&key, if parted.is_some() { Via::WholeWithWord } else { Via::Whole });
        if let Some(parted) = parted {
            found.stem(&parted);
        }
        found.gathered.bare |= found.gathered.fit.iter().all(|place| place.via != Via::WordFits);
        found.gathered
    }

    /// As [`Self::gather`] by other spellings of the name, for where the first finds nothing.
    pub(crate) fn gather_spellings<'a>(&'a self, name: &str, scope: &Scope<'_>) -> Gathered<'a> {
        let mut finder =
            Finder { register: self, scope, parted: None, gathered: Gathered { bare: true, ..Default::default() } };
        for key in fold::fold_with_reasons(name).alternatives {
            self.look_up(&key, &mut |hit| finder.take(hit, Via::Spelling, Levels::ANY));
        }
        finder.gathered
    }

    fn misfit(&self, slot: Slot, facts: &Facts<'_>, scope: &Scope<'_>, word: Levels) -> (Option<Misfit>, bool) {
        let foreign = scope.state.is_some() && facts.state.is_some() && scope.state != facts.state;
        if foreign {
            return (Some(Misfit::State), false);
        }
        if !facts.word_levels().meets(word) {
            return (Some(Misfit::Word), false);
        }
        if scope.level.is_some_and(|level| !facts.levels().meets(Levels::meant_by(level))) {
            return (Some(Misfit::Level), false);
        }
        match scope.unit.map(|unit| self.lies_in(slot, facts, unit)) {
            Some(None) => (Some(Misfit::Unit), false),
            Some(Some(known)) => (None, known),
            None => (None, false),
        }
    }

    /// Whether a place lies in a unit: `None` for no, else whether that is known.
    fn lies_in(&self, slot: Slot, facts: &Facts<'_>, unit: Slot) -> Option<bool> {
        let up = self.ancestors_of(slot);
        if up.contains(&unit) {
            return Some(true);
        }
        if facts.curated && up.len() > 1 {
            return None;
        }
        let nearest = up.first().copied()?;
        (nearest == unit || self.ancestors_of(unit).contains(&nearest)).then_some(false)
    }
}

struct Finder<'r, 's> {
    register: &'r Register,
    scope: &'s Scope<'s>,
    parted: Option<Parted<'s>>,
    gathered: Gathered<'r>,
}

impl Finder<'_, '_> {
    fn whole(&mut self, key: &str, whole: Via) {
        let register = self.register;
        register.look_up(key, &mut |hit| {
            let via = if hit.stem { Via::BareMention } else { whole };
            self.take(hit, via, Levels::ANY);
        });
    }

    fn stem(&mut self, parted: &Parted<'_>) {
        let register = self.register;
        let scope_state = self.scope.state;
        register.look_up(&joined(parted.stem), &mut |hit| {
            let state = scope_state.or(register.facts(hit.slot).state);
            self.take(hit, Via::WordFits, parted.levels_in(state));
        });
    }

    fn take(&mut self, hit: Hit, via: Via, word: Levels) {
        let facts = self.register.facts(hit.slot);
        let (misfit, in_unit) = self.register.misfit(hit.slot, &facts, self.scope, word);
        let quality = quality(&hit, via) * level_quality(&facts, self.scope.level);
        let state = self.scope.state.or(facts.state);
        let word_fits = self.parted.is_none_or(|parted| facts.word_levels().meets(parted.levels_in(state)));
        let class = hit.class;
        let found = Found { slot: hit.slot, facts, quality, class, via, in_unit, literal: false, misfit, word_fits };
        let list = if misfit.is_some() { &mut self.gathered.misfit } else { &mut self.gathered.fit };
        match list.iter_mut().find(|known| known.slot == hit.slot) {
            Some(known) if known.quality < quality => *known = found,
            Some(_) => {}
            None => list.push(found),
        }
    }
}

/// Without the spaces, borrowed where there are none.
pub(crate) fn joined(spaced: &str) -> std::borrow::Cow<'_, str> {
    if spaced.contains(' ') { spaced.replace(' ', "").into() } else { spaced.into() }
}

fn quality(hit: &Hit, via: Via) -> f32 {
    let class = match hit.class {
        NameClass::Preferred => 1.0,
        NameClass::Alternative => 0.98,
        NameClass::Gathered => 0.93,
    };
    class
        * match via {
            Via::Whole | Via::WholeWithWord | Via::Item => 1.0,
            Via::WordFits => 0.99,
            Via::BareMention => 0.95,
            Via::Spelling => 0.9,
            Via::Beginning => 0.8,
            Via::Similar => 0.6,
        }
}

fn level_quality(facts: &Facts<'_>, level: Option<Level>) -> f32 {
    match level {
        Some(level) if !facts.levels().meets(Levels::of(level)) => 0.85,
        _ => 1.0,
    }
}
