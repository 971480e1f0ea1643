//! A synthetic world of any size, the same for the same seed, shaped like the real one: one state whose cities have ties
//! to those of 147 others, few of them to very many; dates of mixed precision; names in three scripts; ties told of by up
//! to six documents, some of which contradict each other.
//!
//! How many things there are, and which facts cannot all be right, is known ([`Known`]), so that what checks find can be
//! measured.

mod planted;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::vocab::ID;

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
/// Of a thousand documents, how many repeat the figures of an earlier one; half of them get one wrong.
const REPEATED: u64 = 80;
/// Of a thousand figures, how many are lower than they should be by their day.
const FALLEN: u64 = 20;
/// Of a thousand documents, how many are damaged.
const DAMAGED: u64 = 15;
/// The years in which ties begin, before contradictions move them on.
const FIRST_YEAR: u64 = 1973;
const YEARS: u64 = 46;

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
        let mut chance = Chance::new(self.world.seed, 4, tie as u64);
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

    fn document(&mut self, group: &[Statement], ties: &[Tie]) -> io::Result<()> {
        let number = group[0].document;
        let mut chance = Chance::new(self.world.seed, 5, number);
        let (id, language) = (document_id(number), chance.pick(&["zh-Hans", "zh-Hant", "ja"]));
        let published = published(self.world.seed, number);
        self.known.documents += 1;
        let title = format!("友好城市 {number}");
        self.record(&json!({
            "type": "source", "id": id, "title": title, "language": language, "published": published,
            "publisher": "Generated News", "text_condition": if is_damaged(self.world.seed, number) { "damaged" } else { "clean" },
        }))?;
        for (offset, statement) in group.iter().enumerate() {
            self.statement(&id, *statement, &ties[statement.tie], offset as u64)?;
        }
        if chance.below(1000) < REPEATED {
            self.repeat(number, &mut chance)?;
        }
        self.plant(number, &ties[group[0].tie], group[0].tie as u64)?;
        let (about, mut own) = (ties[group[0].tie].home, Vec::new());
        for variable in ["friendship-cities", "friendly-exchange-cities"] {
            let fallen = if chance.below(1000) < FALLEN { 9 } else { 0 };
            let value = self.true_value(about, variable, &published).saturating_sub(fallen);
            let figure = (about, variable, published.clone());
            self.count(number, figure.clone(), value, "publication")?;
            own.push((figure, value));
        }
        self.stated.append(&mut own);
        self.before = Some(number);
        Ok(())
    }

    /// A number that grows with time.
    fn true_value(&self, place: u64, variable: &str, date: &str) -> u64 {
        let (year, month) = (&date[..4], &date[5..7]);
        let months = year.parse::<u64>().unwrap_or(0).saturating_sub(2010) * 12 + month.parse::<u64>().unwrap_or(0);
        Chance::new(self.world.seed, 9, place * 2 + variable.len() as u64 % 2).below(40) + months / 6
    }

    /// Says again what another document said of some place and day, right or wrong.
    fn repeat(&mut self, document: u64, chance: &mut Chance) -> io::Result<()> {
        let chosen = chance.below(self.stated.len() as u64) as usize;
        let Some((figure, value)) = self.stated.get(chosen).cloned() else { return Ok(()) };
        let wrong = chance.below(2) * (1 + chance.below(3));
        self.count(document, figure, value + wrong, "stated")
    }

    fn count(&mut self, document: u64, (place, variable, date): Figure, value: u64, basis: &str) -> io::Result<()> {
        let source = document_id(document);
        self.known.counts += 1;
        self.record(&json!({
            "type": "count", "source": source, "about": place_id(place), "variable": variable, "value": value,
            "as_of": date, "as_of_basis": basis, "evidence": [{ "quote": value.to_string() }],
        }))?;
        self.stated_by(document, place_id(place), variable, date, value);
        Ok(())
    }

    /// What is true of the tie comes from its number alone; how it is told, from the document's place among those that do.
    fn statement(&mut self, source: &str, statement: Statement, tie: &Tie, offset: u64) -> io::Result<()> {
        let number = statement.tie as u64;
        let (kind, year, month, dom) = truth(self.world.seed, number);
        let mut manner = Chance::new(self.world.seed, 7, number * 8 + statement.nth);
        let day = format!("{}-{month:02}-{dom:02}", year + statement.shift);
        let since = &day[..[4, 7, 10, 10, 10][manner.below(5) as usize]];
        let parties = json!([place_id(tie.home), self.counterpart(tie.abroad, &mut manner)]);
        let (start, quote) = (100 + offset * 30, "友好城市");
        let mut record = json!({
            "type": "tie", "source": source, "parties": parties, "kind": kind, "kind_as_printed": quote, "since": since,
            "evidence": [{ "quote": quote, "start": start, "end": start + 4 }],
        });
        record["status"] = if statement.ended { "ended" } else { "in-force" }.into();
        self.known.statements += 1;
        self.record(&record)?;
        if number.is_multiple_of(2) {
            self.known.agreements += 1;
            self.record(&json!({
                "type": "agreement", "source": source, "parties": parties, "kind": kind, "signed_on": day,
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

/// Kind, year, month and day of a tie.
fn truth(seed: u64, tie: u64) -> (&'static str, u64, u64, u64) {
    let mut chance = Chance::new(seed, 6, tie);
    let kinds = ["friendship-city", "friendship-city", "friendly-exchange-city", "friendly-cooperation-city"];
    let kind = kinds[chance.below(4) as usize];
    (kind, FIRST_YEAR + chance.below(YEARS), 1 + chance.below(12), 1 + chance.below(28))
}

/// The parties of a tie as IRIs name them.
fn parties(tie: &Tie) -> String {
    let mut parties = [place_id(tie.home), place_id(tie.abroad)];
    parties.sort_unstable();
    parties.join("--")
}

fn tie_iri(seed: u64, number: u64, tie: &Tie) -> String {
    format!("{ID}tie/{}/{}", truth(seed, number).0, parties(tie))
}

/// Whether the text of a document is damaged.
fn is_damaged(seed: u64, document: u64) -> bool {
    Chance::new(seed, 10, document).below(1000) < DAMAGED
}

fn state_id(state: u64) -> String {
    format!("g-{state}")
}

fn document_id(number: u64) -> String {
    format!("g-doc-{number}")
}

/// The day on which a document appeared.
fn published(seed: u64, document: u64) -> String {
    let mut chance = Chance::new(seed, 8, document);
    format!("{}-{:02}-{:02}", 2010 + chance.below(15), 1 + chance.below(12), 1 + chance.below(28))
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
