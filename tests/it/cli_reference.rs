//! Help, the reference made of it, completions and manual pages.

use std::process::{Command, Stdio};

use crate::citypact::{finish, run};
use crate::golden::assert_golden;

/// Every command that does something, as the words that call it.
fn leaves(command: &clap::Command, path: &[String], found: &mut Vec<Vec<String>>) {
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help" && !inner.is_hide_set()) {
        let path = [path, &[inner.get_name().to_owned()]].concat();
        if inner.has_subcommands() { leaves(inner, &path, found) } else { found.push(path) }
    }
}

fn commands() -> Vec<Vec<String>> {
    let mut found = Vec::new();
    leaves(&citypact::cli::command(), &[], &mut found);
    found
}

#[test]
fn the_reference_is_that_of_the_help() {
    let folder = tempfile::tempdir().unwrap();
    assert_golden("../../COMMANDS.md", &run(folder.path(), &["man", "--markdown"]).ok());
}

#[cfg(target_os = "linux")]
#[test]
fn help_that_cannot_be_written_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    for args in [&["--help"][..], &["--version"], &["load", "--help"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = crate::citypact::command(folder.path(), args);
        let ended = command.stdout(full).output().unwrap();
        assert_eq!(ended.status.code(), Some(1), "{args:?}");
        assert!(String::from_utf8_lossy(&ended.stderr).contains("No space left"), "{args:?}");
    }
}

#[test]
fn every_command_has_help_with_an_example() {
    let folder = tempfile::tempdir().unwrap();
    for words in commands() {
        let args: Vec<&str> = words.iter().map(String::as_str).chain(["--help"]).collect();
        let help = run(folder.path(), &args).ok();
        let call = format!("citypact {}", words.join(" "));
        assert!(help.contains("\nExamples:\n") && help.matches(&call).count() >= 2, "{call}:\n{help}");
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{call}: a line is too long\n{help}");
    }
}

#[test]
fn completions_are_made_for_every_shell_and_understood_by_those_that_are_here() {
    let folder = tempfile::tempdir().unwrap();
    let checks: [(&str, &[&str]); 4] =
        [("bash", &["-n"]), ("zsh", &["-n"]), ("fish", &["--no-execute"]), ("powershell", &[])];
    for (shell, check) in checks {
        let script = run(folder.path(), &["completions", shell]).ok();
        for words in commands() {
            assert!(script.contains(&words[0]), "{shell} does not know {}", words[0]);
        }
        let path = folder.path().join(shell);
        std::fs::write(&path, script).unwrap();
        if check.is_empty() || !is_here(shell) {
            continue;
        }
        let mut parse = Command::new(shell);
        parse.args(check).arg(&path).stdout(Stdio::piped()).stderr(Stdio::piped());
        assert_eq!(finish(&mut parse, "").ok(), "");
    }
}

fn is_here(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

#[test]
fn bash_completes_commands_and_options() {
    if !is_here("bash") {
        eprintln!("skipped: no bash here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("c"), run(folder.path(), &["completions", "bash"]).ok()).unwrap();
    let script =
        "source ./c; COMP_WORDS=(citypact pla); COMP_CWORD=1; _citypact citypact pla citypact; echo ${COMPREPLY[@]}
        COMP_WORDS=(citypact info --st); COMP_CWORD=2; _citypact citypact --st info; echo ${COMPREPLY[@]}
        COMP_WORDS=(citypact query part); COMP_CWORD=2; _citypact citypact part query; echo ${COMPREPLY[@]}
        COMP_WORDS=(citypact convert --to tu); COMP_CWORD=3; _citypact citypact tu --to; echo ${COMPREPLY[@]}";
    let mut bash = Command::new("bash");
    bash.current_dir(folder.path()).args(["-c", script]).stdout(Stdio::piped()).stderr(Stdio::piped());
    assert_eq!(finish(&mut bash, "").ok(), "places\n--store\npartner-awards partners\nturtle\n");
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["man", "--dir", "pages"]).ok();
    for words in commands() {
        let page = folder.path().join("pages").join(format!("citypact-{}.1", words.join("-")));
        let text = std::fs::read_to_string(&page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
        assert!(text.contains(".SH SYNOPSIS") && text.contains("Examples:"), "{text}");
    }
    assert!(run(folder.path(), &["man"]).ok().contains(".TH citypact 1"));
}
