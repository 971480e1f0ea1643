//! Prologue: the declarations of a text, for names that have to be written as whole IRIs.

use std::collections::HashMap;

use oxiri::Iri;

use super::edit::Edit;
use super::options::ParseOptions;
use super::pass::{At, is_beyond};
use super::script::numbered;
use super::tokens::Kind;
use crate::rdf::is_local_name;

/// Prefixes that the parser takes for keywords where one may stand before an IRI.
const KEYWORDS: [&str; 4] = ["graph", "default", "silent", "distinct"];

/// What prefixes and relative IRIs stand for where the reader is.
pub(in crate::query) struct Prologue<'a, 'o> {
    options: &'o ParseOptions,
    base: Option<String>,
    prefixes: HashMap<&'a str, Option<String>>,
    reading: Reading<'a>,
    /// Whether a declaration may stand here: at the beginning, after another one, after the `;` that ends an operation.
    open: bool,
    /// Whether something other than declarations has come.
    body: bool,
    /// Whether declarations came after that: an update may have them before each of its operations ([29]).
    late: bool,
    /// Whether the base changed in these.
    rebased: bool,
}

/// The declaration that the reader is in, and where it begins.
enum Reading<'a> {
    Nothing,
    Prefix(usize),
    Named(usize, &'a str),
    Base(usize),
    Version(usize),
}

impl<'a, 'o> Prologue<'a, 'o> {
    pub(in crate::query) fn new(options: &'o ParseOptions) -> Self {
        let base = options.base.clone();
        let (prefixes, reading) = (HashMap::new(), Reading::Nothing);
        Self { options, base, prefixes, reading, open: true, body: false, late: false, rebased: false }
    }

    /// Goes on by a token; whether it belongs to a declaration.
    pub(in crate::query) fn declares(&mut self, at: &At<'a>, edits: &mut Vec<Edit>) -> bool {
        let (start, text, open) = (at.token.start, at.text(), self.open);
        let is = |word: &str| open && at.token.kind == Kind::Word && text.eq_ignore_ascii_case(word);
        self.reading = match (std::mem::replace(&mut self.reading, Reading::Nothing), at.token.kind) {
            (Reading::Prefix(start), Kind::Name) => Reading::Named(start, text.trim_end_matches(':')),
            (Reading::Named(start, prefix), Kind::Iri) => {
                let namespace = self.resolve(text);
                self.prefixes.insert(prefix, namespace);
                self.end(start, is_beyond(prefix), at, edits);
                return true;
            }
            (Reading::Base(start), Kind::Iri) => {
                self.base = self.resolve(text).or_else(|| self.base.take());
                self.rebased |= self.body;
                self.end(start, false, at, edits);
                return true;
            }
            (Reading::Version(start), Kind::String) => {
                self.end(start, false, at, edits);
                return true;
            }
            _ if is("PREFIX") => Reading::Prefix(start),
            _ if is("BASE") => Reading::Base(start),
            _ if is("VERSION") => Reading::Version(start),
            _ => {
                self.body = true;
                self.open = at.depth == 0 && text == ";";
                return false;
            }
        };
        true
    }

    /// Takes a declaration out that the parser would not read, or not here.
    fn end(&mut self, start: usize, unreadable: bool, at: &At<'_>, edits: &mut Vec<Edit>) {
        self.late |= self.body;
        if self.body || unreadable {
            edits.push(Edit::new(start..at.token.end, ""));
        }
    }

    /// The whole IRI of a relative one, both in angle brackets; none where it is none.
    pub(in crate::query) fn rebased(&self, iri: &str) -> Option<String> {
        let whole = self.rebased.then(|| self.resolve(iri))??;
        Some(format!("<{whole}>"))
    }

    fn resolve(&self, iri: &str) -> Option<String> {
        let iri = unescaped(iri.strip_prefix('<')?.strip_suffix('>')?);
        match &self.base {
            Some(base) => Some(Iri::parse(base.as_str()).ok()?.resolve(&iri).ok()?.into_inner()),
            None => Some(iri),
        }
    }

    /// The IRI that a prefixed name stands for, where the parser would not read the name.
    pub(in crate::query) fn whole(&self, at: &At<'_>) -> Option<String> {
        let (prefix, local) = at.text().split_once(':')?;
        let is_keyword = || KEYWORDS.iter().any(|word| word.eq_ignore_ascii_case(prefix)) && at.may_follow_a_keyword();
        if !(self.late || is_beyond(prefix) || is_beyond(local) || dots(local) > 1 || is_keyword()) {
            return None;
        }
        let local = unescaped_local(local)?;
        Some(format!("<{}{local}>", self.namespace(prefix)?))
    }

    fn namespace(&self, prefix: &str) -> Option<&str> {
        match self.prefixes.get(prefix) {
            Some(declared) => declared.as_deref(),
            None => self.options.known_prefixes().filter(|(name, _)| *name == prefix).last().map(|(_, iri)| iri),
        }
    }
}

/// How often one or more dots stand in a local name, those written with a backslash apart. The parser reads one.
fn dots(local: &str) -> usize {
    let (mut runs, mut last) = (0, None);
    for byte in local.bytes() {
        let escaped = last == Some(b'\\');
        runs += usize::from(byte == b'.' && !escaped && last != Some(b'.'));
        last = (!escaped).then_some(byte);
    }
    runs
}

/// A local name without its backslashes, if it is one ([169] `PN_LOCAL`).
fn unescaped_local(local: &str) -> Option<String> {
    let (mut plain, mut shape) = (String::with_capacity(local.len()), String::with_capacity(local.len()));
    let mut chars = local.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => {
                plain.push(chars.next().filter(|char| "_~.-!$&'()*+,;=/?#@%".contains(*char))?);
                shape.push('a');
            }
            _ => {
                plain.push(char);
                shape.push(char);
            }
        }
    }
    is_local_name(&shape).then_some(plain)
}

fn unescaped(iri: &str) -> String {
    let mut plain = String::with_capacity(iri.len());
    let mut rest = iri;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        let (char, len) = numbered(&rest[at..]).unwrap_or(('\\', 1));
        plain.push(char);
        rest = &rest[at + len..];
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_dots_are_counted() {
        for (local, runs) in [("a", 0), ("a.b", 1), ("a..b", 1), ("v1.2.3", 2), (r"a\.b.c\.d", 1), (r"a\..b", 1)] {
            assert_eq!(dots(local), runs, "{local}");
        }
    }

    #[test]
    fn local_names_lose_their_backslashes() {
        assert_eq!(unescaped_local(r"v1.2\.3.\~").as_deref(), Some("v1.2.3.~"));
        assert_eq!(unescaped_local("吉𠮷野").as_deref(), Some("吉𠮷野"));
        for none in [r"a\b", ".a.b.c", "-a.b.c", "a%z.b.c", "a\u{F0000}"] {
            assert_eq!(unescaped_local(none), None, "{none}");
        }
        assert_eq!(unescaped(r"http://e/\u0061\b"), r"http://e/a\b");
    }
}
