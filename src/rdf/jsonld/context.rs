//! The vocabulary's context, as far as compaction needs it.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use oxrdf::NamedOrBlankNodeRef;
use serde_json::{Map, Value};

use crate::ontology;

/// What strings under a term are.
#[derive(Debug, PartialEq)]
pub(super) enum Kind {
    /// Texts.
    Text,
    /// IRIs.
    Id,
    /// Names within a namespace, with those that a term of the context hides and this scope shows again.
    Name(String, HashSet<String>),
    /// Literals of this datatype.
    Literal(String),
}

/// The definition of a term.
#[derive(Debug)]
pub(super) struct Term {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Texts are given by language.
    pub(super) by_language: bool,
    /// Values are always an array.
    pub(super) is_set: bool,
}

/// A context.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) object: Value,
    terms: HashMap<String, Term>,
    names: HashSet<String>,
    /// Prefix and namespace, the longest namespaces first.
    prefixes: Vec<(String, String)>,
}

/// The vocabulary's own.
pub(super) fn ours() -> &'static Context {
    static OURS: OnceLock<Context> = OnceLock::new();
    // A test holds the file to be JSON with a context.
    OURS.get_or_init(|| Context::read(&serde_json::from_str(ontology::CONTEXT).unwrap_or_default()))
}

impl Context {
    fn read(document: &Value) -> Self {
        let object = document["@context"].clone();
        let none = Map::new();
        let entries = object.as_object().unwrap_or(&none);
        let prefixes = entries.iter().filter_map(|(name, iri)| Some((name.clone(), iri.as_str()?.to_owned())));
        let mut prefixes: Vec<_> =
            prefixes.filter(|(_, iri)| iri.starts_with("http") && iri.ends_with(['/', '#'])).collect();
        prefixes.sort_by_key(|(_, namespace)| std::cmp::Reverse(namespace.len()));
        let names = entries.keys().filter(|name| !name.starts_with('@')).cloned().collect();
        let mut context = Self { object: Value::Null, terms: HashMap::new(), names, prefixes };
        for (name, definition) in entries {
            if let Some((iri, term)) = context.term_of(name, definition) {
                context.terms.entry(iri).or_insert(term);
            }
        }
        Self { object, ..context }
    }

    fn term_of(&self, name: &str, definition: &Value) -> Option<(String, Term)> {
        let id = definition.as_str().or_else(|| definition["@id"].as_str())?;
        if id.starts_with('@') || self.prefixes.iter().any(|(prefix, _)| prefix == name) {
            return None;
        }
        let container = definition["@container"].to_string();
        let kind = match definition["@type"].as_str() {
            None => Kind::Text,
            Some("@id") => Kind::Id,
            Some("@vocab") => {
                let scope = definition["@context"].as_object()?;
                Kind::Name(scope.get("@vocab")?.as_str()?.to_owned(), scope.keys().cloned().collect())
            }
            Some(datatype) => Kind::Literal(self.expand(datatype)),
        };
        let (by_language, is_set) = (container.contains("@language"), container.contains("@set"));
        Some((self.expand(id), Term { name: name.to_owned(), kind, by_language, is_set }))
    }

    fn expand(&self, name: &str) -> String {
        let (prefix, rest) = name.split_once(':').unwrap_or((name, ""));
        let namespace = self.prefixes.iter().find(|(known, _)| known == prefix);
        namespace.map_or_else(|| name.to_owned(), |(_, namespace)| format!("{namespace}{rest}"))
    }

    /// The term for a property or a class.
    pub(super) fn term(&self, iri: &str) -> Option<&Term> {
        self.terms.get(iri)
    }

    /// An IRI by a prefix or whole; `None` where a reader would take its scheme for a prefix (§3.1 IRI expansion, step 6).
    pub(super) fn iri(&self, iri: &str) -> Option<String> {
        let fitting = |(prefix, namespace): &(String, String)| {
            let rest = iri.strip_prefix(namespace.as_str())?;
            (!rest.is_empty() && !rest.starts_with("//")).then(|| format!("{prefix}:{rest}"))
        };
        self.prefixes.iter().find_map(fitting).or_else(|| {
            let (scheme, rest) = iri.split_once(':')?;
            (rest.starts_with("//") || !self.names.contains(scheme)).then(|| iri.to_owned())
        })
    }

    /// A node as `@id` names it.
    pub(super) fn subject(&self, node: NamedOrBlankNodeRef<'_>) -> Option<String> {
        match node {
            NamedOrBlankNodeRef::NamedNode(node) => self.iri(node.as_str()),
            NamedOrBlankNodeRef::BlankNode(node) => Some(node.to_string()),
        }
    }

    /// The name of an IRI within the namespace of a [`Kind::Name`].
    pub(super) fn name<'i>(&self, iri: &'i str, namespace: &str, shown: &HashSet<String>) -> Option<&'i str> {
        let rest = iri.strip_prefix(namespace)?;
        let is_plain = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (is_plain && (!self.names.contains(rest) || shown.contains(rest))).then_some(rest)
    }
}
