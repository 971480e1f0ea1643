//! Authorization: who may do what: bearer tokens (RFC 6750 §2.1, refused as §3.1 says) for writing and for administration, and
//! the headers that keep pages safe.

use axum::http::header::{AUTHORIZATION, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};

use super::cause::Cause;
use super::problem::Problem;

/// The tokens of a server; without one, what it guards is off.
#[derive(Debug, Clone, Default)]
pub struct Tokens {
    write: Option<Token>,
    admin: Option<Token>,
}

/// A secret that is compared without telling by its time how much of it was right.
#[derive(Clone)]
struct Token(blake3::Hash);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What a request wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Change data: the writing token, or the admin's.
    Write,
    /// Run the server: the admin token.
    Admin,
}

impl Tokens {
    /// The tokens given; surrounding white space, such as a file's last line end, is not part of a token.
    pub fn new(write: Option<&str>, admin: Option<&str>) -> Self {
        let token = |text: &str| {
            let text = text.trim();
            (!text.is_empty()).then(|| Token(blake3::hash(text.as_bytes())))
        };
        Self { write: write.and_then(token), admin: admin.and_then(token) }
    }

    /// Whether anybody can write.
    pub const fn writable(&self) -> bool {
        self.write.is_some() || self.admin.is_some()
    }

    /// Lets a request through that bears a token of the right, and no other. Cookies never count.
    pub fn check(&self, headers: &HeaderMap, right: Right) -> Result<(), Problem> {
        self.check_borne(headers, None, right)
    }

    /// As [`Self::check`]; the token may also be that of a form, into which its sender typed it.
    pub fn check_borne(&self, headers: &HeaderMap, typed: Option<&str>, right: Right) -> Result<(), Problem> {
        let keys: &[&Option<Token>] = match right {
            Right::Write => &[&self.write, &self.admin],
            Right::Admin => &[&self.admin],
        };
        if keys.iter().all(|key| key.is_none()) {
            return Err(Problem::new(StatusCode::FORBIDDEN, "this server is read-only")
                .of_kind(Cause::ReadOnly)
                .hint(Some("start it with --write-token-file or --admin-token-file to allow this")));
        }
        let Some(borne) = typed.map(str::trim).or_else(|| bearer(headers)) else {
            return Err(Problem::new(StatusCode::UNAUTHORIZED, "this needs a token")
                .of_kind(Cause::Token)
                .challenge("Bearer")
                .hint(Some("send the header Authorization: Bearer TOKEN")));
        };
        let borne = blake3::hash(borne.as_bytes());
        // Every key is compared, each in constant time.
        let among = |keys: &[&Option<Token>]| {
            keys.iter().fold(false, |fits, key| fits | key.as_ref().is_some_and(|key| key.0 == borne))
        };
        match (among(keys), among(&[&self.write, &self.admin])) {
            (true, _) => Ok(()),
            (false, true) => Err(Problem::new(StatusCode::FORBIDDEN, "the token does not open this")
                .of_kind(Cause::Token)
                .challenge("Bearer error=\"insufficient_scope\"")),
            (false, false) => Err(Problem::new(StatusCode::UNAUTHORIZED, "the token is not one of this server's")
                .of_kind(Cause::Token)
                .challenge("Bearer error=\"invalid_token\"")),
        }
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Sets the headers that every response bears.
pub fn secure(mut response: Response<axum::body::Body>) -> Response<axum::body::Body> {
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", CONTENT_SECURITY_POLICY),
        ("server", "citypact"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearing(token: &str) -> HeaderMap {
        HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(token).unwrap())])
    }

    #[test]
    fn tokens_open_what_they_are_for() {
        let tokens = Tokens::new(Some("w\n"), Some("a"));
        assert!(tokens.check(&bearing("Bearer w"), Right::Write).is_ok());
        assert!(tokens.check(&bearing("bearer a"), Right::Write).is_ok());
        assert!(tokens.check(&bearing("Bearer a"), Right::Admin).is_ok());
        let status = |tokens: &Tokens, headers, right| tokens.check(&headers, right).unwrap_err().status().as_u16();
        assert_eq!(status(&tokens, bearing("Bearer w"), Right::Admin), 403);
        assert_eq!(status(&tokens, bearing("Bearer x"), Right::Write), 401);
        assert_eq!(status(&tokens, bearing("Basic w"), Right::Write), 401);
        assert_eq!(status(&tokens, HeaderMap::new(), Right::Write), 401);
        assert_eq!(status(&Tokens::new(Some(" "), None), bearing("Bearer "), Right::Write), 403);
    }
}
