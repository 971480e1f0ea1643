//! Syntax errors: where a text stops making sense, what is wrong, and what to do about it.

use std::fmt;

use super::options::ParseOptions;
use super::tokens::{Kind, Tokens};
use crate::location::Location;

/// A text that is not SPARQL, or more of it than the limits allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where the text stops making sense.
    pub at: Location,
    /// What is wrong.
    pub reason: String,
    /// The line that it stands in, and its column there in characters, from 0.
    pub line: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Whether the text was refused for its size rather than for its form.
    pub too_large: bool,
}

impl SyntaxError {
    /// The line with a caret under the place; long lines are cut around it. The caret's column counts wide (CJK)
    /// characters twice, as terminals do.
    pub fn snippet(&self) -> String {
        const AROUND: usize = 60;
        let column = usize::try_from(self.at.column).unwrap_or(usize::MAX);
        let from = column.saturating_sub(AROUND);
        let shown: String =
            self.line.chars().skip(from).take(2 * AROUND).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let before: String = shown.chars().take(column - from).collect();
        let pad = unicode_width::UnicodeWidthStr::width(before.as_str());
        format!("{shown}\n{:pad$}^", "")
    }

    pub(in crate::query) fn new(options: &ParseOptions, text: &str, offset: usize, reason: String) -> Self {
        let offset = (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
        let line = text[start..].lines().next().unwrap_or_default().to_owned();
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let lines = count(text[..start].matches('\n').count());
        let at = Location::new(options.name.clone(), lines, count(text[start..offset].chars().count()));
        Self { at, reason, line, hint: full_width(text), too_large: false }
    }
}

/// Punctuation of Chinese and Japanese input methods, and what SPARQL has in its place.
const FULL_WIDTH: &[(char, &str)] = &[
    ('；', ";"),
    ('｛', "{"),
    ('｝', "}"),
    ('（', "("),
    ('）', ")"),
    ('，', ","),
    ('。', "."),
    ('：', ":"),
    ('？', "?"),
    ('“', "\""),
    ('”', "\""),
    ('‘', "'"),
    ('’', "'"),
    ('＜', "<"),
    ('＞', ">"),
    ('＝', "="),
    ('［', "["),
    ('］', "]"),
    ('！', "!"),
    ('＆', "&"),
    ('｜', "|"),
    ('＊', "*"),
    ('／', "/"),
    ('＠', "@"),
    ('＂', "\""),
    ('＇', "'"),
    ('　', " "),
];

/// The hint for a text with full-width punctuation outside of its strings, where it is read as a part of a word or as nothing.
fn full_width(text: &str) -> Option<String> {
    let outside = Tokens::new(text).filter(|token| !matches!(token.kind, Kind::String | Kind::Iri));
    let mut chars = outside.flat_map(|token| token.text(text).chars());
    let (wide, plain) =
        chars.find_map(|c| FULL_WIDTH.iter().find(|(wide, _)| *wide == c)).or_else(|| wide_space(text))?;
    Some(format!("`{wide}` is full-width: write `{plain}`"))
}

/// A full-width space stands between tokens.
fn wide_space(text: &str) -> Option<&'static (char, &'static str)> {
    FULL_WIDTH.iter().find(|(wide, _)| *wide == '　' && text.contains(*wide))
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n{}", self.at, self.reason, self.snippet())
    }
}

impl std::error::Error for SyntaxError {}
