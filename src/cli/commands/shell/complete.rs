//! Help while typing: completion, and where a text ends.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustyline::completion::{Completer, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Result};

use super::commands;
use super::entities::entities;
use super::line::is_command;
use crate::cli::backend::Backend;
use crate::format::{ResultsFormat, Syntax};
use crate::query::suggest;
use crate::query::{Entity, Limits, ParameterKind, Suggestion, library, named};
use crate::vocab;

/// How long a person waits for a completion.
const PATIENCE: Duration = Duration::from_millis(800);

/// What the line editor asks.
pub(super) struct Helper {
    backend: Arc<Backend>,
    color: bool,
    /// The lines of the text before this one.
    pub(super) above: String,
}

impl Helper {
    pub(super) const fn new(backend: Arc<Backend>, color: bool) -> Self {
        Self { backend, color, above: String::new() }
    }

    /// What may stand before `at` in a line of SPARQL, in the light of the lines above it.
    fn suggested(&self, line: &str, at: usize) -> (usize, Vec<Suggestion>) {
        let (text, before) = (format!("{}{line}", self.above), self.above.len());
        let (start, found) = suggest(&text, before + at, self.finder());
        (start.saturating_sub(before), found)
    }

    /// Finds entities by the beginning of a label or of the last part of their IRI; none where that takes too long, however
    /// often it is asked.
    fn finder(&self) -> impl FnMut(&str) -> Vec<Entity> {
        let until = Instant::now() + PATIENCE;
        move |typed| {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                Vec::new()
            } else {
                entities(&self.backend, typed, Limits::within(left)).unwrap_or_default()
            }
        }
    }

    /// The parameter that is being given a value, with the entities that the value may mean.
    fn values(&self, query: &str, word: &str) -> Option<Vec<Suggestion>> {
        let (name, value) = word.split_once('=')?;
        let parameter = named(query).ok()?.parameters.iter().find(|parameter| parameter.name == name)?;
        let place = format!("{}place/", vocab::ID);
        let given = |iri: &str| match (parameter.kind, iri.strip_prefix(&place)) {
            (ParameterKind::Place, id) => id.map(str::to_owned),
            (ParameterKind::Iri, _) => Some(iri.to_owned()),
            _ => None,
        };
        let pair = |entity: Entity| {
            Some(Suggestion {
                text: format!("{name}={}", given(&entity.iri)?),
                label: Some(entity.label),
                language: entity.language,
            })
        };
        Some(self.finder()(value).into_iter().filter_map(pair).collect())
    }

    fn command(&self, line: &str, at: usize) -> (usize, Vec<Suggestion>) {
        let typed = &line[..at];
        let start = typed.rfind(char::is_whitespace).map_or(0, |space| space + 1);
        let word = &typed[start..];
        let words: Vec<&str> = typed[..start].split_whitespace().collect();
        // Either way to write a command is completed as it was begun.
        let mark = if typed.trim_start().starts_with('.') { "." } else { "\\" };
        let first = words.first().map(|word| format!("\\{}", word.trim_start_matches(['\\', '.'])));
        let words: Vec<&str> = first.as_deref().into_iter().chain(words.iter().skip(1).copied()).collect();
        let names: Vec<String> = match words.as_slice() {
            [] => commands::names().map(|name| name.replacen('\\', mark, 1)).collect(),
            ["\\format"] => formats().map(str::to_owned).collect(),
            ["\\timing" | "\\wide" | "\\full" | "\\vertical" | "\\x"] => ["on", "off"].map(str::to_owned).to_vec(),
            ["\\run" | "\\queries"] => library().iter().map(|query| query.name.to_string()).collect(),
            ["\\run", query, ..] => match self.values(query, word) {
                Some(values) => return (start, values),
                None => parameters(query),
            },
            ["\\explain" | "\\describe", ..] => return suggest(line, at, self.finder()),
            _ => Vec::new(),
        };
        let fitting = names.into_iter().filter(|name| name.starts_with(word));
        (start, fitting.map(|text| Suggestion { text, label: None, language: None }).collect())
    }
}

fn formats() -> impl Iterator<Item = &'static str> {
    ResultsFormat::ALL.iter().map(|format| format.name()).chain(Syntax::ALL.iter().map(|syntax| syntax.name()))
}

fn parameters(query: &str) -> Vec<String> {
    named(query).map_or_else(
        |_| Vec::new(),
        |query| query.parameters.iter().map(|parameter| format!("{}=", parameter.name)).collect(),
    )
}

impl Completer for Helper {
    type Candidate = Pair;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> Result<(usize, Vec<Pair>)> {
        let is_command = self.above.is_empty() && (is_command(line) || line.trim_start().starts_with(['\\', '.']));
        let (start, found) = if is_command { self.command(line, at) } else { self.suggested(line, at) };
        let pair = |suggestion: Suggestion| Pair {
            display: match &suggestion.label {
                Some(label) => format!("{} ({label})", suggestion.text),
                None => suggestion.text.clone(),
            },
            replacement: suggestion.text,
        };
        Ok((start, found.into_iter().map(pair).collect()))
    }
}

/// Lines are put together by the reader, which gives those that go on a prompt of their own.
impl Validator for Helper {}

impl Highlighter for Helper {
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _default: bool) -> Cow<'b, str> {
        if self.color { Cow::Owned(format!("\u{1b}[1;36m{prompt}\u{1b}[0m")) } else { Cow::Borrowed(prompt) }
    }
}

impl Hinter for Helper {
    type Hint = String;
}

impl rustyline::Helper for Helper {}
