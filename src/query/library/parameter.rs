//! Typed parameters: what people type, as terms.

use std::fmt;
use std::str::FromStr;

use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNode};

use crate::nearest::nearest;
use crate::place::{Mention, Register, Resolution};
use crate::query::algebra::substitute::Value;
use crate::rdf::script_of_region;
use crate::store::{Store, select};
use crate::vocab;

/// What values a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A place: its id, its IRI, or a name of it in any script.
    Place,
    /// An IRI, or `prefix:local` with a known prefix.
    Iri,
    /// A day: `2024-01-24`.
    Date,
    /// A year, as a number.
    Year,
    /// A whole number.
    Integer,
    /// Any text.
    Text,
    /// A language range: `en`, `zh`, `zh-Hant`.
    Lang,
    /// A code of the vocabulary: `municipality`, `event`; or with its prefix: `kind:friendship-city`.
    Code,
}

const KINDS: &[(&str, Kind)] = &[
    ("place", Kind::Place),
    ("iri", Kind::Iri),
    ("date", Kind::Date),
    ("year", Kind::Year),
    ("integer", Kind::Integer),
    ("text", Kind::Text),
    ("lang", Kind::Lang),
    ("code", Kind::Code),
];

impl FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind);
        known.ok_or_else(|| {
            let names: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
            format!("{name:?} is no type of parameter: {}", names.join(", "))
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(KINDS.iter().find(|(_, kind)| kind == self).map_or("", |(name, _)| name))
    }
}

/// Why a value does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParameterError {
    /// It has not the form of its type.
    #[error("expected {0}")]
    Form(&'static str),
    /// No place is called so.
    #[error("no place of the register has that id or name")]
    UnknownPlace {
        /// Places called nearly so.
        near: Vec<String>,
    },
    /// Several places are called so.
    #[error("several places are called so: {}", .0.join(", "))]
    AmbiguousPlace(Vec<String>),
    /// The prefix is not known.
    #[error("the prefix {prefix}: is not known")]
    UnknownPrefix {
        /// The prefix given.
        prefix: String,
        /// The nearest that is.
        nearest: Option<String>,
    },
}

impl ParameterError {
    /// What to do about it, where something can be done.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownPlace { near } if !near.is_empty() => Some(format!("did you mean {}?", near.join(", "))),
            Self::AmbiguousPlace(ids) => Some(format!("give its id, such as {}", ids.first()?)),
            Self::UnknownPrefix { nearest: Some(near), .. } => Some(format!("did you mean {near}: ?")),
            _ => None,
        }
    }
}

/// Finds the place that a text means.
pub trait Places {
    /// The place's IRI.
    ///
    /// # Errors
    /// [`ParameterError::UnknownPlace`], [`ParameterError::AmbiguousPlace`]
    fn place(&self, text: &str) -> Result<NamedNode, ParameterError>;

    /// A place given by its whole IRI: as it is, but where it can be known that there is none.
    ///
    /// # Errors
    /// [`ParameterError::UnknownPlace`]
    fn named(&self, node: NamedNode) -> Result<NamedNode, ParameterError> {
        Ok(node)
    }
}

/// Places of a register, with IRIs under a base.
pub struct RegisterPlaces<'a> {
    /// The register.
    pub register: &'a Register,
    /// The base of data IRIs, such as [`vocab::ID`].
    pub base: &'a str,
}

impl Places for RegisterPlaces<'_> {
    fn place(&self, text: &str) -> Result<NamedNode, ParameterError> {
        let iri =
            |id: &str| NamedNode::new(format!("{}place/{id}", self.base)).map_err(|_| ParameterError::Form("an id"));
        if self.register.contains(text) {
            return iri(text);
        }
        match self.register.resolve(&Mention::named(text)) {
            Resolution::One { id, .. } => iri(&id),
            Resolution::Ambiguous { candidates, .. } => {
                Err(ParameterError::AmbiguousPlace(candidates.into_iter().map(|candidate| candidate.id).collect()))
            }
            // An id of the data's own, as far as anybody can tell here, unless it is one letter off a known one.
            _ if is_slug(text) => match near_ids(self.register, text) {
                near if near.is_empty() => iri(text),
                near => Err(ParameterError::UnknownPlace { near }),
            },
            other => Err(ParameterError::UnknownPlace {
                near: other.candidates().iter().map(|near| near.id.clone()).collect(),
            }),
        }
    }
}

/// Places of a register and of a store's data.
pub struct DataPlaces<'a> {
    /// The register.
    pub register: &'a Register,
    /// The base of data IRIs, such as [`vocab::ID`].
    pub base: &'a str,
    /// The data.
    pub store: &'a dyn Store,
}

impl DataPlaces<'_> {
    /// Whether the data says anything of a node, or with it.
    fn holds(&self, node: &NamedNode) -> bool {
        let statements = [format!("{node} ?p ?o"), format!("?s ?p {node}")];
        statements.iter().any(|statement| {
            let query =
                format!("SELECT ?p WHERE {{ {{ GRAPH ?g {{ {statement} }} }} UNION {{ {statement} }} }} LIMIT 1");
            let mut found = false;
            // A store that does not answer says so when the question itself is put.
            select(self.store, &query, |_| found = true).map_or(true, |()| found)
        })
    }
}

impl Places for DataPlaces<'_> {
    fn place(&self, text: &str) -> Result<NamedNode, ParameterError> {
        let own = is_id(text).then(|| NamedNode::new(format!("{}place/{text}", self.base)).ok()).flatten();
        match own {
            Some(node) if !self.register.contains(text) && self.holds(&node) => Ok(node),
            _ if is_slug(text) && !self.register.contains(text) => {
                Err(ParameterError::UnknownPlace { near: near_ids(self.register, text) })
            }
            _ => RegisterPlaces { register: self.register, base: self.base }.place(text),
        }
    }

    fn named(&self, node: NamedNode) -> Result<NamedNode, ParameterError> {
        let space = format!("{}place/", self.base);
        match node.as_str().strip_prefix(&space).filter(|id| is_slug(id)) {
            Some(id) => self.place(id),
            None => Ok(node),
        }
    }
}

/// The ids of a register nearest to one that it lacks, at most three.
fn near_ids(register: &Register, text: &str) -> Vec<String> {
    let mut near: Vec<(usize, bool, String)> = Vec::new();
    register.each_place(&mut |place| {
        if place.id.len().abs_diff(text.len()) <= SLIPS {
            let distance = strsim::damerau_levenshtein(text, &place.id);
            if distance <= SLIPS {
                // What people put down by hand goes before what a gazetteer has.
                near.push((distance, !place.curated, place.id));
            }
        }
    });
    near.sort();
    let least = near.first().map_or(0, |(distance, ..)| *distance);
    near.into_iter().filter(|(distance, ..)| *distance == least).take(3).map(|(.., id)| id).collect()
}

/// Letters by which a mistyped id differs from the one meant, at most.
const SLIPS: usize = 2;

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))
}

fn is_slug(text: &str) -> bool {
    text.contains('-')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte))
}

impl Kind {
    /// The term that a text means.
    pub(in crate::query) fn term(self, text: &str, places: &dyn Places) -> Result<Value, ParameterError> {
        let text = text.trim();
        match self {
            Self::Place => match absolute(text) {
                Some(node) => places.named(node).map(Value::Iri),
                None => places.place(text).map(Value::Iri),
            },
            Self::Iri => iri(text).map(Value::Iri),
            Self::Code => code(text).map(Value::Iri),
            Self::Date => date(text).map(Value::Literal),
            Self::Year => year(text).map(Value::Literal),
            Self::Integer => whole(text, "a whole number").map(Value::Literal),
            Self::Text => Ok(Value::Literal(Literal::new_simple_literal(text))),
            Self::Lang => lang(text).map(Value::Literal),
        }
    }
}

fn absolute(text: &str) -> Option<NamedNode> {
    let text = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or(text);
    text.contains("://").then(|| NamedNode::new(text).ok()).flatten()
}

fn iri(text: &str) -> Result<NamedNode, ParameterError> {
    if let Some(node) = absolute(text) {
        return Ok(node);
    }
    let (prefix, local) = text.split_once(':').ok_or(ParameterError::Form("an IRI, or prefix:name"))?;
    let namespace = vocab::PREFIXES.iter().find(|(known, _)| *known == prefix).map(|(_, iri)| iri);
    match namespace {
        Some(namespace) => NamedNode::new(format!("{namespace}{local}")).map_err(|_| ParameterError::Form("an IRI")),
        None if matches!(prefix, "urn" | "mailto" | "tag") => {
            NamedNode::new(text).map_err(|_| ParameterError::Form("an IRI"))
        }
        None => {
            let near = nearest(prefix, vocab::PREFIXES.iter().map(|(known, _)| *known)).map(str::to_owned);
            Err(ParameterError::UnknownPrefix { prefix: prefix.to_owned(), nearest: near })
        }
    }
}

fn code(text: &str) -> Result<NamedNode, ParameterError> {
    if text.contains(':') {
        return iri(text);
    }
    let is_slug = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let code = is_slug.then(|| NamedNode::new(format!("{}{text}", vocab::CODE)).ok()).flatten();
    code.ok_or(ParameterError::Form("a code, such as municipality, or kind:friendship-city"))
}

fn date(text: &str) -> Result<Literal, ParameterError> {
    const FORM: ParameterError = ParameterError::Form("a day, such as 2024-01-24");
    match text.parse().map_err(|_| FORM)? {
        crate::record::Date::Day(..) => Ok(Literal::new_typed_literal(text, xsd::DATE)),
        _ => Err(FORM),
    }
}

/// A year as dates of the data have them: of four digits, the first no zero.
fn year(text: &str) -> Result<Literal, ParameterError> {
    let year = text.parse::<i64>().ok().filter(|year| (1000..=9999).contains(year));
    year.map(Literal::from).ok_or(ParameterError::Form("a year, such as 2024"))
}

fn whole(text: &str, form: &'static str) -> Result<Literal, ParameterError> {
    text.parse::<i64>().map(Literal::from).map_err(|_| ParameterError::Form(form))
}

/// The range of the names that a language has: a region says in which script Chinese is written, and names seldom bear it.
fn range(text: &str) -> String {
    let is_region = |part: &str| match part.len() {
        2 => part.bytes().all(|byte| byte.is_ascii_alphabetic()),
        3 => part.bytes().all(|byte| byte.is_ascii_digit()),
        _ => false,
    };
    match (script_of_region(text), text.split_once('-')) {
        (Some(script), Some((language, _))) => format!("{language}-{script}"),
        (None, Some((language, region))) if is_region(region) => language.to_owned(),
        _ => text.to_owned(),
    }
}

fn lang(text: &str) -> Result<Literal, ParameterError> {
    let part =
        |part: &str| !part.is_empty() && part.len() <= 8 && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let valid = text == "*" || text.split('-').all(part);
    valid
        .then(|| Literal::new_simple_literal(range(text)))
        .ok_or(ParameterError::Form("a language, such as en or zh-Hant"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Knows one place.
    struct OnePlace;

    impl Places for OnePlace {
        fn place(&self, text: &str) -> Result<NamedNode, ParameterError> {
            let known = (text == "青島").then(|| NamedNode::new_unchecked("http://e/place/cn-qingdao"));
            known.ok_or(ParameterError::UnknownPlace { near: vec!["cn-qingdao".to_owned()] })
        }
    }

    fn term(kind: Kind, text: &str) -> Result<String, String> {
        match kind.term(text, &OnePlace) {
            Ok(Value::Iri(node)) => Ok(node.to_string()),
            Ok(Value::Literal(literal)) => Ok(literal.to_string()),
            Err(error) => Err(error.hint().map_or_else(|| error.to_string(), |hint| format!("{error}; {hint}"))),
        }
    }

    #[test]
    fn what_people_type_becomes_a_term() {
        for (kind, text, expected) in [
            (Kind::Place, " 青島 ", "<http://e/place/cn-qingdao>"),
            (Kind::Place, "<http://e/place/x>", "<http://e/place/x>"),
            (Kind::Iri, "http://e/x", "<http://e/x>"),
            (Kind::Iri, "urn:x:y", "<urn:x:y>"),
            (Kind::Iri, "place:cn-qingdao", "<https://w3id.org/citypact/id/place/cn-qingdao>"),
            (Kind::Code, "municipality", "<https://w3id.org/citypact/code/municipality>"),
            (Kind::Code, "kind:intent", "<https://w3id.org/citypact/kind/intent>"),
            (Kind::Date, "2024-02-29", "\"2024-02-29\"^^<http://www.w3.org/2001/XMLSchema#date>"),
            (Kind::Year, "2024", "\"2024\"^^<http://www.w3.org/2001/XMLSchema#integer>"),
            (Kind::Integer, "-7", "\"-7\"^^<http://www.w3.org/2001/XMLSchema#integer>"),
            (Kind::Text, "a \"b\"", "\"a \\\"b\\\"\""),
            (Kind::Lang, "zh-Hant", "\"zh-Hant\""),
            (Kind::Lang, "*", "\"*\""),
        ] {
            assert_eq!(term(kind, text).as_deref(), Ok(expected), "{kind} {text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_told_with_a_form_or_the_nearest() {
        for (kind, text, expected) in [
            (Kind::Place, "青岛市场", "no place of the register has that id or name; did you mean cn-qingdao?"),
            (Kind::Iri, "nothing", "expected an IRI, or prefix:name"),
            (Kind::Iri, "plase:x", "the prefix plase: is not known; did you mean place: ?"),
            (Kind::Iri, "place:a b", "expected an IRI"),
            (Kind::Code, "", "expected a code, such as municipality, or kind:friendship-city"),
            (Kind::Date, "2023-02-29", "expected a day, such as 2024-01-24"),
            (Kind::Date, "2023-02", "expected a day, such as 2024-01-24"),
            (Kind::Year, "last", "expected a year, such as 2024"),
            (Kind::Integer, "1.5", "expected a whole number"),
            (Kind::Lang, "zh_Hant", "expected a language, such as en or zh-Hant"),
        ] {
            assert_eq!(term(kind, text).unwrap_err(), expected, "{kind} {text}");
        }
    }

    #[test]
    fn kinds_are_named_as_they_are_written() {
        for (name, kind) in KINDS {
            assert_eq!((name.parse(), kind.to_string().as_str()), (Ok(*kind), *name));
        }
        assert!("palce".parse::<Kind>().is_err());
    }
}
