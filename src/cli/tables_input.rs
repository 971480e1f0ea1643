//! `--table`: files that are read by a mapping, and those that would have to be.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::edge::Edge;
use super::listener::Listener;
use super::report::{Failure, Result};
use crate::convert::Event;
use crate::format::Syntax;
use crate::load::LoadInput;
use crate::place::Register;
use crate::record::read::Input;
use crate::table::{Mapping, Told, translate};

/// Suffixes of what can only be a table.
const TABLES: &[&str] = &["xlsx", "xlsm", "xlsb", "xls", "ods", "html", "htm", "tsv", "tab", "srj", "srx"];

/// A mapping, from its file.
pub fn mapping(path: &Path) -> Result<Mapping> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Mapping::parse(&path.to_string_lossy(), &text).map_err(Failure::from)
}

/// The inputs with tables in the place of what they are kept in: by the mapping, where there is one.
pub fn translated(
    inputs: Vec<Input>,
    table: Option<&PathBuf>,
    register: &Register,
    listener: &mut Listener<'_>,
    edge: &Edge,
) -> Result<Vec<LoadInput<'static>>> {
    let Some(path) = table else {
        return match inputs.iter().find(|input| is_table(input)) {
            Some(input) => Err(unmapped(input)),
            None => Ok(inputs.into_iter().map(LoadInput::File).collect()),
        };
    };
    let mapping = mapping(path)?;
    let tables = inputs.iter().filter(|input| !is_other(input)).count();
    if tables > 1 && mapping.source_id().is_some() {
        let reason = format!("{tables} tables would all be the source `{}`", mapping.source_id().unwrap_or_default());
        let hint = format!("take `id` out of [source] in {}: each is then called as its file is", path.display());
        return Err(Failure::usage(reason).hint(hint));
    }
    let mut read = |input: Input| {
        if is_other(&input) {
            return Ok(input.into());
        }
        let translated = translate(&input, &mapping, register, &mut |told| hear(told, listener, edge));
        let (records, account) = translated?;
        listener.account(&input.name(), account);
        Ok(LoadInput::records(records))
    };
    inputs.into_iter().map(&mut read).collect()
}

fn hear(told: Told, listener: &mut Listener<'_>, edge: &Edge) {
    match told {
        Told::Rejected(rejected) => listener.hear(Event::Rejected(rejected)),
        Told::Remark(remark) => edge.say(remark),
    }
}

/// Whether only a table has such a name.
fn is_table(input: &Input) -> bool {
    input.suffix().is_some_and(|suffix| TABLES.contains(&suffix.as_str()))
}

/// Whether it is something else beside tables: records a line, or RDF.
fn is_other(input: &Input) -> bool {
    let suffix = input.suffix().unwrap_or_default();
    !input.is_stream() && (matches!(suffix.as_str(), "jsonl" | "ndjson") || Syntax::from_suffix(&suffix).is_some())
}

fn unmapped(input: &Input) -> Failure {
    let (name, stem) = (input.name(), input.stem());
    Failure::usage(format!("{name} is a table of its own making, and nothing says what its rows mean"))
        .hint(format!("citypact tables guess {name} > {stem}.toml, read it, then give it with --table {stem}.toml"))
}
