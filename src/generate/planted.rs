//! What is planted for conflict rules to find, each beside its like in which nothing is wrong.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::{self, Write};

use serde_json::json;

use super::truth::{Tie, document_id, is_damaged, parties, place_id, published};
use super::{Maker, Stated};
use crate::pseudo_random::SplitMix64;
use crate::vocab::ID;

/// Of a thousand documents, how many hold something planted of each kind; half of it is wrong.
const PLANTED: u64 = 60;
/// The day until which the future lies ahead of every document.
const AHEAD: &str = "2031-05-01";

impl<W: Write> Maker<'_, W> {
    /// Puts into a document what rules are to find, or to leave.
    pub(super) fn plant(&mut self, document: u64, tie: &Tie, number: u64) -> io::Result<()> {
        let mut chance = SplitMix64::stream(self.world.seed, 11, document);
        let mut drawn = || {
            let is_planted = chance.below(1000) < PLANTED;
            (is_planted, chance.below(2) == 0)
        };
        let draws: [(bool, bool); 5] = std::array::from_fn(|_| drawn());
        for (at, (is_planted, is_wrong)) in draws.into_iter().enumerate() {
            if is_planted {
                match at {
                    0 => self.parts(document, is_wrong)?,
                    1 => self.share(document, is_wrong)?,
                    2 => self.firsts(document, is_wrong)?,
                    3 => self.plan(document, tie, number)?,
                    _ => self.paper(document, tie, is_wrong)?,
                }
            }
        }
        Ok(())
    }

    /// An event of the document, and the key that IRIs name it by.
    fn event(&mut self, document: u64, what: &str) -> io::Result<(String, String)> {
        let id = format!("g-{what}-{document}");
        self.record(&json!({
            "type": "event", "source": document_id(document), "id": id, "names": { "en": format!("{what} {document}") },
        }))?;
        let key = format!("event:{id}");
        Ok((id, key))
    }

    /// A count of an event, as of the day of its document.
    fn count_of(
        &mut self,
        document: u64,
        (id, key): &(String, String),
        (variable, value): (&'static str, u64),
        part_of: Option<&str>,
    ) -> io::Result<String> {
        let date = published(self.world.seed, document);
        self.known.counts += 1;
        let mut record = json!({
            "type": "count", "source": document_id(document), "id": format!("{id}-{variable}"), "about": id,
            "variable": variable, "value": value, "as_of": date, "as_of_basis": "publication",
        });
        if let Some(total) = part_of {
            record["breakdown_of"] = total.into();
        }
        self.record(&record)?;
        Ok(self.stated_by(document, key.clone(), variable, date, value))
    }

    /// A total and its two parts.
    fn parts(&mut self, document: u64, is_wrong: bool) -> io::Result<()> {
        let event = self.event(document, "meeting")?;
        let total = format!("{}-results", event.0);
        let facts = [
            self.count_of(document, &event, ("results", 13 + u64::from(is_wrong)), None)?,
            self.count_of(document, &event, ("agreements-signed", 8), Some(&total))?,
            self.count_of(document, &event, ("projects", 5), Some(&total))?,
        ];
        if is_wrong {
            self.known.conflict("parts-and-total", facts);
        }
        Ok(())
    }

    /// A share in per cent and what it is of.
    fn share(&mut self, document: u64, is_wrong: bool) -> io::Result<()> {
        let event = self.event(document, "survey")?;
        let facts = [
            self.count_of(document, &event, ("capital-or-major-city-share-percent", 62), None)?,
            self.count_of(document, &event, ("partner-cities", if is_wrong { 15 } else { 13 }), None)?,
        ];
        if is_wrong {
            self.known.conflict("percent-of-base", facts);
        }
        Ok(())
    }

    /// Two projects that are the first of their kind: of one kind, or of two.
    fn firsts(&mut self, document: u64, is_wrong: bool) -> io::Result<()> {
        let (source, date) = (document_id(document), published(self.world.seed, document));
        let mut facts = Vec::new();
        for which in 0..2 {
            let id = format!("g-street-{document}-{which}");
            let scope = format!("kind {document}{}", if is_wrong { "" } else { ["a", "b"][which] });
            self.record(&json!({
                "type": "project", "source": source, "id": id, "names": { "en": format!("Street {document} {which}") },
            }))?;
            self.record(&json!({
                "type": "rank", "source": source, "about": id, "variable": "first-of-its-kind", "rank": 1, "as_of": date,
                "as_of_basis": "publication", "scope": { "en": scope },
            }))?;
            let scope = scope.replace(' ', "%20");
            facts.push(format!("{ID}claim/{source}/first-of-its-kind/project:{id}/{date}/{scope}/rank"));
        }
        if is_damaged(self.world.seed, document) {
            facts.iter().for_each(|fact| self.known.conflict("damaged-figures", [fact.clone()]));
        }
        if is_wrong {
            self.known.conflict("denied-firsts", facts);
        }
        Ok(())
    }

    /// A memorandum that is planned: signed later, of which no more is heard, or ahead of all documents.
    fn plan(&mut self, document: u64, tie: &Tie, number: u64) -> io::Result<()> {
        let outcome = number % 3;
        let day = if outcome == 2 { AHEAD } else { "2009-04-01" };
        let iri = format!("{ID}agreement/{day}/annual-plan/{}", parties(tie));
        let others = if outcome == 0 { vec![document, self.other(document)] } else { vec![document] };
        for (nth, document) in others.into_iter().enumerate() {
            let mut record = self.agreement(document, tie, "annual-plan", day);
            if nth == 0 {
                record["modality"] = "planned".into();
            }
            self.record(&record)?;
        }
        // The first document has none before it that could tell of what was done.
        let is_done = outcome == 0 && self.before.is_some_and(|before| before != document);
        if outcome < 2 {
            self.plans.entry(iri).and_modify(|done| *done |= is_done).or_insert(is_done);
        }
        Ok(())
    }

    /// A memorandum that two documents tell of, one of them to the month: that of the day, or another.
    fn paper(&mut self, document: u64, tie: &Tie, is_wrong: bool) -> io::Result<()> {
        let (day, month) = ("2017-06-09", if is_wrong { "2017-06" } else { "2018-06" });
        let one = self.agreement(document, tie, "memorandum", day);
        let other = self.agreement(self.other(document), tie, "memorandum", month);
        self.record(&one)?;
        self.record(&other)?;
        if is_wrong {
            let iri = |date: &str| format!("{ID}agreement/{date}/memorandum/{}", parties(tie));
            self.known.conflict("one-paper-twice", [iri(day), iri(month)]);
        }
        Ok(())
    }

    /// The document before this one; the first has none and is its own.
    fn other(&self, document: u64) -> u64 {
        self.before.unwrap_or(document)
    }

    fn agreement(&mut self, document: u64, tie: &Tie, kind: &str, date: &str) -> serde_json::Value {
        self.known.agreements += 1;
        json!({
            "type": "agreement", "source": document_id(document), "parties": [place_id(tie.home), place_id(tie.abroad)],
            "kind": kind, "signed_on": date,
        })
    }

    /// Notes a count, and gives its IRI.
    pub(super) fn stated_by(
        &mut self,
        document: u64,
        about: String,
        variable: &'static str,
        date: String,
        value: u64,
    ) -> String {
        let iri = format!("{ID}claim/{}/{variable}/{about}/{date}", document_id(document));
        self.figures.push(Stated { about, variable, date, value, document, iri: iri.clone() });
        iri
    }

    /// What follows from the counts: of one day different ones, falling ones, and those that only damaged documents have.
    pub(super) fn disputed_figures(&mut self) {
        for (plan, is_done) in std::mem::take(&mut self.plans) {
            self.known.conflict(if is_done { "planned-and-done" } else { "planned-and-past" }, [plan]);
        }
        let figures = std::mem::take(&mut self.figures);
        let mut by_thing: BTreeMap<(&str, &str), Vec<&Stated>> = BTreeMap::new();
        for stated in &figures {
            by_thing.entry((&stated.about, stated.variable)).or_default().push(stated);
        }
        for ((_, variable), stated) in by_thing {
            let mut by_day: HashMap<&str, Vec<&Stated>> = HashMap::new();
            stated.iter().for_each(|one| by_day.entry(&one.date).or_default().push(one));
            for same_day in by_day.into_values().filter(|all| all.iter().any(|one| one.value != all[0].value)) {
                self.known.conflict("different-figures", same_day.into_iter().map(|one| one.iri.clone()));
            }
            let falls = |one: &Stated, other: &Stated| one.date < other.date && other.value < one.value;
            let falling = |one: &&&Stated| stated.iter().any(|other| falls(one, other) || falls(other, one));
            let facts: BTreeSet<String> = stated.iter().filter(falling).map(|one| one.iri.clone()).collect();
            if !facts.is_empty() && !variable.ends_with("-percent") {
                self.known.conflict("falling-figures", facts);
            }
        }
        let seed = self.world.seed;
        let said = |one: &Stated| (one.about.clone(), one.variable, one.value);
        let clean: HashSet<_> = figures.iter().filter(|one| !is_damaged(seed, one.document)).map(said).collect();
        for one in figures.iter().filter(|one| is_damaged(seed, one.document) && !clean.contains(&said(one))) {
            self.known.conflict("damaged-figures", [one.iri.clone()]);
        }
    }
}
