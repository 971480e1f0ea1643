//! What went wrong, told to the client: problem details (RFC 9457) for programs, a page for people in a browser, plain text for
//! others.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, RETRY_AFTER, VARY, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Response, StatusCode};
use axum::middleware::Next;
use axum::response::IntoResponse;
use serde::Serialize;
use serde_json::Value;

use super::negotiation::{self, Name};
use super::offered;
use crate::server::endpoint::Endpoint;
use crate::server::pages::{self, View};

/// A failure with its status code. Its causes of ours stay in the log; only what helps the client is told.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    detail: String,
    hint: Option<String>,
    /// Members of its own (RFC 9457 §3.2), for programs.
    more: BTreeMap<&'static str, Value>,
    retry_after: Option<u32>,
    challenge: Option<&'static str>,
    personal: bool,
    closing: bool,
    /// Why, for the log alone.
    cause: Option<Box<str>>,
}

/// How a problem is told.
#[derive(Debug, Clone, Copy)]
enum Form {
    Details,
    Text,
    Page,
}

/// What a response's line in the log says of a fault of the server.
#[derive(Debug, Clone)]
pub struct Reason(pub String);

/// A problem as programs read it.
#[derive(Serialize)]
struct Details<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
    #[serde(flatten)]
    more: &'a BTreeMap<&'static str, Value>,
}

impl Problem {
    /// A failure of this status; `detail` says what happened in this case.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            hint: None,
            more: BTreeMap::new(),
            retry_after: None,
            challenge: None,
            personal: false,
            closing: false,
            cause: None,
        }
    }

    /// The client's own fault: 400.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// Nothing of that name here: 404.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// A limit was reached; trying again after so many seconds may help: 503.
    pub fn unavailable(detail: impl Into<String>, retry_after: u32) -> Self {
        Self { retry_after: Some(retry_after), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, detail) }
    }

    /// Our own fault: 500.
    pub fn internal(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }

    /// The same as a thing that passes: 503.
    #[must_use]
    pub fn unavailable_for(self, retry_after: u32) -> Self {
        Self { status: StatusCode::SERVICE_UNAVAILABLE, retry_after: Some(retry_after), ..self }
    }

    /// What the client may do about it.
    #[must_use]
    pub fn hint(mut self, hint: Option<impl Into<String>>) -> Self {
        self.hint = hint.map(Into::into);
        self
    }

    /// Adds a member that programs may read.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.more.insert(name, value.into());
        self
    }

    /// Why it is so, for whoever runs the server: it goes to the log and to no client.
    #[must_use]
    pub fn because(self, cause: impl Into<String>) -> Self {
        Self { cause: Some(cause.into().into_boxed_str()), ..self }
    }

    /// What the log says of it: nothing of what is the client's affair.
    fn reason(&self) -> Option<Reason> {
        let cause = self.cause.as_ref().map(|cause| format!(": {cause}")).unwrap_or_default();
        self.status.is_server_error().then(|| Reason(format!("{}{cause}", self.detail)))
    }

    /// Says how to show a right (RFC 9110 §11.6.1).
    #[must_use]
    pub fn challenge(self, challenge: &'static str) -> Self {
        Self { challenge: Some(challenge), ..self }
    }

    /// Marks it as one that others who ask the same would not meet: their client has not gone.
    #[must_use]
    pub fn personal(self) -> Self {
        Self { personal: true, ..self }
    }

    /// Ends the connection with the response, where what follows on it may not be what it seems.
    #[must_use]
    pub fn closing(self) -> Self {
        Self { closing: true, ..self }
    }

    /// Whether others who ask the same would not meet it.
    pub const fn is_personal(&self) -> bool {
        self.personal
    }

    /// Its status code.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// What happened in this case.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// What the client may do about it, if that is known.
    pub fn advice(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// A member that programs may read.
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.more.get(name)
    }

    fn title(&self) -> &str {
        self.status.canonical_reason().unwrap_or("Error")
    }

    fn details(&self) -> Details<'_> {
        Details {
            kind: "about:blank",
            title: self.title(),
            status: self.status.as_u16(),
            detail: &self.detail,
            hint: self.hint.as_deref(),
            more: &self.more,
        }
    }

    /// The media type and the body that a client accepts; a page only where there is a view to make it for.
    fn render(&self, accept: Option<&str>, view: Option<&View>) -> (&'static str, String) {
        let offers = [
            ("application/problem+json", Name::Own, Form::Details),
            ("application/json", Name::Alias, Form::Details),
            ("text/plain", Name::Own, Form::Text),
            ("text/html", Name::Alias, Form::Page),
        ];
        match (negotiation::choose(accept, offers).unwrap_or(Form::Details), view) {
            // A struct of strings and a number always serialises.
            (Form::Details, _) => {
                ("application/problem+json", serde_json::to_string(&self.details()).unwrap_or_default())
            }
            (Form::Page, Some(view)) => {
                let page = pages::problem_page(view, self.status, &self.detail, self.hint.as_deref());
                ("text/html; charset=utf-8", page)
            }
            (Form::Text | Form::Page, _) => {
                let hint = self.hint.as_ref().map(|hint| format!("\nHint: {hint}")).unwrap_or_default();
                let text = format!("{} {}\n{}{hint}\n", self.status.as_u16(), self.title(), self.detail);
                ("text/plain; charset=utf-8", text)
            }
        }
    }
}

impl IntoResponse for Problem {
    /// An empty response that carries the problem; [`render`] gives it the body that the client asked for.
    fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        response.extensions_mut().insert(self);
        response
    }
}

/// Middleware that writes the body of problems as the client's `Accept` wants it, and makes problems of bare errors.
pub async fn render(State(endpoint): State<Arc<Endpoint>>, request: Request, next: Next) -> Response<Body> {
    let (headers, uri) = (request.headers().clone(), request.uri().clone());
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Problem>().or_else(|| bare(&response)) {
        Some(problem) => {
            let view = View::new(&endpoint, &headers, &uri);
            told(response, problem, offered::accept(&headers).as_deref(), Some(&view))
        }
        None => response,
    }
}

/// A response with the body that tells of a problem. It varies by what the client accepts, and nobody keeps it.
pub fn told(
    mut response: Response<Body>,
    problem: Problem,
    accept: Option<&str>,
    view: Option<&View>,
) -> Response<Body> {
    let (media_type, body) = problem.render(accept, view);
    *response.status_mut() = problem.status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(VARY, HeaderValue::from_static("Accept, Accept-Language, Cookie"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = problem.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(challenge) = problem.challenge {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    if problem.closing {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    if let Some(reason) = problem.reason() {
        response.extensions_mut().insert(reason);
    }
    *response.body_mut() = Body::from(body);
    response
}

/// The problem of an error that the router itself answered with: an unknown path, a method that is not allowed.
fn bare(response: &Response<Body>) -> Option<Problem> {
    // What tells of its fault in a page of its own is none of these.
    if response.headers().get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html")) {
        return None;
    }
    let detail = match response.status() {
        StatusCode::NOT_FOUND => "there is nothing at this address",
        StatusCode::METHOD_NOT_ALLOWED => "this address does not take this method; Allow names those it takes",
        status if status.is_client_error() => "the address cannot be read: is it UTF-8 once percent-decoded?",
        _ => return None,
    };
    Some(Problem::new(response.status(), detail))
}
