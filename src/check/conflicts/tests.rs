//! Rules on their examples; who says what; what is written of it.

use std::sync::Arc;

use oxrdf::{NamedNodeRef, Quad};
use oxttl::TriGParser;

use super::super::data::text;
use super::*;
use crate::vocab::{code, graph};

/// A version of TriG in which prefixes are known.
fn data(trig: &str) -> Arc<Version> {
    let example = Example { title: String::new(), is_flagged: true, trig: trig.to_owned(), line: 1 };
    let document = example.document();
    let quads: Vec<Quad> = TriGParser::new()
        .for_slice(document.as_bytes())
        .map(|quad| quad.unwrap_or_else(|error| panic!("{error}\n{trig}")))
        .collect();
    Arc::new(crate::index::build(quads, 0).unwrap())
}

fn found(data: &Arc<Version>) -> Vec<Conflict> {
    conflicts(data, &ConflictRules::library(), &Executor::default(), &|_| {}).unwrap()
}

#[test]
fn every_rule_finds_what_its_examples_say_and_says_so_in_every_language() {
    let library = ConflictRules::library();
    let mut faults = Vec::new();
    for rule in library.all() {
        let alone = library.named(&[rule.name.to_string()]).unwrap();
        for example in &rule.examples {
            let data = data(&example.trig);
            let found = conflicts(&data, &alone, &Executor::default(), &|_| {}).unwrap();
            if found.is_empty() == example.is_flagged {
                faults.push(format!("{}:{}: {}: found {}", rule.name, example.line, example.title, found.len()));
            }
            for conflict in &found {
                let sentences: Vec<&str> = conflict.sentences.iter().flatten().map(String::as_str).collect();
                assert_eq!(sentences.len(), 4, "{}", rule.name);
                assert!(sentences.iter().all(|text| !text.contains(['{', '}'])), "{sentences:?}");
                assert!(conflict.claims.iter().any(|claim| !claim.told.is_empty()), "{}: {}", rule.name, example.title);
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn titles_are_those_of_the_scheme() {
    for rule in ConflictRules::library().all() {
        let english = of_vocabulary(rule.iri().as_str(), 0).unwrap_or_else(|| panic!("{} is no concept", rule.name));
        assert_eq!(english.to_lowercase(), rule.title.to_lowercase(), "{}", rule.name);
    }
}

/// An annotation of the tie with these words.
fn quote(words: &str) -> String {
    format!("[ oa:hasBody id:tie ; oa:hasTarget [ oa:hasSelector [ oa:exact '{words}' ] ] ]")
}

/// A graph, and the words that a claim rests on there.
type Words = (Option<String>, Vec<String>);

/// Each claim's value with, for every graph that makes it, the words that it rests on there.
fn told(data: &Arc<Version>) -> Vec<(String, Vec<Words>)> {
    let found = found(data);
    assert_eq!(found.len(), 1, "{found:?}");
    let told =
        |told: &Told| (told.origin.graph.clone(), told.quotes.iter().map(|quote| quote.0.clone()).collect::<Vec<_>>());
    let claims = found[0].claims.iter();
    claims.map(|claim| (text(claim.said.value.as_ref().unwrap()), claim.told.iter().map(told).collect())).collect()
}

#[test]
fn claims_and_evidence_of_the_default_graph_belong_together() {
    let (here, there) = (quote("here"), quote("there"));
    let data = data(&format!(
        "id:tie pact:since '1979'^^xsd:gYear . {here} . graph:a {{ id:tie pact:since '1980'^^xsd:gYear }}
         <https://w3id.org/citypact/graph/a/provenance> {{ {there} . }}"
    ));
    let graph = Some("https://w3id.org/citypact/graph/a".to_owned());
    let expected = [
        ("1979".to_owned(), vec![(None, vec!["here".to_owned()])]),
        ("1980".to_owned(), vec![(graph, vec!["there".to_owned()])]),
    ];
    assert_eq!(told(&data), expected);
}

#[test]
fn a_document_has_no_quotes_of_one_whose_name_begins_alike() {
    let data = data(&format!(
        "graph:a {{ id:tie pact:since '1979'^^xsd:gYear }} graph:ab {{ id:tie pact:since '1980'^^xsd:gYear . {} . }} {} .",
        quote("of ab"),
        quote("of nobody")
    ));
    let quotes: Vec<_> = told(&data).into_iter().flat_map(|(_, told)| told).map(|(_, quotes)| quotes).collect();
    assert_eq!(quotes, [vec![], vec!["of ab".to_owned()]]);
}

const FIGURES: &str = "graph:places { place:q skos:prefLabel 'Qingdao'@en, '青岛'@zh-Hans, '青島'@zh-Hant, '青島'@ja }
    graph:a { <claim/a> a pact:CountObservation ; schema:observationAbout place:q ; schema:variableMeasured variable:friendship-cities ;
      schema:value 9 ; pact:asOf '2019'^^xsd:gYear }
    graph:b { <claim/b> a pact:CountObservation ; schema:observationAbout place:q ; schema:variableMeasured variable:friendship-cities ;
      schema:value 29 ; pact:asOf '2019'^^xsd:gYear }
    graph:c { <claim/c> a pact:CountObservation ; schema:observationAbout place:q ; schema:variableMeasured variable:friendship-cities ;
      schema:value 30 ; pact:quantifier code:at-least ; pact:asOf '2019'^^xsd:gYear }";

#[test]
fn sentences_hold_names_and_values() {
    let found = found(&data(FIGURES));
    assert_eq!(found.len(), 1);
    let sentences: Vec<_> = found[0].sentences.iter().flatten().map(String::as_str).collect();
    assert_eq!(
        sentences,
        [
            "Qingdao: documents give different figures for friendship cities as of 2019: 9, 29, 30 (at least).",
            "青岛：截至2019的友好城市数，各文献所载数字不一致：9、29、30（不少于）。",
            "青島：截至2019的友好城市數，各文獻所載數字不一致：9、29、30（不少於）。",
            "青島：2019時点の友好都市数が文書によって異なります：9、29、30（以上）。",
        ]
    );
}

/// The version after the changes of an assessment.
fn after(data: &Arc<Version>, assessed: &Assessed) -> Arc<Version> {
    use crate::index::Change;
    let gone = assessed.gone.iter().cloned().map(Change::Remove);
    let changes: Vec<Change> = gone.chain(assessed.come.iter().cloned().map(Change::Insert)).collect();
    Arc::new(data.with_changes(&changes, data.epoch() + 1).unwrap())
}

fn assessed(data: &Arc<Version>) -> Assessed {
    assessments(data, &ConflictRules::library(), &found(data), &|_| false)
}

#[test]
fn assessments_replace_those_of_rules_and_leave_those_of_people() {
    let person = "graph:review { <assessment/p> a pact:Assessment ; pact:assesses <claim/a>, <claim/b>, <claim/c> ;
        pact:verdict code:changed-over-time ; schema:author 'Li' ; dcterms:created '2024-05-01'^^xsd:date }";
    let first = data(&format!("{FIGURES} {person}"));
    let told = assessed(&first);
    assert_eq!((told.all, told.new, told.stale, told.overridden), (1, 1, 0, 1));
    assert!(told.gone.is_empty() && told.come.len() > 8, "{told:?}");
    let second = after(&first, &told);
    let again = assessed(&second);
    assert_eq!((again.all, again.new, again.stale, again.come.len(), again.gone.len()), (1, 0, 0, 0, 0), "{again:?}");
    let conflict = &found(&second)[0];
    assert_eq!(conflict.verdict().as_ref(), code::changed_over_time);
    assert_eq!(
        (conflict.reviews[0].by.as_deref(), conflict.reviews[0].at.as_deref()),
        (Some("Li"), Some("2024-05-01"))
    );
    // Without the facts what the rule said goes, and what the person said stays.
    let rest: Vec<Quad> = second.rows().map(|row| second.quad(row)).collect();
    let kept = rest.into_iter().filter(|quad| {
        quad.graph_name
            != oxrdf::GraphName::from(NamedNodeRef::new_unchecked("https://w3id.org/citypact/graph/b").into_owned())
    });
    let without =
        Arc::new(crate::index::build(kept.filter(|quad| !quad.to_string().contains("/graph/c>")), 0).unwrap());
    let stale = assessed(&without);
    assert_eq!((stale.all, stale.stale), (0, 1));
    let last = after(&without, &stale);
    let review: Vec<Quad> =
        last.rows().map(|row| last.quad(row)).filter(|quad| quad.graph_name == graph::review.into()).collect();
    assert_eq!(review.len(), 7, "{review:?}");
}

#[test]
fn rules_that_were_not_asked_keep_what_they_said() {
    let first = data(FIGURES);
    let written = after(&first, &assessed(&first));
    let other = ConflictRules::library().named(&["different-dates".into()]).unwrap();
    let kept = assessments(&written, &other, &[], &|rule| !rule.ends_with("/different-dates"));
    assert_eq!((kept.stale, kept.gone.len()), (0, 0));
    let all = assessments(&written, &other, &[], &|_| false);
    assert_eq!(all.stale, 1);
}

/// The examples of all rules as quads, each under names of its own.
fn examples() -> Vec<Vec<Quad>> {
    let library = ConflictRules::library();
    let all = library.all().iter().flat_map(|rule| &rule.examples).enumerate();
    let renamed = |(number, example): (usize, &Example)| {
        // Places stay what they are, so that examples meet.
        let document = example.document().replace("<claim/", &format!("<claim/{number}-"));
        TriGParser::new().for_slice(document.as_bytes()).map(Result::unwrap).collect::<Vec<Quad>>()
    };
    all.map(renamed).collect()
}

#[test]
fn what_is_found_after_a_change_is_what_a_whole_run_finds() {
    use crate::index::{Change, Row};
    use crate::query::Changed;
    let (library, executor) = (ConflictRules::library(), Executor::default());
    let examples = examples();
    let mut data = Arc::new(crate::index::build(examples.iter().flatten().cloned(), 0).unwrap());
    let mut findings = find(&data, &library, &executor, &|_| {}).unwrap();
    assert!(findings.len() > 20);
    let mut narrow = 0;
    for round in 0..examples.len() {
        // An example goes and another comes back; of a third every second quad.
        let quads = |number: usize| &examples[number % examples.len()];
        let half = quads(round * 3 + 5).iter().step_by(2);
        let gone: Vec<&Quad> = quads(round).iter().chain(half).collect();
        let come: Vec<&Quad> =
            quads(round + examples.len() - 1).iter().chain(quads(round * 3 + 2).iter().skip(1)).collect();
        let changes: Vec<Change> = gone
            .into_iter()
            .cloned()
            .map(Change::Remove)
            .chain(come.into_iter().cloned().map(Change::Insert))
            .collect();
        let new = Arc::new(data.with_changes(&changes, round as u64 + 1).unwrap());
        let all = |version: &Version| version.rows().collect::<std::collections::HashSet<Row>>();
        let (before, after) = (all(&data), all(&new));
        let come: Vec<Row> = after.difference(&before).copied().collect();
        let gone: Vec<Row> = before.difference(&after).copied().collect();
        let states = States { old: &data, new: &new, changed: Changed { come: &come, gone: &gone } };
        // As it is kept between runs.
        let kept = serde_json::from_slice(&serde_json::to_vec(&findings).unwrap()).unwrap();
        let (again, looked) = find_again(states, &library, kept, &executor, &|_| {}).unwrap();
        let whole = find(&new, &library, &executor, &|_| {}).unwrap();
        assert_eq!(again, whole, "{round}");
        narrow += looked.narrow;
        assert_eq!(looked.narrow + looked.whole, library.all().len());
        (data, findings) = (new, again);
    }
    assert_eq!(narrow, examples.len() * library.all().len(), "every rule can be asked about some things alone");
}
