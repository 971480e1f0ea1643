//! A rule: a CONSTRUCT in a file, read and taken apart.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use oxrdf::Variable;
use spargebra::algebra::{Expression, GraphPattern};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};

use crate::eval::{name_blank_nodes, name_blank_nodes_of};
use crate::query::{NamedQuery, ParseOptions, Prepared, Query, QueryError, children};

macro_rules! rules {
    ($($name:literal),+ $(,)?) => {
        /// The rules of the vocabulary, each file under its name.
        const LIBRARY: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../ontology/rules/", $name, ".rq")))),+];
    };
}

rules![
    "bounds",
    "conferral-tie",
    "sovereign-state",
    "status",
    "sub-class",
    "sub-property",
    "symmetric",
    "twinned-with",
    "within",
];

/// The rules of the vocabulary: names and texts.
pub fn library() -> &'static [(&'static str, &'static str)] {
    LIBRARY
}

/// Why a text is no rule, or rules do not go together.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// The text is no SPARQL, or its head is none.
    #[error("the rule {rule} cannot be read")]
    Query {
        /// The rule's name.
        rule: String,
        /// Why.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
        /// What to do about it.
        hint: Option<String>,
    },
    /// It is SPARQL, but no rule.
    #[error("the rule {rule} {reason}")]
    NoRule {
        /// The rule's name.
        rule: String,
        /// Why not.
        reason: &'static str,
    },
    /// What a rule denies depends on what it derives.
    #[error("the rule {rule} denies {denied}, which depends on what the rule itself derives")]
    Circle {
        /// The rule's name.
        rule: String,
        /// What it denies.
        denied: String,
    },
}

impl RuleError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Query { hint, .. } => hint.clone(),
            Self::NoRule { .. } => {
                Some("a rule is CONSTRUCT { … } WHERE { … } without blank nodes in its first part".into())
            }
            Self::Circle { .. } => {
                Some("write FILTER NOT EXISTS { GRAPH ?g { … } } to deny what is stated alone".into())
            }
        }
    }
}

/// A rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name: the file's stem.
    pub name: String,
    /// What it says, in a line.
    pub title: String,
    /// More of it; may be empty.
    pub description: String,
    /// The whole file.
    pub(super) text: String,
    /// What follows.
    pub(super) template: Vec<TriplePattern>,
    /// From what.
    pub(super) pattern: GraphPattern,
    /// Every variable of `pattern`.
    pub(super) variables: Vec<Variable>,
    /// A SELECT of what the template needs.
    pub(super) query: Prepared,
}

impl Rule {
    /// Reads a rule from the text of its file. The first comments hold `title:` and `description:`, as those of queries do.
    ///
    /// # Errors
    /// [`RuleError`]
    pub fn read(name: &str, text: &str) -> Result<Self, RuleError> {
        let failed = |cause: Box<dyn std::error::Error + Send + Sync>, hint| RuleError::Query {
            rule: name.to_owned(),
            cause,
            hint,
        };
        let head = NamedQuery::read(name.to_owned(), Cow::Owned(text.to_owned()))
            .map_err(|error| failed(Box::new(error), None))?;
        let options = ParseOptions { name: Arc::from(format!("{name}.rq")), ..ParseOptions::default() };
        let query = Query::parse(text, &options).map_err(|error: QueryError| {
            let hint = error.hint();
            failed(Box::new(error), hint)
        })?;
        let fail = |reason| RuleError::NoRule { rule: name.to_owned(), reason };
        let spargebra::Query::Construct { template, pattern, dataset: None, .. } = query.algebra() else {
            return Err(fail("is no CONSTRUCT over all data"));
        };
        if template.is_empty() {
            return Err(fail("derives nothing"));
        }
        if template.iter().any(|triple| is_new(&triple.subject) || is_new(&triple.object)) {
            return Err(fail("makes blank nodes, which would be new ones at every run"));
        }
        let mut pattern = pattern.clone();
        name_blank_nodes(&mut pattern);
        let columns = columns(template);
        let select = select(pattern.clone(), columns);
        Ok(Self {
            name: name.to_owned(),
            title: if head.title.is_empty() { name.to_owned() } else { head.title },
            description: head.description,
            text: text.to_owned(),
            template: template.clone(),
            variables: variables(&pattern),
            pattern,
            query: Query::from(select).into(),
        })
    }
}

/// SELECT DISTINCT of some variables.
pub(super) fn select(pattern: GraphPattern, variables: Vec<Variable>) -> spargebra::Query {
    let project = GraphPattern::Project { inner: Box::new(pattern), variables };
    spargebra::Query::Select {
        dataset: None,
        pattern: GraphPattern::Distinct { inner: Box::new(project) },
        base_iri: None,
    }
}

fn is_new(term: &TermPattern) -> bool {
    matches!(term, TermPattern::BlankNode(_) | TermPattern::Triple(_))
}

pub(super) fn columns(template: &[TriplePattern]) -> Vec<Variable> {
    let mut found = BTreeSet::new();
    for triple in template {
        found.extend(variables_of(triple));
    }
    found.into_iter().collect()
}

fn variables_of(triple: &TriplePattern) -> Vec<Variable> {
    let of = |term: &TermPattern| match term {
        TermPattern::Variable(variable) => Some(variable.clone()),
        _ => None,
    };
    let predicate = match &triple.predicate {
        NamedNodePattern::Variable(variable) => Some(variable.clone()),
        NamedNodePattern::NamedNode(_) => None,
    };
    [of(&triple.subject), predicate, of(&triple.object)].into_iter().flatten().collect()
}

/// A template and its pattern with variables in the place of their blank nodes.
pub(super) fn with_variables(template: &[TriplePattern], pattern: &GraphPattern) -> (Vec<TriplePattern>, GraphPattern) {
    let (mut template, mut pattern) = (template.to_vec(), pattern.clone());
    template.iter_mut().for_each(name_blank_nodes_of);
    name_blank_nodes(&mut pattern);
    (template, pattern)
}

/// A part of a pattern as it is met: positive, or within what is denied; of all facts, or of those stated alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Manner {
    pub(super) denied: bool,
    pub(super) stated: bool,
}

/// Shows every part of a pattern, those in EXISTS too.
pub(super) fn each(pattern: &GraphPattern, manner: Manner, see: &mut dyn FnMut(&GraphPattern, Manner)) {
    use GraphPattern as P;
    see(pattern, manner);
    let denied = Manner { denied: true, ..manner };
    match pattern {
        P::Join { left, right } | P::Lateral { left, right } | P::Union { left, right } => {
            each(left, manner, see);
            each(right, manner, see);
        }
        P::Minus { left, right } => {
            each(left, manner, see);
            each(right, denied, see);
        }
        // What OPTIONAL gives may be overtaken by what comes later.
        P::LeftJoin { left, right, expression } => {
            each(left, manner, see);
            each(right, denied, see);
            expression.iter().for_each(|expression| in_expression(expression, manner, see));
        }
        P::Filter { expr, inner } => {
            in_expression(expr, manner, see);
            each(inner, manner, see);
        }
        P::Extend { expression, inner, .. } => {
            in_expression(expression, manner, see);
            each(inner, manner, see);
        }
        P::Graph { inner, .. } => each(inner, Manner { stated: true, ..manner }, see),
        // Of a group or a slice the rest is denied.
        P::Group { inner, .. } | P::Slice { inner, .. } => each(inner, denied, see),
        P::Service { inner, .. }
        | P::OrderBy { inner, .. }
        | P::Project { inner, .. }
        | P::Distinct { inner }
        | P::Reduced { inner } => each(inner, manner, see),
        P::Bgp { .. } | P::Path { .. } | P::Values { .. } => {}
    }
}

fn in_expression(expression: &Expression, manner: Manner, see: &mut dyn FnMut(&GraphPattern, Manner)) {
    match expression {
        // Whether it is asked for or denied is for the expression around it to say: it may be either.
        Expression::Exists(pattern) => each(pattern, Manner { denied: true, ..manner }, see),
        other => children(other).into_iter().for_each(|part| in_expression(part, manner, see)),
    }
}

/// The variables that solutions of a pattern can bind (SPARQL 1.1 Query, 18.2.1).
fn variables(pattern: &GraphPattern) -> Vec<Variable> {
    let mut found = BTreeSet::new();
    pattern.on_in_scope_variable(|variable| {
        found.insert(variable.clone());
    });
    found.into_iter().collect()
}
