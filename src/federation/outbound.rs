//! Requests that are made for SERVICE and LOAD: to the addresses that may be reached, and nowhere else.

use std::io::Read;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use iri_string::types::{IriStr, UriStr};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

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
    /// Its media type, without parameters.
    pub media_type: String,
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

    /// Whether nothing may be reached at all.
    pub const fn is_empty(&self) -> bool {
        matches!(&self.reach, Reach::Listed(allowed) if allowed.is_empty())
    }

    /// Gets a document.
    ///
    /// # Errors
    /// [`OutboundError`]
    pub fn get(&self, address: &str, accept: &str, time: Option<Duration>) -> Result<Reply, OutboundError> {
        let (agent, address) = self.agent(address, time)?;
        let address = address.as_str();
        self.read(address, agent.get(address).header("accept", accept).call())
    }

    /// Puts a query to an endpoint (SPARQL 1.1 Protocol §2.1.3).
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
        let (agent, address) = self.agent(address, time)?;
        let address = address.as_str();
        let request = agent.post(address).header("accept", accept).content_type("application/sparql-query");
        self.read(address, request.send(query))
    }

    /// Who asks, and the address as it is asked: resolved, so that what is compared is what is reached.
    fn agent(&self, address: &str, time: Option<Duration>) -> Result<(Agent, String), OutboundError> {
        let time = time.or(self.patience);
        let Reach::Listed(allowed) = &self.reach else {
            let agent = Config::builder().timeout_global(time).max_redirects(REDIRECTS).build().into();
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
            Err(source) => return Err(OutboundError::Failed { address, source: Box::new(source) }),
        };
        let media_type = response.body().mime_type().unwrap_or("nothing").to_ascii_lowercase();
        let mut bytes = Vec::new();
        let read = response.into_body().into_reader().take(self.most as u64 + 1).read_to_end(&mut bytes);
        match read {
            Ok(_) if bytes.len() > self.most => Err(OutboundError::TooLarge(address)),
            Ok(_) => Ok(Reply { media_type, bytes }),
            Err(source) => Err(OutboundError::Broken { address, source }),
        }
    }
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
