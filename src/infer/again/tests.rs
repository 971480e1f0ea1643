//! What follows after random changes, against whole runs.

use std::collections::BTreeSet;

use oxrdf::NamedNode;

use super::*;
use crate::index::build;
use crate::infer::{Rule, infer, library, prepare};
use crate::pseudo_random::SplitMix64;

/// Rules that derive in circles, deny what is derived and what is stated, make new terms, and group.
const RULES: &[(&str, &str)] = &[
    ("closure", "CONSTRUCT { ?a <urn:reach> ?c } WHERE { ?a <urn:reach> ?b . ?b <urn:reach> ?c }"),
    ("edge", "CONSTRUCT { ?a <urn:reach> ?b } WHERE { ?a pact:party ?b }"),
    (
        "apart",
        "CONSTRUCT { ?a <urn:apart> ?b } WHERE { ?a pact:party ?x . ?b schema:containedInPlace ?y
        FILTER NOT EXISTS { ?a <urn:reach> ?b } }",
    ),
    (
        "silent",
        "CONSTRUCT { ?a <urn:silent> ?b } WHERE { ?a pact:party ?b FILTER NOT EXISTS { GRAPH ?g { ?b pact:party ?c } } }",
    ),
    (
        "made",
        "CONSTRUCT { ?made <urn:of> ?a } WHERE { ?a pact:party ?b OPTIONAL { ?b pact:status ?s }
        BIND(IRI(CONCAT('urn:made:', STR(?s))) AS ?made) }",
    ),
    (
        "many",
        "CONSTRUCT { ?a a <urn:Many> } WHERE { { SELECT ?a (COUNT(?b) AS ?n) { ?a <urn:reach> ?b } GROUP BY ?a } FILTER(?n > 1) }",
    ),
    ("both", "CONSTRUCT { ?a <urn:apart> ?b } WHERE { ?a pact:status ?x . ?b pact:status ?x . ?a pact:party ?b }"),
];

fn random_quad(chance: &mut SplitMix64) -> Quad {
    let ns = crate::vocab::NS;
    let node = |n: u64| NamedNode::new_unchecked(format!("https://w3id.org/citypact/id/place/{n}"));
    let iri = |text: String| NamedNode::new_unchecked(text);
    let (subject, graph) = (node(chance.below(7)), iri(format!("urn:g{}", chance.below(3))));
    let (property, object) = match chance.below(8) {
        0 => (
            crate::vocab::rdf::type_.into_owned(),
            iri(format!("{ns}{}", ["Tie", "TerritorialEntity", "Agreement"][chance.below(3) as usize])),
        ),
        1 => (iri(format!("{ns}status")), iri(format!("urn:s{}", chance.below(2)))),
        2 => (crate::vocab::schema::containedInPlace.into_owned(), node(chance.below(7))),
        3 => (iri(format!("{ns}kind")), crate::vocab::kind::friendship_city.into_owned()),
        4 => (iri(format!("{ns}sovereignState")), node(chance.below(7))),
        5 => (crate::vocab::owl::sameAs.into_owned(), node(chance.below(7))),
        6 => (iri("urn:reach".to_owned()), node(chance.below(7))),
        _ => (iri(format!("{ns}party")), node(chance.below(7))),
    };
    Quad::new(subject, property, object, graph)
}

fn ontology() -> Vec<Quad> {
    let files = [crate::ontology::CITYPACT, crate::ontology::SCHEMES];
    let triples = files.into_iter().flat_map(|file| oxttl::TurtleParser::new().for_slice(file.as_bytes()));
    let quads = triples.map(|triple| triple.unwrap().in_graph(oxrdf::GraphName::DefaultGraph));
    quads.filter(|quad| quad.predicate != crate::vocab::skos::prefLabel).collect()
}

fn all(data: &Version, rules: &Rules) -> BTreeSet<String> {
    let prepared = prepare(data, ontology()).unwrap();
    let inference = infer(prepared, rules, Bounds::default(), &Executor::default(), &|_| {}).unwrap();
    inference.quads().map(|quad| quad.to_string()).collect()
}

#[test]
fn what_follows_after_a_change_is_what_a_whole_run_finds() {
    let read = |(name, text): &(&str, &str)| Rule::read(name, text).unwrap();
    // Rules of the vocabulary derive any property: what denies something derived goes in a circle with them.
    let beside = RULES.iter().filter(|(name, _)| ["closure", "edge", "silent", "both"].contains(name));
    let library = Rules::new(library().iter().chain(beside).map(read).collect()).unwrap();
    follow_up(&library, 15);
    follow_up(&Rules::new(RULES.iter().map(read).collect()).unwrap(), 40);
}

/// Compares what follows after random changes with whole runs.
fn follow_up(rules: &Rules, rounds: u64) {
    let mut chance = SplitMix64::new(3);
    for round in 0..rounds {
        let first: Vec<Quad> = (0..24).map(|_| random_quad(&mut chance)).collect();
        let mut data = build(first.iter().cloned(), 0).unwrap();
        let mut inferred = all(&data, rules);
        let parse =
            |text: &str| oxttl::NQuadsParser::new().for_slice(format!("{text} .").as_bytes()).next().unwrap().unwrap();
        let written: Vec<Change> = inferred.iter().map(|text| Change::Insert(parse(text))).collect();
        data = data.with_changes(&written, 1).unwrap();
        for step in 2..5 {
            let come: Vec<Quad> = (0..2)
                .map(|_| random_quad(&mut chance))
                .filter(|quad| data.row(quad).is_none_or(|row| !data.holds(row)))
                .collect();
            let stated: Vec<Quad> = data
                .rows()
                .map(|row| data.quad(row))
                .filter(|quad| quad.graph_name != graph::inferred.into())
                .collect();
            let gone: Vec<Quad> = stated.into_iter().filter(|_| chance.below(9) == 0).collect();
            let changes: Vec<Change> =
                gone.iter().cloned().map(Change::Remove).chain(come.iter().cloned().map(Change::Insert)).collect();
            data = data.with_changes(&changes, step).unwrap();
            let again =
                infer_again(&data, (&come, &gone), ontology(), rules, Bounds::default(), &Executor::default()).unwrap();
            let expected = all(&data, rules);
            let Some(again) = again else { panic!("{round} {step}: all had to be looked at") };
            again.gone.iter().for_each(|quad| assert!(inferred.remove(&quad.to_string()), "{quad}"));
            again.come.iter().for_each(|quad| assert!(inferred.insert(quad.to_string()), "{quad}"));
            assert_eq!(again.all, inferred.len());
            let (more, less): (Vec<_>, Vec<_>) =
                (inferred.difference(&expected).collect(), expected.difference(&inferred).collect());
            assert!(
                more.is_empty() && less.is_empty(),
                "{round} {step}: too many {more:#?}, too few {less:#?}\n+ {come:?}\n- {gone:?}"
            );
            let written =
                again.gone.iter().cloned().map(Change::Remove).chain(again.come.iter().cloned().map(Change::Insert));
            data = data.with_changes(&written.collect::<Vec<_>>(), step).unwrap();
        }
    }
}
