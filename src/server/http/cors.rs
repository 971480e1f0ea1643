//! The CORS protocol (Fetch standard §3.2): pages of any origin may ask, for there are no cookies that they could misuse.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};
use axum::middleware::Next;

/// What a preflight allows.
const ALLOWED: [(HeaderName, &str); 3] = [
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST, PUT, DELETE, OPTIONS"),
    (
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        // `*` does not stand for Authorization (Fetch standard §4.10), and browsers of old do not know it.
        "*, accept, authorization, content-type, content-encoding, if-match, if-none-match",
    ),
    (header::ACCESS_CONTROL_MAX_AGE, "86400"),
];

/// What a page may read of any response.
const OPEN: [(HeaderName, &str); 2] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        "allow, cache-status, citypact-change, citypact-epoch, content-encoding, content-location, date, etag, location, retry-after, vary, www-authenticate",
    ),
];

/// Middleware that answers preflights and opens every response. An OPTIONS that is no preflight goes on to its route.
pub async fn allow(request: Request, next: Next) -> Response<Body> {
    let is_preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ORIGIN)
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if is_preflight { preflight() } else { next.run(request).await };
    set(&mut response, OPEN);
    response
}

fn preflight() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    set(&mut response, ALLOWED);
    response
}

fn set<const N: usize>(response: &mut Response<Body>, headers: [(HeaderName, &'static str); N]) {
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
}
