//! What Cargo's features bring, and what a user of the library alone is spared.

use std::collections::BTreeSet;
use std::process::Command;

/// What serves, reaches out, talks to people or reads workbooks.
const HEAVY: [&str; 12] = [
    "axum",
    "hyper",
    "tokio",
    "clap",
    "rustyline",
    "ureq",
    "rustls",
    "indicatif",
    "tikv-jemallocator",
    "calamine",
    "chardetng",
    "html5gum",
];

/// What a program gets which depends on the crate with these features, a package a line: its name and what `format` says.
fn tree(features: &[&str], format: &str) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--edges", "normal", "--prefix", "none", "--format", format, "--offline", "--locked"]);
    cargo.args(["--no-default-features", "--features", &features.join(",")]);
    let output = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The packages that a program gets which depends on the crate with these features.
fn packages(features: &[&str]) -> BTreeSet<String> {
    tree(features, "{p}").lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

fn heavy(features: &[&str]) -> Vec<&'static str> {
    let packages = packages(features);
    assert!(packages.contains("citypact") && packages.contains("oxrdf"), "{packages:?}");
    HEAVY.into_iter().filter(|name| packages.contains(*name)).collect()
}

#[test]
fn the_library_alone_gets_neither_server_nor_terminal() {
    assert_eq!(heavy(&[]), [""; 0]);
    assert_eq!(heavy(&["client"]), ["ureq", "rustls"]);
    assert_eq!(heavy(&["tables"]), ["calamine", "chardetng", "html5gum"]);
    assert_eq!(heavy(&["server"]), ["axum", "hyper", "tokio", "ureq", "rustls"]);
    let mut all = HEAVY.to_vec();
    if cfg!(target_env = "msvc") {
        all.retain(|name| *name != "tikv-jemallocator");
    }
    assert_eq!(heavy(&["cli"]), all);
}

/// Tests alone would not show it: a crate that they need asks for it, too.
#[test]
fn numbers_are_read_to_the_last_digit_in_every_build() {
    for features in [&[][..], &["cli", "server"]] {
        let tree = tree(features, "{p} {f}");
        let json: Vec<&str> = tree.lines().filter(|line| line.starts_with("serde_json ")).collect();
        assert!(!json.is_empty() && json.iter().all(|line| line.contains("float_roundtrip")), "{json:?}");
    }
}
