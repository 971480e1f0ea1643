//! Every command that can go through a server, both ways, with one expected answer: over files, and over the same data behind
//! an endpoint. Triples that stand in the unnamed graph and in a named one are among the data.
//!
//! Our own server runs in every test run, with either default graph. Peers run where `CITYPACT_PEERS` names the folder that
//! `make test-remote` prepares (`oxigraph` of PyPI, Virtuoso of Debian); what is not there is skipped and said so.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::citypact::{Run, command, finish, run};
use crate::server::process::Serving;

pub const TOKEN: &str = "0123456789abcdef";

/// Something that answers SPARQL, and what it cannot do.
pub struct Peer {
    pub endpoint: String,
    /// Whether it keeps triples outside of named graphs.
    unnamed: bool,
    /// Whether it tells what an update did, how a query is evaluated, and how often it has changed.
    is_own: bool,
    process: Process,
}

enum Process {
    Own(#[expect(dead_code, reason = "held for its drop")] Serving),
    Other(#[expect(dead_code, reason = "held for its drop")] Killed),
    /// Killed before its folder goes; and how it is begun there, and listens.
    InFolder(Killed, tempfile::TempDir, PathBuf, u16),
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The first articles of the examples.
pub fn articles(count: usize) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/articles");
    let mut files: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().display().to_string()).collect();
    files.sort();
    files.truncate(count);
    files
}

/// What stands in a named graph, in the unnamed one, and in both.
const NAMED: &str =
    "<http://a/twice> <http://a/p> \"2\" <http://a/g> .\n<http://a/named> <http://a/p> \"3\" <http://a/g> .\n";
const UNNAMED: [&str; 2] = ["<http://a/alone> <http://a/p> \"1\" .", "<http://a/twice> <http://a/p> \"2\" ."];

/// All data as N-Quads, made once by the program without any server.
fn everything(here: &Path) {
    let files = articles(2);
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    run(here, &[&["convert", "--to", "nquads", "--quiet", "--out", "articles.nq"], files.as_slice()].concat()).ok();
    let text = std::fs::read_to_string(here.join("articles.nq")).unwrap();
    std::fs::write(here.join("all.nq"), text + NAMED).unwrap();
}

/// A text as it stands in a query string.
pub fn encoded_text(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Runs a command over the peer.
pub fn at(here: &Path, peer: &Peer, args: &[&str]) -> Run {
    run(here, &[args, &["--endpoint", &peer.endpoint, "--token-file", "token"]].concat())
}

/// Runs it over the file.
fn local(here: &Path, args: &[&str]) -> Run {
    run(here, &[args, &["--data", "all.nq"]].concat())
}

fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

/// The number before a word in what was said.
fn number(said: &str, word: &str) -> u64 {
    let before = said.split(word).next().unwrap().trim_end();
    let digits = before.rsplit(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_else(|| panic!("no number before {word}: {said}"))
}

/// What a store holds, without the vocabulary that loading brings.
fn exported(run: Run) -> Vec<String> {
    let vocabulary = |line: &String| line.ends_with(" <https://w3id.org/citypact/graph/ontology> .");
    let mut lines = lines(&run.ok());
    lines.retain(|line| !vocabulary(line));
    lines.dedup();
    lines
}

/// The same statements, whatever blank nodes are called.
fn is_the_same(here: &Path, one: &[String], other: &[String]) {
    assert_eq!(one.len(), other.len());
    std::fs::write(here.join("one.nq"), one.join("\n") + "\n").unwrap();
    std::fs::write(here.join("other.nq"), other.join("\n") + "\n").unwrap();
    run(here, &["diff", "one.nq", "other.nq", "--quiet"]).ok();
}

const IN_GRAPHS: &str = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s <http://a/p> ?o } } GROUP BY ?g";
const UNION: &str = "SELECT DISTINCT ?s { ?s <http://a/p> ?o } ORDER BY ?s";

/// The whole of what a peer must answer as a file does.
pub fn answers_alike(peer: &Peer) {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::write(here.join("token"), TOKEN).unwrap();
    everything(here);
    loads(here, peer);
    reads(here, peer);
    infers(here, peer);
    if peer.unnamed {
        tells_the_unnamed_graph_apart(here, peer);
    }
    changes(here, peer);
    is_refused_in_words(here, peer);
}

fn loads(here: &Path, peer: &Peer) {
    let first = at(here, peer, &["load", "all.nq"]);
    let mut all = lines(&std::fs::read_to_string(here.join("all.nq")).unwrap());
    all.dedup();
    let all = all.len() as u64;
    assert!(number(&first.stderr, " quads added") >= all, "{}", first.stderr);
    first.ok();
    let again = at(here, peer, &["load", "all.nq"]);
    assert_eq!(number(&again.stderr, " quads added"), 0, "{}", again.stderr);
    assert!(again.stderr.contains(" 0 removed"), "{}", again.stderr);
}

/// What is said of work that is not done in proportion to a change.
const IN_FULL: &str = "Everything is looked at: an endpoint does not tell what changed since the last time.";

fn reads(here: &Path, peer: &Peer) {
    let both = |args: &[&str]| (local(here, args), at(here, peer, args));
    let (file, store) = both(&["export", "--to", "nquads", "--quiet"]);
    is_the_same(here, &exported(file), &exported(store));
    let (file, store) = both(&["query", IN_GRAPHS, "--to", "csv"]);
    assert_eq!(lines(&store.ok()), lines(&file.ok()));
    let (file, store) = both(&["query", UNION, "--to", "csv"]);
    assert_eq!(store.ok(), file.ok());
    let (file, store) = both(&["check", "--quiet", "--to", "json", "--conflicts"]);
    assert_eq!((store.status, store.stdout), (file.status, file.stdout));
    let (file, store) = both(&["check", "--quiet", "--to", "json"]);
    assert_eq!((store.status, store.stdout), (file.status, file.stdout));
    // Whatever it is, it does not tell what changed, and the command says so; not where that makes no difference.
    for (args, told) in [
        (&["check", "--conflicts"][..], true),
        (&["check"], true),
        (&["check", "--full"], false),
        (&["check", "--no-shapes", "--conflicts"], true),
        (&["check", "--whole"], false),
        (&["infer", "--dry-run"], false),
    ] {
        let said = at(here, peer, args).stderr;
        assert_eq!(said.contains(IN_FULL), told, "{args:?}: {said}");
    }
    let info: serde_json::Value = serde_json::from_str(&at(here, peer, &["info", "--json"]).ok()).unwrap();
    let graphs = info["graphs"].as_object().unwrap();
    assert_eq!((graphs["http://a/g"].as_u64(), graphs.get("DEFAULT")), (Some(2), None), "{info}");
    let sum: u64 = graphs.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(info["quads"].as_u64(), Some(sum));
    assert_eq!(info["epoch"].is_number(), peer.is_own);
    // An index of all that it holds would take more.
    let differ = run(here, &["diff", "all.nq", &peer.endpoint, "--to", "json", "--quiet", "--limit-memory", "2"]);
    let differ: serde_json::Value = serde_json::from_str(&differ.stdout).unwrap();
    assert_eq!(differ["removed"], serde_json::json!([]), "{differ}");
    let added = differ["added"].as_array().unwrap();
    assert!(added.iter().all(|line| line.as_str().unwrap().contains("/graph/ontology>")), "{differ}");
}

fn infers(here: &Path, peer: &Peer) {
    let dry = local(here, &["infer", "--dry-run"]);
    let follow = number(&dry.stderr, " facts follow");
    for (added, round) in [(follow, "first"), (0, "again")] {
        let inferred = at(here, peer, &["infer"]);
        assert!(inferred.stderr.contains(IN_FULL), "{round}: {}", inferred.stderr);
        assert_eq!(number(&inferred.stderr, " facts follow"), follow, "{round}: {}", inferred.stderr);
        assert_eq!(number(&inferred.stderr, " facts added"), added, "{round}: {}", inferred.stderr);
        assert!(inferred.stderr.contains(" 0 removed"), "{round}: {}", inferred.stderr);
        inferred.ok();
    }
    let fact = ["infer", "--explain", "?x pact:twinnedWith ?y", "--cases", "1"];
    let (file, store) = (local(here, &fact), at(here, peer, &fact));
    assert_eq!((store.status, &store.stdout), (file.status, &file.stdout));
    assert!(!store.stdout.contains("default graph"), "{}", store.stdout);
}

/// Triples of the unnamed graph, one of which stands in a named graph, too.
fn tells_the_unnamed_graph_apart(here: &Path, peer: &Peer) {
    let export = ["export", "--to", "nquads", "--quiet"];
    let mut expected = lines(&at(here, peer, &export).ok());
    at(here, peer, &["update", &format!("INSERT DATA {{ {} }}", UNNAMED.join(" "))]).ok();
    expected.extend(UNNAMED.map(str::to_owned));
    expected.sort();
    assert_eq!(lines(&at(here, peer, &export).ok()), expected);
    let info: serde_json::Value = serde_json::from_str(&at(here, peer, &["info", "--json"]).ok()).unwrap();
    assert_eq!(info["graphs"]["DEFAULT"], 2, "{info}");
    assert_eq!(info["quads"], expected.len(), "{info}");
    let union = at(here, peer, &["query", UNION, "--to", "csv"]).ok();
    assert_eq!(union, "s\r\nhttp://a/alone\r\nhttp://a/named\r\nhttp://a/twice\r\n");
    let inferred = at(here, peer, &["infer"]).stderr;
    assert!(number(&inferred, " facts added") == 0 && inferred.contains(" 0 removed"), "{inferred}");
    at(here, peer, &["check", "--quiet", "--conflicts"]).ok();
}

fn changes(here: &Path, peer: &Peer) {
    let insert = "INSERT DATA { GRAPH <http://a/g> { <http://a/new> <http://a/p> '4' } }";
    let said = at(here, peer, &["update", insert]);
    let expected = if peer.is_own { "1 quad added, 0 removed\n" } else { "The endpoint has done it.\n" };
    assert_eq!((said.status, said.stderr.as_str()), (Some(0), expected));
    let ask = "ASK { GRAPH <http://a/g> { <http://a/new> <http://a/p> '4' } }";
    assert_eq!(at(here, peer, &["query", ask, "--to", "tsv"]).ok().trim(), "true");
    let plan = at(here, peer, &["query", "--explain", UNION]);
    if peer.is_own {
        assert!(plan.ok().contains("ROWS"));
    } else {
        assert!(plan.failed(2).contains("does not tell how it evaluates"));
    }
    let mut shell = command(here, &["shell", "--endpoint", &peer.endpoint]);
    assert_eq!(finish(&mut shell, &format!("{ask}\n")).ok().trim(), "true");
}

fn is_refused_in_words(here: &Path, peer: &Peer) {
    if !peer.unnamed {
        let said = at(here, peer, &["update", "INSERT DATA { <http://a/x> <http://a/p> 1 }"]).failed(1);
        assert!(said.contains("keeps no triples outside of named graphs\n  Hint: name one"), "{said}");
    }
    let wrong = run(here, &["export", "--endpoint", &format!("{}x", peer.endpoint)]);
    let said = wrong.failed(1);
    assert!(said.contains("answered 4") && !said.contains("{\""), "{said}");
}

pub fn own(here: &Path, more: &[&str]) -> Peer {
    std::fs::write(here.join("nothing.nq"), "<http://a/x> <http://a/q> \"0\" <http://a/empty> .\n").unwrap();
    std::fs::write(here.join("token"), TOKEN).unwrap();
    let args = ["--data", "nothing.nq", "--bind", "127.0.0.1:0", "--admin-token-file", "token"];
    let serving = Serving::start(here, &[&args, more].concat());
    let endpoint = format!("http://{}/sparql", serving.authority());
    // The file is there so that the server starts; it is no part of the data.
    run(here, &["update", "DROP GRAPH <http://a/empty>", "--endpoint", &endpoint, "--token-file", "token"]).ok();
    Peer { endpoint, unnamed: true, is_own: true, process: Process::Own(serving) }
}

#[test]
fn our_server_whose_default_graph_is_the_union() {
    let folder = tempfile::tempdir().unwrap();
    answers_alike(&own(folder.path(), &[]));
}

#[test]
fn our_server_whose_default_graph_is_the_unnamed_one() {
    let folder = tempfile::tempdir().unwrap();
    answers_alike(&own(folder.path(), &["--default-graph", "empty"]));
}

#[test]
fn what_a_server_says_is_told_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let peer = own(here, &["--timeout", "0.5"]);
    let without = run(here, &["update", "INSERT DATA { <http://a/x> <http://a/p> 1 }", "--endpoint", &peer.endpoint]);
    let said = without.failed(1);
    assert!(
        said.starts_with("error: http://") && said.contains(" answered 401: ") && said.contains("Hint: "),
        "{said}"
    );
    assert!(!said.contains('{'), "{said}");
    let backup = at(here, &peer, &["backup", "b1"]).failed(1);
    assert!(backup.contains("this server makes no backups") && backup.contains("--backup-dir"), "{backup}");
    at(here, &peer, &["optimize"]).ok();
}

/// The folder of the peers; none where they are not asked for.
fn peers(name: &str, program: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("CITYPACT_PEERS").map(PathBuf::from) else {
        eprintln!("skipped: {name} runs under `make test-remote`");
        return None;
    };
    let program = folder.join(program);
    if !program.exists() {
        eprintln!("skipped: there is no {}", program.display());
        return None;
    }
    Some(program)
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn started(command: &mut Command, port: u16) -> Killed {
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let (killed, since) = (Killed(child), Instant::now());
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(since.elapsed() < Duration::from_secs(60), "{command:?} does not listen");
        sleep(Duration::from_millis(50));
    }
    killed
}

/// Oxigraph's server, where it is asked for and there.
pub fn oxigraph_peer(more: &[&str]) -> Option<Peer> {
    let program = peers("oxigraph", "venv/bin/oxigraph")?;
    let port = free_port();
    let mut command = Command::new(program);
    command.args(["serve", "--bind", &format!("127.0.0.1:{port}")]).args(more);
    let process = Process::Other(started(&mut command, port));
    let endpoint = format!("http://127.0.0.1:{port}/query");
    Some(Peer { endpoint, unnamed: true, is_own: false, process })
}

#[test]
fn oxigraph_whose_default_graph_is_the_unnamed_one() {
    oxigraph_peer(&[]).iter().for_each(answers_alike);
}

#[test]
fn oxigraph_whose_default_graph_is_the_union() {
    oxigraph_peer(&["--union-default-graph"]).iter().for_each(answers_alike);
}

#[test]
fn virtuoso() {
    virtuoso_peer().iter().for_each(answers_alike);
}

#[test]
fn virtuoso_opens_to_a_password() {
    let Some(peer) = virtuoso_peer() else { return };
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::write(here.join("dba"), "dba\n").unwrap();
    std::fs::write(here.join("wrong"), "abd").unwrap();
    std::fs::write(here.join("a.nq"), NAMED).unwrap();
    let endpoint = peer.endpoint.replace("/sparql", "/sparql-auth");
    let with = |args: &[&str], password: &str| {
        run(here, &[args, &["--endpoint", &endpoint, "--user", "dba", "--password-file", password]].concat())
    };
    let loaded = with(&["load", "a.nq"], "dba");
    assert_eq!(number(&loaded.stderr, " quads added"), 2, "{}", loaded.stderr);
    let insert = "INSERT DATA { GRAPH <http://a/g> { <http://a/new> <http://a/p> '4' } }";
    assert_eq!(with(&["update", insert], "dba").failed(0), "The endpoint has done it.\n");
    let count = ["query", "SELECT (COUNT(*) AS ?n) { GRAPH <http://a/g> { ?s ?p ?o } }", "--to", "csv"];
    assert_eq!(with(&count, "dba").ok(), "n\r\n3\r\n");
    let refused = with(&count, "wrong").failed(1);
    assert!(refused.contains("answered 401") && refused.contains("--user"), "{refused}");
}

fn virtuoso_in(program: &Path, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["+foreground", "+wait", "+configfile"]).arg(home.join("virtuoso.ini")).current_dir(home);
    command
}

impl Peer {
    /// Begins it anew where a question has ended it. Whether that was so.
    pub fn revive(&mut self) -> bool {
        let Process::InFolder(process, folder, program, port) = &mut self.process else { return false };
        if std::net::TcpStream::connect(("127.0.0.1", *port)).is_ok() {
            return false;
        }
        let _ = process.0.wait();
        *process = started(&mut virtuoso_in(program, folder.path()), *port);
        true
    }
}

/// Virtuoso, which anybody may change at `/sparql` and `dba` at `/sparql-auth`, where it is asked for and there.
pub fn virtuoso_peer() -> Option<Peer> {
    let program = peers("Virtuoso", "virtuoso")?;
    let folder = tempfile::tempdir().unwrap();
    let (port, http) = (free_port(), free_port());
    let home = folder.path();
    let settings = format!(
        "[Database]\nDatabaseFile = {0}/v.db\nErrorLogFile = {0}/v.log\nLockFile = {0}/v.lck\nTransactionFile = {0}/v.trx\n\
         xa_persistent_file = {0}/v.pxa\nMaxCheckpointRemap = 2000\n[TempDatabase]\nDatabaseFile = {0}/t.db\nTransactionFile = {0}/t.trx\n\
         [Parameters]\nServerPort = 127.0.0.1:{port}\nDirsAllowed = {0}\nNumberOfBuffers = 10000\n\
         [HTTPServer]\nServerPort = 127.0.0.1:{http}\nServerRoot = {0}\nMaxClientConnections = 20\n\
         [SPARQL]\nResultSetMaxRows = 1000000\n",
        home.display()
    );
    std::fs::write(home.join("virtuoso.ini"), settings).unwrap();
    let process = started(&mut virtuoso_in(&program, home), http);
    let grants = "GRANT SPARQL_UPDATE TO \"SPARQL\"; DB.DBA.RDF_DEFAULT_USER_PERMS_SET('nobody', 7);";
    let isql = program.with_file_name("isql");
    let granted =
        Command::new(isql).args([&format!("127.0.0.1:{port}"), "dba", "dba", &format!("exec={grants}")]).output();
    assert!(granted.unwrap().status.success());
    let endpoint = format!("http://127.0.0.1:{http}/sparql");
    Some(Peer { endpoint, unnamed: false, is_own: false, process: Process::InFolder(process, folder, program, http) })
}

#[test]
fn a_service_is_asked_from_the_command_line_unless_that_is_off() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let peer = own(here, &[]);
    run(
        here,
        &[
            "update",
            "INSERT DATA { <http://a/far> <http://a/p> 7 }",
            "--endpoint",
            &peer.endpoint,
            "--token-file",
            "token",
        ],
    )
    .ok();
    std::fs::write(here.join("near.ttl"), "<http://a/near> <http://a/p> 1 .").unwrap();
    let pattern = format!("?near <http://a/p> 1 SERVICE <{}> {{ ?far <http://a/p> 7 }}", peer.endpoint);
    let query = format!("SELECT ?near ?far {{ {pattern} }}");
    let ask = |more: &[&str]| run(here, &[&["query", &query, "--to", "csv", "--data", "near.ttl"], more].concat());
    assert_eq!(ask(&[]).ok(), "near,far\r\nhttp://a/near,http://a/far\r\n");
    let refused = ask(&["--no-service"]).failed(1);
    assert!(refused.contains("SERVICE is not allowed here"), "{refused}");
    let text = format!(
        "INSERT {{ ?near <http://a/q> ?far }} WHERE {{ {pattern} }}\n\nASK {{ <http://a/near> <http://a/q> ?x }}\n"
    );
    let mut shell = command(here, &["shell", "--data", "near.ttl", "--no-init"]);
    assert_eq!(finish(&mut shell, &text).ok(), "true\n");
    let mut shell = command(here, &["shell", "--data", "near.ttl", "--no-init", "--no-service"]);
    assert!(finish(&mut shell, &text).failed(1).contains("SERVICE is not allowed here"));
    let nobody = query.replace(&peer.endpoint, "http://127.0.0.1:1/sparql");
    let failed = run(here, &["query", &nobody, "--data", "near.ttl"]).failed(1);
    assert!(failed.contains("http://127.0.0.1:1/sparql gave no answer"), "{failed}");
}

#[test]
fn a_watched_query_is_asked_again_when_the_data_changes() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let peer = own(here, &[]);
    std::fs::write(here.join("w.nt"), "").unwrap();
    let ask = "SELECT (COUNT(*) AS ?n) { ?s <http://a/w> ?o }";
    let over = |more: &[&str], change: &dyn Fn(usize)| {
        let out = here.join("seen.csv");
        let _ = std::fs::remove_file(&out);
        let args = [&["query", ask, "--watch", "--to", "csv", "--out", "seen.csv"], more].concat();
        let _watching = Killed(command(here, &args).spawn().unwrap());
        for n in 0..3 {
            if n > 0 {
                change(n);
            }
            let since = Instant::now();
            while std::fs::read_to_string(&out).unwrap_or_default() != format!("n\r\n{n}\r\n") {
                assert!(since.elapsed() < Duration::from_secs(30), "not {n} over {more:?}");
                sleep(Duration::from_millis(50));
            }
        }
    };
    over(&["--data", "w.nt"], &|n| {
        let lines: String = (0..n).map(|n| format!("<http://a/x> <http://a/w> \"{n}\" .\n")).collect();
        std::fs::write(here.join("w.nt"), lines).unwrap();
    });
    over(&["--endpoint", &peer.endpoint], &|n| {
        at(here, &peer, &["update", &format!("INSERT DATA {{ <http://a/x> <http://a/w> {n} }}")]).ok();
    });
}
