//! Work after a change: checks and inference that look again at what may have changed find what whole runs find.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::citypact::{Run, run};

/// The records of a world by the ids of their documents; places first.
struct World {
    places: Vec<Value>,
    documents: Vec<Vec<Value>>,
}

fn world(here: &Path) -> World {
    run(here, &["generate", "--places", "300", "--seed", "5", "--out", "w.jsonl"]).ok();
    let text = fs::read_to_string(here.join("w.jsonl")).unwrap();
    let records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (places, rest): (Vec<_>, Vec<_>) = records.into_iter().partition(|record| record["type"] == "place");
    let mut documents: Vec<Vec<Value>> = Vec::new();
    for record in rest {
        let id = if record["type"] == "source" { &record["id"] } else { &record["source"] }.clone();
        match documents.iter_mut().find(|records| records[0]["id"] == id) {
            Some(records) => records.push(record),
            None => documents.push(vec![record]),
        }
    }
    World { places, documents }
}

fn load(here: &Path, world: &World, document: usize) {
    let lines = world.places.iter().chain(&world.documents[document]).map(|record| format!("{record}\n"));
    fs::write(here.join("again.jsonl"), lines.collect::<String>()).unwrap();
    run(here, &["load", "again.jsonl", "--store", "s", "--quiet"]).ok();
}

/// A change of a document: what it says of one tie, of one figure, of all, of nothing.
fn change(records: &mut Vec<Value>, step: usize) {
    let place = |wanted: &str| records.iter().position(|record| record["type"] == wanted).unwrap();
    let (tie, count) = (place("tie"), place("count"));
    match step % 6 {
        0 => records[tie]["since"] = "1961-02-03".into(),
        1 => records[count]["value"] = 1.into(),
        2 => records.truncate(records.len() - 4),
        3 => records[0]["text_condition"] = "damaged".into(),
        4 => drop(records.remove(tie)),
        _ => records[tie]["status"] = "ended".into(),
    }
}

fn check(here: &Path, args: &[&str]) -> Run {
    run(here, &[&["check", "--conflicts", "--to", "json", "--store", "s"], args].concat())
}

fn report(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr))
}

#[test]
fn after_every_change_of_a_document_what_is_found_is_what_a_whole_run_finds() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let mut world = world(here);
    run(here, &["load", "w.jsonl", "--store", "s", "--quiet"]).ok();
    run(here, &["infer", "--store", "s", "--quiet"]).ok();
    let first = check(here, &[]);
    assert!(!first.stderr.contains("since"), "nothing was looked at before: {}", first.stderr);
    for step in 0..6 {
        let document = (step * 5 + 1) % world.documents.len();
        change(&mut world.documents[document], step);
        load(here, &world, document);
        let again = check(here, &[]);
        assert!(again.stderr.contains("1 document validated again"), "{step}: {}", again.stderr);
        assert!(again.stderr.contains("looked at again by 11 rules\n"), "{step}: {}", again.stderr);
        assert_eq!(report(&again), report(&check(here, &["--full"])), "{step}");
        let inferred = run(here, &["infer", "--store", "s"]);
        assert!(inferred.stderr.contains("changed since the state"), "{step}: {}", inferred.stderr);
        let full = run(here, &["infer", "--full", "--store", "s"]);
        assert!(
            full.stderr.contains("graph:inferred: 0 facts added, 0 removed"),
            "{step}: {}\n{}",
            inferred.stderr,
            full.stderr
        );
    }
}

#[test]
fn what_cannot_be_told_from_the_change_is_looked_at_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let world = world(here);
    run(here, &["load", "w.jsonl", "--store", "s", "--quiet"]).ok();
    run(here, &["infer", "--store", "s", "--quiet"]).ok();
    check(here, &[]);
    // A place that is another: it counts for every document.
    run(
        here,
        &["update", "INSERT DATA { GRAPH graph:places { place:g-place-1 pact:unreconciled 'no' } }", "--store", "s"],
    )
    .ok();
    let places = check(here, &[]);
    assert!(places.stderr.contains("since places or classes did"), "{}", places.stderr);
    assert_eq!(report(&places), report(&check(here, &["--full"])));
    // What was inferred is another's by now.
    run(here, &["update", "INSERT DATA { GRAPH graph:inferred { place:x pact:twinnedWith place:y } }", "--store", "s"])
        .ok();
    let inferred = run(here, &["infer", "--store", "s"]);
    assert!(
        inferred.stderr.contains("was changed by others") && inferred.stderr.contains(", 1 removed"),
        "{}",
        inferred.stderr
    );
    // Other rules.
    fs::create_dir(here.join("rules")).unwrap();
    fs::write(here.join("rules/own.rq"), "# title: own\nCONSTRUCT { ?a <urn:own> ?b } WHERE { ?a pact:since ?b }")
        .unwrap();
    let own = run(here, &["infer", "--rules", "rules", "--store", "s"]);
    assert!(!own.stderr.contains("since the state") && own.stderr.contains("own: own"), "{}", own.stderr);
    // An index that was built anew no longer tells what changed.
    load(here, &world, 0);
    run(here, &["optimize", "--store", "s"]).ok();
    let anew = check(here, &[]);
    assert!(anew.stderr.contains("no longer tells what changed"), "{}", anew.stderr);
    assert_eq!(report(&anew), report(&check(here, &["--full"])));
    // What is kept beside the store is of no use if it is damaged.
    for name in ["conflicts", "shapes", "inferred"] {
        fs::write(here.join(format!("s/citypact.{name}")), "{\"store\":").unwrap();
    }
    let damaged = check(here, &[]);
    assert!(!damaged.stderr.contains("since"), "{}", damaged.stderr);
    run(here, &["infer", "--store", "s", "--quiet"]).ok();
}
