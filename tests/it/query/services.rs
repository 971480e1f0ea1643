//! SERVICE: who is asked, how often, and what becomes of the answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use citypact::query::{Engine, Limit, Limits, QueryError};
use oxigraph::sparql::{DefaultServiceHandler, QuerySolution, QuerySolutionIter};
use oxiri::Iri;
use oxrdf::{Literal, NamedNode, Term, Variable};
use spargebra::algebra::GraphPattern;

use super::{chain, node, number, parse};

/// `<http://x/e1>` answers rows of ?a and ?m, some of them without ?m; others do not answer.
struct Endpoint {
    asked: Arc<AtomicUsize>,
    rows: usize,
}

impl DefaultServiceHandler for Endpoint {
    type Error = std::io::Error;

    fn handle(
        &self,
        name: &NamedNode,
        _: &GraphPattern,
        _: Option<&Iri<String>>,
    ) -> Result<QuerySolutionIter<'static>, std::io::Error> {
        self.asked.fetch_add(1, Relaxed);
        if *name != node("e1") {
            return Err(std::io::Error::other("nobody is at home"));
        }
        let variables: Arc<[Variable]> = Arc::new([Variable::new_unchecked("a"), Variable::new_unchecked("m")]);
        let names = variables.clone();
        let row = move |i: usize| {
            let number = i.is_multiple_of(2).then(|| Literal::from(i64::try_from(i).unwrap()).into());
            let row: Vec<Option<Term>> = vec![Some(node(format_args!("s{i}")).into()), number];
            Ok(QuerySolution::from((names.clone(), row)))
        };
        Ok(QuerySolutionIter::new(variables, (0..self.rows).map(row)))
    }
}

/// The number that a query of ten subjects gives, and how often somebody was asked.
fn count(rows: usize, pattern: &str, memory: Option<u64>) -> (Result<i64, QueryError>, usize) {
    let asked = Arc::new(AtomicUsize::new(0));
    let engine = Engine::new().with_services(Endpoint { asked: asked.clone(), rows });
    let query = parse(&format!("SELECT (COUNT(*) AS ?n) {{ {pattern} }}")).unwrap();
    let limits = Limits { memory, ..Limits::within(Duration::from_secs(60)) };
    let answer = engine.answer(&chain(10), &query, &limits).map(|answer| number(&answer));
    (answer, asked.load(Relaxed))
}

#[test]
fn each_endpoint_is_asked_once_and_its_answer_joined() {
    for (pattern, expected, times) in [
        ("SERVICE x:e1 { ?a x:m ?m }", 20, 1),
        ("?a x:type ?t SERVICE x:e1 { ?a x:m ?m }", 10, 1),
        // An unbound ?m goes with any.
        ("?a x:n ?m SERVICE x:e1 { ?a x:m ?m }", 6, 1),
        ("?a x:n ?b OPTIONAL { SERVICE x:e1 { ?a x:m ?m } FILTER(?m < 5) }", 10, 1),
        ("?a x:n ?b MINUS { SERVICE x:e1 { ?a x:m ?m } }", 0, 1),
        ("?c x:n ?b FILTER EXISTS { SERVICE x:e1 { ?a x:m ?b } }", 10, 1),
        ("GRAPH ?g { SERVICE x:e1 { ?a x:m ?m } ?a x:n ?b }", 10, 1),
        ("SERVICE ?e { ?a x:m ?m } VALUES ?e { x:e1 }", 20, 1),
        ("VALUES ?e { x:e1 x:e2 x:e1 } SERVICE SILENT ?e { ?a x:m ?m }", 41, 2),
        ("VALUES ?e { x:e1 } OPTIONAL { SERVICE ?e { ?a x:m ?m } }", 20, 1),
        ("SERVICE SILENT x:e2 { ?a x:m ?m }", 1, 1),
        ("SERVICE SILENT ?nobody { ?a x:m ?m }", 1, 0),
        ("?a x:none ?b SERVICE ?b { ?a x:m ?m }", 0, 0),
    ] {
        let (found, asked) = count(20, pattern, None);
        assert_eq!((found.unwrap(), asked), (expected, times), "{pattern}");
    }
}

#[test]
fn an_endpoint_that_fails_or_is_none_ends_the_query() {
    for pattern in
        ["SERVICE x:e2 { ?a x:m ?m }", "SERVICE ?nobody { ?a x:m ?m }", "VALUES ?e { 1 } SERVICE ?e { ?a ?b ?c }"]
    {
        let (found, _) = count(20, pattern, None);
        assert!(matches!(found, Err(QueryError::Evaluation(_))), "{pattern}: {found:?}");
    }
    let query = parse("ASK { SERVICE x:e1 { ?a ?b ?c } }").unwrap();
    let refused = Engine::new().answer(&chain(1), &query, &Limits::default());
    assert!(refused.unwrap_err().hint().unwrap().contains("SERVICE is off"));
}

#[test]
fn an_answer_is_held_within_the_memory() {
    let (found, _) = count(200_000, "SERVICE x:e1 { ?a x:m ?m }", Some(1 << 20));
    assert!(matches!(found, Err(QueryError::Limit(Limit::Memory(_)))), "{found:?}");
}
