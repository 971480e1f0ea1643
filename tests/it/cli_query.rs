//! Asking from the command line: formats by reader, labels, plans, errors with carets, endpoints, stores held by servers.

use std::fs;
use std::path::Path;

use citypact::store::Holder;

use crate::citypact::{command, finish, run};
use crate::remote::{fill, serve};

const DATA: &str = r#"<https://w3id.org/citypact/graph/x> {
    <https://w3id.org/citypact/id/place/cn-qingdao> a <https://w3id.org/citypact/ns#TerritorialEntity> ;
        <http://www.w3.org/2004/02/skos/core#prefLabel> "青島市"@zh-Hant, "Qingdao"@en .
    <https://w3id.org/citypact/id/place/uz> <http://www.w3.org/2000/01/rdf-schema#label> "Uzbekistan" . }
"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("x.trig"), DATA).unwrap();
    folder
}

fn query(directory: &Path, args: &[&str]) -> crate::citypact::Run {
    run(directory, &[&["query"], args, &["--data", "x.trig"]].concat())
}

const CITIES: &str = "SELECT ?city WHERE { VALUES ?city { place:cn-qingdao place:uz place:none } }";

fn asked(directory: &Path, options: &[&str]) -> String {
    run(directory, &[&["query", CITIES, "--data", "x.trig"], options].concat()).ok()
}

#[test]
fn a_language_that_is_none_is_refused_with_what_is_meant() {
    let folder = folder();
    for (args, meant) in [
        (&["export", "--to", "geojson", "--lang", "zh_CN", "--data", "x.trig"][..], "such as zh-CN"),
        (&["release", "out", "--lang", "ja_JP.UTF-8", "--data", "x.trig"], "such as ja-JP"),
        (&["check", "--lang", "bad lang!", "--data", "x.trig"], "such as zh-Hant"),
        (&["query", "ASK {}", "--labels=zh_TW", "--data", "x.trig"], "such as zh-TW"),
        (&["infer", "--lang", "", "--data", "x.trig"], "such as zh-Hant"),
    ] {
        let refused = run(folder.path(), args);
        assert_eq!(refused.status, Some(2), "{args:?}");
        assert!(refused.stderr.contains(meant), "{args:?}: {}", refused.stderr);
    }
}

#[test]
fn a_pipe_gets_data_and_every_format_can_be_asked_for() {
    let folder = folder();
    let here = folder.path();
    let iri = "https://w3id.org/citypact/id/place/cn-qingdao";
    assert!(asked(here, &[]).starts_with(&format!("?city\n<{iri}>\n")));
    assert!(asked(here, &["--to", "csv"]).starts_with(&format!("city\r\n{iri}\r\n")));
    assert!(asked(here, &["--to", "table"]).starts_with("city\n────────────────\nplace:cn-qingdao\n"));
    assert!(asked(here, &["--to", "markdown"]).starts_with("| city |\n| --- |\n"));
    assert!(asked(here, &["--to", "json"]).starts_with("{\"head\""));
    assert!(asked(here, &["--to", "xml"]).starts_with("<?xml"));
    assert_eq!(query(here, &["ASK { ?s a pact:TerritorialEntity }"]).ok(), "true\n".trim_end());
    let turtle = query(here, &["CONSTRUCT WHERE { place:uz ?p ?o }"]).ok();
    assert!(turtle.contains("rdfs:label \"Uzbekistan\""), "{turtle}");
    let error = run(here, &["query", CITIES, "--data", "x.trig", "--to", "turtle"]).failed(2);
    assert!(error.contains("rows, which turtle cannot hold") && error.contains("Hint: ask for table"), "{error}");
    let error = run(here, &["query", CITIES, "--data", "x.trig", "--to", "jsn"]).failed(2);
    assert!(error.contains("did you mean json?"), "{error}");
    asked(here, &["--out", "rows.csv"]);
    assert!(fs::read_to_string(here.join("rows.csv")).unwrap().starts_with("city\r\n"));
}

#[test]
fn labels_stand_beside_iris_in_tables_and_nowhere_else() {
    let folder = folder();
    let here = folder.path();
    let chinese = asked(here, &["--to", "table", "--labels=zh-Hant"]);
    assert!(chinese.contains("place:cn-qingdao (青島市)\nplace:uz (Uzbekistan)\nplace:none\n"), "{chinese}");
    assert!(asked(here, &["--to", "table", "--labels"]).contains("place:cn-qingdao (Qingdao)"));
    assert!(!asked(here, &["--to", "csv", "--labels"]).contains("Qingdao)"));
}

#[test]
fn a_plan_has_rows_and_times_for_people_and_as_json() {
    let folder = folder();
    let tree = asked(folder.path(), &["--explain"]);
    assert!(tree.starts_with("3 rows in ") && tree.contains("ROWS") && tree.lines().count() > 2, "{tree}");
    let json: serde_json::Value = serde_json::from_str(&asked(folder.path(), &["--explain", "--to", "json"])).unwrap();
    assert_eq!(json["rows"], 3);
    assert!(json["plan"]["name"].is_string() && json["plan"]["rows"].is_u64(), "{json}");
    let stats = run(folder.path(), &["query", CITIES, "--data", "x.trig", "--stats"]);
    assert!(stats.stderr.starts_with("3 rows in "), "{}", stats.stderr);
}

#[test]
fn errors_show_the_line_with_a_caret_and_what_to_do() {
    let folder = folder();
    let error = query(folder.path(), &["SELECT ?x\nWHERE { ?x pct:kind ?k }"]).failed(1);
    assert!(error.starts_with("error: query:2:12: "), "{error}");
    assert!(error.contains("WHERE { ?x pct:kind ?k }\n           ^\n  Hint: "), "{error}");
    assert!(error.contains("pact"), "the nearest prefix\n{error}");
    let error = query(folder.path(), &["partnrs"]).failed(1);
    assert_eq!(error, "error: there is no query named partnrs\n  Hint: did you mean partners?\n");
    fs::write(folder.path().join("q.rq"), "SELEC * {}").unwrap();
    let error = run(folder.path(), &["query", "-f", "q.rq", "--data", "x.trig"]).failed(1);
    assert!(error.starts_with("error: q.rq:1:1: "), "{error}");
    let error = run(folder.path(), &["query", CITIES, "--data", "none.ttl"]).failed(1);
    assert!(error.contains("none.ttl"), "{error}");
}

#[test]
fn limits_end_a_query_with_a_reason() {
    let folder = folder();
    let error = run(folder.path(), &["query", CITIES, "--data", "x.trig", "--limit-rows", "2"]).failed(1);
    assert!(error.starts_with("error: the limit of 2 rows was reached\n  Hint: "), "{error}");
    let endless = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r . ?s ?t ?u .
        ?v ?w ?x . ?y ?z ?aa . ?ab ?ac ?ad . ?ae ?af ?ag . ?ah ?ai ?aj FILTER(STR(?a) = CONCAT(STR(?ab), 'x')) }";
    let started = std::time::Instant::now();
    let error =
        run(folder.path(), &["query", endless, "--data", "x.trig", "--with-ontology", "--timeout", "0.3"]).failed(1);
    assert!(error.contains("the time limit of 0.3 s was reached"), "{error}");
    assert!(started.elapsed().as_secs() < 10);
}

#[test]
fn an_endpoint_is_asked_changed_loaded_and_exported() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("token"), "secret\n").unwrap();
    let running = serve();
    let url = format!("{}/query", running.url);
    let there = ["--endpoint", &url, "--token-file", "token"];
    let with = |args: &[&str]| run(here, &[args, &there].concat());
    with(&["load", "x.trig"]).ok();
    let changed = with(&["update", "INSERT DATA { GRAPH graph:y { place:uz a pact:TerritorialEntity } }"]);
    assert_eq!(changed.stderr, "The endpoint has done it.\n");
    let rows = with(&[
        "query",
        "SELECT ?s WHERE { GRAPH ?g { ?s a pact:TerritorialEntity } } ORDER BY ?s",
        "--to",
        "table",
        "--labels",
    ])
    .ok();
    assert!(rows.contains("place:cn-qingdao (Qingdao)\nplace:uz (Uzbekistan)\n2 rows"), "{rows}");
    let quads = with(&["export", "--to", "nquads"]).ok();
    assert!(quads.contains("\"青島市\"@zh-hant") || quads.contains("\"青島市\"@zh-Hant"), "{quads}");
    let error = run(here, &["query", "ASK {}", "--endpoint", &url]).failed(1);
    assert!(error.contains("401") && error.contains("who are you?"), "{error}");
    let error = with(&["query", "SELECT * { GRAPH ?g { ?s ?p ?o } }", "--limit-rows", "1"]).failed(1);
    assert!(error.contains("the limit of 1 rows was reached"), "{error}");
    let error = run(here, &["query", "ASK {}", "--endpoint", "localhost:7878"]).failed(2);
    assert!(error.contains("is no address of an endpoint"), "{error}");
    drop(running);
    let error = with(&["query", "ASK {}"]).failed(1);
    assert!(error.contains("does not answer"), "{error}");
}

#[test]
fn a_store_held_by_a_server_is_reached_through_it() {
    let folder = folder();
    let store = folder.path().join("citypact.db");
    fs::create_dir(&store).unwrap();
    fs::write(store.join("CURRENT"), "").unwrap();
    let lock = fs::File::create(store.join("citypact.lock")).unwrap();
    lock.lock().unwrap();
    fs::write(folder.path().join("token"), "secret").unwrap();
    let running = serve();
    fill(&running.server.store, DATA);
    let address = format!("{}/query", running.url);
    let holder = Holder { address: Some(address.clone()), ..Holder::this_process("serve") };
    fs::write(store.join("citypact.holder"), serde_json::to_vec(&holder).unwrap()).unwrap();
    let asked =
        run(folder.path(), &["query", "SELECT ?l { GRAPH ?g { place:uz rdfs:label ?l } }", "--token-file", "token"]);
    assert_eq!((asked.status, asked.stdout.as_str()), (Some(0), "?l\n\"Uzbekistan\"\n"), "{}", asked.stderr);
    let through =
        format!("The store citypact.db is in use by process {} (serve at {address}): going through it.\n", holder.pid);
    assert_eq!(asked.stderr, through);
    let update = ["update", "DELETE WHERE { GRAPH ?g { place:uz ?p ?o } }", "--token-file", "token", "--quiet"];
    assert_eq!(run(folder.path(), &update).stderr, "");
    // A holder without an address is told as it is.
    fs::write(store.join("citypact.holder"), serde_json::to_vec(&Holder::this_process("load")).unwrap()).unwrap();
    let error = run(folder.path(), &["query", "ASK {}"]).failed(1);
    assert!(error.contains("is in use by process") && error.contains("Hint: wait"), "{error}");
    drop(lock);
}

#[test]
fn a_query_comes_from_standard_input() {
    let folder = folder();
    let mut command = crate::citypact::command(folder.path(), &["query", "-", "--data", "x.trig"]);
    assert_eq!(finish(&mut command, "ASK { ?s a pact:TerritorialEntity }").ok(), "true");
}

#[test]
fn a_term_that_the_vocabulary_lacks_is_told_with_the_nearest() {
    let folder = folder();
    let run = query(folder.path(), &["ASK { ?tie pact:partty ?city }"]);
    assert!(run.stderr.contains("warning: query:1:12: the vocabulary has no `pact:partty`"), "{}", run.stderr);
    assert!(run.stderr.contains("Hint: did you mean `pact:party`?"), "{}", run.stderr);
    assert_eq!(run.ok().trim(), "false");
}

/// Ties in graphs.
const NAMED: &str = "@prefix p: <https://w3id.org/citypact/ns#> . @prefix place: <https://w3id.org/citypact/id/place/> .
<http://a/t> a p:Tie ; p:party place:cn-qingdao, place:kr-daegu ; p:kind <https://w3id.org/citypact/kind/friendship-city> .
GRAPH <http://a/g> { <http://a/u> a p:Tie ; p:party place:cn-qingdao, place:us-long-beach ; p:kind <https://w3id.org/citypact/kind/friendship-city> . }";
/// A tie in none.
const UNNAMED: &str = "INSERT DATA { <http://a/v> a pact:Tie ; pact:party place:cn-qingdao, place:jp-shimonoseki ; pact:kind kind:friendship-city }";

#[test]
fn a_question_that_does_not_see_the_unnamed_graph_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    // What stands in a file outside of graphs gets the file's; an update leaves it where it is.
    fs::write(here.join("named.trig"), NAMED).unwrap();
    run(here, &["load", "named.trig", "--store", "mixed.db"]).ok();
    run(here, &["update", UNNAMED, "--store", "mixed.db"]).ok();
    fs::write(here.join("token"), "0123456789abcdef").unwrap();
    let ask = |more: &[&str]| {
        let asked = run(here, &[&["query", "partners", "-p", "place=cn-qingdao", "--to", "csv"], more].concat());
        let rows = asked.stdout.lines().count() - 1;
        (rows, asked.stderr)
    };
    let warning =
        "warning: this question asks graph by graph and does not see the statements of the unnamed graph\n  Hint: ";
    assert_eq!(ask(&["--data", "named.trig"]), (2, String::new()));
    let (rows, said) = ask(&["--store", "mixed.db"]);
    assert!(rows == 2 && said.starts_with(warning), "{rows}: {said}");
    let text = "\\run partners place=cn-qingdao\n";
    let mut shell = command(here, &["shell", "--store", "mixed.db", "--no-init", "--lang", "zh-Hans"]);
    let said = finish(&mut shell, text).stderr;
    assert!(said.contains("警告： 这个问题逐图查询，看不到无名图里的陈述\n  提示： 请给它们一个图"), "{said}");
    // Behind a server: the command line, the header, and the description of the data.
    let args = ["--store", "mixed.db", "--bind", "127.0.0.1:0", "--write-token-file", "token"];
    let serving = crate::server::process::Serving::start(here, &args);
    let endpoint = format!("http://{}/sparql", serving.authority());
    let there = ["--endpoint", endpoint.as_str()];
    let (rows, said) = ask(&there);
    assert!(rows == 2 && said.starts_with(warning), "{rows}: {said}");
    let get = |path: &str| {
        let stream = std::net::TcpStream::connect(serving.authority()).unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: a\r\nAccept: text/turtle, text/csv\r\nConnection: close\r\n\r\n");
        crate::server::process::exchange(stream, &request)
    };
    let header = "\r\nwarning: 299 citypact \"the question asks graph by graph";
    let asked = || get("/queries/partners?place=cn-qingdao");
    assert!(asked().starts_with("HTTP/1.1 200") && asked().contains(header), "{}", asked());
    let described = get("/dataset");
    assert!(described.contains("The unnamed graph") && described.contains("do not see it"), "{described}");
    // What the hint says brings it back, and nothing is left to be warned of.
    let moved = ["update", "MOVE DEFAULT TO graph:mine", "--token-file", "token"];
    run(here, &[&moved[..], &there].concat()).ok();
    assert_eq!(ask(&there), (3, String::new()));
    assert!(!asked().contains("\r\nwarning:") && !get("/dataset").contains("The unnamed graph"));
}

#[test]
fn reasons_are_given_in_the_language_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let ties = r#"{"type":"source","id":"a","language":"en"}
{"type":"tie","parties":["cn-qingdao","jp-shimonoseki"],"kind":"friendship-city","since":"1979-10"}
{"type":"tie","parties":["cn-qingdao","us-long-beach"],"kind":"friendship-city","since":"1985","until":"2020"}
{"type":"tie","parties":["cn-qingdao","kr-daegu"],"kind":"friendship-city","status":"in-force"}
{"type":"tie","parties":["cn-qingdao","nl-velsen"],"kind":"intent"}
"#;
    fs::write(folder.path().join("r.jsonl"), ties).unwrap();
    for (language, reasons) in [
        ("en", ["stated", "until 2020", "a letter of intent", "since 1979-10, no end told"]),
        ("zh-Hans", ["文中写明", "至 2020 为止", "意向书", "自 1979-10 起，未提终止"]),
        ("zh-TW", ["文中寫明", "至 2020 為止", "意向書", "自 1979-10 起，未提終止"]),
        ("ja", ["文書に明記", "2020 まで", "意向書", "1979-10 から、終了の記述なし"]),
        ("fr", ["stated", "until 2020", "a letter of intent", "since 1979-10, no end told"]),
    ] {
        let lang = format!("lang={language}");
        let args = ["query", "partners", "-p", "place=cn-qingdao", "-p", &lang, "--to", "tsv", "--data", "r.jsonl"];
        let told = run(folder.path(), &args).ok();
        assert_eq!(told.lines().count(), 5, "{told}");
        for reason in reasons {
            assert!(told.contains(&format!("\"{reason}\"")), "{language}: {told}");
        }
    }
}

#[test]
fn tables_show_whole_iris_and_rows_upright() {
    let folder = folder();
    let ask = |more: &[&str]| {
        let query = "SELECT ?s ?l { GRAPH ?g { ?s rdfs:label ?l } } ORDER BY ?s";
        run(folder.path(), &[&["query", query, "--data", "x.trig", "--to", "table"], more].concat()).ok()
    };
    assert!(ask(&[]).contains("place:uz") && !ask(&[]).contains("https://"), "{}", ask(&[]));
    let whole = ask(&["--full"]);
    assert!(whole.contains("https://w3id.org/citypact/id/place/uz") && !whole.contains("place:uz"), "{whole}");
    let upright = ask(&["--vertical"]);
    assert!(
        upright.contains("── 1 ──\n")
            && upright.lines().any(|line| line.starts_with("s ") && line.ends_with("place:uz")),
        "{upright}"
    );
}
