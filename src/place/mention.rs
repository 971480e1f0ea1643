//! A place spoken of, and what the register answers.

use std::fmt::Write as _;

use super::fold::fold;
use crate::record::Level;

/// A place as a record speaks of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Mention<'a> {
    /// The name as printed; may be a chain such as `貴州省貴陽市` or `Portland, Oregon`.
    pub name: &'a str,
    /// The state: an id, an ISO 3166-1 code or a name.
    pub state: Option<&'a str>,
    /// The level.
    pub level: Option<Level>,
    /// The unit it lies in: an id or a name.
    pub within: Option<&'a str>,
    /// What else its record says.
    pub context: MentionContext<'a>,
}

impl<'a> Mention<'a> {
    /// A mention of nothing but a name.
    pub fn named(name: &'a str) -> Self {
        Self { name, ..Self::default() }
    }

    /// The same in a state (an id, an ISO 3166-1 code or a name).
    pub fn in_state(self, state: &'a str) -> Self {
        Self { state: Some(state), ..self }
    }

    /// The same at a level.
    pub fn at_level(self, level: Level) -> Self {
        Self { level: Some(level), ..self }
    }

    /// The same in a unit (an id or a name).
    pub fn in_unit(self, within: &'a str) -> Self {
        Self { within: Some(within), ..self }
    }
}

/// What the record around a mention says: it tips the balance between candidates, and rules none out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct MentionContext<'a> {
    /// BCP 47 tag of the source's language: `県` is a first-level unit in a Japanese text.
    pub language: Option<&'a str>,
    /// The id of a state that the record is likely to mean.
    pub state_hint: Option<&'a str>,
    /// The level of the other party: partners of provinces are provinces more often than cities.
    pub peer_level: Option<Level>,
}

/// A place that a mention may mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its id.
    pub id: String,
    /// A name to show.
    pub label: String,
    /// Its level.
    pub level: Level,
    /// The id of its state.
    pub state: Option<String>,
    /// How well it fits, 0 to 1.
    pub score: f32,
    /// Why it is a candidate, or why it was not taken.
    pub reason: String,
}

/// The register's answer to a mention.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolution {
    /// One place fits, and no other as well.
    One {
        /// The place's id.
        id: String,
        /// How well it fits, 0 to 1.
        score: f32,
        /// Why.
        reason: String,
    },
    /// Several places fit, and nothing said decides between them.
    Ambiguous {
        /// The places, best first; two at least.
        candidates: Vec<Candidate>,
    },
    /// No place fits.
    Unknown {
        /// Places of a similar name, or of this name but in another state, unit or level; best first, maybe none.
        near: Vec<Candidate>,
    },
}

impl Resolution {
    /// The id, where the mention means one place.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::One { id, .. } => Some(id),
            _ => None,
        }
    }

    /// The candidates or near misses, where it does not.
    pub fn candidates(&self) -> &[Candidate] {
        match self {
            Self::One { .. } => &[],
            Self::Ambiguous { candidates } => candidates,
            Self::Unknown { near } => near,
        }
    }
}

/// The key of an unresolved mention: 32 hexadecimal digits of a 128-bit hash of folded name, state and level.
///
/// The same mention gives the same key in every document, whatever the script it is written in.
pub fn minted_key(name: &str, state: Option<&str>, level: Option<Level>) -> String {
    let mut hash = blake3::Hasher::new();
    for part in
        [fold(name), state.map(fold).unwrap_or_default(), level.map(|l| l.as_str().to_owned()).unwrap_or_default()]
    {
        hash.update(part.as_bytes());
        hash.update(b"|");
    }
    hash.finalize().as_bytes()[..16].iter().fold(String::with_capacity(32), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
