//! Parts of a query that an evaluation begins with: its pattern, its columns.

use std::sync::Arc;

use oxrdf::Variable;
use spargebra::algebra::GraphPattern;

/// The pattern of a query.
pub(in crate::query) fn pattern_mut(query: &mut spargebra::Query) -> &mut GraphPattern {
    match query {
        spargebra::Query::Select { pattern, .. }
        | spargebra::Query::Construct { pattern, .. }
        | spargebra::Query::Describe { pattern, .. }
        | spargebra::Query::Ask { pattern, .. } => pattern,
    }
}

/// The variables that a SELECT shows, or whose values a DESCRIBE describes.
pub(in crate::query) fn columns(query: &spargebra::Query) -> Arc<[Variable]> {
    let (spargebra::Query::Select { pattern, .. } | spargebra::Query::Describe { pattern, .. }) = query else {
        return Arc::new([]);
    };
    let mut pattern = pattern;
    loop {
        match pattern {
            GraphPattern::Slice { inner, .. } | GraphPattern::Distinct { inner } | GraphPattern::Reduced { inner } => {
                pattern = inner
            }
            GraphPattern::Project { variables, .. } => return variables.clone().into(),
            _ => return Arc::new([]),
        }
    }
}
