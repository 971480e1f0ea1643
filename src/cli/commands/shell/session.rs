//! What a dialogue knows from one question to the next.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use super::commands;
use super::line::{is_command, is_farewell};
use super::words::{of_tables, say, told};
use crate::cli::answer::{self, Look, Question};
use crate::cli::backend::Backend;
use crate::cli::commands::query::warn_of_unknown_terms;
use crate::cli::commands::update;
use crate::cli::edge::Edge;
use crate::cli::interrupt::Presses;
use crate::cli::report::{Failure, Result, render_in};
use crate::query::{Cancel, InputClass, Limits, ParseOptions, Query, TextLimits, Update};

/// Whether the dialogue goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    GoOn,
    Leave,
}

/// The state of a dialogue.
pub(super) struct Session<'e> {
    pub(super) backend: Arc<Backend>,
    pub(super) edge: &'e Edge,
    pub(super) limits: Limits,
    pub(super) look: Look,
    pub(super) timing: bool,
    pub(super) options: ParseOptions,
    /// What it speaks.
    pub(super) language: String,
    /// Whether tables show whole IRIs.
    pub(super) full: bool,
    /// Whether other servers may be asked.
    pub(super) services: bool,
    /// Where results go instead of the screen.
    pub(super) output: Option<File>,
    /// Files that are being read by `\\read`, one within the other.
    pub(super) reading: usize,
    presses: Presses,
}

impl<'e> Session<'e> {
    pub(super) fn new(backend: Arc<Backend>, edge: &'e Edge, limits: Limits, look: Look, is_dialogue: bool) -> Self {
        let options = ParseOptions { limits: TextLimits::any_length(), ..ParseOptions::default() };
        Self {
            backend,
            edge,
            limits,
            look,
            timing: false,
            options,
            language: String::new(),
            full: false,
            services: true,
            output: None,
            reading: 0,
            presses: Presses::watch(!is_dialogue),
        }
    }

    /// Does what a text says.
    pub(super) fn take(&mut self, text: &str) -> Result<Next> {
        if is_farewell(text) {
            return Ok(Next::Leave);
        }
        if is_command(text) {
            return commands::run(self, text.trim());
        }
        if let Some(text) = text.trim_end().strip_suffix("\\G") {
            return self.upright(text);
        }
        let typed = InputClass::of(text, &self.options);
        if matches!(typed, InputClass::Query(_) | InputClass::Update(_)) {
            warn_of_unknown_terms(text, &self.options, self.edge, &|warning| self.told(warning));
        }
        match typed {
            InputClass::Query(query) => self.ask(&query)?,
            InputClass::Update(update) => self.change(&update)?,
            InputClass::Wrong(error) => return Err(error.into()),
            InputClass::Incomplete => self.incomplete(text)?,
        }
        Ok(Next::GoOn)
    }

    /// A text in the language of the dialogue.
    pub(super) fn say(&self, english: &'static str) -> &'static str {
        say(&self.language, english)
    }

    /// A message in the language of the dialogue.
    pub(super) fn told(&self, message: &str) -> String {
        told(&self.language, message).into_owned()
    }

    /// A failure in the language of the dialogue.
    pub(super) fn rendered(&self, failure: &Failure) -> String {
        render_in(failure, self.edge.color_errors, &|text| self.told(text))
    }

    /// Speaks this language from now on.
    pub(super) fn speak(&mut self, language: String) {
        self.look.style.words = of_tables(&language);
        self.language = language;
    }

    /// Shows the rows of one text as blocks.
    fn upright(&mut self, text: &str) -> Result<Next> {
        let before = std::mem::replace(&mut self.look.style.vertical, true);
        let next = self.take(text);
        self.look.style.vertical = before;
        next
    }

    /// Where results go.
    fn out(&self) -> Result<Box<dyn Write + Send>> {
        Ok(match &self.output {
            Some(file) => Box::new(file.try_clone()?),
            None => Box::new(self.edge.results(true)),
        })
    }

    /// Nothing but comments and declarations is no question; anything else says what it lacks.
    fn incomplete(&self, text: &str) -> Result<()> {
        if Update::parse(text, &self.options).is_ok() {
            return Ok(());
        }
        Err(Failure::from(match Query::parse(text, &self.options) {
            Err(error) => error,
            Ok(_) => return Ok(()),
        }))
    }

    /// Asks and shows the result.
    pub(super) fn ask(&self, query: &Query) -> Result<()> {
        answer::permit(self.services, query.asks_others())?;
        let cancel = Cancel::new();
        let question = Question { query, limits: &self.limits, cancel: &cancel };
        let mut out = self.out()?;
        let stats = self.presses.cancelling(&cancel, || answer::ask(&self.backend, question, &mut out, &self.look))?;
        // ASK in JSON and the like have no line end of their own.
        if matches!(query.form(), crate::query::Form::Ask) && self.look.rows != crate::format::ResultsFormat::Table {
            writeln!(out)?;
        }
        out.flush()?;
        drop(out);
        if self.timing {
            self.edge.warn(self.told(&answer::say(&stats)));
        }
        Ok(())
    }

    fn change(&self, update: &Update) -> Result<()> {
        answer::permit(self.services, update.asks_others())?;
        let cancel = Cancel::new();
        let said = self.presses.cancelling(&cancel, || update::change(&self.backend, update, &self.limits, &cancel))?;
        self.edge.say(self.told(&said));
        Ok(())
    }

    /// Tells how a query is evaluated.
    pub(super) fn explain(&self, query: &Query) -> Result<()> {
        let cancel = Cancel::new();
        let question = Question { query, limits: &self.limits, cancel: &cancel };
        let explanation = self.presses.cancelling(&cancel, || answer::explain_plan(&self.backend, question))?;
        let mut out = self.edge.results(true);
        write!(out, "{explanation}")?;
        Ok(out.flush()?)
    }
}
