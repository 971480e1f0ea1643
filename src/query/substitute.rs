//! Parameters put into a query's algebra as terms, never into its text.

use std::collections::HashMap;

use oxrdf::{Literal, NamedNode, Variable};
use spargebra::algebra::{AggregateExpression, Expression, GraphPattern, OrderExpression};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};

use crate::eval::children_mut;

/// A value that a parameter takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// An IRI.
    Iri(NamedNode),
    /// A literal.
    Literal(Literal),
}

impl From<Value> for Expression {
    fn from(value: Value) -> Self {
        match value {
            Value::Iri(node) => Self::NamedNode(node),
            Value::Literal(literal) => Self::Literal(literal),
        }
    }
}

/// Puts values in the place of variables, wherever they stand. A variable that a SELECT shows is still shown.
pub(super) fn substitute(query: &mut spargebra::Query, values: &HashMap<Variable, Value>) {
    use spargebra::Query as Q;
    let (Q::Select { pattern, .. }
    | Q::Ask { pattern, .. }
    | Q::Describe { pattern, .. }
    | Q::Construct { pattern, .. }) = query;
    Substitution(values).pattern(pattern);
    if let Q::Construct { template, .. } = query {
        template.iter_mut().for_each(|triple| Substitution(values).triple(triple));
    }
}

struct Substitution<'a>(&'a HashMap<Variable, Value>);

impl Substitution<'_> {
    fn pattern(&self, pattern: &mut GraphPattern) {
        use GraphPattern as P;
        match pattern {
            P::Bgp { patterns } => patterns.iter_mut().for_each(|triple| self.triple(triple)),
            P::Path { subject, object, .. } => [subject, object].into_iter().for_each(|term| self.term(term)),
            P::Join { left, right }
            | P::Lateral { left, right }
            | P::Union { left, right }
            | P::Minus { left, right } => {
                self.pattern(left);
                self.pattern(right);
            }
            P::LeftJoin { left, right, expression } => {
                self.pattern(left);
                self.pattern(right);
                expression.iter_mut().for_each(|expression| self.expression(expression));
            }
            P::Filter { expr, inner } => {
                self.expression(expr);
                self.pattern(inner);
            }
            P::Graph { name, inner } | P::Service { name, inner, .. } => {
                self.name(name);
                self.pattern(inner);
            }
            P::Extend { inner, expression, .. } => {
                self.expression(expression);
                self.pattern(inner);
            }
            P::Values { .. } => {}
            P::OrderBy { inner, expression } => {
                expression.iter_mut().for_each(|key| match key {
                    OrderExpression::Asc(key) | OrderExpression::Desc(key) => self.expression(key),
                });
                self.pattern(inner);
            }
            P::Project { inner, variables } => {
                self.pattern(inner);
                self.bind(inner, variables);
            }
            P::Distinct { inner } | P::Reduced { inner } | P::Slice { inner, .. } => self.pattern(inner),
            P::Group { inner, variables, aggregates } => {
                self.pattern(inner);
                self.bind(inner, variables);
                for (_, aggregate) in aggregates {
                    if let AggregateExpression::FunctionCall { expr, .. } = aggregate {
                        self.expression(expr);
                    }
                }
            }
        }
    }

    /// Gives the variables that are shown, or grouped by, their values.
    fn bind(&self, inner: &mut Box<GraphPattern>, variables: &[Variable]) {
        for variable in variables {
            let grouped = group_below(inner).is_some_and(|keys| keys.contains(variable));
            if let (Some(value), false) = (self.0.get(variable), grouped) {
                let bound = std::mem::replace(
                    inner.as_mut(),
                    GraphPattern::Values { variables: Vec::new(), bindings: Vec::new() },
                );
                **inner = GraphPattern::Extend {
                    inner: Box::new(bound),
                    variable: variable.clone(),
                    expression: value.clone().into(),
                };
            }
        }
    }

    fn triple(&self, triple: &mut TriplePattern) {
        self.term(&mut triple.subject);
        self.name(&mut triple.predicate);
        self.term(&mut triple.object);
    }

    fn term(&self, term: &mut TermPattern) {
        match term {
            TermPattern::Variable(variable) => match self.0.get(variable) {
                Some(Value::Iri(node)) => *term = node.clone().into(),
                Some(Value::Literal(literal)) => *term = literal.clone().into(),
                None => {}
            },
            TermPattern::Triple(triple) => self.triple(triple),
            _ => {}
        }
    }

    fn name(&self, name: &mut NamedNodePattern) {
        if let NamedNodePattern::Variable(variable) = name
            && let Some(Value::Iri(node)) = self.0.get(variable)
        {
            *name = node.clone().into();
        }
    }

    fn expression(&self, expression: &mut Expression) {
        use Expression as E;
        match expression {
            E::Variable(variable) => {
                if let Some(value) = self.0.get(variable) {
                    *expression = value.clone().into();
                }
            }
            E::Bound(variable) => {
                if self.0.contains_key(variable) {
                    *expression = E::Literal(true.into());
                }
            }
            E::Exists(pattern) => self.pattern(pattern),
            other => children_mut(other).into_iter().for_each(|inner| self.expression(inner)),
        }
    }
}

/// The keys of the grouping whose rows a projection shows.
fn group_below(mut pattern: &GraphPattern) -> Option<&[Variable]> {
    loop {
        match pattern {
            GraphPattern::Group { variables, .. } => return Some(variables),
            GraphPattern::Extend { inner, .. }
            | GraphPattern::Filter { inner, .. }
            | GraphPattern::OrderBy { inner, .. } => pattern = inner,
            _ => return None,
        }
    }
}
