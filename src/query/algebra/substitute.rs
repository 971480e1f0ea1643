//! Parameters put into a query's algebra as terms, never into its text.

use std::collections::HashMap;

use oxrdf::{Literal, NamedNode, Variable};
use spargebra::algebra::{Expression, GraphPattern};
use spargebra::term::{NamedNodePattern, TermPattern};

use super::visitor::{Visitor, walk_expression, walk_pattern};

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
pub(in crate::query) fn substitute(query: &mut spargebra::Query, values: &HashMap<Variable, Value>) {
    Substitution(values).query(query);
}

struct Substitution<'a>(&'a HashMap<Variable, Value>);

impl Substitution<'_> {
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
}

impl Visitor for Substitution<'_> {
    fn pattern(&mut self, pattern: &mut GraphPattern) {
        use GraphPattern as P;
        walk_pattern(self, pattern);
        if let P::Project { inner, variables } | P::Group { inner, variables, .. } = pattern {
            self.bind(inner, variables);
        }
    }

    fn term(&mut self, term: &mut TermPattern) {
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

    fn name(&mut self, name: &mut NamedNodePattern) {
        if let NamedNodePattern::Variable(variable) = name
            && let Some(Value::Iri(node)) = self.0.get(variable)
        {
            *name = node.clone().into();
        }
    }

    fn expression(&mut self, expression: &mut Expression) {
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
            other => walk_expression(self, other),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn given(text: &str) -> String {
        let mut query = spargebra::SparqlParser::new().parse_query(text).unwrap();
        let city = Value::Iri(NamedNode::new_unchecked("http://e/c"));
        let year = Value::Literal(Literal::new_simple_literal("1979"));
        let variable = Variable::new_unchecked;
        substitute(&mut query, &HashMap::from([(variable("city"), city), (variable("year"), year)]));
        query.to_string()
    }

    #[test]
    fn values_stand_in_the_place_of_variables() {
        for (text, part) in [
            ("ASK { ?city ?city ?year }", "<http://e/c> <http://e/c> \"1979\""),
            ("ASK { ?s ?year ?o }", "?s ?year ?o"),
            ("ASK { GRAPH ?city { ?s ?p ?year } }", "GRAPH <http://e/c> { ?s ?p \"1979\""),
            ("ASK { ?s ?p ?o FILTER(?o > ?year) }", "?o > \"1979\""),
        ] {
            assert!(given(text).contains(part), "{}", given(text));
        }
        assert!(!given("ASK { ?s ?p ?o FILTER(BOUND(?city)) }").contains("BOUND"), "it is bound");
    }

    #[test]
    fn a_variable_that_is_shown_is_bound() {
        let shown = given("SELECT ?city ?p { ?city ?p ?o }");
        assert!(shown.contains("<http://e/c> AS ?city"), "{shown}");
        let grouped = given("SELECT ?city (COUNT(*) AS ?n) { ?city ?p ?o } GROUP BY ?city");
        assert_eq!(grouped.matches("AS ?city").count(), 1, "{grouped}");
    }
}
