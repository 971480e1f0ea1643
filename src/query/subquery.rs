//! Ordered subqueries, evaluated before the query they stand in.
//!
//! `{ SELECT … ORDER BY … LIMIT … }` within a query is a table that depends on nothing around it. The engine would sort it in
//! one piece that nothing can interrupt. So it is taken out and evaluated as a query of its own ([`super::top`]), and what
//! stands in its place is a SERVICE under a name that nobody can know, which answers with the table.

use std::convert::Infallible;
use std::sync::Arc;

use oxigraph::sparql::{QueryEvaluationError, QueryResults, QuerySolution, QuerySolutionIter, ServiceHandler};
use oxiri::Iri;
use oxrdf::{NamedNode, Term, Variable};
use spargebra::algebra::GraphPattern;
use spargebra::term::NamedNodePattern;

use super::run::Query;

/// A subquery that was taken out.
pub(super) struct Subquery {
    /// The service that stands in its place.
    pub(super) name: NamedNode,
    /// The query that it is.
    pub(super) query: Query,
}

/// Takes the ordered subqueries out of a pattern.
pub(super) fn take(pattern: &mut GraphPattern) -> Vec<Subquery> {
    let nonce = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 1);
    let mut search = Search { prefix: format!("urn:citypact:subquery:{nonce:x}:"), found: Vec::new() };
    search.pattern(pattern, &Place::Default);
    search.found
}

/// What a pattern is matched against.
enum Place {
    Default,
    Graph(NamedNode),
    /// A graph that is a variable, or rows that the pattern depends on: nothing can be taken out.
    Bound,
}

struct Search {
    prefix: String,
    found: Vec<Subquery>,
}

impl Search {
    fn pattern(&mut self, pattern: &mut GraphPattern, place: &Place) {
        use GraphPattern as P;
        if is_ordered(pattern) && !matches!(place, Place::Bound) {
            return self.take(pattern, place);
        }
        match pattern {
            P::Bgp { .. } | P::Path { .. } | P::Values { .. } | P::Service { .. } => {}
            P::Join { left, right }
            | P::Union { left, right }
            | P::Minus { left, right }
            | P::LeftJoin { left, right, .. } => {
                self.pattern(left, place);
                self.pattern(right, place);
            }
            P::Lateral { left, right } => {
                self.pattern(left, place);
                self.pattern(right, &Place::Bound);
            }
            P::Graph { name, inner } => match (name, place) {
                (NamedNodePattern::NamedNode(name), Place::Default | Place::Graph(_)) => {
                    self.pattern(inner, &Place::Graph(name.clone()));
                }
                _ => self.pattern(inner, &Place::Bound),
            },
            P::Filter { inner, .. }
            | P::Extend { inner, .. }
            | P::OrderBy { inner, .. }
            | P::Project { inner, .. }
            | P::Distinct { inner }
            | P::Reduced { inner }
            | P::Slice { inner, .. }
            | P::Group { inner, .. } => self.pattern(inner, place),
        }
    }

    fn take(&mut self, pattern: &mut GraphPattern, place: &Place) {
        let Some(variables) = projected(pattern) else { return };
        let name = NamedNode::new_unchecked(format!("{}{}", self.prefix, self.found.len()));
        let inner = Box::new(GraphPattern::Project { inner: Box::new(pattern.clone()), variables });
        let service = GraphPattern::Service { name: name.clone().into(), inner, silent: false };
        let taken = std::mem::replace(pattern, service);
        let pattern = match place {
            Place::Graph(graph) => within(taken, graph),
            _ => taken,
        };
        let query = spargebra::Query::Select { dataset: None, pattern, base_iri: None }.into();
        self.found.push(Subquery { name, query });
    }
}

/// Whether the pattern is a `SELECT … ORDER BY`.
fn is_ordered(pattern: &GraphPattern) -> bool {
    match pattern {
        GraphPattern::Slice { inner, .. } | GraphPattern::Distinct { inner } | GraphPattern::Reduced { inner } => {
            is_ordered(inner)
        }
        GraphPattern::Project { inner, .. } => matches!(**inner, GraphPattern::OrderBy { .. }),
        _ => false,
    }
}

fn projected(pattern: &GraphPattern) -> Option<Vec<Variable>> {
    match pattern {
        GraphPattern::Slice { inner, .. } | GraphPattern::Distinct { inner } | GraphPattern::Reduced { inner } => {
            projected(inner)
        }
        GraphPattern::Project { variables, .. } => Some(variables.clone()),
        _ => None,
    }
}

/// The subquery, its patterns matched against a graph; it stays a `SELECT … ORDER BY`.
fn within(pattern: GraphPattern, graph: &NamedNode) -> GraphPattern {
    use GraphPattern as P;
    let inner = |inner: Box<P>| Box::new(within(*inner, graph));
    match pattern {
        P::Slice { inner: i, start, length } => P::Slice { inner: inner(i), start, length },
        P::Distinct { inner: i } => P::Distinct { inner: inner(i) },
        P::Reduced { inner: i } => P::Reduced { inner: inner(i) },
        P::Project { inner: i, variables } => P::Project { inner: inner(i), variables },
        P::OrderBy { inner: i, expression } => P::OrderBy { inner: inner(i), expression },
        pattern => P::Graph { name: graph.clone().into(), inner: Box::new(pattern) },
    }
}

/// A table that answers as a service.
pub(super) struct Table {
    variables: Arc<[Variable]>,
    rows: Arc<[Vec<Option<Term>>]>,
}

/// Keeps the rows of a subquery, which has accounted for them.
pub(super) fn collect(results: QueryResults<'_>) -> Result<Table, QueryEvaluationError> {
    let QueryResults::Solutions(solutions) = results else {
        return Ok(Table { variables: Arc::new([]), rows: Arc::new([]) });
    };
    let variables = solutions.variables().into();
    let rows =
        solutions.map(|solution| Ok(solution?.values().to_vec())).collect::<Result<Vec<_>, QueryEvaluationError>>()?;
    Ok(Table { variables, rows: rows.into() })
}

impl ServiceHandler for Table {
    type Error = Infallible;

    fn handle(&self, _: &GraphPattern, _: Option<&Iri<String>>) -> Result<QuerySolutionIter<'static>, Infallible> {
        let (variables, rows) = (self.variables.clone(), self.rows.clone());
        let names = variables.clone();
        let solutions = (0..rows.len()).map(move |row| Ok(QuerySolution::from((names.clone(), rows[row].clone()))));
        Ok(QuerySolutionIter::new(variables, solutions))
    }
}
