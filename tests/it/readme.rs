//! The commands of the README's tour, run in order as a reader would, and what they print held against what it shows.

use std::fs;
use std::path::Path;
#[cfg(unix)]
use std::process::Command;

/// A command of a `console` block and the lines shown under it.
#[derive(Debug)]
struct Step {
    #[cfg_attr(not(unix), expect(dead_code, reason = "told where the tour is run"))]
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

#[cfg(unix)]
fn path() -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_citypact"));
    format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap_or_default())
}

fn readme(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The fenced blocks of a document, each with the word after its fence.
fn blocks(markdown: &str) -> Vec<&str> {
    markdown.split("```").skip(1).step_by(2).collect()
}

/// Whether a command builds the program, which a test of it cannot.
#[cfg(unix)]
fn is_of_the_build(command: &str) -> bool {
    command.starts_with("make ") || command.starts_with("cargo ")
}

#[test]
#[cfg(unix)]
fn every_command_of_the_tour_does_what_the_readme_shows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    for name in ["examples", "ontology", "queries"] {
        std::os::unix::fs::symlink(root.join(name), folder.path().join(name)).unwrap();
    }
    for (name, least) in [("README.md", 10), ("examples/tables/README.md", 5)] {
        let steps = steps(&readme(name));
        assert!(steps.len() >= least, "{name} has only {} commands", steps.len());
        steps.iter().filter(|step| !is_of_the_build(&step.command)).for_each(|step| follow(name, step, folder.path()));
    }
}

/// Runs a command in the folder, and holds what it prints against what the document shows.
#[cfg(unix)]
fn follow(name: &str, step: &Step, folder: &Path) {
    let output = Command::new("sh")
        .args(["-c", &step.command])
        .current_dir(folder)
        .env("PATH", path())
        .env_remove("CITYPACT_STORE")
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{name}:{}: {}\n{out}\n{err}", step.line, step.command);
    let lines: Vec<&str> = out.lines().collect();
    let shown = step.shown.iter().filter(|line| !line.is_empty()).count() > 0;
    assert!(
        !shown || fits(&step.shown, &lines),
        "{name}:{}: {}\nshows\n{}\nbut prints\n{out}",
        step.line,
        step.command,
        step.shown.join("\n")
    );
}

#[test]
fn shown_lines_may_leave_some_out() {
    let shown = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    assert!(fits(&shown(&["a", "…", "d"]), &["a", "b", "c", "d"]));
    assert!(!fits(&shown(&["a", "…", "d"]), &["a", "b"]));
    assert!(!fits(&shown(&["a"]), &["a", "b"]));
}

#[test]
fn both_readmes_show_the_same_commands() {
    let (english, chinese) = (readme("README.md"), readme("README.zh-Hans.md"));
    assert!(blocks(&english).len() >= 10);
    assert_eq!(blocks(&english), blocks(&chinese));
    let rows = |text: &str| text.lines().filter(|line| line.starts_with("| `")).map(names).collect::<Vec<_>>();
    assert!(rows(&english).len() >= 10);
    assert_eq!(rows(&english), rows(&chinese));
}

/// The names of commands in the first cell of a row.
fn names(row: &str) -> Vec<String> {
    let cell = row.split('|').nth(1).unwrap_or_default();
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_readme_names_every_program_of_the_examples() {
    let commands: Vec<String> = steps(&readme("README.md")).into_iter().map(|step| step.command).collect();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let is_program = path.extension().is_some_and(|suffix| suffix == "rs") && name != "build_register";
        let run = format!("--example {name}");
        assert!(!is_program || commands.iter().any(|command| command.contains(&run)), "README.md does not show {name}");
    }
}
