//! Disambiguation: one decision: a single candidate, or a clear winner by a stated rule, else ambiguous.
//!
//! The rules, in order:
//! 1. A bare name (no administrative word, no level) means the state before places inside it, and the city before a
//!    unit of its name that holds it or a county beside it: `撒馬爾罕` is the city, `撒馬爾罕州` the region. It does not
//!    where the unit is forty times as populous, nor where the other party of the record is a unit.
//! 2. A name with an administrative word means the place that bears the whole name, not one of its state that bears it
//!    without the word: `永珍省` is the province, although the city 永珍 is a first-level unit too.
//!    Of places that bear the whole name, those of a level that the word says go before the others of their state: where
//!    `徐州市` is a name of a city and of a district, it is the city.
//! 3. A place that came with the run goes before the shipped ones.
//! 4. Among the rest one wins that is far better known: ten times the inhabitants (or as much by a better name) where
//!    the state is given, forty times where it is not. Capitals and curated places count for a little more.
//! 5. Of cities of one name side by side (a city and a part of it that a gazetteer calls by the city's name) the most
//!    populous is meant: `徐州` is Xuzhou, not Tongshan in its suburbs.
//! 6. Everything else is ambiguous.

use crate::record::Level;

use super::candidates::{Found, Gathered, Misfit, Via};
use super::fold::is_han;
use super::index::NameClass;
use super::mention::{Candidate, Mention, Resolution};
use super::register::Register;

/// Orders of magnitude by which a winner leads inside one state, and across states.
const LEAD_INSIDE: f32 = 1.0;
const LEAD_ACROSS: f32 = 1.6;

/// What the mention left open, for the rules.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) mention: &'a Mention<'a>,
    /// Whether the state is given or was read off the name.
    pub(crate) state_known: bool,
    /// Whether the name is in Latin script, where a gazetteer's other names are mostly old or foreign ones; in other
    /// scripts they are the names themselves.
    pub(crate) latin: bool,
    /// How the name was taken apart, for the reason.
    pub(crate) note: &'a str,
}

impl Register {
    /// Decides between candidates that fit.
    pub(crate) fn decide(&self, gathered: Gathered<'_>, question: &Question<'_>) -> Resolution {
        let Gathered { mut fit, misfit, bare } = gathered;
        if fit.is_empty() {
            return Resolution::Unknown { near: self.near(misfit, question) };
        }
        let before = fit.len();
        if bare && question.mention.level.is_none() {
            self.prefer_cities(&mut fit, question);
        }
        let ruled = before - fit.len();
        prefer_whole_names(&mut fit);
        self.look_closer(&mut fit, question);
        prefer_levels_of_the_word(&mut fit);
        rank(&mut fit, question);
        let winner = self.winner(&fit, question).or_else(|| {
            self.leave_out_parts(&mut fit);
            self.winner(&fit, question)
        });
        match winner {
            Some(rule) => self.one(&fit[0], ruled, rule, question),
            None => Resolution::Ambiguous {
                candidates: fit.iter().take(MOST).map(|f| self.candidate(f, question)).collect(),
            },
        }
    }

    /// Marks the candidates that bear a name in Chinese characters to the letter: folding equates words of Taiwan with
    /// the mainland's, so that `喬治亞` leads to both the state and the unit of the United States.
    fn look_closer(&self, fit: &mut [Found<'_>], question: &Question<'_>) {
        let name = question.mention.name;
        if fit.len() > 1 && name.chars().any(is_han) {
            for found in fit {
                found.literal = self.bears(found.slot, name);
            }
        }
    }

    /// Rule 1.
    fn prefer_cities(&self, fit: &mut Vec<Found<'_>>, question: &Question<'_>) {
        let all = fit.clone();
        let peer_is_unit = question.mention.context.peer_level.is_some_and(|level| level != Level::Municipality);
        fit.retain(|place| !all.iter().any(|other| self.goes_before(other, place, peer_is_unit)));
    }

    fn goes_before(&self, other: &Found<'_>, place: &Found<'_>, peer_is_unit: bool) -> bool {
        if other.slot == place.slot || other.facts.state != place.facts.state || other.quality + 0.1 < place.quality {
            return false;
        }
        if other.facts.level == Level::State {
            return true;
        }
        let city_and_unit = other.facts.is_city() && !place.facts.is_city() && place.facts.level != Level::State;
        let swamped = place.facts.population > other.facts.population.saturating_mul(40);
        city_and_unit && !swamped && !peer_is_unit && self.belong_together(other, place)
    }

    fn belong_together(&self, city: &Found<'_>, unit: &Found<'_>) -> bool {
        let small = matches!(unit.facts.level, Level::County | Level::District);
        small || city.facts.capital || city.facts.city_too || self.ancestors_of(city.slot).contains(&unit.slot)
    }

    /// Rule 5: takes the cities out that lie beside the first, which is more populous.
    fn leave_out_parts(&self, fit: &mut Vec<Found<'_>>) {
        let Some(first) = fit.first().copied().filter(|found| found.facts.is_city() && !found.facts.own) else {
            return;
        };
        let Some((lat, long)) = self.position(&first) else { return };
        fit.retain(|other| {
            let beside = |(other_lat, other_long): (f64, f64)| {
                (lat - other_lat).abs() < BESIDE && (long - other_long).abs() * lat.to_radians().cos() < BESIDE
            };
            let (ours, theirs) = (&first.facts, &other.facts);
            let smaller = theirs.is_city() && theirs.state == ours.state && theirs.population < ours.population;
            other.slot == first.slot || !smaller || !self.position(other).is_some_and(beside)
        });
    }

    fn position(&self, found: &Found<'_>) -> Option<(f64, f64)> {
        let place = self.place(found.slot);
        Some((place.lat?, place.long?))
    }

    /// Why the first of a ranked list wins; `None` where it does not.
    fn winner(&self, fit: &[Found<'_>], question: &Question<'_>) -> Option<Rule> {
        let [first, second, ..] = fit else { return Some(Rule::Only) };
        if first.facts.own && !second.facts.own {
            return Some(Rule::Own);
        }
        let lead = strength(first, question) - strength(second, question);
        let same_state = question.state_known || first.facts.state == second.facts.state;
        let needed = if same_state { LEAD_INSIDE } else { LEAD_ACROSS };
        (lead >= needed).then_some(Rule::Known)
    }

    fn one(&self, found: &Found<'_>, ruled: usize, rule: Rule, question: &Question<'_>) -> Resolution {
        let certainty = match rule {
            Rule::Only if ruled == 0 => 1.0,
            Rule::Only | Rule::Own => 0.95,
            Rule::Known => 0.9,
        };
        let state = if question.state_known || found.facts.level == Level::State { 1.0 } else { 0.95 };
        Resolution::One {
            id: found.facts.id.to_owned(),
            score: found.quality * certainty * state,
            reason: reason(found, ruled, rule, question),
        }
    }

    /// Sorts places found by searching, the best known first.
    pub(crate) fn rank_for(&self, found: &mut [Found<'_>], question: &Question<'_>) {
        rank(found, question);
        // Cities before the units of about their size: a search for a bare name is for the city.
        let key = |place: &Found<'_>| strength(place, question) + if place.facts.is_city() { 0.5 } else { 0.0 };
        found.sort_by(|a, b| key(b).total_cmp(&key(a)));
    }

    fn near(&self, mut misfit: Vec<Found<'_>>, question: &Question<'_>) -> Vec<Candidate> {
        rank(&mut misfit, question);
        misfit.iter().take(MOST).map(|found| self.candidate(found, question)).collect()
    }

    /// A candidate as callers see it.
    pub(crate) fn candidate(&self, found: &Found<'_>, question: &Question<'_>) -> Candidate {
        let reduced = if found.misfit.is_some() { 0.5 } else { 0.8 };
        Candidate {
            id: found.facts.id.to_owned(),
            label: self.label(found.slot),
            level: found.facts.level,
            state: found.facts.state.map(str::to_owned),
            score: found.quality * reduced,
            reason: reason(found, 0, Rule::Only, question),
        }
    }
}

/// Rule 2.
fn prefer_whole_names(fit: &mut Vec<Found<'_>>) {
    let named = |found: &Found<'_>| found.via == Via::Whole && found.class != NameClass::Gathered;
    let states: Vec<_> = fit.iter().filter(|found| named(found)).map(|found| found.facts.state).collect();
    fit.retain(|found| found.via != Via::WordFits || !states.contains(&found.facts.state));
}

/// The second part of rule 2.
fn prefer_levels_of_the_word(fit: &mut Vec<Found<'_>>) {
    let states: Vec<_> = fit.iter().filter(|found| found.word_fits).map(|found| found.facts.state).collect();
    // A name that a person put down holds, whatever its word says: `Vientiane Prefecture` is the capital.
    let by_hand = |found: &Found<'_>| found.via == Via::WholeWithWord && found.class != NameClass::Gathered;
    fit.retain(|found| found.word_fits || found.facts.own || by_hand(found) || !states.contains(&found.facts.state));
}

/// Degrees of latitude between a city and what lies beside it, at most: some 20 km.
const BESIDE: f64 = 0.18;

/// Candidates shown at most.
const MOST: usize = 10;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Rule {
    Only,
    Own,
    Known,
}

fn rank(found: &mut [Found<'_>], question: &Question<'_>) {
    found.sort_by(|a, b| {
        strength(b, question).total_cmp(&strength(a, question)).then_with(|| a.facts.id.cmp(b.facts.id))
    });
}

/// How likely a place is meant, in orders of magnitude of inhabitants.
fn strength(found: &Found<'_>, question: &Question<'_>) -> f32 {
    let facts = &found.facts;
    let mut strength = (facts.population as f32 + 300.0).log10();
    strength += match found.class {
        NameClass::Gathered => 0.0,
        _ if question.latin => 1.2,
        _ if question.state_known => 0.0,
        _ => 0.5,
    };
    strength += if found.via == Via::WholeWithWord { 1.0 } else { 0.0 };
    strength += if found.literal { 0.7 } else { 0.0 };
    strength += if facts.own { 20.0 } else { 0.0 };
    strength += if facts.curated { 0.5 } else { 0.0 };
    strength += if facts.capital { 0.6 } else { 0.0 };
    strength += if facts.level == Level::State { 1.0 } else { 0.0 };
    strength += if found.in_unit { 0.5 } else { 0.0 };
    strength += if question.mention.level == Some(facts.level) { 0.5 } else { 0.0 };
    strength + if hinted(found, question) { 1.0 } else { 0.0 }
}

fn hinted(found: &Found<'_>, question: &Question<'_>) -> bool {
    let hint = question.mention.context.state_hint;
    hint.is_some() && hint == found.facts.state
}

fn reason(found: &Found<'_>, ruled: usize, rule: Rule, question: &Question<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    if !question.note.is_empty() {
        parts.push(question.note.to_owned());
    }
    parts.push(via(found).to_owned());
    if let Some(misfit) = found.misfit {
        parts.push(against(misfit).to_owned());
    }
    if ruled > 0 {
        parts.push(format!("a bare name means the city before {ruled} unit(s) of its name"));
    }
    match rule {
        Rule::Only => {}
        Rule::Own => parts.push("described in this run".to_owned()),
        Rule::Known => parts.push("far better known than its namesakes".to_owned()),
    }
    parts.join("; ")
}

fn via(found: &Found<'_>) -> &'static str {
    match (found.via, found.class) {
        (Via::Whole | Via::WholeWithWord, NameClass::Preferred) => "its preferred name",
        (Via::Whole | Via::WholeWithWord, NameClass::Alternative) => "another name of it",
        (Via::Whole | Via::WholeWithWord, NameClass::Gathered) => "a gazetteer's name of it",
        (Via::BareMention, _) => "its name without the administrative word",
        (Via::WordFits, _) => "its name, and the administrative word fits its level",
        (Via::Spelling, _) => "another spelling of its name",
        (Via::Item, _) => "it is this item of Wikidata",
        (Via::Beginning, _) => "a name of it begins so",
        (Via::Similar, _) => "a name of it is one letter away",
    }
}

fn against(misfit: Misfit) -> &'static str {
    match misfit {
        Misfit::State => "but it lies in another state",
        Misfit::Unit => "but it lies in another unit",
        Misfit::Level => "but it is of another level",
        Misfit::Word => "but the administrative word says another level",
    }
}

#[cfg(test)]
mod tests {
    use super::{Mention, Register};

    fn resolved(name: &str) -> Option<String> {
        Register::curated().resolve(&Mention::named(name)).id().map(str::to_owned)
    }

    #[test]
    fn a_whole_name_with_its_word_beats_a_bare_name_whose_level_fits() {
        for name in ["永珍省", "老挝万象省", "Vientiane Province", "ビエンチャン県"] {
            assert_eq!(resolved(name).as_deref(), Some("la-vientiane-province"), "{name}");
        }
        for name in ["永珍市", "万象", "Vientiane"] {
            assert_eq!(resolved(name).as_deref(), Some("la-vientiane-city"), "{name}");
        }
    }
}
