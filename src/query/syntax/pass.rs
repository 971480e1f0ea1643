//! One pass over the tokens of a text: where the reader is, what has been found, and plain names for those that the parser would
//! not read.

use std::collections::HashMap;

use super::edit::Edit;
use super::tokens::{Kind, Token};
use crate::rdf::{is_combining, is_letter};

/// Words after which an IRI may stand, and other keywords too.
const BEFORE_IRIS: [&str; 7] = ["ADD", "COPY", "MOVE", "TO", "LOAD", "SILENT", "SERVICE"];

/// A token and where the reader is.
pub(in crate::query) struct At<'a> {
    pub(super) source: &'a str,
    pub(in crate::query) token: Token,
    /// The last token and the one before it.
    pub(in crate::query) before: [Option<Token>; 2],
    /// Brackets around it.
    pub(in crate::query) depth: usize,
}

impl<'a> At<'a> {
    pub(in crate::query) fn text(&self) -> &'a str {
        self.token.text(self.source)
    }

    pub(in crate::query) fn last(&self) -> &'a str {
        self.before[0].map(|token| token.text(self.source)).unwrap_or_default()
    }

    pub(in crate::query) fn is_after(&self, word: &str) -> bool {
        self.last().eq_ignore_ascii_case(word)
    }

    /// Whether the parser would look for keywords here before it looks for names.
    pub(in crate::query) fn may_follow_a_keyword(&self) -> bool {
        self.last() == "(" || BEFORE_IRIS.iter().any(|word| self.is_after(word))
    }

    /// The name of a variable.
    pub(in crate::query) fn variable(&self) -> Option<&'a str> {
        let is_variable = self.token.kind == Kind::Sigil;
        self.text().strip_prefix(['?', '$']).filter(|_| is_variable)
    }
}

/// What has been found.
pub(in crate::query) struct Pass<'a> {
    pub(in crate::query) edits: Vec<Edit>,
    pub(in crate::query) names: Plain<'a>,
    /// Bytes that the text may still grow by.
    pub(super) room: usize,
    /// The edit that names the source of a COPY, MOVE or ADD from DEFAULT, until its target is read.
    pub(super) from_default: Option<usize>,
}

impl<'a> Pass<'a> {
    /// Writes something else in the place of a token; what there is no room for stays as it is, and is not read.
    pub(in crate::query) fn replace(&mut self, token: Token, with: String) {
        if let Some(room) = self.room.checked_sub(with.len()) {
            self.room = room;
            self.edits.push(Edit::new(token.start..token.end, with));
        }
    }
}

/// Whether a name has characters beyond the basic plane, which the parser takes for none of a name ([164]).
pub(in crate::query) fn is_beyond(name: &str) -> bool {
    name.bytes().any(|byte| byte >= 0xF0)
}

/// Plain names for those that the parser would not read.
pub(in crate::query) struct Plain<'a> {
    pub(super) text: &'a str,
    /// By what a label or the name of a variable is.
    pub(super) names: HashMap<(Option<&'a str>, Option<&'a str>), String>,
}

impl<'a> Plain<'a> {
    pub(in crate::query) fn text(&self) -> &'a str {
        self.text
    }

    /// What a variable is called instead.
    pub(in crate::query) fn variable(&mut self, name: &'a str) -> Option<String> {
        is_variable(name).then(|| self.plain((None, Some(name))))
    }

    /// What a blank node's label is instead. Nobody sees it again.
    pub(super) fn label(&mut self, label: &'a str) -> Option<String> {
        is_beyond(label).then(|| format!("_:{}", self.plain((Some(label), None))))
    }

    fn plain(&mut self, name: (Option<&'a str>, Option<&'a str>)) -> String {
        let number = self.names.len();
        let text = self.text;
        self.names.entry(name).or_insert_with(|| free(text, "name", number)).clone()
    }
}

/// `stem` and a number, with as many underscores before as make it a name that the text does not have.
pub(in crate::query) fn free(text: &str, stem: &str, number: usize) -> String {
    let mut name = format!("{stem}_{number}");
    while text.contains(&name) {
        name.insert(0, '_');
    }
    name
}

/// Whether a name beyond the parser's is one of a variable ([166] `VARNAME`).
fn is_variable(name: &str) -> bool {
    let fits = |char: char| char == '_' || char.is_ascii_digit() || is_letter(char);
    let first = name.chars().next().is_some_and(fits);
    is_beyond(name) && first && name.chars().all(|char| fits(char) || is_combining(char))
}
