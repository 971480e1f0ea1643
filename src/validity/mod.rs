//! When things hold: ties in force on a day, their status as a conclusion, anniversaries, figures as of a day.
//!
//! The one definition that the library, the functions of queries (`pact:inForce`, `pact:anniversary`) and the pages share. Dates
//! are as coarse as their sources: a year can mean any day of it, so an answer is *certainly*, *possibly* or *not*. Nothing here
//! says "in force" by default: what is not told stays open, and every conclusion has its reason.

mod anniversary;
mod figures;
mod in_force;
mod status;
mod words;

pub use anniversary::anniversary;
pub use figures::figures_on;
pub use in_force::{Tie, Why};
pub use status::{Reason, Statement};
pub use words::Words;

use crate::record::Date;

/// How surely something held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Certainty {
    /// Whatever the coarse and the missing dates mean.
    Certainly,
    /// For some of what they can mean.
    Possibly,
    /// For none of it.
    Not,
}

impl Certainty {
    /// As queries give it: `certainly`, `possibly` or `not`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Certainly => "certainly",
            Self::Possibly => "possibly",
            Self::Not => "not",
        }
    }
}

/// What several tellings of one date come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreed {
    /// None tells it.
    Untold,
    /// The most precise of those that can all be true.
    On(Date),
    /// They cannot all be true.
    Contradictory,
}

/// What several tellings of one date agree on.
#[must_use]
pub fn agreed(dates: &[Date]) -> Agreed {
    let first = dates.iter().map(|date| date.earliest()).max();
    let last = dates.iter().map(|date| date.latest()).min();
    // Days, months and years that overlap lie in each other: the most precise has the latest first day and the earliest last.
    let precise = dates.iter().find(|date| Some(date.earliest()) == first && Some(date.latest()) == last);
    match precise {
        Some(date) => Agreed::On(*date),
        None if dates.is_empty() => Agreed::Untold,
        None => Agreed::Contradictory,
    }
}

/// The last part of a code's IRI, or the code where it stands alone.
fn code(text: &str) -> &str {
    text.rsplit_once('/').map_or(text, |(_, code)| code)
}

/// A text with a value in the place of its `{}`.
fn fill(text: &str, value: &str) -> String {
    text.replacen("{}", value, 1)
}

/// Days that a date can mean, from the first to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    first: Date,
    last: Date,
}

impl Span {
    /// The days of one date that several sources tell: those that all tellings allow; where they contradict each other, all that
    /// lie between the first and the last that any allows.
    fn of(dates: &[Date]) -> Option<Self> {
        let firsts = || dates.iter().map(|date| date.earliest());
        let lasts = || dates.iter().map(|date| date.latest());
        let common = Self { first: firsts().max()?, last: lasts().min()? };
        // Days that overlap in pairs overlap all together.
        let hull = Self { first: firsts().min()?, last: lasts().max()? };
        Some(if common.first <= common.last { common } else { hull })
    }
}
