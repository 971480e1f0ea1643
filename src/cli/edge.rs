//! The one place that looks at the process it runs in: environment, clock, terminal, standard streams.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;

/// What the command line knows of the process around it, read once at the start.
#[derive(Debug, Clone)]
pub struct Edge {
    /// Whether standard output is read by a person.
    pub stdout_is_terminal: bool,
    /// Whether standard error is read by a person.
    pub stderr_is_terminal: bool,
    /// Width of the terminal in columns, where there is one.
    pub width: Option<usize>,
    /// Whether to colour what a person reads.
    pub color: bool,
    /// Whether to say no more than results and errors.
    pub quiet: bool,
    /// Name by which the program was called.
    pub program: String,
}

impl Edge {
    /// Reads the environment and the terminal; `quiet` and `no_color` are the flags of the same names.
    pub fn read(program: String, quiet: bool, no_color: bool) -> Self {
        let stdout_is_terminal = io::stdout().is_terminal();
        let plain = no_color
            || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        Self {
            stdout_is_terminal,
            stderr_is_terminal: io::stderr().is_terminal(),
            width: stdout_is_terminal.then(width).flatten(),
            color: stdout_is_terminal && !plain,
            quiet,
            program,
        }
    }

    /// Standard output, buffered.
    pub fn stdout(&self) -> BufWriter<io::Stdout> {
        BufWriter::with_capacity(1 << 16, io::stdout())
    }

    /// Says something to the person at the terminal, on standard error; nothing where they asked for quiet.
    pub fn say(&self, text: impl std::fmt::Display) {
        if !self.quiet {
            self.warn(text);
        }
    }

    /// Says something that quiet does not silence, on standard error.
    pub fn warn(&self, text: impl std::fmt::Display) {
        // A standard error that cannot be written to leaves nowhere to say so.
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// The folder for stores and files that only this run needs.
    pub fn temporary_folder(&self) -> PathBuf {
        std::env::temp_dir()
    }

    /// How many threads the machine runs at once.
    pub fn cores(&self) -> usize {
        std::thread::available_parallelism().map_or(1, usize::from)
    }
}

fn width() -> Option<usize> {
    terminal_size::terminal_size().map(|(terminal_size::Width(columns), _)| usize::from(columns))
}
