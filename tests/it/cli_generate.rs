//! Synthetic worlds: the same for the same seed, whole, and clean.

use std::fs;

use crate::citypact::run;

#[test]
fn one_seed_one_world_through_a_pipe_or_into_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let piped = run(here, &["generate", "--places", "400", "--seed", "3"]);
    let told = piped.stderr.clone();
    let piped = piped.ok();
    assert_eq!(run(here, &["generate", "--places", "400", "--seed", "3", "--out", "w.jsonl"]).stderr, told);
    assert_eq!(fs::read_to_string(here.join("w.jsonl")).unwrap(), piped);
    assert!(told.starts_with(&format!("{} records: 548 places, ", piped.lines().count())), "{told}");
    assert!(told.contains("\nConflicts: "), "{told}");
    assert_ne!(run(here, &["generate", "--places", "400", "--seed", "4", "--quiet"]).ok(), piped);
    assert_eq!(run(here, &["generate", "--places", "4", "--quiet"]).stderr, "");
}

#[test]
fn every_world_converts_without_a_finding() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for (places, seed) in [("4", "1"), ("57", "2"), ("900", "3")] {
        run(here, &["generate", "--places", places, "--seed", seed, "--out", "w.jsonl"]).ok();
        let converted = run(here, &["convert", "w.jsonl", "--to", "nquads", "--out", "w.nq", "--unresolved", "reject"]);
        assert!(converted.stderr.contains(" 0 rejected, 0 warnings; "), "{}", converted.stderr);
        converted.ok();
        run(here, &["generate", "--places", places, "--seed", seed, "--out", "same.nq"]).ok();
        assert_eq!(fs::read(here.join("w.nq")).unwrap(), fs::read(here.join("same.nq")).unwrap());
    }
}

#[test]
fn worlds_have_bounds_and_formats_names() {
    let folder = tempfile::tempdir().unwrap();
    let error = run(folder.path(), &["generate", "--places", "3"]).failed(2);
    assert!(error.contains("3 is not in 4..=100000000"), "{error}");
    let error = run(folder.path(), &["generate", "--to", "xlsx"]).failed(2);
    assert!(error.contains("one of jsonl, turtle"), "{error}");
}
