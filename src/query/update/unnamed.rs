//! COPY, MOVE and ADD from DEFAULT: the unnamed graph itself (SPARQL 1.1 Update §3.2.3 to §3.2.5), whatever the default graph
//! of queries is. The parser makes of them a pattern over the default graph, which may be the union of all; so the text names
//! the source by an IRI of our own before it is parsed.

use oxrdf::NamedNode;
use spargebra::algebra::{GraphPattern, GraphTarget};
use spargebra::term::NamedNodePattern;

/// The name of the unnamed graph as a source.
pub(in crate::query) const SOURCE: &str = "urn:x-citypact:unnamed-graph";

/// The pattern over the unnamed graph, where one is such.
pub(super) fn of_source(pattern: &GraphPattern) -> Option<&GraphPattern> {
    match pattern {
        GraphPattern::Graph { name: NamedNodePattern::NamedNode(name), inner } if is_source(name) => Some(inner),
        _ => None,
    }
}

/// What a target means.
pub(super) fn target(target: &GraphTarget) -> &GraphTarget {
    match target {
        GraphTarget::NamedNode(name) if is_source(name) => &GraphTarget::DefaultGraph,
        other => other,
    }
}

fn is_source(name: &NamedNode) -> bool {
    name.as_str() == SOURCE
}

/// For an endpoint: an update in SPARQL's own words, if it has such a source: to be evaluated where the default graph is the unnamed one.
#[cfg(feature = "client")]
pub(in crate::query) fn spelled_out(update: &spargebra::Update) -> Option<spargebra::Update> {
    use spargebra::GraphUpdateOperation;

    let mut update = update.clone();
    let mut has_source = false;
    for operation in &mut update.operations {
        match operation {
            GraphUpdateOperation::DeleteInsert { pattern, .. } => {
                if let Some(inner) = of_source(pattern).cloned() {
                    **pattern = inner;
                    has_source = true;
                }
            }
            GraphUpdateOperation::Drop { graph, .. } => *graph = target(graph).clone(),
            _ => {}
        }
    }
    has_source.then_some(update)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_of_the_unnamed_graph_is_taken_for_it() {
        let pattern = |graph: &str| {
            let text = format!("ASK {{ GRAPH {graph} {{ ?s ?p ?o }} }}");
            let query = spargebra::SparqlParser::new().parse_query(&text).unwrap();
            // The parser puts a projection around the whole.
            match query {
                spargebra::Query::Ask { pattern: GraphPattern::Project { inner, .. }, .. } => *inner,
                other => panic!("{other:?}"),
            }
        };
        let own = pattern(&format!("<{SOURCE}>"));
        assert!(matches!(of_source(&own), Some(GraphPattern::Bgp { patterns }) if patterns.len() == 1));
        assert_eq!((of_source(&pattern("<http://e/g>")), of_source(&pattern("?g"))), (None, None));
        let named = |name: &str| GraphTarget::NamedNode(NamedNode::new_unchecked(name));
        assert_eq!(*target(&named(SOURCE)), GraphTarget::DefaultGraph);
        for other in [named("http://e/g"), GraphTarget::AllGraphs, GraphTarget::NamedGraphs] {
            assert_eq!(*target(&other), other);
        }
    }

    #[cfg(feature = "client")]
    #[test]
    fn other_engines_are_told_of_it_in_words_of_their_own() {
        let spelled = |text: &str| {
            let update = spargebra::SparqlParser::new().parse_update(text).unwrap();
            spelled_out(&update).map(|update| update.to_string())
        };
        let moved = spelled(&format!("MOVE <{SOURCE}> TO <http://e/g>")).unwrap();
        assert!(!moved.contains(SOURCE) && moved.contains("DROP DEFAULT"), "{moved}");
        assert_eq!(spelled("MOVE <http://e/f> TO <http://e/g>"), None);
    }
}
