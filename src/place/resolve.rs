//! From a mention to the one place it means, to several, or to none.

use crate::record::Level;

use super::candidates::{Gathered, Scope};
use super::decide::Question;
use super::fold;
use super::index::Slot;
use super::mention::{Mention, Resolution, minted_key};
use super::register::Register;
use super::{review, states};

impl Register {
    /// The place that a mention means.
    ///
    /// Never guesses: see [`Resolution`]. A state or unit that the mention gives and the register does not know leaves
    /// the mention unknown, since no candidate can be shown to lie in it.
    pub fn resolve(&self, mention: &Mention<'_>) -> Resolution {
        if let Some(decided) = self.decided(mention) {
            return decided;
        }
        let spaced = fold::spaced(mention.name);
        let Some(surroundings) = self.surroundings(mention).filter(|_| !spaced.is_empty()) else {
            return Resolution::Unknown { near: Vec::new() };
        };
        let scope = surroundings.scope(mention);
        let mut question = Question { mention, state_known: scope.state.is_some(), latin: spaced.is_ascii(), note: "" };
        let gathered = self.gather(&spaced, &scope);
        if !gathered.fit.is_empty() {
            return self.decide(gathered, &question);
        }
        if let Some(parsed) = self.hierarchical_name(mention.name, &spaced, &scope) {
            question.state_known |= parsed.state_known;
            return self.decide(parsed.gathered, &Question { note: &parsed.note, ..question });
        }
        self.last_resort(gathered, &scope, &question)
    }

    fn last_resort(&self, gathered: Gathered<'_>, scope: &Scope<'_>, question: &Question<'_>) -> Resolution {
        let spelt = self.gather_spellings(question.mention.name, scope);
        let mut better = if spelt.fit.is_empty() { gathered } else { spelt };
        if better.fit.is_empty() && better.misfit.is_empty() {
            better.misfit = self.similar(&fold::fold(question.mention.name));
        }
        self.decide(better, question)
    }

    fn decided(&self, mention: &Mention<'_>) -> Option<Resolution> {
        let place = self.decisions().get(mention)?;
        Some(match place {
            review::NONE => Resolution::Unknown { near: Vec::new() },
            id => Resolution::One { id: id.to_owned(), score: 1.0, reason: "decided in review".to_owned() },
        })
    }

    /// The key of an unresolved mention, with the state brought to its id where the register knows it.
    ///
    /// See [`minted_key`] for the key itself.
    pub fn minted_key(&self, mention: &Mention<'_>) -> String {
        let state = mention.state.map(|state| self.state(state).map_or(state, |slot| self.facts(slot).id));
        minted_key(mention.name, state, mention.level)
    }

    /// The id of the state that a text names: an id, an ISO 3166-1 code, or a name in any language.
    pub fn state_id(&self, text: &str) -> Option<String> {
        self.state(text).and_then(|slot| self.facts(slot).state.map(str::to_owned))
    }

    fn surroundings(&self, mention: &Mention<'_>) -> Option<Surroundings> {
        let state = match mention.state {
            Some(text) => Some(self.state(text)?),
            None => None,
        };
        let id = state.and_then(|slot| self.facts(slot).state.map(str::to_owned));
        let inner = state.filter(|&slot| self.facts(slot).level != Level::State);
        let unit = match mention.within {
            Some(text) => Some(self.unit_of(text, id.as_deref())?),
            None => inner,
        };
        let id = id.or_else(|| unit.and_then(|slot| self.facts(slot).state.map(str::to_owned)));
        let unit = unit.filter(|&slot| self.facts(slot).level != Level::State);
        Some(Surroundings { state: id, unit })
    }

    /// The slot of a state's id, code or name; Hong Kong's and Macau's codes lead to the units they are.
    fn state(&self, text: &str) -> Option<Slot> {
        let lower = text.trim().to_ascii_lowercase();
        let coded = |id: &str| self.slot(id).filter(|&slot| self.facts(slot).level == Level::State);
        let special = match lower.as_str() {
            "hk" | "hkg" => self.slot("cn-hong-kong"),
            "mo" | "mac" => self.slot("cn-macau"),
            code => self.slot(code).filter(|_| self.is_no_state(code)),
        };
        coded(text)
            .or_else(|| coded(&lower))
            .or(special)
            .or_else(|| self.state_by_name(text))
            .or_else(|| coded(states::id(text)?))
    }

    fn state_by_name(&self, text: &str) -> Option<Slot> {
        let scope = Scope { level: Some(Level::State), ..Scope::default() };
        let fit = self.gather(&fold::spaced(text), &scope).fit;
        fit.first().filter(|_| fit.len() == 1).map(|found| found.slot)
    }

    fn unit_of(&self, text: &str, state: Option<&str>) -> Option<Slot> {
        if let Some(slot) = self.slot(text) {
            return Some(slot);
        }
        let mention = Mention { name: text, state, ..Mention::default() };
        let id = match self.resolve(&mention) {
            Resolution::One { id, .. } => id,
            Resolution::Ambiguous { .. } => self.resolve(&mention.at_level(Level::FirstLevel)).id()?.to_owned(),
            Resolution::Unknown { .. } => return None,
        };
        self.slot(&id)
    }
}

/// The state and the unit of a mention, found.
struct Surroundings {
    state: Option<String>,
    unit: Option<Slot>,
}

impl Surroundings {
    fn scope(&self, mention: &Mention<'_>) -> Scope<'_> {
        Scope { state: self.state.as_deref(), unit: self.unit, level: mention.level }
    }
}
