//! What an endpoint may ask for, and what may happen to it: passwords, breaks in the middle of a load, answers without end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use citypact::store::{Asking, Credentials, Embedded, Endpoint, Remote, Store as _, StoreError};
use md5::Md5;
use oxigraph::sparql::QueryResults;
use sha2::{Digest as _, Sha256};

use crate::remote::{Running, fill, routes, serve_router};

const PASSWORD: &str = "päss:\"wörd\"";

/// What stands before a server.
struct Gate {
    /// What it asks for, in this order; none where it lets everybody in.
    schemes: Vec<&'static str>,
    /// Requests for which one nonce is good.
    uses: u32,
    used: AtomicU32,
    nonce: AtomicU32,
    refused: AtomicU32,
    /// Requests that are served before the line is cut; the next ones are not.
    left: AtomicU32,
    served: AtomicU32,
}

impl Gate {
    fn asking(schemes: &[&'static str]) -> Arc<Self> {
        let numbers = || AtomicU32::new(0);
        let (used, nonce, refused, served) = (numbers(), numbers(), numbers(), numbers());
        Arc::new(Self { schemes: schemes.to_vec(), uses: 3, used, nonce, refused, left: u32::MAX.into(), served })
    }

    fn nonce(&self) -> String {
        format!("n, \"{}\"", self.nonce.load(Relaxed))
    }

    /// A challenge with a nonce that nobody has used yet.
    fn renewed(&self, is_stale: bool) -> Response {
        self.nonce.fetch_add(1, Relaxed);
        self.used.store(0, Relaxed);
        self.challenge(is_stale)
    }

    fn challenge(&self, is_stale: bool) -> Response {
        self.refused.fetch_add(1, Relaxed);
        let mut response = StatusCode::UNAUTHORIZED.into_response();
        for scheme in &self.schemes {
            let nonce = self.nonce().replace('"', "\\\"");
            let stale = if is_stale { ", stale=true" } else { "" };
            let value = match *scheme {
                "Basic" => "Basic realm=\"here, there\", charset=\"UTF-8\"".to_owned(),
                hash => format!(
                    "Digest realm=\"r\", qop=\"auth,auth-int\", algorithm={hash}, nonce=\"{nonce}\", opaque=\"o\"{stale}"
                ),
            };
            response.headers_mut().append(header::WWW_AUTHENTICATE, value.parse().unwrap());
        }
        response
    }

    /// Nothing where the request may come in.
    fn refusal(&self, method: &Method, target: &str, headers: &HeaderMap) -> Option<Response> {
        if self.schemes.is_empty() {
            return None;
        }
        let given = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
        let Some(given) = given else { return Some(self.renewed(false)) };
        if let Some(basic) = given.strip_prefix("Basic ") {
            assert!(
                !self.schemes.iter().any(|scheme| *scheme != "Basic"),
                "a password is not sent where Digest will do"
            );
            let known = BASE64_STANDARD.encode(format!("me:{PASSWORD}"));
            return (basic != known).then(|| self.challenge(false));
        }
        let of = |name: &str| {
            let rest = given.split(&format!("{name}=")).nth(1).unwrap();
            let end = match rest.strip_prefix('"') {
                Some(quoted) => quoted.find("\", ").map_or(rest.len(), |at| at + 2),
                None => rest.find(',').unwrap_or(rest.len()),
            };
            let value = &rest[..end];
            let inner = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
            inner.replace("\\\"", "\"")
        };
        if of("nonce") != self.nonce() || self.used.fetch_add(1, Relaxed) >= self.uses {
            return Some(self.renewed(true));
        }
        assert_eq!(u32::from_str_radix(&of("nc"), 16).unwrap(), self.used.load(Relaxed), "each use is counted");
        assert_eq!((of("uri").as_str(), of("opaque").as_str(), of("username").as_str()), (target, "o", "me"));
        let hash = |text: String| -> String {
            let bytes =
                if of("algorithm") == "MD5" { Md5::digest(text).to_vec() } else { Sha256::digest(text).to_vec() };
            bytes.iter().map(|byte| format!("{byte:02x}")).collect()
        };
        let (one, two) = (hash(format!("me:r:{PASSWORD}")), hash(format!("{method}:{target}")));
        let response = hash(format!("{one}:{}:{}:{}:auth:{two}", of("nonce"), of("nc"), of("cnonce")));
        (of("response") != response).then(|| self.challenge(false))
    }
}

async fn gate(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let target = request.uri().path_and_query().unwrap().to_string();
    if let Some(refusal) = gate.refusal(request.method(), &target, request.headers()) {
        return refusal;
    }
    if gate.left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_err() {
        return (StatusCode::INTERNAL_SERVER_ERROR, "the line is cut").into_response();
    }
    gate.served.fetch_add(1, Relaxed);
    next.run(request).await
}

fn behind(gate_of: &Arc<Gate>) -> Running {
    serve_router(|server| routes(server).layer(from_fn_with_state(Arc::clone(gate_of), gate)))
}

fn endpoint(running: &Running, credentials: Option<Credentials>) -> Endpoint {
    Endpoint { credentials, batch: 500, tries: 2, ..Endpoint::new(format!("{}/query", running.url)) }
}

fn me(password: &str) -> Option<Credentials> {
    Some(Credentials::Password { user: "me".into(), password: password.into() })
}

const TEXT: &str = "PREFIX g: <https://w3id.org/citypact/graph/> PREFIX : <http://example.org/> g:a { :x :p 1 } g:b { :y :p 2, [ :q 1 ] }";

#[test]
fn a_password_opens_by_the_strongest_way_that_is_offered() {
    for schemes in [&["Basic"][..], &["MD5"], &["Basic", "SHA-256", "MD5"]] {
        let gate = Gate::asking(schemes);
        let running = behind(&gate);
        let remote = Remote::new(endpoint(&running, me(PASSWORD)));
        fill(&remote, TEXT);
        for _ in 0..10 {
            assert!(matches!(remote.query_text("ASK { GRAPH ?g { ?s ?p 1 } }").unwrap(), QueryResults::Boolean(true)));
        }
        assert_eq!(remote.read(None).unwrap().count(), 4, "{schemes:?}");
        let wrong = Remote::new(endpoint(&running, me("wrong"))).query_text("ASK {}").err().unwrap();
        assert!(matches!(wrong, StoreError::Refused { status: 401, .. }), "{wrong}");
        let nobody = Remote::new(endpoint(&running, None)).query_text("ASK {}").err().unwrap();
        assert!(matches!(nobody, StoreError::Refused { status: 401, .. }), "{nobody}");
        if schemes == ["Basic"] {
            // One challenge for each of the three, a second for the wrong password: what is known is sent at once.
            assert!(gate.refused.load(Relaxed) <= 8, "{}", gate.refused.load(Relaxed));
        }
    }
}

#[test]
fn a_load_that_was_cut_off_goes_on_where_it_stopped() {
    let documents: String = (0..8)
        .map(|n| {
            let triples: String = (0..40).map(|m| format!(":s{n} :p {m} . [] :q {m} . ")).collect();
            format!("g:d{n} {{ {triples} }} <https://w3id.org/citypact/graph/d{n}/provenance> {{ :d{n} :p 1 }} ")
        })
        .collect();
    let text = format!("PREFIX g: <https://w3id.org/citypact/graph/> PREFIX : <http://example.org/> {documents}");
    let local = Embedded::memory().unwrap();
    fill(&local, &text);
    let whole = local.read(None).unwrap().count();
    let gate = Gate::asking(&[]);
    let running = behind(&gate);
    let remote = Remote::new(endpoint(&running, None));
    let mut arrived = Vec::new();
    // Cut again and again, sooner or later, within documents too.
    for requests in [30, 41, 57, 200, u32::MAX] {
        gate.left.store(requests, Relaxed);
        let before = gate.served.load(Relaxed);
        crate::remote::try_fill(&remote, &text).map_or_else(
            |error| assert!(error.to_string().contains("500: the line is cut"), "{error}"),
            |report| arrived.push((report.change.inserted, gate.served.load(Relaxed) - before)),
        );
        gate.left.store(u32::MAX, Relaxed);
    }
    assert_eq!(remote.read(None).unwrap().count(), whole);
    let there = remote.read(None).unwrap().map(Result::unwrap).collect::<Vec<_>>();
    let here = local.read(None).unwrap().map(Result::unwrap).collect::<Vec<_>>();
    assert!(citypact::rdf::diff(&there, &here).unwrap().is_empty(), "nothing came twice");
    // What had arrived is looked at and not sent again.
    let before = gate.served.load(Relaxed);
    let again = crate::remote::try_fill(&remote, &text).unwrap();
    assert_eq!((again.change.inserted, again.change.removed), (0, 0));
    assert!(gate.served.load(Relaxed) > before && !arrived.is_empty());
}

#[test]
fn an_answer_without_end_is_given_up() {
    use axum::body::{Body, Bytes};
    let running = serve_router(|_| {
        let begin = Bytes::from_static(b"{\"head\":{\"vars\":[\"x\"]},\"results\":{\"bindings\":[");
        let row = Bytes::from_static(
            b"{\"x\":{\"type\":\"literal\",\"value\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}},",
        );
        let endless = move || async move {
            let rows = Endless { begin: Some(begin), row };
            ([(header::CONTENT_TYPE, "application/sparql-results+json")], Body::new(rows)).into_response()
        };
        axum::Router::new().route("/query", axum::routing::post(endless))
    });
    let remote = Remote::new(endpoint(&running, None));
    let ends = |how: Asking| {
        let QueryResults::Solutions(mut rows) = remote.query_over("SELECT ?x {}", how).unwrap() else { panic!() };
        let error = rows.find_map(Result::err).unwrap();
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            text += &format!(": {inner}");
            cause = inner.source();
        }
        text
    };
    let large = ends(Asking { bytes: Some(100_000), ..Asking::default() });
    assert!(large.contains("larger than what is taken"), "{large}");
    let long = ends(Asking { time: Some(Duration::from_millis(300)), ..Asking::default() });
    assert!(long.contains("timeout"), "{long}");
}

/// A body that begins, and then repeats itself for ever.
struct Endless {
    begin: Option<axum::body::Bytes>,
    row: axum::body::Bytes,
}

impl hyper::body::Body for Endless {
    type Data = axum::body::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
        let bytes = self.begin.take().unwrap_or_else(|| self.row.clone());
        std::task::Poll::Ready(Some(Ok(hyper::body::Frame::data(bytes))))
    }
}
