//! Decisions of people: what mentions mean that the register alone cannot tell.
//!
//! One file goes round. [`Review::write`] lists the mentions of a run that stayed open, one JSON object a line with its
//! candidates; a person fills in `place` (an id, or `"none"` for a place that the register lacks); and
//! [`Decisions::read`] takes the same file, so that later runs obey it. Other fields are ignored.
//!
//! ```json
//! {"name":"的黎波里","state":"gr","place":"gr-tripoli"}
//! {"place":"cn-kunming","same_as":["http://www.wikidata.org/entity/Q182852"]}
//! ```

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};

use super::fold::fold;
use super::mention::{Mention, Resolution};
use crate::record::Level;

/// A mention with what a person decided about it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Decision {
    /// The name; absent where only `same_as` is stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The mention's state, as the record has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The mention's level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The mention's containing unit, as the record has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// The id of the place, `"none"`, or nothing while the question is open.
    #[serde(default)]
    pub place: Option<String>,
    /// IRIs of the place elsewhere, reviewed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub same_as: Vec<String>,
}

/// The word for a place that the register lacks.
pub const NONE: &str = "none";

/// Decisions by mention.
#[derive(Debug, Clone, Default)]
pub struct Decisions {
    places: HashMap<Key, String>,
    /// Reviewed IRIs by place id.
    pub(crate) same_as: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Key {
    name: String,
    state: String,
    level: Option<Level>,
    within: String,
}

impl Key {
    fn of(mention: &Mention<'_>) -> Self {
        let folded = |text: Option<&str>| text.map(fold).unwrap_or_default();
        Self {
            name: fold(mention.name),
            state: folded(mention.state),
            level: mention.level,
            within: folded(mention.within),
        }
    }
}

/// Why a file of decisions, or of places, could not be taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file could not be read.
    #[error("line {line}: cannot be read")]
    Read {
        /// The line, from 1.
        line: usize,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A line is no JSON object of the kind.
    #[error("line {line}: {source}")]
    Json {
        /// The line, from 1.
        line: usize,
        /// Where in the line and why.
        source: serde_json::Error,
    },
    /// A line says what cannot be.
    #[error("line {line}: {reason}")]
    Content {
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
}

/// Hands over each line that is not blank, with its number from 1.
pub(crate) fn each_line(
    lines: impl BufRead,
    mut take: impl FnMut(usize, &str) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    for (i, text) in lines.lines().enumerate() {
        let text = text.map_err(|source| ReadError::Read { line: i + 1, source })?;
        if !text.trim().is_empty() {
            take(i + 1, &text)?;
        }
    }
    Ok(())
}

impl Decisions {
    /// Reads a file of decisions; lines without an answer are left open.
    ///
    /// # Errors
    /// A line that is no JSON object, or decides a mention that another line decides otherwise.
    pub fn read(lines: impl BufRead) -> Result<Self, ReadError> {
        let mut decisions = Self::default();
        each_line(lines, |line, text| {
            let decision = serde_json::from_str(text).map_err(|source| ReadError::Json { line, source })?;
            decisions.add(decision).map_err(|reason| ReadError::Content { line, reason })
        })?;
        Ok(decisions)
    }

    /// Every decision as a line, in an order of their own.
    pub(crate) fn told(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.places.iter().map(|decision| format!("{decision:?}\n")).collect();
        lines.extend(self.same_as.iter().map(|decision| format!("{decision:?}\n")));
        lines.sort_unstable();
        lines
    }

    /// Adds one decision; one without an answer changes nothing.
    ///
    /// # Errors
    /// Says why, where the mention is decided otherwise already.
    pub fn add(&mut self, decision: Decision) -> Result<(), String> {
        let Some(place) = decision.place else { return Ok(()) };
        if !decision.same_as.is_empty() {
            self.same_as.entry(place.clone()).or_default().extend(decision.same_as);
        }
        let Some(name) = decision.name else { return Ok(()) };
        let (state, within) = (decision.state.as_deref(), decision.within.as_deref());
        let key = Key::of(&Mention { name: &name, state, level: decision.level, within, ..Mention::default() });
        match self.places.get(&key) {
            Some(known) if *known != place => Err(format!("{name:?} is decided as {known:?} already, not {place:?}")),
            _ => {
                self.places.insert(key, place);
                Ok(())
            }
        }
    }

    /// What was decided about a mention: an id or [`NONE`].
    pub fn get(&self, mention: &Mention<'_>) -> Option<&str> {
        if self.places.is_empty() { None } else { self.places.get(&Key::of(mention)).map(String::as_str) }
    }

    /// The ids that the decisions name, each once.
    pub fn places(&self) -> impl Iterator<Item = &str> {
        let named = self.places.values().filter(|id| *id != NONE).chain(self.same_as.keys());
        let mut ids: Vec<&str> = named.map(String::as_str).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter()
    }

    /// Number of mentions decided.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether nothing is decided.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty() && self.same_as.is_empty()
    }
}

/// The mentions of a run that stayed open, each once with how often it came.
#[derive(Debug, Default)]
pub struct Review {
    open: BTreeMap<Key, Open>,
}

#[derive(Debug, Serialize)]
struct Open {
    #[serde(flatten)]
    decision: Decision,
    times: usize,
    found: &'static str,
    candidates: Vec<Choice>,
}

#[derive(Debug, Serialize)]
struct Choice {
    id: String,
    label: String,
    score: f32,
    reason: String,
}

impl Review {
    /// Notes a mention that did not resolve to one place; others are passed over.
    pub fn note(&mut self, mention: &Mention<'_>, resolution: &Resolution) {
        let found = match resolution {
            Resolution::One { .. } => return,
            Resolution::Ambiguous { .. } => "ambiguous",
            Resolution::Unknown { .. } => "unknown",
        };
        let open = self.open.entry(Key::of(mention)).or_insert_with(|| Open {
            decision: Decision {
                name: Some(mention.name.to_owned()),
                state: mention.state.map(str::to_owned),
                level: mention.level,
                within: mention.within.map(str::to_owned),
                ..Decision::default()
            },
            times: 0,
            found,
            candidates: options(resolution),
        });
        open.times += 1;
    }

    /// Number of open mentions.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Whether none is open.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Writes the open mentions as JSON Lines, the most frequent first: a file for [`Decisions::read`] once answered.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut open: Vec<&Open> = self.open.values().collect();
        open.sort_by_key(|open| std::cmp::Reverse(open.times));
        for open in open {
            serde_json::to_writer(&mut *out, open)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

fn options(resolution: &Resolution) -> Vec<Choice> {
    let option = |c: &super::Candidate| Choice {
        id: c.id.clone(),
        label: c.label.clone(),
        score: c.score,
        reason: c.reason.clone(),
    };
    resolution.candidates().iter().map(option).collect()
}
