//! Who is who: the register of places, and the one place that a mention means.
//!
//! ```text
//! name ─▶ fold (one key for all spellings) ─▶ candidates of the register ─▶ one, ambiguous, or unknown
//! ```
//!
//! A [`Register`] holds places in layers: the one that ships with the crate (states, first-level units, cities), the
//! curated places of the examples, and whatever a program adds. [`Register::resolve`] answers a [`Mention`] with a
//! [`Resolution`] and never guesses: where two places fit equally well, it says so and names both.
//!
//! ```
//! use citypact::place::{Mention, Register, Resolution};
//! let register = Register::builtin();
//! let city = register.resolve(&Mention::named("烏茲別克斯坦撒馬爾罕市"));
//! assert!(matches!(city, Resolution::One { ref id, .. } if id == "uz-samarqand-city"));
//! let region = register.resolve(&Mention::named("撒马尔罕州"));
//! assert!(matches!(region, Resolution::One { ref id, .. } if id == "uz-samarqand-region"));
//! ```

pub mod build;
mod candidates;
mod compact;
mod decide;
mod fingerprint;
mod hierarchy;
mod index;
pub mod matching;
mod memory_layer;
mod mention;
mod neighbours;
mod packed;
mod records;
mod register;
mod resolve;
pub mod review;
mod search;
mod similar;
mod slots;
mod states;
mod suffix;
#[cfg(test)]
mod tests;
mod types;

pub(crate) use compact::Compact;

pub use crate::fold;
pub use crate::record::Level;
pub use mention::{Candidate, Mention, MentionContext, Resolution, minted_key};
pub use packed::NotPacked;
pub use register::Register;
pub use review::{Decision, Decisions, ReadError, Review};
pub use types::{Conflict, Place};
