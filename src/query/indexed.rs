//! Queries over quads in memory ([`View`]), as checks and rules put them: many small ones, without limits of their own.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::sync::Arc;

use oxrdf::{Term, Variable};
use spareval::{InternalQuad, QueryEvaluator, QueryResults, QueryableDataset};
use spargebra::algebra::{Expression, GraphPattern};

use super::exists::{optimised, surely_bound};
use super::functions::{LazyRegister, functions};
use super::plan::as_meant;
use super::substitute::{Value, substitute};
use super::{Query, QueryError};
use crate::rdf::{Graph, Id, Row, View, normal};
use crate::vocab;

/// A term of the data by its number, or one that a query made.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Internal {
    /// Of the data.
    Id(Id),
    /// Made.
    Made(Arc<Term>),
}

impl<'a> QueryableDataset<'a> for View<'a> {
    type InternalTerm = Internal;
    type Error = Infallible;

    fn internal_quads_for_pattern(
        &self,
        subject: Option<&Internal>,
        predicate: Option<&Internal>,
        object: Option<&Internal>,
        graph_name: Option<Option<&Internal>>,
    ) -> impl Iterator<Item = Result<InternalQuad<Internal>, Infallible>> + use<'a> {
        type Found<'a> = Box<dyn Iterator<Item = Row> + 'a>;
        // A term that is not of the data is in no quad.
        let made = [subject, predicate, object, graph_name.flatten()];
        if made.into_iter().flatten().any(|term| matches!(term, Internal::Made(_))) {
            return (Box::new(std::iter::empty()) as Found<'a>).map(internal as fn(Row) -> _);
        }
        let id = |term: Option<&Internal>| match term {
            Some(Internal::Id(id)) => Some(*id),
            _ => None,
        };
        let (subject, predicate, object) = (id(subject), id(predicate), id(object));
        let found: Found<'a> = match graph_name {
            Some(None) => {
                Box::new(self.triples(subject, predicate, object).map(|row| Row { graph: Graph::DEFAULT, ..row }))
            }
            Some(Some(Internal::Id(graph))) => Box::new(self.rows_of(Graph::named(*graph), subject, predicate, object)),
            Some(Some(Internal::Made(_))) => Box::new(std::iter::empty()),
            None => {
                let view = *self;
                Box::new(self.rows(subject, predicate, object).filter(move |row| view.names(row.graph)))
            }
        };
        found.map(internal as fn(Row) -> _)
    }

    fn internal_named_graphs(&self) -> impl Iterator<Item = Result<Internal, Infallible>> + use<'a> {
        self.named().map(|graph| Ok(Internal::Id(graph)))
    }

    fn contains_internal_graph_name(&self, graph_name: &Internal) -> Result<bool, Infallible> {
        Ok(match graph_name {
            Internal::Id(id) => {
                let graph = Graph::named(*id);
                self.names(graph) && self.data().graphs().binary_search(&graph).is_ok()
            }
            Internal::Made(_) => false,
        })
    }

    fn internalize_term(&self, term: Term) -> Result<Internal, Infallible> {
        // A constant may be written otherwise than the data has it, where a store took the data by value.
        let id = self.data().id(&term).or_else(|| self.data().id(normal(&term).as_ref()));
        Ok(id.map_or_else(|| Internal::Made(Arc::new(term)), Internal::Id))
    }

    fn externalize_term(&self, term: Internal) -> Result<Term, Infallible> {
        Ok(match term {
            Internal::Id(id) => self.data().term(id).clone(),
            Internal::Made(term) => term.as_ref().clone(),
        })
    }
}

fn internal(row: Row) -> Result<InternalQuad<Internal>, Infallible> {
    Ok(InternalQuad {
        subject: Internal::Id(row.subject),
        predicate: Internal::Id(row.predicate),
        object: Internal::Id(row.object),
        graph_name: row.graph.name().map(Internal::Id),
    })
}

/// Evaluates queries over views; knows the functions of the crate.
#[derive(Clone)]
pub struct Evaluator {
    full: QueryEvaluator,
    /// Without the functions, which the engine copies for each evaluation.
    plain: QueryEvaluator,
}

impl Default for Evaluator {
    fn default() -> Self {
        let evaluator = functions(LazyRegister::new(vocab::ID, None)).each().fold(
            QueryEvaluator::new(),
            |evaluator, (name, function)| {
                let function = Arc::clone(function);
                evaluator.with_custom_function(name.clone(), move |terms| function(terms))
            },
        );
        Self { full: evaluator, plain: QueryEvaluator::new() }
    }
}

/// A query that is put many times.
#[derive(Debug, Clone)]
pub struct Prepared {
    algebra: spargebra::Query,
    functions: bool,
}

impl From<Query> for Prepared {
    fn from(query: Query) -> Self {
        Self::new(&query, &[])
    }
}

impl Prepared {
    /// A query that is put with these variables bound.
    pub fn new(query: &Query, bound: &[&str]) -> Self {
        let mut algebra = query.algebra().clone();
        let bound = bound.iter().map(|name| Variable::new_unchecked(*name)).collect();
        let (spargebra::Query::Select { pattern, .. }
        | spargebra::Query::Construct { pattern, .. }
        | spargebra::Query::Ask { pattern, .. }
        | spargebra::Query::Describe { pattern, .. }) = &mut algebra;
        as_meant(pattern, query.needs());
        in_order(pattern, &bound);
        Self { functions: !query.needs().functions.is_empty() || query.needs().tags, algebra }
    }
}

/// Puts the patterns of EXISTS in order.
fn in_order(pattern: &mut GraphPattern, bound: &HashSet<Variable>) {
    use GraphPattern as P;
    match pattern {
        P::Filter { expr, inner } => {
            let known = &surely_bound(&(&**inner).into()) | bound;
            exists_in_order(expr, &known);
            in_order(inner, bound);
        }
        P::Join { left, right }
        | P::Lateral { left, right }
        | P::Union { left, right }
        | P::Minus { left, right }
        | P::LeftJoin { left, right, .. } => {
            in_order(left, bound);
            in_order(right, bound);
        }
        P::Extend { inner, .. }
        | P::Graph { inner, .. }
        | P::OrderBy { inner, .. }
        | P::Project { inner, .. }
        | P::Distinct { inner }
        | P::Reduced { inner }
        | P::Slice { inner, .. }
        | P::Group { inner, .. } => in_order(inner, bound),
        P::Bgp { .. } | P::Path { .. } | P::Values { .. } | P::Service { .. } => {}
    }
}

/// The pattern with what is joined looked up for each row, in this order: the engine would join all that there is.
fn looked_up(pattern: GraphPattern) -> GraphPattern {
    use GraphPattern as P;
    match pattern {
        P::Bgp { patterns } => {
            let single = |triple| P::Bgp { patterns: vec![triple] };
            let chained = patterns.into_iter().map(single).reduce(lateral);
            chained.unwrap_or(P::Bgp { patterns: Vec::new() })
        }
        P::Join { left, right } if is_plain(&right) => lateral(looked_up(*left), looked_up(*right)),
        P::Lateral { left, right } => lateral(looked_up(*left), looked_up(*right)),
        P::Filter { inner, expr } => P::Filter { inner: Box::new(looked_up(*inner)), expr },
        other => other,
    }
}

fn lateral(left: GraphPattern, right: GraphPattern) -> GraphPattern {
    GraphPattern::Lateral { left: Box::new(left), right: Box::new(right) }
}

/// Whether a pattern gives the same for each row of another as joined with all of them.
fn is_plain(pattern: &GraphPattern) -> bool {
    match pattern {
        GraphPattern::Bgp { .. } | GraphPattern::Path { .. } => true,
        GraphPattern::Join { left, right } | GraphPattern::Lateral { left, right } => is_plain(left) && is_plain(right),
        _ => false,
    }
}

fn exists_in_order(expression: &mut Expression, known: &HashSet<Variable>) {
    match expression {
        Expression::Exists(pattern) => {
            in_order(pattern, known);
            **pattern = looked_up((&optimised((&**pattern).into(), known)).into());
        }
        Expression::Or(a, b) | Expression::And(a, b) => {
            exists_in_order(a, known);
            exists_in_order(b, known);
        }
        Expression::Not(a) => exists_in_order(a, known),
        _ => {}
    }
}

impl Evaluator {
    /// Evaluates a query, some of its variables bound beforehand; blank nodes can be bound in what a SELECT shows alone.
    ///
    /// # Errors
    /// [`QueryError::Evaluation`]
    pub fn evaluate<'a>(
        &self,
        query: &Prepared,
        bound: &[(&str, Term)],
        view: View<'a>,
    ) -> Result<QueryResults<'a>, QueryError> {
        let (mut values, mut nodes) = (HashMap::new(), Vec::new());
        for (name, term) in bound {
            let variable = Variable::new_unchecked(*name);
            match term {
                Term::NamedNode(node) => drop(values.insert(variable, Value::Iri(node.clone()))),
                Term::Literal(literal) => drop(values.insert(variable, Value::Literal(literal.clone()))),
                other => nodes.push((variable, other.clone())),
            }
        }
        let mut algebra = query.algebra.clone();
        substitute(&mut algebra, &values);
        let engine = if query.functions { &self.full } else { &self.plain };
        let prepared = engine.prepare(&algebra);
        let prepared =
            nodes.into_iter().fold(prepared, |prepared, (variable, node)| prepared.substitute_variable(variable, node));
        Ok(prepared.execute(view)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rdf::Indexed;
    use oxttl::NQuadsParser;

    fn rows(text: &str, query: &str, bound: &[(&str, Term)]) -> Vec<String> {
        let data: Indexed = NQuadsParser::new().for_slice(text.as_bytes()).map(Result::unwrap).collect();
        let query = Query::parse(query, &Default::default()).unwrap();
        let QueryResults::Solutions(found) = Evaluator::default().evaluate(&query.into(), bound, data.view()).unwrap()
        else {
            panic!("no rows")
        };
        let row = |row: spareval::QuerySolution| {
            row.values()
                .iter()
                .map(|term| term.as_ref().map_or("-".to_owned(), Term::to_string))
                .collect::<Vec<_>>()
                .join(" ")
        };
        let mut rows: Vec<_> = found.map(|found| row(found.unwrap())).collect();
        rows.sort();
        rows
    }

    const DATA: &str = "<http://a> <http://p> <http://b> <http://g> .\n<http://a> <http://p> <http://b> <http://h> .
        <http://b> <http://p> _:c .\n_:c <http://q> \"1\" <http://g> .";

    #[test]
    fn the_default_graph_is_the_union_and_graphs_have_names() {
        assert_eq!(rows(DATA, "SELECT ?s { ?s <http://p> ?o }", &[]).len(), 2);
        assert_eq!(rows(DATA, "SELECT ?g { GRAPH ?g { ?s <http://p> ?o } }", &[]), ["<http://g>", "<http://h>"]);
        assert_eq!(rows(DATA, "SELECT ?o { GRAPH <http://g> { ?s <http://q> ?o } }", &[]), ["\"1\""]);
        assert_eq!(rows(DATA, "SELECT (pact:fold('A') AS ?f) {}", &[]), ["\"a\""]);
    }

    #[test]
    fn variables_are_bound_beforehand_blank_nodes_too() {
        let a = oxrdf::NamedNode::new_unchecked("http://a");
        let query =
            "SELECT ?this ?o { ?this <http://p> ?o { SELECT ?this (COUNT(*) AS ?n) { ?this ?p ?x } GROUP BY ?this } }";
        assert_eq!(rows(DATA, query, &[("this", a.into())]), ["<http://a> <http://b>"]);
        let data: Indexed = NQuadsParser::new().for_slice(DATA.as_bytes()).map(Result::unwrap).collect();
        let blank = data.rows().map(|row| data.term(row.object)).find(|term| term.is_blank_node()).unwrap().clone();
        let query = Query::parse("SELECT ?this ?o { ?this <http://q> ?o }", &Default::default()).unwrap();
        let found = Evaluator::default().evaluate(&query.into(), &[("this", blank)], data.view()).unwrap();
        let QueryResults::Solutions(found) = found else { panic!("no rows") };
        assert_eq!(found.count(), 1);
    }
}
