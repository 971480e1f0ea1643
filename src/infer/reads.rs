//! Which statements rules look at, by their predicates: of data behind an endpoint nothing else is asked for.

use std::collections::BTreeSet;

use oxrdf::{NamedNode, Variable};
use spargebra::algebra::{Expression, GraphPattern, PropertyPathExpression as Path};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};

use super::rule::{Manner, Rule, each};
use super::rules::Rules;
use crate::vocab::{prov, rdfs, schema};

/// A property and one above it (rdfs:subPropertyOf).
pub type Above = (NamedNode, NamedNode);

impl Rules {
    /// The predicates of all statements that these rules read or derive, and of what tells whence a statement is, where `above` is
    /// what the data says of properties above each other. None where a rule reads what has any predicate.
    pub fn reads(&self, above: &[Above]) -> Option<BTreeSet<NamedNode>> {
        let known: BTreeSet<NamedNode> = above.iter().flat_map(|(one, other)| [one, other]).cloned().collect();
        // What properties are above each other might follow itself.
        if known.iter().any(|property| *property == rdfs::subPropertyOf) {
            return None;
        }
        let mut found: BTreeSet<NamedNode> =
            [prov::wasDerivedFrom, schema::datePublished, rdfs::subPropertyOf].map(Into::into).into();
        for rule in &self.rules {
            found.append(&mut of_rule(rule, &known)?);
        }
        Some(found)
    }
}

fn of_rule(rule: &Rule, above: &BTreeSet<NamedNode>) -> Option<BTreeSet<NamedNode>> {
    let (mut found, mut is_bounded) = (BTreeSet::new(), true);
    let derives_above =
        |triple: &TriplePattern| triple.predicate == NamedNodePattern::from(rdfs::subPropertyOf.into_owned());
    if rule.template.iter().any(derives_above) {
        return None;
    }
    let pattern = body(&rule.pattern);
    let mut take = |predicate: &NamedNodePattern| match predicate {
        NamedNodePattern::NamedNode(property) => drop(found.insert(property.clone())),
        NamedNodePattern::Variable(variable) => match domain(variable, pattern, above) {
            Some(mut properties) => found.append(&mut properties),
            None => is_bounded = false,
        },
    };
    rule.template.iter().for_each(|triple| take(&triple.predicate));
    let mut has_inner = false;
    each(pattern, Manner { denied: false, stated: false }, &mut |part, _| match part {
        GraphPattern::Bgp { patterns } => patterns.iter().for_each(|triple| take(&triple.predicate)),
        GraphPattern::Path { path, .. } => {
            let mut properties = BTreeSet::new();
            match of_path(path, &mut properties) {
                true => properties.into_iter().for_each(|property| take(&property.into())),
                // A variable that nothing bounds.
                false => take(&Variable::new_unchecked("").into()),
            }
        }
        GraphPattern::Project { .. } | GraphPattern::Group { .. } => has_inner = true,
        _ => {}
    });
    // A variable of an inner SELECT is another one of the same name.
    let has_variables = has_inner && has_variable_predicate(rule);
    (is_bounded && !has_variables).then_some(found)
}

/// A pattern without the projection on all of its variables that the parser puts around it.
fn body(pattern: &GraphPattern) -> &GraphPattern {
    match pattern {
        GraphPattern::Project { inner, .. } => body(inner),
        pattern => pattern,
    }
}

fn has_variable_predicate(rule: &Rule) -> bool {
    let mut found = false;
    each(&rule.pattern, Manner { denied: false, stated: false }, &mut |part, _| {
        if let GraphPattern::Bgp { patterns } = part {
            found |= patterns.iter().any(|triple| matches!(triple.predicate, NamedNodePattern::Variable(_)));
        }
    });
    found
}

/// The properties of a path; false where it goes along any.
fn of_path(path: &Path, found: &mut BTreeSet<NamedNode>) -> bool {
    match path {
        Path::NamedNode(property) => {
            found.insert(property.clone());
            true
        }
        Path::Reverse(path) | Path::ZeroOrMore(path) | Path::OneOrMore(path) | Path::ZeroOrOne(path) => {
            of_path(path, found)
        }
        Path::Sequence(one, other) | Path::Alternative(one, other) => of_path(one, found) && of_path(other, found),
        Path::NegatedPropertySet(_) => false,
    }
}

/// The properties that a variable can stand for: those of a list that it must be in, or what stands above or below another.
fn domain(variable: &Variable, pattern: &GraphPattern, above: &BTreeSet<NamedNode>) -> Option<BTreeSet<NamedNode>> {
    let is_it = |term: &TermPattern| matches!(term, TermPattern::Variable(other) if other == variable);
    match pattern {
        GraphPattern::Bgp { patterns } => {
            let of_above = patterns.iter().any(|triple| {
                triple.predicate == NamedNodePattern::from(rdfs::subPropertyOf.into_owned())
                    && (is_it(&triple.subject) || is_it(&triple.object))
            });
            of_above.then(|| above.clone())
        }
        GraphPattern::Filter { expr, inner } => listed(variable, expr).or_else(|| domain(variable, inner, above)),
        GraphPattern::Join { left, right } => domain(variable, left, above).or_else(|| domain(variable, right, above)),
        GraphPattern::LeftJoin { left: inner, .. }
        | GraphPattern::Minus { left: inner, .. }
        | GraphPattern::Extend { inner, .. } => domain(variable, inner, above),
        _ => None,
    }
}

/// The list that a condition has a variable be in.
fn listed(variable: &Variable, condition: &Expression) -> Option<BTreeSet<NamedNode>> {
    match condition {
        Expression::And(one, other) => listed(variable, one).or_else(|| listed(variable, other)),
        Expression::In(what, list) if **what == Expression::Variable(variable.clone()) => {
            let node = |one: &Expression| match one {
                Expression::NamedNode(node) => Some(node.clone()),
                _ => None,
            };
            list.iter().map(node).collect()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infer::library;
    use crate::vocab::{pact, rdf};

    fn reads(rules: &[&str], above: &[(&str, &str)]) -> Option<BTreeSet<String>> {
        let rules = rules.iter().map(|text| Rule::read("test", text).unwrap()).collect();
        let node = |iri: &str| NamedNode::new_unchecked(format!("http://a/{iri}"));
        let above: Vec<Above> = above.iter().map(|(one, other)| (node(one), node(other))).collect();
        let found = Rules::new(rules).unwrap().reads(&above)?;
        let fixed = [prov::wasDerivedFrom, schema::datePublished, rdfs::subPropertyOf];
        let own = found.into_iter().filter(|node| !fixed.contains(&node.as_ref()));
        Some(own.map(|node| node.as_str().trim_start_matches("http://a/").to_owned()).collect())
    }

    fn names(names: &[&str]) -> Option<BTreeSet<String>> {
        Some(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn what_rules_name_is_read_and_nothing_else() {
        let rule = "CONSTRUCT { ?s <http://a/d> ?o } WHERE { ?s <http://a/p>/^<http://a/q>* ?o \
            FILTER NOT EXISTS { GRAPH ?g { ?s <http://a/r> ?x } } OPTIONAL { ?s <http://a/t> ?y } }";
        assert_eq!(reads(&[rule], &[]), names(&["d", "p", "q", "r", "t"]));
    }

    #[test]
    fn a_variable_is_bounded_by_a_list_or_by_what_stands_above() {
        let list = "CONSTRUCT { ?o ?p ?s } WHERE { ?s ?p ?o FILTER(?p IN (<http://a/p>, <http://a/q>) && isIRI(?o)) }";
        assert_eq!(reads(&[list], &[]), names(&["p", "q"]));
        let above = "CONSTRUCT { ?s ?q ?o } WHERE { ?p rdfs:subPropertyOf ?q . ?s ?p ?o }";
        assert_eq!(reads(&[above], &[("p", "q"), ("q", "r")]), names(&["p", "q", "r"]));
    }

    #[test]
    fn what_nothing_bounds_reads_everything() {
        for rule in [
            "CONSTRUCT { ?s <http://a/d> ?o } WHERE { ?s ?p ?o }",
            "CONSTRUCT { ?s <http://a/d> ?o } WHERE { ?s !<http://a/p> ?o }",
            "CONSTRUCT { ?s <http://a/d> ?o } WHERE { { ?s ?p ?o FILTER(?p IN (<http://a/p>)) } UNION { ?s ?p ?o } }",
            "CONSTRUCT { ?s ?p ?o } WHERE { ?o ?p ?s FILTER(?p IN (<http://a/p>)) { SELECT ?s { ?s ?p ?x } } }",
            "CONSTRUCT { ?s rdfs:subPropertyOf ?o } WHERE { ?s <http://a/p> ?o }",
        ] {
            assert_eq!(reads(&[rule], &[]), None, "{rule}");
        }
    }

    #[test]
    fn the_rules_of_the_vocabulary_read_a_part() {
        let rules = library().iter().map(|(name, text)| Rule::read(name, text).unwrap()).collect();
        let found = Rules::new(rules).unwrap().reads(&[]).unwrap();
        for node in [pact::kind, pact::party, rdf::type_] {
            assert!(found.contains(&node.into_owned()), "{node}");
        }
        assert!(found.len() < 40, "{found:?}");
    }
}
