//! The commands of the README's tour, run in order as a reader would, and what they print held against what it shows.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A command of a `console` block and the lines shown under it.
struct Step {
    line: usize,
    command: String,
    shown: Vec<String>,
}

/// The steps of every `console` block.
fn steps(markdown: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for (number, line) in markdown.lines().enumerate() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if inside {
            match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => {
                    steps.push(Step { line: number + 1, command: command.to_owned(), shown: Vec::new() });
                }
                (None, Some(step)) if step.shown.is_empty() && goes_on(&step.command) => {
                    step.command.push('\n');
                    step.command.push_str(line);
                }
                (None, Some(step)) => step.shown.push(line.to_owned()),
                (None, None) => panic!("README.md:{}: output before any command", number + 1),
            }
        }
    }
    steps
}

/// Whether a command goes on on the next line: after a backslash, or within quotes.
fn goes_on(command: &str) -> bool {
    command.ends_with('\\') || command.matches('\'').count() % 2 == 1
}

/// Whether the lines are those shown, where a line `…` stands for any lines.
fn fits(shown: &[String], lines: &[&str]) -> bool {
    match shown.split_first() {
        None => lines.is_empty(),
        Some((first, rest)) if first.trim() == "…" => (0..=lines.len()).any(|skip| fits(rest, &lines[skip..])),
        Some((first, rest)) => {
            lines.first().is_some_and(|line| line.trim_end() == first.trim_end()) && fits(rest, &lines[1..])
        }
    }
}

fn link(root: &Path, folder: &Path, name: &str) {
    #[cfg(unix)]
    std::os::unix::fs::symlink(root.join(name), folder.join(name)).unwrap();
    #[cfg(not(unix))]
    let _ = (root, folder, name);
}

fn path() -> String {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_citypact"));
    format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap_or_default())
}

#[test]
#[cfg(all(unix, feature = "rocksdb"))]
fn every_command_of_the_tour_does_what_the_readme_shows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    for name in ["examples", "ontology", "queries"] {
        link(root, folder.path(), name);
    }
    let steps = steps(&fs::read_to_string(root.join("README.md")).unwrap());
    assert!(steps.len() >= 10, "the tour has only {} commands", steps.len());
    for step in steps.iter().filter(|step| !step.command.starts_with("make ")) {
        let output = Command::new("sh")
            .args(["-c", &step.command])
            .current_dir(folder.path())
            .env("PATH", path())
            .env_remove("CITYPACT_STORE")
            .env("LC_ALL", "C.UTF-8")
            .output()
            .unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "README.md:{}: {}\n{out}\n{err}", step.line, step.command);
        let lines: Vec<&str> = out.lines().collect();
        let shown = step.shown.iter().filter(|line| !line.is_empty()).count() > 0;
        assert!(
            !shown || fits(&step.shown, &lines),
            "README.md:{}: {}\nshows\n{}\nbut prints\n{out}",
            step.line,
            step.command,
            step.shown.join("\n")
        );
    }
}

#[test]
fn shown_lines_may_leave_some_out() {
    let shown = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    assert!(fits(&shown(&["a", "…", "d"]), &["a", "b", "c", "d"]));
    assert!(!fits(&shown(&["a", "…", "d"]), &["a", "b"]));
    assert!(!fits(&shown(&["a"]), &["a", "b"]));
}
