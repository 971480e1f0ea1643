//! The rooms of the crate and the walls between them: a lower room imports no higher one.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the ground up; a room may import what stands before it, or itself.
const ROOMS: &[&[&str]] = &[
    &["atomic", "counted", "fold", "held", "location", "nearest", "xpath", "format", "vocab", "ontology", "xml"],
    &["record"],
    &["place"],
    &["table"],
    &["mapping"],
    &["rdf"],
    &["convert", "generate"],
    &["index"],
    &["store"],
    &["eval", "federation"],
    &["query"],
    &["output", "load"],
    &["check"],
    &["infer"],
    &["server"],
    &["cli"],
];

/// What only one file may name, and which.
const KEPT: &[(&str, &str)] = &[
    ("oxigraph::store", "store/embedded.rs"),
    ("std::env", "cli/edge.rs"),
    ("SystemTime", "cli/edge.rs"),
    ("is_terminal()", "cli/edge.rs"),
    // What a template does not escape.
    ("PreEscaped", "server/pages/embedded.rs"),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|suffix| suffix == "rs") {
            found.push(path);
        }
    }
}

fn floor(room: &str) -> Option<usize> {
    ROOMS.iter().position(|rooms| rooms.contains(&room))
}

/// The rooms that a line names by `crate::room`.
fn imports(line: &str) -> impl Iterator<Item = &str> {
    line.split("crate::").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        &rest[..end]
    })
}

/// The code of a file up to its tests, which may look anywhere.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| !line.contains("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[test]
fn every_room_imports_lower_rooms_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut faults = Vec::new();
    for file in files {
        let name = file.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        let room = name.split(['/', '.']).next().unwrap();
        let Some(own) = floor(room) else {
            assert!(["lib", "main"].contains(&room), "{name} stands in no room: add it to ROOMS");
            continue;
        };
        let text = fs::read_to_string(&file).unwrap();
        for (line, content) in code(&text) {
            for import in imports(content).filter(|import| *import != room) {
                if floor(import).is_some_and(|other| other >= own && other != 0) {
                    faults.push(format!("src/{name}:{}: {room} imports {import}", line + 1));
                }
            }
            for (kept, keeper) in KEPT {
                if content.contains(kept) && name != *keeper {
                    faults.push(format!("src/{name}:{}: only {keeper} names {kept}", line + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// What changes the engine's data, by the words that do it.
const CHANGES: &[&str] = &[".commit()", ".on_store(&engine).execute()", "files.append("];
/// What tells the index of a change.
const TELLS: &[&str] = &["self.committed(", "versions.advance(", "versions.set("];

/// The functions of a file, each with its body, by their indentation.
fn functions(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (_, line) in code(text) {
        let begins =
            line.trim_start().starts_with("fn ") || line.contains(" fn ") && line.trim_end().ends_with(['{', '(']);
        if begins || found.is_empty() {
            found.push(String::new());
        }
        if let Some(last) = found.last_mut() {
            last.push_str(line);
            last.push('\n');
        }
    }
    found
}

/// A commit of which the index does not hear would let queries read what is no more.
#[test]
fn every_path_that_writes_publishes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut paths = 0;
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for body in functions(&text).iter().filter(|body| CHANGES.iter().any(|change| body.contains(change))) {
            paths += 1;
            assert!(TELLS.iter().any(|told| body.contains(told)), "{}:\n{body}", file.display());
        }
    }
    assert_eq!(paths, 4, "an update, a transaction on either, and a bulk load");
}
