//! What follows from the data by rules: CONSTRUCT queries run to a fixed point, and why each result follows.
//!
//! A rule sees all facts, those inferred among them, as one graph; `GRAPH ?g { … }` in a rule sees what is stated alone. So
//! `FILTER NOT EXISTS { GRAPH ?g { … } }` means that no source says so, and does not depend on what rules derive. Other
//! negation puts a rule above those that derive what it denies; where that goes in a circle, the rules are refused.

mod again;
mod error;
mod explain;
mod reads;
mod report;
mod rule;
mod rules;
mod run;
mod strata;
mod template;

pub use again::{Again, infer_again};
pub use error::InferError;
pub use explain::{Derivation, Why, explain, matching};
pub use reads::Above;
pub use report::{json, text};
pub use rule::{Rule, RuleError, library};
pub use rules::Rules;
pub use run::{Bounds, Inference, infer, prepare};
