//! The graph that shapes are read from.

use std::collections::HashSet;

use oxrdf::{NamedNodeRef, Term};

use super::ShapesError;
use crate::index::{Id, Kind, Selection};
use crate::vocab::{rdf, sh};

/// The graph of the shapes.
pub(super) struct Source {
    pub(super) graph: Selection,
}

impl Source {
    pub(super) fn id(&self, node: NamedNodeRef<'_>) -> Option<Id> {
        self.graph.version().id(node.into())
    }

    pub(super) fn objects(&self, node: Id, property: NamedNodeRef<'_>) -> Vec<Id> {
        let property = self.id(property);
        property.map(|property| self.graph.objects(node, property).collect()).unwrap_or_default()
    }

    pub(super) fn subjects(&self, property: NamedNodeRef<'_>, object: Option<NamedNodeRef<'_>>) -> Vec<Id> {
        let object = match object.map(|object| self.id(object)) {
            Some(None) => return Vec::new(),
            object => object.flatten(),
        };
        let Some(property) = self.id(property) else { return Vec::new() };
        self.graph.triples([None, Some(property), object]).map(|[subject, ..]| subject).collect()
    }

    /// The value of a property that must not have several.
    pub(super) fn one(&self, node: Id, property: NamedNodeRef<'_>) -> Result<Option<Id>, ShapesError> {
        let values = self.objects(node, property);
        match values.as_slice() {
            [] => Ok(None),
            [value] => Ok(Some(*value)),
            _ => Err(self.error(node, &format!("has more than one {}", short(property)))),
        }
    }

    pub(super) fn term(&self, id: Id) -> Term {
        self.graph.version().term(id)
    }

    pub(super) fn is_iri(&self, id: Id) -> bool {
        self.graph.version().kind(id) == Kind::Iri
    }

    pub(super) fn is_blank(&self, id: Id) -> bool {
        self.graph.version().kind(id) == Kind::Blank
    }

    pub(super) fn is_literal(&self, id: Id) -> bool {
        self.graph.version().kind(id).is_literal()
    }

    /// The text of a literal.
    pub(super) fn text(&self, id: Id) -> Option<String> {
        match self.term(id) {
            Term::Literal(literal) => Some(literal.destruct().0),
            _ => None,
        }
    }

    pub(super) fn is_list(&self, node: Id) -> bool {
        !self.objects(node, rdf::first).is_empty()
    }

    /// The members of a list.
    pub(super) fn list(&self, node: Id) -> Result<Vec<Id>, ShapesError> {
        let nil = self.id(rdf::nil);
        let (mut at, mut members, mut seen) = (node, Vec::new(), HashSet::new());
        while Some(at) != nil {
            let (first, rest) = (self.objects(at, rdf::first), self.objects(at, rdf::rest));
            let ([first], [rest], true) = (first.as_slice(), rest.as_slice(), seen.insert(at)) else {
                return Err(self.error(node, "is no well-formed list"));
            };
            members.push(*first);
            at = *rest;
        }
        Ok(members)
    }

    /// What a node is called in errors: its IRI, or a blank node's path.
    pub(super) fn name(&self, node: Id) -> String {
        let term = self.term(node);
        if !term.is_blank_node() {
            return term.to_string();
        }
        let mut subjects = self.graph.triples([None, None, Some(node)]).map(|[subject, ..]| subject);
        let above = subjects.find(|subject| !self.is_blank(*subject)).map(|subject| self.term(subject));
        let path = self.objects(node, sh::path).first().map(|path| self.term(*path).to_string());
        match (above, path) {
            (Some(above), Some(path)) => format!("of {path} in {above}"),
            (Some(above), None) => format!("in {above}"),
            (None, Some(path)) => format!("of {path}"),
            (None, None) => term.to_string(),
        }
    }

    pub(super) fn error(&self, node: Id, reason: &str) -> ShapesError {
        ShapesError { shape: self.name(node), reason: reason.to_owned() }
    }
}

pub(super) fn short(property: NamedNodeRef<'_>) -> String {
    property.as_str().strip_prefix(sh::NS).map_or_else(|| property.to_string(), |local| format!("sh:{local}"))
}

/// Whether a property is `true`.
pub(super) fn flag(source: &Source, node: Id, property: NamedNodeRef<'_>) -> Result<bool, ShapesError> {
    let Some(value) = source.one(node, property)? else { return Ok(false) };
    match source.text(value).as_deref() {
        Some("true") => Ok(true),
        // SHACL says `true`; another way to write it is none.
        Some("false" | "0" | "1") => Ok(false),
        _ => Err(source.error(node, &format!("{} is true or false", short(property)))),
    }
}
