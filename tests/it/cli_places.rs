//! The register from the command line: open names listed, answered and obeyed; more places imported.

use std::fs;

use crate::citypact::{command, finish, run};

const RECORDS: &str = r#"{"type":"source","id":"t","language":"zh-Hant"}
{"type":"tie","parties":["貴州省貴陽市",{"name":"的黎波里"}],"kind":"friendship-city","since":"2019"}
{"type":"tie","parties":[{"name":"撒馬爾罕市"},{"name":"無名城"}],"kind":"friendship-city"}
"#;

#[test]
fn an_open_name_is_listed_answered_and_obeyed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("records.jsonl"), RECORDS).unwrap();
    run(folder.path(), &["places", "review", "records.jsonl", "--out", "open.jsonl"]).ok();
    let open = fs::read_to_string(folder.path().join("open.jsonl")).unwrap();
    let mut lines: Vec<serde_json::Value> = open.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{open}");
    for line in &mut lines {
        if line["name"] == "的黎波里" {
            assert!(line["candidates"].as_array().unwrap().len() >= 2, "{line}");
            line["place"] = "lb-tripoli".into();
            line["same_as"] = serde_json::json!(["http://www.wikidata.org/entity/Q168954"]);
        }
    }
    let answered: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(folder.path().join("open.jsonl"), answered).unwrap();
    let args = ["convert", "records.jsonl", "--to", "nquads", "--decisions", "open.jsonl"];
    let quads = run(folder.path(), &args).ok();
    assert!(quads.contains("/tie/friendship-city/cn-guiyang--lb-tripoli>"), "{quads}");
    assert!(quads.lines().any(|quad| quad.contains("owl#sameAs") && quad.contains("/graph/links>")), "{quads}");
    assert!(quads.contains("/id/place/x-"), "the other name stays a node of its own");
}

#[test]
fn dumps_of_geonames_join_the_register() {
    let folder = tempfile::tempdir().unwrap();
    let city =
        "9999991\tNewtown X\tNewtown X\t\t1.5\t2.5\tP\tPPL\tFR\t\t11\t\t\t\t20000\t\t\tEurope/Paris\t2020-01-01\n";
    fs::write(folder.path().join("cities.txt"), city).unwrap();
    fs::write(folder.path().join("names.txt"), "1\t9999991\tzh\t新城測\n2\t9999991\twkdt\tQ123\n").unwrap();
    run(folder.path(), &["places", "import", "geonames", "cities.txt", "names.txt"]).ok();
    let found = run(folder.path(), &["places", "find", "新城測", "--places", "places.bin", "--json"]).ok();
    assert!(found.contains("fr-newtown-x"), "{found}");
    assert!(!run(folder.path(), &["places", "find", "新城測", "--json"]).ok().contains("fr-newtown-x"));
    // Its item leads to it, and is told; so do those of the register that ships, which the new one has kept.
    let find = |item: &str| -> serde_json::Value {
        let told = run(folder.path(), &["places", "find", item, "--places", "places.bin", "--json"]).ok();
        serde_json::from_str(&told).unwrap()
    };
    assert_eq!(
        (&find("Q123")[0]["id"], &find("Q123")[0]["codes"]["wikidata"]),
        (&"fr-newtown-x".into(), &"Q123".into())
    );
    assert_eq!((&find("Q17")[0]["id"], &find("Q17")[0]["codes"]["iso3166-1"]), (&"jp".into(), &"JP".into()));
    assert_eq!(find("Q22")[0]["id"], "gb-scotland");
}

#[test]
fn places_of_ones_own_are_checked_and_found() {
    let folder = tempfile::tempdir().unwrap();
    let place =
        r#"{"type":"place","id":"cn-testville","level":"municipality","state":"cn","names":{"en":"Testville Qx"}}"#;
    fs::write(folder.path().join("mine.jsonl"), place).unwrap();
    run(folder.path(), &["places", "import", "jsonl", "mine.jsonl", "--out", "more.jsonl"]).ok();
    let found = run(folder.path(), &["places", "find", "Testville Qx", "--places", "more.jsonl", "--json"]).ok();
    assert!(found.contains("cn-testville"), "{found}");
    let mut piped = command(folder.path(), &["places", "import", "jsonl", "-", "--out", "piped.jsonl"]);
    assert_eq!(finish(&mut piped, place).stderr, "1 place: piped.jsonl\n");
    let (piped, named) = (fs::read(folder.path().join("piped.jsonl")), fs::read(folder.path().join("more.jsonl")));
    assert_eq!(piped.unwrap(), named.unwrap());
    let mut broken = command(folder.path(), &["places", "import", "jsonl", "-", "--out", "broken.jsonl"]);
    let failed = finish(&mut broken, &place.replace("municipality", "village")).failed(1);
    assert!(failed.contains("cannot take the places of -") && !folder.path().join("broken.jsonl").exists(), "{failed}");
    let twice = run(folder.path(), &["places", "import", "jsonl", "-", "-"]).failed(2);
    assert!(twice.contains("can be read only once"), "{twice}");
}
