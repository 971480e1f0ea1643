//! The one place that looks at the process it runs in: environment, clock, terminal, standard streams.

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use indicatif::MultiProgress;

use super::pager::{Paged, Paging};
use super::progress::{Progress, Unit};
use super::screen::{Screen, Stdout, sanitized};

/// What the command line knows of the process around it, read once at the start.
#[derive(Debug, Clone)]
pub struct Edge {
    /// Whether a person types on standard input.
    pub stdin_is_terminal: bool,
    /// Whether standard output is read by a person.
    pub stdout_is_terminal: bool,
    /// Whether standard error is read by a person.
    pub stderr_is_terminal: bool,
    /// Width of the terminal in columns, where there is one.
    pub width: Option<usize>,
    /// Whether to colour what a person reads on standard output.
    pub color: bool,
    /// Whether to colour what a person reads on standard error.
    pub color_errors: bool,
    /// Whether to say no more than results and errors.
    pub quiet: bool,
    /// Name by which the program was called.
    pub program: String,
    /// The progress bars shown now.
    bars: MultiProgress,
}

impl Edge {
    /// Reads the environment and the terminal.
    pub fn read(program: String) -> Self {
        let stdout_is_terminal = io::stdout().is_terminal();
        let stderr_is_terminal = io::stderr().is_terminal();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        Self {
            stdin_is_terminal: io::stdin().is_terminal(),
            stdout_is_terminal,
            stderr_is_terminal,
            width: stdout_is_terminal.then(width).flatten(),
            color: stdout_is_terminal && !plain,
            color_errors: stderr_is_terminal && !plain,
            quiet: false,
            program,
            bars: MultiProgress::new(),
        }
    }

    /// With the flags of these names.
    #[must_use]
    pub fn with_flags(mut self, quiet: bool, no_color: bool) -> Self {
        self.quiet = quiet;
        self.color &= !no_color;
        self.color_errors &= !no_color;
        self
    }

    /// A variable of the environment.
    pub fn variable(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name)
    }

    /// The variables whose names begin with `prefix`, sorted, as far as they are Unicode and not empty.
    pub fn variables(&self, prefix: &str) -> impl Iterator<Item = (String, String)> + use<> {
        let text = |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        let mut found: Vec<_> = std::env::vars_os()
            .filter_map(text)
            .filter(|(name, value)| name.starts_with(prefix) && !value.is_empty())
            .collect();
        found.sort();
        found.into_iter()
    }

    /// A bar for long work on standard error; nothing where nobody looks.
    pub fn progress(&self, what: &'static str, unit: Unit, total: Option<u64>) -> Progress {
        if self.quiet || !self.stderr_is_terminal {
            return Progress::hidden();
        }
        Progress::shown(&self.bars, what, unit, total)
    }

    /// Standard output, buffered; sanitised where a person reads.
    pub fn stdout(&self) -> Stdout {
        BufWriter::with_capacity(1 << 16, Screen::new(io::stdout(), self.stdout_is_terminal, self.color))
    }

    /// Standard output for results: what is longer than the screen goes through a pager, if `paged` and a person reads.
    pub fn results(&self, paged: bool) -> Paged {
        Paged::new(self.paging().filter(|_| paged && self.stdout_is_terminal), self.stdout())
    }

    /// The pager of the environment, else `less`; none where its name is empty.
    fn paging(&self) -> Option<Paging> {
        let named = self.variable("CITYPACT_PAGER").or_else(|| self.variable("PAGER"));
        let text = named.map_or_else(|| "less".to_owned(), |name| name.to_string_lossy().into_owned());
        let command: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let (_, terminal_size::Height(height)) = terminal_size::terminal_size()?;
        (!command.is_empty()).then(|| Paging { command, height: usize::from(height), styled: self.color })
    }

    /// Says something to the person at the terminal, on standard error; nothing where they asked for quiet.
    pub fn say(&self, text: impl std::fmt::Display) {
        if !self.quiet {
            self.warn(text);
        }
    }

    /// Says something that quiet does not silence, on standard error.
    pub fn warn(&self, text: impl std::fmt::Display) {
        let text = text.to_string();
        let text = if self.stderr_is_terminal { sanitized(&text, self.color_errors) } else { text };
        // A standard error that cannot be written to leaves nowhere to say so.
        let _ = self.bars.suspend(|| writeln!(io::stderr(), "{text}"));
    }

    /// The folder for what a person may miss but not need, such as a history: of the XDG Base Directory Specification,
    /// or its like on Windows.
    pub fn state_folder(&self) -> Option<PathBuf> {
        let absolute = |name: &str| self.variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let folder = absolute("XDG_STATE_HOME").or_else(|| absolute("LOCALAPPDATA"));
        folder.or_else(|| absolute("HOME").map(|home| home.join(".local/state"))).map(|folder| folder.join("citypact"))
    }

    /// The file of what a shell does at its start: named by the variable CITYPACT_INIT (none where that is empty), else the one
    /// in the folder for settings, if it is there.
    pub fn init_file(&self) -> Option<PathBuf> {
        if let Some(named) = self.variable("CITYPACT_INIT") {
            return Some(PathBuf::from(named)).filter(|path| !path.as_os_str().is_empty());
        }
        let absolute = |name: &str| self.variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let folder = absolute("XDG_CONFIG_HOME").or_else(|| absolute("APPDATA"));
        let folder = folder.or_else(|| absolute("HOME").map(|home| home.join(".config")))?;
        Some(folder.join("citypact/init")).filter(|path| path.is_file())
    }

    /// The language that the locale asks for messages in (POSIX, LC_MESSAGES); empty where there is none.
    pub fn language(&self) -> String {
        let set = |name: &&str| self.variable(name).is_some_and(|value| !value.is_empty());
        let name = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find(set);
        name.and_then(|name| self.variable(name)).map(|value| value.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// How many threads the machine runs at once.
    pub fn cores(&self) -> usize {
        std::thread::available_parallelism().map_or(1, usize::from)
    }
}

/// The time since 1970 began, for those who are handed a clock.
pub fn now() -> Duration {
    // A clock set to before 1970 tells nothing.
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn width() -> Option<usize> {
    terminal_size::terminal_size().map(|(terminal_size::Width(columns), _)| usize::from(columns))
}
