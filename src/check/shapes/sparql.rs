//! SPARQL-based constraints and constraint components (SHACL §5, §6): their queries, read and put.

use std::collections::HashSet;
use std::sync::LazyLock;

use oxrdf::{Literal, NamedNode, Term, Variable};
use regex::{Captures, Regex};
use spareval::QueryResults;
use spargebra::algebra::{Expression, GraphPattern};

use super::path::Path;
use super::source::Source;
use super::{GRAPH, ShapesError, ValidateError};
use crate::query::{Evaluator, ParseOptions, Prepared, Query, QueryError, children};
use crate::rdf::{Id, View};
use crate::vocab::{owl, sh};

/// A SELECT whose rows are the faults.
#[derive(Debug, Clone)]
pub(super) struct Select {
    pub(super) component: NamedNode,
    /// The constraint, or the validator of a component.
    pub(super) node: Id,
    /// Whether it is a constraint of its own, not of a component.
    pub(super) own: bool,
    pub(super) query: Prepared,
    pub(super) messages: Vec<Id>,
    /// The parameters of the component.
    pub(super) bound: Vec<(String, Id)>,
}

/// An ASK that a value must answer with yes.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) component: NamedNode,
    pub(super) query: Prepared,
    pub(super) messages: Vec<Id>,
    pub(super) bound: Vec<(String, Id)>,
}

/// A row of a SELECT: what is at fault.
pub(super) struct Fault {
    pub(super) value: Option<Term>,
    pub(super) path: Option<Term>,
    pub(super) message: Option<Literal>,
    /// Every variable of the row, for messages.
    pub(super) row: Vec<(String, Term)>,
}

/// Reads the query that `node` holds as `text`, for a shape with this path.
pub(super) fn query(
    source: &Source<'_>,
    shape: Id,
    node: Id,
    text: &str,
    path: Option<&Path>,
    bound: &[&str],
) -> Result<Prepared, ShapesError> {
    static PATH: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[$?]PATH\b").ok());
    let text = match (path, PATH.as_ref()) {
        (Some(path), Some(pattern)) => {
            let path = path.sparql(source.view());
            pattern.replace_all(text, |_: &Captures<'_>| path.clone()).into_owned()
        }
        _ => text.to_owned(),
    };
    let current = ["$currentShape", "?currentShape"].iter().any(|variable| text.contains(variable));
    if current && !source.is_iri(shape) {
        return Err(source.error(node, "its query asks for $currentShape, and the shape has no IRI"));
    }
    let name = source.name(node);
    let options = ParseOptions { prefixes: prefixes(source, node)?, name: name.into(), ..ParseOptions::default() };
    let query = Query::parse(&text, &options).map_err(|error| source.error(node, &format!("its query: {error}")))?;
    let mut bound: Vec<&str> = bound.to_vec();
    bound.extend(["this", "currentShape", "shapesGraph"]);
    allowed(query.algebra(), &bound).map_err(|reason| source.error(node, &reason))?;
    Ok(Prepared::new(&selecting(query), &bound))
}

/// An ASK as a SELECT, whose rows can be bound to blank nodes.
fn selecting(query: Query) -> Query {
    let spargebra::Query::Ask { dataset, pattern, base_iri } = query.algebra().clone() else { return query };
    let variables = ["this", "value"].map(Variable::new_unchecked).to_vec();
    let pattern = GraphPattern::Project { inner: Box::new(pattern), variables };
    spargebra::Query::Select { dataset, pattern, base_iri }.into()
}

/// The prefixes that a query may use (SHACL §5.2.1).
fn prefixes(source: &Source<'_>, node: Id) -> Result<Vec<(String, String)>, ShapesError> {
    let (mut to_do, mut seen, mut found) = (source.objects(node, sh::prefixes), HashSet::new(), Vec::new());
    while let Some(at) = to_do.pop() {
        if !seen.insert(at) {
            continue;
        }
        to_do.extend(source.objects(at, owl::imports));
        for declared in source.objects(at, sh::declare) {
            let text = |property| {
                let given = source.one(declared, property)?;
                given.and_then(|id| source.text(id)).ok_or_else(|| {
                    source.error(declared, "a declaration of a prefix has one sh:prefix and one sh:namespace")
                })
            };
            found.push((text(sh::prefix)?, text(sh::namespace)?));
        }
    }
    Ok(found)
}

/// What a query with variables bound beforehand must not contain (SHACL, appendix A).
fn allowed(query: &spargebra::Query, bound: &[&str]) -> Result<(), String> {
    let (spargebra::Query::Select { pattern, .. } | spargebra::Query::Ask { pattern, .. }) = query else {
        return Err("its query is neither SELECT nor ASK".to_owned());
    };
    pattern_allowed(pattern, bound, true)
}

fn pattern_allowed(pattern: &GraphPattern, bound: &[&str], outermost: bool) -> Result<(), String> {
    use GraphPattern as P;
    let inner = |pattern: &GraphPattern| pattern_allowed(pattern, bound, false);
    match pattern {
        P::Minus { .. } => Err("a query of a shape must not contain MINUS".to_owned()),
        P::Values { .. } => Err("a query of a shape must not contain VALUES".to_owned()),
        P::Service { .. } => Err("a query of a shape must not contain SERVICE".to_owned()),
        P::Bgp { .. } | P::Path { .. } => Ok(()),
        P::Join { left, right } | P::Lateral { left, right } | P::Union { left, right } => {
            inner(left)?;
            inner(right)
        }
        P::LeftJoin { left, right, expression } => {
            inner(left)?;
            inner(right)?;
            expression.as_ref().map_or(Ok(()), |expression| expression_allowed(expression, bound))
        }
        P::Filter { expr, inner: below } => {
            expression_allowed(expr, bound)?;
            inner(below)
        }
        P::Extend { inner: below, variable, expression } => {
            if bound.contains(&variable.as_str()) {
                return Err(format!("a query of a shape must not give ${} another value", variable.as_str()));
            }
            expression_allowed(expression, bound)?;
            pattern_allowed(below, bound, outermost)
        }
        P::Graph { inner: below, .. } | P::Group { inner: below, .. } => inner(below),
        P::OrderBy { inner: below, .. }
        | P::Distinct { inner: below }
        | P::Reduced { inner: below }
        | P::Slice { inner: below, .. } => pattern_allowed(below, bound, outermost),
        P::Project { inner: below, variables } => {
            if !outermost && !variables.iter().any(|variable| variable.as_str() == "this") {
                return Err("a subquery of a shape must select $this".to_owned());
            }
            inner(below)
        }
    }
}

fn expression_allowed(expression: &Expression, bound: &[&str]) -> Result<(), String> {
    match expression {
        Expression::Exists(pattern) => pattern_allowed(pattern, bound, false),
        other => children(other).into_iter().try_for_each(|part| expression_allowed(part, bound)),
    }
}

/// What a query is put with: the shape, the node, the value.
pub(super) struct Put<'a> {
    pub(super) evaluator: &'a Evaluator,
    pub(super) view: View<'a>,
    pub(super) shape: Id,
    pub(super) focus: Id,
}

impl<'a> Put<'a> {
    fn ask(
        &self,
        query: &Prepared,
        value: Option<Id>,
        parameters: &[(String, Id)],
    ) -> Result<QueryResults<'a>, ValidateError> {
        let term = |id: Id| self.view.data().term(id).clone();
        let mut bound = vec![("this", term(self.focus)), ("shapesGraph", Term::from(GRAPH.into_owned()))];
        // A query that asks for a shape without an IRI was refused.
        bound.extend(Some(("currentShape", term(self.shape))).filter(|(_, shape)| shape.is_named_node()));
        bound.extend(value.map(|value| ("value", term(value))));
        bound.extend(parameters.iter().map(|(name, id)| (name.as_str(), term(*id))));
        self.evaluator.evaluate(query, &bound, self.view).map_err(|cause| self.failed(cause))
    }

    fn failed(&self, cause: QueryError) -> ValidateError {
        ValidateError::Query { shape: self.view.data().term(self.shape).to_string(), cause: Box::new(cause) }
    }

    /// The faults that a SELECT finds.
    pub(super) fn faults(&self, select: &Select) -> Result<Vec<Fault>, ValidateError> {
        let QueryResults::Solutions(rows) = self.ask(&select.query, None, &select.bound)? else {
            return Ok(Vec::new());
        };
        let names: Vec<String> = rows.variables().iter().map(|variable| variable.as_str().to_owned()).collect();
        let mut faults = Vec::new();
        for row in rows {
            let row = row.map_err(|error| self.failed(error.into()))?;
            let values = names.iter().cloned().zip(row.values().iter().cloned());
            faults.push(self.fault(values.filter_map(|(name, value)| Some((name, value?))).collect())?);
        }
        Ok(faults)
    }

    fn fault(&self, row: Vec<(String, Term)>) -> Result<Fault, ValidateError> {
        let of = |name: &str| row.iter().find(|(other, _)| other == name).map(|(_, term)| term.clone());
        if matches!(of("failure"), Some(Term::Literal(literal)) if literal.value() == "true") {
            return Err(ValidateError::Failure(self.view.data().term(self.shape).to_string()));
        }
        let message = of("message").and_then(|term| match term {
            Term::Literal(literal) => Some(literal),
            _ => None,
        });
        Ok(Fault { value: of("value"), path: of("path").filter(Term::is_named_node), message, row })
    }

    /// Whether an ASK says yes to a value.
    pub(super) fn says_yes(&self, ask: &Ask, value: Id) -> Result<bool, ValidateError> {
        let QueryResults::Solutions(mut rows) = self.ask(&ask.query, Some(value), &ask.bound)? else {
            return Ok(false);
        };
        rows.next().transpose().map(|row| row.is_some()).map_err(|error| self.failed(error.into()))
    }
}

/// A message with its variables in braces replaced by what they are bound to (SHACL §5.3.2).
pub(super) fn filled(message: &Literal, row: &[(String, Term)]) -> Literal {
    static HOLE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\{[$?]([A-Za-z0-9_]+)\}").ok());
    let Some(hole) = HOLE.as_ref() else { return message.clone() };
    let text = hole.replace_all(message.value(), |found: &Captures<'_>| {
        let bound = row.iter().find(|(name, _)| *name == found[1]);
        bound.map_or_else(
            || found[0].to_owned(),
            |(_, term)| super::values::text(term).map_or(term.to_string(), str::to_owned),
        )
    });
    match message.language() {
        Some(tag) => Literal::new_language_tagged_literal_unchecked(text, tag),
        None => Literal::new_simple_literal(text),
    }
}
