//! Conditional requests (RFC 9110 §13): entity tags, and what `If-Match` and `If-None-Match` make of them.
//!
//! A tag is strong and names a representation: `"{state}.{format}"`. A content coding makes it another representation, so
//! a compressed response gets `-gzip` or `-zstd` before the closing quote; both are cut off again where tags are compared.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

use super::problem::Problem;
use super::response;

/// An entity tag without its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag(String);

impl Tag {
    /// The tag of a state of the resource in a format. `state` is hexadecimal or digits, `format` a short name.
    pub fn new(state: &str, format: &str) -> Self {
        Self(format!("{state}.{format}"))
    }

    /// The tag of a representation that is known by its bytes alone.
    pub fn of_bytes(bytes: &[u8], format: &str) -> Self {
        Self::new(&blake3::hash(bytes).to_hex()[..32], format)
    }

    /// As a header's value.
    pub fn value(&self) -> HeaderValue {
        // Made of ASCII letters, digits, `.` and `-` alone.
        HeaderValue::from_str(&format!("\"{}\"", self.0)).unwrap_or(HeaderValue::from_static("\"\""))
    }

    fn state(&self) -> &str {
        self.0.split('.').next().unwrap_or_default()
    }
}

/// The tags in the fields of one name as they stand there; `None` where there is no such field.
fn tags<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Vec<&'a str>> {
    let mut fields = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).peekable();
    fields.peek()?;
    Some(fields.flat_map(|field| field.split(',')).map(str::trim).collect())
}

/// What a tag is compared by: without its weakness, quotes and coding. `*` stands for itself.
fn bare(tag: &str) -> &str {
    let tag = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
    tag.strip_suffix("-gzip").or_else(|| tag.strip_suffix("-zstd")).unwrap_or(tag)
}

fn is_weak(tag: &str) -> bool {
    tag.starts_with("W/")
}

/// Holds a GET against its conditions: `Some` is the answer to one that needs no body, 304.
///
/// # Errors
/// 412 where `If-Match` names other representations (RFC 9110 §13.2.2: it is looked at first).
pub fn unchanged(headers: &HeaderMap, tag: &Tag) -> Result<Option<Response<Body>>, Problem> {
    let is_own = |known: &str| known == "*" || bare(known) == tag.0;
    if tags(headers, &header::IF_MATCH).is_some_and(|tags| !tags.iter().any(|known| !is_weak(known) && is_own(known))) {
        return Err(failed("there is no such representation any more"));
    }
    let known = tags(headers, &header::IF_NONE_MATCH).unwrap_or_default().into_iter().find(|known| is_own(known));
    Ok(known.map(|known| not_modified(known, tag)))
}

/// Bears the headers that the response with a body would bear (§15.4.5), and the tag as the client knows it.
fn not_modified(known: &str, tag: &Tag) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    mark(&mut response, tag);
    let known = known.strip_prefix("W/").unwrap_or(known);
    if let (true, Ok(known)) = (known != "*", HeaderValue::from_str(known)) {
        response.headers_mut().insert(header::ETAG, known);
    }
    response
}

/// Gives a negotiated response its tag. Caches may keep it and ask each time: the data may change at any moment.
pub fn mark(response: &mut Response<Body>, tag: &Tag) {
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag.value());
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
}

/// A response of bytes that are whole already, or 304.
///
/// # Errors
/// As [`unchanged`].
pub fn whole(
    headers: &HeaderMap,
    media_type: &'static str,
    bytes: impl Into<Bytes>,
) -> Result<Response<Body>, Problem> {
    let bytes = bytes.into();
    let tag = Tag::of_bytes(&bytes, "whole");
    if let Some(response) = unchanged(headers, &tag)? {
        return Ok(response);
    }
    let mut response = response::whole(media_type, bytes);
    mark(&mut response, &tag);
    Ok(response)
}

/// Holds a change against `If-Match` and `If-None-Match`. `current` is the resource's state, `None` where there is none.
///
/// # Errors
/// 412 where the condition does not hold: somebody else has changed the resource meanwhile.
pub fn precondition(headers: &HeaderMap, current: Option<&str>) -> Result<(), Problem> {
    let names = |tag: &str| current.is_some_and(|state| tag == "*" || Tag(bare(tag).to_owned()).state() == state);
    if tags(headers, &header::IF_MATCH).is_some_and(|tags| !tags.iter().any(|tag| !is_weak(tag) && names(tag))) {
        return Err(failed("the graph is not in the state that If-Match names"));
    }
    if tags(headers, &header::IF_NONE_MATCH).is_some_and(|tags| tags.iter().any(|tag| names(tag))) {
        return Err(failed("the graph is in a state that If-None-Match excludes"));
    }
    Ok(())
}

fn failed(detail: &str) -> Problem {
    Problem::new(StatusCode::PRECONDITION_FAILED, detail)
        .hint(Some("get it again, and repeat the request with its new ETag"))
}

/// Marks the tag of a compressed response as that of another representation.
pub fn mark_coding(mut response: Response<Body>) -> Response<Body> {
    let coding = response.headers().get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok());
    let tag = response.headers().get(header::ETAG).and_then(|value| value.to_str().ok());
    if let (Some(coding @ ("gzip" | "zstd")), Some(tag)) = (coding, tag)
        && let Some(tag) = tag.strip_suffix('"')
        && let Ok(value) = HeaderValue::from_str(&format!("{tag}-{coding}\""))
    {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn tags_are_compared_without_their_coding() {
        let tag = Tag::new("5f", "json");
        let sent = |known| {
            let response = unchanged(&with(header::IF_NONE_MATCH, known), &tag).unwrap()?;
            Some(response.headers()[header::ETAG].to_str().unwrap().to_owned())
        };
        for (known, sent_back) in [
            ("\"5f.json\"", "\"5f.json\""),
            ("W/\"5f.json\"", "\"5f.json\""),
            ("\"x\", \"5f.json-gzip\"", "\"5f.json-gzip\""),
            ("*", "\"5f.json\""),
        ] {
            assert_eq!(sent(known).as_deref(), Some(sent_back), "{known}");
        }
        assert_eq!(sent("\"5f.csv\""), None);
        assert!(unchanged(&HeaderMap::new(), &tag).unwrap().is_none());
    }

    #[test]
    fn a_get_may_insist_on_what_it_has_seen() {
        let tag = Tag::new("5f", "json");
        let answer = |known| unchanged(&with(header::IF_MATCH, known), &tag).map(|response| response.is_some());
        assert_eq!(answer("\"5f.json\"").ok(), Some(false));
        assert_eq!(answer("*").ok(), Some(false));
        assert_eq!(answer("\"6f.json\"").unwrap_err().status().as_u16(), 412);
        assert_eq!(answer("W/\"5f.json\"").unwrap_err().status().as_u16(), 412);
    }

    #[test]
    fn changes_need_the_state_they_name() {
        let of = |name: HeaderName, value, current| precondition(&with(name, value), current).is_ok();
        assert!(of(header::IF_MATCH, "\"5f.turtle\"", Some("5f")));
        assert!(of(header::IF_MATCH, "*", Some("5f")));
        assert!(!of(header::IF_MATCH, "*", None));
        assert!(!of(header::IF_MATCH, "\"6f.turtle\"", Some("5f")));
        assert!(!of(header::IF_MATCH, "W/\"5f.turtle\"", Some("5f")));
        assert!(of(header::IF_MATCH, "W/\"5f.turtle\", \"5f.turtle-zstd\"", Some("5f")));
        assert!(of(header::IF_NONE_MATCH, "*", None));
        assert!(!of(header::IF_NONE_MATCH, "*", Some("5f")));
    }
}
