//! A parsed query, what is known of it before it is evaluated, and its key for caches.

use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use crate::query::algebra::canonical::{QueryFacts, canonicalise};
use crate::query::error::QueryError;
use crate::query::syntax::options::ParseOptions;
use crate::query::syntax::parse;

/// A parsed query.
#[derive(Debug, Clone)]
pub struct Query(Arc<Parsed>);

#[derive(Debug)]
struct Parsed {
    algebra: spargebra::Query,
    facts: QueryFacts,
    key: OnceLock<Arc<str>>,
}

/// What a query gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// `SELECT`: rows.
    Select,
    /// `ASK`: yes or no.
    Ask,
    /// `CONSTRUCT`: triples.
    Construct,
    /// `DESCRIBE`: triples.
    Describe,
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// [`QueryError::Syntax`] if it is none, or larger than the options allow.
    pub fn parse(text: &str, options: &ParseOptions) -> Result<Self, QueryError> {
        let (algebra, facts) = parse::query(text, options)?;
        Ok(Self::of(algebra, facts))
    }

    fn of(algebra: spargebra::Query, facts: QueryFacts) -> Self {
        Self(Arc::new(Parsed { algebra, facts, key: OnceLock::new() }))
    }

    /// The query's algebra.
    pub fn algebra(&self) -> &spargebra::Query {
        &self.0.algebra
    }

    /// A text that two readings of one query share and two queries that differ do not: the algebra, in which what has no name
    /// in the query has the same names each time. Results are cached by it.
    pub fn key(&self) -> &Arc<str> {
        self.0.key.get_or_init(|| self.0.algebra.to_string().into())
    }

    /// Whether two evaluations over the same data give the same: nothing in it asks for the time, for chance or for new blank
    /// nodes (SPARQL 1.2 Query, 17.4), and nothing asks other servers.
    pub fn is_deterministic(&self) -> bool {
        !self.0.facts.volatile && !self.0.facts.services
    }

    /// What in it asks other servers (SERVICE), if anything does.
    pub fn asks_others(&self) -> Option<&'static str> {
        self.0.facts.services.then_some("SERVICE")
    }

    pub(in crate::query) fn facts(&self) -> &QueryFacts {
        &self.0.facts
    }

    /// What it gives.
    pub fn form(&self) -> Form {
        match self.0.algebra {
            spargebra::Query::Select { .. } => Form::Select,
            spargebra::Query::Ask { .. } => Form::Ask,
            spargebra::Query::Construct { .. } => Form::Construct,
            spargebra::Query::Describe { .. } => Form::Describe,
        }
    }
}

impl PartialEq for Query {
    fn eq(&self, other: &Self) -> bool {
        self.0.algebra == other.0.algebra
    }
}

impl Eq for Query {}

impl Hash for Query {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.algebra.hash(state);
    }
}

impl From<spargebra::Query> for Query {
    fn from(mut algebra: spargebra::Query) -> Self {
        let facts = canonicalise(&mut algebra, None);
        Self::of(algebra, facts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Query {
        Query::parse(text, &ParseOptions::default()).unwrap()
    }

    fn key(text: &str) -> Arc<str> {
        parsed(text).key().clone()
    }

    #[test]
    fn what_hangs_on_time_chance_or_others_is_not_deterministic() {
        for volatile in [
            "SELECT (NOW() AS ?now) {}",
            "SELECT * { ?s ?p ?o FILTER(RAND() < 0.5) }",
            "SELECT * { ?s ?p ?o OPTIONAL { ?o ?q ?r BIND(UUID() AS ?id) } }",
            "SELECT * { ?s ?p ?o FILTER EXISTS { BIND(STRUUID() AS ?id) } }",
            "SELECT (COUNT(BNODE()) AS ?n) { ?s ?p ?o }",
            "SELECT * { ?s ?p ?o } ORDER BY RAND()",
            "SELECT * { SERVICE <http://e/> { ?s ?p ?o } }",
        ] {
            assert!(!parsed(volatile).is_deterministic(), "{volatile}");
        }
        for deterministic in
            ["SELECT * { ?s ?p 'NOW() SERVICE RAND()' }", "ASK { ?s ?p ?o FILTER(STRLEN(STR(?s)) > 1) }"]
        {
            assert!(parsed(deterministic).is_deterministic(), "{deterministic}");
        }
    }

    #[test]
    fn two_readings_of_a_query_are_one() {
        for text in [
            "SELECT ?p (COUNT(*) AS ?n) (SUM(?o) AS ?m) { ?s ?p ?o } GROUP BY ?p HAVING(AVG(?o) > 1)",
            "SELECT * { [ ?p [ <http://x/?q> '?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\\\" _:b' ] ] }",
            "SELECT * { ?s <http://a>/<http://b> ?o . _:x ?y (1 2) }",
        ] {
            assert_eq!(key(text), key(&format!("{text} # again")));
        }
    }

    #[test]
    fn queries_that_differ_stay_different() {
        let long = |letter: &str| letter.repeat(32);
        let all = [
            format!("SELECT ?{} {{ ?s ?p ?{} }}", long("a"), long("a")),
            format!("SELECT ?{} {{ ?s ?p ?{} }}", long("b"), long("b")),
            format!("SELECT ?x {{ ?s ?p '?{}' }}", long("a")),
            format!("SELECT ?x {{ ?s ?p '?{}' }}", long("b")),
            "SELECT (COUNT(?s) AS ?n) (SUM(?o) AS ?m) { ?s ?p ?o }".into(),
            "SELECT (COUNT(?s) AS ?m) (SUM(?o) AS ?n) { ?s ?p ?o }".into(),
            "SELECT (COUNT(?s) AS ?n) (COUNT(?s) AS ?m) { ?s ?p ?o }".into(),
        ];
        let distinct: std::collections::HashSet<_> = all.iter().map(|text| key(text)).collect();
        assert_eq!(distinct.len(), all.len());
    }
}
