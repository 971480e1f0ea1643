//! Requests to an endpoint, tried again where that may help.

use std::io::Read;
use std::thread::sleep;
use std::time::Duration;

use serde::Deserialize;
use ureq::http::{HeaderMap, Method, Request, Response, header};
use ureq::{Agent, Body};

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
    /// Value of the header `Authorization`.
    pub authorization: Option<String>,
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
        Self { query, update, graph_store: None, authorization: None, timeout: None, batch: 1_000_000, tries: 5 }
    }
}

/// An answer whose body is still to be read.
pub(super) struct Answer {
    pub media_type: String,
    pub headers: HeaderMap,
    pub body: Box<dyn Read>,
}

impl Answer {
    /// The value of a header; nothing where there is none.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Reads the body to its end, so that the connection can serve again.
    pub(super) fn read_out(mut self) -> Result<(), StoreError> {
        std::io::copy(&mut self.body, &mut std::io::sink()).map(drop).map_err(|error| StoreError::Storage(error.into()))
    }
}

#[derive(Clone)]
pub(super) struct Client {
    agent: Agent,
    authorization: Option<String>,
    tries: u32,
}

impl Client {
    pub(super) fn new(endpoint: &Endpoint) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_global(endpoint.timeout)
            .user_agent(concat!("citypact/", env!("CARGO_PKG_VERSION")))
            .build();
        let authorization = endpoint.authorization.clone();
        Self { agent: config.into(), authorization, tries: endpoint.tries.max(1) }
    }

    pub(super) fn get(&self, url: &str, accept: &str) -> Result<Answer, StoreError> {
        self.send(&Call { method: Method::GET, url, content_type: None, accept, body: "", repeatable: true })
    }

    /// As [`Self::get`], once.
    pub(super) fn try_get(&self, url: &str, accept: &str) -> Result<Answer, StoreError> {
        let call = Call { method: Method::GET, url, content_type: None, accept, body: "", repeatable: true };
        match self.attempt(&call) {
            Ok(response) => answer(url, response),
            Err(error) => Err(StoreError::Unreachable { url: url.to_owned(), source: error.into() }),
        }
    }

    /// `repeatable`: whether it does no harm if the server runs it twice.
    pub(super) fn post(
        &self,
        url: &str,
        content_type: &str,
        accept: &str,
        body: &str,
        repeatable: bool,
    ) -> Result<Answer, StoreError> {
        let content_type = Some(content_type);
        self.send(&Call { method: Method::POST, url, content_type, accept, body, repeatable })
    }

    pub(super) fn put(&self, url: &str, content_type: &str, body: &str) -> Result<(), StoreError> {
        let content_type = Some(content_type);
        self.send(&Call { method: Method::PUT, url, content_type, accept: "*/*", body, repeatable: true })?.read_out()
    }

    fn send(&self, call: &Call<'_>) -> Result<Answer, StoreError> {
        let mut pause = FIRST_PAUSE;
        for attempt in 1.. {
            let outcome = self.attempt(call);
            let wait = match &outcome {
                Ok(response) => retry_after(response, pause),
                Err(error) => may_pass(error, call.repeatable).then_some(pause),
            };
            match (wait.filter(|_| attempt < self.tries), outcome) {
                (Some(wait), _) => sleep(wait),
                (None, Ok(response)) => return answer(call.url, response),
                (None, Err(error)) => {
                    return Err(StoreError::Unreachable { url: call.url.to_owned(), source: error.into() });
                }
            }
            pause *= 2;
        }
        Err(StoreError::Interrupted) // Not reached: the loop above has no end but its returns.
    }

    fn attempt(&self, call: &Call<'_>) -> Result<Response<Body>, ureq::Error> {
        let mut request =
            Request::builder().method(call.method.clone()).uri(call.url).header(header::ACCEPT, call.accept);
        if let Some(authorization) = &self.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        match call.content_type {
            Some(content_type) => {
                self.agent.run(request.header(header::CONTENT_TYPE, content_type).body(call.body.to_owned())?)
            }
            None => self.agent.run(request.body(())?),
        }
    }
}

struct Call<'a> {
    method: Method,
    url: &'a str,
    content_type: Option<&'a str>,
    accept: &'a str,
    body: &'a str,
    repeatable: bool,
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

fn answer(url: &str, response: Response<Body>) -> Result<Answer, StoreError> {
    let status = response.status().as_u16();
    let media_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or_default().to_owned();
    let headers = response.headers().clone();
    let body = response.into_body().into_reader();
    if (200..300).contains(&status) {
        return Ok(Answer { media_type, headers, body: Box::new(body) });
    }
    let mut reason = Vec::new();
    // A refusal without a readable reason is still a refusal.
    let _ = body.take(REASON).read_to_end(&mut reason);
    Err(refusal(url, status, &media_type, &String::from_utf8_lossy(&reason)))
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
