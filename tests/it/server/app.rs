//! An endpoint without a socket, and one with.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request};
use citypact::server::{Endpoint, Settings, Tokens, listen, router};
use citypact::store::Embedded;
use http_body_util::BodyExt;
use tower::ServiceExt;

pub const WRITE: (&str, &str) = ("authorization", "Bearer w");
pub const ADMIN: (&str, &str) = ("authorization", "Bearer a");
pub const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
pub const QUERY: (&str, &str) = ("content-type", "application/sparql-query");
pub const UPDATE: (&str, &str) = ("content-type", "application/sparql-update");
pub const TURTLE: (&str, &str) = ("content-type", "text/turtle");

/// An endpoint over a store in memory, with the tokens `w` for writing and `a` for administration.
pub struct App {
    pub endpoint: Arc<Endpoint>,
    router: Router,
}

/// A response, read whole.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// All fields of a name, joined.
    pub fn headers(&self, name: &str) -> String {
        self.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect::<Vec<_>>().join(", ")
    }
}

pub fn settings() -> Settings {
    Settings { tokens: Tokens::new(Some("w"), Some("a")), ..Settings::default() }
}

impl App {
    pub fn new() -> Self {
        Self::with(settings())
    }

    pub fn with(settings: Settings) -> Self {
        Self::over(&Endpoint::new(Arc::new(Embedded::memory().unwrap()), settings))
    }

    /// Beside a socket.
    pub fn over(endpoint: &Arc<Endpoint>) -> Self {
        Self { router: router(endpoint), endpoint: endpoint.clone() }
    }

    /// With these triples in the graph `http://example.org/g`.
    pub async fn holding(turtle: &str) -> Self {
        let app = Self::new();
        let reply = app.send("PUT", "/graphs?graph=http://example.org/g", &[WRITE, TURTLE], turtle.to_owned()).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        app
    }

    pub async fn send(&self, method: &str, uri: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Reply {
        let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(uri);
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            request = request.header("host", "localhost");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        // A body that breaks off is told apart by its status: tests of that use a socket.
        let body = body.collect().await.map(|body| body.to_bytes().to_vec()).unwrap_or_else(|_| b"(broken)".to_vec());
        Reply { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    pub async fn get(&self, uri: &str, accept: &str) -> Reply {
        self.send("GET", uri, &[("accept", accept)], "").await
    }

    /// The results of a query, as CSV.
    pub async fn csv(&self, query: &str) -> Reply {
        self.send("POST", "/sparql", &[QUERY, ("accept", "text/csv")], query.to_owned()).await
    }

    pub async fn update(&self, update: &str) -> Reply {
        self.send("POST", "/sparql", &[UPDATE, WRITE], update.to_owned()).await
    }
}

/// A server on a port of this machine, until it is dropped.
pub struct Server {
    pub address: SocketAddr,
    pub endpoint: Arc<Endpoint>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    pub fn start(settings: Settings, limits: listen::ConnectionLimits) -> Self {
        let endpoint = Endpoint::new(Arc::new(Embedded::memory().unwrap()), settings);
        let routes = router(&endpoint);
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let (bound, address) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async move {
                let any = listen::Address::Tcp(([127, 0, 0, 1], 0).into());
                let listener = listen::Listener::bind(&any).await.unwrap();
                bound.send(listener.name()).unwrap();
                listen::serve(listener, routes, limits, async { drop(stopped.await) }).await;
            });
            runtime.shutdown_timeout(Duration::from_secs(5));
        });
        let address = address.recv_timeout(Duration::from_secs(10)).unwrap().parse().unwrap();
        Self { address, endpoint, stop: Some(stop), thread: Some(thread) }
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// Sends bytes as they are and reads until the server closes.
    pub fn raw(&self, request: &[u8]) -> Vec<u8> {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        let mut reply = Vec::new();
        // A reset counts as an end.
        let _ = stream.read_to_end(&mut reply);
        reply
    }

    /// Sends a query by POST on a connection of its own and reads until the server closes.
    pub fn query(&self, query: &str, more: &str) -> String {
        let head = format!(
            "POST /sparql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/sparql-query\r\n{more}Content-Length: {}\r\n\r\n",
            query.len()
        );
        String::from_utf8_lossy(&self.raw(&[head.as_bytes(), query.as_bytes()].concat())).into_owned()
    }

    pub fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The status of a response in bytes.
pub fn status(reply: &[u8]) -> u16 {
    let line = String::from_utf8_lossy(reply.get(9..12).unwrap_or_default()).into_owned();
    line.parse().unwrap_or_else(|_| panic!("no response: {:?}", String::from_utf8_lossy(reply)))
}
