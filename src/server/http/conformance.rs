//! HTTP conformance: what HTTP/1.1 asks of a server beside what the connection's own library sees to (RFC 9112, RFC 9110).

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::IntoResponse;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::offered;
use super::problem::Problem;
use super::problem_response;

/// Bytes of a result that a client of HTTP/1.0 gets at most.
const WHOLE: usize = 32 << 20;

/// Middleware that refuses requests whose head is none of HTTP/1.1's, and answers `OPTIONS *`.
pub async fn checked(mut request: Request, next: Next) -> Response<Body> {
    if let Err(problem) = host(&mut request).and_then(|()| codings(request.headers())).and_then(|()| expected(&request))
    {
        return problem.into_response();
    }
    if request.method() == Method::OPTIONS && request.uri().path() == "*" {
        return all_methods();
    }
    next.run(request).await
}

/// One valid host (RFC 9112 §3.2), which is that of the target where that is absolute (§3.2.2).
fn host(request: &mut Request) -> Result<(), Problem> {
    let hosts: Vec<_> = request.headers().get_all(header::HOST).iter().collect();
    let refused = |detail| Err(Problem::bad_request(detail));
    match hosts[..] {
        [] if request.version() >= Version::HTTP_11 && request.uri().authority().is_none() => {
            return refused("the request names no Host");
        }
        [] => {}
        [host] if is_host(host) => {}
        [_] => return refused("the Host is none"),
        _ => return refused("the request names several Hosts"),
    }
    if let Some(authority) = request.uri().authority()
        && let Ok(host) = HeaderValue::from_str(authority.as_str())
    {
        request.headers_mut().insert(header::HOST, host);
    }
    Ok(())
}

fn is_host(host: &HeaderValue) -> bool {
    host.is_empty()
        || axum::http::uri::Authority::try_from(host.as_bytes()).is_ok_and(|host| !host.as_str().contains('@'))
}

/// Codings that cannot be undone, and such as stand twice, which one server reads otherwise than the next (RFC 9112 §6.1,
/// §11.2). The connection's library drops a length beside them and closes afterwards.
fn codings(headers: &HeaderMap) -> Result<(), Problem> {
    if headers.get_all(header::TRANSFER_ENCODING).iter().count() > 1 {
        return Err(Problem::bad_request("the request says more than once how its body ends").closing());
    }
    let plain = |value: &HeaderValue| value.to_str().is_ok_and(|value| value.trim().eq_ignore_ascii_case("chunked"));
    if headers.get_all(header::TRANSFER_ENCODING).iter().all(plain) {
        Ok(())
    } else {
        Err(Problem::new(StatusCode::NOT_IMPLEMENTED, "the only Transfer-Encoding known here is chunked")
            .hint(Some("compress the body by Content-Encoding: gzip or zstd")))
    }
}

/// Expectations other than the one there is (RFC 9110 §10.1.1).
fn expected(request: &Request) -> Result<(), Problem> {
    let known = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"100-continue");
    if request.headers().get_all(header::EXPECT).iter().all(known) {
        Ok(())
    } else {
        Err(Problem::new(StatusCode::EXPECTATION_FAILED, "the only expectation known here is 100-continue"))
    }
}

/// `OPTIONS *`: what the server as a whole can do (RFC 9110 §9.3.7).
fn all_methods() -> Response<Body> {
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST, PUT, DELETE, OPTIONS"));
    response
}

/// Middleware for clients of HTTP/1.0, which know no chunks and so cannot tell a body that broke off from one that is
/// whole: they get it at once and measured, or a true status.
pub async fn whole(request: Request, next: Next) -> Response<Body> {
    if request.version() >= Version::HTTP_11 {
        return next.run(request).await;
    }
    let accept = offered::accept(request.headers());
    let (mut parts, body) = next.run(request).await.into_parts();
    match Limited::new(body, WHOLE).collect().await {
        Ok(body) => Response::from_parts(parts, Body::from(body.to_bytes())),
        Err(error) => {
            let problem = if error.is::<LengthLimitError>() {
                Problem::new(StatusCode::HTTP_VERSION_NOT_SUPPORTED, "a result as large as this needs HTTP/1.1")
                    .hint(Some("a proxy before the server may be told so: proxy_http_version 1.1"))
            } else {
                Problem::unavailable(error.to_string(), 5)
            };
            parts.headers.remove(header::CONTENT_ENCODING);
            parts.headers.remove(header::ETAG);
            problem_response::told(Response::from_parts(parts, Body::empty()), problem, accept.as_deref(), None)
        }
    }
}

/// Makes one field of what caches must know that a response varies by (RFC 9110 §12.5.5).
pub fn vary(mut response: Response<Body>) -> Response<Body> {
    let fields: Vec<_> =
        response.headers().get_all(header::VARY).iter().filter_map(|value| value.to_str().ok()).collect();
    let by = |name: &&str| {
        let named = || fields.iter().flat_map(|field| field.split(',')).any(|by| by.trim().eq_ignore_ascii_case(name));
        *name == "Accept-Encoding" || named()
    };
    let names: Vec<_> = ["Accept", "Accept-Encoding", "Accept-Language", "Cookie"].into_iter().filter(by).collect();
    if let Ok(value) = HeaderValue::from_str(&names.join(", ")) {
        response.headers_mut().insert(header::VARY, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_told_from_other_things() {
        for host in ["example.org", "example.org:80", "[::1]:7878", "127.0.0.1", ""] {
            assert!(is_host(&HeaderValue::from_static(host)), "{host}");
        }
        for host in ["a b", "a/b", "user@example.org", "a?b", "<a>"] {
            assert!(!is_host(&HeaderValue::from_static(host)), "{host}");
        }
    }
}
