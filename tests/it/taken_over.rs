//! What others take over: QuickStatements, nanopublications, releases; and what is taken from Wikidata.

use std::fs;
use std::path::Path;

use crate::citypact::run;

/// A tie that a reviewer confirmed, and some that are left out for one reason each.
const RECORDS: &str = r#"{"type":"source","id":"one","language":"zh-Hant","title":"兩城結好","url":"https://news.example/1","published":"2024-01-25","retrieved":"2024-02"}
{"type":"place","id":"zz-a","level":"municipality","names":{"en":"Alpha","ja":"アルファ"},"lat":1.5,"long":2.5,"codes":{"wikidata":"Q1"}}
{"type":"place","id":"zz-b","level":"municipality","names":{"en":"Beta"},"lat":3.5,"long":4.5,"same_as":"http://www.wikidata.org/entity/Q2"}
{"type":"place","id":"zz-d","level":"municipality","names":{"en":"Delta"}}
{"type":"tie","id":"ab","parties":["zz-a","zz-b"],"kind":"friendship-city","since":"1979-10","until":"2001-02-03"}
{"type":"tie","id":"ad","parties":["zz-a","zz-d"],"kind":"friendship-city"}
{"type":"tie","id":"int","parties":["zz-a","zz-b"],"kind":"intent"}
{"type":"tie","id":"new","parties":["zz-a","zz-b"],"kind":"friendly-exchange-city"}
{"type":"assessment","id":"seen","assesses":["ab","ad","int"],"verdict":"confirmed"}
"#;

fn records(folder: &Path) {
    fs::write(folder.join("one.jsonl"), RECORDS).unwrap();
}

#[test]
fn confirmed_ties_become_edits_and_the_rest_is_told() {
    let folder = tempfile::tempdir().unwrap();
    records(folder.path());
    let done = run(folder.path(), &["export", "--data", "one.jsonl", "--to", "quickstatements"]);
    let rest = "P580\t+1979-10-00T00:00:00Z/10\tP582\t+2001-02-03T00:00:00Z/11\tS854\t\"https://news.example/1\"\t\
                S1476\tzh-hant:\"兩城結好\"\tS577\t+2024-01-25T00:00:00Z/11\tS813\t+2024-02-00T00:00:00Z/10";
    assert_eq!(done.stdout, format!("Q1\tP190\tQ2\t{rest}\nQ2\tP190\tQ1\t{rest}\n"));
    for told in [
        "2 statements written.",
        "1 tie left out: no reviewer confirmed it, id:tie/friendly-exchange-city/zz-a--zz-b",
        "1 tie left out: it is intended, or no twinning, id:tie/intent/zz-a--zz-b",
        "1 tie left out: a party has no Wikidata item, or several, id:tie/friendship-city/zz-a--zz-d",
    ] {
        assert!(done.stderr.contains(told), "{told}\n{}", done.stderr);
    }
}

#[test]
fn what_documents_disagree_on_is_no_edit() {
    let folder = tempfile::tempdir().unwrap();
    records(folder.path());
    let other = r#"{"type":"source","id":"two","language":"en","url":"https://news.example/2"}
{"type":"tie","id":"ab2","parties":["zz-a","zz-b"],"kind":"friendship-city","since":"1981"}
"#;
    fs::write(folder.path().join("two.jsonl"), other).unwrap();
    let with = |file: &str| run(folder.path(), &["export", "--data", "one.jsonl", file, "--to", "quickstatements"]);
    let disagreeing = with("two.jsonl");
    assert!(
        disagreeing.stdout.is_empty() && disagreeing.stderr.contains("documents disagree"),
        "{}",
        disagreeing.stderr
    );
    fs::write(folder.path().join("three.jsonl"), other.replace("1981", "1979").replace("two", "three")).unwrap();
    let agreeing = with("three.jsonl").stdout;
    // The more precise of two starts that agree, and a second reference.
    assert!(
        agreeing.contains("P580\t+1979-10-00T00:00:00Z/10") && agreeing.contains("\t!S854\t\"https://news.example/2\""),
        "{agreeing}"
    );
}

#[test]
fn facts_become_nanopublications_that_are_named_by_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    records(folder.path());
    let with =
        |more: &[&str]| run(folder.path(), &[&["export", "--data", "one.jsonl", "--to", "nanopub"], more].concat());
    let all = with(&[]);
    assert!(all.stderr.contains("4 nanopublications written."), "{}", all.stderr);
    assert_eq!(all.stdout, with(&[]).stdout);
    let fact = "id:tie/friendship-city/zz-a--zz-b";
    let one = with(&["--fact", fact]).ok();
    assert_eq!(one.matches("a <http://www.nanopub.org/nschema#Nanopublication>").count(), 1, "{one}");
    assert!(one.contains("prov:wasDerivedFrom doc:one") && one.contains("schema:url"), "{one}");
    let name = |text: &str| text.split("np/RA").nth(1).unwrap()[..43].to_owned();
    let told = with(&[
        "--fact",
        fact,
        "--creator",
        "https://orcid.org/0000-0002-1825-0097",
        "--created",
        "2026-11-28T12:00:00Z",
    ])
    .ok();
    assert!(told.contains("dcterms:creator <https://orcid.org/0000-0002-1825-0097>"), "{told}");
    assert_ne!(name(&told), name(&one));
    let unknown = with(&["--fact", "id:tie/none"]).failed(1);
    assert!(unknown.contains("no graph tells of id:tie/none"), "{unknown}");
    let wrong = run(folder.path(), &["export", "--data", "one.jsonl", "--fact", fact, "--to", "turtle"]).failed(2);
    assert!(wrong.contains("add --to nanopub"), "{wrong}");
}

#[test]
fn names_are_in_the_language_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    records(folder.path());
    for (language, name) in [("ja", "アルファ"), ("en", "Alpha"), ("fr", "Alpha")] {
        for (format, shown) in
            [("geojson", format!("\"name\":\"{name}\"")), ("graphml", format!("<data key=\"n-label\">{name}</data>"))]
        {
            let text = run(folder.path(), &["export", "--data", "one.jsonl", "--to", format, "--lang", language]).ok();
            assert!(text.contains(&shown), "{language}: {text}");
        }
    }
}

#[test]
fn a_release_is_the_same_whenever_it_is_made_and_never_among_other_files() {
    let folder = tempfile::tempdir().unwrap();
    records(folder.path());
    let released = |into: &str, data: &[&str]| {
        let args = [&["release", into, "--version", "1", "--issued", "2026-11", "--data"], data].concat();
        run(folder.path(), &args)
    };
    let done = released("first", &["one.jsonl"]);
    assert_eq!(done.status, Some(0), "{}", done.stderr);
    let sums = fs::read_to_string(folder.path().join("first/SHA256SUMS")).unwrap();
    let names: Vec<&str> = sums.lines().filter_map(|line| line.split("  ").nth(1)).collect();
    for name in [
        "data.nq",
        "data.trig",
        "data.ttl",
        "data.nt",
        "data.rdf",
        "data.jsonld",
        "dcat.ttl",
        "map.geojson",
        "network.graphml",
        "pact-Tie.csv",
    ] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    let canonical = sums.lines().find(|line| line.ends_with("  data.nq")).unwrap().split(' ').next().unwrap();
    assert!(done.stderr.contains(&format!("SHA-256 of the canonical N-Quads: {canonical}")), "{}", done.stderr);
    // What was released says what was released from.
    released("second", &["first/data.nq"]);
    released("third", &["first/data.jsonld"]);
    for again in ["second", "third"] {
        let other = fs::read_to_string(folder.path().join(again).join("SHA256SUMS")).unwrap();
        assert_eq!(other, sums, "{again}");
    }
    // A release takes the place of another, of which no file stays; other files are nobody's to write among.
    fs::write(folder.path().join("less.nt"), "<urn:a> <urn:b> <urn:c> .\n").unwrap();
    assert_eq!(released("third", &["less.nt"]).status, Some(0));
    assert!(!folder.path().join("third/pact-Tie.csv").exists() && folder.path().join("third/data.nq").exists());
    fs::write(folder.path().join("first/mine.txt"), "mine").unwrap();
    let used = released("first", &["one.jsonl"]);
    assert_eq!(used.status, Some(2));
    assert!(used.stderr.contains("first holds other files"), "{}", used.stderr);
    assert_eq!(fs::read_to_string(folder.path().join("first/SHA256SUMS")).unwrap(), sums);
}

#[test]
fn a_release_takes_away_nothing_that_is_not_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    records(here);
    let released = || run(here, &["release", "out", "--quiet", "--data", "one.jsonl"]);
    // Checksums of anything else are no sign of a release.
    fs::create_dir(here.join("out")).unwrap();
    fs::write(here.join("out/disk.iso"), "mine").unwrap();
    fs::write(here.join("out/SHA256SUMS"), "00  disk.iso\n").unwrap();
    assert_eq!(released().status, Some(2));
    assert_eq!(fs::read_to_string(here.join("out/disk.iso")).unwrap(), "mine");
    // Nor does a list lead out of the folder.
    fs::remove_dir_all(here.join("out")).unwrap();
    released().ok();
    let sums = fs::read_to_string(here.join("out/SHA256SUMS")).unwrap();
    let more = ["../one.jsonl", "..", "/", "gone.csv"].map(|name| format!("00  {name}\n")).concat();
    fs::write(here.join("out/SHA256SUMS"), sums.clone() + &more).unwrap();
    // What a killed release leaves is swept away, and stands in nobody's way.
    fs::create_dir(here.join("out/.citypact-x1.part")).unwrap();
    fs::write(here.join("out/.citypact-x1.part/data.nq"), "half").unwrap();
    released().ok();
    assert_eq!(fs::read_to_string(here.join("one.jsonl")).unwrap(), RECORDS);
    assert_eq!(fs::read_to_string(here.join("out/SHA256SUMS")).unwrap(), sums);
    assert_eq!(fs::read_dir(here.join("out")).unwrap().count(), sums.lines().count() + 1);
}

#[test]
fn places_come_from_an_answer_of_wikidata() {
    let folder = tempfile::tempdir().unwrap();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/tables/wikidata-places.csv");
    let done = run(folder.path(), &["places", "import", "wikidata", example]);
    assert_eq!(done.status, Some(0), "{}", done.stderr);
    assert!(
        done.stderr.contains("4 places of the register, 0 new, 0 contradictions told: places.jsonl"),
        "{}",
        done.stderr
    );
    let taken = fs::read_to_string(folder.path().join("places.jsonl")).unwrap();
    assert!(taken.contains("\"id\":\"jp-kyoto-city\"") && taken.contains("\"wikidata\":\"Q34600\""), "{taken}");
    // It is of use: the item stands beside the place of a record, by its Korean name.
    fs::write(
        folder.path().join("tie.jsonl"),
        "{\"type\":\"tie\",\"parties\":[\"cn-kunming\",{\"name\":\"교토시\"}],\"kind\":\"friendship-city\"}\n",
    )
    .unwrap();
    let turtle = run(folder.path(), &["convert", "tie.jsonl", "--places", "places.jsonl", "--to", "nquads"]).ok();
    assert!(turtle.contains("place/jp-kyoto-city#wikidata"), "{turtle}");
}

#[test]
fn a_title_with_a_bar_does_not_part_its_line() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("one.jsonl"), RECORDS.replace("兩城結好", "兩城 | 結好")).unwrap();
    let told = run(folder.path(), &["export", "--data", "one.jsonl", "--to", "quickstatements"]).ok();
    assert!(told.contains("\tS854\t\"https://news.example/1\"\tS577\t") && !told.contains('|'), "{told}");
}

#[test]
fn two_ties_of_one_pair_do_not_become_one_statement() {
    let folder = tempfile::tempdir().unwrap();
    let later = r#"{"type":"tie","id":"exchange","parties":["zz-b","zz-a"],"kind":"friendly-exchange-city","since":"1975"}
{"type":"assessment","assesses":["exchange"],"verdict":"confirmed"}
"#;
    let export = |later: &str| {
        fs::write(folder.path().join("one.jsonl"), format!("{RECORDS}{later}")).unwrap();
        run(folder.path(), &["export", "--data", "one.jsonl", "--to", "quickstatements"])
    };
    let done = export(later);
    assert_eq!(done.stdout, "");
    assert!(done.stderr.contains("2 ties left out: another confirmed tie of its parties"), "{}", done.stderr);
    // Where they say the same of time, the second adds nothing that is not true of both.
    let done = export(&later.replace("\"1975\"", "\"1979-10\",\"until\":\"2001-02-03\""));
    assert_eq!(done.stdout.lines().count(), 4, "{}{}", done.stdout, done.stderr);
}

#[test]
fn ties_of_places_whose_items_the_register_knows_need_no_codes_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let records = r#"{"type":"source","id":"one","language":"en","url":"https://news.example/1"}
{"type":"tie","id":"st","parties":["gb-scotland",{"name":"Tasmania","state":"au"}],"kind":"friendship-city","since":"1990"}
{"type":"assessment","assesses":["st"],"verdict":"confirmed"}
"#;
    let export = |more: &str| {
        fs::write(folder.path().join("one.jsonl"), format!("{records}{more}")).unwrap();
        run(folder.path(), &["export", "--data", "one.jsonl", "--to", "quickstatements"])
    };
    let (start, reference) = ("P580\t+1990-00-00T00:00:00Z/9", "S854\t\"https://news.example/1\"");
    let lines = |one: &str, other: &str| {
        format!("{one}\tP190\t{other}\t{start}\t{reference}\n{other}\tP190\t{one}\t{start}\t{reference}\n")
    };
    assert_eq!(export("").ok(), lines("Q22", "Q34366"));
    // Another item of the user's own goes before the register's, and that is told.
    let scotland = r#"{"type":"place","id":"gb-scotland","level":"first-level","names":{"en":"Scotland"},"#;
    let done = export(&format!("{scotland}\"same_as\":\"http://www.wikidata.org/entity/Q999\"}}\n"));
    assert_eq!(done.stdout, lines("Q34366", "Q999"));
    let told = run(folder.path(), &["convert", "one.jsonl", "--to", "nquads"]).stderr;
    let words = " /same_as: `gb-scotland` is the Wikidata item `Q999` here and `Q22` in the register";
    assert!(told.contains("warning: one.jsonl:4:") && told.contains(words), "{told}");
}

#[test]
fn an_answer_of_wikidata_that_contradicts_the_register_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "?item\t?level\t?country\t?iso1\t?iso2\t?geonames\t?lat\t?long\t?en\t?zhHans\t?zhHant\t?ja\t?ko\n\
        <http://www.wikidata.org/entity/Q9>\t\"municipality\"\t\"JP\"\t\t\t\"1804651\"\t\t\t\"Kunming\"@en\t\t\t\t\n\
        <http://www.wikidata.org/entity/Q8>\t\"municipality\"\t\"US\"\t\t\t\t\"1.5\"\t\"2.5\"\t\"Zzyzx Nowhere\"@en\t\t\t\t\n\
        <http://www.wikidata.org/entity/Q7>\t\"village\"\t\"US\"\t\t\t\t\t\t\"Elsewhere\"@en\t\t\t\t\n";
    fs::write(folder.path().join("answer.tsv"), rows).unwrap();
    let done = run(folder.path(), &["places", "import", "wikidata", "answer.tsv"]);
    assert_eq!(done.status, Some(3), "{}", done.stderr);
    for told in [
        "Q9 has the state jp, cn-kunming in the register has cn: it is left out",
        "village",
        "0 places of the register, 1 new, 1 contradiction told",
    ] {
        assert!(done.stderr.contains(told), "{told}\n{}", done.stderr);
    }
    let taken = fs::read_to_string(folder.path().join("places.jsonl")).unwrap();
    assert!(taken.contains("\"id\":\"us-zzyzx-nowhere\"") && taken.lines().count() == 1, "{taken}");
}
