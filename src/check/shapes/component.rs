//! SPARQL-based constraints and constraint components, read.

use std::collections::BTreeSet;

use oxrdf::{NamedNode, Term};

use super::ShapesError;
use super::constraint::Constraint;
use super::path::Path;
use super::read::Reader;
use super::source::{Source, flag};
use super::sparql::{Ask, Asking, Select};
use super::values;
use crate::index::Id;
use crate::vocab::{rdf, sh};

/// A constraint component of the user's own (SHACL §6).
pub(super) struct Component {
    node: NamedNode,
    /// Property, name of the variable, whether it may be absent.
    parameters: Vec<(Id, String, bool)>,
    validators: Vec<(Validates, Id)>,
    messages: Vec<Id>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Validates {
    Nodes,
    Properties,
    Any,
}

/// The components that the shapes graph declares.
pub(super) fn components(source: &Source) -> Result<Vec<Component>, ShapesError> {
    let mut nodes: BTreeSet<Id> = source.subjects(rdf::type_, Some(sh::ConstraintComponent)).into_iter().collect();
    nodes.extend(source.subjects(sh::parameter, None));
    nodes.into_iter().map(|node| component(source, node)).collect()
}

fn component(source: &Source, node: Id) -> Result<Component, ShapesError> {
    let Term::NamedNode(name) = source.term(node) else {
        return Err(source.error(node, "a constraint component is an IRI"));
    };
    let mut parameters = Vec::new();
    for parameter in source.objects(node, sh::parameter) {
        let path = source.one(parameter, sh::path)?.filter(|path| source.is_iri(*path));
        let path = path.ok_or_else(|| source.error(parameter, "a parameter's sh:path is one IRI"))?;
        let path_term = source.term(path);
        let iri = values::text(&path_term).unwrap_or_default();
        let variable = iri.rsplit(['#', '/', ':']).next().unwrap_or_default().to_owned();
        parameters.push((path, variable, flag(source, parameter, sh::optional)?));
    }
    let mut validators = Vec::new();
    let kinds = [
        (sh::nodeValidator, Validates::Nodes),
        (sh::propertyValidator, Validates::Properties),
        (sh::validator, Validates::Any),
    ];
    for (property, kind) in kinds {
        validators.extend(source.objects(node, property).into_iter().map(|validator| (kind, validator)));
    }
    if parameters.iter().all(|(.., optional)| *optional) || validators.is_empty() {
        return Err(source.error(node, "a constraint component has a parameter that is not optional, and a validator"));
    }
    Ok(Component { node: name, parameters, validators, messages: source.objects(node, sh::message) })
}

impl Reader {
    pub(super) fn select(&self, shape: Id, node: Id, path: Option<&Path>) -> Result<Option<Constraint>, ShapesError> {
        let source = &self.source;
        if flag(source, node, sh::deactivated)? {
            return Ok(None);
        }
        let text = source.one(node, sh::select)?.and_then(|text| source.text(text));
        let text = text.ok_or_else(|| source.error(node, "a SPARQL constraint has one sh:select"))?;
        Ok(Some(Constraint::Select(Box::new(Select {
            component: sh::SPARQLConstraintComponent.into(),
            node,
            own: true,
            query: Asking { source, shape, node, path }.query(&text, &[], &[], &[])?,
            messages: source.objects(node, sh::message),
            bound: Vec::new(),
        }))))
    }

    /// The constraints of a component of the user's own that a shape gives parameters to.
    pub(super) fn custom(
        &self,
        node: Id,
        component: usize,
        path: Option<&Path>,
        found: &mut Vec<Constraint>,
    ) -> Result<(), ShapesError> {
        let (component, source) = (&self.components[component], &self.source);
        let mut given: Vec<Vec<(String, Id)>> = vec![Vec::new()];
        for (property, variable, optional) in &component.parameters {
            let values: Vec<Id> = source.graph.objects(node, *property).collect();
            match (values.as_slice(), optional) {
                ([], true) => continue,
                ([], false) => return Ok(()),
                ([_, _, ..], _) if component.parameters.len() > 1 => {
                    return Err(source.error(node, &format!("has more than one {}", source.term(*property))));
                }
                _ => {}
            }
            given = values
                .iter()
                .flat_map(|value| given.iter().map(|one| [one.as_slice(), &[(variable.clone(), *value)]].concat()))
                .collect();
        }
        let wanted = if path.is_some() { Validates::Properties } else { Validates::Nodes };
        let of = |kind| component.validators.iter().find(|(other, _)| *other == kind).map(|(_, node)| *node);
        let Some(validator) = of(wanted).or_else(|| of(Validates::Any)) else {
            return Err(source.error(node, &format!("{} has no validator for it", component.node)));
        };
        let names: Vec<&str> = component.parameters.iter().map(|(_, name, _)| name.as_str()).collect();
        for bound in given {
            found.push(self.validator(component, (node, validator), path, &names, bound)?);
        }
        Ok(())
    }

    fn validator(
        &self,
        component: &Component,
        (shape, node): (Id, Id),
        path: Option<&Path>,
        names: &[&str],
        bound: Vec<(String, Id)>,
    ) -> Result<Constraint, ShapesError> {
        let source = &self.source;
        let mut messages = source.objects(node, sh::message);
        if messages.is_empty() {
            messages.clone_from(&component.messages);
        }
        let component = component.node.clone();
        let asking = Asking { source, shape, node, path };
        let text = |property| Ok::<_, ShapesError>(source.one(node, property)?.and_then(|text| source.text(text)));
        match (text(sh::ask)?, text(sh::select)?) {
            (Some(ask), None) => {
                let query = asking.query(&ask, names, &bound, &["value"])?;
                Ok(Constraint::Ask(Box::new(Ask { component, query, messages, bound })))
            }
            (None, Some(select)) => {
                let query = asking.query(&select, names, &bound, &[])?;
                Ok(Constraint::Select(Box::new(Select { component, node, own: false, query, messages, bound })))
            }
            _ => Err(source.error(node, "a validator has one sh:ask or one sh:select")),
        }
    }
}
