//! Rules: what follows from the examples, why, that it ends, and that what no longer follows goes.

use std::fs;
use std::path::Path;

use citypact::index::Version;
use citypact::infer::{self, Bounds, InferError, Inference, Rule, RuleError, Rules};
use citypact::query::Executor;
use citypact::store::{Document, Embedded, Store};
use citypact::vocab::graph;
use oxrdf::{NamedNode, Quad};
use oxttl::TriGParser;

use crate::citypact::{Run, run};
use crate::golden::assert_golden;
use crate::remote::serve;

fn over_articles(here: &Path, args: &[&str]) -> Run {
    crate::citypact::over_articles(here, &[&["infer"], args].concat())
}

fn quads(text: &str) -> Vec<Quad> {
    let prefixes = citypact::vocab::PREFIXES.iter().map(|(name, iri)| format!("@prefix {name}: <{iri}> .\n"));
    let text = prefixes.collect::<String>() + text;
    TriGParser::new().for_slice(text.as_bytes()).map(Result::unwrap).collect()
}

fn own(rules: &[(&str, &str)]) -> Result<Rules, RuleError> {
    Rules::new(rules.iter().map(|(name, text)| Rule::read(name, text)).collect::<Result<_, _>>()?)
}

fn infer_all(data: &Version, rules: &Rules, bounds: Bounds) -> Result<Inference, InferError> {
    let data = infer::prepare(data, Vec::new())?;
    infer::infer(data, rules, bounds, &Executor::default(), &|_| {})
}

/// What follows, as shortened lines, sorted.
fn follows(data: &str, rules: &[(&str, &str)]) -> Vec<String> {
    let data = citypact::index::build(quads(data), 0).ok().unwrap();
    let inference = infer_all(&data, &own(rules).unwrap(), Bounds::default()).unwrap();
    let short = citypact::output::Style::default();
    let line = |quad: Quad| {
        let parts = [quad.subject.into(), quad.predicate.into(), quad.object];
        parts.iter().map(|term: &oxrdf::Term| short.term(term)).collect::<Vec<_>>().join(" ")
    };
    let mut lines: Vec<String> = inference.quads().map(line).collect();
    lines.sort();
    lines
}

#[test]
fn what_follows_from_the_examples() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let run = over_articles(here, &["--to", "trig"]);
    let counts =
        run.stderr.lines().filter(|line| line.contains(" facts follow") || line.starts_with("  ")).collect::<Vec<_>>();
    assert_golden("infer-counts.txt", &(counts.join("\n") + "\n"));
    assert!(run.ok().contains("graph:inferred {"));
    let lines = over_articles(here, &["--to", "ntriples", "--quiet"]).ok().replace("https://w3id.org/citypact/", "");
    let ours: Vec<&str> =
        lines.lines().filter(|line| !line.contains("rdf-syntax-ns#type") && !line.contains("/terms/date")).collect();
    assert_golden("infer.txt", &(ours.join("\n") + "\n"));
    over_articles(here, &["--out", "first.nq", "--quiet"]).ok();
    over_articles(here, &["--out", "second.nq", "--quiet"]).ok();
    assert_eq!(fs::read(here.join("first.nq")).unwrap(), fs::read(here.join("second.nq")).unwrap());
    assert_eq!(over_articles(here, &["--dry-run", "--quiet"]).ok(), "");
}

#[test]
fn why_a_fact_holds_down_to_the_documents() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = String::new();
    for fact in [
        "place:cn-qingdao pact:twinnedWith place:uz-samarqand-city",
        "?x pact:twinnedWith place:cn-shandong",
        "place:cn-qingdao schema:containedInPlace place:cn",
        "place:cn-qingdao schema:containedInPlace place:cn-shandong .",
        "place:cn-qingdao a prov:Agent",
    ] {
        let told = over_articles(folder.path(), &["--quiet", "--cases", "1", "--explain", fact]).ok();
        all.push_str(&format!("==== {fact}\n{told}"));
    }
    // A fact that rests on facts that follow themselves.
    let records = r#"{"type":"source","id":"a","language":"en"}
{"type":"organization","id":"o","names":{"en":"Society"}}
{"type":"award","source":"a","id":"w","names":{"en":"Prize"},"conferred_by":["o"]}
{"type":"conferral","source":"a","award":"w","recipient":"jp-shimonoseki","for_tie_with":"cn-qingdao","conferred_on":"2024"}
"#;
    fs::write(folder.path().join("r.jsonl"), records).unwrap();
    let fact = "place:cn-qingdao pact:twinnedWith place:jp-shimonoseki";
    all.push_str(
        &run(folder.path(), &["infer", "--quiet", "--explain", fact, "--lang", "en", "--data", "r.jsonl"]).ok(),
    );
    assert_golden("infer-explain.txt", &all);
    let none = over_articles(folder.path(), &["--quiet", "--explain", "place:cn pact:twinnedWith place:uz"]);
    assert_eq!((none.status, none.stderr.as_str()), (Some(3), "It is neither stated nor does it follow.\n"));
    let json = over_articles(
        folder.path(),
        &["--to", "json", "--explain", "place:cn-qingdao schema:containedInPlace place:cn"],
    )
    .ok();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["rule"], json["from"].as_array().unwrap().len()), (&"within".into(), 2));
}

#[test]
fn each_rule_does_what_its_title_says() {
    let library = infer::library();
    let with = |names: &[&str], data: &str| {
        let rules: Vec<_> = library.iter().copied().filter(|(name, _)| names.contains(name)).collect();
        assert_eq!(rules.len(), names.len());
        follows(data, &rules)
    };
    let world =
        "kind:friendship-city skos:broader kind:twinning . kind:unspecified-friendship skos:broader kind:twinning .
        place:a a pact:TerritorialEntity . place:b a pact:TerritorialEntity . place:c a pact:TerritorialEntity .";
    let tie = |status: &str| {
        format!(
            "{world} graph:1 {{ <urn:t> a pact:Tie ; pact:party place:a, place:b, <urn:org> ; pact:kind kind:friendship-city {status} }}"
        )
    };
    let both = ["place:a pact:twinnedWith place:b", "place:b pact:twinnedWith place:a"];
    assert_eq!(with(&["twinned-with"], &tie("")), both);
    assert_eq!(with(&["twinned-with"], &tie("; pact:status code:in-force")), both);
    assert!(with(&["twinned-with"], &tie("; pact:status code:ended")).is_empty());
    let concluded = |more: &str| with(&["status"], &tie(more));
    assert!(concluded("").is_empty(), "of what nothing is told nothing follows");
    for told in ["; pact:since \"1979\"", "; pact:attestedOn \"2024\""] {
        assert_eq!(concluded(told), ["<urn:t> pact:status code:in-force"]);
    }
    assert_eq!(concluded("; pact:until \"2001\""), ["<urn:t> pact:status code:ended"]);
    assert_eq!(concluded("; pact:modality code:planned"), ["<urn:t> pact:status code:intended"]);
    assert!(concluded("; pact:status code:unknown").is_empty(), "a stated one stands");
    let disputed = tie("; pact:status code:ended") + " graph:2 { <urn:t> pact:status code:in-force }";
    assert_eq!(with(&["twinned-with"], &disputed), both);
    assert!(
        with(
            &["twinned-with"],
            &tie("")
                .replace("kind:friendship-city {", "kind:intent {")
                .replace("pact:kind kind:friendship-city", "pact:kind kind:intent")
        )
        .is_empty()
    );
    let id = "https://w3id.org/citypact/id/";
    let conferral = format!(
        "{world} graph:1 {{ <urn:c> a pact:AwardConferral ; pact:recipient place:b ; pact:forTieWith place:a }}"
    );
    let found = with(&["conferral-tie", "twinned-with"], &conferral);
    assert_eq!(found.len(), 7, "{found:?}");
    assert!(found.contains(&"id:tie/unspecified-friendship/a--b pact:party place:a".to_owned()), "{found:?} {id}");
    assert!(found.ends_with(&both.map(str::to_owned)), "{found:?}");
    let dated =
        conferral.replace("place:a }", "place:a ; pact:conferredAt <urn:e> . <urn:e> schema:startDate '2024-11-18' }");
    let found = with(&["conferral-tie"], &dated);
    assert!(found.contains(&"id:tie/unspecified-friendship/a--b pact:attestedOn 2024-11-18".to_owned()), "{found:?}");
    let stated = conferral + "graph:2 { <urn:t> a pact:Tie ; pact:party place:a, place:b }";
    assert!(with(&["conferral-tie"], &stated).is_empty());
    let places = "place:a schema:containedInPlace place:b . place:b schema:containedInPlace place:c . place:c schema:containedInPlace place:d ;
        pact:sovereignState place:d . graph:1 { place:b pact:sovereignState place:other }";
    assert_eq!(
        with(&["within", "sovereign-state"], places),
        [
            "place:a pact:sovereignState place:d",
            "place:a pact:sovereignState place:other",
            "place:a schema:containedInPlace place:c",
            "place:a schema:containedInPlace place:d",
            "place:b schema:containedInPlace place:d",
        ]
    );
    let circle = "place:a schema:containedInPlace place:b . place:b schema:containedInPlace place:a .";
    assert!(with(&["within"], circle).is_empty());
    let dates = "graph:1 { <urn:t> pact:since '1979-10'^^xsd:gYearMonth ; pact:until '1982'^^xsd:gYear .
        <urn:u> pact:since '1979'^^xsd:gYear ; pact:earliest '1979-01-01'^^xsd:date }";
    assert_eq!(with(&["bounds"], dates), ["<urn:t> pact:earliest 1979-10-01", "<urn:t> pact:latest 1982-12-31"]);
    let classes = "pact:Tie rdfs:subClassOf pact:Arrangement . pact:Arrangement rdfs:subClassOf prov:Entity . <urn:t> a pact:Tie .
        pact:since rdfs:subPropertyOf dcterms:date . <urn:t> pact:since 1 .";
    assert_eq!(
        with(&["sub-class", "sub-property"], classes),
        ["<urn:t> dcterms:date 1", "<urn:t> rdf:type pact:Arrangement", "<urn:t> rdf:type prov:Entity"]
    );
    assert_eq!(
        with(&["symmetric"], "<urn:a> owl:sameAs <urn:b> ; owl:differentFrom 'x' ."),
        ["<urn:b> owl:sameAs <urn:a>"]
    );
    assert_eq!(library.len(), 9, "every rule is tried here");
}

#[test]
fn what_is_denied_is_complete_before_it_is_denied() {
    let rules = [
        (
            "lonely",
            "CONSTRUCT { ?x a <urn:Lonely> } WHERE { ?x a <urn:Node> FILTER NOT EXISTS { ?x <urn:linked> ?y } }",
        ),
        ("linked", "CONSTRUCT { ?y <urn:linked> ?x } WHERE { ?x <urn:linked> ?y }"),
    ];
    let data = "<urn:a> a <urn:Node> ; <urn:linked> <urn:b> . <urn:b> a <urn:Node> . <urn:c> a <urn:Node> .";
    assert_eq!(follows(data, &rules), ["<urn:b> <urn:linked> <urn:a>", "<urn:c> rdf:type <urn:Lonely>"]);
    let circle =
        [("odd", "CONSTRUCT { ?x a <urn:Odd> } WHERE { ?y <urn:next> ?x FILTER NOT EXISTS { ?y a <urn:Odd> } }")];
    let error = own(&circle).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the rule odd denies that something is a <urn:Odd>, which depends on what the rule itself derives"
    );
    assert!(error.hint().unwrap().contains("GRAPH ?g"));
}

#[test]
fn what_is_no_rule_and_what_has_no_end_is_said() {
    for (text, reason) in [
        ("SELECT * {}", "is no CONSTRUCT"),
        ("CONSTRUCT {} WHERE { ?s ?p ?o }", "derives nothing"),
        ("CONSTRUCT { ?s <urn:p> [] } WHERE { ?s ?p ?o }", "makes blank nodes"),
        ("CONSTRUCT { ?s ?p } WHERE", "cannot be read"),
    ] {
        let error = Rule::read("r", text).unwrap_err();
        assert!(error.to_string().contains(reason), "{text}: {error}");
    }
    let endless =
        [("on", "CONSTRUCT { ?n <urn:p> <urn:o> } WHERE { ?s <urn:p> ?o BIND(IRI(CONCAT(STR(?s), 'x')) AS ?n) }")];
    let data = || citypact::index::build(quads("<urn:s> <urn:p> <urn:o> ."), 0).ok().unwrap();
    let rules = own(&endless).unwrap();
    let error = infer_all(&data(), &rules, Bounds { rounds: 10, ..Bounds::default() }).unwrap_err();
    assert!(matches!(&error, InferError::Rounds { rounds: 10, rule, .. } if rule == "on"), "{error}");
    let error = infer_all(&data(), &rules, Bounds { facts: 5, ..Bounds::default() }).unwrap_err();
    assert!(matches!(error, InferError::Facts { facts: 5, .. }), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("d.ttl"), "<urn:s> <urn:p> <urn:o> .").unwrap();
    fs::create_dir(here.join("rules")).unwrap();
    let mut all = run(here, &["infer", "--rules", "rules", "--only", "--data", "d.ttl"]).failed(2);
    for (text, args) in
        [(endless[0].1, vec!["--max-rounds", "5"]), ("CONSTRUCT { ?s ?p } WHERE {}", vec![]), ("ASK {}", vec![])]
    {
        fs::write(here.join("rules/r.rq"), text).unwrap();
        let args = [&["infer", "--rules", "rules", "--only"], args.as_slice(), &["--data", "d.ttl"]].concat();
        all.push_str(&run(here, &args).failed(1));
    }
    all.push_str(&run(here, &["infer", "--explain", "<urn:s> <urn:p>", "--data", "d.ttl"]).failed(2));
    all.push_str(&run(here, &["infer", "--store", "none"]).failed(1));
    assert!(!here.join("none").exists());
    assert_golden("infer-errors.txt", &all);
}

#[test]
fn inferring_again_changes_nothing_and_replaces_what_no_longer_follows() {
    let store = Embedded::memory().unwrap();
    let rules = own(&[("on", "CONSTRUCT { ?s <urn:q> ?o } WHERE { ?s <urn:p> ?o }")]).unwrap();
    let load = |text: &str| {
        let graphs = vec![NamedNode::new_unchecked("urn:g")];
        store.load(&Document { graphs, quads: quads(text) }).unwrap();
    };
    let infer = || {
        let inference = infer_all(&store.version().unwrap(), &rules, Bounds::default()).unwrap();
        let document = Document { graphs: vec![graph::inferred.into()], quads: inference.quads().collect() };
        let change = store.load(&document).unwrap();
        (change.inserted, change.removed)
    };
    load("<urn:g> { <urn:a> <urn:p> <urn:b>, <urn:c> }");
    assert_eq!(infer(), (2, 0));
    assert_eq!(infer(), (0, 0));
    load("<urn:g> { <urn:a> <urn:p> <urn:c> }");
    assert_eq!(infer(), (0, 1));
    load("<urn:g> { <urn:a> <urn:p> <urn:c> ; <urn:q> <urn:c> }");
    assert_eq!(infer(), (0, 1), "what is stated now is not inferred");
}

#[test]
fn a_store_behind_an_endpoint_gets_its_facts_too() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("token"), "secret\n").unwrap();
    let running = serve();
    let url = format!("{}/query", running.url);
    let there = ["--endpoint", &url, "--token-file", "token"];
    let with = |args: &[&str]| run(here, &[args, &there].concat());
    let article = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/articles/004.jsonl");
    with(&["load", article]).ok();
    let first = with(&["infer"]);
    assert!(first.stderr.contains("graph:inferred: ") && first.stderr.ends_with(" 0 removed\n"), "{}", first.stderr);
    first.ok();
    let count = || with(&["query", "SELECT (COUNT(*) AS ?n) { GRAPH graph:inferred { ?s ?p ?o } }"]).ok();
    let before = count();
    with(&["infer"]).ok();
    assert_eq!(count(), before);
    let twins = with(&["query", "ASK { GRAPH graph:inferred { place:cn-qingdao pact:twinnedWith ?x } }"]).ok();
    assert_eq!(twins, "true");
}
