//! The small programs under `examples/`, run as their readers would, on the examples' own records.

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::Request;
use citypact::store::Embedded;
use tower::ServiceExt as _;

#[path = "../../examples/convert_records.rs"]
#[expect(dead_code, reason = "its main function is not called")]
mod convert_records;
#[path = "../../examples/load_and_query.rs"]
#[expect(dead_code, reason = "its main function is not called")]
mod load_and_query;
#[path = "../../examples/mount_endpoint.rs"]
#[expect(dead_code, reason = "its main function is not called")]
mod mount_endpoint;
#[path = "../../examples/read_records.rs"]
#[expect(dead_code, reason = "its main function is not called")]
mod read_records;
#[path = "../../examples/resolve_mention.rs"]
#[expect(dead_code, reason = "its main function is not called")]
mod resolve_mention;

fn article() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/articles/004.jsonl")
}

fn text(out: Vec<u8>) -> String {
    String::from_utf8(out).unwrap()
}

#[test]
fn records_made_in_a_program_become_trig() {
    let mut out = Vec::new();
    convert_records::run(&mut out).unwrap();
    let out = text(out);
    assert!(out.starts_with("# 2 records, "), "{out}");
    for part in ["graph:gazette-7 {", "pact:party place:cn-qingdao , place:uz-samarqand-city", "oa:exact \"友好城市\""]
    {
        assert!(out.contains(part), "no {part} in {out}");
    }
}

#[test]
fn a_file_is_read_and_its_faults_are_told() {
    let mut out = Vec::new();
    assert!(read_records::run(&article(), &mut out).unwrap());
    assert!(text(out).contains("    11 tie\n"));

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.jsonl");
    std::fs::write(&file, r#"{"type":"tie","parties":["a","b"],"kind":"intent","sinse":"1979"}"#).unwrap();
    let mut out = Vec::new();
    assert!(!read_records::run(&file, &mut out).unwrap());
    let out = text(out);
    assert!(out.contains("x.jsonl:1:") && out.contains("did you mean `since`?"), "{out}");
    assert!(read_records::run(&folder.path().join("none.jsonl"), &mut Vec::new()).is_err());
}

#[test]
fn a_store_is_loaded_and_asked() {
    let mut out = Vec::new();
    load_and_query::run(&article(), &Embedded::memory().unwrap(), &mut out).unwrap();
    let out = text(out);
    assert!(out.contains("place:uz-samarqand-city") && out.ends_with("rows\n"), "{out}");
}

#[test]
fn mentions_are_resolved_or_honestly_not() {
    let names = ["撒馬爾罕市", "Springfield", "Xanadu"].map(str::to_owned);
    let mut out = Vec::new();
    resolve_mention::run(&names, &mut out).unwrap();
    let out = text(out);
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with("撒馬爾罕市: uz-samarqand-city ("), "{out}");
    assert!(lines[1].starts_with("Springfield: one of us-springfield, "), "{out}");
    assert!(lines[2].starts_with("Xanadu: unknown; near it: "), "{out}");
}

#[tokio::test]
async fn an_endpoint_answers_under_a_path_of_another_server() {
    let app = mount_endpoint::app(&article()).unwrap();
    let ask = |path: &str| {
        Request::get(path).header("host", "localhost").header("accept", "text/csv").body(Body::empty()).unwrap()
    };
    let own = app.clone().oneshot(ask("/")).await.unwrap();
    assert!(own.status().is_success());
    let query = "/data/sparql?query=ASK%20%7B%20%3Ftie%20pact%3Aparty%20place%3Acn-qingdao%20%7D&format=json";
    let answer = app.oneshot(ask(query)).await.unwrap();
    assert_eq!(answer.status(), 200);
    let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    assert!(String::from_utf8_lossy(&body).contains("true"), "{body:?}");
}
