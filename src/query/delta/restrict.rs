//! A pattern for some of its solutions alone: those that bind some variables to terms that are given.

use oxrdf::Variable;
use spargebra::algebra::GraphPattern as P;
use spargebra::term::{NamedNodePattern, TermPattern};

/// Whether the solutions of a pattern bind a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Binds {
    Always,
    Never,
    Perhaps,
}

/// Whether every solution binds a variable, in every branch of a union that binds it at all.
pub(super) fn always_binds(pattern: &P, variable: &Variable) -> bool {
    matches!(restrict(pattern, std::slice::from_ref(variable)), Ok(Some(_)))
}

/// The solutions that are given for these variables, joined with a pattern.
pub(super) fn seeded(variables: &[Variable], pattern: P) -> P {
    let given = P::Values { variables: variables.to_vec(), bindings: Vec::new() };
    P::Join { left: Box::new(given), right: Box::new(pattern) }
}

/// Why a pattern cannot be restricted: a variable may be bound or not, or is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unfit;

/// The pattern whose solutions are those that bind the variables as is given; none where no solution binds all of them.
pub(super) fn restrict(pattern: &P, anchors: &[Variable]) -> Result<Option<P>, Unfit> {
    let boxed = |pattern: &P| restrict(pattern, anchors).map(|restricted| restricted.map(Box::new));
    let all = |pattern: &P, wanted: Binds| anchors.iter().all(|anchor| binds(pattern, anchor) == wanted);
    if let P::Union { left, right } = pattern {
        return Ok(match (boxed(left)?, boxed(right)?) {
            (Some(left), Some(right)) => Some(P::Union { left, right }),
            (Some(one), None) | (None, Some(one)) => Some(*one),
            (None, None) => None,
        });
    }
    if anchors.iter().any(|anchor| binds(pattern, anchor) == Binds::Never) {
        return Ok(None);
    }
    Ok(match pattern {
        P::Join { left, right } if all(left, Binds::Always) => {
            boxed(left)?.map(|left| P::Join { left, right: right.clone() })
        }
        // Where the anchors stand in unions of one side, that side alone is asked for them.
        P::Join { left, right } if all(right, Binds::Never) => {
            boxed(left)?.map(|left| P::Join { left, right: right.clone() })
        }
        P::Join { left, right } if all(right, Binds::Always) || all(left, Binds::Never) => {
            boxed(right)?.map(|right| P::Join { left: left.clone(), right })
        }
        P::Filter { expr, inner } => boxed(inner)?.map(|inner| P::Filter { expr: expr.clone(), inner }),
        P::Extend { inner, variable, expression } if !anchors.contains(variable) => {
            boxed(inner)?.map(|inner| P::Extend { inner, variable: variable.clone(), expression: expression.clone() })
        }
        P::LeftJoin { left, right, expression } => {
            // What the right side alone binds may be bound or not.
            let left = boxed(left)?.ok_or(Unfit)?;
            Some(P::LeftJoin { left, right: right.clone(), expression: expression.clone() })
        }
        P::Minus { left, right } => boxed(left)?.map(|left| P::Minus { left, right: right.clone() }),
        P::Project { inner, variables } => {
            boxed(inner)?.map(|inner| P::Project { inner, variables: variables.clone() })
        }
        P::Group { inner, variables, aggregates } => {
            boxed(inner)?.map(|inner| P::Group { inner, variables: variables.clone(), aggregates: aggregates.clone() })
        }
        P::Distinct { inner } => boxed(inner)?.map(|inner| P::Distinct { inner }),
        P::Reduced { inner } => boxed(inner)?.map(|inner| P::Reduced { inner }),
        P::OrderBy { inner, expression } => {
            boxed(inner)?.map(|inner| P::OrderBy { inner, expression: expression.clone() })
        }
        other if all(other, Binds::Always) => Some(seeded(anchors, other.clone())),
        _ => return Err(Unfit),
    })
}

fn binds(pattern: &P, variable: &Variable) -> Binds {
    use Binds::{Always, Never, Perhaps};
    let is = |term: &TermPattern| matches!(term, TermPattern::Variable(name) if name == variable);
    let is_name = |name: &NamedNodePattern| matches!(name, NamedNodePattern::Variable(name) if name == variable);
    let always_if = |yes: bool| if yes { Always } else { Never };
    match pattern {
        P::Bgp { patterns } => always_if(
            patterns.iter().any(|triple| is(&triple.subject) || is_name(&triple.predicate) || is(&triple.object)),
        ),
        P::Path { subject, object, .. } => always_if(is(subject) || is(object)),
        P::Values { variables, bindings } => match variables.iter().position(|name| name == variable) {
            None => Never,
            Some(at) if bindings.iter().all(|row| row[at].is_some()) => Always,
            Some(_) => Perhaps,
        },
        P::Graph { name, inner } => {
            if is_name(name) {
                Always
            } else {
                binds(inner, variable)
            }
        }
        P::Join { left, right } | P::Lateral { left, right } => match (binds(left, variable), binds(right, variable)) {
            (Always, _) | (_, Always) => Always,
            (Never, Never) => Never,
            _ => Perhaps,
        },
        P::Union { left, right } => {
            let (left, right) = (binds(left, variable), binds(right, variable));
            if left == right { left } else { Perhaps }
        }
        P::LeftJoin { left, right, .. } => match (binds(left, variable), binds(right, variable)) {
            (Always, _) => Always,
            (Never, Never) => Never,
            _ => Perhaps,
        },
        P::Minus { left: inner, .. }
        | P::Filter { inner, .. }
        | P::Distinct { inner }
        | P::Reduced { inner }
        | P::OrderBy { inner, .. }
        | P::Slice { inner, .. } => binds(inner, variable),
        P::Extend { inner, variable: made, .. } => {
            if made == variable {
                Perhaps
            } else {
                binds(inner, variable)
            }
        }
        P::Project { inner, variables } => {
            if variables.contains(variable) {
                binds(inner, variable)
            } else {
                Never
            }
        }
        P::Group { inner, variables, aggregates } => {
            if aggregates.iter().any(|(made, _)| made == variable) {
                Perhaps
            } else if variables.contains(variable) {
                binds(inner, variable)
            } else {
                Never
            }
        }
        P::Service { .. } => Perhaps,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, anchors: &[&str]) -> Result<Option<String>, Unfit> {
        let query = spargebra::SparqlParser::new().parse_query(&text.replace('<', "<http://e/")).unwrap();
        let spargebra::Query::Select { pattern, .. } = query else { panic!("no rows") };
        let anchors: Vec<Variable> = anchors.iter().map(|name| Variable::new_unchecked(*name)).collect();
        restrict(&pattern, &anchors).map(|restricted| restricted.map(|pattern| pattern.to_string()))
    }

    #[test]
    fn what_is_given_is_joined_where_the_anchors_are_bound() {
        for (text, anchors, count) in [
            ("SELECT ?a { ?a <p> ?b OPTIONAL { ?b <q> ?c } FILTER NOT EXISTS { ?a <r> ?d } }", &["a"][..], 1),
            ("SELECT ?a { { ?a <p> ?b } UNION { ?a <q> ?c } }", &["a"], 2),
            ("SELECT ?a { { ?a <p> ?b } UNION { ?x <q> ?c } }", &["a"], 1),
            ("SELECT ?a { { SELECT ?b (SUM(?x) AS ?s) { ?b <p> ?x } GROUP BY ?b } ?b <q> ?a }", &["a"], 1),
            ("SELECT ?a ?s { SELECT ?a (SUM(?x) AS ?s) { ?a <p> ?x } GROUP BY ?a }", &["a"], 1),
            ("SELECT ?a ?b { BIND(1 AS ?x) { ?a <p> ?b } UNION { ?b <q> ?a } }", &["a", "b"], 2),
        ] {
            let restricted = told(text, anchors).unwrap().unwrap();
            assert_eq!(restricted.matches("VALUES").count(), count, "{restricted}");
        }
    }

    #[test]
    fn what_may_be_bound_or_is_computed_cannot_be_given() {
        for text in [
            "SELECT ?a { ?b <p> ?c OPTIONAL { ?c <q> ?a } }",
            "SELECT ?a { ?b <p> ?c BIND(IRI(CONCAT(STR(?c), 'x')) AS ?a) }",
            "SELECT ?a { SELECT (SAMPLE(?b) AS ?a) { ?b <p> ?c } GROUP BY ?c }",
        ] {
            assert_eq!(told(text, &["a"]), Err(Unfit), "{text}");
        }
        assert_eq!(told("SELECT ?b { ?b <p> ?c }", &["a"]), Ok(None));
    }
}
