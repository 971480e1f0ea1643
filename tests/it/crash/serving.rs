//! A round with a server: clients write, read and administer until it is killed.

use std::collections::HashMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::Duration;

use citypact::store::is_store;

use super::world::{self, HEAVY, LEDGER, PUT, Promise, UPDATED, VALUE, World};
use crate::server::process::Serving;

/// The tag of an address, and what it stood for.
type Tags = HashMap<(String, String), blake3::Hash>;

/// Serves the store until the moment, and looks at the backups that were made.
pub fn round(home: &Path, store: &str, world: &mut World, moment: Duration) {
    let args = ["--store", store, "--bind", "127.0.0.1:0", "--admin-token-file", "token", "--backup-dir", "."];
    let mut serving = Serving::start(home, &args);
    let authority = serving.authority().to_owned();
    let World { documents, ledger, tags, commits, .. } = world;
    let [.., put, updated, heavy] = documents;
    let made = thread::scope(|scope| {
        let writers = [
            scope.spawn(|| write(&authority, put, |version| replace(PUT, version))),
            scope.spawn(|| write(&authority, heavy, |version| replace(HEAVY, version))),
            scope.spawn(|| write(&authority, updated, |version| update(UPDATED, version))),
            scope.spawn(|| write(&authority, ledger, entry)),
        ];
        let (reader, admin) = (scope.spawn(|| look(&authority, tags)), scope.spawn(|| administer(&authority)));
        thread::sleep(moment);
        serving.child.kill().unwrap();
        serving.end();
        *commits += writers.into_iter().map(|writer| writer.join().unwrap()).sum::<u64>();
        reader.join().unwrap();
        admin.join().unwrap()
    });
    // The last may have been under way.
    for backup in (0..=made).map(|number| home.join(format!("b{number}"))) {
        if is_store(&backup).unwrap() {
            world.hold_copy(&backup);
        } else {
            assert!(!made_before(&backup, made), "a backup that was acknowledged is none");
        }
        let _ = fs::remove_dir_all(&backup);
    }
}

fn made_before(backup: &Path, made: u64) -> bool {
    (0..made).any(|number| backup.ends_with(format!("b{number}")))
}

/// A request of one's own connection.
struct Request {
    head: String,
    body: String,
}

/// A graph in another version, by the Graph Store Protocol.
fn replace(document: usize, version: u64) -> Request {
    let head = format!("PUT /graphs?graph={} HTTP/1.0\r\nContent-Type: text/turtle\r\n", world::graph(document));
    Request { head, body: world::triples(document, version) }
}

fn by_update(body: String) -> Request {
    Request { head: "POST /sparql HTTP/1.0\r\nContent-Type: application/sparql-update\r\n".to_owned(), body }
}

fn update(document: usize, version: u64) -> Request {
    let (graph, triples) = (world::graph(document), world::triples(document, version));
    by_update(format!(
        "DELETE WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }} ; INSERT DATA {{ GRAPH <{graph}> {{ {triples} }} }}"
    ))
}

fn entry(number: u64) -> Request {
    by_update(format!("INSERT DATA {{ GRAPH <{LEDGER}> {{ <http://a/entry/{number}> <{VALUE}> {number} }} }}"))
}

/// Writes version after version until the server is gone. How many were acknowledged.
fn write(authority: &str, promise: &mut Promise, request: impl Fn(u64) -> Request) -> u64 {
    let mut commits = 0;
    loop {
        let reply = ask(authority, &request(promise.next()));
        let Some(reply) = reply else { return commits };
        assert!((200..300).contains(&reply.status), "{} {}", reply.status, reply.body);
        promise.acknowledge();
        commits += 1;
    }
}

/// Reads until the server is gone: each entity tag stands for one body.
fn look(authority: &str, tags: &mut Tags) {
    let query =
        "query=SELECT%20%2A%20%7B%20GRAPH%20%3Fg%20%7B%20%3Fs%20%3Chttp%3A%2F%2Fa%2Fvalue%3E%20%3Fv%20%7D%20%7D";
    let graph = world::graph(PUT);
    let targets = [format!("/sparql?{query}&format=csv"), format!("/graphs?graph={graph}&format=ntriples")];
    for target in targets.iter().cycle() {
        let request = Request { head: format!("GET {target} HTTP/1.0\r\n"), body: String::new() };
        let Some(reply) = ask(authority, &request) else { return };
        // Before its first version the graph is not there.
        if reply.status == 404 {
            continue;
        }
        assert_eq!(reply.status, 200, "{}", reply.body);
        let mut lines: Vec<&str> = reply.body.lines().collect();
        lines.sort_unstable();
        let digest = blake3::hash(lines.join("\n").as_bytes());
        let seen = *tags.entry((target.clone(), reply.tag.clone())).or_insert(digest);
        assert_eq!(seen, digest, "{target}: the entity tag {} stands for two bodies", reply.tag);
    }
}

/// Has backups made, and the store optimised, until the server is gone. How many backups were acknowledged.
fn administer(authority: &str) -> u64 {
    let post =
        |target: String| ask(authority, &Request { head: format!("POST {target} HTTP/1.0\r\n"), body: String::new() });
    for number in 0.. {
        let Some(reply) = post(format!("/admin/backup?name=b{number}")) else { return number };
        assert_eq!(reply.status, 201, "{}", reply.body);
        let Some(reply) = post("/admin/optimize".to_owned()) else { return number + 1 };
        assert_eq!(reply.status, 204, "{}", reply.body);
    }
    unreachable!()
}

struct Reply {
    status: u16,
    tag: String,
    body: String,
}

/// The whole answer; none from a server that was killed.
fn ask(authority: &str, Request { head, body }: &Request) -> Option<Reply> {
    let mut stream = TcpStream::connect(authority).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let length = body.len();
    let request =
        format!("{head}Host: a\r\nAuthorization: Bearer 0123456789abcdef\r\nContent-Length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let field = |name: &str| {
        let value = |line: &str| {
            line.split_once(": ").filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|f| f.1.to_owned())
        };
        head.lines().find_map(value)
    };
    // What breaks off was not answered.
    let is_whole = field("content-length").is_none_or(|length| length == body.len().to_string());
    let status = head.split(' ').nth(1)?.parse().ok()?;
    is_whole.then(|| Reply { status, tag: field("etag").unwrap_or_default(), body: body.to_owned() })
}
