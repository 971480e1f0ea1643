//! What things are called, in the language of the page or in the nearest that there is: always the same one for the same data.

use std::collections::{BTreeMap, HashMap, HashSet};

use oxrdf::{Literal, NamedNode};

use super::data::{Reading, Slot};
use super::language::Language;
use super::vocabulary;
use crate::rdf::is_in_range;
use crate::server::http::problem::Problem;
use crate::vocab;

/// IRIs asked for at once.
const BATCH: usize = 500;

/// A name with its language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The name.
    pub text: String,
    /// Its language (BCP 47); none where that is not told.
    pub tag: Option<String>,
}

impl Label {
    /// That of a literal.
    pub fn of(literal: &Literal) -> Self {
        Self { text: literal.value().to_owned(), tag: literal.language().map(str::to_owned) }
    }

    /// One whose language is not told.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), tag: None }
    }

    /// One in the language of the interface.
    pub fn own(text: impl Into<String>, language: Language) -> Self {
        Self { text: text.into(), tag: Some(language.tag().to_owned()) }
    }
}

/// How far a label's language is from the one wanted: the less, the nearer.
fn rank(language: Language, tag: Option<&str>) -> usize {
    let ranges = language.ranges();
    let Some(tag) = tag else { return ranges.len() };
    // `zh` alone means written Chinese of either script, and not its romanization.
    let fits = |range: &&str| if *range == "zh" { tag.eq_ignore_ascii_case("zh") } else { is_in_range(tag, range) };
    ranges.iter().position(fits).unwrap_or(ranges.len() + 1)
}

/// The label that readers of a language want most. Among equals the first by tag and text.
pub fn best<'l>(language: Language, labels: impl IntoIterator<Item = &'l Label>) -> Option<&'l Label> {
    labels.into_iter().min_by_key(|label| (rank(language, label.tag.as_deref()), &label.tag, &label.text))
}

/// Asks for the names of things.
const NAMES: &str = "SELECT ?thing ?label WHERE {
  VALUES ?thing { $things }
  { ?thing skos:prefLabel ?label } UNION { ?thing schema:headline ?label } UNION { ?thing rdfs:label ?label }
  UNION { ?thing schema:name ?label }
}";

/// Asks for what makes up things that have no name of their own.
const PARTS: &str = "SELECT ?thing ?order ?part WHERE {
  VALUES ?thing { $things }
  { ?thing pact:party ?part BIND(1 AS ?order) }
  UNION { ?thing pact:award ?part BIND(1 AS ?order) }
  UNION { ?thing pact:recipient ?part BIND(2 AS ?order) }
  UNION { ?thing schema:observationAbout ?part BIND(1 AS ?order) }
  UNION { ?thing schema:variableMeasured ?part BIND(2 AS ?order) }
  UNION { ?thing pact:sendingState ?part BIND(1 AS ?order) }
  UNION { ?thing schema:location ?part BIND(2 AS ?order) }
  UNION { ?thing pact:signatory ?part BIND(1 AS ?order) }
  UNION { ?thing org:organization ?part BIND(1 AS ?order) }
}";
/// Parts that are named of one thing; an alliance may have a hundred.
const MOST_PARTS: usize = 4;

/// Names that have been looked up for a page.
pub struct Names<'d> {
    reading: &'d Reading<'d>,
    language: Language,
    known: HashMap<String, Label>,
}

impl<'d> Names<'d> {
    /// None yet.
    pub fn new(reading: &'d Reading<'d>, language: Language) -> Self {
        Self { reading, language, known: HashMap::new() }
    }

    /// Looks up the names of things, as far as they are not known yet.
    ///
    /// # Errors
    /// Those of [`Reading::ask`].
    pub fn learn<'i>(&mut self, iris: impl IntoIterator<Item = &'i str>) -> Result<(), Problem> {
        let nameless = self.learn_own(iris)?;
        self.compose(&nameless)
    }

    /// Looks up names; gives back what has none of its own.
    fn learn_own<'i>(&mut self, iris: impl IntoIterator<Item = &'i str>) -> Result<Vec<NamedNode>, Problem> {
        let mut seen = HashSet::new();
        let mut asked = Vec::new();
        for iri in iris {
            if self.known.contains_key(iri) || !seen.insert(iri) {
                continue;
            }
            match vocabulary::entry(iri).and_then(|entry| best(self.language, &entry.labels)) {
                Some(label) => drop(self.known.insert(iri.to_owned(), label.clone())),
                None => asked.extend(NamedNode::new(iri).ok()),
            }
        }
        for nodes in asked.chunks(BATCH) {
            self.ask(nodes)?;
        }
        asked.retain(|node| !self.known.contains_key(node.as_str()));
        asked.retain(|node| match self.registered(node.as_str()) {
            Some(label) => self.known.insert(node.as_str().to_owned(), label).is_some(),
            None => true,
        });
        Ok(asked)
    }

    fn ask(&mut self, nodes: &[NamedNode]) -> Result<(), Problem> {
        let rows = self.reading.ask(NAMES, &[("things", Slot::Nodes(nodes))])?;
        let mut found: HashMap<&str, Vec<Label>> = HashMap::new();
        for row in rows.iter() {
            if let (Some(thing), Some(label)) = (row.iri("thing"), row.literal("label")) {
                found.entry(thing).or_default().push(Label::of(label));
            }
        }
        for (thing, labels) in found {
            if let Some(label) = best(self.language, &labels) {
                self.known.insert(thing.to_owned(), label.clone());
            }
        }
        Ok(())
    }

    /// The name that the register has of a place.
    fn registered(&self, iri: &str) -> Option<Label> {
        let place = self.reading.register().get(iri.strip_prefix(vocab::ID)?.strip_prefix("place/")?)?;
        let labels: Vec<Label> = place.names.iter().map(|(tag, name)| named(tag, name)).collect();
        best(self.language, &labels).cloned()
    }

    /// Makes names of the names of parts.
    fn compose(&mut self, nameless: &[NamedNode]) -> Result<(), Problem> {
        for (thing, text) in self.composed(nameless, true)? {
            self.known.insert(thing, Label::own(text, self.language));
        }
        Ok(())
    }

    /// Adds their parts to the names of things that are called alike within one of several lists.
    ///
    /// # Errors
    /// Those of [`Reading::ask`].
    pub fn tell_apart(&mut self, lists: &[Vec<&str>]) -> Result<(), Problem> {
        let mut alike = Vec::new();
        for list in lists {
            let mut by_name: HashMap<String, Vec<&str>> = HashMap::new();
            for &thing in list {
                by_name.entry(self.get(thing).text).or_default().push(thing);
            }
            let several = by_name.into_values().filter(|things| things.len() > 1).flatten();
            alike.extend(several.filter_map(|thing| NamedNode::new(thing).ok()));
        }
        for (thing, text) in self.composed(&alike, true)? {
            let Label { text: name, tag } = self.get(&thing);
            // What was made of its parts already says no more than they do.
            if name != text {
                self.known.insert(thing, Label { text: format!("{name} ({text})"), tag });
            }
        }
        Ok(())
    }

    /// What things consist of, by name; where a part has none of its own, `deeper` by what that consists of.
    fn composed(&mut self, things: &[NamedNode], deeper: bool) -> Result<Vec<(String, String)>, Problem> {
        let mut parts: BTreeMap<String, Vec<(u64, String)>> = BTreeMap::new();
        for nodes in things.chunks(BATCH) {
            let rows = self.reading.ask(PARTS, &[("things", Slot::Nodes(nodes))])?;
            for row in rows.iter() {
                if let (Some(thing), Some(part)) = (row.iri("thing"), row.iri("part")) {
                    let order = row.number("order").unwrap_or(0);
                    parts.entry(thing.to_owned()).or_default().push((order, part.to_owned()));
                }
            }
        }
        let nameless = self.learn_own(parts.values().flatten().map(|(_, part)| part.as_str()))?;
        if deeper {
            for (part, text) in self.composed(&nameless, false)? {
                self.known.insert(part, Label::own(text, self.language));
            }
        }
        let named = parts.into_iter().map(|(thing, mut parts)| {
            parts.sort_unstable();
            parts.dedup();
            let names: Vec<String> = parts.iter().take(MOST_PARTS).map(|(_, part)| self.get(part).text).collect();
            let more = if parts.len() > MOST_PARTS { " …" } else { "" };
            (thing, names.join(" – ") + more)
        });
        Ok(named.collect())
    }

    /// The name of what has none: that of a document says that it is one.
    fn plain(&self, iri: &str) -> Label {
        match (ending(iri), self.language.texts().class("schema:NewsArticle")) {
            (end, Some(article)) if end.starts_with("doc/") => {
                Label::own(format!("{article} {}", end.trim_start_matches("doc/")), self.language)
            }
            (end, _) => Label::plain(end),
        }
    }

    /// What a thing is called; of one that was not looked up, or has no name, the end of its IRI.
    pub fn get(&self, iri: &str) -> Label {
        self.find(iri).cloned().unwrap_or_else(|| self.plain(iri))
    }

    /// What a thing is called, if it has a name and was looked up or is of the vocabulary.
    fn find(&self, iri: &str) -> Option<&Label> {
        self.known.get(iri).or_else(|| best(self.language, &vocabulary::entry(iri)?.labels))
    }
}

/// What things are called in a language, or in the nearest that there is: those that have a name, with its language.
///
/// # Errors
/// Those of [`Reading::ask`].
pub fn called(reading: &Reading<'_>, language: Language, iris: &[&str]) -> Result<Vec<(String, Label)>, Problem> {
    let mut names = Names::new(reading, language);
    names.learn(iris.iter().copied())?;
    Ok(iris.iter().filter_map(|iri| Some(((*iri).to_owned(), names.find(iri)?.clone()))).collect())
}

/// A name of the register.
pub fn named(tag: &str, name: &str) -> Label {
    Label { text: name.to_owned(), tag: (!tag.is_empty()).then(|| tag.to_owned()) }
}

/// What of an IRI says most to a person.
fn ending(iri: &str) -> String {
    let local = iri
        .strip_prefix(vocab::ID)
        .unwrap_or_else(|| iri.rsplit(['/', '#']).find(|part| !part.is_empty()).unwrap_or(iri));
    percent_encoding::percent_decode_str(local)
        .decode_utf8()
        .map_or_else(|_| local.to_owned(), |text| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_language_is_taken() {
        let labels = [
            ("en", "Qingdao"),
            ("zh-Hans", "青岛市"),
            ("zh-Hant", "青島市"),
            ("ja", "青島"),
            ("zh-Latn-pinyin", "Qīngdǎo"),
        ]
        .map(|(tag, text)| named(tag, text));
        for (language, wanted) in [
            (Language::En, "Qingdao"),
            (Language::ZhHans, "青岛市"),
            (Language::ZhHant, "青島市"),
            (Language::Ja, "青島"),
        ] {
            assert_eq!(best(language, &labels).unwrap().text, wanted);
        }
        let few = [named("fr", "a"), named("", "b"), named("zh-Latn-pinyin", "c")];
        assert_eq!(best(Language::ZhHans, &few).unwrap().text, "b");
        assert_eq!(best(Language::En, &few).unwrap().text, "c");
        assert_eq!(best(Language::Ja, &[named("zh-Hant", "島"), named("zh-Hans", "岛")]).unwrap().text, "島");
    }

    #[test]
    fn an_iri_says_something_at_its_end() {
        assert_eq!(ending("https://w3id.org/citypact/id/event/x-1"), "event/x-1");
        assert_eq!(ending("http://www.wikidata.org/entity/Q1"), "Q1");
    }
}
