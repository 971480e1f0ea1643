//! The commands of the shell, each a word after a backslash.

use std::fs::File;
use std::io::Write;

use anyhow::Context as _;

use super::entities::entities;
use super::read::{Input, from_pipe};
use super::session::{Next, Session};
use crate::cli::answer;
use crate::cli::commands::{info, query};
use crate::cli::common::columns;
use crate::cli::report::{Failure, Result};
use crate::nearest::nearest;
use crate::query::{Entity, Query, written};
use crate::vocab;

struct Command {
    name: &'static str,
    args: &'static str,
    help: &'static str,
    run: fn(&mut Session<'_>, &str) -> Result<()>,
}

/// Leaving is no command of the table: it alone ends the dialogue.
const LEAVE: &[&str] = &["\\quit", "\\q", "\\exit"];

const COMMANDS: &[Command] = &[
    Command { name: "\\help", args: "", help: "list the commands", run: |session, _| help(session) },
    Command {
        name: "\\format",
        args: "FORMAT",
        help: "format of rows or of triples: table, csv, turtle …",
        run: format,
    },
    Command { name: "\\labels", args: "[LANG|off]", help: "labels beside IRIs in tables", run: labels },
    Command { name: "\\timing", args: "[on|off]", help: "say how long each question took", run: timing },
    Command {
        name: "\\prefixes",
        args: "",
        help: "list the prefixes that are known",
        run: |session, _| prefixes(session),
    },
    Command { name: "\\prefix", args: "NAME IRI", help: "declare a prefix for this dialogue", run: prefix },
    Command { name: "\\queries", args: "[NAME]", help: "list the named queries, or show one", run: queries },
    Command { name: "\\run", args: "NAME [P=VALUE …]", help: "ask a named query", run: run_named },
    Command { name: "\\explain", args: "QUERY", help: "tell how a query is evaluated", run: explain_query },
    Command { name: "\\describe", args: "IRI|LABEL", help: "what is said of a thing", run: describe },
    Command {
        name: "\\output",
        args: "[FILE]",
        help: "write results to a file; without one to the screen",
        run: output,
    },
    Command { name: "\\read", args: "FILE", help: "do what a file says", run: read },
    Command {
        name: "\\wide",
        args: "[on|off]",
        help: "cut nothing to the width of the screen",
        run: |session, value| {
            let on = switch(value, session.look.style.width.is_some())?;
            session.look.style.width = if on { None } else { session.edge.width };
            Ok(())
        },
    },
    Command {
        name: "\\full",
        args: "[on|off]",
        help: "whole IRIs in tables, to be copied",
        run: |session, value| {
            session.full = switch(value, !session.full)?;
            session.look.show_whole(session.full, session.edge);
            Ok(())
        },
    },
    Command {
        name: "\\vertical",
        args: "[on|off]",
        help: "a line for each value (so does \\x, and \\G for one text)",
        run: vertical,
    },
    Command { name: "\\x", args: "[on|off]", help: "as \\vertical", run: vertical },
    Command { name: "\\info", args: "", help: "what the store holds", run: |session, _| counts(session) },
];

/// The names of all commands.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().map(|command| command.name).chain(["\\quit"])
}

/// Runs a line that begins with a backslash.
pub(super) fn run(session: &mut Session<'_>, line: &str) -> Result<Next> {
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    // `.read` is `\\read`: people come from other shells.
    let name = &name.strip_prefix('.').map_or_else(|| name.to_owned(), |word| format!("\\{word}"));
    let name = name.as_str();
    if LEAVE.contains(&name) {
        return Ok(Next::Leave);
    }
    match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) => (command.run)(session, rest.trim()).map(|()| Next::GoOn),
        None => Err(unknown(session, name)),
    }
}

/// What the help says of each command.
#[cfg(test)]
pub(super) fn explanations() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().map(|command| command.help)
}

fn unknown(session: &Session<'_>, name: &str) -> Failure {
    let failure = Failure::usage(format!("{} {name}", session.say("there is no command")));
    match nearest(name, names()) {
        Some(near) => failure.hint(format!("{} {near}?", session.say("did you mean"))),
        None => failure.hint(session.say("\\help lists the commands")),
    }
}

fn show(session: &Session<'_>, rows: &[Vec<String>]) -> Result<()> {
    let mut out = session.edge.results(true);
    out.write_all(columns(session.edge, rows).as_bytes())?;
    Ok(out.flush()?)
}

fn help(session: &Session<'_>) -> Result<()> {
    let row =
        |command: &Command| vec![format!("{} {}", command.name, command.args), session.say(command.help).to_owned()];
    let mut rows: Vec<_> = COMMANDS.iter().map(row).collect();
    rows.push(vec!["\\quit".to_owned(), session.say("leave (so does Ctrl-D)").to_owned()]);
    show(session, &rows)
}

fn format(session: &mut Session<'_>, name: &str) -> Result<()> {
    let format = answer::format(name).map_err(Failure::usage)?;
    session.look.set(Some(format));
    Ok(())
}

fn labels(session: &mut Session<'_>, language: &str) -> Result<()> {
    session.look.labels = match language {
        "off" => None,
        "" => Some("en".to_owned()),
        language => Some(language.to_owned()),
    };
    Ok(())
}

fn timing(session: &mut Session<'_>, value: &str) -> Result<()> {
    session.timing = switch(value, !session.timing)?;
    session.edge.say(session.say(if session.timing { "Timing is on." } else { "Timing is off." }));
    Ok(())
}

/// What a switch is set to; without a word to `otherwise`.
fn switch(value: &str, otherwise: bool) -> Result<bool> {
    match value {
        "on" => Ok(true),
        "off" => Ok(false),
        "" => Ok(otherwise),
        other => Err(Failure::usage(format!("it is on or off, not {other}"))),
    }
}

fn vertical(session: &mut Session<'_>, value: &str) -> Result<()> {
    session.look.style.vertical = switch(value, !session.look.style.vertical)?;
    Ok(())
}

/// A file is made anew; what it held is lost, as with a shell's `>`.
fn output(session: &mut Session<'_>, path: &str) -> Result<()> {
    session.output = match path {
        "" => None,
        path => Some(File::create(path).with_context(|| format!("cannot write {path}"))?),
    };
    Ok(())
}

/// Files within each other that are read; more are a file that reads itself.
const DEPTH: usize = 16;

fn read(session: &mut Session<'_>, path: &str) -> Result<()> {
    if path.is_empty() || session.reading >= DEPTH {
        let reason = if path.is_empty() { "read which file?" } else { "the files read each other without end" };
        return Err(Failure::usage(session.say(reason)));
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    session.reading += 1;
    let done = each(session, &text);
    session.reading -= 1;
    done
}

/// Does what the texts of a file say, up to the first that fails.
pub(super) fn each(session: &mut Session<'_>, text: &str) -> Result<()> {
    let (mut lines, mut held) = (text.lines().map(|line| Ok(line.to_owned())), None);
    while let Input::Text(text) = from_pipe(&mut lines, &mut held)? {
        if session.take(&text)? == Next::Leave {
            break;
        }
    }
    Ok(())
}

fn prefixes(session: &Session<'_>) -> Result<()> {
    let known = vocab::PREFIXES.iter().map(|(name, iri)| vec![format!("{name}:"), (*iri).to_owned()]);
    let own = session.options.prefixes.iter().map(|(name, iri)| vec![format!("{name}:"), iri.clone()]);
    show(session, &known.chain(own).collect::<Vec<_>>())
}

fn prefix(session: &mut Session<'_>, rest: &str) -> Result<()> {
    let parts: Vec<&str> = rest.split_whitespace().collect();
    let [name, iri] = parts.as_slice() else {
        return Err(Failure::usage("a prefix is declared by its name and what it stands for")
            .hint("\\prefix ex: <http://example.org/>"));
    };
    let (name, iri) = (name.trim_end_matches(':'), iri.trim_start_matches('<').trim_end_matches('>'));
    let mut options = session.options.clone();
    options.prefixes.push((name.to_owned(), iri.to_owned()));
    // What cannot be used is refused here and not at the next question.
    Query::parse("ASK {}", &options)?;
    session.options = options;
    Ok(())
}

fn queries(session: &mut Session<'_>, name: &str) -> Result<()> {
    let mut out = session.edge.results(true);
    let name = Some(name).filter(|name| !name.is_empty());
    query::write_list(name, session.edge, &|title| session.told(title), &mut out)?;
    Ok(out.flush()?)
}

fn run_named(session: &mut Session<'_>, rest: &str) -> Result<()> {
    let words = words(rest);
    let Some((name, given)) = words.split_first() else {
        return Err(Failure::usage(session.say("which query?")).hint(session.say("\\queries lists them")));
    };
    let given = given
        .iter()
        .map(|word| query::parameter(word).map_err(|reason| Failure::usage(format!("{word:?}: {reason}"))))
        .collect::<Result<Vec<_>>>()?;
    let query = query::library_query(name, &given)?.over(session.backend.store())?;
    if let Some(warning) = query::unseen(name, &session.backend)? {
        session.edge.say(session.told(warning));
    }
    session.ask(&query)
}

/// Words at blanks; quotes hold a word together.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut quote, mut within) = (None, false);
    for c in text.chars() {
        match (quote, c) {
            (Some(end), c) if c == end => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                if !within {
                    words.push(String::new());
                }
                within = true;
            }
            (None, c) if c.is_whitespace() => within = false,
            (_, c) => {
                if !within {
                    words.push(String::new());
                }
                within = true;
                if let Some(word) = words.last_mut() {
                    word.push(c);
                }
            }
        }
    }
    words
}

fn explain_query(session: &mut Session<'_>, text: &str) -> Result<()> {
    let query = Query::parse(text, &session.options)?;
    session.explain(&query)
}

fn describe(session: &mut Session<'_>, what: &str) -> Result<()> {
    if what.is_empty() {
        return Err(Failure::usage(session.say("describe what?")).hint("\\describe place:cn-qingdao, or a label"));
    }
    match Query::parse(&format!("DESCRIBE {what}"), &session.options) {
        Ok(query) => session.ask(&query),
        Err(_) => describe_by_label(session, what),
    }
}

fn describe_by_label(session: &Session<'_>, label: &str) -> Result<()> {
    let found = entities(&session.backend, label, session.limits)?;
    let is_exact = |entity: &&Entity| entity.label.eq_ignore_ascii_case(label);
    let exact: Vec<&Entity> = found.iter().filter(is_exact).collect();
    let meant = if exact.is_empty() { found.iter().collect() } else { exact };
    match meant.as_slice() {
        [one] => {
            let query = format!("DESCRIBE <{}>", one.iri);
            session.ask(&Query::parse(&query, &session.options)?)
        }
        [] => Err(Failure::usage(format!("{} {label}", session.say("nothing is called")))
            .hint(session.say("Tab completes labels"))),
        _ => {
            session.edge.say(session.say("Several things are called so:"));
            show(session, &meant.iter().map(|one| vec![written(&one.iri), one.label.clone()]).collect::<Vec<_>>())
        }
    }
}

fn counts(session: &Session<'_>) -> Result<()> {
    let counts = session.backend.counts()?;
    let mut out = session.edge.results(true);
    out.write_all(info::table(&counts, session.edge, &|heading| session.say(heading)).as_bytes())?;
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_a_word_together() {
        assert_eq!(words("partners place=cn-qingdao"), ["partners", "place=cn-qingdao"]);
        assert_eq!(words("a b='x y' c=\"\" 'd'e"), ["a", "b=x y", "c=", "de"]);
        assert!(words("  ").is_empty());
    }
}
