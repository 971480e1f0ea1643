//! Conflict rules that data is compared by: those of the vocabulary and a user's own.

use std::sync::{Arc, LazyLock};

use super::rule::{ConflictRule, ConflictRuleError};
use crate::nearest::nearest;

macro_rules! rules {
    ($($name:literal),+ $(,)?) => {
        /// The rules of the vocabulary, each file under its name.
        const LIBRARY: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../ontology/conflicts/", $name, ".rq")))),+];
    };
}

rules![
    "damaged-figures",
    "denied-firsts",
    "different-dates",
    "different-figures",
    "different-values",
    "falling-figures",
    "one-paper-twice",
    "parts-and-total",
    "percent-of-base",
    "planned-and-done",
    "planned-and-past",
];

/// Rules that data is compared by.
#[derive(Debug, Clone)]
pub struct ConflictRules(Arc<[ConflictRule]>);

impl ConflictRules {
    /// Those of the vocabulary.
    pub fn library() -> Self {
        static RULES: LazyLock<ConflictRules> = LazyLock::new(|| {
            // Each file is read by a test, so none is left out here.
            let read = |(name, text): &(&str, &str)| ConflictRule::read(name, text).ok();
            ConflictRules(LIBRARY.iter().filter_map(read).collect())
        });
        RULES.clone()
    }

    /// No rules.
    pub fn none() -> Self {
        Self(Arc::new([]))
    }

    /// The names and texts of those of the vocabulary.
    pub fn texts() -> &'static [(&'static str, &'static str)] {
        LIBRARY
    }

    /// With rules of a user's own.
    ///
    /// # Errors
    /// [`ConflictRuleError::Twice`]
    pub fn with(&self, own: Vec<ConflictRule>) -> Result<Self, ConflictRuleError> {
        let mut rules = self.0.to_vec();
        for rule in own {
            if rules.iter().any(|other| other.name == rule.name) {
                return Err(ConflictRuleError::Twice(rule.name.to_string()));
            }
            rules.push(ConflictRule { is_own: true, ..rule });
        }
        Ok(Self(rules.into()))
    }

    /// Those of these names alone; an unknown name with the nearest that is known where there is one.
    ///
    /// # Errors
    /// The unknown name and the nearest.
    pub fn named(&self, names: &[String]) -> Result<Self, (String, Option<String>)> {
        if let Some(unknown) = names.iter().find(|name| self.0.iter().all(|rule| *rule.name != ***name)) {
            let near = nearest(unknown, self.0.iter().map(|rule| &*rule.name));
            return Err((unknown.clone(), near.map(str::to_owned)));
        }
        Ok(Self(self.0.iter().filter(|rule| names.iter().any(|name| **name == *rule.name)).cloned().collect()))
    }

    /// The rules, in their order.
    pub fn all(&self) -> &[ConflictRule] {
        &self.0
    }

    /// What is another for every other set of rules: texts and names hashed.
    pub fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for rule in self.0.iter() {
            for part in [&*rule.name, &rule.text] {
                hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
            }
        }
        hasher.finalize().to_hex().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::super::rule::tests::RULE;
    use super::*;

    #[test]
    fn every_rule_of_the_vocabulary_is_read_and_speaks_every_language() {
        for (name, text) in LIBRARY {
            let rule = ConflictRule::read(name, text).unwrap_or_else(|error| panic!("{error}: {:?}", error.hint()));
            assert!(rule.sentences.iter().all(Option::is_some), "{name}");
            assert!(!rule.description.is_empty() && rule.title != *name, "{name}");
            let flagged = rule.examples.iter().filter(|example| example.is_flagged).count();
            assert!(
                flagged >= 3 && flagged < rule.examples.len(),
                "{name}: three that it flags and one that it does not"
            );
        }
        assert_eq!(ConflictRules::library().all().len(), LIBRARY.len());
    }

    #[test]
    fn rules_are_told_apart_by_name_and_text() {
        let library = ConflictRules::library();
        let own = || vec![ConflictRule::read("two", RULE).unwrap()];
        let more = library.with(own()).unwrap();
        assert_ne!(library.fingerprint(), more.fingerprint());
        assert!(more.all().last().unwrap().iri().as_str().ends_with("/id/rule/two"));
        assert!(matches!(more.with(own()), Err(ConflictRuleError::Twice(_))));
        assert_eq!(more.named(&["two".into()]).unwrap().all().len(), 1);
        assert_eq!(more.named(&["tow".into()]).unwrap_err(), ("tow".into(), Some("two".into())));
    }
}
