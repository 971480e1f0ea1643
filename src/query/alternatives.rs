//! Alternatives at the top of a path are a union (SPARQL 1.1, section 18.4: a solution that both give comes twice). The engine
//! gives each pair of ends once, which is right within `*`, `+` and `?` alone.

use oxrdf::BlankNode;
use spargebra::algebra::{GraphPattern, PropertyPathExpression as Path};
use spargebra::term::{TermPattern, TriplePattern};

/// Puts a union in the place of a path with alternatives; any other pattern stays.
pub(super) fn take_apart(pattern: &mut GraphPattern) {
    if let GraphPattern::Path { subject, path, object } = pattern
        && has_alternatives(path)
    {
        *pattern = apart(subject.clone(), path, object.clone());
    }
}

/// Whether alternatives decide how often a pair of ends comes.
fn has_alternatives(path: &Path) -> bool {
    match path {
        Path::Alternative(..) => true,
        Path::Reverse(path) => has_alternatives(path),
        Path::Sequence(a, b) => has_alternatives(a) || has_alternatives(b),
        _ => false,
    }
}

fn apart(subject: TermPattern, path: &Path, object: TermPattern) -> GraphPattern {
    match path {
        Path::Alternative(a, b) => GraphPattern::Union {
            left: Box::new(apart(subject.clone(), a, object.clone())),
            right: Box::new(apart(subject, b, object)),
        },
        Path::Reverse(path) => apart(object, path, subject),
        Path::Sequence(a, b) if has_alternatives(path) => {
            let middle = TermPattern::BlankNode(BlankNode::default());
            GraphPattern::Join {
                left: Box::new(apart(subject, a, middle.clone())),
                right: Box::new(apart(middle, b, object)),
            }
        }
        Path::NamedNode(predicate) => {
            let triple = TriplePattern { subject, predicate: predicate.clone().into(), object };
            GraphPattern::Bgp { patterns: vec![triple] }
        }
        _ => GraphPattern::Path { subject, path: path.clone(), object },
    }
}
