//! A query as another engine takes it: over the graphs that it is meant for, and told in a sentence where that engine cannot say it.

use oxrdf::NamedNode;
use spargebra::GraphUpdateOperation;
use spargebra::algebra::{Expression, GraphPattern, QueryDataset};

use super::algebra::canonical::{canonicalise, facts};
use super::algebra::parts::pattern_mut;
use super::engine::functions::FUNCTIONS;
use super::engine::{Dataset, DefaultGraph, Query};
use super::error::QueryError;
use super::plain::{without_dates, without_tags};
use super::union_graph::over_union;
use super::update::{Update, unnamed};
use crate::eval::{expressions, patterns};
use crate::store::{Remote, Scope};
use crate::vocab;

const LATERAL: &str = "it does not know LATERAL, which is no part of SPARQL 1.1";

/// The text of a query for an endpoint, and the default graph to ask for beside it, where the text names no dataset.
///
/// # Errors
/// [`QueryError::Elsewhere`] for what the engine there does not know; [`QueryError::Store`]
pub(super) fn text(
    query: &Query,
    dataset: &Dataset,
    default_graph: DefaultGraph,
    remote: &Remote,
) -> Result<(String, Option<Scope>), QueryError> {
    let mut algebra = query.algebra().clone();
    if !remote.knows_own_functions() {
        if !query.facts().functions.is_empty() {
            without_dates(pattern_mut(&mut algebra));
        }
        if query.facts().tags {
            without_tags(pattern_mut(&mut algebra));
        }
    }
    if let Some(reason) = unknown(&mut algebra, remote) {
        return Err(QueryError::Elsewhere { engine: remote.engine(), reason });
    }
    if dataset.is_given() {
        *dataset_mut(&mut algebra) = Some(named(dataset));
    }
    if algebra.dataset().is_some() {
        return Ok((algebra.to_string(), None));
    }
    if default_graph == DefaultGraph::Empty {
        return Ok((algebra.to_string(), Some(Scope::Unnamed)));
    }
    if !remote.has_union()? {
        let widened = over_union(pattern_mut(&mut algebra));
        widened.map_err(|reason| QueryError::Elsewhere { engine: remote.engine(), reason: reason.to_owned() })?;
    } else if remote.repeats_triples() && repeats_matter(&algebra) {
        let mut widened = algebra.clone();
        // Ends of paths of any length come once as they are.
        if over_union(pattern_mut(&mut widened)).is_ok() {
            return Ok((widened.to_string(), Some(Scope::Unnamed)));
        }
    }
    Ok((algebra.to_string(), Some(Scope::Union)))
}

/// Whether it makes a difference that a triple which stands in several graphs is found in each of them: it does not where each row
/// is given once, and none is counted.
fn repeats_matter(query: &spargebra::Query) -> bool {
    use GraphPattern as P;
    fn is_distinct(pattern: &P) -> bool {
        match pattern {
            P::Distinct { .. } | P::Reduced { .. } => true,
            P::Slice { inner, .. } => is_distinct(inner),
            _ => false,
        }
    }
    fn counts(pattern: &P) -> bool {
        matches!(pattern, P::Group { .. }) || patterns(pattern).into_iter().any(counts)
    }
    match query {
        spargebra::Query::Select { pattern, .. } => !is_distinct(pattern) || counts(pattern),
        spargebra::Query::Construct { pattern, .. }
        | spargebra::Query::Describe { pattern, .. }
        | spargebra::Query::Ask { pattern, .. } => counts(pattern),
    }
}

/// The text of an update for an endpoint, and the default graph to ask for beside it.
///
/// # Errors
/// As [`text`]; [`QueryError::DatasetTwice`]
pub(super) fn update_text(
    update: &Update,
    dataset: &Dataset,
    default_graph: DefaultGraph,
    remote: &Remote,
) -> Result<(String, Option<Scope>), QueryError> {
    if let Some(spelled_out) = unnamed::spelled_out(update.algebra()) {
        return Ok((spelled_out.to_string(), Some(Scope::Unnamed)));
    }
    let mut algebra = update.algebra().clone();
    if !remote.knows_own_functions() {
        for operation in &mut algebra.operations {
            if let GraphUpdateOperation::DeleteInsert { pattern, .. } = operation {
                without_dates(pattern);
                without_tags(pattern);
            }
        }
    }
    let functions = facts(&mut algebra.clone()).functions;
    let refuse = |reason: String| Err(QueryError::Elsewhere { engine: remote.engine(), reason });
    if let Some(reason) = unknown_function(&functions, remote) {
        return refuse(reason);
    }
    let is_widened = default_graph == DefaultGraph::Union && !remote.has_union()?;
    for operation in &mut algebra.operations {
        if let GraphUpdateOperation::Drop { silent, .. } = operation {
            *silent |= remote.drops_created_graphs_only();
        }
        let GraphUpdateOperation::DeleteInsert { using, pattern, .. } = operation else { continue };
        if has_lateral(pattern) && !remote.knows_lateral() {
            return refuse(LATERAL.to_owned());
        }
        if dataset.is_given() {
            if using.replace(named(dataset)).is_some() {
                return Err(QueryError::DatasetTwice);
            }
        } else if using.is_none()
            && is_widened
            && let Err(reason) = over_union(pattern)
        {
            return refuse(reason.to_owned());
        }
    }
    let scope = if default_graph == DefaultGraph::Union { Scope::Union } else { Scope::Unnamed };
    Ok((algebra.to_string(), (!dataset.is_given()).then_some(scope)))
}

/// The graphs that a request names, as a query does by FROM.
fn named(dataset: &Dataset) -> QueryDataset {
    QueryDataset { default: dataset.default.clone(), named: Some(dataset.named.clone()) }
}

fn dataset_mut(query: &mut spargebra::Query) -> &mut Option<QueryDataset> {
    use spargebra::Query as Q;
    let (Q::Select { dataset, .. }
    | Q::Construct { dataset, .. }
    | Q::Describe { dataset, .. }
    | Q::Ask { dataset, .. }) = query;
    dataset
}

/// What in a query the engine does not know.
fn unknown(query: &mut spargebra::Query, remote: &Remote) -> Option<String> {
    let functions = canonicalise(&mut query.clone(), None).functions;
    let is_unknown = !remote.knows_lateral() && has_lateral(pattern_mut(query));
    unknown_function(&functions, remote).or_else(|| is_unknown.then(|| LATERAL.to_owned()))
}

/// What is said of a function that only servers of this program know.
fn unknown_function(functions: &[NamedNode], remote: &Remote) -> Option<String> {
    let own = |function: &NamedNode| {
        function.as_str().strip_prefix(vocab::NS).filter(|name| FUNCTIONS.contains(name)).map(str::to_owned)
    };
    let name = functions.iter().find_map(own).filter(|_| !remote.knows_own_functions())?;
    Some(format!("it does not know the function pact:{name}, which is of this program"))
}

/// Whether a pattern has LATERAL in it, in an EXISTS too.
fn has_lateral(pattern: &GraphPattern) -> bool {
    let in_expression = |expression: &Expression| {
        let mut open = vec![expression];
        while let Some(expression) = open.pop() {
            if matches!(expression, Expression::Exists(inner) if has_lateral(inner)) {
                return true;
            }
            open.extend(super::children(expression));
        }
        false
    };
    matches!(pattern, GraphPattern::Lateral { .. })
        || expressions(pattern).into_iter().any(in_expression)
        || patterns(pattern).into_iter().any(has_lateral)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_come_twice_matter_where_they_are_counted_or_shown() {
        let matter = |text: &str| repeats_matter(&spargebra::SparqlParser::new().parse_query(text).unwrap());
        for text in [
            "SELECT ?s { ?s ?p ?o }",
            "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
            "SELECT DISTINCT ?n { { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } }",
            "ASK { { SELECT (SUM(?o) AS ?n) { ?s ?p ?o } } FILTER(?n > 1) }",
        ] {
            assert!(matter(text), "{text}");
        }
        for text in
            ["SELECT DISTINCT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 3", "ASK { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }"]
        {
            assert!(!matter(text), "{text}");
        }
    }

    #[test]
    fn lateral_is_found_wherever_it_is() {
        let has = |text: &str| has_lateral(pattern_mut(&mut spargebra::SparqlParser::new().parse_query(text).unwrap()));
        assert!(has("ASK { ?s ?p ?o LATERAL { SELECT ?x { ?s ?q ?x } LIMIT 1 } }"));
        assert!(has("ASK { ?s ?p ?o FILTER(?o = 1 || !EXISTS { ?o ?r ?t LATERAL { ?t ?u ?v } }) }"));
        assert!(!has("ASK { ?s ?p ?o FILTER(EXISTS { ?o ?r ?t }) OPTIONAL { ?s ?p ?x } }"));
    }
}
