//! The published vocabulary as pages need it: labels and definitions of classes, properties and codes, read once.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use oxrdf::{NamedNode, NamedOrBlankNode, Term};

use super::labels::Label;
use crate::format::Syntax;
use crate::ontology;
use crate::rdf::{ReadAs, document_triples};
use crate::vocab::{self, rdfs, skos};

/// A term of the vocabulary, or a code.
#[derive(Debug, Default)]
pub struct Entry {
    /// Its names with their tags.
    pub labels: Vec<Label>,
    /// What is said of it: objects by property.
    pub said: BTreeMap<String, Vec<Term>>,
}

impl Entry {
    /// IRIs that a property leads to.
    pub fn iris(&self, property: &str) -> impl Iterator<Item = &str> {
        self.said.get(property).into_iter().flatten().filter_map(|term| match term {
            Term::NamedNode(node) => Some(node.as_str()),
            _ => None,
        })
    }

    /// Texts that a property gives.
    pub fn texts(&self, property: &str) -> impl Iterator<Item = &oxrdf::Literal> {
        self.said.get(property).into_iter().flatten().filter_map(|term| match term {
            Term::Literal(literal) => Some(literal),
            _ => None,
        })
    }

    /// Whether it is of a class.
    pub fn is_a(&self, class: &str) -> bool {
        self.iris(vocab::rdf::type_.as_str()).any(|own| own == class)
    }
}

static ENTRIES: LazyLock<HashMap<String, Entry>> = LazyLock::new(read);

/// Everything that the vocabulary names, by its IRI.
pub fn entries() -> &'static HashMap<String, Entry> {
    &ENTRIES
}

/// A term of the vocabulary, or a code, by its IRI.
pub fn entry(iri: &str) -> Option<&'static Entry> {
    ENTRIES.get(iri)
}

fn read() -> HashMap<String, Entry> {
    let mut entries: HashMap<String, Entry> = HashMap::new();
    for text in [ontology::CITYPACT, ontology::SCHEMES] {
        let how = ReadAs { base: Some(vocab::NS.to_owned()), ..ReadAs::new("ontology", Syntax::Turtle) };
        // The files of this crate are read by a test.
        for triple in document_triples(text.as_bytes(), &how).unwrap_or_default() {
            let NamedOrBlankNode::NamedNode(subject) = triple.subject else { continue };
            let entry = entries.entry(subject.into_string()).or_default();
            if let Term::Literal(literal) = &triple.object
                && [skos::prefLabel, rdfs::label].contains(&triple.predicate.as_ref())
            {
                entry.labels.push(Label::of(literal));
            }
            entry.said.entry(NamedNode::into_string(triple.predicate)).or_default().push(triple.object);
        }
    }
    entries
}

/// The prefixed name of a term, or its IRI where no prefix is known.
pub fn prefixed(iri: &str) -> String {
    let fits = |(prefix, namespace): &(&str, &str)| {
        let local = iri.strip_prefix(namespace)?;
        let plain =
            !local.is_empty() && local.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        plain.then(|| format!("{prefix}:{local}"))
    };
    vocab::PREFIXES.iter().find_map(fits).unwrap_or_else(|| iri.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vocabulary_is_read() {
        let kind = entry("https://w3id.org/citypact/kind/friendship-city").unwrap();
        assert!(kind.labels.iter().any(|label| label.text == "友好都市" && label.tag.as_deref() == Some("ja")));
        assert!(kind.iris(skos::broader.as_str()).any(|broader| broader.ends_with("kind/twinning")));
        assert!(entry("https://w3id.org/citypact/ns#Tie").is_some_and(|tie| !tie.labels.is_empty()));
        assert!(entries().len() > 150, "{}", entries().len());
    }

    #[test]
    fn names_are_shortened() {
        assert_eq!(prefixed("https://w3id.org/citypact/ns#party"), "pact:party");
        assert_eq!(prefixed("http://e/x"), "http://e/x");
    }
}
