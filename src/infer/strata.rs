//! Which rules run before which: what a rule denies must be complete before it runs.

use std::collections::BTreeSet;

use oxrdf::NamedNode;
use spargebra::algebra::{GraphPattern, PropertyPathExpression};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};

use super::rule::{Manner, Rule, RuleError, each};
use crate::vocab::rdf;

/// What facts are about, as far as rules tell it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    /// Of any property.
    Any,
    /// Of a property.
    Of(NamedNode),
    /// That something is of a class.
    Class(NamedNode),
}

impl Sort {
    fn of(triple: &TriplePattern) -> Self {
        match (&triple.predicate, &triple.object) {
            (NamedNodePattern::Variable(_), _) => Self::Any,
            (NamedNodePattern::NamedNode(property), TermPattern::NamedNode(class)) if *property == rdf::type_ => {
                Self::Class(class.clone())
            }
            (NamedNodePattern::NamedNode(property), _) => Self::Of(property.clone()),
        }
    }

    /// Whether a fact may be of both sorts.
    fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => true,
            (Self::Of(property), Self::Class(_)) | (Self::Class(_), Self::Of(property)) => *property == rdf::type_,
            (one, other) => one == other,
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Any => "facts of any property".to_owned(),
            Self::Of(property) => property.to_string(),
            Self::Class(class) => format!("that something is a {class}"),
        }
    }
}

/// What a rule reads of all facts, what it denies of them, what it derives.
#[derive(Debug, Clone, Default)]
pub(super) struct Sorts {
    pub(super) reads: BTreeSet<Sort>,
    pub(super) denies: BTreeSet<Sort>,
    pub(super) derives: BTreeSet<Sort>,
}

impl Sorts {
    pub(super) fn of(rule: &Rule) -> Self {
        let mut sorts = Self { derives: rule.template.iter().map(Sort::of).collect(), ..Self::default() };
        each(&rule.pattern, Manner { denied: false, stated: false }, &mut |part, manner| {
            let found: Vec<Sort> = match part {
                GraphPattern::Bgp { patterns } => patterns.iter().map(Sort::of).collect(),
                GraphPattern::Path { path, .. } => of_path(path),
                _ => Vec::new(),
            };
            if !manner.stated {
                let into = if manner.denied { &mut sorts.denies } else { &mut sorts.reads };
                into.extend(found);
            }
        });
        sorts
    }

    /// Whether new facts of these sorts may give the rule something new.
    pub(super) fn reads_any_of(&self, new: &BTreeSet<Sort>) -> bool {
        self.reads.union(&self.denies).any(|read| new.iter().any(|new| read.meets(new)))
    }
}

fn of_path(path: &PropertyPathExpression) -> Vec<Sort> {
    use PropertyPathExpression as P;
    match path {
        P::NamedNode(property) => vec![Sort::Of(property.clone())],
        P::Reverse(path) | P::ZeroOrMore(path) | P::OneOrMore(path) | P::ZeroOrOne(path) => of_path(path),
        P::Sequence(one, other) | P::Alternative(one, other) => [of_path(one), of_path(other)].concat(),
        P::NegatedPropertySet(_) => vec![Sort::Any],
    }
}

/// The rules by stratum, those without anything below them first.
pub(super) fn strata(rules: &[Rule]) -> Result<Vec<Vec<usize>>, RuleError> {
    let sorts: Vec<Sorts> = rules.iter().map(Sorts::of).collect();
    let mut level = vec![0_usize; rules.len()];
    let mut changed = true;
    while changed {
        changed = false;
        for (rule, own) in sorts.iter().enumerate() {
            for (other, theirs) in sorts.iter().enumerate() {
                let meets =
                    |sorts: &BTreeSet<Sort>| sorts.iter().any(|sort| theirs.derives.iter().any(|new| sort.meets(new)));
                let least = match (meets(&own.denies), meets(&own.reads)) {
                    (true, _) => level[other] + 1,
                    (false, true) => level[other],
                    (false, false) => 0,
                };
                if level[rule] < least {
                    level[rule] = least;
                    changed = true;
                }
            }
            if level[rule] > rules.len() {
                return Err(circle(rules, &sorts, rule));
            }
        }
    }
    let most = level.iter().copied().max().unwrap_or(0);
    let of = |wanted| (0..rules.len()).filter(|rule| level[*rule] == wanted).collect();
    Ok((0..=most).map(of).filter(|stratum: &Vec<usize>| !stratum.is_empty()).collect())
}

/// The rule of the circle that denies something; any, if the one at hand does not.
fn circle(rules: &[Rule], sorts: &[Sorts], at: usize) -> RuleError {
    let denying = if sorts[at].denies.is_empty() {
        sorts.iter().position(|sorts| !sorts.denies.is_empty()).unwrap_or(at)
    } else {
        at
    };
    let denied = sorts[denying].denies.iter().next().map_or_else(|| "something".to_owned(), Sort::name);
    RuleError::Circle { rule: rules[denying].name.clone(), denied }
}
