//! Every IRI of the data is found at its own address, whatever is percent-encoded in it.

use super::app::{App, Server, WRITE, settings};
use std::sync::Arc;

use citypact::load::{FileOptions, load_files};
use citypact::place::Register;
use citypact::record::read::Input;
use citypact::server::Endpoint;
use citypact::server::listen::ConnectionLimits;
use citypact::store::Embedded;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

const ID: &str = "https://w3id.org/citypact/id/";
const TRIPLES: (&str, &str) = ("content-type", "application/n-triples");
/// An address is ASCII; nothing else is encoded in it again.
const ASCII: &AsciiSet = CONTROLS;

/// What follows `id/`: no two of these have one address.
const NAMES: &[&str] = &[
    "place/a%2Fb",
    "place/a%2fb",
    "place/a/b",
    "place/a%20b",
    "place/a%25b",
    "place/a%2525b",
    "place/a%41b",
    "place/aAb",
    "place/~",
    "place/%7E",
    "place/%7e",
    "place/o'neil",
    "place/f(x)",
    "place/f%28x%29",
    "place/a.",
    "place/a..",
    "place/%2E%2E",
    "place/%2e%2e",
    "place/%2E",
    "place/a%2E",
    "place/昆明",
    "place/%E6%9D%B1京",
    "place/%e5%8c%97",
    "place/大%E9%98%AA",
    "place/%FF",
    "place/%ff",
    "place/%EE%80%80",
    "place/%E2%80%8Ex",
    "place/a;b=c,d",
    "place/a@b:c!$&*+",
    "place//x",
    "place/x/",
    "place/?q=1",
    "place/x?q=昆&r=%2F",
    "kind/x",
    "graph/x",
    "id/x",
    "code/x%2Fy",
    "place/𠮷野",
];

fn address(name: &str) -> String {
    utf8_percent_encode(name, ASCII).to_string()
}

async fn holding(iris: &[String]) -> App {
    let app = App::new();
    let lines: String =
        iris.iter().enumerate().map(|(number, iri)| format!("<{iri}> <http://a/number> \"{number}\" .\n")).collect();
    let reply = app.send("PUT", "/graphs?graph=http://example.org/g", &[WRITE, TRIPLES], lines).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    app
}

/// What the document says that the address of a thing leads to.
async fn found(app: &App, address: &str) -> String {
    let thing = app.get(address, "application/n-triples").await;
    assert_eq!(thing.status, 303, "{address}: {}", thing.text());
    let document = app.get(thing.header("location"), "application/n-triples").await;
    assert_eq!(document.status, 200, "{address}: {}", document.text());
    document.text().to_owned()
}

#[tokio::test]
async fn every_iri_is_found_at_its_own_address() {
    let iris: Vec<String> = NAMES.iter().map(|name| format!("{ID}{name}")).collect();
    let app = holding(&iris).await;
    for (number, name) in NAMES.iter().enumerate() {
        let told = found(&app, &format!("/id/{}", address(name))).await;
        assert_eq!(told, format!("<{ID}{name}> <http://a/number> \"{number}\" .\n"), "{name}");
    }
}

#[tokio::test]
async fn minted_iris_of_any_key_are_found() {
    let keys = [
        "a/b",
        "..",
        ".",
        "100%",
        "a b",
        "~",
        "",
        "x-00ff",
        "\u{202e}a",
        "\u{e000}",
        "昆明",
        "o'neil",
        "?#",
        "%2F",
        "𠮷",
        "--",
    ];
    let record = |id: &&str| {
        let value = serde_json::json!({ "type": "place", "id": id, "level": "municipality", "state": "cn", "names": { "en": "X" } });
        format!("{value}\n")
    };
    let records: String = keys.iter().map(record).collect();
    let inputs = [Input::bytes("places.jsonl", records.into_bytes())];
    let store = Arc::new(Embedded::memory().unwrap());
    load_files(store.as_ref(), &inputs, &Register::builtin(), &FileOptions::default(), &mut |_| {}).unwrap();
    let app = App::over(&Endpoint::new(store, settings()));
    let places = app.csv("SELECT ?s { ?s skos:prefLabel \"X\"@en }").await;
    let minted: Vec<&str> = places.text().lines().skip(1).collect();
    assert!(minted.len() >= 12, "{minted:?}");
    for iri in minted {
        let iri = iri.trim_matches('"').replace("\"\"", "\"");
        let told = found(&app, &address(iri.strip_prefix("https://w3id.org/citypact").unwrap())).await;
        assert!(
            told.contains(&format!("<{iri}> <http://www.w3.org/2004/02/skos/core#prefLabel> \"X\"@en")),
            "{iri}: {told}"
        );
    }
}

#[tokio::test]
async fn of_two_iris_with_one_address_the_readable_one_is_told() {
    let app = holding(&[format!("{ID}place/%E6%98%86"), format!("{ID}place/昆")]).await;
    assert!(found(&app, "/id/place/%E6%98%86").await.contains("\"1\""));
    assert!(found(&app, "/id/place/%e6%98%86").await.contains("\"1\""));
    let capitals = holding(&[format!("{ID}place/a%2Fb")]).await;
    assert!(found(&capitals, "/id/place/a%2fb").await.contains("\"0\""), "clients may change the case");
}

#[tokio::test]
async fn spaces_of_names_do_not_meet() {
    let below = |name: &str| format!("https://w3id.org/citypact/{name}");
    let names =
        ["kind/x", "id/kind/x", "kind", "id/kind", "scheme/status", "variable", "graph/y", "id/graph/y", "id/id/z"];
    let app = holding(&names.map(below)).await;
    for (number, name) in names.iter().enumerate() {
        assert!(found(&app, &format!("/{name}")).await.contains(&format!("\"{number}\"")), "{name}");
    }
}

#[tokio::test]
async fn what_others_alone_speak_of_is_found() {
    let app = App::holding("<http://a/s> <http://a/p> <https://w3id.org/citypact/id/place/x> .").await;
    assert!(found(&app, "/id/place/x").await.starts_with("<http://a/s> "));
    assert_eq!(app.get("/doc/place/y", "*/*").await.status, 404);
}

#[tokio::test]
async fn a_graph_is_reached_under_the_name_it_has() {
    let app = App::new();
    let name = "http://localhost/graphs/%E6%98%86%2f";
    let triple = || "<http://a/s> <http://a/p> 1 .".to_owned();
    let put = |uri: String| {
        app.send("PUT", Box::leak(uri.into_boxed_str()), &[WRITE, ("content-type", "text/turtle")], triple())
    };
    assert_eq!(put(format!("/graphs?graph={}", name.replace('%', "%25"))).await.status, 201);
    assert_eq!(app.get("/graphs/%E6%98%86%2f", "text/turtle").await.status, 200);
    assert_eq!(put("/graphs/%E6%98%86%2f".into()).await.status, 204, "the graph was there");
    assert_eq!(put("/graphs/%E6%98%86%2F".into()).await.status, 201, "that is another graph");
    let graphs = app.csv("SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g {} }").await;
    assert_eq!(graphs.text(), "n\r\n2\r\n");
}

#[test]
fn addresses_may_come_as_they_are_written() {
    let server = Server::start(settings(), ConnectionLimits::default());
    let triple = format!("<{ID}place/昆%2fa> <http://a/p> 1 .");
    let request = format!(
        "PUT /graphs?default HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer w\r\nContent-Type: text/turtle\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{triple}",
        triple.len()
    );
    let reply = server.raw(request.as_bytes());
    assert!(reply.starts_with(b"HTTP/1.1 20"), "{}", String::from_utf8_lossy(&reply));
    for path in ["/id/place/昆%2fa", "/id/place/%e6%98%86%2fa"] {
        let reply = server.raw(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes());
        let text = String::from_utf8_lossy(&reply).to_lowercase();
        assert!(text.starts_with("http/1.1 303"), "{path}: {text}");
        let location = text.lines().find_map(|line| line.strip_prefix("location: ")).unwrap();
        let reply = server.raw(format!("GET {location} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes());
        assert!(reply.starts_with(b"HTTP/1.1 200"), "{location}: {}", String::from_utf8_lossy(&reply));
    }
}
