//! Errors into words and exit statuses: heading, causes, hint.

use std::io;
use std::process::ExitCode;

use super::edge::Edge;

/// How a command ended that did its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All of it: exit status 0.
    Done,
    /// Some data was rejected, or checks found faults: exit status 3.
    Rejected,
}

/// Why a command could not do its work.
#[derive(Debug)]
pub struct Failure {
    status: u8,
    error: anyhow::Error,
    hint: Option<String>,
}

/// What every command returns.
pub type Result<T = Outcome> = std::result::Result<T, Failure>;

impl Failure {
    /// The command was used wrongly: exit status 2.
    pub fn usage(reason: impl Into<String>) -> Self {
        Self { status: 2, error: anyhow::Error::msg(reason.into()), hint: None }
    }

    /// What the person may do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn is_broken_pipe(&self) -> bool {
        self.error.chain().any(|cause| {
            cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
        })
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { status: 1, error: error.into(), hint: None }
    }
}

/// Prints what there is to say of a command's end and gives its exit status.
///
/// A reader that closed the pipe has what it wanted: quiet success.
pub fn finish(result: Result, edge: &Edge) -> ExitCode {
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Rejected) => ExitCode::from(3),
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            edge.warn(render(&failure));
            ExitCode::from(failure.status)
        }
    }
}

fn render(failure: &Failure) -> String {
    let mut text = format!("error: {}", failure.error);
    let mut last = failure.error.to_string();
    for cause in failure.error.chain().skip(1).map(ToString::to_string) {
        if !last.contains(&cause) {
            text.push_str("\n  caused by: ");
            text.push_str(&cause);
        }
        last = cause;
    }
    if let Some(hint) = &failure.hint {
        text.push_str("\n  Hint: ");
        text.push_str(hint);
    }
    text
}
