//! Label look-up: what things are called, for people: one label an IRI, by a second query.

use std::collections::HashMap;

use oxrdf::{NamedNode, Term};

use crate::rdf::{is_in_range, script_of_region};
use crate::store::{Store, StoreError, select};

/// Languages tried after the one asked for, in this order; then texts of no language, then any.
const FALLBACK: &[&str] = &["en", "zh-hans", "zh-hant", "zh", "ja", "ko"];
/// IRIs asked for at once.
const BATCH: usize = 500;

/// Labels that have been looked up.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    /// The language asked for, and what it is part of, in lower case.
    ranges: Vec<String>,
    known: HashMap<String, Option<String>>,
}

impl Labels {
    /// Labels in a language (BCP 47), or in the nearest that there is.
    pub fn new(language: &str) -> Self {
        Self { ranges: ranges(language), known: HashMap::new() }
    }

    /// The label of an IRI that was looked up and has one.
    pub fn get(&self, iri: &str) -> Option<&str> {
        self.known.get(iri)?.as_deref()
    }

    /// Looks up the IRIs among `terms` that are not known yet.
    ///
    /// # Errors
    /// Those of the store.
    pub fn learn<'t>(&mut self, store: &dyn Store, terms: impl Iterator<Item = &'t Term>) -> Result<(), StoreError> {
        let mut asked = Vec::new();
        for term in terms {
            if let Term::NamedNode(node) = term
                && !self.known.contains_key(node.as_str())
            {
                self.known.insert(node.as_str().to_owned(), None);
                asked.push(node.clone());
            }
        }
        asked.chunks(BATCH).try_for_each(|asked| self.ask(store, asked))
    }

    fn ask(&mut self, store: &dyn Store, asked: &[NamedNode]) -> Result<(), StoreError> {
        let values: String = asked.iter().map(|node| format!("{node} ")).collect();
        let own = "?iri skos:prefLabel|rdfs:label|schema:name|schema:headline ?label";
        let other = "?iri skos:altLabel ?label BIND(true AS ?other)";
        let in_each = |pattern: &str| format!("{{ GRAPH ?g {{ {pattern} }} }} UNION {{ {pattern} }}");
        let query = format!(
            "SELECT ?iri ?label ?other WHERE {{ VALUES ?iri {{ {values} }} {} UNION {} }}",
            in_each(own),
            in_each(other)
        );
        let mut best: HashMap<String, (usize, String)> = HashMap::new();
        select(store, &query, |row| {
            let (Some(Term::NamedNode(iri)), Some(Term::Literal(label))) = (row.get("iri"), row.get("label")) else {
                return;
            };
            let Some(rank) = self.rank(label.language().unwrap_or_default(), row.get("other").is_some()) else {
                return;
            };
            let found = (rank, label.value().to_owned());
            let kept = best.entry(iri.as_str().to_owned()).or_insert_with(|| found.clone());
            // Among equals the first in the order of texts, so that the same data always shows the same label.
            if found < *kept {
                *kept = found;
            }
        })?;
        self.known.extend(best.into_iter().map(|(iri, (_, label))| (iri, Some(label))));
        Ok(())
    }

    /// How far a label is from the one asked for. Another name than the preferred one, such as the words of a source, will
    /// do in the language asked for alone, but there before a name in another language.
    pub(crate) fn rank(&self, tag: &str, is_other: bool) -> Option<usize> {
        let tag = tag.to_lowercase();
        for (at, range) in self.ranges.iter().enumerate() {
            let is_it = tag == *range;
            if is_it || is_in_range(&tag, range) {
                return Some(at * 4 + if is_other { 2 } else { 0 } + usize::from(!is_it));
            }
        }
        if is_other {
            return None;
        }
        let after = self.ranges.len() * 4;
        let fallback = FALLBACK.iter().position(|language| is_in_range(&tag, language));
        Some(after + fallback.unwrap_or(FALLBACK.len() + usize::from(!tag.is_empty())))
    }
}

/// The ranges that a language is in, the narrowest first (RFC 4647, section 3.4). Chinese of a region is looked for in the script that is
/// written there.
fn ranges(language: &str) -> Vec<String> {
    let asked = language.to_lowercase();
    let written = match (script_of_region(&asked), asked.split_once('-')) {
        (Some(script), Some((language, region))) => format!("{language}-{}-{region}", script.to_lowercase()),
        _ => asked.clone(),
    };
    let mut found = vec![asked];
    let mut range = Some(written.as_str());
    while let Some(narrow) = range {
        if !found.iter().any(|other| other == narrow) {
            found.push(narrow.to_owned());
        }
        range = narrow.rsplit_once('-').map(|(wide, _)| wide);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Embedded;

    #[test]
    fn the_language_asked_for_then_the_nearest() {
        let store = Embedded::memory().unwrap();
        let data = "INSERT DATA { GRAPH <http://e/g> {
            <http://e/a> skos:prefLabel '青岛'@zh-Hans, '青島'@zh-Hant-TW, 'Qingdao'@en ; skos:altLabel 'Tsingtao'@en, '칭다오'@ko, 'ciudad'@es .
            <http://e/b> rdfs:label 'plain', 'autre'@fr . } <http://e/c> schema:name '名'@ja }";
        let update = crate::query::Update::parse(data, &Default::default()).unwrap();
        store.run_update(update.algebra().clone()).unwrap();
        let label = |language: &str, iri: &str| {
            let mut labels = Labels::new(language);
            let terms: Vec<Term> =
                ["a", "b", "c", "d"].map(|name| NamedNode::new_unchecked(format!("http://e/{name}")).into()).to_vec();
            labels.learn(&store, terms.iter()).unwrap();
            labels.get(iri).map(str::to_owned)
        };
        assert_eq!(label("en", "http://e/a").as_deref(), Some("Qingdao"));
        assert_eq!(label("zh-Hant", "http://e/a").as_deref(), Some("青島"));
        assert_eq!(label("zh-hans", "http://e/a").as_deref(), Some("青岛"));
        assert_eq!(label("zh-TW", "http://e/a").as_deref(), Some("青島"), "what is written in the region");
        assert_eq!(label("zh-HK", "http://e/a").as_deref(), Some("青島"));
        assert_eq!(label("zh-CN", "http://e/a").as_deref(), Some("青岛"));
        assert_eq!(label("ja-JP", "http://e/c").as_deref(), Some("名"));
        assert_eq!(label("ko-KR", "http://e/a").as_deref(), Some("칭다오"));
        assert_eq!(label("de", "http://e/a").as_deref(), Some("Qingdao"));
        assert_eq!(label("de", "http://e/b").as_deref(), Some("plain"));
        assert_eq!(label("fr", "http://e/b").as_deref(), Some("autre"));
        assert_eq!(label("", "http://e/c").as_deref(), Some("名"));
        assert_eq!(label("en", "http://e/d"), None);
        assert_eq!(label("ko", "http://e/a").as_deref(), Some("칭다오"), "the words of a source before English");
    }
}
