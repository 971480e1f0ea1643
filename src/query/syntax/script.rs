//! Source text: a text as it was given, and as SPARQL's grammar has it.

use super::edit::{Edit, Edited};
use super::error::SyntaxError;
use super::options::ParseOptions;
use super::tokens::{Kind, Tokens};

const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// A text and what its grammar is about: no byte order mark, and characters that are written by their numbers put in their
/// places (SPARQL 1.1 Query, 19.2). Within strings and IRIs the parser does that, so that `"\u0022"` is a quotation mark in
/// a string and ends none (SPARQL 1.2 Query, 19.2).
pub(in crate::query) struct Script<'a> {
    given: &'a str,
    plain: Edited<'a>,
}

impl<'a> Script<'a> {
    pub(in crate::query) fn new(given: &'a str) -> Self {
        Self { given, plain: Edited::new(given, edits(given)) }
    }

    pub(in crate::query) fn text(&self) -> &str {
        self.plain.text()
    }

    /// An error at a place of [`Self::text`], told at its place in the text that was given.
    pub(in crate::query) fn error(
        &self,
        options: &ParseOptions,
        offset: usize,
        reason: impl Into<String>,
    ) -> SyntaxError {
        SyntaxError::new(options, self.given, self.plain.origin(offset), reason.into())
    }
}

fn edits(text: &str) -> Vec<Edit> {
    let mark = text.starts_with(BYTE_ORDER_MARK).then(|| Edit::new(0..BYTE_ORDER_MARK.len_utf8(), ""));
    let mut edits: Vec<Edit> = mark.into_iter().collect();
    if !text.contains("\\u") && !text.contains("\\U") {
        return edits;
    }
    let opaque = [Kind::String, Kind::Unterminated, Kind::Iri];
    for token in Tokens::new(text).filter(|token| !opaque.contains(&token.kind)) {
        for (at, _) in token.text(text).match_indices('\\') {
            let start = token.start + at;
            edits.extend(numbered(&text[start..]).map(|(char, len)| Edit::new(start..start + len, char)));
        }
    }
    edits
}

/// The character that `\uXXXX` or `\UXXXXXXXX` at the beginning of a text stands for, and the bytes that this takes.
pub(in crate::query) fn numbered(text: &str) -> Option<(char, usize)> {
    let digits = match text.as_bytes().get(1)? {
        b'u' => 4,
        b'U' => 8,
        _ => return None,
    };
    let number = text.get(2..2 + digits).filter(|number| number.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    Some((char::from_u32(u32::from_str_radix(number, 16).ok()?)?, 2 + digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_for_characters_outside_of_strings_and_iris() {
        for (given, plain) in [
            (r"SELECT ?\u006F { ?s ex:a\u0062c ?\U0000006f }", "SELECT ?o { ?s ex:abc ?o }"),
            (r"\u0041SK {}", "ASK {}"),
            (
                r#"ASK { ?s ?p "\u0022", <http://e/\u0061> # \u000A"#,
                r#"ASK { ?s ?p "\u0022", <http://e/\u0061> # \u000A"#,
            ),
            (r"ASK { ?s ?p \u005cu0031 }", r"ASK { ?s ?p \u0031 }"),
            (r"ASK { ?\uD83C \u12 \u", r"ASK { ?\uD83C \u12 \u"),
            ("\u{FEFF}ASK {}", "ASK {}"),
        ] {
            assert_eq!(Script::new(given).text(), plain);
        }
    }
}
