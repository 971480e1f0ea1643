//! How records are read by every command that takes them.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::ValueEnum;

use super::edge::Edge;
use super::listener::Listener;
use super::output::{self, OutFile};
use super::progress::{Progress, Unit};
use super::report::{Failure, Result};
use super::tables_input;
use crate::convert::{Event, Options};
use crate::load::LoadInput;
use crate::location::Severity;
use crate::mapping::Unresolved;
use crate::place::Register;
use crate::record::RecordType;
use crate::record::RejectWriter;
use crate::record::read::{Container, Input, ReadOptions, Watch};
use crate::vocab::BaseIri;

/// How records are read and mapped.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Reading records")]
pub struct RecordArgs {
    /// The type of the rows of CSV files that have no column `type`: place, tie, conferral or count
    #[arg(long = "type", value_name = "TYPE", value_parser = record_type)]
    csv_type: Option<RecordType>,
    /// Read the files as tables, by this mapping of what their rows mean (see citypact tables guess)
    #[arg(long, value_name = "MAPPING")]
    table: Option<PathBuf>,
    /// Let unknown fields pass with a warning
    #[arg(long)]
    lenient: bool,
    /// The document of records that name no source, in files without one source record
    #[arg(long, value_name = "ID")]
    source: Option<String>,
    /// Base of the data's IRIs
    #[arg(long, value_name = "IRI", default_value = crate::vocab::ID, value_parser = base)]
    base: BaseIri,
    /// What becomes of places spoken of that are no one place of the register
    #[arg(long, value_enum, default_value_t = UnresolvedArg::Mint)]
    unresolved: UnresolvedArg,
    /// Write the records that could not be converted to this file
    #[arg(long, value_name = "FILE")]
    reject: Option<PathBuf>,
    /// Write what every place spoken of was resolved to, and why, to this file (JSON Lines)
    #[arg(long, value_name = "FILE")]
    resolution_report: Option<PathBuf>,
    /// Threads at work; as many as there are cores where not given
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    jobs: usize,
    /// Findings to print at most; the rest is counted
    #[arg(long, value_name = "N", default_value_t = 200)]
    messages: u64,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum UnresolvedArg {
    /// Give each a node of its own, the same one from every document, marked pact:unreconciled
    Mint,
    /// Keep the name without a node of its own
    Keep,
    /// Reject the record
    Reject,
}

impl From<UnresolvedArg> for Unresolved {
    fn from(arg: UnresolvedArg) -> Self {
        match arg {
            UnresolvedArg::Mint => Self::Mint,
            UnresolvedArg::Keep => Self::Keep,
            UnresolvedArg::Reject => Self::Reject,
        }
    }
}

fn record_type(text: &str) -> std::result::Result<RecordType, String> {
    RecordType::from_tag(text).ok_or_else(|| "rows of CSV are of type place, tie, conferral or count".to_owned())
}

fn base(text: &str) -> std::result::Result<BaseIri, String> {
    BaseIri::new(text).map_err(|error| error.to_string())
}

impl RecordArgs {
    /// The options of the library that these arguments stand for; `container` overrides what suffixes say.
    pub fn options(&self, container: Option<Container>) -> Options {
        Options {
            base: self.base.clone(),
            unresolved: self.unresolved.into(),
            read: ReadOptions { lenient: self.lenient, container, csv_type: self.csv_type, ..ReadOptions::default() },
            jobs: self.jobs,
            default_source: self.source.clone(),
            report_mentions: self.resolution_report.is_some(),
            survey: None,
        }
    }

    /// The inputs, with the records of tables in the stead of these where files are tables.
    pub fn tables(
        &self,
        inputs: Vec<Input>,
        register: &Register,
        listener: &mut Listener<'_>,
        edge: &Edge,
    ) -> Result<Vec<LoadInput<'static>>> {
        tables_input::translated(inputs, self.table.as_ref(), register, listener, edge)
    }

    /// How many threads, where that was said.
    pub fn threads(&self) -> Option<usize> {
        (self.jobs > 0).then_some(self.jobs)
    }

    /// Refuses two outputs of one command in one place.
    pub fn check_outputs(&self, out: Option<&Path>) -> Result<()> {
        output::apart(&[out, self.reject.as_deref(), self.resolution_report.as_deref()])
    }

    /// Begins to listen to what is said while the records of these files are read.
    pub fn listen<'e>(&self, files: &[PathBuf], edge: &'e Edge) -> Result<Listener<'e>> {
        let create = |path: &Path| OutFile::create(path, files);
        let rejected = self.reject.as_deref().map(|path| {
            let container = match output::suffix(path).as_deref() {
                Some("csv") => Container::Csv,
                _ => Container::JsonLines,
            };
            Ok::<_, Failure>(RejectWriter::new(create(path)?, container))
        });
        let mentions = self.resolution_report.as_deref().map(create).transpose()?;
        Ok(Listener::new(rejected.transpose()?, mentions, self.messages, edge))
    }
}

/// Whether an argument stands for standard input.
pub fn is_standard_input(argument: &Path) -> bool {
    argument.as_os_str() == "-"
}

/// The inputs that file arguments name, and a bar that follows their reading; `-` is standard input.
pub fn inputs(files: &[PathBuf], edge: &Edge) -> Result<(Vec<Input>, Progress)> {
    inputs_by(files, edge, Input::from_argument)
}

/// As [`inputs`], for a command that reads each of them once: nothing is kept of standard input.
pub fn inputs_once(files: &[PathBuf], edge: &Edge) -> Result<(Vec<Input>, Progress)> {
    inputs_by(files, edge, |file| match is_standard_input(file) {
        true => Ok(Input::once("-", std::io::stdin())),
        false => Input::from_argument(file),
    })
}

fn inputs_by(
    files: &[PathBuf],
    edge: &Edge,
    open: impl Fn(&Path) -> std::io::Result<Input>,
) -> Result<(Vec<Input>, Progress)> {
    if files.iter().filter(|file| is_standard_input(file)).count() > 1 {
        return Err(Failure::usage("standard input (`-`) can be read only once"));
    }
    let input =
        |file: &PathBuf| open(file).with_context(|| format!("cannot read {}", file.display())).map_err(Failure::from);
    let inputs = files.iter().map(input).collect::<Result<Vec<_>>>()?;
    // One that is not there says so when it is opened.
    let total = inputs.iter().map(|input| input.length().unwrap_or(0)).sum();
    let progress = edge.progress("Reading", Unit::Bytes, Some(total));
    let watch = progress.clone();
    let watch = Watch::new(move |read| watch.advance_again(read));
    Ok((inputs.into_iter().map(|input| input.watched(watch.clone())).collect(), progress))
}

/// Says what there is to say of records that are read for another purpose than to convert them.
pub fn warn(event: &Event, edge: &Edge) {
    match event {
        Event::Finding(finding) if finding.severity == Severity::Error => edge.warn(finding),
        Event::Finding(finding) => edge.say(finding),
        Event::Rejected(rejected) => rejected.diagnostics.iter().for_each(|finding| edge.warn(finding)),
        Event::Mention(_) => {}
    }
}
