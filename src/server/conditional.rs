//! Conditional requests (RFC 9110 §13): entity tags, and what `If-Match` and `If-None-Match` make of them.
//!
//! A tag is strong and names a representation: `"{state}.{format}"`. A content coding makes it another representation, so
//! a compressed response gets `-gzip` or `-zstd` before the closing quote; both are cut off again where tags are compared.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

use super::problem::Problem;

/// An entity tag without its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag(String);

impl Tag {
    /// The tag of a state of the resource in a format. `state` is hexadecimal or digits, `format` a short name.
    pub fn new(state: &str, format: &str) -> Self {
        Self(format!("{state}.{format}"))
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

/// The tags in the fields of one name, quotes and codings removed; `*` stands for itself.
fn tags<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Vec<&'a str>> {
    let mut fields = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).peekable();
    fields.peek()?;
    let trimmed = |tag: &'a str| {
        let tag = tag.trim();
        let tag = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
        tag.strip_suffix("-gzip").or_else(|| tag.strip_suffix("-zstd")).unwrap_or(tag)
    };
    Some(fields.flat_map(|field| field.split(',')).map(trimmed).collect())
}

/// Whether the client has this representation already (`If-None-Match`, weak comparison).
pub fn is_known(headers: &HeaderMap, tag: &Tag) -> bool {
    tags(headers, &header::IF_NONE_MATCH).is_some_and(|tags| tags.iter().any(|known| *known == "*" || *known == tag.0))
}

/// The response that says so.
pub fn not_modified(tag: &Tag) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response.headers_mut().insert(header::ETAG, tag.value());
    response
}

/// Holds a change against `If-Match` and `If-None-Match`. `current` is the resource's state, `None` where there is none.
///
/// # Errors
/// 412 where the condition does not hold: somebody else has changed the resource meanwhile.
pub fn precondition(headers: &HeaderMap, current: Option<&str>) -> Result<(), Problem> {
    let names = |tags: &[&str]| {
        current.is_some_and(|state| tags.iter().any(|tag| *tag == "*" || Tag((*tag).to_owned()).state() == state))
    };
    let weak =
        headers.get_all(header::IF_MATCH).iter().any(|value| value.to_str().is_ok_and(|value| value.contains("W/")));
    if tags(headers, &header::IF_MATCH).is_some_and(|tags| weak || !names(&tags)) {
        return Err(failed("the graph is not in the state that If-Match names"));
    }
    if tags(headers, &header::IF_NONE_MATCH).is_some_and(|tags| names(&tags)) {
        return Err(failed("the graph is in a state that If-None-Match excludes"));
    }
    Ok(())
}

fn failed(detail: &str) -> Problem {
    Problem::new(StatusCode::PRECONDITION_FAILED, detail)
        .hint(Some("get it again, and repeat the change with its new ETag"))
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
        for known in ["\"5f.json\"", "W/\"5f.json\"", "\"x\", \"5f.json-gzip\"", "*"] {
            assert!(is_known(&with(header::IF_NONE_MATCH, known), &tag), "{known}");
        }
        assert!(!is_known(&with(header::IF_NONE_MATCH, "\"5f.csv\""), &tag));
        assert!(!is_known(&HeaderMap::new(), &tag));
    }

    #[test]
    fn changes_need_the_state_they_name() {
        let of = |name: HeaderName, value, current| precondition(&with(name, value), current).is_ok();
        assert!(of(header::IF_MATCH, "\"5f.turtle\"", Some("5f")));
        assert!(of(header::IF_MATCH, "*", Some("5f")));
        assert!(!of(header::IF_MATCH, "*", None));
        assert!(!of(header::IF_MATCH, "\"6f.turtle\"", Some("5f")));
        assert!(!of(header::IF_MATCH, "W/\"5f.turtle\"", Some("5f")));
        assert!(of(header::IF_NONE_MATCH, "*", None));
        assert!(!of(header::IF_NONE_MATCH, "*", Some("5f")));
    }
}
