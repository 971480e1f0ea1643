//! Requests to an endpoint, tried again where that may help.

use std::io::{self, Read};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde::Deserialize;
use ureq::http::{Method, Request, Response, Uri, header};
use ureq::{Agent, Body};

use super::credentials::{Authorization, Credentials};
use super::response::Answer;
use super::virtuoso;
use crate::store::error::StoreError;

const CONNECT: Duration = Duration::from_secs(10);
/// The longest wait that a server may ask for between two tries.
const PATIENCE: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// Characters of a refusal that are kept.
const REASON: u64 = 2000;

/// A SPARQL 1.1 endpoint and how to deal with it.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// URL of queries.
    pub query: String,
    /// URL of updates.
    pub update: String,
    /// URL of the Graph Store Protocol (indirect), where the server has one.
    pub graph_store: Option<String>,
    /// What opens it.
    pub credentials: Option<Credentials>,
    /// The longest an answer may take, to its last byte. No limit where not given.
    pub timeout: Option<Duration>,
    /// Roughly how many bytes an update may have.
    pub batch: usize,
    /// How often a request is made that fails in a way that may pass.
    pub tries: u32,
}

impl Endpoint {
    /// The endpoint at a URL, which takes queries and updates, or only queries if it ends in `/query`: then updates go to
    /// `/update` beside it.
    pub fn new(url: impl Into<String>) -> Self {
        let query = url.into();
        let update = query.strip_suffix("/query").map_or_else(|| query.clone(), |base| format!("{base}/update"));
        Self { query, update, graph_store: None, credentials: None, timeout: None, batch: 1_000_000, tries: 5 }
    }
}

#[derive(Clone)]
pub(super) struct Client {
    agent: Agent,
    authorization: Authorization,
    tries: u32,
}

/// A request that is made once or more often.
pub(super) struct Call<'a> {
    method: Method,
    url: &'a str,
    content_type: Option<&'a str>,
    accept: &'a str,
    body: &'a str,
    /// Whether it does no harm if the server carries it out twice.
    repeatable: bool,
    bounds: Bounds,
}

/// What an answer may take.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bounds {
    /// Time to its last byte, tries that failed and the pauses between them included.
    pub(super) time: Option<Duration>,
    /// Bytes.
    pub(super) bytes: Option<u64>,
}

impl<'a> Call<'a> {
    pub(super) fn get(url: &'a str, accept: &'a str) -> Self {
        let (method, bounds) = (Method::GET, Bounds::default());
        Self { method, url, content_type: None, accept, body: "", repeatable: true, bounds }
    }

    /// One that is not to be carried out twice.
    pub(super) fn post(url: &'a str, content_type: &'a str, accept: &'a str, body: &'a str) -> Self {
        let content_type = Some(content_type);
        Self { method: Method::POST, content_type, body, repeatable: false, ..Self::get(url, accept) }
    }

    pub(super) fn put(url: &'a str, content_type: &'a str, body: &'a str) -> Self {
        Self { method: Method::PUT, repeatable: true, ..Self::post(url, content_type, "*/*", body) }
    }

    pub(super) fn delete(url: &'a str) -> Self {
        Self { method: Method::DELETE, ..Self::get(url, "*/*") }
    }

    /// The same, which does no harm if it is carried out twice, where that is so.
    pub(super) fn repeatable(self, repeatable: bool) -> Self {
        Self { repeatable, ..self }
    }

    pub(super) fn within(self, bounds: Bounds) -> Self {
        Self { bounds, ..self }
    }
}

impl Client {
    pub(super) fn new(endpoint: &Endpoint) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_global(endpoint.timeout)
            .user_agent(concat!("citypact/", env!("CARGO_PKG_VERSION")))
            .build();
        let authorization = Authorization::new(endpoint.credentials.clone());
        Self { agent: config.into(), authorization, tries: endpoint.tries.max(1) }
    }

    /// Makes a request, and again after a pause that doubles where it fails in a way that may pass.
    pub(super) fn send(&self, call: &Call<'_>) -> Result<Answer, StoreError> {
        self.send_up_to(self.tries, call)
    }

    /// Makes a request once.
    pub(super) fn send_once(&self, call: &Call<'_>) -> Result<Answer, StoreError> {
        self.send_up_to(1, call)
    }

    fn send_up_to(&self, tries: u32, call: &Call<'_>) -> Result<Answer, StoreError> {
        let end = call.bounds.time.and_then(|time| Instant::now().checked_add(time));
        let mut pause = FIRST_PAUSE;
        for attempt in 1.. {
            let outcome = self.attempt(call, left(end));
            let wait = match &outcome {
                Ok(response) => retry_after(response, pause),
                Err(error) => may_pass(error, call.repeatable).then_some(pause),
            };
            let in_time = |wait: &Duration| left(end).is_none_or(|left| *wait < left);
            match (wait.filter(|_| attempt < tries).filter(in_time), outcome) {
                (Some(wait), _) => sleep(wait),
                (None, Ok(response)) => return answer(call, response),
                (None, Err(error)) => return Err(unreachable(call.url, error)),
            }
            pause *= 2;
        }
        Err(StoreError::Interrupted) // Not reached: the loop above has no end but its returns.
    }

    /// Makes a request, and again with what opens the endpoint where it asks for that.
    fn attempt(&self, call: &Call<'_>, time: Option<Duration>) -> Result<Response<Body>, ureq::Error> {
        let target = call.url.parse::<Uri>().ok().and_then(|uri| uri.path_and_query().map(ToString::to_string));
        let authorization = || self.authorization.header(call.method.as_str(), target.as_deref().unwrap_or("/"));
        let mut answered = authorization();
        let mut response = self.request(call, time, answered.as_deref())?;
        // Twice at most: for the first challenge, and for a nonce that has grown old.
        for _ in 0..2 {
            let fields = response.headers().get_all(header::WWW_AUTHENTICATE);
            let fields: Vec<&str> = fields.iter().filter_map(|value| value.to_str().ok()).collect();
            let is_asked = response.status().as_u16() == 401;
            if !is_asked || !self.authorization.challenged(fields.into_iter(), answered.is_some()) {
                break;
            }
            answered = authorization();
            response = self.request(call, time, answered.as_deref())?;
        }
        Ok(response)
    }

    fn request(
        &self,
        call: &Call<'_>,
        time: Option<Duration>,
        authorization: Option<&str>,
    ) -> Result<Response<Body>, ureq::Error> {
        let mut request =
            Request::builder().method(call.method.clone()).uri(call.url).header(header::ACCEPT, call.accept);
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        match call.content_type {
            Some(content_type) => {
                let request = request.header(header::CONTENT_TYPE, content_type).body(call.body.to_owned())?;
                self.agent.run(self.timed(request, time))
            }
            None => self.agent.run(self.timed(request.body(())?, time)),
        }
    }

    /// A request that ends with its time, where it has a time of its own.
    fn timed<S: ureq::AsSendBody>(&self, request: Request<S>, time: Option<Duration>) -> Request<S> {
        match time {
            Some(time) => self.agent.configure_request(request).timeout_global(Some(time)).build(),
            None => request,
        }
    }
}

/// The time left until an end; a little where it is over.
fn left(end: Option<Instant>) -> Option<Duration> {
    end.map(|end| end.saturating_duration_since(Instant::now()).max(Duration::from_millis(1)))
}

fn unreachable(url: &str, error: ureq::Error) -> StoreError {
    StoreError::Unreachable { url: url.to_owned(), source: error.into() }
}

/// How long to wait where the server says that it could not do it now.
fn retry_after(response: &Response<Body>, pause: Duration) -> Option<Duration> {
    if !matches!(response.status().as_u16(), 429 | 502 | 503 | 504) {
        return None;
    }
    let asked = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    Some(asked.map_or(pause, Duration::from_secs).min(PATIENCE))
}

/// Whether a failure may pass. One after the request went out only counts if the request may run twice.
fn may_pass(error: &ureq::Error, repeatable: bool) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, UnexpectedEof};
    match error {
        ureq::Error::Io(error) if error.kind() == ConnectionRefused => true,
        ureq::Error::Io(error) => {
            repeatable && matches!(error.kind(), ConnectionAborted | ConnectionReset | UnexpectedEof)
        }
        ureq::Error::ConnectionFailed => true,
        _ => false,
    }
}

fn answer(call: &Call<'_>, response: Response<Body>) -> Result<Answer, StoreError> {
    let status = response.status().as_u16();
    let media_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or_default().to_owned();
    let headers = response.headers().clone();
    let body = response.into_body().into_reader();
    if (200..300).contains(&status) {
        let body = Bounded { body, left: call.bounds.bytes.unwrap_or(u64::MAX) };
        return Ok(Answer { media_type, headers, body: Box::new(body) });
    }
    let mut reason = Vec::new();
    // A refusal without a readable reason is still a refusal.
    let _ = body.take(REASON).read_to_end(&mut reason);
    Err(refusal(call.url, status, &media_type, &String::from_utf8_lossy(&reason)))
}

/// Why an answer breaks off here: it is larger than what is taken.
#[derive(Debug, thiserror::Error)]
#[error("the answer is larger than what is taken here")]
pub struct TooLong;

/// A body of bounded size.
struct Bounded<R> {
    body: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.body.read(into)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| io::Error::other(TooLong))?;
        Ok(read)
    }
}

/// Why an answer ended before it was whole, on this side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Its time was over.
    Time,
    /// It was larger than what is taken.
    Size,
}

/// Whether an error is one of these, or rests on one.
pub(crate) fn ended(error: &(dyn std::error::Error + 'static)) -> Option<Ended> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<TooLong>() {
            return Some(Ended::Size);
        }
        if matches!(error.downcast_ref(), Some(ureq::Error::Timeout(_))) {
            return Some(Ended::Time);
        }
        // What an I/O error holds is not its source.
        let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = held.map(|held| held as &(dyn std::error::Error + 'static)).or_else(|| error.source());
    }
    None
}

/// Problem details (RFC 9457 §3.1) as far as people read them.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Problem {
    title: Option<String>,
    detail: Option<String>,
    hint: Option<String>,
}

/// What a refusal says, in words: of problem details what is meant for people, of a page its text.
fn refusal(url: &str, status: u16, media_type: &str, body: &str) -> StoreError {
    if let Some((reason, hint)) = virtuoso::told(body) {
        return StoreError::Refused { url: url.to_owned(), status, reason, hint };
    }
    let is_json = media_type.split(';').next().is_some_and(|essence| essence.trim().ends_with("json"));
    let problem: Problem = if is_json { serde_json::from_str(body).unwrap_or_default() } else { Problem::default() };
    let reason = match (problem.detail.or(problem.title), media_type.contains("html")) {
        (Some(told), _) => told,
        (None, true) => without_tags(body),
        (None, false) => body.trim().to_owned(),
    };
    let reason = if reason.is_empty() { "no reason given".to_owned() } else { reason };
    StoreError::Refused { url: url.to_owned(), status, reason, hint: problem.hint }
}

/// The words of a page.
fn without_tags(page: &str) -> String {
    let mut text = String::new();
    for part in page.split('<') {
        text.push_str(part.split_once('>').map_or(part, |(_, words)| words));
        text.push(' ');
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(media_type: &str, body: &str) -> (String, Option<String>) {
        match refusal("http://a", 400, media_type, body) {
            StoreError::Refused { reason, hint, .. } => (reason, hint),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn refusals_are_told_in_words() {
        let problem = r#"{"type":"about:blank","title":"Bad Request","status":400,"detail":"no","hint":"try"}"#;
        assert_eq!(told("application/problem+json", problem), ("no".into(), Some("try".into())));
        assert_eq!(told("application/json; charset=utf-8", "{\"title\":\"Gone\"}"), ("Gone".into(), None));
        assert_eq!(told("text/html", "<html><h1>Not</h1>\n<p>here"), ("Not here".into(), None));
        assert_eq!(told("text/plain", " no query\n"), ("no query".into(), None));
        assert_eq!(told("", ""), ("no reason given".into(), None));
        assert_eq!(told("application/json", "{bro"), ("{bro".into(), None));
    }
}
