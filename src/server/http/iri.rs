//! IRI to URI mapping: between the address of a request, which is ASCII, and the IRI that it stands for (RFC 3987 §3).

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
/// ASCII, private use, controls of direction or no UTF-8 at all stays as it is written.
pub fn from_uri(uri: &str) -> String {
    spelt(&pieces(&to_uri(uri)), |_| true)
}

/// Every IRI whose address this is: an IRI may hold a character as it is, or percent-encoded, and its address shows no
/// difference. That of [`from_uri`] is the first. Of an address with very many such characters, those IRIs are left out
/// that write some of its words in one way and some in the other.
pub fn spellings(address: &str) -> Vec<String> {
    let uri = to_uri(address);
    let pieces = pieces(&uri);
    let units = units(&pieces);
    let count = units.iter().flatten().max().map_or(0, |last| last + 1);
    let spelling = |encoded: u32| spelt(&pieces, |at| units[at].is_some_and(|unit| encoded >> unit & 1 == 0));
    (0..1 << count).map(spelling).collect()
}

/// The address with its percent-encoding in capitals, as a client may send it for an IRI that has them so (RFC 3986 §6.2.2.1).
pub fn in_capitals(address: &str) -> String {
    let mut digits = 0;
    let capital = |character: char| {
        let is_digit = digits > 0;
        digits = if character == '%' { 2 } else { digits.max(1) - 1 };
        if is_digit { character.to_ascii_uppercase() } else { character }
    };
    address.chars().map(capital).collect()
}

/// Most characters, or runs of them, that [`spellings`] takes one by one.
const MOST_UNITS: usize = 8;

/// A part of an address.
enum Piece<'u> {
    /// Stays as it is.
    Text(&'u str),
    /// A character that an IRI may hold as it is, and how the address writes it.
    Character(char, &'u str),
}

fn pieces(uri: &str) -> Vec<Piece<'_>> {
    let bytes = uri.as_bytes();
    let (mut pieces, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let encoded: Vec<u8> = bytes[at..].chunks_exact(3).map_while(octet).collect();
        if encoded.is_empty() {
            let end = uri[at + 1..].find('%').map_or(bytes.len(), |end| at + 1 + end);
            pieces.push(Piece::Text(&uri[at..end]));
            at = end;
        } else {
            let end = at + 3 * encoded.len();
            characters(&encoded, &uri[at..end], &mut pieces);
            at = end;
        }
    }
    pieces
}

/// The characters that octets encode, each with its part of the text.
fn characters<'u>(octets: &[u8], mut text: &'u str, pieces: &mut Vec<Piece<'u>>) {
    let mut take = |length: usize| {
        let (part, rest) = text.split_at(3 * length);
        text = rest;
        part
    };
    for chunk in octets.utf8_chunks() {
        for character in chunk.valid().chars() {
            let part = take(character.len_utf8());
            pieces.push(if is_ucschar(character) { Piece::Character(character, part) } else { Piece::Text(part) });
        }
        if !chunk.invalid().is_empty() {
            pieces.push(Piece::Text(take(chunk.invalid().len())));
        }
    }
}

/// For each piece the unit that it belongs to: every character is one, or, where they are many, every run of them, or all.
fn units(pieces: &[Piece<'_>]) -> Vec<Option<usize>> {
    let number = |begins: &dyn Fn(usize) -> bool| {
        let mut next = 0;
        let units = pieces.iter().enumerate().map(|(at, piece)| {
            let is_character = matches!(piece, Piece::Character(..));
            next += usize::from(is_character && begins(at));
            is_character.then(|| next - 1)
        });
        units.collect::<Vec<_>>()
    };
    let each = |_: usize| true;
    let runs = |at: usize| at == 0 || !matches!(pieces[at - 1], Piece::Character(..));
    let first = pieces.iter().position(|piece| matches!(piece, Piece::Character(..)));
    let is_few = |units: &Vec<Option<usize>>| units.iter().flatten().all(|unit| *unit < MOST_UNITS);
    let finer = [number(&each), number(&runs)];
    finer.into_iter().find(is_few).unwrap_or_else(|| number(&|at| Some(at) == first))
}

/// The pieces together, those characters as they are that `is_plain` says.
fn spelt(pieces: &[Piece<'_>], is_plain: impl Fn(usize) -> bool) -> String {
    let mut iri = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Character(character, _) if is_plain(at) => iri.push(*character),
            Piece::Character(_, text) | Piece::Text(text) => iri.push_str(text),
        }
    }
    iri
}

fn octet(chunk: &[u8]) -> Option<u8> {
    let [b'%', high, low] = chunk else { return None };
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(high)? << 4 | digit(low)?)
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
        assert_eq!(from_uri(&to_uri(iri)), iri);
        assert_eq!(to_uri("http://a/昆"), "http://a/%E6%98%86");
        assert_eq!(from_uri("%E6%98%86%"), "昆%");
        assert_eq!(from_uri("a%2fb%EE%80%80"), "a%2fb%EE%80%80");
        assert_eq!(in_capitals("a%2fb%e6%98%86-af%"), "a%2Fb%E6%98%86-af%");
    }

    #[test]
    fn characters_may_be_encoded_in_an_iri() {
        let all = spellings("/%E6%98%86%2f%c3%bc");
        assert_eq!(all, ["/昆%2fü", "/%E6%98%86%2fü", "/昆%2f%c3%bc", "/%E6%98%86%2f%c3%bc"]);
        let words = format!("/{}/a", to_uri(&"昆明".repeat(20)));
        assert_eq!(spellings(&words), [format!("/{}/a", "昆明".repeat(20)), words]);
        let many = to_uri(&"昆-".repeat(20));
        assert_eq!(spellings(&many), ["昆-".repeat(20), many]);
    }

    /// Parts of IRIs: plain, encoded in capitals and not, of every sort that has been taken for another.
    fn part() -> impl proptest::strategy::Strategy<Value = String> {
        use proptest::prelude::*;
        let odd = [
            "%2F",
            "%2f",
            "%20",
            "%25",
            "%2541",
            "%41",
            "%7E",
            "~",
            "'",
            "(",
            ")",
            "%2E%2E",
            "%2e",
            ".",
            "..",
            "/",
            "//",
            "%E6%98%86",
            "%e6%98%86",
            "昆",
            "𠮷",
            "%F0%A0%AE%B7",
            "%FF",
            "%ff",
            "%EE%80%80",
            "@",
            ":",
            "!",
            "*",
            ";",
            "=",
            "+",
            "&",
            "?",
            "-",
        ];
        prop_oneof![prop::sample::select(odd.to_vec()).prop_map(str::to_owned), "[a-z0-9._~-]{0,4}"]
    }

    proptest::proptest! {
        #[test]
        fn an_iri_is_one_of_those_that_its_address_stands_for(parts in proptest::collection::vec(part(), 0..8)) {
            let iri = format!("https://w3id.org/citypact/id/{}", parts.concat());
            proptest::prop_assert!(spellings(&to_uri(&iri)).contains(&iri), "{}", iri);
        }
    }
}
