//! The variables of patterns: which there are, and others in their place.

use std::collections::{BTreeMap, BTreeSet};

use oxrdf::Variable;
use spargebra::algebra::GraphPattern as P;
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};

fn of_term(term: &TermPattern) -> Option<Variable> {
    match term {
        TermPattern::Variable(name) => Some(name.clone()),
        _ => None,
    }
}

pub(super) fn of_triple(triple: &TriplePattern) -> BTreeSet<Variable> {
    let predicate = match &triple.predicate {
        NamedNodePattern::Variable(name) => Some(name.clone()),
        NamedNodePattern::NamedNode(_) => None,
    };
    [of_term(&triple.subject), predicate, of_term(&triple.object)].into_iter().flatten().collect()
}

/// The variables of a pattern that joins only.
pub(super) fn of_pattern(pattern: &P) -> BTreeSet<Variable> {
    match pattern {
        P::Bgp { patterns } => patterns.iter().flat_map(of_triple).collect(),
        P::Path { subject, object, .. } => [of_term(subject), of_term(object)].into_iter().flatten().collect(),
        P::Values { variables, .. } => variables.iter().cloned().collect(),
        P::Graph { name, inner } => {
            let mut found = of_pattern(inner);
            if let NamedNodePattern::Variable(name) = name {
                found.insert(name.clone());
            }
            found
        }
        _ => BTreeSet::new(),
    }
}

/// Names in the place of others.
pub(super) type Names = BTreeMap<Variable, Variable>;

fn renamed_term(term: TermPattern, names: &Names) -> TermPattern {
    match term {
        TermPattern::Variable(name) => names.get(&name).cloned().unwrap_or(name).into(),
        other => other,
    }
}

pub(super) fn renamed_name(name: NamedNodePattern, names: &Names) -> NamedNodePattern {
    match name {
        NamedNodePattern::Variable(name) => names.get(&name).cloned().unwrap_or(name).into(),
        other => other,
    }
}

pub(super) fn renamed_triple(triple: TriplePattern, names: &Names) -> TriplePattern {
    TriplePattern {
        subject: renamed_term(triple.subject, names),
        predicate: renamed_name(triple.predicate, names),
        object: renamed_term(triple.object, names),
    }
}

/// Of a pattern that joins only.
pub(super) fn renamed_pattern(pattern: P, names: &Names) -> P {
    match pattern {
        P::Bgp { patterns } => {
            P::Bgp { patterns: patterns.into_iter().map(|triple| renamed_triple(triple, names)).collect() }
        }
        P::Path { subject, path, object } => {
            P::Path { subject: renamed_term(subject, names), path, object: renamed_term(object, names) }
        }
        P::Values { variables, bindings } => {
            let rename = |name: Variable| names.get(&name).cloned().unwrap_or(name);
            P::Values { variables: variables.into_iter().map(rename).collect(), bindings }
        }
        P::Graph { name, inner } => {
            P::Graph { name: renamed_name(name, names), inner: Box::new(renamed_pattern(*inner, names)) }
        }
        other => other,
    }
}
