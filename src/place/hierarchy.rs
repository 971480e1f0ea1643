//! Hierarchical names, parsed: `貴州省貴陽市`, `南韓京畿道義王市`, `Portland, Oregon, USA` into state, units and name.

use crate::record::Level;

use super::candidates::{Gathered, Scope};
use super::fold;
use super::index::{Facts, Hit, Slot};
use super::register::Register;
use super::suffix::{self, Levels};

/// What a hierarchical name led to.
#[derive(Debug)]
pub(crate) struct HierarchicalName<'a> {
    /// Candidates for its innermost name.
    pub(crate) gathered: Gathered<'a>,
    /// How it was parsed: `kr, kr-gyeonggi, 义王市`.
    pub(crate) note: String,
    /// Whether it names a state or a unit of one.
    pub(crate) state_known: bool,
}

/// Units before the name, at most.
const DEEPEST: usize = 4;

/// Marks between the parts of a name in Latin script, smallest part first.
const COMMAS: &[char] = &[',', '，', '、', '(', ')', '（', '）', '/', ';', '|'];

impl Register {
    /// Takes a name apart, where that leads to a place that fits.
    pub(crate) fn hierarchical_name<'a>(
        &'a self,
        name: &str,
        spaced: &str,
        scope: &Scope<'_>,
    ) -> Option<HierarchicalName<'a>> {
        let by_marks = name.contains(COMMAS).then(|| self.by_marks(name, scope)).flatten();
        by_marks.or_else(|| match spaced.is_ascii() {
            true => self.by_words(spaced, scope),
            false => self.descend(&spaced.replace(' ', ""), scope, &mut Vec::new()),
        })
    }

    /// `A, B, C`: the name first, as in Latin script, else last.
    fn by_marks<'a>(&'a self, name: &str, scope: &Scope<'_>) -> Option<HierarchicalName<'a>> {
        let parts: Vec<String> = name.split(COMMAS).map(fold::spaced).filter(|part| !part.is_empty()).collect();
        let (first, others) = parts.split_first()?;
        let outer: Vec<&str> = others.iter().rev().map(String::as_str).collect();
        let (last, before) = parts.split_last()?;
        let before: Vec<&str> = before.iter().map(String::as_str).collect();
        self.within_each(first, &outer, scope).or_else(|| self.within_each(last, &before, scope))
    }

    /// `Samarkand Uzbekistan`, `Portland Oregon`, `China Kunming`: one to three words at either end name a unit.
    fn by_words<'a>(&'a self, spaced: &str, scope: &Scope<'_>) -> Option<HierarchicalName<'a>> {
        let gaps: Vec<usize> = spaced.match_indices(' ').map(|(at, _)| at).collect();
        let after =
            gaps.iter().rev().take(3).find_map(|&at| self.within_each(&spaced[..at], &[&spaced[at + 1..]], scope));
        after.or_else(|| {
            gaps.iter().take(3).find_map(|&at| self.within_each(&spaced[at + 1..], &[&spaced[..at]], scope))
        })
    }

    /// A name within units, the widest first; each of them must be found.
    fn within_each<'a>(&'a self, name: &str, units: &[&str], scope: &Scope<'_>) -> Option<HierarchicalName<'a>> {
        let mut found: Option<HierarchicalName<'a>> = None;
        self.enter_units(name, units, scope, &mut Vec::new(), &mut found);
        found
    }

    /// Goes down each way of reading the units, and collects what the name means at the bottom of each.
    fn enter_units<'a>(
        &'a self,
        name: &str,
        units: &[&str],
        scope: &Scope<'_>,
        path: &mut Vec<Slot>,
        found: &mut Option<HierarchicalName<'a>>,
    ) {
        let Some((unit, inner)) = units.split_first() else {
            let gathered = self.gather_or_descend(name, scope);
            if !gathered.fit.is_empty() && !path.is_empty() {
                self.join(found, self.finish(gathered, path, name));
            }
            return;
        };
        for slot in self.units(unit, scope) {
            let mut owned = OwnedScope::of(scope);
            owned.enter(self, slot);
            path.push(slot);
            self.enter_units(name, inner, &owned.scope(), path, found);
            path.pop();
        }
    }

    fn join<'a>(&self, found: &mut Option<HierarchicalName<'a>>, more: HierarchicalName<'a>) {
        match found {
            None => *found = Some(more),
            Some(known) => {
                let fit = &mut known.gathered.fit;
                let new = more.gathered.fit.into_iter().filter(|f| fit.iter().all(|old| old.slot != f.slot));
                let new: Vec<_> = new.collect();
                fit.extend(new);
            }
        }
    }

    fn gather_or_descend<'a>(&'a self, name: &str, scope: &Scope<'_>) -> Gathered<'a> {
        let gathered = self.gather(name, scope);
        if gathered.fit.is_empty() && !name.is_ascii() {
            let deeper = self.descend(&name.replace(' ', ""), scope, &mut Vec::new());
            return deeper.map_or(gathered, |parsed| parsed.gathered);
        }
        gathered
    }

    /// The states and units of a name, or of an ISO code: `OR` in the United States; a state rules units out.
    fn units(&self, name: &str, scope: &Scope<'_>) -> Vec<Slot> {
        let open = Scope { level: None, ..*scope };
        let mut slots: Vec<Slot> = Vec::new();
        if name.len() <= 3 {
            self.look_up(&format!("={name}"), &mut |hit| slots.push(hit.slot));
            slots.retain(|&slot| scope.state.is_none_or(|state| self.facts(slot).state == Some(state)));
        }
        let gathered = self.gather(name, &open);
        slots.extend(gathered.fit.iter().filter(|f| holds_others(&f.facts)).map(|f| f.slot));
        if let Some(&state) = slots.iter().find(|&&slot| self.facts(slot).level == Level::State) {
            slots.retain(|&slot| slot == state || name.len() <= 3);
        }
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    /// Names written without gaps, the widest unit first: every unit that the text starts with, the longest first.
    fn descend<'a>(&'a self, text: &str, scope: &Scope<'_>, path: &mut Vec<Slot>) -> Option<HierarchicalName<'a>> {
        if path.len() >= DEEPEST {
            return None;
        }
        self.prefixes(text, scope).into_iter().find_map(|(length, slot)| {
            let mut owned = OwnedScope::of(scope);
            owned.enter(self, slot);
            path.push(slot);
            let found = self.rests(&text[length..], slot).find_map(|rest| self.leaf(rest, &owned.scope(), path));
            path.pop();
            found
        })
    }

    fn leaf<'a>(&'a self, rest: &str, scope: &Scope<'_>, path: &mut Vec<Slot>) -> Option<HierarchicalName<'a>> {
        let gathered = self.gather(rest, scope);
        if gathered.fit.is_empty() {
            return self.descend(rest, scope, path);
        }
        Some(self.finish(gathered, path, rest))
    }

    /// What may follow a unit: the text after it, without the administrative word and a `の` that belong to it.
    fn rests<'t>(&self, text: &'t str, slot: Slot) -> impl Iterator<Item = &'t str> {
        let facts = self.facts(slot);
        let word = suffix::leading(text, facts.state).filter(|(_, levels)| facts.levels().meets(*levels));
        let after = word.map(|(length, _)| &text[length..]);
        let linked = text.strip_prefix('ノ');
        [Some(text), after, linked].into_iter().flatten().filter(|rest| !rest.is_empty())
    }

    /// States and units that a text starts with: (length in bytes, slot), the longest first.
    fn prefixes(&self, text: &str, scope: &Scope<'_>) -> Vec<(usize, Slot)> {
        let mut found: Vec<(usize, Slot)> = Vec::new();
        for length in text.char_indices().skip(2).map(|(at, _)| at).take(16) {
            self.look_up(&text[..length], &mut |hit: Hit| self.keep_prefix(length, hit, scope, &mut found));
        }
        found.sort_by_key(|&(length, slot)| (std::cmp::Reverse(length), self.facts(slot).level, slot));
        found
    }

    fn keep_prefix(&self, length: usize, hit: Hit, scope: &Scope<'_>, found: &mut Vec<(usize, Slot)>) {
        let facts = self.facts(hit.slot);
        let fits = holds_others(&facts) && scope.state.is_none_or(|state| facts.state == Some(state));
        let deeper = scope.unit.is_none_or(|unit| unit != hit.slot && self.ancestors_of(hit.slot).contains(&unit));
        if fits && deeper && !found.contains(&(length, hit.slot)) {
            found.push((length, hit.slot));
        }
    }

    fn finish<'a>(&self, gathered: Gathered<'a>, path: &[Slot], name: &str) -> HierarchicalName<'a> {
        let mut parts: Vec<&str> = path.iter().map(|&slot| self.facts(slot).id).collect();
        parts.push(name);
        let state_known = path.iter().any(|&slot| self.facts(slot).state.is_some());
        HierarchicalName { gathered, note: format!("read as {}", parts.join(" > ")), state_known }
    }
}

/// States and units hold others; a city holds districts only where it is well known to be one.
fn holds_others(facts: &Facts<'_>) -> bool {
    let unit = Levels::of(Level::State)
        .or(Levels::of(Level::FirstLevel))
        .or(Levels::of(Level::SecondLevel))
        .or(Levels::of(Level::Region));
    facts.levels().meets(unit) || facts.population >= 100_000 || facts.curated
}

/// A scope on its way down the hierarchy.
struct OwnedScope {
    state: Option<String>,
    unit: Option<Slot>,
    level: Option<Level>,
}

impl OwnedScope {
    fn of(scope: &Scope<'_>) -> Self {
        Self { state: scope.state.map(str::to_owned), unit: scope.unit, level: scope.level }
    }

    fn enter(&mut self, register: &Register, slot: Slot) {
        let facts = register.facts(slot);
        self.state = facts.state.map(str::to_owned).or(self.state.take());
        if facts.level != Level::State {
            self.unit = Some(slot);
        }
    }

    fn scope(&self) -> Scope<'_> {
        Scope { state: self.state.as_deref(), unit: self.unit, level: self.level }
    }
}
