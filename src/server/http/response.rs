//! Responses whose body is whole already.

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Response, header};

/// The bytes of a body that is whole already.
pub fn whole(media_type: &'static str, bytes: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Body::from(bytes.into()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}
