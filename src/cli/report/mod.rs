//! Errors into words and exit statuses: heading, causes, hint.

mod words;

use std::process::ExitCode;

use super::edge::Edge;
pub use words::of_work;

/// How a command ended that did its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All of it: exit status 0.
    Done,
    /// Some data was rejected, or checks found faults: exit status 3.
    Rejected,
    /// Something failed and was told already: exit status 1.
    Failed,
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Of what was given or asked for, or of the world: the person can mend it.
    User,
    /// Of arguments.
    Usage,
    /// Of the file of settings.
    Config,
    /// Of the program itself.
    Internal,
    /// None: the reader went before it had all.
    BrokenPipe,
}

impl Kind {
    const fn status(self) -> u8 {
        match self {
            Self::BrokenPipe => 0,
            Self::User | Self::Internal => 1,
            Self::Usage | Self::Config => 2,
        }
    }

    const fn heading(self) -> &'static str {
        match self {
            Self::Internal => "internal error:",
            _ => "error:",
        }
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub struct Failure {
    kind: Kind,
    error: anyhow::Error,
    hint: Option<String>,
}

/// What every command returns.
pub type Result<T = Outcome> = std::result::Result<T, Failure>;

impl Failure {
    /// The command was used wrongly: exit status 2.
    pub fn usage(reason: impl Into<String>) -> Self {
        Self { kind: Kind::Usage, error: anyhow::Error::msg(reason.into()), hint: None }
    }

    /// The settings are wrong: exit status 2.
    pub fn config(reason: impl Into<String>) -> Self {
        Self { kind: Kind::Config, ..Self::usage(reason) }
    }

    /// What the person may do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Whether a reader went before it had all.
    pub fn is_broken_pipe(&self) -> bool {
        self.kind == Kind::BrokenPipe
    }
}

/// Every error by the words of its room.
impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        words::failure(error.into())
    }
}

/// Prints what there is to say of a command's end and gives its exit status.
///
/// A reader that closed the pipe has what it wanted: quiet success.
pub fn finish(result: Result, edge: &Edge) -> ExitCode {
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Rejected) => ExitCode::from(3),
        Ok(Outcome::Failed) => ExitCode::from(1),
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            edge.warn(render(&failure, edge.color_errors));
            ExitCode::from(failure.kind.status())
        }
    }
}

/// The error as people read it.
pub fn render(failure: &Failure, color: bool) -> String {
    render_in(failure, color, &|text| text.to_owned())
}

/// The error in the words that `told` makes of it.
pub fn render_in(failure: &Failure, color: bool, told: &dyn Fn(&str) -> String) -> String {
    let paint = |code: &str, text: &str| if color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() };
    let mut text = format!("{} {}", paint("1;31", &told(failure.kind.heading())), told(&failure.error.to_string()));
    let mut last = failure.error.to_string();
    for cause in failure.error.chain().skip(1).map(ToString::to_string) {
        if !last.contains(&cause) {
            text.push_str(&format!("\n  {} {}", told("caused by:"), told(&cause)));
        }
        last = cause;
    }
    if let Some(hint) = &failure.hint {
        text.push_str(&format!("\n  {} {hint}", paint("1;36", &told("Hint:")), hint = told(hint)));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn heading_causes_and_hint() {
        let cause = io::Error::other("the disk is full");
        let failure = Failure::from(anyhow::Error::from(cause).context("cannot write x.ttl")).hint("make room");
        assert_eq!(
            render(&failure, false),
            "error: cannot write x.ttl\n  caused by: the disk is full\n  Hint: make room"
        );
        assert!(render(&failure, true).starts_with("\u{1b}[1;31merror:\u{1b}[0m cannot"));
        assert_eq!(Failure::usage("no").kind.status(), 2);
        assert!(Failure::from(io::Error::from(io::ErrorKind::BrokenPipe)).is_broken_pipe());
    }
}
