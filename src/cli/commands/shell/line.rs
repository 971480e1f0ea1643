//! What a line is that is no SPARQL: a command, or a farewell.

/// Whether a line is a command: a word after a backslash or a full stop, with which no SPARQL begins.
pub(super) fn is_command(line: &str) -> bool {
    let word = line.trim_start().strip_prefix(['\\', '.']);
    word.is_some_and(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// Words that people try first when they want to leave.
pub(super) fn is_farewell(text: &str) -> bool {
    matches!(text.trim(), "exit" | "quit" | "bye")
}
