//! Access log and slow-query log: a line of JSON for each request, written when its last byte has left, and one for each slow
//! evaluation.

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, header};
use axum::middleware::Next;
use hyper::body::{Body as _, Frame, SizeHint};
use serde::Serialize;

use crate::output::moves_the_cursor;
use crate::server::endpoint::Endpoint;
use crate::server::http::problem::Reason;
use crate::server::settings::Sink;

/// Who is at the other end of the connection, where that is known.
#[derive(Debug, Clone)]
pub struct Peer(pub String);

#[derive(Serialize)]
struct Line {
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    peer: Option<String>,
    method: String,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<String>,
    status: u16,
    bytes: u64,
    seconds: f64,
    /// Whether the body left whole.
    complete: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    /// Why the server failed, where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// A fault of the server.
#[derive(Serialize)]
struct Fault<'a> {
    time: String,
    method: &'a str,
    path: &'a str,
    status: u16,
    reason: &'a str,
}

#[derive(Serialize)]
struct Slow<'a> {
    time: String,
    seconds: f64,
    text: &'a str,
    outcome: &'a str,
}

/// Middleware that writes the access log and counts requests.
pub async fn access(State(endpoint): State<Arc<Endpoint>>, request: Request, next: Next) -> Response<Body> {
    let started = Instant::now();
    let mut line = Line {
        time: rfc3339((endpoint.settings.clock)()),
        peer: request.extensions().get::<Peer>().map(|peer| peer.0.clone()),
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        query: request.uri().query().map(|query| shortened(&without_secrets(query)).to_owned()),
        status: 0,
        bytes: 0,
        seconds: 0.0,
        complete: false,
        cache: None,
        agent: text(request.headers(), &header::USER_AGENT),
        reason: None,
    };
    let mut response = next.run(request).await;
    line.status = response.status().as_u16();
    line.cache = response.headers().get("cache-status").and_then(|value| value.to_str().ok()).map(str::to_owned);
    line.reason = response.extensions_mut().remove::<Reason>().map(|reason| reason.0);
    fault(&endpoint, &line);
    response.map(|body| Body::new(Logged { body, line: Some(line), started, endpoint }))
}

/// Notes what only whoever runs the server can mend.
fn fault(endpoint: &Endpoint, line: &Line) {
    let settings = &endpoint.settings;
    // A limit that was reached (503) is none.
    let reason = line.reason.as_deref().filter(|_| matches!(line.status, 500 | 507));
    if let (Some(sink), Some(reason)) = (&settings.fault_log, reason) {
        let (method, path) = (&*line.method, &*line.path);
        write(sink, &Fault { time: rfc3339((settings.clock)()), method, path, status: line.status, reason });
    }
}

fn text(headers: &HeaderMap, name: &header::HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(|value| shortened(value).to_owned())
}

/// A query string without the token that some clients put there (RFC 6750 §2.3), which counts for nothing here, but is one.
fn without_secrets(query: &str) -> Cow<'_, str> {
    let is_secret = |pair: &str| {
        let name = pair.split('=').next().unwrap_or_default();
        ["access_token", "token"].iter().any(|secret| name.eq_ignore_ascii_case(secret))
    };
    if !query.split('&').any(is_secret) {
        return Cow::Borrowed(query);
    }
    let kept = query.split('&').map(|pair| if is_secret(pair) { "access_token=***" } else { pair });
    Cow::Owned(kept.collect::<Vec<_>>().join("&"))
}

fn shortened(text: &str) -> &str {
    let end = (0..=text.len().min(2000)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[..end]
}

/// A body that writes its line when it is dropped.
struct Logged {
    body: Body,
    line: Option<Line>,
    started: Instant,
    endpoint: Arc<Endpoint>,
}

impl hyper::body::Body for Logged {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
        let ended = frame.is_none() || self.body.is_end_stream();
        if let Some(line) = &mut self.line {
            line.complete |= ended;
            line.bytes +=
                frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref()).map_or(0, |data| data.len() as u64);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Logged {
    fn drop(&mut self) {
        let Some(mut line) = self.line.take() else { return };
        let elapsed = self.started.elapsed();
        line.seconds = elapsed.as_secs_f64();
        line.complete |= self.body.is_end_stream();
        self.endpoint.metrics.request(line.status, elapsed, line.bytes);
        if let Some(sink) = &self.endpoint.settings.access_log {
            write(sink, &line);
        }
    }
}

/// Notes an evaluation that took long.
pub fn slow(endpoint: &Endpoint, text: &str, elapsed: Duration, outcome: &str) {
    let settings = &endpoint.settings;
    if let Some(sink) = settings.slow_log.as_ref().filter(|_| elapsed >= settings.slow) {
        write(sink, &Slow { time: rfc3339((settings.clock)()), seconds: elapsed.as_secs_f64(), text, outcome });
    }
}

fn write(sink: &Sink, line: &impl Serialize) {
    // Structs of strings and numbers always serialise.
    let mut text = inert(serde_json::to_string(line).unwrap_or_default());
    text.push('\n');
    let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
    // A log that cannot be written must not take the service down.
    let _ = sink.write_all(text.as_bytes()).and_then(|()| sink.flush());
}

/// JSON with what a terminal would act on written by number, for people look at logs; JSON itself asks so of C0 only
/// (RFC 8259 §7).
fn inert(json: String) -> String {
    if !json.chars().any(moves_the_cursor) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 16);
    for char in json.chars() {
        if moves_the_cursor(char) {
            out.push_str(&format!("\\u{:04x}", u32::from(char)));
        } else {
            out.push(char);
        }
    }
    out
}

/// A moment as RFC 3339 writes it, in UTC, with milliseconds.
pub fn rfc3339(since_1970: Duration) -> String {
    let seconds = since_1970.as_secs();
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", since_1970.subsec_millis())
}

/// Days since 1970-01-01 as a date of the Gregorian calendar; years begin in March while counting.
const fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + (month <= 2) as u64, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_log_moves_a_cursor() {
        let hostile = "\u{1b}[2J\u{9b}31m\u{202e}\u{7f}";
        let line = inert(serde_json::to_string(hostile).unwrap());
        assert_eq!(line, r#""\u001b[2J\u009b31m\u202e\u007f""#);
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), hostile);
    }

    #[test]
    fn tokens_stay_out_of_logs() {
        assert_eq!(without_secrets("query=ASK{}&Access_Token=s3cret&x"), "query=ASK{}&access_token=***&x");
        assert_eq!(without_secrets("query=token"), "query=token");
    }

    #[test]
    fn moments_are_written_as_dates() {
        let at = |seconds: u64| rfc3339(Duration::from_millis(seconds * 1000 + 7));
        assert_eq!(at(0), "1970-01-01T00:00:00.007Z");
        assert_eq!(at(951_782_400), "2000-02-29T00:00:00.007Z");
        assert_eq!(at(1_795_219_199), "2026-11-20T23:59:59.007Z");
        assert_eq!(at(4_107_542_400), "2100-03-01T00:00:00.007Z");
    }
}
