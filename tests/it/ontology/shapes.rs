//! The shapes: they speak of terms that exist, their lists are the schemes', and each query finds its faults.

use std::collections::{BTreeMap, BTreeSet};

use citypact::ontology::SHAPES;
use citypact::vocab::{self, pact};
use oxigraph::sparql::SparqlEvaluator;

use super::skos::closed_lists;
use super::{none, prologue, rows, store};

const VALID: &str = include_str!("../../data/shapes/valid.ttl");
const MUTANTS: &str = include_str!("../../data/shapes/mutants.ru");

/// Severity, message and update of each mutant.
fn mutants() -> Vec<(&'static str, &'static str, &'static str)> {
    let blocks = MUTANTS.split("\n#### ").skip(1);
    let heading = |block: &'static str| {
        let (heading, update) = block.split_once('\n').unwrap();
        let (severity, message) = heading.split_once(' ').unwrap();
        (severity, message, update)
    };
    blocks.map(heading).collect()
}

#[test]
fn shapes_name_terms_that_exist() {
    let named = "SELECT DISTINCT ?t { { ?s sh:path ?t } UNION { ?s sh:path/rdf:rest*/rdf:first ?t } UNION
        { ?s sh:targetClass|sh:class|sh:targetSubjectsOf|sh:disjoint|sh:lessThanOrEquals ?t }
        FILTER(STRSTARTS(STR(?t), STR(pact:))) }";
    let ours: BTreeSet<_> = vocab::OUR_TERMS.iter().map(ToString::to_string).collect();
    let named = rows(&store(&[SHAPES]), named);
    assert!(named.len() > 50, "{}", named.len());
    for term in named {
        assert!(ours.contains(&term), "{term}");
    }
}

#[test]
fn every_class_has_a_shape() {
    let abstract_classes = [pact::Arrangement, pact::QuantityStatement, pact::SigningEvent];
    let targeted = rows(&store(&[SHAPES]), "SELECT DISTINCT ?c { ?s sh:targetClass ?c }");
    let classes = vocab::OUR_TERMS.iter().filter(|t| t.as_str()[vocab::NS.len()..].starts_with(char::is_uppercase));
    for class in classes.filter(|class| !abstract_classes.contains(class)) {
        assert!(targeted.contains(&class.to_string()), "{class}");
    }
}

#[test]
fn closed_lists_are_those_of_the_records() {
    let listed = "SELECT ?list ?value { ?list sh:in/rdf:rest*/rdf:first ?value }";
    let mut lists: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows(&store(&[SHAPES]), listed) {
        let (list, value) = row.split_once(' ').unwrap();
        lists.entry(list.to_owned()).or_default().insert(value.to_owned());
    }
    let expected: BTreeSet<BTreeSet<_>> = closed_lists()
        .into_iter()
        .map(|(_, namespace, values)| values.iter().map(|value| format!("<{namespace}{value}>")).collect())
        .collect();
    assert_eq!(lists.into_values().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn every_message_has_a_mutant_and_every_mutant_a_message() {
    let messages = rows(&store(&[SHAPES]), "SELECT DISTINCT ?m { ?s sh:message ?m }");
    let messages: BTreeSet<_> = messages.iter().map(|literal| literal.trim_matches('"')).collect();
    let tried: BTreeSet<_> = mutants().iter().map(|(_, message, _)| *message).collect();
    assert_eq!(messages, tried);
}

#[test]
fn warnings_are_warnings() {
    let query = "SELECT ?m { ?s sh:severity sh:Warning . { ?s sh:message ?m } UNION { ?s sh:sparql/sh:message ?m } }";
    let warnings: BTreeSet<_> =
        rows(&store(&[SHAPES]), query).into_iter().map(|m| m.trim_matches('"').to_owned()).collect();
    for (severity, message, _) in mutants() {
        assert_eq!(severity == "Warning", warnings.contains(message), "{message}");
    }
}

/// The query of each SPARQL constraint by its message, `$this` bound to the nodes of its shapes' target classes.
pub(super) fn constraints() -> BTreeMap<String, String> {
    let query = "SELECT ?m (GROUP_CONCAT(CONCAT('<', STR(?c), '>'); separator=', ') AS ?classes) ?q {
        ?shape sh:targetClass ?c ; sh:sparql ?k . ?k sh:message ?m ; sh:select ?q } GROUP BY ?m ?q";
    let lines = rows(&store(&[SHAPES]), query);
    lines.iter().map(|line| constraint(line)).collect()
}

fn constraint(line: &str) -> (String, String) {
    let mut literals = serde_json::Deserializer::from_str(line).into_iter::<String>().map(Result::unwrap);
    let (message, classes, select) = (literals.next().unwrap(), literals.next().unwrap(), literals.next().unwrap());
    let target = format!("{{ $this a ?targetClass FILTER(?targetClass IN ({classes})) ");
    (message, select.replacen('{', &target, 1))
}

#[test]
fn the_queries_find_no_fault_in_what_is_valid_and_each_in_its_mutant() {
    let constraints = constraints();
    let valid = store(&[VALID]);
    for (message, query) in &constraints {
        none(&valid, message, query);
    }
    let mut tried = BTreeSet::new();
    for (_, message, update) in mutants() {
        let Some(query) = constraints.get(message) else { continue };
        let mutant = store(&[VALID]);
        SparqlEvaluator::new().parse_update(&(prologue() + update)).unwrap().on_store(&mutant).execute().unwrap();
        assert!(!rows(&mutant, query).is_empty(), "{message} goes unseen: {query}");
        tried.insert(message);
    }
    assert_eq!(tried.len(), constraints.len());
}
