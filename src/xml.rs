//! XML 1.0 (fifth edition) as far as it is written here: what a document can hold, and how it is said.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::format::Unsayable;

/// Namespaces that no document may declare (Namespaces in XML 1.0, §3).
const RESERVED: [&str; 2] = ["http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/"];

/// Whether no document may hold the character, however it is written (§2.2).
pub const fn is_forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Sees to it that `format` can hold a text.
///
/// # Errors
/// [`Unsayable`] names the character and the beginning of the text.
pub fn check(format: &'static str, text: &str) -> Result<(), Unsayable> {
    let Some(c) = text.chars().find(|c| is_forbidden(*c)) else { return Ok(()) };
    let beginning: String = text.chars().take(60).flat_map(char::escape_default).collect();
    let rest = if text.chars().nth(60).is_some() { "…" } else { "" };
    let what =
        format!("the character U+{:04X} of the text \"{beginning}{rest}\", which XML 1.0 does not have", u32::from(c));
    Err(Unsayable { format, what })
}

/// A text as content or as the value of an attribute. Carriage returns are written as references, since a reader would
/// take them for line feeds (§2.11); in attributes tabs and line feeds are, too (§3.3.3).
pub fn escape(text: &str, attribute: bool) -> Cow<'_, str> {
    let special = |c: char| matches!(c, '&' | '<' | '>' | '\r') || attribute && matches!(c, '"' | '\t' | '\n');
    if !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if attribute => out.push_str("&quot;"),
            '\r' => out.push_str("&#xD;"),
            '\n' if attribute => out.push_str("&#xA;"),
            '\t' if attribute => out.push_str("&#x9;"),
            _ => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// A namespace and a local name (`NCName`) that together make the IRI; `None` where it ends in no name.
///
/// Many readers still know the names of the fourth edition alone: where the IRI ends in one of those it is taken.
pub fn split_name(iri: &str) -> Option<(&str, &str)> {
    split(iri, starts_old_name, is_old_name_char).or_else(|| split(iri, starts_name, is_name_char))
}

fn split(iri: &str, starts: fn(char) -> bool, goes_on: fn(char) -> bool) -> Option<(&str, &str)> {
    let tail = iri.char_indices().rev().take_while(|(_, c)| goes_on(*c)).last()?.0;
    let candidates = iri[tail..].char_indices().filter(|(_, c)| starts(*c)).map(|(at, _)| iri.split_at(tail + at));
    candidates.into_iter().find(|(namespace, _)| !namespace.is_empty() && !RESERVED.contains(namespace))
}

/// Whether all readers take the text for an `NCName`.
pub fn is_name(text: &str) -> bool {
    text.chars().next().is_some_and(starts_old_name) && text.chars().all(is_old_name_char)
}

/// `NameStartChar` of the fifth edition, without the colon.
const fn starts_name(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

const fn is_name_char(c: char) -> bool {
    starts_name(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// What both editions let a name begin with, as far as scripts in wide use go.
const fn starts_old_name(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{FF}'
        | '\u{391}'..='\u{3A1}' | '\u{3A3}'..='\u{3CE}' | '\u{401}'..='\u{40C}' | '\u{40E}'..='\u{44F}'
        | '\u{451}'..='\u{45C}' | '\u{5D0}'..='\u{5EA}' | '\u{621}'..='\u{63A}' | '\u{641}'..='\u{64A}'
        | '\u{905}'..='\u{939}' | '\u{E01}'..='\u{E2E}' | '\u{3041}'..='\u{3094}' | '\u{30A1}'..='\u{30FA}'
        | '\u{4E00}'..='\u{9FA5}' | '\u{AC00}'..='\u{D7A3}')
}

const fn is_old_name_char(c: char) -> bool {
    starts_old_name(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{345}' | '\u{3005}' | '\u{30FC}'..='\u{30FE}')
}

/// Passes a document on that another crate writes: carriage returns become references, and what XML does not have is an
/// error instead of a document that nobody can read.
pub struct Checked<W> {
    inner: W,
    format: &'static str,
    /// The last bytes of what was written before, where a forbidden character may have begun.
    tail: [u8; 2],
}

impl<W: Write> Checked<W> {
    /// Over a writer of a document in `format`.
    pub const fn new(format: &'static str, inner: W) -> Self {
        Self { inner, format, tail: [0; 2] }
    }

    /// The writer below.
    pub fn into_inner(self) -> W {
        self.inner
    }

    fn forbidden(&mut self, byte: u8) -> Option<u32> {
        let [before, last] = self.tail;
        self.tail = [last, byte];
        match byte {
            0..=8 | 0xB | 0xC | 0xE..=0x1F => Some(byte.into()),
            0xBE | 0xBF if [before, last] == [0xEF, 0xBF] => Some(0xFF40 + u32::from(byte)),
            _ => None,
        }
    }
}

impl<W: Write> Write for Checked<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut plain = 0;
        for (at, byte) in bytes.iter().enumerate() {
            if let Some(code) = self.forbidden(*byte) {
                let what = format!("the character U+{code:04X}, which XML 1.0 does not have");
                return Err(Unsayable { format: self.format, what }.into());
            }
            if *byte == b'\r' {
                self.inner.write_all(&bytes[plain..at])?;
                self.inner.write_all(b"&#xD;")?;
                plain = at + 1;
            }
        }
        self.inner.write_all(&bytes[plain..])?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iris_are_split_before_their_last_name() {
        for (iri, local) in [
            ("http://e/p", "p"),
            ("http://e/a-b.c", "a-b.c"),
            ("http://e/1st", "st"),
            ("http://e/%20x", "x"),
            ("urn:x:y", "y"),
            ("http://e/昆明", "昆明"),
            ("http://e/𠮷p", "p"),
            ("http://e/𠮷", "𠮷"),
            ("http://www.w3.org/2000/xmlns/foo", "oo"),
        ] {
            let (namespace, name) = split_name(iri).unwrap();
            assert_eq!((format!("{namespace}{name}").as_str(), name), (iri, local));
        }
        for iri in ["http://e/1", "http://e/p/", "http://e/%20", "http://e/(b)", "urn:x:1", "http://e/~", "http://e/p#"]
        {
            assert_eq!(split_name(iri), None, "{iri}");
        }
    }

    #[test]
    fn a_checked_document_keeps_its_returns_and_refuses_controls() {
        let written = |parts: &[&[u8]]| {
            let mut out = Checked::new("XML", Vec::new());
            parts.iter().try_for_each(|part| out.write_all(part)).map(|()| out.into_inner())
        };
        assert_eq!(
            written(&[b"a\rb\t\n", "\u{85}\u{fffd}".as_bytes()]).unwrap(),
            "a&#xD;b\t\n\u{85}\u{fffd}".as_bytes()
        );
        assert!(written(&[b"a\x08"]).unwrap_err().to_string().contains("U+0008"));
        assert!(written(&[b"\xEF\xBF", b"\xBE"]).unwrap_err().to_string().contains("U+FFFE"));
    }
}
