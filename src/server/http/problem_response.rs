//! Problems as responses: problem details (RFC 9457) for programs, a page for people in a browser, plain text for others.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, RETRY_AFTER, VARY, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Response, StatusCode};
use axum::middleware::Next;

use super::cause::Cause;
use super::negotiation::{self, Name};
use super::offered;
use super::problem::Problem;
use crate::server::endpoint::Endpoint;
use crate::server::pages::{self, View};

/// How a problem is told.
#[derive(Debug, Clone, Copy)]
enum Form {
    Details,
    Text,
    Page,
}

impl Problem {
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
            (Form::Page, Some(view)) => ("text/html; charset=utf-8", pages::problem_page(view, self)),
            (Form::Text | Form::Page, _) => {
                let hint = self.hint.as_ref().map(|hint| format!("\nHint: {hint}")).unwrap_or_default();
                let text = format!("{} {}\n{}{hint}\n", self.status.as_u16(), self.title(), self.detail);
                ("text/plain; charset=utf-8", text)
            }
        }
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
    let status = response.status();
    Some(match status {
        StatusCode::NOT_FOUND => Problem::new(status, "there is nothing at this address").of_kind(Cause::NoAddress),
        StatusCode::METHOD_NOT_ALLOWED => {
            Problem::new(status, "this address does not take this method; Allow names those it takes")
                .of_kind(Cause::NoMethod)
        }
        status if status.is_client_error() => {
            Problem::new(status, "the address cannot be read: is it UTF-8 once percent-decoded?")
        }
        _ => return None,
    })
}
