//! What is left of a busy server when the load is over, seen from outside its process: an idle processor, and its memory.

#![cfg(target_os = "linux")]

use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use super::app::status;
use super::faults::{endless, knot};
use super::process::{Folder, Serving, exchange};

/// Seconds of processor time that a process has used, in user and system mode.
fn processor(serving: &Serving) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", serving.child.id())).unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    // Fields 14 and 15 of proc(5), in ticks of a hundredth of a second.
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

/// A number of `/proc/PID/status`: megabytes for memory.
pub fn number(serving: &Serving, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", serving.child.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    let number: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    if line.ends_with("kB") { number / 1024 } else { number }
}

fn ask(serving: &Serving, query: &str) -> String {
    let stream = TcpStream::connect(serving.authority()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    exchange(
        stream,
        &format!(
            "POST /sparql HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAccept: text/csv, text/turtle;q=0.5\r\nContent-Type: application/sparql-query\r\nContent-Length: {}\r\n\r\n{query}",
            query.len()
        ),
    )
}

/// All of these at once; their statuses.
fn burst(serving: &Serving, queries: &[String]) -> Vec<u16> {
    thread::scope(|scope| {
        let threads: Vec<_> =
            queries.iter().map(|query| scope.spawn(|| status(ask(serving, query).as_bytes()))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn wait_until_nothing_runs(serving: &Serving) {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let stream = TcpStream::connect(serving.authority()).unwrap();
        let metrics = exchange(stream, "GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        if metrics.contains("\ncitypact_running 0\n") {
            return;
        }
        assert!(Instant::now() < until, "{metrics}");
        thread::sleep(Duration::from_millis(50));
    }
}

fn start(folder: &Folder, args: &[&str]) -> Serving {
    std::fs::write(folder.0.join("knot.ttl"), knot()).unwrap();
    Serving::start(&folder.0, &[&["--data", "knot.ttl", "--bind", "127.0.0.1:0"], args].concat())
}

#[test]
fn the_processor_goes_idle_after_the_limit() {
    let folder = Folder::new("idle");
    let serving = start(&folder, &["--timeout", "2"]);
    let queries: Vec<String> = endless().into_iter().map(|(_, query)| query).collect();
    let statuses = burst(&serving, &queries);
    assert!(statuses.iter().all(|status| *status == 503), "{statuses:?}");
    wait_until_nothing_runs(&serving);
    // A moment for what was read from storage without yielding rows.
    thread::sleep(Duration::from_millis(500));
    let (before, threads) = (processor(&serving), number(&serving, "Threads"));
    thread::sleep(Duration::from_secs(1));
    let used = processor(&serving) - before;
    assert!(used < 0.1, "{used} s of processor time in a second of rest");
    assert!(before > 0.3, "there was no load: {before} s");
    assert!(threads < 200, "{threads} threads are left");
}

/// Queries that would take any memory, each by another operator.
fn hungry() -> Vec<(&'static str, String)> {
    const ROWS: &str = "{ ?a ?p ?b . ?c ?q ?d . ?e ?r ?f }";
    let long = "BIND(CONCAT(STR(?a), STR(?c), STR(?e), STR(?b), STR(?d), STR(?f), 'and so on and on') AS ?x)";
    vec![
        ("DISTINCT", format!("SELECT DISTINCT ?a ?d ?f {ROWS}")),
        ("ORDER BY", format!("SELECT * {ROWS} ORDER BY ?f ?d ?a")),
        ("DISTINCT of made texts", format!("SELECT DISTINCT ?x {{ {ROWS} {long} }}")),
        ("ORDER BY of made texts", format!("SELECT ?x {{ {ROWS} {long} }} ORDER BY ?x")),
        ("GROUP BY", format!("SELECT ?a ?d ?f (COUNT(*) AS ?n) {ROWS} GROUP BY ?a ?d ?f")),
        ("GROUP_CONCAT", format!("SELECT (GROUP_CONCAT(STR(?f)) AS ?x) {ROWS}")),
        ("COUNT DISTINCT", format!("SELECT (COUNT(DISTINCT ?x) AS ?n) {{ {ROWS} {long} }}")),
        ("SAMPLE of many", format!("SELECT ?x (SAMPLE(?b) AS ?y) {{ {ROWS} {long} }} GROUP BY ?x")),
        ("a path", "SELECT DISTINCT ?a ?b ?c ?d { ?a (<http://a/p>)* ?b . ?c (<http://a/p>)* ?d }".to_owned()),
        ("CONSTRUCT", format!("CONSTRUCT {{ ?a <http://a/x> ?x }} WHERE {{ {ROWS} {long} }}")),
        ("a hash join", format!("SELECT (COUNT(*) AS ?n) {{ {{ SELECT ?a ?d {ROWS} }} {{ SELECT ?d ?f {ROWS} }} }}")),
    ]
}

#[test]
fn one_query_keeps_within_its_memory() {
    const MOST: u64 = 64;
    for (what, query) in hungry() {
        let folder = Folder::new("hungry");
        let serving = start(&folder, &["--timeout", "8", "--max-memory", "64", "--max-result", "16", "--cache", "0"]);
        burst(&serving, &["SELECT * { ?s ?p ?o } LIMIT 10".to_owned()]);
        let before = number(&serving, "VmRSS");
        let status = burst(&serving, &[query])[0];
        let peak = number(&serving, "VmHWM");
        println!("{what}: {status}, {} MB", peak - before);
        // What is reckoned is not all that an allocator takes.
        assert!(peak < before + 2 * MOST + 10, "{what}: {before} MB before, {peak} MB at most, {MOST} MB allowed");
    }
}

#[test]
fn memory_returns_after_load() {
    let folder = Folder::new("memory");
    let serving = start(&folder, &["--timeout", "3", "--max-memory", "100", "--cache", "16"]);
    // The first requests set up what stays: threads, the register, parsers.
    burst(&serving, &vec!["SELECT * { ?s ?p ?o } LIMIT 10".to_owned(); 8]);
    let before = number(&serving, "VmRSS");
    let heavy: Vec<String> = (0..8)
        .map(|n| {
            format!("SELECT DISTINCT ?a ?d ?f {{ ?a ?p ?b . ?c ?q ?d . ?e ?r ?f FILTER({n} = {n}) }} ORDER BY ?f ?d ?a")
        })
        .collect();
    for _ in 0..3 {
        burst(&serving, &heavy);
    }
    wait_until_nothing_runs(&serving);
    let peak = number(&serving, "VmHWM");
    // Long evaluations take turns: how much of their memory is held at once depends on the machine.
    assert!(peak > before + 120, "there was no load: {before} MB, then {peak} MB at most");
    // The allocator gives pages back when they have not been used for ten seconds.
    let until = Instant::now() + Duration::from_secs(30);
    while number(&serving, "VmRSS") >= before + 100 {
        assert!(
            Instant::now() < until,
            "{before} MB before, {peak} MB at most, {} MB after",
            number(&serving, "VmRSS")
        );
        thread::sleep(Duration::from_millis(200));
    }
}
