//! Results as findings, and findings as a validation report (SHACL §3.6).

use std::collections::BTreeSet;
use std::sync::Arc;

use oxrdf::{BlankNode, GraphName, Literal, NamedOrBlankNode, Quad, Term};

use super::constraint::{Constraint, Shape};
use super::path::description;
use super::validate::{Validator, Value, Violation};
use super::{Finding, GRAPH};
use crate::index::Id;
use crate::vocab::{self, rdf, sh, xsd};

/// What a violation says.
pub(super) fn finding(validator: &Validator<'_>, violation: &Violation) -> Finding {
    let shape = validator.shape(violation.shape);
    let constraint = &shape.constraints[violation.constraint];
    let term = |id: Id| validator.term(id);
    let (path, path_node) = path_of(validator, violation, shape);
    Finding {
        focus: term(violation.focus),
        path,
        path_node,
        value: violation.value.as_ref().map(|value| match value {
            Value::Of(id) => term(*id),
            Value::Made(term) => term.clone(),
        }),
        severity: shape.severity.clone(),
        messages: messages(validator, violation, shape, constraint),
        component: constraint.component().into(),
        constraint: match constraint {
            Constraint::Select(select) if select.own => Some(term(select.node)),
            _ => None,
        },
        shape: term(shape.node),
        graphs: graphs(validator, violation, shape),
    }
}

type PathOf = (Option<String>, Option<(Term, Arc<[oxrdf::Triple]>)>);

fn path_of(validator: &Validator<'_>, violation: &Violation, shape: &Shape) -> PathOf {
    let shortener = |iri: &str| short(iri);
    if let Some(Term::NamedNode(node)) = &violation.path {
        return (Some(short(node.as_str())), Some((node.clone().into(), Arc::new([]))));
    }
    match &shape.path {
        None => (None, None),
        Some((node, path)) => {
            let version = validator.data.version();
            let described = description(version, *node).into();
            (Some(path.shown(version, &shortener)), Some((validator.term(*node), described)))
        }
    }
}

/// The prefixed name of an IRI, where a prefix of the vocabulary fits.
fn short(iri: &str) -> String {
    let fitting =
        vocab::PREFIXES.iter().filter(|(_, namespace)| iri.len() > namespace.len() && iri.starts_with(namespace));
    match fitting.max_by_key(|(_, namespace)| namespace.len()) {
        Some((name, namespace)) => format!("{name}:{}", &iri[namespace.len()..]),
        None => format!("<{iri}>"),
    }
}

/// Those of the query, else of the shape, else one made for the constraint.
fn messages(validator: &Validator<'_>, violation: &Violation, shape: &Shape, constraint: &Constraint) -> Vec<Literal> {
    let literals = |ids: &[Id]| -> Vec<Literal> {
        let literal = |id: &Id| match validator.term(*id) {
            Term::Literal(literal) => Some(literal),
            _ => None,
        };
        ids.iter().filter_map(literal).collect()
    };
    if let Some(messages) = violation.messages.as_ref().filter(|messages| !messages.is_empty()) {
        return messages.clone();
    }
    let own = match constraint {
        Constraint::Ask(ask) => {
            let mut row: Vec<(String, Term)> =
                ask.bound.iter().map(|(name, id)| (name.clone(), validator.term(*id))).collect();
            if let Some(Value::Of(value)) = violation.value {
                row.push(("value".to_owned(), validator.term(value)));
            }
            literals(&ask.messages).iter().map(|message| super::sparql::filled(message, &row)).collect()
        }
        _ => Vec::new(),
    };
    let given = literals(&shape.messages);
    match (own.is_empty(), given.is_empty()) {
        (_, false) => given,
        (false, true) => own,
        (true, true) => vec![Literal::new_language_tagged_literal_unchecked(default(validator, constraint), "en")],
    }
}

/// What to say where the shapes do not say it.
fn default(validator: &Validator<'_>, constraint: &Constraint) -> String {
    use Constraint as C;
    let name = |id: &Id| match validator.term(*id) {
        Term::NamedNode(node) => short(node.as_str()),
        other => other.to_string(),
    };
    match constraint {
        C::Class(class) => format!("is no {}", name(class)),
        C::Datatype(datatype) => format!("is no well-formed {}", name(datatype)),
        C::NodeKind(kind) => format!("is not of the kind {}", short(kind.as_str())),
        C::MinCount(least) => format!("fewer than {least} values"),
        C::MaxCount(most) => format!("more than {most} values"),
        C::Bound(_, limit) => format!("is beyond the bound {}", name(limit)),
        C::MinLength(least) => format!("is shorter than {least} characters"),
        C::MaxLength(most) => format!("is longer than {most} characters"),
        C::Pattern(_, pattern) => format!("does not fit the pattern {pattern}"),
        C::LanguageIn(ranges) => format!("is in none of the languages {}", ranges.join(", ")),
        C::UniqueLang => "two values in one language".to_owned(),
        C::Equals(property) => format!("is not a value of both the path and {}", name(property)),
        C::Disjoint(property) => format!("is also a value of {}", name(property)),
        C::LessThan(property) => format!("is not less than {}", name(property)),
        C::LessThanOrEquals(property) => format!("is not less than or equal to {}", name(property)),
        C::Not(_) => "conforms to a shape that it must not conform to".to_owned(),
        C::And(_) => "does not conform to all of the shapes".to_owned(),
        C::Or(_) => "conforms to none of the shapes".to_owned(),
        C::Xone(_) => "does not conform to exactly one of the shapes".to_owned(),
        C::Node(shape) | C::Property(shape) => {
            format!("does not conform to {}", name(&validator.shape(*shape).node))
        }
        C::QualifiedMin(_, least) => format!("fewer than {least} values that conform to the shape"),
        C::QualifiedMax(_, most) => format!("more than {most} values that conform to the shape"),
        C::Closed(_) => "is a property that is not allowed".to_owned(),
        C::HasValue(value) => format!("lacks the value {}", name(value)),
        C::In(_) => "is not in the list".to_owned(),
        C::Select(_) | C::Ask(_) => "breaks a rule in SPARQL".to_owned(),
    }
}

/// The graphs that hold the statement at fault, else those that speak of the node.
fn graphs(validator: &Validator<'_>, violation: &Violation, shape: &Shape) -> Vec<NamedOrBlankNode> {
    let version = validator.data.version();
    let property = match &violation.path {
        Some(path) => version.id(path.as_ref()),
        None => shape.path.as_ref().and_then(|(_, path)| path.predicate()),
    };
    let value = match &violation.value {
        Some(Value::Of(id)) => Some(*id),
        Some(Value::Made(term)) => version.id(term.as_ref()),
        None => None,
    };
    let of = |property: Option<Id>, value: Option<Id>| -> BTreeSet<u32> {
        validator.data.quads([Some(violation.focus), property, value]).map(|(.., graph)| graph).collect()
    };
    let exact = if property.is_some() { of(property, value) } else { BTreeSet::new() };
    let found = if exact.is_empty() { of(None, None) } else { exact };
    let name = |graph: &u32| match version.graph_id(*graph).map(|name| version.term(name)) {
        Some(Term::NamedNode(node)) if node.as_ref() != GRAPH => Some(node.into()),
        Some(Term::BlankNode(node)) => Some(node.into()),
        _ => None,
    };
    let mut names: Vec<NamedOrBlankNode> = found.iter().filter_map(name).collect();
    names.sort_by_cached_key(ToString::to_string);
    names
}

/// A `sh:ValidationReport` of findings. Blank nodes are named by the findings' order.
pub fn report(findings: &[Finding]) -> Vec<Quad> {
    let mut report = Vec::new();
    let top: NamedOrBlankNode = BlankNode::new_unchecked("report").into();
    let mut say = |subject: &NamedOrBlankNode, property: oxrdf::NamedNodeRef<'_>, object: Term| {
        report.push(Quad::new(subject.clone(), property, object, GraphName::DefaultGraph));
    };
    say(&top, rdf::type_, sh::ValidationReport.into());
    let conforms = Literal::new_typed_literal(if findings.is_empty() { "true" } else { "false" }, xsd::boolean);
    say(&top, sh::conforms, conforms.into());
    for (number, finding) in findings.iter().enumerate() {
        let node: NamedOrBlankNode = BlankNode::new_unchecked(format!("result{number}")).into();
        say(&top, sh::result, node.clone().into());
        say(&node, rdf::type_, sh::ValidationResult.into());
        say(&node, sh::focusNode, finding.focus.clone());
        say(&node, sh::resultSeverity, finding.severity.clone().into());
        say(&node, sh::sourceConstraintComponent, finding.component.clone().into());
        say(&node, sh::sourceShape, finding.shape.clone());
        if let Some((path, description)) = &finding.path_node {
            say(&node, sh::resultPath, path.clone());
            for triple in description.iter() {
                say(&triple.subject, triple.predicate.as_ref(), triple.object.clone());
            }
        }
        finding.value.iter().for_each(|value| say(&node, sh::value, value.clone()));
        finding.constraint.iter().for_each(|constraint| say(&node, sh::sourceConstraint, constraint.clone()));
        finding.messages.iter().for_each(|message| say(&node, sh::resultMessage, message.clone().into()));
    }
    report
}
