//! IRIs made from keys alone (ontology/README.md, "IRIs"): a key is data, and whatever it contains, the IRI is valid
//! (RFC 3987), stays under its path, and is another one than that of any other key.

use std::borrow::Cow;

use crate::record::Date;
use crate::vocab::BaseIri;
use crate::vocab::iri::{encode, encode_char, percent};

/// Longest path after the base, and longest fragment, in characters.
pub const LIMIT: usize = 120;
/// Characters of a hash in hexadecimal.
const HASH: usize = 32;

impl BaseIri {
    /// Starts the IRI of a node of one kind: `place`, `tie`, …
    pub fn path(&self, kind: &'static str) -> Path {
        let mut text = String::with_capacity(self.as_str().len() + 80);
        text.push_str(self.as_str());
        text.push_str(kind);
        Path { text, base: self.as_str().len() }
    }
}

/// What names a node within its kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key<'a> {
    /// An id that somebody chose.
    Id(Cow<'a, str>),
    /// A hash, [`minted`] from a description.
    Minted(String),
    /// An id of a record that is no place, where mostly places stand: its type goes before it.
    Typed(&'static str, Cow<'a, str>),
}

impl Key<'_> {
    fn encode(&self, encoded: &mut String) {
        match self {
            Self::Id(id) => encode_id(encoded, id),
            Self::Minted(hash) => encoded.push_str(hash),
            Self::Typed(kind, id) => {
                encoded.push_str(kind);
                encoded.push(':');
                encode_id(encoded, id);
            }
        }
    }
}

/// An IRI under construction, segment by segment.
#[derive(Debug, Clone)]
pub struct Path {
    text: String,
    base: usize,
}

impl Path {
    /// A segment of the vocabulary's own making, such as a code.
    #[must_use]
    pub fn fixed(mut self, segment: &str) -> Self {
        self.text.push('/');
        self.text.push_str(segment);
        self
    }

    /// A segment of data.
    #[must_use]
    pub fn segment(mut self, data: &str) -> Self {
        self.text.push('/');
        encode(&mut self.text, data);
        self
    }

    /// A segment of data that must not be taken for a date, a number or a fixed word: its first character is encoded
    /// where it could be.
    #[must_use]
    pub fn segment_unlike(mut self, data: &str, taken: impl Fn(&str) -> bool) -> Self {
        if !taken(data) {
            return self.segment(data);
        }
        self.text.push('/');
        encode_first(&mut self.text, data);
        self
    }

    /// The id of a document, an event or the like beside which dates may stand.
    #[must_use]
    pub fn segment_undated(self, id: &str) -> Self {
        self.segment_unlike(id, |id| id.parse::<Date>().is_ok())
    }

    /// A segment of one key.
    #[must_use]
    pub fn key(mut self, key: &Key<'_>) -> Self {
        self.text.push('/');
        key.encode(&mut self.text);
        self
    }

    /// A segment of several keys in the order given, `a--b`.
    #[must_use]
    pub fn keys<'k>(mut self, keys: impl IntoIterator<Item = &'k Key<'k>>) -> Self {
        self.text.push('/');
        join(&mut self.text, keys);
        self
    }

    /// What there is of it so far.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The IRI; a path of more than [`LIMIT`] characters is cut and ends in the hash of all of it.
    pub fn finish(mut self) -> String {
        cut(&mut self.text, self.base);
        self.text
    }
}

/// Starts an IRI right under `base`, which does not end in `/`.
pub(crate) fn under(base: &str) -> Path {
    Path { text: base.to_owned(), base: base.len() }
}

/// A fragment IRI of `owner`, for a node that is part of it: `{owner}#{name}-{a}--{b}`.
pub fn fragment<'k>(owner: &str, name: &str, keys: impl IntoIterator<Item = &'k Key<'k>>) -> String {
    let mut text = String::with_capacity(owner.len() + name.len() + 40);
    text.push_str(owner);
    text.push('#');
    let base = text.len();
    text.push_str(name);
    let named = text.len();
    text.push('-');
    join(&mut text, keys);
    if text.len() == named + 1 {
        text.truncate(named);
    }
    cut(&mut text, base);
    text
}

/// The hash that stands for a description: 32 hexadecimal digits, the first half of BLAKE3 of the parts, each ended by
/// the byte 0xFF, which no text contains.
pub fn hash<'p>(parts: impl IntoIterator<Item = &'p str>) -> String {
    let mut bytes = Vec::with_capacity(200);
    for part in parts {
        bytes.extend_from_slice(part.as_bytes());
        bytes.push(0xFF);
    }
    hash_bytes(&bytes)
}

/// The key of a node that has no id: `x-` and the [`hash`] of what is known of it.
pub fn minted<'p>(parts: impl IntoIterator<Item = &'p str>) -> Key<'static> {
    Key::Minted(format!("x-{}", hash(parts)))
}

fn hash_bytes(bytes: &[u8]) -> String {
    String::from(&blake3::hash(bytes).to_hex()[..HASH])
}

/// Cuts what stands after `base` to [`LIMIT`] characters, its end a hash of what it was.
fn cut(text: &mut String, base: usize) {
    if text.len() - base <= LIMIT || text[base..].chars().count() <= LIMIT {
        return;
    }
    let full = hash_bytes(&text.as_bytes()[base..]);
    let kept = text[base..].char_indices().nth(LIMIT - HASH - 1).map_or(text.len(), |(at, _)| base + at);
    text.truncate(whole_escapes(text, kept));
    text.push('~');
    text.push_str(&full);
}

/// The last position up to `end` that lies in no percent-encoded octet.
fn whole_escapes(text: &str, end: usize) -> usize {
    match text.as_bytes()[..end] {
        [.., b'%'] => end - 1,
        [.., b'%', _] => end - 2,
        _ => end,
    }
}

fn encode_id(encoded: &mut String, id: &str) {
    if looks_minted(id) {
        encode_first(encoded, id);
    } else {
        encode(encoded, id);
    }
}

/// Encodes a segment with its first character percent-encoded whatever it is.
fn encode_first(encoded: &mut String, data: &str) {
    let mut chars = data.chars();
    if let Some(first) = chars.next() {
        percent(encoded, first);
    }
    chars.for_each(|c| encode_char(encoded, c));
}

/// Whether an id could be taken for a hash of ours.
fn looks_minted(id: &str) -> bool {
    id.strip_prefix("x-").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Encodes the keys with `--` between them; no `-` that is first, last or before another stays as it is.
fn join<'k>(encoded: &mut String, keys: impl IntoIterator<Item = &'k Key<'k>>) {
    for (i, key) in keys.into_iter().enumerate() {
        if i > 0 {
            encoded.push_str("--");
        }
        let start = encoded.len();
        key.encode(encoded);
        guard_hyphens(encoded, start);
    }
}

fn guard_hyphens(encoded: &mut String, start: usize) {
    let part = &encoded[start..];
    if !(part.starts_with('-') || part.ends_with('-') || part.contains("--")) {
        return;
    }
    let bytes = part.as_bytes();
    let guarded: String = part
        .char_indices()
        .map(|(i, c)| match c {
            '-' if i == 0 || matches!(bytes.get(i + 1), None | Some(b'-')) => "%2D".to_owned(),
            other => other.to_string(),
        })
        .collect();
    encoded.truncate(start);
    encoded.push_str(&guarded);
}

#[cfg(test)]
mod tests {
    use iri_string::types::IriStr;

    use super::*;
    use crate::vocab;

    fn place(id: &str) -> String {
        BaseIri::default().path("place").key(&Key::Id(id.into())).finish()
    }

    fn tie(ids: &[&str]) -> String {
        let keys: Vec<Key<'_>> = ids.iter().map(|id| Key::Id((*id).into())).collect();
        BaseIri::default().path("tie").fixed("intent").keys(&keys).finish()
    }

    #[test]
    fn ordinary_ids_stay_readable() {
        assert_eq!(place("cn-qingdao"), "https://w3id.org/citypact/id/place/cn-qingdao");
        assert_eq!(place("昆明"), "https://w3id.org/citypact/id/place/昆明");
        assert_eq!(tie(&["cn-a", "jp-b"]), "https://w3id.org/citypact/id/tie/intent/cn-a--jp-b");
    }

    #[test]
    fn hostile_ids_are_encoded() {
        for (id, end) in [
            ("../../x", "..%2F..%2Fx"),
            ("..", "%2E%2E"),
            ("a b", "a%20b"),
            ("a~b", "a%7Eb"),
            ("", "~"),
            ("x-00ff", "%78-00ff"),
            ("x-y", "x-y"),
            ("\u{202e}a", "%E2%80%AEa"),
            ("\u{e000}", "%EE%80%80"),
            ("100%", "100%25"),
            ("a\0", "a%00"),
        ] {
            assert_eq!(place(id), format!("https://w3id.org/citypact/id/place/{end}"), "{id:?}");
        }
    }

    #[test]
    fn joins_are_unambiguous() {
        assert_ne!(tie(&["a--b", "c"]), tie(&["a", "b--c"]));
        assert_ne!(tie(&["a-", "b"]), tie(&["a", "-b"]));
        assert!(tie(&["a-", "-b"]).ends_with("/a%2D--%2Db"));
        assert!(tie(&["a---b"]).ends_with("/a%2D%2D-b"));
    }

    #[test]
    fn long_paths_end_in_a_hash() {
        let (one, other) = (format!("{}a", "市/".repeat(90)), format!("{}b", "市/".repeat(90)));
        let iri = place(&one);
        let path = iri.strip_prefix(vocab::ID).unwrap();
        assert!(path.chars().count() <= LIMIT, "{path}");
        assert!(path.starts_with("place/市%2F") && path.contains('~'));
        assert_ne!(iri, place(&other));
        IriStr::new(&iri).unwrap();
    }

    #[test]
    fn dates_and_ids_do_not_meet() {
        let path = |id: &str| BaseIri::default().path("agreement").segment_undated(id).finish();
        assert!(path("2024-01-24").ends_with("/%32024-01-24"));
        assert!(path("004").ends_with("/004"));
    }
}
