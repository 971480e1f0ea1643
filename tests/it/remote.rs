//! A remote store: an embedded one behind a small SPARQL server on 127.0.0.1, which is sometimes busy.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{post, put};
use citypact::format::{ResultsFormat, Syntax};
use citypact::load::{LoadError, LoadOptions, LoadReport, load, read_rdf};
use citypact::rdf::ReadAs;
use citypact::store::{Counts, Credentials, Document, Embedded, Endpoint, Remote, Store, StoreError};
use oxigraph::sparql::{QueryResults, SparqlEvaluator};
use oxrdf::{NamedNode, Quad};

pub struct Server {
    pub store: Embedded,
    /// Requests to answer with 503 before the next is served.
    busy: AtomicU32,
    requests: AtomicU32,
    /// Whether only those come in who know the token.
    is_open: bool,
}

type Shared = State<Arc<Server>>;

impl Server {
    fn refuse(&self, headers: &HeaderMap) -> Option<Response> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        if !self.is_open && headers.get(header::AUTHORIZATION).is_none_or(|value| value != "Bearer secret") {
            return Some((StatusCode::UNAUTHORIZED, "who are you?").into_response());
        }
        let busy = self.busy.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
        busy.is_ok().then(|| (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "0")]).into_response())
    }
}

/// A query comes in a form: this is a server of which nothing is known.
async fn query(State(server): Shared, headers: HeaderMap, form: String) -> Response {
    if let Some(refusal) = server.refuse(&headers) {
        return refusal;
    }
    assert_eq!(headers[header::CONTENT_TYPE], "application/x-www-form-urlencoded");
    let text = percent_encoding::percent_decode_str(form.strip_prefix("query=").unwrap()).decode_utf8().unwrap();
    let Ok(prepared) = SparqlEvaluator::new().parse_query(&text) else {
        return (StatusCode::BAD_REQUEST, "no query").into_response();
    };
    let results = server.store.bind(prepared).execute().unwrap();
    let media_type = match results {
        QueryResults::Graph(_) => Syntax::NTriples.media_type(),
        _ => ResultsFormat::Json.media_type(),
    };
    let mut body = Vec::new();
    let style = Default::default();
    citypact::output::write_results(results, ResultsFormat::Json, Syntax::NTriples, &style, &mut body).unwrap();
    ([(header::CONTENT_TYPE, media_type)], body).into_response()
}

async fn update(State(server): Shared, headers: HeaderMap, text: String) -> Response {
    if let Some(refusal) = server.refuse(&headers) {
        return refusal;
    }
    server.store.update(SparqlEvaluator::new().parse_update(&text).unwrap()).unwrap();
    StatusCode::NO_CONTENT.into_response()
}

async fn put_graph(
    State(server): Shared,
    headers: HeaderMap,
    query: Query<HashMap<String, String>>,
    body: Bytes,
) -> Response {
    if let Some(refusal) = server.refuse(&headers) {
        return refusal;
    }
    let graph = NamedNode::new(&query["graph"]).unwrap();
    let triples = oxttl::NTriplesParser::new().for_slice(&body);
    let quads = triples.map(|triple| triple.unwrap().in_graph(graph.clone())).collect();
    server.store.load_document(&Document { graphs: vec![graph], quads }).unwrap();
    StatusCode::NO_CONTENT.into_response()
}

async fn get_graph(State(server): Shared, headers: HeaderMap, query: Query<HashMap<String, String>>) -> Response {
    if let Some(refusal) = server.refuse(&headers) {
        return refusal;
    }
    let graph = NamedNode::new(&query["graph"]).unwrap();
    let quads = server.store.quads(Some(graph.as_ref().into())).map(Result::unwrap);
    let body: String = quads.map(|quad| format!("{} {} {} .\n", quad.subject, quad.predicate, quad.object)).collect();
    ([(header::CONTENT_TYPE, Syntax::NTriples.media_type())], body).into_response()
}

/// A server that lives as long as the value.
pub struct Running {
    pub server: Arc<Server>,
    pub url: String,
    _runtime: tokio::runtime::Runtime,
}

pub fn serve() -> Running {
    serving(false, routes)
}

/// Its addresses.
pub fn routes(server: &Arc<Server>) -> Router {
    Router::new()
        .route("/query", post(query))
        .route("/update", post(update))
        .route("/store", put(put_graph).get(get_graph))
        .with_state(Arc::clone(server))
}

/// One that lets everybody in, and has something of the test's own before its addresses.
pub fn serve_router(app: impl FnOnce(&Arc<Server>) -> Router) -> Running {
    serving(true, app)
}

fn serving(is_open: bool, app: impl FnOnce(&Arc<Server>) -> Router) -> Running {
    let store = Embedded::memory().unwrap();
    let server = Arc::new(Server { store, busy: 0.into(), requests: 0.into(), is_open });
    let app = app(&server);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    runtime.spawn(async move { axum::serve(listener, app).await });
    Running { server, url, _runtime: runtime }
}

fn remote(running: &Running, graph_store: bool) -> Remote {
    let url = &running.url;
    Remote::new(Endpoint {
        credentials: Some(Credentials::Token("secret".into())),
        graph_store: graph_store.then(|| format!("{url}/store")),
        batch: 500,
        ..Endpoint::new(format!("{url}/query"))
    })
}

const TEXT: &str = "PREFIX g: <https://w3id.org/citypact/graph/> PREFIX : <http://example.org/>
    g:a { :x a :C ; :p '青島'@zh-hans, [ :q 1 ], [ :q 2 ] } <https://w3id.org/citypact/graph/a/provenance> { :a :p 1 }
    g:b { :y a :C } g:places { :here :p 0 }";

pub fn fill(store: &dyn Store, text: &str) {
    try_fill(store, text).unwrap();
}

pub fn try_fill(store: &dyn Store, text: &str) -> Result<LoadReport, LoadError> {
    let open = || Ok(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())) as Box<dyn std::io::Read + Send>);
    let options = LoadOptions { ontology: false, ..LoadOptions::default() };
    Ok(load(store, options, |sink| read_rdf(&ReadAs::new("test", Syntax::TriG), &open, sink))?.1)
}

/// The quads with blank nodes made alike; the texts used here have no two that differ in nothing else.
fn shape(quads: impl Iterator<Item = Result<Quad, StoreError>>) -> Vec<String> {
    let masked = |quad: Quad| {
        let words = quad.to_string();
        words.split(' ').map(|word| if word.starts_with("_:") { "_:b" } else { word }).collect::<Vec<_>>().join(" ")
    };
    let mut quads: Vec<_> = quads.map(|quad| masked(quad.unwrap())).collect();
    quads.sort();
    quads
}

#[test]
fn what_goes_in_comes_out_by_graph_store_or_by_update() {
    for graph_store in [true, false] {
        let running = serve();
        let remote = remote(&running, graph_store);
        let local = Embedded::memory().unwrap();
        for text in [TEXT, TEXT, "<https://w3id.org/citypact/graph/b> { <http://e/z> <http://e/p> 1 }"] {
            fill(&remote, text);
            fill(&local, text);
        }
        assert_eq!(shape(remote.read(None).unwrap()), shape(local.read(None).unwrap()), "graph store: {graph_store}");
        assert_eq!(Counts::of(&remote).unwrap(), Counts::of(&local).unwrap());
        let graph = NamedNode::new_unchecked("https://w3id.org/citypact/graph/a");
        assert_eq!(remote.read(Some(graph.as_ref().into())).unwrap().count(), 6);
        assert!(remote.has_graph(graph.as_ref()).unwrap());
    }
}

#[test]
fn a_busy_server_is_asked_again() {
    let running = serve();
    running.server.busy.store(3, Ordering::Relaxed);
    assert!(matches!(remote(&running, false).query_text("ASK {}").unwrap(), QueryResults::Boolean(true)));
    assert_eq!(running.server.requests.load(Ordering::Relaxed), 4);
    running.server.busy.store(100, Ordering::Relaxed);
    let refused = remote(&running, false).query_text("ASK {}").err().unwrap();
    assert!(matches!(refused, StoreError::Refused { status: 503, .. }), "{refused}");
    assert_eq!(running.server.requests.load(Ordering::Relaxed), 9);
}

#[test]
fn a_refusal_says_what_the_server_says() {
    let running = serve();
    let refused = remote(&running, false).query_text("nonsense").err().unwrap();
    assert_eq!(refused.to_string(), format!("{}/query answered 400: no query", running.url));
    let stranger = Remote::new(Endpoint::new(format!("{}/query", running.url)));
    let refused = stranger.query_text("ASK {}").err().unwrap();
    assert!(matches!(refused, StoreError::Refused { status: 401, .. }), "{refused}");
}

#[test]
fn nobody_there_is_an_error() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let remote = Remote::new(Endpoint { tries: 2, ..Endpoint::new(format!("http://{closed}/sparql")) });
    let error = remote.query_text("ASK {}").err().unwrap();
    assert_eq!(error.to_string(), format!("http://{closed}/sparql does not answer"));
}

#[test]
fn an_answer_that_nests_without_end_is_an_error_and_not_the_end_of_the_process() {
    let term = r#"{"type":"triple","value":{"subject":"#.repeat(50_000);
    let results = format!(r#"{{"head":{{"vars":["c"]}},"results":{{"bindings":[{{"c":{term}"#);
    let graph = "<urn:a> <urn:b> ".to_owned() + &"<<( <urn:a> <urn:b> ".repeat(50_000);
    let xml = format!("<rdf:RDF{}/>", " xmlns:a=''".repeat(50_000));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    for (media_type, body) in [
        (ResultsFormat::Json.media_type(), results),
        (Syntax::Turtle.media_type(), graph),
        ("application/rdf+xml", xml),
    ] {
        let app =
            Router::new().route("/query", post(move || async move { ([(header::CONTENT_TYPE, media_type)], body) }));
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}/query", listener.local_addr().unwrap());
        runtime.spawn(async move { axum::serve(listener, app).await });
        let told = match Remote::new(Endpoint::new(url)).query_text("SELECT * { ?s ?p ?o }") {
            Ok(QueryResults::Solutions(rows)) => rows.filter_map(Result::err).next().map(|error| format!("{error:?}")),
            Ok(QueryResults::Graph(triples)) => {
                triples.filter_map(Result::err).next().map(|error| format!("{error:?}"))
            }
            Ok(QueryResults::Boolean(_)) => None,
            Err(error) => Some(format!("{error:?}")),
        };
        let told = told.expect("it is an error");
        assert!(told.contains("ExcessAt"), "{told}");
    }
}
