//! Which register of places a command looks names up in.

use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::edge::Edge;
use super::report::{Failure, Result};
use crate::location::{Diagnostic, Location, Severity};
use crate::place::{Conflict, Decisions, Register};
use crate::record::read::Input;

/// The register of places, and what was decided about it.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Places")]
pub struct RegisterArgs {
    /// Files of more places: JSON Lines of place records, or a packed register that `places import` made
    #[arg(long, value_name = "FILE", env = "CITYPACT_PLACES", value_delimiter = ',')]
    places: Vec<PathBuf>,
    /// File of decisions about names, as `places review` writes it once it is answered
    #[arg(long, value_name = "FILE", env = "CITYPACT_DECISIONS")]
    decisions: Option<PathBuf>,
}

impl RegisterArgs {
    /// The register that ships, with the files on top of it.
    pub fn open(&self, edge: &Edge) -> Result<Register> {
        let (packed, lines): (Vec<_>, Vec<_>) = self.places.iter().partition(|path| is_packed(path));
        let mut register = match packed.as_slice() {
            [] => Register::builtin(),
            [one] => from_packed(one)?,
            _ => {
                return Err(Failure::usage("only one packed register can be used at once")
                    .hint("import the dumps into one file with `citypact places import geonames`"));
            }
        };
        for path in lines {
            add_lines(&mut register, &path.to_string_lossy(), open(path)?, edge)?;
        }
        if let Some(path) = &self.decisions {
            obey(&mut register, path)?;
        }
        Ok(register)
    }
}

fn is_packed(path: &Path) -> bool {
    path.extension().is_some_and(|suffix| suffix == "bin")
}

fn from_packed(path: &Path) -> Result<Register> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Register::from_packed(bytes).with_context(|| format!("{} is no packed register", path.display()))?)
}

/// Adds the place records of a file of this name, and says which of them stand in the stead of what the register has.
pub fn add_lines(register: &mut Register, name: &str, lines: impl BufRead, edge: &Edge) -> Result<usize> {
    let mut warn = |line: usize, conflict: Conflict| {
        edge.say(Diagnostic {
            severity: Severity::Warning,
            at: Location::new(name.into(), line as u64 - 1, 0),
            pointer: format!("/{}", conflict.field),
            reason: conflict.told(),
            remedy: None,
        });
    };
    Ok(register.add_jsonl(lines, &mut warn).with_context(|| format!("cannot take the places of {name}"))?)
}

fn obey(register: &mut Register, path: &Path) -> Result<()> {
    let decisions =
        Decisions::read(open(path)?).with_context(|| format!("cannot take the decisions of {}", path.display()))?;
    register.obey(decisions).map_err(|missing| {
        Failure::usage(format!("{} names places that the register lacks: {}", path.display(), missing.join(", ")))
            .hint("correct the ids, or add the places with --places")
    })
}

/// A file to read, compressed or not; `-` is standard input.
pub fn open(path: &Path) -> Result<Box<dyn BufRead + Send>> {
    let input = Input::from_argument(path).and_then(|input| input.reader());
    Ok(input.with_context(|| format!("cannot read {}", path.display()))?)
}
