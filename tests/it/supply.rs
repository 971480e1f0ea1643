//! What goes into the program is what `deny.toml` allows, as far as that is seen without a network or a tool: licences,
//! sources, and the crates that are there twice.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use toml::de::{DeTable, DeValue};

fn text(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// A file of TOML.
fn table(name: &str) -> Value {
    json(DeValue::Table(DeTable::parse(&text(name)).unwrap().into_inner()))
}

/// As JSON, which has all that the files here say.
fn json(value: DeValue<'_>) -> Value {
    match value {
        DeValue::Table(members) => members
            .into_iter()
            .map(|(name, value)| (name.into_inner().into_owned(), json(value.into_inner())))
            .collect(),
        DeValue::Array(items) => items.into_iter().map(|item| json(item.into_inner())).collect(),
        DeValue::Boolean(value) => value.into(),
        DeValue::String(text) => text.into_owned().into(),
        other => other.as_integer().map_or(Value::Null, |number| number.as_str().into()),
    }
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

/// Name, version and licence of every package that a build with everything takes in.
fn packages() -> BTreeSet<[String; 3]> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "tree",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--format",
        "{p}\t{l}",
        "--offline",
        "--locked",
    ]);
    let output = cargo.args(["--all-features"]).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let package = |line: &str| {
        let (package, licence) = line.trim_end_matches(" (*)").split_once('\t').unwrap();
        let mut words = package.split(' ');
        let (name, version) = (words.next().unwrap(), words.next().unwrap().trim_start_matches('v'));
        [name, version, licence].map(str::to_owned)
    };
    text.lines().filter(|line| !line.is_empty()).map(package).collect()
}

/// Whether an expression of SPDX can be fulfilled: OR binds less than AND, and a slash is an old OR.
fn allows(expression: &str, allowed: &dyn Fn(&str) -> bool) -> bool {
    let expression = expression.replace('/', " OR ");
    let (mut depth, mut groups) = (0_i32, vec![String::new()]);
    for word in expression.replace('(', " ( ").replace(')', " ) ").split_whitespace() {
        depth += match word {
            "(" => 1,
            ")" => -1,
            _ => 0,
        };
        if depth == 0 && ["OR", "AND"].contains(&word) {
            groups.push(word.to_owned());
            groups.push(String::new());
        } else {
            let last = groups.last_mut().unwrap();
            *last = format!("{last} {word}").trim().to_owned();
        }
    }
    let fulfilled = |part: &String| match part.strip_prefix("( ").and_then(|part| part.strip_suffix(" )")) {
        Some(inner) => allows(inner, allowed),
        None => allowed(part),
    };
    groups.split(|word| word == "OR").any(|all| all.iter().filter(|part| *part != "AND").all(fulfilled))
}

#[test]
fn every_licence_is_one_that_is_accepted() {
    let rules = table("deny.toml");
    let general = strings(&rules["licenses"]["allow"]);
    let mut special: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for exception in rules["licenses"]["exceptions"].as_array().unwrap() {
        special.insert(exception["crate"].as_str().unwrap(), strings(&exception["allow"]));
    }
    let packages = packages();
    assert!(packages.len() > 200, "{} packages", packages.len());
    for [name, version, licence] in &packages {
        let more = special.remove(name.as_str()).unwrap_or_default();
        let allowed = |one: &str| general.iter().chain(&more).any(|allowed| allowed == one);
        assert!(allows(licence, &allowed), "{name} {version} is under {licence}: see deny.toml");
    }
    assert!(special.is_empty(), "deny.toml makes exceptions for what is not there: {special:?}");
}

#[test]
fn expressions_of_licences_are_read() {
    let allowed = |one: &str| ["MIT", "ISC"].contains(&one);
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-2.0-only", false),
        ("GPL-2.0-only/MIT", true),
        ("MIT AND GPL-2.0-only", false),
        ("(MIT OR GPL-2.0-only) AND ISC", true),
        ("MIT AND (GPL-2.0-only OR Zlib)", false),
        ("GPL-2.0-only WITH GCC-exception-3.1 OR ISC", true),
    ] {
        assert_eq!(allows(expression, &allowed), expected, "{expression}");
    }
}

/// Crates come from the registry, each with its checksum.
#[test]
fn every_source_is_the_registry() {
    for package in table("Cargo.lock")["package"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let is_ours = name == "citypact";
        let source = package.get("source").and_then(Value::as_str);
        let registry = Some("registry+https://github.com/rust-lang/crates.io-index");
        assert_eq!(source, registry.filter(|_| !is_ours), "{name}");
        assert!(is_ours || package.get("checksum").is_some(), "{name} has no checksum");
    }
}

#[test]
fn a_crate_that_is_there_twice_is_explained() {
    let rules = table("deny.toml");
    let skipped = rules["bans"]["skip"].as_array().unwrap();
    let known: BTreeSet<&str> = skipped.iter().map(|skip| skip["crate"].as_str().unwrap()).collect();
    assert!(skipped.iter().all(|skip| skip["reason"].as_str().is_some_and(|reason| reason.len() > 10)));
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for [name, version, _] in packages() {
        versions.entry(name).or_default().push(version);
    }
    for (name, versions) in versions.iter().filter(|(_, versions)| versions.len() > 1) {
        let unexplained = versions.iter().filter(|version| !known.contains(format!("{name}@{version}").as_str()));
        assert!(unexplained.count() <= 1, "{name} is there as {versions:?}: see deny.toml");
    }
}
