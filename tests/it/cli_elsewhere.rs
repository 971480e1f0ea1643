//! What the command line asks of other servers and reads for LOAD: SERVICE and LOAD, their bounds and their faults.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::citypact::{Run, command, finish, run};
use crate::server::process::Serving;

/// What a server gives for a path: the status, more header lines, the body.
type Page = (u16, String, Vec<u8>);

/// A server that gives pages by their paths, for as long as the tests run.
fn web(page: impl Fn(&str) -> Page + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || listener.incoming().map_while(Result::ok).for_each(|stream| answer(stream, &page)));
    address
}

/// One request is read whole, since a connection closed on unread bytes is reset.
fn answer(stream: TcpStream, page: &impl Fn(&str) -> Page) {
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let (mut reader, mut stream) = (BufReader::new(stream.try_clone().unwrap()), stream);
    let (mut lines, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        lines.push(line);
    }
    let _ = reader.take(length).read_to_end(&mut Vec::new());
    let path = lines.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    let (status, head, body) = page(path);
    let head = format!("HTTP/1.1 {status} -\r\n{head}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
}

fn typed(media_type: &str, body: &str) -> Page {
    (200, format!("Content-Type: {media_type}\r\n"), body.into())
}

fn moved(status: u16, to: &str) -> Page {
    (status, format!("Location: {to}\r\n"), Vec::new())
}

/// Documents that are read, and others.
fn documents(path: &str) -> Page {
    match path {
        "/a" => typed("text/turtle; charset=utf-8", "<b> <http://a/p> 1 ."),
        "/a.rdf" => typed(
            "application/rdf+xml",
            "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:a='http://a/'><rdf:Description rdf:about='b'><a:p>x</a:p></rdf:Description></rdf:RDF>",
        ),
        "/a.ttl?raw=true" => typed("text/plain", "<b> <http://a/p> 2 ."),
        "/page.ttl" => typed("text/html", "<b> <http://a/p> 3 ."),
        "/unknown" => typed("text/plain", "<b> <http://a/p> 3 ."),
        "/broken" => typed("text/turtle", "<b> <http://a/p> 1 .\n<b> <http://a/p> nonsense .\n"),
        "/graphs.nq" => typed("application/n-quads", "<http://a/s> <http://a/p> <http://a/o> <http://a/g> .\n"),
        "/large" => typed("text/turtle", &"# two megabytes\n".repeat(1 << 17)),
        "/moved" => moved(302, "/elsewhere/a"),
        "/elsewhere/a" => typed("text/turtle", "<b> <http://a/p> 4 ."),
        "/file" => moved(302, "file:///etc/hostname"),
        "/round" => moved(302, "/round"),
        _ => (404, String::new(), b"nothing here".to_vec()),
    }
}

/// A folder with documents, and with a store that holds one triple.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("first.ttl"), "<http://a/first> <http://a/q> 0 .").unwrap();
    fs::write(here.join("a b.ttl"), "<#b> <http://a/p> 1 . [] <http://a/p> 2 .").unwrap();
    fs::write(here.join("a.jsonld"), r#"{"@id": "http://a/b", "http://a/p": 1}"#).unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(b"<http://a/b> <http://a/p> \"z\" .\n").unwrap();
    fs::write(here.join("a.nt.gz"), packed.finish().unwrap()).unwrap();
    fs::write(here.join("a.txt"), "<http://a/b> <http://a/p> 1 .").unwrap();
    fs::write(here.join("broken.ttl"), "<http://a/b> <http://a/p> 1 .\n\n<http://a/b> <http://a/p> .\n").unwrap();
    run(here, &["load", "first.ttl", "--store", "s.db"]).ok();
    folder
}

fn update(here: &Path, text: &str, more: &[&str]) -> Run {
    run(here, &[&["update", text, "--store", "s.db"], more].concat())
}

/// What the store says by `http://a/p`, and where.
fn said(here: &Path) -> String {
    let query = "SELECT ?g ?o { { ?s <http://a/p> ?o FILTER NOT EXISTS { GRAPH ?x { ?s <http://a/p> ?o } } } UNION { GRAPH ?g { ?s <http://a/p> ?o } } } ORDER BY ?g ?o";
    run(here, &["query", query, "--store", "s.db", "--to", "csv"]).ok().replace("\r\n", ";")
}

fn file(here: &Path, name: &str) -> String {
    format!("file://{}/{name}", here.canonicalize().unwrap().display())
}

#[test]
fn files_are_loaded_into_a_store_and_stay_there() {
    let folder = folder();
    let here = folder.path();
    let spaced = file(here, "a%20b.ttl");
    let done = update(here, &format!("LOAD <{spaced}> INTO GRAPH <http://a/g>"), &[]);
    assert_eq!((done.status, done.stderr.as_str()), (Some(0), "2 quads added, 0 removed\n"));
    assert_eq!(said(here), "g,o;http://a/g,1;http://a/g,2;");
    let subject = run(here, &["query", "SELECT ?s { ?s <http://a/p> 1 }", "--store", "s.db"]).ok();
    assert_eq!(subject, format!("?s\n<{spaced}#b>\n"), "relative IRIs are those of the document");
    update(here, &format!("LOAD <{}>; LOAD <{}>", file(here, "a.jsonld"), file(here, "a.nt.gz")), &["--no-service"])
        .ok();
    assert_eq!(said(here), "g,o;,1;,z;http://a/g,1;http://a/g,2;");
}

#[test]
fn documents_of_the_web_are_loaded_by_media_type_or_suffix() {
    let folder = folder();
    let (here, web) = (folder.path(), web(documents));
    for (path, said) in [
        ("/a", format!("{web}/b,1")),
        ("/a.rdf", format!("{web}/b,x")),
        ("/a.ttl?raw=true", format!("{web}/b,2")),
        ("/moved", format!("{web}/elsewhere/b,4")),
    ] {
        let text = format!("LOAD <{web}{path}> INTO GRAPH <http://a/g>\n\nSELECT ?s ?o {{ ?s <http://a/p> ?o }}\n");
        let mut shell = command(here, &["shell", "--data", "first.ttl", "--no-init", "--to", "csv"]);
        assert_eq!(finish(&mut shell, &text).ok(), format!("s,o\r\n{said}\r\n"), "{path}");
    }
}

#[test]
fn what_cannot_be_loaded_is_told_and_changes_nothing() {
    let folder = folder();
    let (here, web) = (folder.path(), web(documents));
    let at = |path: &str| format!("{web}{path}");
    for (address, reasons) in [
        (at("/none"), vec![format!("{web}/none answers with the status 404")]),
        (
            at("/page.ttl"),
            vec!["is text/html, which is no RDF syntax".to_owned(), "Hint: LOAD reads Turtle".to_owned()],
        ),
        (at("/unknown"), vec!["is text/plain, which is no RDF syntax".to_owned()]),
        (at("/broken"), vec![format!("{web}/broken:2:"), "Hint: correct the document there".to_owned()]),
        (at("/graphs.nq"), vec!["the document names the graph <http://a/g>".to_owned(), "Hint: ".to_owned()]),
        (at("/round"), vec!["/round gave no answer".to_owned(), "redirect".to_owned()]),
        (at("/file"), vec![at("/file ")]),
        (at("/large"), vec!["/large is larger than what is taken here".to_owned()]),
        ("http://127.0.0.1:1/".to_owned(), vec!["http://127.0.0.1:1/ gave no answer".to_owned()]),
        (file(here, "broken.ttl"), vec!["broken.ttl:3:".to_owned()]),
        (file(here, "a.txt"), vec!["the suffix of file://".to_owned(), "Hint: give it one of the suffixes".to_owned()]),
        (file(here, "none.ttl"), vec!["none.ttl cannot be read".to_owned(), "No such file".to_owned()]),
        (file(here, ""), vec!["cannot be read".to_owned()]),
        ("file://elsewhere/a.ttl".to_owned(), vec!["file://elsewhere/a.ttl gave no answer".to_owned()]),
    ] {
        let insert = "INSERT DATA { <http://a/b> <http://a/p> 1 }";
        let failed = update(here, &format!("{insert} ; LOAD <{address}>"), &["--limit-memory", "1"]).failed(1);
        assert!(failed.starts_with("error: the update cannot be carried out\n  caused by: "), "{address}: {failed}");
        for reason in reasons {
            assert!(failed.contains(&reason), "{address}: {failed}");
        }
        let silent =
            update(here, &format!("LOAD SILENT <{address}> INTO GRAPH <http://a/g>"), &["--limit-memory", "1"]);
        assert_eq!((silent.status, silent.stderr.as_str()), (Some(0), "0 quads added, 0 removed\n"), "{address}");
    }
    assert_eq!(said(here), "g,o;", "a text is carried out whole or not at all");
}

#[test]
fn nobody_is_asked_where_that_is_off_and_nobody_is_waited_for_too_long() {
    let folder = folder();
    let here = folder.path();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    silent.set_nonblocking(true).unwrap();
    let load = format!("LOAD <http://{}/a.ttl>", silent.local_addr().unwrap());
    let refused = update(here, &load, &["--no-service"]).failed(1);
    assert!(refused.contains("LOAD is not allowed here") && refused.contains("Hint: --no-service"), "{refused}");
    let mut shell = command(here, &["shell", "--data", "first.ttl", "--no-init", "--no-service"]);
    assert!(finish(&mut shell, &format!("{load}\n")).failed(1).contains("LOAD is not allowed here"));
    assert!(silent.accept().is_err(), "somebody called");
    let started = Instant::now();
    let waited = update(here, &load, &["--timeout", "1"]).failed(1);
    assert!(waited.contains("gave no answer") && waited.contains("timeout"), "{waited}");
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn a_store_that_is_served_loads_the_files_of_its_machine() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("token"), "0123456789abcdef").unwrap();
    let args = ["--store", "s.db", "--bind", "127.0.0.1:0", "--write-token-file", "token"];
    let serving = Serving::start(here, &args);
    let load = format!("LOAD <{}> INTO GRAPH <http://a/g>", file(here, "a.jsonld"));
    let done = update(here, &load, &["--token-file", "token"]);
    assert!(done.stderr.ends_with("1 quad added, 0 removed\n"), "{}", done.stderr);
    assert_eq!(said(here), "g,o;http://a/g,1;");
    // What is asked of an endpoint is the endpoint's to do, and this one reaches no files.
    let endpoint = format!("http://{}/sparql", serving.authority());
    let refused = run(here, &["update", &load, "--endpoint", &endpoint, "--token-file", "token"]).failed(1);
    assert!(refused.contains("answered 403") && refused.contains("--allow-service"), "{refused}");
}

const ANSWER: &str = r#"{"head":{"vars":["o"]},"results":{"bindings":[{"o":{"type":"literal","value":"found"}}]}}"#;

/// An endpoint behind redirections, one that answers too much, and ones that answer something else.
fn services(path: &str) -> Page {
    let json = "application/sparql-results+json";
    match path.strip_prefix("/after/").map(|left| left.parse::<u32>().unwrap()) {
        Some(0) => return typed(json, ANSWER),
        Some(left) => return moved(307, &format!("/after/{}", left - 1)),
        None => {}
    }
    match path {
        "/see" => moved(303, "/after/0"),
        "/file" => moved(307, "file:///etc/hostname"),
        "/see-file" => moved(303, "file:///etc/hostname"),
        "/large" => typed(json, &ANSWER.replace("found", &"x".repeat(2 << 20))),
        "/page" => typed("text/html", "<p>hello</p>"),
        "/broken" => typed(json, &ANSWER[..60]),
        _ => (500, String::new(), Vec::new()),
    }
}

#[test]
fn a_service_is_followed_along_some_redirections_and_its_answer_is_bounded() {
    let folder = folder();
    let (here, web) = (folder.path(), web(services));
    let ask = |path: &str, more: &[&str]| {
        let query = format!("SELECT ?o {{ SERVICE <{web}{path}> {{ ?s ?p ?o }} }}");
        run(here, &[&["query", &query, "--data", "first.ttl", "--to", "csv"], more].concat())
    };
    for redirections in [0, 1, 5] {
        assert_eq!(ask(&format!("/after/{redirections}"), &[]).ok(), "o\r\nfound\r\n", "{redirections}");
    }
    assert_eq!(ask("/see", &[]).ok(), "o\r\nfound\r\n");
    assert_eq!(ask("/large", &[]).ok().len(), "o\r\n\r\n".len() + (2 << 20));
    for (path, reason) in [
        ("/after/6", "redirect"),
        ("/large", "/large is larger than what is taken here"),
        ("/file", "/file is nothing, which is not known here"),
        ("/see-file", "/see-file is nothing, which is not known here"),
        ("/page", "/page is text/html, which is not known here"),
        ("/broken", "/broken cannot be read"),
        ("/none", "/none answers with the status 500"),
    ] {
        let failed = ask(path, &["--limit-memory", "1"]).failed(1);
        assert!(failed.contains(reason), "{path}: {failed}");
    }
}
