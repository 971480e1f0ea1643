//! `citypact serve` as a process: how it starts, announces itself and ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::citypact::{command, run, signal};

/// A folder of a test, removed with it.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("citypact-serve-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join("data.ttl"), "<http://a/s> <http://a/p> 1, 2 .").unwrap();
        std::fs::write(path.join("token"), "0123456789abcdef\n").unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A server that is killed where a test does not end it.
pub struct Serving {
    pub child: Child,
    address: String,
    said: BufReader<std::process::ChildStderr>,
}

impl Serving {
    pub fn start(directory: &Path, args: &[&str]) -> Self {
        Self::of(&mut command(directory, &[&["serve"], args].concat()))
    }

    /// What a command becomes that ends in one that serves.
    pub fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("Serving ") {
            line.clear();
            assert_ne!(said.read_line(&mut line).unwrap(), 0, "the server ended without a word");
        }
        let address = line.trim().rsplit(' ').next().unwrap().to_owned();
        Self { child, address, said }
    }

    pub fn authority(&self) -> &str {
        self.address.strip_prefix("http://").unwrap().split('/').next().unwrap()
    }

    pub fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    /// What it says on its standard error up to its end.
    pub fn said(&mut self) -> String {
        let mut said = String::new();
        self.said.read_to_string(&mut said).unwrap();
        said
    }

    /// The exit status, if it ends in time.
    pub fn end(&mut self) -> Option<i32> {
        let until = Instant::now() + Duration::from_secs(20);
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("the server does not end")
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn exchange(mut stream: impl Read + Write, request: &str) -> String {
    stream.write_all(request.as_bytes()).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    reply
}

const COUNT: &str = "GET /sparql?query=SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%3Fs%20%3Chttp%3A%2F%2Fa%2Fp%3E%20%3Fo%7D&format=csv HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

#[test]
fn signals_end_it_with_success() {
    let folder = Folder::new("signals");
    for signal in ["TERM", "INT"] {
        let mut serving = Serving::start(&folder.0, &["--data", "data.ttl", "--bind", "127.0.0.1:0"]);
        assert!(exchange(TcpStream::connect(serving.authority()).unwrap(), COUNT).ends_with("n\r\n2\r\n"));
        serving.signal(signal);
        assert_eq!(serving.end(), Some(0), "{signal}");
        let mut rest = String::new();
        serving.said.read_to_string(&mut rest).unwrap();
        assert!(rest.contains("Stopping") && rest.contains("Stopped"), "{rest}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn as_process_1_it_ends_when_told_to() {
    // A process namespace of its own needs a right that not every machine gives.
    let isolated = |args: &[&str]| {
        let mut all = vec!["--user", "--map-root-user", "--pid", "--fork", "--kill-child"];
        all.extend_from_slice(args);
        let mut command = Command::new("unshare");
        command.args(all);
        command
    };
    if !isolated(&["true"]).stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
        println!("skipped: this machine gives no process namespace");
        return;
    }
    let folder = Folder::new("process1");
    let program = env!("CARGO_BIN_EXE_citypact");
    // The shell is replaced by the server, which so is process 1 of its namespace; it is told through its parent's list.
    let mut child = isolated(&[program, "serve", "--data", "data.ttl", "--bind", "127.0.0.1:0"])
        .current_dir(&folder.0)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("Serving ") {
        line.clear();
        assert_ne!(said.read_line(&mut line).unwrap(), 0);
    }
    let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", child.id())).unwrap();
    let server = children.split_whitespace().next().unwrap();
    let status = std::fs::read_to_string(format!("/proc/{server}/status")).unwrap();
    let numbers = status.lines().find(|line| line.starts_with("NSpid")).unwrap();
    assert!(numbers.ends_with("\t1"), "{numbers}");
    signal(server.parse().unwrap(), "TERM");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[cfg(unix)]
#[test]
fn it_listens_on_a_unix_socket_and_removes_it() {
    let folder = Folder::new("unix");
    let mut serving = Serving::start(&folder.0, &["--data", "data.ttl", "--bind", "unix:socket"]);
    let socket = folder.0.join("socket");
    assert!(exchange(std::os::unix::net::UnixStream::connect(&socket).unwrap(), COUNT).ends_with("n\r\n2\r\n"));
    serving.signal("TERM");
    assert_eq!(serving.end(), Some(0));
    assert!(!socket.exists());
    let said = run(&folder.0, &["serve", "--data", "data.ttl", "--bind", "unix:data.ttl"]).failed(1);
    assert!(said.contains("no socket") && folder.0.join("data.ttl").exists(), "a file is never taken away: {said}");
}

#[test]
fn logs_are_lines_of_json_with_the_time() {
    let folder = Folder::new("logs");
    let args = [
        "--data",
        "data.ttl",
        "--bind",
        "127.0.0.1:0",
        "--access-log",
        "access.log",
        "--slow-log",
        "slow.log",
        "--slow",
        "0.000001",
    ];
    let mut serving = Serving::start(&folder.0, &args);
    exchange(TcpStream::connect(serving.authority()).unwrap(), COUNT);
    serving.signal("TERM");
    serving.end();
    for (file, field) in [("access.log", "\"peer\":\"127.0.0.1\""), ("slow.log", "COUNT")] {
        let text = std::fs::read_to_string(folder.0.join(file)).unwrap();
        let line: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert!(line["time"].as_str().unwrap().starts_with("20") && text.contains(field), "{text}");
    }
}

#[test]
fn what_is_wrong_at_the_start_is_told() {
    let folder = Folder::new("wrong");
    std::fs::write(folder.0.join("short"), "secret").unwrap();
    std::fs::write(folder.0.join("unsendable"), "ein Schlüssel mit Umlaut").unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (args, status, part) in [
        (vec!["--bind", "nowhere"], 2, "unix:PATH"),
        (vec!["--public-url", "cities.example"], 2, "http://"),
        (vec!["--base-path", "/a b"], 2, "letters"),
        (vec!["--default-graph", "all"], 2, "union"),
        (vec!["--timeout", "0"], 2, "seconds"),
        (vec!["--write-token-file", "short"], 2, "16 characters"),
        (vec!["--write-token-file", "missing"], 1, "missing"),
        (vec!["--write-token-file", "unsendable"], 2, "no bearer token"),
        (vec!["--bind", &taken], 1, "--bind"),
    ] {
        let args = [vec!["serve", "--data", "data.ttl", "--bind", "127.0.0.1:0"], args].concat();
        // The later of two --bind counts; clap takes one, so the first goes.
        let args: Vec<&str> = if args.iter().filter(|arg| **arg == "--bind").count() > 1 {
            args[..3].iter().chain(&args[5..]).copied().collect()
        } else {
            args
        };
        let said = run(&folder.0, &args).failed(status);
        assert!(said.contains(part), "{args:?}: {said}");
    }
}

#[test]
fn a_store_that_is_served_is_reached_through_the_server() {
    let folder = Folder::new("reached");
    run(&folder.0, &["load", "data.ttl", "--store", "s.db"]).ok();
    let args = ["--store", "s.db", "--bind", "127.0.0.1:0", "--admin-token-file", "token", "--backup-dir", "."];
    let mut serving = Serving::start(&folder.0, &args);
    let holder = std::fs::read_to_string(folder.0.join("s.db/citypact.holder")).unwrap();
    assert!(holder.contains(&serving.address), "{holder}");
    let count = "SELECT (COUNT(*) AS ?n) { ?s <http://a/p> ?o }";
    assert!(run(&folder.0, &["query", count, "--store", "s.db", "--to", "csv"]).ok().contains('2'));
    let insert = "INSERT DATA { <http://a/x> <http://a/p> 3 }";
    run(&folder.0, &["update", insert, "--store", "s.db", "--token-file", "token"]).ok();
    let quads = |more: &[&str]| {
        let text = run(&folder.0, &[&["export", "--to", "nquads", "--quiet"], more].concat()).ok();
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let before = quads(&["--store", "s.db", "--token-file", "token"]);
    let backed = run(&folder.0, &["backup", "c.db", "--store", "s.db", "--token-file", "token"]);
    assert!(backed.stderr.contains("The backup is in ") && backed.status == Some(0), "{}", backed.stderr);
    assert!(before.len() == 3 && quads(&["--store", "c.db"]) == before, "{before:?}");
    let backup = "POST /admin/backup?name=b.db HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer 0123456789abcdef\r\nContent-Length: 0\r\n\r\n";
    assert!(exchange(TcpStream::connect(serving.authority()).unwrap(), backup).starts_with("HTTP/1.1 201"));
    serving.signal("TERM");
    assert_eq!(serving.end(), Some(0));
    for store in ["s.db", "b.db"] {
        assert!(run(&folder.0, &["query", count, "--store", store, "--to", "csv"]).ok().contains('3'), "{store}");
    }
    assert!(!folder.0.join("s.db/citypact.holder").exists());
}
