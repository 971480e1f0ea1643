//! Problems: what went wrong, as it is told to the client (RFC 9457).

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use serde::Serialize;
use serde_json::Value;

use super::cause::Cause;

/// A failure with its status code. Its causes of ours stay in the log; only what helps the client is told.
#[derive(Debug, Clone)]
pub struct Problem {
    pub(super) status: StatusCode,
    pub(super) detail: String,
    pub(super) hint: Option<Box<str>>,
    /// Members of its own (RFC 9457 §3.2), for programs.
    more: BTreeMap<&'static str, Value>,
    pub(super) retry_after: Option<u32>,
    pub(super) challenge: Option<&'static str>,
    personal: bool,
    pub(super) closing: bool,
    /// What kind of thing went wrong, where it is of a kind: people are told it in their own language.
    kind: Option<Box<Cause>>,
    /// Why, for the log alone.
    cause: Option<Box<str>>,
}

/// What a response's line in the log says of a fault of the server.
#[derive(Debug, Clone)]
pub struct Reason(pub String);

/// A problem as programs read it.
#[derive(Serialize)]
pub(super) struct Details<'a> {
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
            kind: None,
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
        self.hint = hint.map(|hint| hint.into().into_boxed_str());
        self
    }

    /// Adds a member that programs may read.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.more.insert(name, value.into());
        self
    }

    /// Says what kind of thing went wrong: `code`, and `limit` where one was reached.
    #[must_use]
    pub fn of_kind(mut self, kind: Cause) -> Self {
        self.more.insert("code", kind.code().into());
        self.more.extend(kind.limit().map(|limit| ("limit", limit.into())));
        self.kind = Some(Box::new(kind));
        self
    }

    /// Why it is so, for whoever runs the server: it goes to the log and to no client.
    #[must_use]
    pub fn because(self, cause: impl Into<String>) -> Self {
        Self { cause: Some(cause.into().into_boxed_str()), ..self }
    }

    /// What the log says of it: nothing of what is the client's affair.
    pub(super) fn reason(&self) -> Option<Reason> {
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

    /// What kind of thing went wrong, if it is of a kind.
    pub fn kind(&self) -> Option<&Cause> {
        self.kind.as_deref()
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

    pub(super) fn title(&self) -> &str {
        self.status.canonical_reason().unwrap_or("Error")
    }

    pub(super) fn details(&self) -> Details<'_> {
        Details {
            kind: "about:blank",
            title: self.title(),
            status: self.status.as_u16(),
            detail: &self.detail,
            hint: self.hint.as_deref(),
            more: &self.more,
        }
    }
}

impl IntoResponse for Problem {
    /// An empty response that carries the problem; [`super::problem_response`] gives it the body that the client asked for.
    fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        response.extensions_mut().insert(self);
        response
    }
}
