//! SPARQL as the parser reads it, which reads a little less than the grammar has.
//!
//! One pass over the tokens puts in other words what the parser would misread: names as whole IRIs, variables and labels under
//! plain names, keywords in lower case; what concerns whole clauses is in [`super::clauses`]. Where every place of the text
//! comes from is kept, and so are the names that the asker gave.

use std::collections::HashMap;

use super::clauses::Clauses;
use super::edit::{Edit, Edited};
use super::parse::ParseOptions;
use super::prologue::Prologue;
use super::tokens::{Kind, Token, Tokens};
use crate::query::update::unnamed;
use crate::rdf::{is_combining, is_letter};

/// Functions that the parser takes for names of nothing where white space follows.
const GLUED: [&str; 3] = ["CONCAT", "COALESCE", "BNODE"];
/// Bytes that a text may grow by, beside several times its own length: no text, however it names things, fills the memory.
const GROWTH: usize = 1 << 20;
/// Words after which an IRI may stand, and other keywords too.
const BEFORE_IRIS: [&str; 7] = ["ADD", "COPY", "MOVE", "TO", "LOAD", "SILENT", "SERVICE"];

/// A text for the parser.
pub(in crate::query) struct Readable<'a> {
    pub(in crate::query) text: Edited<'a>,
    /// The names of variables that stand for others in it, and these.
    pub(in crate::query) variables: HashMap<String, String>,
}

/// A token and where the reader is.
pub(in crate::query) struct At<'a> {
    source: &'a str,
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

/// Writes a text so that the parser reads it as SPARQL does.
pub(in crate::query) fn readable<'a>(text: &'a str, options: &ParseOptions) -> Readable<'a> {
    let names = Plain { text, names: HashMap::new() };
    let mut pass = Pass { edits: Vec::new(), names, room: GROWTH + 8 * text.len(), from_default: None };
    let (mut prologue, mut clauses) = (Prologue::new(options), Clauses::default());
    let (mut before, mut depth) = ([None, None], 0_usize);
    for token in Tokens::new(text) {
        depth -= usize::from(token.kind == Kind::Close && depth > 0);
        let at = At { source: text, token, before, depth };
        if !prologue.declares(&at, &mut pass.edits) {
            pass.token(&at, &prologue);
            clauses.token(&at, &mut pass);
        }
        depth += usize::from(token.kind == Kind::Open);
        before = [Some(token), before[0]];
    }
    clauses.end(&mut pass);
    let variables = pass.names.names.into_iter().filter_map(|((_, name), plain)| Some((plain, name?.to_owned())));
    Readable { text: Edited::new(text, pass.edits), variables: variables.collect() }
}

/// What has been found.
pub(in crate::query) struct Pass<'a> {
    pub(in crate::query) edits: Vec<Edit>,
    pub(in crate::query) names: Plain<'a>,
    /// Bytes that the text may still grow by.
    room: usize,
    /// The edit that names the source of a COPY, MOVE or ADD from DEFAULT, until its target is read.
    from_default: Option<usize>,
}

impl<'a> Pass<'a> {
    /// Writes something else in the place of a token; what there is no room for stays as it is, and is not read.
    pub(in crate::query) fn replace(&mut self, token: Token, with: String) {
        if let Some(room) = self.room.checked_sub(with.len()) {
            self.room = room;
            self.edits.push(Edit::new(token.start..token.end, with));
        }
    }

    fn token(&mut self, at: &At<'a>, prologue: &Prologue<'a, '_>) {
        if at.text().eq_ignore_ascii_case("DEFAULT") {
            return self.default_graph(at);
        }
        self.from_default = self.from_default.filter(|_| at.text().eq_ignore_ascii_case("TO"));
        let edit = match at.token.kind {
            Kind::Word => truth(at.text()).map(str::to_owned),
            Kind::Name if at.text().starts_with("_:") => self.names.label(at.text()),
            Kind::Name => prologue.whole(at),
            Kind::Iri => prologue.rebased(at.text()),
            Kind::Sigil => at.variable().and_then(|name| self.names.variable(name)).map(|plain| format!("?{plain}")),
            Kind::Open => return self.glue(at),
            Kind::Close => return self.nothing(at),
            _ => None,
        };
        if let Some(with) = edit {
            self.replace(at.token, with);
        }
    }

    /// DEFAULT as a source becomes a name that no pattern over the default graph is taken for ([`unnamed`]), but where it is
    /// the target, too.
    fn default_graph(&mut self, at: &At<'a>) {
        let verb =
            if at.is_after("SILENT") { at.before[1].map(|token| token.text(at.source)) } else { Some(at.last()) };
        let copies =
            ["ADD", "COPY", "MOVE"].iter().any(|word| verb.is_some_and(|verb| verb.eq_ignore_ascii_case(word)));
        if copies {
            self.from_default = Some(self.edits.len());
            self.replace(at.token, format!("<{}>", unnamed::SOURCE));
        } else if let Some(edit) = self.from_default.take().filter(|edit| at.is_after("TO") && *edit < self.edits.len())
        {
            self.edits.remove(edit);
        }
    }

    /// Takes away what stands between a function's name and its bracket.
    fn glue(&mut self, at: &At<'_>) {
        let Some(last) = at.before[0].filter(|last| last.kind == Kind::Word && last.end < at.token.start) else {
            return;
        };
        if at.text() == "(" && GLUED.iter().any(|name| at.is_after(name)) {
            self.edits.push(Edit::new(last.end..at.token.start, ""));
        }
    }

    /// Brackets with nothing in them: the empty negated property set ([95]), which every predicate is in, and `()` and `[]`
    /// with comments between, which to the parser are no white space there.
    fn nothing(&mut self, at: &At<'_>) {
        let [Some(last), first] = at.before else { return };
        if last.kind != Kind::Open || !matches!(at.text(), ")" | "]") {
            return;
        }
        match first.filter(|first| at.text() == ")" && first.text(at.source) == "!") {
            Some(first) => self.edits.push(Edit::new(first.start..at.token.end, "(!a|a)")),
            None if at.source[last.end..at.token.start].contains('#') => {
                self.edits.push(Edit::new(last.end..at.token.start, ""));
            }
            None => {}
        }
    }
}

/// `true` and `false` in capitals (19.8, note 1).
fn truth(word: &str) -> Option<&'static str> {
    ["true", "false"].into_iter().find(|truth| truth.eq_ignore_ascii_case(word) && *truth != word)
}

/// Whether a name has characters beyond the basic plane, which the parser takes for none of a name ([164]).
pub(in crate::query) fn is_beyond(name: &str) -> bool {
    name.bytes().any(|byte| byte >= 0xF0)
}

/// Plain names for those that the parser would not read.
pub(in crate::query) struct Plain<'a> {
    text: &'a str,
    /// By what a label or the name of a variable is.
    names: HashMap<(Option<&'a str>, Option<&'a str>), String>,
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
    fn label(&mut self, label: &'a str) -> Option<String> {
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
