//! A disk that is full: changes are refused with the reason, what is there is read, and changes work again once there is room.
//! Where RocksDB keeps the store, and where the index alone does.
//!
//! Two ways to have no room: a limit on the size of a file, which is raised from outside (`prlimit`), and a small file system in
//! memory in a namespace of its own (`unshare`). What a machine does not give is skipped, and said so.

#![cfg(target_os = "linux")]

use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::app::status;
use super::process::{Folder, Serving, exchange};
use crate::citypact::run;

const COUNT: &str = "SELECT (COUNT(*) AS ?n) { ?s <http://a/round> ?o }";
/// Statements of one update: some 300 kB.
const MANY: usize = 1500;

fn request(serving: &Serving, method: &str, path: &str, media_type: &str, body: &str) -> String {
    let stream = TcpStream::connect(serving.authority()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    exchange(
        stream,
        &format!(
            "{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer 0123456789abcdef\r\nAccept: text/csv, text/plain\r\nContent-Type: application/sparql-{media_type}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    )
}

fn update(serving: &Serving, round: usize) -> String {
    let all: String = (0..MANY).map(|n| format!("<http://a/{round}-{n}> <http://a/round> \"{n:0>160}\" . ")).collect();
    request(serving, "POST", "/sparql", "update", &format!("INSERT DATA {{ {all} }}"))
}

fn count(serving: &Serving) -> usize {
    let reply = request(serving, "POST", "/sparql", "query", COUNT);
    assert_eq!(status(reply.as_bytes()), 200, "{reply}");
    reply.lines().last().unwrap().trim().parse().unwrap()
}

fn readiness(serving: &Serving) -> (u16, String) {
    let reply = request(serving, "GET", "/readyz", "query", "");
    (status(reply.as_bytes()), reply)
}

/// Makes `a.db`, and with the index alone what the files beside RocksDB say.
fn made(folder: &Folder, index_alone: bool) {
    run(&folder.0, &["load", "data.ttl", "--store", "a.db"]).ok();
    if index_alone && folder.0.join("a.db/CURRENT").exists() {
        let files = std::fs::read_dir(folder.0.join("a.db")).unwrap().map(|file| file.unwrap().file_name());
        let files: Vec<String> = files.map(|name| name.into_string().unwrap()).collect();
        for file in files.iter().filter(|name| !name.starts_with("index.") && *name != "citypact.json") {
            std::fs::remove_file(folder.0.join("a.db").join(file)).unwrap();
        }
    }
}

/// Changes that were made, and such as were refused.
#[derive(Default)]
struct Tried {
    done: usize,
    refused: usize,
}

impl Tried {
    fn update(&mut self, serving: &Serving) -> bool {
        let reply = update(serving, self.done + self.refused);
        let is_done = status(reply.as_bytes()) == 204;
        if !is_done {
            assert!(status(reply.as_bytes()) == 507 && reply.contains("no room"), "{reply}");
            assert!(reply.contains("once there is room") && !reply.contains("a.db"), "{reply}");
        }
        *(if is_done { &mut self.done } else { &mut self.refused }) += 1;
        is_done
    }

    /// What was acknowledged is there, and nothing half. Of what was refused RocksDB may have written the last.
    fn holds(&self, count: usize) {
        assert!(
            count.is_multiple_of(MANY) && (self.done..=self.done + self.refused).contains(&(count / MANY)),
            "{count}"
        );
    }
}

/// Fills the store until there is no room, makes some, and goes on.
fn no_room_and_room_again(serving: &Serving, folder: &Folder, make_room: impl Fn(&Serving)) {
    let mut tried = Tried::default();
    // What is given up at the first refusal, a copy of the index, may make room once more.
    while tried.update(serving) || tried.update(serving) {
        assert!(tried.done < 200, "there is room for all of it");
    }
    let (ready, reply) = readiness(serving);
    assert!(ready == 503 && reply.contains("no room"), "{reply}");
    tried.holds(count(serving));
    make_room(serving);
    let until = Instant::now() + Duration::from_secs(20);
    while readiness(serving).0 != 200 {
        assert!(Instant::now() < until, "{}", readiness(serving).1);
        sleep(Duration::from_millis(100));
    }
    let before = count(serving);
    tried.holds(before);
    assert!(tried.update(serving));
    assert_eq!(count(serving), before + MANY);
    let log = std::fs::read_to_string(folder.0.join("access.log")).unwrap();
    let line = log.lines().find(|line| line.contains("\"status\":507")).unwrap();
    assert!(line.contains("no room") && line.contains("reason"), "{line}");
}

/// As [`no_room_and_room_again`]; the store is whole when it is opened again.
fn tried(mut serving: Serving, folder: &Folder, make_room: impl Fn(&Serving)) {
    no_room_and_room_again(&serving, folder, make_room);
    serving.signal("TERM");
    assert_eq!(serving.end(), Some(0));
}

const SERVE: &str =
    "serve --store a.db --bind 127.0.0.1:0 --write-token-file token --access-log access.log --max-query 4096";

/// Whether a command is there and does this.
fn is_there(program: &str, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(args).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn shell(folder: &Path, before: &[&str], script: &str) -> Serving {
    let program = env!("CARGO_BIN_EXE_citypact");
    let mut command = Command::new(before.first().copied().unwrap_or("sh"));
    command.current_dir(folder).args(before.iter().skip(1)).args(if before.is_empty() {
        &["-c"][..]
    } else {
        &["sh", "-c"]
    });
    Serving::of(command.arg(format!("{script} exec {program} {SERVE}")))
}

#[test]
fn a_file_that_may_not_grow_is_no_end_of_it() {
    if !is_there("prlimit", &["--version"]) {
        println!("skipped: this machine has no prlimit");
        return;
    }
    for index_alone in [false, true] {
        let folder = Folder::new(&format!("file-limit-{index_alone}"));
        made(&folder, index_alone);
        // Blocks of 512 bytes; what is ignored here is ignored by the server.
        let serving = shell(&folder.0, &[], "trap '' XFSZ; ulimit -S -f 1500;");
        tried(serving, &folder, |serving| {
            assert!(is_there("prlimit", &["--pid", &serving.child.id().to_string(), "--fsize=unlimited"]));
        });
        let csv = run(&folder.0, &["query", COUNT, "--store", "a.db", "--to", "csv"]).ok();
        assert!(csv.lines().nth(1).unwrap().parse::<usize>().unwrap() % MANY == 0, "{csv}");
    }
}

#[test]
fn a_disk_that_is_full_is_no_end_of_it() {
    let mounts = ["--user", "--map-root-user", "--mount"];
    let tried_out = [&mounts[..], &["sh", "-c", "mount -t tmpfs none /mnt"]].concat();
    if !is_there("unshare", &tried_out) {
        println!("skipped: this machine gives no file system in a namespace");
        return;
    }
    for index_alone in [false, true] {
        let folder = Folder::new(&format!("disk-full-{index_alone}"));
        made(&folder, index_alone);
        std::fs::rename(folder.0.join("a.db"), folder.0.join("first.db")).unwrap();
        std::fs::create_dir(folder.0.join("a.db")).unwrap();
        // A ballast that is removed makes room.
        let script =
            "mount -t tmpfs -o size=24m none a.db; cp first.db/* a.db/; head -c 12000000 /dev/zero >a.db/ballast;";
        let serving = shell(&folder.0, &[&["unshare"], &mounts[..]].concat(), script);
        tried(serving, &folder, |serving| {
            let ballast = format!("/proc/{}/root{}/a.db/ballast", serving.child.id(), folder.0.display());
            std::fs::remove_file(&ballast).unwrap_or_else(|error| panic!("{ballast}: {error}"));
        });
    }
}
