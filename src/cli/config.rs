//! Configuration: flags, then the environment, then `citypact.toml`, then what is built in.
//!
//! Every long option of a command is a setting: `--limit-rows` is `CITYPACT_LIMIT_ROWS` in the environment and
//! `limit-rows` in the file, there at the top for every command that has it or under `[query]` for one command. Settings
//! become defaults of the arguments, so that nothing behind the parser knows where a value came from.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use clap::builder::ArgPredicate;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::edge::Edge;
use super::report::{Failure, Result};
use crate::nearest::nearest;

/// The file looked for in the working directory.
const FILE: &str = "citypact.toml";
/// What names of variables begin with.
const PREFIX: &str = "CITYPACT_";
/// The option that names the file, and the variable that does.
const OPTION: &str = "config-file";
const VARIABLE: &str = "CITYPACT_CONFIG";
/// Options of which `info --config` tells the value even where nothing sets it.
const COMMON: &[&str] = &["endpoint", "limit-rows", "no-color", "quiet", "store", "timeout"];

/// The settings of the environment and of the file; later ones prevail.
#[derive(Debug, Default)]
pub struct Config {
    settings: Vec<Setting>,
}

#[derive(Debug)]
struct Setting {
    /// The command it is for, such as `["places", "find"]`; empty for all that have the option.
    scope: Vec<String>,
    option: String,
    values: Vec<String>,
    origin: Origin,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    BuiltIn,
    File(Arc<Path>, usize),
    Variable(String),
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("built in"),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Variable(name) => write!(f, "variable {name}"),
            Self::Flag => f.write_str("command line"),
        }
    }
}

impl Config {
    /// Reads the file, if there is one, and the environment.
    pub fn read(args: &[OsString], edge: &Edge) -> Result<Self> {
        let mut settings = match file(args, edge) {
            Some(path) => read_file(&path)?,
            None => Vec::new(),
        };
        // A section for one command goes before what is said for all of them.
        settings.sort_by_key(|setting| setting.scope.len());
        settings.extend(edge.variables(PREFIX).filter(|(name, _)| name != VARIABLE).map(|(name, value)| Setting {
            scope: Vec::new(),
            option: name[PREFIX.len()..].to_lowercase().replace('_', "-"),
            values: vec![value],
            origin: Origin::Variable(name),
        }));
        Ok(Self { settings })
    }

    /// The command with these settings for defaults.
    pub fn apply(&self, mut command: Command) -> Result<Command> {
        for setting in &self.settings {
            let mut used = false;
            command = setting.apply(command, &mut Vec::new(), &mut used)?;
            // Other variables with our prefix are none of our business; a slip in a file is.
            if !used && matches!(setting.origin, Origin::File(..)) {
                return Err(setting.unknown(&command));
            }
        }
        Ok(command)
    }

    /// Settings, values and where they come from, for `command` as [`Self::apply`] returned it and this command line.
    pub fn table(&self, command: &Command, matches: &ArgMatches) -> Vec<[String; 3]> {
        let mut options: BTreeMap<String, Vec<(String, String, Origin)>> = BTreeMap::new();
        walk(command, &mut Vec::new(), &mut |path, arg, long| {
            let (value, origin) = flag(path, arg, matches)
                .map(|value| (value, Origin::Flag))
                .unwrap_or_else(|| (default(arg), self.origin(path, long)));
            if origin != Origin::BuiltIn || COMMON.contains(&long) {
                options.entry(long.to_owned()).or_default().push((path.join("."), value, origin));
            }
        });
        options.into_iter().flat_map(|(option, found)| rows(&option, found)).collect()
    }

    fn origin(&self, path: &[String], long: &str) -> Origin {
        let applies = |setting: &&Setting| setting.option == long && setting.is_for(path);
        self.settings.iter().rfind(applies).map_or(Origin::BuiltIn, |setting| setting.origin.clone())
    }
}

/// One row for what most commands have, then one for each command that has something else.
fn rows(option: &str, found: Vec<(String, String, Origin)>) -> Vec<[String; 3]> {
    let likes =
        |one: &(String, String, Origin)| found.iter().filter(|other| other.1 == one.1 && other.2 == one.2).count();
    let Some((_, value, origin)) = found.iter().rev().max_by_key(|one| likes(one)).cloned() else { return Vec::new() };
    let mut rows = vec![[option.to_owned(), value.clone(), origin.to_string()]];
    let others = found.into_iter().filter(|other| other.1 != value || other.2 != origin);
    rows.extend(others.map(|(path, value, origin)| [format!("{path}.{option}"), value, origin.to_string()]));
    rows
}

fn flag(path: &[String], arg: &Arg, matches: &ArgMatches) -> Option<String> {
    let matches = path.iter().try_fold(matches, |matches, name| matches.subcommand_matches(name))?;
    let id = arg.get_id().as_str();
    if !matches.try_contains_id(id).ok()? || matches.value_source(id)? != ValueSource::CommandLine {
        return None;
    }
    if !arg.get_action().takes_values() {
        return Some("true".to_owned());
    }
    Some(matches.get_raw(id)?.map(|value| value.to_string_lossy()).collect::<Vec<_>>().join(", "))
}

fn default(arg: &Arg) -> String {
    let values: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if values.is_empty() && !arg.get_action().takes_values() { "false".to_owned() } else { values.join(", ") }
}

/// Calls `visit` for every long option of every command.
fn walk(command: &Command, path: &mut Vec<String>, visit: &mut impl FnMut(&[String], &Arg, &str)) {
    for arg in command.get_arguments() {
        if let Some(long) = arg.get_long().filter(|long| !["help", "version", OPTION].contains(long)) {
            visit(path, arg, long);
        }
    }
    for command in command.get_subcommands().filter(|command| command.get_name() != "help") {
        path.push(command.get_name().to_owned());
        walk(command, path, visit);
        path.pop();
    }
}

impl Setting {
    fn is_for(&self, path: &[String]) -> bool {
        self.scope.is_empty() || self.scope == path
    }

    fn apply(&self, mut command: Command, path: &mut Vec<String>, used: &mut bool) -> Result<Command> {
        let found = command.get_arguments().find(|arg| arg.get_long() == Some(&self.option) && self.option != OPTION);
        if let Some(arg) = found.filter(|_| self.is_for(path)) {
            *used = true;
            let (id, values) = (arg.get_id().clone(), self.checked(arg)?);
            let others: Vec<_> = command.get_arg_conflicts_with(arg).iter().map(|arg| arg.get_id().clone()).collect();
            command = command.mut_arg(id, |arg| set(arg, values, &others));
        }
        let names: Vec<String> = command.get_subcommands().map(|command| command.get_name().to_owned()).collect();
        for name in names {
            let mut result = Ok(());
            path.push(name.clone());
            command = command.mut_subcommand(name, |inner| {
                let kept = inner.clone();
                self.apply(inner, path, used).unwrap_or_else(|failure| {
                    result = Err(failure);
                    kept
                })
            });
            path.pop();
            result?;
        }
        Ok(command)
    }

    /// The values as the argument takes them; paths in a file are relative to the folder of the file.
    fn checked(&self, arg: &Arg) -> Result<Vec<OsString>> {
        if !arg.get_action().takes_values() {
            return self.switch();
        }
        let probe = Arg::new("probe").long(self.option.clone()).value_parser(arg.get_value_parser().clone());
        let probe = Command::new("citypact").no_binary_name(true).arg(probe.action(ArgAction::Append));
        let given = self.values.iter().map(|value| format!("--{}={value}", self.option));
        if let Err(error) = probe.try_get_matches_from(given) {
            return Err(self.bad(error.to_string().lines().next().unwrap_or_default()));
        }
        let is_path = arg.get_value_parser().type_id() == std::any::TypeId::of::<PathBuf>();
        Ok(self.values.iter().map(|value| if is_path { self.located(value) } else { value.into() }).collect())
    }

    fn switch(&self) -> Result<Vec<OsString>> {
        match self.values.join(",").to_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(vec!["true".into()]),
            "false" | "0" | "no" | "off" | "" => Ok(vec!["false".into()]),
            value => Err(self.bad(&format!("{value:?} is neither true nor false"))),
        }
    }

    fn located(&self, value: &str) -> OsString {
        match &self.origin {
            Origin::File(file, _) if value != "-" => file.parent().unwrap_or(Path::new("")).join(value).into(),
            _ => value.into(),
        }
    }

    fn bad(&self, reason: &str) -> Failure {
        let reason = reason.strip_prefix("error: ").unwrap_or(reason);
        Failure::config(format!("{}: {}: {reason}", self.origin, self.option))
    }

    fn unknown(&self, command: &Command) -> Failure {
        let (mut sections, mut options) = (Vec::new(), Vec::new());
        walk(command, &mut Vec::new(), &mut |path, _, long| {
            sections.push(path.join("."));
            if self.is_for(path) {
                options.push(long.to_owned());
            }
        });
        let scope = self.scope.join(".");
        let (reason, known, name) = if options.is_empty() {
            (format!("no command is called {scope}"), sections, &scope)
        } else if scope.is_empty() {
            (format!("no command has the option {}", self.option), options, &self.option)
        } else {
            (format!("the command {scope} has no option {}", self.option), options, &self.option)
        };
        let failure = Failure::config(format!("{}: {reason}", self.origin));
        match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => failure.hint(format!("did you mean {near}?")),
            None => failure.hint("settings are named as the long options of the commands are: see citypact --help"),
        }
    }
}

/// Gives an argument its default, which steps back where an argument is given that excludes it.
fn set(arg: Arg, values: Vec<OsString>, others: &[clap::Id]) -> Arg {
    let arg = arg.default_value_ifs(others.iter().map(|other| (other.clone(), ArgPredicate::IsPresent, None::<&str>)));
    arg.default_values(values)
}

/// The file to read: named by the option, else by the variable, else the one in the working directory if there is one.
/// An empty name stands for none.
fn file(args: &[OsString], edge: &Edge) -> Option<PathBuf> {
    let named = option_in(args).or_else(|| edge.variable(VARIABLE));
    match named {
        Some(name) => Some(PathBuf::from(name)).filter(|name| !name.as_os_str().is_empty()),
        None => Some(PathBuf::from(FILE)).filter(|path| path.try_exists().unwrap_or(true)),
    }
}

/// The value of the option, looked for before the parser runs because the parser's defaults depend on it.
fn option_in(args: &[OsString]) -> Option<OsString> {
    let mut args = args.iter().skip(1).take_while(|arg| *arg != "--");
    while let Some(arg) = args.next() {
        let Some(text) = arg.to_str().and_then(|text| text.strip_prefix("--")?.strip_prefix(OPTION)) else { continue };
        match text.strip_prefix('=') {
            Some(value) => return Some(value.into()),
            None if text.is_empty() => return args.next().cloned(),
            None => {}
        }
    }
    None
}

fn read_file(path: &Path) -> Result<Vec<Setting>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let reader = Reader { path: path.into(), text: &text };
    let table = DeTable::parse(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| reader.line(span.start));
        Failure::config(format!("{}:{line}: {}", path.display(), error.message()))
    })?;
    let mut settings = Vec::new();
    reader.table(table.get_ref(), &mut Vec::new(), &mut settings)?;
    Ok(settings)
}

struct Reader<'t> {
    path: Arc<Path>,
    text: &'t str,
}

impl Reader<'_> {
    fn line(&self, offset: usize) -> usize {
        self.text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
    }

    fn table(&self, table: &DeTable<'_>, scope: &mut Vec<String>, settings: &mut Vec<Setting>) -> Result<()> {
        for (name, value) in table {
            if let DeValue::Table(inner) = value.get_ref() {
                scope.push(name.get_ref().to_string());
                self.table(inner, scope, settings)?;
                scope.pop();
                continue;
            }
            let origin = Origin::File(self.path.clone(), self.line(name.span().start));
            let option = name.get_ref().replace('_', "-");
            settings.push(Setting { scope: scope.clone(), option, values: self.values(value)?, origin });
        }
        Ok(())
    }

    fn values(&self, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>> {
        match value.get_ref() {
            DeValue::Array(items) => items.iter().map(|item| self.single(item)).collect(),
            _ => Ok(vec![self.single(value)?]),
        }
    }

    fn single(&self, value: &Spanned<DeValue<'_>>) -> Result<String> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            DeValue::Boolean(truth) => Ok(truth.to_string()),
            DeValue::Integer(number) => Ok(number.to_string()),
            DeValue::Float(number) => Ok(number.to_string()),
            DeValue::Datetime(date) => Ok(date.to_string()),
            DeValue::Array(_) | DeValue::Table(_) => {
                let line = self.line(value.span().start);
                Err(Failure::config(format!("{}:{line}: a list may hold texts and numbers only", self.path.display())))
            }
        }
    }
}
