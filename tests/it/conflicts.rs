//! Conflict rules and assessments from the command line: rules of one's own, what is written, what people override.

use std::fs;
use std::path::Path;

use crate::citypact::{Run, run};

const RECORDS: &str = r#"{"type":"source","id":"a","language":"en","published":"2020-01-01"}
{"type":"source","id":"b","language":"en","published":"2021-01-01"}
{"type":"tie","source":"a","parties":["cn-qingdao","jp-shimonoseki"],"kind":"friendship-city","since":"1979"}
{"type":"tie","source":"b","parties":["cn-qingdao","jp-shimonoseki"],"kind":"friendship-city","since":"1981-10-03"}
{"type":"count","id":"one","source":"a","about":"cn-qingdao","variable":"friendship-cities","value":20,"as_of":"2019","as_of_basis":"stated"}
{"type":"count","id":"two","source":"b","about":"cn-qingdao","variable":"friendship-cities","value":29,"as_of":"2019","as_of_basis":"stated"}
"#;

const PERSON: &str = r#"{"type":"assessment","id":"mine","assesses":["one","two"],"verdict":"changed-over-time","by":"Li Hua","on":"2024-05-01"}
"#;

fn loaded(here: &Path, records: &str) {
    fs::write(here.join("r.jsonl"), records).unwrap();
    run(here, &["load", "r.jsonl", "--store", "s", "--quiet"]).ok();
}

fn check(here: &Path, args: &[&str]) -> Run {
    run(here, &[&["check", "--conflicts", "--no-shapes", "--store", "s"], args].concat())
}

fn asked(here: &Path, query: &str) -> Vec<String> {
    let told = run(here, &["query", query, "--store", "s", "--to", "tsv"]).ok();
    told.lines().skip(1).map(str::to_owned).collect()
}

const BY_RULES: &str =
    "SELECT ?a ?verdict WHERE { GRAPH graph:review { ?a pact:rule ?rule ; pact:verdict ?verdict } } ORDER BY ?a";

#[test]
fn assessments_are_written_once_vanish_with_their_facts_and_yield_to_people() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    loaded(here, &format!("{RECORDS}{PERSON}"));
    let told = check(here, &["--write"]);
    assert_eq!(told.status, Some(0), "{}", told.stderr);
    assert!(told.stderr.contains("2 assessments by rules, 2 new, 0 gone; 1 overridden by people"), "{}", told.stderr);
    assert!(told.stdout.contains("assessed as changed over time by Li Hua on 2024-05-01"), "{}", told.stdout);
    let written = asked(here, BY_RULES);
    assert_eq!(written.len(), 2);
    let notes = asked(
        here,
        "SELECT DISTINCT (LANG(?note) AS ?in) WHERE { ?a pact:rule code:different-dates ; skos:note ?note } ORDER BY ?in",
    );
    assert_eq!(notes.len(), 4, "{notes:?}");
    let again = check(here, &["--write"]);
    assert!(again.stderr.contains("2 assessments by rules, 0 new, 0 gone"), "{}", again.stderr);
    assert_eq!(asked(here, BY_RULES), written);
    // A reload of a document that now agrees: its assessment goes, what a person said stays.
    loaded(here, &format!("{}{PERSON}", RECORDS.replace("1981-10-03", "1979-10-03")));
    let told = check(here, &["--write"]);
    assert!(told.stderr.contains("1 assessment by rules, 0 new, 1 gone; 1 overridden by people"), "{}", told.stderr);
    assert_eq!(
        asked(here, "SELECT ?a WHERE { ?a schema:author 'Li Hua' ; pact:verdict code:changed-over-time }").len(),
        1
    );
    // What is written keeps the contract.
    run(here, &["check", "--store", "s", "--quiet"]).ok();
}

const OWN: &str = "# title: Ties with Shimonoseki
# verdict: homonym
# en: {about} is one of {values}
SELECT ?about ?value WHERE { ?about pact:party place:jp-shimonoseki, ?value }
";

#[test]
fn rules_of_ones_own_find_and_write_as_the_others_do() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    loaded(here, RECORDS);
    fs::create_dir(here.join("rules")).unwrap();
    fs::write(here.join("rules/shimonoseki.rq"), OWN).unwrap();
    let own = &["--conflict-rules", "rules"][..];
    let told = check(here, &[own, &["--write"]].concat());
    assert!(told.stderr.contains("3 assessments by rules, 3 new"), "{}", told.stderr);
    assert!(told.stdout.contains("Ties with Shimonoseki (1)"), "{}", told.stdout);
    let label = asked(
        here,
        "SELECT ?label WHERE { ?a pact:rule ?rule . ?rule rdfs:label ?label FILTER(CONTAINS(STR(?rule), '/id/rule/')) }",
    );
    assert_eq!(label, ["\"Ties with Shimonoseki\""]);
    // One rule alone leaves what the others said.
    let alone = check(here, &["--rule", "different-figures", "--write"]);
    assert!(alone.stderr.contains("1 assessment by rules, 0 new, 0 gone"), "{}", alone.stderr);
    assert_eq!(asked(here, BY_RULES).len(), 3);
    // Without it what it said goes.
    let without = check(here, &["--write"]);
    assert!(without.stderr.contains("2 assessments by rules, 0 new, 1 gone"), "{}", without.stderr);
}

#[test]
fn what_is_no_rule_is_told_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    loaded(here, RECORDS);
    for (text, args, status, told) in [
        (OWN, &["--rule", "diferent-dates"][..], 2, "did you mean different-dates?"),
        (OWN, &["--conflict-rules", "nowhere.rq"], 1, "cannot read nowhere.rq"),
        (&OWN.replace("?about ?value", "?value"), &["--conflict-rules", "own.rq"], 1, "does not select ?about"),
        (&OWN.replace("homonym", "odd"), &["--conflict-rules", "own.rq"], 1, "one of changed-over-time"),
        (&OWN.replace("WHERE {", "WHERE"), &["--conflict-rules", "own.rq"], 1, "own.rq"),
    ] {
        fs::write(here.join("own.rq"), text).unwrap();
        let found = check(here, args);
        assert_eq!(found.status, Some(status), "{args:?} {}", found.stderr);
        assert!(found.stderr.contains(told), "{args:?} {}", found.stderr);
    }
    fs::create_dir(here.join("empty")).unwrap();
    assert!(check(here, &["--conflict-rules", "empty"]).stderr.contains("holds no conflict rule"));
    let files = run(here, &["check", "--conflicts", "--write", "--data", "r.jsonl"]);
    assert_eq!(files.status, Some(2), "{}", files.stderr);
    let alone = run(here, &["check", "--write", "--store", "s"]);
    assert_eq!(alone.status, Some(2), "--write is of conflicts: {}", alone.stderr);
}
