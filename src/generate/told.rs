//! What each document of the synthetic world says: its ties, its figures, what it repeats.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::truth::{Tie, document_id, is_damaged, names, place_id, published, state_id, truth};
use super::{Figure, Maker, Statement};
use crate::pseudo_random::SplitMix64;

/// Of a thousand documents, how many repeat the figures of an earlier one; half of them get one wrong.
const REPEATED: u64 = 80;
/// Of a thousand figures, how many are lower than they should be by their day.
const FALLEN: u64 = 20;

impl<W: Write> Maker<'_, W> {
    pub(super) fn document(&mut self, group: &[Statement], ties: &[Tie]) -> io::Result<()> {
        let number = group[0].document;
        let mut chance = SplitMix64::stream(self.world.seed, 5, number);
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
        SplitMix64::stream(self.world.seed, 9, place * 2 + variable.len() as u64 % 2).below(40) + months / 6
    }

    /// Says again what another document said of some place and day, right or wrong.
    fn repeat(&mut self, document: u64, chance: &mut SplitMix64) -> io::Result<()> {
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
        let mut manner = SplitMix64::stream(self.world.seed, 7, number * 8 + statement.nth);
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
    fn counterpart(&self, place: u64, chance: &mut SplitMix64) -> Value {
        if chance.below(10) > 0 {
            return place_id(place).into();
        }
        let names = names(place);
        json!({ "name": names[chance.pick(&["en", "zh-Hans", "ja"])], "state": state_id(self.state(place)) })
    }
}
