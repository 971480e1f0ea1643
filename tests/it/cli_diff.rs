//! What has changed between two data sets, from the command line.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use crate::citypact::{command, finish, run};
use crate::golden::assert_golden;

const OLD: &str = r#"@prefix ex: <http://example.org/> .
ex:a ex:p "one"@EN, 1 ; ex:q [ ex:r "x" ], [ ex:r "y" ] .
ex:b ex:p "b" .
"#;
const SAME: &str = r#"<http://example.org/a> <http://example.org/q> _:z .
_:z <http://example.org/r> "y" .
<http://example.org/a> <http://example.org/q> _:a .
_:a <http://example.org/r> "x" .
<http://example.org/b> <http://example.org/p> "b" .
<http://example.org/a> <http://example.org/p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .
<http://example.org/a> <http://example.org/p> "one"@en .
"#;
const NEW: &str = r#"@prefix ex: <http://example.org/> .
@prefix place: <https://w3id.org/citypact/id/place/> .
ex:a ex:p "one"@en, 2 ; ex:q [ ex:r "x" ], [ ex:r "z" ] .
GRAPH <https://w3id.org/citypact/graph/1> { place:cn-qingdao ex:p "c\u001B[2J" . }
"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let files = [("old.ttl", OLD), ("same.nt", SAME), ("new.trig", NEW)];
    files.iter().for_each(|(name, text)| fs::write(folder.path().join(name), text).unwrap());
    folder
}

#[test]
fn the_same_in_another_syntax_and_order_is_the_same() {
    let folder = folder();
    let same = run(folder.path(), &["diff", "old.ttl", "same.nt"]);
    assert_eq!((same.stdout.as_str(), same.stderr.as_str()), ("TX .\nTC .\n", "0 statements added, 0 removed\n"));
    assert_eq!(same.status, Some(0));
    assert_eq!(run(folder.path(), &["diff", "old.ttl", "same.nt", "--to", "text"]).ok(), "");
}

#[test]
fn changes_for_people_and_for_programs() {
    let folder = folder();
    let mut all = String::new();
    for format in ["text", "patch", "json"] {
        let found = run(folder.path(), &["diff", "old.ttl", "new.trig", "--to", format]);
        assert_eq!(found.status, Some(3), "{}", found.stderr);
        assert_eq!(found.stderr, "4 statements added, 4 removed\n");
        all.push_str(&format!("==== {format}\n{}", found.stdout));
    }
    assert_golden("diff.txt", &all);
}

#[test]
fn records_folders_and_graphs() {
    let folder = folder();
    let here = folder.path();
    let article = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/articles/004.jsonl");
    run(here, &["convert", article, "--to", "trig", "--out", "004.trig"]).ok();
    run(here, &["diff", article, "004.trig"]).ok();
    run(here, &["convert", article, "--to", "turtle", "--out", "merged.ttl"]).ok();
    run(here, &["diff", article, "merged.ttl"]).ok();
    run(here, &["diff", article, "merged.ttl", "--merge"]).ok();
    fs::create_dir(here.join("parts")).unwrap();
    fs::copy(here.join("004.trig"), here.join("parts/b.trig")).unwrap();
    fs::write(here.join("parts/notes.txt"), "not data").unwrap();
    run(here, &["diff", "004.trig", "parts"]).ok();
}

#[test]
fn what_cannot_be_compared_is_said() {
    let folder = folder();
    let here = folder.path();
    let error = run(here, &["diff", "old.ttl", "none.ttl"]).failed(1);
    assert!(error.contains("none.ttl"), "{error}");
    fs::write(here.join("bad.ttl"), "<a> <b> .").unwrap();
    let error = run(here, &["diff", "old.ttl", "bad.ttl"]).failed(1);
    assert!(error.contains("bad.ttl:1:"), "{error}");
    fs::create_dir(here.join("empty")).unwrap();
    let error = run(here, &["diff", "old.ttl", "empty"]).failed(2);
    assert!(error.contains("holds neither a store nor data"), "{error}");
    fs::write(here.join("bad.jsonl"), "{\"type\":\"tie\"}\n").unwrap();
    let error = run(here, &["diff", "old.ttl", "bad.jsonl"]).failed(1);
    assert!(error.contains("1 records of bad.jsonl do not convert"), "{error}");
}

/// What load gives back of literals, and what is written in another way for one value.
const VALUES: &str = r#"@prefix ex: <http://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:a ex:p 01, 1.50, "1"^^xsd:boolean, "x"@zh-hans-cn, "2024-01-24T00:00:00+00:00"^^xsd:dateTime, 1E3, [ ex:q "0100"^^xsd:int ] .
"#;
const VALUES_AGAIN: &str = r#"@prefix ex: <http://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:a ex:p 1, 1.5, true, "x"@zh-Hans-CN, "2024-01-24T00:00:00Z"^^xsd:dateTime, 1000.0e0, [ ex:q 100 ] .
"#;

#[test]
fn values_and_not_their_spellings_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("a.ttl"), VALUES).unwrap();
    fs::write(here.join("b.ttl"), VALUES_AGAIN).unwrap();
    run(here, &["diff", "a.ttl", "b.ttl"]).ok();
    fs::write(here.join("c.ttl"), VALUES_AGAIN.replace("1.5", "1.51")).unwrap();
    let found = run(here, &["diff", "a.ttl", "c.ttl"]);
    assert_eq!(found.stderr, "1 statements added, 1 removed\n");
    assert!(found.stdout.contains("D <http://example.org/a> <http://example.org/p> \"1.5\""), "{}", found.stdout);
}

#[test]
fn what_was_made_of_a_file_is_what_the_file_says() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let article = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/articles/004.jsonl");
    run(here, &["convert", article, "--out", "made.nq"]).ok();
    for suffix in ["ttl", "trig", "nt", "nq", "rdf", "jsonld"] {
        let made = format!("made.{suffix}");
        run(here, &["convert", article, "--out", &made]).ok();
        let found = run(here, &["diff", article, &made]);
        assert_eq!(found.status, Some(0), "{made}: {}{}", found.stderr, found.stdout);
        assert_eq!(found.stderr.contains("has no graphs"), ["ttl", "nt", "rdf"].contains(&suffix), "{}", found.stderr);
        let exported = format!("exported.{suffix}");
        run(here, &["export", "--data", "made.nq", "--out", &exported]).ok();
        let found = run(here, &["diff", "made.nq", &exported]);
        assert_eq!(found.status, Some(0), "{exported}: {}{}", found.stderr, found.stdout);
    }
    let changed = fs::read_to_string(here.join("made.nt")).unwrap().replacen("2024-01-24", "2024-01-25", 1);
    fs::write(here.join("changed.nt"), changed).unwrap();
    let found = run(here, &["diff", article, "changed.nt"]);
    assert!(found.status == Some(3) && found.stderr.ends_with("1 statements added, 1 removed\n"), "{}", found.stderr);
}

#[test]
fn a_store_says_what_was_loaded_into_it() {
    let folder = folder();
    let here = folder.path();
    let article = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/articles/004.jsonl");
    fs::write(here.join("a.ttl"), VALUES).unwrap();
    for (file, store) in [(article, "records.db"), ("a.ttl", "rdf.db")] {
        run(here, &["load", file, "--store", store]).ok();
        for pair in [[file, store], [store, file]] {
            let found = run(here, &["diff", pair[0], pair[1]]);
            assert_eq!(found.status, Some(0), "{pair:?}: {}{}", found.stderr, found.stdout);
        }
    }
    for suffix in ["ttl", "trig", "rdf", "jsonld"] {
        let made = format!("made.{suffix}");
        run(here, &["export", "--store", "records.db", "--out", &made]).ok();
        let found = run(here, &["diff", "records.db", &made]);
        assert_eq!(found.status, Some(0), "{made}: {}{}", found.stderr, found.stdout);
    }
}

#[test]
fn a_comparison_ends_at_its_limits() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    run(here, &["generate", "--places", "1200", "--out", "w.jsonl"]).ok();
    let with = |more: &[&str]| run(here, &[&["diff", "--quiet", "w.jsonl", "w.jsonl"], more].concat()).failed(1);
    assert_eq!(
        with(&["--timeout", "0.01"]),
        "error: the time limit of 0.01 s was reached\n  Hint: raise it with --timeout\n"
    );
    assert!(with(&["--limit-memory", "1"]).starts_with("error: the work needs more than the 1 megabytes"));
}

/// A world as N-Quads, and another with some lines changed, whose statements of cells take more than the least memory.
fn worlds(here: &Path) {
    run(here, &["generate", "--places", "60", "--out", "w.jsonl"]).ok();
    run(here, &["convert", "w.jsonl", "--out", "old.nq"]).ok();
    let old = fs::read_to_string(here.join("old.nq")).unwrap();
    assert!(old.len() > 1 << 20, "{}", old.len());
    let changed = |(at, line): (usize, &str)| if at % 7 == 0 { line.replacen("20", "19", 1) } else { line.to_owned() };
    let mut new: Vec<String> = old.lines().enumerate().map(changed).collect();
    new.reverse();
    fs::write(here.join("new.nq"), new.join("\n")).unwrap();
}

#[test]
fn what_memory_does_not_hold_is_compared_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    worlds(here);
    run(here, &["load", "old.nq", "--store", "old.db"]).ok();
    let tell = |old: &str, format: &str, memory: &str| {
        let found = run(here, &["diff", old, "new.nq", "--to", format, "--limit-memory", memory]);
        assert_eq!(found.status, Some(3), "{}", found.stderr);
        (found.stdout, found.stderr)
    };
    for format in ["text", "patch", "json"] {
        let whole = tell("old.nq", format, "4096");
        assert!(!whole.1.starts_with('0'), "{}", whole.1);
        assert!(tell("old.nq", format, "1") == whole, "{format}");
        assert!(tell("old.db", format, "1") == whole, "{format}");
    }
}

#[test]
fn nothing_is_left_of_temporary_files() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    worlds(here);
    let temporary = here.join("temporary");
    fs::create_dir(&temporary).unwrap();
    let empty = || fs::read_dir(&temporary).unwrap().next().is_none();
    let mut command = command(here, &["diff", "-", "new.nq", "--from", "nquads", "--limit-memory", "1"]);
    command.env("TMPDIR", &temporary);
    let old = fs::read_to_string(here.join("old.nq")).unwrap();
    assert_eq!(finish(&mut command, &old).status, Some(3));
    assert!(empty());
    assert!(finish(&mut command, &format!("{old}<a> .")).failed(1).contains(":1"));
    assert!(empty());
    // Killed in the middle of its input.
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.as_mut().unwrap().write_all(old.as_bytes()).unwrap();
    assert!(child.try_wait().unwrap().is_none());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(empty());
    // Without a place for them.
    fs::remove_dir(&temporary).unwrap();
    let mut command = self::command(here, &["diff", "old.nq", "new.nq", "--limit-memory", "1"]);
    let error = finish(command.env("TMPDIR", &temporary), "").failed(1);
    assert!(error.starts_with("error: cannot use a temporary file") && error.contains("Hint: "), "{error}");
}

#[test]
fn nodes_that_are_alike_in_long_rings_and_lists_end_no_program() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let ring = |length: usize| -> String {
        (0..length).map(|n| format!("_:n{n} <http://next> _:n{} .\n", (n + 1) % length)).collect()
    };
    // So many that each side is read by a thread of its own.
    let ground: String = (0..60_000).map(|n| format!("<http://s{n}> <http://p> <http://o> .\n")).collect();
    fs::write(here.join("ring.nt"), ring(3_000)).unwrap();
    fs::write(here.join("more.nt"), ring(3_000) + &ground).unwrap();
    fs::write(here.join("small.nt"), ring(40)).unwrap();
    for name in ["ring.nt", "more.nt"] {
        let run = run(here, &["diff", name, name]);
        assert_eq!(run.status, Some(1), "{}", run.stderr);
        assert!(run.stderr.contains("cannot be told apart within reasonable time"), "{}", run.stderr);
    }
    assert_eq!(run(here, &["diff", "small.nt", "small.nt"]).status, Some(0));
    // A list has ends.
    let list = |items: usize, last: &str| format!("<http://s> <http://p> ({} {last}) .\n", "1 ".repeat(items));
    fs::write(here.join("list.ttl"), list(700, "1")).unwrap();
    fs::write(here.join("other.ttl"), list(700, "2")).unwrap();
    assert_eq!(run(here, &["diff", "list.ttl", "list.ttl"]).status, Some(0));
    assert_eq!(run(here, &["diff", "list.ttl", "other.ttl"]).status, Some(3));
}

#[test]
fn what_differs_by_its_direction_alone_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("empty.nt"), "").unwrap();
    let both = "<http://s> <http://p> \"a\"@en--ltr .\n<http://s> <http://p> \"a\"@en--rtl .\n";
    fs::write(folder.path().join("both.nt"), both).unwrap();
    let text = run(folder.path(), &["diff", "empty.nt", "both.nt", "--to", "text"]).stdout;
    assert!(text.contains("\"a\"@en--ltr") && text.contains("\"a\"@en--rtl"), "{text}");
}
