//! Label look-up: what things are called, for people: one label an IRI, by a second query.

use std::collections::HashMap;

use oxrdf::{NamedNode, Term};

use crate::rdf::is_in_range;
use crate::store::{Store, StoreError, select};

/// Languages tried after the one asked for, in this order; then texts of no language, then any.
const FALLBACK: &[&str] = &["en", "zh-hans", "zh-hant", "zh", "ja", "ko"];
/// IRIs asked for at once.
const BATCH: usize = 500;

/// Labels that have been looked up.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    /// The language asked for, in lower case.
    language: String,
    known: HashMap<String, Option<String>>,
}

impl Labels {
    /// Labels in a language (BCP 47), or in the nearest that there is.
    pub fn new(language: &str) -> Self {
        Self { language: language.to_lowercase(), known: HashMap::new() }
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
        if tag == self.language {
            return Some(if is_other { 2 } else { 0 });
        }
        if is_in_range(&tag, &self.language) {
            return Some(if is_other { 3 } else { 1 });
        }
        if is_other {
            return None;
        }
        let fallback = FALLBACK.iter().position(|language| is_in_range(&tag, language)).map(|place| place + 4);
        Some(fallback.unwrap_or(FALLBACK.len() + if tag.is_empty() { 4 } else { 5 }))
    }
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
        assert_eq!(label("de", "http://e/a").as_deref(), Some("Qingdao"));
        assert_eq!(label("de", "http://e/b").as_deref(), Some("plain"));
        assert_eq!(label("fr", "http://e/b").as_deref(), Some("autre"));
        assert_eq!(label("", "http://e/c").as_deref(), Some("名"));
        assert_eq!(label("en", "http://e/d"), None);
        assert_eq!(label("ko", "http://e/a").as_deref(), Some("칭다오"), "the words of a source before English");
    }
}
