//! What the values of an address' parameters name.

use oxrdf::NamedNode;

use super::data::Reading;
use super::view::View;
use crate::place::{Mention, Resolution};
use crate::vocab;

/// The node that a value means: an IRI, a prefixed name, or what follows the namespace or its usual beginning.
pub fn node(view: &View, value: &str, below: &str) -> Option<NamedNode> {
    let prefixed = || {
        let (prefix, local) = value.split_once(':')?;
        let (_, namespace) = vocab::PREFIXES.iter().find(|(known, _)| *known == prefix)?;
        Some(format!("{namespace}{local}"))
    };
    let iri = match value {
        value if value.contains("://") => value.to_owned(),
        value if value.contains(':') => prefixed()?,
        value if value.contains('/') => format!("{}{value}", view.namespace),
        value => format!("{}{below}{value}", view.namespace),
    };
    NamedNode::new(iri).ok()
}

/// The place that a value means: as [`node`], or one by its name, where one alone bears it.
pub fn place(reading: &Reading<'_>, view: &View, value: &str) -> Option<NamedNode> {
    if !value.contains([':', '/'])
        && !reading.register().contains(value)
        && let Resolution::One { id, .. } = reading.register().resolve(&Mention::named(value))
    {
        return node(view, &id, "id/place/");
    }
    node(view, value, "id/place/")
}

/// An IRI as the value of a parameter: what follows the namespace, or the usual beginning.
pub fn short(iri: &str, namespace: &str, below: &str) -> String {
    let Some(local) = iri.strip_prefix(namespace) else { return iri.to_owned() };
    local.strip_prefix(below).filter(|rest| !rest.contains('/')).unwrap_or(local).to_owned()
}
