//! The status of a tie as a conclusion, with its reason.

use super::{Words, code, fill};
use crate::vocab;

/// What one document, and the others, tell of a tie; empty texts and `None` are not told. Codes are IRIs, dates as printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statement<'a> {
    /// The status that the document states.
    pub stated: Option<&'a str>,
    /// The status that another document states.
    pub elsewhere: Option<&'a str>,
    /// The tie's kind.
    pub kind: Option<&'a str>,
    /// Whether the document tells it as planned or intended.
    pub is_meant: bool,
    /// When it began.
    pub since: Option<&'a str>,
    /// When it ended.
    pub until: Option<&'a str>,
    /// When it was seen to exist.
    pub attested: Option<&'a str>,
}

/// Why a tie has its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason<'a> {
    /// The document states it.
    Stated,
    /// Another document states it.
    StatedElsewhere,
    /// It has an end.
    Until(&'a str),
    /// It is a letter of intent.
    Intent,
    /// It is told as not done yet.
    NotDone,
    /// It began, and no end is told.
    Since(&'a str),
    /// It was seen, and no end is told.
    Attested(&'a str),
    /// Neither a start nor an attestation nor an end is told.
    Nothing,
}

impl<'a> Statement<'a> {
    /// The status, as an IRI, and the reason for it. What began or was seen, and of which no end is told, is concluded to be in
    /// force; of what nothing is told the status is unknown.
    #[must_use]
    pub fn status(&self) -> (&'a str, Reason<'a>) {
        let is_intent = self.kind.is_some_and(|kind| code(kind) == code(vocab::kind::intent.as_str()));
        let ended = vocab::code::ended.as_str();
        let told = self.stated.or(self.elsewhere);
        if let Some(until) = self.until.filter(|_| told.is_none_or(|told| told == ended)) {
            return (ended, Reason::Until(until));
        }
        match (self.stated, self.elsewhere) {
            (Some(stated), _) => return (stated, Reason::Stated),
            (None, Some(elsewhere)) => return (elsewhere, Reason::StatedElsewhere),
            (None, None) => {}
        }
        match (self.since, self.attested) {
            _ if is_intent => (vocab::code::intended.as_str(), Reason::Intent),
            _ if self.is_meant => (vocab::code::intended.as_str(), Reason::NotDone),
            (Some(since), _) => (vocab::code::in_force.as_str(), Reason::Since(since)),
            (None, Some(attested)) => (vocab::code::in_force.as_str(), Reason::Attested(attested)),
            (None, None) => (vocab::code::unknown.as_str(), Reason::Nothing),
        }
    }
}

impl Reason<'_> {
    /// In words.
    #[must_use]
    pub fn text(self, words: &Words) -> String {
        match self {
            Self::Stated => words.stated.to_owned(),
            Self::StatedElsewhere => words.stated_elsewhere.to_owned(),
            Self::Until(until) => fill(words.until, until),
            Self::Intent => words.intent.to_owned(),
            Self::NotDone => words.not_done.to_owned(),
            Self::Since(since) => fill(words.since, since),
            Self::Attested(attested) => fill(words.attested, attested),
            Self::Nothing => words.nothing.to_owned(),
        }
    }
}
