//! `serve --endpoint`: another engine behind pages, questions and graphs, with the answers that a store of this process gives.
//!
//! Our own server stands behind in every test run. With `CITYPACT_PEERS` (`make test-remote`) others do, and what each passes is held
//! against the table of `examples/scale/engines.md`; `UPDATE_GOLDEN=1` writes it anew.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use citypact::query::library;

use crate::citypact::run;
use crate::golden::assert_golden;
use crate::server::process::Serving;
use crate::through::{self, Peer, TOKEN};

const PAGES: &[&str] = &[
    "/",
    "/places",
    "/ties",
    "/ties?kind=friendship-city",
    "/agreements",
    "/awards",
    "/events",
    "/documents",
    "/review",
    "/ontology",
    "/dataset",
    "/search?q=昆明",
    "/search?q=Kunming",
    "/doc/place/cn-kunming",
    "/doc/place/cn-qingdao?lang=ja",
    "/doc/doc/002",
    "/doc/event/chongqing-2024",
    "/kind/friendship-city",
    "/sparql",
    "/doc/place/nowhere-at-all",
    "/doc/graph/places",
];

/// Addresses for programs, and how they are asked for.
const DATA: &[(&str, &str)] = &[
    ("/doc/place/cn-kunming", "application/n-triples"),
    ("/doc/doc/002", "application/n-triples"),
    ("/doc/place/nowhere-at-all", "application/n-triples"),
    ("/graphs?graph=https://w3id.org/citypact/graph/002", "application/n-triples"),
    ("/graphs?graph=https://w3id.org/citypact/graph/none", "application/n-triples"),
    ("/sparql/labels?lang=zh-Hant&iri=https://w3id.org/citypact/id/place/cn-kunming", "application/json"),
    ("/sparql/complete?text=ASK+%7B+Kunm", "application/json"),
    ("/sparql?query=ASK%7B%3Fs+a+pact%3ATie%7D", "text/csv"),
    ("/sparql?query=SELECT+(COUNT(*)+AS+%3Fn)%7B%3Fs+a+pact%3ATie%7D", "text/csv"),
    (
        "/sparql?query=SELECT+(COUNT(*)+AS+%3Fn)%7B%3Fs+a+pact%3ATie%7D&default-graph-uri=https://w3id.org/citypact/graph/002",
        "text/csv",
    ),
    ("/sparql?query=CONSTRUCT%7B%3Fs+pact%3Akind+%3Fk%7D%7B%3Fs+pact%3Akind+%3Fk%7D", "application/n-triples"),
    ("/sparql?query=SELECT+%2A%7B", "text/csv"),
];

/// What a server answers.
#[derive(Debug, PartialEq)]
struct Reply {
    status: u16,
    body: String,
}

fn ask(server: &Serving, path: &str, accept: &str) -> Reply {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let path: String = path
        .chars()
        .map(|c| if c.is_ascii() { c.to_string() } else { through::encoded_text(&c.to_string()) })
        .collect();
    let url = format!("http://{}{path}", server.authority());
    let response = agent.get(&url).header("accept", accept).call().unwrap();
    let status = response.status().as_u16();
    let mut body = String::new();
    response.into_body().into_reader().read_to_string(&mut body).unwrap();
    Reply { status, body: body.replace(server.authority(), "HOST") }
}

/// One who answers from its own memory, and one who asks an engine, over the same data.
struct Pair {
    own: Serving,
    over: Serving,
}

impl Pair {
    fn over(here: &Path, peer: &Peer) -> Self {
        std::fs::write(here.join("token"), TOKEN).unwrap();
        let files = through::articles(5);
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        through::at(here, peer, &[&["load", "--quiet"], files.as_slice()].concat()).ok();
        let listens = ["--bind", "127.0.0.1:0", "--write-token-file", "token"];
        let own = Serving::start(here, &[&listens[..], &["--data"], files.as_slice()].concat());
        let elsewhere = ["--endpoint", &peer.endpoint, "--token-file", "token", "--fresh", "60"];
        Self { own, over: Serving::start(here, &[elsewhere.as_slice(), &listens].concat()) }
    }

    /// Whether both answer alike, and what is different else.
    fn compare(&self, path: &str, accept: &str, alike: impl Fn(&Reply) -> Vec<String>) -> Result<(), String> {
        let (own, over) = (ask(&self.own, path, accept), ask(&self.over, path, accept));
        if own.status != over.status {
            return Err(format!("{} instead of {}: {}", over.status, own.status, detail(&over.body)));
        }
        let (own, over) = (alike(&own), alike(&over));
        let first = |one: &[String], other: &[String]| one.iter().find(|line| !other.contains(line)).cloned();
        match own == over {
            true => Ok(()),
            false => Err(format!("other lines: {:?} for {:?}", first(&over, &own), first(&own, &over))),
        }
    }
}

/// What a problem says.
fn detail(body: &str) -> String {
    let problem: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let told = problem["detail"].as_str().map_or_else(|| body.to_owned(), str::to_owned);
    told.lines().next().unwrap_or_default().chars().take(120).collect()
}

/// The lines of an answer as a set, whatever blank nodes are called.
fn lines(reply: &Reply) -> Vec<String> {
    let blank = |word: &str| if word.starts_with("_:") { "_:".to_owned() } else { word.to_owned() };
    let line = |line: &str| line.split(' ').map(blank).collect::<Vec<_>>().join(" ");
    reply.body.lines().map(line).collect::<BTreeSet<_>>().into_iter().collect()
}

/// What is suggested, by whatever of its names.
fn suggested(reply: &Reply) -> Vec<String> {
    let told: serde_json::Value = serde_json::from_str(&reply.body).unwrap_or_default();
    let all = told["suggestions"].as_array().cloned().unwrap_or_default();
    all.iter().map(|one| one["text"].to_string()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The tags and texts of a page. What a page shows in no order of its own stands as an index or an engine has it.
fn page(reply: &Reply) -> Vec<String> {
    let mut lines: Vec<String> =
        reply.body.split(['<', '>', '{', '}', '[', ']', ',']).map(|part| part.trim().to_owned()).collect();
    lines.sort();
    lines
}

/// What each of a kind gives over an engine.
struct Passed {
    kind: &'static str,
    failed: Vec<(String, String)>,
    all: usize,
}

impl Passed {
    fn of(kind: &'static str, results: Vec<(String, Result<(), String>)>) -> Self {
        let all = results.len();
        let failed = results.into_iter().filter_map(|(name, result)| Some((name, result.err()?))).collect();
        Self { kind, failed, all }
    }

    fn cell(&self) -> String {
        match self.failed.len() {
            0 if self.all == 1 => "yes".to_owned(),
            _ if self.all == 1 => "no".to_owned(),
            0 => format!("all {}", self.all),
            count => {
                let names: Vec<String> = self.failed.iter().map(|(name, _)| format!("`{name}`")).collect();
                format!("{} of {}; not {}", self.all - count, self.all, names.join(", "))
            }
        }
    }
}

/// Puts everything to both.
fn all(here: &Path, peer: &mut Peer) -> Vec<Passed> {
    let pair = Pair::over(here, peer);
    let mut compare = |path: &str, accept: &str, alike: fn(&Reply) -> Vec<String>| {
        let result = pair.compare(path, accept, alike);
        if peer.revive() { Err(format!("the engine ends: {result:?}")) } else { result }
    };
    let questions = library().iter().map(|query| {
        let needed = query.parameters.iter().filter(|parameter| parameter.default.is_none());
        let given: Vec<String> = needed
            .map(|parameter| {
                format!("{}={}", parameter.name, through::encoded_text(parameter.example.as_deref().unwrap()))
            })
            .collect();
        let path = format!("/queries/{}?{}", query.name, given.join("&"));
        (query.name.to_string(), compare(&path, "text/csv", lines))
    });
    let questions = Passed::of("questions of the library", questions.collect());
    let pages = PAGES.iter().map(|path| ((*path).to_owned(), compare(path, "text/html", page)));
    let pages = Passed::of("pages", pages.collect());
    let data = DATA.iter().map(|(path, accept)| {
        let alike: fn(&Reply) -> Vec<String> = if path.starts_with("/sparql/complete") { suggested } else { lines };
        ((*path).to_owned(), compare(path, accept, alike))
    });
    let data = Passed::of("linked data, graphs, completion, `/sparql`", data.collect());
    let changes = vec![("changes".to_owned(), caught(|| changes(&pair.over)))];
    vec![questions, pages, data, Passed::of("changes through it", changes)]
}

fn caught(work: impl FnOnce()) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let text = payload.downcast_ref::<String>().cloned();
        text.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
    })
}

/// Updates and graphs by the server over an engine: what was changed is seen at once.
fn changes(over: &Serving) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let (base, bearer) = (format!("http://{}", over.authority()), format!("Bearer {TOKEN}"));
    let count = |graph: &str| {
        let query = through::encoded_text(&format!("SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"));
        ask(over, &format!("/sparql?query={query}"), "text/csv").body
    };
    let update = |text: &str, token: &str| {
        let request = agent.post(format!("{base}/sparql")).header("authorization", token);
        request.content_type("application/sparql-update").send(text).unwrap().status().as_u16()
    };
    let insert = "INSERT DATA { GRAPH <http://a/new> { <http://a/x> <http://a/p> 1, 2 } }";
    assert_eq!(update(insert, "Bearer nobody"), 401);
    assert_eq!(count("http://a/new"), "n\r\n0\r\n");
    assert_eq!(update(insert, &bearer), 204);
    assert_eq!(count("http://a/new"), "n\r\n2\r\n");
    let graph = format!("{base}/graphs?graph=http://a/put");
    let put = |condition: Option<(&str, &str)>, text: &str| {
        let mut request = agent.put(&graph).header("authorization", &bearer).content_type("text/turtle");
        if let Some((name, value)) = condition {
            request = request.header(name, value);
        }
        request.send(text).unwrap().status().as_u16()
    };
    assert_eq!(put(None, "<http://a/x> <http://a/p> 1, 2, 3 ."), 201);
    assert_eq!(put(None, "<http://a/x> <http://a/p> 4 ."), 204);
    assert_eq!(count("http://a/put"), "n\r\n1\r\n");
    assert_eq!(put(Some(("if-none-match", "*")), "<http://a/x> <http://a/p> 5 ."), 412);
    let post = agent.post(&graph).header("authorization", &bearer).content_type("text/turtle");
    assert_eq!(post.send("<http://a/x> <http://a/p> [ <http://a/q> 6 ] .").unwrap().status(), 204);
    assert_eq!(count("http://a/put"), "n\r\n3\r\n");
    let delete = || agent.delete(&graph).header("authorization", &bearer).call().unwrap().status().as_u16();
    assert_eq!((delete(), delete()), (204, 404));
    assert_eq!(update("DROP GRAPH <http://a/new>", &bearer), 204);
}

#[test]
fn pages_and_questions_over_our_own_server_are_those_over_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let mut peer = through::own(here, &[]);
    for passed in all(here, &mut peer) {
        assert!(passed.failed.is_empty(), "{}: {:#?}", passed.kind, passed.failed);
    }
}

#[test]
fn an_engine_that_goes_away_is_told_of_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let said = run(here, &["serve", "--endpoint", "http://127.0.0.1:1/sparql", "--bind", "127.0.0.1:0"]).failed(1);
    assert!(said.contains("http://127.0.0.1:1/sparql does not answer"), "{said}");
    let peer = through::own(here, &[]);
    let args = ["--endpoint", &peer.endpoint, "--bind", "127.0.0.1:0", "--fresh", "0"];
    let over = Serving::start(here, &args);
    assert_eq!(ask(&over, "/readyz", "*/*").status, 200);
    let question = "/sparql?query=ASK%7B%3Fs+%3Fp+%3Fo%7D";
    assert_eq!(ask(&over, question, "text/csv").body.trim(), "false");
    drop(peer);
    for (path, accept) in [(question, "application/json"), ("/", "text/html"), ("/doc/place/cn-kunming", "text/turtle")]
    {
        let reply = ask(&over, path, accept);
        assert_eq!(reply.status, 502, "{path}: {}", reply.body);
        assert!(reply.body.contains("does not answer") && !reply.body.contains("127.0.0.1"), "{}", reply.body);
    }
    assert_eq!(ask(&over, "/readyz", "*/*").status, 503);
    assert_eq!(ask(&over, "/healthz", "*/*").status, 200);
}

#[test]
fn changes_of_others_are_seen_when_the_time_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let peer = through::own(here, &[]);
    let args = ["--endpoint", &peer.endpoint, "--bind", "127.0.0.1:0", "--fresh"];
    let (at_once, later) =
        (Serving::start(here, &[&args[..], &["0"]].concat()), Serving::start(here, &[&args[..], &["600"]].concat()));
    let question = "/sparql?query=SELECT+(COUNT(*)+AS+%3Fn)%7B%3Fs+%3Chttp://a/w%3E+%3Fo%7D";
    for n in 0..3 {
        assert_eq!(ask(&at_once, question, "text/csv").body, format!("n\r\n{n}\r\n"));
        assert_eq!(ask(&later, question, "text/csv").body, "n\r\n0\r\n");
        through::at(here, &peer, &["update", &format!("INSERT DATA {{ <http://a/x> <http://a/w> {n} }}")]).ok();
    }
}

/// The table of what each engine passes.
#[test]
fn each_engine_passes_what_the_documents_say() {
    let peers = [("Oxigraph", through::oxigraph_peer(&[])), ("Virtuoso", through::virtuoso_peer())];
    if peers.iter().any(|(_, peer)| peer.is_none()) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let own = ("citypact", Some(through::own(folder.path(), &[])));
    let mut columns = Vec::new();
    for (name, peer) in [own].into_iter().chain(peers) {
        let folder = tempfile::tempdir().unwrap();
        let mut passed = all(folder.path(), &mut peer.unwrap());
        for one in &passed {
            one.failed.iter().for_each(|(what, why)| println!("{name}: {what}: {why}"));
        }
        let commands = match name {
            "Oxigraph" => through::oxigraph_peer(&["--union-default-graph"]),
            "Virtuoso" => through::virtuoso_peer(),
            _ => Some(through::own(folder.path(), &[])),
        };
        let commands = vec![("commands".to_owned(), caught(|| through::answers_alike(&commands.unwrap())))];
        passed.insert(0, Passed::of("load, query, update, export, check, infer, diff, info, shell", commands));
        columns.push((name, passed));
    }
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/scale/engines.md");
    let text = std::fs::read_to_string(document).unwrap();
    let (before, rest) = text.split_once("<!-- passed -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- /passed -->").unwrap();
    let found = format!("{before}<!-- passed -->\n{}<!-- /passed -->{after}", table(&columns));
    assert_golden("../../examples/scale/engines.md", &found);
}

fn table(columns: &[(&str, Vec<Passed>)]) -> String {
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let mut text = format!("| over | {} |\n| --- |{}\n", names.join(" | "), " --- |".repeat(names.len()));
    for row in 0..columns[0].1.len() {
        let cells: Vec<String> = columns.iter().map(|(_, passed)| passed[row].cell()).collect();
        text += &format!("| {} | {} |\n", columns[0].1[row].kind, cells.join(" | "));
    }
    text
}
