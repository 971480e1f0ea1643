//! Pre-bound variables (SHACL, 5.3.1): solutions that are given to a query before it is evaluated.
//!
//! A variable that is given has its value wherever it stands, in nested groups and subqueries too. For many solutions at once
//! the pattern is rewritten so that each of its scopes joins them; where that would mean something else than one evaluation
//! for each solution, there is no such pattern.

use oxrdf::Variable;
use spargebra::algebra::{Expression, GraphPattern as P};
use spargebra::term::NamedNodePattern;

use crate::eval::{children, children_mut};

/// The pattern over all solutions that are given for these variables ([`crate::eval::Given`]); its rows show them. None where
/// it has to be evaluated for each solution.
pub(in crate::query) fn joined(pattern: &P, given: &[Variable]) -> Option<P> {
    if given.is_empty() { Some(pattern.clone()) } else { Joining { given, alone: false }.pattern(pattern) }
}

/// The pattern over one solution that is given.
pub(in crate::query) fn joined_alone(pattern: &P, given: &[Variable]) -> P {
    Joining { given, alone: true }.pattern(pattern).unwrap_or_else(|| pattern.clone())
}

struct Joining<'a> {
    given: &'a [Variable],
    /// Whether there is one solution, so that nothing can mean another one.
    alone: bool,
}

impl Joining<'_> {
    fn solutions(&self) -> P {
        P::Values { variables: self.given.to_vec(), bindings: Vec::new() }
    }

    fn with_given(&self, variables: &[Variable]) -> Vec<Variable> {
        let others = variables.iter().filter(|variable| !self.given.contains(variable));
        self.given.iter().chain(others).cloned().collect()
    }

    fn boxed(&self, pattern: &P) -> Option<Box<P>> {
        self.pattern(pattern).map(Box::new)
    }

    /// What is joined with rows that have the solutions: as it is, where it looks at variables by joining alone.
    fn beside(&self, pattern: &P) -> Option<Box<P>> {
        if is_plain(pattern) { Some(Box::new(pattern.clone())) } else { self.boxed(pattern) }
    }

    /// The solutions, and what was made of a pattern that does not show them.
    fn and(&self, pattern: P) -> P {
        P::Join { left: Box::new(self.solutions()), right: Box::new(pattern) }
    }

    fn pattern(&self, pattern: &P) -> Option<P> {
        Some(match pattern {
            plain if is_plain(plain) => self.and(plain.clone()),
            P::Join { left, right } => P::Join { left: self.boxed(left)?, right: self.beside(right)? },
            P::Union { left, right } => P::Union { left: self.boxed(left)?, right: self.boxed(right)? },
            P::LeftJoin { left, right, expression } => P::LeftJoin {
                left: self.boxed(left)?,
                right: self.beside(right)?,
                expression: match expression {
                    Some(expression) => Some(self.expression(expression)?),
                    None => None,
                },
            },
            P::Filter { expr, inner } => P::Filter { expr: self.expression(expr)?, inner: self.boxed(inner)? },
            P::Extend { inner, variable, expression } => P::Extend {
                inner: self.boxed(inner)?,
                variable: variable.clone(),
                expression: self.expression(expression)?,
            },
            P::Graph { name: NamedNodePattern::Variable(name), .. } if self.given.contains(name) && !self.alone => {
                return None;
            }
            P::Graph { name, inner } => {
                let graph = P::Graph { name: name.clone(), inner: self.boxed(inner)? };
                if self.alone { self.and(graph) } else { graph }
            }
            P::OrderBy { inner, .. } if !self.alone => *self.boxed(inner)?,
            P::OrderBy { inner, expression } => {
                P::OrderBy { inner: self.boxed(inner)?, expression: expression.clone() }
            }
            P::Project { inner, variables } => {
                P::Project { inner: self.boxed(inner)?, variables: self.with_given(variables) }
            }
            P::Distinct { inner } => P::Distinct { inner: self.boxed(inner)? },
            P::Reduced { inner } => P::Reduced { inner: self.boxed(inner)? },
            // Without keys there is a group also of a solution that has no rows.
            P::Group { inner, variables, aggregates } if variables.is_empty() => {
                let aggregates = aggregates.clone();
                let group = |inner| P::Group { inner, variables: Vec::new(), aggregates };
                if self.alone { self.and(group(self.boxed(inner)?)) } else { return None }
            }
            P::Group { inner, variables, aggregates } => P::Group {
                inner: self.boxed(inner)?,
                variables: self.with_given(variables),
                aggregates: aggregates.clone(),
            },
            P::Slice { inner, start, length } if self.alone => {
                P::Slice { inner: self.boxed(inner)?, start: *start, length: *length }
            }
            P::Minus { left, right } if self.alone => P::Minus { left: self.boxed(left)?, right: right.clone() },
            P::Lateral { left, right } if self.alone => {
                P::Lateral { left: self.boxed(left)?, right: self.beside(right)? }
            }
            other if self.alone => self.and(other.clone()),
            _ => return None,
        })
    }

    /// An expression whose patterns of EXISTS see the solutions in every part.
    fn expression(&self, expression: &Expression) -> Option<Expression> {
        if is_correlated(expression) {
            return Some(expression.clone());
        }
        let mut expression = expression.clone();
        if self.alone && self.exists(&mut expression) { Some(expression) } else { None }
    }

    fn exists(&self, expression: &mut Expression) -> bool {
        if let Expression::Exists(pattern) = expression {
            return self.pattern(pattern).map(|joined| **pattern = joined).is_some();
        }
        children_mut(expression).into_iter().all(|inner| self.exists(inner))
    }
}

fn is_plain(pattern: &P) -> bool {
    match pattern {
        P::Bgp { .. } | P::Path { .. } => true,
        P::Join { left, right } => is_plain(left) && is_plain(right),
        _ => false,
    }
}

/// Whether its patterns of EXISTS see the rows that they are asked for in every part.
fn is_correlated(expression: &Expression) -> bool {
    match expression {
        Expression::Exists(pattern) => sees_all(pattern),
        other => children(other).into_iter().all(is_correlated),
    }
}

fn sees_all(pattern: &P) -> bool {
    match pattern {
        P::Bgp { .. } | P::Path { .. } => true,
        P::Join { left, right } | P::Union { left, right } => sees_all(left) && sees_all(right),
        P::LeftJoin { left, right, expression } => {
            sees_all(left) && sees_all(right) && expression.as_ref().is_none_or(is_correlated)
        }
        P::Filter { expr, inner } => is_correlated(expr) && sees_all(inner),
        P::Graph { inner, .. } => sees_all(inner),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Option<String> {
        let query = spargebra::SparqlParser::new().parse_query(text).unwrap();
        let spargebra::Query::Select { pattern, .. } = &query else { panic!("no rows") };
        joined(pattern, &[Variable::new_unchecked("this")]).map(|pattern| pattern.to_string())
    }

    #[test]
    fn solutions_are_joined_in_every_scope() {
        for (text, count) in [
            ("SELECT $this { $this <p> ?o . ?o <q>+ ?x }", 1),
            ("SELECT ?o { { $this <p> ?o } UNION { ?o <q> ?x FILTER(?x = $this) } }", 2),
            ("SELECT $this { $this <p> ?o OPTIONAL { ?o <q> ?x } FILTER NOT EXISTS { ?x <r> $this } }", 1),
            ("SELECT $this { $this <p> ?o OPTIONAL { ?o <q> ?x BIND($this AS ?y) } }", 2),
            ("SELECT $this ?n { { SELECT $this (COUNT(*) AS ?n) { $this <p> ?o } GROUP BY $this } FILTER(?n > 1) }", 1),
        ] {
            let text = text.replace('<', "<http://e/");
            let joined = told(&text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(joined.matches("VALUES").count(), count, "{joined}");
        }
    }

    #[test]
    fn what_is_of_one_solution_has_no_pattern_for_all() {
        for text in [
            "SELECT $this { { SELECT $this ?o { $this <p> ?o } LIMIT 1 } }",
            "SELECT $this { { SELECT (COUNT(*) AS ?n) { $this <p> ?o } } }",
            "SELECT $this { $this <p> ?o MINUS { ?o <q> $this } }",
            "SELECT $this { GRAPH $this { ?s ?p ?o } }",
            "SELECT $this { $this <p> ?o FILTER EXISTS { SELECT ?o { ?o <q> $this } LIMIT 1 } }",
        ] {
            assert_eq!(told(&text.replace('<', "<http://e/")), None, "{text}");
        }
    }

    /// The objects that a query finds for each subject that is given.
    fn found(text: &str) -> Vec<String> {
        let data = "<http://a> <http://p> <http://b> .\n<http://a> <http://p> _:c .\n_:c <http://p> <http://a> .
            <http://b> <http://q> \"1\" .";
        let quads = oxttl::NQuadsParser::new().for_slice(data.as_bytes()).map(Result::unwrap);
        let version = std::sync::Arc::new(crate::index::build(quads, 0).unwrap());
        let subjects = crate::index::Kind::ALL[..2].iter().flat_map(|kind| version.range(*kind));
        let given: Vec<Vec<crate::index::Id>> = subjects.map(|id| vec![crate::index::Id(id)]).collect();
        let query = crate::query::Query::parse(text, &Default::default()).unwrap();
        let query = crate::query::Prepared::new(&query, &Default::default(), vec![Variable::new_unchecked("this")]);
        let over = crate::query::Over { version, graphs: Default::default() };
        let mut found = Vec::new();
        let mut take = |solution: crate::query::Solution<'_>| {
            let shown = |at: usize| {
                solution.term(at).map_or("-".to_owned(), |term| match term {
                    oxrdf::Term::BlankNode(_) => "_".to_owned(),
                    term => term.to_string(),
                })
            };
            found.push(format!("{} {}", shown(0), shown(1)));
            std::ops::ControlFlow::Continue(())
        };
        crate::query::Executor::default().put(&query, &over, &given, &mut take).unwrap();
        found.sort();
        found
    }

    #[test]
    fn each_solution_has_its_own_rows_blank_nodes_too() {
        let of_each = ["<http://a> <http://b>", "<http://a> _", "_ <http://a>"];
        assert_eq!(found("SELECT $this ?o { $this <http://p> ?o }"), of_each);
        assert_eq!(found("SELECT ?o { ?x ?y ?o FILTER(?x = $this) FILTER(isIRI(?o)) }").len(), 2);
        let first = found("SELECT $this ?o { { SELECT $this ?o { $this <http://p> ?o } ORDER BY DESC(?o) LIMIT 1 } }");
        assert_eq!(first, ["<http://a> <http://b>", "_ <http://a>"]);
        let counts = found("SELECT $this ?n { { SELECT (COUNT(*) AS ?n) { $this <http://p> ?o } } } ");
        let zero = counts.iter().filter(|line| line.contains("\"0\"")).count();
        assert_eq!((counts.len() - zero, counts.len() > 3), (2, true), "{counts:?}");
        let without =
            found("SELECT $this ?o { $this <http://p> ?o MINUS { ?x <http://p> ?o . $this <http://p> <http://b> } }");
        assert_eq!(without, ["_ <http://a>"]);
        let exists = "SELECT $this ?o { ?s <http://p> ?o FILTER(?s = $this) FILTER EXISTS { { SELECT ?x { $this <http://p> ?x } LIMIT 1 } } }";
        assert_eq!(found(exists).len(), 3);
    }
}
