//! What a request says in its query string, its media type and its body: the first line, the second, and the rest.

use citypact::server::protocol::{Request, form_pairs, formats, is_update, most, operation, pairs, timeout};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::line;

pub fn run(bytes: &[u8]) {
    let mut parts = bytes.splitn(3, |byte| *byte == b'\n');
    let mut text = || std::str::from_utf8(parts.next().unwrap_or_default());
    let (Ok(query_string), Ok(content_type)) = (text(), text()) else { return };
    let body = parts.next().unwrap_or_default();
    for post in [false, true] {
        // Whatever it says, an answer or a reason.
        let content_type = Some(line(content_type).0).filter(|text| !text.is_empty());
        let _ = operation(Request { post, query_string, content_type, body }).map_err(|error| error.to_string());
        let _ = form_pairs(content_type, body).map_err(|error| error.to_string());
    }
    let _ =
        (formats(query_string), timeout(query_string), is_update(content_type), most(Some(content_type), body.len()));
    let Ok(found) = pairs(query_string) else { return };
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let written: Vec<_> = found.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    assert_eq!(pairs(&written.join("&")).as_ref().ok(), Some(&found), "written as {written:?}");
}
