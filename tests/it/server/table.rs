//! The tables of `README.md` name tests that exist, and leave no test of the faults out.

use std::path::Path;

/// Every `` `file::test` `` of the tables.
fn named() -> Vec<(String, String)> {
    let rows = include_str!("README.md").lines().filter(|line| line.starts_with('|'));
    let quoted = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
    quoted.filter_map(|name| name.split_once("::")).map(|(file, test)| (file.to_owned(), test.to_owned())).collect()
}

/// The names of the tests in a file of this folder.
fn tests(file: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/server").join(format!("{file}.rs"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let function = |(at, line): (usize, &&str)| {
        let is_test = line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        let name = lines[at..].iter().find_map(|line| line.split("fn ").nth(1)?.split('(').next());
        is_test.then(|| name.unwrap_or_default().to_owned())
    };
    lines.iter().enumerate().filter_map(function).collect()
}

#[test]
fn every_test_of_the_tables_exists() {
    let named = named();
    assert!(named.len() > 60, "{}", named.len());
    for (file, test) in &named {
        assert!(tests(file).contains(test), "{file}::{test} is in the table and not in the code");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/server/faults");
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = format!("faults/{}", entry.unwrap().path().file_stem().unwrap().to_string_lossy());
        for test in tests(&file) {
            assert!(
                named.contains(&(file.clone(), test.clone())),
                "{file}::{test} is in the code and not in the table"
            );
        }
    }
}
