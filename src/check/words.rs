//! What checks say, in the languages of the vocabulary: a table from English.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::LazyLock;

const TABLE: &str = include_str!("../../ontology/messages.tsv");

/// Simplified Chinese, Traditional Chinese and Japanese by the English text.
static WORDS: LazyLock<HashMap<&str, [&str; 3]>> = LazyLock::new(|| {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
    let row = |line: &'static str| {
        let mut cells = line.split('\t');
        let mut next = || cells.next().unwrap_or_default();
        (next(), [next(), next(), next()])
    };
    rows.map(row).collect()
});

/// An English text in a language (BCP 47); itself where the table has neither.
pub(super) fn told<'t>(english: &'t str, language: &str) -> &'t str {
    let Some(column) = crate::ontology::language(language).checked_sub(1) else { return english };
    WORDS.get(english).map_or(english, |cells| cells[column])
}

/// A text with what stands for each `{}`, in order, or for `{0}`, `{1}` …
pub(crate) fn filled(template: &str, values: &[&dyn Display]) -> String {
    let mut text = String::new();
    let (mut rest, mut next) = (template, 0);
    while let Some((before, after)) = rest.split_once('{') {
        let (number, after) = after.split_once('}').unwrap_or((after, ""));
        let place = number.parse().unwrap_or(next);
        next += 1;
        text.push_str(before);
        text.push_str(&values.get(place).map_or_else(String::new, ToString::to_string));
        rest = after;
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_of_the_shapes_is_in_every_language() {
        for part in crate::ontology::SHAPES.split("sh:message \"").skip(1) {
            let english = part.split('"').next().unwrap_or_default();
            for language in ["zh-Hans", "zh-Hant", "ja"] {
                assert_ne!(told(english, language), english, "{language}");
            }
        }
        for (english, cells) in WORDS.iter() {
            let places = english.matches("{}").count();
            assert!(cells.iter().all(|cell| cell.matches('{').count() == places), "{english}");
        }
        assert_eq!(told("S1 exactly one kind", "de"), "S1 exactly one kind");
        assert_eq!(filled("{1} of {0}{}", &[&1, &"a"]), "a of 1");
    }
}
