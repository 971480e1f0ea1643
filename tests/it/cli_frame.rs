//! The frame of the command line: configuration and its origins, wrong usage, errors, colours.

use std::fs;

use crate::citypact::{command, finish, run, signal};

fn settings(directory: &std::path::Path, args: &[&str], variables: &[(&str, &str)]) -> Vec<(String, String, String)> {
    let args = [args, &["info", "--config", "--json"]].concat();
    let json = finish(command(directory, &args).envs(variables.iter().copied()), "").ok();
    let rows: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap().to_owned();
    rows.iter().map(|row| (text(row, "setting"), text(row, "value"), text(row, "origin"))).collect()
}

fn one(rows: &[(String, String, String)], setting: &str) -> (String, String) {
    let found = rows.iter().find(|(name, ..)| name == setting);
    let (_, value, origin) = found.unwrap_or_else(|| panic!("no {setting} in {rows:?}"));
    (value.clone(), origin.clone())
}

fn pair(value: &str, origin: &str) -> (String, String) {
    (value.to_owned(), origin.to_owned())
}

#[test]
fn flags_go_before_the_environment_before_the_file_before_what_is_built_in() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    assert_eq!(one(&settings(here, &[], &[]), "store"), pair("citypact.db", "built in"));
    assert_eq!(one(&settings(here, &[], &[]), "quiet"), pair("false", "built in"));
    fs::write(here.join("citypact.toml"), "# ours\nstore = \"all.db\"\nquiet = true\n[places.find]\nlimit = 3\n")
        .unwrap();
    let rows = settings(here, &[], &[]);
    assert_eq!(one(&rows, "store"), pair("all.db", "citypact.toml:2"));
    assert_eq!(one(&rows, "quiet"), pair("true", "citypact.toml:3"));
    assert_eq!(one(&rows, "limit"), pair("3", "citypact.toml:5"));
    let rows = settings(here, &[], &[("CITYPACT_STORE", "env.db")]);
    assert_eq!(one(&rows, "store"), pair("env.db", "variable CITYPACT_STORE"));
    let args = ["info", "--config", "--store", "flag.db"];
    let table = finish(command(here, &args).env("CITYPACT_STORE", "env.db"), "").ok();
    assert!(table.lines().any(|line| line.starts_with("info.store ") && line.ends_with("command line")), "{table}");
    assert!(table.contains("env.db"), "the other commands keep theirs\n{table}");
}

#[test]
fn the_file_may_be_elsewhere_and_its_paths_are_relative_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (folder.path(), folder.path().join("etc"));
    fs::create_dir(&there).unwrap();
    fs::write(here.join("citypact.toml"), "store = 'here.db'").unwrap();
    fs::write(there.join("my.toml"), "store = 'there.db'\n[info]\nstore = '/abs.db'").unwrap();
    let (beside, absolute) = (format!("etc{}there.db", std::path::MAIN_SEPARATOR), "/abs.db");
    let rows = settings(here, &["--config-file", "etc/my.toml"], &[]);
    assert_eq!(one(&rows, "info.store"), pair(absolute, "etc/my.toml:3"));
    assert_eq!(one(&rows, "store"), pair(&beside, "etc/my.toml:1"));
    let rows = settings(here, &[], &[("CITYPACT_CONFIG", "etc/my.toml")]);
    assert_eq!(one(&rows, "info.store"), pair(absolute, "etc/my.toml:3"));
    let rows = settings(here, &["--config-file="], &[]);
    assert_eq!(one(&rows, "store"), pair("citypact.db", "built in"));
    let error = run(here, &["--config-file", "none.toml", "info", "--config"]).failed(1);
    assert!(error.starts_with("error: cannot read none.toml\n"), "{error}");
}

#[test]
fn a_wrong_setting_is_told_with_its_line_and_the_nearest_right_one() {
    let cases = [
        ("\nsotre = 'x'", "citypact.toml:2: no command has the option sotre\n  Hint: did you mean store?"),
        (
            "[places.fnd]\nlimit = 1",
            "citypact.toml:2: no command is called places.fnd\n  Hint: did you mean places.find?",
        ),
        ("[info]\nlimit = 1", "citypact.toml:2: the command info has no option limit\n  Hint: settings are named"),
        ("[places.find]\nlimit = 'many'", "citypact.toml:2: limit: invalid value 'many' for '--limit"),
        ("quiet = 3", "citypact.toml:1: quiet: \"3\" is neither true nor false"),
        ("quiet = [[1]]", "citypact.toml:1: a list may hold texts and numbers only"),
        ("quiet = ", "citypact.toml:1: "),
        ("\n\n[info", "citypact.toml:3: "),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (text, expected) in cases {
        fs::write(folder.path().join("citypact.toml"), text).unwrap();
        let error = run(folder.path(), &["context"]).failed(2);
        assert!(error.starts_with(&format!("error: {expected}")), "{text:?}: {error}");
    }
    fs::write(folder.path().join("citypact.toml"), [0xff, 0xfe]).unwrap();
    assert!(run(folder.path(), &["context"]).failed(1).starts_with("error: cannot read citypact.toml"));
}

#[test]
fn wrong_usage_suggests_what_may_have_been_meant() {
    let folder = tempfile::tempdir().unwrap();
    let error = run(folder.path(), &["backupp"]).failed(2);
    assert!(error.contains("a similar subcommand exists: 'backup'"), "{error}");
    let error = run(folder.path(), &["info", "--stor", "x"]).failed(2);
    assert!(error.contains("a similar argument exists: '--store'"), "{error}");
    let error = run(folder.path(), &["ontology", "shape"]).failed(2);
    assert!(error.contains("a similar value exists: 'shapes'"), "{error}");
    run(folder.path(), &[]).failed(2);
    assert!(run(folder.path(), &["--version"]).ok().starts_with("citypact "));
}

#[test]
fn errors_say_what_why_and_what_to_do_and_are_plain_in_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let error = run(folder.path(), &["info", "--store", "none"]).failed(1);
    assert_eq!(
        error,
        "error: there is no store at none\n  Hint: load something first: citypact load FILES --store none\n"
    );
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_enough_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let script = format!("'{}' ontology | head -c 10; echo \" ${{PIPESTATUS[0]}}\"", env!("CARGO_BIN_EXE_citypact"));
    let mut bash = std::process::Command::new("bash");
    bash.current_dir(folder.path()).args(["-c", &script]);
    bash.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let run = finish(&mut bash, "");
    assert_eq!((run.stdout.split(' ').next_back(), run.stderr.as_str()), (Some("0\n"), ""));
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_no_half_file_and_the_old_one_as_it_was() {
    use std::io::{Read, Write};
    use std::process::Stdio;

    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("out.nq"), "old").unwrap();
    // Two records are there, a third never comes.
    let mut child = command(folder.path(), &["convert", "-", "--to", "nquads", "--out", "out.nq"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{{\"type\":\"source\",\"id\":\"1\",\"language\":\"en\"}}").unwrap();
    let beside = || fs::read_dir(folder.path()).unwrap().count() > 1;
    let started = std::time::Instant::now();
    while !beside() && started.elapsed().as_secs() < 20 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(beside(), "the file is written beside");
    signal(child.id(), "INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!beside());
    assert_eq!(fs::read_to_string(folder.path().join("out.nq")).unwrap(), "old");
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(said, "");
}

/// Files get the permissions that the process gives to new ones, and keep those of the file that they replace.
#[cfg(unix)]
#[test]
fn files_are_as_private_as_the_process_makes_them() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.ttl");
    let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    let write = |umask: &str| {
        let script = format!("umask {umask}; exec \"$0\" generate --places 5 --out \"$1\"");
        let status = std::process::Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_citypact")])
            .arg(&path)
            .status()
            .unwrap();
        assert!(status.success());
    };
    write("077");
    assert_eq!(mode(), 0o600);
    std::fs::remove_file(&path).unwrap();
    write("022");
    assert_eq!(mode(), 0o644);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    write("022");
    assert_eq!(mode(), 0o640);
}
