//! Checks from the command line: shapes, evidence, conflicts; what they say and how they end.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::citypact::{Run, run};
use crate::golden::assert_golden;

fn over_articles(here: &Path, args: &[&str]) -> Run {
    crate::citypact::over_articles(here, &[&["check", "--quiet"], args].concat())
}

#[test]
fn the_examples_keep_the_contract_and_their_conflicts_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let told = over_articles(folder.path(), &["--conflicts"]);
    assert_eq!(told.status, Some(0), "{}{}", told.stdout, told.stderr);
    assert_golden("check.txt", &told.stdout);
    assert_eq!(over_articles(folder.path(), &["--strict"]).status, Some(3));
    let json: serde_json::Value =
        serde_json::from_str(&over_articles(folder.path(), &["--conflicts", "--to", "json"]).ok()).unwrap();
    assert_eq!(json["faults"], 0);
    let conflicts = json["conflicts"].as_array().unwrap();
    assert!(conflicts.iter().all(|conflict| !conflict["claims"].as_array().unwrap().is_empty()), "{json}");
}

/// Findings, each as its rule with the facts that it names.
type Findings = BTreeSet<(String, BTreeSet<String>)>;

/// Precision and recall of what was found against what is known.
fn measured(found: &Findings, known: &Findings) -> (f64, f64) {
    let both = found.intersection(known).count() as f64;
    (both / found.len() as f64, both / known.len() as f64)
}

#[test]
fn a_generated_world_has_the_conflicts_that_were_planted_and_no_fault() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for (places, seed) in [("1200", "1"), ("3000", "2")] {
        run(here, &["generate", "--places", places, "--seed", seed, "--out", "w.jsonl", "--known", "known.jsonl"]).ok();
        let known = fs::read_to_string(here.join("known.jsonl")).unwrap();
        let set = |facts: &serde_json::Value| {
            facts.as_array().unwrap().iter().map(|fact| fact.as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
        };
        let known: Findings = known
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .map(|line| (line["rule"].as_str().unwrap().to_owned(), set(&line["facts"])))
            .collect();
        let found = run(here, &["check", "--conflicts", "--to", "json", "--quiet", "--data", "w.jsonl"]);
        let json: serde_json::Value = serde_json::from_str(&found.ok()).unwrap();
        let conflicts = json["conflicts"].as_array().unwrap();
        let facts = |conflict: &serde_json::Value| {
            let nodes = conflict["claims"].as_array().unwrap().iter();
            nodes.map(|claim| claim["node"].as_str().unwrap().trim_matches(['<', '>']).to_owned()).collect()
        };
        let found: Findings =
            conflicts.iter().map(|one| (one["rule"].as_str().unwrap().to_owned(), facts(one))).collect();
        let (wrong, missed): (Vec<_>, Vec<_>) =
            (found.difference(&known).take(3).collect(), known.difference(&found).take(3).collect());
        assert_eq!(measured(&found, &known), (1.0, 1.0), "{places} {seed}: wrong {wrong:#?}, missed {missed:#?}");
        let rules: BTreeSet<&str> = known.iter().map(|(rule, _)| rule.as_str()).collect();
        assert_eq!(rules.len(), 11, "{rules:?}");
        assert_eq!(json["faults"], 0, "{places} {seed}");
    }
}

const TIES: &str = r#"{"type":"source","id":"a","language":"en","published":"2020-01-01"}
{"type":"source","id":"b","language":"en","published":"2021-01-01"}
{"type":"tie","source":"a","parties":["cn-qingdao","jp-shimonoseki"],"kind":"friendship-city","since":"1979"}
{"type":"tie","source":"b","parties":["cn-qingdao","jp-shimonoseki"],"kind":"friendship-city","since":"1979-10-03","evidence":[{"quote":"since then","start":4,"end":14}]}
{"type":"count","source":"a","about":"cn-qingdao","variable":"friendship-cities","value":20,"as_of":"2019","as_of_basis":"stated","quantifier":"at-least"}
{"type":"count","source":"b","about":"cn-qingdao","variable":"friendship-cities","value":29,"as_of":"2019","as_of_basis":"stated"}
"#;

fn conflicts(here: &Path, lines: &str) -> Vec<serde_json::Value> {
    fs::write(here.join("r.jsonl"), lines).unwrap();
    let found = run(here, &["check", "--conflicts", "--no-shapes", "--to", "json", "--quiet", "--data", "r.jsonl"]);
    let json: serde_json::Value = serde_json::from_str(&found.ok()).unwrap();
    json["conflicts"].as_array().unwrap().clone()
}

#[test]
fn precision_and_lower_bounds_are_no_conflict() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    assert_eq!(conflicts(here, TIES), Vec::<serde_json::Value>::new());
    let other = conflicts(here, &TIES.replace("\"since\":\"1979\"", "\"since\":\"1980\""));
    assert_eq!(other.len(), 1);
    let told: Vec<&str> = other[0]["claims"]
        .as_array()
        .unwrap()
        .iter()
        .map(|claim| claim["told"][0]["published"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["2021-01-01", "2020-01-01"]);
    assert_eq!(other[0]["claims"][0]["told"][0]["evidence"][0]["start"], 4);
    let other = conflicts(here, &TIES.replace("\"value\":20", "\"value\":30"));
    assert_eq!((other.len(), other[0]["figure"].as_object().unwrap().len()), (1, 2), "{other:?}");
    let exact = TIES.replace(",\"quantifier\":\"at-least\"", "");
    assert_eq!(conflicts(here, &exact).len(), 1);
    let scoped = exact.replace("\"value\":20", "\"value\":20,\"scope\":\"in Asia\"");
    assert_eq!(conflicts(here, &scoped).len(), 0);
    let ended = TIES.replace("\"since\":\"1979\"", "\"since\":\"1979\",\"status\":\"ended\"");
    assert_eq!(conflicts(here, &ended).len(), 0, "a silent record states no status");
    let denied = ended.replace("\"since\":\"1979-10-03\"", "\"since\":\"1979-10-03\",\"status\":\"in-force\"");
    assert_eq!(conflicts(here, &denied).len(), 1);
}

#[test]
fn evidence_stands_has_moved_or_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let records = r#"{"type":"source","id":"a","language":"zh-Hans","file":"first.txt"}
{"type":"source","id":"b","language":"en"}
{"type":"source","id":"c","language":"en"}
{"type":"tie","source":"a","parties":["cn-qingdao","jp-shimonoseki"],"kind":"friendship-city","since":"1979","evidence":[{"quote":"结好","start":5,"end":7},{"quote":"丙市","start":0,"end":2},{"quote":"乙市","start":0,"end":2},{"quote":"甲市","prefix":"x"}]}
{"type":"tie","source":"b","parties":["cn-qingdao","jp-shimonoseki"],"kind":"friendship-city","evidence":[{"quote":"friends","start":8,"end":15,"prefix":"good "}]}
{"type":"tie","source":"c","parties":["cn-qingdao","jp-shimonoseki"],"kind":"friendship-city","evidence":[{"quote":"x","start":0,"end":1}]}
"#;
    fs::write(here.join("r.jsonl"), records).unwrap();
    fs::create_dir(here.join("texts")).unwrap();
    fs::write(here.join("texts/first.txt"), "甲市与乙市结好。").unwrap();
    fs::write(here.join("texts/b.txt"), "We good friends.").unwrap();
    let check = |args: &[&str]| {
        run(here, &[&["check", "--sources", "texts", "--no-shapes", "--quiet"], args, &["--data", "r.jsonl"]].concat())
    };
    let told = check(&[]);
    assert_eq!(told.status, Some(3), "{}", told.stderr);
    assert_golden("check-evidence.txt", &told.stdout);
    let json: serde_json::Value = serde_json::from_str(&check(&["--to", "json"]).stdout).unwrap();
    assert_eq!((&json["evidence"]["checked"], &json["evidence"]["standing"]), (&5.into(), &2.into()));
    assert_eq!(json["evidence"]["findings"].as_array().unwrap().len(), 3);
}

#[test]
fn shapes_of_ones_own_hold_for_all_data_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("r.jsonl"), TIES).unwrap();
    let shapes = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix pact: <https://w3id.org/citypact/ns#> .
        <urn:s> sh:targetClass pact:Arrangement ; sh:property [ sh:path pact:since ; sh:maxCount 1 ; sh:message 'one beginning'@en, '一'@zh ] .";
    fs::write(here.join("s.ttl"), shapes).unwrap();
    let check =
        |args: &[&str]| run(here, &[&["check", "--shapes", "s.ttl", "--quiet"], args, &["--data", "r.jsonl"]].concat());
    let told = check(&[]);
    assert_eq!(told.status, Some(3), "{}", told.stderr);
    assert!(told.stdout.contains("violation: one beginning\n    id:tie/friendship-city/cn-qingdao--jp-shimonoseki  pact:since  [graph:a, graph:b]"), "{}", told.stdout);
    assert!(check(&["--lang", "zh-Hans"]).stdout.contains("不符: one beginning"));
    assert!(check(&["--lang", "zh"]).stdout.contains("不符: 一"));
    check(&["--each"]).ok();
    fs::write(here.join("s.ttl"), shapes.replace("pact:Arrangement", "pact:Nothing")).unwrap();
    let none = check(&[]);
    assert!(none.stdout.contains("(0 nodes validated)") && none.stderr.contains("nothing was validated"), "{none:?}");
    fs::write(here.join("s.ttl"), shapes).unwrap();
    let report = check(&["--to", "turtle"]);
    assert!(report.stdout.contains("sh:conforms false") && report.status == Some(3), "{}", report.stdout);
}

#[test]
fn what_cannot_be_checked_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("r.jsonl"), TIES).unwrap();
    let prefix = "@prefix sh: <http://www.w3.org/ns/shacl#> . ";
    let mut all = String::new();
    for (shapes, status) in [
        ("<urn:s> sh:targetClass <urn:c> ; sh:rule [ ] .", 1),
        ("<urn:s> sh:targetClass <urn:c> ; sh:property [ sh:minCount 1 ] .", 1),
        ("<urn:s> a sh:NodeShape .", 1),
        ("<urn:s> sh:targetClass", 1),
    ] {
        fs::write(here.join("s.ttl"), format!("{prefix}{shapes}")).unwrap();
        all.push_str(&run(here, &["check", "--shapes", "s.ttl", "--quiet", "--data", "r.jsonl"]).failed(status));
    }
    for (args, status) in [
        (["--sources", "none"], 1),
        (["--shapes", "none.ttl"], 1),
        (["--shapes", "r.jsonl"], 1),
        (["--to", "trtle"], 2),
    ] {
        let error =
            run(here, &[&["check"], args.as_slice(), &["--quiet", "--data", "r.jsonl"]].concat()).failed(status);
        all.push_str(&error);
    }
    all.push_str(&run(here, &["check", "--no-shapes", "--to", "turtle", "--data", "r.jsonl"]).failed(2));
    assert_golden("check-errors.txt", &all);
}

#[test]
fn a_store_behind_an_endpoint_is_checked_as_files_are() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("token"), "secret\n").unwrap();
    fs::write(here.join("r.jsonl"), TIES.replace("\"since\":\"1979\"", "\"since\":\"1980\"")).unwrap();
    let running = crate::remote::serve();
    let url = format!("{}/query", running.url);
    let there = ["--endpoint", &url, "--token-file", "token"];
    run(here, &[&["load", "r.jsonl", "--quiet"], there.as_slice()].concat()).ok();
    let args = ["check", "--conflicts", "--to", "json", "--quiet"];
    let remote = run(here, &[args.as_slice(), &there].concat()).ok();
    let files = run(here, &[args.as_slice(), &["--data", "r.jsonl"]].concat()).ok();
    assert_eq!(remote, files);
    assert!(files.contains("1980"), "{files}");
}

#[test]
fn a_report_speaks_the_language_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    for (language, said) in [
        ("zh-Hans", ["0 处不符", "警告: S8 目标何时到期？", "仅见于有损文本的数字 (42)"]),
        ("zh-Hant", ["0 處不符", "警告: S8 目標何時到期？", "僅見於有損文本的數字 (42)"]),
        ("ja", ["違反 0 件", "警告: S8 目標の期限はいつか？", "損なわれた本文にしかない数値 (42)"]),
    ] {
        let told = over_articles(folder.path(), &["--conflicts", "--lang", language]).stdout;
        assert!(said.iter().all(|words| told.contains(words)), "{language}: {told}");
        assert!(!told.contains("violation") && !told.contains("warning"), "{told}");
        let message = said[1].split_once(": ").unwrap().1;
        let json = over_articles(folder.path(), &["--lang", language, "--to", "json"]).stdout;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let findings = json["shapes"]["findings"].as_array().unwrap();
        let first = |finding: &serde_json::Value| finding["messages"][0].clone();
        let told = findings.iter().map(first).find(|first| first["text"] == message);
        assert_eq!(told.unwrap()["language"], language, "{json}");
        assert!(findings.iter().all(|finding| finding["messages"].as_array().unwrap().len() == 2), "{json}");
        let rdf = over_articles(folder.path(), &["--lang", language, "--to", "turtle"]).stdout;
        assert!(rdf.contains(&format!("\"{message}\"@{language}")), "{rdf}");
    }
    let english = over_articles(folder.path(), &["--to", "json"]).stdout;
    assert!(english.contains("S8") && !english.contains("zh-"), "{english}");
}

#[test]
fn evidence_in_the_default_graph_is_told_with_its_claim() {
    let folder = tempfile::tempdir().unwrap();
    let (here, own) = (folder.path(), "https://w3id.org/citypact");
    let records = TIES.replace("\"since\":\"1979\"", "\"since\":\"1980\"");
    fs::write(here.join("r.jsonl"), records).unwrap();
    run(here, &["convert", "r.jsonl", "--to", "ntriples", "--out", "merged.nt"]).ok();
    // All of it in the default graph, as a file without graphs of its own is read by other tools, and a document beside it.
    let text = fs::read_to_string(here.join("merged.nt")).unwrap();
    let other = format!(
        "<{own}/id/tie/friendship-city/cn-qingdao--jp-shimonoseki> <{own}/ns#since> \"1990\" <{own}/graph/c> .\n"
    );
    fs::write(here.join("all.nq"), text + &other).unwrap();
    let args = ["check", "--conflicts", "--no-shapes", "--to", "json", "--quiet", "--data", "all.nq"];
    let json: serde_json::Value = serde_json::from_str(&run(here, &args).ok()).unwrap();
    let since = json["conflicts"]
        .as_array()
        .unwrap()
        .iter()
        .find(|conflict| conflict["property"].as_str().is_some_and(|property| property.contains("#since>")));
    let told = since.unwrap().to_string();
    assert!(told.matches("since then").count() == 2 && told.contains("1990"), "{told}");
}

#[test]
fn checks_and_rules_end_at_their_limits() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    run(here, &["generate", "--places", "1200", "--out", "w.jsonl"]).ok();
    fs::create_dir(here.join("rules")).unwrap();
    let endless = "CONSTRUCT { ?n <urn:p> 1 } WHERE { { ?s <urn:p> 1 } UNION { VALUES ?s { <urn:s> } } BIND(IRI(CONCAT(STR(?s), 'x')) AS ?n) }";
    fs::write(here.join("rules/on.rq"), endless).unwrap();
    let product =
        "@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:s> sh:targetSubjectsOf <https://w3id.org/citypact/ns#level> ;
        sh:sparql [ sh:select 'SELECT $this { $this ?p ?o . ?a ?b ?c . ?d ?e ?f FILTER(CONCAT(STR(?o), STR(?c), STR(?f)) = \"\") }' ] .";
    fs::write(here.join("s.ttl"), product).unwrap();
    let check = ["check", "--quiet", "--shapes", "s.ttl"];
    let infer = ["infer", "--quiet", "--dry-run", "--rules", "rules", "--max-rounds", "4000000000"];
    for args in [check.as_slice(), &infer] {
        let with = |more: &[&str]| run(here, &[args, more, &["--data", "w.jsonl"]].concat()).failed(1);
        let said = with(&["--timeout", "4"]);
        assert_eq!(said, "error: the time limit of 4 s was reached\n  Hint: raise it with --timeout\n");
        let said = with(&["--limit-memory", "1"]);
        assert!(said.starts_with("error: the work needs more than the 1 megabytes that it may use\n"), "{said}");
        assert!(said.ends_with("raise the limit with --limit-memory\n"), "{said}");
    }
}
