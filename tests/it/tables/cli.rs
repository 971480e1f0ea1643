//! `citypact tables`, and `--table` of the commands that read records.

use std::fs;
use std::path::Path;

use super::folder;
use crate::citypact::run;

/// A folder with the table of this name, and the mapping that is guessed of it as `m.toml`.
fn with(table: &str, place: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::copy(folder().join(table), directory.path().join(table)).unwrap();
    let mapping = run(directory.path(), &["tables", "guess", table, "--place", place]).ok();
    fs::write(directory.path().join("m.toml"), mapping).unwrap();
    directory
}

fn last(text: &str) -> &str {
    text.trim_end().lines().last().unwrap_or_default()
}

#[test]
fn a_table_goes_from_guess_to_turtle_and_its_evidence_stands() {
    for (table, place, rows, evidence) in [
        ("xian.csv", "cn-xian", "12 rows in = 6 with 6 records", " quotes looked for"),
        ("shanghai.xlsx", "cn-shanghai", "9 rows in = 5 with 5 records", " quotes looked for"),
        ("kommunen.csv", "de-x", "8 rows in = 5 with 5 records", " quotes looked for"),
        ("council.html", "gb-x", " with 4 records", " quotes looked for"),
    ] {
        let directory = with(table, place);
        let at = directory.path();
        let seen = run(at, &["tables", "preview", table, "--table", "m.toml"]).ok();
        assert!(seen.contains("  → tie: ") && last(&seen).contains(rows), "{seen}");
        let converted = run(at, &["convert", table, "--table", "m.toml"]);
        assert!(last(&converted.stderr).contains(rows), "{}", converted.stderr);
        assert!(converted.ok().contains("oa:FragmentSelector"));
        let checked = run(at, &["check", "--no-shapes", "--sources", ".", "--data", table, "--table", "m.toml"]).ok();
        assert!(checked.contains(evidence) && checked.contains(", 0 missing, 0 otherwise wrong"), "{checked}");
    }
}

#[test]
fn evidence_that_no_longer_stands_in_its_cell_is_found() {
    let directory = with("xian.csv", "cn-xian");
    let at = directory.path();
    run(at, &["load", "xian.csv", "--table", "m.toml", "--store", "s"]).ok();
    let gone = "1,大阪市,日本,亚洲,1974年2月1日";
    let text = encoding_rs::GB18030
        .decode(&fs::read(at.join("xian.csv")).unwrap())
        .0
        .replace("1,奈良市,日本,亚洲,1974年2月1日", gone);
    fs::write(at.join("xian.csv"), encoding_rs::GB18030.encode(&text).0).unwrap();
    let told = run(at, &["check", "--no-shapes", "--sources", ".", "--store", "s"]);
    assert!(told.stdout.contains("cell=4,2 “奈良市”: not in this cell of the table"), "{}", told.stdout);
    told.failed(3);
}

#[test]
fn every_command_that_reads_records_takes_a_table() {
    let directory = with("xian.csv", "cn-xian");
    let at = directory.path();
    let query = "SELECT (COUNT(*) AS ?n) WHERE { ?tie a pact:Tie }";
    let asked = run(at, &["query", query, "--data", "xian.csv", "--table", "m.toml"]).ok();
    assert!(asked.contains('6'), "{asked}");
    let exported = run(at, &["export", "--to", "ntriples", "--data", "xian.csv", "--table", "m.toml"]).ok();
    assert!(exported.contains("cn-xian"), "{exported}");
    run(at, &["load", "xian.csv", "--table", "m.toml", "--store", "s"]).ok();
    run(at, &["query", query, "--store", "s"]).ok();
    // Records beside the table are records.
    fs::write(at.join("more.jsonl"), "{\"type\":\"source\",\"id\":\"more\",\"language\":\"en\"}\n").unwrap();
    run(at, &["convert", "more.jsonl", "xian.csv", "--table", "m.toml"]).ok();
}

#[test]
fn a_table_without_a_mapping_fails_with_the_command_to_type() {
    for table in ["shanghai.xlsx", "council.html", "jiangsu.tsv", "wikidata.srj"] {
        let directory = tempfile::tempdir().unwrap();
        fs::copy(folder().join(table), directory.path().join(table)).unwrap();
        for command in ["convert", "load"] {
            let told = run(directory.path(), &[command, table]).failed(2);
            let stem = table.split('.').next().unwrap();
            assert!(told.contains(&format!("Hint: citypact tables guess {table} > {stem}.toml")), "{told}");
        }
    }
    let told = run(&folder(), &["convert", "us.csv"]);
    assert!(told.stderr.contains("citypact tables guess FILE > FILE.toml"), "{}", told.stderr);
    assert_eq!(told.status, Some(3));
}

#[test]
fn rows_at_fault_end_in_status_3_and_in_the_file_of_rejects() {
    let directory = with("xian.csv", "cn-xian");
    let at = directory.path();
    fs::write(
        at.join("t.csv"),
        "序号,城市,国家,洲,结好签字时间\n1,奈良市,日本,亚洲,某年\n2,京都市,日本,亚洲,1974年5月10日\n",
    )
    .unwrap();
    let mapping = fs::read_to_string(at.join("m.toml")).unwrap();
    let kept = |line: &&str| !["encoding", "header", "skip", "title"].iter().any(|key| line.starts_with(key));
    fs::write(at.join("m.toml"), mapping.lines().filter(kept).map(|line| format!("{line}\n")).collect::<String>())
        .unwrap();
    let told = run(at, &["convert", "t.csv", "--table", "m.toml", "--reject", "left.jsonl"]).failed(3);
    assert!(told.contains("error: t.csv:2 (row 2, column 结好签字时间): `某年` is no date"), "{told}");
    assert!(
        last(&told).ends_with(
            "t.csv: 3 rows in = 1 with 1 record + 1 heading + 0 sections + 0 notes + 0 totals + 0 empty + 1 error"
        ),
        "{told}"
    );
    assert!(fs::read_to_string(at.join("left.jsonl")).unwrap().contains("某年"));
    let seen = run(at, &["tables", "preview", "t.csv", "--table", "m.toml"]);
    assert!(seen.stdout.contains("(row 2) error: 1 | 奈良市 | 日本 | 亚洲 | 某年"), "{}", seen.stdout);
    seen.failed(3);
}

#[test]
fn one_source_for_two_tables_is_refused() {
    let directory = with("xian.csv", "cn-xian");
    let at = directory.path();
    let mapping = fs::read_to_string(at.join("m.toml")).unwrap();
    fs::copy(at.join("xian.csv"), at.join("other.csv")).unwrap();
    run(at, &["convert", "xian.csv", "other.csv", "--table", "m.toml"]).ok();
    fs::write(at.join("m.toml"), mapping.replace("[source]", "[source]\nid = \"list\"")).unwrap();
    let told = run(at, &["convert", "xian.csv", "other.csv", "--table", "m.toml"]).failed(2);
    assert!(
        told.contains("2 tables would all be the source `list`") && told.contains("take `id` out of [source]"),
        "{told}"
    );
}

#[test]
fn a_tie_of_very_many_parties_by_name_ends() {
    let directory = tempfile::tempdir().unwrap();
    let parties: Vec<String> = (0..10_000).map(|n| format!("{{\"name\":\"Nowhere {n}\"}}")).collect();
    let line = format!(
        "{{\"type\":\"source\",\"id\":\"s\",\"language\":\"en\"}}\n{{\"type\":\"tie\",\"source\":\"s\",\"kind\":\"intent\",\"parties\":[{}]}}\n",
        parties.join(",")
    );
    fs::write(directory.path().join("t.jsonl"), line).unwrap();
    let run = run(directory.path(), &["convert", "t.jsonl", "--to", "nquads", "--messages", "1"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("10000 unknown"), "{}", run.stderr);
}

#[test]
fn the_examples_go_through() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/tables");
    for (table, records) in
        [("xian.csv", "8 records"), ("jiangsu-japan.tsv", "9 records"), ("wikidata-p190.csv", "6 records")]
    {
        let mapping = table.replace(".csv", ".toml").replace(".tsv", ".toml");
        let told = run(&examples, &["convert", table, "--table", &mapping]);
        assert!(last(&told.stderr).contains(records) && last(&told.stderr).ends_with("+ 0 errors"), "{}", told.stderr);
        told.ok();
        run(&examples, &["check", "--sources", ".", "--data", table, "--table", &mapping]).ok();
    }
}
