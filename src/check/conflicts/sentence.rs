//! What to say of a finding, in each of the languages of the crate.

use oxrdf::Term;

use super::super::data::{text, value};
use super::find::{Finding, Said};
use super::labels::label;
use super::rule::ConflictRule;
use crate::index::Selection;
use crate::ontology::LANGUAGES;
use crate::vocab::{code, pact};

/// Between values, before and after what is in brackets, and between the things in them.
const MARKS: [[&str; 4]; LANGUAGES.len()] =
    [[", ", " (", ")", "; "], ["、", "（", "）", "；"], ["、", "（", "）", "；"], ["、", "（", "）", "、"]];

/// The sentences of a finding, in the order of [`LANGUAGES`]; a language that the rule does not speak has none.
pub(super) fn sentences(data: &Selection, rule: &ConflictRule, finding: &Finding) -> [Option<String>; LANGUAGES.len()] {
    std::array::from_fn(|language| {
        let template = rule.sentences[language].as_deref()?;
        Some(filled(template, &|name| word(data, finding, name, language)))
    })
}

/// The template with what stands for each name in braces; a name that nothing stands for is left out.
fn filled(template: &str, word: &dyn Fn(&str) -> Option<String>) -> String {
    let (mut sentence, mut rest) = (String::new(), template);
    while let Some((before, after)) = rest.split_once('{') {
        sentence.push_str(before);
        let Some((name, after)) = after.split_once('}') else { return sentence + "{" + after };
        sentence.push_str(&word(name).unwrap_or_default());
        rest = after;
    }
    sentence + rest
}

fn word(data: &Selection, finding: &Finding, name: &str, language: usize) -> Option<String> {
    let column = || {
        let in_key = finding.key.iter().find(|(known, _)| known == name).map(|(_, term)| term);
        in_key.or_else(|| finding.others.get(name))
    };
    match name {
        "about" => Some(label(data, &finding.about, language)),
        "property" => finding.property.as_ref().map(|property| label(data, property, language)),
        "values" => Some(values(data, finding, language, false)),
        "all" => Some(values(data, finding, language, true)),
        _ => column().map(|term| label(data, term, language)),
    }
}

/// All that is said: by each fact, or each value once.
fn values(data: &Selection, finding: &Finding, language: usize, by_fact: bool) -> String {
    let mut told: Vec<String> = Vec::new();
    for said in &finding.said {
        let one = value_of(data, said, language);
        if by_fact || !told.contains(&one) {
            told.push(one);
        }
    }
    told.join(MARKS[language][0])
}

/// A value with what bounds it, and when it is of.
fn value_of(data: &Selection, said: &Said, language: usize) -> String {
    let mut told = match &said.property {
        Some(property) => label(data, property, language) + " ",
        None => String::new(),
    };
    told.push_str(&label(data, said.value.as_ref().unwrap_or(&said.fact), language));
    let when = said.when.as_ref().map(text);
    let more: Vec<String> =
        quantifier(data, &said.fact).map(|term| label(data, &term, language)).into_iter().chain(when).collect();
    if !more.is_empty() {
        let [_, open, close, between] = MARKS[language];
        told.push_str(&format!("{open}{}{close}", more.join(between)));
    }
    told
}

/// How a figure is meant, where it is not exact.
pub(super) fn quantifier(data: &Selection, fact: &Term) -> Option<Term> {
    let id = data.version().find(fact.clone())?;
    let quantifier = data.version().term(value(data, id, pact::quantifier)?);
    (quantifier != Term::from(code::exact)).then_some(quantifier)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_braces_are_replaced() {
        let word = |name: &str| (name == "a").then(|| "A{b}".to_owned());
        assert_eq!(filled("x {a} {none}y {open", &word), "x A{b} y {open");
    }
}
