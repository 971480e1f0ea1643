//! Completion: what may follow while a text is being typed: keywords, variables, prefixes, terms of the vocabularies,
//! entities.

use std::collections::BTreeSet;

use crate::query::syntax::diagnostics::KEYWORDS;
use crate::query::syntax::tokens::{Kind, Token, Tokens};
use crate::vocab;

/// Prefixes of data rather than of vocabularies.
const DATA: &[&str] = &["doc", "graph", "id", "place"];
/// Suggestions at most.
const MOST: usize = 100;
/// Words of a label that are typed before it is looked for, at most.
const WORDS: usize = 4;

/// Something in the data, found by its label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// Its IRI.
    pub iri: String,
    /// The label that fits what was typed.
    pub label: String,
    /// The label's language (BCP 47), if it has one.
    pub language: Option<String>,
}

/// A text to put in the place of what was typed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suggestion {
    /// What to insert.
    pub text: String,
    /// What it is called, where the text does not say.
    pub label: Option<String>,
    /// The label's language (BCP 47), if it has one.
    pub language: Option<String>,
}

impl Suggestion {
    fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), label: None, language: None }
    }
}

/// What may stand instead of `text[start..at]`, where `start` is returned first. `find` looks for entities whose label
/// begins with a text, or whose IRI does.
pub fn suggest(text: &str, at: usize, mut find: impl FnMut(&str) -> Vec<Entity>) -> (usize, Vec<Suggestion>) {
    let before = text.get(..at).unwrap_or(text);
    let tokens: Vec<Token> = Tokens::new(before).collect();
    let Some(token) = tokens.last().filter(|token| token.end == before.len()) else {
        return (before.len(), Vec::new());
    };
    let typed = token.text(before);
    let (mut start, mut found) = match token.kind {
        Kind::Sigil | Kind::Operator if typed.starts_with(['?', '$']) => (token.start, variables(text, typed)),
        Kind::Word => (token.start, words(typed)),
        Kind::Name => (token.start, names(typed, &mut find)),
        _ => (token.start, Vec::new()),
    };
    // A term begins nothing, and who writes in capitals means a keyword.
    let is_keyword =
        !found.is_empty() && (tokens.len() == 1 || typed.len() == 1 || typed.to_ascii_uppercase() == typed);
    if !is_keyword {
        for from in label_starts(before, &tokens) {
            let mut entities: Vec<_> = entities(find(&before[from..])).collect();
            if !entities.is_empty() {
                // What stands for several words leaves no room for what stands for the last of them.
                found = if from == start { found } else { Vec::new() };
                found.append(&mut entities);
                start = from;
                break;
            }
        }
    }
    found.truncate(MOST);
    (start, found)
}

/// Where a label may begin that ends with a text: several words back (`New Yo`, `Saint-De`, `St. Lou`, `Xi'a`), the furthest
/// first.
fn label_starts(text: &str, tokens: &[Token]) -> Vec<usize> {
    let mut starts = Vec::new();
    for (at, token) in tokens.iter().enumerate().rev() {
        let follows = at.checked_sub(1).is_some_and(|before| tokens[before].end == token.start);
        match token.kind {
            Kind::Word => starts.push(token.start),
            // An apostrophe begins a string, unless it stands within a word.
            Kind::Unterminated if follows && text[token.start..].starts_with('\'') => {}
            Kind::Prefix | Kind::Other if follows && ["-", "."].contains(&token.text(text)) => {}
            _ => break,
        }
        if starts.len() == WORDS {
            break;
        }
    }
    starts.reverse();
    starts
}

fn variables(text: &str, typed: &str) -> Vec<Suggestion> {
    let is_variable = |token: &Token| token.kind == Kind::Sigil && token.text(text).starts_with(['?', '$']);
    let names: BTreeSet<_> = Tokens::new(text).filter(is_variable).map(|token| token.text(text)).collect();
    let fits = |name: &&str| name.starts_with(typed) && *name != typed;
    names.into_iter().filter(fits).map(Suggestion::plain).collect()
}

/// A word may become a keyword or a prefix.
fn words(typed: &str) -> Vec<Suggestion> {
    let upper = typed.to_uppercase();
    let prefixes = vocab::PREFIXES.iter().map(|(name, _)| *name).filter(|name| name.starts_with(typed));
    let mut found: Vec<_> = prefixes.map(|name| Suggestion::plain(format!("{name}:"))).collect();
    found.extend(
        KEYWORDS
            .iter()
            .filter(|keyword| keyword.len() > 1 && keyword.starts_with(&upper))
            .copied()
            .map(Suggestion::plain),
    );
    found
}

fn names(typed: &str, find: &mut impl FnMut(&str) -> Vec<Entity>) -> Vec<Suggestion> {
    let Some((prefix, local)) = typed.split_once(':') else { return Vec::new() };
    let Some((_, namespace)) = vocab::PREFIXES.iter().find(|(name, _)| *name == prefix) else { return Vec::new() };
    let lower = local.to_lowercase();
    let mut found: Vec<_> = vocab::terms()
        .filter_map(|term| term.as_str().strip_prefix(namespace))
        .filter(|name| is_local(name) && name.to_lowercase().starts_with(&lower))
        .map(|name| Suggestion::plain(format!("{prefix}:{name}")))
        .collect();
    found.sort();
    found.dedup();
    if DATA.contains(&prefix) {
        let within = |entity: &Entity| entity.iri.starts_with(namespace);
        found.extend(entities(find(local).into_iter().filter(within).collect()));
    }
    found
}

fn entities(found: Vec<Entity>) -> impl Iterator<Item = Suggestion> {
    found.into_iter().map(|entity| Suggestion {
        text: written(&entity.iri),
        label: Some(entity.label),
        language: entity.language,
    })
}

/// An IRI as SPARQL has it: shortened where the rest needs no escaping.
pub fn written(iri: &str) -> String {
    let shorter = |(name, namespace): &(&str, &str)| {
        let local = iri.strip_prefix(namespace).filter(|local| is_local(local))?;
        Some((namespace.len(), format!("{name}:{local}")))
    };
    let shortest = vocab::PREFIXES.iter().filter_map(shorter).max_by_key(|(length, _)| *length);
    shortest.map_or_else(|| format!("<{iri}>"), |(_, text)| text)
}

/// Whether a text can stand after a prefix as it is (SPARQL 1.1, PN_LOCAL), told on the safe side.
fn is_local(text: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    !text.is_empty() && !text.starts_with('-') && text.chars().all(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        let entities = |typed: &str| match typed {
            "青" | "Qing" | "cn-q" => {
                vec![Entity { iri: format!("{}place/cn-qingdao", vocab::ID), label: "青島".into(), language: None }]
            }
            "New Yo" | "Xi'a" | "St. Lou" | "Saint-De" | "Min" | "Yo" => {
                vec![Entity { iri: format!("{}place/found", vocab::ID), label: typed.into(), language: None }]
            }
            _ => Vec::new(),
        };
        suggest(text, text.len(), entities).1.into_iter().map(|suggestion| suggestion.text).collect()
    }

    #[test]
    fn what_may_follow() {
        assert_eq!(texts("SELECT ?city ?country WHERE { ?c"), ["?city", "?country"]);
        assert_eq!(texts("sel"), ["SELECT"]);
        assert_eq!(texts("ASK { ?x scho"), Vec::<String>::new());
        assert_eq!(texts("ASK { ?x sche"), ["schema:"]);
        assert_eq!(texts("ASK { ?x pact:signedO"), ["pact:signedOn"]);
        assert_eq!(texts("ASK { ?x pact:kind kind:friendship-c"), ["kind:friendship-city"]);
        assert_eq!(texts("ASK { 青"), ["place:cn-qingdao"]);
        assert_eq!(texts("ASK { Qing"), ["place:cn-qingdao"]);
        assert_eq!(texts("ASK { place:cn-q"), ["place:cn-qingdao"]);
        assert_eq!(texts("ASK { doc:cn-q"), Vec::<String>::new());
        assert!(texts("ASK { ?s rdfs:").contains(&"rdfs:label".to_owned()));
        for label in ["New Yo", "Xi'a", "St. Lou", "Saint-De"] {
            for before in
                ["ASK { ", "ASK { ?s ?p 1 . ", "ASK { ?s ?p ", "ASK { VALUES ?x { ", "DESCRIBE ", "ASK { FILTER(?x = "]
            {
                let text = format!("{before}{label}");
                assert_eq!(
                    suggest(&text, text.len(), |typed| {
                        let found =
                            Entity { iri: format!("{}place/found", vocab::ID), label: typed.into(), language: None };
                        if typed == label { vec![found] } else { Vec::new() }
                    })
                    .0,
                    before.len(),
                    "{text}"
                );
                assert_eq!(texts(&text), ["place:found"], "{text}");
            }
        }
        // Where a keyword begins so, too, a term of the data stands beside it, but not where a text begins.
        assert_eq!(texts("ASK { Min"), ["MINUS", "MIN", "MINUTES", "place:found"]);
        assert!(!texts("Min").contains(&"place:found".to_owned()));
        assert!(!texts("ASK { MIN").contains(&"place:found".to_owned()));
        assert!(texts("ASK { 'sel").is_empty() && texts("").is_empty() && texts("ASK ").is_empty());
    }

    #[test]
    fn iris_are_shortened_where_that_is_sparql() {
        assert_eq!(written("https://w3id.org/citypact/id/place/cn-qingdao"), "place:cn-qingdao");
        assert_eq!(written("https://w3id.org/citypact/id/tie/a/b"), "<https://w3id.org/citypact/id/tie/a/b>");
        assert_eq!(written("https://w3id.org/citypact/id/place/昆明"), "place:昆明");
        assert_eq!(written("http://example.org/%41"), "<http://example.org/%41>");
    }

    #[test]
    fn suggestions_parse() {
        for term in vocab::terms() {
            let query = format!("ASK {{ {} ?p ?o }}", written(term.as_str()));
            assert!(crate::query::Query::parse(&query, &Default::default()).is_ok(), "{query}");
        }
    }
}
