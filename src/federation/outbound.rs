//! Requests that are made for SERVICE and LOAD: to the addresses that may be reached, and nowhere else.

use std::fs::File;
use std::io::{self, Read};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use iri_string::types::{IriStr, UriStr};
use oxiri::Iri;
use percent_encoding::percent_decode_str;
use ureq::ResponseExt;
use ureq::config::Config;
use ureq::http::{StatusCode, Uri};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

use super::left;
use crate::store::{FORM, query_form};

/// Why another server was not asked, or gave no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutboundError {
    /// The address is not on the list.
    #[error("the address {0} is not one that this server may reach")]
    NotAllowed(String),
    /// The request failed.
    #[error("{address} gave no answer")]
    Failed {
        /// The address asked.
        address: String,
        /// Why.
        #[source]
        source: Box<Error>,
    },
    /// The answer is none of success.
    #[error("{address} answers with the status {status}")]
    Status {
        /// The address asked.
        address: String,
        /// The status code (RFC 9110, section 15).
        status: u16,
    },
    /// A file could not be read.
    #[error("{address} cannot be read")]
    File {
        /// The file's IRI.
        address: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The answer could not be read to its end.
    #[error("the answer of {address} broke off")]
    Broken {
        /// The address asked.
        address: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The answer is larger than what is taken.
    #[error("the answer of {0} is larger than what is taken here")]
    TooLarge(String),
    /// The answer is in a format that is not known here.
    #[error("the answer of {address} is {media_type}, which is not known here")]
    Format {
        /// The address asked.
        address: String,
        /// What the answer says it is.
        media_type: String,
    },
    /// The answer is not what it says it is.
    #[error("the answer of {address} cannot be read: {reason}")]
    Syntax {
        /// The address asked.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// The addresses that may be reached, and the bounds of an answer.
#[derive(Debug, Clone)]
pub struct Outbound {
    reach: Reach,
    most: usize,
    /// The longest that an answer may take where the evaluation has no deadline.
    patience: Option<Duration>,
}

#[derive(Debug, Clone)]
enum Reach {
    /// What begins with one of these; private addresses only where they are named so.
    Listed(Vec<String>),
    /// Whatever the machine reaches, through its proxy and along some redirections.
    Anywhere,
}

/// Redirections that are followed where anything may be reached.
const REDIRECTS: u32 = 5;

/// An answer, read whole.
#[derive(Debug)]
pub struct Reply {
    /// Where it comes from, once redirections were followed.
    pub address: String,
    /// Its media type, without parameters; none of a file.
    pub media_type: Option<String>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Outbound {
    /// Addresses that begin with one of `allowed` may be reached; answers of up to `most` bytes are taken.
    pub const fn new(allowed: Vec<String>, most: usize) -> Self {
        Self { reach: Reach::Listed(allowed), most, patience: None }
    }

    /// Any address may be reached, as a person's own programs do; answers of up to `most` bytes are taken, and none is waited
    /// for longer than `patience`.
    pub const fn anywhere(most: usize, patience: Duration) -> Self {
        Self { reach: Reach::Anywhere, most, patience: Some(patience) }
    }

    /// The same, with answers of no more than `most` bytes.
    #[must_use]
    pub fn within(self, most: u64) -> Self {
        Self { most: self.most.min(usize::try_from(most).unwrap_or(usize::MAX)), ..self }
    }

    /// Whether nothing may be reached at all.
    pub const fn is_empty(&self) -> bool {
        matches!(&self.reach, Reach::Listed(allowed) if allowed.is_empty())
    }

    /// Gets a document; a file where anything may be reached.
    ///
    /// # Errors
    /// [`OutboundError`]
    pub fn get(&self, address: &str, accept: &str, time: Option<Duration>) -> Result<Reply, OutboundError> {
        if let (Reach::Anywhere, Some(path)) = (&self.reach, path_of(address)) {
            return self.file(address, &path);
        }
        let (agent, address) = self.agent(address, time, REDIRECTS)?;
        let address = address.as_str();
        self.read(address, agent.get(address).header("accept", accept).call())
    }

    /// Puts a query to an endpoint in a form, which every server answers (SPARQL 1.1 Protocol §2.1.2). Where it has moved to the
    /// query is put again, which is safe;
    /// with a 303 the answer is got from there (RFC 9110, section 15.4).
    ///
    /// # Errors
    /// [`OutboundError`]
    pub fn query(
        &self,
        address: &str,
        query: &str,
        accept: &str,
        time: Option<Duration>,
    ) -> Result<Reply, OutboundError> {
        let until = time.or(self.patience).and_then(|time| Instant::now().checked_add(time));
        let mut at = address.to_owned();
        for _ in 0..=REDIRECTS {
            let (agent, asked) = self.agent(&at, left(until), 0)?;
            let request = agent.post(&asked).header("accept", accept).content_type(FORM);
            let response = request.send(query_form(query));
            let follows = matches!(self.reach, Reach::Anywhere);
            match response.as_ref().ok().filter(|_| follows).and_then(|response| moved(&asked, response)) {
                Some((StatusCode::SEE_OTHER, next)) => return self.get(&next, accept, left(until)),
                Some((_, next)) => at = next,
                None => return self.read(&asked, response),
            }
        }
        Err(OutboundError::Failed { address: address.to_owned(), source: Box::new(Error::TooManyRedirects) })
    }

    /// Who asks, and the address as it is asked: resolved, so that what is compared is what is reached.
    fn agent(&self, address: &str, time: Option<Duration>, redirects: u32) -> Result<(Agent, String), OutboundError> {
        let time = time.or(self.patience);
        let Reach::Listed(allowed) = &self.reach else {
            let agent = Config::builder().timeout_global(time).max_redirects(redirects).build().into();
            return Ok((agent, address.to_owned()));
        };
        let entry = allowed.iter().find(|entry| is_below(address, entry));
        let (entry, address) =
            entry.zip(resolved(address)).ok_or_else(|| OutboundError::NotAllowed(address.to_owned()))?;
        // No redirection: it would lead past the list. No proxy of the environment: it would resolve names itself.
        let config = Config::builder().timeout_global(time).max_redirects(0).proxy(None).build();
        let resolver = PublicOnly { inner: DefaultResolver::default(), named: names_private(entry) };
        Ok((Agent::with_parts(config, DefaultConnector::default(), resolver), address))
    }

    fn read(
        &self,
        address: &str,
        response: Result<ureq::http::Response<ureq::Body>, Error>,
    ) -> Result<Reply, OutboundError> {
        let address = address.to_owned();
        let response = match response {
            Ok(response) => response,
            Err(Error::StatusCode(status)) => return Err(OutboundError::Status { address, status }),
            Err(source) => return Err(OutboundError::Failed { address, source: Box::new(source) }),
        };
        let media_type = Some(response.body().mime_type().unwrap_or("nothing").to_ascii_lowercase());
        let found = response.get_uri().to_string();
        match self.bounded(response.into_body().into_reader()) {
            Ok(Some(bytes)) => Ok(Reply { address: found, media_type, bytes }),
            Ok(None) => Err(OutboundError::TooLarge(address)),
            Err(source) => Err(OutboundError::Broken { address, source }),
        }
    }

    fn file(&self, address: &str, path: &Path) -> Result<Reply, OutboundError> {
        let address = address.to_owned();
        match File::open(path).and_then(|file| self.bounded(file)) {
            Ok(Some(bytes)) => Ok(Reply { address, media_type: None, bytes }),
            Ok(None) => Err(OutboundError::TooLarge(address)),
            Err(source) => Err(OutboundError::File { address, source }),
        }
    }

    /// All bytes, unless they are more than are taken.
    ///
    /// # Errors
    /// Those of reading.
    pub fn bounded(&self, bytes: impl Read) -> io::Result<Option<Vec<u8>>> {
        let mut all = Vec::new();
        bytes.take(self.most as u64 + 1).read_to_end(&mut all)?;
        Ok((all.len() <= self.most).then_some(all))
    }
}

/// Where a redirection of the web leads to, and its status.
fn moved(at: &str, response: &ureq::http::Response<ureq::Body>) -> Option<(StatusCode, String)> {
    let status = Some(response.status()).filter(|status| [301, 302, 303, 307, 308].contains(&status.as_u16()))?;
    let location = response.headers().get("location")?.to_str().ok()?;
    let next = Iri::parse(at).ok()?.resolve(location).ok()?.into_inner();
    (next.starts_with("http://") || next.starts_with("https://")).then_some((status, next))
}

/// The path that the IRI of a file of this machine stands for (RFC 8089): `file:/a`, `file:///a`, `file://localhost/a`.
fn path_of(address: &str) -> Option<PathBuf> {
    let rest = address.get(5..).filter(|_| address[..5].eq_ignore_ascii_case("file:"))?;
    let path = match rest.strip_prefix("//") {
        Some(rest) => rest.strip_prefix("localhost").unwrap_or(rest),
        None => rest,
    };
    let path = path.split(['?', '#']).next().filter(|path| path.starts_with('/'))?;
    Some(percent_decode_str(path).decode_utf8().ok()?.into_owned().into())
}

/// Whether an address is an entry of the list or lies below it: `http://a.org` is not above `http://a.org.evil`, nor
/// `http://a.org/b/` above `http://a.org/b/../c`, however its dots and slashes are encoded.
fn is_below(address: &str, entry: &str) -> bool {
    // Some servers take an encoded slash, or a slash the other way, for one.
    let slashed = ["%2f", "%2F", "%5c", "%5C"].iter().fold(address.to_owned(), |read, coded| read.replace(coded, "/"));
    let is_prefix = |address: String, entry: &str| {
        address.strip_prefix(entry).is_some_and(|rest| {
            rest.is_empty() || entry.ends_with(['/', '?', '#']) || rest.starts_with(['/', '?', '#'])
        })
    };
    resolved(entry).is_some_and(|entry| {
        let entry = entry.as_str();
        [address, &slashed].into_iter().all(|read| resolved(read).is_some_and(|read| is_prefix(read, entry)))
    })
}

/// An address as a URI (RFC 3987 §3.1) without `.` and `..` and with nothing encoded that need not be (RFC 3986 §6.2.2).
fn resolved(address: &str) -> Option<String> {
    let uri = IriStr::new(address).ok()?.encode_to_uri().to_string();
    Some(UriStr::new(&uri).ok()?.normalize().to_string())
}

/// Whether an entry names a private address itself, and so allows it.
fn names_private(entry: &str) -> bool {
    let host = entry.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_owned)).unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| !is_public(address))
}

/// Looks names up as usual and leaves out the addresses that lead into the server's own network.
#[derive(Debug)]
struct PublicOnly {
    inner: DefaultResolver,
    named: bool,
}

impl Resolver for PublicOnly {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        let mut kept = self.empty();
        for address in found.iter().filter(|address: &&SocketAddr| self.named || is_public(address.ip())) {
            kept.push(*address);
        }
        if kept.is_empty() { Err(Error::HostNotFound) } else { Ok(kept) }
    }
}

/// Whether an address belongs to the public internet (IANA's special-purpose registries).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && b & 0xC0 == 64)
                || (a == 198 && b & 0xFE == 18)
                || (a == 192 && b == 0))
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_public(v4.into()),
            // Only 2000::/3 is routed; of it 2001:db8::/32 is for documents, 2002::/16 and 2001::/32 wrap IPv4.
            None => {
                let [a, b, ..] = v6.segments();
                a & 0xE000 == 0x2000 && (a, b) != (0x2001, 0x0db8) && a != 0x2002 && (a, b) != (0x2001, 0)
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_off_the_list_are_refused() {
        let outbound =
            Outbound::new(vec!["http://a.org".into(), "http://b.org/sparql".into(), "http://c.org/public".into()], 100);
        for address in [
            "http://a.org.evil/",
            "http://b.org/",
            "http://b.org/sparqling",
            "file:///etc/passwd",
            "http://a.org@evil/",
            "http://c.org/public/../private",
            "http://c.org/public/%2e%2e/private",
            "http://c.org/public/%2E./private",
            "http://c.org/public/..%2fprivate",
            "http://c.org/public/..%5Cprivate",
            "http://c.org/public/x/../../private",
            "http://c.org/public\\..\\private",
            "http://c.org/public/../publics",
        ] {
            let refused = outbound.get(address, "*/*", None).unwrap_err();
            assert!(matches!(refused, OutboundError::NotAllowed(_)), "{address}");
        }
        assert!(is_below("http://b.org/sparql?x", "http://b.org/sparql") && is_below("http://a.org", "http://a.org"));
        for inside in ["http://c.org/public/a/../b", "http://C.org/public/%61?x=%2F", "http://c.org/./public/%2F"] {
            assert!(is_below(inside, "http://c.org/public/"), "{inside}");
        }
    }

    #[test]
    fn files_are_known_by_their_iris() {
        for address in ["file:///a/b%20c.ttl", "file:/a/b%20c.ttl", "FILE://localhost/a/b%20c.ttl#x"] {
            assert_eq!(path_of(address), Some(PathBuf::from("/a/b c.ttl")), "{address}");
        }
        for address in ["file://elsewhere/a", "file:a", "http://a/b", "fil", "文件"] {
            assert_eq!(path_of(address), None, "{address}");
        }
    }

    #[test]
    fn private_addresses_are_reached_only_where_they_are_named() {
        for private in
            ["127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "::1", "fd00::1", "::ffff:127.0.0.1", "0.0.0.0"]
        {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        assert!(is_public("93.184.216.34".parse().unwrap()) && is_public("2606:4700::1".parse().unwrap()));
        assert!(
            names_private("http://localhost:3030/")
                && names_private("http://[::1]:80/")
                && names_private("http://10.0.0.1/")
        );
        assert!(!names_private("http://example.org/"));
    }

    #[test]
    fn a_name_for_a_private_address_is_not_enough() {
        let outbound = Outbound::new(vec!["http://ip6-localhost:1/".into(), "http://localhost.:1/".into()], 100);
        for address in ["http://ip6-localhost:1/", "http://localhost.:1/"] {
            let time = Some(Duration::from_secs(5));
            let Err(OutboundError::Failed { source, .. }) = outbound.get(address, "*/*", time) else {
                panic!("{address}")
            };
            assert!(matches!(*source, Error::HostNotFound | Error::Io(_)), "{address}: {source}");
        }
    }
}
