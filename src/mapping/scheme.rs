//! The concepts of `ontology/schemes.ttl` that records name in free words: topics and variables.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use oxrdf::{NamedNodeRef, NamedOrBlankNode, Term};
use oxttl::TurtleParser;

use crate::place::fold::fold;
use crate::vocab::{self, skos};

const SCHEMES: &str = include_str!("../../ontology/schemes.ttl");

#[derive(Default)]
struct Concepts {
    /// Topics by folded slug and label.
    topics: HashMap<String, String>,
    variables: HashSet<String>,
}

static CONCEPTS: LazyLock<Concepts> = LazyLock::new(|| {
    let mut concepts = Concepts::default();
    // The file is part of this crate, and a test parses it.
    for triple in TurtleParser::new().for_slice(SCHEMES).flatten() {
        let NamedOrBlankNode::NamedNode(subject) = &triple.subject else { continue };
        concepts.learn(subject.as_str(), triple.predicate.as_ref(), &triple.object);
    }
    concepts
});

impl Concepts {
    fn learn(&mut self, concept: &str, predicate: NamedNodeRef<'_>, object: &Term) {
        if predicate == skos::inScheme && concept.starts_with(vocab::VARIABLE) {
            self.variables.insert(concept.to_owned());
        }
        let Some(slug) = concept.strip_prefix(vocab::CODE).and_then(|slug| slug.strip_prefix("topic-")) else { return };
        if predicate == skos::inScheme {
            self.topics.insert(fold(slug), concept.to_owned());
        }
        if let Term::Literal(label) = object
            && [skos::prefLabel, skos::altLabel, skos::hiddenLabel].contains(&predicate)
        {
            self.topics.entry(fold(label.value())).or_insert_with(|| concept.to_owned());
        }
    }
}

/// The IRI of the topic that has this slug or, in any language, this label.
pub(crate) fn topic(text: &str) -> Option<&'static str> {
    CONCEPTS.topics.get(&fold(text)).map(String::as_str)
}

/// Whether the scheme of variables has this IRI.
pub(crate) fn is_variable(iri: &str) -> bool {
    CONCEPTS.variables.contains(iri)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_parse_and_topics_are_found_by_slug_and_label() {
        assert!(TurtleParser::new().for_slice(SCHEMES).all(|triple| triple.is_ok()));
        let culture = format!("{}topic-culture", vocab::CODE);
        assert_eq!(topic("culture"), Some(&*culture));
        assert_eq!(topic("文化"), Some(&*culture));
        assert_eq!(topic("no such topic"), None);
        assert!(is_variable(&format!("{}friendship-cities", vocab::VARIABLE)));
        assert!(!is_variable(&format!("{}unheard-of", vocab::VARIABLE)));
    }
}
