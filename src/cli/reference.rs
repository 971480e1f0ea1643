//! The reference of all commands, made of their definitions so that it cannot drift from the help.

use std::fmt::Write as _;

use clap::{Arg, ArgAction, Command};

const HEAD: &str =
    "# The commands of citypact\n\nMade by `citypact man --markdown`; a test holds it against the help.\n\n";

/// The reference in Markdown.
pub fn markdown() -> String {
    let mut root = super::command();
    root.build();
    let mut text = HEAD.to_owned();
    contents(&root, "citypact", &mut text);
    section(&root, "citypact", &mut text);
    text
}

fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|command| command.get_name() != "help" && !command.is_hide_set())
}

fn contents(command: &Command, path: &str, text: &mut String) {
    for inner in shown(command) {
        let path = format!("{path} {}", inner.get_name());
        let about = inner.get_about().map(ToString::to_string).unwrap_or_default();
        put(text, format_args!("- [`{path}`](#{}): {about}\n", path.replace(' ', "-")));
        contents(inner, &path, text);
    }
}

fn section(command: &Command, path: &str, text: &mut String) {
    put(text, format_args!("\n## {path}\n\n"));
    if let Some(about) = command.get_long_about().or(command.get_about()) {
        put(text, format_args!("{}\n\n", escaped(&about.to_string())));
    }
    let usage = command.clone().render_usage().to_string();
    put(text, format_args!("```\n{}\n```\n", usage.trim_start_matches("Usage: ").replace("\n       ", "\n")));
    let is_root = !path.contains(' ');
    let shown_here = |arg: &&Arg| !arg.is_hide_set() && arg.get_id() != "help" && (is_root || !arg.is_global_set());
    let (positional, options): (Vec<_>, Vec<_>) =
        command.get_arguments().filter(shown_here).partition(|arg| arg.is_positional());
    list("Arguments", &positional, text);
    list(if is_root { "Options of every command" } else { "Options" }, &options, text);
    if let Some(after) = command.get_after_long_help().or(command.get_after_help()) {
        examples(&after.to_string(), text);
    }
    for inner in shown(command) {
        section(inner, &format!("{path} {}", inner.get_name()), text);
    }
}

fn list(heading: &str, args: &[&Arg], text: &mut String) {
    if args.is_empty() {
        return;
    }
    put(text, format_args!("\n{heading}:\n\n"));
    for arg in args {
        let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
        put(text, format_args!("- `{}`: {}{}\n", name(arg), escaped(&help).replace('\n', "\n  "), default(arg)));
        for value in arg.get_possible_values().iter().filter(|value| takes(arg) && !value.is_hide_set()) {
            let help = value.get_help().map(|help| format!(": {}", escaped(&help.to_string()))).unwrap_or_default();
            put(text, format_args!("  - `{}`{help}\n", value.get_name()));
        }
    }
}

fn takes(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Set | ArgAction::Append)
}

/// As it is written: `-p, --parameter <NAME=VALUE>`.
fn name(arg: &Arg) -> String {
    // clap prints the long form only; a short one is put before it.
    let printed = arg.to_string();
    match arg.get_short() {
        Some(short) => format!("-{short}, {printed}"),
        None => printed,
    }
}

fn default(arg: &Arg) -> String {
    let values: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if values.is_empty() || !takes(arg) || arg.is_hide_default_value_set() {
        return String::new();
    }
    format!(" (default: `{}`)", values.join(","))
}

/// What stands after the options: lines that are indented are commands.
fn examples(after: &str, text: &mut String) {
    let mut in_code = false;
    text.push('\n');
    for line in after.lines() {
        let is_code = line.starts_with("  ");
        if is_code != in_code && !line.trim().is_empty() {
            text.push_str(if is_code { "\n```sh\n" } else { "```\n\n" });
            in_code = is_code;
        }
        put(text, format_args!("{}\n", if in_code { line.trim_start().to_owned() } else { escaped(line) }));
    }
    if in_code {
        text.push_str("```\n");
    }
}

/// Without anything that Markdown would take for HTML or emphasis, outside of code.
fn escaped(text: &str) -> String {
    let escape = |part: &str| part.replace('<', "&lt;").replace('*', "\\*").replace('_', "\\_");
    let part = |(index, part): (usize, &str)| if index % 2 == 0 { escape(part) } else { format!("`{part}`") };
    text.split('`').enumerate().map(part).collect()
}

fn put(text: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing to a text does not fail.
    let _ = text.write_fmt(what);
}
