//! A synthetic world of any size, the same for the same seed, shaped like the real one: one state whose cities have ties
//! to those of 147 others, few of them to very many; dates of mixed precision; names in three scripts; ties told of by up
//! to six documents, some of which contradict each other.
//!
//! How many things there are, and how many contradictions, is known ([`Known`]), so that what checks find can be counted.

use std::collections::HashSet;
use std::io::{self, Write};

use serde_json::{Value, json};

/// Foreign states.
const STATES: u64 = 147;
/// Ties for each hundred places.
const TIES: u64 = 130;
/// Statements of ties in a document.
const STATEMENTS: u64 = 40;
/// Of a thousand ties that several documents tell of, how many have two different beginnings.
const CONTRADICTED: u64 = 20;

/// What world to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct World {
    /// How many places below the states; four at least. There are about ten records to a place.
    pub places: u64,
    /// Another seed, another world.
    pub seed: u64,
}

/// What is in a world that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Known {
    /// Records of all types.
    pub records: u64,
    /// Places, the states among them.
    pub places: u64,
    /// Documents.
    pub documents: u64,
    /// Ties, each counted once however many documents state it.
    pub ties: u64,
    /// Records of ties.
    pub statements: u64,
    /// Ties to which different documents give different beginnings.
    pub contradictions: u64,
    /// Agreements.
    pub agreements: u64,
    /// Counts.
    pub counts: u64,
}

/// Writes the world as JSON Lines, grouped by document, places first.
///
/// # Errors
/// Those of the output.
pub fn write(world: World, out: &mut impl Write) -> io::Result<Known> {
    let mut maker = Maker { world: World { places: world.places.max(4), ..world }, out, known: Known::default() };
    maker.places()?;
    let ties = maker.ties();
    maker.documents(&ties)?;
    Ok(maker.known)
}

/// A stream of numbers that looks random (SplitMix64).
struct Chance(u64);

impl Chance {
    fn new(seed: u64, what: u64, which: u64) -> Self {
        let mut chance =
            Self(seed ^ what.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ which.wrapping_mul(0xD1B5_4A32_D192_ED03));
        chance.next();
        chance
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Less than `bound`.
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// Less than `bound`, small numbers far more often than great ones.
    fn skewed(&mut self, bound: u64) -> u64 {
        let share = self.below(1 << 20) as f64 / f64::from(1 << 20);
        (share.powi(3) * bound as f64) as u64
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len() as u64) as usize]
    }
}

const LATIN: &[&str] =
    &["ka", "lo", "mi", "ra", "ten", "su", "vo", "bel", "dor", "nia", "ze", "pur", "gan", "hi", "tol", "wes"];
const HAN: &[&str] = &["安", "北", "川", "东", "海", "江", "昆", "林", "明", "南", "平", "青", "山", "西", "阳", "州"];
const KANA: &[&str] =
    &["カ", "ロ", "ミ", "ラ", "テン", "ス", "ボ", "ベル", "ドル", "ニア", "ゼ", "プル", "ガン", "ヒ", "トル", "ウェス"];

/// The same name in three scripts: a number in syllables, so that no two places share one.
fn names(number: u64) -> Value {
    let mut digits = Vec::new();
    let mut rest = number.wrapping_add(256);
    while rest > 0 {
        digits.push((rest % 16) as usize);
        rest /= 16;
    }
    let spell = |syllables: &[&str]| digits.iter().map(|digit| syllables[*digit]).collect::<String>();
    let latin = spell(LATIN);
    let capital = latin[..1].to_uppercase() + &latin[1..];
    json!({ "en": capital, "zh-Hans": spell(HAN), "ja": spell(KANA) })
}

struct Tie {
    home: u64,
    abroad: u64,
}

struct Maker<'w, W> {
    world: World,
    out: &'w mut W,
    known: Known,
}

impl<W: Write> Maker<'_, W> {
    fn record(&mut self, record: &Value) -> io::Result<()> {
        self.known.records += 1;
        serde_json::to_writer(&mut *self.out, record)?;
        self.out.write_all(b"\n")
    }

    /// The first quarter of the places lies at home, the others abroad.
    fn home(&self) -> u64 {
        self.world.places / 4
    }

    fn state(&self, place: u64) -> u64 {
        if place < self.home() { 0 } else { 1 + Chance::new(self.world.seed, 1, place).skewed(STATES) }
    }

    fn places(&mut self) -> io::Result<()> {
        for state in 0..=STATES {
            let names = names(1_000_000_000 + state);
            self.record(&json!({ "type": "place", "id": state_id(state), "level": "state", "names": names }))?;
        }
        for place in 0..self.world.places {
            let mut chance = Chance::new(self.world.seed, 2, place);
            let level = chance.pick(&["municipality", "municipality", "municipality", "first-level", "county"]);
            let state = state_id(self.state(place));
            let (lat, long) = (chance.below(16_000) as f64 / 100.0 - 80.0, chance.below(35_000) as f64 / 100.0 - 175.0);
            self.record(&json!({
                "type": "place", "id": place_id(place), "level": level, "state": state, "within": state,
                "names": names(place), "lat": lat, "long": long,
            }))?;
        }
        self.known.places = self.world.places + STATES + 1;
        Ok(())
    }

    fn ties(&mut self) -> Vec<Tie> {
        let mut chance = Chance::new(self.world.seed, 3, 0);
        let (home, all) = (self.home(), self.world.places);
        let (wanted, mut seen, mut ties) = (all * TIES / 100, HashSet::new(), Vec::new());
        for _ in 0..wanted * 3 {
            let tie = Tie { home: chance.skewed(home), abroad: home + chance.skewed(all - home) };
            if ties.len() as u64 == wanted {
                break;
            }
            if seen.insert((tie.home, tie.abroad)) {
                ties.push(tie);
            }
        }
        self.known.ties = ties.len() as u64;
        ties
    }

    /// Each tie goes into one to six documents.
    fn documents(&mut self, ties: &[Tie]) -> io::Result<()> {
        let count = (ties.len() as u64 * 2 / STATEMENTS).max(1);
        let mut statements: Vec<(u64, usize, u64)> = Vec::with_capacity(ties.len() * 2);
        for tie in 0..ties.len() {
            let mut chance = Chance::new(self.world.seed, 4, tie as u64);
            let telling = 1 + chance.skewed(6).min(count - 1);
            let first = chance.below(count);
            let contradicted = telling > 1 && chance.below(1000) < CONTRADICTED;
            self.known.contradictions += u64::from(contradicted);
            statements.extend(
                (0..telling)
                    .map(|nth| ((first + nth * (1 + count / 7)) % count, tie, if contradicted { nth } else { 0 })),
            );
        }
        statements.sort_unstable();
        statements.dedup_by_key(|(document, tie, _)| (*document, *tie));
        for group in statements.chunk_by(|one, other| one.0 == other.0) {
            self.document(group, ties)?;
        }
        Ok(())
    }

    fn document(&mut self, group: &[(u64, usize, u64)], ties: &[Tie]) -> io::Result<()> {
        let number = group[0].0;
        let mut chance = Chance::new(self.world.seed, 5, number);
        let (id, language) = (format!("g-doc-{number}"), chance.pick(&["zh-Hans", "zh-Hant", "ja"]));
        let published = format!("{}-{:02}-{:02}", 2010 + chance.below(15), 1 + chance.below(12), 1 + chance.below(28));
        self.known.documents += 1;
        let title = format!("友好城市 {number}");
        self.record(&json!({
            "type": "source", "id": id, "title": title, "language": language, "published": published,
            "publisher": "Generated News", "text_condition": "clean",
        }))?;
        for (offset, (_, tie, shift)) in group.iter().enumerate() {
            self.statement(&id, *tie, *shift, &ties[*tie], offset as u64)?;
        }
        let about = place_id(ties[group[0].1].home);
        for (variable, value) in
            [("friendship-cities", chance.below(60)), ("friendly-exchange-cities", chance.below(90))]
        {
            self.known.counts += 1;
            self.record(&json!({
                "type": "count", "source": id, "about": about, "variable": variable, "value": value, "as_of": published,
                "as_of_basis": "publication", "evidence": [{ "quote": value.to_string() }],
            }))?;
        }
        Ok(())
    }

    fn statement(&mut self, source: &str, number: usize, shift: u64, tie: &Tie, offset: u64) -> io::Result<()> {
        let mut chance = Chance::new(self.world.seed, 6, number as u64);
        let kind =
            chance.pick(&["friendship-city", "friendship-city", "friendly-exchange-city", "friendly-cooperation-city"]);
        let (year, month, day) = (1973 + chance.below(50) + shift, 1 + chance.below(12), 1 + chance.below(28));
        let since = match chance.below(5) {
            0 => format!("{year}"),
            1 => format!("{year}-{month:02}"),
            _ => format!("{year}-{month:02}-{day:02}"),
        };
        let parties = json!([place_id(tie.home), self.counterpart(tie.abroad, &mut chance)]);
        let (start, quote) = (100 + offset * 30, "友好城市");
        let evidence = json!([{ "quote": quote, "start": start, "end": start + 4 }]);
        self.known.statements += 1;
        self.record(&json!({
            "type": "tie", "source": source, "parties": parties, "kind": kind, "kind_as_printed": quote, "since": since,
            "evidence": evidence,
        }))?;
        if chance.below(2) == 0 {
            self.known.agreements += 1;
            self.record(&json!({
                "type": "agreement", "source": source, "parties": parties, "kind": kind, "signed_on": since,
                "signatures": [{ "person": format!("代表 {number}"), "on_behalf_of": place_id(tie.home), "capacity": "市长" }],
                "topics": ["culture", "trade"],
            }))?;
        }
        Ok(())
    }

    /// A place by its id, or one time in ten by its name and state.
    fn counterpart(&self, place: u64, chance: &mut Chance) -> Value {
        if chance.below(10) > 0 {
            return place_id(place).into();
        }
        let names = names(place);
        json!({ "name": names[chance.pick(&["en", "zh-Hans", "ja"])], "state": state_id(self.state(place)) })
    }
}

fn state_id(state: u64) -> String {
    format!("g-{state}")
}

fn place_id(place: u64) -> String {
    format!("g-place-{place}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_one_world() {
        let make = |seed| {
            let mut lines = Vec::new();
            let known = write(World { places: 300, seed }, &mut lines).unwrap();
            (known, lines)
        };
        assert_eq!(make(1), make(1));
        assert_ne!(make(1).1, make(2).1);
        let (known, lines) = make(1);
        assert_eq!(known.records, lines.iter().filter(|byte| **byte == b'\n').count() as u64);
        assert!(known.ties >= 300 && known.statements > known.ties && known.contradictions > 0, "{known:?}");
    }
}
