//! Patterns over the union of all graphs, for engines whose default graph is the graph without a name and cannot be another: each
//! triple pattern is looked for in that graph and in all others, and what stands in several is one triple of their merge (RDF 1.1
//! Semantics, 4.1), so that no row comes twice.

use oxrdf::Variable;
use spargebra::algebra::{Expression, GraphPattern, PropertyPathExpression as Path};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};

use crate::eval::{children_mut, expressions_mut, patterns_mut};

/// Rewrites a pattern.
///
/// # Errors
/// What cannot be said so: a path of any length goes from one graph to the next.
pub(super) fn over_union(pattern: &mut GraphPattern) -> Result<(), &'static str> {
    Widening { fresh: 0 }.pattern(pattern)
}

struct Widening {
    fresh: usize,
}

impl Widening {
    fn pattern(&mut self, pattern: &mut GraphPattern) -> Result<(), &'static str> {
        use GraphPattern as P;
        match pattern {
            P::Bgp { patterns } => {
                let triples = std::mem::take(patterns);
                *pattern = join(triples.iter().map(|triple| self.triple(triple)).collect());
                return Ok(());
            }
            P::Path { subject, path, object } => {
                let (subject, object) = (without_blank(subject), without_blank(object));
                *pattern = self.path(&subject, path, &object)?;
                return Ok(());
            }
            // What stands within GRAPH is of that graph, what stands within SERVICE of another server.
            P::Graph { .. } | P::Service { .. } => return Ok(()),
            _ => {}
        }
        expressions_mut(pattern).into_iter().try_for_each(|expression| self.expression(expression))?;
        patterns_mut(pattern).into_iter().try_for_each(|inner| self.pattern(inner))
    }

    /// The patterns of EXISTS in an expression.
    fn expression(&mut self, expression: &mut Expression) -> Result<(), &'static str> {
        if let Expression::Exists(inner) = expression {
            return self.pattern(inner);
        }
        children_mut(expression).into_iter().try_for_each(|child| self.expression(child))
    }

    fn triple(&mut self, triple: &TriplePattern) -> GraphPattern {
        let triple = TriplePattern {
            subject: without_blank(&triple.subject),
            predicate: triple.predicate.clone(),
            object: without_blank(&triple.object),
        };
        let variables = variables(&triple);
        self.anywhere(GraphPattern::Bgp { patterns: vec![triple] }, variables)
    }

    /// A pattern over one triple, in any graph; each solution once.
    fn anywhere(&mut self, inner: GraphPattern, variables: Vec<Variable>) -> GraphPattern {
        let name = NamedNodePattern::Variable(self.variable("graph"));
        let named = GraphPattern::Graph { name, inner: Box::new(inner.clone()) };
        let either = Box::new(GraphPattern::Union { left: Box::new(inner), right: Box::new(named) });
        if variables.is_empty() {
            // Yes or no.
            return GraphPattern::Filter { expr: Expression::Exists(either), inner: Box::new(GraphPattern::default()) };
        }
        let shown = GraphPattern::Project { inner: either, variables };
        // Beside nothing, since a DISTINCT directly below a projection is written out as one of the projection itself.
        join(vec![GraphPattern::default(), GraphPattern::Distinct { inner: Box::new(shown) }])
    }

    fn path(&mut self, from: &TermPattern, path: &Path, to: &TermPattern) -> Result<GraphPattern, &'static str> {
        Ok(match path {
            Path::NamedNode(property) => {
                let predicate = property.clone().into();
                self.triple(&TriplePattern { subject: from.clone(), predicate, object: to.clone() })
            }
            Path::Reverse(path) => self.path(to, path, from)?,
            Path::Sequence(one, other) => {
                let between = self.variable("step").into();
                join(vec![self.path(from, one, &between)?, self.path(&between, other, to)?])
            }
            Path::Alternative(one, other) => GraphPattern::Union {
                left: Box::new(self.path(from, one, to)?),
                right: Box::new(self.path(from, other, to)?),
            },
            Path::NegatedPropertySet(_) => {
                let path = GraphPattern::Path { subject: from.clone(), path: path.clone(), object: to.clone() };
                let ends = [from, to].into_iter().filter_map(|end| match end {
                    TermPattern::Variable(variable) => Some(variable.clone()),
                    _ => None,
                });
                let ends = ends.collect();
                self.anywhere(path, ends)
            }
            Path::ZeroOrMore(_) | Path::OneOrMore(_) | Path::ZeroOrOne(_) => {
                return Err(
                    "its default graph is not the union of all graphs, over which alone a path of any length is asked here",
                );
            }
        })
    }

    fn variable(&mut self, name: &str) -> Variable {
        self.fresh += 1;
        Variable::new_unchecked(format!("citypact_{name}_{}", self.fresh))
    }
}

fn join(parts: Vec<GraphPattern>) -> GraphPattern {
    let both = |left, right| GraphPattern::Join { left: Box::new(left), right: Box::new(right) };
    parts.into_iter().reduce(both).unwrap_or_default()
}

/// A blank node of a pattern as the variable that it is: its triples are taken apart.
fn without_blank(term: &TermPattern) -> TermPattern {
    match term {
        TermPattern::BlankNode(node) => Variable::new_unchecked(format!("citypact_node_{}", node.as_str())).into(),
        other => other.clone(),
    }
}

fn variables(triple: &TriplePattern) -> Vec<Variable> {
    let mut found = Vec::new();
    let mut add = |variable: &Variable| {
        if !found.contains(variable) {
            found.push(variable.clone());
        }
    };
    if let NamedNodePattern::Variable(variable) = &triple.predicate {
        add(variable);
    }
    for end in [&triple.subject, &triple.object] {
        if let TermPattern::Variable(variable) = end {
            add(variable);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use spargebra::{Query, SparqlParser};

    fn rewritten(text: &str) -> Result<String, &'static str> {
        let mut query = SparqlParser::new().parse_query(text).unwrap();
        let (Query::Select { pattern, .. } | Query::Ask { pattern, .. }) = &mut query else { panic!() };
        over_union(pattern)?;
        let text = query.to_string();
        SparqlParser::new().parse_query(&text).unwrap();
        Ok(text)
    }

    #[test]
    fn triples_are_looked_for_in_every_graph_and_found_once() {
        let store = crate::store::Embedded::memory().unwrap();
        let data = "INSERT DATA { <http://a/s> <http://a/p> 1 , 2 GRAPH <http://a/g> { <http://a/s> <http://a/p> 1 , 3 } \
            GRAPH <http://a/h> { <http://a/s> <http://a/p> 3 . <http://a/t> <http://a/p> 1 } }";
        let update = crate::query::Update::parse(data, &Default::default()).unwrap();
        crate::store::Store::run_update(&store, update.algebra().clone()).unwrap();
        let rows = |text: &str, engine: &crate::query::Engine| {
            let query = crate::query::Query::parse(text, &Default::default()).unwrap();
            let mut rows = engine.answer(&store, &query, &Default::default()).unwrap().rows;
            rows.sort_by_key(|row| format!("{row:?}"));
            rows
        };
        let union = crate::query::Engine::new();
        let apart = union.clone().with_default_graph(crate::query::DefaultGraph::Empty);
        for text in [
            "SELECT ?s { ?s <http://a/p> ?o }",
            "SELECT ?o { ?s <http://a/p> ?o }",
            "SELECT (COUNT(*) AS ?n) { ?s <http://a/p> ?o }",
            "SELECT ?s ?t { ?s <http://a/p> ?o . ?t <http://a/p> ?o }",
            "SELECT ?s (SUM(?o) AS ?n) { ?s <http://a/p> ?o FILTER EXISTS { [] <http://a/p> ?o } } GROUP BY ?s",
            "SELECT ?o { <http://a/s> !<http://a/q> ?o } LIMIT 10",
        ] {
            assert_eq!(rows(&rewritten(text).unwrap(), &apart), rows(text, &union), "{text}");
        }
    }

    #[test]
    fn paths_are_taken_apart_as_far_as_that_goes() {
        let text = rewritten("SELECT ?s { ?s <http://a/p>/^<http://a/q>|<http://a/r> ?o }").unwrap();
        assert_eq!(text.matches("SELECT DISTINCT").count(), 3, "{text}");
        assert!(rewritten("ASK { ?s !(<http://a/p>) ?o }").unwrap().contains("GRAPH"));
        for endless in ["?s <http://a/p>* ?o", "?s <http://a/p>+ ?o", "?s <http://a/p>? ?o"] {
            assert!(rewritten(&format!("ASK {{ {endless} }}")).is_err());
            assert!(rewritten(&format!("ASK {{ GRAPH ?g {{ {endless} }} }}")).is_ok(), "of one graph");
        }
    }

    #[test]
    fn what_is_denied_is_looked_for_everywhere_too() {
        let text = rewritten("ASK { ?s ?p ?o FILTER(!EXISTS { ?s <http://a/q> [] } || ?o = 1) }").unwrap();
        assert_eq!(text.matches("GRAPH").count(), 2, "{text}");
        assert!(!text.contains("_:"), "{text}");
        assert!(rewritten("ASK { <http://a/s> <http://a/p> 1 }").unwrap().contains("EXISTS"));
    }
}
