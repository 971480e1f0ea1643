//! One node object.

use oxrdf::{BaseDirection, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, TermRef};
use serde_json::{Map, Value, json};

use super::context::{self, Context, Kind};
use super::whole;
use crate::vocab::{rdf, xsd};

type Object = Map<String, Value>;

/// Statements of one subject, by predicate in the order in which they came.
pub(super) struct Node {
    pub(super) subject: NamedOrBlankNode,
    pub(super) properties: Vec<(NamedNode, Vec<Term>)>,
    /// How many values there are.
    pub(super) count: usize,
}

impl Default for Node {
    fn default() -> Self {
        Self { subject: NamedNode::new_unchecked("").into(), properties: Vec::new(), count: 0 }
    }
}

impl Node {
    pub(super) fn take(&mut self, predicate: NamedNodeRef<'_>, object: TermRef<'_>) {
        self.count += 1;
        match self.properties.last_mut().filter(|(last, _)| last.as_ref() == predicate) {
            Some((_, values)) => values.push(object.into_owned()),
            None => self.properties.push((predicate.into_owned(), vec![object.into_owned()])),
        }
    }

    /// Without a context.
    pub(super) fn expanded(&self) -> Object {
        let mut object = Object::new();
        object.insert("@id".to_owned(), whole(self.subject.as_ref()).into());
        for (predicate, values) in &self.properties {
            for value in values {
                match class(predicate, value) {
                    Some(class) => push(&mut object, "@type", class.into(), true),
                    None => push(&mut object, predicate.as_str(), expanded(value), true),
                }
            }
        }
        object
    }

    /// By a context; `None` where that would misread one of the IRIs.
    pub(super) fn compacted(&self, context: &Context) -> Option<Object> {
        let mut object = Object::new();
        object.insert("id".to_owned(), context.subject(self.subject.as_ref())?.into());
        for (predicate, values) in &self.properties {
            values.iter().try_for_each(|value| property(predicate, value, context, &mut object))?;
        }
        Some(object)
    }
}

/// The class that a statement gives its subject.
fn class(predicate: &NamedNode, value: &Term) -> Option<String> {
    match value {
        Term::NamedNode(class) if *predicate == rdf::type_ => Some(class.as_str().to_owned()),
        Term::BlankNode(class) if *predicate == rdf::type_ => Some(class.to_string()),
        _ => None,
    }
}

/// Adds a value of a property; from two on, and where it is a set, they are an array.
fn push(object: &mut Object, key: &str, value: Value, is_set: bool) {
    match object.get_mut(key) {
        Some(Value::Array(values)) => values.push(value),
        Some(one) => *one = Value::Array(vec![one.take(), value]),
        None => {
            object.insert(key.to_owned(), if is_set { Value::Array(vec![value]) } else { value });
        }
    }
}

fn expanded(value: &Term) -> Value {
    match value {
        Term::NamedNode(node) => json!({ "@id": node.as_str() }),
        Term::BlankNode(node) => json!({ "@id": node.to_string() }),
        Term::Literal(literal) => {
            literal_object(literal, Some(literal.datatype().as_str().to_owned())).unwrap_or_default()
        }
        // Refused before.
        #[allow(unreachable_patterns, reason = "there are triple terms where the feature rdf-12 is on")]
        _ => Value::Null,
    }
}

/// A value object; the datatype as it is to be written.
fn literal_object(literal: &Literal, datatype: Option<String>) -> Option<Value> {
    let mut object = Object::new();
    object.insert("@value".to_owned(), literal.value().into());
    if let Some(tag) = literal.language() {
        object.insert("@language".to_owned(), tag.into());
        if let Some(direction) = literal.direction() {
            let direction = if direction == BaseDirection::Ltr { "ltr" } else { "rtl" };
            object.insert("@direction".to_owned(), direction.into());
        }
    } else if literal.datatype() != xsd::string {
        object.insert("@type".to_owned(), datatype?.into());
    }
    Some(object.into())
}

fn property(predicate: &NamedNode, value: &Term, context: &Context, object: &mut Object) -> Option<()> {
    if let Some(class) = class(predicate, value) {
        let name = match value {
            Term::NamedNode(_) => context.term(&class).map(|term| term.name.clone()).or_else(|| context.iri(&class))?,
            _ => class,
        };
        push(object, "type", name.into(), false);
        return Some(());
    }
    let term = context.term(predicate.as_str());
    if let (Some(term), Term::Literal(literal)) = (term, value)
        && term.by_language
        && let (Some(tag), None) = (literal.language(), literal.direction())
    {
        let map = object.entry(&term.name).or_insert_with(|| Object::new().into());
        push(map.as_object_mut()?, tag, literal.value().into(), term.is_set);
        return Some(());
    }
    match term.filter(|term| !term.by_language) {
        Some(term) => push(object, &term.name, compacted(value, &term.kind, context)?, term.is_set),
        None => push(object, &context.iri(predicate.as_str())?, compacted(value, &Kind::Text, context)?, false),
    }
    Some(())
}

fn compacted(value: &Term, kind: &context::Kind, context: &Context) -> Option<Value> {
    let id = match value {
        Term::NamedNode(node) => {
            if let Kind::Name(namespace, shown) = kind
                && let Some(name) = context.name(node.as_str(), namespace, shown)
            {
                return Some(name.into());
            }
            context.iri(node.as_str())?
        }
        Term::BlankNode(node) => node.to_string(),
        Term::Literal(literal) => return compacted_literal(literal, kind, context),
        // Refused before.
        #[allow(unreachable_patterns, reason = "there are triple terms where the feature rdf-12 is on")]
        _ => return None,
    };
    Some(if *kind == Kind::Id { id.into() } else { json!({ "id": id }) })
}

fn compacted_literal(literal: &Literal, kind: &Kind, context: &Context) -> Option<Value> {
    let datatype = literal.datatype();
    let is_own = match kind {
        Kind::Text => datatype == xsd::string,
        Kind::Literal(own) => datatype.as_str() == own,
        Kind::Id | Kind::Name(..) => false,
    };
    let is_bare = is_own || *kind == Kind::Text;
    match native(literal) {
        Some(native) if is_bare => Some(native),
        _ if is_own => Some(literal.value().into()),
        _ => literal_object(literal, context.iri(datatype.as_str())),
    }
}

/// Numbers and truth values that JSON has and that are read back as they were.
fn native(literal: &Literal) -> Option<Value> {
    let (value, datatype) = (literal.value(), literal.datatype());
    if datatype == xsd::boolean {
        return value.parse::<bool>().ok().map(Value::from);
    }
    // Doubles, which readers take numbers for, hold fifteen digits.
    let number = value.parse::<i64>().ok().filter(|number| datatype == xsd::integer && number.to_string() == value);
    number.filter(|number| number.unsigned_abs() < 1_000_000_000_000_000).map(Value::from)
}
