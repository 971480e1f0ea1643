//! Whether a tie was in force on a day.
//!
//! A tie is in force from the day on which it began to the day on which it ended. What is told bounds the two: `since` the first,
//! `until` the second, and each attestation is a day on which it was in force. *Certainly* is what holds for every first and last
//! day that agree with all of this, *not* what holds for none of them.

use super::{Certainty, Span, Words, code, fill};
use crate::record::Date;
use crate::vocab;

/// Why something was in force, or was not, or cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// It is a letter of intent.
    Intent,
    /// It is told as not done yet.
    NotDone,
    /// It began on this day at the earliest.
    NotBefore(Date),
    /// It had ended by this day.
    OverBy(Date),
    /// It had begun by the first day, and had not ended before the second.
    Within(Date, Date),
    /// What is told cannot all be true.
    Contradictory,
    /// Nothing tells whether it had begun.
    Start,
    /// It had begun by this day, and nothing tells whether it had ended.
    End(Date),
    /// It had begun by this day, and its end is told so coarsely that it may have been earlier than the day asked about.
    EndCoarse(Date),
    /// Nothing tells whether it had begun, nor whether it had ended.
    Both,
}

impl Why {
    /// In words.
    #[must_use]
    pub fn text(self, words: &Words) -> String {
        match self {
            Self::Intent => words.intent.to_owned(),
            Self::NotDone => words.not_done.to_owned(),
            Self::NotBefore(day) => fill(words.not_before, &day.to_string()),
            Self::OverBy(day) => fill(words.over_by, &day.to_string()),
            Self::Within(first, last) => fill(&fill(words.within, &first.to_string()), &last.to_string()),
            Self::Contradictory => words.contradictory.to_owned(),
            Self::Start => words.start_open.to_owned(),
            Self::End(begun) => fill(words.end_open, &begun.to_string()),
            Self::EndCoarse(begun) => fill(words.end_coarse, &begun.to_string()),
            Self::Both => words.both_open.to_owned(),
        }
    }
}

/// What is told of a tie in time, by all documents together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tie {
    /// When it began.
    pub since: Vec<Date>,
    /// When it ended.
    pub until: Vec<Date>,
    /// When it was seen to exist.
    pub attested: Vec<Date>,
    /// IRIs of its kind, of which `kind:intent` alone is no tie yet.
    pub kinds: Vec<String>,
    /// IRIs of its status and modality; `code:intended` and `code:planned` alone are no tie yet.
    pub statuses: Vec<String>,
}

/// The first and the last days that a tie can have had: `None` is without bound.
struct Bounds {
    begins: Option<Date>,
    begun: Option<Date>,
    ends: Option<Date>,
    over: Option<Date>,
}

impl Tie {
    /// Whether it was in force on a day, or throughout a month or a year, and why.
    #[must_use]
    pub fn on(&self, day: Date) -> (Certainty, Why) {
        if let Some(why) = self.only_meant() {
            return (Certainty::Not, why);
        }
        let bounds = self.bounds();
        let (first, last) = (day.earliest(), day.latest());
        if !bounds.agree() {
            return self.contradicted(first, last);
        }
        if let Some(begins) = bounds.begins.filter(|begins| last < *begins) {
            return (Certainty::Not, Why::NotBefore(begins));
        }
        if let Some(over) = bounds.over.filter(|over| *over < first) {
            return (Certainty::Not, Why::OverBy(over));
        }
        let begun = bounds.begun.filter(|begun| *begun <= first);
        let ends = bounds.ends.filter(|ends| last <= *ends);
        match (begun, ends) {
            (Some(begun), Some(ends)) => (Certainty::Certainly, Why::Within(begun, ends)),
            (Some(begun), None) if bounds.over.is_some() => (Certainty::Possibly, Why::EndCoarse(begun)),
            (Some(begun), None) => (Certainty::Possibly, Why::End(begun)),
            (None, Some(_)) => (Certainty::Possibly, Why::Start),
            (None, None) => (Certainty::Possibly, Why::Both),
        }
    }

    /// Why it is no tie yet, if it is none.
    #[must_use]
    pub fn only_meant(&self) -> Option<Why> {
        let all = |codes: &[String], among: &[&str]| {
            !codes.is_empty() && codes.iter().all(|told| among.contains(&code(told)))
        };
        let intent = code(vocab::kind::intent.as_str());
        let meant = [code(vocab::code::intended.as_str()), code(vocab::code::planned.as_str())];
        if all(&self.kinds, &[intent]) {
            Some(Why::Intent)
        } else {
            all(&self.statuses, &meant).then_some(Why::NotDone)
        }
    }

    fn bounds(&self) -> Bounds {
        let (since, until) = (Span::of(&self.since), Span::of(&self.until));
        let seen_by = self.attested.iter().map(|date| date.latest()).min();
        let seen_from = self.attested.iter().map(|date| date.earliest()).max();
        let (begins, over) = (since.map(|since| since.first), until.map(|until| until.last));
        // It began before it was seen and before it ended; it ended after it was seen and after it began.
        let begun = [since.map(|since| since.last), seen_by, over].into_iter().flatten().min();
        let ends = [until.map(|until| until.first), seen_from, begins].into_iter().flatten().max();
        Bounds { begins, begun, ends, over }
    }

    /// Where what is told cannot all be true, only what lies outside of all of it is certain.
    fn contradicted(&self, first: Date, last: Date) -> (Certainty, Why) {
        let told = || self.since.iter().chain(&self.until).chain(&self.attested);
        let begins = told().map(|date| date.earliest()).min().filter(|_| !self.since.is_empty());
        let over = told().map(|date| date.latest()).max().filter(|_| !self.until.is_empty());
        match (begins.filter(|begins| last < *begins), over.filter(|over| *over < first)) {
            (Some(begins), _) => (Certainty::Not, Why::NotBefore(begins)),
            (None, Some(over)) => (Certainty::Not, Why::OverBy(over)),
            (None, None) => (Certainty::Possibly, Why::Contradictory),
        }
    }
}

impl Bounds {
    /// Whether there is a first and a last day within them.
    fn agree(&self) -> bool {
        let in_order =
            |first: Option<Date>, last: Option<Date>| first.zip(last).is_none_or(|(first, last)| first <= last);
        in_order(self.begins, self.begun) && in_order(self.ends, self.over)
    }
}
