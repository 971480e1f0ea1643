//! Rules that run together, those of the vocabulary or a user's, in strata.

use super::rule::{Rule, RuleError};
use super::strata;

/// Rules in strata: those of a stratum run to a fixed point before those of the next.
#[derive(Debug, Clone)]
pub struct Rules {
    pub(super) rules: Vec<Rule>,
    pub(super) strata: Vec<Vec<usize>>,
}

impl Rules {
    /// Puts rules in order.
    ///
    /// # Errors
    /// [`RuleError::Circle`]
    pub fn new(rules: Vec<Rule>) -> Result<Self, RuleError> {
        let strata = strata::strata(&rules)?;
        Ok(Self { rules, strata })
    }

    /// What is another for every other set of rules: names and texts hashed.
    pub fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for part in self.rules.iter().flat_map(|rule| [&rule.name, &rule.text]) {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// The rules.
    pub fn all(&self) -> &[Rule] {
        &self.rules
    }
}
