//! Texts from a person with an editable line, or from a pipe.

use std::io::{self, BufRead};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use rustyline::error::ReadlineError;
use rustyline::history::{FileHistory, History};
use rustyline::{Cmd, CompletionType, Config, Editor, EventHandler, KeyCode, KeyEvent, Modifiers};

use super::complete::Helper;
use super::line::{is_command, is_farewell};
use crate::cli::backend::Backend;
use crate::cli::edge::Edge;
use crate::cli::report::Result;
use crate::query::{InputClass, ParseOptions, TextLimits};

const PROMPT: &str = "citypact> ";
/// The prompt of a text that goes on.
const MORE: &str = "       -> ";
/// Entries kept from one dialogue to the next.
const HISTORY: usize = 10_000;

/// What comes next.
pub(super) enum Input {
    /// A query, an update, a command, or something wrong.
    Text(String),
    /// The person threw away what was typed.
    Interrupted,
    /// Nothing comes any more.
    End,
}

/// Where texts come from.
pub(super) enum Reader {
    Terminal(Box<Terminal>),
    Pipe { lines: io::Lines<io::StdinLock<'static>>, held: Option<String> },
}

pub(super) struct Terminal {
    editor: Editor<Helper, FileHistory>,
    history: Option<PathBuf>,
}

impl Reader {
    pub(super) fn new(backend: &Arc<Backend>, edge: &Edge) -> Result<Self> {
        if edge.stdin_is_terminal && edge.stdout_is_terminal {
            return Ok(Self::Terminal(Box::new(Terminal::new(backend, edge)?)));
        }
        Ok(Self::Pipe { lines: io::stdin().lock().lines(), held: None })
    }

    pub(super) const fn is_dialogue(&self) -> bool {
        matches!(self, Self::Terminal(_))
    }

    pub(super) fn next(&mut self) -> Result<Input> {
        match self {
            Self::Terminal(terminal) => terminal.next(),
            Self::Pipe { lines, held } => Ok(from_pipe(lines, held).context("cannot read standard input")?),
        }
    }
}

impl Terminal {
    fn new(backend: &Arc<Backend>, edge: &Edge) -> Result<Self> {
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .history_ignore_space(true)
            .max_history_size(HISTORY)?
            .build();
        let mut editor = Editor::with_config(config)?;
        editor.set_helper(Some(Helper::new(Arc::clone(backend), edge.color)));
        let new_line = KeyEvent(KeyCode::Enter, Modifiers::ALT);
        editor.bind_sequence(new_line, EventHandler::Simple(Cmd::Newline));
        let history = edge.state_folder().filter(|folder| std::fs::create_dir_all(folder).is_ok());
        let history = history.map(|folder| folder.join("history"));
        if let Some(path) = &history {
            // There is none at the first time.
            let _ = editor.load_history(path);
        }
        Ok(Self { editor, history })
    }

    /// Lines until they are a whole text. An empty line ends everything, so that there is a way out of every mistake.
    fn next(&mut self) -> Result<Input> {
        let mut text = String::new();
        loop {
            if let Some(helper) = self.editor.helper_mut() {
                helper.above.clone_from(&text);
            }
            match self.editor.readline(if text.is_empty() { PROMPT } else { MORE }) {
                Ok(line) if line.trim().is_empty() && text.is_empty() => return Ok(Input::Interrupted),
                Ok(line) => {
                    text.push_str(&line);
                    if line.trim().is_empty() || is_whole(&text) {
                        self.remember(text.trim());
                        return Ok(Input::Text(text));
                    }
                    text.push('\n');
                }
                Err(ReadlineError::Interrupted) => return Ok(Input::Interrupted),
                Err(ReadlineError::Eof) if text.is_empty() => return Ok(Input::End),
                Err(ReadlineError::Eof) => return Ok(Input::Text(text)),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Written down at once, so that nothing is lost however the dialogue ends.
    fn remember(&mut self, text: &str) {
        let is_new = self.editor.history_mut().add(text).unwrap_or(false);
        if let (Some(path), true) = (&self.history, is_new) {
            // A history that cannot be written is a smaller loss than the dialogue.
            let _ = self.editor.append_history(path);
        }
    }
}

/// The next text of a pipe: lines up to an empty one outside of brackets, to a command, or to the end.
pub(super) fn from_pipe(
    lines: &mut impl Iterator<Item = io::Result<String>>,
    held: &mut Option<String>,
) -> io::Result<Input> {
    let mut text = String::new();
    loop {
        let line = match held.take().map(Ok).or_else(|| lines.next()) {
            None if text.trim().is_empty() => return Ok(Input::End),
            None => return Ok(Input::Text(text)),
            Some(line) => line?,
        };
        let begins = text.trim().is_empty();
        if is_command(&line) {
            if begins {
                return Ok(Input::Text(line));
            }
            *held = Some(line);
            return Ok(Input::Text(text));
        }
        if line.trim().is_empty() && !begins && !matches!(class_of(&text), InputClass::Incomplete) {
            return Ok(Input::Text(text));
        }
        text.push_str(&line);
        text.push('\n');
    }
}

/// Whether nothing more is to come: a command, a farewell, a whole text, or one that is wrong whatever may follow.
fn is_whole(text: &str) -> bool {
    is_command(text) || is_farewell(text) || !matches!(class_of(text), InputClass::Incomplete)
}

/// What a text amounts to.
pub(super) fn class_of(text: &str) -> InputClass {
    InputClass::of(text, &ParseOptions { limits: TextLimits::any_length(), ..ParseOptions::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_a_pipe_end_where_they_are_whole() {
        let input = "ASK {}\n\n\\timing on\n# note\nSELECT * {\n\n ?s ?p ?o }\nORDER BY ?s\n\\quit\nASK {";
        let mut lines = input.lines().map(|line| Ok(line.to_owned()));
        let mut held = None;
        let mut texts = Vec::new();
        while let Input::Text(text) = from_pipe(&mut lines, &mut held).unwrap() {
            texts.push(text);
        }
        let expected =
            ["ASK {}\n", "\\timing on", "# note\nSELECT * {\n\n ?s ?p ?o }\nORDER BY ?s\n", "\\quit", "ASK {\n"];
        assert_eq!(texts, expected);
    }
}
