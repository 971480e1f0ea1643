//! `serve --follow`: the newest backup is served and taken up while requests run; no answer is of two states.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use super::app::status;
use super::process::{Folder, Serving, exchange};
use crate::citypact::run;

const SUBJECTS: usize = 200;
/// So many times everything, which no socket takes without a reader.
const TIMES: usize = 60;
const ALL: &str = "SELECT%20%3Fs%20%3Fo%20%7B%3Fs%20%3Chttp%3A%2F%2Fa%2Fp%3E%20%3Fo%7D";

/// A store in which everything says of which state it is, put into the folder as a backup is: by a rename.
fn backup(folder: &Folder, name: &str, state: usize) {
    let padding = "x".repeat(2000);
    let lines: String =
        (0..SUBJECTS).map(|n| format!("<http://a/{n}> <http://a/p> \"state-{state} {padding}\" .\n")).collect();
    fs::write(folder.0.join("state.nt"), lines).unwrap();
    run(&folder.0, &["load", "state.nt", "--graph", "http://a/g", "--store", "made.db"]).ok();
    run(&folder.0, &["backup", &format!("backups/{name}"), "--store", "made.db"]).ok();
    fs::remove_dir_all(folder.0.join("made.db")).unwrap();
}

/// Sends a request on a connection of its own, and reads no more than the head of the answer.
fn ask(serving: &Serving, target: &str) -> (String, BufReader<TcpStream>) {
    let mut stream = TcpStream::connect(serving.authority()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAccept: text/csv, text/plain, text/turtle\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let (mut head, mut reader) = (String::new(), BufReader::with_capacity(1024, stream));
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).unwrap(), 0, "{head}");
    }
    (head, reader)
}

fn body(head: &str, mut reader: BufReader<TcpStream>) -> String {
    let mut bytes = Vec::new();
    if !head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        reader.read_to_end(&mut bytes).unwrap();
        return String::from_utf8(bytes).unwrap();
    }
    loop {
        let mut size = String::new();
        reader.read_line(&mut size).unwrap();
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        let mut chunk = vec![0; size + 2];
        reader.read_exact(&mut chunk).unwrap();
        if size == 0 {
            return String::from_utf8(bytes).unwrap();
        }
        bytes.extend_from_slice(&chunk[..size]);
    }
}

fn get(serving: &Serving, target: &str) -> (String, String) {
    let (head, reader) = ask(serving, target);
    let body = body(&head, reader);
    (head, body)
}

/// The state that a whole answer is of.
#[track_caller]
fn state(body: &str, times: usize) -> usize {
    let mut rows = body.lines().skip(1);
    let of = |row: &str| row.split_once("state-").unwrap().1.split(' ').next().unwrap().parse().unwrap();
    let first = of(rows.next().unwrap());
    assert!(rows.clone().all(|row| of(row) == first), "an answer of two states");
    assert_eq!(rows.count() + 1, SUBJECTS * times);
    first
}

fn tag(head: &str) -> String {
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("etag:"));
    line.unwrap_or_else(|| panic!("no tag: {head}")).to_owned()
}

#[track_caller]
fn await_ready(serving: &Serving, part: &str) {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let (head, body) = get(serving, "/readyz");
        if body.contains(part) {
            return assert_eq!(status(head.as_bytes()), 200);
        }
        assert!(Instant::now() < until, "not {part} but {body}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn follow(folder: &Folder) -> Serving {
    Serving::start(&folder.0, &["--follow", "backups", "--follow-every", "0.05", "--bind", "127.0.0.1:0"])
}

#[test]
fn a_new_backup_is_taken_up_under_requests_and_no_answer_is_of_two_states() {
    let folder = Folder::new("follow");
    fs::create_dir(folder.0.join("backups")).unwrap();
    backup(&folder, "monday", 1);
    let serving = follow(&folder);
    let target = format!("/sparql?query={ALL}");
    // An answer that is read no further than its head, when the backup that it is of is followed by another.
    let every = vec!["%7B%3Fs%20%3Chttp%3A%2F%2Fa%2Fp%3E%20%3Fo%7D"; TIMES].join("UNION");
    let (slow_head, slow) = ask(&serving, &format!("/sparql?query=SELECT%20%3Fs%20%3Fo%20%7B{every}%7D"));
    // Which client has had which state.
    let asked = Mutex::new(BTreeSet::new());
    thread::scope(|scope| {
        let clients: Vec<_> = (0..3)
            .map(|client| {
                let (serving, target, asked) = (&serving, &target, &asked);
                scope.spawn(move || {
                    let (mut seen, mut last) = (BTreeMap::new(), 0);
                    while last < 3 {
                        let (head, body) = get(serving, target);
                        let state = state(&body, 1);
                        assert_eq!(*seen.entry(tag(&head)).or_insert(state), state, "one tag, two states");
                        assert!(state >= last, "{state} after {last}");
                        last = state;
                        asked.lock().unwrap().insert((state, client));
                    }
                    seen
                })
            })
            .collect();
        for (name, number) in [("tuesday", 2), ("a-wednesday", 3)] {
            // Every client has the state before.
            let until = Instant::now() + Duration::from_secs(30);
            while Instant::now() < until
                && asked.lock().unwrap().iter().filter(|(state, _)| *state == number - 1).count() < 3
            {
                thread::sleep(Duration::from_millis(20));
            }
            backup(&folder, name, number);
            await_ready(&serving, &format!("backup {name} (epoch "));
        }
        let seen: BTreeMap<String, usize> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
        assert_eq!(seen.len(), 3, "{seen:?}");
    });
    let (head, last) = get(&serving, &target);
    assert_eq!(state(&last, 1), 3);
    let slow_tag = tag(&slow_head);
    assert_eq!(state(&body(&slow_head, slow), TIMES), 1, "a request ends on the backup that it began with");
    assert_ne!(slow_tag, tag(&head));
    let metrics = get(&serving, "/metrics").1;
    assert!(metrics.contains("citypact_backup_info{name=\"a-wednesday\"} 1\n"), "{metrics}");
    assert!(metrics.contains("# TYPE citypact_backup_epoch gauge"), "{metrics}");
    let dataset = get(&serving, "/dataset").1;
    assert!(dataset.contains("dcat:version \"a-wednesday (epoch "), "{dataset}");
    closed(&serving, &["monday", "tuesday"]);
    let update = "POST /sparql HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/sparql-update\r\nContent-Length: 38\r\n\r\nINSERT DATA { <http://a> <http://b> 1 }";
    let refused = exchange(TcpStream::connect(serving.authority()).unwrap(), update);
    assert_eq!(status(refused.as_bytes()), 403, "{refused}");
}

/// Earlier backups are closed once nobody reads them.
#[cfg(target_os = "linux")]
fn closed(serving: &Serving, names: &[&str]) {
    let open = || -> Vec<String> {
        let files = fs::read_dir(format!("/proc/{}/fd", serving.child.id())).unwrap();
        let links = files.filter_map(|file| fs::read_link(file.unwrap().path()).ok());
        links.map(|link| link.to_string_lossy().into_owned()).collect()
    };
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let left: Vec<_> = open().into_iter().filter(|file| names.iter().any(|name| file.contains(name))).collect();
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < until, "{left:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[cfg(not(target_os = "linux"))]
fn closed(_: &Serving, _: &[&str]) {}

#[test]
fn what_is_broken_or_half_made_is_passed_over_and_told() {
    let folder = Folder::new("follow-broken");
    let backups = folder.0.join("backups");
    fs::create_dir(&backups).unwrap();
    backup(&folder, "first", 1);
    copy(&backups.join("first"), &backups.join("cut"));
    let index = backups.join("cut/index.cpx");
    let bytes = fs::read(&index).unwrap();
    fs::write(&index, &bytes[..bytes.len() / 2]).unwrap();
    // Where RocksDB keeps a store, that is what a copy without an index is read from.
    let _ = fs::remove_file(backups.join("cut/CURRENT"));
    fs::create_dir(backups.join("second.unfinished")).unwrap();
    fs::create_dir(backups.join("notes")).unwrap();
    let mut serving = follow(&folder);
    await_ready(&serving, "backup first (epoch ");
    backup(&folder, "second", 2);
    await_ready(&serving, "backup second (epoch ");
    // An operator goes back by taking the newest away.
    fs::remove_dir_all(backups.join("second")).unwrap();
    await_ready(&serving, "backup first (epoch ");
    // What is served stays when nothing is left.
    fs::remove_dir_all(&backups).unwrap();
    thread::sleep(Duration::from_millis(300));
    assert_eq!(state(&get(&serving, &format!("/sparql?query={ALL}")).1, 1), 1);
    serving.signal("TERM");
    assert_eq!(serving.end(), Some(0));
    let said = serving.said();
    for part in ["Took up backup second", "the folder of backups cannot be looked into"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn what_is_passed_over_at_the_start_is_told_and_nothing_is_served_where_there_is_nothing() {
    let folder = Folder::new("follow-none");
    fs::create_dir(folder.0.join("backups")).unwrap();
    let follow = |more: &[&str]| {
        let args = ["serve", "--follow", "backups", "--bind", "127.0.0.1:0"];
        run(&folder.0, &[&args, more].concat())
    };
    let said = follow(&[]).failed(1);
    assert!(said.contains("no whole backup in backups") && said.contains("citypact backup backups/NAME"), "{said}");
    fs::create_dir(folder.0.join("backups/x.unfinished")).unwrap();
    fs::create_dir(folder.0.join("backups/bad")).unwrap();
    fs::write(folder.0.join("backups/bad/citypact.json"), r#"{"id":"0","epoch":1}"#).unwrap();
    fs::write(folder.0.join("backups/bad/index.cpx"), "nothing of the sort").unwrap();
    let said = follow(&[]).failed(1);
    assert!(said.contains("Passed over x.unfinished: it is being made or removed"), "{said}");
    assert!(said.contains("Warning: passed over bad, which cannot be read"), "{said}");
    for more in
        [&["--write-token-file", "token"][..], &["--store", "x.db"], &["--data", "data.ttl"], &["--backup-dir", "."]]
    {
        assert!(follow(more).failed(2).contains("--follow"), "{more:?}");
    }
    assert!(run(&folder.0, &["serve", "--follow-every", "1"]).failed(2).contains("--follow"));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}
