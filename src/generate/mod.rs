//! A synthetic world of any size, the same for the same seed, shaped like the real one: one state whose cities have ties
//! to those of 147 others, few of them to very many; dates of mixed precision; names in three scripts; ties told of by up
//! to six documents, some of which contradict each other.
//!
//! How many things there are, and which facts cannot all be right, is known ([`Known`]), so that what checks find can be
//! measured.

mod planted;
mod told;
mod truth;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::pseudo_random::SplitMix64;
use truth::{Tie, names, place_id, state_id, tie_iri};

/// Foreign states.
const STATES: u64 = 147;
/// Ties for each hundred places.
const TIES: u64 = 130;
/// Statements of ties in a document.
const STATEMENTS: u64 = 40;
/// Of a thousand ties that several documents tell of, how many have two different beginnings.
const CONTRADICTED: u64 = 20;
/// Of a thousand of them, how many have ended in the last document that tells of them, and not in the others.
const ENDED: u64 = 10;

/// What world to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct World {
    /// How many places below the states; four at least. There are about five records to a place.
    pub places: u64,
    /// Another seed, another world.
    pub seed: u64,
}

/// What is in a world that was made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
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
    /// Agreements.
    pub agreements: u64,
    /// Counts.
    pub counts: u64,
    /// The facts that cannot all be right, by the conflict rules that find them: the IRIs of the nodes.
    pub conflicts: BTreeMap<&'static str, BTreeSet<BTreeSet<String>>>,
}

impl Known {
    /// How many conflicts there are.
    pub fn conflict_count(&self) -> usize {
        self.conflicts.values().map(BTreeSet::len).sum()
    }

    fn conflict(&mut self, rule: &'static str, facts: impl IntoIterator<Item = String>) {
        self.conflicts.entry(rule).or_default().insert(facts.into_iter().collect());
    }
}

/// Writes the world as JSON Lines, places first, then document by document; what two documents tell of stands with the later.
///
/// # Errors
/// Those of the output.
pub fn write(world: World, out: &mut impl Write) -> io::Result<Known> {
    let mut maker = Maker {
        world: World { places: world.places.max(4), ..world },
        out,
        known: Known::default(),
        figures: Vec::new(),
        plans: BTreeMap::new(),
        before: None,
        stated: Vec::new(),
    };
    maker.places()?;
    let ties = maker.ties();
    maker.documents(&ties)?;
    maker.disputed_figures();
    Ok(maker.known)
}

/// What a document says of a tie.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Statement {
    document: u64,
    /// Number of the tie.
    tie: usize,
    /// How many years its beginning is put too late.
    shift: u64,
    ended: bool,
    /// The how manieth to speak of the tie.
    nth: u64,
}

/// What is counted, and on which day: the place, the variable, the date.
type Figure = (u64, &'static str, String);

/// A count as a document states it.
struct Stated {
    /// What it is about: the key of its IRI.
    about: String,
    variable: &'static str,
    date: String,
    value: u64,
    document: u64,
    iri: String,
}

struct Maker<'w, W> {
    world: World,
    out: &'w mut W,
    known: Known,
    /// Every count.
    figures: Vec<Stated>,
    /// Plans for a time that is past, and whether a document tells of each as done.
    plans: BTreeMap<String, bool>,
    /// The document before the present one.
    before: Option<u64>,
    /// What documents counted themselves.
    stated: Vec<(Figure, u64)>,
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
        if place < self.home() { 0 } else { 1 + SplitMix64::stream(self.world.seed, 1, place).skewed(STATES) }
    }

    fn places(&mut self) -> io::Result<()> {
        for state in 0..=STATES {
            let names = names(1_000_000_000 + state);
            self.record(&json!({ "type": "place", "id": state_id(state), "level": "state", "names": names }))?;
        }
        for place in 0..self.world.places {
            let mut chance = SplitMix64::stream(self.world.seed, 2, place);
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
        let mut chance = SplitMix64::stream(self.world.seed, 3, 0);
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
        let mut statements = Vec::with_capacity(ties.len() * 2);
        for tie in 0..ties.len() {
            self.tell(tie, ties, count, &mut statements);
        }
        statements.sort_unstable();
        for group in statements.chunk_by(|one, other| one.document == other.document) {
            self.document(group, ties)?;
        }
        Ok(())
    }

    /// Spreads what is said of a tie over the documents.
    fn tell(&mut self, tie: usize, ties: &[Tie], count: u64, statements: &mut Vec<Statement>) {
        let mut chance = SplitMix64::stream(self.world.seed, 4, tie as u64);
        let telling = 1 + chance.skewed(6).min(count - 1);
        let first = chance.below(count);
        let (wrong, ended) = (chance.below(1000) < CONTRADICTED, chance.below(1000) < ENDED);
        let all = (0..telling).map(|nth| Statement {
            document: (first + nth * (1 + count / 7)) % count,
            tie,
            shift: if wrong { nth } else { 0 },
            ended: ended && telling > 1 && nth + 1 == telling,
            nth,
        });
        let mut seen = HashSet::new();
        let said: Vec<Statement> = all.filter(|statement| seen.insert(statement.document)).collect();
        let iri = tie_iri(self.world.seed, tie as u64, &ties[tie]);
        if said.iter().any(|one| one.shift != said[0].shift) {
            self.known.conflict("different-dates", [iri.clone()]);
        }
        if said.iter().any(|one| one.ended != said[0].ended) {
            self.known.conflict("different-values", [iri]);
        }
        statements.extend(said);
    }
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
        assert!(known.ties >= 300 && known.statements > known.ties, "{known:?}");
    }

    #[test]
    fn conflicts_come_at_their_rates() {
        let known = write(World { places: 6_000, seed: 4 }, &mut io::sink()).unwrap();
        let told_twice = (known.ties * 44 / 100) as usize;
        let about =
            |found: usize, of: usize, rate: u64| found * 2_000 > of * rate as usize && found * 500 < of * rate as usize;
        let planted = |rule: &str| known.conflicts[rule].len();
        assert!(about(planted("different-dates"), told_twice, CONTRADICTED), "{:?}", planted("different-dates"));
        assert!(about(planted("different-values"), told_twice, ENDED), "{:?}", planted("different-values"));
        assert_eq!(known.conflicts.len(), 11, "each rule has something to find: {:?}", known.conflicts.keys());
        let least = known.conflicts.iter().min_by_key(|(_, planted)| planted.len());
        assert!(least.is_some_and(|(_, planted)| planted.len() > 2), "{least:?}");
    }
}
