//! Text to algebra: known prefixes, limits on the text, and errors that say where and what.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use spargebra::{Query, SparqlParser, SparqlSyntaxError, Update};

use super::beyond::beyond;
use super::column_order;
use super::complexity::{self, Excess, ExcessKind};
use super::diagnostics::explain;
use super::readable::{Readable, readable};
use super::script::Script;
use super::tokens::{Kind, Tokens};
use crate::location::Location;
use crate::query::algebra::canonical::{QueryFacts, canonicalise, patterns, rename, rename_update};
use crate::query::engine::stack;
use crate::query::error::QueryError;
use crate::query::limits::TextLimits;
use crate::vocab;

/// How to read a text.
#[derive(Debug, Clone)]
pub struct ParseOptions {
    /// What relative IRIs are resolved against.
    pub base: Option<String>,
    /// Prefixes that the text may use undeclared, beside those of [`vocab::PREFIXES`]. A declaration in the text wins.
    pub prefixes: Vec<(String, String)>,
    /// What the text may ask for.
    pub limits: TextLimits,
    /// What the text is called in errors: a file's name, or `query`.
    pub name: Arc<str>,
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self { base: None, prefixes: Vec::new(), limits: TextLimits::default(), name: "query".into() }
    }
}

impl ParseOptions {
    /// Every prefix that a text may use undeclared.
    pub(in crate::query) fn known_prefixes(&self) -> impl Iterator<Item = (&str, &str)> {
        vocab::PREFIXES.iter().copied().chain(self.prefixes.iter().map(|(name, iri)| (name.as_str(), iri.as_str())))
    }

    /// A parser for a text. It is told the prefixes that occur: to learn all takes longer than to read a small text.
    fn parser(&self, text: &str) -> Result<SparqlParser, String> {
        let mut parser = SparqlParser::new();
        let occurring = occurring(text);
        for (name, iri) in
            self.known_prefixes().filter(|(name, _)| occurring.as_ref().is_none_or(|all| all.contains(name)))
        {
            parser = parser
                .with_prefix(name, iri)
                .map_err(|error| format!("the prefix {name}: stands for no IRI: {error}"))?;
        }
        match &self.base {
            Some(base) => {
                parser.with_base_iri(base.as_str()).map_err(|error| format!("the base <{base}> is no IRI: {error}"))
            }
            None => Ok(parser),
        }
    }
}

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

/// What stands before the colons of a text; none where characters are written by their numbers.
fn occurring(text: &str) -> Option<HashSet<&str>> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '·');
    let name = |(at, _)| text[..at].rsplit(|c| !is_name(c)).next().unwrap_or_default();
    (!text.contains("\\u") && !text.contains("\\U")).then(|| text.match_indices(':').map(name).collect())
}

/// Reads a query, and gives its facts.
pub(in crate::query) fn query(text: &str, options: &ParseOptions) -> Result<(Query, QueryFacts), QueryError> {
    let (query, facts) = read(text, options, |parser, script, readable| {
        let mut query = parser.parse_query(readable.text.text())?;
        if !readable.variables.is_empty() {
            rename(&mut query, &readable.variables);
        }
        column_order::order(&mut query, script.text());
        let facts = canonicalise(&mut query, Some(script.text()));
        Ok((query, facts))
    })?;
    check_pattern_count(facts.patterns, text, options)?;
    Ok((query, facts))
}

/// Reads an update.
pub(in crate::query) fn update(text: &str, options: &ParseOptions) -> Result<Update, QueryError> {
    let (update, patterns) = read(text, options, |parser, _, readable| {
        let mut update = parser.parse_update(readable.text.text())?;
        if !readable.variables.is_empty() {
            rename_update(&mut update, &readable.variables);
        }
        let patterns = patterns(&mut update);
        Ok((update, patterns))
    })?;
    check_pattern_count(patterns, text, options)?;
    Ok(update)
}

fn check_pattern_count(patterns: usize, text: &str, options: &ParseOptions) -> Result<(), QueryError> {
    if patterns <= options.limits.patterns {
        return Ok(());
    }
    Err(Box::new(too_large(&Script::new(text), options, Excess { offset: 0, kind: ExcessKind::Patterns })).into())
}

/// Reads on a stack large enough for whatever the limits on the text let through.
fn read<T: Send>(
    text: &str,
    options: &ParseOptions,
    parse: fn(SparqlParser, &Script<'_>, &Readable<'_>) -> Result<T, SparqlSyntaxError>,
) -> Result<T, QueryError> {
    let script = Script::new(text);
    let refused = |excess| Box::new(too_large(&script, options, excess));
    let mut size = complexity::check(script.text(), &options.limits).map_err(refused)?;
    let readable = readable(script.text(), options);
    if readable.text.is_edited() {
        let again = complexity::check(readable.text.text(), &options.limits);
        size = again.map_err(|excess| refused(Excess { offset: readable.text.origin(excess.offset), ..excess }))?;
    }
    if let Some((offset, reason)) = beyond(readable.text.text()) {
        return Err(Box::new(script.error(options, readable.text.origin(offset), reason)).into());
    }
    let parser = options.parser(readable.text.text()).map_err(|reason| Box::new(script.error(options, 0, reason)))?;
    let parsed = stack::call(size.stack(), || parse(parser, &script, &readable));
    Ok(parsed.map_err(|error| Box::new(explain(&script, &readable, options, &error.to_string())))?)
}

fn too_large(script: &Script<'_>, options: &ParseOptions, excess: Excess) -> SyntaxError {
    let limits = &options.limits;
    let (reason, hint) = match excess.kind {
        ExcessKind::Length => {
            (format!("the text is longer than the {} bytes allowed", limits.length), "raise the limit, or send less")
        }
        ExcessKind::Nesting => (
            format!("brackets, groups and prefix operators nest deeper than the {} levels allowed", limits.nesting),
            "write it flatter",
        ),
        ExcessKind::Complexity => (
            format!("more than {} brackets and operators", limits.complexity),
            "lists of values belong into a VALUES block, which has no such limit",
        ),
        ExcessKind::Backtracking => (
            "negations, SUBSTR, REGEX, REPLACE, GROUP_CONCAT and subqueries nest so deep that reading them would not end"
                .to_owned(),
            "bind what is inside to a variable first: BIND(… AS ?part)",
        ),
        ExcessKind::Patterns => {
            (format!("more than the {} triple patterns allowed", limits.patterns), "take it apart into several")
        }
    };
    let error = script.error(options, excess.offset, reason);
    SyntaxError { hint: Some(hint.into()), too_large: true, ..error }
}
