//! The `citypact` program as tests run it: bounded in time, without the environment's own settings.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// No command of the tests takes longer than this.
const MOST: Duration = Duration::from_secs(60);

/// The program in the folder `directory`, with no setting of ours in its environment.
pub fn command(directory: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_citypact"));
    command.current_dir(directory).args(args);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CITYPACT_")) {
        command.env_remove(name);
    }
    command.env_remove("NO_COLOR").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a run gave.
#[derive(Debug)]
pub struct Run {
    /// The exit status; None where a signal ended it.
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// The standard output of a run that was to succeed.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.status, Some(0), "{}", self.stderr);
        self.stdout
    }

    /// The standard error of a run that was to end with this status.
    #[track_caller]
    pub fn failed(self, status: i32) -> String {
        assert_eq!(self.status, Some(status), "{}\n{}", self.stdout, self.stderr);
        self.stderr
    }
}

/// Runs the program in `directory` to its end.
#[track_caller]
pub fn run(directory: &Path, args: &[&str]) -> Run {
    finish(&mut command(directory, args), "")
}

/// Runs a command to its end with `input` at its standard input, and kills it where that takes too long.
#[track_caller]
pub fn finish(command: &mut Command, input: &str) -> Run {
    if !input.is_empty() {
        command.stdin(Stdio::piped());
    }
    let mut child = command.spawn().unwrap();
    let (mut stdin, input) = (child.stdin.take(), input.to_owned());
    let feeder = thread::spawn(move || stdin.as_mut().map(|stdin| stdin.write_all(input.as_bytes())));
    let (out, err) = (drain(child.stdout.take()), drain(child.stderr.take()));
    let started = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if started.elapsed() > MOST => {
                child.kill().unwrap();
                panic!("{command:?} did not end within {MOST:?}");
            }
            None => thread::sleep(Duration::from_millis(5)),
        }
    };
    feeder.join().unwrap();
    let text = |reader: thread::JoinHandle<Vec<u8>>| String::from_utf8(reader.join().unwrap()).unwrap();
    Run { status: status.code(), stdout: text(out), stderr: text(err) }
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            pipe.read_to_end(&mut bytes).unwrap();
        }
        bytes
    })
}

/// The program with these arguments and the examples' articles for `--data`.
pub fn over_articles(directory: &Path, args: &[&str]) -> Run {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/articles");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<String> = paths.map(|path| path.to_string_lossy().into_owned()).collect();
    files.sort();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    run(directory, &[args, &["--data"], &files].concat())
}

/// Sends a signal, such as `TERM`, to a process of this machine. The shell's own `kill` does it: the program of that name
/// is not on every machine.
#[track_caller]
pub fn signal(process: u32, name: &str) {
    let sent = Command::new("sh").args(["-c", &format!("kill -{name} {process}")]).status().unwrap();
    assert!(sent.success(), "no signal {name} to {process}");
}
