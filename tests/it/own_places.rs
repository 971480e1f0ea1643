//! Places of the user's own against those of the register: they win, in a run and in a store.

use std::fs;
use std::path::Path;

use citypact::convert;
use citypact::load::{FileOptions, load_files};
use citypact::place::Register;
use citypact::record::read::Input;
use citypact::store::Embedded;

use crate::citypact::run;

const SOURCE: &str = "{\"type\":\"source\",\"id\":\"s\",\"language\":\"en\"}\n";
const SHANGHAI: &str = "{\"type\":\"place\",\"id\":\"cn-shanghai\",\"level\":\"municipality\",\"state\":\"China\",\
    \"names\":{\"en\":\"Shanghai\",\"zh-Hans\":\"上海市\"}}\n";
const TIE: &str = "{\"type\":\"tie\",\"source\":\"s\",\"parties\":[\"cn-shanghai\",\"jp-osaka-city\"],\"kind\":\"friendship-city\"}\n";

fn places(quads: &[String]) -> Vec<&String> {
    quads.iter().filter(|quad| quad.contains("id/place/cn-shanghai> ") && quad.contains("graph/places>")).collect()
}

fn lines(store: &Embedded) -> Vec<String> {
    let mut quads: Vec<String> = store.quads(None).map(|quad| quad.unwrap().to_string()).collect();
    quads.sort();
    quads
}

fn load(store: &Embedded, files: &[(&str, &str)]) -> (convert::Summary, citypact::store::Change) {
    let inputs: Vec<Input> = files.iter().map(|(name, text)| Input::bytes(*name, text.as_bytes().to_vec())).collect();
    let options = FileOptions::default();
    let done = load_files(store, &inputs, &Register::builtin(), &options, &mut |_| {}).unwrap();
    (done.0, done.1.change)
}

#[test]
fn a_record_that_contradicts_the_register_counts_and_a_warning_names_both() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let other = |id: &str, level: &str| {
        format!("{{\"type\":\"place\",\"id\":\"{id}\",\"level\":\"{level}\",\"names\":{{\"en\":\"{id} of ours\"}}}}\n")
    };
    let register = Register::builtin();
    for id in ["cn-shanghai", "cn-tongzhou", "gb-london", "th-bangkok", "tr-istanbul", "us-new-york-city"] {
        let Some(known) = register.get(id) else { panic!("{id} is not in the register") };
        let level = if known.level.as_str() == "district" { "region" } else { "district" };
        let tie = TIE.replace("cn-shanghai", id);
        fs::write(here.join("r.jsonl"), [SOURCE, &tie, &other(id, level)].concat()).unwrap();
        let done = run(here, &["convert", "r.jsonl", "--to", "nquads"]);
        assert_eq!(done.status, Some(0), "{}", done.stderr);
        for said in [id, level, known.level.as_str(), "warning: r.jsonl:3:", " /level: "] {
            assert!(done.stderr.contains(said), "{said}: {}", done.stderr);
        }
        let levels =
            done.stdout.lines().filter(|line| line.contains(&format!("/place/{id}> ")) && line.contains("ns#level"));
        assert!(levels.eq([format!(
            "<https://w3id.org/citypact/id/place/{id}> <https://w3id.org/citypact/ns#level> \
             <https://w3id.org/citypact/code/{level}> <https://w3id.org/citypact/graph/places> ."
        )]));
        assert!(known.names.iter().all(|(_, name)| !done.stdout.contains(&format!("\"{name}\"@"))), "{}", done.stdout);
    }
}

#[test]
fn two_records_of_the_run_that_contradict_each_other_are_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let other = SHANGHAI.replace("municipality", "district");
    fs::write(here.join("one.jsonl"), [SOURCE, TIE, SHANGHAI].concat()).unwrap();
    fs::write(here.join("two.jsonl"), &other).unwrap();
    let told = run(here, &["convert", "one.jsonl", "two.jsonl"]).failed(3);
    assert!(told.contains("error: two.jsonl:1:"), "{told}");
    let told = run(here, &["convert", "one.jsonl", "--places", "two.jsonl"]).failed(3);
    assert!(told.contains("error: one.jsonl:3:") && told.contains(" /level: "), "{told}");
    fs::write(here.join("three.jsonl"), [SHANGHAI, &other].concat()).unwrap();
    assert!(run(here, &["convert", "two.jsonl", "--places", "three.jsonl"]).failed(1).contains("line 2"));
}

#[test]
fn the_same_comes_of_it_whatever_the_threads_and_wherever_the_record_stands() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("ties.jsonl"), [SOURCE, TIE].concat()).unwrap();
    fs::write(here.join("places.jsonl"), SHANGHAI).unwrap();
    let convert = |args: &[&str]| run(here, &[&["convert", "--to", "trig"], args].concat()).ok();
    let expected = convert(&["ties.jsonl", "places.jsonl", "--jobs", "1"]);
    assert!(expected.contains("code:municipality") && !expected.contains("Schanghai"), "{expected}");
    for args in [&["places.jsonl", "ties.jsonl", "--jobs", "4"][..], &["ties.jsonl", "--places", "places.jsonl"]] {
        assert_eq!(convert(args), expected, "{args:?}");
    }
    let levels = "SELECT (COUNT(DISTINCT ?l) AS ?n) { <https://w3id.org/citypact/id/place/cn-shanghai> pact:level ?l }";
    let counted = |args: &[&str]| run(here, &[&["query", levels, "--to", "csv"], args].concat()).ok();
    assert_eq!(counted(&["--data", "ties.jsonl", "places.jsonl"]).lines().last(), Some("1"));
    assert_eq!(counted(&["--data", "ties.jsonl", "--places", "places.jsonl"]).lines().last(), Some("1"));
    check(here);
}

fn check(here: &Path) {
    let told = run(here, &["check", "--data", "ties.jsonl", "places.jsonl"]);
    assert_eq!(told.status, Some(0), "{}{}", told.stdout, told.stderr);
}

#[test]
fn a_store_holds_what_the_record_says_and_not_what_the_register_said_before() {
    let at_once = Embedded::memory().unwrap();
    load(&at_once, &[("ties.jsonl", &[SOURCE, TIE].concat()), ("places.jsonl", SHANGHAI)]);
    let expected = lines(&at_once);
    assert!(places(&expected).iter().all(|quad| !quad.contains("first-level")));

    let store = Embedded::memory().unwrap();
    load(&store, &[("ties.jsonl", &[SOURCE, TIE].concat())]);
    assert!(places(&lines(&store)).iter().any(|quad| quad.contains("code/first-level")));
    let (_, change) = load(&store, &[("places.jsonl", SHANGHAI)]);
    assert!(change.removed > 5, "{change:?}");
    assert_eq!(places(&lines(&store)), places(&expected), "the register's entry has gone");
    // What a later run says of the place goes by the store, not by the register.
    let again = "{\"type\":\"source\",\"id\":\"t\",\"language\":\"zh-Hans\"}\n".to_owned()
        + &TIE.replace("\"s\"", "\"t\"").replace("\"cn-shanghai\"", "\"上海市\"");
    let (summary, _) = load(&store, &[("more.jsonl", &again)]);
    assert_eq!((summary.rejected, summary.mentions.resolved), (0, 1));
    assert_eq!(places(&lines(&store)), places(&expected));
    // The same once more changes nothing; another level takes the place of the first.
    let (_, change) = load(&store, &[("places.jsonl", SHANGHAI)]);
    assert!(change.is_empty(), "{change:?}");
    load(&store, &[("places.jsonl", &SHANGHAI.replace("municipality", "region"))]);
    let now = lines(&store);
    let levels: Vec<_> = places(&now).into_iter().filter(|quad| quad.contains("ns#level>")).collect();
    assert!(levels.len() == 1 && levels[0].contains("code/region"), "{levels:?}");
}

#[test]
fn a_reference_to_a_record_that_was_rejected_says_so_and_where_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let award = "{\"type\":\"award\",\"id\":\"best\",\"names\":\"Best\"}\n";
    let conferral = "{\"type\":\"conferral\",\"source\":\"s\",\"award\":\"best\",\"recipient\":\"my-town\"}\n";
    let town = "{\"type\":\"place\",\"id\":\"my-town\",\"level\":\"hamlet\",\"names\":\"My Town\"}\n";
    let tie = TIE.replace("cn-shanghai", "my-town");
    fs::write(here.join("r.jsonl"), [SOURCE, conferral, &tie, award, town].concat()).unwrap();
    let told = run(here, &["convert", "r.jsonl"]).failed(3);
    for said in [
        " /award: `best` names a record that was rejected, at r.jsonl:4:1",
        "/recipient: `my-town` names a record that was rejected, at r.jsonl:5:1",
        "/parties/0: `my-town` names a record that was rejected, at r.jsonl:5:1",
    ] {
        assert!(told.contains(said), "{said}\n{told}");
    }
    let unread = SOURCE.replace("\"language\"", "\"tongue\"");
    fs::write(here.join("r.jsonl"), [&unread, TIE].concat()).unwrap();
    let told = run(here, &["convert", "r.jsonl"]).failed(3);
    assert!(told.contains(" /source: `s` names a record that was rejected, at r.jsonl:1:1"), "{told}");
}

#[test]
fn the_words_of_the_source_stay_in_its_graph_and_show_before_english() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let source = SOURCE.replace("en", "zh-Hans");
    let tie = TIE.replace("\"jp-osaka-city\"", "{\"name\":\"福冈市\",\"state\":\"jp\"}");
    fs::write(here.join("r.jsonl"), [&source, &tie].map(String::as_str).concat()).unwrap();
    let quads = run(here, &["convert", "r.jsonl", "--to", "nquads"]).ok();
    let printed = "<https://w3id.org/citypact/id/place/jp-fukuoka-city> <http://www.w3.org/2004/02/skos/core#altLabel> \
                   \"福冈市\"@zh-Hans <https://w3id.org/citypact/graph/s> .";
    assert!(quads.contains(printed), "{quads}");
    let asked =
        ["query", "partners", "-p", "place=cn-shanghai", "-p", "lang=zh-Hans", "--to", "csv", "--data", "r.jsonl"];
    let told = run(here, &asked).ok();
    assert!(told.contains("福冈市"), "{told}");
    assert!(told.contains("unknown") && told.contains("起止均未提及"), "{told}");
}

#[test]
fn tables_to_begin_with_load_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for flat in ["place", "tie", "conferral", "count"] {
        let table = run(here, &["schema", "--csv", flat]).ok();
        fs::write(here.join("t.csv"), &table).unwrap();
        let done = run(here, &["convert", "t.csv", "--to", "ntriples"]);
        assert_eq!(done.status, Some(0), "{flat}: {}", done.stderr);
        assert!(
            !done.stderr.contains("warning:") && done.stderr.contains("0 rejected, 0 warnings"),
            "{flat}: {}",
            done.stderr
        );
    }
    assert!(run(here, &["schema", "--csv", "tie"]).ok().contains("友好城市"), "grades in the words of the source");
    run(here, &["schema", "--csv", "event"]).failed(2);
}
