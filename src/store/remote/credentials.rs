//! Who asks: a token (RFC 6750), or a name and a password by whichever way the server calls for, Basic (RFC 7617) or Digest
//! (RFC 7616).
//!
//! A password is sent to nobody who has not asked for it, and where a server offers both ways it is Digest, which does not send it at
//! all. What the server asked for is kept, so that later requests need no second try.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use md5::Md5;
use sha2::{Digest as _, Sha256};

/// What opens an endpoint.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// A bearer token.
    Token(String),
    /// A name and a password.
    Password {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
}

/// Secrets stand in no log.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Token(_) => f.write_str("Token(…)"),
            Self::Password { user, .. } => write!(f, "Password({user}, …)"),
        }
    }
}

/// Credentials, and what the server has asked of them. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Authorization {
    credentials: Option<Credentials>,
    asked: Arc<Mutex<Option<Challenge>>>,
    count: Arc<AtomicU32>,
}

impl Authorization {
    pub(super) fn new(credentials: Option<Credentials>) -> Self {
        Self { credentials, ..Self::default() }
    }

    /// The value of the header `Authorization` for a request; none where there are no credentials, or the server has not asked yet.
    pub(super) fn header(&self, method: &str, target: &str) -> Option<String> {
        match self.credentials.as_ref()? {
            Credentials::Token(token) => Some(format!("Bearer {token}")),
            Credentials::Password { user, password } => match self.asked().as_ref()? {
                Challenge::Basic => Some(format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")))),
                Challenge::Digest(digest) => {
                    let count = self.count.fetch_add(1, Relaxed).wrapping_add(1);
                    let made = Made { method, target, count, cnonce: &cnonce(&digest.nonce, count) };
                    Some(digest.answer(user, password, &made))
                }
            },
        }
    }

    /// Takes in what the headers `WWW-Authenticate` of a 401 ask for; whether another try may do better than that which was sent
    /// with or without an answer.
    pub(super) fn challenged<'h>(&self, fields: impl Iterator<Item = &'h str>, had_answered: bool) -> bool {
        if !matches!(self.credentials, Some(Credentials::Password { .. })) {
            return false;
        }
        let best = fields.flat_map(challenges).max_by_key(Challenge::strength);
        let Some(best) = best else { return false };
        // A nonce that has grown old is no refusal (RFC 7616, section 3.3).
        let again = !had_answered || matches!(&best, Challenge::Digest(digest) if digest.stale);
        let mut asked = self.asked();
        // Each use of a nonce counts, that which was refused, too.
        if asked.as_ref().and_then(Challenge::nonce) != best.nonce() {
            self.count.store(0, Relaxed);
        }
        *asked = Some(best);
        again
    }

    fn asked(&self) -> MutexGuard<'_, Option<Challenge>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a server asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Challenge {
    Basic,
    Digest(Digest),
}

impl Challenge {
    fn nonce(&self) -> Option<&str> {
        match self {
            Self::Basic => None,
            Self::Digest(digest) => Some(&digest.nonce),
        }
    }

    fn strength(&self) -> u8 {
        match self {
            Self::Basic => 0,
            Self::Digest(Digest { hash: Hash::Md5, .. }) => 1,
            Self::Digest(_) => 2,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hash {
    Md5,
    Sha256,
}

impl Hash {
    fn of(self, text: &str) -> String {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match self {
            Self::Md5 => hex(&Md5::digest(text)),
            Self::Sha256 => hex(&Sha256::digest(text)),
        }
    }
}

/// A challenge of the scheme Digest (RFC 7616, section 3.3).
#[derive(Debug, Clone, PartialEq, Eq)]
struct Digest {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    hash: Hash,
    /// The algorithm as the server writes it.
    algorithm: Option<String>,
    /// Whether the session's nonces are part of the first hash (`-sess`).
    in_session: bool,
    /// Whether the server knows `qop=auth`; one that does not is of RFC 2069.
    counts: bool,
    stale: bool,
}

/// What is particular to a request.
struct Made<'a> {
    method: &'a str,
    target: &'a str,
    count: u32,
    cnonce: &'a str,
}

impl Digest {
    /// None where nothing here can answer it: another algorithm, or `auth-int` alone.
    fn read(parameters: &[(String, String)]) -> Option<Self> {
        let value = |name: &str| parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
        let algorithm = value("algorithm");
        let name = algorithm.as_deref().unwrap_or("MD5").to_ascii_uppercase();
        let (plain, in_session) = name.strip_suffix("-SESS").map_or((name.as_str(), false), |plain| (plain, true));
        let hash = match plain {
            "MD5" => Hash::Md5,
            "SHA-256" => Hash::Sha256,
            _ => return None,
        };
        let qop = value("qop");
        let counts = qop.as_deref().is_some_and(|all| all.split(',').any(|one| one.trim() == "auth"));
        if !counts && (qop.is_some() || in_session) {
            return None;
        }
        let stale = value("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true"));
        let (realm, nonce, opaque) = (value("realm")?, value("nonce")?, value("opaque"));
        Some(Self { realm, nonce, opaque, hash, algorithm, in_session, counts, stale })
    }

    /// The answer (RFC 7616, section 3.4).
    fn answer(&self, user: &str, password: &str, made: &Made<'_>) -> String {
        let Made { method, target, count, cnonce } = made;
        let hash = |text: String| self.hash.of(&text);
        let nonce = &self.nonce;
        let mut first = hash(format!("{user}:{}:{password}", self.realm));
        if self.in_session {
            first = hash(format!("{first}:{nonce}:{cnonce}"));
        }
        let second = hash(format!("{method}:{target}"));
        let response = match self.counts {
            true => hash(format!("{first}:{nonce}:{count:08x}:{cnonce}:auth:{second}")),
            false => hash(format!("{first}:{nonce}:{second}")),
        };
        let mut header = format!(
            "Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{target}\", response=\"{response}\"",
            quoted(user),
            quoted(&self.realm),
            quoted(nonce)
        );
        if let Some(algorithm) = &self.algorithm {
            header += &format!(", algorithm={algorithm}");
        }
        if let Some(opaque) = &self.opaque {
            header += &format!(", opaque=\"{}\"", quoted(opaque));
        }
        if self.counts {
            header += &format!(", qop=auth, nc={count:08x}, cnonce=\"{cnonce}\"");
        }
        header
    }
}

/// A nonce of ours: unlike any other of this process, which is all that is asked of it.
fn cnonce(nonce: &str, count: u32) -> String {
    let random = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), (nonce, count));
    format!("{random:016x}")
}

/// As it stands between quotation marks (RFC 9110, section 5.6.4).
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// The challenges of a header's value (RFC 9110, section 11.6.1): schemes, each with its parameters.
fn challenges(field: &str) -> Vec<Challenge> {
    let mut found: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for part in parts(field) {
        let (head, value) = part.split_once('=').map_or((part.as_str(), None), |(head, value)| (head, Some(value)));
        // A word before the name of a parameter, or one that stands alone, begins a challenge.
        let mut words = head.split_whitespace();
        let (first, second) = (words.next().unwrap_or_default(), words.next());
        let name = match (second, value) {
            (Some(name), _) => Some(name),
            (None, Some(_)) => None,
            (None, None) => Some(""),
        };
        if name.is_some() {
            found.push((first.to_ascii_lowercase(), Vec::new()));
        }
        if let (Some(value), Some((_, parameters))) = (value, found.last_mut()) {
            let name = name.unwrap_or(first).to_ascii_lowercase();
            parameters.push((name, unquoted(value.trim())));
        }
    }
    let challenge = |(scheme, parameters): (String, Vec<(String, String)>)| match scheme.as_str() {
        "basic" => Some(Challenge::Basic),
        "digest" => Digest::read(&parameters).map(Challenge::Digest),
        _ => None,
    };
    found.into_iter().filter_map(challenge).collect()
}

/// What stands between commas that are outside of quotation marks.
fn parts(field: &str) -> Vec<String> {
    let (mut parts, mut is_quoted, mut is_escaped) = (vec![String::new()], false, false);
    for c in field.chars() {
        if c == ',' && !is_quoted {
            parts.push(String::new());
            continue;
        }
        is_quoted ^= c == '"' && !is_escaped;
        is_escaped = is_quoted && c == '\\' && !is_escaped;
        if let Some(last) = parts.last_mut() {
            last.push(c);
        }
    }
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) else {
        return value.to_owned();
    };
    let (mut text, mut is_escaped) = (String::new(), false);
    for c in inner.chars() {
        if c == '\\' && !is_escaped {
            is_escaped = true;
            continue;
        }
        is_escaped = false;
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const MUFASA: (&str, &str) = ("Mufasa", "Circle of Life");

    fn digest(field: &str) -> Digest {
        match challenges(field).pop() {
            Some(Challenge::Digest(digest)) => digest,
            other => panic!("{other:?}"),
        }
    }

    /// The examples of RFC 7616, section 3.9.1.
    #[test]
    fn answers_are_those_of_the_specification() {
        let made = Made {
            method: "GET",
            target: "/dir/index.html",
            count: 1,
            cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        };
        for (algorithm, response) in [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ] {
            let asked = digest(&format!(
                "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, \
                 nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
            ));
            let answer = asked.answer(MUFASA.0, MUFASA.1, &made);
            assert!(answer.contains(&format!("response=\"{response}\"")), "{answer}");
            assert!(answer.contains("nc=00000001") && answer.contains("opaque=\"FQhe/"), "{answer}");
        }
        // RFC 2617, section 3.5, and what RFC 2069 makes of it.
        let old = digest("Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"");
        let answer = old.answer(MUFASA.0, "Circle Of Life", &made);
        assert!(
            answer.contains("response=\"670fd8c2df070c60b045671b8b24ff02\"") && !answer.contains("nc="),
            "{answer}"
        );
    }

    #[test]
    fn the_strongest_of_what_is_offered_is_answered() {
        let both = Authorization::new(Some(Credentials::Password { user: "a".into(), password: "b".into() }));
        assert_eq!(both.header("GET", "/"), None, "nothing is sent that was not asked for");
        let offers = [
            "Basic realm=\"a, b\", Digest realm=\"r\", nonce=\"n,1\", qop=\"auth\"",
            "Digest realm=\"r\", nonce=\"m\", algorithm=SHA-512-256",
            "Negotiate",
        ];
        assert!(both.challenged(offers.into_iter(), false));
        assert!(both.header("GET", "/x").unwrap().starts_with("Digest username=\"a\", realm=\"r\", nonce=\"n,1\""));
        assert!(both.header("GET", "/x").unwrap().contains("nc=00000002"), "each use of a nonce is counted");
        assert!(!both.challenged(offers.into_iter(), true), "what was refused is not tried again");
        assert!(both.challenged(std::iter::once("Digest realm=r, nonce=o, stale=TRUE"), true));
        let basic =
            Authorization::new(Some(Credentials::Password { user: "Aladdin".into(), password: "open sesame".into() }));
        assert!(basic.challenged(std::iter::once("basic realm=x"), false));
        assert_eq!(basic.header("GET", "/").as_deref(), Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
        let token = Authorization::new(Some(Credentials::Token("t".into())));
        assert_eq!(token.header("GET", "/").as_deref(), Some("Bearer t"));
        assert!(!token.challenged(std::iter::once("Basic realm=x"), false));
    }

    #[test]
    fn nothing_that_a_server_says_ends_the_program() {
        for field in [
            "",
            ",,",
            "\"",
            "Digest",
            "Digest =",
            "Digest a=\"\\",
            "=,=",
            "Digest realm=\"x\" nonce=\"y\"",
            "\u{130}=\"",
        ] {
            let _ = challenges(field);
        }
    }
}
