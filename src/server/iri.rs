//! Between the address of a request, which is ASCII, and the IRI that it stands for (RFC 3987 §3).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stays as it is in an address.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'#')
    .remove(b'[')
    .remove(b']')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b'%');

/// The address of an IRI: its non-ASCII characters percent-encoded as UTF-8 (§3.1).
pub fn to_uri(iri: &str) -> String {
    utf8_percent_encode(iri, KEPT).to_string()
}

/// The IRI of an address: percent-encoded characters that an IRI may hold as they are become so (§3.2). What encodes
/// ASCII, private use, controls of direction or no UTF-8 at all stays encoded, in capitals.
pub fn from_uri(uri: &str) -> String {
    let bytes = uri.as_bytes();
    let mut iri = String::with_capacity(uri.len());
    let mut at = 0;
    while at < bytes.len() {
        let encoded: Vec<u8> = bytes[at..].chunks_exact(3).map_while(octet).collect();
        if encoded.is_empty() {
            let end = uri[at + 1..].find('%').map_or(bytes.len(), |end| at + 1 + end);
            iri.push_str(&uri[at..end]);
            at = end;
        } else {
            at += 3 * encoded.len();
            decode(&encoded, &mut iri);
        }
    }
    iri
}

fn octet(chunk: &[u8]) -> Option<u8> {
    let [b'%', high, low] = chunk else { return None };
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(high)? << 4 | digit(low)?)
}

fn decode(bytes: &[u8], iri: &mut String) {
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if is_ucschar(character) {
                iri.push(character);
            } else {
                encode(character.encode_utf8(&mut [0; 4]).as_bytes(), iri);
            }
        }
        encode(chunk.invalid(), iri);
    }
}

fn encode(bytes: &[u8], iri: &mut String) {
    bytes.iter().for_each(|byte| iri.push_str(&format!("%{byte:02X}")));
}

/// `ucschar` of RFC 3987 §2.2 without the controls of direction (§4.1).
const fn is_ucschar(character: char) -> bool {
    let code = character as u32;
    match code {
        0x200E | 0x200F | 0x202A..=0x202E | 0x2066..=0x2069 => false,
        0xA0..=0xD7FF | 0xF900..=0xFDCF | 0xFDF0..=0xFFEF => true,
        0x10000..=0xEFFFD => code & 0xFFFF < 0xFFFE && code >= 0x10000 && !(code >= 0xE0000 && code < 0xE1000),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_iris_stand_for_each_other() {
        let iri = "https://w3id.org/citypact/id/place/昆明-ü%2F%E2%80%8E%ff";
        assert_eq!(from_uri(&to_uri(iri)), iri.replace("%ff", "%FF"));
        assert_eq!(to_uri("http://a/昆"), "http://a/%E6%98%86");
        assert_eq!(from_uri("%E6%98%86%"), "昆%");
        assert_eq!(from_uri("a%2fb%EE%80%80"), "a%2Fb%EE%80%80");
    }
}
