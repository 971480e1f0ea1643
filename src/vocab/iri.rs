//! The base of IRIs of the data, and data as a segment of an IRI (RFC 3987).

use iri_string::types::IriStr;

/// The IRI under which the nodes of the data are named; it ends in `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseIri(String);

/// Why a text cannot be the base of the data's IRIs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` cannot be the base of IRIs: it must be an absolute IRI that ends in `/`, without query or fragment")]
pub struct BaseIriError(String);

impl Default for BaseIri {
    fn default() -> Self {
        Self(super::ID.to_owned())
    }
}

impl BaseIri {
    /// Takes an absolute IRI that ends in `/`.
    ///
    /// # Errors
    /// Where the text is no absolute IRI (RFC 3987), does not end in `/`, or has a query or a fragment.
    pub fn new(text: impl Into<String>) -> Result<Self, BaseIriError> {
        let text = text.into();
        match IriStr::new(&text) {
            Ok(iri) if text.ends_with('/') && iri.query().is_none() && iri.fragment().is_none() => Ok(Self(text)),
            _ => Err(BaseIriError(text)),
        }
    }

    /// The base as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Encodes a segment of data: it is valid, stays under its path, and is another one than that of any other data.
pub fn encode(encoded: &mut String, data: &str) {
    if data.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') && !data.is_empty() {
        encoded.push_str(data);
    } else if data.is_empty() {
        encoded.push('~');
    } else if data.bytes().all(|byte| byte == b'.') {
        data.bytes().for_each(|_| encoded.push_str("%2E"));
    } else {
        data.chars().for_each(|c| encode_char(encoded, c));
    }
}

/// Encodes a character of a segment, where it may not stand as it is.
pub(crate) fn encode_char(encoded: &mut String, c: char) {
    if stays(c) { encoded.push(c) } else { percent(encoded, c) }
}

/// Encodes a character as the octets of its UTF-8, whatever it is.
pub(crate) fn percent(encoded: &mut String, c: char) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
        encoded.push('%');
        encoded.push(char::from(DIGITS[usize::from(byte >> 4)]));
        encoded.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

/// Letters, digits and `-._` of RFC 3987's `iunreserved`; `~` is kept for our own marks.
fn stays(c: char) -> bool {
    match c {
        '-' | '.' | '_' => true,
        _ if c.is_ascii() => c.is_ascii_alphanumeric(),
        _ => c.is_alphanumeric() && is_ucschar(c),
    }
}

/// RFC 3987 §2.2, `ucschar`.
fn is_ucschar(c: char) -> bool {
    match u32::from(c) {
        0xA0..=0xD7FF | 0xF900..=0xFDCF | 0xFDF0..=0xFFEF | 0xE1000..=0xEFFFD => true,
        code @ 0x10000..=0xDFFFF => code & 0xFFFF <= 0xFFFD,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_absolute_and_ends_in_a_slash() {
        assert!(BaseIri::new("https://example.org/data/").is_ok());
        for text in ["", "data/", "https://example.org", "https://example.org/?q=/", "https://example.org/#/", "a b:/"]
        {
            assert!(BaseIri::new(text).is_err(), "{text}");
        }
    }
}
