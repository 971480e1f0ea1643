//! The graph that shapes are read from.

use std::collections::HashSet;

use oxrdf::{NamedNodeRef, Term};

use super::ShapesError;
use crate::rdf::{Id, View};
use crate::vocab::{rdf, sh};

/// The graph of the shapes.
pub(super) struct Source<'a> {
    pub(super) view: View<'a>,
}

impl<'a> Source<'a> {
    pub(super) fn view(&self) -> View<'a> {
        self.view
    }

    pub(super) fn objects(&self, node: Id, property: NamedNodeRef<'_>) -> Vec<Id> {
        let property = self.view.data().id(property);
        property.map(|property| self.view.objects(node, property).collect()).unwrap_or_default()
    }

    pub(super) fn subjects(&self, property: NamedNodeRef<'_>, object: Option<NamedNodeRef<'_>>) -> Vec<Id> {
        let data = self.view.data();
        let object = match object.map(|object| data.id(object)) {
            Some(None) => return Vec::new(),
            object => object.flatten(),
        };
        let property = data.id(property);
        let rows =
            property.map(|property| self.view.rows(None, Some(property), object).map(|row| row.subject).collect());
        rows.unwrap_or_default()
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

    pub(super) fn term(&self, id: Id) -> &'a Term {
        self.view.data().term(id)
    }

    pub(super) fn is_iri(&self, id: Id) -> bool {
        self.term(id).is_named_node()
    }

    /// The text of a literal.
    pub(super) fn text(&self, id: Id) -> Option<String> {
        match self.term(id) {
            Term::Literal(literal) => Some(literal.value().to_owned()),
            _ => None,
        }
    }

    pub(super) fn is_list(&self, node: Id) -> bool {
        !self.objects(node, rdf::first).is_empty()
    }

    /// The members of a list.
    pub(super) fn list(&self, node: Id) -> Result<Vec<Id>, ShapesError> {
        let nil = self.view.data().id(rdf::nil);
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
        let data = self.view.data();
        let above = self.view.rows(None, None, Some(node)).find(|row| !data.term(row.subject).is_blank_node());
        let path = self.objects(node, sh::path).first().map(|path| data.term(*path).to_string());
        match (above, path) {
            (Some(row), Some(path)) => format!("of {path} in {}", data.term(row.subject)),
            (Some(row), None) => format!("in {}", data.term(row.subject)),
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
pub(super) fn flag(source: &Source<'_>, node: Id, property: NamedNodeRef<'_>) -> Result<bool, ShapesError> {
    let Some(value) = source.one(node, property)? else { return Ok(false) };
    match source.text(value).as_deref() {
        Some("true") => Ok(true),
        // SHACL says `true`; another way to write it is none.
        Some("false" | "0" | "1") => Ok(false),
        _ => Err(source.error(node, &format!("{} is true or false", short(property)))),
    }
}
