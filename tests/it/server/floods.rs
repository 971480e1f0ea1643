//! A flood: idle and slow connections, clients that half close or read nothing, and monstrous queries beside short ones. In
//! the ordinary tests for some seconds, where it must leave nothing behind; for as long as `CITYPACT_FLOOD` says by
//! `make test-floods`, where the short ones' times are held against those of a quiet server.

#![cfg(target_os = "linux")]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::thread::{self, Scope, sleep};
use std::time::{Duration, Instant};

use super::app::status;
use super::faults::{endless, knot};
use super::process::{Folder, Serving};
use super::rest::number;

/// How much of it.
struct Flood {
    /// Connections that say nothing.
    idle: usize,
    /// Clients of all other kinds.
    active: usize,
    monsters: usize,
    time: Duration,
}

/// What a client of the flood does on a connection, again and again.
type Client = fn(&Serving, &AtomicBool) -> std::io::Result<()>;

const CLIENTS: [Client; 5] = [slow_head, slow_body, half_closed, unread, hasty];

fn connect(serving: &Serving) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(serving.authority())?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.set_write_timeout(Some(Duration::from_secs(60)))?;
    Ok(stream)
}

fn request(text: &str, connection: &str) -> String {
    format!(
        "POST /sparql HTTP/1.1\r\nHost: a\r\nConnection: {connection}\r\nAccept: text/csv, text/turtle;q=0.5\r\nContent-Type: application/sparql-query\r\nContent-Length: {}\r\n\r\n{text}",
        text.len()
    )
}

/// Sends byte after byte until the server has enough of it, or all is over.
fn drip(mut stream: TcpStream, bytes: impl Iterator<Item = u8>, over: &AtomicBool) -> std::io::Result<()> {
    for byte in bytes {
        if over.load(Relaxed) {
            break;
        }
        stream.write_all(&[byte])?;
        sleep(Duration::from_millis(100));
    }
    Ok(())
}

fn slow_head(serving: &Serving, over: &AtomicBool) -> std::io::Result<()> {
    drip(connect(serving)?, b"GET / HTTP/1.1\r\nHost: a\r\nX: ".iter().copied().chain(std::iter::repeat(b'x')), over)
}

fn slow_body(serving: &Serving, over: &AtomicBool) -> std::io::Result<()> {
    let mut stream = connect(serving)?;
    let head =
        "POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\nContent-Length: 9999\r\n\r\n";
    stream.write_all(head.as_bytes())?;
    drip(stream, std::iter::repeat(b' '), over)
}

fn half_closed(serving: &Serving, _: &AtomicBool) -> std::io::Result<()> {
    let mut stream = connect(serving)?;
    stream.write_all(request("SELECT * { ?s ?p ?o } LIMIT 1000", "close").as_bytes())?;
    stream.shutdown(Shutdown::Write)?;
    stream.read_to_end(&mut Vec::new())?;
    // What is tried is half of a connection, not how many answers two cores can give.
    sleep(Duration::from_millis(500));
    Ok(())
}

fn unread(serving: &Serving, over: &AtomicBool) -> std::io::Result<()> {
    let mut stream = connect(serving)?;
    stream.write_all(request("SELECT * { ?a ?p ?b . ?b ?q ?c . ?c ?r ?d } LIMIT 100000", "close").as_bytes())?;
    (0..50).take_while(|_| !over.load(Relaxed)).for_each(|_| sleep(Duration::from_millis(100)));
    Ok(())
}

fn hasty(serving: &Serving, over: &AtomicBool) -> std::io::Result<()> {
    let mut stream = connect(serving)?;
    let mut block = [0; 64 << 10];
    while !over.load(Relaxed) {
        stream.write_all(request("ASK { ?s ?p ?o }", "keep-alive").as_bytes())?;
        if stream.read(&mut block)? == 0 {
            break;
        }
        sleep(Duration::from_millis(500));
    }
    Ok(())
}

/// Threads that repeat something until it is over; an error is the end of one connection.
fn start<'s>(
    scope: &'s Scope<'s, '_>,
    count: usize,
    over: &'s AtomicBool,
    work: impl Fn(usize) -> std::io::Result<()> + Send + Copy + 's,
) {
    for n in 0..count {
        let repeat = move || {
            // Not all at one moment: a burst of hundreds of questions has to wait for itself.
            sleep(Duration::from_millis(7 * n as u64));
            while !over.load(Relaxed) {
                if work(n).is_err() {
                    sleep(Duration::from_millis(50));
                }
            }
        };
        thread::Builder::new().stack_size(128 << 10).spawn_scoped(scope, repeat).unwrap();
    }
}

/// Asks short queries one after the other for a time. Their times, in order; none fails.
fn probed(serving: &Serving, time: Duration) -> Vec<Duration> {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let (until, mut times) = (Instant::now() + time, Vec::new());
    while Instant::now() < until {
        let n = ASKED.fetch_add(1, Relaxed);
        let text = format!("SELECT * {{ <http://a/{}> ?p ?o FILTER({n} = {n}) }}", n % 300);
        let asked = Instant::now();
        let mut reply = Vec::new();
        let mut stream = connect(serving).unwrap();
        stream.write_all(request(&text, "close").as_bytes()).unwrap();
        stream.read_to_end(&mut reply).unwrap();
        assert_eq!(status(&reply), 200, "{}", String::from_utf8_lossy(&reply));
        times.push(asked.elapsed());
        sleep(Duration::from_millis(10));
    }
    times.sort_unstable();
    times
}

/// The time that so many of a hundred do not exceed.
fn percentile(times: &[Duration], percent: usize) -> Duration {
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

/// What a process holds: threads, descriptors, megabytes.
fn held(serving: &Serving) -> [u64; 3] {
    let descriptors = std::fs::read_dir(format!("/proc/{}/fd", serving.child.id())).unwrap().count() as u64;
    [number(serving, "Threads"), descriptors, number(serving, "VmRSS")]
}

/// The times of short queries in a flood, and what the server holds before and, once it has had time, after it.
fn flood(serving: &Serving, flood: &Flood) -> (Vec<Duration>, [u64; 3], [u64; 3]) {
    let before = held(serving);
    let over = AtomicBool::new(false);
    let times = thread::scope(|scope| {
        let idle: Vec<TcpStream> = (0..flood.idle).filter_map(|_| connect(serving).ok()).collect();
        assert_eq!(idle.len(), flood.idle, "the limit of open files is too low: ulimit -n");
        start(scope, flood.active, &over, |n| CLIENTS[n % CLIENTS.len()](serving, &over));
        start(scope, flood.monsters, &over, |n| {
            let queries = endless();
            let mut stream = connect(serving)?;
            stream.write_all(request(&queries[n % queries.len()].1, "close").as_bytes())?;
            stream.read_to_end(&mut Vec::new()).map(drop)
        });
        sleep(Duration::from_millis(500 + 7 * flood.active as u64));
        let times = std::panic::catch_unwind(|| probed(serving, flood.time));
        over.store(true, Relaxed);
        times
    });
    let times = times.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    (times, before, rested(serving, before))
}

/// What a server holds once it is as before, or when that takes too long.
fn rested(serving: &Serving, [threads, descriptors, megabytes]: [u64; 3]) -> [u64; 3] {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let now = held(serving);
        let is_as_before = now[0] <= threads + 8 && now[1] <= descriptors + 4 && now[2] <= megabytes + 150;
        if is_as_before || Instant::now() > until {
            return now;
        }
        sleep(Duration::from_millis(200));
    }
}

fn served(folder: &Folder) -> Serving {
    std::fs::write(folder.0.join("knot.ttl"), knot()).unwrap();
    let args =
        ["--data", "knot.ttl", "--bind", "127.0.0.1:0", "--timeout", "5", "--max-memory", "100", "--cache", "16"];
    let more = ["--max-connections", "4096"];
    Serving::start(&folder.0, &[&args[..], &more].concat())
}

fn nothing_is_left(before: [u64; 3], after: [u64; 3]) {
    let told = format!("threads, descriptors, megabytes: {before:?} before, {after:?} after");
    assert!(after[0] <= before[0] + 8 && after[1] <= before[1] + 4 && after[2] <= before[2] + 150, "{told}");
}

#[test]
fn a_short_flood_keeps_nobody_from_an_answer_and_leaves_nothing_behind() {
    let folder = Folder::new("flood");
    let serving = served(&folder);
    // What stays is set up by the first requests.
    probed(&serving, Duration::from_millis(300));
    let some = Flood { idle: 100, active: 40, monsters: 8, time: Duration::from_secs(4) };
    let (times, before, after) = flood(&serving, &some);
    assert!(times.len() > 10, "{} answers", times.len());
    assert!(*times.last().unwrap() < Duration::from_secs(5), "one waited for {:?}", times.last());
    nothing_is_left(before, after);
}

/// `make test-floods`: a thousand idle and five hundred active connections for ten minutes.
#[test]
#[ignore = "takes ten minutes and a machine to itself"]
fn a_long_flood_slows_short_queries_down_by_no_more_than_five_times() {
    let seconds = std::env::var("CITYPACT_FLOOD").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(600);
    let folder = Folder::new("long-flood");
    let serving = served(&folder);
    probed(&serving, Duration::from_secs(1));
    let quiet = probed(&serving, Duration::from_secs(20));
    let all = Flood { idle: 1000, active: 500, monsters: 16, time: Duration::from_secs(seconds) };
    let (times, before, after) = flood(&serving, &all);
    let peak = number(&serving, "VmHWM");
    println!(
        "{seconds} s, {} short queries; threads, descriptors, MB: {before:?} before, {after:?} after, {peak} MB at most",
        times.len()
    );
    for percent in [50, 90, 95, 99] {
        println!(
            "p{percent}: {:?} in quiet, {:?} in the flood",
            percentile(&quiet, percent),
            percentile(&times, percent)
        );
    }
    nothing_is_left(before, after);
    let [quiet, times] = [quiet, times].map(|times| percentile(&times, 99));
    assert!(times <= 5 * quiet, "p99: {times:?}, {quiet:?} in quiet");
}
