//! The rooms of the crate and the walls between them: a lower room imports no higher one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the ground up; a room may import what stands before it, or itself.
const ROOMS: &[&[&str]] = &[
    &[
        "atomic",
        "bounded_cache",
        "counted",
        "external_sort",
        "fold",
        "held",
        "location",
        "nearest",
        "pseudo_random",
        "xpath",
        "format",
        "vocab",
        "ontology",
        "xml",
    ],
    &["rdf"],
    &["record"],
    &["place", "validity"],
    &["table"],
    &["mapping"],
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

/// The files of the crate: each by its path below `src/`, with its text.
fn crate_files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let named = files.into_iter().map(|file| {
        let name = file.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        (name, fs::read_to_string(&file).unwrap())
    });
    named.collect()
}

fn room_of(name: &str) -> &str {
    name.split(['/', '.']).next().unwrap()
}

#[test]
fn every_room_imports_lower_rooms_only() {
    let mut faults = Vec::new();
    for (name, text) in crate_files() {
        let room = room_of(&name);
        let Some(own) = floor(room) else {
            assert!(["lib", "main"].contains(&room), "{name} stands in no room: add it to ROOMS");
            continue;
        };
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

/// What the rooms of the ground floor are called in the picture.
const GROUND: &str = "ground";

/// The rooms that each room imports, those of the ground floor as one.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let shown = |room: &str| if floor(room) == Some(0) { GROUND.to_owned() } else { room.to_owned() };
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, text) in crate_files() {
        let room = room_of(&name);
        if floor(room).is_none() {
            continue;
        }
        let others = code(&text).flat_map(|(_, line)| imports(line)).filter(|other| floor(other).is_some());
        let others = others.map(shown).filter(|other| *other != shown(room));
        arrows.entry(shown(room)).or_default().extend(others);
    }
    arrows
}

/// Whether arrows lead from one room to another.
fn leads(arrows: &BTreeMap<String, BTreeSet<String>>, from: &str, to: &str) -> bool {
    arrows[from].iter().any(|next| next == to || leads(arrows, next, to))
}

/// The rooms from the top down with their arrows, in the language of Mermaid; an arrow that others make is left out.
fn picture() -> String {
    let arrows = arrows();
    let mut lines = vec!["```mermaid".to_owned(), "flowchart TD".to_owned()];
    for room in ROOMS.iter().skip(1).rev().flat_map(|rooms| rooms.iter()) {
        let imports = &arrows[*room];
        let is_needed = |to: &&String| !imports.iter().any(|by| by != *to && leads(&arrows, by, to));
        let needed: Vec<&str> = imports.iter().filter(is_needed).map(String::as_str).collect();
        if !needed.is_empty() {
            lines.push(format!("    {room} --> {}", needed.join(" & ")));
        }
    }
    lines.push(format!("    {GROUND}[{}]", ROOMS[0].join(" · ")));
    lines.push("```".to_owned());
    lines.join("\n")
}

/// `UPDATE_GOLDEN=1` draws the picture anew.
#[test]
fn the_picture_of_the_rooms_is_as_the_code_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("CONTRIBUTING.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once("<!-- rooms -->\n").expect("where the picture begins");
    let (_, after) = rest.split_once("\n<!-- end of rooms -->").expect("where it ends");
    let drawn = format!("{before}<!-- rooms -->\n{}\n<!-- end of rooms -->{after}", picture());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &drawn).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap() == drawn, "the picture of CONTRIBUTING.md is not:\n{}", picture());
}

/// Every room stands in CONTRIBUTING.md, and every public one in the documentation of the crate.
#[test]
fn the_tables_tell_of_every_room() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let contributing = fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap();
    let missing = ROOMS.iter().flat_map(|rooms| rooms.iter()).filter(|room| {
        ![format!("`{room}/`"), format!("`{room}.rs`")].iter().any(|name| contributing.contains(name.as_str()))
    });
    assert_eq!(missing.collect::<Vec<_>>(), Vec::<&&str>::new(), "rooms that CONTRIBUTING.md leaves out");
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

/// How many lines of code make a run, and how many characters it must have to be one.
const RUN: (usize, usize) = (6, 120);

/// The lines of a file that do something: no comments, imports, attributes, and no declarations of fields and parameters.
fn logic(text: &str) -> Vec<(usize, &str)> {
    let mut is_import = false;
    let mut lines = Vec::new();
    for (at, line) in code(text) {
        let line = line.trim();
        is_import |= line.starts_with("use ") || line.starts_with("pub use ");
        let is_field = line.ends_with(',')
            && line
                .trim_start_matches("pub ")
                .split_once(": ")
                .is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
        let declares = line.starts_with("#[") || line.starts_with("mod ") || line == "&self," || is_field;
        if !is_import && !declares && !line.is_empty() {
            lines.push((at + 1, line));
        }
        is_import &= !line.ends_with(';');
    }
    lines
}

/// What stands in two places is mended in one of them.
#[test]
fn no_logic_stands_twice() {
    let (lines, characters) = RUN;
    let files = crate_files();
    let mut runs: BTreeMap<Vec<&str>, String> = BTreeMap::new();
    let mut twice = Vec::new();
    for (name, text) in files.iter().filter(|(name, _)| !name.contains("tests")) {
        for run in logic(text).windows(lines) {
            let words: Vec<&str> = run.iter().map(|(_, line)| *line).collect();
            if words.iter().map(|line| line.len()).sum::<usize>() < characters {
                continue;
            }
            let place = format!("src/{name}:{}", run[0].0);
            if let Some(before) = runs.insert(words, place.clone()) {
                twice.push(format!("{before} and {place}"));
            }
        }
    }
    assert!(twice.is_empty(), "six lines that are the same:\n{}", twice.join("\n"));
}
